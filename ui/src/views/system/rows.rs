use pedkai_core::screen::SourceRow;
use std::cmp::Ordering;
use uuid::Uuid;

use crate::{
    format::{self, Clock},
    model::{self, Model},
    theme::{Icon, Level, Weight},
    widgets::table::{Cell, Column, Rows, SortKey},
};

pub(super) const COLUMNS: [Column; 10] = [
    Column::new("state", "State", 84.0).hint("Whether it has spoken within its usual time"),
    Column::new("heard", "Last heard", 92.0).hint("Time since its newest word").right(),
    Column::new("door", "Door", 72.0).hint("Protocol it speaks"),
    Column::new("address", "Address", 124.0).hint("Address, or the name of its credential"),
    Column::new("entity", "Entity", 110.0).hint("The entity with that address").grows(),
    Column::new("received", "Events", 76.0).hint("Events heard").right(),
    Column::new("alarms", "Alarms", 68.0)
        .hint("Events that raised, repeated or cleared an alarm")
        .right(),
    Column::new("unmapped", "Unmapped", 76.0).hint("Events that no rule knew").right(),
    Column::new("unreadable", "Unreadable", 82.0).hint("Events that could not be read").right(),
    Column::new("duplicates", "Repeated", 76.0)
        .hint("Events whose key was seen before")
        .right()
        .hidden(),
];

pub(super) fn lines(model: &Model, sort: &[SortKey]) -> Vec<Uuid> {
    let mut shown: Vec<&SourceRow> = model.sources().iter().collect();
    shown.sort_by(|a, b| order(sort, a, b));
    shown.into_iter().map(|source| source.id).collect()
}

fn order(sort: &[SortKey], a: &SourceRow, b: &SourceRow) -> Ordering {
    let by = |column: &str| match column {
        "heard" | "state" => a.last_at.cmp(&b.last_at),
        "door" => a.source.word().cmp(b.source.word()),
        "address" => a.address.cmp(&b.address),
        "entity" => a.entity_name.cmp(&b.entity_name),
        "received" => a.received.cmp(&b.received),
        "alarms" => a.alarms.cmp(&b.alarms),
        "unmapped" => a.unmapped.cmp(&b.unmapped),
        "unreadable" => a.unreadable.cmp(&b.unreadable),
        "duplicates" => a.duplicates.cmp(&b.duplicates),
        _ => Ordering::Equal,
    };
    SortKey::order(sort, by).then_with(|| a.id.cmp(&b.id))
}

pub(super) struct SourceLines<'a> {
    pub(super) model: &'a Model,
    pub(super) clock: &'a Clock,
    pub(super) lines: &'a [Uuid],
}

impl SourceLines<'_> {
    fn source(&self, row: usize) -> Option<&SourceRow> {
        self.lines.get(row).and_then(|id| self.model.sources().get(*id))
    }
}

impl Rows for SourceLines<'_> {
    fn len(&self) -> usize {
        self.lines.len()
    }

    fn name(&self, row: usize) -> String {
        let told = |source: &SourceRow| {
            let state = if model::silence(source, self.clock.now).is_some() { "stale" } else { "fresh" };
            format!(
                "{state} source {} {}, last heard {} ago",
                source.source.word(),
                source.address,
                self.clock.age(source.last_at)
            )
        };
        self.source(row).map(told).unwrap_or_default()
    }

    fn selected(&self, _row: usize) -> bool {
        false
    }

    fn cursor(&self, _row: usize) -> bool {
        false
    }

    fn cell(&self, cell: &Cell<'_>, row: usize, column: &str) {
        let Some(source) = self.source(row) else { return };
        let ink = &cell.theme.palette.text;
        let stale = model::silence(source, self.clock.now).is_some();
        let figure = |number: u64, odd: bool| {
            let colour = if number == 0 {
                ink.faint
            } else if odd {
                cell.theme.level(Level::Minor).text
            } else {
                ink.normal
            };
            cell.write(&format::written(number as usize), Weight::Regular, colour);
        };
        match column {
            "state" if stale => {
                let loud = cell.theme.level(Level::Major).text;
                let rest = cell.icon(Icon::HOURGLASS_MEDIUM, loud, "Silent for longer than it ever should be");
                cell.within(rest).write("STALE", Weight::Strong, loud);
            }
            "state" => {
                let rest = cell.icon(Icon::PULSE, ink.faint, "Has spoken within its usual time");
                cell.within(rest).soft("Fresh");
            }
            "heard" => cell.write(&self.clock.age(source.last_at), Weight::Regular, if stale { ink.strong } else { ink.soft }),
            "door" => cell.text(source.source.word()),
            "address" => cell.write(&source.address, Weight::Mono, ink.normal),
            "entity" => cell.text(&source.entity_name),
            "received" => figure(source.received, false),
            "alarms" => figure(source.alarms, false),
            "unmapped" => figure(source.unmapped, false),
            "unreadable" => figure(source.unreadable, true),
            "duplicates" => figure(source.duplicates, false),
            _ => {}
        }
    }
}
