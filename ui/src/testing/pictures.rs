use egui::vec2;
use egui_kittest::SnapshotResults;

use super::{DESK, clock, picture, window};
use crate::{
    command::{Command, MapCommand, Situation},
    intent::Fetch,
    model::{Detail, Model, samples},
    shell::{Link, Shell, Status},
    theme::ThemeName,
    views::{
        ViewName,
        alarms::Alarms,
        gallery::Gallery,
        incident::Incident,
        incidents::Incidents,
        overview::Overview,
        scorecard::{Period, Scorecard},
        sla::Sla,
        system::System,
        topology::Topology,
    },
};
use pedkai_core::model::Span;
use serde_json::json;

#[test]
fn gallery() {
    let mut results = SnapshotResults::new();
    let mut gallery = Gallery::default();
    let size = vec2(1280.0, 1620.0);
    picture(&mut results, "gallery", size, |ui| gallery.show(ui, &clock()));
    let mut harness = window(ThemeName::HighContrast, size, |ui| gallery.show(ui, &clock()));
    harness.snapshot("gallery_high_contrast");
    results.extend_harness(&mut harness);
}

pub(super) fn status(link: Link) -> Status {
    Status {
        tenant: "Helvetia Net".to_owned(),
        user: "mira".to_owned(),
        link,
        counts: [2, 14, 31, 0, 3],
        unacked: 17,
        incidents: 3,
        stale_sources: 1,
        ..Status::default()
    }
}

#[test]
fn shell() {
    let mut results = SnapshotResults::new();
    let situation = Situation {
        view: ViewName::Alarms,
        selected: 1,
        cannot_act: None,
    };
    let none = |_: &str| Vec::new();
    let mut shell = Shell::default();
    picture(&mut results, "shell_live", DESK, |ui| {
        shell.show(ui, &clock(), &status(Link::Live), &situation, none, |_, _| {});
    });
    let offline = Link::Offline(Span::seconds(190), "connection refused".to_owned());
    let mut shell = Shell::default();
    picture(&mut results, "shell_narrow_offline", vec2(800.0, 600.0), |ui| {
        shell.show(ui, &clock(), &status(offline.clone()), &situation, none, |_, _| {});
    });
    let busy = |link: Link| Status {
        counts: [120, 1_079, 37_333, 75_113, 12_541],
        unacked: 126_193,
        incidents: 2_874,
        waiting: 1_240,
        troubles: vec!["the disk that holds /var/lib/pedkai is full: make room there; nothing that was answered is lost".to_owned()],
        ..status(link)
    };
    let full = "/var/lib/pedkai/tenants/0a86d5ec-6759-4616-a21b-242b6e5e9412/rows.db cannot be used (the disk that holds it is full: make room there; nothing \
                that was answered is lost, and writing goes on by itself)";
    let failing = Link::Failing(Span::seconds(73), full.to_owned());
    for (name, link) in [("offline", offline), ("trouble", Link::Live), ("failing", failing)] {
        let status = busy(link);
        let mut shell = Shell::default();
        picture(&mut results, &format!("shell_{name}"), DESK, |ui| {
            shell.show(ui, &clock(), &status, &situation, none, |_, _| {});
        });
    }
    for (name, key) in [("palette", egui::Key::K), ("keys", egui::Key::Questionmark)] {
        let mut shell = Shell::default();
        let mut harness = window(ThemeName::Dark, DESK, |ui| {
            shell.show(ui, &clock(), &status(Link::Syncing(12_400)), &situation, none, |_, _| {});
        });
        if key == egui::Key::K {
            harness.key_press_modifiers(egui::Modifiers::COMMAND, key);
        } else {
            harness.event(egui::Event::Text("?".to_owned()));
        }
        harness.run();
        harness.snapshot(format!("shell_{name}"));
        results.extend_harness(&mut harness);
    }
}

/// A screen in the frame, with the status that its model gives.
pub(super) fn screen(results: &mut SnapshotResults, name: &str, size: egui::Vec2, view: ViewName, model: &Model, mut draw: impl FnMut(&mut egui::Ui, &Model)) {
    let situation = Situation {
        view,
        selected: 1,
        cannot_act: None,
    };
    let status = Status {
        counts: model.tallies().all().counts,
        unacked: model.tallies().unacked(),
        incidents: model.open_incidents().count(),
        stale_sources: model
            .sources()
            .iter()
            .filter(|source| crate::model::silence(source, clock().now).is_some())
            .count(),
        refused: model.outbox.refused(),
        waiting: model.outbox.len() - model.outbox.refused(),
        ..status(Link::Live)
    };
    let mut shell = Shell::default();
    shell.view = view;
    picture(results, name, size, |ui| {
        shell.show(ui, &clock(), &status, &situation, |_| Vec::new(), |ui, _| draw(ui, model));
    });
}

type Sample = (&'static str, fn() -> Model);

const MODELS: [Sample; 3] = [("empty", samples::empty), ("typical", samples::typical), ("overfull", samples::overfull)];

#[test]
fn alarms() {
    let mut results = SnapshotResults::new();
    for (name, make) in MODELS {
        let model = make();
        let mut view = Alarms::default();
        screen(&mut results, &format!("alarms_{name}"), DESK, ViewName::Alarms, &model, |ui, model| {
            view.show(ui, model, &clock(), &[], None);
        });
    }
    let model = samples::typical();
    let mut view = Alarms::default();
    view.layout.grouped = true;
    view.reveal(samples::id(5, 2));
    screen(&mut results, "alarms_open", DESK, ViewName::Alarms, &model, |ui, model| {
        view.show(ui, model, &clock(), &[], None);
    });
}

#[test]
fn incidents() {
    let mut results = SnapshotResults::new();
    for (name, make) in MODELS {
        let model = make();
        let mut view = Incidents::default();
        screen(&mut results, &format!("incidents_{name}"), DESK, ViewName::Incidents, &model, |ui, model| {
            view.show(ui, model, &clock(), &[], None);
        });
        if name == "typical" {
            let mut room = Incident::default();
            room.open(samples::id(6, 1));
            screen(&mut results, "incident_narrow", vec2(800.0, 600.0), ViewName::Incident, &model, |ui, model| {
                room.show(ui, model, &clock(), &[], None);
            });
        }
        let mut model = model;
        if name != "empty" {
            super::kpis::answer_findings(&mut model);
        }
        let mut room = Incident::default();
        if name != "empty" {
            room.open(samples::id(6, if name == "typical" { 1 } else { 14 }));
        }
        screen(&mut results, &format!("incident_{name}"), DESK, ViewName::Incident, &model, |ui, model| {
            room.show(ui, model, &clock(), &[], None);
        });
    }
}

#[test]
fn topology() {
    let mut results = SnapshotResults::new();
    for (name, make) in MODELS {
        let model = make();
        let mut view = Topology::default();
        screen(&mut results, &format!("topology_{name}"), DESK, ViewName::Topology, &model, |ui, model| {
            view.show(ui, model, &clock(), &[]);
        });
    }
    let model = samples::typical();
    let mut view = Topology::default();
    view.focus(samples::id(1, 15));
    screen(&mut results, "topology_chosen", DESK, ViewName::Topology, &model, |ui, model| {
        view.show(ui, model, &clock(), &[]);
    });
    for (name, presses) in [("layers", 1), ("network", 2)] {
        let mut view = Topology::default();
        let mut presses = vec![Command::Map(MapCommand::Layout); presses];
        screen(&mut results, &format!("topology_{name}"), DESK, ViewName::Topology, &model, |ui, model| {
            view.show(ui, model, &clock(), &std::mem::take(&mut presses));
        });
    }
}

#[test]
fn overview_and_system() {
    let mut results = SnapshotResults::new();
    for (name, make) in MODELS {
        let model = make();
        let mut view = Overview::default();
        screen(&mut results, &format!("overview_{name}"), DESK, ViewName::Overview, &model, |ui, model| {
            view.show(ui, model, &clock());
        });
        let mut model = model;
        collector_says(&mut model, name);
        if name == "empty" {
            model.details.put(Fetch::Sla, Detail::Here(json!({"items": [], "next": null})));
        }
        let mut view = Sla::default();
        screen(&mut results, &format!("sla_{name}"), DESK, ViewName::Sla, &model, |ui, model| {
            view.show(ui, model, &clock(), &[]);
        });
        if name == "empty" {
            for period in Period::ALL {
                model.details.put(Fetch::Scorecard(period), Detail::Here(samples::scorecard(0)));
            }
        }
        let mut view = Scorecard::default();
        screen(&mut results, &format!("scorecard_{name}"), DESK, ViewName::Scorecard, &model, |ui, model| {
            view.show(ui, model, &clock(), &[]);
        });
        let mut view = System::default();
        screen(&mut results, &format!("system_{name}"), DESK, ViewName::System, &model, |ui, model| {
            view.show(ui, model, &clock());
        });
    }
}

#[test]
fn scorecard_when_it_is_not_known_old_or_the_window_is_small() {
    let mut results = SnapshotResults::new();
    let question = Fetch::Scorecard(Period::Month);
    let mut model = samples::typical();
    let failed = "there is nothing at /api/v1/scorecard: see /api/openapi.json".to_owned();
    model.details.put(question.clone(), Detail::Failed(failed));
    let mut view = Scorecard::default();
    screen(&mut results, "scorecard_failed", DESK, ViewName::Scorecard, &model, |ui, model| {
        view.show(ui, model, &clock(), &[]);
    });
    let mut old = samples::scorecard(7);
    old["to"] = json!(clock().now.minus(Span::minutes(19)));
    model.details.put(question, Detail::Here(old));
    let mut view = Scorecard::default();
    screen(&mut results, "scorecard_old", vec2(800.0, 600.0), ViewName::Scorecard, &model, |ui, model| {
        view.show(ui, model, &clock(), &[]);
    });
}

/// What the collector answers when it is asked how it is: nothing yet, all is well, much of everything.
fn collector_says(model: &mut Model, name: &str) {
    let (seats, letters, trouble) = match name {
        "typical" => (2, 1, false),
        "overfull" => (40, 30, true),
        _ => return,
    };
    let worker = |name: &str, state: &str, detail: &str, done: u64| json!({"name": name, "state": state, "detail": detail, "queued": 0, "done": done});
    let full = "the disk that holds /var/lib/pedkai is full: make room, what comes meanwhile is refused and senders try again";
    let log = if trouble { ("trouble", full) } else { ("running", "") };
    let workers = json!({"items": [
        worker("listen/snmp", "running", "0.0.0.0:1162", 812_004), worker("listen/syslog-udp", "running", "0.0.0.0:1514", 271_731),
        worker("listen/syslog-tls", "off", "", 0), worker("writer", log.0, log.1, 40_112), worker("rows", "running", "0.012 s behind the log", 98_231),
    ]});
    let storage = json!({"items": [{"name": "log", "bytes": 3_422_888_872_u64}, {"name": "rows", "bytes": 91_200_512}], "bytes": 3_514_089_384_u64,
        "bytes_per_day": 267_131_012, "records": 2_412_331, "log_days": 90, "free_bytes": if trouble { 0 } else { 61_000_000_000_u64 }});
    let seat =
        |n: usize| json!({"name": (["mira", "jan", "wall"][n % 3]), "role": "operator", "address": format!("10.0.0.{}", n + 7), "open_seconds": 7_260 + n});
    let letter = |_| json!({"received_at": "2026-11-21T13:58:02Z", "source": "snmp", "reason": "the user is not known here"});
    for (question, answer) in [
        (Fetch::Workers, workers),
        (Fetch::Storage, storage),
        (Fetch::Sla, json!({"items": samples::promised(if trouble { 400 } else { 8 }), "next": null})),
        (Fetch::Scorecard(Period::Month), samples::scorecard(if trouble { 400 } else { 7 })),
        (Fetch::Seats, json!({"items": (0..seats).map(seat).collect::<Vec<_>>()})),
        (Fetch::DeadLetters, json!({"items": (0..letters).map(letter).collect::<Vec<_>>()})),
    ] {
        model.details.put(question, Detail::Here(answer));
    }
}
