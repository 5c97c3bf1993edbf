//! The list of incidents.

mod rows;

pub(crate) use rows::{bar, capital, status_icon};

use egui::{Align, Frame, Layout as Direction, Margin, Ui};
use pedkai_core::{
    screen::IncidentRow,
    wire::{Target, TargetKind},
};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::rows::{COLUMNS, IncidentLines};
use super::{
    ViewName,
    acting::{Acting, Subject},
};
use crate::{
    command::{AlarmCommand, Command, ListCommand, Situation},
    format::{self, Clock},
    intent::Intent,
    model::{Aim, Model},
    theme::{Icon, Theme, Weight},
    widgets::{
        button::{self, Button},
        empty, field,
        selection::Selection,
        table::{Table, TableState},
        text,
    },
};

/// What the list remembers between runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Layout {
    /// Columns and order.
    pub table: TableState,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            table: TableState::sorted_by("severity", false),
        }
    }
}

/// The list of incidents.
#[derive(Debug, Default)]
pub struct Incidents {
    /// What is kept between runs.
    pub layout: Layout,
    over_too: bool,
    written: String,
    write: bool,
    selection: Selection<Uuid>,
    acting: Acting,
    /// Rows on a screen.
    page: usize,
}

/// An incident as a subject of a command.
pub(crate) fn subject(incident: &IncidentRow) -> Subject {
    Subject {
        aim: Aim {
            target: Target {
                kind: TargetKind::Incident,
                id: incident.id,
            },
            name: incident.title.to_string(),
        },
        level: incident.severity.into(),
        changed_at: incident.changed_at,
    }
}

impl Incidents {
    /// How many rows a command would be about.
    pub fn selected(&self) -> usize {
        self.selection.len()
    }

    /// Carries out commands, then draws.
    pub fn show(&mut self, ui: &mut Ui, model: &Model, clock: &Clock, commands: &[Command], cannot_act: Option<&'static str>) -> Vec<Intent> {
        let mut intents = Vec::new();
        let lines = rows::lines(model, self.over_too, &self.written.to_lowercase(), &self.layout.table.sort);
        if !self.selection.is_empty() {
            let shown: FxHashSet<Uuid> = lines.iter().copied().collect();
            self.selection.retain(|id| shown.contains(&id));
        }
        for command in commands {
            self.command(*command, model, &lines, &mut intents);
        }
        for command in self.bar(ui, model, lines.len(), cannot_act) {
            self.command(Command::Alarm(command), model, &lines, &mut intents);
        }
        let theme = Theme::of(ui);
        ui.painter().rect_filled(ui.available_rect_before_wrap(), 0.0, theme.palette.ground.surface);
        if lines.is_empty() {
            self.nothing(ui, model);
        } else {
            self.page = Theme::of(ui).rows_in(ui.available_height());
            let mut rows = IncidentLines {
                model,
                clock,
                lines: &lines,
                selection: &self.selection,
            };
            let done = Table::new("incidents", &COLUMNS).show(ui, &mut self.layout.table, &mut rows);
            let at = |row: usize| lines.get(row).copied();
            if let Some((id, modifiers)) = done.clicked.and_then(|(row, modifiers)| Some((at(row)?, modifiers))) {
                self.selection.click(&lines, id, modifiers);
            }
            intents.extend(done.opened.and_then(at).map(Intent::OpenIncident));
        }
        intents.extend(self.acting.show(ui.ctx(), clock));
        intents
    }

    fn bar(&mut self, ui: &mut Ui, model: &Model, shown: usize, cannot_act: Option<&'static str>) -> Vec<AlarmCommand> {
        let mut given = Vec::new();
        let theme = Theme::of(ui);
        let space = &theme.scale.space;
        Frame::new().inner_margin(Margin::symmetric(space.m as i8, space.s as i8)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                let written = field::line(
                    ui,
                    &mut self.written,
                    Icon::FUNNEL,
                    "Filter by title, cause or owner",
                    (ui.available_width() * 0.3).clamp(200.0, 420.0),
                );
                if std::mem::take(&mut self.write) {
                    written.response.request_focus();
                }
                if let Some(chosen) = button::segments(ui, &["In work", "Everything"], usize::from(self.over_too)) {
                    self.over_too = chosen == 1;
                }
                ui.with_layout(Direction::right_to_left(Align::Center), |ui| {
                    if self.selected() > 0 {
                        let situation = Situation {
                            view: ViewName::Incidents,
                            selected: self.selected(),
                            cannot_act,
                        };
                        for command in [AlarmCommand::Own, AlarmCommand::Ack] {
                            let facts = Command::Alarm(command).facts();
                            let keys = facts.keys.first().map(|keys| keys.words()).unwrap_or_default();
                            let why_not = Command::Alarm(command).why_not(&situation);
                            if Button::new(facts.label).icon(facts.icon).key(&keys).unless(why_not).show(ui).clicked() {
                                given.push(command);
                            }
                        }
                    }
                    let hidden = model.incidents().len() - shown;
                    let mut words = format!("{} of {}", format::count(shown), format::count(model.incidents().len()));
                    if hidden > 0 {
                        words = format!("{words} · {} hidden by filter", format::count(hidden));
                    }
                    text::label(ui, &words, Weight::Medium.at(theme.scale.text.small), theme.palette.text.normal);
                });
            });
        });
        given
    }

    fn nothing(&mut self, ui: &mut Ui, model: &Model) {
        if !model.whole && model.incidents().is_empty() {
            empty::unknown(ui);
        } else if model.incidents().is_empty() {
            empty::empty(
                ui,
                Icon::CHECK_CIRCLE,
                "No incidents",
                "When alarms belong together, or one is serious alone, an incident opens here with its likely cause.",
                None,
            );
        } else if empty::empty(
            ui,
            Icon::CHECK_CIRCLE,
            "Nothing in work",
            "Every incident that fits is resolved or closed.",
            Some("Show everything"),
        ) {
            self.over_too = true;
            self.written.clear();
        }
    }

    fn command(&mut self, command: Command, model: &Model, lines: &[Uuid], intents: &mut Vec<Intent>) {
        match command {
            Command::Alarm(command) => {
                let subjects = self.selection.iter().filter_map(|id| model.incidents().get(id)).map(subject).collect();
                intents.extend(self.acting.start(command, subjects));
            }
            Command::List(command) => self.press(command, model, lines, intents),
            Command::App(_) | Command::Fleet(_) | Command::Go(_) | Command::Kpi(_) | Command::Map(_) | Command::Outbox(_) | Command::Score(_) => {}
        }
    }

    fn press(&mut self, command: ListCommand, model: &Model, lines: &[Uuid], intents: &mut Vec<Intent>) {
        if let Some((steps, extend)) = command.steps(self.page) {
            if let Some(place) = self.selection.step(lines, steps, extend) {
                self.layout.table.scroll_to(place);
            }
            return;
        }
        let cursor = self.selection.cursor();
        match command {
            ListCommand::All => self.selection.all(lines),
            ListCommand::Filter => self.write = true,
            ListCommand::Open => intents.extend(cursor.map(Intent::OpenIncident)),
            ListCommand::ShowKpis => {
                let incident = cursor.and_then(|id| model.incidents().get(id));
                intents.extend(
                    incident
                        .and_then(|incident| incident.hypotheses.first())
                        .map(|cause| Intent::ShowKpis(cause.entity_id)),
                );
            }
            ListCommand::ShowOnMap => {
                let incident = cursor.and_then(|id| model.incidents().get(id));
                intents.extend(
                    incident
                        .and_then(|incident| incident.hypotheses.first())
                        .map(|cause| Intent::ShowOnMap(cause.entity_id)),
                );
            }
            ListCommand::Escape if !self.selection.is_empty() => self.selection.clear(),
            ListCommand::Escape => self.written.clear(),
            _ => {}
        }
    }
}
