//! The whole window: the frame, its screens, and what goes on between them.

use egui::Ui;
use pedkai_core::model::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    command::{AppCommand, Command, Situation},
    format::{self, Clock},
    intent::{Fetch, Intent},
    model::{self, Detail, Model},
    shell::{Found, Gestures, Link, Mode, Shell, Status, Target},
    theme::{Density, Look, Theme, ThemeName},
    views::{
        ViewName,
        alarms::{self, Alarms},
        fleet::{self, Fleet},
        gallery::Gallery,
        incident::Incident,
        incidents::{self, Incidents},
        kpis::{self, KpiView},
        outbox::{self, OutboxView},
        overview::Overview,
        scorecard::{self, Scorecard},
        sla::Sla,
        system::System,
        topology::{self, Topology},
    },
    widgets::toast::{Toasts, Tone},
};

/// What the window remembers between runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Layout {
    /// Theme, density, motion.
    pub look: Look,
    /// Times in the zone of this machine.
    pub local_time: bool,
    /// The alarm list.
    pub alarms: alarms::Layout,
    /// Groups of things.
    pub fleet: fleet::Layout,
    /// The list of incidents.
    pub incidents: incidents::Layout,
    /// What is plotted.
    pub kpis: kpis::Layout,
    /// What is not done.
    pub outbox: outbox::Layout,
    /// The scorecard.
    pub scorecard: scorecard::Layout,
}

/// What the window is told about the world beside the model.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Whose network.
    pub tenant: String,
    /// Who is on seat.
    pub user: String,
    /// How we stand to the collector.
    pub link: Link,
    /// What is not right with this window itself, each as a sentence.
    pub notes: Vec<String>,
    /// How far the machine may act.
    pub mode: Mode,
    /// Why nothing can be acted on, where that is so.
    pub cannot_act: Option<&'static str>,
}

/// The window.
#[derive(Debug, Default)]
pub struct Desk {
    look: Look,
    local_time: bool,
    shell: Shell,
    alarms: Alarms,
    fleet: Fleet,
    gallery: Gallery,
    incident: Incident,
    incidents: Incidents,
    kpis: KpiView,
    outbox: OutboxView,
    overview: Overview,
    scorecard: Scorecard,
    sla: Sla,
    system: System,
    topology: Topology,
    toasts: Toasts,
    asked_at: Option<Timestamp>,
}

/// How often the collector is asked whether anything is wrong with it.
const EVERY: Span = Span::seconds(10);

impl Desk {
    /// A window as it was left.
    pub fn new(layout: Layout) -> Self {
        let mut desk = Self {
            look: layout.look,
            local_time: layout.local_time,
            ..Self::default()
        };
        desk.alarms.layout = layout.alarms;
        desk.fleet.layout = layout.fleet;
        desk.incidents.layout = layout.incidents;
        desk.kpis = KpiView::new(layout.kpis);
        desk.outbox.layout = layout.outbox;
        desk.scorecard.layout = layout.scorecard;
        desk
    }

    /// How it is left.
    pub fn layout(&self) -> Layout {
        Layout {
            look: self.look,
            local_time: self.local_time,
            alarms: self.alarms.layout.clone(),
            fleet: self.fleet.layout.clone(),
            incidents: self.incidents.layout.clone(),
            kpis: self.kpis.layout(),
            outbox: self.outbox.layout.clone(),
            scorecard: self.scorecard.layout,
        }
    }

    /// Theme, density, motion.
    pub fn look(&self) -> Look {
        self.look
    }

    /// Whether times are told in the zone of this machine.
    pub fn local_time(&self) -> bool {
        self.local_time
    }

    /// The screen that is shown.
    pub fn view(&self) -> ViewName {
        self.shell.view
    }

    /// Shows a screen.
    pub fn go(&mut self, view: ViewName) {
        self.shell.go(view);
    }

    /// Shows the room of an incident.
    pub fn open_incident(&mut self, incident: uuid::Uuid) {
        self.incident.open(incident);
        self.shell.go(ViewName::Incident);
    }

    /// Shows on the map what the failure of an entity takes with it.
    pub fn show_reach(&mut self, entity: uuid::Uuid) {
        self.topology.reach_of(entity);
        self.shell.go(ViewName::Topology);
    }

    /// Shows the alarms of an entity and of what is drawn inside it.
    pub fn show_alarms_of(&mut self, entity: uuid::Uuid) {
        self.alarms.of_entity(entity);
        self.shell.go(ViewName::Alarms);
    }

    /// Shows what is measured on an entity.
    pub fn show_kpis_of(&mut self, entity: uuid::Uuid) {
        self.kpis.of_entity(entity);
        self.shell.go(ViewName::Kpis);
    }

    /// Changes the theme.
    pub fn wear(&mut self, ctx: &egui::Context, theme: ThemeName) {
        self.look.theme = theme;
        self.dress(ctx);
    }

    /// Narrows the alarm list to a severity, or widens it again.
    pub fn narrow(&mut self, level: crate::theme::Level) {
        self.alarms.toggle_level(level);
    }

    /// Says that something was done, or why it was not.
    pub fn tell(&mut self, done: bool, words: impl Into<String>) {
        self.toasts.push(if done { Tone::Done } else { Tone::Refused }, words);
    }

    /// Draws everything and returns what the window cannot do by itself.
    pub fn show(&mut self, ui: &mut Ui, model: &Model, clock: &Clock, around: &Surroundings) -> Vec<Intent> {
        let status = self.status(model, clock, around);
        let situation = Situation {
            view: self.shell.view,
            selected: self.selected(),
            cannot_act: around.cannot_act,
        };
        let mut shell = std::mem::take(&mut self.shell);
        let mut intents = Vec::new();
        let find = |wanted: &str| found(model, wanted);
        let done = shell.show(ui, clock, &status, &situation, find, |ui, gestures| {
            intents = self.screen(ui, model, clock, around, situation.view, gestures);
        });
        self.shell = shell;
        if around.link == Link::Live && self.asked_at.is_none_or(|at| clock.now.since(at).abs() >= EVERY) {
            self.asked_at = Some(clock.now);
            intents.push(Intent::Fetch(Fetch::Workers));
        }
        self.gestures(ui, &done, &mut intents);
        self.toasts.show(ui.ctx());
        intents.retain(|intent| !self.go_along(intent));
        if around.cannot_act.is_some() {
            // Whatever a view lets through.
            intents.retain(|intent| !matches!(intent, Intent::Act(_) | Intent::Again(_) | Intent::Dismiss(_) | Intent::Withdraw(_)));
        }
        intents
    }

    fn screen(&mut self, ui: &mut Ui, model: &Model, clock: &Clock, around: &Surroundings, view: ViewName, gestures: &mut Gestures) -> Vec<Intent> {
        let commands = std::mem::take(&mut gestures.commands);
        let (ours, theirs): (Vec<Command>, Vec<Command>) = commands.into_iter().partition(|command| matches!(command, Command::App(_) | Command::Go(_)));
        gestures.commands = ours;
        match view {
            ViewName::Alarms => self.alarms.show(ui, model, clock, &theirs, around.cannot_act),
            ViewName::Fleet => self.fleet.show(ui, model, clock, &theirs, &around.link),
            ViewName::Gallery => {
                self.gallery.show(ui, clock);
                Vec::new()
            }
            ViewName::Incident => self.incident.show(ui, model, clock, &theirs, around.cannot_act),
            ViewName::Incidents => self.incidents.show(ui, model, clock, &theirs, around.cannot_act),
            ViewName::Kpis => self.kpis.show(ui, model, clock, &theirs, &around.link),
            ViewName::Outbox => self.outbox.show(ui, model, clock, &theirs, around.cannot_act),
            ViewName::Overview => self.overview.show(ui, model, clock),
            ViewName::Scorecard => self.scorecard.show(ui, model, clock, &theirs),
            ViewName::Sla => self.sla.show(ui, model, clock, &theirs),
            ViewName::System => self.system.show(ui, model, clock),
            ViewName::Topology => self.topology.show(ui, model, clock, &theirs),
        }
    }

    fn gestures(&mut self, ui: &Ui, done: &Gestures, intents: &mut Vec<Intent>) {
        for command in &done.commands {
            if let Command::App(command) = command {
                self.app_command(ui, *command, intents);
            }
        }
        if let Some(level) = done.level {
            self.shell.go(ViewName::Alarms);
            self.alarms.toggle_level(level);
        }
        if done.reconnect {
            intents.push(Intent::Reconnect);
        }
        match done.found.as_ref().map(|found| found.target) {
            Some(Target::Entity(entity)) => intents.push(Intent::ShowOnMap(entity)),
            Some(Target::Incident(incident)) => intents.push(Intent::OpenIncident(incident)),
            None => {}
        }
    }

    fn app_command(&mut self, ui: &Ui, command: AppCommand, intents: &mut Vec<Intent>) {
        match command {
            AppCommand::Theme => self.look.theme = self.look.theme.next(),
            AppCommand::Density => self.look.density = Density::next(self.look.density),
            AppCommand::Motion => self.look.motion = !self.look.motion,
            AppCommand::LocalTime => {
                self.local_time = !self.local_time;
                intents.push(Intent::LocalTime(self.local_time));
                return;
            }
            AppCommand::KeySheet | AppCommand::Palette => return,
        }
        self.dress(ui.ctx());
        intents.push(Intent::Look(self.look));
    }

    fn dress(&mut self, ctx: &egui::Context) {
        match Theme::load(self.look) {
            Ok(theme) => theme.apply(ctx),
            Err(error) => self.tell(false, error.to_string()),
        }
    }

    /// Carries out what only moves between screens; true when that is all there was to it.
    fn go_along(&mut self, intent: &Intent) -> bool {
        match intent {
            Intent::Go(view) => self.shell.go(*view),
            Intent::OpenIncident(incident) => self.open_incident(*incident),
            Intent::ShowOnMap(entity) => {
                self.topology.focus(*entity);
                self.shell.go(ViewName::Topology);
            }
            Intent::ShowAlarm(alarm) => {
                self.alarms.reveal(*alarm);
                self.shell.go(ViewName::Alarms);
            }
            Intent::ShowThese(alarms) => {
                self.alarms.only(alarms.iter().copied());
                self.shell.go(ViewName::Alarms);
            }
            Intent::ShowAlarmsThat(words) => {
                self.alarms.that(words.clone());
                self.shell.go(ViewName::Alarms);
            }
            Intent::ShowAlarmsOf(entity) => self.show_alarms_of(*entity),
            Intent::ShowKpis(entity) => self.show_kpis_of(*entity),
            Intent::Act(_)
            | Intent::Again(_)
            | Intent::AskKpi(_)
            | Intent::Copy(_)
            | Intent::Dismiss(_)
            | Intent::Fetch(_)
            | Intent::LocalTime(_)
            | Intent::Look(_)
            | Intent::Reconnect
            | Intent::Save(_)
            | Intent::Withdraw(_) => return false,
        }
        true
    }

    fn selected(&self) -> usize {
        match self.shell.view {
            ViewName::Alarms => self.alarms.selected(),
            ViewName::Incidents => self.incidents.selected(),
            ViewName::Incident => self.incident.selected(),
            ViewName::Outbox => self.outbox.selected(),
            ViewName::Fleet
            | ViewName::Gallery
            | ViewName::Kpis
            | ViewName::Overview
            | ViewName::Scorecard
            | ViewName::Sla
            | ViewName::System
            | ViewName::Topology => 0,
        }
    }

    fn status(&self, model: &Model, clock: &Clock, around: &Surroundings) -> Status {
        Status {
            tenant: around.tenant.clone(),
            user: around.user.clone(),
            link: around.link.clone(),
            counts: model.tallies().all().counts,
            chosen: self.alarms.level(),
            unacked: model.tallies().unacked(),
            incidents: model.open_incidents().count(),
            stale_sources: model.sources().iter().filter(|source| model::silence(source, clock.now).is_some()).count(),
            waiting: model.outbox.waiting(),
            refused: model.outbox.refused(),
            mode: around.mode,
            troubles: troubles(model),
            notes: around.notes.clone(),
            as_of: None,
        }
    }
}

/// What the collector's workers say goes wrong, each thing once.
fn troubles(model: &Model) -> Vec<String> {
    let Some(Detail::Here(answer)) = model.details.get(&Fetch::Workers) else {
        return Vec::new();
    };
    let workers = answer.get("items").and_then(serde_json::Value::as_array).into_iter().flatten();
    let mut told: Vec<String> = Vec::new();
    for worker in workers {
        let word = |name: &str| worker.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
        if word("state") == "trouble" && told.iter().all(|other| other != word("detail")) {
            told.push(word("detail").to_owned());
        }
    }
    told
}

fn found(model: &Model, wanted: &str) -> Vec<Found> {
    let incidents = model
        .incidents()
        .iter()
        .filter(|incident| incident.title.to_lowercase().contains(wanted))
        .take(5);
    let incidents = incidents.map(|incident| Found {
        name: incident.title.to_string(),
        what: format!("incident, {}", incident.status.word()),
        level: Some(incident.severity.into()),
        target: Target::Incident(incident.id),
    });
    let entities = topology::find(model, wanted, 12).into_iter().map(|(id, name, kind, level)| Found {
        name,
        what: format!("{} · {}", kind.to_lowercase(), format::counted(model.tallies().of(id).total(), "alarm")),
        level,
        target: Target::Entity(id),
    });
    incidents.chain(entities).collect()
}
