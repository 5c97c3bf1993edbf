//! The KPI explorer with a collector that answers at once.

use egui::{Event, Key, Modifiers, Role, Ui, vec2};
use egui_kittest::{Harness, SnapshotResults, kittest::NodeT, kittest::Queryable};
use pedkai_core::{
    model::{Span, Timestamp},
    wire::KpiSeries,
};
use std::{cell::RefCell, rc::Rc};
use uuid::Uuid;

use super::{DESK, clock, window, window_at};
use crate::{
    desk::{Desk, Layout, Surroundings},
    intent::Intent,
    model::{KpiQuestion, Learned, Model, samples},
    shell::Link,
    theme::ThemeName,
    views::{
        ViewName,
        kpis::{self, Export},
    },
    widgets::plot::curve::{Curve, Dot, Expected},
};

const METRICS: [&str; 3] = ["ifHCInOctets (bps)", "cpu_utilisation (%)", "optical_rx_power (dBm)"];

/// Routers of the sample network.
fn router(number: usize) -> Uuid {
    samples::id(2, number)
}

/// What a collector answers.
pub(super) type Answers = fn(&KpiQuestion) -> Result<Learned, String>;

fn series_of(entity: Uuid) -> Vec<KpiSeries> {
    let one = |metric: &str| KpiSeries {
        entity_id: entity,
        metric: metric.into(),
        source: "poller".into(),
        first_at: Timestamp::EPOCH,
        last_at: clock().now.minus(Span::seconds(40)),
    };
    METRICS.iter().map(|metric| one(metric)).collect()
}

/// Five-minute samples with a day in them, a little noise, and what the cut of the fibre did to them.
fn samples_of(entity: Uuid, metric: &str, from: Timestamp, to: Timestamp) -> Curve {
    let step = 300_000_000;
    let cut = clock().now.minus(Span::seconds(1_340));
    let kind = METRICS.iter().position(|each| *each == metric).unwrap_or_default();
    let phase = (entity.as_u128() % 7) as f64;
    let mut dots = Vec::new();
    let mut expected = Vec::new();
    let first = from.as_micros().div_euclid(step) + 1;
    for number in first..=to.as_micros().min(clock().now.as_micros()) / step {
        let at = Timestamp::from_micros(number * step);
        let day = (at.as_micros() as f64 / 86_400e6 * std::f64::consts::TAU + phase * 0.1).sin();
        let noise = ((number.unsigned_abs() ^ entity.as_u128() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as f64 / (1_u64 << 24) as f64 - 0.5;
        let (usual, spread, hit) = [
            (4.2e9 + 1.6e9 * day + phase * 3e8, 2.2e8, 0.05),
            (38.0 + 12.0 * day + phase, 3.0, 1.9),
            (-8.5 - phase * 0.2, 0.15, 3.6),
        ][kind];
        let cut_here = at >= cut && entity == router(5);
        // The week before was a little quieter.
        let quieter = if clock().now.since(at) > Span::minutes(7 * 24 * 60) { 0.93 } else { 1.0 };
        let value = if cut_here { usual * hit } else { usual * quieter } + spread * noise;
        dots.push(Dot { at, value });
        expected.push(Expected {
            range: Some([usual - spread, usual + spread]),
            score: if cut_here { 0.97 } else { 0.05 },
        });
    }
    // The poller slept for an hour and a half.
    let slept = |at: Timestamp| kind == 1 && (Span::minutes(400)..Span::minutes(490)).contains(&clock().now.since(at));
    let (dots, expected): (Vec<Dot>, Vec<Expected>) = dots.into_iter().zip(expected).filter(|(dot, _)| !slept(dot.at)).unzip();
    Curve::new(dots).expecting(expected)
}

/// A network whose routers are measured.
pub(super) fn measured(question: &KpiQuestion) -> Result<Learned, String> {
    Ok(match question {
        KpiQuestion::Series { entity: Some(entity), .. } => Learned::Series(series_of(*entity)),
        KpiQuestion::Series { entity: None, .. } => Learned::Series((0..16).flat_map(|number| series_of(router(number))).collect()),
        KpiQuestion::Samples { entity, metric, from, to, .. } => Learned::Samples(samples_of(*entity, metric, *from, *to)),
    })
}

fn nothing(question: &KpiQuestion) -> Result<Learned, String> {
    Ok(match question {
        KpiQuestion::Series { .. } => Learned::Series(Vec::new()),
        KpiQuestion::Samples { .. } => Learned::Samples(Curve::default()),
    })
}

fn broken(question: &KpiQuestion) -> Result<Learned, String> {
    match question {
        KpiQuestion::Series { .. } => measured(question),
        KpiQuestion::Samples { .. } => Err("the partition of November 2026 cannot be read".to_owned()),
    }
}

/// Lets the collector answer what was asked.
pub(super) fn answer(model: &mut Model, asked: &[Intent], answers: Answers) {
    for intent in asked {
        if let Intent::AskKpi(question) = intent
            && model.kpis.ask(question)
        {
            model.kpis.put(question.clone(), answers(question));
        }
    }
}

/// Answers with the values that findings were found in.
pub(super) fn answer_findings(model: &mut Model) {
    let findings = model.incidents().iter().filter_map(|incident| incident.finding.clone());
    let names = findings.flat_map(|finding| finding.links.into_iter().map(move |link| (link.cause, link.effect, finding.from, finding.to)));
    let asked = names.flat_map(|(cause, effect, from, to)| {
        [cause, effect].map(|name| {
            Intent::AskKpi(KpiQuestion::Samples {
                entity: name.entity_id.0,
                metric: name.metric,
                from,
                to,
                step: None,
            })
        })
    });
    let asked: Vec<Intent> = asked.collect();
    answer(model, &asked, measured);
}

/// A window that shows these series.
pub(super) fn layout(series: &[(usize, usize)], compare: bool) -> Layout {
    let key = |(entity, metric): &(usize, usize)| kpis::Key {
        entity: router(*entity),
        metric: METRICS[*metric].into(),
    };
    Layout {
        kpis: kpis::Layout {
            series: series.iter().map(key).collect(),
            compare,
            ..kpis::Layout::default()
        },
        ..Layout::default()
    }
}

fn around() -> Surroundings {
    Surroundings {
        tenant: "Helvetia Net".to_owned(),
        user: "mira".to_owned(),
        link: Link::Live,
        ..Surroundings::default()
    }
}

type Heard = Rc<RefCell<Vec<Intent>>>;

fn draw(layout: Layout, model: Model, answers: Answers) -> (impl FnMut(&mut Ui), Heard) {
    let heard = Heard::default();
    let (tell, mut model) = (heard.clone(), model);
    let mut desk = Desk::new(layout);
    desk.go(ViewName::Kpis);
    let draw = move |ui: &mut Ui| {
        if !super::strange::boxes(ui) {
            return;
        }
        let asked = desk.show(ui, &model, &clock(), &around());
        answer(&mut model, &asked, answers);
        if asked.iter().any(|intent| matches!(intent, Intent::AskKpi(_))) {
            ui.ctx().request_repaint();
        }
        tell.borrow_mut().extend(asked);
    };
    (draw, heard)
}

fn pictures(results: &mut SnapshotResults, name: &str, layout: &Layout, model: fn() -> Model, answers: Answers, themes: &[ThemeName]) {
    for theme in themes {
        let (draw, _) = draw(layout.clone(), model(), answers);
        let mut harness = window(*theme, DESK, draw);
        harness.run();
        harness.snapshot(format!("{name}_{}", theme.word().replace(' ', "_")));
        results.extend_harness(&mut harness);
    }
}

#[test]
fn explorer() {
    let mut results = SnapshotResults::new();
    let both = [ThemeName::Dark, ThemeName::Light];
    let none = Layout::default();
    pictures(&mut results, "kpis_empty", &none, samples::empty, nothing, &both);
    let typical = layout(&[(5, 0), (15, 0), (5, 1), (5, 2)], true);
    pictures(&mut results, "kpis_typical", &typical, samples::typical, measured, &ThemeName::ALL);
    let all: Vec<(usize, usize)> = (0..16).map(|number| (number, number % 3)).collect();
    pictures(&mut results, "kpis_overfull", &layout(&all, false), samples::overfull, measured, &both);
    pictures(&mut results, "kpis_failed", &layout(&[(5, 0), (5, 1)], false), samples::typical, broken, &both);
    pictures(
        &mut results,
        "kpis_strange",
        &layout(&all[..9], false),
        super::strange::strange,
        measured,
        &both,
    );
}

struct Seat<'a> {
    harness: Harness<'a>,
    heard: Heard,
}

fn seat<'a>(layout: Layout, answers: Answers) -> Seat<'a> {
    let (draw, heard) = draw(layout, samples::typical(), answers);
    let mut harness = window(ThemeName::Dark, DESK, draw);
    harness.run();
    Seat { harness, heard }
}

impl Seat<'_> {
    fn press(&mut self, key: Key) {
        self.harness.key_press(key);
        self.harness.run();
    }

    fn write(&mut self, words: &str) {
        self.harness.event(Event::Text(words.to_owned()));
        self.harness.run();
    }

    /// Series whose samples were asked for, with from when.
    fn asked(&self) -> Vec<(Uuid, String, Timestamp)> {
        let heard = self.heard.borrow();
        let asked = heard.iter().filter_map(|intent| match intent {
            Intent::AskKpi(KpiQuestion::Samples { entity, metric, from, .. }) => Some((*entity, metric.to_string(), *from)),
            _ => None,
        });
        asked.collect()
    }

    /// The words for the time that is seen.
    fn time(&self) -> String {
        let all = self.harness.root().children_recursive();
        let labels = all
            .filter(|node| node.accesskit_node().role() == Role::Label)
            .filter_map(|node| node.value().or(node.accesskit_node().label()));
        labels.into_iter().find(|label| label.contains(" to ") && label.contains("UTC")).unwrap()
    }

    fn shows(&self, series: &str) -> bool {
        self.harness.query_by_label_contains(series).is_some()
    }
}

#[test]
fn typing_finds_a_series_and_adds_it() {
    let mut seat = seat(layout(&[(5, 0)], false), measured);
    assert!(!seat.shows("BEL-PE-01, cpu"));
    seat.write("/");
    seat.write("bel pe cpu");
    seat.harness.get_by_label("BEL-PE-01, cpu_utilisation (%)");
    seat.press(Key::Enter);
    assert!(seat.shows("BEL-PE-01, cpu_utilisation (%): "), "it stands in the legend with a value");
    assert!(seat.asked().iter().any(|(entity, metric, _)| *entity == router(15) && metric == METRICS[1]));
    // The next one may be written at once, and the arrows choose among several.
    seat.write("bel-pe");
    seat.press(Key::ArrowDown);
    seat.press(Key::ArrowDown);
    seat.press(Key::Enter);
    assert!(seat.shows("BEL-PE-01, optical_rx_power (dBm): "));
    seat.press(Key::Escape);
    seat.press(Key::J);
    seat.press(Key::X);
    assert!(!seat.shows("LUZ-PE-01, ifHCInOctets (bps): "), "the first one was chosen and taken away");
}

#[test]
fn keys_and_the_wheel_zoom_and_move_and_all_of_it_comes_back() {
    let mut seat = seat(layout(&[(5, 0)], false), measured);
    let whole = seat.time();
    assert_eq!(whole, "20 Nov 14:03 to now UTC");
    let asked = seat.asked().len();
    seat.write("+");
    assert_eq!(seat.time(), "20 Nov 22:03 to now UTC");
    assert_eq!(seat.asked().len(), asked, "what is here is enough for less");
    seat.press(Key::ArrowLeft);
    assert_eq!(seat.time(), "20 Nov 18:03 to 10:03:21 UTC");
    seat.press(Key::Home);
    assert_eq!(seat.time(), whole);
    let place = seat.harness.get_by_label("Plot of ifHCInOctets (bps)").rect().center();
    seat.harness.hover_at(place);
    seat.harness.event(Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(0.0, 120.0),
        modifiers: Modifiers::NONE,
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
    });
    seat.harness.run();
    assert_ne!(seat.time(), whole);
    seat.press(Key::Num0);
    seat.press(Key::R);
    assert_eq!(seat.time(), "14 Nov 14:03 to now UTC");
}

#[test]
fn last_week_is_asked_for_and_laid_under() {
    let mut seat = seat(layout(&[(5, 0)], false), measured);
    let before = seat.asked();
    seat.press(Key::W);
    let week = Span::minutes(7 * 24 * 60);
    let since: Vec<_> = seat.asked().split_off(before.len());
    assert_eq!(since, [(before[0].0, before[0].1.clone(), before[0].2.minus(week))]);
    let toggle = seat.harness.get_by_role_and_label(Role::Button, "Last week");
    assert_eq!(toggle.accesskit_node().toggled(), Some(egui::accesskit::Toggled::True));
    seat.press(Key::W);
    seat.press(Key::W);
    assert_eq!(seat.asked().len(), before.len() + 1, "it is here already");
}

#[test]
fn what_is_seen_is_saved_as_values_and_as_a_picture() {
    let mut seat = seat(layout(&[(5, 0), (15, 2)], false), measured);
    seat.press(Key::E);
    seat.harness.key_press_modifiers(Modifiers::SHIFT, Key::E);
    seat.harness.run();
    let heard = seat.heard.borrow();
    let saved: Vec<&Export> = heard
        .iter()
        .filter_map(|intent| if let Intent::Save(what) = intent { Some(what) } else { None })
        .collect();
    let [Export::Table(table), Export::Picture(part)] = saved.as_slice() else {
        panic!("{saved:?}")
    };
    assert!(part.width() > 900.0 && part.height() > 400.0, "{part:?}");
    let mut out = Vec::new();
    assert_eq!(kpis::write_csv(&mut out, table).unwrap(), 2 * 288, "a day of five minutes, twice");
}

#[test]
fn what_failed_says_why_and_is_asked_again() {
    let mut seat = seat(layout(&[(5, 0)], false), broken);
    seat.harness.get_by_label_contains("not renewed");
    let before = seat.asked().len();
    seat.harness.get_by_label("Try again").click();
    seat.harness.run();
    assert_eq!(seat.asked().len(), before + 1);
}

#[test]
fn an_alarm_leads_to_what_is_measured_on_its_entity() {
    let mut seat = seat(Layout::default(), measured);
    seat.harness.key_press_modifiers(Modifiers::COMMAND, Key::Num1);
    seat.harness.run();
    seat.press(Key::J);
    seat.press(Key::P);
    assert!(seat.time().ends_with("now UTC"));
    assert!(seat.asked().len() >= METRICS.len(), "all that is measured on it is shown");
}

#[test]
fn a_screen_of_any_size_draws_it() {
    for (size, pixels) in [(vec2(800.0, 600.0), 1.0), (vec2(3840.0, 2160.0), 1.0)] {
        let (draw, heard) = draw(layout(&[(5, 0), (5, 1)], true), samples::typical(), measured);
        let mut harness = window_at(ThemeName::Dark, size, pixels, draw);
        harness.run();
        let plot = harness.get_by_label("Plot of cpu_utilisation (%)").rect();
        assert!(plot.right() <= size.x && plot.bottom() <= size.y && plot.height() > 90.0, "{plot:?}");
        assert!(!heard.borrow().is_empty());
    }
}
