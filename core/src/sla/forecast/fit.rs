//! Least squares: a level, a season, a drift since an onset.

use std::f64::consts::TAU;

/// Length of a season, seconds.
const DAY: f64 = 86_400.0;
const HARMONICS: usize = 4;
/// Most coefficients: level, drift, a sine and a cosine for each harmonic.
pub(super) const MOST: usize = 2 + 2 * HARMONICS;
/// A drift is seen in this many points at least.
const TAIL: usize = 20;
/// Onsets that are tried at first, and then around the best.
const COARSE: usize = 40;
const FINE: usize = 24;
/// What neighbours have in common is believed up to this.
const ALIKE: f64 = 0.98;

pub(super) type Row = [f64; MOST];

/// A series, and what every fit of it shares.
pub(super) struct Frame<'a> {
    times: &'a [f64],
    values: &'a [f64],
    /// Level and season at each time; the drift is left out.
    rows: Vec<Row>,
    gram: [Row; MOST],
    right: Row,
    squares: f64,
    size: usize,
    of_day: f64,
}

/// Coefficients for one onset.
pub(super) struct Fit {
    /// Seconds after the newest point, hence negative.
    pub(super) onset: f64,
    pub(super) beta: Row,
    /// Cholesky's root of the normal equations.
    root: [Row; MOST],
    /// Sum of squares that it leaves.
    pub(super) error: f64,
}

impl Fit {
    /// Drift over the whole length of the series.
    pub(super) fn slope(&self) -> f64 {
        self.beta[1]
    }

    /// Coefficients that are as far from the best as `shock` (independent, of one standard deviation each) says.
    pub(super) fn moved(&self, shock: &Row, size: usize) -> Row {
        let away = back(&self.root, shock, size);
        let mut beta = self.beta;
        beta.iter_mut().zip(away).for_each(|(each, by)| *each += by);
        beta
    }
}

fn dot(one: &Row, other: &Row) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

impl<'a> Frame<'a> {
    /// `times` ascend and end with 0.
    pub(super) fn new(times: &'a [f64], values: &'a [f64], of_day: f64, seasonal: bool) -> Self {
        let mut frame = Self {
            times,
            values,
            rows: Vec::new(),
            gram: [[0.0; MOST]; MOST],
            right: [0.0; MOST],
            squares: values.iter().map(|value| value * value).sum(),
            size: if seasonal { MOST } else { 2 },
            of_day,
        };
        frame.rows = times.iter().map(|time| frame.calm(*time)).collect();
        for (row, value) in frame.rows.iter().zip(values) {
            for i in 0..frame.size {
                frame.right[i] += row[i] * value;
                for j in 0..=i {
                    frame.gram[i][j] += row[i] * row[j];
                }
            }
        }
        frame
    }

    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Length of the series, seconds.
    pub(super) fn span(&self) -> f64 {
        self.times.first().map_or(1.0, |first| -first)
    }

    /// Level and season at a time.
    pub(super) fn calm(&self, time: f64) -> Row {
        let mut row = [0.0; MOST];
        row[0] = 1.0;
        let turn = (time + self.of_day) / DAY;
        for (number, pair) in row[2..self.size.max(2)].chunks_exact_mut(2).enumerate() {
            let angle = TAU * ((number + 1) as f64 * turn).fract();
            (pair[0], pair[1]) = (libm::sin(angle), libm::cos(angle));
        }
        row
    }

    fn drift(&self, time: f64, onset: f64) -> f64 {
        (time - onset).max(0.0) / self.span()
    }

    /// The value that coefficients give.
    pub(super) fn at(&self, beta: &Row, row: &Row, time: f64, onset: f64) -> f64 {
        dot(beta, row) + beta[1] * self.drift(time, onset)
    }

    /// The value that a fit gives.
    pub(super) fn value(&self, fit: &Fit, time: f64) -> f64 {
        self.at(&fit.beta, &self.calm(time), time, fit.onset)
    }

    /// The best fit with a drift since an onset, or without one; `None` where the figures do not allow it.
    pub(super) fn fit(&self, onset: Option<f64>) -> Option<Fit> {
        let (mut gram, mut right) = (self.gram, self.right);
        gram[1][1] = 1.0;
        if let Some(onset) = onset {
            let from = self.times.partition_point(|time| *time <= onset);
            let (mut with, mut own, mut to) = ([0.0; MOST], 0.0, 0.0);
            for ((time, value), row) in self.times.iter().zip(self.values).zip(&self.rows).skip(from) {
                let drift = self.drift(*time, onset);
                with.iter_mut().zip(row).for_each(|(sum, each)| *sum += drift * each);
                own += drift * drift;
                to += drift * value;
            }
            gram[1][0] = with[0];
            (2..self.size).for_each(|i| gram[i][1] = with[i]);
            (gram[1][1], right[1]) = (own, to);
        }
        let root = cholesky(&gram, self.size)?;
        let beta = solve(&root, &right, self.size);
        Some(Fit {
            onset: onset.unwrap_or(0.0),
            beta,
            root,
            error: (self.squares - dot(&beta, &right)).max(0.0),
        })
    }

    /// Fits with onsets around the best one, evenly apart.
    pub(super) fn drifts(&self) -> Vec<Fit> {
        let tail = self.times.len().saturating_sub(TAIL);
        let shortest = self.times.get(tail).map_or(1e-9, |time| (-time).max(1e-9));
        let back = |place: usize| shortest * libm::pow(self.span() / shortest, place as f64 / (COARSE - 1) as f64);
        let coarse = (0..COARSE).filter_map(|place| Some((place, self.fit(Some(-back(place)))?)));
        let Some((place, _)) = coarse.min_by(|(_, a), (_, b)| a.error.total_cmp(&b.error)) else {
            return Vec::new();
        };
        let (near, far) = (back(place.saturating_sub(2)), back((place + 2).min(COARSE - 1)));
        let part = |part: usize| -near - (far - near) * part as f64 / FINE as f64;
        (0..=FINE).filter_map(|place| self.fit(Some(part(place)))).collect()
    }

    /// By how much neighbours that resemble each other make every figure less sure than the number of points says: of variances, (1+r)/(1−r).
    pub(super) fn inflation(&self, fit: &Fit) -> f64 {
        let points = self.times.iter().zip(self.values).zip(&self.rows);
        let rest: Vec<f64> = points.map(|((time, value), row)| value - self.at(&fit.beta, row, *time, fit.onset)).collect();
        let own: f64 = rest.iter().map(|each| each * each).sum();
        let next: f64 = rest.windows(2).map(|pair| pair[0] * pair[1]).sum();
        let alike = if own > 0.0 { (next / own).clamp(0.0, ALIKE) } else { 0.0 };
        (1.0 + alike) / (1.0 - alike)
    }
}

fn cholesky(gram: &[Row; MOST], size: usize) -> Option<[Row; MOST]> {
    let mut root = [[0.0; MOST]; MOST];
    for i in 0..size {
        for j in 0..=i {
            let rest = gram[i][j] - (0..j).map(|k| root[i][k] * root[j][k]).sum::<f64>();
            if i == j {
                if rest.is_nan() || rest <= 1e-9 * gram[i][i] {
                    return None;
                }
                root[i][i] = rest.sqrt();
            } else {
                root[i][j] = rest / root[j][j];
            }
        }
    }
    Some(root)
}

fn solve(root: &[Row; MOST], right: &Row, size: usize) -> Row {
    let mut half = [0.0; MOST];
    for i in 0..size {
        half[i] = (right[i] - (0..i).map(|k| root[i][k] * half[k]).sum::<f64>()) / root[i][i];
    }
    back(root, &half, size)
}

fn back(root: &[Row; MOST], half: &Row, size: usize) -> Row {
    let mut whole = [0.0; MOST];
    for i in (0..size).rev() {
        whole[i] = (half[i] - (i + 1..size).map(|k| root[k][i] * whole[k]).sum::<f64>()) / root[i][i];
    }
    whole
}
