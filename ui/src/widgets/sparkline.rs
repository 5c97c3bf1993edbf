//! A small line of values over time, without axes: the trend, not the figures.

use egui::{Pos2, Response, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo, pos2};

use crate::theme::{Level, Theme};

/// Draws `values` from old to new; `level` colours the newest one when something is abnormal.
pub fn sparkline(ui: &mut Ui, values: &[f32], size: Vec2, level: Option<Level>, meaning: &str) -> Response {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let top = values
        .iter()
        .copied()
        .filter(|value| value.is_finite())
        .fold(0.0_f32, f32::max)
        .max(f32::MIN_POSITIVE);
    let inner = rect.shrink(2.0);
    let place = |index: usize, value: f32| -> Pos2 {
        let along = if values.len() > 1 { index as f32 / (values.len() - 1) as f32 } else { 1.0 };
        let up = if value.is_finite() { (value / top).clamp(0.0, 1.0) } else { 0.0 };
        pos2(inner.left() + along * inner.width(), inner.bottom() - up * inner.height())
    };
    let points: Vec<Pos2> = values.iter().enumerate().map(|(index, value)| place(index, *value)).collect();
    ui.painter().hline(inner.x_range(), inner.bottom() + 0.5, theme.line());
    let last = points.last().copied();
    if points.len() > 1 {
        let stroke = Stroke::new(1.4, theme.palette.text.soft);
        ui.painter().add(Shape::line(points, stroke));
    }
    if let Some(last) = last {
        let ink = level.map_or(theme.palette.text.normal, |level| theme.level(level).fill);
        ui.painter().circle_filled(last, 2.5, ink);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, meaning));
    response.on_hover_text(meaning)
}
