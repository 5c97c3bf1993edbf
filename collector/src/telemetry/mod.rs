//! What the collector says about itself.
//!
//! - **does**: counts and times what the rooms report, writes logs as one JSON object a line.
//! - **takes**: counts, durations and depths by name; log lines with their fields.
//! - **gives**: the text of `/metrics` (Prometheus exposition format 0.0.4) and lines on stderr.
//! - **never knows**: what the figures mean, or who reads them.

mod json_log;
mod metrics;

pub use json_log::{JsonLog, init};
pub use metrics::{Metrics, Text, metrics};
