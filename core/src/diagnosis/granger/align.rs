use std::collections::BTreeMap;

use crate::model::{Point, Span};

/// Two series on one grid of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Aligned {
    /// From step to step.
    pub step: Span,
    /// One value for each step that both have; a NaN stands for a gap of any length.
    pub cause: Vec<f64>,
    /// As `cause`, of the other.
    pub effect: Vec<f64>,
    /// The part of the day (UTC), 0..1, at each.
    pub day: Vec<f64>,
    /// Steps within the time of both that only one has.
    pub left_out: usize,
    /// Gaps.
    pub gaps: usize,
}

/// One day.
pub(super) const DAY: Span = Span::minutes(24 * 60);

/// Puts two series on the grid of the one that is sampled less often. Points may come in any order; of several in one step their mean is
/// taken; what is not finite is no point. The series may be out of step with each other by less than half a step. `None` where a
/// series has no two points at different times.
#[must_use]
pub fn align(cause: &[Point], effect: &[Point]) -> Option<Aligned> {
    let (cause, effect) = (sorted(cause), sorted(effect));
    let step = step(&cause)?.max(step(&effect)?);
    let start = cause.first()?.0.min(effect.first()?.0);
    let (cause, effect) = (slots(&cause, start, step), slots(&effect, start, step));
    let first = *cause.keys().next()?.max(effect.keys().next()?);
    let last = *cause.keys().next_back()?.min(effect.keys().next_back()?);
    let mut aligned = Aligned {
        step: Span::micros(step),
        cause: Vec::new(),
        effect: Vec::new(),
        day: Vec::new(),
        left_out: 0,
        gaps: 0,
    };
    let mut push = |cause: f64, effect: f64, day: f64| {
        aligned.cause.push(cause);
        aligned.effect.push(effect);
        aligned.day.push(day);
    };
    let (mut before, mut both, mut gaps) = (None, 0, 0);
    let within = |slot: &i64| (first..=last).contains(slot);
    for (&slot, &(sum, count)) in cause.iter().filter(|(slot, _)| within(slot)) {
        let Some((other, others)) = effect.get(&slot) else { continue };
        if before.is_some_and(|before| before + 1 != slot) {
            gaps += 1;
            push(f64::NAN, f64::NAN, 0.0);
        }
        let time = start.saturating_add(slot.saturating_mul(step));
        push(sum / count, other / others, time.rem_euclid(DAY.as_micros()) as f64 / DAY.as_micros() as f64);
        before = Some(slot);
        both += 1;
    }
    let each = cause.keys().chain(effect.keys()).filter(|slot| within(slot)).count();
    aligned.left_out = each - 2 * both;
    aligned.gaps = gaps;
    Some(aligned)
}

/// Microseconds and value, in order of time.
fn sorted(points: &[Point]) -> Vec<(i64, f64)> {
    let mut sorted: Vec<(i64, f64)> = points
        .iter()
        .filter(|point| point.value.is_finite())
        .map(|point| (point.at.as_micros(), point.value))
        .collect();
    sorted.sort_by_key(|point| point.0);
    sorted
}

/// The usual distance between neighbours, in microseconds: the mean of those that are near the median, since clocks and pollers waver and
/// points go missing. Of a second and more in whole seconds.
fn step(sorted: &[(i64, f64)]) -> Option<i64> {
    let mut steps: Vec<i64> = sorted.windows(2).map(|pair| pair[1].0 - pair[0].0).filter(|step| *step > 0).collect();
    steps.sort_unstable();
    let median = *steps.get(steps.len() / 2)?;
    let near = || {
        steps
            .iter()
            .filter(|step| (median / 2..=median / 2 * 3).contains(*step))
            .map(|step| i128::from(*step))
    };
    let usual = i64::try_from(near().sum::<i128>() / (near().count() as i128).max(1)).unwrap_or(median).max(1);
    let second = Span::seconds(1).as_micros();
    Some(if usual < second { usual } else { (usual + second / 2) / second * second })
}

/// Sum and count by step since `start`; a series keeps its own beat, so that wavering around it moves nothing to the next step.
fn slots(sorted: &[(i64, f64)], start: i64, step: i64) -> BTreeMap<i64, (f64, f64)> {
    let nearest = |micros: i64| (micros + step / 2).div_euclid(step);
    let first = sorted.first().map_or(start, |point| point.0);
    let offset = nearest(first - start);
    let mut slots: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
    for (at, value) in sorted {
        let slot = slots.entry(nearest(at - first) + offset).or_default();
        slot.0 += value;
        slot.1 += 1.0;
    }
    slots
}
