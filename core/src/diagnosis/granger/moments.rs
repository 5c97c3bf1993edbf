//! Sums of products of two series with themselves and each other at every distance, from which the normal equations of every lag come
//! without a further pass over the data.

use std::ops::Range;

/// A series by its place in the pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Series {
    Cause,
    Effect,
    /// The constant.
    One,
    /// A known curve of time: a wave of the day.
    Wave(usize),
}

/// A column of a regression: the series, so many steps before the row's.
pub(super) type Column = (Series, usize);

/// Two series on one grid, standardised: mean 0, largest value 1; what is missing is left out in runs.
pub(super) struct Pair {
    cause: Vec<f64>,
    effect: Vec<f64>,
    ones: Vec<f64>,
    pub(super) waves: Vec<Vec<f64>>,
    /// Where both have values, one step after another.
    pub(super) runs: Vec<Range<usize>>,
    deepest: usize,
    /// Families of sums, in the order of `FAMILIES`, each by distance.
    sums: Vec<Vec<Sums>>,
}

/// Newer and older factor.
const FAMILIES: [(Series, Series); 6] = [
    (Series::Effect, Series::Effect),
    (Series::Cause, Series::Cause),
    (Series::Effect, Series::Cause),
    (Series::Cause, Series::Effect),
    (Series::Effect, Series::One),
    (Series::Cause, Series::One),
];

/// Sums over the long runs of one product at one distance: their middle, and what the first and last `deepest` steps add, by how many.
struct Sums {
    middle: f64,
    head: Vec<f64>,
    tail: Vec<f64>,
}

impl Pair {
    /// `None` where a series is constant is not decided here: a constant becomes a column of zeros.
    pub(super) fn new(cause: &[f64], effect: &[f64], deepest: usize) -> Self {
        let runs = runs(cause, effect);
        let (cause, effect) = (standard(cause, &runs), standard(effect, &runs));
        let ones = vec![1.0; cause.len()];
        let mut pair = Self {
            cause,
            effect,
            ones,
            waves: Vec::new(),
            runs,
            deepest,
            sums: Vec::new(),
        };
        pair.sums = FAMILIES.iter().map(|&(newer, older)| pair.family(newer, older)).collect();
        pair
    }

    pub(super) fn series(&self, series: Series) -> &[f64] {
        match series {
            Series::Cause => &self.cause,
            Series::Effect => &self.effect,
            Series::One => &self.ones,
            Series::Wave(which) => &self.waves[which],
        }
    }

    /// The rows of a regression whose first `skip` steps of each run are only looked back at.
    pub(super) fn rows(&self, skip: usize) -> usize {
        self.runs.iter().map(|run| run.len().saturating_sub(skip)).sum()
    }

    fn long(&self, run: &Range<usize>) -> bool {
        run.len() > 2 * self.deepest
    }

    fn family(&self, newer: Series, older: Series) -> Vec<Sums> {
        let distances = if older == Series::One { 0..=0 } else { 0..=self.deepest };
        distances
            .map(|distance| self.sums_at(self.series(newer), self.series(older), distance))
            .collect()
    }

    fn sums_at(&self, newer: &[f64], older: &[f64], distance: usize) -> Sums {
        let deepest = self.deepest;
        let mut sums = Sums {
            middle: 0.0,
            head: vec![0.0; deepest + 1],
            tail: vec![0.0; deepest + 1],
        };
        for run in self.runs.iter().filter(|run| self.long(run)) {
            let (from, to) = (run.start + deepest, run.end - deepest);
            sums.middle += dot(&newer[from + distance..to + distance], &older[from..to]);
            let mut sum = 0.0;
            for steps in 1..=deepest {
                sum += newer[from - steps + distance] * older[from - steps];
                sums.head[steps] += sum;
            }
            let mut sum = 0.0;
            for steps in 1..=deepest - distance {
                sum += newer[to + steps - 1 + distance] * older[to + steps - 1];
                sums.tail[steps] += sum;
            }
        }
        sums
    }

    /// The sum of the product of two columns over the rows.
    fn product(&self, one: Column, other: Column, skip: usize) -> f64 {
        let ((newer, near), (older, far)) = if one.1 <= other.1 { (one, other) } else { (other, one) };
        let (newer, near, older, far) = match (newer, older) {
            (Series::One, Series::One) => {
                return self.runs.iter().filter(|run| self.long(run)).map(|run| (run.len() - skip) as f64).sum();
            }
            (Series::One, _) => (older, far, Series::One, far),
            (_, Series::One) => (newer, near, Series::One, near),
            _ => (newer, near, older, far),
        };
        let Some(family) = FAMILIES.iter().position(|known| *known == (newer, older)) else {
            return f64::NAN;
        };
        let sums = &self.sums[family][far - near];
        sums.middle + sums.head[self.deepest + far - skip] + sums.tail[self.deepest - far]
    }

    /// The upper triangle of the columns' products, row by row; `skip` is at least the deepest column and at most `deepest`.
    pub(super) fn gram(&self, columns: &[Column], skip: usize) -> Vec<f64> {
        let size = columns.len();
        let mut gram = vec![0.0; size * size];
        for (row, &one) in columns.iter().enumerate() {
            for (column, &other) in columns.iter().enumerate().skip(row) {
                gram[row * size + column] = self.product(one, other, skip);
            }
        }
        for run in self.runs.iter().filter(|run| !self.long(run)) {
            for at in (run.start + skip)..run.end {
                for (row, &(one, back)) in columns.iter().enumerate() {
                    let value = self.series(one)[at - back];
                    for (column, &(other, back)) in columns.iter().enumerate().skip(row) {
                        gram[row * size + column] += value * self.series(other)[at - back];
                    }
                }
            }
        }
        gram
    }

    /// The columns themselves, one after another.
    pub(super) fn design(&self, columns: &[Column], skip: usize) -> Vec<f64> {
        let mut design = Vec::with_capacity(columns.len() * self.rows(skip));
        for &(series, back) in columns {
            let values = self.series(series);
            for run in self.runs.iter().filter(|run| run.len() > skip) {
                design.extend_from_slice(&values[run.start + skip - back..run.end - back]);
            }
        }
        design
    }
}

/// Where both have values.
pub(super) fn runs(one: &[f64], other: &[f64]) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut start = None;
    let length = one.len().min(other.len());
    for at in 0..=length {
        let whole = at < length && one[at].is_finite() && other[at].is_finite();
        match (whole, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                runs.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    runs
}

/// The values less their mean and over their largest; a constant gives zeros. Regressions with a constant term do not change by this.
pub(super) fn standard(values: &[f64], runs: &[Range<usize>]) -> Vec<f64> {
    let used = || runs.iter().flat_map(|run| &values[run.clone()]).copied();
    let largest = used().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    let count = used().count() as f64;
    if largest == 0.0 {
        return vec![0.0; values.len()];
    }
    let mean = used().map(|value| value / largest).sum::<f64>() / count;
    let widest = used().fold(0.0, |widest: f64, value| widest.max((value / largest - mean).abs()));
    if used().all(|value| Some(value) == used().next()) {
        return vec![0.0; values.len()];
    }
    values.iter().map(|value| (value / largest - mean) / widest).collect()
}

/// In eight strands, which the compiler turns into vector instructions; the sum is the same everywhere.
pub(super) fn dot(one: &[f64], other: &[f64]) -> f64 {
    let mut strands = [0.0; 8];
    let (ones, others) = (one.chunks_exact(8), other.chunks_exact(8));
    let rest: f64 = ones.remainder().iter().zip(others.remainder()).map(|(a, b)| a * b).sum();
    for (one, other) in ones.zip(others) {
        for lane in 0..8 {
            strands[lane] += one[lane] * other[lane];
        }
    }
    let [a, b, c, d, e, f, g, h] = strands;
    ((a + e) + (b + f)) + ((c + g) + (d + h)) + rest
}
