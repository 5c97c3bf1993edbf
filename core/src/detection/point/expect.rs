use serde::{Deserialize, Serialize};

use crate::model::Timestamp;

const DAY: i64 = 86_400_000_000;
/// Parts of a day that have a usual of their own.
const SLOTS: usize = 48;
const SLOT: i64 = DAY / SLOTS as i64;
/// How far the usual of a time of day and of a time of week moves to the newest mean.
const DAILY: f64 = 0.25;
const WEEKLY: f64 = 0.4;
/// How far the level moves to the newest sample; faster while few were seen.
const LEVEL: f64 = 0.001;
/// The same of the guesses' mean errors.
const ERROR: f64 = 0.005;
/// A guess with a season must be nearer than a simpler one by this factor,
const BETTER: f64 = 0.95;
/// and begins as if it were further off by this one.
const DOUBT: f64 = 1.5;

/// What is expected: the level, the usual of the time of day or that of the time of week (UTC), whichever was nearest of late.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Expectation {
    samples: u64,
    level: f64,
    /// By slot of the day.
    day: Vec<Option<f64>>,
    /// By slot of the week.
    week: Vec<Option<f64>>,
    /// Mean absolute errors of level, day and week.
    errors: [Option<f64>; 3],
    /// The slot of the week that is being filled, sum and number of its samples.
    slot: usize,
    sum: f64,
    count: f64,
}

impl Expectation {
    pub(super) fn new() -> Self {
        Self {
            samples: 0,
            level: 0.0,
            day: vec![None; SLOTS],
            week: vec![None; 7 * SLOTS],
            errors: [None; 3],
            slot: 0,
            sum: 0.0,
            count: 0.0,
        }
    }

    /// The value expected at `at`; `None` before the first sample.
    pub(super) fn at(&self, at: Timestamp) -> Option<f64> {
        if self.samples == 0 {
            return None;
        }
        let mut best = (self.level, f64::INFINITY);
        for (guess, error) in self.guesses(slot(at)).into_iter().zip(self.errors) {
            if let (Some(guess), Some(error)) = (guess, error)
                && error < BETTER * best.1
            {
                best = (guess, error);
            }
        }
        Some(best.0)
    }

    /// Takes in a sample.
    pub(super) fn learn(&mut self, at: Timestamp, value: f64) {
        let slot = slot(at);
        if slot != self.slot {
            self.close();
        }
        self.slot = slot;
        if self.samples > 0 {
            self.compare(slot, value);
        }
        self.samples = self.samples.saturating_add(1);
        self.level += (1.0 / self.samples as f64).max(LEVEL) * (value - self.level);
        self.sum += value;
        self.count += 1.0;
    }

    fn guesses(&self, slot: usize) -> [Option<f64>; 3] {
        let usual = |slots: &[Option<f64>], slot: usize| slots.get(slot).copied().flatten();
        [Some(self.level), usual(&self.day, slot % SLOTS), usual(&self.week, slot)]
    }

    fn compare(&mut self, slot: usize, value: f64) {
        let rate = (1.0 / (self.samples as f64 + 1.0)).max(ERROR);
        let doubted = self.errors[0].map(|error| error * DOUBT);
        let guesses = self.guesses(slot);
        for (known, guess) in self.errors.iter_mut().zip(guesses) {
            if let Some(guess) = guess {
                let error = (value - guess).abs();
                let old = known.or(doubted).unwrap_or(error);
                *known = Some(old + rate * (error - old));
            }
        }
    }

    /// A slot is over: its mean is the newest word on what is usual there.
    fn close(&mut self) {
        if self.count > 0.0 {
            let mean = self.sum / self.count;
            follow(self.day.get_mut(self.slot % SLOTS), mean, DAILY);
            follow(self.week.get_mut(self.slot), mean, WEEKLY);
        }
        (self.sum, self.count) = (0.0, 0.0);
    }
}

fn follow(usual: Option<&mut Option<f64>>, mean: f64, rate: f64) {
    if let Some(usual) = usual {
        *usual = Some(usual.map_or(mean, |old| old + rate * (mean - old)));
    }
}

/// The slot of the week.
fn slot(at: Timestamp) -> usize {
    usize::try_from(at.as_micros().rem_euclid(7 * DAY) / SLOT).unwrap_or(0)
}
