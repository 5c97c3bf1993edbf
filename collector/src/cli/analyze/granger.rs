use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use pedkai_core::diagnosis::granger::{Direction, FEWEST, Granger, LagTest, Statistic, Untestable, adf, changes};
use serde_json::{Value, json};

use super::super::{note, say};
use super::table::Table;

#[derive(Debug, Args)]
pub(in crate::cli) struct Options {
    /// CSV with a header; rows in order of time, one step apart; a row without either value is a gap
    file: PathBuf,
    /// The column asked to be the cause
    #[arg(long, value_name = "COL")]
    cause: String,
    /// The column asked to be the effect
    #[arg(long, value_name = "COL")]
    effect: String,
    /// Lags 1 to N are tested, in rows
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=500))]
    max_lag: u16,
    /// Take each row's change from the one before instead of its value, D times
    #[arg(long, value_name = "D", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=4))]
    difference: u8,
}

/// A series whose probability of a random walk is as high as this deserves a word.
const WANDERS: f64 = 0.05;
/// A column of times, where there is one, is called one of these.
const TIMES: [&str; 2] = ["time", "timestamp"];
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let table = Table::read(&options.file)?;
    let answer = answer(&table, options).with_context(|| options.file.display().to_string())?;
    for warning in answer["warnings"].as_array().into_iter().flatten() {
        note(warning.as_str().unwrap_or_default());
    }
    say(&answer.to_string())
}

fn answer(table: &Table, options: &Options) -> anyhow::Result<Value> {
    let mut warnings = Vec::new();
    let numbers = |name: &str| table.column(name).and_then(|column| table.numbers(column));
    let (cause, effect) = (numbers(&options.cause)?, numbers(&options.effect)?);
    let lacking = cause.iter().zip(&effect).filter(|(cause, effect)| cause.is_nan() || effect.is_nan()).count();
    if lacking > 0 {
        warnings.push(format!(
            "{lacking} of {} rows lack a value and were left out, with what would look back at them",
            table.len()
        ));
    }
    let gaps = gaps(table, &mut warnings)?;
    let (mut cause, mut effect) = (broken(&cause, &gaps), broken(&effect, &gaps));
    for _ in 0..options.difference {
        cause = changes(&cause);
        effect = changes(&effect);
    }
    let deepest = usize::from(options.max_lag);
    let granger = Granger::new(&cause, &effect, deepest);
    let n = granger.n();
    if n < FEWEST {
        bail!("not enough data: {n} rows have both values, {FEWEST} are needed");
    }
    for (name, values) in [(&options.cause, &cause), (&options.effect, &effect)] {
        if let Some(adf) = adf(values).filter(|adf| adf.p >= WANDERS) {
            warnings.push(format!(
                "'{name}' may wander (augmented Dickey-Fuller p {:.3}): --difference {} is safer",
                adf.p,
                options.difference + 1
            ));
        }
    }
    let mut lags = Vec::new();
    for lag in 1..=deepest {
        match granger.test(Direction::Forth, lag) {
            Ok(test) => lags.push(told(&test)),
            Err(few @ Untestable::TooFew { .. }) => bail!("not enough data for lag {lag}: {few}; ask for fewer lags"),
            Err(untestable) => warnings.push(format!("lag {lag}: {untestable}")),
        }
    }
    Ok(json!({ "n": n, "warnings": warnings, "lags": lags }))
}

/// The rows that do not follow upon the one before them, by a column of times where there is one.
fn gaps(table: &Table, warnings: &mut Vec<String>) -> anyhow::Result<Vec<usize>> {
    let Some(column) = TIMES.iter().find_map(|name| table.find(name)) else {
        return Ok(Vec::new());
    };
    let times = table.times(column)?;
    let steps: Vec<i64> = times.windows(2).map(|pair| pair[1].since(pair[0]).as_micros()).collect();
    if let Some(back) = steps.iter().position(|step| *step <= 0) {
        warnings.push(format!(
            "{}: not after the row before; times were left aside, rows taken as they come",
            table.place(back + 1, column)
        ));
        return Ok(Vec::new());
    }
    let mut sorted = steps.clone();
    sorted.sort_unstable();
    let Some(&usual) = sorted.get(sorted.len() / 2) else { return Ok(Vec::new()) };
    let gaps: Vec<usize> = steps
        .iter()
        .enumerate()
        .filter(|(_, step)| **step > usual + usual / 2)
        .map(|(at, _)| at + 1)
        .collect();
    if !gaps.is_empty() {
        warnings.push(format!("gaps in time: {}; no row looks back over one", gaps.len()));
    }
    Ok(gaps)
}

/// With a missing value before each row that follows upon a gap.
fn broken(values: &[f64], gaps: &[usize]) -> Vec<f64> {
    let mut broken = Vec::with_capacity(values.len() + gaps.len());
    let mut gaps = gaps.iter().peekable();
    for (row, value) in values.iter().enumerate() {
        if gaps.next_if(|gap| **gap == row).is_some() {
            broken.push(f64::NAN);
        }
        broken.push(*value);
    }
    broken
}

fn told(test: &LagTest) -> Value {
    let pair = |statistic: &Statistic| json!({ "stat": statistic.stat, "p": statistic.tail.p });
    json!({ "lag": test.lag, "f": pair(&test.f), "chi2": pair(&test.chi2), "lr": pair(&test.lr), "f_params": pair(&test.f_params) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(text: &str, deepest: u16, difference: u8) -> anyhow::Result<Value> {
        let options = Options {
            file: PathBuf::new(),
            cause: "x".into(),
            effect: "y".into(),
            max_lag: deepest,
            difference,
        };
        answer(&Table::parse(text.as_bytes())?, &options)
    }

    /// y repeats, with noise, what x was two rows before.
    fn rows(count: usize) -> Vec<(f64, f64)> {
        let mut state = 1_u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as f64 / f64::from(u32::MAX) - 0.25
        };
        let x: Vec<f64> = (0..count + 2).map(|_| noise()).collect();
        (0..count).map(|row| (x[row + 2], x[row] + 0.3 * noise())).collect()
    }

    fn csv(rows: &[(f64, f64)], times: impl Fn(usize) -> usize) -> String {
        let lines: Vec<String> = rows
            .iter()
            .enumerate()
            .map(|(row, (x, y))| format!("{},{x},{y}\n", 1_769_860_800 + 300 * times(row)))
            .collect();
        ["time,x,y\n", &lines.concat()].concat()
    }

    #[test]
    fn a_lead_of_two_rows_is_found_at_lag_two() {
        let answer = ask(&csv(&rows(300), |row| row), 3, 0).unwrap();
        assert_eq!(answer["n"], 300);
        assert_eq!(answer["warnings"], json!([]));
        let p = |lag: usize, test: &str| answer["lags"][lag - 1][test]["p"].as_f64().unwrap();
        for test in ["f", "chi2", "lr", "f_params"] {
            assert!(p(1, test) > 0.01 && p(2, test) < 1e-20, "{test}: {answer}");
        }
        assert_eq!(ask(&csv(&rows(300), |row| row), 3, 1).unwrap()["n"], 299);
    }

    #[test]
    fn nothing_looks_back_over_a_gap_or_a_missing_value() {
        let rows = rows(300);
        let gap = ask(&csv(&rows, |row| row + usize::from(row >= 100) * 50), 2, 0).unwrap();
        assert_eq!(gap["n"], 300);
        assert!(gap["warnings"][0].as_str().unwrap().starts_with("gaps in time: 1;"), "{gap}");
        let mut missing = rows.clone();
        missing.insert(100, (f64::NAN, 1.0));
        let missing = ask(&csv(&missing, |row| row), 2, 0).unwrap();
        assert_eq!(missing["lags"], gap["lags"]);
        assert!(missing["warnings"][0].as_str().unwrap().starts_with("1 of 301 rows"), "{missing}");
    }

    #[test]
    fn what_cannot_be_tested_says_why() {
        let message = |text: &str, deepest| format!("{:#}", ask(text, deepest, 0).unwrap_err());
        assert!(message(&csv(&rows(29), |row| row), 1).starts_with("not enough data: 29 rows"), "29 rows");
        assert!(
            message(&csv(&rows(40), |row| row), 20).starts_with("not enough data for lag 13"),
            "lag 13 of 40 rows"
        );
        assert!(message("a,y\n1,2\n", 1).starts_with("there is no column 'x'"), "no column");
        let constant: Vec<(f64, f64)> = rows(50).into_iter().map(|(_, y)| (7.0, y)).collect();
        let answer = ask(&csv(&constant, |row| row), 1, 0).unwrap();
        assert_eq!((&answer["lags"], &answer["warnings"]), (&json!([]), &json!(["lag 1: the cause never changes"])));
        let same: Vec<(f64, f64)> = rows(50).into_iter().map(|(x, _)| (x, 2.0 * x + 1.0)).collect();
        assert_eq!(ask(&csv(&same, |row| row), 2, 0).unwrap()["lags"], json!([]));
    }
}
