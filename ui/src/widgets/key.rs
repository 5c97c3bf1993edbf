//! Keys as they stand on the keyboard.

use egui::{Align, Color32, Rect, Response, Role, Sense, StrokeKind, Ui, WidgetInfo, vec2};

use super::text;
use crate::theme::{Theme, Weight};

const PAD: f32 = 5.0;

fn face(ui: &Ui, cap: &str) -> f32 {
    let theme = Theme::of(ui);
    let font = Weight::MonoMedium.at(theme.scale.text.caption);
    let words = text::line(ui.painter(), cap, font, theme.palette.text.soft, f32::INFINITY);
    (words.size().x + 2.0 * PAD).max(18.0)
}

/// Width of a combination such as `Ctrl+K`.
pub(crate) fn width(ui: &Ui, keys: &str) -> f32 {
    let gap = Theme::of(ui).scale.space.xxs;
    let caps: Vec<&str> = caps(keys).collect();
    caps.iter().map(|cap| face(ui, cap)).sum::<f32>() + gap * caps.len().saturating_sub(1) as f32
}

/// Paints a combination from the left of `rect`.
pub(crate) fn paint(ui: &Ui, rect: Rect, keys: &str, ink: Color32) {
    let theme = Theme::of(ui);
    let mut left = rect.left();
    for cap in caps(keys) {
        let size = vec2(face(ui, cap), 18.0);
        let place = Rect::from_center_size(egui::pos2(left + size.x / 2.0, rect.center().y), size);
        ui.painter()
            .rect_stroke(place, theme.small_corner(), (1.0, Theme::veil(ink, 0.35)), StrokeKind::Inside);
        text::paint(ui.painter(), place, cap, Weight::MonoMedium.at(theme.scale.text.caption), ink, Align::Center);
        left = place.right() + theme.scale.space.xxs;
    }
}

/// A combination such as `Ctrl+K`.
pub fn keys(ui: &mut Ui, keys: &str) -> Response {
    let size = vec2(width(ui, keys), 20.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    paint(ui, rect, keys, Theme::of(ui).palette.text.soft);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("key {keys}")));
    response
}

fn caps(keys: &str) -> impl Iterator<Item = &str> {
    keys.split_inclusive('+').map(|cap| if cap.len() > 1 { cap.trim_end_matches('+') } else { cap })
}
