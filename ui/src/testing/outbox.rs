//! What was asked and is not done: seen, and worked by name and by key.

use std::{cell::RefCell, rc::Rc};

use egui::{Key, Modifiers, vec2};
use egui_kittest::{Harness, SnapshotResults, kittest::Queryable};
use pedkai_core::{
    model::{Severity, Span, Timestamp},
    screen::Row,
    wire::{Target, TargetKind},
};

use super::{DESK, clock, pictures::screen, window};
use crate::{
    command::{Command, ListCommand},
    desk::{Desk, Surroundings},
    intent::Intent,
    model::{Aim, Asked, Change, Fate, Model, samples},
    theme::ThemeName,
    views::{ViewName, outbox::OutboxView},
};

fn ago(seconds: i64) -> Timestamp {
    clock().now.minus(Span::seconds(seconds))
}

fn refused(seconds: i64, why: &str) -> Fate {
    Fate::Refused {
        at: ago(seconds),
        why: why.to_owned(),
    }
}

fn asked(number: usize, what: &str, aims: Vec<Aim>, seconds: i64, fate: Fate) -> Asked {
    Asked {
        id: samples::id(9, number),
        what: what.to_owned(),
        aims,
        text: String::new(),
        by: "mira".to_owned(),
        at: ago(seconds),
        fate,
    }
}

/// An alarm of the sample network.
fn aim(model: &Model, number: usize) -> Aim {
    let alarm = model.alarms().get(samples::id(5, number)).unwrap();
    Aim {
        target: Target {
            kind: TargetKind::Alarm,
            id: alarm.id,
        },
        name: format!("{} on {}", alarm.alarm_type, alarm.entity_name),
    }
}

/// So many commands wait.
pub(super) fn wait(model: &mut Model, count: usize) {
    for number in 0..count {
        model.outbox.put(asked(100 + number, "Own", Vec::new(), 12, Fate::Waiting { answered: 0 }));
    }
}

pub(super) fn typical() -> Model {
    let mut model = samples::typical();
    let incident = model.incidents().iter().next().unwrap();
    let incident = Aim {
        target: Target {
            kind: TargetKind::Incident,
            id: incident.id,
        },
        name: incident.title.to_string(),
    };
    let some: Vec<Aim> = (1..5).map(|number| aim(&model, number)).collect();
    let one = |number: usize| vec![aim(&model, number)];
    let mut cleared = asked(1, "Clear by hand", one(2), 424, refused(422, "it is owned by jan: ask jan or a supervisor"));
    cleared.text = "Spliced at 13:40, light is back on both ends".to_owned();
    let all = [
        cleared,
        asked(2, "Acknowledge", some, 1_290, refused(185, "already acknowledged by jan")),
        asked(3, "Set to resolved", vec![incident], 95, refused(95, "it changed meanwhile; look again")),
        asked(4, "Own", one(3), 64, Fate::Waiting { answered: 0 }),
        asked(5, "Comment", one(4), 12, Fate::Waiting { answered: 0 }),
    ];
    all.into_iter().for_each(|asked| model.outbox.put(asked));
    model
}

fn overfull() -> Model {
    let mut model = samples::overfull();
    let many: Vec<Aim> = model
        .alarms()
        .iter()
        .take(5_000)
        .map(|alarm| Aim {
            target: Target {
                kind: TargetKind::Alarm,
                id: alarm.id,
            },
            name: format!("{} on {}", alarm.alarm_type, alarm.entity_name),
        })
        .collect();
    let long = "it is owned by somebody whose name goes on for as long as the directory lets it, which is longer than any column ever drawn: ask them, or a \
                supervisor of the region in which the alarm was raised";
    let mut first = asked(1, "Clear by hand", many.clone(), 5, refused(4, long));
    first.text =
        "A reason that was written with care, at length, and which nobody should have to read to its very end in a strip at the foot of a list".to_owned();
    first.by = "administrator.of.the.night.shift@operations.helvetia-net.example".to_owned();
    model.outbox.put(first);
    let one = |number: usize| many[number % many.len()].clone();
    model.outbox.put(asked(2, "Acknowledge", many.clone(), 20, Fate::Waiting { answered: 1_200 }));
    for number in 3..2_400 {
        let aims = vec![one(number)];
        let fate = if number % 3 == 0 { Fate::Waiting { answered: 0 } } else { refused(30, long) };
        model
            .outbox
            .put(asked(number, "Acknowledge until it clears", aims, 30 + number as i64 * 40, fate));
    }
    model
}

/// Its name, how it is made, and which row is chosen.
type Sample = (&'static str, fn() -> Model, usize);

#[test]
fn pictures() {
    let mut results = SnapshotResults::new();
    let models: [Sample; 3] = [("empty", samples::empty, 0), ("typical", typical, 3), ("overfull", overfull, 1)];
    for (name, make, down) in models {
        let model = make();
        let mut view = OutboxView::default();
        let mut steps = vec![Command::List(ListCommand::Next); down];
        screen(&mut results, &format!("outbox_{name}"), DESK, ViewName::Outbox, &model, |ui, model| {
            view.show(ui, model, &clock(), &std::mem::take(&mut steps), None);
        });
    }
    let model = typical();
    let mut view = OutboxView::default();
    let mut steps = vec![Command::List(ListCommand::Next)];
    screen(&mut results, "outbox_narrow", vec2(800.0, 600.0), ViewName::Outbox, &model, |ui, model| {
        view.show(ui, model, &clock(), &std::mem::take(&mut steps), None);
    });
}

fn seat<'a>(model: Model) -> (Harness<'a>, Rc<RefCell<Vec<Intent>>>) {
    let intents = Rc::new(RefCell::new(Vec::new()));
    let heard = intents.clone();
    let mut desk = Desk::default();
    let around = Surroundings::default();
    let harness = window(ThemeName::Dark, DESK, move |ui| {
        heard.borrow_mut().extend(desk.show(ui, &model, &clock(), &around));
    });
    (harness, intents)
}

#[test]
fn a_refusal_is_counted_on_every_screen_and_tried_again_or_dismissed_by_name() {
    let (mut seat, intents) = seat(typical());
    seat.get_by_label("3 refused").click();
    seat.run();
    seat.get_by_label("3 refused · 2 waiting");
    let row = "refused: Clear by hand";
    seat.get_by_label_contains(row).click();
    seat.run();
    let told = seat.query_all_by_label_contains("it is owned by jan: ask jan or a supervisor").count();
    assert_eq!(told, 2, "in its row, and in full beneath");
    seat.get_by_label("Try again").click();
    seat.run();
    seat.get_by_label("Dismiss").click();
    seat.run();
    let id = samples::id(9, 1);
    assert_eq!(*intents.borrow(), [Intent::Again(vec![id]), Intent::Dismiss(vec![id])]);
}

#[test]
fn the_outbox_is_worked_without_a_mouse_and_leads_to_the_alarm() {
    let (mut seat, intents) = seat(typical());
    seat.key_press_modifiers(Modifiers::COMMAND, Key::Num6);
    seat.run();
    seat.key_press_modifiers(Modifiers::COMMAND, Key::A);
    seat.run();
    seat.key_press(Key::R);
    seat.run();
    seat.key_press(Key::Delete);
    seat.run();
    let ids = [3, 1, 2].map(|number| samples::id(9, number)).to_vec();
    let mut given = intents.borrow().clone();
    for intent in &mut given {
        if let Intent::Again(ids) | Intent::Dismiss(ids) = intent {
            ids.sort();
        }
    }
    let mut sorted = ids;
    sorted.sort();
    assert_eq!(given, [Intent::Again(sorted.clone()), Intent::Dismiss(sorted)], "what waits is sent by itself");
    seat.key_press(Key::Escape);
    seat.run();
    for _ in 0..3 {
        seat.key_press(Key::J);
        seat.run();
    }
    seat.key_press(Key::Enter);
    seat.run();
    seat.get_by_label_contains("4 alarms of the outbox");
}

#[test]
fn what_waits_is_neither_dismissed_nor_sent_twice() {
    let (mut seat, intents) = seat(typical());
    seat.get_by_label("2 waiting").click();
    seat.run();
    seat.get_by_label_contains("waiting: Own").click();
    seat.run();
    seat.key_press(Key::Delete);
    seat.run();
    seat.key_press(Key::R);
    seat.run();
    assert_eq!(*intents.borrow(), []);
    seat.get_by_label("Take back").click();
    seat.run();
    assert!(matches!(intents.borrow().as_slice(), [Intent::Withdraw(ids)] if ids.len() == 1), "{intents:?}");
}

#[test]
fn a_whole_filter_is_acted_on_as_it_was_counted_and_not_as_it_became() {
    let model = Rc::new(RefCell::new(samples::typical()));
    let (drawn, intents) = (model.clone(), Rc::new(RefCell::new(Vec::new())));
    let heard = intents.clone();
    let mut desk = Desk::default();
    let mut seat = window(ThemeName::Dark, DESK, move |ui| {
        heard.borrow_mut().extend(desk.show(ui, &drawn.borrow(), &clock(), &Surroundings::default()));
    });
    seat.key_press_modifiers(Modifiers::COMMAND, Key::A);
    seat.run();
    seat.key_press(Key::X);
    seat.run();
    let counted = model.borrow().alarms().iter().filter(|alarm| !alarm.cleared).count();
    seat.get_by_label(&format!("Clear {counted} selected by hand"));
    seat.event(egui::Event::Text("planned work".to_owned()));
    let late = samples::alarm(7_001, samples::id(1, 1), "BERN-PE-09", Severity::Critical, "LATE", 0);
    model.borrow_mut().apply(Change::Put(Box::new(Row::Alarm(late.clone()))));
    seat.run();
    seat.get_by_label("Clear").click();
    seat.run();
    let acts: Vec<Intent> = intents.borrow().iter().filter(|intent| matches!(intent, Intent::Act(_))).cloned().collect();
    let [Intent::Act(act)] = acts.as_slice() else { panic!("{acts:?}") };
    assert_eq!(act.aims.len(), counted);
    assert!(act.aims.iter().all(|aim| aim.target.id != late.id));
}
