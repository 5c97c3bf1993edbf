//! What measurements say that no alarm says.
//!
//! - **does**: finds cells that sleep, values that drift, points unlike what a series usually does, observations unlike the others, groups that fail alike.
//! - **takes**: points of series, rows of numbers and the policy.
//! - **gives**: verdicts with the figures that they rest on; nothing where there is too little to judge by.
//! - **never knows**: where samples are kept, what an alarm is, or what becomes of a verdict.

mod chance;
pub mod cohort;
pub mod drift;
pub mod encoder;
pub mod ensemble;
pub mod forest;
pub mod point;
mod rows;
mod scale;
pub mod sleeping;
pub mod subspace;
pub mod watch;

pub use rows::{Ragged, Rows};
