//! Groups of things: which fail alike, and how each group stands.
//!
//! - **does**: counts what befell a group by day and says whether that gets worse; sums up what a group of things uses.
//! - **takes**: members with the value they are grouped by (model, firmware, site, any attribute), days counted back from today, readings.
//! - **gives**: a cohort or a group for each value, in the order of values.
//! - **never knows**: where counts come from, or what a thing is.

mod group;
#[cfg(test)]
mod tests;
mod trend;

pub use group::{DAYS, Group, GroupAnomaly, Reading, Service, groups};
pub use trend::{Cohort, Failure, Slope, Trend, WINDOWS, cohorts};
