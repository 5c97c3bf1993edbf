//! A small line of values over time, without axes: the trend, not the figures.

use egui::{Painter, Pos2, Rect, Response, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo, pos2};

use crate::theme::{Level, Theme};

/// Draws `values` from old to new; `level` colours the newest one when something is abnormal.
pub fn sparkline(ui: &mut Ui, values: &[f32], size: Vec2, level: Option<Level>, meaning: &str) -> Response {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    paint(ui.painter(), &theme, rect, values, level);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, meaning));
    response.on_hover_text(meaning)
}

/// The same at a place, without a name. Where a value is not finite there is a gap.
pub fn paint(painter: &Painter, theme: &Theme, rect: Rect, values: &[f32], level: Option<Level>) {
    let top = values
        .iter()
        .copied()
        .filter(|value| value.is_finite())
        .fold(0.0_f32, f32::max)
        .max(f32::MIN_POSITIVE);
    let inner = rect.shrink(2.0);
    let place = |index: usize, value: f32| -> Pos2 {
        let along = if values.len() > 1 { index as f32 / (values.len() - 1) as f32 } else { 1.0 };
        pos2(
            inner.left() + along * inner.width(),
            inner.bottom() - (value / top).clamp(0.0, 1.0) * inner.height(),
        )
    };
    painter.hline(inner.x_range(), inner.bottom() + 0.5, theme.line());
    let placed: Vec<Option<Pos2>> = values
        .iter()
        .enumerate()
        .map(|(index, value)| value.is_finite().then(|| place(index, *value)))
        .collect();
    for part in placed.split(Option::is_none) {
        let points: Vec<Pos2> = part.iter().flatten().copied().collect();
        match points.as_slice() {
            [] => {}
            [one] => drop(painter.circle_filled(*one, 1.0, theme.palette.text.soft)),
            _ => drop(painter.add(Shape::line(points, Stroke::new(1.4, theme.palette.text.soft)))),
        }
    }
    if let Some(last) = placed.last().copied().flatten() {
        let ink = level.map_or(theme.palette.text.normal, |level| theme.level(level).fill);
        painter.circle_filled(last, 2.5, ink);
    }
}
