use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use pedkai_core::detection::Rows;
use pedkai_core::detection::forest::{Forest, Settings};

use super::super::{note, say};
use super::table::Table;

#[derive(Debug, Args)]
pub(in crate::cli) struct Options {
    /// CSV with a header; a row is an observation; a column of numbers counts, one of text or named time or timestamp is only handed through
    file: PathBuf,
    /// Another seed grows another forest; the same one gives the same scores
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
}

/// A column of times, where there is one, is called one of these: when something was seen does not make it strange.
const TIMES: [&str; 2] = ["time", "timestamp"];
/// The name of the column that is added.
const SCORE: &str = "score";

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let table = Table::read(&options.file)?;
    let answer = answer(&table, options.seed, &mut |warning| note(&warning)).with_context(|| options.file.display().to_string())?;
    say(answer.trim_end())
}

fn answer(table: &Table, seed: u64, warn: &mut dyn FnMut(String)) -> anyhow::Result<String> {
    let columns: Vec<Vec<f64>> = table
        .names()
        .enumerate()
        .filter(|(_, name)| !TIMES.contains(name))
        .filter_map(|(column, name)| match table.numbers(column) {
            Ok(numbers) if numbers.iter().any(|number| !number.is_nan()) => Some(numbers),
            Ok(_) => None,
            Err(error) => {
                warn(format!("column '{name}' was left aside: {error:#}"));
                None
            }
        })
        .collect();
    if columns.is_empty() {
        bail!("no column holds numbers");
    }
    if table.find(SCORE).is_some() {
        bail!("there is a column '{SCORE}' already; rename it");
    }
    let values: Vec<f64> = (0..table.len()).flat_map(|row| columns.iter().map(move |column| column[row])).collect();
    let rows = Rows::new(&values, columns.len())?;
    let scores = Forest::fit(rows, Settings::default(), seed)?.score(rows);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(table.names().chain([SCORE]))?;
    for (row, score) in scores.iter().enumerate() {
        let score = score.to_string();
        let cells = (0..table.names().count()).map(|column| table.text(row, column));
        writer.write_record(cells.chain([score.as_str()]))?;
    }
    let bytes = writer.into_inner().map_err(|error| anyhow::anyhow!("{}", error.error()))?;
    Ok(String::from_utf8(bytes)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(text: &str, seed: u64) -> (anyhow::Result<String>, Vec<String>) {
        let mut warnings = Vec::new();
        let answer = Table::parse(text.as_bytes()).and_then(|table| answer(&table, seed, &mut |warning| warnings.push(warning)));
        (answer, warnings)
    }

    fn grid(last: &str) -> String {
        let rows: Vec<String> = (0..200).map(|i| format!("cell-{i},{},{}\n", i % 14, (i * 7) % 15)).collect();
        format!("name,a,b\n{}{last}\n", rows.concat())
    }

    #[test]
    fn every_row_comes_back_with_its_cells_and_a_score_and_the_strange_one_has_the_highest() {
        let (answer, warnings) = ask(&grid("\"odd, one\",90,-70"), 3);
        let answer = answer.unwrap();
        let lines: Vec<&str> = answer.lines().collect();
        assert_eq!((lines.len(), lines[0]), (202, "name,a,b,score"));
        assert!(lines[201].starts_with("\"odd, one\",90,-70,0."), "{}", lines[201]);
        let score = |line: &str| -> f64 { line.rsplit(',').next().unwrap().parse().unwrap() };
        let odd = score(lines[201]);
        assert!(lines[1..201].iter().all(|line| score(line) < odd && score(line) > 0.0));
        assert!(warnings[0].starts_with("column 'name' was left aside: line 2"), "{warnings:?}");
        assert_eq!(ask(&grid("\"odd, one\",90,-70"), 3).0.unwrap(), answer, "a seed says the same twice");
        assert_ne!(ask(&grid("\"odd, one\",90,-70"), 4).0.unwrap(), answer);
    }

    #[test]
    fn holes_are_nothing_strange_and_what_cannot_be_scored_says_why() {
        let answer = ask(&grid("x,,NaN"), 1).0.unwrap();
        assert!(answer.lines().last().unwrap().starts_with("x,,NaN,0."), "{answer}");
        let message = |text: &str| format!("{:#}", ask(text, 0).0.unwrap_err());
        assert_eq!(message("a,b\n1,2\n"), "not enough data: 1 rows, at least 2 are needed");
        assert_eq!(message("a\nx\ny\n"), "no column holds numbers");
        assert!(message("a,score\n1,2\n3,4\n").starts_with("there is a column 'score' already"));
    }
}
