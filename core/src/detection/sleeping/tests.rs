use super::*;
use crate::model::{EntityId, Point, Span, Timestamp};
use crate::policy::Sleeping;
use proptest::prelude::*;
use uuid::Uuid;

const STEP: i64 = 900;
const DAYS: i64 = 8;

/// A seeded stream of numbers in [0, 1): splitmix64.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn poisson(&mut self, mean: f64) -> f64 {
        let (limit, mut product, mut count) = (libm::exp(-mean), self.next(), 0.0);
        while product > limit {
            product *= self.next();
            count += 1.0;
        }
        count
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros((1_700_006_400 + seconds) * 1_000_000)
}

/// Mean traffic by time of day: `night` at four in the morning, `day` at four in the afternoon.
fn level(seconds: i64, night: f64, day: f64) -> f64 {
    let phase = (seconds.rem_euclid(86_400) as f64 / 86_400.0 - 4.0 / 24.0) * std::f64::consts::TAU;
    night + (day - night) * (1.0 - libm::cos(phase)) / 2.0
}

fn made(seed: u64, night: f64, day: f64) -> Vec<Point> {
    let mut chance = Chance(seed);
    (0..DAYS * 96)
        .map(|i| Point {
            at: at(i * STEP),
            value: chance.poisson(level(i * STEP, night, day)),
        })
        .collect()
}

fn state(points: &[Point], now: Timestamp) -> State {
    let series = [Series {
        metric: "traffic_volume",
        points,
    }];
    let cell = Cell {
        entity: EntityId(Uuid::from_u128(1)),
        source: "oss",
        series: &series,
    };
    judge(&cell, now, &Sleeping::default())
}

/// The cell silenced from slot `i` on: by zeros, or by nothing.
fn silenced(points: &[Point], i: usize, zeros: Option<usize>) -> Vec<Point> {
    let mut cut = points[..i].to_vec();
    cut.extend(points[i..].iter().take(zeros.unwrap_or(0)).map(|point| Point { at: point.at, value: 0.0 }));
    cut
}

#[test]
fn an_outage_is_found_in_one_sweep_at_every_hour_with_traffic() {
    for seed in 0..6 {
        let points = made(seed, 12.0, 60.0);
        for i in 7 * 96..8 * 96 {
            let State::Asleep(found) = state(&silenced(&points, i, Some(1)), points[i].at) else {
                panic!("seed {seed}: missed at slot {i}")
            };
            assert!(
                found.z_score < -3.0 && found.since == points[i].at && !found.missing && found.n >= 54,
                "{found:?}"
            );
        }
    }
}

#[test]
fn silence_counts_as_zero_after_twice_the_interval() {
    let points = made(3, 12.0, 60.0);
    let i = 7 * 96 + 40;
    let cut = silenced(&points, i, None);
    let last = cut.last().unwrap().at;
    assert_eq!(state(&cut, last.plus(Span::seconds(2 * STEP))), State::Awake);
    let State::Asleep(found) = state(&cut, last.plus(Span::seconds(2 * STEP + 1))) else {
        panic!("missed")
    };
    assert!(found.missing && found.current_value == 0.0);
    assert_eq!(found.since, points[i].at);
}

#[test]
fn a_cell_that_lives_is_never_asleep_and_an_idle_one_hardly_ever() {
    let mut zeros = 0;
    let mut wrong = 0;
    for seed in 0..40 {
        let points = made(100 + seed, 0.6, 14.0);
        for i in 4 * 96..8 * 96 {
            zeros += u32::from(points[i].value == 0.0);
            match state(&points[..=i], points[i].at) {
                State::Asleep(found) => {
                    assert_eq!(points[i].value, 0.0, "{found:?}");
                    wrong += 1;
                }
                State::Awake => assert!(points[i].value > 0.0),
                _ => {}
            }
        }
    }
    assert!(zeros > 1_000, "the cells are idle at night: {zeros}");
    assert!(wrong * 1_000 <= zeros, "{wrong} of {zeros} honest zeros were called sleep");
}

#[test]
fn a_nearly_idle_cell_at_night_is_not_asleep_but_a_whole_silent_day_is() {
    let points = made(7, 0.4, 40.0);
    let four = 7 * 96 + 16;
    let cut = silenced(&points, four, Some(8));
    assert_eq!(state(&cut, cut.last().unwrap().at), State::Quiet);
    let cut = silenced(&points, four, Some(40));
    let State::Asleep(found) = state(&cut, cut.last().unwrap().at) else {
        panic!("missed at two in the afternoon")
    };
    assert!(found.since <= points[four].at);
}

#[test]
fn a_sleep_of_days_does_not_become_its_own_baseline() {
    let points = made(9, 12.0, 60.0);
    let from = 4 * 96 + 50;
    let cut = silenced(&points, from, Some(3 * 96));
    let State::Asleep(found) = state(&cut, cut.last().unwrap().at) else {
        panic!("missed")
    };
    assert_eq!(found.since, points[from].at);
    assert!(found.baseline_mean > 10.0);
}

#[test]
fn what_rests_every_sunday_is_not_asleep() {
    let mut points = made(5, 12.0, 60.0);
    for (i, point) in points.iter_mut().enumerate() {
        if !(96..7 * 96).contains(&i) {
            point.value = 0.0;
        }
    }
    let noon = 7 * 96 + 48;
    assert_eq!(state(&points[..=noon], points[noon].at), State::Quiet);
}

#[test]
fn an_outage_of_yesterday_hides_none_of_today_and_a_missing_day_is_no_zero() {
    let mut points = made(6, 12.0, 60.0);
    points[6 * 96 + 40..6 * 96 + 60].iter_mut().for_each(|point| point.value = 0.0);
    points.drain(3 * 96..4 * 96);
    let noon = 6 * 96 + 48;
    let cut = silenced(&points, noon, Some(1));
    assert!(matches!(state(&cut, cut[noon].at), State::Asleep(found) if found.n == 45));
}

#[test]
fn too_few_days_and_unknown_metrics_say_so() {
    let points = made(1, 12.0, 60.0);
    let cut = silenced(&points, 96, Some(4));
    assert_eq!(state(&cut, cut.last().unwrap().at), State::Quiet);
    let series = [Series {
        metric: "cell_availability",
        points: &points,
    }];
    let cell = Cell {
        entity: EntityId(Uuid::nil()),
        source: "",
        series: &series,
    };
    assert_eq!(judge(&cell, points[700].at, &Sleeping::default()), State::Unknown);
}

#[test]
fn what_is_carried_decides_and_signalling_does_not_keep_a_cell_awake() {
    let carried = made(1, 12.0, 60.0);
    let load = made(2, 12.0, 60.0);
    let i = 7 * 96 + 50;
    let judged = |carried: &[Point], load: &[Point]| {
        let series = [
            Series {
                metric: "RRC_SETUP_COMPLETES",
                points: load,
            },
            Series {
                metric: "DL_TRAFFIC_VOL",
                points: carried,
            },
        ];
        let cell = Cell {
            entity: EntityId(Uuid::nil()),
            source: "",
            series: &series,
        };
        judge(&cell, carried[i].at, &Sleeping::default())
    };
    assert!(matches!(judged(&silenced(&carried, i, Some(1)), &load[..=i]), State::Asleep(found) if found.metric_name.as_str() == "DL_TRAFFIC_VOL"));
    assert_eq!(judged(&carried[..=i], &silenced(&load, i, Some(1))), State::Awake);
}

#[test]
fn a_source_that_falls_silent_is_told_once_and_not_as_its_cells() {
    let cells: Vec<Vec<Point>> = (0..5).map(|seed| made(seed, 12.0, 60.0)).collect();
    let i = 7 * 96 + 50;
    let now = at(i as i64 * STEP + 3 * STEP);
    let look = |until: [usize; 5]| {
        let cut: Vec<Vec<Point>> = cells.iter().zip(until).map(|(points, end)| points[..end].to_vec()).collect();
        let series: Vec<[Series<'_>; 1]> = cut.iter().map(|points| [Series { metric: "traffic", points }]).collect();
        let cells: Vec<Cell<'_>> = series
            .iter()
            .enumerate()
            .map(|(k, series)| Cell {
                entity: EntityId(Uuid::from_u128(k as u128)),
                source: "oss",
                series,
            })
            .collect();
        sweep(&cells, now, &Sleeping::default())
    };
    let all = look([i; 5]);
    assert_eq!((all.asleep.len(), all.silent_sources.len()), (0, 1));
    assert_eq!((all.silent_sources[0].cells, all.silent_sources[0].last), (5, cells[0][i - 1].at));
    let some = look([i, i, i, i + 4, i + 4]);
    assert_eq!((some.asleep.len(), some.silent_sources.len(), some.cells), (3, 0, 5));
    let before = look([i - 40, i, i, i, i]);
    assert_eq!((before.asleep.len(), before.silent_sources[0].cells), (1, 4));
    assert_eq!(before.asleep[0].entity, EntityId(Uuid::from_u128(0)));
}

#[test]
fn a_verdict_goes_over_the_wire_and_back() {
    let points = made(2, 12.0, 60.0);
    let cut = silenced(&points, 700, Some(1));
    let found = state(&cut, cut[700].at);
    let text = serde_json::to_string(&found).unwrap();
    for key in ["asleep", "z_score", "baseline_mean", "current_value", "metric_name", "since", "\"n\""] {
        assert!(text.contains(key), "{text}");
    }
    let (State::Asleep(sent), State::Asleep(came)) = (found, serde_json::from_str(&text).unwrap()) else {
        panic!("{text}")
    };
    assert!((sent.z_score - came.z_score).abs() < 1e-12 && sent.since == came.since && sent.metric_name == came.metric_name);
}

proptest! {
    #[test]
    fn no_series_breaks_it(
        rows in prop::collection::vec((0i64..900_000, prop_oneof![Just(0.0), Just(f64::NAN), Just(f64::INFINITY), Just(-1.0), Just(f64::MAX), Just(5e-324), 0.0..1e6f64]), 0..60),
        now in 0i64..2_000_000,
    ) {
        let mut points: Vec<Point> = rows.iter().map(|(t, value)| Point { at: at(*t), value: *value }).collect();
        points.sort_by_key(|point| point.at);
        let series = [Series { metric: "traffic", points: &points }, Series { metric: "prb", points: &points[..points.len() / 2] }];
        let cell = Cell { entity: EntityId(Uuid::nil()), source: "s", series: &series };
        let one = sweep(&[cell], at(now), &Sleeping::default());
        prop_assert!(one.asleep.iter().all(|found| found.z_score.is_finite() && found.baseline_mean.is_finite()));
        prop_assert_eq!(sweep(&[cell, cell, cell], Timestamp::EPOCH, &Sleeping::default()).cells, 3);
        prop_assert_eq!(sweep(&[cell, cell], Timestamp::MAX, &Sleeping::default()).cells, 2);
    }
}
