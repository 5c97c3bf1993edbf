//! The PetShop data set (Hardt et al., CLeaR 2024): causes of real faults of a shop of microservices.
//!
//! Does: writes each fault as the files that `pedkai-collector analyze rca` takes, has it ranked by that program, and counts how often the
//! true cause is named first and among the first three. Takes: the data set's folder, the program. Gives: figures. Never knows: how causes
//! are ranked.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// How a fault is told to the program.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Telling {
    /// In words.
    pub name: &'static str,
    /// What was usual is moved to just before the fault; else it lies where it was measured, months away.
    pub before: bool,
    /// Noticed so many seconds later.
    pub late: i64,
    /// Every statistic (p50 … p99) is a metric of its own; else averages and sums alone are told.
    pub every: bool,
    /// Where it was noticed is told.
    pub symptom: bool,
}

/// The ways in which each fault is told.
pub const TELLINGS: [Telling; 6] = [
    told("reference before it", true, 0, false, true),
    told("reference where it was measured", false, 0, false, true),
    told("five minutes late", true, 300, false, true),
    told("every statistic", true, 0, true, true),
    told("every statistic, reference where it was measured", false, 0, true, true),
    told("no word of the symptom", true, 0, false, false),
];

const fn told(name: &'static str, before: bool, late: i64, every: bool, symptom: bool) -> Telling {
    Telling {
        name,
        before,
        late,
        every,
        symptom,
    }
}

/// A fault, and where its true cause came in the ranking.
#[derive(Clone, Debug)]
pub struct Fault {
    /// `train` or `test`, and its folder.
    pub name: String,
    /// `latency` or `availability`.
    pub metric: String,
    /// The true cause.
    pub cause: String,
    /// Its place, 0 for the first; `None` where it is not named.
    pub place: Option<usize>,
    /// Who was named first, and why.
    pub first: String,
}

/// Time, entity, metric and statistic, value: as the file has them.
type Rows = Vec<(f64, String, String, String, String)>;

/// The program beside the one that runs.
///
/// # Errors
/// It was not built.
pub fn collector() -> Result<PathBuf> {
    let name = format!("pedkai-collector{}", std::env::consts::EXE_SUFFIX);
    let own = std::env::current_exe()?;
    let found = own.ancestors().skip(1).take(2).map(|folder| folder.join(&name)).find(|file| file.is_file());
    found.with_context(|| {
        format!(
            "{name} is not beside {}: build it first (cargo build -p pedkai-collector), or name it",
            own.display()
        )
    })
}

fn read(path: &Path) -> Result<Rows> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path)?;
    let lines: Vec<csv::StringRecord> = reader
        .records()
        .collect::<std::result::Result<_, _>>()
        .with_context(|| path.display().to_string())?;
    let [entities, metrics, statistics, _, rows @ ..] = lines.as_slice() else {
        bail!("{} has no four lines of header", path.display());
    };
    let mut found = Rows::new();
    for row in rows {
        let at: f64 = row[0].parse().with_context(|| path.display().to_string())?;
        for (column, value) in row.iter().enumerate().skip(1).filter(|(_, value)| !value.is_empty()) {
            found.push((
                at,
                entities[column].to_owned(),
                metrics[column].to_owned(),
                statistics[column].to_owned(),
                value.to_owned(),
            ));
        }
    }
    Ok(found)
}

/// The rows of a matrix that says who calls whom, as pairs.
fn graph(path: &Path) -> Result<Vec<(String, String)>> {
    let mut reader = csv::Reader::from_path(path)?;
    let callees = reader.headers()?.clone();
    let mut pairs = Vec::new();
    for row in reader.records() {
        let row = row?;
        let called = row
            .iter()
            .zip(&callees)
            .skip(1)
            .filter(|(cell, _)| cell.parse::<f64>().is_ok_and(|calls| calls > 0.0));
        pairs.extend(called.map(|(_, callee)| (row[0].to_owned(), callee.to_owned())));
    }
    Ok(pairs)
}

/// Has every fault ranked.
///
/// # Errors
/// A file that is missing or not as the data set has it; a program that fails.
pub fn judge(program: &Path, folder: &Path, telling: Telling) -> Result<Vec<Fault>> {
    let work = tempfile::tempdir()?;
    let callers = work.path().join("graph.csv");
    let mut file = csv::Writer::from_path(&callers)?;
    file.write_record(["caller", "callee"])?;
    for (caller, callee) in graph(&folder.join("graph.csv"))? {
        file.write_record([caller, callee])?;
    }
    file.flush()?;
    let usual = read(&folder.join("noissue/metrics.csv"))?;
    let mut faults = Vec::new();
    for half in ["train", "test"] {
        for issue in 0.. {
            let name = format!("{half}/issue_{issue}");
            let case = folder.join(&name);
            if !case.join("target.json").is_file() {
                break;
            }
            let fault = one(program, &case, &usual, (work.path(), callers.as_path()), telling).with_context(|| name.clone())?;
            faults.push(Fault { name, ..fault });
        }
    }
    Ok(faults)
}

fn one(program: &Path, case: &Path, usual: &Rows, (work, callers): (&Path, &Path), telling: Telling) -> Result<Fault> {
    let target: Value = serde_json::from_str(&std::fs::read_to_string(case.join("target.json"))?)?;
    let text = |pointer: &str| {
        target
            .pointer(pointer)
            .and_then(Value::as_str)
            .map(str::to_owned)
            .with_context(|| format!("no {pointer}"))
    };
    let (node, metric, statistic, cause) = (text("/target/node")?, text("/target/metric")?, text("/target/agg")?, text("/root_cause/node")?);
    let at = target.pointer("/target/timestamp").and_then(Value::as_i64).context("no timestamp")?;
    let measured = read(&case.join("metrics.csv"))?;
    let first = measured.iter().map(|row| row.0).fold(f64::INFINITY, f64::min);
    let last = usual.iter().map(|row| row.0).fold(f64::NEG_INFINITY, f64::max);
    let moved = if telling.before { first - 300.0 - last } else { 0.0 };
    let path = work.join("metrics.csv");
    let mut file = csv::Writer::from_path(&path)?;
    file.write_record(["time", "entity", "metric", "value"])?;
    let named = |metric: &str, statistic: &str| match telling.every {
        true => format!("{metric}_{statistic}"),
        false => metric.to_owned(),
    };
    for (rows, moved) in [(usual, moved), (&measured, 0.0)] {
        for (time, entity, metric, statistic, value) in rows {
            if telling.every || statistic == "Average" || statistic == "Sum" {
                file.write_record([&(time + moved).to_string(), entity, &named(metric, statistic), value])?;
            }
        }
    }
    file.flush()?;
    let mut asked = Command::new(program);
    asked.args(["analyze", "rca", "--metrics"]).arg(&path).arg("--graph").arg(callers);
    asked.args(["--at", &(at + telling.late).to_string()]);
    if telling.symptom {
        asked.args(["--symptom", &format!("{node}:{}", named(&metric, &statistic))]);
    }
    let answered = asked.output().with_context(|| program.display().to_string())?;
    if !answered.status.success() {
        bail!("{}", String::from_utf8_lossy(&answered.stderr));
    }
    let answer: Value = serde_json::from_slice(&answered.stdout)?;
    let ranked = answer["ranked"].as_array().context("no ranking")?;
    let first = ranked
        .first()
        .map_or_else(String::new, |first| format!("{}: {}", first["entity"], first["why"]));
    Ok(Fault {
        name: String::new(),
        metric,
        place: ranked.iter().position(|named| named["entity"] == cause.as_str()),
        cause,
        first,
    })
}

/// The share of the faults of a metric whose cause is among so many first.
#[must_use]
pub fn share(faults: &[Fault], metric: &str, places: usize) -> f64 {
    let right: Vec<bool> = faults
        .iter()
        .filter(|fault| fault.metric == metric)
        .map(|fault| fault.place.is_some_and(|place| place < places))
        .collect();
    right.iter().filter(|right| **right).count() as f64 / right.len().max(1) as f64
}

/// Top-1 and top-3 of both metrics in one line; with `misses`, each fault whose cause was not named first.
#[must_use]
pub fn table(telling: Telling, faults: &[Fault], misses: bool) -> String {
    let of = |metric: &str| format!("{metric} top-1 {:.3} top-3 {:.3}", share(faults, metric, 1), share(faults, metric, 3));
    let mut text = format!("{:50} {}   {}\n", telling.name, of("latency"), of("availability"));
    for fault in faults.iter().filter(|fault| misses && fault.place != Some(0)) {
        let place = fault.place.map_or_else(|| "not named".to_owned(), |place| format!("place {}", place + 1));
        let _ = writeln!(
            text,
            "  {} {}: {} is at {place}; first is {}",
            fault.name, fault.metric, fault.cause, fault.first
        );
    }
    text
}
