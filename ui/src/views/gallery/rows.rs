use egui::Ui;

use crate::{
    theme::{Level, Weight},
    widgets::{
        table::{Cell, Column, Rows},
        text,
    },
};

pub(super) const COLUMNS: [Column; 4] = [
    Column::new("severity", "Sev", 48.0).hint("Severity").unsorted(),
    Column::new("entity", "Entity", 120.0),
    Column::new("text", "Text", 140.0).grows(),
    Column::new("count", "Count", 64.0).right(),
];

const NAMES: [&str; 5] = [
    "RTR-BERN-02",
    "OLT-7",
    "Basel–Olten fibre 2",
    "MW-0412",
    "a name of a thing that is longer than its column",
];

/// A few rows that show what a row can look like.
pub(super) struct Samples {
    pub(super) open: Option<(usize, f32)>,
}

impl Rows for Samples {
    fn len(&self) -> usize {
        200
    }

    fn name(&self, row: usize) -> String {
        format!("sample row {row}")
    }

    fn selected(&self, row: usize) -> bool {
        row == 2
    }

    fn cursor(&self, row: usize) -> bool {
        row == 3
    }

    fn cell(&self, cell: &Cell<'_>, row: usize, column: &str) {
        let level = Level::ALL[row % Level::ALL.len()];
        match column {
            "severity" => {
                cell.badge(level);
            }
            "entity" => cell.write(NAMES[row % NAMES.len()], Weight::Medium, cell.theme.palette.text.strong),
            "text" => cell.text("Optical power below threshold on port 3, −31.2 dBm"),
            _ => cell.soft(&(row * row).to_string()),
        }
    }

    fn open(&self) -> Option<(usize, f32)> {
        self.open
    }

    fn inside(&mut self, ui: &mut Ui, _row: usize) {
        text::soft(ui, "The inside of an open row: raw events, key parts, both times.");
        text::mono(ui, "1.3.6.1.6.3.1.1.5.3 linkDown ifIndex=12");
    }
}
