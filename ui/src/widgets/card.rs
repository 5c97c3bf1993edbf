//! Cards: a quiet surface with a title, for things that belong together.

use egui::{CornerRadius, Frame, InnerResponse, Margin, Ui, vec2};

use super::text;
use crate::theme::{Icon, Theme, Weight};

/// A surface with a title.
#[must_use]
pub struct Card<'a> {
    title: &'a str,
    icon: Option<Icon>,
    note: Option<String>,
    flush: bool,
}

impl<'a> Card<'a> {
    /// A card with a title.
    pub fn new(title: &'a str) -> Self {
        Self {
            title,
            icon: None,
            note: None,
            flush: false,
        }
    }

    /// With an icon before the title.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// With words at the right of the title.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Without a margin around the contents, for tables and maps.
    pub fn flush(mut self) -> Self {
        self.flush = true;
        self
    }

    /// Draws it at the full width there is.
    pub fn show<R>(self, ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
        let theme = Theme::of(ui);
        let space = &theme.scale.space;
        let margin = if self.flush { Margin::ZERO } else { Margin::same(space.m as i8) };
        frame(&theme).inner_margin(margin).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing = vec2(space.s, space.xs);
            if !self.title.is_empty() {
                let head = if self.flush {
                    Margin {
                        left: space.m as i8,
                        right: space.m as i8,
                        top: space.m as i8,
                        bottom: space.xs as i8,
                    }
                } else {
                    Margin::ZERO
                };
                Frame::new().inner_margin(head).show(ui, |ui| self.head(ui, &theme));
                if !self.flush {
                    ui.add_space(space.xxs);
                }
            }
            contents(ui)
        })
    }

    fn head(&self, ui: &mut Ui, theme: &Theme) {
        ui.horizontal(|ui| {
            if let Some(icon) = self.icon {
                text::icon(ui, icon, theme.palette.text.soft, "");
            }
            text::label(ui, self.title, Weight::Strong.at(theme.scale.text.body), theme.palette.text.strong);
            if let Some(note) = &self.note {
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| text::soft(ui, note));
            }
        });
    }
}

/// The surface alone.
pub fn frame(theme: &Theme) -> Frame {
    Frame::new()
        .fill(theme.palette.ground.surface)
        .stroke(theme.line())
        .corner_radius(CornerRadius::same(theme.scale.radius.medium))
}

/// A head with lines under it: a name at the left, a value at the right that may be cut.
pub fn fact(ui: &mut Ui, name: &str, value: &str) {
    let theme = Theme::of(ui);
    ui.spacing_mut().interact_size.y = 18.0;
    ui.horizontal(|ui| {
        ui.set_min_height(18.0);
        let width = (ui.available_width() * 0.4).clamp(72.0, 132.0);
        ui.scope(|ui| {
            ui.set_max_width(width);
            ui.set_min_width(width);
            text::soft(ui, name);
        });
        text::label(ui, value, Weight::Regular.at(theme.scale.text.body), theme.palette.text.normal);
    });
}
