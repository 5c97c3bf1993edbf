//! Devices over NETCONF: a real server behind a real sshd, and a device of our own that does what no device should.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "helpers of tests fail the test"
)]

mod audit;
mod fake;
#[cfg(unix)]
mod hold;
mod hostile;
#[cfg(unix)]
mod real;
#[cfg(unix)]
mod server;
