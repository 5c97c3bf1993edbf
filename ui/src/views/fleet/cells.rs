//! What both boards draw into a cell beside words.

use egui::{Color32, Rect, pos2};

use crate::{
    theme::{Level, Weight},
    widgets::{sparkline, table::Cell},
};

/// Width of a bar.
const BAR: f32 = 46.0;

/// A bar that is filled to a share (0 to 1), and words beside it.
pub(super) fn bar(cell: &Cell<'_>, share: f64, fill: Color32, words: &str, ink: Color32) {
    let middle = cell.rect.center().y;
    let track = Rect::from_min_max(
        pos2(cell.rect.left(), middle - 2.5),
        pos2(cell.rect.left() + BAR.min(cell.rect.width() * 0.45), middle + 2.5),
    );
    let share = if share.is_finite() { share.clamp(0.0, 1.0) as f32 } else { 0.0 };
    cell.painter.rect_filled(track, 2.0, cell.theme.palette.ground.line);
    cell.painter.rect_filled(track.with_max_x(track.left() + track.width() * share), 2.0, fill);
    cell.within(cell.rect.with_min_x(track.right() + 8.0)).write(words, Weight::Regular, ink);
}

/// A line of values over time.
pub(super) fn course(cell: &Cell<'_>, values: &[f32], level: Option<Level>, meaning: &str) {
    sparkline::paint(cell.painter, cell.theme, cell.rect.shrink2(egui::vec2(0.0, 3.0)), values, level);
    cell.tip(meaning);
}

/// A figure in few letters: large ones in powers of ten, small ones with what they have behind the point.
pub(super) fn figure(value: f64) -> String {
    match value.abs() {
        size if !size.is_finite() => "?".to_owned(),
        0.0 => "0".to_owned(),
        size if size >= 1e6 || size > 0.0 && size < 1e-3 => format!("{value:.2e}"),
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 1.0 => format!("{value:.1}"),
        _ => format!("{value:.3}"),
    }
}

/// A figure with its sign.
pub(super) fn signed(value: f64) -> String {
    match value {
        value if value.abs() < 0.005 => "0.00".to_owned(),
        value if value.abs() < 1e4 => format!("{value:+.2}"),
        value => format!("{value:+.1e}"),
    }
}
