use crate::model::{Point, Span, Timestamp};
use crate::policy::Sleeping;

const DAY: i64 = 86_400_000_000;
/// Fewer samples than this are no baseline.
const LEAST: usize = 6;
/// Zeros in a row beyond this add nothing: they are not independent of each other.
const ROW: i32 = 8;

/// What a zero means against the same time of day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Against {
    /// Z score of a zero on the logarithmic scale; negative.
    pub(super) z: f64,
    /// Chance of as many zeros in a row.
    pub(super) chance: f64,
    /// Mean of the baseline in the metric's unit.
    pub(super) mean: f64,
    /// Samples of the baseline.
    pub(super) n: u32,
}

/// Judges `zeros` in a row that reached `slot`, by what `points` (ordered, all before the zeros began at `since`) had at that time of day. None
/// where fewer than `least_days` days have samples then, or where nothing was carried.
pub(super) fn against(points: &[Point], since: Timestamp, slot: Timestamp, zeros: i64, policy: &Sleeping) -> Option<Against> {
    let near = policy.near().as_micros();
    let from = since.minus(Span::micros(i64::from(policy.days) * DAY + near));
    let start = points.partition_point(|point| point.at < from);
    let end = points.partition_point(|point| point.at < since);
    let mut days: Vec<(i64, Vec<f64>)> = Vec::new();
    for point in points.get(start..end)? {
        if !point.value.is_finite() || point.value < 0.0 {
            continue;
        }
        let ago = slot.since(point.at).as_micros();
        let day = (ago + DAY / 2).div_euclid(DAY);
        if day < 1 || (ago - day * DAY).abs() > near {
            continue;
        }
        match days.last_mut() {
            Some((last, values)) if *last == day => values.push(point.value),
            _ => days.push((day, vec![point.value])),
        }
    }
    leave_out_an_outage(&mut days);
    if days.len() < usize::from(policy.least_days) {
        return None;
    }
    let values: Vec<f64> = days.into_iter().flat_map(|(_, values)| values).collect();
    zero_among(values, zeros)
}

/// Of days with nothing but zeros, one is an outage that was; two are a habit, and so is the same weekday.
fn leave_out_an_outage(days: &mut Vec<(i64, Vec<f64>)>) {
    let dead = |values: &[f64]| values.iter().all(|value| *value == 0.0);
    let mut found = days.iter().filter(|(_, values)| dead(values)).map(|(day, _)| *day);
    if let (Some(day), None) = (found.next(), found.next())
        && day % 7 != 0
    {
        days.retain(|(other, _)| *other != day);
    }
}

fn zero_among(mut values: Vec<f64>, zeros: i64) -> Option<Against> {
    let n = values.len();
    if n < LEAST {
        return None;
    }
    values.sort_by(f64::total_cmp);
    let step = resolution(&values)?;
    let count = n as f64;
    let mean = values.iter().sum::<f64>() / count;
    let logs: Vec<f64> = values.iter().map(|value| libm::log1p(value / step)).collect();
    let centre = logs.iter().sum::<f64>() / count;
    let spread = (logs.iter().map(|log| (log - centre) * (log - centre)).sum::<f64>() / (count - 1.0)).sqrt();
    let z = -centre / spread.max(centre / 100.0);
    let share = values.iter().filter(|value| **value == 0.0).count() as f64 / count;
    // Where values scatter as counts do, or more, zeros are at least as likely as in independent arrivals.
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (count - 1.0);
    let counts = if variance >= 0.5 * mean * step { libm::exp(-mean / step) } else { 0.0 };
    let once = lower_tail(&values, step).max(share).max(counts).min(1.0);
    let row = i32::try_from(zeros).unwrap_or(ROW).clamp(1, ROW);
    let chance = (0..row).fold(1.0, |product, _| product * once);
    (z.is_finite() && mean.is_finite() && chance.is_finite()).then_some(Against {
        z,
        chance,
        mean,
        n: u32::try_from(n).unwrap_or(u32::MAX),
    })
}

/// The smallest difference between two of the ordered values, zero among them; none where all are zero.
fn resolution(ordered: &[f64]) -> Option<f64> {
    let least = ordered.last().copied()? * 1e-9;
    let first = ordered.iter().copied().find(|value| *value > least)?;
    let gaps = ordered.windows(2).filter_map(|pair| match pair {
        [a, b] if b - a > least => Some(b - a),
        _ => None,
    });
    Some(gaps.fold(first, f64::min))
}

/// Chance of a value that is reported as zero, from the lowest fifth of the ordered values: P(X ≤ x) ~ (x/u)^a below u. Half a step is added, so
/// that zeros among them count as the smallest values.
fn lower_tail(ordered: &[f64], step: f64) -> f64 {
    let k = ordered.len().div_ceil(5).max(3);
    let at = |value: f64| value / step + 0.5;
    let Some(threshold) = ordered.get(k).map(|value| at(*value)) else {
        return 1.0;
    };
    let hill = ordered.iter().take(k).map(|value| libm::log(threshold / at(*value))).sum::<f64>() / k as f64;
    if hill <= 1e-9 {
        return 0.0;
    }
    k as f64 / ordered.len() as f64 * libm::pow(0.5 / threshold, 1.0 / hill)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zero_against_a_constant_is_certain_and_finite() {
        let found = zero_among(vec![50.0; 40], 1).unwrap();
        assert!(found.z <= -99.0 && found.chance == 0.0, "{found:?}");
        assert_eq!((found.mean, found.n), (50.0, 40));
    }

    #[test]
    fn the_scale_sees_a_loss_that_the_plain_one_misses_in_any_unit() {
        let wide: Vec<f64> = (0..60).map(|i| f64::from(40 + (i * 37) % 60 * 10)).collect();
        let mean = wide.iter().sum::<f64>() / 60.0;
        let spread = (wide.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 59.0).sqrt();
        assert!(-mean / spread > -3.0);
        let one = zero_among(wide.clone(), 1).unwrap();
        let other = zero_among(wide.iter().map(|x| x / 1_000.0).collect(), 1).unwrap();
        assert!(one.z < -3.0, "{one:?}");
        assert!((one.z - other.z).abs() < 1e-9 && (one.chance - other.chance).abs() < 1e-12);
    }

    #[test]
    fn zeros_that_are_usual_are_not_improbable() {
        let night: Vec<f64> = (0..54).map(|i| f64::from([0, 1, 2, 1, 3, 1, 2, 0, 4][i % 9])).collect();
        let found = zero_among(night, 2).unwrap();
        assert!(found.z > -3.0 && found.chance > 1e-3, "{found:?}");
        assert!(zero_among(vec![0.0; 60], 8).is_none(), "nothing was ever carried");
    }

    #[test]
    fn one_dead_day_is_left_out_but_two_or_the_same_weekday_are_a_habit() {
        let day = |k: i64, dead: bool| (k, vec![if dead { 0.0 } else { 9.0 }; 5]);
        let left = |dead: &[i64]| {
            let mut days: Vec<_> = (1..=7).map(|k| day(k, dead.contains(&k))).collect();
            leave_out_an_outage(&mut days);
            days.len()
        };
        assert_eq!((left(&[]), left(&[2]), left(&[2, 3]), left(&[7])), (7, 6, 7, 7));
    }
}
