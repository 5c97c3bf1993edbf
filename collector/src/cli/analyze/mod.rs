//! Offline analysis: the same code as the live detectors, for files.
//!
//! - **does**: reads a CSV file, asks `core`, prints the answer on stdout in full precision.
//! - **takes**: arguments and files; times as RFC 3339, `YYYY-MM-DD HH:MM:SS` (UTC) or epoch seconds; an empty or NaN value is no sample.
//! - **gives**: CSV or JSON on stdout, progress and warnings on stderr, a message and an exit code where the input is of no use.
//! - **never knows**: a collector, a data folder, the wall clock.

mod alarm_causes;
mod detect;
mod forest;
mod granger;
mod rca;
mod table;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(super) enum Analyze {
    /// Which types of alarm bring about which? Prints CSV: cause,effect,score; from 0.5 on it is held to be a cause
    AlarmCauses(alarm_causes::Options),
    /// How strange is each value by those before it? Prints timestamp,value,score: 0 to 1, an alarm is due from 0.5 on
    Detect(detect::Options),
    /// How strange is each row among the others, by an isolation forest grown on the file? Prints its columns and score (0 to 1, higher: stranger)
    Forest(forest::Options),
    /// Does one column's past tell another's future? Prints JSON: {n, warnings, lags:[{lag, f:{stat,p}, chi2, lr, f_params}]}
    Granger(granger::Options),
    /// Which entity's measurements explain the trouble? Prints JSON: {ranked:[{entity, score, why}]}
    Rca(rca::Options),
}

pub(super) fn run(command: Analyze) -> anyhow::Result<()> {
    match command {
        Analyze::AlarmCauses(options) => alarm_causes::run(&options),
        Analyze::Detect(options) => detect::run(&options),
        Analyze::Forest(options) => forest::run(&options),
        Analyze::Granger(options) => granger::run(&options),
        Analyze::Rca(options) => rca::run(&options),
    }
}
