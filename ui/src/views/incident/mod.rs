//! The room of one incident: what is known, what is guessed, what belongs to it, what was done.

mod alarms;
mod evidence;
mod facts;
mod guesses;

use egui::{Align, Frame, Layout as Direction, Margin, ScrollArea, Ui, vec2};
use pedkai_core::{
    model::{CommandKind, IncidentStatus},
    screen::IncidentRow,
};
use uuid::Uuid;

use super::{
    acting::Acting,
    incidents::{capital, status_icon, subject},
    promise,
};
use crate::{
    command::{AlarmCommand, Command, ListCommand, Situation},
    format::{self, Clock},
    intent::{Act, Intent},
    model::Model,
    theme::{Icon, Level, Theme, Weight},
    views::ViewName,
    widgets::{badge, button::Button, chip, empty, selection::Selection, text},
};

/// The room.
#[derive(Debug, Default)]
pub struct Incident {
    incident: Option<Uuid>,
    selection: Selection<Uuid>,
    unfolded: bool,
    acting: Acting,
}

/// Room that the buttons need beside the chips; where there is less they stand under them.
const BUTTONS: f32 = 560.0;

impl Incident {
    /// Goes to the room of an incident.
    pub fn open(&mut self, incident: Uuid) {
        if self.incident != Some(incident) {
            *self = Self {
                incident: Some(incident),
                ..Self::default()
            };
        }
    }

    /// How many rows a command would be about: the incident itself.
    pub fn selected(&self) -> usize {
        usize::from(self.incident.is_some())
    }

    /// Carries out commands, then draws.
    pub fn show(&mut self, ui: &mut Ui, model: &Model, clock: &Clock, commands: &[Command], cannot_act: Option<&'static str>) -> Vec<Intent> {
        let mut intents = Vec::new();
        if self.incident.is_none()
            && let Some(foremost) = model.foremost_incident()
        {
            self.open(foremost.id);
        }
        let Some(incident) = self.incident.and_then(|id| model.incidents().get(id)) else {
            if empty::empty(
                ui,
                Icon::STACK,
                "No incident is open",
                "Choose one from the list of incidents.",
                Some("Incidents"),
            ) {
                intents.push(Intent::Go(ViewName::Incidents));
            }
            return intents;
        };
        let order = alarms::order(model, incident, self.unfolded);
        for command in commands {
            self.command(*command, model, incident, &order.shown, &mut intents);
        }
        self.head(ui, incident, clock, cannot_act, &mut intents);
        self.body(ui, model, incident, clock, &order, &mut intents);
        intents.extend(self.acting.show(ui.ctx(), clock));
        intents
    }

    fn head(&mut self, ui: &mut Ui, incident: &IncidentRow, clock: &Clock, cannot_act: Option<&'static str>, intents: &mut Vec<Intent>) {
        let theme = Theme::of(ui);
        let space = &theme.scale.space;
        let frame = Frame::new()
            .fill(theme.palette.ground.surface)
            .inner_margin(Margin::symmetric(space.l as i8, space.m as i8));
        frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                let (rect, _) = ui.allocate_exact_size(vec2(26.0, 26.0), egui::Sense::hover());
                badge::paint(ui.painter(), &theme, rect, incident.severity.into());
                text::heading(ui, format::named(&incident.title));
            });
            ui.add_space(space.xs);
            let beside = ui.horizontal(|ui| {
                chip::chip(ui, Some(status_icon(incident.status)), &capital(incident.status.word()), chip::Tone::Quiet);
                let owner = if incident.owner.is_empty() { "Nobody's" } else { &incident.owner };
                chip::chip(ui, Some(Icon::USER), owner, chip::Tone::Quiet);
                let age = clock.age(incident.opened_at);
                let age = if incident.status.open() {
                    format!("open for {age}")
                } else {
                    format!("opened {age} ago")
                };
                chip::chip(ui, Some(Icon::CLOCK), &age, chip::Tone::Quiet);
                promise::marks(ui, incident, clock);
                if incident.emergency {
                    chip::chip(ui, Some(Icon::AMBULANCE), "Emergency services", chip::Tone::Level(Level::Critical));
                }
                let beside = ui.available_width() >= BUTTONS;
                if beside {
                    ui.with_layout(Direction::right_to_left(Align::Center), |ui| self.buttons(ui, incident, cannot_act, intents));
                }
                beside
            });
            if !beside.inner {
                ui.add_space(space.xs);
                ui.horizontal(|ui| {
                    ui.with_layout(Direction::right_to_left(Align::Center), |ui| self.buttons(ui, incident, cannot_act, intents));
                });
            }
        });
        let line = ui.min_rect().bottom();
        ui.painter().hline(ui.max_rect().x_range(), line - 0.5, theme.line());
    }

    fn buttons(&mut self, ui: &mut Ui, incident: &IncidentRow, cannot_act: Option<&'static str>, intents: &mut Vec<Intent>) {
        let situation = Situation {
            view: ViewName::Incident,
            selected: 1,
            cannot_act,
        };
        let next = match incident.status {
            IncidentStatus::New | IncidentStatus::Acknowledged => Some((IncidentStatus::Investigating, "Investigate", Icon::MAGNIFYING_GLASS)),
            IncidentStatus::Investigating => Some((IncidentStatus::Mitigating, "Mitigate", Icon::WRENCH)),
            IncidentStatus::Mitigating => Some((IncidentStatus::Resolved, "Resolve", Icon::CHECK_CIRCLE)),
            IncidentStatus::Resolved => Some((IncidentStatus::Closed, "Close", Icon::MINUS_CIRCLE)),
            IncidentStatus::Closed => None,
        };
        if let Some((status, label, icon)) = next
            && Button::new(label).icon(icon).primary().unless(cannot_act).show(ui).clicked()
        {
            let subject = subject(incident);
            intents.push(Intent::Act(Act {
                kind: CommandKind::SetStatus { status },
                aims: vec![subject.aim],
                expect: Some(subject.changed_at),
                text: String::new(),
            }));
        }
        for command in [AlarmCommand::Comment, AlarmCommand::Own, AlarmCommand::Ack] {
            let facts = Command::Alarm(command).facts();
            let done = command == AlarmCommand::Ack && incident.status != IncidentStatus::New;
            let why_not = Command::Alarm(command).why_not(&situation).or(done.then_some("Already acknowledged"));
            let keys = facts.keys.first().map(|keys| keys.words()).unwrap_or_default();
            if Button::new(facts.label).icon(facts.icon).key(&keys).unless(why_not).show(ui).clicked() {
                intents.extend(self.acting.start(command, vec![subject(incident)]));
            }
        }
    }

    fn body(&mut self, ui: &mut Ui, model: &Model, incident: &IncidentRow, clock: &Clock, order: &alarms::Order, intents: &mut Vec<Intent>) {
        let theme = Theme::of(ui);
        let gap = theme.scale.space.m;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            Frame::new().inner_margin(Margin::same(gap as i8)).show(ui, |ui| {
                ui.spacing_mut().item_spacing = vec2(gap, gap);
                let wide = ui.available_width() > 900.0;
                let width = if wide { (ui.available_width() - gap) * 0.58 } else { ui.available_width() };
                ui.horizontal_top(|ui| {
                    ui.vertical(|ui| {
                        ui.set_width(width);
                        facts::sitrep(ui, incident, clock);
                        self.members(ui, model, incident, clock, order, intents);
                        if !wide {
                            guesses::show(ui, model, incident, intents);
                            evidence::show(ui, model, incident, clock, intents);
                            facts::show(ui, model, incident, clock, self.selection.cursor(), intents);
                        }
                    });
                    if wide {
                        ui.vertical(|ui| {
                            ui.set_width(ui.available_width());
                            guesses::show(ui, model, incident, intents);
                            evidence::show(ui, model, incident, clock, intents);
                            facts::show(ui, model, incident, clock, self.selection.cursor(), intents);
                        });
                    }
                });
            });
        });
    }

    fn members(&mut self, ui: &mut Ui, model: &Model, incident: &IncidentRow, clock: &Clock, order: &alarms::Order, intents: &mut Vec<Intent>) {
        let note = format!(
            "{} active of {}",
            format::count(incident.active_alarms as usize),
            format::counted(incident.alarm_ids.len(), "alarm")
        );
        crate::widgets::card::Card::new("What was heard")
            .icon(Icon::BELL)
            .note(note)
            .flush()
            .show(ui, |ui| {
                let done = alarms::show(ui, model, incident, clock, order, &self.selection);
                if done.fold {
                    self.unfolded = !self.unfolded;
                }
                if let Some(alarm) = done.clicked {
                    self.selection.set(alarm);
                }
                intents.extend(done.opened.map(Intent::ShowAlarm));
            });
    }

    fn command(&mut self, command: Command, model: &Model, incident: &IncidentRow, shown: &[Uuid], intents: &mut Vec<Intent>) {
        match command {
            Command::Alarm(command) => intents.extend(self.acting.start(command, vec![subject(incident)])),
            Command::List(ListCommand::Next) => drop(self.selection.step(shown, 1, false)),
            Command::List(ListCommand::Previous) => drop(self.selection.step(shown, -1, false)),
            Command::List(ListCommand::Open) => intents.extend(self.selection.cursor().map(Intent::ShowAlarm)),
            Command::List(ListCommand::Escape) if self.selection.is_empty() => intents.push(Intent::Go(ViewName::Incidents)),
            Command::List(ListCommand::Escape) => self.selection.clear(),
            Command::List(ListCommand::ShowKpis) => {
                let chosen = self.selection.cursor().and_then(|id| model.alarms().get(id)).map(|alarm| alarm.entity_id);
                let likely = incident.hypotheses.first().map(|cause| cause.entity_id);
                intents.extend(chosen.or(likely).map(Intent::ShowKpis));
            }
            Command::List(ListCommand::ShowOnMap) => intents.extend(incident.hypotheses.first().map(|cause| Intent::ShowOnMap(cause.entity_id))),
            _ => {}
        }
    }
}

/// A head inside a card.
fn head(ui: &mut Ui, words: &str) {
    let theme = Theme::of(ui);
    ui.add_space(theme.scale.space.xs);
    text::label(ui, words, Weight::Medium.at(theme.scale.text.caption), theme.palette.text.faint);
}
