//! Three judges of a row, and what their word is worth.
//!
//! - **does**: scores rows by an isolation forest, principal components and an autoencoder, and turns the scores into the chance of a false alarm.
//! - **takes**: rows of numbers, all at once or one after the other; settings and a seed.
//! - **gives**: a verdict: that chance, each judge's score and chance, the columns that lie farthest from usual.
//! - **never knows**: what a column means, time, or where an alarm begins.
//!
//! Scores of different judges cannot be added: one's 0.6 is another's 4. So two thirds of the rows train the judges, and the rest, which they never
//! saw, says how often a score is exceeded when nothing is wrong: by counting, and beyond its tenth part by a tail fitted to the exceedances
//! (peaks over threshold; Pickands, Annals of Statistics 3, 1975) of the score's logarithm. The three chances are multiplied, as Fisher does; since
//! the judges are no strangers to each other, the product is held against the same rows once more, and that is the chance that is told.
//!
//! In a stream a row is judged by those before it and then kept: `memory` rows at most, a new one in the place of a random old one (Aggarwal, VLDB
//! 2006), so that older rows fade. Every `refit` rows the judges are trained again, the autoencoder from where it stood.

mod stream;
mod tail;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::Rows;
use super::chance::Chance;
use super::encoder::{self, Encoder};
use super::forest::{self, Barren, Forest};
use super::scale::Scale;
use super::subspace::Subspace;
pub use stream::Stream;
use tail::Tail;

/// Columns that a verdict names.
const NAMED: usize = 3;
/// Spreads beyond which a column is just far away.
const FAR: f64 = 1e6;
/// Fewer rows than this calibrate nothing.
const LEAST: u32 = 30;

/// How the judges are trained, and when a row is strange.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The forest.
    pub forest: forest::Settings,
    /// Rows kept of a stream.
    pub memory: u32,
    /// Rows before anything is judged; at least 30.
    pub least: u32,
    /// New rows after which the judges are trained again.
    pub refit: u32,
    /// A row is strange when a usual one says as much with at most this chance: alarms a row when nothing is wrong.
    pub rate: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            forest: forest::Settings::default(),
            memory: 1_024,
            least: 128,
            refit: 256,
            rate: 1e-3,
        }
    }
}

/// What one judge says.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// Its own score.
    pub score: f64,
    /// Chance that a usual row scores as much.
    pub chance: f64,
}

/// A column and how far it lies from usual.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Which, from 0.
    pub index: u32,
    /// Spreads from the median.
    pub away: f64,
}

/// What is to be thought of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Chance that a usual row is held to be at least as strange.
    pub chance: f64,
    /// It is below the rate of false alarms that was asked for.
    pub strange: bool,
    /// Isolation forest.
    pub forest: Word,
    /// Principal components.
    pub subspace: Word,
    /// Autoencoder.
    pub encoder: Word,
    /// The columns farthest from usual, the farthest first.
    pub columns: Vec<Column>,
    /// Rows that the judges were trained and calibrated on.
    pub n: u32,
}

/// The trained judges with their calibration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ensemble {
    scale: Scale,
    forest: Forest,
    subspace: Subspace,
    encoder: Encoder,
    tails: [Tail; 3],
    joint: Tail,
    rate: f64,
    n: u32,
}

impl Ensemble {
    /// Trains and calibrates on `rows`; the autoencoder goes on from `before`.
    ///
    /// # Errors
    /// `Barren` where there are fewer than 30 rows or more than 256 columns, or the forest's settings are out of bounds.
    pub fn fit(rows: Rows<'_>, settings: Settings, seed: u64, before: Option<&Ensemble>) -> Result<Self, Barren> {
        if rows.len() < LEAST as usize {
            return Err(Barren::TooFew(rows.len()));
        }
        let mut chance = Chance::of(seed, 0x00ca_11b0);
        let mut kept_back = vec![false; rows.len()];
        chance.sample(rows.len(), rows.len() / 3).into_iter().for_each(|row| kept_back[row] = true);
        let part = |back: bool| -> Vec<f64> {
            let chosen = rows.iter().zip(&kept_back).filter(|(_, kept)| **kept == back);
            chosen.flat_map(|(row, _)| row.iter().copied()).collect()
        };
        let (learnt, others) = (part(false), part(true));
        let view = |values| Rows::new(values, rows.width()).map_err(|_| Barren::TooFew(rows.len()));
        let (learnt, others) = (view(&learnt)?, view(&others)?);
        let wide = Barren::TooWide(rows.width());
        let encoder = Encoder::fit(learnt, seed, before.map(|before| &before.encoder)).ok_or(wide)?;
        let mut ensemble = Self {
            scale: Scale::fit(rows),
            forest: Forest::fit(learnt, settings.forest, seed)?,
            subspace: Subspace::fit(learnt).ok_or(wide)?,
            encoder,
            tails: Default::default(),
            joint: Tail::default(),
            rate: settings.rate,
            n: u32::try_from(rows.len()).unwrap_or(u32::MAX),
        };
        let forest = ensemble.forest.score(others);
        let scores: Vec<[f64; 3]> = others.iter().zip(forest).map(|(row, forest)| ensemble.scores(row, forest)).collect();
        for (at, tail) in ensemble.tails.iter_mut().enumerate() {
            *tail = Tail::fit(scores.iter().map(|scores| scores[at]).collect());
        }
        let products: Vec<f64> = scores.iter().map(|scores| ensemble.product(scores)).collect();
        ensemble.joint = Tail::fit(products);
        Ok(ensemble)
    }

    /// What is to be thought of each row, in order; rows of another width have no verdict.
    #[must_use]
    pub fn judge(&self, rows: Rows<'_>) -> Vec<Verdict> {
        if rows.width() != self.scale.width() {
            return Vec::new();
        }
        let forest = self.forest.score(rows);
        rows.iter().zip(forest).map(|(row, forest)| self.verdict(row, forest)).collect()
    }

    fn scores(&self, row: &[f64], forest: f64) -> [f64; 3] {
        [forest, self.subspace.score(row), self.encoder.score(row)]
    }

    /// Minus the logarithm of the product of the judges' chances.
    fn product(&self, scores: &[f64; 3]) -> f64 {
        self.tails
            .iter()
            .zip(scores)
            .map(|(tail, score)| -libm::log(tail.chance(*score).max(1e-12)))
            .sum()
    }

    fn verdict(&self, row: &[f64], forest: f64) -> Verdict {
        let scores = self.scores(row, forest);
        let chance = self.joint.chance(self.product(&scores));
        let word = |at: usize| Word {
            score: scores[at],
            chance: self.tails[at].chance(scores[at]),
        };
        let mut away = Vec::new();
        self.scale.apply(row, FAR, &mut away);
        let mut columns: Vec<Column> = (0u32..).zip(away).map(|(index, away)| Column { index, away }).collect();
        columns.sort_by(|a, b| b.away.abs().total_cmp(&a.away.abs()));
        columns.truncate(NAMED);
        Verdict {
            chance,
            strange: chance <= self.rate,
            forest: word(0),
            subspace: word(1),
            encoder: word(2),
            columns,
            n: self.n,
        }
    }
}

/// The most columns that the judges take.
pub const WIDEST: usize = encoder::WIDEST;
