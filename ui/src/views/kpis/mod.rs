//! The KPI explorer: values of any series over time, with what was expected of them and the alarms of the same time.

mod bar;
mod export;
mod legend;
mod plots;
mod search;
mod shown;
mod window;

use egui::{Rect, Ui};
use pedkai_core::model::{Name, Span};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

use self::{plots::Alarmed, search::Search, shown::Shown, window::Window};
use crate::{
    command::{Command, KpiCommand, ListCommand},
    format::{self, Clock},
    intent::Intent,
    model::{Known, KpiQuestion, Model},
    shell::Link,
    theme::{Icon, Level, Theme},
    widgets::{empty, plot::Look},
};

pub(crate) use export::field;
pub use export::{Export, Series, Sheet, write_csv};
pub use shown::Key;

/// What the explorer remembers between runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Layout {
    /// Series that are shown.
    pub series: Vec<Key>,
    /// Which of the lengths of time.
    pub length: Option<usize>,
    /// With the same of a week before.
    pub compare: bool,
    /// Without what was expected.
    pub no_band: bool,
}

/// The explorer.
#[derive(Debug)]
pub struct KpiView {
    shown: Vec<Shown>,
    chosen: Option<usize>,
    window: Window,
    compare: bool,
    band: bool,
    cursor: Option<pedkai_core::model::Timestamp>,
    /// The pointer put the cursor where it is.
    pointed: bool,
    search: Search,
    alarmed: Alarmed,
    /// The entity whose series are to be shown as soon as they are known.
    wanted: Option<Wanted>,
    area: Rect,
    was_live: bool,
    /// Nobody chose anything yet.
    fresh: bool,
}

#[derive(Clone, Copy, Debug)]
struct Wanted {
    entity: Uuid,
    asked: bool,
}

/// Series that are shown at most.
const MOST: usize = 16;
/// Series that are shown before anybody chose any.
const BEGIN: usize = 3;
/// Series of an entity that are shown at once.
const OF_ENTITY: usize = 6;

impl Default for KpiView {
    fn default() -> Self {
        Self::new(Layout::default())
    }
}

impl KpiView {
    /// The explorer as it was left.
    pub fn new(layout: Layout) -> Self {
        let mut window = Window::default();
        window.choose(layout.length.unwrap_or(window.chosen));
        let mut view = Self {
            shown: Vec::new(),
            chosen: None,
            window,
            compare: layout.compare,
            band: !layout.no_band,
            cursor: None,
            pointed: false,
            search: Search::default(),
            alarmed: Alarmed::default(),
            wanted: None,
            area: Rect::NOTHING,
            was_live: true,
            fresh: true,
        };
        for key in layout.series {
            view.add(key);
        }
        view
    }

    /// How it is left.
    pub fn layout(&self) -> Layout {
        Layout {
            series: self.shown.iter().map(|shown| shown.key.clone()).collect(),
            length: Some(self.window.chosen),
            compare: self.compare,
            no_band: !self.band,
        }
    }

    /// Shows what is measured on an entity, and nothing else.
    pub fn of_entity(&mut self, entity: Uuid) {
        self.shown.clear();
        self.fresh = false;
        (self.chosen, self.cursor) = (None, None);
        self.window.choose(self.window.chosen);
        self.wanted = Some(Wanted { entity, asked: false });
    }

    /// Shows a series beside the others; false when there is no room for it, or it is shown already.
    pub fn add(&mut self, key: Key) -> bool {
        let there = self.shown.iter().any(|shown| shown.key == key);
        if there || self.shown.len() >= MOST {
            return false;
        }
        let taken = |look: &usize| self.shown.iter().filter(|shown| shown.look == Look(*look)).count();
        let look = (0..Look::MANY).min_by_key(taken).unwrap_or_default();
        self.shown.push(Shown::new(key, Look(look)));
        (self.wanted, self.fresh) = (None, false);
        true
    }

    fn remove(&mut self, place: usize) {
        if place < self.shown.len() {
            self.shown.remove(place);
            self.chosen = None;
        }
    }

    /// Carries out commands, then draws.
    pub fn show(&mut self, ui: &mut Ui, model: &Model, clock: &Clock, commands: &[Command], link: &Link) -> Vec<Intent> {
        let mut intents = Vec::new();
        self.search.listen(clock, *link == Link::Live, &mut intents);
        self.take_wanted(model, &mut intents);
        self.begin(model);
        for command in commands {
            match command {
                Command::Kpi(command) => self.command(*command, model, clock, &mut intents),
                Command::List(ListCommand::Escape) if self.chosen.is_none() => self.cursor = None,
                Command::List(ListCommand::Escape) => self.chosen = None,
                _ => {}
            }
        }
        let theme = Theme::of(ui);
        ui.painter().rect_filled(ui.available_rect_before_wrap(), 0.0, theme.palette.ground.surface);
        for command in bar::top(ui, self, model, clock, link, &mut intents) {
            self.command(command, model, clock, &mut intents);
        }
        let live = *link == Link::Live;
        for shown in &mut self.shown {
            if live && !self.was_live {
                // What failed while nobody was there is asked for once more.
                intents.extend(shown.samples.again(&shown.key).map(Intent::AskKpi));
            }
            shown.follow(model, &self.window, clock.now, self.compare, &mut intents);
        }
        self.was_live = live;
        if self.shown.is_empty() {
            self.nothing(ui, model, &mut intents);
        } else {
            self.plots(ui, model, clock, &mut intents);
        }
        intents
    }

    /// Adds the series of the entity that was asked for, as soon as they are known.
    fn take_wanted(&mut self, model: &Model, intents: &mut Vec<Intent>) {
        let Some(wanted) = self.wanted else { return };
        let question = KpiQuestion::Series {
            entity: Some(wanted.entity),
            words: String::new(),
        };
        if !wanted.asked {
            self.wanted = Some(Wanted { asked: true, ..wanted });
            intents.push(Intent::AskKpi(question.clone()));
        }
        if let Some(Known::Here(series)) = model.kpis.series(&question) {
            let mut metrics: Vec<Name> = series.iter().map(|series| series.metric.clone()).collect();
            metrics.sort_unstable();
            metrics.dedup();
            for metric in metrics.into_iter().take(OF_ENTITY) {
                self.add(Key { entity: wanted.entity, metric });
            }
        }
    }

    /// Where nobody chose anything yet: what is measured on the entity that is worst off.
    fn begin(&mut self, model: &Model) {
        let Some(Known::Here(series)) = search::any(model).filter(|_| self.fresh) else {
            return;
        };
        let worst = series.iter().map(|series| series.entity_id);
        let worst = worst.min_by_key(|entity| (model.tallies().of(*entity).worst().unwrap_or(Level::Cleared), model.name_of(*entity)));
        let Some(entity) = worst else { return };
        for series in series.iter().filter(|series| series.entity_id == entity).take(BEGIN) {
            self.add(Key {
                entity,
                metric: series.metric.clone(),
            });
        }
    }

    fn nothing(&mut self, ui: &mut Ui, model: &Model, intents: &mut Vec<Intent>) {
        let send = "Nothing is measured yet. Send samples to POST /api/v1/kpi/ingest of the collector, a list of entity_id, metric, value and timestamp, \
                    with a key that has the scope kpi:write. They can be looked at here a moment later.";
        if let Some(wanted) = self.wanted {
            let question = KpiQuestion::Series {
                entity: Some(wanted.entity),
                words: String::new(),
            };
            let name = model.name_of(wanted.entity);
            match model.kpis.series(&question) {
                Some(Known::Here(_)) => {
                    let why = "Nobody sent samples of it. Its neighbours may have some: type a name or a metric above.";
                    if empty::empty(ui, Icon::CHART_LINE, &format!("Nothing is measured on {name}"), why, Some("Show it on the map")) {
                        intents.push(Intent::ShowOnMap(wanted.entity));
                    }
                }
                Some(Known::Failed(why)) => {
                    if empty::error(ui, &format!("What is measured on {name} is not to be had"), why, Some("Try again")) {
                        intents.push(Intent::AskKpi(question));
                    }
                }
                _ => drop(empty::empty(
                    ui,
                    Icon::CHART_LINE,
                    "Asking …",
                    &format!("The collector is asked what is measured on {name}."),
                    None,
                )),
            }
            return;
        }
        match search::any(model) {
            Some(Known::Failed(why)) => drop(empty::error(ui, "What is measured is not to be had", why, None)),
            Some(Known::Here(series)) if series.is_empty() => drop(empty::empty(ui, Icon::CHART_LINE, "No samples yet", send, None)),
            Some(Known::Here(_)) => {
                let why = "Type a name or a metric above: an entity, a part of its name, or what is measured. Several can be laid over each other.";
                if empty::empty(ui, Icon::CHART_LINE, "No series is shown", why, Some("Find a series")) {
                    self.search.write = true;
                }
            }
            Some(Known::Waiting) => drop(empty::empty(ui, Icon::CHART_LINE, "Asking …", "The collector is asked what is measured.", None)),
            None => empty::unknown(ui),
        }
    }

    fn command(&mut self, command: KpiCommand, model: &Model, clock: &Clock, intents: &mut Vec<Intent>) {
        let now = clock.now;
        match command {
            KpiCommand::Alarms => intents.extend(
                self.chosen
                    .and_then(|place| self.shown.get(place))
                    .map(|shown| Intent::ShowAlarmsOf(shown.key.entity)),
            ),
            KpiCommand::Band => self.band = !self.band,
            KpiCommand::Compare => self.compare = !self.compare,
            KpiCommand::CursorBack => self.move_cursor(-1, clock),
            KpiCommand::CursorOn => self.move_cursor(1, clock),
            KpiCommand::Earlier => self.window.step(-0.25, now),
            KpiCommand::Later => self.window.step(0.25, now),
            KpiCommand::Next => self.step(1),
            KpiCommand::Previous => self.step(-1),
            KpiCommand::Remove => {
                if let Some(place) = self.chosen {
                    self.remove(place);
                    self.chosen = (!self.shown.is_empty()).then(|| place.min(self.shown.len() - 1));
                }
            }
            KpiCommand::SavePicture if !self.shown.is_empty() => intents.push(Intent::Save(Export::Picture(self.area))),
            KpiCommand::SaveTable if !self.shown.is_empty() => intents.push(Intent::Save(Export::Table(self.table(model, clock)))),
            KpiCommand::SavePicture | KpiCommand::SaveTable => {}
            KpiCommand::Search => self.search.write = true,
            KpiCommand::Span => self.window.choose((self.window.chosen + 1) % window::LENGTHS.len()),
            KpiCommand::Whole => self.window.choose(self.window.chosen),
            KpiCommand::ZoomIn => self.window.zoom(1.5, self.seen_cursor(clock), now),
            KpiCommand::ZoomOut => self.window.zoom(1.0 / 1.5, self.seen_cursor(clock), now),
        }
    }

    /// The cursor, where the keyboard put it and it is in sight.
    fn seen_cursor(&self, clock: &Clock) -> Option<pedkai_core::model::Timestamp> {
        let (from, to) = self.window.seen(clock.now);
        self.cursor.filter(|at| !self.pointed && *at >= from && *at <= to)
    }

    fn move_cursor(&mut self, steps: i64, clock: &Clock) {
        let (from, to) = self.window.seen(clock.now);
        let step = Span::micros(to.since(from).as_micros() / 200 * steps);
        let at = self.cursor.filter(|at| *at >= from && *at <= to).unwrap_or(to);
        self.cursor = Some(at.plus(step).max(from).min(to));
        self.pointed = false;
    }

    fn step(&mut self, by: isize) {
        let most = self.shown.len().saturating_sub(1);
        let next = match (self.chosen, by) {
            (None, 1) => Some(0),
            (None, _) => Some(most),
            (Some(here), _) => Some(here.saturating_add_signed(by).min(most)),
        };
        self.chosen = next.filter(|_| !self.shown.is_empty());
    }

    fn table(&self, model: &Model, clock: &Clock) -> Vec<Series> {
        let (from, to) = self.window.seen(clock.now);
        let row = |shown: &Shown| {
            Some(Series {
                entity: shown.key.entity,
                name: format::named(&model.name_of(shown.key.entity)).to_owned(),
                metric: shown.key.metric.to_string(),
                curve: Arc::clone(shown.samples.curve()?),
                from,
                to,
            })
        };
        self.shown.iter().filter_map(row).collect()
    }
}
