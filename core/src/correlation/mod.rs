//! From alarms to incidents.
//!
//! - **does**: decides which alarms hang together, by time, topology and kind, with a named reason for every link and a bound on what
//!   may hang together.
//! - **takes**: facts of one alarm that was raised, worsened or cleared; the topology; the incidents that stand.
//! - **gives**: incident deltas.
//! - **never knows**: how alarms are reduced, what the cause is, or who looks.

mod card;
mod command;
mod delta;
mod family;
mod find;
mod index;
mod life;
mod place;
mod review;
mod store;
mod tie;
mod vague;

pub use command::{Refusal, decide as command};
pub use delta::IncidentDelta;
pub use index::{Footing, Group, Index, Standing, is_loose, live};
pub use life::{cleared, clock, look_again};
pub use place::{View, place};
pub use review::review;
pub use store::{Incidents, due};
pub use tie::{Role, Tie};
