//! Observations that are easily told apart from the others.
//!
//! - **does**: an isolation forest (Liu, Ting, Zhou, ICDM 2008): trees of random cuts; what few cuts set apart is strange.
//! - **takes**: rows of numbers, how many trees and rows a tree, a seed.
//! - **gives**: a score between 0 and 1 for each row; above 0.5 stranger than the average.
//! - **never knows**: what a column means, time, or where an alarm begins.
//!
//! A tree is a full binary tree of fixed depth in two flat arrays; where a branch ends early its cut is the largest number and both leaves below say the same. So a
//! row takes exactly `depth` steps without a branch to be guessed, and rows are scored in blocks that stay in the nearest cache, tree by tree. NaN
//! is taken as the column's median and an infinity as the largest number, so that a missing sample makes nothing strange.

#[cfg(test)]
mod tests;
mod tree;

use serde::{Deserialize, Serialize};

use super::Rows;
use super::chance::Chance;
use super::rows::median;
use tree::Tree;

/// Rows scored together: 64 rows of 8 columns are 4 KiB.
const BLOCK: usize = 64;
/// Rows that medians are taken of.
const MEDIAN: usize = 4_096;

/// How a forest is grown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Trees; 1 to 10,000. Twice the customary 100, because a score then depends less on the seed.
    pub trees: u32,
    /// Rows that each tree sees; 2 to 4,096.
    pub sample: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { trees: 200, sample: 256 }
    }
}

/// Why no forest could be grown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Barren {
    /// There is nothing to compare.
    #[error("not enough data: {0} rows, at least 2 are needed")]
    TooFew(usize),
    /// More columns than a forest can tell apart.
    #[error("{0} columns are too many: at most 65535")]
    TooWide(usize),
    /// The settings make no sense.
    #[error("{trees} trees of {sample} rows cannot be grown: take 1 to 10000 trees of 2 to 4096 rows")]
    Settings {
        /// Trees asked for.
        trees: u32,
        /// Rows a tree asked for.
        sample: u32,
    },
}

/// A grown forest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forest {
    trees: Vec<Tree>,
    medians: Vec<f64>,
    sample: usize,
}

impl Forest {
    /// Grows a forest on `rows`. The same rows, settings and seed give the same forest on every platform.
    ///
    /// # Errors
    /// `Barren` where there are fewer than two rows or the settings are out of bounds.
    pub fn fit(rows: Rows<'_>, settings: Settings, seed: u64) -> Result<Self, Barren> {
        let Settings { trees, sample } = settings;
        if !(1..=10_000).contains(&trees) || !(2..=4_096).contains(&sample) {
            return Err(Barren::Settings { trees, sample });
        }
        if rows.len() < 2 {
            return Err(Barren::TooFew(rows.len()));
        }
        if rows.width() > usize::from(u16::MAX) {
            return Err(Barren::TooWide(rows.width()));
        }
        let medians = medians(rows, seed);
        let sample = rows.len().min(sample as usize);
        let depth = usize::BITS - (sample - 1).leading_zeros();
        let lengths: Vec<f64> = (0..=sample).map(average_path).collect();
        let trees = (0..u64::from(trees))
            .map(|index| {
                let mut chance = Chance::of(seed, index);
                let mut seen = Vec::with_capacity(sample * rows.width());
                for row in chance.sample(rows.len(), sample) {
                    seen.extend(rows.row(row).iter().zip(&medians).map(|(value, median)| sound(*value, *median)));
                }
                Tree::grow(&seen, rows.width(), depth, &lengths, &mut chance)
            })
            .collect();
        Ok(Self { trees, medians, sample })
    }

    /// How many columns its rows have.
    #[must_use]
    pub fn width(&self) -> usize {
        self.medians.len()
    }

    /// The score of every row, in order: 2^(−mean path/average path of an unsuccessful search). Rows of another width than the forest's have the
    /// score of the average, 0.5.
    #[must_use]
    pub fn score(&self, rows: Rows<'_>) -> Vec<f64> {
        let width = self.medians.len();
        if rows.width() != width {
            return vec![0.5; rows.len()];
        }
        let mut scores = Vec::with_capacity(rows.len());
        let stride = width.next_power_of_two();
        let mut block = vec![0.0; BLOCK * stride];
        for values in rows.blocks(BLOCK) {
            for (to, from) in block.chunks_exact_mut(stride).zip(values.chunks_exact(width)) {
                for ((to, from), median) in to.iter_mut().zip(from).zip(&self.medians) {
                    *to = sound(*from, *median);
                }
            }
            let mut paths = [0.0; BLOCK];
            for tree in &self.trees {
                tree.walk(&block, stride, &mut paths);
            }
            scores.extend(paths.iter().take(values.len() / width).map(|path| self.strange(*path)));
        }
        scores
    }

    fn strange(&self, path: f64) -> f64 {
        libm::exp2(-path / (self.trees.len() as f64 * average_path(self.sample)))
    }
}

/// A value to compare with: a number in any case.
fn sound(value: f64, median: f64) -> f64 {
    if value.is_nan() { median } else { value.clamp(-f64::MAX, f64::MAX) }
}

/// The median of each column's finite values, of some thousands of rows where there are more.
fn medians(rows: Rows<'_>, seed: u64) -> Vec<f64> {
    let some = Chance::of(seed, u64::MAX).sample(rows.len(), MEDIAN);
    let of = |column: usize| {
        let values = some.iter().filter_map(|row| rows.row(*row).get(column)).copied();
        median(values.filter(|value| value.is_finite()).collect())
    };
    (0..rows.width()).map(of).collect()
}

/// Average path of an unsuccessful search among `n`: 2 H(n−1) − 2 (n−1)/n.
fn average_path(n: usize) -> f64 {
    if n < 2 {
        return 0.0;
    }
    let harmonic: f64 = (1..n).map(|k| 1.0 / k as f64).sum();
    2.0 * harmonic - 2.0 * (n - 1) as f64 / n as f64
}
