//! Polling: devices in memory under a clock that stands until all wait, recorded devices over UDP, net-snmp's agent.
//!
//! `recorded/` holds a walk of a real device from snmpsim's data (BSD-2, see the licence beside it).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "helpers of tests fail the test"
)]

mod device;
mod many;
mod snmpd;
mod steady;
mod stranger;
mod wire;
mod world;
