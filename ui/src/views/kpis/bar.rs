//! Above the plots: finding series, the length of time, what is drawn beside the values, files.

use egui::{Align, Frame, Layout as Direction, Margin, Ui};

use super::{KpiView, shown::Key, window::LENGTHS};
use crate::{
    command::{Command, KpiCommand},
    format::Clock,
    intent::Intent,
    model::Model,
    shell::Link,
    theme::{Icon, Level, Theme, Weight},
    widgets::{
        button::{self, Button},
        text,
    },
};

/// Draws it; commands that were clicked are returned.
pub(super) fn top(ui: &mut Ui, view: &mut KpiView, model: &Model, clock: &Clock, link: &Link, intents: &mut Vec<Intent>) -> Vec<KpiCommand> {
    let theme = Theme::of(ui);
    let space = &theme.scale.space;
    let mut given = Vec::new();
    let frame = Frame::new()
        .fill(theme.palette.ground.surface)
        .inner_margin(Margin::symmetric(space.m as i8, space.s as i8));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            let width = (ui.available_width() * 0.36).clamp(200.0, 460.0);
            let keys: Vec<Key> = view.shown.iter().map(|shown| shown.key.clone()).collect();
            if let Some(key) = view.search.show(ui, model, clock, width, &keys, intents) {
                view.add(key);
            }
            ui.with_layout(Direction::right_to_left(Align::Center), |ui| right(ui, view, &mut given));
        });
        ui.horizontal(|ui| {
            let lengths = LENGTHS.map(|(word, _)| word);
            if let Some(chosen) = button::segments(ui, &lengths, view.window.chosen) {
                view.window.choose(chosen);
            }
            for (icon, command) in [
                (Icon::CARET_LEFT, KpiCommand::Earlier),
                (Icon::CARET_RIGHT, KpiCommand::Later),
                (Icon::MAGNIFYING_GLASS_PLUS, KpiCommand::ZoomIn),
                (Icon::MAGNIFYING_GLASS_MINUS, KpiCommand::ZoomOut),
                (Icon::CORNERS_OUT, KpiCommand::Whole),
            ] {
                if button::icon(ui, icon, &meaning(command), false).clicked() {
                    given.push(command);
                }
            }
            ui.with_layout(Direction::right_to_left(Align::Center), |ui| told(ui, &theme, view, clock, link));
        });
    });
    let line = ui.min_rect().bottom();
    ui.painter().hline(ui.max_rect().x_range(), line - 0.5, theme.line());
    given
}

/// The name of a command with its key.
fn meaning(command: KpiCommand) -> String {
    let facts = Command::Kpi(command).facts();
    let keys = facts.keys.first().map(|keys| keys.words()).unwrap_or_default();
    format!("{} ({keys})", facts.label)
}

/// Buttons at the right: what is drawn beside the values, and files.
fn right(ui: &mut Ui, view: &KpiView, given: &mut Vec<KpiCommand>) {
    let nothing = view.shown.is_empty().then_some("No series is shown");
    let banded = view
        .shown
        .iter()
        .any(|shown| shown.samples.curve().is_some_and(|curve| !curve.expected().is_empty()));
    let unknown = nothing.or((!banded).then_some("Nothing is known of what to expect here"));
    let button = |label, command: KpiCommand| Button::new(label).icon(Command::Kpi(command).facts().icon);
    let row = [
        button("Picture", KpiCommand::SavePicture).key("Shift+E").unless(nothing),
        button("CSV", KpiCommand::SaveTable).key("E").unless(nothing),
        button("Expected", KpiCommand::Band).key("B").chosen(view.band && banded).unless(unknown),
        button("Last week", KpiCommand::Compare).key("W").chosen(view.compare).unless(nothing),
    ];
    let commands = [KpiCommand::SavePicture, KpiCommand::SaveTable, KpiCommand::Band, KpiCommand::Compare];
    for (button, command) in button::fitting(ui, ui.available_width(), row).into_iter().zip(commands) {
        if button.show(ui).clicked() {
            given.push(command);
        }
    }
}

/// Which time is seen, and how old what is drawn is.
fn told(ui: &mut Ui, theme: &Theme, view: &KpiView, clock: &Clock, link: &Link) {
    let (from, to) = view.window.seen(clock.now);
    let end = if view.window.follows() { "now".to_owned() } else { clock.short(to) };
    let mut words = format!("{} to {end} {}", clock.short(from), clock.zone_name());
    let failed = view.shown.iter().find_map(|shown| shown.samples.failed.clone());
    let until = view.shown.iter().filter_map(|shown| shown.samples.until()).min();
    let stale = failed.is_some() || *link != Link::Live;
    if stale && let Some(until) = until.filter(|until| *until < clock.now) {
        words = format!("{words} · as of {}", clock.short(until));
    }
    let ink = if stale && !view.shown.is_empty() {
        theme.level(Level::Minor).text
    } else {
        theme.palette.text.soft
    };
    if stale && !view.shown.is_empty() {
        words = format!("{words} · not renewed");
    }
    let response = text::label(ui, &words, Weight::Regular.at(theme.scale.text.small), ink);
    if let Some(why) = failed {
        text::hover(response, &why);
    }
}
