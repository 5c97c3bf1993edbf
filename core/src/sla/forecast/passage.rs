//! The first value beyond a limit.

use std::f64::consts::{SQRT_2, TAU};

use super::fit::{Fit, Frame, MOST, Row};

const DRAWS: usize = 128;
const SEED: u64 = 0x5eed;
/// A chance below this is none.
const NONE: f64 = 1e-6;

/// Draws that are the same every time (SplitMix64, and Box and Muller's way to the normal distribution).
pub(super) struct Draw(pub(super) u64);

impl Draw {
    /// Between 0 and 1, neither of them.
    pub(super) fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((word ^ (word >> 31)) >> 11) as f64 / (1_u64 << 53) as f64 + 0.5 / (1_u64 << 53) as f64
    }

    /// Of mean 0 and standard deviation 1.
    pub(super) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(self.share())).sqrt();
        radius * libm::cos(TAU * self.share())
    }
}

/// What lies ahead.
pub(super) struct Ahead<'a> {
    pub(super) fits: &'a [Fit],
    /// How likely each is.
    pub(super) weights: &'a [f64],
    /// Standard deviation of a value around its level.
    pub(super) noise: f64,
    /// What the coefficients' own deviations are multiplied by.
    pub(super) unsure: f64,
    /// Seconds.
    pub(super) step: f64,
    pub(super) steps: usize,
    pub(super) threshold: f64,
}

impl Ahead<'_> {
    /// When the first value is beyond: the lower end of the interval, the median, the upper end, in seconds; `None` where one of them is not
    /// within the steps.
    pub(super) fn crossing(&self, frame: &Frame<'_>) -> Option<(f64, f64, f64)> {
        let none = self.none_yet(frame);
        let when = |share: f64| {
            let place = none.iter().position(|left| 1.0 - left >= share)?;
            Some((place + 1) as f64 * self.step)
        };
        // Between two values nobody looks: it may have been from the one before on.
        Some((when(0.05)? - self.step, when(0.5)?, when(0.95)?))
    }

    /// The chance that no value up to each step is beyond.
    fn none_yet(&self, frame: &Frame<'_>) -> Vec<f64> {
        let rows: Vec<(f64, Row)> = (1..=self.steps)
            .map(|place| {
                let time = place as f64 * self.step;
                (time, frame.calm(time))
            })
            .collect();
        let mut none = vec![0.0; self.steps];
        let mut draw = Draw(SEED);
        for number in 0..DRAWS {
            let Some(fit) = self.fit((number as f64 + 0.5) / DRAWS as f64) else { break };
            let mut shock = [0.0; MOST];
            shock[..frame.size()].iter_mut().for_each(|each| *each = draw.normal() * self.unsure);
            let beta = fit.moved(&shock, frame.size());
            let mut left = 1.0;
            for (none, (time, row)) in none.iter_mut().zip(&rows) {
                if left < NONE {
                    break;
                }
                let mean = frame.at(&beta, row, *time, fit.onset);
                left *= 0.5 * libm::erfc((mean - self.threshold) / (self.noise * SQRT_2));
                *none += left / DRAWS as f64;
            }
        }
        none
    }

    /// The fit below which a share of all likelihood lies.
    fn fit(&self, share: f64) -> Option<&Fit> {
        let mut left = share * self.weights.iter().sum::<f64>();
        let mut below = self.fits.iter().zip(self.weights).find(|(_, weight)| {
            left -= **weight;
            left <= 0.0
        });
        below.take().map(|(fit, _)| fit).or(self.fits.last())
    }
}
