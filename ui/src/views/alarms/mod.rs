//! The live alarm list, the screen that is opened first.

mod bar;
mod draw;
mod filter;
pub(crate) mod inside;
mod rows;

use egui::Ui;
use pedkai_core::{
    model::{Span, Timestamp},
    screen::AlarmRow,
    wire::{Target, TargetKind},
};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};
use std::rc::Rc;
use uuid::Uuid;

pub(super) use self::filter::{of_type, sharing};
use self::{
    draw::AlarmLines,
    filter::{Filter, Scope},
    rows::{COLUMNS, Line, Lines},
};
use super::acting::{Acting, Subject};
use crate::{
    command::{AlarmCommand, Command, ListCommand},
    format::Clock,
    intent::Intent,
    model::{Aim, Model, Standing},
    theme::{Icon, Level, Theme},
    widgets::{
        empty,
        selection::Selection,
        table::{SortKey, Table, TableState},
    },
};

/// What the list remembers between runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Layout {
    /// Columns and order.
    pub table: TableState,
    /// Grouped by incident.
    pub grouped: bool,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            table: TableState::sorted_by("severity", false),
            grouped: false,
        }
    }
}

/// The alarm list.
#[derive(Debug, Default)]
pub struct Alarms {
    /// What is kept between runs.
    pub layout: Layout,
    scope: Scope,
    level: Option<Level>,
    entity: Option<Uuid>,
    these: Option<Rc<FxHashSet<Uuid>>>,
    written: String,
    write: bool,
    selection: Selection<Uuid>,
    open: Option<Uuid>,
    acting: Acting,
    lines: Lines,
    drawn_for: Option<DrawnFor>,
    page: usize,
}

/// What the lines were made from, and when.
#[derive(Clone, Debug, PartialEq)]
struct DrawnFor {
    alarms: u64,
    incidents: u64,
    filter: Filter,
    sort: Vec<SortKey>,
    grouped: bool,
    at: Timestamp,
}

/// From how many alarms on the lines follow the data at leisure.
const MANY: usize = 5_000;
const LEISURE: Span = Span::millis(250);

/// What an alarm is called where it stands alone: ports of one device differ by their qualifier.
fn name(alarm: &AlarmRow) -> String {
    let at = if alarm.qualifier.is_empty() { "" } else { " " };
    format!("{} on {}{at}{}", alarm.alarm_type, alarm.entity_name, alarm.qualifier)
}

impl Alarms {
    /// How many rows a command would be about.
    pub fn selected(&self) -> usize {
        self.selection.len()
    }

    /// The severity that the list is narrowed to from the header.
    pub fn level(&self) -> Option<Level> {
        self.level
    }

    /// Narrows the list to a severity, or widens it again.
    pub fn toggle_level(&mut self, level: Level) {
        self.level = if self.level == Some(level) { None } else { Some(level) };
    }

    /// Shows one alarm, whatever the filter was.
    pub fn reveal(&mut self, alarm: Uuid) {
        self.widen();
        self.selection.set(alarm);
        self.open = Some(alarm);
        self.drawn_for = None;
    }

    /// Narrows the list to an entity and what is drawn inside it.
    pub fn of_entity(&mut self, entity: Uuid) {
        self.widen();
        self.entity = Some(entity);
    }

    /// Narrows the list by words of the filter.
    pub fn that(&mut self, words: String) {
        self.widen();
        self.scope = Scope::default();
        self.written = words;
    }

    /// Narrows the list to these alarms.
    pub fn only(&mut self, alarms: impl IntoIterator<Item = Uuid>) {
        self.widen();
        self.these = Some(Rc::new(alarms.into_iter().collect()));
    }

    /// Shows another part of the network: what was selected in the one before is not acted on unseen.
    fn widen(&mut self) {
        self.selection.clear();
        self.scope = Scope::All;
        self.drop_filter();
    }

    fn drop_filter(&mut self) {
        self.written.clear();
        (self.level, self.entity, self.these) = (None, None, None);
    }

    /// Carries out commands, then draws.
    pub fn show(&mut self, ui: &mut Ui, model: &Model, clock: &Clock, commands: &[Command], cannot_act: Option<&'static str>) -> Vec<Intent> {
        let mut intents = Vec::new();
        self.refresh(ui, model, clock);
        for command in commands {
            self.command(*command, model, &mut intents);
        }
        let theme = Theme::of(ui);
        bar::top(ui, self, model);
        self.refresh(ui, model, clock);
        let strip = theme.scale.control.height + 2.0 * theme.scale.space.s;
        let mut place = ui.available_rect_before_wrap();
        let below = place.split_top_bottom_at_y(place.bottom() - strip).1;
        place.max.y -= strip;
        ui.painter().rect_filled(place, 0.0, theme.palette.ground.surface);
        let mut inner = ui.new_child(egui::UiBuilder::new().max_rect(place));
        if self.lines.lines.is_empty() {
            self.nothing(&mut inner, model);
        } else {
            self.table(&mut inner, model, clock, &theme, &mut intents);
        }
        let mut strip = ui.new_child(egui::UiBuilder::new().max_rect(below));
        let given = bar::bottom(&mut strip, self, model, cannot_act);
        given.into_iter().for_each(|command| self.command(command, model, &mut intents));
        intents.extend(self.acting.show(ui.ctx(), clock));
        intents
    }

    fn table(&mut self, ui: &mut Ui, model: &Model, clock: &Clock, theme: &Theme, intents: &mut Vec<Intent>) {
        self.page = theme.rows_in(ui.available_height());
        let mut lines = AlarmLines {
            model,
            clock,
            theme,
            lines: &self.lines.lines,
            selection: &self.selection,
            open: self.open,
            intents,
        };
        let done = Table::new("alarms", &COLUMNS).show(ui, &mut self.layout.table, &mut lines);
        let line_at = |row: Option<usize>| row.and_then(|row| self.lines.lines.get(row)).copied();
        let clicked = done.clicked.map(|(row, modifiers)| (line_at(Some(row)), modifiers));
        let (opened, asked) = (line_at(done.opened), line_at(done.asked));
        if let Some((Some(Line::Alarm(id)), modifiers)) = clicked {
            self.selection.click(&self.lines.alarms, id, modifiers);
        }
        match opened {
            Some(Line::Alarm(id)) => self.unfold(id),
            Some(Line::Head(Some(incident), _)) => intents.push(Intent::OpenIncident(incident)),
            Some(Line::Head(None, _)) | None => {}
        }
        if let Some(Line::Alarm(id)) = asked
            && !self.selection.contains(id)
        {
            self.selection.set(id);
        }
    }

    fn nothing(&mut self, ui: &mut Ui, model: &Model) {
        if !model.whole && model.alarms().is_empty() {
            empty::unknown(ui);
        } else if model.alarms().is_empty() {
            empty::empty(
                ui,
                Icon::CHECK_CIRCLE,
                "No alarms",
                "Nothing that reports to Pedkai is in trouble. New alarms appear here by themselves.",
                None,
            );
        } else if self.filter().is_plain() {
            let why = "Every alarm that is kept is over and acknowledged.";
            if empty::empty(ui, Icon::CHECK_CIRCLE, "Nothing in work", why, Some("Show everything")) {
                self.scope = Scope::All;
            }
        } else {
            let why = format!(
                "{} hidden by the filter: {}.",
                crate::format::counted(model.alarms().len(), "alarm"),
                self.filter().words(model).join(", ")
            );
            if empty::empty(ui, Icon::FUNNEL, "Nothing fits the filter", &why, Some("Drop the filter")) {
                self.drop_filter();
            }
        }
    }

    fn filter(&self) -> Filter {
        Filter::read(self.scope, self.level, &self.written).of(self.entity).only(self.these.clone())
    }

    fn refresh(&mut self, ui: &Ui, model: &Model, clock: &Clock) {
        let wanted = DrawnFor {
            alarms: model.alarms().revision(),
            incidents: model.incidents().revision(),
            filter: self.filter(),
            sort: self.layout.table.sort.clone(),
            grouped: self.layout.grouped,
            at: clock.now,
        };
        if let Some(drawn) = &self.drawn_for {
            let asked = drawn.filter != wanted.filter || drawn.sort != wanted.sort || drawn.grouped != wanted.grouped;
            let changed = (drawn.alarms, drawn.incidents) != (wanted.alarms, wanted.incidents);
            let early = model.alarms().len() > MANY && clock.now.since(drawn.at).abs() < LEISURE;
            if !asked && (!changed || early) {
                if changed {
                    ui.ctx().request_repaint_after_secs(LEISURE.as_seconds() as f32);
                }
                return;
            }
        }
        match self.changed(model, &wanted) {
            Some(changed) => rows::update(&mut self.lines, model, &wanted.filter, &wanted.sort, &changed),
            None => self.lines = rows::lines(model, &wanted.filter, &wanted.sort, wanted.grouped),
        }
        self.selection.retain(|id| model.alarms().get(id).is_some());
        self.open = self.open.filter(|id| model.alarms().get(*id).is_some());
        self.drawn_for = Some(wanted);
    }

    /// The alarms that changed since the lines were made, where it is enough to look at those.
    fn changed(&self, model: &Model, wanted: &DrawnFor) -> Option<FxHashSet<Uuid>> {
        let drawn = self.drawn_for.as_ref()?;
        let same = drawn.filter == wanted.filter && drawn.sort == wanted.sort && !drawn.grouped && !wanted.grouped;
        let by_incident = wanted.sort.iter().any(|key| rows::of_incident(&key.column));
        if !same || by_incident {
            return None;
        }
        Some(model.alarms().changed_since(drawn.alarms)?.collect())
    }

    fn command(&mut self, command: Command, model: &Model, intents: &mut Vec<Intent>) {
        match command {
            Command::Alarm(command) => intents.extend(self.acting.start(command, self.subjects(model, command))),
            Command::List(command) => self.move_by(command, model, intents),
            Command::App(_) | Command::Fleet(_) | Command::Go(_) | Command::Kpi(_) | Command::Map(_) | Command::Outbox(_) | Command::Score(_) => {}
        }
    }

    fn subjects(&self, model: &Model, command: AlarmCommand) -> Vec<Subject> {
        self.fitting(model, command)
            .map(|alarm| Subject {
                aim: Aim {
                    target: Target {
                        kind: TargetKind::Alarm,
                        id: alarm.id,
                    },
                    name: name(alarm),
                },
                level: alarm.severity.into(),
                changed_at: alarm.changed_at,
            })
            .collect()
    }

    /// Those of the selected that are in a state for a command.
    fn fitting<'a>(&'a self, model: &'a Model, command: AlarmCommand) -> impl Iterator<Item = &'a AlarmRow> {
        let fits = move |standing: Standing| match command {
            AlarmCommand::Ack | AlarmCommand::AckWith => standing.waits(),
            AlarmCommand::Unack => !standing.waits(),
            AlarmCommand::Clear => matches!(standing, Standing::New | Standing::Acked),
            AlarmCommand::Comment | AlarmCommand::Own | AlarmCommand::Release => true,
        };
        self.selection
            .iter()
            .filter_map(|id| model.alarms().get(id))
            .filter(move |alarm| fits(Standing::of(alarm)))
    }

    fn unfold(&mut self, id: Uuid) {
        self.open = if self.open == Some(id) { None } else { Some(id) };
    }

    fn move_by(&mut self, command: ListCommand, model: &Model, intents: &mut Vec<Intent>) {
        let Some((steps, extend)) = command.steps(self.page) else {
            return self.press(command, model, intents);
        };
        if self.selection.step(&self.lines.alarms, steps, extend).is_some()
            && let Some(cursor) = self.selection.cursor()
            && let Some(place) = self.lines.lines.iter().position(|line| *line == Line::Alarm(cursor))
        {
            self.layout.table.scroll_to(place);
        }
    }

    fn press(&mut self, command: ListCommand, model: &Model, intents: &mut Vec<Intent>) {
        let cursor = self.selection.cursor().and_then(|id| model.alarms().get(id));
        match command {
            ListCommand::All => self.selection.all(&self.lines.alarms),
            ListCommand::Filter => self.write = true,
            ListCommand::Group => self.layout.grouped = !self.layout.grouped,
            ListCommand::Open => match cursor.map(|alarm| (alarm.id, alarm.incident_id)) {
                Some((_, Some(incident))) => intents.push(Intent::OpenIncident(incident)),
                Some((alarm, None)) => self.unfold(alarm),
                None => {}
            },
            ListCommand::ShowKpis => intents.extend(cursor.map(|alarm| Intent::ShowKpis(alarm.entity_id))),
            ListCommand::ShowOnMap => intents.extend(cursor.map(|alarm| Intent::ShowOnMap(alarm.entity_id))),
            ListCommand::Unfold => {
                if let Some(id) = cursor.map(|alarm| alarm.id) {
                    self.unfold(id);
                }
            }
            ListCommand::Escape if self.open.is_some() => self.open = None,
            ListCommand::Escape if !self.selection.is_empty() => self.selection.clear(),
            ListCommand::Escape => self.drop_filter(),
            _ => {}
        }
    }
}
