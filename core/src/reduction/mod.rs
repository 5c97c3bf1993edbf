//! From events to alarms.
//!
//! - **does**: finds the alarm of an identity, counts repeats, pairs clears with raises, holds flapping ones, keeps what operators did.
//! - **takes**: a report whose place in the topology is known, or an operator's command on an alarm.
//! - **gives**: alarm deltas, each with its reason.
//! - **never knows**: where the report came from, incidents, or who looks.

mod command;
mod decide;
mod delta;
mod store;
#[cfg(test)]
mod tests;

pub use command::{Refusal, decide as command};
pub use decide::{AlarmDeltas, Report, Verdict, clock, due, raise_or_clear};
pub use delta::{AlarmDelta, Heard};
pub use store::{Alarms, identity};
