//! Cells that are up, say nothing is wrong, and carry no traffic.
//!
//! - **does**: compares a cell's silence with what the same hours of the last days carried.
//! - **takes**: the points of a cell's metrics of the last eight days, the moment, the policy.
//! - **gives**: asleep with its figures, or the reason why not; sources that fell silent as a whole.
//! - **never knows**: why a cell sleeps, what the other cells of the site do, or how samples came.
//!
//! The rule, for one metric: its newest value is zero, or none came for longer than `silence_s` and twice its interval. The baseline is what it
//! had within an hour of that time of day on the seven days before the zeros began, so that a long sleep does not become its own baseline. On the
//! plain scale the Z score of a zero is −mean/deviation, which never reaches −3 where the deviation is above a third of the mean; so it is taken
//! of `ln(1 + x/step)`, where *step* is the metric's resolution, the smallest difference between its values: the unit does not matter.
//!
//! Logarithms make every zero look far away, also of a cell that has three calls an hour. So a zero must be improbable too. Its chance is read from
//! the lowest fifth of the baseline, taken to thin out towards zero as a power (Hill's estimator, Annals of Statistics 3, 1975, at the lower end),
//! and is never less than the share of zeros in the baseline, nor than a Poisson count of its mean has; several zeros in a row multiply. A day that had nothing but zeros is held for an
//! outage and left out, if it was the only one and another weekday: what rests every Sunday, or every night, is not asleep.

mod baseline;
mod cell;
mod sweep;
#[cfg(test)]
mod tests;

pub use cell::{Asleep, Cell, Series, State, judge};
pub use sweep::{SilentSource, Sweep, sweep};
