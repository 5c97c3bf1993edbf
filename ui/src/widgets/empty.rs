//! What stands where there is nothing to show, or where showing it failed.

use egui::{Ui, vec2};

use super::{button::Button, text};
use crate::theme::{Icon, Level, Theme, Weight};

/// Nothing here, and why; with a way on when `action` is given. Returns whether it was taken.
pub fn empty(ui: &mut Ui, icon: Icon, title: &str, why: &str, action: Option<&str>) -> bool {
    let theme = Theme::of(ui);
    draw(ui, icon, theme.palette.text.faint, title, why, action)
}

/// Nothing here because nothing came yet, which is not calm.
pub fn unknown(ui: &mut Ui) {
    let why = "What the collector keeps comes here as soon as it answers. Until then this says nothing of the network.";
    empty(ui, Icon::CLOUD_SLASH, "Not known yet", why, None);
}

/// It could not be shown, and why.
pub fn error(ui: &mut Ui, title: &str, why: &str, action: Option<&str>) -> bool {
    let theme = Theme::of(ui);
    draw(ui, Icon::WARNING_OCTAGON, theme.level(Level::Critical).text, title, why, action)
}

fn draw(ui: &mut Ui, icon: Icon, ink: egui::Color32, title: &str, why: &str, action: Option<&str>) -> bool {
    let theme = Theme::of(ui);
    let space = &theme.scale.space;
    let room = ui.available_height();
    let mut taken = false;
    ui.vertical_centered(|ui| {
        ui.add_space(((room - 170.0) * 0.42).clamp(space.m, 320.0));
        let (rect, _) = ui.allocate_exact_size(vec2(48.0, 44.0), egui::Sense::hover());
        text::paint_icon(ui.painter(), rect, icon, 40.0, ink);
        ui.add_space(space.s);
        centred(ui, title, Weight::Strong.at(theme.scale.text.title), theme.palette.text.strong);
        centred(ui, why, Weight::Regular.at(theme.scale.text.body), theme.palette.text.soft);
        if let Some(action) = action {
            ui.add_space(space.m);
            taken = Button::new(action).show(ui).clicked();
        }
    });
    taken
}

fn centred(ui: &mut Ui, words: &str, font: egui::FontId, ink: egui::Color32) {
    let width = ui.available_width().min(460.0);
    ui.scope(|ui| {
        ui.set_max_width(width);
        text::wrapped(ui, words, font, ink, false);
    });
}
