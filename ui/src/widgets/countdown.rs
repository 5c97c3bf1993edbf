//! A countdown that says what happens when it is over, and how much of its time is left.

use egui::{Align, Response, Role, Sense, Ui, WidgetInfo, vec2};
use pedkai_core::model::Span;

use super::text;
use crate::{
    format,
    theme::{Level, Theme, Weight},
};

/// What runs out.
#[derive(Clone, Copy, Debug)]
pub struct Countdown<'a> {
    /// What happens at the end, such as "rolls back by itself".
    pub then: &'a str,
    /// What is left; negative when it is over.
    pub left: Span,
    /// What there was in all.
    pub whole: Span,
    /// It is abnormal when no more than this is left.
    pub warn: Span,
}

impl Countdown<'_> {
    fn level(&self) -> Option<Level> {
        if self.left.as_micros() <= 0 {
            Some(Level::Critical)
        } else if self.left <= self.warn {
            Some(Level::Major)
        } else {
            None
        }
    }

    fn share(&self) -> f32 {
        (self.left.as_seconds() / self.whole.as_seconds().max(1e-6)).clamp(0.0, 1.0) as f32
    }

    /// The words: "9 m 30 s left, then …", or "over since …".
    pub fn words(&self) -> String {
        if self.left.as_micros() > 0 {
            format!("{} left, then {}", format::span(self.left), self.then)
        } else {
            format!("{} · over since {}", self.then, format::span(self.left.abs()))
        }
    }

    /// Draws words over a bar; grey until little is left.
    pub fn show(self, ui: &mut Ui) -> Response {
        let theme = Theme::of(ui);
        let level = self.level();
        let ink = level.map_or(theme.palette.text.normal, |level| theme.level(level).text);
        let bar = level.map_or(theme.palette.text.faint, |level| theme.level(level).fill);
        let words = self.words();
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 28.0), Sense::hover());
        let painter = ui.painter();
        let words_rect = rect.with_max_y(rect.bottom() - 6.0);
        let cut = text::paint(painter, words_rect, &words, Weight::Medium.at(theme.scale.text.small), ink, Align::Min);
        let track = rect.with_min_y(rect.bottom() - 4.0);
        painter.rect_filled(track, 2.0, theme.palette.ground.line);
        painter.rect_filled(track.with_max_x(track.left() + track.width() * self.share()), 2.0, bar);
        response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, &words));
        if cut { text::hover(response, &words) } else { response }
    }
}
