//! Above the board: by what things are grouped, which board, over how long, and how much of it is unusual.

use egui::{Align, Frame, Layout as Direction, Margin, Ui};
use pedkai_core::{
    detection::cohort::Trend,
    model::{Span, Timestamp},
};

use super::{DAYS, EVERY, Fleet};
use crate::{
    format::{self, Clock},
    model::Model,
    shell::Link,
    theme::{Icon, Level, Theme},
    widgets::{button, chip, text},
};

pub(super) fn top(ui: &mut Ui, view: &mut Fleet, model: &Model, clock: &Clock, link: &Link) {
    let theme = Theme::of(ui);
    let space = &theme.scale.space;
    let frame = Frame::new().inner_margin(Margin::symmetric(space.m as i8, space.s as i8));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            let width = (ui.available_width() * 0.24).clamp(150.0, 300.0);
            let chosen = view.search.show(ui, &view.attributes.rows, &view.layout.by, width);
            if let Some(chosen) = chosen {
                view.group_by(chosen);
            }
            let place = usize::from(view.layout.alike);
            if let Some(chosen) = button::segments(ui, &["Groups", "Fail alike"], place) {
                view.switch(chosen == 1);
            }
            if view.layout.alike {
                let place = DAYS.iter().position(|days| *days == view.layout.days).unwrap_or_default();
                if let Some(chosen) = button::segments(ui, &["7 days", "14 days", "30 days"], place) {
                    view.layout.days = DAYS.get(chosen).copied().unwrap_or(DAYS[0]);
                }
            }
            ui.with_layout(Direction::right_to_left(Align::Center), |ui| {
                let (at, failed) = if view.layout.alike {
                    (view.cohorts.at, view.cohorts.failed(model))
                } else {
                    (view.groups.at, view.groups.failed(model))
                };
                aged(ui, clock, link, at, failed);
            });
        });
        ui.horizontal_wrapped(|ui| {
            let by = format!("By {}", format::named(&view.layout.by));
            chip::chip(ui, Some(Icon::TAG), &by, chip::Tone::Quiet);
            if view.layout.alike { alike(ui, view) } else { groups(ui, view) }
        });
    });
    let line = ui.min_rect().bottom();
    ui.painter().hline(ui.max_rect().x_range(), line - 0.5, theme.line());
}

/// How old what is shown is, where that is older than it should be.
fn aged(ui: &mut Ui, clock: &Clock, link: &Link, at: Option<Timestamp>, failed: Option<&str>) {
    let Some(at) = at else { return };
    let age = clock.now.since(at);
    let late = age > Span::micros(3 * EVERY.as_micros()) || failed.is_some();
    if *link == Link::Live && !late {
        return;
    }
    let (icon, word) = if *link == Link::Live {
        (Icon::HOURGLASS_MEDIUM, "Not renewed")
    } else {
        (Icon::CLOUD_SLASH, "Offline")
    };
    let response = chip::chip(ui, Some(icon), &format!("{word}: as of {} ago", clock.age(at)), chip::Tone::Level(Level::Minor));
    if let Some(why) = failed {
        text::hover(response, why);
    }
}

fn tone(number: usize, level: Level) -> chip::Tone {
    if number > 0 { chip::Tone::Level(level) } else { chip::Tone::Quiet }
}

fn groups(ui: &mut Ui, view: &Fleet) {
    let rows = &view.groups.rows;
    if rows.is_empty() {
        return;
    }
    let sum = |of: fn(&pedkai_core::wire::GroupRow) -> u32| rows.iter().map(|row| u64::from(of(row))).sum::<u64>() as usize;
    chip::chip(ui, None, &format::counted(rows.len(), "group"), chip::Tone::Quiet);
    let down = sum(|row| row.down);
    chip::chip(
        ui,
        Some(Icon::X_CIRCLE),
        &format!("{} down", format::written(down)),
        tone(down, Level::Critical),
    )
    .on_hover_text("Things that are out of service: by a critical alarm of their own, or because of what they depend on");
    let silent = sum(|row| row.silent);
    chip::chip(
        ui,
        Some(Icon::HOURGLASS_MEDIUM),
        &format!("{} silent", format::written(silent)),
        tone(silent, Level::Major),
    )
    .on_hover_text("Things that were measured and have said nothing for longer than they ever should");
    let odd = rows.iter().filter(|row| row.away.is_some()).count();
    chip::chip(ui, Some(Icon::WAVE_SINE), &format!("{} unusual", format::written(odd)), tone(odd, Level::Minor))
        .on_hover_text("Groups that use more or less than in the 30 days before: more than three spreads from their median");
    if let Some(metric) = rows.iter().find_map(|row| row.metric.as_ref()) {
        chip::chip(ui, Some(Icon::GAUGE), format::named(metric), chip::Tone::Quiet)
            .on_hover_text("What utilisation is told by: mean of the last 24 hours. The groups policy names the metrics");
    }
}

fn alike(ui: &mut Ui, view: &Fleet) {
    let rows = &view.cohorts.rows;
    if rows.is_empty() {
        return;
    }
    let number = |wanted: Trend| rows.iter().filter(|row| row.trend == wanted).count();
    chip::chip(ui, None, &format::counted(rows.len(), "cohort"), chip::Tone::Quiet)
        .on_hover_text("Things that share a value, of which at least two had alarms of the same type within 30 days");
    let worse = number(Trend::Worsening);
    chip::chip(
        ui,
        Some(Icon::TREND_UP),
        &format!("{} worsening", format::written(worse)),
        tone(worse, Level::Major),
    )
    .on_hover_text("Their alarms grow by more than 0.1 a day, every day");
    let better = number(Trend::Improving);
    chip::chip(ui, Some(Icon::TREND_DOWN), &format!("{} improving", format::written(better)), chip::Tone::Quiet)
        .on_hover_text("Their alarms fall by more than 0.1 a day, every day");
}
