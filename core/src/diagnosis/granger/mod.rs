//! Which series' past tells another's future.
//!
//! - **does**: tests whether a cause's past tells more of an effect than the effect's own past does (Granger, Econometrica 37, 1969), at
//!   every lag at once; for an incident puts series on one grid, makes them stationary, chooses the lag and weighs all tests together.
//! - **takes**: two series of one step, what is missing as NaN; or named series of points.
//! - **gives**: the four statistics of statsmodels' `grangercausalitytests` with their probabilities, or why there are none; links with
//!   their figures and a sentence.
//! - **never knows**: where series are kept, or what is concluded from them.
//!
//! Only precedence is told, never mechanism: what drives both series at different delays looks like a link. What drives all of a network
//! alike, the hours of the day, is in every model of an incident.

mod align;
mod discovery;
mod factor;
mod judgement;
mod lags;
mod links;
mod moments;
mod stationary;
mod tails;
#[cfg(test)]
mod tests;
mod words;

pub use align::{Aligned, align};
pub use discovery::benjamini_hochberg;
pub use judgement::{Judgement, Told, Verdict};
pub use lags::{Direction, Granger, LagTest, Statistic, Untestable};
pub use links::{Asked, FEWEST, Track, links};
pub use stationary::{Adf, Stationary, adf, changes, stationary};
pub use tails::{Tail, chi2_tail, f_tail};
