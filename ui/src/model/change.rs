use pedkai_core::screen::Row;
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

/// What kind of row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An alarm.
    Alarm,
    /// An incident.
    Incident,
    /// An entity.
    Entity,
    /// A relation.
    Relation,
    /// A source.
    Source,
    /// A measured value that endangers a promise.
    Sla,
    /// A change of the network that was asked for.
    Change,
    /// Whether changes may be made.
    Guard,
}

/// One change of the feed.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A new row, or a new state of one.
    Put(Box<Row>),
    /// A row is gone.
    Gone(Kind, Uuid),
}

#[derive(Deserialize)]
struct Line<'a> {
    kind: String,
    #[serde(default)]
    id: Option<Uuid>,
    #[serde(borrow, default)]
    row: Option<&'a RawValue>,
}

impl Change {
    /// What it is about.
    pub fn key(&self) -> (Kind, Uuid) {
        match self {
            Self::Gone(kind, id) => (*kind, *id),
            Self::Put(row) => match &**row {
                Row::Alarm(row) => (Kind::Alarm, row.id),
                Row::Incident(row) => (Kind::Incident, row.id),
                Row::Entity(row) => (Kind::Entity, row.id),
                Row::Relation(row) => (Kind::Relation, row.id),
                Row::Source(row) => (Kind::Source, row.id),
                Row::Sla(row) => (Kind::Sla, row.id),
                Row::Change(row) => (Kind::Change, row.id),
                Row::Guard(row) => (Kind::Guard, row.id),
            },
        }
    }

    /// Reads a line of the feed. `Ok(None)` for a kind that a newer collector knows and this one does not.
    pub fn parse(line: &str) -> Result<Option<Self>, serde_json::Error> {
        let read: Line<'_> = serde_json::from_str(line)?;
        let Ok(kind) = serde_json::from_value::<Kind>(serde_json::Value::String(read.kind)) else {
            return Ok(None);
        };
        let Some(row) = read.row.map(RawValue::get) else {
            return Ok(read.id.map(|id| Self::Gone(kind, id)));
        };
        let row = match kind {
            Kind::Alarm => Row::Alarm(serde_json::from_str(row)?),
            Kind::Incident => Row::Incident(serde_json::from_str(row)?),
            Kind::Entity => Row::Entity(serde_json::from_str(row)?),
            Kind::Relation => Row::Relation(serde_json::from_str(row)?),
            Kind::Source => Row::Source(serde_json::from_str(row)?),
            Kind::Sla => Row::Sla(serde_json::from_str(row)?),
            Kind::Change => Row::Change(serde_json::from_str(row)?),
            Kind::Guard => Row::Guard(serde_json::from_str(row)?),
        };
        Ok(Some(Self::Put(Box::new(row))))
    }
}
