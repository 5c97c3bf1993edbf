use crate::model::{EntityId, EventId, Outcome, Reason, TrackingId};
use crate::topology::PatchProblem;

/// What the sender of an input is told, once the record is durable.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// An event was taken.
    Event {
        /// Its id.
        event_id: EventId,
        /// Its trail.
        tracking_id: TrackingId,
        /// Why it became what it is; `duplicate` when its key was seen before: then the ids are the first one's.
        reason: Reason,
        /// The alarm it is about sits on an entity that is in no inventory.
        unplaced: bool,
    },
    /// A command ended so.
    Command(Outcome),
    /// A topology patch was taken.
    Topology {
        /// Entities and relations that changed.
        changed: usize,
        /// What could not be taken.
        problems: Vec<PatchProblem>,
    },
    /// Documents were taken, or refused with one message a problem.
    Documents(Result<(), Vec<String>>),
    /// What each of the names means, in their order; none where several entities bear it.
    Names(Vec<Option<EntityId>>),
    /// Nothing to tell.
    Done,
}
