//! The store of KPI samples, one per tenant.
//!
//! - **does**: keeps samples durably in files of a day each, compressed; answers ranges, windows, lists and sweeps; drops whole days, forgets
//!   an entity, puts a damaged file aside.
//! - **takes**: samples of known entities, in any order, any of them again.
//! - **gives**: points in order of time, one an instant: the last written.
//! - **never knows**: HTTP, protocols, the topology, what a metric means, or what time it is.
//!
//! What comes in is one blob of a database `front.db` and stays in memory beside it; from time to time it is sorted into the files of its
//! days (`2026-11-22.db`) and leaves the front. `docs/adr/0001-kpi-store.md` says why so.

mod batch;
mod block;
mod days;
mod front;
mod list;
mod marks;
mod mem;
mod merge;
mod partition;
mod read;
mod settle;
mod store;
#[cfg(test)]
mod tests;

use pedkai_core::model::{EntityId, Name, Timestamp};

pub use store::Store;

/// Bounds of a store.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// So many samples wait in the front before they are sorted into their days in the background; at twice as many a write waits for it.
    pub front_samples: usize,
    /// Files that are held open for further questions.
    pub open_files: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            front_samples: 1_000_000,
            open_files: 32,
        }
    }
}

/// What is known of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What is measured.
    pub entity: EntityId,
    /// The metric.
    pub metric: Name,
    /// The system that its newest samples came from; may be empty.
    pub source: Name,
    /// Its first sample.
    pub first: Timestamp,
    /// Its last sample.
    pub last: Timestamp,
}

/// Which series.
#[derive(Clone, Debug, Default)]
pub struct Which {
    /// Of this entity.
    pub entity: Option<EntityId>,
    /// Whose metric contains this, in any case.
    pub text: String,
    /// Those after this metric and entity, in that order.
    pub after: Option<(Name, EntityId)>,
}

/// The samples of one window of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// Where it begins.
    pub at: Timestamp,
    /// Samples in it; at least one.
    pub n: u64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// Their mean.
    pub mean: f64,
    /// Their sum.
    pub sum: f64,
    /// The latest.
    pub last: f64,
}

/// What a store takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes on the disk, with what is put aside.
    pub bytes: u64,
    /// Samples kept; one that was written twice may count twice until its day is settled.
    pub samples: u64,
    /// Days that have a file.
    pub partitions: u64,
    /// Files that were damaged and put aside, by name.
    pub aside: Vec<String>,
}
