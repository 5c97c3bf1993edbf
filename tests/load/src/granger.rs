//! Granger tests beside statsmodels', on the same series in one run: the ratio, and how far the figures are from each other.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use pedkai_core::diagnosis::granger::{Direction, Granger, LagTest};
use serde_json::{Value, json};

const PAIRS: usize = 100;
const N: usize = 2_016;
const LAGS: usize = 12;

/// One after the other: the peer's script on the series that it makes itself, then ours `rounds` times. The least processor time of theirs
/// against the least time by the clock of ours, which other work on the machine can only lengthen.
pub(crate) fn run(peers: &Path, python: &str, rounds: usize) -> Result<Value> {
    let folder = tempfile::tempdir()?;
    for script in ["common.py", "gen.py", "b_granger.py"] {
        // A copy, since the script writes its expectations beside itself.
        std::fs::write(
            folder.path().join(script),
            std::fs::read(peers.join(script)).with_context(|| format!("--peers: no {script} there"))?,
        )?;
    }
    python_says(folder.path(), python, &["-c", "import gen; gen.granger()"])?;
    let said = python_says(folder.path(), python, &["b_granger.py"])?;
    let theirs = said
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .find(|figures| figures["bench"].as_str().is_some_and(|name| name.ends_with("statsmodels")))
        .and_then(|figures| figures["cpu_min_s"].as_f64())
        .with_context(|| format!("b_granger.py gave no figure: {said}"))?;
    let series: Vec<f64> = std::fs::read(folder.path().join("granger.f64"))?
        .as_chunks::<8>()
        .0
        .iter()
        .map(|bytes| f64::from_le_bytes(*bytes))
        .collect();
    ensure!(series.len() == PAIRS * 2 * N, "{} values, {} expected", series.len(), PAIRS * 2 * N);
    let (mut ours, mut tests) = (f64::INFINITY, Vec::new());
    for _ in 0..rounds.max(1) {
        let start = Instant::now();
        tests = all(&series)?;
        ours = ours.min(start.elapsed().as_secs_f64());
    }
    let expected = std::fs::read_to_string(peers.join("expected/granger_expected.csv")).context("--peers: no expected/granger_expected.csv there")?;
    let mut figures = distance(&tests, &expected)?;
    figures["bench"] = json!("granger");
    figures["ours_s"] = json!(ours);
    figures["statsmodels_cpu_s"] = json!(theirs);
    figures["times_faster"] = json!(theirs / ours);
    figures["promised"] = json!(50);
    Ok(figures)
}

fn python_says(folder: &Path, python: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(python)
        .args(arguments)
        .current_dir(folder)
        .env("NOC_BENCH_DATA", folder)
        .output()
        .with_context(|| format!("{python} cannot be started"))?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{python} {arguments:?} failed; are numpy and statsmodels installed? {error}"
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn all(series: &[f64]) -> Result<Vec<LagTest>> {
    let mut tests = Vec::with_capacity(PAIRS * LAGS);
    for pair in series.chunks_exact(2 * N) {
        let (cause, effect) = pair.split_at(N);
        let granger = Granger::new(cause, effect, LAGS);
        for lag in 1..=LAGS {
            tests.push(granger.test(Direction::Forth, lag)?);
        }
    }
    Ok(tests)
}

/// The largest distances, relative; of probabilities below 10⁻¹² in their logarithm. Well-conditioned is where statsmodels' own two F, which
/// are one number by two ways, agree to 10⁻¹⁰.
fn distance(tests: &[LagTest], expected: &str) -> Result<Value> {
    let (mut well, mut stat, mut p, mut worst_of_all) = (0, 0.0_f64, 0.0_f64, 0.0_f64);
    let lines: Vec<&str> = expected.lines().skip(1).collect();
    ensure!(lines.len() == tests.len(), "{} values, {} expected", tests.len(), lines.len());
    for (line, test) in lines.into_iter().zip(tests) {
        let theirs: Vec<f64> = line
            .split(',')
            .skip(2)
            .map(str::parse)
            .collect::<Result<_, _>>()
            .context("a figure is no number")?;
        let [f, _, _, _, _, _, f_params, _] = theirs[..] else {
            anyhow::bail!("{line}: eight figures are expected")
        };
        let sound = ((f - f_params) / f).abs() < 1e-10;
        well += usize::from(sound);
        for (ours, theirs) in [test.f, test.chi2, test.lr, test.f_params].iter().zip(theirs.chunks_exact(2)) {
            let off = ((ours.stat - theirs[0]) / theirs[0]).abs();
            let off_p = if theirs[1] < 1e-12 {
                ours.tail.ln_p / theirs[1].ln() - 1.0
            } else {
                ours.tail.p / theirs[1] - 1.0
            }
            .abs();
            worst_of_all = worst_of_all.max(off).max(off_p);
            if sound {
                (stat, p) = (stat.max(off), p.max(off_p));
            }
        }
    }
    Ok(json!({ "models": tests.len(), "well_conditioned": well, "largest_distance": stat, "largest_distance_p": p, "of_all": worst_of_all }))
}
