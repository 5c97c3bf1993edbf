//! How well incidents and causes agree with the simulator's truth.
//!
//! Does: runs a simulated network's messages through core, with a clock of its own, and scores what came out. Takes: a network, a seed, a
//! scenario. Gives: figures and, for one run, the differences. Never knows: how core decides, or the simulator's insides.

pub mod campaign;
pub mod nab;
pub mod petshop;
pub mod run;
pub mod score;
pub mod show;
mod snmp;

pub use campaign::{Campaign, Summary};
pub use run::{Played, play};
pub use score::{Score, score};
