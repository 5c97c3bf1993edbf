//! The plots, one below the other: alarms above them, times below, one cursor through all of them.

use egui::{Align, Rect, ScrollArea, Ui, UiBuilder, pos2, vec2};
use pedkai_core::model::{Span, Timestamp};
use std::collections::BTreeMap;
use uuid::Uuid;

use super::{
    KpiView,
    legend::{self, Done, Entry},
    shown::Shown,
};
use crate::{
    format::{self, Clock},
    intent::Intent,
    model::Model,
    theme::{Level, Theme, Weight},
    widgets::{
        button::Button,
        plot::{
            self, Gesture, Panel, Trace,
            axis::{self, Tick},
        },
        text,
        timeline::{Mark, Timeline},
    },
};

/// Height of the lane of alarms.
const LANE: f32 = 34.0;
/// No plot is lower.
const LOWEST: f32 = 96.0;
/// Between plots.
const GAP: f32 = 8.0;
/// Points between lines of alarms through the plots; more would hide what they cross.
const LINES: f32 = 24.0;

/// Alarms on what is plotted.
#[derive(Debug, Default)]
pub(super) struct Alarmed {
    made_for: Option<(u64, Vec<Uuid>)>,
    marks: Vec<(Uuid, Mark)>,
}

impl Alarmed {
    fn refresh(&mut self, model: &Model, entities: Vec<Uuid>) {
        let wanted = Some((model.alarms().revision(), entities));
        if self.made_for == wanted {
            return;
        }
        self.made_for = wanted;
        self.marks.clear();
        let Some((_, entities)) = &self.made_for else { return };
        for alarm in model.alarms().iter().filter(|alarm| entities.contains(&alarm.entity_id)) {
            let words = format!("{} on {}", alarm.alarm_type, alarm.entity_name);
            let mark = |at: Timestamp, level: Level, words: String| (alarm.entity_id, Mark { at, level, words });
            self.marks
                .extend(alarm.cleared_at.map(|at| mark(at, Level::Cleared, format!("cleared: {words}"))));
            self.marks.push(mark(alarm.raised_at, alarm.severity.into(), words));
        }
        self.marks.sort_by_key(|(_, mark)| (mark.at, mark.level));
    }
}

/// Where everything stands.
struct Frame {
    from: Timestamp,
    to: Timestamp,
    ticks: Vec<Tick>,
}

impl KpiView {
    /// Draws all of it and carries out what was done to it.
    pub(super) fn plots(&mut self, ui: &mut Ui, model: &Model, clock: &Clock, intents: &mut Vec<Intent>) {
        let theme = Theme::of(ui);
        let whole = ui.available_rect_before_wrap().shrink2(vec2(theme.scale.space.m, theme.scale.space.s));
        self.area = whole;
        let across = (whole.width() - plot::GUTTER).max(40.0);
        let (from, to) = self.window.drawn(clock.now, across as usize);
        let frame = Frame {
            from,
            to,
            ticks: axis::ticks(from, to, (across / 90.0) as usize, clock),
        };
        for shown in &mut self.shown {
            shown.thin(from, to, across as usize, self.compare);
        }
        let lane = whole.with_max_y(whole.top() + LANE);
        self.alarms(ui, &theme, model, clock, lane, &frame);
        let middle = Rect::from_min_max(pos2(whole.left(), lane.bottom()), pos2(whole.right(), whole.bottom() - plot::FOOT));
        let groups = self.groups();
        let heads: Vec<f32> = groups.iter().map(|(_, members)| legend::height(across, members.len())).collect();
        let all_heads: f32 = heads.iter().sum();
        // Plots are of one height, whatever stands over them.
        let body = ((middle.height() - all_heads) / groups.len().max(1) as f32 - GAP).max(LOWEST);
        let mut inner = ui.new_child(UiBuilder::new().max_rect(middle).id_salt("plots"));
        inner.set_clip_rect(middle.intersect(ui.clip_rect()));
        let (mut done, mut gesture) = (None, Gesture::default());
        let scrolls = all_heads + (body + GAP) * groups.len() as f32 > middle.height() + 1.0;
        let mut draw = |ui: &mut Ui, view: &mut Self| {
            for ((metric, members), head) in groups.iter().zip(&heads) {
                let (_, place) = ui.allocate_space(vec2(across + plot::GUTTER - if scrolls { 12.0 } else { 0.0 }, head + body + GAP));
                if !ui.is_rect_visible(place) {
                    continue;
                }
                let (its, happened) = view.plot(ui, &theme, model, clock, &frame, place, (metric, members), intents);
                done = its.or(done);
                if happened != Gesture::default() {
                    gesture = happened;
                }
            }
        };
        inner.spacing_mut().item_spacing.y = 0.0;
        if scrolls {
            ScrollArea::vertical().auto_shrink(false).show(&mut inner, |ui| draw(ui, self));
        } else {
            draw(&mut inner, self);
        }
        let foot = whole.with_min_y(whole.bottom() - plot::FOOT);
        plot::foot(ui, foot, from, to, &frame.ticks);
        match done {
            Some(Done::Chosen(place)) => self.chosen = if self.chosen == Some(place) { None } else { Some(place) },
            Some(Done::Removed(place)) => self.remove(place),
            None => {}
        }
        self.gesture(ui, gesture, clock.now);
    }

    /// Series of one metric are in one plot: metric, and which series.
    fn groups(&self) -> Vec<(String, Vec<usize>)> {
        let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        for (number, shown) in self.shown.iter().enumerate() {
            let place = *places.entry(shown.key.metric.as_str()).or_insert(groups.len());
            match groups.get_mut(place) {
                Some((_, members)) => members.push(number),
                None => groups.push((shown.key.metric.to_string(), vec![number])),
            }
        }
        groups
    }

    fn alarms(&mut self, ui: &Ui, theme: &Theme, model: &Model, clock: &Clock, lane: Rect, frame: &Frame) {
        let mut entities: Vec<Uuid> = self.shown.iter().map(|shown| shown.key.entity).collect();
        entities.sort_unstable();
        entities.dedup();
        self.alarmed.refresh(model, entities);
        let caption = Weight::Regular.at(theme.scale.text.caption);
        let name = lane.with_max_x(lane.left() + plot::GUTTER - 6.0);
        text::paint(ui.painter(), name, "Alarms", caption.clone(), theme.palette.text.faint, Align::Max);
        let inner = lane.with_min_x(lane.left() + plot::GUTTER);
        ui.painter()
            .hline(inner.x_range(), inner.center().y + 3.0, (1.0, theme.palette.ground.line_strong));
        let within = |mark: &&(Uuid, Mark)| mark.1.at >= frame.from && mark.1.at <= frame.to;
        let marks: Vec<Mark> = self.alarmed.marks.iter().filter(within).map(|(_, mark)| mark.clone()).collect();
        let strip = Timeline {
            from: frame.from,
            to: frame.to,
            marks: &marks,
        };
        let response = ui.interact(inner, ui.scope_id().with("alarms"), egui::Sense::hover());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, format!("{} in this time", format::counted(marks.len(), "alarm mark"))));
        let under = strip.marks_on(ui, clock, inner.translate(vec2(0.0, 3.0)), response.hover_pos());
        if !under.is_empty() {
            text::hover_at_pointer(response, &under.join("\n"));
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a plot needs all of what it tells")]
    fn plot(
        &self,
        ui: &mut Ui,
        theme: &Theme,
        model: &Model,
        clock: &Clock,
        frame: &Frame,
        place: Rect,
        (metric, members): (&str, &[usize]),
        intents: &mut Vec<Intent>,
    ) -> (Option<Done>, Gesture) {
        let shown: Vec<(usize, &Shown)> = members.iter().filter_map(|number| Some((*number, self.shown.get(*number)?))).collect();
        let entries: Vec<Entry> = shown.iter().map(|(number, shown)| self.entry(model, clock, *number, shown)).collect();
        let head = place
            .with_min_x(place.left() + plot::GUTTER)
            .with_max_y(place.top() + legend::height(place.width() - plot::GUTTER, members.len()));
        let done = legend::show(ui, head, metric, &entries);
        let done = done.and_then(|done| match done {
            Done::Chosen(at) => shown.get(at).map(|(number, _)| Done::Chosen(*number)),
            Done::Removed(at) => shown.get(at).map(|(number, _)| Done::Removed(*number)),
        });
        let body = Rect::from_min_max(pos2(place.left(), head.bottom()), pos2(place.right(), place.bottom() - GAP));
        let traces: Vec<Trace<'_>> = shown
            .iter()
            .filter_map(|(number, shown)| {
                Some(Trace {
                    look: shown.look,
                    drawn: shown.samples.drawn()?,
                    ghost: shown.before.drawn().filter(|_| self.compare),
                    held: self.cursor.and_then(|at| Some(shown.samples.curve()?.at(at)?.0.value)),
                    chosen: self.chosen == Some(*number),
                    banded: self.band,
                })
            })
            .collect();
        let raised = self.raised(frame, body.width(), &shown);
        let panel = Panel {
            name: metric,
            from: frame.from,
            to: frame.to,
            ticks: &frame.ticks,
            traces: &traces,
            cursor: self.cursor,
            raised: &raised,
        };
        let gesture = panel.show(ui, body);
        if traces.iter().all(|trace| trace.drawn.range.is_none()) {
            self.nothing_in(ui, theme, clock, body, &shown, intents);
        }
        (done, gesture)
    }

    /// When alarms were raised on what a plot shows: of those near to each other the worst.
    fn raised(&self, frame: &Frame, width: f32, shown: &[(usize, &Shown)]) -> Vec<(Timestamp, Level)> {
        let apart = Span::micros((frame.to.since(frame.from).as_micros() as f64 * f64::from(LINES / width.max(LINES))) as i64);
        let mut raised: Vec<(Timestamp, Level)> = Vec::new();
        for (entity, mark) in &self.alarmed.marks {
            let seen = mark.at >= frame.from && mark.at <= frame.to && mark.level != Level::Cleared;
            if !seen || shown.iter().all(|(_, shown)| shown.key.entity != *entity) {
                continue;
            }
            match raised.last_mut() {
                Some((at, level)) if mark.at.since(*at) < apart => *level = mark.level.min(*level),
                _ => raised.push((mark.at, mark.level)),
            }
        }
        raised
    }

    fn entry(&self, model: &Model, clock: &Clock, number: usize, shown: &Shown) -> Entry {
        let curve = shown.samples.curve();
        let newest = || curve.and_then(|curve| curve.dots().last()).copied();
        let value = match self.cursor {
            Some(at) => curve.and_then(|curve| curve.at(at)).map(|(dot, _)| dot),
            None => newest(),
        };
        let mut more = match newest() {
            Some(newest) => format!("Newest sample {}, {} ago", clock.short(newest.at), clock.age(newest.at)),
            None => "No samples yet".to_owned(),
        };
        if let Some([low, high]) = self.cursor.and_then(|at| curve?.at(at)?.1?.range) {
            more = format!("{more}\nExpected from {} to {}", axis::alone(low), axis::alone(high));
        }
        if let Some(why) = &shown.samples.failed {
            more = format!("{more}\nNot renewed: {why}");
        }
        Entry {
            look: shown.look,
            name: model.name_of(shown.key.entity),
            metric: shown.key.metric.to_string(),
            value: value.map_or("–".to_owned(), |dot| axis::alone(dot.value)),
            more,
            chosen: self.chosen == Some(number),
        }
    }

    /// A plot without a line says why.
    fn nothing_in(&self, ui: &mut Ui, theme: &Theme, clock: &Clock, body: Rect, shown: &[(usize, &Shown)], intents: &mut Vec<Intent>) {
        let failed = shown.iter().find_map(|(_, shown)| Some((shown, shown.samples.failed.clone()?)));
        let newest = shown
            .iter()
            .filter_map(|(_, shown)| shown.samples.curve()?.dots().last().map(|dot| dot.at))
            .max();
        let waits = shown.iter().any(|(_, shown)| shown.samples.curve().is_none());
        let (words, ink) = match (&failed, newest) {
            (Some((_, why)), _) => (format!("Its samples are not to be had: {why}"), theme.level(Level::Critical).text),
            (None, Some(at)) => (
                format!("No samples in this time. The newest that was asked for is of {}.", clock.short(at)),
                theme.palette.text.soft,
            ),
            (None, None) if waits => ("Asking for its samples …".to_owned(), theme.palette.text.soft),
            (None, None) => ("No samples in this time.".to_owned(), theme.palette.text.soft),
        };
        let inner = body.with_min_x(body.left() + plot::GUTTER).shrink(theme.scale.space.s);
        let line = Rect::from_center_size(inner.center() - vec2(0.0, 12.0), vec2(inner.width(), 20.0));
        text::paint(ui.painter(), line, &words, Weight::Regular.at(theme.scale.text.body), ink, Align::Center);
        if let Some((shown, _)) = failed {
            let place = Rect::from_center_size(inner.center() + vec2(0.0, 16.0), vec2(92.0, theme.scale.control.height));
            let mut below = ui.new_child(UiBuilder::new().max_rect(place).id_salt("again"));
            if Button::new("Try again").show(&mut below).clicked() {
                intents.extend(shown.samples.again(&shown.key).map(Intent::AskKpi));
            }
        }
    }

    fn gesture(&mut self, ui: &Ui, gesture: Gesture, now: Timestamp) {
        if let Some(at) = gesture.pointed {
            (self.cursor, self.pointed) = (Some(at), true);
        } else if std::mem::take(&mut self.pointed) {
            self.cursor = None;
        }
        if let Some((by, about)) = gesture.zoomed {
            self.window.zoom(by, Some(about), now);
            // The wheel is for the plot and not for what scrolls around it.
            ui.input_mut(|input| input.smooth_scroll_delta = egui::Vec2::ZERO);
        }
        if let Some(by) = gesture.panned {
            self.window.pan(by, now);
        }
        if let Some((from, to)) = gesture.boxed {
            self.window.show(from, to, now);
        }
        if gesture.reset {
            self.window.choose(self.window.chosen);
        }
    }
}
