//! The API over real HTTP, by the contract.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "helpers of tests fail as tests do"
)]

mod access;
mod alarms;
mod bench;
mod commands;
mod feed;
mod groups;
mod isolation;
mod kpi;
mod rules;
mod scorecard;
mod sla;
mod topology;
