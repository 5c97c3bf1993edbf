//! When strange points of one series are worth telling.
//!
//! - **does**: feeds a series to its detector and says when so many of its last points were strange, and when it is back within its usual.
//! - **takes**: points in order of time, one after the other, and the rules of the policy.
//! - **gives**: the trouble as it stands, with the figures that it rests on; the same whether points come one by one or all at once.
//! - **never knows**: which series it is, where points come from, or what becomes of what it says.
//!
//! A detector alone says something odd about one point in a thousand of plain noise. What an operator is told must last: so many of the newest
//! points lie, each by itself, outside the range that was expected of it, and the strangest of them is strange enough. A point that departs and
//! comes back is none.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::point::{Detector, Reason};
use crate::model::{Span, Timestamp};
use crate::policy::Anomalies;

/// The first days know of no time of day: how far a series strays is learnt anew after them.
const SEASONED: Span = Span::minutes(2 * 24 * 60);

/// What is known of one series.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Watcher {
    detector: Detector,
    samples: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    /// The season is learnt: how far the series strays from it is known from then on.
    seasoned: bool,
    /// The newest points: when and how strange, where outside of what was expected.
    newest: VecDeque<Option<(Timestamp, f64)>>,
    /// The newest point outside of what was expected.
    outside: Option<Timestamp>,
    stands: Option<Unusual>,
}

/// A series that is unlike its usual.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unusual {
    /// The first of the points outside that made it so.
    pub since: Timestamp,
    /// The point at which there were enough of them …
    pub at: Timestamp,
    /// … its value, in the metric's unit,
    pub value: f64,
    /// what was expected of it,
    pub expected: f64,
    /// from where
    pub low: f64,
    /// to where,
    pub high: f64,
    /// how strange the strangest of them is, 0 to 1,
    pub score: f64,
    /// how many times the usual distance it lies from what was expected,
    pub z: f64,
    /// and what spoke.
    pub reason: Reason,
    /// So many of the newest points were outside …
    pub strange: u16,
    /// … of so many.
    pub of: u16,
    /// Points known of the series by then.
    pub samples: u64,
}

impl Watcher {
    /// Takes in a point. One that is no number, or not newer than the newest, changes nothing.
    pub fn step(&mut self, at: Timestamp, value: f64, rules: &Anomalies) {
        if self.last.is_some_and(|last| at <= last) {
            return;
        }
        if !self.seasoned && self.first.is_some_and(|first| at.since(first) >= SEASONED) {
            self.seasoned = true;
            self.detector.stray_anew();
        }
        let Some(verdict) = self.detector.step(at, value) else { return };
        self.last = Some(at);
        self.samples = self.samples.saturating_add(1);
        let known = at.since(*self.first.get_or_insert(at));
        let outside = verdict.is_outside(value);
        if outside {
            self.outside = Some(at);
        }
        self.newest.push_front(outside.then_some((at, verdict.bare)));
        self.newest.truncate(usize::from(rules.of.max(1)));
        let count = self.newest.iter().flatten().count();
        let strangest = self.newest.iter().flatten().map(|(_, score)| *score).fold(0.0, f64::max);
        if self.stands.is_some() {
            if self.outside.is_none_or(|outside| at.since(outside) >= rules.settle()) {
                self.stands = None;
            }
            return;
        }
        let long_known = known >= Span::minutes(i64::from(rules.least_days) * 24 * 60);
        if let (true, Some((low, high)), Some(since)) = (
            outside && long_known && count >= usize::from(rules.strange.max(1)) && strangest >= rules.score,
            verdict.range,
            self.newest.iter().flatten().map(|(at, _)| *at).min(),
        ) {
            self.stands = Some(Unusual {
                since,
                at,
                value,
                expected: verdict.baseline,
                low,
                high,
                score: strangest,
                z: verdict.z,
                reason: verdict.reason,
                strange: u16::try_from(count).unwrap_or(u16::MAX),
                of: rules.of,
                samples: self.samples,
            });
        }
    }

    /// The trouble that stands.
    #[must_use]
    pub fn stands(&self) -> Option<&Unusual> {
        self.stands.as_ref()
    }

    /// The newest point that was taken in.
    #[must_use]
    pub fn last(&self) -> Option<Timestamp> {
        self.last
    }

    /// Points that were taken in.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.samples
    }
}
