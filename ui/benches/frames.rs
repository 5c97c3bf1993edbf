//! What a frame costs with a hundred thousand alarms and a network of ten thousand places and thirty thousand links.
//!
//! `cargo bench -p pedkai-ui --bench frames` prints the median, the 99th percentile and the worst of update + tessellate for each screen, and what
//! filtering and sorting everything anew costs. KPIs are three series of a million samples each, two of them over each other.
//!
//! "In a storm" is a frame while 500 alarms a second come in, with taking them in.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench prints, and fails by panicking")]

use std::{
    collections::BTreeMap,
    hint::black_box,
    time::{Duration, Instant},
};

use egui::{Context, Event, Pos2, RawInput, Rect, Ui, vec2};
use pedkai_core::{
    model::{IncidentStatus, Name, Severity, SourceKind, Span, Symptom, Timestamp},
    screen::{AckState, AlarmRow, EntityRow, IncidentRow, RelationRow, Row},
    topology::Geo,
};
use pedkai_ui::{
    desk::{Desk, Layout, Surroundings},
    format::Clock,
    intent::Intent,
    model::{Change, KpiQuestion, Learned, Model},
    theme::{Look, Theme},
    views::{
        ViewName,
        kpis::{Key, Layout as KpiLayout},
    },
    widgets::plot::curve::{Curve, Dot, Expected},
};
use uuid::Uuid;

/// The one that the workstation runs on.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ALARMS: usize = 100_000;
const PLACES: usize = 10_000;
const LINKS: usize = 30_000;
const SAMPLES: i64 = 1_000_000;
const FRAMES: usize = 300;
/// Frames a second while rows come in: the line wakes the window no more often.
const STORM: usize = 5;

fn id(kind: u64, number: usize) -> Uuid {
    Uuid::from_u64_pair(kind << 32, number as u64 + 1)
}

fn now() -> Timestamp {
    Timestamp::parse("2026-11-21T14:00:00Z").unwrap()
}

fn put(model: &mut Model, row: Row) {
    model.apply(Change::Put(Box::new(row)));
}

fn entity(number: usize, kind: &str, geo: Option<Geo>) -> EntityRow {
    EntityRow {
        id: id(if kind == "LINK" { 2 } else { 1 }, number),
        external_id: format!("{kind}-{number:05}").into(),
        name: format!("{kind}-{number:05}").into(),
        kind: kind.into(),
        parent_id: None,
        geo,
        sla_tier: Name::EMPTY,
        revenue_weight: None,
        attributes: BTreeMap::new(),
        created_at: now(),
        placed: true,
        emergency: false,
    }
}

fn network(model: &mut Model) {
    for number in 0..PLACES {
        let turn = number as f64 * 2.399_963;
        let reach = (number as f64).sqrt() * 0.05;
        let geo = Geo {
            lat: 47.0 + reach * turn.sin(),
            lon: 8.0 + reach * turn.cos(),
        };
        put(model, Row::Entity(entity(number, "ROUTER", Some(geo))));
    }
    for number in 0..LINKS {
        put(model, Row::Entity(entity(number, "LINK", None)));
        let from = number % PLACES;
        let to = (from + 1 + (number / PLACES) * 34 + number % 7) % PLACES;
        for (end, place) in [from, to].into_iter().enumerate() {
            put(
                model,
                Row::Relation(RelationRow {
                    id: id(3, number * 2 + end),
                    source: id(2, number),
                    target: id(1, place),
                    relation: "connects".into(),
                }),
            );
        }
    }
}

fn alarm(number: usize) -> AlarmRow {
    let at = now().minus(Span::seconds((number % 80_000) as i64));
    let acked = if number.is_multiple_of(3) { AckState::Acked } else { AckState::None };
    AlarmRow {
        id: id(4, number),
        entity_id: id(1, number * 7 % PLACES),
        external_id: format!("ROUTER-{:05}", number * 7 % PLACES).into(),
        entity_name: format!("ROUTER-{:05}", number * 7 % PLACES).into(),
        entity_type: "ROUTER".into(),
        device_id: None,
        link_id: None,
        peer_id: None,
        alarm_type: ["linkDown", "bgpBackwardTransition", "temperature", "opticalPowerLow"][number % 4].into(),
        qualifier: format!("xe-0/0/{}", number % 48).into(),
        severity: Severity::ALL[number * 31 % 5],
        cleared: number % 9 == 1,
        flapping: false,
        ack_state: acked,
        ack: None,
        shelved: false,
        suppressed_by: None,
        count: (number % 900) as u32 + 1,
        raised_at: at,
        last_raised_at: at,
        cleared_at: None,
        changed_at: at,
        text: "Interface down: loss of signal, far end reports remote defect".into(),
        probable_cause: "communicationsSubsystemFailure".into(),
        symptom: Symptom::InterfaceDown,
        source: SourceKind::Snmp,
        source_system: "10.20.0.7".into(),
        rule: "std.link".into(),
        tracking_ids: vec![id(5, number)],
        event_ids: vec![id(6, number)],
        incident_id: number.is_multiple_of(4).then(|| id(7, number % 2_000)),
        owner: Name::EMPTY,
        comment: Name::EMPTY,
        emergency: false,
        history: Vec::new(),
    }
}

fn incident(number: usize) -> IncidentRow {
    IncidentRow {
        id: id(7, number),
        title: format!("Fibre {number} is down").into(),
        severity: Severity::ALL[number % 5],
        status: IncidentStatus::New,
        opened_at: now(),
        changed_at: now(),
        first_at: now(),
        last_at: now(),
        alarm_ids: (0..50).map(|each| id(4, number + each * 2_000)).collect(),
        links: Vec::new(),
        active_alarms: 50,
        hypotheses: Vec::new(),
        sitrep: None,
        finding: None,
        sla: None,
        foreseen: None,
        owner: Name::EMPTY,
        comment: Name::EMPTY,
        by_hand: false,
        emergency: false,
    }
}

/// Every sample of a window, a million of them, with what was expected of each.
fn samples(from: Timestamp, to: Timestamp, phase: f64) -> Curve {
    let whole = to.since(from).as_micros();
    let value = |number: i64| (number as f64 * 7e-5).sin() * 40.0 + ((number * 7_919 + 13) % 1_000) as f64 * 0.02 + phase;
    let dots = (0..SAMPLES).map(|number| Dot {
        at: from.plus(Span::micros(whole / SAMPLES * number)),
        value: value(number),
    });
    let expected = (0..SAMPLES).map(|number| Expected {
        range: Some([value(number) - 12.0, value(number) + 12.0]),
        score: if number % 997 == 0 { 0.8 } else { 0.1 },
    });
    Curve::new(dots.collect()).expecting(expected.collect())
}

/// Three series on the desk: two of one metric, one of another.
fn desk() -> Desk {
    let key = |number: usize, metric: &str| Key {
        entity: id(1, number),
        metric: metric.into(),
    };
    let series = vec![key(0, "rx"), key(7, "rx"), key(0, "cpu")];
    Desk::new(Layout {
        kpis: KpiLayout {
            series,
            ..KpiLayout::default()
        },
        ..Layout::default()
    })
}

struct Bench {
    ctx: Context,
    desk: Desk,
    model: Model,
    time: f64,
}

impl Bench {
    fn frame(&mut self, events: Vec<Event>) -> Duration {
        self.after(1.0 / 60.0, events)
    }

    /// A frame while 500 alarms a second come in: what came since the one before is taken in first, and counted.
    fn storm(&mut self, number: usize) -> Duration {
        let began = Instant::now();
        for each in 0..500 / STORM {
            let mut row = alarm((number * 7_919 + each * 104_729) % ALARMS);
            row.last_raised_at = now().plus(Span::millis((self.time * 1_000.0) as i64));
            row.cleared = number.is_multiple_of(3);
            put(&mut self.model, Row::Alarm(row));
        }
        began.elapsed() + self.after(1.0 / STORM as f64, Vec::new())
    }

    /// Series are there when they are asked for: reading them is not the window's work.
    fn answer(&mut self, intents: Vec<Intent>) {
        for intent in intents {
            if let Intent::AskKpi(question) = intent
                && self.model.kpis.ask(&question)
            {
                let learned = match question {
                    KpiQuestion::Series { .. } => Learned::Series(Vec::new()),
                    KpiQuestion::Samples { from, to, entity, .. } => Learned::Samples(samples(from, to, (entity.as_u128() % 13) as f64)),
                };
                self.model.kpis.put(question, Ok(learned));
            }
        }
    }

    fn after(&mut self, seconds: f64, events: Vec<Event>) -> Duration {
        self.time += seconds;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(1920.0, 1080.0))),
            time: Some(self.time),
            events,
            ..RawInput::default()
        };
        let clock = Clock::utc(now().plus(Span::millis((self.time * 1_000.0) as i64)));
        let (desk, model) = (&mut self.desk, &self.model);
        let began = Instant::now();
        let mut intents = Vec::new();
        let output = self.ctx.run_ui(input, |ui: &mut Ui| {
            intents = black_box(desk.show(ui, model, &clock, &Surroundings::default()));
        });
        black_box(self.ctx.tessellate(output.shapes, output.pixels_per_point));
        let took = began.elapsed();
        self.answer(intents);
        took
    }
}

fn tell(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!("{what:<28} median {:6.2} ms   p99 {:6.2} ms   worst {:6.2} ms", at(0.5), at(0.99), at(1.0));
}

fn wheel(down: f32) -> Vec<Event> {
    let scroll = Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(0.0, down),
        modifiers: egui::Modifiers::NONE,
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
    };
    vec![Event::PointerMoved(Pos2::new(900.0, 600.0)), scroll]
}

fn main() {
    let mut model = Model::default();
    let began = Instant::now();
    network(&mut model);
    for number in 0..ALARMS {
        put(&mut model, Row::Alarm(alarm(number)));
    }
    for number in 0..2_000 {
        put(&mut model, Row::Incident(incident(number)));
    }
    println!(
        "{} rows taken in             {:6.0} ms",
        ALARMS + PLACES + LINKS * 3 + 2_000,
        began.elapsed().as_secs_f64() * 1e3
    );
    let ctx = Context::default();
    Theme::load(Look {
        motion: false,
        ..Look::default()
    })
    .unwrap()
    .install(&ctx);
    let mut bench = Bench {
        ctx,
        desk: desk(),
        model,
        time: 0.0,
    };
    bench.frame(Vec::new());
    for view in [
        ViewName::Alarms,
        ViewName::Incidents,
        ViewName::Overview,
        ViewName::System,
        ViewName::Kpis,
        ViewName::Topology,
    ] {
        bench.desk.go(view);
        println!("{:<28} first  {:6.2} ms", view.word(), bench.frame(Vec::new()).as_secs_f64() * 1e3);
        for _ in 0..20 {
            bench.frame(Vec::new());
        }
        tell(&format!("{} at rest", view.word()), (0..FRAMES).map(|_| bench.frame(Vec::new())).collect());
        tell(&format!("{} in a storm", view.word()), (0..FRAMES).map(|number| bench.storm(number)).collect());
        let down = if view == ViewName::Topology || view == ViewName::Kpis { 3.0 } else { -240.0 };
        tell(
            &format!("{} under the wheel", view.word()),
            (0..FRAMES).map(|_| bench.frame(wheel(down))).collect(),
        );
    }
    bench.desk.go(ViewName::Kpis);
    bench.frame(wheel(3.0));
    // Into it and out of it again, so that each frame thins a million samples anew.
    let zooms = (0..FRAMES)
        .map(|number| bench.frame(wheel(if number % 40 < 20 { 60.0 } else { -60.0 })))
        .collect();
    tell("KPIs zoomed in and out", zooms);
    bench.desk.go(ViewName::Alarms);
    bench.frame(Vec::new());
    let mut filters = Vec::new();
    for level in [pedkai_ui::theme::Level::Critical, pedkai_ui::theme::Level::Minor].repeat(10) {
        bench.desk.narrow(level);
        filters.push(bench.frame(Vec::new()));
    }
    tell("filter and sort anew", filters);
}
