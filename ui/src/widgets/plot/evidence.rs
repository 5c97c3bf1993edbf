//! Two series of which one leads the other: both lines, the lag between them, an arrow, and the sentence.

use egui::{Align, Pos2, Rect, Response, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo, pos2, vec2};
use pedkai_core::model::{Span, Timestamp};

use super::{
    Look,
    axis::{self, ticks},
    curve::{Curve, Drawn, seconds},
    x_of,
};
use crate::{
    format::{self, Clock},
    theme::{Theme, Weight},
    widgets::text,
};

/// What one series tells of another.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// What leads.
    pub cause: &'a str,
    /// What follows.
    pub effect: &'a str,
    /// The values of what leads.
    pub causes: &'a Curve,
    /// The values of what follows.
    pub effects: &'a Curve,
    /// How long after the cause the effect follows.
    pub lag: Span,
    /// What is said of it, in plain words.
    pub sentence: &'a str,
}

/// Height of the plot of one series, and of what stands over it.
const LANE: f32 = 58.0;
const NAME: f32 = 18.0;
/// Room for the labels of times.
const FOOT: f32 = 18.0;
/// Room at both sides.
const SIDE: f32 = 10.0;

impl Evidence<'_> {
    /// Draws it at the full width there is.
    pub fn show(self, ui: &mut Ui, clock: &Clock) -> Response {
        let theme = Theme::of(ui);
        text::paragraph(ui, self.sentence, theme.palette.text.normal);
        let height = 2.0 * (LANE + NAME) + FOOT;
        let (whole, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
        let words = format!(
            "{} leads {} by {}",
            format::named(self.cause),
            format::named(self.effect),
            axis::length(self.lag)
        );
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &words));
        let Some((from, to)) = self.stretch() else {
            let font = Weight::Regular.at(theme.scale.text.small);
            text::paint(
                ui.painter(),
                whole,
                "The values it was found in are not kept any more.",
                font,
                theme.palette.text.soft,
                Align::Center,
            );
            return response;
        };
        let lane = |number: f32| {
            let top = whole.top() + number * (LANE + NAME) + NAME;
            Rect::from_min_max(pos2(whole.left(), top), pos2(whole.right(), top + LANE))
        };
        let lanes = [lane(0.0), lane(1.0)];
        let labels = ticks(from, to, (whole.width() / 90.0) as usize, clock);
        for tick in &labels {
            let x = x_of(lanes[0].shrink2(vec2(SIDE, 0.0)), from, to, tick.at);
            for lane in &lanes {
                ui.painter().vline(x, lane.y_range(), (1.0, theme.palette.plot.grid));
            }
            let place = Rect::from_center_size(pos2(x, whole.bottom() - FOOT / 2.0), vec2(84.0, FOOT));
            let place = place.translate(vec2((whole.right() - place.right()).min(0.0) + (whole.left() - place.left()).max(0.0), 0.0));
            let font = Weight::Regular.at(theme.scale.text.caption);
            text::paint(ui.painter(), place, &tick.words, font, theme.palette.text.faint, Align::Center);
        }
        for ((lane, name), (number, curve)) in lanes
            .iter()
            .zip([self.cause, self.effect])
            .zip([self.causes, self.effects].into_iter().enumerate())
        {
            series(
                ui,
                &theme,
                *lane,
                format::named(name),
                Look(number),
                &curve.drawn(from, to, lane.width() as usize, Span::ZERO),
                (from, to),
            );
        }
        let after = format!("after {}", axis::length(self.lag));
        // Above the first lane, where no arrow goes.
        let head = Rect::from_min_max(pos2(lanes[0].left(), lanes[0].top() - NAME), pos2(lanes[0].right(), lanes[0].top()));
        text::paint(
            ui.painter(),
            head,
            &after,
            Weight::Medium.at(theme.scale.text.small),
            theme.palette.text.strong,
            Align::Max,
        );
        self.arrow(ui, &theme, lanes, (from, to));
        response
    }

    fn stretch(&self) -> Option<(Timestamp, Timestamp)> {
        let ends = |curve: &Curve| Some((curve.dots().first()?.at, curve.dots().last()?.at));
        let (one, other) = (ends(self.causes)?, ends(self.effects)?);
        let (from, to) = (one.0.min(other.0), one.1.max(other.1));
        (from < to).then_some((from, to))
    }

    /// From where the cause moved most to where the effect was a lag later.
    fn arrow(&self, ui: &Ui, theme: &Theme, [above, below]: [Rect; 2], (from, to): (Timestamp, Timestamp)) {
        let moved = self.causes.dots().windows(2).filter(|pair| pair[1].at.plus(self.lag) <= to);
        let most = moved.max_by(|one, other| (one[1].value - one[0].value).abs().total_cmp(&(other[1].value - other[0].value).abs()));
        let Some(at) = most.map(|pair| pair[1].at) else { return };
        let place = |lane: Rect, curve: &Curve, at: Timestamp| {
            let (dot, _) = curve.at(at)?;
            let range = curve.drawn(from, to, lane.width() as usize, Span::ZERO).range?;
            Some(pos2(x_of(lane.shrink2(vec2(SIDE, 0.0)), from, to, at), y_of(lane, range, dot.value)))
        };
        let ends = place(above, self.causes, at).zip(place(below, self.effects, at.plus(self.lag)));
        let Some((tail, tip)) = ends else { return };
        let ink = theme.palette.text.strong;
        let painter = ui.painter();
        painter.circle_filled(tail, 4.0, ink);
        painter.circle_stroke(tip, 4.5, Stroke::new(1.5, ink));
        let along = (tip - tail).normalized();
        let head = tip - along * 6.0;
        painter.line_segment([tail, head], (1.5, ink));
        painter.add(Shape::convex_polygon(triangle(head, along), ink, Stroke::NONE));
    }
}

fn triangle(tip: Pos2, along: Vec2) -> Vec<Pos2> {
    let back = tip - along * 8.0;
    vec![tip, back + along.rot90() * 4.0, back - along.rot90() * 4.0]
}

fn y_of(lane: Rect, [low, high]: [f64; 2], value: f64) -> f32 {
    let share = if high > low { ((value - low) / (high - low)) as f32 } else { 0.5 };
    let inner = lane.shrink2(vec2(0.0, 6.0));
    inner.bottom() - inner.height() * share
}

fn series(ui: &Ui, theme: &Theme, lane: Rect, name: &str, look: Look, drawn: &Drawn, (from, to): (Timestamp, Timestamp)) {
    let painter = ui.painter();
    painter.rect_stroke(lane, theme.small_corner(), theme.line(), egui::StrokeKind::Inside);
    let head = Rect::from_min_max(pos2(lane.left(), lane.top() - NAME), pos2(lane.right(), lane.top()));
    super::swatch(ui, theme, Rect::from_min_size(head.min, vec2(18.0, NAME)), look);
    let font = Weight::Medium.at(theme.scale.text.small);
    let Some([low, high]) = drawn.range else { return };
    let range = format!("{} to {}", axis::alone(low), axis::alone(high));
    let ink = theme.palette.text.faint;
    let range = text::line(painter, &range, Weight::Regular.at(theme.scale.text.caption), ink, head.width() / 3.0);
    // At the right stands how long after.
    let room = head.width() - range.size().x - 130.0;
    let words = text::line(painter, name, font, theme.palette.text.normal, room);
    let left = head.left() + 24.0;
    let after = left + words.size().x + 10.0;
    painter.galley(pos2(left, head.center().y - words.size().y / 2.0), words, theme.palette.text.normal);
    painter.galley(pos2(after, head.center().y - range.size().y / 2.0), range, ink);
    let inner = lane.shrink2(vec2(SIDE, 0.0));
    let (left, whole) = (seconds(from), to.since(from).as_seconds().max(1e-6));
    for run in &drawn.runs {
        let place = |point: &egui_plot::PlotPoint| {
            pos2(
                inner.left() + inner.width() * ((point.x - left) / whole) as f32,
                y_of(lane, [low, high], point.y),
            )
        };
        let points: Vec<Pos2> = run.iter().map(place).collect();
        painter.add(Shape::line(points, Stroke::new(1.5, look.ink(theme))));
    }
}
