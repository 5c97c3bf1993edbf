//! The simulator on the command line.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};
use pedkai_simulator::flood::{Flood, flood};
use pedkai_simulator::mix::FaultKind;
use pedkai_simulator::play::{Sender, Targets, play};
use pedkai_simulator::topology::{Topology, generate};
use pedkai_simulator::{Options, Scenario, Simulation, record};

/// A network that speaks real SNMP and syslog, with the truth beside it.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct Run {
    /// A GraphML file, a folder with entities.csv and relations.csv, or builtin:NAME (demo, ring-access-200, mesh-50,
    /// hub-spoke-80, isp-500 …).
    #[arg(long)]
    topology: Option<String>,
    /// Where all chance comes from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// mix, clean, rough, calm, nothing, several, story, or one kind of fault.
    #[arg(long, default_value = "mix")]
    scenario: String,
    /// One fault by hand, KIND@EXTERNAL_ID[@AFTER_S[@LASTS_S]], e.g. fibre-cut@n0--n1@30@300; may be repeated. With
    /// --scenario nothing, all there is.
    #[arg(long)]
    fault: Vec<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Writes a run into a folder: events.jsonl, truth.jsonl, run.json, topology/.
    Generate {
        #[command(flatten)]
        run: Run,
        /// How long it lasts.
        #[arg(long, default_value_t = 60)]
        minutes: u64,
        /// Where to write.
        #[arg(long)]
        out: PathBuf,
    },
    /// Sends a recorded run, or a new one, through real sockets.
    Play {
        /// A folder written by `generate`.
        folder: Option<PathBuf>,
        #[command(flatten)]
        run: Run,
        /// How long a new one lasts; without it, until stopped.
        #[arg(long)]
        minutes: Option<u64>,
        /// Where traps go.
        #[arg(long)]
        snmp: Option<SocketAddr>,
        /// Where syslog goes.
        #[arg(long)]
        syslog: Option<SocketAddr>,
        /// How many times faster than life.
        #[arg(long, default_value_t = 1.0)]
        speed: f64,
    },
    /// Sends SNMPv2c traps at a constant rate.
    Flood {
        /// Where to.
        #[arg(long)]
        snmp: SocketAddr,
        /// Traps a second.
        #[arg(long, default_value_t = 20_000)]
        rate: u64,
        /// For how long.
        #[arg(long, default_value_t = 10)]
        seconds: u64,
        /// Different ports that go down and up.
        #[arg(long, default_value_t = 5_000)]
        ports: u32,
        /// Different source addresses.
        #[arg(long, default_value_t = 1)]
        sources: u32,
    },
    /// Writes a network as a folder to import.
    Topology {
        /// ring-access, mesh, hub-spoke or isp.
        #[arg(long)]
        kind: Option<String>,
        /// How many devices.
        #[arg(long, default_value_t = 100)]
        nodes: usize,
        /// Instead of a kind: a GraphML file, a folder or builtin:NAME, filled in.
        #[arg(long)]
        topology: Option<String>,
        /// Where all chance comes from.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Where to write.
        #[arg(long)]
        out: PathBuf,
    },
}

fn now_micros() -> i64 {
    jiff::Timestamp::now().as_microsecond()
}

fn options(run: &Run, minutes: Option<u64>) -> Result<Options> {
    Ok(Options {
        seed: run.seed,
        scenario: Scenario::named(&run.scenario)?,
        minutes,
        ..Options::default()
    })
}

fn open(run: &Run) -> Result<Topology> {
    match &run.topology {
        Some(path) => Topology::open(path, run.seed),
        None => bail!("--topology says which network; builtin:demo is always there"),
    }
}

fn simulate(run: &Run, options: Options) -> Result<Simulation> {
    let mut simulation = Simulation::new(open(run)?, options);
    for fault in &run.fault {
        let mut parts = fault.split('@');
        let (Some(kind), Some(place)) = (parts.next(), parts.next()) else {
            bail!("--fault {fault}: say KIND@EXTERNAL_ID");
        };
        let Some(kind) = FaultKind::ALL.into_iter().find(|known| known.name() == kind) else {
            bail!("--fault {fault}: there is no fault {kind}");
        };
        let seconds = |text: Option<&str>| text.map(str::parse::<u64>).transpose();
        let after = seconds(parts.next()).with_context(|| format!("--fault {fault}: the third part is seconds"))?;
        let lasts = seconds(parts.next()).with_context(|| format!("--fault {fault}: the fourth part is seconds"))?;
        simulation.inject(kind, place, after.unwrap_or(5), lasts)?;
    }
    Ok(simulation)
}

fn main() -> ExitCode {
    match execute() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do when even that cannot be said.
            let _ = writeln!(std::io::stderr(), "pedkai-simulator: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn execute() -> Result<()> {
    let mut out = std::io::stdout().lock();
    match Cli::parse().command {
        Command::Generate { run, minutes, out: folder } => {
            let options = options(&run, Some(minutes))?;
            let done = record::record(simulate(&run, options.clone())?, &options, &folder)?;
            let (arrived, unheard, faults) = (done.arrived, done.unheard, done.faults);
            writeln!(out, "{arrived} messages arrived, {unheard} nobody heard, {faults} faults: {}", folder.display())?;
        }
        Command::Play {
            folder,
            run,
            minutes,
            snmp,
            syslog,
            speed,
        } => {
            let speed_percent = (speed.clamp(0.01, 1_000_000.0) * 100.0) as u64;
            let mut sender = Sender::new(Targets { snmp, syslog })?;
            let (stop, sent) = (AtomicBool::new(false), AtomicU64::new(0));
            if let Some(folder) = folder {
                let mut datagrams = Vec::new();
                for arrival in record::arrivals(&folder)? {
                    let arrival = arrival?;
                    datagrams.push((arrival.at_micros, arrival.transport, arrival.from, arrival.decode()?));
                }
                play(datagrams.into_iter(), &mut sender, speed_percent, &stop, &sent);
            } else {
                let options = Options {
                    origin_micros: now_micros(),
                    speed_percent,
                    ..options(&run, minutes)?
                };
                let simulation = simulate(&run, options)?;
                let datagrams = simulation.map(|sent| (sent.at_micros, sent.transport, sent.from, sent.bytes));
                play(datagrams, &mut sender, speed_percent, &stop, &sent);
            }
            writeln!(out, "{} messages sent", sent.load(Ordering::Relaxed))?;
        }
        Command::Flood {
            snmp,
            rate,
            seconds,
            ports,
            sources,
        } => {
            let done = flood(&Flood {
                target: snmp,
                rate,
                seconds,
                ports,
                sources,
            })?;
            let (sent, refused, millis) = (done.sent, done.refused, done.micros / 1_000);
            writeln!(out, "{{\"sent\":{sent},\"refused\":{refused},\"millis\":{millis}}}")?;
        }
        Command::Topology {
            kind,
            nodes,
            topology,
            seed,
            out: folder,
        } => {
            let network = match (kind, topology) {
                (Some(kind), None) => match generate::Kind::named(&kind) {
                    Some(kind) => {
                        let mut network = generate::generate(kind, nodes, seed);
                        network.dress(seed);
                        network
                    }
                    None => bail!("there is no kind {kind}; there are ring-access, mesh, hub-spoke, isp"),
                },
                (None, Some(path)) => Topology::open(&path, seed)?,
                (None, None) | (Some(_), Some(_)) => bail!("either --kind or --topology says which network"),
            };
            network.write(&folder)?;
            writeln!(out, "{} devices, {} links: {}", network.devices.len(), network.links.len(), folder.display())?;
        }
    }
    Ok(())
}
