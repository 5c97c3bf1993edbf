use serde::{Deserialize, Serialize};

use super::super::Rows;
use super::super::chance::Chance;
use super::{Ensemble, LEAST, Settings, Verdict, WIDEST};

/// Rows as they come, each judged by those before it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Stream {
    settings: Settings,
    width: usize,
    seed: u64,
    seen: u64,
    fresh: u32,
    kept: Vec<f64>,
    ensemble: Option<Ensemble>,
}

impl Stream {
    /// A stream of rows of `width` columns.
    ///
    /// # Errors
    /// A sentence, where the width or the settings are out of bounds.
    pub fn new(width: usize, settings: Settings, seed: u64) -> Result<Self, String> {
        if !(1..=WIDEST).contains(&width) {
            return Err(format!("{width} columns cannot be judged: give 1 to {WIDEST}"));
        }
        if settings.least < LEAST || settings.memory < settings.least || settings.memory > 100_000 || settings.refit == 0 {
            return Err(format!("give least = {LEAST} or more, memory from least to 100000, and refit = 1 or more"));
        }
        Ok(Self {
            settings,
            width,
            seed,
            seen: 0,
            fresh: 0,
            kept: Vec::new(),
            ensemble: None,
        })
    }

    /// The verdict on `row` by the rows before it, none while they are too few or where the row has another width; then keeps it.
    pub fn push(&mut self, row: &[f64]) -> Option<Verdict> {
        if row.len() != self.width {
            return None;
        }
        let verdict = match (&self.ensemble, Rows::new(row, self.width)) {
            (Some(ensemble), Ok(rows)) => ensemble.judge(rows).pop(),
            _ => None,
        };
        self.keep(row);
        let due = match &self.ensemble {
            Some(_) => self.fresh >= self.settings.refit,
            None => self.kept.len() / self.width >= self.settings.least as usize,
        };
        if due {
            self.fresh = 0;
            if let Ok(rows) = Rows::new(&self.kept, self.width) {
                let trained = Ensemble::fit(rows, self.settings, self.seed.wrapping_add(self.seen), self.ensemble.as_ref());
                self.ensemble = trained.ok().or(self.ensemble.take());
            }
        }
        verdict
    }

    /// Rows that came so far.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// Rows in memory.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.kept.len() / self.width
    }

    fn keep(&mut self, row: &[f64]) {
        self.seen += 1;
        self.fresh += 1;
        if self.kept() < self.settings.memory as usize {
            self.kept.extend_from_slice(row);
            return;
        }
        let place = Chance::of(self.seed, self.seen).below(self.kept()) * self.width;
        if let Some(old) = self.kept.get_mut(place..place + self.width) {
            old.copy_from_slice(row);
        }
    }
}
