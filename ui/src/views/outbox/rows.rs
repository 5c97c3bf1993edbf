use egui::Color32;
use std::cmp::Ordering;
use uuid::Uuid;

use crate::{
    format::{self, Clock},
    model::{Asked, Fate, Outbox},
    theme::{Icon, Level, Theme, Weight},
    widgets::{
        selection::Selection,
        table::{Cell, Column, Rows, SortKey},
    },
};

pub(super) const COLUMNS: [Column; 6] = [
    Column::new("fate", "State", 112.0).hint("Refused, or waiting for the collector"),
    Column::new("what", "Asked", 190.0).hint("What was asked"),
    Column::new("on", "On", 250.0)
        .hint("Alarm or incident, as it was called when it was asked")
        .grows(),
    Column::new("why", "Why it is not done", 250.0).hint("What the collector answered").stretches(),
    Column::new("age", "Age", 84.0).hint("Time since it was asked").right(),
    Column::new("by", "By", 100.0).hint("Who asked"),
];

/// Icon, word and ink of a fate: told apart by all three.
pub(super) fn fate(theme: &Theme, fate: &Fate) -> (Icon, &'static str, Color32) {
    match fate {
        Fate::Refused { .. } => (Icon::PROHIBIT, "Refused", theme.level(Level::Major).text),
        Fate::Waiting { answered: 0 } => (Icon::HOURGLASS_MEDIUM, "Waiting", theme.palette.text.soft),
        Fate::Waiting { .. } => (Icon::PAPER_PLANE_TILT, "Under way", theme.palette.text.soft),
    }
}

/// Why it is not done.
pub(super) fn why(asked: &Asked) -> String {
    match &asked.fate {
        Fate::Refused { why, .. } => why.clone(),
        Fate::Waiting { answered: 0 } => "Sent as soon as the collector answers".to_owned(),
        Fate::Waiting { answered } => format!(
            "{} of {} answered",
            format::count(*answered.min(&asked.aims.len())),
            format::count(asked.aims.len())
        ),
    }
}

/// Ids of what is not done, in order.
pub(super) fn lines(outbox: &Outbox, sort: &[SortKey]) -> Vec<Uuid> {
    let mut shown: Vec<&Asked> = outbox.iter().collect();
    shown.sort_by(|a, b| order(sort, a, b));
    shown.into_iter().map(|asked| asked.id).collect()
}

fn order(sort: &[SortKey], a: &Asked, b: &Asked) -> Ordering {
    let first = |asked: &Asked| asked.aims.first().map(|aim| aim.name.clone());
    let by = |column: &str| match column {
        "fate" => b.refused().cmp(&a.refused()),
        "what" => a.what.cmp(&b.what),
        "on" => first(a).cmp(&first(b)),
        "why" => why(a).cmp(&why(b)),
        "age" => b.at.cmp(&a.at),
        "by" => a.by.cmp(&b.by),
        _ => Ordering::Equal,
    };
    SortKey::order(sort, by).then_with(|| b.at.cmp(&a.at).then(a.id.cmp(&b.id)))
}

/// The list as the table asks for it.
pub(super) struct OutboxLines<'a> {
    pub(super) outbox: &'a Outbox,
    pub(super) clock: &'a Clock,
    pub(super) lines: &'a [Uuid],
    pub(super) selection: &'a Selection<Uuid>,
}

impl OutboxLines<'_> {
    fn asked(&self, row: usize) -> Option<&Asked> {
        self.lines.get(row).and_then(|id| self.outbox.get(*id))
    }
}

impl Rows for OutboxLines<'_> {
    fn len(&self) -> usize {
        self.lines.len()
    }

    fn name(&self, row: usize) -> String {
        self.asked(row).map_or(String::new(), |asked| {
            let word = if asked.refused() { "refused" } else { "waiting" };
            format!("{word}: {}, {}: {}", asked.what, asked.on(), why(asked))
        })
    }

    fn selected(&self, row: usize) -> bool {
        self.lines.get(row).is_some_and(|id| self.selection.contains(*id))
    }

    fn cursor(&self, row: usize) -> bool {
        self.lines.get(row).is_some_and(|id| self.selection.cursor() == Some(*id))
    }

    fn cell(&self, cell: &Cell<'_>, row: usize, column: &str) {
        let Some(asked) = self.asked(row) else { return };
        let text = &cell.theme.palette.text;
        let loud = if asked.refused() { text.strong } else { text.soft };
        match column {
            "fate" => {
                let (icon, word, ink) = fate(cell.theme, &asked.fate);
                let rest = cell.icon(icon, ink, word);
                cell.within(rest).write(word, Weight::Medium, ink);
            }
            "what" => cell.write(&asked.what, if asked.refused() { Weight::Medium } else { Weight::Regular }, loud),
            "on" => cell.write(&asked.on(), Weight::Regular, loud),
            "why" if asked.refused() => cell.text(&why(asked)),
            "why" => cell.soft(&why(asked)),
            "age" => cell.soft(&self.clock.age(asked.at)),
            "by" => cell.text(&asked.by),
            _ => {}
        }
    }
}
