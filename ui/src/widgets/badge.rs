//! Severity: the shape with its letter, alone or with its word or a count.

use egui::{Align, Align2, Painter, Rect, Response, Role, Sense, Ui, Vec2, WidgetInfo, vec2};

use super::text;
use crate::{
    format,
    theme::{Level, Theme, Weight},
};

/// Paints the shape with its letter into `rect`.
pub fn paint(painter: &Painter, theme: &Theme, rect: Rect, level: Level) {
    let ink = theme.level(level);
    let outline = level.silhouette();
    painter.add(outline.shape(rect, ink));
    if rect.width() >= 12.0 {
        let colour = if level == Level::Cleared { ink.text } else { ink.on_fill };
        let font = Weight::Strong.at(rect.width() * outline.letter_share());
        painter.text(outline.letter_centre(rect), Align2::CENTER_CENTER, level.letter(), font, colour);
    }
}

/// The shape with its letter.
pub fn severity(ui: &mut Ui, level: Level) -> Response {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(theme.scale.control.badge), Sense::hover());
    paint(ui.painter(), &theme, rect, level);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, level.word()));
    response.on_hover_text(level.word())
}

/// The shape with its word.
pub fn severity_word(ui: &mut Ui, level: Level) -> Response {
    ui.horizontal(|ui| {
        let theme = Theme::of(ui);
        ui.spacing_mut().item_spacing.x = theme.scale.space.xs + theme.scale.space.xxs;
        let shape = severity(ui, level);
        text::label(ui, level.word(), Weight::Medium.at(theme.scale.text.body), theme.level(level).text) | shape
    })
    .inner
}

/// How many of a severity there are; none is grey. The whole is a switch for a filter.
pub fn count(ui: &mut Ui, level: Level, number: usize, chosen: bool) -> Response {
    let theme = Theme::of(ui);
    let some = number > 0;
    let colour = if some { theme.palette.text.strong } else { theme.palette.text.faint };
    let words = format::written(number);
    let galley = text::line(ui.painter(), &words, Weight::Medium.at(theme.scale.text.body), colour, f32::INFINITY);
    let side = theme.scale.control.badge;
    let space = &theme.scale.space;
    let size = vec2(side + space.xs + space.xxs + galley.size().x + 2.0 * space.s, theme.scale.control.height);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let painter = ui.painter();
    if chosen || response.hovered() {
        let ground = if chosen { theme.palette.ground.selected } else { theme.palette.ground.hover };
        painter.rect_filled(rect, theme.small_corner(), ground);
    }
    if response.has_focus() {
        painter.rect_stroke(rect, theme.small_corner(), (1.5, theme.palette.accent.focus), egui::StrokeKind::Inside);
    }
    let inner = rect.shrink2(vec2(space.s, 0.0));
    let shape = Align2::LEFT_CENTER.align_size_within_rect(Vec2::splat(side), inner);
    if some {
        paint(painter, &theme, shape, level);
    } else {
        let mut quiet = theme.level(Level::Cleared).clone();
        quiet.fill = Theme::veil(theme.palette.text.faint, 0.45);
        painter.add(level.silhouette().shape(shape.shrink(1.0), &quiet));
    }
    let words_rect = Rect::from_min_max(inner.min + vec2(side + space.xs + space.xxs, 0.0), inner.max);
    text::paint(painter, words_rect, &words, Weight::Medium.at(theme.scale.text.body), colour, Align::Min);
    let name = format!("{number} {}", level.word().to_lowercase());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen, &name));
    response.on_hover_text(name)
}
