//! The listeners with real senders: net-snmp's commands and util-linux's logger, where they are installed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "helpers of tests fail the test"
)]

mod engine;
mod snmp;
mod syslog;
mod world;
