//! Strange points of one series, as they come.
//!
//! - **does**: learns what a series usually does at that time of day and week and how far it strays; tells how strange each new point is.
//! - **takes**: points in order of time, one after the other; a detector is one series' state, plain and serialisable.
//! - **gives**: a verdict for each point: score, expected range and what spoke; the same in every series, from nothing but the past.
//! - **never knows**: which series it is, its unit, where points come from or what becomes of a verdict.
//!
//! The residual from what is expected is looked at in five ways: the point itself, the means of the newest 6, 24 and 48 points (a burst, a
//! level, a slope) and their spread. Each way has the history of its own largest values per block of points, so that it can say how rare
//! such a value is as -ln of a share of blocks: figures that compare, whatever the series. Their power mean is the strangeness; an alarm is due
//! where it passes a bar, which rises with each alarm and sinks again over days: a series that is often strange must become stranger to be
//! told. A departure from what never changed is strange by the number of blocks that it did not change in.
//!
//! What it costs: below 12 KiB a series and about 2 µs a point.

mod expect;
mod tail;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::model::Timestamp;
use expect::Expectation;
use tail::Tail;

/// Points that the means and the spread look back on: a burst, a level, and a slope or slow shift.
const BURST: usize = 6;
const LEVEL: usize = 24;
const SHIFT: usize = 48;
/// Points of a block: one value of each statistic, its largest, is learnt from it.
const BLOCK: usize = 20;
/// Strangeness from which on an alarm is due in a series without any so far.
const BAR: f64 = 2.0;
/// How far an alarm raises the bar, and the points in which that falls by a factor of e.
const RAISE: f64 = 0.3;
const FORGIVEN: f64 = 6_000.0;
/// How far it is raised in a series that nothing is known of yet: its rarest was not seen.
const UNTRIED: f64 = 0.6;
/// For so many points after an alarm a further one is due only when it is this much stranger than the last.
const REST: usize = 90;
const WORSE: f64 = 1.5;
/// The expected range ends where a point by itself is as rare as one block in fifty.
const RANGE: f64 = 3.912_023_005_428_146;
/// The largest size of a robust z; a departure from what never changed has it.
const FARTHEST: f64 = 1_000.0;
/// Values larger than this are no samples: their squares are not finite.
const LARGEST: f64 = 1e150;
/// Differences smaller than this part of the values are rounding.
const ROUNDING: f64 = 1e-9;
/// After so many points in a row that are older than the newest, the source's clock is held to have been set back.
const SET_BACK: u32 = 16;

/// What is known of one series.
///
/// Feed it each point once, by [`Detector::step`]. It may be serialised at any time and goes on where it stood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Detector {
    /// Microseconds.
    newest: Option<i64>,
    late: u32,
    expected: Expectation,
    typical: Typical,
    /// Residuals, the newest first.
    residuals: VecDeque<f64>,
    tails: [Tail; WAYS],
    /// The largest values of the block so far, and how many points it has.
    largest: [f64; WAYS],
    filled: usize,
    /// How far the bar is above `BAR`.
    raised: f64,
    /// Points until the last alarm is over, and how strange that was.
    rest: usize,
    told: f64,
}

/// Looked at in so many ways.
const WAYS: usize = 5;

/// What speaks in a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Too little is known of the series, or nothing is unusual.
    Nothing,
    /// It departs from what never changed.
    Constant,
    /// The point itself.
    Value,
    /// The mean of the newest 6 points.
    Burst,
    /// The mean of the newest 24 points.
    Level,
    /// The mean of the newest 48 points: a slow shift or a slope.
    Shift,
    /// How widely the newest 24 points scatter.
    Spread,
}

/// How strange a point is, by the points before it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// 0 to 1, the same scale in every series; an alarm is due from [`Verdict::ALARM`] on.
    pub score: f64,
    /// The same, were no alarm due of late: how strange it is by itself, however long that goes on.
    pub bare: f64,
    /// What was expected, the value's unit.
    pub baseline: f64,
    /// Values from `.0` to `.1` were expected; none while too little is known. Beyond it a single point counts as strange.
    pub range: Option<(f64, f64)>,
    /// Distance from the baseline over 1.4826 times the median distance so far, at most 1,000 to either side.
    pub z: f64,
    /// What spoke: the quickest way of looking that alone finds it out of range, else the loudest.
    pub reason: Reason,
}

impl Verdict {
    /// The score from which on an alarm is due.
    pub const ALARM: f64 = 0.5;

    /// Whether an alarm is due now. What goes on afterwards is not told again unless it gets much worse.
    #[must_use]
    pub fn is_alarm(&self) -> bool {
        self.score >= Self::ALARM
    }

    /// Whether the value lies outside the expected range.
    #[must_use]
    pub fn is_outside(&self, value: f64) -> bool {
        self.range.is_some_and(|(low, high)| value < low || value > high)
    }
}

impl Default for Detector {
    fn default() -> Self {
        Self::new()
    }
}

impl Detector {
    /// Nothing known yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            newest: None,
            late: 0,
            expected: Expectation::new(),
            typical: Typical::default(),
            residuals: VecDeque::with_capacity(SHIFT),
            tails: std::array::from_fn(|_| Tail::new()),
            largest: [0.0; WAYS],
            filled: 0,
            raised: UNTRIED,
            rest: 0,
            told: 0.0,
        }
    }

    /// Judges a point by those before it, then learns from it.
    ///
    /// `None`, and nothing learnt, where there is no sample to judge: NaN, an infinity or a size above 1e150; a second value of the same
    /// instant; a point older than the newest (after 16 such in a row the source's clock is held to have been set back, and they count).
    /// A gap is none of that: the looks back count points, not minutes, and what is usual goes by the clock.
    pub fn step(&mut self, at: Timestamp, value: f64) -> Option<Verdict> {
        if !self.is_next(at, value) {
            return None;
        }
        let baseline = self.expected.at(at).unwrap_or(value);
        let mut residual = value - baseline;
        if residual.abs() <= ROUNDING * value.abs().max(baseline.abs()) {
            residual = 0.0;
        }
        let z = self.typical.z(residual);
        let known = self.tails.first().filter(|tail| tail.ready());
        let range = known.map(|tail| tail.value_at(RANGE)).map(|reach| (baseline - reach, baseline + reach));
        self.residuals.truncate(SHIFT - 1);
        self.residuals.push_front(residual);
        let surprises = self.surprises();
        let (score, bare) = self.score(strangeness(&surprises));
        let reason = self.reason(&surprises);
        self.expected.learn(at, value);
        self.typical.learn(residual.abs());
        Some(Verdict {
            score,
            bare,
            baseline,
            range,
            z,
            reason,
        })
    }

    /// Forgets how far the series strayed, and keeps what is usual: for when its season is known, of which the first days could not know.
    pub fn stray_anew(&mut self) {
        *self = Self {
            newest: self.newest,
            late: self.late,
            expected: std::mem::replace(&mut self.expected, Expectation::new()),
            ..Self::new()
        };
    }

    fn is_next(&mut self, at: Timestamp, value: f64) -> bool {
        if !value.is_finite() || value.abs() > LARGEST {
            return false;
        }
        if self.newest.is_some_and(|newest| at.as_micros() <= newest) {
            self.late += u32::from(self.newest != Some(at.as_micros()));
            if self.late < SET_BACK {
                return false;
            }
        }
        self.late = 0;
        self.newest = Some(at.as_micros());
        true
    }

    /// How rare each statistic's value is; learns from it at the end of each block.
    fn surprises(&mut self) -> [f64; WAYS] {
        let statistics = statistics(&self.residuals);
        let mut surprises = [0.0; WAYS];
        let ways = self.tails.iter().zip(&mut self.largest);
        for ((surprise, (tail, largest)), value) in surprises.iter_mut().zip(ways).zip(statistics) {
            *surprise = tail.surprise(value).max(0.0);
            *largest = largest.max(value);
        }
        self.filled += 1;
        if self.filled >= BLOCK {
            self.filled = 0;
            for (tail, largest) in self.tails.iter_mut().zip(std::mem::take(&mut self.largest)) {
                tail.learn(largest);
            }
        }
        surprises
    }

    /// The score, and what it is without a rest.
    fn score(&mut self, strangeness: f64) -> (f64, f64) {
        self.raised *= 1.0 - 1.0 / FORGIVEN;
        let score = strangeness / (strangeness + BAR + self.raised);
        let resting = self.rest > 0;
        self.rest = self.rest.saturating_sub(1);
        if score < Verdict::ALARM || (resting && strangeness < WORSE * self.told) {
            return (if resting { score / 2.0 } else { score }, score);
        }
        self.raised += RAISE;
        self.rest = REST;
        self.told = strangeness;
        (score, score)
    }

    /// The quickest way whose value alone is out of range, else the loudest.
    fn reason(&self, surprises: &[f64; WAYS]) -> Reason {
        let loudest = surprises.iter().copied().fold(f64::MIN_POSITIVE, f64::max).min(RANGE);
        let Some(way) = surprises.iter().position(|surprise| *surprise >= loudest) else {
            return Reason::Nothing;
        };
        if self.tails.get(way).is_some_and(Tail::constant) {
            return Reason::Constant;
        }
        let by_way = [Reason::Value, Reason::Burst, Reason::Level, Reason::Shift, Reason::Spread];
        by_way.get(way).copied().unwrap_or(Reason::Nothing)
    }
}

/// The power mean, exponent 1.5: between the mean, which wants all to agree, and the largest, which one alone decides.
fn strangeness(surprises: &[f64; WAYS]) -> f64 {
    let mean = surprises.iter().map(|surprise| surprise * surprise.sqrt()).sum::<f64>() / WAYS as f64;
    let root = libm::cbrt(mean);
    root * root
}

/// Sizes of the residual, of its means and of its spread; 0 where there are not yet points enough.
fn statistics(residuals: &VecDeque<f64>) -> [f64; WAYS] {
    let mean = |points: usize| match residuals.len() < points {
        true => 0.0,
        false => residuals.iter().take(points).sum::<f64>() / points as f64,
    };
    let level = mean(LEVEL);
    let spread = match residuals.len() < LEVEL {
        true => 0.0,
        false => (residuals.iter().take(LEVEL).map(|value| (value - level) * (value - level)).sum::<f64>() / LEVEL as f64).sqrt(),
    };
    [mean(1).abs(), mean(BURST).abs(), level.abs(), mean(SHIFT).abs(), spread]
}

/// The median distance from the baseline, followed by steps up and down (Robbins and Monro, Ann. Math. Statist. 1951).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Typical {
    samples: u64,
    median: f64,
    stride: f64,
}

impl Typical {
    /// Slowest rate of the stride and of the median.
    const SLOW: f64 = 0.002;

    fn z(&self, residual: f64) -> f64 {
        match residual == 0.0 {
            true => 0.0,
            false => (residual / (1.482_6 * self.median)).clamp(-FARTHEST, FARTHEST),
        }
    }

    fn learn(&mut self, distance: f64) {
        self.samples = self.samples.saturating_add(1);
        let rate = (1.0 / self.samples as f64).max(Self::SLOW);
        let apart = (distance - self.median).abs();
        // Few and far departures are not to move the median: a step is bounded by those before it.
        let bounded = if self.stride > 0.0 { apart.min(8.0 * self.stride) } else { apart };
        self.stride += rate * (bounded - self.stride);
        let step = self.stride * rate.max(2.0 * Self::SLOW) * 2.0;
        self.median = match distance > self.median {
            true => self.median + step.min(apart),
            false => self.median - step.min(apart),
        };
    }
}
