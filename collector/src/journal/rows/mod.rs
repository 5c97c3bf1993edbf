//! The rows of one tenant: what screens ask for, and the state to restart from. All of it can be made again from the log.

mod alarm_body;
mod body;
mod cursor;
mod feed;
mod letters;
mod list;
mod raised;
mod schema;
mod stats;
#[cfg(test)]
mod tests;
mod write;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use pedkai_core::model::{IdKind, Minter, TenantId};
use rusqlite::OptionalExtension;
use uuid::Uuid;

use super::sqlite::{Database, Result, int, uint};

pub(crate) use cursor::{Cursor, list_cursor, read_list_cursor};
pub use feed::{Change, Page};
pub use letters::Letter;
pub use list::{AlarmFilter, EntityFilter, IncidentFilter, Listed};
pub use raised::Raised;
pub use stats::{AlarmStats, SeverityCount, TypeCount};
pub use write::{Batch, RowsWriter, Touch};

/// Kind of a row, in the order in which the feed gives rows of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// An entity.
    Entity = 0,
    /// A relation.
    Relation = 1,
    /// An alarm.
    Alarm = 2,
    /// An incident.
    Incident = 3,
    /// A source.
    Source = 4,
    /// A measured value that endangers a promise.
    Sla = 5,
    /// A change request.
    Change = 6,
    /// Whether changes may be made.
    Guard = 7,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 8] = [
        Kind::Entity,
        Kind::Relation,
        Kind::Alarm,
        Kind::Incident,
        Kind::Source,
        Kind::Sla,
        Kind::Change,
        Kind::Guard,
    ];

    /// The wire's word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Entity => "entity",
            Kind::Relation => "relation",
            Kind::Alarm => "alarm",
            Kind::Incident => "incident",
            Kind::Source => "source",
            Kind::Sla => "sla",
            Kind::Change => "change",
            Kind::Guard => "guard",
        }
    }

    fn of_number(number: u8) -> Option<Kind> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == number)
    }

    /// Kind of the ids that the log makes for it; `None` where they come from elsewhere.
    const fn id_kind(self) -> Option<IdKind> {
        match self {
            Kind::Entity => Some(IdKind::Entity),
            Kind::Relation => Some(IdKind::Relation),
            Kind::Alarm => Some(IdKind::Alarm),
            Kind::Incident => Some(IdKind::Incident),
            Kind::Source => Some(IdKind::Source),
            Kind::Change => Some(IdKind::Change),
            Kind::Sla | Kind::Guard => None,
        }
    }
}

/// The number under which a row is kept: the place on the log that its id names, so rows lie in the log's order.
pub(crate) fn place(minter: &Minter, kind: Kind, id: Uuid) -> i64 {
    match kind.id_kind().and_then(|kind| minter.position(kind, id)) {
        Some(position) => int((position.seq << 20) | u64::from(position.index)),
        // An id that this log did not make: below all others, by its hash.
        None => -1 - int(xxhash_rust::xxh3::xxh3_64(id.as_bytes()) >> 2),
    }
}

/// Readers of a tenant's rows: connections of their own, so that no question waits for the writer.
pub struct Rows {
    file: PathBuf,
    tenant: TenantId,
    idle: Mutex<Vec<Database>>,
}

/// Connections kept open between questions.
const KEPT_OPEN: usize = 4;

/// One unchanging view of the rows.
struct View<'a> {
    database: &'a Database,
    minter: Minter,
    applied: u64,
}

impl Rows {
    /// Readers of a file, which need not exist yet.
    #[must_use]
    pub fn new(file: &Path, tenant: TenantId) -> Self {
        Self {
            file: file.to_owned(),
            tenant,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Closes every idle connection.
    pub fn close(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Answers a question from one unchanging view of the rows.
    fn ask<T>(&self, question: impl FnOnce(&View<'_>) -> Result<T>) -> Result<T> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let database = match idle {
            Some(database) => database,
            None => Database::open_reader(&self.file)?,
        };
        database.run(|connection| connection.execute_batch("BEGIN"))?;
        let answer = self.view(&database).and_then(|view| question(&view));
        database.run(|connection| connection.execute_batch("ROLLBACK"))?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT_OPEN {
            idle.push(database);
        }
        answer
    }

    fn view<'a>(&self, database: &'a Database) -> Result<View<'a>> {
        let epoch = number(database, "epoch")?.unwrap_or_default();
        Ok(View {
            database,
            minter: Minter::new(self.tenant, epoch as u16),
            applied: applied(database)?,
        })
    }

    /// Sequence of the newest record in the rows.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn applied(&self) -> Result<u64> {
        self.ask(|view| Ok(view.applied))
    }
}

fn applied(database: &Database) -> Result<u64> {
    Ok(number(database, "applied")?.map_or(0, uint))
}

fn number(database: &Database, name: &str) -> Result<Option<i64>> {
    database.run(|connection| {
        connection
            .prepare_cached("SELECT value FROM meta WHERE name = ?1")?
            .query_row([name], |row| row.get(0))
            .optional()
    })
}
