use super::window::{Column, Ended, Frame};

/// A departure of this many spreads is anomalous.
pub(super) const ANOMALOUS: f64 = 3.0;
const MOST: f64 = 1000.0;
/// More than by a factor of e³ counts as that.
const FACTOR: f64 = 3.0;
/// What lies just before an onset counts by this quantile: it may already hold a little of the trouble.
const JUST: f64 = 0.75;

/// How far an entity's most telling series departed.
pub(super) struct Departed {
    pub(super) metric: String,
    pub(super) z: f64,
    /// The departure in the metric's unit.
    pub(super) amount: f64,
    pub(super) usual: f64,
    pub(super) seen: f64,
    /// z and the factor by which the value changed, in one: for comparing different metrics.
    pub(super) strength: f64,
    /// The departure by row since the onset, 0 where there is none.
    pub(super) profile: Vec<f64>,
    /// Points later than the moment of notice.
    pub(super) after: u32,
    /// The usual is that of the time of day.
    pub(super) hourly: bool,
    /// The departure is that nothing came any more.
    pub(super) ended: Option<Ended>,
}

/// Of each entity, its strongest departure.
pub(super) fn measure(frame: &Frame, onset: usize) -> Vec<Option<Departed>> {
    let mut found: Vec<Option<Departed>> = frame.entities.iter().map(|_| None).collect();
    let Some(began) = frame.times.get(onset) else { return found };
    let end = frame.times.partition_point(|time| *time < began + frame.horizon);
    let symptom = frame.symptom.as_ref().and_then(|(entity, metric)| Some((*entity, metric.as_deref()?)));
    let upwards = symptom.and_then(|(entity, metric)| {
        let column = frame.columns.iter().find(|column| column.entity == entity && column.metric == metric)?;
        Some(side(column, onset, end))
    });
    for column in &frame.columns {
        let same = symptom.is_some_and(|(_, metric)| metric == column.metric);
        let sides = match upwards.filter(|_| same) {
            Some(up) => vec![up],
            None => vec![true, false],
        };
        let silence = column.ended.filter(|ended| ended.missed >= ANOMALOUS);
        let told = sides.into_iter().map(|up| depart(column, onset, end, frame.just, up));
        for departed in told.chain(silence.map(|ended| silent(frame, column, onset, end, ended))) {
            let place = &mut found[column.entity];
            let by = |departed: &Departed| if symptom.is_some() { departed.z } else { departed.strength };
            if place.as_ref().is_none_or(|known| by(&departed) > by(known)) {
                *place = Some(departed);
            }
        }
    }
    found
}

/// Whether a series went up since the onset rather than down, each in its own spread.
fn side(column: &Column, onset: usize, end: usize) -> bool {
    let (mut up, mut down) = (0.0, 0.0);
    for value in column.rows[onset..end].iter().filter(|value| value.is_finite()) {
        up += (value - column.median).max(0.0);
        down += (column.median - value).max(0.0);
    }
    up * column.down.max(1e-12) >= down * column.up.max(1e-12)
}

/// Nothing came any more: as strange as samples are missing, and a change by the largest factor.
fn silent(frame: &Frame, column: &Column, onset: usize, end: usize, ended: Ended) -> Departed {
    let z = ended.missed.min(MOST);
    let quiet = |time: &i64| if *time > ended.last { 1.0 } else { 0.0 };
    Departed {
        metric: column.metric.clone(),
        z,
        amount: 0.0,
        usual: column.median,
        seen: column.median,
        strength: libm::log1p(z) * (1.0 + FACTOR),
        profile: frame.times.get(onset..end).unwrap_or_default().iter().map(quiet).collect(),
        after: column.after,
        hourly: column.hourly,
        ended: Some(ended),
    }
}

/// What was measured in the rows that departed most, where it was moved to another time of day for comparing.
fn measured(column: &Column, strongest: &[(f64, usize)]) -> Option<f64> {
    let departed = strongest.iter().filter(|(departed, _)| *departed > 0.0);
    let values = departed
        .filter_map(|(_, row)| column.measured.get(*row))
        .copied()
        .filter(|value| value.is_finite());
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    (count > 0.0).then(|| sum / count)
}

fn depart(column: &Column, onset: usize, end: usize, just: usize, up: bool) -> Departed {
    let sign = if up { 1.0 } else { -1.0 };
    let spread = if up { column.up } else { column.down };
    let mut before: Vec<f64> = column.rows[onset.saturating_sub(just)..onset]
        .iter()
        .filter(|value| value.is_finite())
        .map(|value| sign * value)
        .collect();
    before.sort_by(f64::total_cmp);
    let rank = ((JUST * before.len() as f64).ceil() as usize).saturating_sub(1);
    let level = before.get(rank).copied().unwrap_or(f64::NEG_INFINITY).max(sign * column.median);
    let profile: Vec<f64> = column.rows[onset..end]
        .iter()
        .map(|value| if value.is_finite() { (sign * value - level).max(0.0) } else { 0.0 })
        .collect();
    let mut strongest: Vec<(f64, usize)> = profile.iter().copied().zip(onset..).collect();
    strongest.sort_by(|a, b| b.0.total_cmp(&a.0));
    let half = strongest.len().div_ceil(2).max(1);
    strongest.truncate(half);
    let amount = strongest.iter().map(|(value, _)| value).sum::<f64>() / half as f64;
    let z = match (amount > 0.0, spread > 0.0) {
        (false, _) => 0.0,
        (true, true) => (amount / spread).min(MOST),
        (true, false) => MOST,
    };
    let seen = measured(column, &strongest).unwrap_or(sign * (level + amount));
    let ratio = (column.median + sign * amount) / column.median;
    let factor = if ratio > 0.0 && ratio.is_finite() {
        libm::log(ratio).abs().min(FACTOR)
    } else {
        FACTOR
    };
    Departed {
        metric: column.metric.clone(),
        z,
        amount,
        usual: column.median,
        seen,
        strength: libm::log1p(z) * (1.0 + factor),
        profile,
        after: column.after,
        hourly: column.hourly,
        ended: None,
    }
}
