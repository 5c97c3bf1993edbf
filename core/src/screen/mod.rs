//! The questions a screen asks, as plain data.
//!
//! - **does**: turns state into rows: what a list, a room or a map shows, and what the wire carries.
//! - **takes**: a state and the thing in it.
//! - **gives**: rows that serialise to the contract's JSON and read back from it.
//! - **never knows**: pixels, sockets, tables of a database.

mod alarm;
mod change;
mod entity;
mod incident;
mod promises;
mod scorecard;
mod sla;
mod source;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use alarm::{AckRow, AckState, AlarmRow, alarm_row};
pub use change::{ApprovalRow, ChangeRow, GuardRow, ParamRow, PreviewRow, TargetRow, TwinRow, VerdictRow, change_row, guard_row};
pub use entity::{EntityRow, RelationRow, entity_row, relation_gone, relation_row};
pub use incident::{EvidenceRow, HypothesisRow, IncidentRow, LinkRow, SitrepRow, incident_row};
pub use promises::{MonthRow, ObjectiveRow, PromiseRow, promises};
pub(crate) use promises::{about, foretold};
pub use scorecard::{Noise, ScoreRow, ScoreTotal, Scorecard, scorecard};
pub use sla::{SlaMethod, SlaRow};
pub use source::{SourceRow, source_row};

/// Any row of the feed: `{kind, id, row}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "row", rename_all = "snake_case")]
pub enum Row {
    /// An alarm.
    Alarm(AlarmRow),
    /// An incident.
    Incident(IncidentRow),
    /// An entity.
    Entity(EntityRow),
    /// A relation between two entities.
    Relation(RelationRow),
    /// A source of events.
    Source(SourceRow),
    /// A change request.
    Change(Box<ChangeRow>),
    /// Whether changes may be made.
    Guard(GuardRow),
    /// A measured value that is beyond its promised limit, or drifts towards it.
    Sla(PromiseRow),
}

impl Row {
    /// The word that says what it is.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Row::Alarm(_) => "alarm",
            Row::Incident(_) => "incident",
            Row::Entity(_) => "entity",
            Row::Relation(_) => "relation",
            Row::Source(_) => "source",
            Row::Change(_) => "change",
            Row::Guard(_) => "guard",
            Row::Sla(_) => "sla",
        }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        match self {
            Row::Alarm(row) => row.id,
            Row::Incident(row) => row.id,
            Row::Entity(row) => row.id,
            Row::Relation(row) => row.id,
            Row::Source(row) => row.id,
            Row::Change(row) => row.id,
            Row::Guard(row) => row.id,
            Row::Sla(row) => row.id,
        }
    }
}
