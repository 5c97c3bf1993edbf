//! Real cells with outages put into them, where the folder named by `PEDKAI_SHARED` has them: LTE counters every 15 minutes of eight days, the
//! tenth of the month missing.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "a test may")]

use std::path::PathBuf;

use pedkai_core::detection::sleeping::{Cell, Series, State, judge, sweep};
use pedkai_core::model::{EntityId, Point, Span, Timestamp};
use pedkai_core::policy::Sleeping;
use uuid::Uuid;

struct Real {
    metrics: Vec<String>,
    times: Vec<Timestamp>,
    series: Vec<Vec<Point>>,
}

fn time(text: &str) -> Option<Timestamp> {
    let (date, clock) = text.split_once(' ').unwrap_or((text, "0:00"));
    let [month, day, year] = date.split('/').collect::<Vec<_>>()[..] else {
        return None;
    };
    let (hour, minute) = clock.split_once(':')?;
    Timestamp::parse(&format!("{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute:0>2}:00Z")).ok()
}

fn cells() -> Vec<Real> {
    let Some(shared) = std::env::var_os("PEDKAI_SHARED") else { return Vec::new() };
    let folder = PathBuf::from(shared).join("data/cell_kpi");
    let cells: Vec<Real> = [1, 2].iter().map(|k| read(&folder.join(format!("cell_{k}_KPI_Data.csv")))).collect();
    assert!(cells.iter().all(|cell| cell.times.len() == 768), "eight days");
    cells
}

fn read(path: &PathBuf) -> Real {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let metrics: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let mut real = Real {
        series: vec![Vec::new(); metrics.len()],
        metrics,
        times: Vec::new(),
    };
    for row in reader.records().map(Result::unwrap) {
        let Some(at) = time(&row[0]) else { continue };
        real.times.push(at);
        for (points, field) in real.series.iter_mut().zip(&row) {
            if let Ok(value) = field.parse() {
                points.push(Point { at, value });
            }
        }
    }
    real
}

/// What the cell does at the moment of row `i`, with these of its metrics, their values of that row and after `from` turned to zero.
fn state(real: &Real, i: usize, from: usize, wanted: impl Fn(&str) -> bool) -> State {
    let cut: Vec<(&str, Vec<Point>)> = (real.metrics.iter().zip(&real.series))
        .filter(|(metric, points)| !points.is_empty() && wanted(metric))
        .map(|(metric, points)| {
            let silenced = points[..=i].iter().enumerate().map(|(k, point)| Point {
                at: point.at,
                value: if k >= from { 0.0 } else { point.value },
            });
            (metric.as_str(), silenced.collect())
        })
        .collect();
    let series: Vec<Series<'_>> = cut.iter().map(|(metric, points)| Series { metric, points }).collect();
    let cell = Cell {
        entity: EntityId(Uuid::nil()),
        source: "oss",
        series: &series,
    };
    judge(&cell, real.times[i], &Sleeping::default())
}

#[test]
fn an_outage_of_a_real_cell_is_found_in_one_sweep_at_every_hour() {
    for (k, real) in cells().iter().enumerate() {
        for i in (4 * 96..768).step_by(11) {
            let State::Asleep(found) = state(real, i, i, |_| true) else {
                panic!("cell {k}: missed at {}", real.times[i])
            };
            assert!(found.since == real.times[i] && found.z_score < -3.0, "{found:?}");
        }
    }
}

/// Some hours of the second cell's nights carry less than nine units in a quarter of an hour: one zero is not enough there.
#[test]
fn volume_alone_tells_it_at_once_but_where_next_to_nothing_is_carried() {
    for real in &cells() {
        let (mut at_once, mut later, mut all) = (0, 0, 0);
        for i in (4 * 96..767).step_by(3) {
            let found = |i, from| u32::from(matches!(state(real, i, from, |metric| metric == "LTE_TRAFFIC_VOL"), State::Asleep(_)));
            at_once += found(i, i);
            later += found(i + 1, i);
            all += 1;
        }
        assert!(
            at_once * 100 >= all * 90 && later == all,
            "{at_once} at once, {later} after two samples, of {all}"
        );
    }
}

/// Throughput of users is the hardest of all: it varies by a factor of a hundred within an hour.
#[test]
fn throughput_alone_tells_most_outages_at_once_and_nearly_all_within_an_hour() {
    for real in &cells() {
        let (mut at_once, mut later, mut all) = (0, 0, 0);
        for i in (4 * 96..760).step_by(7) {
            let found = |i, from| u32::from(matches!(state(real, i, from, |metric| metric == "User_Tput_MEAN_DL(kbps)"), State::Asleep(_)));
            at_once += found(i, i);
            later += found(i + 3, i);
            all += 1;
        }
        assert!(
            at_once * 2 >= all && later * 4 >= all * 3,
            "{at_once} at once, {later} after four samples, of {all}"
        );
    }
}

#[test]
fn eight_real_days_hold_no_sleeping_cell_and_the_missing_one_is_its_sources() {
    let real = cells();
    let Some(first) = real.first() else { return };
    let series: Vec<Vec<Series<'_>>> = real
        .iter()
        .map(|cell| {
            let named = cell.metrics.iter().zip(&cell.series);
            named.map(|(metric, points)| Series { metric, points }).collect()
        })
        .collect();
    let cells: Vec<Cell<'_>> = series
        .iter()
        .enumerate()
        .map(|(k, series)| Cell {
            entity: EntityId(Uuid::from_u128(k as u128)),
            source: "oss",
            series,
        })
        .collect();
    let (mut at, mut silent) = (first.times[0], 0);
    while at <= first.times[767].plus(Span::minutes(15)) {
        let found = sweep(&cells, at, &Sleeping::default());
        assert_eq!(found.asleep, [], "{at}");
        silent += found.silent_sources.len();
        at = at.plus(Span::minutes(5));
    }
    assert!(
        (280..=288).contains(&silent),
        "the tenth is one silence of the source, looked at every five minutes: {silent}"
    );
}
