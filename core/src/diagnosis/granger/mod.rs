//! Which series' past tells another's future.
//!
//! - **does**: tests whether a cause's past tells more of an effect than the effect's own past does (Granger, Econometrica 37, 1969), at
//!   every lag at once.
//! - **takes**: two series of one step, what is missing as NaN.
//! - **gives**: the four statistics of statsmodels' `grangercausalitytests` with their probabilities, or why there are none.
//! - **never knows**: whose series they are, or what is concluded from them.

mod factor;
mod lags;
mod moments;
mod tails;

pub use lags::{Direction, Granger, LagTest, Statistic, Untestable};
pub use tails::{Tail, chi2_tail, f_tail};
