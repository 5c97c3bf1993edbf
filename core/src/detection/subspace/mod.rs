//! Observations that break how the columns go together.
//!
//! - **does**: principal components of the usual; Hotelling's T² within them and the squared residual Q outside (Jackson, Mudholkar,
//!   Technometrics 21, 1979).
//! - **takes**: rows of numbers.
//! - **gives**: a score; 1 is as strange as one row in a hundred of those it was fitted on.
//! - **never knows**: what a column means, time, or where an alarm begins.
//!
//! Columns are scaled by median and MAD and held within ±20, so that what is strange among the rows does not become the measure of itself. The
//! limits of T² and Q are their own quantiles rather than those of a normal distribution, which counters do not follow.

mod eigen;

use serde::{Deserialize, Serialize};

use super::Rows;
use super::scale::Scale;

/// Spreads beyond which a value is just far away.
const LIMIT: f64 = 20.0;
/// Share of the variance that the components hold.
const HELD: f64 = 0.9;
/// The most columns: the work grows with their cube.
pub const WIDEST: usize = 256;

/// The components of the usual.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subspace {
    scale: Scale,
    mean: Vec<f64>,
    /// One after the other, each as wide as a row.
    components: Vec<f64>,
    variances: Vec<f64>,
    limits: (f64, f64),
}

impl Subspace {
    /// The components of `rows`; none of fewer than 4 rows or more than `WIDEST` columns.
    #[must_use]
    pub fn fit(rows: Rows<'_>) -> Option<Self> {
        let width = rows.width();
        if rows.len() < 4 || width > WIDEST {
            return None;
        }
        let scale = Scale::fit(rows);
        let mut scaled = Vec::new();
        let mut all = Vec::with_capacity(rows.len() * width);
        for row in rows.iter() {
            scale.apply(row, LIMIT, &mut scaled);
            all.extend_from_slice(&scaled);
        }
        let count = rows.len() as f64;
        let mut mean = vec![0.0; width];
        for row in all.chunks_exact(width) {
            mean.iter_mut().zip(row).for_each(|(mean, value)| *mean += value / count);
        }
        let mut covariance = vec![0.0; width * width];
        for row in all.chunks_exact_mut(width) {
            row.iter_mut().zip(&mean).for_each(|(value, mean)| *value -= mean);
            for (line, left) in covariance.chunks_exact_mut(width).zip(row.iter()) {
                line.iter_mut().zip(row.iter()).for_each(|(sum, right)| *sum += left * right / (count - 1.0));
            }
        }
        let (variances, components) = eigen::symmetric(covariance, width);
        let total: f64 = variances.iter().sum();
        let mut held = 0.0;
        let kept = variances
            .iter()
            .take_while(|variance| {
                let more = held < HELD * total && **variance > 1e-9 * total;
                held += **variance;
                more
            })
            .count();
        let mut fitted = Self {
            scale,
            mean,
            components: components.into_iter().take(kept * width).collect(),
            variances: variances.into_iter().take(kept).collect(),
            limits: (1.0, 1.0),
        };
        let (mut inside, mut outside): (Vec<f64>, Vec<f64>) = all.chunks_exact(width).map(|row| fitted.measures(row)).unzip();
        let floor = 1e-6 * total.max(1.0);
        fitted.limits = (high(&mut inside).max(1.0), high(&mut outside).max(floor));
        Some(fitted)
    }

    /// The larger of T² and Q, each in units of its own limit; finite and not below 0.
    #[must_use]
    pub fn score(&self, row: &[f64]) -> f64 {
        let mut scaled = Vec::new();
        self.scale.apply(row, LIMIT, &mut scaled);
        scaled.iter_mut().zip(&self.mean).for_each(|(value, mean)| *value -= mean);
        let (inside, outside) = self.measures(&scaled);
        (inside / self.limits.0).max(outside / self.limits.1)
    }

    /// T² and Q of a centred row.
    fn measures(&self, row: &[f64]) -> (f64, f64) {
        let mut rest: f64 = row.iter().map(|value| value * value).sum();
        let mut inside = 0.0;
        for (component, variance) in self.components.chunks_exact(row.len().max(1)).zip(&self.variances) {
            let along: f64 = component.iter().zip(row).map(|(a, b)| a * b).sum();
            inside += along * along / variance;
            rest -= along * along;
        }
        (inside, rest.max(0.0))
    }
}

/// The quantile .99.
fn high(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() * 99 / 100).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::chance::Chance;
    use super::*;

    #[test]
    fn a_row_with_usual_values_that_do_not_go_together_is_strange() {
        let mut chance = Chance::new(3);
        let mut normal = || (0..12).map(|_| chance.unit()).sum::<f64>() - 6.0;
        let mut values = Vec::new();
        for _ in 0..400 {
            let (a, b) = (normal(), normal());
            values.extend([a, a + 0.05 * normal(), b, 7.0]);
        }
        let fitted = Subspace::fit(Rows::new(&values, 4).unwrap()).unwrap();
        assert!(fitted.score(&[1.0, 1.0, -1.0, 7.0]) < 1.0);
        assert!(fitted.score(&[1.0, -1.0, 0.0, 7.0]) > 20.0, "each value alone is usual");
        assert!(fitted.score(&[0.0, 0.0, 0.0, 7.1]) > 20.0, "a departure from a constant counts");
        assert!(fitted.score(&[f64::NAN, f64::NAN, f64::INFINITY, 7.0]) > 1.0);
        assert!(fitted.score(&[]).is_finite());
    }
}
