//! What a plot draws, in words: the metric, and each series with its mark, its name and its value.

use egui::{Align, Rect, Role, Sense, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::{
    theme::{Icon, Theme, Weight},
    widgets::{
        plot::{self, Look},
        text,
    },
};

/// A series in a legend.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) look: Look,
    pub(super) name: String,
    pub(super) metric: String,
    /// Its value under the cursor, or its newest one.
    pub(super) value: String,
    /// More of it, for the tooltip.
    pub(super) more: String,
    pub(super) chosen: bool,
}

/// What was done to a legend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    Chosen(usize),
    Removed(usize),
}

/// Height of a line of a legend.
const HEIGHT: f32 = 28.0;
/// No series takes more room.
const WIDEST: f32 = 340.0;
/// Room that a series should have.
const USUAL: f32 = 196.0;
/// A legend has no more lines.
const LINES: usize = 3;
const MARK: f32 = 24.0;
const CROSS: f32 = 18.0;

/// Room of the name of the metric.
fn title(width: f32) -> f32 {
    (width * 0.3).min(220.0)
}

/// How high a legend of so many series is.
pub(super) fn height(width: f32, series: usize) -> f32 {
    let a_line = (((width - title(width)) / USUAL) as usize).max(1);
    HEIGHT * series.div_ceil(a_line).clamp(1, LINES) as f32
}

/// Draws it; what has no room is told by number.
pub(super) fn show(ui: &mut Ui, place: Rect, metric: &str, entries: &[Entry]) -> Option<Done> {
    let lines = (place.height() / HEIGHT).round().max(1.0) as usize;
    let each = entries.len().div_ceil(lines).max(1);
    let mut done = None;
    for (number, entries) in entries.chunks(each).enumerate() {
        let top = place.top() + HEIGHT * number as f32;
        let line = Rect::from_min_max(pos2(place.left(), top), pos2(place.right(), top + HEIGHT));
        let head = if number == 0 { metric } else { "" };
        let its = one_line(ui, line, (head, number), entries);
        done = its
            .map(|its| match its {
                Done::Chosen(at) => Done::Chosen(number * each + at),
                Done::Removed(at) => Done::Removed(number * each + at),
            })
            .or(done);
    }
    done
}

fn one_line(ui: &mut Ui, place: Rect, (metric, number): (&str, usize), entries: &[Entry]) -> Option<Done> {
    let theme = Theme::of(ui);
    let mut line = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(place)
            .layout(egui::Layout::left_to_right(Align::Center))
            .id_salt(("legend", number, entries.first().map(|entry| &entry.metric))),
    );
    line.set_clip_rect(place.intersect(ui.clip_rect()));
    line.spacing_mut().item_spacing.x = theme.scale.space.s;
    if !metric.is_empty() {
        line.scope(|ui| {
            ui.set_max_width(title(place.width()));
            text::label(ui, metric, Weight::Strong.at(theme.scale.text.small), theme.palette.text.strong);
        });
    }
    let mut done = None;
    for (number, entry) in entries.iter().enumerate() {
        let left = line.available_width();
        let rest = entries.len() - number;
        if left < 150.0 {
            text::soft(&mut line, &format!("and {rest} more"));
            break;
        }
        let width = (left / rest as f32).clamp(150.0, WIDEST).min(left);
        done = one(&mut line, &theme, entry, width)
            .map(|removed| if removed { Done::Removed(number) } else { Done::Chosen(number) })
            .or(done);
    }
    done
}

/// Draws one series; `Some(true)` when it is to go, `Some(false)` when it was chosen.
fn one(ui: &mut Ui, theme: &Theme, entry: &Entry, most: f32) -> Option<bool> {
    let space = &theme.scale.space;
    let small = Weight::Medium.at(theme.scale.text.small);
    let value = text::line(
        ui.painter(),
        &entry.value,
        Weight::Regular.at(theme.scale.text.small),
        theme.palette.text.normal,
        most / 2.0,
    );
    let fixed = MARK + value.size().x + CROSS + 4.0 * space.s;
    let name = text::line(ui.painter(), &entry.name, small, theme.palette.text.strong, (most - fixed).max(20.0));
    let (rect, _) = ui.allocate_exact_size(vec2((fixed + name.size().x).min(most), 24.0), Sense::hover());
    let (body, cross) = rect.split_left_right_at_x(rect.right() - CROSS - space.xs);
    let response = ui.interact(body, ui.scope_id().with(("series", &entry.name, &entry.metric)), Sense::click());
    if entry.chosen || response.hovered() {
        let ground = if entry.chosen {
            theme.palette.ground.selected
        } else {
            theme.palette.ground.hover
        };
        ui.painter().rect_filled(rect, theme.small_corner(), ground);
    }
    if response.has_focus() {
        ui.painter()
            .rect_stroke(rect, theme.small_corner(), (1.5, theme.palette.accent.focus), StrokeKind::Inside);
    }
    let left = rect.left() + space.xs;
    plot::swatch(
        ui,
        theme,
        Rect::from_min_max(pos2(left, rect.top()), pos2(left + MARK, rect.bottom())),
        entry.look,
    );
    let words = pos2(left + MARK + space.s, rect.center().y - name.size().y / 2.0);
    let after = words.x + name.size().x + space.s;
    ui.painter().galley(words, name, theme.palette.text.strong);
    let middle = rect.center().y - value.size().y / 2.0;
    ui.painter().galley(pos2(after, middle), value, theme.palette.text.normal);
    let told = format!("{}, {}: {}", entry.name, entry.metric, entry.value);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, entry.chosen, &told));
    let clicked = response.clicked();
    text::hover(response, &format!("{}\n{}\n{}", entry.name, entry.metric, entry.more));
    let away = ui.interact(cross, ui.scope_id().with(("away", &entry.name, &entry.metric)), Sense::click());
    let ink = if away.hovered() || away.has_focus() {
        theme.palette.text.strong
    } else {
        theme.palette.text.faint
    };
    text::paint_icon(ui.painter(), cross, Icon::X, 12.0, ink);
    away.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Take {}, {} away", entry.name, entry.metric)));
    if away.clicked() {
        return Some(true);
    }
    clicked.then_some(false)
}
