//! What an operator does without a mouse, and by name.

use egui::{Key, Modifiers};
use egui_kittest::{Harness, kittest::Queryable};
use std::{cell::RefCell, rc::Rc};

use super::{DESK, clock, window};
use crate::{
    desk::{Desk, Surroundings},
    intent::{Fetch, Intent},
    model::{Detail, Model, samples},
    shell::{Link, Shut},
    theme::ThemeName,
    views::ViewName,
};
use pedkai_core::model::{CommandKind, Span};

struct Seat<'a> {
    harness: Harness<'a>,
    intents: Rc<RefCell<Vec<Intent>>>,
}

fn seat<'a>() -> Seat<'a> {
    let intents = Rc::new(RefCell::new(Vec::new()));
    let heard = intents.clone();
    let model = samples::typical();
    let mut desk = Desk::default();
    let harness = window(ThemeName::Dark, DESK, move |ui| {
        let asked = desk.show(ui, &model, &clock(), &Surroundings::default());
        heard.borrow_mut().extend(asked);
    });
    Seat { harness, intents }
}

impl Seat<'_> {
    fn press(&mut self, key: Key) {
        self.harness.key_press(key);
        self.harness.run();
    }

    fn acts(&self) -> Vec<(CommandKind, usize)> {
        let acts = self.intents.borrow();
        acts.iter()
            .filter_map(|intent| {
                if let Intent::Act(act) = intent {
                    Some((act.kind.clone(), act.aims.len()))
                } else {
                    None
                }
            })
            .collect()
    }
}

#[test]
fn move_and_acknowledge_without_a_mouse() {
    let mut seat = seat();
    seat.press(Key::J);
    seat.press(Key::O);
    seat.harness.key_press_modifiers(Modifiers::SHIFT, Key::J);
    seat.harness.run();
    seat.press(Key::A);
    let acts = seat.acts();
    assert_eq!(acts.first().map(|(kind, count)| (kind.word(), *count)), Some(("own", 1)));
    assert_eq!(acts.get(1).map(|(kind, count)| (kind.word(), *count)), Some(("ack", 2)));
}

/// Presses that one slow frame holds, each with the letter that it writes.
fn at_once(seat: &mut Seat<'_>, keys: &[(Key, &str)]) {
    for (key, letter) in keys {
        let press = |pressed| egui::Event::Key {
            key: *key,
            physical_key: None,
            pressed,
            repeat: false,
            modifiers: Modifiers::NONE,
        };
        let text = (!letter.is_empty()).then(|| egui::Event::Text((*letter).to_owned()));
        let events = &mut seat.harness.input_mut().events;
        events.push(press(true));
        events.extend(text);
        events.push(press(false));
    }
    seat.harness.run();
}

#[test]
fn keys_that_one_slow_frame_holds_mean_what_they_would_one_by_one() {
    let sent = |keys: &[(Key, &str)]| {
        let mut seat = seat();
        at_once(&mut seat, keys);
        let intents = seat.intents.borrow();
        let acts = intents.iter().filter_map(|intent| match intent {
            Intent::Act(act) => Some((act.kind.word(), act.aims.iter().map(|aim| aim.target.id).collect::<Vec<_>>())),
            _ => None,
        });
        acts.collect::<Vec<_>>()
    };
    let one_by_one = |keys: &[Key]| {
        let mut seat = seat();
        keys.iter().for_each(|key| seat.press(*key));
        let intents = seat.intents.borrow();
        let found = intents
            .iter()
            .find_map(|intent| if let Intent::Act(act) = intent { Some(act.aims[0].target.id) } else { None });
        found.unwrap()
    };
    let third = one_by_one(&[Key::ArrowDown, Key::ArrowDown, Key::ArrowDown, Key::O]);
    let down = (Key::ArrowDown, "");
    assert_eq!(sent(&[down, down, down, (Key::O, "o")]), [("own", vec![third])]);
    let first = one_by_one(&[Key::ArrowDown, Key::O]);
    assert_eq!(
        sent(&[down, (Key::O, "o"), down, down, (Key::O, "o")]),
        [("own", vec![first]), ("own", vec![third])]
    );
}

#[test]
fn what_is_written_right_after_the_key_that_asks_for_it_is_written() {
    let mut seat = seat();
    at_once(&mut seat, &[(Key::ArrowDown, ""), (Key::C, "c"), (Key::O, "o"), (Key::K, "k")]);
    assert_eq!(seat.acts(), [], "a letter is no command while something is being written");
    seat.harness.get_by_label("Comment").click();
    seat.harness.run();
    let intents = seat.intents.borrow();
    assert!(
        intents.iter().any(|intent| matches!(intent, Intent::Act(act) if act.text == "ok")),
        "{intents:?}"
    );
}

#[test]
fn a_wall_display_acts_on_nothing_on_any_list() {
    for view in [ViewName::Alarms, ViewName::Incidents] {
        let intents = Rc::new(RefCell::new(Vec::new()));
        let heard = intents.clone();
        let model = samples::typical();
        let mut desk = Desk::default();
        desk.go(view);
        let around = Surroundings {
            cannot_act: Some("A wall display cannot act"),
            ..Surroundings::default()
        };
        let harness = window(ThemeName::Dark, DESK, move |ui| {
            heard.borrow_mut().extend(desk.show(ui, &model, &clock(), &around))
        });
        let mut seat = Seat { harness, intents };
        for key in [Key::J, Key::O, Key::A] {
            seat.press(key);
        }
        seat.harness
            .get_all_by_role_and_label(egui::accesskit::Role::Button, "Own")
            .for_each(|own| own.click());
        seat.harness.run();
        assert_eq!(seat.acts(), [], "{view:?}");
    }
}

#[test]
fn a_seat_that_nobody_is_at_tells_no_seconds_that_it_does_not_count() {
    for (rests, told, not_told) in [(false, "14:03:21", "14:03"), (true, "14:03", "14:03:21")] {
        let (model, mut desk) = (samples::typical(), Desk::default());
        let clock = crate::format::Clock { rests, ..clock() };
        let harness = window(ThemeName::Dark, DESK, move |ui| drop(desk.show(ui, &model, &clock, &Surroundings::default())));
        assert!(harness.query_by_label(told).is_some() && harness.query_by_label(not_told).is_none(), "{rests}");
    }
}

#[test]
fn what_is_not_known_is_not_told_as_calm() {
    for view in [ViewName::Alarms, ViewName::Incidents, ViewName::Overview] {
        let model = Model::default();
        let mut desk = Desk::default();
        desk.go(view);
        let harness = window(ThemeName::Dark, DESK, move |ui| drop(desk.show(ui, &model, &clock(), &Surroundings::default())));
        assert!(harness.query_all_by_label_contains("ot known").next().is_some(), "{view:?}");
        for calm in ["Nothing that reports", "Every incident is resolved", "No entity has", "within its usual time"] {
            assert!(harness.query_all_by_label_contains(calm).next().is_none(), "{view:?}: {calm}");
        }
    }
}

#[test]
fn what_a_failure_takes_along_is_asked_again_when_the_network_changed() {
    let mut model = samples::typical();
    let (entity, other) = (model.entities().iter().next().unwrap().id, model.entities().iter().last().unwrap().clone());
    let question = Fetch::Impact(entity);
    assert!(model.details.wanted(&question));
    model.details.put(question.clone(), Detail::Waiting);
    model.apply(crate::model::Change::Put(Box::new(pedkai_core::screen::Row::Entity(other.clone()))));
    assert!(!model.details.wanted(&question), "it is being asked");
    model.details.put(question.clone(), Detail::Here(serde_json::json!({})));
    assert!(!model.details.wanted(&question));
    model.apply(crate::model::Change::Put(Box::new(pedkai_core::screen::Row::Entity(other))));
    assert!(model.details.wanted(&question));
    model.details.asked(&question);
    assert!(!model.details.wanted(&question), "asked once a change");
    assert!(matches!(model.details.get(&question), Some(Detail::Here(_))), "what is known stays meanwhile");
}

#[test]
fn what_another_filter_hides_is_not_acted_on() {
    let intents = Rc::new(RefCell::new(Vec::new()));
    let heard = intents.clone();
    let model = samples::typical();
    let elsewhere = model.entities().iter().last().unwrap().id;
    let mut desk = Desk::default();
    let narrow = Rc::new(RefCell::new(false));
    let now = narrow.clone();
    let harness = window(ThemeName::Dark, DESK, move |ui| {
        if std::mem::take(&mut *now.borrow_mut()) {
            desk.show_alarms_of(elsewhere);
        }
        heard.borrow_mut().extend(desk.show(ui, &model, &clock(), &Surroundings::default()));
    });
    let mut seat = Seat { harness, intents };
    seat.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    seat.harness.run();
    *narrow.borrow_mut() = true;
    seat.harness.run();
    seat.press(Key::O);
    assert_eq!(seat.acts(), []);
}

#[test]
fn enter_presses_the_button_that_has_the_focus() {
    let mut seat = seat();
    seat.press(Key::J);
    seat.harness.get_by_role_and_label(egui::accesskit::Role::Button, "Own").focus();
    seat.harness.run();
    seat.press(Key::Enter);
    assert_eq!(seat.acts().first().map(|(kind, _)| kind.word()), Some("own"));
}

#[test]
fn a_comment_is_asked_for_and_sent() {
    let mut seat = seat();
    seat.press(Key::J);
    seat.press(Key::C);
    seat.harness.event(egui::Event::Text("Supplier called".to_owned()));
    seat.harness.run();
    seat.harness.get_by_label("Comment").click();
    seat.harness.run();
    let intents = seat.intents.borrow();
    let sent = intents.iter().find_map(|intent| {
        if let Intent::Act(act) = intent {
            Some((act.kind.word(), act.text.clone()))
        } else {
            None
        }
    });
    assert_eq!(sent, Some(("comment", "Supplier called".to_owned())));
}

#[test]
fn enter_opens_the_incident_and_m_the_map() {
    let mut seat = seat();
    seat.press(Key::J);
    seat.press(Key::Enter);
    seat.harness.get_by_label("What is guessed");
    seat.press(Key::M);
    seat.harness.get_by_label_contains("Map of 16 places");
}

#[test]
fn every_alarm_is_reached_by_its_name() {
    let mut seat = seat();
    let row = "critical new on Luzern – Bellinzona: Loss of signal in both directions";
    seat.harness.get_by_label(row).click();
    seat.harness.run();
    seat.harness.get_by_label("1 selected");
}

#[test]
fn the_palette_finds_commands_and_places() {
    let mut seat = seat();
    seat.harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    seat.harness.run();
    seat.harness.event(egui::Event::Text("Lugano".to_owned()));
    seat.harness.run();
    seat.press(Key::Enter);
    seat.harness.get_by_label_contains("Map of");
}

#[test]
fn what_goes_wrong_at_the_collector_is_asked_for_and_told_on_every_screen() {
    let mut model = samples::typical();
    let told = serde_json::json!({"items": [{"name": "writer", "state": "trouble", "detail": "the disk is full"}]});
    model.details.put(Fetch::Workers, Detail::Here(told));
    for view in [ViewName::Alarms, ViewName::Incidents, ViewName::Overview, ViewName::Topology, ViewName::System] {
        let asked = Rc::new(RefCell::new(Vec::new()));
        let heard = asked.clone();
        let mut desk = Desk::default();
        desk.go(view);
        let around = Surroundings {
            link: Link::Live,
            ..Surroundings::default()
        };
        let harness = window(ThemeName::Dark, DESK, |ui| heard.borrow_mut().extend(desk.show(ui, &model, &clock(), &around)));
        harness.get_by_label("The collector is in trouble: the disk is full");
        drop(harness);
        let times = asked.borrow().iter().filter(|intent| **intent == Intent::Fetch(Fetch::Workers)).count();
        assert_eq!(times, 1, "{view:?}");
    }
}

#[test]
fn a_lost_collector_is_told_in_full_once_it_does_not_come_back_at_once() {
    let mut model = samples::typical();
    super::outbox::wait(&mut model, 1);
    for (seconds, told) in [(1, false), (9, true)] {
        let asked = Rc::new(RefCell::new(Vec::new()));
        let heard = asked.clone();
        let mut desk = Desk::default();
        let around = Surroundings {
            link: Link::Offline(Span::seconds(seconds), "connection refused".to_owned()),
            ..Surroundings::default()
        };
        let mut harness = window(ThemeName::Dark, DESK, |ui| heard.borrow_mut().extend(desk.show(ui, &model, &clock(), &around)));
        let words = "No connection to the collector. What you see is 9 s old. 1 command waits and is sent when it is back. (connection refused)";
        assert_eq!(harness.query_by_label(words).is_some(), told);
        if told {
            harness.get_by_label("Reconnect").click();
            harness.run();
        }
        drop(harness);
        assert_eq!(asked.borrow().contains(&Intent::Reconnect), told);
    }
}

#[test]
fn a_lost_login_and_another_version_say_what_to_do_and_a_note_of_the_seat_itself_is_told_last() {
    let (lost, other) = (Shut::Login("the login is over".to_owned()), Shut::Version("Update the workstation.".to_owned()));
    let cases = [
        (
            Link::Shut(Span::seconds(9), lost),
            "Logged out: the login is over. What you see is 9 s old. 2 commands wait and are sent after the login.",
            Some("Log in"),
        ),
        (
            Link::Shut(Span::seconds(9), other),
            "Update the workstation. What you see is 9 s old.",
            Some("Reconnect"),
        ),
        (Link::Live, "This seat's clock is 1 h ahead. (and 1 more)", None),
    ];
    for (link, words, button) in cases {
        let asked = Rc::new(RefCell::new(Vec::new()));
        let heard = asked.clone();
        let mut desk = Desk::default();
        let around = Surroundings {
            link,
            notes: vec!["This seat's clock is 1 h ahead.".to_owned(), "Drawn by the processor.".to_owned()],
            ..Surroundings::default()
        };
        let mut model = Model::default();
        super::outbox::wait(&mut model, 2);
        let mut harness = window(ThemeName::Dark, DESK, |ui| heard.borrow_mut().extend(desk.show(ui, &model, &clock(), &around)));
        harness.get_by_label(words);
        if let Some(button) = button {
            harness.get_by_label(button).click();
            harness.run();
        }
        drop(harness);
        assert_eq!(asked.borrow().contains(&Intent::Reconnect), button.is_some());
    }
}

#[test]
fn the_palette_grows_again_after_a_search_that_found_little() {
    let mut seat = seat();
    seat.harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    seat.harness.run();
    let bottom = |seat: &Seat<'_>| {
        let area = seat.harness.ctx.memory(|memory| memory.area_rect(egui::Id::unique("palette")));
        area.map_or(0.0, |area| area.bottom())
    };
    let whole = bottom(&seat);
    seat.harness.event(egui::Event::Text("zzqq".to_owned()));
    seat.harness.run();
    assert!(bottom(&seat) < whole / 2.0);
    for _ in 0..4 {
        seat.press(Key::Backspace);
    }
    seat.harness.run();
    assert!((bottom(&seat) - whole).abs() < 1.0, "{} {whole}", bottom(&seat));
}
