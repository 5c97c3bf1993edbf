//! The one owner of a tenant's state.
//!
//! - **does**: takes inputs from a bounded queue, decides, folds, appends one record a group commit, answers the senders once it is
//!   durable, wakes for deadlines, hands changed rows to the journal.
//! - **takes**: inputs from listeners and handlers.
//! - **gives**: answers after the commit, and the feed of changed rows.
//! - **never knows**: protocols, HTTP, or what a delta means.

mod clock;
mod collector;
mod facts;
mod feed;
mod flush;
mod past;
mod queue;
mod recover;
mod rest;
mod retire;
mod stats;
mod tenant;
#[cfg(test)]
mod tests;
mod timer;
mod writer;

pub use clock::{Clock, WallClock};
pub use collector::{Engine, Limits};
pub use feed::{Follow, Lines, Live};
pub use past::{Step, StoredEvent, Trace};
pub use stats::{Histogram, HistogramView, Stats};
pub use tenant::{NotTaken, Tenant};
