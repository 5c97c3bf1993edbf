use std::collections::{BTreeMap, BTreeSet};

use super::Question;
use super::season::Season;

/// Trouble may have begun so long before it was noticed, µs.
const BACK: i64 = 900_000_000;
/// And be seen so long after it was noticed, µs.
const AHEAD: i64 = 300_000_000;
/// What it does is looked at for so long, µs, and for three rows.
const HORIZON: i64 = 900_000_000;
/// The level just before is that of so long, µs, and of three rows.
const JUST: i64 = 300_000_000;
/// Fewer points than this are no reference.
pub(super) const FEWEST: usize = 10;
/// Fewer rows than this before the trouble are filled up by those after it, or by what lies closer to it.
const ENOUGH: usize = 30;

/// A series that can be judged.
pub(super) struct Column {
    pub(super) entity: usize,
    pub(super) metric: String,
    /// By row of the frame; NaN where there is no point.
    pub(super) rows: Vec<f64>,
    /// The same as it was measured, where `rows` are moved to the time of day of the trouble; else empty.
    pub(super) measured: Vec<f64>,
    pub(super) median: f64,
    /// The usual spread upwards and downwards, as a standard deviation; 0 where any departure counts.
    pub(super) up: f64,
    pub(super) down: f64,
    /// Points later than the moment of notice.
    pub(super) after: u32,
    /// Its usual is that of the time of day.
    pub(super) hourly: bool,
    /// Its samples ended.
    pub(super) ended: Option<Ended>,
}

/// How the samples of a series ended.
#[derive(Clone, Copy)]
pub(super) struct Ended {
    /// The last one, µs since 1970.
    pub(super) last: i64,
    /// So many were to come since.
    pub(super) missed: f64,
}

/// The series around the trouble in rows of one step.
pub(super) struct Frame {
    pub(super) entities: Vec<String>,
    pub(super) columns: Vec<Column>,
    /// Entity, and its metric where it can be judged.
    pub(super) symptom: Option<(usize, Option<String>)>,
    /// Whom each entity depends on.
    pub(super) needs: Vec<Vec<usize>>,
    /// The middle of each row, µs since 1970.
    pub(super) times: Vec<i64>,
    pub(super) at: i64,
    pub(super) step: i64,
    /// The rows of which one may be the onset.
    pub(super) candidates: std::ops::Range<usize>,
    /// So many rows are what lies just before.
    pub(super) just: usize,
    /// The trouble is looked at for so long, µs.
    pub(super) horizon: i64,
}

type Raw = BTreeMap<(usize, String), BTreeMap<i64, f64>>;

impl Frame {
    pub(super) fn of(question: &Question<'_>) -> Self {
        let at = question.at.as_micros();
        let mut names: BTreeSet<&str> = question.series.iter().map(|series| series.entity).collect();
        names.extend(question.depends.iter().flat_map(|(one, other)| [*one, *other]));
        names.extend(question.symptom.iter().map(|symptom| symptom.0));
        let entities: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let place = |name: &str| entities.binary_search_by(|known| known.as_str().cmp(name)).ok();
        let mut needs = vec![Vec::new(); entities.len()];
        for (one, other) in question.depends {
            if let (Some(one), Some(other)) = (place(one), place(other))
                && one != other
            {
                needs[one].push(other);
            }
        }
        for list in &mut needs {
            list.sort_unstable();
            list.dedup();
        }
        let mut raw: Raw = BTreeMap::new();
        for series in question.series {
            if let Some(entity) = place(series.entity) {
                let points = raw.entry((entity, series.metric.to_owned())).or_default();
                points.extend(
                    series
                        .points
                        .iter()
                        .filter(|point| point.value.is_finite())
                        .map(|point| (point.at.as_micros(), point.value)),
                );
            }
        }
        let symptom = question.symptom.and_then(|(name, metric)| place(name).map(|entity| (entity, metric)));
        let silent: BTreeSet<(usize, &str)> = (question.silence.iter().flat_map(|silence| silence.of))
            .filter_map(|(entity, metric)| Some((place(entity)?, *metric)))
            .collect();
        let until = question.silence.as_ref().map(|silence| silence.until.as_micros());
        let mut frame = Self {
            symptom: None,
            columns: Vec::new(),
            needs,
            times: Vec::new(),
            at,
            step: step(&raw),
            candidates: 0..0,
            just: 3,
            horizon: HORIZON,
            entities,
        };
        frame.fill(&raw, symptom, (&silent, until));
        frame
    }

    fn fill(&mut self, raw: &Raw, symptom: Option<(usize, Option<&str>)>, (silent, until): (&BTreeSet<(usize, &str)>, Option<i64>)) {
        let (at, step) = (self.at, self.step);
        self.horizon = HORIZON.max(3 * step);
        self.just = usize::try_from(JUST / step).unwrap_or(3).max(3);
        let row_of = |time: i64| (time - at).div_euclid(step);
        let mut rows: BTreeSet<i64> = raw.values().flat_map(|points| points.keys().map(|time| row_of(*time))).collect();
        if let Some(until) = until.filter(|_| !silent.is_empty()) {
            // Silence has rows, too.
            rows.extend(0..=row_of(until.min(at.saturating_add(self.horizon))));
        }
        let rows: Vec<i64> = rows.into_iter().collect();
        let middle = |row: i64| at + row * step + step / 2;
        let (mut from, to) = (at - BACK.max(2 * step), at + self.horizon);
        let before = rows.iter().filter(|row| middle(**row) < from).count();
        let after = rows.iter().filter(|row| middle(**row) > to).count();
        let around = before < ENOUGH && before + after >= ENOUGH;
        if before + after < ENOUGH {
            let earlier: Vec<i64> = rows.iter().map(|row| middle(*row)).filter(|time| *time < at).collect();
            if earlier.len() >= 2 {
                from = from.max(earlier[earlier.len() / 2]);
            }
        }
        let first = rows.partition_point(|row| middle(*row) < from).saturating_sub(self.just);
        let last = rows.partition_point(|row| middle(*row) <= to);
        let kept = rows.get(first..last).unwrap_or_default();
        self.times = kept.iter().map(|row| middle(*row)).collect();
        let latest = at + AHEAD.max(step);
        self.candidates = self.times.partition_point(|time| *time < from)..self.times.partition_point(|time| *time <= latest);
        let metric = symptom.and_then(|symptom| symptom.1);
        for ((entity, name), points) in raw {
            let other = metric.is_some_and(|metric| metric != name && raw.contains_key(&(*entity, metric.to_owned())));
            let usual = |time: i64| middle(row_of(time)) < from || (around && middle(row_of(time)) > to);
            let reference: Vec<f64> = points.iter().filter(|(time, _)| usual(**time)).map(|(_, value)| *value).collect();
            if other || reference.len() < FEWEST {
                continue;
            }
            let season = Season::of(points, at, step, (from - self.just as i64 * step, to));
            let reference = season.as_ref().map_or(reference, |season| season.reference.clone());
            let rows = |of: &dyn Fn(i64, f64) -> f64| {
                let mut sums = vec![(0.0, 0.0); kept.len()];
                for (time, value) in points {
                    if let Ok(row) = kept.binary_search(&row_of(*time)) {
                        sums[row].0 += of(*time, *value);
                        sums[row].1 += 1.0;
                    }
                }
                let mean = |(sum, count): (f64, f64)| if count > 0.0 { sum / count } else { f64::NAN };
                sums.into_iter().map(mean).collect::<Vec<f64>>()
            };
            let (median, up, down) = usual_of(reference);
            self.columns.push(Column {
                entity: *entity,
                metric: name.clone(),
                rows: rows(&|time, value| season.as_ref().map_or(value, |season| season.moved(time, value))),
                measured: if season.is_some() { rows(&|_, value| value) } else { Vec::new() },
                median,
                up,
                down,
                after: u32::try_from(points.range(at.saturating_add(1)..=to).count()).unwrap_or(u32::MAX),
                hourly: season.is_some(),
                ended: until.filter(|_| silent.contains(&(*entity, name))).and_then(|until| ended(points, until)),
            });
        }
        self.symptom = symptom.map(|(entity, metric)| {
            let judged = metric.filter(|metric| self.columns.iter().any(|column| column.entity == entity && column.metric == *metric));
            (entity, judged.map(str::to_owned))
        });
    }
}

/// Up to when the series was heard, and how many samples are missing since.
fn ended(points: &BTreeMap<i64, f64>, until: i64) -> Option<Ended> {
    let last = *points.keys().next_back()?;
    let step = own_step(points)?.max(1);
    Some(Ended {
        last,
        missed: libm::floor((until - last) as f64 / step as f64),
    })
}

fn own_step(points: &BTreeMap<i64, f64>) -> Option<i64> {
    let mut gaps: Vec<i64> = points.keys().zip(points.keys().skip(1)).map(|(one, next)| next - one).collect();
    gaps.sort_unstable();
    gaps.get(gaps.len() / 2).copied()
}

/// The middle of the series' own steps, µs, a second at least.
fn step(raw: &Raw) -> i64 {
    let mut steps: Vec<i64> = raw.values().filter_map(own_step).collect();
    steps.sort_unstable();
    steps.get(steps.len() / 2).copied().unwrap_or(60_000_000).clamp(1_000_000, 86_400_000_000)
}

/// Median and spread upwards and downwards: the wider of interquartile range and the tail on that side, each as a standard deviation. Of a
/// series that hardly ever moves the standard deviation, of a constant a thousandth of it.
fn usual_of(mut reference: Vec<f64>) -> (f64, f64, f64) {
    reference.sort_by(f64::total_cmp);
    let at = |share: f64| quantile(&reference, share);
    let median = at(0.5);
    let middle = (at(0.75) - at(0.25)) / 1.349;
    let count = reference.len().max(1) as f64;
    let mean = reference.iter().map(|value| value / count).sum::<f64>();
    let deviation = reference.iter().map(|value| (value - mean) * (value - mean) / count).sum::<f64>().sqrt();
    let constant = reference.first() == reference.last();
    let spread = |tail: f64| {
        let wider = middle.max(tail / 1.645);
        match (constant, wider > 0.0) {
            (true, _) => median.abs() * 1e-3,
            (false, true) => wider.max(median.abs() * 1e-6),
            (false, false) => deviation.max(median.abs() * 1e-6),
        }
    };
    (median, spread(at(0.95) - median), spread(median - at(0.05)))
}

/// The middle of values in any order; 0 of none.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    quantile(&values, 0.5)
}

/// Of sorted values, interpolated between neighbours.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * sorted.len().saturating_sub(1) as f64;
    let (low, part) = (place as usize, place.fract());
    let value = |at: usize| sorted.get(at).or(sorted.last()).copied().unwrap_or(0.0);
    value(low) + (value(low + 1) - value(low)) * part
}
