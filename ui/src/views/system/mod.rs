//! How the product itself is: who is heard, how fresh, what was lost, what the collector does.

mod collector;
mod rows;

use egui::{Align, Frame, Layout as Direction, Margin, ScrollArea, Ui, UiBuilder, vec2};
use pedkai_core::model::{Span, Timestamp};

use self::rows::{COLUMNS, SourceLines};
use crate::{
    format::{self, Clock},
    intent::{Fetch, Intent},
    model::{self, Model},
    theme::{Icon, Level, Theme},
    widgets::{
        card::Card,
        chip, empty,
        table::{Table, TableState},
        text,
    },
};

/// The screen of the product itself.
#[derive(Debug)]
pub struct System {
    table: TableState,
    asked_at: Option<Timestamp>,
}

impl Default for System {
    fn default() -> Self {
        Self {
            table: TableState::sorted_by("heard", false),
            asked_at: None,
        }
    }
}

/// How often the collector is asked how it is.
const EVERY: Span = Span::seconds(10);
const WIDTH: f32 = 320.0;
/// The list of sources is never lower.
const LOWEST: f32 = 300.0;

/// Draws what the collector tells of itself.
fn told_of_itself(ui: &mut Ui, model: &Model, clock: &Clock) {
    collector::workers(ui, model);
    collector::storage(ui, model);
    collector::seats(ui, model);
    collector::dead_letters(ui, model, clock);
}

impl System {
    /// Draws it.
    pub fn show(&mut self, ui: &mut Ui, model: &Model, clock: &Clock) -> Vec<Intent> {
        let mut intents = Vec::new();
        if self.asked_at.is_none_or(|at| clock.now.since(at).abs() >= EVERY) {
            self.asked_at = Some(clock.now);
            intents.extend([Fetch::Storage, Fetch::Seats, Fetch::DeadLetters, Fetch::Stats].map(Intent::Fetch));
        }
        let theme = Theme::of(ui);
        let gap = theme.scale.space.m;
        let whole = ui.available_rect_before_wrap().shrink(gap);
        if whole.width() < 2.5 * WIDTH {
            let mut column = ui.new_child(UiBuilder::new().max_rect(whole));
            ScrollArea::vertical().auto_shrink(false).show(&mut column, |ui| {
                ui.spacing_mut().item_spacing.y = gap;
                self.sources(ui, model, clock, (whole.height() * 0.6).max(LOWEST));
                told_of_itself(ui, model, clock);
            });
            return intents;
        }
        let (left, right) = whole.split_left_right_at_x(whole.right() - WIDTH);
        let left = left.with_max_x(left.right() - gap);
        self.sources(&mut ui.new_child(UiBuilder::new().max_rect(left)), model, clock, left.height());
        let mut column = ui.new_child(UiBuilder::new().max_rect(right));
        ScrollArea::vertical().auto_shrink(false).show(&mut column, |ui| {
            ui.spacing_mut().item_spacing.y = gap;
            told_of_itself(ui, model, clock);
        });
        intents
    }

    fn sources(&mut self, ui: &mut Ui, model: &Model, clock: &Clock, height: f32) {
        let silent = model.sources().iter().filter(|source| model::silence(source, clock.now).is_some()).count();
        let sum = |count: fn(&pedkai_core::screen::SourceRow) -> u64| model.sources().iter().map(count).fold(0, u64::saturating_add) as usize;
        Card::new("Sources")
            .icon(Icon::BROADCAST)
            .note(format::counted(model.sources().len(), "source"))
            .flush()
            .show(ui, |ui| {
                let inner = Frame::new().inner_margin(Margin::symmetric(12, 4));
                inner.show(ui, |ui| {
                    ui.horizontal(|ui| {
                        if silent > 0 {
                            chip::chip(ui, Some(Icon::HOURGLASS_MEDIUM), &format!("{silent} STALE"), chip::Tone::Level(Level::Major));
                        }
                        chip::chip(ui, None, &format!("{} heard", format::written(sum(|row| row.received))), chip::Tone::Quiet);
                        chip::chip(
                            ui,
                            None,
                            &format!("{} known to no rule", format::written(sum(|row| row.unmapped))),
                            chip::Tone::Quiet,
                        );
                        let lost = sum(|row| row.unreadable);
                        let tone = if lost > 0 { chip::Tone::Level(Level::Minor) } else { chip::Tone::Quiet };
                        chip::chip(ui, None, &format!("{} unreadable", format::written(lost)), tone);
                        ui.with_layout(Direction::right_to_left(Align::Center), |ui| {
                            text::soft(ui, "silent beyond its usual gap is STALE")
                        });
                    });
                });
                let (_, place) = ui.allocate_space(vec2(ui.available_width(), (height - 80.0).max(160.0)));
                let mut table = ui.new_child(egui::UiBuilder::new().max_rect(place));
                if model.sources().is_empty() {
                    empty::empty(
                        &mut table,
                        Icon::BROADCAST,
                        "Nothing was heard yet",
                        "Point SNMP traps, syslog or the webhook at the collector; each sender appears here with its first word.",
                        None,
                    );
                } else {
                    let lines = rows::lines(model, &self.table.sort);
                    Table::new("sources", &COLUMNS).show(&mut table, &mut self.table, &mut SourceLines { model, clock, lines: &lines });
                }
            });
    }
}
