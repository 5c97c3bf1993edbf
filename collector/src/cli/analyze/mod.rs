//! Offline analysis: the same code as the live detectors, for files.
//!
//! - **does**: reads a CSV file, asks `core`, prints the answer on stdout in full precision.
//! - **takes**: arguments and files; times as RFC 3339, `YYYY-MM-DD HH:MM:SS` (UTC) or epoch seconds; an empty or NaN value is no sample.
//! - **gives**: CSV or JSON on stdout, progress and warnings on stderr, a message and an exit code where the input is of no use.
//! - **never knows**: a collector, a data folder, the wall clock.

mod granger;
mod table;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(super) enum Analyze {
    /// Does one column's past tell another's future? Prints JSON: {n, warnings, lags:[{lag, f:{stat,p}, chi2, lr, f_params}]}
    Granger(granger::Options),
}

pub(super) fn run(command: Analyze) -> anyhow::Result<()> {
    match command {
        Analyze::Granger(options) => granger::run(&options),
    }
}
