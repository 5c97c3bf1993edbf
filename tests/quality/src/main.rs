//! Quality figures on the command line.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use pedkai_quality::{Campaign, nab, petshop, play, score, show};

/// Networks and seeds for tuning; judging uses others.
const TUNING: [&str; 6] = ["ring-access/90", "ring-access/220", "mesh/60", "hub-spoke/80", "isp/120", "isp/320"];
const JUDGING: [&str; 8] = [
    "ring-access/60",
    "ring-access/150",
    "mesh/40",
    "mesh/140",
    "hub-spoke/50",
    "hub-spoke/160",
    "isp/90",
    "isp/240",
];

/// How well incidents and causes agree with the simulator's truth.
#[derive(Parser)]
#[command(about)]
struct Cli {
    #[command(subcommand)]
    other: Option<Other>,
    /// One run, with its differences.
    #[arg(long)]
    seed: Option<u64>,
    /// Networks; without any, those for tuning.
    #[arg(long)]
    network: Vec<String>,
    /// The networks and seeds for judging.
    #[arg(long)]
    judge: bool,
    /// How many seeds a network is played with.
    #[arg(long, default_value_t = 10)]
    runs: u64,
    /// The first of them.
    #[arg(long)]
    from: Option<u64>,
    /// What is played.
    #[arg(long, default_value = "mix")]
    scenario: String,
    /// For how many minutes.
    #[arg(long, default_value_t = 60)]
    minutes: u64,
    /// Every fault, not only those that went wrong.
    #[arg(long)]
    all: bool,
    /// Of every run, the faults whose root was not named first.
    #[arg(long)]
    misses: bool,
    /// Reports too.
    #[arg(long)]
    reports: bool,
    /// Figures as JSON.
    #[arg(long)]
    json: bool,
}

/// What is measured on files instead.
#[derive(Subcommand)]
enum Other {
    /// Strange points: the score of the Numenta Anomaly Benchmark, by its three profiles and file by file
    Nab {
        /// The benchmark's folder; without it, data/nab below the folder that PEDKAI_SHARED names
        folder: Option<PathBuf>,
    },
    /// Causes from time series: PetShop's faults through the files of `pedkai-collector analyze rca`, told in several ways
    Petshop {
        /// The data set's folder; without it, data/petshop/low_traffic below the folder that PEDKAI_SHARED names
        folder: Option<PathBuf>,
        /// The program; without it, the one beside this
        #[arg(long)]
        collector: Option<PathBuf>,
        /// The faults whose cause was not named first
        #[arg(long)]
        misses: bool,
    },
}

/// A folder of the shared data.
fn shared(folder: Option<PathBuf>, name: &str) -> Result<PathBuf> {
    match folder {
        Some(folder) => Ok(folder),
        None => Ok(PathBuf::from(std::env::var_os("PEDKAI_SHARED").context("name the folder, or set PEDKAI_SHARED")?).join(name)),
    }
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    let mut out = std::io::stdout().lock();
    match cli.other {
        Some(Other::Nab { folder }) => {
            let files = nab::load(&shared(folder, "data/nab")?)?;
            write!(out, "{}", nab::table(&files))?;
            return Ok(());
        }
        Some(Other::Petshop { folder, collector, misses }) => {
            let folder = shared(folder, "data/petshop/low_traffic")?;
            let program = collector.map_or_else(petshop::collector, Ok)?;
            for telling in petshop::TELLINGS {
                write!(out, "{}", petshop::table(telling, &petshop::judge(&program, &folder, telling)?, misses))?;
            }
            return Ok(());
        }
        None => {}
    }
    let networks = match (cli.network.is_empty(), cli.judge) {
        (false, _) => cli.network.clone(),
        (true, false) => TUNING.map(str::to_owned).to_vec(),
        (true, true) => JUDGING.map(str::to_owned).to_vec(),
    };
    if let Some(seed) = cli.seed {
        for network in &networks {
            let played = play(network, seed, &cli.scenario, cli.minutes)?;
            writeln!(out, "{}", show::line(&score(&played)))?;
            write!(out, "{}", show::difference(&played, cli.all))?;
            if cli.reports {
                for incident in played.incidents.values() {
                    writeln!(out, "── {}\n{}\n", incident.title, incident.report)?;
                }
            }
        }
        return Ok(());
    }
    let from = cli.from.unwrap_or(if cli.judge { 10_000 } else { 1 });
    let campaign = Campaign {
        networks,
        seeds: (from..from + cli.runs).collect(),
        scenario: cli.scenario,
        minutes: cli.minutes,
    };
    let summary = campaign.play(|played, score| {
        if cli.misses {
            let _ = write!(out, "{}", show::misses(played, score, cli.all));
        } else if !cli.json {
            let _ = writeln!(out, "{}", show::line(score));
        }
    })?;
    match cli.json {
        true => writeln!(out, "{}", serde_json::to_string_pretty(&summary)?)?,
        false => write!(out, "{}", show::table(&summary))?,
    }
    Ok(())
}
