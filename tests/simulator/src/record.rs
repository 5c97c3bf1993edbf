//! A run as files: what arrived, the truth beside it, the network to import.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::net::Ipv4Addr;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::engine::{Conditions, Emission, Fault, Options, Simulation, Truth, Unheard};
use crate::forms::{Clock, Transport};

/// A line of `events.jsonl`: one datagram.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// When it arrived, RFC 3339.
    pub at: String,
    /// The same, microseconds since the start.
    pub at_micros: u64,
    /// How it travelled.
    pub transport: Transport,
    /// From where.
    pub from: Ipv4Addr,
    /// Its bytes in hexadecimal.
    pub bytes: String,
}

impl Arrival {
    /// The bytes themselves.
    ///
    /// # Errors
    /// When they are not hexadecimal.
    pub fn decode(&self) -> Result<Vec<u8>> {
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let pair = |pair: &[u8]| match pair {
            [high, low] => digit(*high).zip(digit(*low)).map(|(high, low)| high * 16 + low),
            _ => None,
        };
        self.bytes
            .as_bytes()
            .chunks(2)
            .map(pair)
            .collect::<Option<_>>()
            .context("bytes are no hexadecimal")
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

/// A line of `truth.jsonl`. The `message` lines are in the order of `events.jsonl`, one for each of its lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "lowercase")]
pub enum TruthLine {
    /// A message that arrived.
    Message(Truth),
    /// A message nobody heard.
    Unheard(Unheard),
    /// A fault, as it stood at the end of the run.
    Fault(Fault),
}

#[derive(Serialize)]
struct Run<'a> {
    topology: &'a str,
    devices: usize,
    links: usize,
    seed: u64,
    minutes: Option<u64>,
    start: String,
    conditions: &'a Conditions,
}

/// What a recording came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Datagrams that arrived.
    pub arrived: u64,
    /// Messages nobody heard.
    pub unheard: u64,
    /// Faults.
    pub faults: usize,
}

/// Runs a simulation to its end into a folder: `events.jsonl`, `truth.jsonl`, `run.json` and `topology/`.
///
/// # Errors
/// When the run has no end, or a file cannot be written.
pub fn record(mut run: Simulation, options: &Options, folder: &Path) -> Result<Summary> {
    if options.minutes.is_none() {
        bail!("a run without end cannot be recorded");
    }
    run.topology().write(&folder.join("topology"))?;
    let create = |name: &str| -> Result<BufWriter<File>> {
        let path = folder.join(name);
        Ok(BufWriter::new(File::create(&path).with_context(|| format!("cannot write {}", path.display()))?))
    };
    let (mut events, mut truth) = (create("events.jsonl")?, create("truth.jsonl")?);
    let mut summary = Summary::default();
    for emission in run.by_ref() {
        let Emission {
            at_micros,
            transport,
            from,
            bytes,
            truth: told,
        } = emission;
        let clock = Clock::new(options.origin_micros.saturating_add(i64::try_from(at_micros)?));
        let arrival = Arrival {
            at: clock.rfc3339(),
            at_micros,
            transport,
            from,
            bytes: hex(&bytes),
        };
        line(&mut events, &arrival)?;
        line(&mut truth, &TruthLine::Message(told))?;
        summary.arrived += 1;
    }
    for unheard in run.take_unheard() {
        line(&mut truth, &TruthLine::Unheard(unheard))?;
        summary.unheard += 1;
    }
    for fault in run.faults() {
        line(&mut truth, &TruthLine::Fault(fault.clone()))?;
        summary.faults += 1;
    }
    events.flush()?;
    truth.flush()?;
    let mut about = create("run.json")?;
    let topology = run.topology();
    line(
        &mut about,
        &Run {
            topology: &topology.name,
            devices: topology.devices.len(),
            links: topology.links.len(),
            seed: options.seed,
            minutes: options.minutes,
            start: Clock::new(options.origin_micros).rfc3339(),
            conditions: run.conditions(),
        },
    )?;
    about.flush()?;
    Ok(summary)
}

fn line(out: &mut impl Write, value: &impl Serialize) -> Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")?;
    Ok(())
}

/// The datagrams of a recorded run, in order.
///
/// # Errors
/// When `events.jsonl` cannot be read.
pub fn arrivals(folder: &Path) -> Result<impl Iterator<Item = Result<Arrival>>> {
    let path = folder.join("events.jsonl");
    let file = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(BufReader::new(file).lines().map(|line| Ok(serde_json::from_str(&line?)?)))
}

/// The truth of a recorded run.
///
/// # Errors
/// When `truth.jsonl` cannot be read.
pub fn truth(folder: &Path) -> Result<Vec<TruthLine>> {
    let path = folder.join("truth.jsonl");
    let file = File::open(&path).with_context(|| format!("cannot read {}", path.display()))?;
    BufReader::new(file).lines().map(|line| Ok(serde_json::from_str(&line?)?)).collect()
}
