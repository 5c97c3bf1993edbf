//! What fails alike, one row a cohort.

use std::cmp::Ordering;
use std::hash::Hasher;

use pedkai_core::{detection::cohort::Trend, wire::CohortRow};
use rustc_hash::FxHasher;

use super::cells::{bar, course, figure, signed};
use crate::{
    format,
    theme::{Icon, Level, Weight},
    widgets::{
        selection::Selection,
        table::{Cell, Column, Rows, SortKey},
    },
};

pub(super) const COLUMNS: [Column; 8] = [
    Column::new("trend", "Trend", 128.0).hint("Whether its alarms grow or fall by more than 0.1 a day, every day; sorts the worst above"),
    Column::new("value", "Group", 150.0).hint("The value that its things share").grows(),
    Column::new("type", "Fails with", 170.0).hint("The type of their alarms").stretches(),
    Column::new("count", "Alarms", 84.0).hint("Alarms raised in the window").right(),
    Column::new("slope", "A day", 84.0)
        .hint("By how many alarms a day grows or falls, every day")
        .right(),
    Column::new("failed", "Things", 136.0).hint("Things of the group that failed so within 30 days, of all it has"),
    Column::new("ratio", "As often", 90.0)
        .hint("Alarms of a thing of this group in 30 days, in units of what all things together have")
        .right(),
    Column::new("course", "Each day", 120.0)
        .hint("Alarms raised on each day of the window, today at the right")
        .unsorted(),
];

/// The number of a row by what it is.
pub(super) fn key(row: &CohortRow) -> u64 {
    let mut hasher = FxHasher::default();
    for word in row.values.iter().chain([&row.alarm_type]) {
        hasher.write(word.as_bytes());
        hasher.write_u8(0);
    }
    hasher.finish()
}

/// Puts rows in order.
pub(super) fn sort(rows: &mut [CohortRow], sort: &[SortKey]) {
    rows.sort_by(|a, b| order(sort, a, b));
}

fn order(sort: &[SortKey], a: &CohortRow, b: &CohortRow) -> Ordering {
    let share = |row: &CohortRow| f64::from(row.failed) / f64::from(row.members.max(1));
    let by = |column: &str| match column {
        "trend" => worst(a, b),
        "value" => a.values.cmp(&b.values),
        "type" => a.alarm_type.cmp(&b.alarm_type),
        "count" => a.count.cmp(&b.count),
        "slope" => a.slope.total_cmp(&b.slope),
        "failed" => share(a).total_cmp(&share(b)),
        "ratio" => a.ratio.total_cmp(&b.ratio),
        _ => Ordering::Equal,
    };
    SortKey::order(sort, by)
        .then_with(|| worst(a, b))
        .then_with(|| (&a.values, &a.alarm_type).cmp(&(&b.values, &b.alarm_type)))
}

/// What gets worse first, the faster the sooner; then what is stable, by how often; what gets better last.
fn worst(a: &CohortRow, b: &CohortRow) -> Ordering {
    let rank = |row: &CohortRow| match row.trend {
        Trend::Worsening => 0,
        Trend::Stable => 1,
        Trend::Improving => 2,
    };
    let fast = |row: &CohortRow| if row.trend == Trend::Stable { 0.0 } else { row.slope };
    rank(a)
        .cmp(&rank(b))
        .then_with(|| fast(b).total_cmp(&fast(a)))
        .then_with(|| b.ratio.total_cmp(&a.ratio))
}

fn look(trend: Trend) -> (Icon, &'static str, Option<Level>) {
    match trend {
        Trend::Worsening => (Icon::TREND_UP, "Worsening", Some(Level::Major)),
        Trend::Improving => (Icon::TREND_DOWN, "Improving", None),
        Trend::Stable => (Icon::ARROW_RIGHT, "Stable", None),
    }
}

fn value(row: &CohortRow) -> String {
    row.values.iter().map(|value| format::named(value)).collect::<Vec<_>>().join(" · ")
}

/// The list as the table asks for it.
pub(super) struct Alike<'a> {
    rows: &'a [CohortRow],
    keys: &'a [u64],
    selection: &'a Selection<u64>,
}

impl<'a> Alike<'a> {
    pub(super) fn new(rows: &'a [CohortRow], keys: &'a [u64], selection: &'a Selection<u64>) -> Self {
        Self { rows, keys, selection }
    }

    fn key(&self, row: usize) -> Option<u64> {
        self.keys.get(row).copied()
    }
}

impl Rows for Alike<'_> {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn name(&self, row: usize) -> String {
        let told = |row: &CohortRow| {
            format!(
                "{}: {} with {}, {} in {} days, {} of {} things",
                look(row.trend).1,
                value(row),
                row.alarm_type,
                format::counted(row.count as usize, "alarm"),
                row.days,
                row.failed,
                row.members
            )
        };
        self.rows.get(row).map(told).unwrap_or_default()
    }

    fn selected(&self, row: usize) -> bool {
        self.key(row).is_some_and(|key| self.selection.contains(key))
    }

    fn cursor(&self, row: usize) -> bool {
        self.key(row).is_some_and(|key| self.selection.cursor() == Some(key))
    }

    fn cell(&self, cell: &Cell<'_>, row: usize, column: &str) {
        let Some(row) = self.rows.get(row) else { return };
        let ink = &cell.theme.palette.text;
        let (icon, word, level) = look(row.trend);
        let colour = level.map_or(ink.soft, |level| cell.theme.level(level).text);
        match column {
            "trend" => {
                let rest = cell.icon(icon, colour, word);
                cell.within(rest)
                    .write(word, if level.is_some() { Weight::Medium } else { Weight::Regular }, colour);
            }
            "value" => cell.write(&value(row), Weight::Medium, ink.strong),
            "type" => cell.text(format::named(&row.alarm_type)),
            "count" => cell.text(&format::in_column(row.count as usize)),
            "slope" => cell.write(&signed(row.slope), Weight::Regular, colour),
            "failed" => {
                let words = format!("{} of {}", format::in_column(row.failed as usize), format::in_column(row.members as usize));
                bar(cell, f64::from(row.failed) / f64::from(row.members.max(1)), ink.soft, &words, ink.normal);
            }
            "ratio" => cell.soft(&format!("{} ×", figure(row.ratio))),
            "course" => {
                let days: Vec<f32> = row.daily.iter().map(|count| *count as f32).collect();
                course(cell, &days, level, &format!("Alarms of each of the last {} days", row.days));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;

    #[test]
    fn what_gets_worse_fastest_stands_above() {
        let mut rows = samples::cohorts(9, 7);
        sort(&mut rows, &[]);
        assert_eq!((rows[0].trend, rows[rows.len() - 1].trend), (Trend::Worsening, Trend::Improving));
        let worsening: Vec<f64> = rows.iter().filter(|row| row.trend == Trend::Worsening).map(|row| row.slope).collect();
        assert!(worsening.len() > 1 && worsening.is_sorted_by(|a, b| a >= b), "{worsening:?}");
        let keys: std::collections::BTreeSet<u64> = rows.iter().map(key).collect();
        assert_eq!(keys.len(), rows.len());
    }
}
