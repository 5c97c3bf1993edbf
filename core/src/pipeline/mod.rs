//! Decide, then fold: the one way from an input to a changed state.
//!
//! - **does**: calls the stages in their order, folds each one's deltas before the next looks, names the next deadline.
//! - **takes**: inputs in the order in which the log will hold them, and the log's time.
//! - **gives**: deltas with reasons, an answer for each input, the items and rows that changed.
//! - **never knows**: disks, sockets, clocks, threads. It alone knows the order of the stages.

mod answer;
mod answers;
mod change;
mod changes;
mod clock;
mod command;
mod delta;
mod derived;
mod dirt;
mod event;
mod finding;
mod flow;
mod input;
mod place;
mod promise;
mod record;
mod state;
#[cfg(test)]
mod tests;
mod turn;
mod warm;

pub use answer::Answer;
pub use changes::{Changes, ItemChange, ItemKind, RowChange};
pub use delta::Delta;
pub use flow::Flow;
pub use input::{Documents, Input};
pub use record::{Record, RecordHeader};
pub use state::{RestoreError, SourceStat, State};
pub use turn::{Decided, decide};
