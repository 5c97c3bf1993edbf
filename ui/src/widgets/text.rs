//! Words: set in a step of the type scale, cut with an ellipsis when the place is too small.

use egui::{Align, Align2, Color32, FontId, Galley, Painter, Rect, Response, RichText, Sense, Ui, pos2, text::LayoutJob, text::TextWrapping};
use std::sync::Arc;

use crate::theme::{Icon, Theme, Weight};

/// One line laid out within `width`.
pub fn line(painter: &Painter, text: &str, font: FontId, ink: Color32, width: f32) -> Arc<Galley> {
    let one_line = if text.contains(['\n', '\r', '\t']) {
        text.replace(['\n', '\r', '\t'], " ")
    } else {
        text.to_owned()
    };
    let mut job = LayoutJob::simple_singleline(one_line, font, ink);
    job.wrap = TextWrapping::truncate_at_width(width.max(0.0));
    painter.layout_job(job)
}

/// Paints one line in the middle of `rect`'s height and says whether it had to be cut.
pub fn paint(painter: &Painter, rect: Rect, text: &str, font: FontId, ink: Color32, align: Align) -> bool {
    if text.is_empty() || rect.width() <= 0.0 {
        return false;
    }
    let galley = line(painter, text, font, ink, rect.width());
    let x = match align {
        Align::Min => rect.left(),
        Align::Center => rect.center().x - galley.size().x / 2.0,
        Align::Max => rect.right() - galley.size().x,
    };
    let cut = galley.elided;
    painter.galley(pos2(x, rect.center().y - galley.size().y / 2.0), galley, ink);
    cut
}

/// Paints an icon with its middle at the middle of `rect`.
pub fn paint_icon(painter: &Painter, rect: Rect, icon: Icon, size: f32, ink: Color32) {
    painter.text(rect.center(), Align2::CENTER_CENTER, icon.text(), Icon::font(size), ink);
}

/// A line of text that gives way: cut to the room there is, whole in its tooltip.
pub fn label(ui: &mut Ui, text: &str, font: FontId, ink: Color32) -> Response {
    let galley = line(ui.painter(), text, font, ink, ui.available_width());
    let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, text));
    let cut = galley.elided;
    ui.painter().galley(rect.min, galley, ink);
    if cut { response.on_hover_text(text) } else { response }
}

/// What is read.
pub fn body(ui: &mut Ui, text: &str) -> Response {
    let theme = Theme::of(ui);
    label(ui, text, Weight::Regular.at(theme.scale.text.body), theme.palette.text.normal)
}

/// What is found first.
pub fn strong(ui: &mut Ui, text: &str) -> Response {
    let theme = Theme::of(ui);
    label(ui, text, Weight::Medium.at(theme.scale.text.body), theme.palette.text.strong)
}

/// What explains.
pub fn soft(ui: &mut Ui, text: &str) -> Response {
    let theme = Theme::of(ui);
    label(ui, text, Weight::Regular.at(theme.scale.text.small), theme.palette.text.soft)
}

/// A small head over something.
pub fn caption(ui: &mut Ui, text: &str) -> Response {
    let theme = Theme::of(ui);
    label(ui, text, Weight::Medium.at(theme.scale.text.caption), theme.palette.text.faint)
}

/// The title of a screen.
pub fn heading(ui: &mut Ui, text: &str) -> Response {
    let theme = Theme::of(ui);
    label(ui, text, Weight::Strong.at(theme.scale.text.heading), theme.palette.text.strong)
}

/// What machines say.
pub fn mono(ui: &mut Ui, text: &str) -> Response {
    let theme = Theme::of(ui);
    label(ui, text, Weight::Mono.at(theme.scale.text.mono), theme.palette.text.normal)
}

/// Prose that wraps.
pub fn paragraph(ui: &mut Ui, text: &str, ink: Color32) -> Response {
    let theme = Theme::of(ui);
    let words = RichText::new(text).font(Weight::Regular.at(theme.scale.text.body)).color(ink);
    ui.add(egui::Label::new(words).wrap().selectable(true))
}

/// An icon that stands in a line of text; `meaning` is its tooltip and its name.
pub fn icon(ui: &mut Ui, icon: Icon, ink: Color32, meaning: &str) -> Response {
    let theme = Theme::of(ui);
    let size = theme.scale.text.title;
    let (rect, response) = ui.allocate_exact_size(egui::Vec2::splat(size + 2.0), Sense::hover());
    paint_icon(ui.painter(), rect, icon, size, ink);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, meaning));
    if meaning.is_empty() { response } else { response.on_hover_text(meaning) }
}
