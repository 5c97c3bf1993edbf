//! How often a network that is well is said to be unlike its usual: alarms a series a day, on the simulator's days and, where the folder named
//! by `PEDKAI_SHARED` has them, on eight days of two real LTE cells.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may")]

use std::collections::BTreeMap;
use std::path::Path;

use pedkai_core::detection::watch::Watcher;
use pedkai_core::model::Timestamp;
use pedkai_core::policy::Anomalies;
use pedkai_simulator::kpi::{Kpis, Sample, Troubles};
use pedkai_simulator::topology::Topology;

const NOW: i64 = 1_767_787_200_000_000;
const DAY: i64 = 86_400_000_000;

/// Series by entity and metric: the watcher, whether an alarm stands, alarms so far.
type Watched = BTreeMap<(String, &'static str), (Watcher, bool, u32)>;

fn take(watched: &mut Watched, samples: Vec<Sample>, every: usize, rules: &Anomalies) {
    for (place, sample) in samples.into_iter().enumerate() {
        if place % every == 0 {
            let (watcher, stood, alarms) = watched.entry((sample.entity_id, sample.metric)).or_default();
            watcher.step(Timestamp::from_micros(sample.at_micros), sample.value, rules);
            let stands = watcher.stands().is_some();
            *alarms += u32::from(stands && !*stood);
            *stood = stands;
        }
    }
}

/// Alarms in the days of history, and in the hours after it, in which every minute is measured; of how many series.
fn calm(every: usize, hours: i64) -> (u32, u32, usize) {
    let topology = Topology::open("builtin:demo", 7).unwrap();
    let kpis = Kpis::new(&topology, 7);
    let (rules, mut watched) = (Anomalies::default(), Watched::new());
    for samples in kpis.history(NOW, 8) {
        take(&mut watched, samples, every, &rules);
    }
    let count = |watched: &Watched| watched.values().map(|(.., alarms)| alarms).sum::<u32>();
    let before = count(&watched);
    for minute in 1..=60 * hours {
        let samples = kpis.at(NOW + minute * 60_000_000, &Troubles::default());
        take(&mut watched, samples, every, &rules);
    }
    (before, count(&watched) - before, watched.len())
}

#[test]
fn a_calm_network_is_left_alone() {
    let every: usize = std::env::var("PEDKAI_EVERY").ok().and_then(|every| every.parse().ok()).unwrap_or(9);
    let (days, hours, series) = calm(every, 3);
    println!("{series} series: {days} alarms in eight days, {hours} in the three hours after them");
    assert!(series >= 40, "{series}");
    // The first three days are learnt and not told of.
    assert!(f64::from(days) <= 0.01 * series as f64 * 5.0, "{days} in eight days of {series} series");
    assert!(hours == 0, "{hours} in three hours");
}

/// Of the links (and of the sleeping cells' traffic), how many are told of within so many minutes of a fault at this hour of the day.
fn told(hour: i64, minutes: i64) -> [(usize, usize); 2] {
    let topology = Topology::open("builtin:demo", 7).unwrap();
    let kpis = Kpis::new(&topology, 7);
    let (rules, mut watched) = (Anomalies::default(), Watched::new());
    let begin = NOW + (hour - 12) * 3_600_000_000;
    let mine = |sample: &Sample| matches!(sample.metric, "utilisation_pct" | "dl_traffic_volume_mb");
    for samples in kpis.history(begin, 8) {
        take(&mut watched, samples.into_iter().filter(mine).collect(), 5, &rules);
    }
    let cells = topology.others.iter().filter(|other| other.kind == "CELL").map(|cell| cell.external_id.clone());
    let troubles = Troubles {
        cut: (0..topology.links.len()).collect(),
        asleep: cells.collect(),
        ..Troubles::default()
    };
    for minute in 1..=minutes {
        let samples = kpis.at(begin + minute * 60_000_000, &troubles);
        take(&mut watched, samples.into_iter().filter(mine).collect(), 5, &rules);
    }
    ["utilisation_pct", "dl_traffic_volume_mb"].map(|metric| {
        let of = watched.iter().filter(|((_, name), _)| *name == metric);
        (of.clone().filter(|(_, (_, stood, _))| *stood).count(), of.count())
    })
}

#[test]
fn what_stops_in_the_day_is_told_within_minutes() {
    for hour in [4, 9, 12, 19] {
        let [links, cells] = told(hour, 5);
        println!(
            "at {hour} h, five minutes after: {} of {} links cut, {} of {} cells asleep are told",
            links.0, links.1, cells.0, cells.1
        );
        if hour > 4 {
            assert!(10 * links.0 >= 9 * links.1 && 10 * cells.0 >= 9 * cells.1, "{hour}: {links:?} {cells:?}");
        }
    }
}

fn time(text: &str) -> Option<i64> {
    let (date, clock) = text.split_once(' ').unwrap_or((text, "0:00"));
    let [month, day, year] = date.split('/').collect::<Vec<_>>()[..] else {
        return None;
    };
    let (hour, minute) = clock.split_once(':')?;
    let text = format!("{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute:0>2}:00Z");
    Timestamp::parse(&text).ok().map(Timestamp::as_micros)
}

#[test]
fn real_cells_are_told_of_seldom() {
    let Some(shared) = std::env::var_os("PEDKAI_SHARED") else { return };
    let (rules, mut alarms, mut days) = (Anomalies::default(), 0, 0.0);
    for cell in 1..=2 {
        let path = Path::new(&shared).join(format!("data/cell_kpi/cell_{cell}_KPI_Data.csv"));
        let text = std::fs::read_to_string(path).unwrap();
        let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
        for column in 3..rows[0].len() {
            let (mut watcher, mut stood, mut times) = (Watcher::default(), false, Vec::new());
            for row in &rows[1..] {
                let (Some(at), Some(Ok(value))) = (time(row[0]), row.get(column).map(|text| text.parse::<f64>())) else {
                    continue;
                };
                watcher.step(Timestamp::from_micros(at), value, &rules);
                times.push(at);
                let stands = watcher.stands().is_some();
                if stands && !stood {
                    println!("cell {cell}, {}: {:?}", rows[0][column], watcher.stands());
                    alarms += 1;
                }
                stood = stands;
            }
            // Those in which an alarm can be raised.
            days += times
                .first()
                .zip(times.last())
                .map_or(0.0, |(first, last)| ((last - first - 3 * DAY) as f64 / DAY as f64).max(0.0));
        }
    }
    println!("{alarms} alarms in {days:.0} days of series: {:.3} a series a day", f64::from(alarms) / days);
    assert!(days > 300.0 && f64::from(alarms) / days <= 0.1, "{alarms} in {days}");
}
