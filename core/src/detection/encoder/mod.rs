//! Observations that cannot be told again in few numbers.
//!
//! - **does**: an autoencoder: a small dense net that squeezes a row through a few numbers and makes it again.
//! - **takes**: rows of numbers, a seed; an encoder trained before, to go on from.
//! - **gives**: how much of a row is lost: its squared error, in spreads, a column.
//! - **never knows**: what a column means, time, or where an alarm begins.
//!
//! Own code rather than a tensor library: the net has a few hundred weights, and its result must be the same to the last bit on every platform,
//! which libraries that choose their kernels by the processor do not promise. Four layers, tanh between them, Adam (Kingma, Ba, ICLR 2015).

use serde::{Deserialize, Serialize};

use super::Rows;
use super::chance::Chance;
use super::scale::Scale;

/// Spreads beyond which a value is just far away: for learning, and for judging.
const LEARN: f64 = 4.0;
const JUDGE: f64 = 20.0;
const BATCH: usize = 16;
/// Rows learnt from, counting each as often as it comes; going on takes a fifth.
const LESSONS: usize = 40_000;
/// The most columns.
pub const WIDEST: usize = 256;

/// A trained net.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Encoder {
    scale: Scale,
    layers: Vec<Layer>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Layer {
    inputs: usize,
    /// One row of inputs an output, then its bias.
    weights: Vec<f64>,
}

/// Adam's memory of one layer.
struct Momentum {
    slope: Vec<f64>,
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Encoder {
    /// Trains on `rows`; goes on from `before` where its rows are as wide. None of fewer than 4 rows or more than `WIDEST` columns.
    #[must_use]
    pub fn fit(rows: Rows<'_>, seed: u64, before: Option<&Encoder>) -> Option<Self> {
        let width = rows.width();
        if rows.len() < 4 || width > WIDEST {
            return None;
        }
        let scale = Scale::fit(rows);
        let mut chance = Chance::of(seed, 0x000e_c0de);
        let before = before.filter(|before| before.scale.width() == width);
        let lessons = if before.is_some() { LESSONS / 5 } else { LESSONS };
        let epochs = (lessons / rows.len()).clamp(4, 150);
        let layers = match before {
            Some(before) => before.layers.clone(),
            None => {
                let (hidden, narrow) = ((2 * width).clamp(8, 32), width.div_ceil(3).clamp(1, 8));
                let sizes = [width, hidden, narrow, hidden, width];
                sizes.windows(2).map(|pair| Layer::new(pair[0], pair[1], &mut chance)).collect()
            }
        };
        let mut encoder = Self { scale, layers };
        encoder.train(rows, epochs, &mut chance);
        Some(encoder)
    }

    /// The mean squared difference, in spreads, between the row and what is left of it; finite and not below 0.
    #[must_use]
    pub fn score(&self, row: &[f64]) -> f64 {
        let (mut scaled, mut held) = (Vec::new(), Vec::new());
        self.scale.apply(row, JUDGE, &mut scaled);
        held.extend(scaled.iter().map(|value| value.clamp(-LEARN, LEARN)));
        let told = self.forward(held);
        let Some(last) = told.last() else { return 0.0 };
        last.iter().zip(&scaled).map(|(a, b)| (a - b) * (a - b)).sum::<f64>() / scaled.len().max(1) as f64
    }

    fn train(&mut self, rows: Rows<'_>, epochs: usize, chance: &mut Chance) {
        let mut scaled = Vec::new();
        let mut order: Vec<usize> = (0..rows.len()).collect();
        let mut momenta: Vec<Momentum> = self.layers.iter().map(Momentum::new).collect();
        let mut step = 0;
        for epoch in 0..epochs {
            for at in (1..order.len()).rev() {
                order.swap(at, chance.below(at + 1));
            }
            let rate = 0.01 / (1.0 + 4.0 * epoch as f64 / epochs as f64);
            for batch in order.chunks(BATCH) {
                for row in batch {
                    self.scale.apply(rows.row(*row), LEARN, &mut scaled);
                    self.learn(&scaled, &mut momenta);
                }
                step += 1;
                for (layer, momentum) in self.layers.iter_mut().zip(&mut momenta) {
                    momentum.step(&mut layer.weights, rate, batch.len() as f64, step);
                }
            }
        }
    }

    /// What every layer says, the row first.
    fn forward(&self, row: Vec<f64>) -> Vec<Vec<f64>> {
        let mut said = vec![row];
        for (index, layer) in self.layers.iter().enumerate() {
            let last = index + 1 == self.layers.len();
            let next = said.last().map(|inputs| layer.say(inputs, !last)).unwrap_or_default();
            said.push(next);
        }
        said
    }

    /// Adds the slopes of one row's error.
    fn learn(&self, row: &[f64], momenta: &mut [Momentum]) {
        let said = self.forward(row.to_vec());
        let Some(last) = said.last() else { return };
        let share = 2.0 / row.len().max(1) as f64;
        let mut blame: Vec<f64> = last.iter().zip(row).map(|(a, b)| share * (a - b)).collect();
        for (index, (layer, momentum)) in self.layers.iter().zip(momenta).enumerate().rev() {
            let inputs = &said[index];
            let mut back = vec![0.0; layer.inputs];
            let lines = layer.weights.chunks_exact(layer.inputs + 1);
            for ((weights, slopes), blame) in lines.zip(momentum.slope.chunks_exact_mut(layer.inputs + 1)).zip(&blame) {
                for ((slope, input), (back, weight)) in slopes.iter_mut().zip(inputs).zip(back.iter_mut().zip(weights)) {
                    *slope += blame * input;
                    *back += blame * weight;
                }
                slopes[layer.inputs] += blame;
            }
            if index > 0 {
                back.iter_mut().zip(inputs).for_each(|(back, input)| *back *= 1.0 - input * input);
            }
            blame = back;
        }
    }
}

impl Layer {
    fn new(inputs: usize, outputs: usize, chance: &mut Chance) -> Self {
        let width = (6.0 / (inputs + outputs) as f64).sqrt();
        let mut weights = Vec::with_capacity((inputs + 1) * outputs);
        for _ in 0..outputs {
            weights.extend((0..inputs).map(|_| (2.0 * chance.unit() - 1.0) * width));
            weights.push(0.0);
        }
        Self { inputs, weights }
    }

    fn say(&self, inputs: &[f64], bend: bool) -> Vec<f64> {
        let lines = self.weights.chunks_exact(self.inputs + 1);
        lines
            .map(|line| {
                let sum = line.iter().zip(inputs).map(|(weight, input)| weight * input).sum::<f64>() + line[self.inputs];
                if bend { libm::tanh(sum) } else { sum }
            })
            .collect()
    }
}

impl Momentum {
    fn new(layer: &Layer) -> Self {
        let zeros = vec![0.0; layer.weights.len()];
        Self {
            slope: zeros.clone(),
            first: zeros.clone(),
            second: zeros,
        }
    }

    fn step(&mut self, weights: &mut [f64], rate: f64, rows: f64, step: i32) {
        let (keep_first, keep_second) = (0.9f64, 0.999f64);
        let right = (1.0 - keep_second.powi(step)).sqrt() / (1.0 - keep_first.powi(step));
        let memory = self.slope.iter_mut().zip(&mut self.first).zip(&mut self.second);
        for (weight, ((slope, first), second)) in weights.iter_mut().zip(memory) {
            let now = *slope / rows;
            *slope = 0.0;
            *first = keep_first * *first + (1.0 - keep_first) * now;
            *second = keep_second * *second + (1.0 - keep_second) * now * now;
            *weight -= rate * right * *first / (second.sqrt() + 1e-8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points of a bent line in three columns, with a little noise.
    fn bent(count: usize, seed: u64) -> Vec<f64> {
        let mut chance = Chance::new(seed);
        let mut values = Vec::new();
        for _ in 0..count {
            let t = 4.0 * chance.unit() - 2.0;
            values.extend([t, t * t, 0.02 * chance.unit() - t]);
        }
        values
    }

    #[test]
    fn what_lies_off_the_bent_line_is_lost_and_the_same_seed_says_the_same() {
        let values = bent(300, 1);
        let rows = Rows::new(&values, 3).unwrap();
        let encoder = Encoder::fit(rows, 5, None).unwrap();
        let usual = rows.iter().map(|row| encoder.score(row)).sum::<f64>() / 300.0;
        assert!(usual < 0.2, "{usual}");
        assert!(encoder.score(&[0.0, 3.5, 0.0]) > 10.0 * usual, "no straight line tells this one apart");
        assert_eq!(encoder, Encoder::fit(rows, 5, None).unwrap());
        let warm = Encoder::fit(rows, 6, Some(&encoder)).unwrap();
        let after = rows.iter().map(|row| warm.score(row)).sum::<f64>() / 300.0;
        assert!(after < 1.5 * usual, "goes on from what it knew: {after} after {usual}");
    }

    #[test]
    fn constants_holes_and_infinities_leave_it_finite() {
        let mut values = [1.0, f64::NAN, 3.0].repeat(6);
        values[4] = f64::INFINITY;
        let rows = Rows::new(&values, 3).unwrap();
        let encoder = Encoder::fit(rows, 0, None).unwrap();
        assert!(rows.iter().all(|row| encoder.score(row).is_finite()));
        assert!(encoder.score(&[f64::NEG_INFINITY, f64::MAX, 3.0]) > encoder.score(&[1.0, f64::NAN, 3.0]));
        assert!(Encoder::fit(Rows::new(&values[..9], 3).unwrap(), 0, None).is_none());
    }
}
