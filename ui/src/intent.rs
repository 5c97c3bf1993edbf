//! What a view wants to happen. Views change nothing themselves; whoever runs the window carries these out.

use pedkai_core::model::{AckUntil, ChangeAct, CommandKind, Timestamp};
use uuid::Uuid;

use crate::{
    model::{Aim, KpiQuestion},
    theme::Look,
    views::{ViewName, kpis::Export, scorecard::Period},
};

/// A wish of a view.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Send a command to the collector.
    Act(Act),
    /// Send what was refused once more, for things as they are now.
    Again(Vec<Uuid>),
    /// Let refusals go.
    Dismiss(Vec<Uuid>),
    /// Take back what waits and was not sent.
    Withdraw(Vec<Uuid>),
    /// Show another screen.
    Go(ViewName),
    /// Show one incident.
    OpenIncident(Uuid),
    /// Show an entity on the map.
    ShowOnMap(Uuid),
    /// Show one alarm in the list.
    ShowAlarm(Uuid),
    /// Show these alarms, and nothing else, in the list.
    ShowThese(Vec<Uuid>),
    /// Show the alarms that these words let through in the list.
    ShowAlarmsThat(String),
    /// Show the alarms of an entity.
    ShowAlarmsOf(Uuid),
    /// Ask the collector for details that the feed does not bring.
    Fetch(Fetch),
    /// Ask the collector for series, or for their samples.
    AskKpi(KpiQuestion),
    /// Show what is measured on an entity.
    ShowKpis(Uuid),
    /// Keep what is shown as a file.
    Save(Export),
    /// Look another way.
    Look(Look),
    /// Put text on the clipboard.
    Copy(String),
    /// Tell times in UTC, or in the zone of this machine.
    LocalTime(bool),
    /// Try the collector again at once.
    Reconnect,
}

/// A command as an operator gave it.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    /// What.
    pub kind: CommandKind,
    /// On what.
    pub aims: Vec<Aim>,
    /// `changed_at` of a single target as it was on screen.
    pub expect: Option<Timestamp>,
    /// Comment or reason.
    pub text: String,
}

impl Act {
    /// What it asks, as a sentence would begin.
    pub fn words(&self) -> String {
        match &self.kind {
            CommandKind::Ack { until: AckUntil::Clear } => "Acknowledge until it clears".to_owned(),
            CommandKind::Ack { until: AckUntil::Worse } => "Acknowledge".to_owned(),
            CommandKind::Ack { until: AckUntil::Time(_) } => "Acknowledge for a time".to_owned(),
            CommandKind::Assign { to } if to.is_empty() => "Give back".to_owned(),
            CommandKind::Assign { to } => format!("Give to {to}"),
            CommandKind::Change(act) => match act {
                ChangeAct::Propose(_) => "Ask for a change",
                ChangeAct::Approve => "Approve",
                ChangeAct::Reject => "Reject",
                ChangeAct::Withdraw => "Take back",
                ChangeAct::Confirm => "Confirm",
                ChangeAct::RollBack => "Roll back",
                ChangeAct::Kill => "Stop every change",
                ChangeAct::Rearm => "Arm again",
            }
            .to_owned(),
            CommandKind::Clear => "Clear by hand".to_owned(),
            CommandKind::Comment => "Comment".to_owned(),
            CommandKind::OpenIncident { .. } => "Open an incident".to_owned(),
            CommandKind::Own => "Own".to_owned(),
            CommandKind::SetStatus { status } => format!("Set to {}", status.word()),
            CommandKind::Unack => "Unacknowledge".to_owned(),
        }
    }
}

/// A question to the collector.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fetch {
    /// What things can be grouped by.
    Attributes,
    /// What fails alike: by which attribute, over how many days.
    Cohorts(String, u16),
    /// An event by its id.
    Event(String),
    /// The trail of an event by its tracking id.
    Trace(String),
    /// How groups stand: by which attribute.
    Groups(String),
    /// What an entity's failure takes with it.
    Impact(Uuid),
    /// What could not be read, newest first.
    DeadLetters,
    /// Counts of the collector.
    Stats,
    /// Who follows the collector's feed.
    Seats,
    /// How a period went.
    Scorecard(Period),
    /// What was promised, and how it stands.
    Sla,
    /// How the collector's storage is.
    Storage,
    /// How the collector's workers are.
    Workers,
}
