use std::collections::BTreeMap;

use super::window::median;

const DAY: i64 = 86_400_000_000;
/// Days that must have points at the time of day before it counts.
const LEAST_DAYS: usize = 3;
/// … and so many are looked at.
const MOST_DAYS: i64 = 14;
/// Points so far from a time of day belong to it, µs, and those of one and a half steps.
const NEAR: i64 = 1_800_000_000;
/// The usual of a time of day is told anew after so long, µs, or after a step.
const GRID: i64 = 300_000_000;
/// Fewer points of the same time of day than this are no reference.
const FEWEST: usize = 10;

/// What a series usually does at the time of day of the trouble, by the days before: medians of the points near each time of day.
pub(super) struct Season {
    at: i64,
    grid: i64,
    /// The usual by grid cell from `at` on; cells without a point of an earlier day are missing.
    usual: BTreeMap<i64, f64>,
    /// The usual at the trouble itself.
    here: f64,
    /// Points near the same time of the days before, moved to the time of the trouble.
    pub(super) reference: Vec<f64>,
}

impl Season {
    /// `None` where fewer than three earlier days have points at that time of day, or too few points.
    pub(super) fn of(points: &BTreeMap<i64, f64>, at: i64, step: i64, window: (i64, i64)) -> Option<Self> {
        let near = NEAR.max(step.saturating_mul(3) / 2);
        if near >= DAY / 4 {
            return None;
        }
        let days = (1..=MOST_DAYS).filter(|day| around(points, at, *day, near).next().is_some());
        if days.count() < LEAST_DAYS {
            return None;
        }
        let mut season = Self {
            at,
            grid: GRID.max(step),
            usual: BTreeMap::new(),
            here: 0.0,
            reference: Vec::new(),
        };
        let (first, last) = (season.cell(window.0.min(at - 2 * near)), season.cell(window.1.max(at + 2 * near)));
        for cell in first..=last {
            let centre = at + cell * season.grid + season.grid / 2;
            let values: Vec<f64> = (1..=MOST_DAYS)
                .flat_map(|day| around(points, centre, day, near))
                .map(|(_, value)| *value)
                .collect();
            if !values.is_empty() {
                season.usual.insert(cell, median(values));
            }
        }
        season.here = season.usual.get(&0).copied()?;
        season.reference = (1..=MOST_DAYS)
            .flat_map(|day| around(points, at, day, 2 * near).map(move |(time, value)| (time + day * DAY, *value)))
            .map(|(time, value)| season.moved(time, value))
            .collect();
        (season.reference.len() >= FEWEST).then_some(season)
    }

    /// A value at the time of the trouble that is as unusual as this one is at its own.
    pub(super) fn moved(&self, time: i64, value: f64) -> f64 {
        let usual = self.usual.get(&self.cell(time)).copied().unwrap_or(self.here);
        // Not a bit is lost where nothing has to be moved: a constant stays one.
        if usual == self.here { value } else { value - usual + self.here }
    }

    fn cell(&self, time: i64) -> i64 {
        (time - self.at).div_euclid(self.grid)
    }
}

/// The points within `near` of the same time of an earlier day.
fn around(points: &BTreeMap<i64, f64>, time: i64, day: i64, near: i64) -> impl Iterator<Item = (&i64, &f64)> {
    let there = time.saturating_sub(day * DAY);
    points.range(there.saturating_sub(near)..=there.saturating_add(near))
}
