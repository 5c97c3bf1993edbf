//! What the collector does to the world outside: work that leaves the building.
//!
//! - **does**: carries out what was decided and approved, on devices, step by step, and tells each step as it happens.
//! - **takes**: where and as whom, what to change, a gate that is looked at before every write, a place for the steps.
//! - **gives**: what was done, what a device was left in, and how it is taken back.
//! - **never knows**: who approved, why, what policy says, the log.

pub mod netconf;
