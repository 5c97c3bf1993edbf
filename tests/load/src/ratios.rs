//! The collector beside its peers, in one run on one machine: what matters is the ratio.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

/// Runs a peer's script and gives the figures that it printed, one JSON object a line. Some scripts end with an error because a peer
/// that is of no interest here is not installed: figures that came before count.
fn peer(folder: &Path, script: &str, arguments: &[&str]) -> Result<Vec<Value>> {
    let file = folder.join(script);
    ensure!(
        file.is_file(),
        "{} is not there: --peers names the folder of the peers' scripts",
        file.display()
    );
    let output = Command::new("python3")
        .arg(&file)
        .args(arguments)
        .output()
        .context("python3 cannot be started")?;
    let figures: Vec<Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    ensure!(
        !figures.is_empty(),
        "{script} gave no figures; is what it measures installed? {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(figures)
}

fn median(mut values: Vec<f64>) -> Result<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().context("no figure to take the median of")
}

fn number(figures: &Value, name: &str) -> Result<f64> {
    figures[name].as_f64().with_context(|| format!("{name} is missing in {figures}"))
}

/// Processor time an alarm in batches, ours against Alertmanager's: one after the other, `rounds` times, medians.
pub(crate) fn batches(folder: &Path, rounds: usize, mut ours: impl FnMut() -> Result<Value>) -> Result<Value> {
    let (mut us, mut them) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        us.push(number(&ours()?, "cpu_us_per_alarm")?);
        let figures = peer(folder, "b_alertmanager.py", &["200000"])?;
        them.push(number(figures.first().context("no figure")?, "cpu_us_per_alarm")?);
    }
    let (us, them) = (median(us)?, median(them)?);
    Ok(json!({"bench": "ratio_batches", "rounds": rounds, "cpu_us_per_alarm": us, "alertmanager": them, "ratio": us / them, "promised": 1.0 / 3.0}))
}

/// Processor time a trap at 20,000/s, ours against snmptrapd's.
pub(crate) fn traps(folder: &Path, rounds: usize, mut ours: impl FnMut() -> Result<Value>) -> Result<Value> {
    let (mut us, mut them) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        us.push(number(&ours()?, "cpu_us_per_trap")?);
        for figures in peer(folder, "b_ingest.py", &[])? {
            let offered = figures["offered_per_s"].as_f64().unwrap_or_default();
            if figures["bench"].as_str().is_some_and(|name| name.starts_with("snmptrapd")) && (19_000.0..21_000.0).contains(&offered) {
                them.push(number(&figures, "cpu_us_per_trap")?);
            }
        }
    }
    let (us, them) = (median(us)?, median(them)?);
    Ok(json!({"bench": "ratio_traps", "rounds": rounds, "cpu_us_per_trap": us, "snmptrapd": them, "ratio": us / them, "promised": 0.2}))
}
