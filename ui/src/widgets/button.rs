//! Buttons: one that goes on, quiet ones, ones that are only an icon.

use egui::{Align, Response, Role, Sense, StrokeKind, Ui, Vec2, WidgetInfo, vec2};

use super::{key, text};
use crate::theme::{Icon, Theme, Weight};

/// How loud a button is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Voice {
    #[default]
    Quiet,
    Bare,
    Primary,
    Danger,
}

/// A button with words.
#[must_use]
#[derive(Clone, Copy, Debug)]
pub struct Button<'a> {
    label: &'a str,
    icon: Option<Icon>,
    keys: Option<&'a str>,
    voice: Voice,
    chosen: bool,
    why_not: Option<&'a str>,
    hint: Option<&'a str>,
    shape: Shape,
}

/// How much of itself a button shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Shape {
    /// Icon, words and key.
    #[default]
    Whole,
    /// Icon and words.
    Words,
    /// The icon; the words are its tooltip.
    Icon,
}

impl<'a> Button<'a> {
    /// A quiet button.
    pub fn new(label: &'a str) -> Self {
        Self {
            label,
            icon: None,
            keys: None,
            voice: Voice::Quiet,
            chosen: false,
            why_not: None,
            hint: None,
            shape: Shape::Whole,
        }
    }

    /// With an icon before the words.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// With the key that does the same.
    pub fn key(mut self, keys: &'a str) -> Self {
        self.keys = Some(keys);
        self
    }

    /// The one that goes on.
    pub fn primary(mut self) -> Self {
        self.voice = Voice::Primary;
        self
    }

    /// What cannot be undone.
    pub fn danger(mut self) -> Self {
        self.voice = Voice::Danger;
        self
    }

    /// Without an outline until the pointer is over it.
    pub fn bare(mut self) -> Self {
        self.voice = Voice::Bare;
        self
    }

    /// Drawn as pressed in.
    pub fn chosen(mut self, chosen: bool) -> Self {
        self.chosen = chosen;
        self
    }

    /// Dead, with the reason as its tooltip, when there is a reason.
    pub fn unless(mut self, why_not: Option<&'a str>) -> Self {
        self.why_not = why_not;
        self
    }

    /// With a tooltip.
    pub fn hint(mut self, hint: &'a str) -> Self {
        self.hint = Some(hint);
        self
    }

    /// The room it takes.
    fn width(&self, ui: &Ui) -> f32 {
        let theme = Theme::of(ui);
        let space = &theme.scale.space;
        let icon = if self.icon.is_some() { theme.scale.text.title } else { 0.0 };
        if self.shape == Shape::Icon && self.icon.is_some() {
            return icon + 2.0 * space.s;
        }
        let gap = if self.icon.is_some() { space.xs + space.xxs } else { 0.0 };
        let font = Weight::Medium.at(theme.scale.text.body);
        let words = text::line(ui.painter(), self.label, font, theme.palette.text.normal, f32::INFINITY).size().x;
        let keys = self.keys.filter(|_| self.shape == Shape::Whole);
        words + icon + gap + keys.map_or(0.0, |keys| key::width(ui, keys) + space.s) + 2.0 * space.m
    }

    fn show_icon(self, ui: &mut Ui, shown: Icon) -> Response {
        let words = match (self.why_not, self.keys) {
            (Some(why), _) => format!("{}: {why}", self.label),
            (None, Some(keys)) => format!("{} · {keys}", self.label),
            (None, None) => self.label.to_owned(),
        };
        let theme = Theme::of(ui);
        let enabled = self.why_not.is_none() && ui.is_enabled();
        let sense = if enabled { Sense::click() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(vec2(self.width(ui), theme.scale.control.height), sense);
        let ink = if enabled { theme.palette.text.normal } else { theme.palette.text.faint };
        let ground = if response.hovered() && enabled {
            theme.palette.ground.hover
        } else {
            theme.palette.ground.raised
        };
        ui.painter().rect_filled(rect, theme.small_corner(), ground);
        let edge = if response.has_focus() {
            egui::Stroke::new(1.5, theme.palette.accent.focus)
        } else {
            theme.line()
        };
        ui.painter().rect_stroke(rect, theme.small_corner(), edge, StrokeKind::Inside);
        text::paint_icon(ui.painter(), rect, shown, theme.scale.text.title, ink);
        response.widget_info(|| WidgetInfo::selected(Role::Button, enabled, self.chosen, self.label));
        response.on_hover_text(words)
    }

    /// Draws it.
    pub fn show(self, ui: &mut Ui) -> Response {
        if let (Shape::Icon, Some(icon)) = (self.shape, self.icon) {
            return self.show_icon(ui, icon);
        }
        let theme = Theme::of(ui);
        let (space, ground, ink) = (&theme.scale.space, &theme.palette.ground, &theme.palette.text);
        let enabled = self.why_not.is_none() && ui.is_enabled();
        let colour = match self.voice {
            _ if !enabled => ink.faint,
            Voice::Primary => theme.palette.accent.on_primary,
            Voice::Danger => theme.palette.accent.danger,
            Voice::Quiet | Voice::Bare => ink.normal,
        };
        let font = Weight::Medium.at(theme.scale.text.body);
        let galley = text::line(ui.painter(), self.label, font, colour, ui.available_width().max(80.0));
        let icon_size = theme.scale.text.title;
        let icon_width = if self.icon.is_some() { icon_size + space.xs + space.xxs } else { 0.0 };
        let keys = self.keys.filter(|_| self.shape == Shape::Whole);
        let keys_width = keys.map_or(0.0, |keys| key::width(ui, keys) + space.s);
        let width = galley.size().x + icon_width + keys_width + 2.0 * space.m;
        let sense = if enabled { Sense::click() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(vec2(width, theme.scale.control.height), sense);
        let fill = match self.voice {
            Voice::Primary if enabled => Some(Theme::veil(theme.palette.accent.primary, if response.hovered() { 0.9 } else { 1.0 })),
            _ if self.chosen => Some(ground.selected),
            _ if response.hovered() && enabled => Some(ground.hover),
            Voice::Bare => None,
            _ => Some(ground.raised),
        };
        let painter = ui.painter();
        if let Some(fill) = fill {
            painter.rect_filled(rect, theme.small_corner(), fill);
        }
        if response.has_focus() {
            painter.rect_stroke(rect, theme.small_corner(), (1.5, theme.palette.accent.focus), StrokeKind::Inside);
        } else if self.voice != Voice::Bare && self.voice != Voice::Primary {
            painter.rect_stroke(rect, theme.small_corner(), theme.line(), StrokeKind::Inside);
        }
        let mut inner = rect.shrink2(vec2(space.m, 0.0));
        if let Some(icon) = self.icon {
            let place = inner.with_max_x(inner.left() + icon_size);
            text::paint_icon(painter, place, icon, icon_size, colour);
            inner.min.x += icon_width;
        }
        painter.galley(egui::pos2(inner.left(), inner.center().y - galley.size().y / 2.0), galley, colour);
        if let Some(keys) = keys {
            key::paint(ui, inner.with_min_x(inner.right() - keys_width + space.s), keys, colour);
        }
        response.widget_info(|| WidgetInfo::selected(Role::Button, enabled, self.chosen, self.label));
        match (self.why_not, self.hint) {
            (Some(why), _) => response.on_hover_text(why),
            (None, Some(hint)) => response.on_hover_text(hint),
            (None, None) => response,
        }
    }
}

/// Buttons of a row that has `room`: where it is short they give up their keys, then their words.
pub fn fitting<'a, const N: usize>(ui: &Ui, room: f32, buttons: [Button<'a>; N]) -> [Button<'a>; N] {
    let gaps = ui.spacing().item_spacing.x * N.saturating_sub(1) as f32;
    let shaped = |shape: Shape| buttons.map(|button| Button { shape, ..button });
    let fits = |row: &[Button<'a>; N]| row.iter().map(|button| button.width(ui)).sum::<f32>() + gaps <= room;
    [Shape::Whole, Shape::Words]
        .into_iter()
        .map(shaped)
        .find(fits)
        .unwrap_or_else(|| shaped(Shape::Icon))
}

/// A button that is only an icon; `meaning` is its name and tooltip.
pub fn icon(ui: &mut Ui, icon: Icon, meaning: &str, chosen: bool) -> Response {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(theme.scale.control.height), Sense::click());
    let painter = ui.painter();
    if chosen || response.hovered() {
        let ground = if chosen { theme.palette.ground.selected } else { theme.palette.ground.hover };
        painter.rect_filled(rect, theme.small_corner(), ground);
    }
    if response.has_focus() {
        painter.rect_stroke(rect, theme.small_corner(), (1.5, theme.palette.accent.focus), StrokeKind::Inside);
    }
    let ink = if chosen || response.hovered() {
        theme.palette.text.strong
    } else {
        theme.palette.text.soft
    };
    text::paint_icon(painter, rect, icon, theme.scale.text.heading - 2.0, ink);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, chosen, meaning));
    response.on_hover_text(meaning)
}

/// A row of words of which one is chosen; returns the one that was clicked.
pub fn segments(ui: &mut Ui, words: &[&str], chosen: usize) -> Option<usize> {
    let theme = Theme::of(ui);
    let space = &theme.scale.space;
    let font = Weight::Medium.at(theme.scale.text.small);
    let widths: Vec<f32> = words
        .iter()
        .map(|word| text::line(ui.painter(), word, font.clone(), theme.palette.text.normal, f32::INFINITY).size().x + 2.0 * space.m)
        .collect();
    let size = vec2(widths.iter().sum(), theme.scale.control.height);
    let (rect, whole) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().rect_filled(rect, theme.small_corner(), theme.palette.ground.sunken);
    ui.painter().rect_stroke(rect, theme.small_corner(), theme.line(), StrokeKind::Inside);
    let mut clicked = None;
    let mut left = rect.left();
    for (index, (word, width)) in words.iter().zip(widths).enumerate() {
        let place = egui::Rect::from_min_size(egui::pos2(left, rect.top()), vec2(width, rect.height()));
        let response = ui.interact(place, whole.id.with(index), Sense::click());
        let ink = if index == chosen {
            theme.palette.text.strong
        } else {
            theme.palette.text.soft
        };
        if index == chosen || response.hovered() {
            let ground = if index == chosen {
                theme.palette.ground.selected
            } else {
                theme.palette.ground.hover
            };
            ui.painter().rect_filled(place.shrink(2.0), theme.small_corner(), ground);
        }
        if response.has_focus() {
            ui.painter()
                .rect_stroke(place, theme.small_corner(), (1.5, theme.palette.accent.focus), StrokeKind::Inside);
        }
        text::paint(ui.painter(), place, word, font.clone(), ink, Align::Center);
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, index == chosen, word));
        if response.clicked() {
            clicked = Some(index);
        }
        left += width;
    }
    clicked
}
