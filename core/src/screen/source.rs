use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::{IdKind, Name, SourceKind, Timestamp};
use crate::pipeline::{SourceStat, State};

/// A source of events and how fresh it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SourceRow {
    /// Id.
    pub id: Uuid,
    /// Its door.
    pub source: SourceKind,
    /// Its address, or the name of its credential.
    pub address: Name,
    /// The entity with that address, where there is one.
    pub entity_id: Option<Uuid>,
    /// … its name.
    pub entity_name: Name,
    /// First word, log's time.
    pub first_at: Timestamp,
    /// Newest word, log's time.
    pub last_at: Timestamp,
    /// Events.
    pub received: u64,
    /// … that raised, repeated or cleared an alarm.
    pub alarms: u64,
    /// … that no rule knew.
    pub unmapped: u64,
    /// … that could not be read.
    pub unreadable: u64,
    /// … whose key was seen before.
    pub duplicates: u64,
    /// … that changed nothing for another reason.
    pub ignored: u64,
}

/// The row of a source.
#[must_use]
pub fn source_row(state: &State, ix: u32, stat: &SourceStat) -> SourceRow {
    let entity = state.topology().by_address(&stat.address).and_then(|ix| state.topology().entity(ix));
    SourceRow {
        id: state.minter().mint(IdKind::Source, u64::from(ix), 0),
        source: stat.kind,
        address: stat.address.clone(),
        entity_id: entity.map(|entity| entity.id.0),
        entity_name: entity.map(|entity| entity.name.clone()).unwrap_or_default(),
        first_at: stat.first_at,
        last_at: stat.last_at,
        received: stat.received,
        alarms: stat.alarms,
        unmapped: stat.unmapped,
        unreadable: stat.unreadable,
        duplicates: stat.duplicates,
        ignored: stat.ignored,
    }
}
