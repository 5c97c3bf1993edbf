//! `pedkai-load`: benchmarks of the collector as its senders and seats meet it. Figures go to standard output, one JSON object a line.

mod latency;
mod traps;
mod webhook;

use std::io::Write;

use anyhow::Result;
use clap::{Parser, Subcommand};
use pedkai_e2e::Collector;
use serde_json::Value;

#[derive(Parser)]
#[command(about)]
struct Arguments {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Subcommand)]
enum Bench {
    /// Batches of 1,000 over 50,000 identities, the feed open throughout.
    Batches {
        #[arg(long, default_value_t = 10)]
        seconds: u64,
    },
    /// Single posts at a constant rate.
    Singles {
        #[arg(long, default_value_t = 2_000)]
        rate: u64,
        #[arg(long, default_value_t = 30)]
        seconds: u64,
    },
    /// SNMP v2c traps at a constant rate.
    Traps {
        #[arg(long, default_value_t = 20_000)]
        rate: u64,
        #[arg(long, default_value_t = 60)]
        seconds: u64,
    },
    /// From a trap to its incident with hypotheses and report on the feed, while other events come in.
    Latency {
        #[arg(long, default_value_t = 5_000)]
        rate: u64,
        #[arg(long, default_value_t = 30)]
        seconds: u64,
    },
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let folder = tempfile::tempdir()?;
    let collector = Collector::start(&folder.path().join("data"), Some(CONFIG))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let figures = match arguments.bench {
        Bench::Batches { seconds } => runtime.block_on(webhook::batches(&collector, seconds))?,
        Bench::Singles { rate, seconds } => runtime.block_on(webhook::singles(&collector, rate, seconds))?,
        Bench::Traps { rate, seconds } => traps::run(&collector, rate, seconds)?,
        Bench::Latency { rate, seconds } => runtime.block_on(latency::run(&collector, rate, seconds))?,
    };
    say(&figures)
}

/// The limits that guard an open network are lifted: here they would be what is measured.
const CONFIG: &str = "[limits]\nkey_per_s = 1000000\n";

fn say(figures: &Value) -> Result<()> {
    writeln!(std::io::stdout(), "{figures}")?;
    Ok(())
}

/// The value below which `part` (0..1) of the sorted values lie.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * part).round() as usize).copied().unwrap_or(f64::NAN)
}
