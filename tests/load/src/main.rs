//! `pedkai-load`: benchmarks of the collector as its senders and seats meet it. Figures go to standard output, one JSON object a line.

mod decide;
mod granger;
mod kpi;
mod latency;
mod polls;
mod ratios;
mod seat;
mod traps;
mod webhook;

use std::io::Write;
use std::path::PathBuf;

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
    /// Decide, fold and encode, without a disk or a socket: alarms of a network of 20,000 elements over a week.
    Decide {
        #[arg(long, default_value_t = 1_000_000)]
        alarms: usize,
        #[arg(long, default_value_t = 5)]
        seed: u64,
        /// Alarms to take instead: id, entity, type, second, label.
        #[arg(long)]
        csv: Option<PathBuf>,
        /// Nothing in the network says which elements are its core.
        #[arg(long)]
        unmarked: bool,
    },
    /// Granger tests of 100 pairs at 12 lags beside statsmodels', and how far the figures are from each other.
    Granger {
        /// The folder of the peers' scripts.
        #[arg(long)]
        peers: PathBuf,
        /// A Python that has numpy and statsmodels.
        #[arg(long, default_value = "python3")]
        python: String,
        #[arg(long, default_value_t = 5)]
        rounds: usize,
    },
    /// The KPI store: a week of samples of many cells in batches, what they take, a week of one series, a sweep over all cells.
    Kpi {
        #[arg(long, default_value_t = 10_000)]
        cells: usize,
        #[arg(long, default_value_t = 20_160_000)]
        samples: usize,
        #[arg(long, default_value_t = 10_000)]
        batch: usize,
        #[arg(long, default_value_t = 5)]
        seed: u64,
        /// CSV files whose columns the samples look like.
        #[arg(long)]
        like: Vec<PathBuf>,
        /// Where to keep the store; a temporary folder unless said.
        #[arg(long)]
        folder: Option<PathBuf>,
    },
    /// Devices that are polled by SNMP v2c, each at an address of its own on this machine.
    Polls {
        #[arg(long, default_value_t = 2_000)]
        targets: u32,
        #[arg(long, default_value_t = 24)]
        interfaces: u32,
        /// Seconds from one poll of a device to the next.
        #[arg(long, default_value_t = 10)]
        interval: u64,
        #[arg(long, default_value_t = 20)]
        seconds: u64,
    },
    /// Batches beside Alertmanager's and traps beside snmptrapd's, in one run.
    Ratios {
        /// The folder of the peers' scripts.
        #[arg(long)]
        peers: PathBuf,
        #[arg(long, default_value_t = 3)]
        rounds: usize,
        /// Seconds of traps.
        #[arg(long, default_value_t = 30)]
        seconds: u64,
    },
    #[command(flatten)]
    Whole(Whole),
}

/// Benchmarks of a collector that runs as a process of its own.
#[derive(Subcommand)]
enum Whole {
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
    /// A workstation's window with many alarms on a large network: its first frame, its copy, memory, rest, from a trap to the pixels, keys
    /// in a storm. Needs Xvfb and xdotool.
    Seat {
        #[arg(long, default_value_t = 100_000)]
        alarms: usize,
        #[arg(long, default_value_t = 60)]
        traps: usize,
    },
}

/// Small pieces of memory come and go by the million: an allocator made for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<()> {
    match Arguments::parse().bench {
        Bench::Decide { alarms, seed, csv, unmarked } => say(&decide::run(alarms, seed, csv.as_ref(), !unmarked)?),
        Bench::Granger { peers, python, rounds } => say(&granger::run(&peers, &python, rounds)?),
        Bench::Kpi {
            cells,
            samples,
            batch,
            seed,
            like,
            folder,
        } => say(&kpi::run(&kpi::Options {
            cells: cells.max(1),
            samples,
            batch: batch.max(1),
            like,
            folder,
            seed,
        })?),
        Bench::Polls {
            targets,
            interfaces,
            interval,
            seconds,
        } => {
            let folder = tempfile::tempdir()?;
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
            say(&runtime.block_on(polls::run(folder.path(), targets, interfaces, interval, seconds))?)
        }
        Bench::Ratios { peers, rounds, seconds } => {
            say(&ratios::batches(&peers, rounds, || whole(Whole::Batches { seconds: 10 }))?)?;
            say(&ratios::traps(&peers, rounds, || whole(Whole::Traps { rate: 20_000, seconds }))?)
        }
        Bench::Whole(bench) => say(&whole(bench)?),
    }
}

fn whole(bench: Whole) -> Result<Value> {
    let folder = tempfile::tempdir()?;
    let collector = Collector::start(&folder.path().join("data"), Some(CONFIG))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    match bench {
        Whole::Batches { seconds } => runtime.block_on(webhook::batches(&collector, seconds)),
        Whole::Singles { rate, seconds } => runtime.block_on(webhook::singles(&collector, rate, seconds)),
        Whole::Traps { rate, seconds } => traps::run(&collector, rate, seconds),
        Whole::Seat { alarms, traps } => runtime.block_on(seat::run(&collector, folder.path(), alarms, traps)),
        Whole::Latency { rate, seconds } => runtime.block_on(latency::run(&collector, rate, seconds)),
    }
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
