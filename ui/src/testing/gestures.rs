//! What an operator does without a mouse, and by name.

use egui::{Key, Modifiers};
use egui_kittest::{Harness, kittest::Queryable};
use std::{cell::RefCell, rc::Rc};

use super::{DESK, clock, window};
use crate::{
    desk::{Desk, Surroundings},
    intent::Intent,
    model::samples,
    theme::ThemeName,
};
use pedkai_core::model::CommandKind;

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
                    Some((act.kind.clone(), act.targets.len()))
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
