//! What devices answer when they are asked: tables of counters and gauges become samples.
//!
//! - **does**: names what is asked (IF-MIB, any object), tells a wrapped counter from one that began anew, makes rates, names
//!   the samples.
//! - **takes**: cells of answers, each with the moment it was read and the device's uptime in the same answer.
//! - **gives**: measures, and samples of entities.
//! - **never knows**: sockets, schedules, credentials, the topology, or where samples are kept.

mod counter;
mod interface;
mod memory;
mod object;
mod place;
mod value;

pub use counter::{Count, Moment, NoRate, Pace, Width, rate, restarted};
pub use interface::{Column, Counter, Interface, NARROW, Port, WIDE};
pub use memory::{Measure, Memory, Of, Reading};
pub use object::{Kind, Object, ObjectCell};
pub use place::{Seats, samples};
pub use value::{Read, Value};

#[cfg(test)]
mod tests;
