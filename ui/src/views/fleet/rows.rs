//! How groups stand, one row a group.

use std::cmp::Ordering;
use std::hash::Hasher;

use pedkai_core::wire::GroupRow;
use rustc_hash::FxHasher;

use super::cells::{bar, course, figure};
use crate::{
    format,
    theme::{Icon, Level, Weight},
    widgets::{
        selection::Selection,
        table::{Cell, Column, Rows, SortKey},
    },
};

pub(super) const COLUMNS: [Column; 9] = [
    Column::new("state", "State", 118.0).hint("What is worst about the group; sorts the worst above"),
    Column::new("value", "Group", 150.0).hint("The value that its things share").grows(),
    Column::new("active", "Active", 136.0)
        .hint("Things that work, of all. Not active: down (a critical alarm of their own, or what they depend on is out of service) or silent (no sample and no event for longer than their usual gap)"),
    Column::new("alarms", "Alarms", 78.0).hint("Alarms that stand on its things and their parts, by the worst"),
    Column::new("used", "Utilisation", 122.0).hint("Mean of the last 24 hours over its things that are measured"),
    Column::new("usual", "Usual", 76.0).hint("Its baseline: the median of the 30 days before").right(),
    Column::new("away", "Against usual", 130.0).hint("How far utilisation is from the baseline, in spreads; more than three is unusual"),
    Column::new("course", "30 days", 110.0).hint("Its mean of each of the 30 days before, and of the last 24 hours").unsorted(),
    Column::new("strange", "Unusual things", 104.0)
        .hint("Things that use more or less than they did themselves; P shows the first one's KPIs")
        .right(),
];

/// The number of a row by what it is.
pub(super) fn key(value: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(value.as_bytes());
    hasher.finish()
}

/// Puts rows in order.
pub(super) fn sort(rows: &mut [GroupRow], sort: &[SortKey]) {
    rows.sort_by(|a, b| order(sort, a, b));
}

fn order(sort: &[SortKey], a: &GroupRow, b: &GroupRow) -> Ordering {
    let float = |a: Option<f64>, b: Option<f64>| a.unwrap_or(f64::NEG_INFINITY).total_cmp(&b.unwrap_or(f64::NEG_INFINITY));
    let by = |column: &str| match column {
        "state" => worst(a, b),
        "value" => a.value.cmp(&b.value),
        "active" => share(a).total_cmp(&share(b)),
        "alarms" => (a.severity, a.alarms).cmp(&(b.severity, b.alarms)),
        "used" => float(a.utilisation, b.utilisation),
        "usual" => float(a.baseline, b.baseline),
        "away" => a.away.unwrap_or_default().total_cmp(&b.away.unwrap_or_default()),
        "strange" => a.strange_count.cmp(&b.strange_count),
        _ => Ordering::Equal,
    };
    SortKey::order(sort, by).then_with(|| worst(a, b)).then_with(|| a.value.cmp(&b.value))
}

/// The worse one first: what is down, what is silent, what is unusual, what has alarms.
fn worst(a: &GroupRow, b: &GroupRow) -> Ordering {
    let far = |row: &GroupRow| row.away.map_or(0.0, f64::abs);
    let of_all = |part: u32, row: &GroupRow| f64::from(part) / f64::from(row.total.max(1));
    of_all(b.down, b)
        .total_cmp(&of_all(a.down, a))
        .then_with(|| of_all(b.silent, b).total_cmp(&of_all(a.silent, a)))
        .then_with(|| far(b).total_cmp(&far(a)))
        .then_with(|| (b.severity, b.alarms).cmp(&(a.severity, a.alarms)))
}

fn share(row: &GroupRow) -> f64 {
    f64::from(row.active) / f64::from(row.total.max(1))
}

/// What is worst about a group: its sign, its words, and how bad that is.
fn state(row: &GroupRow) -> (Icon, String, Option<Level>) {
    let number = |number: u32| format::written(number as usize);
    match row.away {
        _ if row.down > 0 => (Icon::X_CIRCLE, format!("{} down", number(row.down)), Some(Level::Critical)),
        _ if row.silent > 0 => (Icon::HOURGLASS_MEDIUM, format!("{} silent", number(row.silent)), Some(Level::Major)),
        Some(away) if away > 0.0 => (Icon::TREND_UP, "High use".to_owned(), Some(Level::Minor)),
        Some(_) => (Icon::TREND_DOWN, "Low use".to_owned(), Some(Level::Minor)),
        None => (Icon::CHECK_CIRCLE, "All active".to_owned(), None),
    }
}

fn away(row: &GroupRow) -> String {
    match row.away {
        Some(away) if away.abs() >= 1_000.0 => "was constant".to_owned(),
        Some(away) if away > 0.0 => format!("{away:.1} above"),
        Some(away) => format!("{:.1} below", away.abs()),
        None if row.baseline.is_none() => String::new(),
        None => "as usual".to_owned(),
    }
}

/// The board as the table asks for it.
pub(super) struct Groups<'a> {
    rows: &'a [GroupRow],
    keys: &'a [u64],
    selection: &'a Selection<u64>,
    /// What a full bar of utilisation means.
    full: f64,
}

impl<'a> Groups<'a> {
    pub(super) fn new(rows: &'a [GroupRow], keys: &'a [u64], selection: &'a Selection<u64>) -> Self {
        let most = rows
            .iter()
            .filter_map(|row| row.utilisation)
            .filter(|used| used.is_finite())
            .fold(0.0, f64::max);
        let full = [1.0, 100.0].into_iter().find(|full| most <= *full).unwrap_or(most);
        Self { rows, keys, selection, full }
    }

    fn key(&self, row: usize) -> Option<u64> {
        self.keys.get(row).copied()
    }
}

impl Rows for Groups<'_> {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn name(&self, row: usize) -> String {
        let told = |row: &GroupRow| {
            let used = row
                .utilisation
                .map(|used| format!(", utilisation {} {}", figure(used), away(row)))
                .unwrap_or_default();
            format!(
                "{}: {}, {} of {} active, {}{used}",
                format::named(&row.value),
                state(row).1,
                row.active,
                row.total,
                format::counted(row.alarms as usize, "alarm")
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
        let (icon, word, level) = state(row);
        let loud = |level: Level| cell.theme.level(level).text;
        match column {
            "state" => {
                let colour = level.map_or(ink.faint, loud);
                let rest = cell.icon(icon, colour, &word);
                let weight = if level.is_some() { Weight::Medium } else { Weight::Regular };
                cell.within(rest).write(&word, weight, level.map_or(ink.soft, loud));
            }
            "value" => cell.write(format::named(&row.value), Weight::Medium, ink.strong),
            "active" => {
                let words = format!("{} of {}", format::in_column(row.active as usize), format::in_column(row.total as usize));
                let full = row.active == row.total;
                bar(cell, share(row), ink.soft, &words, if full { ink.normal } else { ink.strong });
            }
            "alarms" => match row.severity {
                Some(severity) => {
                    let rest = cell.badge(severity.into());
                    cell.within(rest).text(&format::in_column(row.alarms as usize));
                }
                None => cell.write("0", Weight::Regular, ink.faint),
            },
            "used" => match row.utilisation {
                Some(used) => bar(
                    cell,
                    used / self.full,
                    row.away.map_or(ink.soft, |_| loud(Level::Minor)),
                    &figure(used),
                    ink.normal,
                ),
                None => cell.write("not measured", Weight::Regular, ink.faint),
            },
            "usual" => cell.soft(&row.baseline.map(figure).unwrap_or_default()),
            "away" => match row.away {
                Some(far) => {
                    let icon = if far > 0.0 { Icon::TREND_UP } else { Icon::TREND_DOWN };
                    let rest = cell.icon(icon, loud(Level::Minor), &away(row));
                    cell.within(rest).write(&away(row), Weight::Medium, loud(Level::Minor));
                }
                None => cell.soft(&away(row)),
            },
            "course" => {
                let days = row.daily.iter().map(|used| used.map_or(f32::NAN, |used| used as f32));
                let all: Vec<f32> = days.chain([row.utilisation.map_or(f32::NAN, |used| used as f32)]).collect();
                let level = row.away.map(|_| Level::Minor);
                course(cell, &all, level, &format!("{} of 30 days measured", row.baseline_days));
            }
            "strange" if row.strange_count > 0 => {
                cell.write(&format::in_column(row.strange_count as usize), Weight::Medium, loud(Level::Minor));
                let names: Vec<&str> = row.strange.iter().map(|thing| format::named(&thing.name)).collect();
                cell.tip(&names.join(", "));
            }
            "strange" => cell.write("0", Weight::Regular, ink.faint),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;

    #[test]
    fn the_worst_stands_above_and_says_in_words_what_is_wrong() {
        let mut rows = samples::groups(8);
        sort(&mut rows, &[]);
        let words: Vec<String> = rows.iter().map(|row| state(row).1).collect();
        assert!(words[0].ends_with("down"), "{words:?}");
        assert_eq!(words.last().map(String::as_str), Some("All active"));
        let rank = |word: &str| ["down", "silent", "use", "active"].iter().position(|end| word.ends_with(end));
        assert!(words.iter().map(|word| rank(word)).is_sorted(), "{words:?}");
        let by = [SortKey {
            column: "value".to_owned(),
            descending: true,
        }];
        sort(&mut rows, &by);
        assert!(rows.iter().rev().map(|row| &row.value).is_sorted());
    }

    #[test]
    fn a_bar_is_full_at_what_its_unit_means() {
        let (keys, selection) = (Vec::new(), Selection::default());
        let full = |used: f64| {
            let mut rows = samples::groups(2);
            rows.iter_mut().for_each(|row| row.utilisation = Some(used));
            Groups::new(&rows, &keys, &selection).full
        };
        assert_eq!((full(0.4), full(71.0), full(8e9)), (1.0, 100.0, 8e9));
    }
}
