use super::forecast::{Forecast, Unforeseen, forecast};
use crate::model::{EntityId, Name, Outlook, Point, SlaState, Span, Timestamp};
use crate::policy::{Direction, KpiObjective, Slo};
use crate::topology::{Entity, Topology};

/// Values of so long before the newest are read: three days, so that a season of a day is seen.
pub const KNOWN: Span = Span::minutes(3 * 1_440);
/// So far ahead is looked.
pub const AHEAD: Span = Span::minutes(1_440);

/// A measured value that was promised to keep to a limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// Whose.
    pub entity: EntityId,
    /// Which metric.
    pub metric: Name,
    /// In the metric's unit.
    pub threshold: f64,
    /// Which side is the bad one.
    pub direction: Direction,
    /// It is at risk when it may be broken within this.
    pub warn: Span,
}

/// Every limit that the policy gives to an entity of the topology, in the order of entities; the first objective of a metric holds.
#[must_use]
pub fn limits(slo: &Slo, topology: &Topology) -> Vec<Limit> {
    let mut limits: Vec<Limit> = Vec::new();
    if slo.kpis.is_empty() {
        return limits;
    }
    for (_, entity) in topology.entities() {
        let first = limits.len();
        for kpi in slo.kpis.iter().filter(|kpi| holds(kpi, entity)) {
            if limits[first..].iter().all(|known| known.metric != kpi.metric) {
                limits.push(Limit {
                    entity: entity.id,
                    metric: kpi.metric.clone(),
                    threshold: kpi.threshold,
                    direction: kpi.direction,
                    warn: Span::seconds(slo.warn_s),
                });
            }
        }
    }
    limits
}

/// What was seen of a measured value no longer endangers anything: nothing was promised of it any more, or nothing is measured.
#[must_use]
pub fn withdrawn(outlook: &Outlook) -> Outlook {
    Outlook {
        state: SlaState::Kept,
        breach: None,
        since: None,
        points: 0,
        digest: !outlook.digest,
        ..outlook.clone()
    }
}

fn holds(kpi: &KpiObjective, entity: &Entity) -> bool {
    let among = |names: &[Name], word: &str| !word.is_empty() && names.iter().any(|name| name.eq_ignore_ascii_case(word));
    kpi.entities.contains(&entity.external_id) || among(&kpi.types, &entity.kind) || among(&kpi.tiers, &entity.sla_tier)
}

/// What the newest values of a metric mean for its limit; `None` where there are none. `points` in the order of time, all up to `now`.
#[must_use]
pub fn outlook(limit: &Limit, points: &[Point], now: Timestamp) -> Option<Outlook> {
    let (first, last) = (points.first()?, points.last()?);
    let mut hasher = xxhash_rust::xxh3::Xxh3::new();
    for point in points {
        hasher.update(&point.at.as_micros().to_le_bytes());
        hasher.update(&point.value.to_bits().to_le_bytes());
    }
    let mut outlook = Outlook {
        entity: limit.entity,
        metric: limit.metric.clone(),
        threshold: limit.threshold,
        above: limit.direction == Direction::Above,
        at: last.at,
        value: last.value,
        state: SlaState::Kept,
        breach: None,
        since: None,
        from: first.at,
        points: points.len() as u32,
        digest: hasher.digest(),
    };
    match forecast(points, limit.threshold, limit.direction, AHEAD) {
        Ok(Forecast {
            at, low, high, level, since, ..
        }) => {
            (outlook.value, outlook.since, outlook.breach) = (level, Some(since), Some((at, low, high)));
            let soon = low.minus(limit.warn) <= now;
            outlook.state = if soon { SlaState::AtRisk } else { SlaState::Running };
        }
        Err(Unforeseen::Crossed) => outlook.state = SlaState::Breached,
        Err(_) => {
            let beyond = |point: &Point| match limit.direction {
                Direction::Above => point.value > limit.threshold,
                Direction::Below => point.value < limit.threshold,
            };
            // One value beyond may be noise: three in a row are not.
            if points.len() >= 3 && points.iter().rev().take(3).all(beyond) {
                outlook.state = SlaState::Breached;
            }
        }
    }
    Some(outlook)
}
