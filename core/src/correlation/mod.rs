//! From alarms to incidents.
//!
//! - **does**: decides which alarms hang together, by time, topology and kind, with a named reason for every link and a bound on what
//!   may hang together.
//! - **takes**: facts of one alarm that was raised, worsened or cleared; the topology; the incidents that stand.
//! - **gives**: incident deltas.
//! - **never knows**: how alarms are reduced, what the cause is, or who looks.

mod command;
mod delta;
mod place;
mod store;

pub use command::{Refusal, decide as command};
pub use delta::IncidentDelta;
pub use place::{View, cleared, clock, look_again, place};
pub use store::{Incidents, due};
