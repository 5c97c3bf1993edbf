//! How much comes in, and how little of it is left for people: counts by the hour.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Timestamp;

/// Microseconds of an hour.
const HOUR: i64 = 3_600_000_000;
/// Hours are kept for a hundred days.
const KEPT: u32 = 2_400;

/// What one hour of the log's time brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct Flow {
    /// Events that came in.
    #[n(0)]
    pub events: u64,
    /// Alarms that were made of them.
    #[n(1)]
    pub alarms: u64,
    /// Incidents that were opened.
    #[n(2)]
    pub incidents: u64,
}

impl Flow {
    const fn plus(self, other: Self) -> Self {
        Self {
            events: self.events.saturating_add(other.events),
            alarms: self.alarms.saturating_add(other.alarms),
            incidents: self.incidents.saturating_add(other.incidents),
        }
    }
}

/// The hours, and which of them changed.
#[derive(Clone, Debug, Default)]
pub(super) struct Flows {
    /// The newest hour by itself: it is counted in again and again.
    newest: Option<(u32, Flow)>,
    before: BTreeMap<u32, Flow>,
    dirty: BTreeSet<u32>,
    /// The newest hour changed.
    fresh: bool,
}

fn hour(at: Timestamp) -> u32 {
    u32::try_from(at.as_micros().max(0) / HOUR).unwrap_or(u32::MAX)
}

impl Flows {
    /// Counts in the hour of `at`.
    pub(super) fn count(&mut self, at: Timestamp, count: impl FnOnce(&mut Flow)) {
        let hour = hour(at);
        self.fresh = true;
        match &mut self.newest {
            // The log's time never goes back.
            Some((newest, flow)) if *newest >= hour => count(flow),
            other => {
                let mut flow = Flow::default();
                count(&mut flow);
                if let Some((done, flow)) = other.replace((hour, flow)) {
                    self.before.insert(done, flow);
                    self.dirty.insert(done);
                }
                while let Some(old) = self.before.first_key_value().map(|(old, _)| *old).filter(|old| old + KEPT < hour) {
                    self.before.remove(&old);
                    self.dirty.insert(old);
                }
            }
        }
    }

    /// Takes a kept hour in; oldest first.
    pub(super) fn restore(&mut self, hour: u32, flow: Flow) {
        if let Some((done, flow)) = self.newest.replace((hour, flow)) {
            self.before.insert(done, flow);
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (u32, Flow)> {
        self.before.iter().map(|(hour, flow)| (*hour, *flow)).chain(self.newest)
    }

    pub(super) fn mark_all(&mut self) {
        let all: Vec<u32> = self.all().map(|(hour, _)| hour).collect();
        self.dirty.extend(all);
    }

    /// Hours that changed since the last call; `None` for one that is gone.
    pub(super) fn take(&mut self) -> Vec<(u32, Option<Flow>)> {
        if std::mem::take(&mut self.fresh) {
            self.dirty.extend(self.newest.map(|(hour, _)| hour));
        }
        let dirty = std::mem::take(&mut self.dirty);
        dirty.into_iter().map(|hour| (hour, self.of(hour))).collect()
    }

    fn of(&self, hour: u32) -> Option<Flow> {
        let newest = self.newest.filter(|(newest, _)| *newest == hour).map(|(_, flow)| flow);
        newest.or_else(|| self.before.get(&hour).copied())
    }

    /// What came between two instants, in whole hours: the one in which each lies counts.
    pub(super) fn between(&self, from: Timestamp, to: Timestamp) -> Flow {
        let hours = hour(from)..=hour(to);
        let before = self.before.range(hours.clone()).map(|(_, flow)| *flow);
        let newest = self.newest.filter(|(newest, _)| hours.contains(newest)).map(|(_, flow)| flow);
        before.chain(newest).fold(Flow::default(), Flow::plus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Span;

    fn at(hours: i64) -> Timestamp {
        Timestamp::EPOCH.plus(Span::minutes(60 * hours + 7))
    }

    #[test]
    fn hours_are_counted_told_kept_and_forgotten() {
        let mut flows = Flows::default();
        flows.count(at(3), |flow| flow.events += 2);
        flows.count(at(3), |flow| flow.alarms += 1);
        assert_eq!((flows.take().len(), flows.take().len()), (1, 0));
        flows.count(at(5), |flow| flow.events += 5);
        let told: Vec<u32> = flows.take().into_iter().map(|(hour, _)| hour).collect();
        assert_eq!(told, [3, 5]);
        assert_eq!((flows.between(at(3), at(4)).events, flows.between(at(0), at(9)).events), (2, 7));
        let mut again = Flows::default();
        flows.all().for_each(|(hour, flow)| again.restore(hour, flow));
        assert_eq!(again.between(at(0), at(9)), flows.between(at(0), at(9)));
        flows.count(at(3 + i64::from(KEPT) + 1), |flow| flow.events += 1);
        assert_eq!(flows.take()[0], (3, None));
        assert_eq!(flows.between(at(0), at(9)).events, 5);
    }
}
