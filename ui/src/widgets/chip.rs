//! Chips: a word or two in a small frame, such as a part of a filter or a state.

use egui::{Align, Response, Role, Sense, StrokeKind, Ui, WidgetInfo, vec2};

use super::text;
use crate::theme::{Icon, Level, Theme, Weight};

/// What a chip says besides its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Nothing.
    Quiet,
    /// Something abnormal, of this severity.
    Level(Level),
}

/// No chip is wider, so that a long name leaves room for the next.
const WIDEST: f32 = 200.0;

/// A chip.
pub fn chip(ui: &mut Ui, icon: Option<Icon>, words: &str, tone: Tone) -> Response {
    draw(ui, icon, words, tone, false)
}

/// A chip that goes when it is clicked.
pub fn removable(ui: &mut Ui, words: &str) -> bool {
    draw(ui, None, words, Tone::Quiet, true).on_hover_text(format!("Remove \"{words}\"")).clicked()
}

fn draw(ui: &mut Ui, icon: Option<Icon>, words: &str, tone: Tone, removable: bool) -> Response {
    let theme = Theme::of(ui);
    let space = &theme.scale.space;
    let (ground, ink) = match tone {
        Tone::Quiet => (theme.palette.ground.raised, theme.palette.text.normal),
        Tone::Level(level) => (theme.level(level).tint, theme.level(level).text),
    };
    let font = Weight::Medium.at(theme.scale.text.small);
    let icon_size = theme.scale.text.body;
    let extra = (icon_size + space.xs) * (f32::from(u8::from(icon.is_some())) + f32::from(u8::from(removable)));
    let room = (ui.available_width().min(WIDEST) - extra - 2.0 * space.s).max(24.0);
    let galley = text::line(ui.painter(), words, font, ink, room);
    let cut = galley.elided;
    let size = vec2(galley.size().x + extra + 2.0 * space.s, 22.0);
    let (rect, response) = ui.allocate_exact_size(size, if removable { Sense::click() } else { Sense::hover() });
    let painter = ui.painter();
    painter.rect_filled(
        rect,
        theme.small_corner(),
        if removable && response.hovered() {
            theme.palette.ground.hover
        } else {
            ground
        },
    );
    let edge = if response.has_focus() {
        egui::Stroke::new(1.5, theme.palette.accent.focus)
    } else {
        theme.line()
    };
    if tone == Tone::Quiet || response.has_focus() {
        painter.rect_stroke(rect, theme.small_corner(), edge, StrokeKind::Inside);
    }
    let mut inner = rect.shrink2(vec2(space.s, 0.0));
    if let Some(icon) = icon {
        text::paint_icon(painter, inner.with_max_x(inner.left() + icon_size), icon, icon_size, ink);
        inner.min.x += icon_size + space.xs;
    }
    if removable {
        text::paint_icon(
            painter,
            inner.with_min_x(inner.right() - icon_size),
            Icon::X,
            icon_size - 2.0,
            theme.palette.text.soft,
        );
    }
    let width = galley.size().x;
    painter.galley(egui::pos2(inner.left(), inner.center().y - galley.size().y / 2.0), galley, ink);
    debug_assert!(width.is_finite(), "a chip has a width");
    let role = if removable { Role::Button } else { Role::Label };
    response.widget_info(|| WidgetInfo::labeled(role, true, words));
    if cut { text::hover(response, words) } else { response }
}

/// Width of a state in words.
pub fn state_width(ui: &Ui, words: &str, detail: &str) -> f32 {
    let theme = Theme::of(ui);
    let space = &theme.scale.space;
    let width = |words: &str, weight: Weight| {
        let galley = text::line(ui.painter(), words, weight.at(theme.scale.text.small), theme.palette.text.soft, f32::INFINITY);
        galley.size().x
    };
    let gap = if detail.is_empty() { 0.0 } else { space.xs + space.xxs };
    theme.scale.text.title + space.xs + width(words, Weight::Medium).min(WIDEST) + gap + width(detail, Weight::Regular) + 2.0 * space.s
}

/// A state in words after a small icon, for the header.
pub fn state(ui: &mut Ui, icon: Icon, words: &str, detail: &str, tone: Tone) -> Response {
    draw_state(ui, icon, words, detail, tone, Sense::hover())
}

/// The same, and it leads somewhere when it is clicked.
pub fn state_door(ui: &mut Ui, icon: Icon, words: &str, detail: &str, tone: Tone) -> Response {
    draw_state(ui, icon, words, detail, tone, Sense::click())
}

fn draw_state(ui: &mut Ui, icon: Icon, words: &str, detail: &str, tone: Tone, sense: Sense) -> Response {
    let theme = Theme::of(ui);
    let space = &theme.scale.space;
    let ink = match tone {
        Tone::Quiet => theme.palette.text.soft,
        Tone::Level(level) => theme.level(level).text,
    };
    let font = Weight::Medium.at(theme.scale.text.small);
    let detail_font = Weight::Regular.at(theme.scale.text.small);
    let icon_size = theme.scale.text.title;
    let (rect, response) = ui.allocate_exact_size(vec2(state_width(ui, words, detail), 24.0), sense);
    if let Tone::Level(level) = tone {
        ui.painter().rect_filled(rect, theme.small_corner(), theme.level(level).tint);
    }
    let door = sense.senses_click();
    if door && (response.hovered() || response.has_focus()) {
        let edge = if response.has_focus() { theme.palette.accent.focus } else { ink };
        ui.painter().rect_stroke(rect, theme.small_corner(), (1.5, edge), StrokeKind::Inside);
    }
    let inner = rect.shrink2(vec2(space.s, 0.0));
    text::paint_icon(ui.painter(), inner.with_max_x(inner.left() + icon_size), icon, icon_size, ink);
    let words_rect = inner.with_min_x(inner.left() + icon_size + space.xs);
    let cut = text::paint(
        ui.painter(),
        words_rect.with_max_x(words_rect.right().min(words_rect.left() + WIDEST)),
        words,
        font,
        ink,
        Align::Min,
    );
    text::paint(ui.painter(), inner, detail, detail_font, ink, Align::Max);
    let role = if door { Role::Button } else { Role::Label };
    response.widget_info(|| WidgetInfo::labeled(role, true, format!("{words} {detail}").trim()));
    if cut { text::hover(response, words) } else { response }
}
