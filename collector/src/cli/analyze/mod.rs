//! Offline analysis: the same code as the live detectors, for files.
//!
//! - **does**: reads a CSV file, asks `core`, prints the answer on stdout in full precision.
//! - **takes**: arguments and files; times as RFC 3339, `YYYY-MM-DD HH:MM:SS` (UTC) or epoch seconds; an empty or NaN value is no sample.
//! - **gives**: CSV or JSON on stdout, progress and warnings on stderr, a message and an exit code where the input is of no use.
//! - **never knows**: a collector, a data folder, the wall clock.

mod detect;
mod granger;
mod table;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(super) enum Analyze {
    /// How strange is each value by those before it? Prints timestamp,value,score: 0 to 1, an alarm is due from 0.5 on
    Detect(detect::Options),
    /// Does one column's past tell another's future? Prints JSON: {n, warnings, lags:[{lag, f:{stat,p}, chi2, lr, f_params}]}
    Granger(granger::Options),
}

pub(super) fn run(command: Analyze) -> anyhow::Result<()> {
    match command {
        Analyze::Detect(options) => detect::run(&options),
        Analyze::Granger(options) => granger::run(&options),
    }
}
