//! Promises in every state.

use pedkai_core::{
    model::{Name, SlaPromise, SlaState, Span},
    policy::Direction,
    screen::{IncidentRow, MonthRow, Noise, ObjectiveRow, PromiseRow, Row, ScoreRow, ScoreTotal, SlaMethod, SlaRow},
};

use super::{CUSTOMER, ago, id};
use crate::model::{Change, Model};

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
        warn_at: None,
        seen_at: None,
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

/// A measured value that drifts towards its limit, as the feed tells it.
pub(crate) fn foretold(place: usize) -> PromiseRow {
    PromiseRow {
        id: id(CUSTOMER, 5_000 + place),
        incident_id: Some(id(super::INCIDENT, 2)),
        ..drifting(place)
    }
}

/// The same about an incident.
pub(crate) fn foretell(model: &mut Model, incident: &mut IncidentRow, place: usize) {
    let row = PromiseRow {
        incident_id: Some(incident.id),
        ..foretold(place)
    };
    incident.foreseen = Some(Box::new(row.clone()));
    model.apply(Change::Put(Box::new(Row::Sla(row))));
}

fn drifting(place: usize) -> PromiseRow {
    let at = |minutes: i64| Some(ago(-60 * (minutes + place as i64)));
    PromiseRow {
        since: Some(ago(7_200)),
        warn_at: at(76),
        seen_at: Some(ago(140)),
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

/// How thirty days went for so many services, as the collector answers: some fell short, some are down, some have work behind them.
pub(crate) fn scorecard(number: usize) -> serde_json::Value {
    let to = crate::testing::clock().now;
    let from = to.minus(Span::seconds(30 * 86_400));
    let row = |place: usize| {
        let down = [0.0, 1_340.0, 0.0, 15_120.0, 190.0][place % 5] + (place / 5 * 7) as f64;
        let excluded = [0.0, 0.0, 7_200.0][place % 3];
        let outages = u32::from(down > 0.0) * (1 + place as u32 % 4);
        let (promised, tier) = [(Some(99.95), "gold"), (Some(99.9), "silver"), (Some(99.5), "bronze"), (None, "contract 12")][place % 4];
        let availability = 100.0 * (1.0 - down / 2_592_000.0);
        ScoreRow {
            id: id(CUSTOMER, 100 + place),
            external_id: format!("SVC-{place}").as_str().into(),
            service: format!("{}{}", SERVICES[place % 6], if place < 6 { String::new() } else { format!(" {place}") })
                .as_str()
                .into(),
            entity_type: "SERVICE".into(),
            tier: tier.into(),
            promised,
            from,
            availability,
            kept: promised.map(|promised| availability >= promised),
            down_s: down,
            excluded_s: excluded,
            incidents: outages,
            outages,
            late: u32::from(down > 14_400.0),
            mttr_s: (outages > 0).then(|| down / f64::from(outages)),
            mtta_s: (outages > 0).then_some(40.0 + 3.0 * place as f64),
            down_since: (place % 7 == 1).then(|| ago(1_340)),
            complete: place % 11 != 10,
        }
    };
    let mut items: Vec<ScoreRow> = (0..number).map(row).collect();
    items.sort_by_key(ScoreRow::order);
    let some = |number: u32| (number > 0).then_some(f64::from(number));
    let total = ScoreTotal {
        services: number as u32,
        promised: items.iter().filter(|row| row.kept.is_some()).count() as u32,
        kept: items.iter().filter(|row| row.kept == Some(true)).count() as u32,
        down: items.iter().filter(|row| row.down_since.is_some()).count() as u32,
        availability: some(number as u32).map(|_| 99.962_1),
        outages: items.iter().map(|row| row.outages).sum(),
        late: items.iter().map(|row| row.late).sum(),
        mttr_s: some(number as u32).map(|_| 2_710.0),
        mtta_s: some(number as u32).map(|_| 94.0),
    };
    let events = 4_000_000 * number as u64;
    let noise = Noise {
        events,
        alarms: events / 240,
        incidents: events / 31_000,
        reduction: (events > 0).then_some(99.996_8),
    };
    serde_json::json!({"from": from, "to": to, "total": total, "noise": noise, "items": items, "next": null})
}
