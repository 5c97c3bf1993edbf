use std::collections::BTreeMap;

use uuid::Uuid;

use super::*;
use crate::model::{EntityId, Name};

fn id(number: u128) -> EntityId {
    EntityId(Uuid::from_u128(number))
}

fn failure(thing: u128, value: &str, kind: &str, days_ago: u16) -> Failure {
    Failure {
        entity: id(thing),
        value: Name::from(value),
        kind: Name::from(kind),
        days_ago,
    }
}

/// Firmware 7.1: counts 0 0 1 1 2 2 3 over the last seven days, by two things. Slope: Σ(d−3)·c / Σ(d−3)² = (−1+0+2+4+9)/28 = 14/28.
#[test]
fn a_worsening_firmware_is_as_computed_by_hand() {
    let mut failures = Vec::new();
    for (day, count) in [0, 0, 1, 1, 2, 2, 3].into_iter().enumerate() {
        for k in 0..count {
            failures.push(failure(1 + k % 2, "7.1", "RESTARTED", 6 - day as u16));
        }
    }
    failures.push(failure(9, "6.0", "RESTARTED", 3));
    let members = BTreeMap::from([(Name::from("7.1"), 4), (Name::from("6.0"), 16)]);
    let found = cohorts(&failures, &members);
    assert_eq!(found.len(), 1, "one thing alone is no cohort: {found:?}");
    let cohort = &found[0];
    assert_eq!((cohort.value.as_str(), cohort.failed, cohort.members), ("7.1", 2, 4));
    assert_eq!((cohort.slopes[0].days, cohort.slopes[0].count), (7, 9));
    assert!((cohort.slopes[0].slope - 0.5).abs() < 1e-12);
    assert_eq!(cohort.slopes[0].trend, Trend::Worsening);
    // 9 failures of 4 members against 10 of 20: 2.25 / 0.5.
    assert!((cohort.ratio - 4.5).abs() < 1e-12, "{}", cohort.ratio);
    // Thirty days: Σ(d−14.5)·c with d = 25,26,27,28,29 for 1,1,2,2,3 = 10.5+11.5+25+27+43.5 = 117.5; Σ(d−14.5)² = 2247.5.
    assert!((cohort.slopes[2].slope - 117.5 / 2_247.5).abs() < 1e-12);
    assert_eq!((cohort.slopes[2].trend, cohort.slopes[2].count), (Trend::Stable, 9));
    assert_eq!((cohort.daily.len(), &cohort.daily[23..]), (30, &[0, 0, 1, 1, 2, 2, 3][..]), "today last");
}

#[test]
fn fewer_by_the_day_is_improving_and_what_is_long_past_is_not_counted() {
    let mut failures = Vec::new();
    for (days_ago, count) in [(6, 3), (5, 3), (4, 2), (3, 1)] {
        failures.extend((0..count).map(|k| failure(k, "XR-9", "LINK_DOWN", days_ago)));
    }
    failures.extend((0..50).map(|k| failure(k, "XR-9", "LINK_DOWN", 30)));
    let found = cohorts(&failures, &BTreeMap::new());
    // (−3·3 −2·3 −1·2 + 0·1)/28 = −17/28.
    assert!((found[0].slopes[0].slope + 17.0 / 28.0).abs() < 1e-12);
    assert_eq!((found[0].slopes[0].trend, found[0].slopes[2].count, found[0].members), (Trend::Improving, 9, 3));
    assert_eq!(cohorts(&[], &BTreeMap::new()), []);
}

fn reading(thing: u128, region: &str, service: Service, now: Option<f64>, days: &[f64]) -> Reading {
    Reading {
        entity: id(thing),
        value: Name::from(region),
        service,
        utilisation: now,
        history: (1u16..).zip(days.iter().copied()).collect(),
    }
}

#[test]
fn a_grouped_board_is_as_computed_by_hand() {
    let days = [0.40, 0.42, 0.44, 0.46, 0.48, 0.50, 0.52];
    let board = groups(&[
        reading(1, "north", Service::Active, Some(0.90), &days),
        reading(2, "north", Service::Down, Some(0.70), &days),
        reading(3, "north", Service::Silent, None, &[]),
        reading(4, "south", Service::Active, Some(0.47), &days),
        reading(5, "", Service::Active, Some(0.1), &days),
        reading(6, "west", Service::Active, Some(0.2), &[0.5; 6]),
        reading(7, "east", Service::Active, Some(0.31), &[0.3; 8]),
    ]);
    assert_eq!(
        board.iter().map(|group| group.value.as_str()).collect::<Vec<_>>(),
        ["east", "north", "south", "west"]
    );
    let north = &board[1];
    assert_eq!((north.active, north.silent, north.down, north.total), (1, 1, 1, 3));
    assert_eq!((north.measured, north.days, north.daily.len()), (2, 7, 30));
    assert_eq!(
        (north.daily[29], north.daily[23], north.daily[22]),
        (Some(0.40), Some(0.52), None),
        "yesterday last"
    );
    assert!((north.utilisation.unwrap() - 0.80).abs() < 1e-12 && (north.baseline.unwrap() - 0.46).abs() < 1e-12);
    // Distances from .46: .06 .04 .02 0 .02 .04 .06, median .04: (.80 − .46)/(1.4826 × .04).
    assert!((north.anomaly.unwrap().away - 0.34 / (1.4826 * 0.04)).abs() < 1e-9);
    assert_eq!(north.strange, [id(1), id(2)]);
    assert_eq!((board[2].anomaly, board[2].strange.len()), (None, 0));
    assert_eq!((board[3].baseline, board[3].anomaly), (None, None), "six days are no baseline");
    assert_eq!(board[0].anomaly, Some(GroupAnomaly { away: 1_000.0 }), "a departure from a constant counts");
}

#[test]
fn holes_and_infinities_leave_figures_finite() {
    let wild = [f64::NAN, f64::INFINITY, 0.5, f64::NEG_INFINITY, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5];
    let board = groups(&[
        reading(1, "a", Service::Active, Some(f64::NAN), &wild),
        reading(2, "a", Service::Active, Some(f64::INFINITY), &[]),
    ]);
    assert_eq!(
        (board[0].utilisation, board[0].baseline, board[0].days, board[0].anomaly),
        (None, Some(0.5), 7, None)
    );
    assert!(board[0].strange.is_empty());
}
