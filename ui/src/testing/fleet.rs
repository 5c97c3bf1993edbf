//! The fleet by groups: pictures of it, and what an operator does there without a mouse.

use std::{cell::RefCell, rc::Rc};

use egui::{Key, vec2};
use egui_kittest::{Harness, SnapshotResults, kittest::Queryable};
use pedkai_core::model::{Name, Span};
use serde_json::json;

use super::{DESK, clock, pictures::screen, strange::boxes, window};
use crate::{
    desk::{Desk, Surroundings},
    intent::{Fetch, Intent},
    model::{Detail, Model, samples},
    shell::Link,
    theme::ThemeName,
    views::{
        ViewName,
        fleet::{Fleet, Layout},
    },
};

/// What a collector answers to the questions of the screen: so many groups, and so many cohorts.
pub(super) fn told(model: &mut Model, groups: usize, cohorts: usize) {
    put(model, Fetch::Attributes, &samples::attributes());
    for by in ["region", "firmware"] {
        put(model, Fetch::Groups(by.to_owned()), &samples::groups(groups));
        for days in [7, 14, 30] {
            put(model, Fetch::Cohorts(by.to_owned(), days), &samples::cohorts(cohorts, days));
        }
    }
}

fn put<T: serde::Serialize>(model: &mut Model, question: Fetch, rows: &[T]) {
    model.details.put(question, Detail::Here(json!({"items": rows, "next": null})));
}

/// The same, and every word is one that no network should have.
pub(super) fn strange(model: &mut Model) {
    let names: Vec<Name> = samples::names().iter().map(|(_, name)| name.as_str().into()).collect();
    let mut attributes = samples::attributes();
    for (row, name) in attributes.iter_mut().zip(names.iter().cycle().skip(1)) {
        (row.attribute, row.examples, row.values, row.things) = (name.clone(), names.clone(), u64::MAX, u64::MAX);
    }
    let by = attributes[0].attribute.to_string();
    put(model, Fetch::Attributes, &attributes);
    let mut groups = samples::groups(names.len() * 2);
    for (place, (row, name)) in groups.iter_mut().zip(names.iter().cycle()).enumerate() {
        (row.value, row.metric) = (name.clone(), Some(name.clone()));
        if place % 2 == 0 {
            (row.total, row.active, row.alarms, row.strange_count) = (u32::MAX, u32::MAX - 1, u32::MAX, u32::MAX);
            (row.utilisation, row.baseline, row.away) = (Some(1e300), Some(-1e300), row.away.map(|_| 1_000.0));
            row.daily = (0..30).map(|day| Some(if day % 2 == 0 { 1e300 } else { -1e300 })).collect();
        }
        row.strange.iter_mut().for_each(|thing| thing.name = name.clone());
    }
    put(model, Fetch::Groups(by.clone()), &groups);
    let mut cohorts = samples::cohorts(names.len() * 2, 7);
    for (row, name) in cohorts.iter_mut().zip(names.iter().cycle()) {
        (row.values, row.alarm_type) = (vec![name.clone(), name.clone()], name.clone());
        (row.count, row.failed, row.members, row.slope, row.ratio) = (u32::MAX, u32::MAX, u32::MAX, row.slope.signum() * 1e300, 1e300);
    }
    put(model, Fetch::Cohorts(by, 7), &cohorts);
}

fn fleet(alike: bool) -> Fleet {
    Fleet::new(Layout { alike, ..Layout::default() })
}

fn take(results: &mut SnapshotResults, name: &str, size: egui::Vec2, model: &Model, alike: bool, link: &Link) {
    let mut view = fleet(alike);
    screen(results, name, size, ViewName::Fleet, model, |ui, model| {
        if boxes(ui) {
            view.show(ui, model, &clock(), &[], link);
        }
    });
}

#[test]
fn boards() {
    let mut results = SnapshotResults::new();
    let mut empty = samples::empty();
    put::<Name>(&mut empty, Fetch::Attributes, &[]);
    take(&mut results, "fleet_empty", DESK, &empty, false, &Link::Live);
    let mut calm = samples::typical();
    told(&mut calm, 0, 0);
    take(&mut results, "fleet_nothing_grouped", DESK, &calm, false, &Link::Live);
    take(&mut results, "fleet_nothing_alike", DESK, &calm, true, &Link::Live);
    let mut typical = samples::typical();
    told(&mut typical, 8, 9);
    let mut overfull = samples::overfull();
    told(&mut overfull, 10_000, 10_000);
    let mut odd = samples::strange();
    strange(&mut odd);
    for (name, model) in [("typical", &typical), ("overfull", &overfull), ("strange", &odd)] {
        for (board, alike) in [("groups", false), ("alike", true)] {
            take(&mut results, &format!("fleet_{board}_{name}"), DESK, model, alike, &Link::Live);
            take(
                &mut results,
                &format!("fleet_{board}_{name}_narrow"),
                vec2(800.0, 600.0),
                model,
                alike,
                &Link::Live,
            );
        }
    }
}

#[test]
fn what_cannot_be_told_says_why_and_what_is_old_says_how_old() {
    let mut results = SnapshotResults::new();
    let mut failed = samples::typical();
    let why = "the partition of November 2026 cannot be read";
    failed.details.put(Fetch::Attributes, Detail::Failed(why.to_owned()));
    take(&mut results, "fleet_failed", DESK, &failed, false, &Link::Live);
    let mut model = samples::typical();
    told(&mut model, 8, 9);
    let mut view = fleet(false);
    drop(window(ThemeName::Dark, DESK, |ui| {
        view.show(ui, &model, &clock(), &[], &Link::Live);
    }));
    let offline = Link::Offline(Span::seconds(400), "connection refused".to_owned());
    let mut later = clock();
    later.now = later.now.plus(Span::seconds(400));
    screen(&mut results, "fleet_offline", DESK, ViewName::Fleet, &model, |ui, model| {
        let asked = view.show(ui, model, &later, &[], &offline);
        assert!(asked.is_empty(), "nobody is asked who is not there: {asked:?}");
    });
    let mut waiting = fleet(false);
    let model = samples::typical();
    let mut harness = window(ThemeName::Dark, DESK, |ui| {
        waiting.show(ui, &model, &clock(), &[], &Link::Live);
    });
    harness.run();
    assert!(harness.query_by_label("Not known yet").is_some(), "what nobody told is not calm");
}

struct Seat<'a> {
    harness: Harness<'a>,
    intents: Rc<RefCell<Vec<Intent>>>,
}

fn seat<'a>() -> Seat<'a> {
    let intents = Rc::new(RefCell::new(Vec::new()));
    let heard = intents.clone();
    let mut model = samples::typical();
    told(&mut model, 8, 9);
    let mut desk = Desk::default();
    desk.go(ViewName::Fleet);
    let around = Surroundings {
        link: Link::Live,
        ..Surroundings::default()
    };
    let harness = window(ThemeName::Dark, DESK, move |ui| {
        let asked = desk.show(ui, &model, &clock(), &around);
        heard.borrow_mut().extend(asked);
    });
    Seat { harness, intents }
}

impl Seat<'_> {
    fn press(&mut self, key: Key) {
        self.harness.key_press(key);
        self.harness.run();
    }

    fn asked(&self, wanted: &Fetch) -> bool {
        self.intents.borrow().iter().any(|intent| *intent == Intent::Fetch(wanted.clone()))
    }
}

#[test]
fn an_attribute_is_chosen_by_typing_and_a_group_leads_to_its_alarms() {
    let mut seat = seat();
    assert!(seat.asked(&Fetch::Attributes) && seat.asked(&Fetch::Groups("region".to_owned())));
    seat.harness.event(egui::Event::Text("/".to_owned()));
    seat.harness.run();
    seat.harness.event(egui::Event::Text("firm".to_owned()));
    seat.harness.run();
    seat.press(Key::Enter);
    assert!(seat.asked(&Fetch::Groups("firmware".to_owned())));
    assert!(seat.harness.query_by_label("By firmware").is_some());
    seat.press(Key::G);
    assert!(seat.asked(&Fetch::Cohorts("firmware".to_owned(), 7)));
    seat.press(Key::R);
    assert!(seat.asked(&Fetch::Cohorts("firmware".to_owned(), 14)));
    seat.press(Key::G);
    seat.press(Key::J);
    seat.press(Key::Enter);
    let mut values = ["\"by:firmware=Espace Mittelland\"", "by:firmware=Léman"].into_iter();
    let written = values.any(|value| seat.harness.query_all_by_value(value).next().is_some());
    assert!(written, "the alarm list says by what it is narrowed");
}
