//! The demo's story: calm, a fibre cut, recovery, a power failure that spreads, a flapping port; in
//! between a cell that sleeps; then again.

use super::places::Place;
use super::steps::Step;
use super::{SECOND, Simulation};
use crate::mix::FaultKind;
use crate::topology::Topology;

/// One turn of the story takes so long, in seconds.
pub const TURN_S: u64 = 20 * 60;

/// Kind, seconds into the turn, seconds it lasts.
const ACTS: [(FaultKind, u64, u64); 3] = [
    (FaultKind::FibreCut, 45, 240),
    (FaultKind::SitePower, 420, 390),
    (FaultKind::FlappingPort, 960, 120),
];

/// From when to when in the turn a cell sleeps, seconds.
const ASLEEP_S: (u64, u64) = (300, 1_080);

/// The place a network names for its story.
fn named(topology: &Topology, kind: FaultKind) -> Option<Place> {
    let (_, place) = topology.story.iter().find(|(known, _)| *known == kind)?;
    Place::named(topology, place)
}

impl Simulation {
    pub(super) fn story_begins(&mut self) {
        self.plan_step(self.now, 0, Step::Turn);
    }

    /// Plans one turn and the next one after it.
    pub(super) fn turn(&mut self) {
        for (kind, after_s, lasts_s) in ACTS {
            let place = named(&self.topology, kind).or_else(|| self.place(kind)).or_else(|| {
                // A network without power plants: one device loses its power.
                self.place(FaultKind::NodePower)
            });
            let kind = match place {
                Some(Place::Device(device)) if self.powered_by(&self.device_id(device)).is_empty() => FaultKind::NodePower,
                _ => kind,
            };
            if let Some(place) = place {
                self.begin(kind, place, self.now + after_s * SECOND, Some(lasts_s));
            }
        }
        if let Some(cell) = self.topology.sleeper.clone() {
            let (sleeps, wakes) = (self.now + ASLEEP_S.0 * SECOND, self.now + ASLEEP_S.1 * SECOND);
            self.plan_step(sleeps, 0, Step::Sleep(cell.clone()));
            self.plan_step(wakes, 0, Step::Wake(cell));
        }
        self.plan_step(self.now + TURN_S * SECOND, 0, Step::Turn);
    }
}
