//! What was done without anybody: from what was heard to what an operator is asked to look at.

use egui::Ui;

use super::figures::Figures;
use crate::{
    format,
    theme::Icon,
    widgets::card::{self, Card},
};

pub(super) fn show(ui: &mut Ui, figures: &Figures) {
    Card::new("Done by itself")
        .icon(Icon::ROBOT)
        .note("nothing in the network was touched")
        .show(ui, |ui| {
            for (what, words) in lines(figures) {
                card::fact(ui, what, &words);
            }
        });
}

/// Each step with what it made of what came before.
fn lines(figures: &Figures) -> [(&'static str, String); 4] {
    let done = &figures.done;
    let (sources, open) = (format::counted(done.sources, "source"), done.open);
    [
        ("Heard", format!("{} from {sources}", format::counted(done.heard, "event"))),
        (
            "Folded",
            format!("{} into {}", format::counted(done.repeats, "repeat"), format::counted(done.alarms, "alarm")),
        ),
        (
            "Tied",
            format!("{} into {}", format::counted(done.tied, "alarm"), format::counted(open, "incident")),
        ),
        ("Guessed", format!("the cause of {} of {}", format::count(done.guessed), format::count(open))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::samples, testing};

    #[test]
    fn steps_say_how_much_became_how_little() {
        let model = samples::typical();
        let lines = lines(&Figures::of(&model, &testing::clock()));
        assert_eq!(
            lines.map(|(_, words)| words),
            [
                "1\u{202f}083\u{202f}735 events from 9 sources",
                "234 repeats into 10 alarms",
                "7 alarms into 2 incidents",
                "the cause of 1 of 2"
            ]
        );
    }
}
