//! Every screen with what no network should send, and one will.

use egui::{Key, MissingGlyphPolicy, Modifiers, vec2};
use egui_kittest::SnapshotResults;
use pedkai_core::{
    model::{Span, Timestamp},
    wire::{Target, TargetKind},
};
use serde_json::json;

use super::{
    DESK, clock, picture,
    pictures::{screen, status},
    window,
};
use crate::{
    command::{Command, ListCommand, Situation},
    desk::{Desk, Surroundings},
    intent::Fetch,
    model::{Aim, Asked, Detail, Fate, Model, samples},
    shell::{Link, Shell, Status},
    theme::ThemeName,
    views::{
        ViewName, alarms::Alarms, incident::Incident, incidents::Incidents, outbox::OutboxView, overview::Overview, scorecard::Period, sla::Sla,
        system::System, topology::Topology,
    },
};

/// Lets letters that no face has be drawn as boxes, as the product does; false in the first pass, which is too early to draw them.
pub(super) fn boxes(ui: &egui::Ui) -> bool {
    let ready = ui.ctx().missing_glyph_policy() == MissingGlyphPolicy::Tofu;
    ui.ctx().set_missing_glyph_policy(MissingGlyphPolicy::Tofu);
    ready
}

/// The strange network with answers of the collector and an outbox that are as strange.
pub(super) fn strange() -> Model {
    let mut model = samples::strange();
    let names = samples::names();
    for (number, (_, name)) in names.iter().enumerate() {
        let aim = |what: usize| Aim {
            target: Target {
                kind: if what == 0 { TargetKind::Incident } else { TargetKind::Alarm },
                id: samples::id(5, what),
            },
            name: names[(number + what) % names.len()].1.clone(),
        };
        let refused = Fate::Refused {
            at: Timestamp::MAX,
            why: name.clone(),
        };
        model.outbox.put(Asked {
            id: samples::id(9, number),
            what: name.clone(),
            aims: (0..number % 3).map(aim).collect(),
            text: name.clone(),
            by: name.clone(),
            at: [Timestamp::EPOCH, Timestamp::MAX][number % 2],
            fate: if number % 2 == 0 { refused } else { Fate::Waiting { answered: usize::MAX } },
        });
    }
    let each = |row: &dyn Fn(&str) -> serde_json::Value| json!({"items": names.iter().map(|(_, name)| row(name)).collect::<Vec<_>>()});
    let most = u64::MAX;
    let workers = each(&|name| json!({"name": name, "state": "trouble", "detail": name, "queued": most, "done": most}));
    let seats = each(&|name| json!({"name": name, "role": name, "address": name, "open_seconds": 1e18}));
    let letters = each(&|name| json!({"received_at": "9998-12-31T23:59:59Z", "source": name, "reason": name}));
    let mut storage = each(&|name| json!({"name": name, "bytes": most}));
    for figure in ["bytes", "bytes_per_day", "records", "log_days", "free_bytes"] {
        storage[figure] = json!(most);
    }
    let hit = |number: usize| json!({"entity_id": samples::id(2, number), "external_id": "", "name": names[number].1, "type": names[number].1, "hops": most});
    let all: Vec<_> = (0..names.len()).map(hit).collect();
    let impact = json!({"down": all, "degraded": all, "services": all, "customers": all});
    let trace = json!({"steps": names.iter().map(|(_, name)| json!({"at": "1970-01-01T00:00:00Z", "stage": name, "reason": name})).collect::<Vec<_>>()});
    for number in 0..names.len() {
        model.details.put(Fetch::Impact(samples::id(2, number)), Detail::Here(impact.clone()));
        model.details.put(Fetch::Trace(samples::id(7, number).to_string()), Detail::Here(trace.clone()));
    }
    let mut promised = samples::promised(names.len());
    for (row, (_, name)) in promised.iter_mut().zip(&names) {
        (row.service, row.tier, row.objective.metric) = (name.as_str().into(), name.as_str().into(), name.as_str().into());
        (row.objective.threshold, row.value, row.predicted_breach_time) = (1e300, Some(-1e300), Some(Timestamp::MAX));
    }
    let mut score = samples::scorecard(names.len());
    for (row, (_, name)) in score["items"].as_array_mut().unwrap().iter_mut().zip(&names) {
        for (field, value) in [
            ("service", json!(name)),
            ("tier", json!(name)),
            ("outages", json!(u32::MAX)),
            ("late", json!(u32::MAX)),
        ] {
            row[field] = value;
        }
        for field in ["down_s", "mttr_s", "promised"] {
            row[field] = json!(1e300);
        }
        row["availability"] = json!(-1e300);
    }
    for (question, answer) in [
        (Fetch::Sla, json!({"items": promised, "next": null})),
        (Fetch::Scorecard(Period::default()), score),
        (Fetch::Workers, workers),
        (Fetch::Storage, storage),
        (Fetch::Seats, seats),
        (Fetch::DeadLetters, letters),
    ] {
        model.details.put(question, Detail::Here(answer));
    }
    model
}

#[test]
fn lists() {
    let mut results = SnapshotResults::new();
    let model = strange();
    let mut view = Alarms::default();
    screen(&mut results, "alarms_strange", DESK, ViewName::Alarms, &model, |ui, model| {
        if boxes(ui) {
            view.show(ui, model, &clock(), &[], None);
        }
    });
    let mut view = Alarms::default();
    view.layout.grouped = true;
    view.reveal(samples::id(5, 3));
    screen(&mut results, "alarms_strange_open", DESK, ViewName::Alarms, &model, |ui, model| {
        if boxes(ui) {
            view.show(ui, model, &clock(), &[], None);
        }
    });
    let mut view = Incidents::default();
    let mut steps = vec![Command::List(ListCommand::Next)];
    screen(&mut results, "incidents_strange", DESK, ViewName::Incidents, &model, |ui, model| {
        if boxes(ui) {
            view.show(ui, model, &clock(), &std::mem::take(&mut steps), None);
        }
    });
    let mut view = Sla::default();
    let mut steps = vec![Command::List(ListCommand::Next)];
    screen(&mut results, "sla_strange", DESK, ViewName::Sla, &model, |ui, model| {
        if boxes(ui) {
            view.show(ui, model, &clock(), &std::mem::take(&mut steps));
        }
    });
    let mut view = OutboxView::default();
    let mut steps = vec![Command::List(ListCommand::Next)];
    screen(&mut results, "outbox_strange", DESK, ViewName::Outbox, &model, |ui, model| {
        if boxes(ui) {
            view.show(ui, model, &clock(), &std::mem::take(&mut steps), None);
        }
    });
}

#[test]
fn rooms() {
    let mut results = SnapshotResults::new();
    let model = strange();
    for (name, number) in [("incident_strange", 0), ("incident_strange_right", 3)] {
        let mut room = Incident::default();
        room.open(samples::id(6, number));
        let mut steps = vec![Command::List(ListCommand::Next)];
        screen(&mut results, name, vec2(1280.0, 1240.0), ViewName::Incident, &model, |ui, model| {
            if boxes(ui) {
                room.show(ui, model, &clock(), &std::mem::take(&mut steps), None);
            }
        });
    }
    let mut view = Topology::default();
    view.focus(samples::id(2, 3));
    view.reach_of(samples::id(2, 3));
    screen(&mut results, "topology_strange", DESK, ViewName::Topology, &model, |ui, model| {
        if boxes(ui) {
            view.show(ui, model, &clock(), &[]);
        }
    });
    let mut view = Overview::default();
    screen(&mut results, "overview_strange", DESK, ViewName::Overview, &model, |ui, model| {
        if boxes(ui) {
            view.show(ui, model, &clock());
        }
    });
    let mut view = System::default();
    screen(&mut results, "system_strange", DESK, ViewName::System, &model, |ui, model| {
        if boxes(ui) {
            view.show(ui, model, &clock());
        }
    });
}

#[test]
fn frame() {
    let mut results = SnapshotResults::new();
    let situation = Situation {
        view: ViewName::Alarms,
        selected: 1,
        cannot_act: None,
    };
    let names = samples::names();
    let told = Status {
        tenant: names[3].1.clone(),
        user: samples::endless(),
        counts: [usize::MAX; 5],
        unacked: usize::MAX,
        incidents: usize::MAX,
        stale_sources: usize::MAX,
        waiting: usize::MAX,
        refused: usize::MAX,
        ..status(Link::Failing(Span::seconds(i64::MAX), format!("{} {}", names[3].1, samples::endless())))
    };
    let mut shell = Shell::default();
    picture(&mut results, "shell_strange", DESK, |ui| {
        if boxes(ui) {
            shell.show(ui, &clock(), &told, &situation, |_| Vec::new(), |_, _| {});
        }
    });
}

#[test]
fn what_floats() {
    let mut results = SnapshotResults::new();
    let mut desk = Desk::default();
    for (_, name) in samples::names().into_iter().take(4) {
        desk.tell(false, format!("Clear by hand of linkDown on {name} was refused: it is owned by {name}"));
    }
    let (model, around) = (strange(), Surroundings::default());
    let mut harness = window(ThemeName::Dark, vec2(800.0, 600.0), |ui| {
        if boxes(ui) {
            desk.show(ui, &model, &clock(), &around);
        }
    });
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run();
    harness.key_press(Key::X);
    harness.run();
    harness.snapshot("strange_dialog");
    results.extend_harness(&mut harness);
    harness.key_press(Key::Escape);
    harness.run();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    harness.run();
    harness.event(egui::Event::Text("re".to_owned()));
    harness.run();
    harness.snapshot("strange_palette");
    results.extend_harness(&mut harness);
}
