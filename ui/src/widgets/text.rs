//! Words: set in a step of the type scale, cut with an ellipsis when the place is too small.

use egui::{
    Align, Align2, Color32, FontId, Galley, Memory, Painter, Rect, Response, RichText, Sense, TextStyle, Ui, cache::FramePublisher, pos2, text::LayoutJob,
    text::TextWrapping,
};
use std::{
    borrow::Cow,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use super::script;
use crate::theme::{Icon, Theme, Weight};

/// One line laid out within `width`.
pub fn line(painter: &Painter, text: &str, font: FontId, ink: Color32, width: f32) -> Arc<Galley> {
    let width = width.max(0.0);
    let clean = script::one_line(text);
    if !script::right_to_left(&clean) {
        return lay(painter, clean.into_owned(), font, ink, width);
    }
    let (words, cut) = seen(painter, &clean, &font, width);
    let galley = lay(painter, words.to_string(), font, ink, f32::INFINITY);
    if !cut {
        return galley;
    }
    let mut galley = Galley::clone(&galley);
    galley.elided = true;
    Arc::new(galley)
}

/// A line as it is seen within a width, and whether it had to be cut.
type Seen = (Arc<str>, bool);

/// Puts a line from right to left into the order it is seen in, and cuts it to `width`; what the frame before drew is kept.
fn seen(painter: &Painter, clean: &str, font: &FontId, width: f32) -> Seen {
    let mut hasher = DefaultHasher::new();
    (clean, font, width.to_bits()).hash(&mut hasher);
    let key = hasher.finish();
    let kept = |memory: &mut Memory| memory.caches.cache::<FramePublisher<u64, Seen>>().get(&key).cloned();
    let seen = painter.ctx().memory_mut(kept).unwrap_or_else(|| {
        let ink = Theme::in_context(painter.ctx()).palette.text.normal;
        let fits = |part: &str| lay(painter, part.to_owned(), font.clone(), ink, f32::INFINITY).size().x <= width;
        let whole = script::as_seen(clean);
        if fits(&whole) {
            (whole.into(), false)
        } else {
            (script::cut_to_fit(clean, fits).into(), true)
        }
    });
    let keep = |memory: &mut Memory| memory.caches.cache::<FramePublisher<u64, Seen>>().set(key, seen.clone());
    painter.ctx().memory_mut(keep);
    seen
}

fn lay(painter: &Painter, words: String, font: FontId, ink: Color32, width: f32) -> Arc<Galley> {
    let mut job = LayoutJob::simple_singleline(words, font, ink);
    job.wrap = TextWrapping::truncate_at_width(width);
    painter.layout_job(job)
}

/// Text fit to be laid out in lines no wider than `width` by what breaks lines from left to right.
pub fn prose<'a>(painter: &Painter, text: &'a str, font: &FontId, width: f32) -> Cow<'a, str> {
    let clean = script::lines(text);
    if !script::right_to_left(&clean) {
        return clean;
    }
    let ink = Theme::in_context(painter.ctx()).palette.text.normal;
    let measure = |piece: &str| lay(painter, piece.to_owned(), font.clone(), ink, f32::INFINITY).size().x;
    Cow::Owned(script::broken(&clean, width - 1.0, measure))
}

/// Prose laid out in at most `rows` lines no wider than `width`; what is missing then has its sign.
pub fn block(painter: &Painter, text: &str, font: FontId, ink: Color32, width: f32, rows: usize) -> Arc<Galley> {
    let words = prose(painter, text, &font, width).into_owned();
    let mut job = LayoutJob::simple(words, font, ink, width);
    job.wrap.max_rows = rows;
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
    if cut { hover(response, text) } else { response }
}

/// A tooltip with words from the network.
pub fn hover(response: Response, words: &str) -> Response {
    response.on_hover_ui(|ui| tip(ui, words))
}

/// The same, beside the pointer.
pub fn hover_at_pointer(response: Response, words: &str) -> Response {
    response.on_hover_ui_at_pointer(|ui| tip(ui, words))
}

fn tip(ui: &mut Ui, words: &str) {
    let font = TextStyle::Body.resolve(ui.style());
    let room = ui.spacing().tooltip_width;
    let words = prose(ui.painter(), words, &font, room);
    ui.add(egui::Label::new(words.as_ref()).wrap());
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
    let font = Weight::Regular.at(theme.scale.text.body);
    wrapped(ui, text, font, ink, true)
}

/// Prose that wraps, in a face.
pub(super) fn wrapped(ui: &mut Ui, text: &str, font: FontId, ink: Color32, selectable: bool) -> Response {
    let words = prose(ui.painter(), text, &font, ui.available_width());
    let words = RichText::new(words.as_ref()).font(font).color(ink);
    let response = ui.add(egui::Label::new(words).wrap().selectable(selectable));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, text));
    response
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
