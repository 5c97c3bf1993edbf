use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use pedkai_core::detection::point::{Detector, Verdict};

use super::super::note;
use super::table::Table;

#[derive(Debug, Args)]
pub(in crate::cli) struct Options {
    /// CSV with the columns timestamp and value; rows in order of time
    file: PathBuf,
}

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let table = Table::read(&options.file)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let told = answer(&table, &mut out).with_context(|| options.file.display().to_string())?;
    out.flush()?;
    for line in told {
        note(&line);
    }
    Ok(())
}

/// Writes every row with its score, and gives what else there is to say. A row's score is that of the rows up to it; a row without a sample
/// to judge has none to tell and is given 0.
fn answer(table: &Table, out: impl Write) -> anyhow::Result<Vec<String>> {
    let (time, value) = (table.column("timestamp")?, table.column("value")?);
    let (times, values) = (table.times(time)?, table.numbers(value)?);
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["timestamp", "value", "score"])?;
    let mut detector = Detector::new();
    let (mut empty, mut late, mut alarms) = (0, 0, 0);
    for (row, (at, sample)) in times.iter().zip(&values).enumerate() {
        let verdict = detector.step(*at, *sample);
        match verdict {
            None if sample.is_nan() => empty += 1,
            None => late += 1,
            Some(verdict) => alarms += usize::from(verdict.is_alarm()),
        }
        let score = verdict.map_or(0.0, |verdict: Verdict| verdict.score).to_string();
        writer.write_record([table.text(row, time), table.text(row, value), &score])?;
    }
    writer.flush()?;
    let mut told = Vec::new();
    if empty > 0 {
        told.push(format!("{empty} of {} rows have no value; their score is 0", table.len()));
    }
    if late > 0 {
        told.push(format!(
            "{late} of {} rows are not newer than the row before, or too large to be samples; their score is 0. Sort the file by time",
            table.len()
        ));
    }
    told.push(format!("{} rows, {alarms} with a score of {} or more", table.len(), Verdict::ALARM));
    Ok(told)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    fn ask(text: &str) -> anyhow::Result<(String, Vec<String>)> {
        let mut out = Vec::new();
        let told = answer(&Table::parse(text.as_bytes())?, &mut out)?;
        Ok((String::from_utf8(out)?, told))
    }

    fn constant(rows: usize) -> String {
        (0..rows).fold("timestamp,value\n".to_owned(), |mut text, row| {
            let _ = writeln!(text, "{},7.50", 1_700_000_000 + row * 300);
            text
        })
    }

    #[test]
    fn every_row_comes_back_as_it_came_with_its_score() {
        let text = constant(300) + "1700090000,7.51\n1700090300,\n1700090300,NaN\n1700000000,7.50\n2023-11-16 12:00:00,7.50\n";
        let (out, told) = ask(&text).unwrap();
        let rows: Vec<&str> = out.lines().collect();
        assert_eq!(rows.len(), 1 + 305);
        assert_eq!((rows[0], rows[1]), ("timestamp,value,score", "1700000000,7.50,0"));
        let score: f64 = rows[301].strip_prefix("1700090000,7.51,").unwrap().parse().unwrap();
        assert!((0.5..1.0).contains(&score), "{score}");
        assert_eq!(&rows[302..305], ["1700090300,,0", "1700090300,NaN,0", "1700000000,7.50,0"]);
        assert!(rows[305].starts_with("2023-11-16 12:00:00,7.50,"), "{}", rows[305]);
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(
            told[0].starts_with("2 of 305 rows have no value") && told[1].starts_with("1 of 305 rows are not newer"),
            "{told:?}"
        );
    }

    #[test]
    fn rows_to_come_change_no_score() {
        let text = constant(250) + "1700090000,9\n1700090300,8\n";
        let whole = ask(&text).unwrap().0;
        let part = ask(&constant(250)).unwrap().0;
        assert!(whole.starts_with(&part));
    }

    #[test]
    fn what_is_missing_or_no_time_is_told() {
        let message = |text: &str| format!("{:#}", ask(text).unwrap_err());
        assert_eq!(message("time,value\n1,2\n"), "there is no column 'timestamp'; the columns are: time, value");
        assert!(message("timestamp,value\nyesterday,2\n").starts_with("line 2, column 'timestamp': 'yesterday' is no time"));
        assert_eq!(ask("timestamp,value\n").unwrap().0, "timestamp,value,score\n");
    }
}
