//! What the screens read: the rows of the feed, indexed.
//!
//! - does: keeps the newest row of everything, and counts what every frame asks for as the rows come in
//! - takes: changes `{kind, id, row}` of the feed
//! - gives: rows by id and in bulk, counts, the worst alarm of an entity, a revision that says whether anything changed
//! - never knows: where the changes come from, or how a row is drawn

mod asked;
mod change;
mod details;
mod freshness;
mod kpis;
mod table;
mod tally;

use pedkai_core::{
    model::{IncidentStatus, Severity},
    screen::{AckState, AlarmRow, ChangeRow, EntityRow, GuardRow, IncidentRow, PromiseRow, RelationRow, Row, SourceRow},
};
use uuid::Uuid;

use crate::theme::Level;

pub use asked::{Aim, Asked, Fate, Outbox};
pub use change::{Change, Kind};
pub use details::{Detail, Details};
pub use freshness::{patience, silence};
pub use kpis::{Known, KpiQuestion, Kpis, Learned, learn};
pub use table::Table;
pub use tally::{Tallies, Tally};

impl From<Severity> for Level {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Critical => Self::Critical,
            Severity::Major => Self::Major,
            Severity::Minor => Self::Minor,
            Severity::Warning => Self::Warning,
            Severity::Indeterminate => Self::Indeterminate,
        }
    }
}

/// How an alarm stands, which is not its severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Active, and nobody acknowledged it.
    New,
    /// Over before anybody acknowledged it.
    Returned,
    /// Active and acknowledged.
    Acked,
    /// Over.
    Cleared,
}

impl Standing {
    /// How an alarm stands.
    pub fn of(alarm: &AlarmRow) -> Self {
        match (alarm.cleared, alarm.ack_state) {
            (false, AckState::None) => Self::New,
            (true, AckState::None) => Self::Returned,
            (false, AckState::Acked) => Self::Acked,
            (true, AckState::Acked) => Self::Cleared,
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::Returned => "Returned",
            Self::Acked => "Acked",
            Self::Cleared => "Cleared",
        }
    }

    /// Whether it waits for somebody.
    pub fn waits(self) -> bool {
        matches!(self, Self::New | Self::Returned)
    }
}

/// Everything the screens read.
#[derive(Debug, Default)]
pub struct Model {
    alarms: Table<AlarmRow>,
    incidents: Table<IncidentRow>,
    entities: Table<EntityRow>,
    relations: Table<RelationRow>,
    sources: Table<SourceRow>,
    foretold: Table<PromiseRow>,
    changes: Table<ChangeRow>,
    guard: Option<GuardRow>,
    tallies: Tallies,
    /// Whether a whole state was taken in since the last one was forgotten: before that, nothing here means calm.
    pub whole: bool,
    /// Answers to questions that the feed does not bring.
    pub details: Details,
    /// Series and samples, which the feed does not bring either.
    pub kpis: Kpis,
    /// What was asked of the collector and is not done.
    pub outbox: Outbox,
}

impl Model {
    /// Takes a change in.
    pub fn apply(&mut self, change: Change) {
        let graph = match &change {
            Change::Put(row) => matches!(**row, Row::Entity(_) | Row::Relation(_)),
            Change::Gone(kind, _) => matches!(kind, Kind::Entity | Kind::Relation),
        };
        if graph {
            self.details.graph_changed();
        }
        match change {
            Change::Put(row) => self.put(*row),
            Change::Gone(Kind::Alarm, id) => {
                if let Some(old) = self.alarms.remove(id) {
                    self.tallies.take(&old);
                }
            }
            Change::Gone(Kind::Incident, id) => drop(self.incidents.remove(id)),
            Change::Gone(Kind::Entity, id) => drop(self.entities.remove(id)),
            Change::Gone(Kind::Relation, id) => drop(self.relations.remove(id)),
            Change::Gone(Kind::Source, id) => drop(self.sources.remove(id)),
            Change::Gone(Kind::Sla, id) => drop(self.foretold.remove(id)),
            Change::Gone(Kind::Change, id) => drop(self.changes.remove(id)),
            Change::Gone(Kind::Guard, _) => self.guard = None,
        }
    }

    fn put(&mut self, row: Row) {
        match row {
            Row::Alarm(row) => {
                self.tallies.add(&row);
                if let Some(old) = self.alarms.put(row.id, row) {
                    self.tallies.take(&old);
                }
            }
            Row::Incident(row) => drop(self.incidents.put(row.id, row)),
            Row::Entity(row) => drop(self.entities.put(row.id, row)),
            Row::Relation(row) => drop(self.relations.put(row.id, row)),
            Row::Source(row) => drop(self.sources.put(row.id, row)),
            Row::Sla(row) => drop(self.foretold.put(row.id, row)),
            Row::Change(row) => drop(self.changes.put(row.id, *row)),
            Row::Guard(row) => self.guard = Some(row),
        }
    }

    /// Forgets everything that the collector told, because a whole state comes next.
    pub fn clear(&mut self) {
        self.alarms.clear();
        self.incidents.clear();
        self.entities.clear();
        self.relations.clear();
        self.sources.clear();
        self.foretold.clear();
        self.changes.clear();
        self.guard = None;
        self.tallies = Tallies::default();
        self.whole = false;
        self.details = Details::default();
        self.kpis = Kpis::default();
    }

    /// Whether any question to the collector is not answered yet.
    pub fn waiting(&self) -> bool {
        self.details.waiting() || self.kpis.waiting()
    }

    /// Alarms, cleared ones too.
    pub fn alarms(&self) -> &Table<AlarmRow> {
        &self.alarms
    }

    /// Incidents of every status.
    pub fn incidents(&self) -> &Table<IncidentRow> {
        &self.incidents
    }

    /// Entities.
    pub fn entities(&self) -> &Table<EntityRow> {
        &self.entities
    }

    /// Relations between entities.
    pub fn relations(&self) -> &Table<RelationRow> {
        &self.relations
    }

    /// Sources of events.
    pub fn sources(&self) -> &Table<SourceRow> {
        &self.sources
    }

    /// Measured values that are beyond their promised limits, or drift towards them.
    pub fn foretold(&self) -> &Table<PromiseRow> {
        &self.foretold
    }

    /// Changes of the network that were asked for.
    pub fn changes(&self) -> &Table<ChangeRow> {
        &self.changes
    }

    /// Whether changes may be made; none before the collector said.
    pub fn guard(&self) -> Option<&GuardRow> {
        self.guard.as_ref()
    }

    /// Active alarms by severity, in all and by entity.
    pub fn tallies(&self) -> &Tallies {
        &self.tallies
    }

    /// Incidents in work.
    pub fn open_incidents(&self) -> impl Iterator<Item = &IncidentRow> {
        self.incidents.iter().filter(|incident| open(incident.status))
    }

    /// The worst incident in work, of several the newest.
    pub fn foremost_incident(&self) -> Option<&IncidentRow> {
        self.open_incidents()
            .max_by_key(|incident| (incident.severity, incident.opened_at, incident.id))
    }

    /// The name of an entity, or its id where nothing is known about it.
    pub fn name_of(&self, entity: Uuid) -> String {
        match self.entities.get(entity) {
            Some(row) if !row.name.is_empty() => crate::format::named(&row.name).to_owned(),
            Some(row) => crate::format::named(&row.external_id).to_owned(),
            None => entity.to_string(),
        }
    }

    /// Alarms of an incident that are still known, in the order they joined.
    pub fn alarms_of<'a>(&'a self, incident: &'a IncidentRow) -> impl Iterator<Item = &'a AlarmRow> {
        incident.alarm_ids.iter().filter_map(|id| self.alarms.get(*id))
    }
}

/// Whether an incident of this status is in work.
pub fn open(status: IncidentStatus) -> bool {
    status.open()
}

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;
