use serde::{Deserialize, Serialize};

use super::baseline::{Against, against};
use crate::model::{EntityId, Name, Point, Span, Timestamp};
use crate::policy::{Sleeping, TrafficKind};

/// Points by which a metric's interval is judged.
const RECENT: usize = 33;
/// Hours of a long silence that are looked at.
const HOURS: usize = 24;

/// The points of one metric, ordered by time.
#[derive(Clone, Copy, Debug)]
pub struct Series<'a> {
    /// The metric's name.
    pub metric: &'a str,
    /// What was measured, ordered; values that are not finite or below zero count as missing.
    pub points: &'a [Point],
}

/// A cell's metrics, traffic or not, over `days` and two hours at least.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'a> {
    /// The cell.
    pub entity: EntityId,
    /// The system that its samples come from.
    pub source: &'a str,
    /// Its metrics.
    pub series: &'a [Series<'a>],
}

/// A cell that carries nothing although it should, with the figures that say so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asleep {
    /// The cell.
    pub entity: EntityId,
    /// The metric that says so most clearly.
    pub metric_name: Name,
    /// Z score of the zero, on the scale of `ln(1 + x/step)`.
    pub z_score: f64,
    /// Chance of as many zeros in a row, by the lowest values of the baseline.
    pub chance: f64,
    /// Mean of the baseline, in the metric's unit.
    pub baseline_mean: f64,
    /// Zero: measured, or for want of samples.
    pub current_value: f64,
    /// No sample came, rather than a zero.
    pub missing: bool,
    /// Since when nothing was carried.
    pub since: Timestamp,
    /// Samples of the baseline.
    pub n: u32,
}

/// What a cell does, or why that cannot be said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It carries traffic.
    Awake,
    /// It carries none and should.
    Asleep(Asleep),
    /// It carries none, and no more than that was to be expected: an idle cell, or too few days to know.
    Quiet,
    /// No metric of traffic was ever heard of.
    Unknown,
}

/// A metric that stands at zero.
struct Zero {
    since: Timestamp,
    slot: Timestamp,
    step: Span,
    missing: bool,
}

/// What the cell does at `at`; later points are not looked at.
#[must_use]
pub fn judge(cell: &Cell<'_>, at: Timestamp, policy: &Sleeping) -> State {
    let horizon = at.minus(Span::seconds(86_400 * (2 * i64::from(policy.days) + 1)));
    let mut metrics: Vec<(TrafficKind, &str, &[Point])> = Vec::new();
    for series in cell.series {
        let Some(kind) = policy.metrics.kind(series.metric) else { continue };
        let known = until(series.points, at);
        let points = &known[known.partition_point(|point| point.at < horizon)..];
        if points.iter().any(|point| point.value.is_finite() && point.value > 0.0) {
            metrics.push((kind, series.metric, points));
        }
    }
    let Some(decisive) = metrics.iter().map(|(kind, ..)| *kind).min() else {
        return State::Unknown;
    };
    let mut zeros = Vec::new();
    for (kind, metric, points) in metrics {
        match zero(points, at, policy) {
            Some(zero) => zeros.push((kind, metric, points, zero)),
            None if kind == decisive => return State::Awake,
            None => {}
        }
    }
    let since = zeros.iter().filter(|(kind, ..)| *kind == decisive).map(|(.., zero)| zero.since).max();
    let told = zeros
        .iter()
        .filter_map(|(_, metric, points, zero)| Some((*metric, zero, tells(points, zero, policy)?)));
    let best = told.min_by(|(_, _, a), (_, _, b)| a.chance.total_cmp(&b.chance).then(a.z.total_cmp(&b.z)));
    match (best, since) {
        (Some((metric, zero, found)), Some(since)) => State::Asleep(Asleep {
            entity: cell.entity,
            metric_name: Name::from(metric),
            z_score: found.z,
            chance: found.chance,
            baseline_mean: found.mean,
            current_value: 0.0,
            missing: zero.missing,
            since,
            n: found.n,
        }),
        _ => State::Quiet,
    }
}

/// The points up to `at`.
pub(super) fn until(points: &[Point], at: Timestamp) -> &[Point] {
    &points[..points.partition_point(|point| point.at <= at)]
}

/// For how long nothing may come before that counts as zero, and the interval at which the metric is reported.
pub(super) fn patience(points: &[Point], policy: &Sleeping) -> (Span, Span) {
    let recent = &points[points.len().saturating_sub(RECENT)..];
    let mut gaps: Vec<i64> = recent
        .windows(2)
        .map(|pair| pair[1].at.since(pair[0].at).as_micros())
        .filter(|gap| *gap > 0)
        .collect();
    gaps.sort_unstable();
    let usual = Span::seconds(policy.silence_s);
    let step = gaps.get(gaps.len() / 2).map_or(usual, |gap| Span::micros(*gap));
    let limit = usual.max(Span::micros(step.as_micros().saturating_mul(2)));
    (Span::micros(limit.as_micros().saturating_add(Span::seconds(policy.late_s).as_micros())), step)
}

/// None while the metric has a value above zero that is not too old.
fn zero(points: &[Point], at: Timestamp, policy: &Sleeping) -> Option<Zero> {
    let (limit, step) = patience(points, policy);
    let valid = |point: &&Point| point.value.is_finite() && point.value >= 0.0;
    let newest = points.iter().rev().find(valid);
    let carried = points.iter().rposition(|point| valid(&point) && point.value > 0.0)?;
    let missing = newest.is_none_or(|point| at.since(point.at) > limit);
    let last = points[carried].at;
    let first_zero = points[carried + 1..].iter().find(valid).map(|point| point.at);
    let since = match first_zero {
        Some(first) if first.since(last) <= limit => first,
        Some(_) => last.plus(step),
        None if missing => last.plus(step),
        None => return None,
    };
    let slot = match newest {
        Some(point) if !missing => point.at,
        _ => at,
    };
    Some(Zero { since, slot, step, missing })
}

/// The most telling moment of the silence: now, or any full hour back to its beginning.
fn tells(points: &[Point], zero: &Zero, policy: &Sleeping) -> Option<Against> {
    let mut best: Option<Against> = None;
    let mut slot = zero.slot;
    for _ in 0..HOURS {
        let row = slot.since(zero.since).as_micros() / zero.step.as_micros().max(1) + 1;
        if let Some(found) = against(points, zero.since, slot, row, policy)
            && found.z < policy.z
            && found.chance <= policy.chance
            && best.is_none_or(|best| (found.chance, found.z) < (best.chance, best.z))
        {
            best = Some(found);
        }
        let earlier = slot.minus(Span::seconds(3_600));
        if slot <= zero.since || earlier == slot {
            break;
        }
        slot = if earlier < zero.since { zero.since } else { earlier };
    }
    best
}
