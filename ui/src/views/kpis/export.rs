//! What is shown, as a file.

use egui::Rect;
use pedkai_core::model::Timestamp;
use std::{
    borrow::Cow,
    io::{self, Write},
    sync::Arc,
};
use uuid::Uuid;

use crate::widgets::plot::curve::{Curve, Expected};

/// What is kept as a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Export {
    /// A picture of this part of the window.
    Picture(Rect),
    /// The values of these series.
    Table(Vec<Series>),
    /// Lines of CSV as they are.
    Sheet(Sheet),
}

/// A table that is written as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// What it is of: a part of the file's name.
    pub name: &'static str,
    /// What a line is, in the singular.
    pub noun: &'static str,
    /// How many lines there are below the header.
    pub lines: usize,
    /// CSV with a header.
    pub text: String,
}

/// Values of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What was measured.
    pub entity: Uuid,
    /// Its name.
    pub name: String,
    /// Which metric.
    pub metric: String,
    /// The values.
    pub curve: Arc<Curve>,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
}

/// Writes series as CSV, one value a line: time (RFC 3339, UTC), entity, its name, metric, value in full precision, and where it is known between
/// which values it was expected and how strange it was (0 to 1). Returns how many values there were.
///
/// # Errors
/// What `out` says.
pub fn write_csv(out: &mut impl Write, series: &[Series]) -> io::Result<usize> {
    writeln!(out, "time,entity_id,entity,metric,value,expected_low,expected_high,score")?;
    let mut lines = 0;
    for one in series {
        let (name, metric) = (field(&one.name), field(&one.metric));
        for place in one.curve.within(one.from, one.to) {
            let Some(dot) = one.curve.dots().get(place) else { continue };
            write!(out, "{},{},{name},{metric},{}", dot.at, one.entity, dot.value)?;
            match one.curve.expected().get(place) {
                Some(Expected {
                    range: Some([low, high]),
                    score,
                }) => writeln!(out, ",{low},{high},{score}")?,
                Some(Expected { range: None, score }) => writeln!(out, ",,,{score}")?,
                None => writeln!(out, ",,,")?,
            }
            lines += 1;
        }
    }
    Ok(lines)
}

/// Words as a field of CSV. What a spreadsheet would reckon as a formula is made plain text.
pub(crate) fn field(words: &str) -> Cow<'_, str> {
    let formula = words.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if !formula && !words.contains([',', '"', '\n', '\r']) {
        return Cow::Borrowed(words);
    }
    let mark = if formula { "'" } else { "" };
    Cow::Owned(format!("\"{mark}{}\"", words.replace('"', "\"\"")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::widgets::plot::curve::Dot;

    #[test]
    fn every_value_in_sight_is_written_and_names_break_no_line() {
        let at = |second: i64| Timestamp::from_micros(second * 1_000_000);
        let dots: Vec<Dot> = (0..10)
            .map(|second| Dot {
                at: at(second),
                value: 0.1 * second as f64,
            })
            .collect();
        let expected = vec![
            Expected {
                range: Some([-1.0, 1.5]),
                score: 0.25
            };
            10
        ];
        let series = |name: &str, curve: Curve| Series {
            entity: Uuid::from_u128(7),
            name: name.to_owned(),
            metric: "rx, \"in\"".to_owned(),
            curve: Arc::new(curve),
            from: at(3),
            to: at(5),
        };
        let mut out = Vec::new();
        let both = [series("=1+2", Curve::new(dots.clone())), series("R1", Curve::new(dots).expecting(expected))];
        assert_eq!(write_csv(&mut out, &both).unwrap(), 6);
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 7);
        assert_eq!(
            lines[1],
            "1970-01-01T00:00:03Z,00000000-0000-0000-0000-000000000007,\"'=1+2\",\"rx, \"\"in\"\"\",0.30000000000000004,,,"
        );
        assert!(lines[6].ends_with(",R1,\"rx, \"\"in\"\"\",0.5,-1,1.5,0.25"), "{}", lines[6]);
    }
}
