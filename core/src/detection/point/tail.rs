use serde::{Deserialize, Serialize};

/// Bins of the histogram.
const BINS: usize = 128;
/// Bins that a factor of e takes: all of them span eleven decades.
const PER_E: f64 = 5.0;
/// The bin that the scale falls into.
const MIDDLE: f64 = 64.0;
/// Values above 0 from whose median the scale is taken.
const SCALE_FROM: usize = 5;
/// Blocks to be seen before anything is surprising.
const ENOUGH: f64 = 6.0;
/// A block's weight falls by a factor of e over this many further blocks.
const MEMORY: f64 = 1_500.0;
/// The part of the blocks that the tail's law is fitted to.
const UPPER: f64 = 0.1;
/// The law begins as if this many values had been seen, that lie this many bins above its start on average.
const PRIOR: (f64, f64) = (3.0, 2.5);
/// The steepest law, bins: no value is more surprising than the histogram is fine.
const STEEPEST: f64 = 0.3;
/// Weights are divided by the newest when it grows beyond this.
const HEAVY: f64 = 1e6;

/// How large a statistic gets: a histogram of its largest value per block of samples over the value's logarithm, which forgets slowly. Its
/// uppermost part follows a Pareto law (Hill, Ann. Statist. 1975; peaks over threshold as in Siffer et al., KDD 2017, over blocks, since
/// neighbouring samples resemble each other).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Tail {
    /// Empty until the scale is known.
    bins: Vec<f32>,
    /// Weight of all blocks.
    mass: f64,
    /// Weight of the newest block.
    weight: f64,
    /// The value in the middle of the histogram; 0 until a few values above 0 were seen.
    scale: f64,
    /// Those values.
    first: Vec<f64>,
    law: Law,
}

/// The histogram's uppermost part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Law {
    /// The bin where it begins.
    from: usize,
    /// -ln of its share of the blocks.
    surprise: f64,
    /// Mean distance of its values from its beginning, bins.
    mean: f64,
}

impl Tail {
    pub(super) fn new() -> Self {
        Self {
            bins: Vec::new(),
            mass: 0.0,
            weight: 1.0,
            scale: 0.0,
            first: Vec::new(),
            law: Law::default(),
        }
    }

    /// Whether enough was seen to judge by.
    pub(super) fn ready(&self) -> bool {
        self.mass >= ENOUGH * self.weight
    }

    /// Whether next to nothing but 0 was seen.
    pub(super) fn constant(&self) -> bool {
        self.scale <= 0.0
    }

    /// -ln of the share of blocks with so large a value; 0 while there is not enough to judge by.
    pub(super) fn surprise(&self, value: f64) -> f64 {
        if !self.ready() {
            return 0.0;
        }
        if self.constant() {
            // Laplace's rule of succession: nothing but the number of blocks says how rare a first departure is.
            let share = (self.first.len() as f64 + 1.0) / (self.mass / self.weight + 2.0);
            return if value > 0.0 { -libm::log(share.min(1.0)) } else { 0.0 };
        }
        let place = self.place(value);
        let from = self.law.from as f64;
        if place >= from {
            return self.law.surprise + (place - from) / self.law.mean;
        }
        let bin = place as usize;
        let above: f64 = self.bins.iter().skip(bin + 1).map(|mass| f64::from(*mass)).sum();
        let own = self.bins.get(bin).map_or(0.0, |mass| f64::from(*mass));
        -libm::log(self.share(above + own * (1.0 - (place - bin as f64))))
    }

    /// The value in the uppermost part that is as surprising as `surprise`; 0 where nothing but 0 is known.
    pub(super) fn value_at(&self, surprise: f64) -> f64 {
        if self.constant() {
            return 0.0;
        }
        let place = self.law.from as f64 + self.law.mean * (surprise - self.law.surprise).max(0.0);
        self.scale * libm::exp((place - MIDDLE) / PER_E)
    }

    /// Takes in the largest value of a block.
    pub(super) fn learn(&mut self, value: f64) {
        if self.constant() {
            self.mass += self.weight;
            if value > 0.0 {
                self.first.push(value);
            }
            if self.first.len() < SCALE_FROM {
                return;
            }
            self.spread();
        } else {
            self.weight *= 1.0 + 1.0 / MEMORY;
            self.mass += self.weight;
            self.add(value, self.weight);
        }
        if self.weight > HEAVY {
            self.bins.iter_mut().for_each(|bin| *bin /= self.weight as f32);
            self.mass /= self.weight;
            self.weight = 1.0;
        }
        self.law = self.fitted();
    }

    /// Takes the scale from the first values above 0 and lays out what was seen so far.
    fn spread(&mut self) {
        let mut first = std::mem::take(&mut self.first);
        first.sort_by(f64::total_cmp);
        self.scale = first.get(SCALE_FROM / 2).copied().unwrap_or(1.0);
        self.bins = vec![0.0; BINS];
        self.add(0.0, self.mass - first.len() as f64 * self.weight);
        for value in first {
            self.add(value, self.weight);
        }
    }

    fn add(&mut self, value: f64, mass: f64) {
        let bin = self.place(value) as usize;
        if let Some(bin) = self.bins.get_mut(bin) {
            *bin += mass as f32;
        }
    }

    fn place(&self, value: f64) -> f64 {
        if value <= 0.0 {
            return 0.0;
        }
        (libm::log(value / self.scale) * PER_E + MIDDLE).clamp(0.0, BINS as f64 - 0.01)
    }

    fn share(&self, mass: f64) -> f64 {
        ((mass + 0.5 * self.weight) / (self.mass + self.weight)).min(1.0)
    }

    fn fitted(&self) -> Law {
        let most = UPPER * self.mass;
        let (mut from, mut mass, mut distances) = (BINS, 0.0, 0.0);
        for bin in self.bins.iter().skip(1).rev() {
            let more = mass + f64::from(*bin);
            if more > most {
                break;
            }
            // All that lies above is now one bin further from the beginning, and the bin's own values half a bin.
            distances += mass + 0.5 * f64::from(*bin);
            mass = more;
            from -= 1;
        }
        let prior = PRIOR.0 * self.weight;
        Law {
            from,
            surprise: -libm::log(self.share(mass)),
            mean: ((distances + prior * PRIOR.1) / (mass + prior)).max(STEEPEST),
        }
    }
}
