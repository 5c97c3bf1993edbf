//! Groups and cohorts in every state.

use pedkai_core::{
    detection::cohort::Trend,
    model::Severity,
    wire::{AttributeRow, CohortRow, GroupRow, StrangeThing},
};

use super::{ROUTER, id};

const REGIONS: [&str; 8] = [
    "Zürich",
    "Léman",
    "Espace Mittelland",
    "Nordwestschweiz",
    "Ostschweiz",
    "Zentralschweiz",
    "Ticino",
    "Valais",
];
const FIRMWARE: [&str; 5] = ["17.6.4", "21.4R3-S5", "V800R021C10", "17.9.1a", "4.28.3M"];
const FAILS: [&str; 4] = ["RESTARTED", "LINK_DOWN", "FAN_FAILED", "BGP_PEER_DOWN"];

/// What things can be grouped by.
pub(crate) fn attributes() -> Vec<AttributeRow> {
    let row = |attribute: &str, values, examples: &[&str]| AttributeRow {
        attribute: attribute.into(),
        values,
        things: 320,
        examples: examples.iter().map(|value| (*value).into()).collect(),
    };
    vec![
        row("address", 320, &["10.0.0.1", "10.0.0.2", "10.0.0.3"]),
        row("firmware", 5, &FIRMWARE),
        row("model", 4, &["NE40E", "MX204", "ASR 920"]),
        row("region", 8, &REGIONS[..5]),
        row("site", 16, &["Zürich", "Bern", "Genève"]),
        row("type", 3, &["ROUTER", "CELL", "POWER"]),
    ]
}

/// So many groups: in every seventh something is down, in others something is silent, is used more or less than usual, or nothing is measured.
pub(crate) fn groups(number: usize) -> Vec<GroupRow> {
    (0..number).map(group).collect()
}

fn group(place: usize) -> GroupRow {
    let total = 24 + 7 * (place as u32 % 9);
    let down = if place % 7 == 1 { 1 + place as u32 % 3 } else { 0 };
    let silent = if place % 7 == 3 { 2 } else { 0 };
    let measured = place % 7 != 5;
    let used = |ago: usize| {
        let phase = (ago * 7 + place * 3) as f64;
        46.0 + (place % 5) as f64 * 4.0 + 2.0 * (phase * 0.9).sin()
    };
    let away = match place % 7 {
        2 => Some(6.4),
        4 => Some(-3.8),
        _ => None,
    };
    let value = match REGIONS.get(place) {
        Some(region) => (*region).into(),
        None => format!("Site {place:05}").into(),
    };
    let now = used(0) + away.unwrap_or_default() * 2.5;
    let strange = if place % 7 == 2 { 3 } else { 0 };
    GroupRow {
        value,
        total,
        active: total - down - silent,
        silent,
        down,
        alarms: 3 * down + (place as u32 % 4),
        severity: if down > 0 {
            Some(Severity::Critical)
        } else {
            [None, Some(Severity::Minor), Some(Severity::Major), Some(Severity::Warning)][place % 4]
        },
        metric: Some("dl_prb_utilisation_pct".into()),
        measured: if measured { total - down } else { 0 },
        utilisation: measured.then_some(now),
        baseline: measured.then_some(46.0 + (place % 5) as f64 * 4.0),
        baseline_days: if measured { 30 } else { 0 },
        daily: (0..30)
            .rev()
            .map(|ago| (measured && !(place == 6 && (9..13).contains(&ago))).then(|| used(ago + 1)))
            .collect(),
        away,
        strange_count: strange,
        strange: (0..strange)
            .map(|number| StrangeThing {
                entity_id: id(ROUTER, number as usize),
                external_id: format!("ZUR-PE-{number:02}").into(),
                name: format!("ZUR-PE-{number:02}").into(),
            })
            .collect(),
    }
}

/// So many cohorts over so many days: worsening, stable, improving, and again.
pub(crate) fn cohorts(number: usize, days: u16) -> Vec<CohortRow> {
    (0..number).map(|place| cohort(place, days)).collect()
}

fn cohort(place: usize, days: u16) -> CohortRow {
    let (trend, slope) = match place % 3 {
        0 => (Trend::Worsening, 0.5 + place as f64 / 100.0),
        1 => (Trend::Stable, 0.04),
        _ => (Trend::Improving, -0.36),
    };
    let level = 3.0 + (place % 4) as f64;
    let count = |day: u16| (level + slope * (f64::from(day) - f64::from(days) / 2.0) + f64::from((day * 5 + place as u16) % 3) - 1.0).max(0.0) as u32;
    let daily: Vec<u32> = (0..days).map(count).collect();
    let firmware = FIRMWARE[place % FIRMWARE.len()];
    CohortRow {
        values: vec![if place < 40 {
            firmware.into()
        } else {
            format!("{firmware}-{place:05}").into()
        }],
        alarm_type: FAILS[place / FIRMWARE.len() % FAILS.len()].into(),
        failed: 3 + place as u32 % 8,
        members: 14 + place as u32 % 30,
        ratio: 0.6 + (place % 6) as f64 * 0.7,
        days,
        count: daily.iter().sum(),
        slope,
        trend,
        daily,
    }
}
