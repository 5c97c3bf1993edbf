//! Plots of values over time.
//!
//! - does: draws curves with what was expected of them, marks, a cursor and labels; says how it was dragged, zoomed and pointed at
//! - takes: curves thinned for the screen, times, the theme
//! - gives: gestures in terms of time
//! - never knows: which series it draws, or where the values come from

pub mod axis;
pub mod curve;
pub mod evidence;

use egui::{Align, Color32, Rect, Response, Role, Ui, UiBuilder, WidgetInfo, pos2};
use egui_plot::{FilledArea, GridInput, GridMark, Line, LineStyle, MarkerShape, Plot, PlotPoint, PlotUi, Points, VLine};
use pedkai_core::model::{Span, Timestamp};
use std::ops::RangeInclusive;

use self::{
    axis::Tick,
    curve::{Drawn, seconds},
};
use super::text;
use crate::theme::{Level, Theme, Weight};

/// Room for the labels of values at the left of a plot.
pub const GUTTER: f32 = 58.0;
/// Room for the labels of times below the last plot.
pub const FOOT: f32 = 20.0;
/// Room of one label of values.
const ROW: f32 = 24.0;
/// The longest dash of a line.
const DASHES: f32 = 1_500.0;
/// Points of the screen between marks on a line.
const APART: f64 = 110.0;

/// How a curve looks: a colour of the theme and a shape, each of which is enough alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look(pub usize);

impl Look {
    /// How many there are.
    pub const MANY: usize = 8;

    /// Its colour.
    pub fn ink(self, theme: &Theme) -> Color32 {
        theme.palette.plot.lines[self.0 % Self::MANY]
    }

    /// The shape of its marks.
    fn shape(self) -> MarkerShape {
        [
            MarkerShape::Circle,
            MarkerShape::Square,
            MarkerShape::Up,
            MarkerShape::Diamond,
            MarkerShape::Cross,
            MarkerShape::Down,
            MarkerShape::Plus,
            MarkerShape::Asterisk,
        ][self.0 % Self::MANY]
    }
}

/// A curve in a plot.
#[derive(Clone, Copy, Debug)]
pub struct Trace<'a> {
    /// How it looks.
    pub look: Look,
    /// What is drawn of it.
    pub drawn: &'a Drawn,
    /// The same of another time, as a ghost behind it.
    pub ghost: Option<&'a Drawn>,
    /// The value under the cursor.
    pub held: Option<f64>,
    /// Drawn stronger than the others.
    pub chosen: bool,
    /// With what was expected.
    pub banded: bool,
}

/// A plot.
#[derive(Clone, Copy, Debug)]
pub struct Panel<'a> {
    /// Its name.
    pub name: &'a str,
    /// Left edge.
    pub from: Timestamp,
    /// Right edge.
    pub to: Timestamp,
    /// Labels of the times.
    pub ticks: &'a [Tick],
    /// What it draws.
    pub traces: &'a [Trace<'a>],
    /// Where the cursor is.
    pub cursor: Option<Timestamp>,
    /// When something was raised.
    pub raised: &'a [(Timestamp, Level)],
}

/// What was done to a plot.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Gesture {
    /// Where the pointer is.
    pub pointed: Option<Timestamp>,
    /// It was dragged so far.
    pub panned: Option<Span>,
    /// Zoomed by this factor, above 1 nearer, about this time.
    pub zoomed: Option<(f64, Timestamp)>,
    /// This stretch was marked out.
    pub boxed: Option<(Timestamp, Timestamp)>,
    /// It was clicked twice: back to where it began.
    pub reset: bool,
}

impl Panel<'_> {
    /// Draws it into `whole`, labels of values at the left.
    pub fn show(self, ui: &mut Ui, whole: Rect) -> Gesture {
        let theme = Theme::of(ui);
        let place = whole.with_min_x(whole.left() + GUTTER);
        let (low, high) = self.bounds();
        let (labels, step) = axis::values(low, high, (place.height() / ROW).max(1.0) as usize);
        let known = self.traces.iter().any(|trace| trace.drawn.range.is_some());
        for value in labels.iter().filter(|_| known) {
            let y = egui::remap_clamp(*value, low..=high, f64::from(place.bottom())..=f64::from(place.top())) as f32;
            let row = Rect::from_min_max(pos2(whole.left(), y - 7.0), pos2(place.left() - 6.0, y + 7.0));
            if whole.expand(6.0).contains_rect(row) {
                let font = Weight::Regular.at(theme.scale.text.caption);
                text::paint(ui.painter(), row, &axis::figure(*value, step), font, theme.palette.text.faint, Align::Max);
            }
        }
        let mut inner = ui.new_child(UiBuilder::new().max_rect(place).id_salt(self.name));
        let times: Vec<f64> = self.ticks.iter().map(|tick| seconds(tick.at)).collect();
        // Every line of the grid as strong as the other: how far apart they are is settled.
        let apart = self.to.since(self.from).as_seconds() / 8.0;
        let plot = Plot::new(self.name)
            .width(place.width())
            .height(place.height())
            .show_axes(false)
            .grid_color(theme.palette.plot.grid)
            .grid_fade(0.0)
            .x_grid_spacer(grid(times, apart))
            .y_grid_spacer(grid(labels, (high - low) / 4.0))
            .show_x(false)
            .show_y(false)
            .show_crosshair(false)
            .allow_drag(false)
            .allow_zoom(false)
            .allow_scroll(false)
            .allow_boxed_zoom(false)
            .allow_axis_zoom_drag(false)
            .allow_double_click_reset(false);
        let across = self.to.since(self.from).as_seconds() / f64::from(place.width().max(1.0));
        let shown = plot.show(&mut inner, |plot| {
            plot.set_plot_bounds_x(seconds(self.from)..=seconds(self.to));
            plot.set_plot_bounds_y(low..=high);
            self.fill(plot, &theme, across);
        });
        shown
            .response
            .widget_info(|| WidgetInfo::labeled(Role::Image, true, format!("Plot of {}", self.name)));
        self.gesture(ui, &shown.response, place)
    }

    fn fill(&self, plot: &mut PlotUi<'_>, theme: &Theme, across: f64) {
        for (at, level) in self.raised {
            let ink = Theme::veil(theme.level(*level).fill, if self.raised.len() > 12 { 0.25 } else { 0.5 });
            plot.vline(VLine::new("", seconds(*at)).color(ink).width(1.0));
        }
        for trace in self.traces {
            trace.under(plot, theme);
        }
        for trace in self.traces {
            trace.over(plot, theme, across);
        }
        if let Some(cursor) = self.cursor {
            plot.vline(VLine::new("", seconds(cursor)).color(theme.palette.text.soft).width(1.0));
            for (trace, value) in self.traces.iter().filter_map(|trace| Some((trace, trace.held?))) {
                let point = Points::new("", [seconds(cursor), value]).radius(3.5).color(trace.look.ink(theme));
                plot.points(point.shape(MarkerShape::Circle));
            }
        }
    }

    /// The lowest and highest value that is shown, with a little room.
    fn bounds(&self) -> (f64, f64) {
        let drawn = self.traces.iter().flat_map(|trace| [Some(trace.drawn), trace.ghost]).flatten();
        let ranges = drawn.filter_map(|drawn| drawn.range);
        let Some([low, high]) = ranges.reduce(|one, other| [one[0].min(other[0]), one[1].max(other[1])]) else {
            return (0.0, 1.0);
        };
        let span = (high - low).max(f64::MIN_POSITIVE);
        let bands = self
            .traces
            .iter()
            .filter(|trace| trace.banded)
            .flat_map(|trace| trace.drawn.bands.iter().flatten());
        // What was expected is seen too, unless it would press the values flat.
        let (least, most) = bands.fold((low, high), |(least, most), [_, below, above]| (least.min(*below), most.max(*above)));
        let (low, high) = (least.max(low - span), most.min(high + span));
        let room = (high - low) * 0.06;
        if room.is_finite() && room > high.abs() * 1e-12 {
            (low - room, high + room)
        } else {
            let room = (high.abs() * 0.05).clamp(0.5, f64::MAX / 4.0);
            ((low - room).max(f64::MIN / 4.0), (high + room).min(f64::MAX / 4.0))
        }
    }

    fn gesture(&self, ui: &Ui, response: &Response, place: Rect) -> Gesture {
        let whole = self.to.since(self.from).as_seconds();
        let time = |x: f32| {
            self.from
                .plus(Span::micros((whole * 1e6 * f64::from((x - place.left()) / place.width().max(1.0))) as i64))
        };
        let mut gesture = Gesture {
            reset: response.double_clicked(),
            ..Gesture::default()
        };
        if let Some(pointer) = response.hover_pos() {
            gesture.pointed = Some(time(pointer.x));
            let (wheel, pinch) = ui.input(|input| (input.smooth_scroll_delta(), input.zoom_delta()));
            let by = (wheel.y * 0.004).exp() * pinch;
            if (by - 1.0).abs() > 1e-4 {
                gesture.zoomed = Some((f64::from(by), time(pointer.x)));
            }
            if wheel.x.abs() > 0.1 {
                gesture.panned = Some(Span::micros((-f64::from(wheel.x / place.width().max(1.0)) * whole * 1e6) as i64));
            }
        }
        if response.dragged_by(egui::PointerButton::Primary) {
            let share = f64::from(response.drag_delta().x / place.width().max(1.0));
            gesture.panned = Some(Span::micros((-share * whole * 1e6) as i64));
        }
        gesture.boxed = self.marked_out(ui, response, place).map(|range| (time(*range.start()), time(*range.end())));
        gesture
    }

    /// The stretch that the other button marks out, when it is let go.
    fn marked_out(&self, ui: &Ui, response: &Response, place: Rect) -> Option<RangeInclusive<f32>> {
        let other = egui::PointerButton::Secondary;
        let began = ui.ctx().input(|input| input.pointer.press_origin());
        let kept = response.id.with("marked out");
        if response.dragged_by(other) {
            let (began, here) = (began?, response.interact_pointer_pos()?);
            let [left, right] = [began.x.min(here.x), began.x.max(here.x)].map(|x| x.clamp(place.left(), place.right()));
            let marked = Rect::from_x_y_ranges(left..=right, place.y_range());
            let theme = Theme::of(ui);
            ui.painter().rect_filled(marked, 0.0, Theme::veil(theme.palette.accent.focus, 0.18));
            ui.data_mut(|data| data.insert_temp(kept, (left, right)));
            return None;
        }
        if response.drag_stopped_by(other) {
            let (left, right) = ui.data_mut(|data| data.remove_temp::<(f32, f32)>(kept))?;
            return (right - left > 4.0).then_some(left..=right);
        }
        None
    }
}

impl Trace<'_> {
    /// What lies behind the lines.
    fn under(&self, plot: &mut PlotUi<'_>, theme: &Theme) {
        let ink = self.look.ink(theme);
        let area = |runs: &[Vec<[f64; 3]>], fill: Color32, plot: &mut PlotUi<'_>| {
            for run in runs.iter().filter(|run| run.len() > 1) {
                let part = |which: usize| run.iter().map(|point| point[which]).collect::<Vec<f64>>();
                plot.add(FilledArea::new("", &part(0), &part(1), &part(2)).fill_color(fill));
            }
        };
        if self.banded {
            area(&self.drawn.bands, Theme::veil(ink, 0.16), plot);
        }
        area(&self.drawn.spreads, Theme::veil(ink, 0.22), plot);
    }

    /// The lines and what lies on them. A point of the screen is `across` seconds wide.
    fn over(&self, plot: &mut PlotUi<'_>, theme: &Theme, across: f64) {
        let ink = self.look.ink(theme);
        if let Some(ghost) = self.ghost {
            for run in &ghost.runs {
                let length = run.len() as f32 * 20.0 / DASHES;
                let style = LineStyle::Dashed { length: length.max(5.0) };
                plot.line(owned(run).color(Theme::veil(ink, 0.6)).width(1.0).style(style));
            }
        }
        for run in &self.drawn.runs {
            match run.as_slice() {
                [only] => plot.points(Points::new("", [only.x, only.y]).radius(2.0).color(ink)),
                _ => plot.line(owned(run).color(ink).width(if self.chosen { 2.4 } else { 1.5 })),
            }
        }
        let marks: Vec<[f64; 2]> = marks(&self.drawn.runs, across * APART, self.look.0).map(|point| [point.x, point.y]).collect();
        if !marks.is_empty() {
            plot.points(Points::new("", marks).radius(4.0).color(ink).shape(self.look.shape()));
        }
        if self.banded && !self.drawn.strange.is_empty() {
            let strange: Vec<[f64; 2]> = self.drawn.strange.iter().map(|point| [point.x, point.y]).collect();
            let ring = Points::new("", strange).radius(6.0).filled(false).color(theme.level(Level::Warning).fill);
            plot.points(ring.shape(MarkerShape::Circle));
        }
    }
}

fn owned<'a>(run: &[PlotPoint]) -> Line<'a> {
    Line::new("", run.iter().map(|point| [point.x, point.y]).collect::<egui_plot::PlotPoints<'_>>())
}

/// A point of each stretch of about `apart` seconds: always the same ones, however a plot is moved. Looks take turns.
fn marks(runs: &[Vec<PlotPoint>], apart: f64, look: usize) -> impl Iterator<Item = PlotPoint> {
    let apart = 2_f64.powf(apart.max(1e-6).log2().round());
    let turn = apart * look as f64 / Look::MANY as f64;
    let mut last = f64::NAN;
    runs.iter().flatten().copied().filter(move |point| {
        let stretch = ((point.x - turn) / apart).floor();
        std::mem::replace(&mut last, stretch) < stretch
    })
}

fn grid(values: Vec<f64>, step: f64) -> impl Fn(GridInput) -> Vec<GridMark> {
    move |_| {
        values
            .iter()
            .map(|value| GridMark {
                value: *value,
                step_size: step,
            })
            .collect()
    }
}

/// Paints the labels of times below the plots.
pub fn foot(ui: &Ui, place: Rect, from: Timestamp, to: Timestamp, ticks: &[Tick]) {
    let theme = Theme::of(ui);
    let lane = place.with_min_x(place.left() + GUTTER);
    for tick in ticks {
        let x = x_of(lane, from, to, tick.at);
        let (weight, ink) = if tick.day {
            (Weight::Medium, theme.palette.text.soft)
        } else {
            (Weight::Regular, theme.palette.text.faint)
        };
        let words = text::line(ui.painter(), &tick.words, weight.at(theme.scale.text.caption), ink, f32::INFINITY);
        let half = words.size().x / 2.0;
        let middle = x.clamp(lane.left() + half, (lane.right() - half).max(lane.left() + half));
        ui.painter().galley(pos2(middle - half, place.center().y - words.size().y / 2.0), words, ink);
    }
}

/// Where a time is on a lane.
pub fn x_of(lane: Rect, from: Timestamp, to: Timestamp, at: Timestamp) -> f32 {
    let share = at.since(from).as_seconds() / to.since(from).as_seconds().max(1e-6);
    lane.left() + lane.width() * share as f32
}

/// The mark of a look, for a legend.
pub fn swatch(ui: &Ui, theme: &Theme, place: Rect, look: Look) {
    use egui::Shape;
    let (ink, middle) = (look.ink(theme), place.center());
    let painter = ui.painter();
    painter.hline(place.x_range(), middle.y, (2.0, ink));
    let radius = 4.0;
    let corners = |turns: &[(f32, f32)]| turns.iter().map(|(x, y)| middle + egui::vec2(*x, *y) * radius).collect::<Vec<_>>();
    let filled = |turns: &[(f32, f32)]| Shape::convex_polygon(corners(turns), ink, egui::Stroke::NONE);
    let cross = |turns: &[(f32, f32)]| {
        let ends = corners(turns);
        for pair in ends.chunks_exact(2) {
            painter.line_segment([pair[0], pair[1]], (1.8, ink));
        }
    };
    match look.shape() {
        MarkerShape::Circle => drop(painter.circle_filled(middle, radius, ink)),
        MarkerShape::Square => drop(painter.add(filled(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]))),
        MarkerShape::Up => drop(painter.add(filled(&[(0.0, -1.1), (1.1, 0.9), (-1.1, 0.9)]))),
        MarkerShape::Down => drop(painter.add(filled(&[(0.0, 1.1), (1.1, -0.9), (-1.1, -0.9)]))),
        MarkerShape::Diamond => drop(painter.add(filled(&[(0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)]))),
        MarkerShape::Cross => cross(&[(-1.0, -1.0), (1.0, 1.0), (-1.0, 1.0), (1.0, -1.0)]),
        MarkerShape::Plus => cross(&[(-1.1, 0.0), (1.1, 0.0), (0.0, -1.1), (0.0, 1.1)]),
        _ => cross(&[(-1.1, 0.0), (1.1, 0.0), (-0.6, -1.0), (0.6, 1.0), (-0.6, 1.0), (0.6, -1.0)]),
    }
}
