use serde::{Deserialize, Serialize};

/// Part of the scores that the tail is fitted to.
const PART: f64 = 0.1;
/// Scores kept; more are thinned out evenly.
const KEPT: usize = 512;

/// How often a score is exceeded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Tail {
    /// Logarithms of scores, falling.
    high: Vec<f64>,
    /// How many of them the tail begins below, and how fast it falls.
    begins: usize,
    slope: f64,
}

impl Tail {
    /// Of scores that are finite and not below 0, in any order.
    pub(super) fn fit(scores: Vec<f64>) -> Self {
        let mut high: Vec<f64> = scores.into_iter().map(log).collect();
        high.sort_by(|a, b| b.total_cmp(a));
        if high.len() > KEPT {
            let all = high.len();
            high = (0..KEPT).filter_map(|at| high.get(at * all / KEPT)).copied().collect();
        }
        let begins = ((high.len() as f64 * PART) as usize).max(3).min(high.len().saturating_sub(1));
        let threshold = high.get(begins).copied().unwrap_or_default();
        let excess: f64 = high.iter().take(begins).map(|score| score - threshold).sum();
        let slope = excess / begins.max(1) as f64;
        Self { high, begins, slope }
    }

    /// Chance of at least this score; 1 where nothing is known. Falls, never rises, with the score.
    pub(super) fn chance(&self, score: f64) -> f64 {
        let Some(threshold) = self.high.get(self.begins) else { return 1.0 };
        let score = log(score);
        let all = (self.high.len() + 1) as f64;
        let above = self.begins as f64 + 1.0;
        if score <= *threshold {
            let reached = self.high.partition_point(|high| *high >= score) as f64;
            return ((reached + 1.0) / all).clamp(above / all, 1.0);
        }
        // Where all are equal, whatever is beyond was never seen.
        let steep = self.slope.max(1e-6 * threshold.abs()).max(1e-9);
        above / all * libm::exp(-(score - threshold) / steep)
    }
}

fn log(score: f64) -> f64 {
    if score.is_nan() { 0.0 } else { libm::log(score.clamp(1e-9, 1e300)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chance_is_what_is_counted_and_goes_on_beyond_it() {
        let tail = Tail::fit((1..=400).map(f64::from).collect());
        assert!((tail.chance(200.0) - 0.5).abs() < 0.01, "{}", tail.chance(200.0));
        assert!((tail.chance(361.0) - 0.1).abs() < 0.01);
        let beyond: Vec<f64> = [100.0, 300.0, 380.0, 400.0, 500.0, 800.0, f64::INFINITY]
            .map(|score| tail.chance(score))
            .to_vec();
        assert!(beyond.is_sorted_by(|a, b| a >= b) && beyond[5] < 1e-4, "{beyond:?}");
        assert_eq!(Tail::default().chance(5.0), 1.0);
    }
}
