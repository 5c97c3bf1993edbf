//! A network that speaks real SNMP and syslog, with the truth beside it.
//!
//! Does: simulates devices, faults and the wire. Takes: a topology and a seed. Gives: bytes and, beside them, the truth.
//! Never knows: who listens, or what they make of it.

pub mod ber;
mod engine;
pub mod flood;
pub mod forms;
pub mod kpi;
pub mod mix;
pub mod play;
pub mod record;
pub mod rng;
pub mod topology;

pub use engine::{Cause, Conditions, Emission, Fault, Options, Scenario, Simulation, TURN_S, Truth, Unheard};
