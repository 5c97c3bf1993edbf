//! Promises in every state.

use pedkai_core::{
    model::{Name, SlaPromise, SlaState, Span},
    policy::Direction,
    screen::{MonthRow, ObjectiveRow, PromiseRow, SlaMethod, SlaRow},
};

use super::{CUSTOMER, ago, id};

/// A promise that is at risk (1), runs (2), is broken (3), was kept (4), and again; none for every fifth.
pub(crate) fn promise(number: usize) -> Option<SlaRow> {
    let (state, started, whole, metric, objective) = match number % 5 {
        1 => (
            SlaState::AtRisk,
            1_340,
            1_740,
            SlaPromise::Availability,
            "99.95 % of the month, 21 min without service",
        ),
        2 => (SlaState::Running, 5_190, 28_800, SlaPromise::TimeToRestore, "service back within 8 h"),
        3 => (SlaState::Breached, 15_000, 14_400, SlaPromise::TimeToRestore, "service back within 4 h"),
        4 => (SlaState::Kept, 9_000, 14_400, SlaPromise::TimeToRestore, "service back within 4 h"),
        _ => return None,
    };
    let started_at = ago(started);
    let breach_at = started_at.plus(Span::seconds(whole));
    Some(SlaRow {
        state,
        metric,
        objective: objective.into(),
        threshold: if metric == SlaPromise::Availability { 99.95 } else { whole as f64 / 60.0 },
        entity_id: id(CUSTOMER, number),
        external_id: "VPN-4711".into(),
        name: ["Bank of Ticino, VPN", "Mobile coverage Valais", "Hospital of Bellinzona", "Radio Rumantsch"][number % 4].into(),
        entity_type: "SERVICE".into(),
        tier: ["gold", "silver", "gold", "bronze"][number % 4].into(),
        started_at,
        warn_at: breach_at.minus(Span::seconds(whole / 4)),
        breach_at,
        restore_by: Some(started_at.plus(Span::seconds(14_400))),
        stopped_at: (state == SlaState::Kept).then(|| ago(600)),
        method: SlaMethod::Clock,
        low: None,
        high: None,
        without: number as u32 % 7,
    })
}

/// How so many promises of the month stand; every sixth is of a measured value that drifts towards its limit.
pub(crate) fn promised(number: usize) -> Vec<PromiseRow> {
    (0..number).map(|place| if place % 6 == 5 { drifting(place) } else { month(place) }).collect()
}

const SERVICES: [&str; 6] = [
    "Bank of Ticino, VPN",
    "Mobile coverage Valais",
    "Hospital of Bellinzona",
    "Radio Rumantsch",
    "School network Chur",
    "Fixed line 112",
];

fn month(place: usize) -> PromiseRow {
    let (state, value, since) = match place % 5 {
        0 => (SlaState::Running, 99.981, Some(1_340)),
        1 => (SlaState::Breached, 99.712, None),
        2 => (SlaState::AtRisk, 99.956, None),
        _ => (SlaState::Kept, 100.0, None),
    };
    let down = (100.0 - value) / 100.0 * 2_592_000.0;
    let breach = since.map(|since| ago(since).plus(Span::seconds(2_400 + 60 * place as i64)));
    PromiseRow {
        id: id(CUSTOMER, 100 + place),
        entity_id: id(CUSTOMER, 100 + place),
        external_id: "SVC".into(),
        service: SERVICES[place % 6].into(),
        entity_type: "SERVICE".into(),
        tier: "gold".into(),
        objective: ObjectiveRow {
            metric: "availability".into(),
            threshold: 99.95,
            direction: Direction::Below,
        },
        value: Some(value),
        state,
        predicted_breach_time: breach,
        low: breach,
        high: breach,
        method: SlaMethod::Clock,
        incident_id: since.map(|_| id(super::INCIDENT, 1)),
        since: since.map(ago),
        month: Some(MonthRow {
            month: Name::from("2026-11"),
            allowed_s: 1_296.0,
            down_s: down,
            excluded_s: 0.0,
            outages: u32::from(down > 0.0),
            late: u32::from(state == SlaState::Breached),
            mttr_s: (down > 0.0).then_some(down),
            mtta_s: (down > 0.0).then_some(190.0),
        }),
    }
}

fn drifting(place: usize) -> PromiseRow {
    let at = |minutes: i64| Some(ago(-60 * (minutes + place as i64)));
    PromiseRow {
        objective: ObjectiveRow {
            metric: "PRB utilisation (%)".into(),
            threshold: 85.0,
            direction: Direction::Above,
        },
        value: Some(71.4),
        state: SlaState::Running,
        predicted_breach_time: at(96),
        low: at(91),
        high: at(103),
        method: SlaMethod::Drift,
        month: None,
        service: "SIO-CELL-0".into(),
        ..month(place)
    }
}
