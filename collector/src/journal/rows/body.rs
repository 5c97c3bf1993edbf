use pedkai_core::model::Minter;
use pedkai_core::screen::{ChangeRow, EntityRow, GuardRow, IncidentRow, PromiseRow, RelationRow, Row, SourceRow};
use uuid::Uuid;

use super::super::error::JournalError;
use super::super::sqlite::{Database, Result};
use super::{Kind, alarm_body};

pub(super) const fn kind_of(row: &Row) -> Kind {
    match row {
        Row::Alarm(_) => Kind::Alarm,
        Row::Incident(_) => Kind::Incident,
        Row::Entity(_) => Kind::Entity,
        Row::Relation(_) => Kind::Relation,
        Row::Source(_) => Kind::Source,
        Row::Sla(_) => Kind::Sla,
        Row::Change(_) => Kind::Change,
        Row::Guard(_) => Kind::Guard,
    }
}

/// Bytes of a row, without anything that the columns hold.
pub(super) fn encode(row: &Row, minter: &Minter, bytes: &mut Vec<u8>) -> std::result::Result<(), serde_json::Error> {
    bytes.clear();
    match row {
        Row::Alarm(row) => {
            alarm_body::encode(row, minter, bytes);
            Ok(())
        }
        Row::Incident(row) => serde_json::to_writer(bytes, row),
        Row::Entity(row) => serde_json::to_writer(bytes, row),
        Row::Relation(row) => serde_json::to_writer(bytes, row),
        Row::Source(row) => serde_json::to_writer(bytes, row),
        Row::Sla(row) => serde_json::to_writer(bytes, row),
        Row::Change(row) => serde_json::to_writer(bytes, row),
        Row::Guard(row) => serde_json::to_writer(bytes, row),
    }
}

/// The row of a kind from its id and bytes.
pub(super) fn decode(database: &Database, minter: &Minter, kind: Kind, id: Uuid, bytes: &[u8]) -> Result<Row> {
    let row = match kind {
        Kind::Alarm => alarm_body::decode(id, minter, bytes).map(Row::Alarm).map_err(|error| error.to_string()),
        Kind::Incident => json::<IncidentRow>(bytes).map(Row::Incident),
        Kind::Entity => json::<EntityRow>(bytes).map(Row::Entity),
        Kind::Relation => json::<RelationRow>(bytes).map(Row::Relation),
        Kind::Source => json::<SourceRow>(bytes).map(Row::Source),
        Kind::Sla => json::<PromiseRow>(bytes).map(Row::Sla),
        Kind::Change => json::<ChangeRow>(bytes).map(|row| Row::Change(Box::new(row))),
        Kind::Guard => json::<GuardRow>(bytes).map(Row::Guard),
    };
    row.map_err(|problem| JournalError::corrupt(&database.file, format!("the row of {} {id}: {problem}", kind.word())))
}

fn json<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> std::result::Result<T, String> {
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
}
