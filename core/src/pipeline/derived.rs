//! What follows from the state alone and is kept beside it so that nobody has to ask twice: the index over incidents, the ways between
//! devices, what a failure takes down.

use super::state::State;
use crate::correlation::Index;
use crate::model::AlarmLookup;
use crate::topology::{ImpactIndex, Wires};

impl State {
    /// Makes what correlation looks at agree with what was folded.
    pub(super) fn refresh(&mut self) {
        if self.index.is_stale() {
            self.index.refresh(&self.incidents, &self.alarms);
        }
    }

    /// Makes the table of ways agree with the topology.
    pub(super) fn rewire(&mut self) {
        if !self.wires.is_current(&self.topology) {
            self.wires = Wires::of(&self.topology);
        }
    }

    /// Makes what is known of impact agree with the topology.
    pub(super) fn remeasure(&mut self) {
        if self.impact.is_stale(&self.topology) {
            self.impact = ImpactIndex::build(&self.topology);
        }
    }

    /// Derives from the topology what decisions will ask for, now rather than with the first incident after a change of it: tens of
    /// milliseconds for ten thousand elements, nothing where all of it is current.
    pub fn prepare(&mut self) {
        self.rewire();
        self.remeasure();
    }

    /// The index over incidents.
    #[must_use]
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// The index over incidents says what incidents and alarms alone say.
    #[must_use]
    pub fn index_follows(&self) -> bool {
        let mut refreshed = self.index.clone();
        refreshed.refresh(&self.incidents, &self.alarms);
        refreshed.same(&self.index_anew())
    }

    /// The index as it follows from incidents and alarms alone.
    pub(super) fn index_anew(&self) -> Index {
        let every = self.alarms.iter().filter_map(|(ix, _)| self.alarms.facts(ix));
        Index::build(&self.incidents, &self.alarms, every)
    }
}
