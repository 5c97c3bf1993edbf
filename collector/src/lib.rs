//! The headless service that hears the network and serves seats.

pub mod cli;
pub mod config;
pub mod effects;
pub mod engine;
pub mod identity;
pub mod journal;
pub mod kpi;
pub mod listen;
pub mod poll;
pub mod serve;
pub mod telemetry;
mod workers;
