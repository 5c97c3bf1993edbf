//! What was promised, and when it breaks.
//!
//! - **does**: finds the promise that an incident endangers first and when that breaks; keeps how long each service was without service by month;
//!   foretells when a measured value will cross its limit.
//! - **takes**: the `slo` policy, the topology, an incident with its alarms and what its cause takes down; a series of samples.
//! - **gives**: clocks made of instants, books by service and month, forecasts with an interval.
//! - **never knows**: the wall clock, who is told, or how what is left of the time is drawn.

mod book;
mod clock;
mod forecast;
mod maintenance;
mod month;
mod outage;
mod outlook;
mod terms;
#[cfg(test)]
mod tests;

pub use book::{Book, Ended, Holder, MonthTally};
pub use clock::{Change, Matter, follow, turn, watch};
pub use forecast::{FEWEST, Forecast, Unforeseen, forecast};
pub use maintenance::{Windows, advance, counted};
pub use month::Month;
pub use outage::{Outage, Tally};
pub use outlook::{AHEAD, KNOWN, Limit, limits, outlook, withdrawn};
pub use terms::{Terms, is_served, terms};
