use std::path::Path;

use anyhow::{Context, bail};
use csv::{ReaderBuilder, StringRecord, Trim};
use pedkai_core::model::{Span, Timestamp};

/// A CSV file with a header, in memory.
#[derive(Debug)]
pub(super) struct Table {
    header: StringRecord,
    rows: Vec<StringRecord>,
}

/// More of a cell than this says nothing in a message.
const SHOWN: usize = 40;

impl Table {
    /// Reads a file. Blank lines are no rows; a row with another number of cells than the header is refused with its line.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        Self::parse(&bytes).with_context(|| path.display().to_string())
    }

    pub(super) fn parse(bytes: &[u8]) -> anyhow::Result<Self> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(bytes);
        let header = reader.headers().context("the header cannot be read")?.clone();
        if header.iter().all(str::is_empty) {
            bail!("the file is empty; its first line should name the columns");
        }
        if let Some(twice) = header.iter().enumerate().find(|(at, name)| header.iter().take(*at).any(|other| other == *name)) {
            bail!("the column '{}' is there twice", cut(twice.1));
        }
        let rows = reader.records().collect::<Result<Vec<_>, _>>()?;
        Ok(Self { header, rows })
    }

    /// Rows without the header.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The columns' names, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.header.iter()
    }

    /// The place of a column; an unknown one is told beside those there are.
    pub(super) fn column(&self, name: &str) -> anyhow::Result<usize> {
        self.find(name).with_context(|| {
            let mut known: Vec<&str> = self.header.iter().take(20).map(cut).collect();
            if self.header.len() > known.len() {
                known.push("…");
            }
            format!("there is no column '{}'; the columns are: {}", cut(name), known.join(", "))
        })
    }

    /// The place of a column that may be missing.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|known| known == name.trim())
    }

    /// A cell as it stands, without the space around it.
    pub(super) fn text(&self, row: usize, column: usize) -> &str {
        self.rows.get(row).and_then(|record| record.get(column)).unwrap_or_default()
    }

    /// A column of numbers; NaN is no sample.
    pub(super) fn numbers(&self, column: usize) -> anyhow::Result<Vec<f64>> {
        (0..self.len())
            .map(|row| number(self.text(row, column)).with_context(|| self.place(row, column)))
            .collect()
    }

    /// A column of times.
    pub(super) fn times(&self, column: usize) -> anyhow::Result<Vec<Timestamp>> {
        (0..self.len())
            .map(|row| time(self.text(row, column)).with_context(|| self.place(row, column)))
            .collect()
    }

    /// Where a cell stands, for a message.
    pub(super) fn place(&self, row: usize, column: usize) -> String {
        let line = self.rows.get(row).and_then(StringRecord::position).map_or(0, csv::Position::line);
        format!("line {line}, column '{}'", cut(self.header.get(column).unwrap_or_default()))
    }
}

/// A number as CSV files hold it; an empty cell and NaN are NaN, no sample.
pub(super) fn number(text: &str) -> anyhow::Result<f64> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(f64::NAN);
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_infinite() => bail!("'{}' is not finite; leave the cell empty where there is no sample", cut(text)),
        Ok(value) => Ok(value),
        Err(_) => bail!("'{}' is no number; leave the cell empty where there is no sample", cut(text)),
    }
}

/// RFC 3339, `YYYY-MM-DD HH:MM:SS` in UTC, or seconds since 1970.
pub(super) fn time(text: &str) -> anyhow::Result<Timestamp> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        let micros = (seconds * 1e6).round();
        if !(0.0..=Timestamp::MAX.as_micros() as f64).contains(&micros) {
            bail!("'{}' lies outside the years 1970 to 9998; epoch times are in seconds", cut(text));
        }
        return Ok(Timestamp::EPOCH.plus(Span::micros(micros as i64)));
    }
    if let Ok(time) = Timestamp::parse(text).or_else(|_| Timestamp::parse(&format!("{text}Z"))) {
        return Ok(time);
    }
    bail!(
        "'{}' is no time; write 2026-01-31T12:00:00Z, 2026-01-31 12:00:00 (UTC) or seconds since 1970",
        cut(text)
    )
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(text.len().min(SHOWN))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms_of_a_time_are_one() {
        let expected = time("2026-01-31T12:00:00Z").unwrap();
        for text in [
            "2026-01-31 12:00:00",
            "1769860800",
            "1769860800.0",
            "2026-01-31T13:00:00+01:00",
            " 2026-01-31 12:00:00Z ",
        ] {
            assert_eq!(time(text).unwrap(), expected, "{text}");
        }
        for text in ["", "31.1.2026", "2026-13-01 00:00:00", "-5", "1e300", "NaN", "inf", "1769860800000000"] {
            assert!(time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_empty_cell_and_nan_are_no_sample_and_nonsense_is_told_with_its_line() {
        let table = Table::parse(b"\xef\xbb\xbftime, a\n1,2.5\n2,\n\n3,NaN\n4,nonsense\n").unwrap();
        assert_eq!(table.len(), 4);
        let column = table.column("a").unwrap();
        let message = format!("{:#}", table.numbers(column).unwrap_err());
        assert!(message.starts_with("line 6, column 'a': 'nonsense' is no number"), "{message}");
        assert!(number("").unwrap().is_nan() && number("nan").unwrap().is_nan() && number("1e-3").unwrap() == 0.001);
        assert!(number("inf").is_err() && number("1e999").is_err());
        let message = format!("{:#}", table.column("b").unwrap_err());
        assert_eq!(message, "there is no column 'b'; the columns are: time, a");
    }

    #[test]
    fn what_is_no_table_is_refused() {
        for bytes in [&b""[..], b"\n\n", b"a,a\n1,2\n", b"a,b\n1,2,3\n", b"a,b\n\xff,2\n"] {
            assert!(Table::parse(bytes).is_err(), "{bytes:?}");
        }
    }
}
