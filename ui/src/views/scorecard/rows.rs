use pedkai_core::screen::ScoreRow;
use std::cmp::Ordering;
use uuid::Uuid;

use super::{
    answer::Answer,
    tiles::{length, share},
};
use crate::{
    format::{self, Clock},
    theme::{Icon, Level, Weight},
    widgets::{
        selection::Selection,
        table::{Cell, Column, Rows, SortKey},
    },
};

pub(super) const COLUMNS: [Column; 10] = [
    Column::new("service", "Service", 190.0)
        .hint("Service or customer that was promised something")
        .grows(),
    Column::new("tier", "By", 84.0).hint("Tier, type or contract"),
    Column::new("availability", "Availability", 116.0)
        .hint("Share of the period in which no incident is held to have taken it away; agreed work does not count")
        .right(),
    Column::new("promised", "Promised", 92.0)
        .hint("Share of a calendar month that was promised")
        .right(),
    Column::new("down", "Down", 92.0).hint("Time without service, agreed work not counted").right(),
    Column::new("excluded", "Excluded", 92.0)
        .hint("Time without service within agreed work, which does not count")
        .right(),
    Column::new("incidents", "Incidents", 84.0).hint("Incidents held to have taken it away").right(),
    Column::new("outages", "Outages", 104.0)
        .hint("Outages that ended in the period, and how many lasted longer than was promised")
        .right(),
    Column::new("mttr", "MTTR", 88.0)
        .hint("Mean time to restore over the outages that ended in the period, agreed work not counted")
        .right(),
    Column::new("mtta", "MTTA", 88.0)
        .hint("Mean time until a person took an outage up, over those that ended in the period")
        .right(),
];

/// The services in the order that is asked for; in the collector's where none is.
pub(super) fn order<'a>(answer: &'a Answer, sort: &[SortKey]) -> Vec<&'a ScoreRow> {
    let mut rows: Vec<&ScoreRow> = answer.rows.iter().collect();
    if !sort.is_empty() {
        rows.sort_by(|a, b| by(sort, a, b));
    }
    rows
}

fn by(sort: &[SortKey], a: &ScoreRow, b: &ScoreRow) -> Ordering {
    let some = |one: Option<f64>, other: Option<f64>| one.unwrap_or(-1.0).total_cmp(&other.unwrap_or(-1.0));
    let by = |column: &str| match column {
        "service" => a.service.cmp(&b.service),
        "tier" => a.tier.cmp(&b.tier),
        "availability" => a.availability.total_cmp(&b.availability),
        "promised" => some(a.promised, b.promised),
        "down" => a.down_s.total_cmp(&b.down_s),
        "excluded" => a.excluded_s.total_cmp(&b.excluded_s),
        "incidents" => a.incidents.cmp(&b.incidents),
        "outages" => (a.outages, a.late).cmp(&(b.outages, b.late)),
        "mttr" => some(a.mttr_s, b.mttr_s),
        "mtta" => some(a.mtta_s, b.mtta_s),
        _ => Ordering::Equal,
    };
    SortKey::order(sort, by).then_with(|| a.order().cmp(&b.order()))
}

/// The services as the table asks for them.
pub(super) struct Scores<'a> {
    pub(super) clock: &'a Clock,
    pub(super) rows: &'a [&'a ScoreRow],
    pub(super) selection: &'a Selection<Uuid>,
}

impl Rows for Scores<'_> {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn name(&self, row: usize) -> String {
        let told = |row: &&ScoreRow| {
            let promised = row.promised.map(|promised| format!(" of {promised} % promised")).unwrap_or_default();
            format!("{}: available {}{promised}", format::named(&row.service), share(row.availability))
        };
        self.rows.get(row).map(told).unwrap_or_default()
    }

    fn selected(&self, row: usize) -> bool {
        self.rows.get(row).is_some_and(|row| self.selection.contains(row.id))
    }

    fn cursor(&self, row: usize) -> bool {
        self.rows.get(row).is_some_and(|row| self.selection.cursor() == Some(row.id))
    }

    fn cell(&self, cell: &Cell<'_>, row: usize, column: &str) {
        let Some(row) = self.rows.get(row) else { return };
        let ink = &cell.theme.palette.text;
        let short = row.kept == Some(false);
        let figure = |words: String, nothing: bool| cell.write(&words, Weight::Regular, if nothing { ink.faint } else { ink.normal });
        let seconds = |seconds: f64| figure(length(seconds), seconds <= 0.0);
        match column {
            "service" => match row.down_since {
                Some(since) => {
                    let told = format!("Without service since {}", self.clock.short(since));
                    let rest = cell.icon(Icon::ARROW_DOWN, cell.theme.level(Level::Critical).text, &told);
                    cell.within(rest).write(format::named(&row.service), Weight::Medium, ink.strong);
                }
                None => cell.text(format::named(&row.service)),
            },
            "tier" => cell.soft(&row.tier),
            "availability" => {
                let words = share(row.availability);
                let known = if row.complete {
                    ""
                } else {
                    "; not every outage of the period is known, so that it is too good"
                };
                if short {
                    let loud = cell.theme.level(Level::Critical).text;
                    let rest = cell.icon(Icon::SEAL_WARNING, loud, "Less than was promised");
                    cell.within(rest).write(&words, Weight::Medium, loud);
                } else {
                    figure(words, false);
                }
                cell.tip(&format!("{} % since {}{known}", row.availability, self.clock.exact(row.from)));
            }
            "promised" => cell.soft(&row.promised.map(|promised| format!("{promised} %")).unwrap_or_default()),
            "down" => seconds(row.down_s),
            "excluded" => seconds(row.excluded_s),
            "incidents" => figure(format::in_column(row.incidents as usize), row.incidents == 0),
            "outages" if row.late > 0 => {
                let words = format!("{}, {} late", format::in_column(row.outages as usize), format::in_column(row.late as usize));
                figure(words, false);
            }
            "outages" => figure(format::in_column(row.outages as usize), row.outages == 0),
            "mttr" => row.mttr_s.into_iter().for_each(seconds),
            "mtta" => row.mtta_s.into_iter().for_each(seconds),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;

    #[test]
    fn the_collectors_order_stands_until_another_is_asked_for() {
        let answer = Answer::read(&samples::scorecard(30)).unwrap();
        let ids = |sort: &[SortKey]| order(&answer, sort).iter().map(|row| row.id).collect::<Vec<_>>();
        assert_eq!(ids(&[]), answer.rows.iter().map(|row| row.id).collect::<Vec<_>>());
        let key = |column: &str, descending| SortKey {
            column: column.to_owned(),
            descending,
        };
        for column in COLUMNS {
            let (up, down) = (ids(&[key(column.id, false)]), ids(&[key(column.id, true)]));
            assert_ne!(up, down, "{}", column.id);
        }
    }
}
