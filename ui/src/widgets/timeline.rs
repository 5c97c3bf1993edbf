//! A strip of time with marks: what was raised and cleared when, and a place to stand at.

use egui::{Align, Rect, Response, Role, Sense, Ui, Vec2, WidgetInfo, pos2, vec2};
use pedkai_core::model::{Span, Timestamp};

use super::{badge, text};
use crate::{
    format::{self, Clock},
    theme::{Level, Theme, Weight},
};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: Timestamp,
    /// How it looks.
    pub level: Level,
    /// What, for the tooltip.
    pub words: String,
}

/// A stretch of time from `from` to `to`.
#[derive(Clone, Copy, Debug)]
pub struct Timeline<'a> {
    /// Left edge.
    pub from: Timestamp,
    /// Right edge.
    pub to: Timestamp,
    /// What happened, in any order.
    pub marks: &'a [Mark],
}

/// Room of one label.
const LABEL: f32 = 78.0;
/// Marks of one heap that its tooltip tells.
const TOLD: usize = 12;
const DAY: i64 = 86_400;
const STEPS: [i64; 14] = [1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 604_800];

impl Timeline<'_> {
    /// Draws the strip at the full width there is.
    pub fn show(self, ui: &mut Ui, clock: &Clock) -> Response {
        let theme = Theme::of(ui);
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 52.0), Sense::hover());
        let lane = Rect::from_min_max(rect.min, pos2(rect.right(), rect.bottom() - 18.0)).shrink2(vec2(10.0, 0.0));
        ui.painter().hline(lane.x_range(), lane.center().y, (1.0, theme.palette.ground.line_strong));
        self.ticks(ui, &theme, clock, lane, rect);
        let under = self.marks_on(ui, clock, lane, response.hover_pos());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, format!("Timeline with {} marks", self.marks.len())));
        if under.is_empty() {
            response
        } else {
            text::hover_at_pointer(response, &under.join("\n"))
        }
    }

    /// Draws the marks alone on a lane of its own, and tells those that lie under the pointer, each in a line.
    pub fn marks_on(&self, ui: &Ui, clock: &Clock, lane: Rect, pointer: Option<egui::Pos2>) -> Vec<String> {
        let theme = Theme::of(ui);
        let side = theme.scale.control.badge;
        let (mut under, mut free) = (Vec::new(), f32::NEG_INFINITY);
        for (x, marks) in self.heaps(lane, side) {
            let Some(worst) = marks.iter().map(|mark| mark.level).min() else { continue };
            let place = Rect::from_center_size(pos2(x, lane.center().y), Vec2::splat(side));
            badge::paint(ui.painter(), &theme, place, worst);
            let told = format::short(marks.len());
            // A number that would lie over the one before it is left out; the tooltip has it.
            let half = 3.5 * told.len() as f32;
            if marks.len() > 1 && x - half > free {
                free = x + half + 2.0;
                let above = Rect::from_center_size(pos2(x, place.top() - 5.0), vec2(LABEL, 10.0));
                let font = Weight::Medium.at(theme.scale.text.caption);
                text::paint(ui.painter(), above, &told, font, theme.palette.text.soft, Align::Center);
            }
            if pointer.is_some_and(|pointer| place.expand(2.0).contains(pointer)) {
                under.extend(marks.iter().take(TOLD).map(|mark| format!("{}  {}", clock.short(mark.at), mark.words)));
                let more = marks.len().saturating_sub(TOLD);
                under.extend((more > 0).then(|| format!("and {} more", format::count(more))));
            }
        }
        under
    }

    /// Marks from left to right; those that would lie over each other are one heap, which stands where its first one does.
    fn heaps(&self, lane: Rect, side: f32) -> Vec<(f32, Vec<&Mark>)> {
        let mut marks: Vec<&Mark> = self.marks.iter().collect();
        marks.sort_by_key(|mark| (mark.at, mark.level));
        let mut heaps: Vec<(f32, Vec<&Mark>)> = Vec::new();
        for mark in marks {
            let x = self.x(lane, mark.at);
            match heaps.last_mut() {
                Some((first, heap)) if x - *first < side => heap.push(mark),
                _ => heaps.push((x, vec![mark])),
            }
        }
        heaps
    }

    fn x(&self, lane: Rect, at: Timestamp) -> f32 {
        let whole = self.to.since(self.from).as_seconds().max(1e-6);
        let share = (at.since(self.from).as_seconds() / whole).clamp(0.0, 1.0);
        lane.left() + lane.width() * share as f32
    }

    fn ticks(&self, ui: &Ui, theme: &Theme, clock: &Clock, lane: Rect, whole: Rect) {
        let step = step(self.to.since(self.from).as_seconds() / f64::from((lane.width() / 110.0).max(1.0)));
        let first = self.from.as_micros().div_euclid(step * 1_000_000) + 1;
        let font = Weight::Regular.at(theme.scale.text.caption);
        for index in 0..64 {
            let at = Timestamp::from_micros((first + index).saturating_mul(step * 1_000_000));
            if at >= self.to {
                break;
            }
            let x = self.x(lane, at);
            ui.painter()
                .vline(x, lane.center().y - 3.0..=lane.center().y + 3.0, (1.0, theme.palette.ground.line_strong));
            let words = match step {
                0..60 => clock.time(at),
                60..DAY => clock.minute(at),
                _ => clock.date(at),
            };
            let middle = x.clamp(whole.left() + LABEL / 2.0, (whole.right() - LABEL / 2.0).max(whole.left() + LABEL / 2.0));
            let place = Rect::from_center_size(pos2(middle, whole.bottom() - 8.0), vec2(LABEL, 14.0));
            text::paint(ui.painter(), place, &words, font.clone(), theme.palette.text.faint, Align::Center);
        }
    }

    /// A stretch that holds all marks with a little room around them.
    pub fn around(marks: &[Mark]) -> Option<(Timestamp, Timestamp)> {
        let first = marks.iter().map(|mark| mark.at).min()?;
        let last = marks.iter().map(|mark| mark.at).max()?;
        let room = Span::micros((last.since(first).as_micros() / 20).max(5_000_000));
        Some((first.minus(room), last.plus(room)))
    }
}

/// The step between labels, in seconds, that is at least as long as `wanted`.
fn step(wanted: f64) -> i64 {
    let longest = 7 * DAY;
    let multiples = (1..16).map(|power| longest << power);
    STEPS.into_iter().chain(multiples).find(|step| *step as f64 >= wanted).unwrap_or(longest << 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_that_would_lie_over_each_other_are_one_heap() {
        let mark = |seconds: i64, level: Level| Mark {
            at: Timestamp::EPOCH.plus(Span::seconds(seconds)),
            level,
            words: String::new(),
        };
        let marks = [mark(100, Level::Minor), mark(4, Level::Critical), mark(0, Level::Major), mark(60, Level::Minor)];
        let (from, to) = (Timestamp::EPOCH, Timestamp::EPOCH.plus(Span::seconds(100)));
        let strip = Timeline { from, to, marks: &marks };
        let lane = Rect::from_min_size(pos2(0.0, 0.0), vec2(200.0, 30.0));
        let heaps = strip.heaps(lane, 16.0);
        let told: Vec<(i32, usize)> = heaps.iter().map(|(x, heap)| (x.round() as i32, heap.len())).collect();
        assert_eq!(told, [(0, 2), (120, 1), (200, 1)]);
    }

    #[test]
    fn labels_stand_apart_over_a_second_and_over_eight_thousand_years() {
        for seconds in [0.0, 1.0, 59.0, 4_000.0, 3e6, 253_370_764_800.0] {
            let wanted = seconds / 10.0;
            assert!(step(wanted) as f64 >= wanted, "{seconds}");
        }
        assert_eq!(step(20.0), 30);
    }
}
