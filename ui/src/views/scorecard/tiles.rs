//! The figures of the whole network, each with what it means.

use egui::{Align, Frame, Margin, Rect, Role, Sense, Ui, WidgetInfo, vec2};
use pedkai_core::model::Span;

use super::answer::Answer;
use crate::{
    format,
    theme::{Level, Theme, Weight},
    widgets::text,
};

/// Below this width the figures stand in two rows.
const NARROW: f32 = 880.0;
const HIGH: f32 = 78.0;

struct Tile {
    words: &'static str,
    value: String,
    detail: String,
    meaning: &'static str,
    level: Option<Level>,
}

/// A share as percent that never says more than there was.
pub(super) fn share(percent: f64) -> String {
    if percent >= 100.0 {
        "100 %".to_owned()
    } else {
        format!("{:.3} %", (percent * 1_000.0).floor() / 1_000.0)
    }
}

/// A length in seconds.
pub(super) fn length(seconds: f64) -> String {
    format::span(Span::micros((seconds * 1e6) as i64))
}

fn tiles(answer: &Answer) -> [Tile; 5] {
    let (total, noise) = (&answer.total, &answer.noise);
    let outages = format::counted(total.outages as usize, "outage");
    let number = |number: u64| format::short(usize::try_from(number).unwrap_or(usize::MAX));
    let broken = total.promised.saturating_sub(total.kept);
    let dash = || "–".to_owned();
    let down = match total.down {
        0 => "none is down now".to_owned(),
        down => format!("{} down now", format::count(down as usize)),
    };
    [
        Tile {
            words: "Availability",
            value: total.availability.map_or_else(dash, share),
            detail: format!("of {}, {down}", format::counted(total.services as usize, "service")),
            meaning: "Mean over the services that were promised something. A service's availability is the share of the period in which no incident is \
                      held to have taken it away; agreed work does not count against it.",
            level: None,
        },
        Tile {
            words: "Promises kept",
            value: format!("{} of {}", format::count(total.kept as usize), format::count(total.promised as usize)),
            detail: format!("{} fell short", format::count(broken as usize)),
            meaning: "Services whose availability in this period is not below the share that was promised to them. The promise itself is for a calendar \
                      month (UTC): the SLA screen tells how that stands.",
            level: (broken > 0).then_some(Level::Critical),
        },
        Tile {
            words: "MTTR",
            value: total.mttr_s.map_or_else(dash, length),
            detail: format!("{outages} ended, {} late", format::count(total.late as usize)),
            meaning: "Mean time to restore: from the begin of an outage until service was back, over the outages that ended in this period. Agreed work does \
                      not count. Late is what lasted longer than the time to restore that was promised.",
            level: None,
        },
        Tile {
            words: "MTTA",
            value: total.mtta_s.map_or_else(dash, length),
            detail: "until a person took it up".to_owned(),
            meaning: "Mean time to acknowledge: from the begin of an outage until a person acknowledged or owned its incident, over the outages that ended in \
                      this period and that a person took up.",
            level: None,
        },
        Tile {
            words: "Noise reduction",
            value: noise.reduction.map_or_else(dash, |percent| share(percent.max(0.0))),
            detail: format!("{} events, {} incidents", number(noise.events), number(noise.incidents)),
            meaning: "Events that came in and incidents that were opened: 100 × (1 − incidents / events). Whole hours are counted, those in which the \
                      period begins and ends too.",
            level: None,
        },
    ]
}

pub(super) fn show(ui: &mut Ui, answer: &Answer) {
    let theme = Theme::of(ui);
    let (gap, margin) = (theme.scale.space.s, theme.scale.space.m);
    let tiles = tiles(answer);
    Frame::new().inner_margin(Margin::same(margin as i8)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing = vec2(gap, gap);
        let beside = if ui.available_width() < NARROW { 3 } else { tiles.len() };
        for row in tiles.chunks(beside) {
            let width = (ui.available_width() - gap * (row.len() - 1) as f32) / row.len() as f32;
            ui.horizontal(|ui| {
                for tile in row {
                    draw(ui, &theme, width, tile);
                }
            });
        }
    });
}

fn draw(ui: &mut Ui, theme: &Theme, width: f32, tile: &Tile) {
    let (rect, response) = ui.allocate_exact_size(vec2(width, HIGH), Sense::hover());
    let (painter, ink) = (ui.painter(), &theme.palette.text);
    painter.rect(rect, theme.corner(), theme.palette.ground.surface, theme.line(), egui::StrokeKind::Inside);
    let inner = rect.shrink2(vec2(theme.scale.space.m, theme.scale.space.s));
    let strip = |from: f32, high: f32| Rect::from_min_size(inner.left_top() + vec2(0.0, from), vec2(inner.width(), high));
    let small = Weight::Regular.at(theme.scale.text.small);
    text::paint(painter, strip(0.0, 16.0), tile.words, small.clone(), ink.soft, Align::Min);
    let loud = tile.level.map_or(ink.strong, |level| theme.level(level).text);
    text::paint(
        painter,
        strip(16.0, 28.0),
        &tile.value,
        Weight::Strong.at(theme.scale.text.display),
        loud,
        Align::Min,
    );
    text::paint(painter, strip(45.0, 16.0), &tile.detail, small, ink.soft, Align::Min);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{}: {}; {}", tile.words, tile.value, tile.detail)));
    response.on_hover_text(format!("{}\n\n{}", tile.detail, tile.meaning));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_never_says_more_than_there_was() {
        assert_eq!(
            (share(99.999_96), share(100.0), share(0.0)),
            ("99.999 %".to_owned(), "100 %".to_owned(), "0.000 %".to_owned())
        );
    }
}
