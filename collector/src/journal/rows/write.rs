use std::path::Path;

use pedkai_core::model::Minter;
use pedkai_core::pipeline::{Changes, ItemKind, RowChange};
use pedkai_core::screen::Row;
use rusqlite::{Connection, OptionalExtension};

use super::super::error::JournalError;
use super::super::sqlite::{Database, Result, Sync, int, uint};
use super::letters::{self, Letter};
use super::schema::{SCHEMA, VERSION};
use super::{Kind, applied, body, place};

/// A record that changed an alarm or incident in more than its count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Touch {
    /// Alarm or incident.
    pub kind: Kind,
    /// Its place.
    pub pos: i64,
    /// The record.
    pub seq: u64,
}

/// Everything that one transaction writes.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// What the state says that changed.
    pub changes: Changes,
    /// Hash of the newest record in it.
    pub hash: super::super::log::Hash,
    /// Epoch of that record.
    pub epoch: u16,
    /// Whose log, and which life of it.
    pub life: u64,
    /// Dead letters.
    pub letters: Vec<Letter>,
    /// Keys of dead letters that came in anew, with when.
    pub redriven: Vec<(u64, pedkai_core::model::Timestamp)>,
    /// Which records touched what.
    pub touches: Vec<Touch>,
}

/// Bytes beside the file after which they are moved into it.
const TIDY_AT: u64 = 64 << 20;

/// The writing end of a tenant's rows. There is one.
pub struct RowsWriter {
    database: Database,
    minter: Minter,
    buffer: Vec<u8>,
    newest: u64,
}

impl RowsWriter {
    /// Opens the rows; `None` where the file is of another format, and has to be made again.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn open(file: &Path, minter: Minter) -> Result<Option<Self>> {
        let database = match Database::open(file, Sync::Normal, VERSION, SCHEMA) {
            Err(JournalError::Newer { .. }) => return Ok(None),
            other => other?,
        };
        if database.version()? != VERSION {
            return Ok(None);
        }
        database.run(|connection| connection.execute_batch("PRAGMA cache_size=-65536;"))?;
        Ok(Some(Self {
            newest: applied(&database)?,
            database,
            minter,
            buffer: Vec::new(),
        }))
    }

    pub(super) const fn database(&self) -> &Database {
        &self.database
    }

    /// Sequence and hash of the newest record in the rows.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn applied(&self) -> Result<(u64, Option<Vec<u8>>)> {
        let hash = self.database.run(|connection| {
            connection
                .query_row("SELECT value FROM meta WHERE name = 'hash'", [], |row| row.get(0))
                .optional()
        })?;
        Ok((applied(&self.database)?, hash))
    }

    /// The state as of the newest record in the rows.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn items(&self) -> Result<Vec<(ItemKind, u64, Vec<u8>)>> {
        let mut items = Vec::new();
        for kind in ItemKind::ALL {
            self.database.run(|connection| {
                let mut statement = connection.prepare(&format!("SELECT slot, body FROM item_{} ORDER BY slot", kind as u8))?;
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    items.push((kind, uint(row.get(0)?), row.get(1)?));
                }
                Ok(())
            })?;
        }
        Ok(items)
    }

    /// Writes a batch in one transaction: all of it or nothing. One that is older than the rows is passed over.
    ///
    /// # Errors
    /// Disk full, damaged, or a disk that refuses. The batch can be tried again.
    pub fn apply(&mut self, batch: &Batch) -> Result<()> {
        if batch.changes.seq < self.newest {
            return Ok(());
        }
        let Self {
            database,
            minter,
            buffer,
            newest,
        } = self;
        let transaction = database.run(|connection| rusqlite::Transaction::new_unchecked(connection, rusqlite::TransactionBehavior::Immediate))?;
        let sql = |error: rusqlite::Error| JournalError::sqlite(&database.file, &error);
        items(&transaction, &batch.changes).map_err(sql)?;
        for change in &batch.changes.rows {
            body::encode(&change.row, minter, buffer).map_err(|error| JournalError::corrupt(&database.file, error.to_string()))?;
            row(&transaction, minter, batch.changes.seq, change, buffer).map_err(sql)?;
        }
        letters::write(&transaction, &batch.letters, &batch.redriven).map_err(sql)?;
        touches(&transaction, &batch.touches).map_err(sql)?;
        meta(&transaction, batch).map_err(sql)?;
        transaction.commit().map_err(sql)?;
        *newest = batch.changes.seq;
        Ok(())
    }

    /// Forgets what retired records touched, deletions that no cursor may begin before any more, and history's rows.
    ///
    /// # Errors
    /// Disk full, damaged, or a disk that refuses.
    pub fn retire(&mut self, seq: u64) -> Result<()> {
        self.database.run(|connection| {
            let transaction = rusqlite::Transaction::new_unchecked(connection, rusqlite::TransactionBehavior::Immediate)?;
            transaction.execute("DELETE FROM touch WHERE seq <= ?1", [int(seq)])?;
            transaction.execute("DELETE FROM gone WHERE seq <= ?1", [int(seq)])?;
            transaction.execute("DELETE FROM letter WHERE pos < ?1", [int((seq + 1) << 20)])?;
            transaction.execute("DELETE FROM alarm WHERE live = 0 AND seq <= ?1", [int(seq)])?;
            transaction.execute("DELETE FROM incident WHERE live = 0 AND seq <= ?1", [int(seq)])?;
            transaction.execute("DELETE FROM entity WHERE live = 0 AND seq <= ?1", [int(seq)])?;
            transaction.execute("DELETE FROM relation WHERE live = 0 AND seq <= ?1", [int(seq)])?;
            transaction.execute("DELETE FROM sla WHERE live = 0 AND seq <= ?1", [int(seq)])?;
            transaction.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('horizon', ?1)", [int(seq)])?;
            transaction.commit()
        })
    }

    /// Moves what was committed into the file itself once that has grown to 64 MiB. Readers and the log go on meanwhile.
    ///
    /// # Errors
    /// A disk that refuses; nothing is lost then.
    pub fn tidy(&self) -> Result<()> {
        self.database.tidy(TIDY_AT)
    }

    /// Reads back one row of each kind, the one that was written longest ago: a build that keeps rows in another form cannot.
    ///
    /// # Errors
    /// Damaged (or of another form), or a disk that refuses.
    pub fn readable(&self) -> Result<()> {
        for kind in Kind::ALL {
            let found: Option<([u8; 16], Vec<u8>)> = self.database.run(|connection| {
                connection
                    .prepare(&format!("SELECT id, body FROM {} ORDER BY seq LIMIT 1", kind.word()))?
                    .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()
            })?;
            if let Some((id, bytes)) = found {
                body::decode(&self.database, &self.minter, kind, uuid::Uuid::from_bytes(id), &bytes)?;
            }
        }
        Ok(())
    }

    /// Moves what was committed into the file itself.
    ///
    /// # Errors
    /// A disk that refuses; nothing is lost then.
    pub fn checkpoint(&self) -> Result<()> {
        self.database.checkpoint(true)
    }

    /// Asks SQLite whether the file is whole.
    ///
    /// # Errors
    /// The first problem.
    pub fn integrity(&self) -> Result<()> {
        self.database.integrity()
    }
}

fn meta(connection: &Connection, batch: &Batch) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached("INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)")?;
    statement.execute(("applied", int(batch.changes.seq)))?;
    statement.execute(("at", batch.changes.at.as_micros()))?;
    statement.execute(("epoch", batch.epoch))?;
    statement.execute(("hash", &batch.hash[..])).map(drop)
}

fn items(connection: &Connection, changes: &Changes) -> rusqlite::Result<()> {
    for item in &changes.items {
        let slot = int(item.slot);
        match &item.body {
            Some(body) => connection.prepare_cached(PUT_ITEM[item.kind as usize])?.execute((slot, body))?,
            None => connection.prepare_cached(DROP_ITEM[item.kind as usize])?.execute([slot])?,
        };
    }
    Ok(())
}

fn touches(connection: &Connection, touches: &[Touch]) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached("INSERT OR IGNORE INTO touch (kind, pos, seq) VALUES (?1, ?2, ?3)")?;
    for touch in touches {
        statement.execute((touch.kind as u8, touch.pos, int(touch.seq)))?;
    }
    Ok(())
}

/// A table for each kind of item: an integer key is the fastest there is.
const PUT_ITEM: [&str; ItemKind::ALL.len()] = [
    "INSERT INTO item_0 (slot, body) VALUES (?1, ?2) ON CONFLICT (slot) DO UPDATE SET body = excluded.body",
    "INSERT INTO item_1 (slot, body) VALUES (?1, ?2) ON CONFLICT (slot) DO UPDATE SET body = excluded.body",
    "INSERT INTO item_2 (slot, body) VALUES (?1, ?2) ON CONFLICT (slot) DO UPDATE SET body = excluded.body",
    "INSERT INTO item_3 (slot, body) VALUES (?1, ?2) ON CONFLICT (slot) DO UPDATE SET body = excluded.body",
    "INSERT INTO item_4 (slot, body) VALUES (?1, ?2) ON CONFLICT (slot) DO UPDATE SET body = excluded.body",
    "INSERT INTO item_5 (slot, body) VALUES (?1, ?2) ON CONFLICT (slot) DO UPDATE SET body = excluded.body",
    "INSERT INTO item_6 (slot, body) VALUES (?1, ?2) ON CONFLICT (slot) DO UPDATE SET body = excluded.body",
    "INSERT INTO item_7 (slot, body) VALUES (?1, ?2) ON CONFLICT (slot) DO UPDATE SET body = excluded.body",
    "INSERT INTO item_8 (slot, body) VALUES (?1, ?2) ON CONFLICT (slot) DO UPDATE SET body = excluded.body",
    "INSERT INTO item_9 (slot, body) VALUES (?1, ?2) ON CONFLICT (slot) DO UPDATE SET body = excluded.body",
    "INSERT INTO item_10 (slot, body) VALUES (?1, ?2) ON CONFLICT (slot) DO UPDATE SET body = excluded.body",
    "INSERT INTO item_11 (slot, body) VALUES (?1, ?2) ON CONFLICT (slot) DO UPDATE SET body = excluded.body",
];
const DROP_ITEM: [&str; ItemKind::ALL.len()] = [
    "DELETE FROM item_0 WHERE slot = ?1",
    "DELETE FROM item_1 WHERE slot = ?1",
    "DELETE FROM item_2 WHERE slot = ?1",
    "DELETE FROM item_3 WHERE slot = ?1",
    "DELETE FROM item_4 WHERE slot = ?1",
    "DELETE FROM item_5 WHERE slot = ?1",
    "DELETE FROM item_6 WHERE slot = ?1",
    "DELETE FROM item_7 WHERE slot = ?1",
    "DELETE FROM item_8 WHERE slot = ?1",
    "DELETE FROM item_9 WHERE slot = ?1",
    "DELETE FROM item_10 WHERE slot = ?1",
    "DELETE FROM item_11 WHERE slot = ?1",
];

/// What never changes about an alarm (entity, device, type) is not set again: its indexes stay as they are.
const ALARM: &str = "INSERT INTO alarm (pos, id, seq, live, changed_at, severity, cleared, acked, shelved, suppressed, source, count, entity, device, incident, \
    alarm_type, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17) ON CONFLICT (pos) DO UPDATE SET \
    seq = excluded.seq, live = excluded.live, changed_at = excluded.changed_at, severity = excluded.severity, cleared = excluded.cleared, \
    acked = excluded.acked, shelved = excluded.shelved, suppressed = excluded.suppressed, source = excluded.source, count = excluded.count, \
    body = excluded.body";
const ALARM_INCIDENT: &str = "UPDATE alarm SET incident = ?2 WHERE pos = ?1 AND incident IS NOT ?2";
const INCIDENT: &str = "INSERT INTO incident (pos, id, seq, live, changed_at, severity, status, owner, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) \
    ON CONFLICT (pos) DO UPDATE SET seq = excluded.seq, live = excluded.live, changed_at = excluded.changed_at, severity = excluded.severity, \
    status = excluded.status, owner = excluded.owner, body = excluded.body";
const ENTITY: &str = "INSERT INTO entity (pos, id, seq, live, external_id, name, type, placed, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) \
    ON CONFLICT (pos) DO UPDATE SET seq = excluded.seq, live = excluded.live, external_id = excluded.external_id, name = excluded.name, \
    type = excluded.type, placed = excluded.placed, body = excluded.body";
const RELATION: &str = "INSERT INTO relation (pos, id, seq, live, source, target, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
    ON CONFLICT (pos) DO UPDATE SET seq = excluded.seq, live = excluded.live, source = excluded.source, target = excluded.target, body = excluded.body";
const SLA: &str = "INSERT INTO sla (pos, id, seq, live, body) VALUES (?1, ?2, ?3, ?4, ?5) \
    ON CONFLICT (pos) DO UPDATE SET seq = excluded.seq, live = excluded.live, body = excluded.body";
const CHANGE: &str = "INSERT INTO change (pos, id, seq, live, body) VALUES (?1, ?2, ?3, ?4, ?5) \
    ON CONFLICT (pos) DO UPDATE SET seq = excluded.seq, live = excluded.live, body = excluded.body";
const GUARD: &str = "INSERT INTO guard (pos, id, seq, live, body) VALUES (?1, ?2, ?3, ?4, ?5) \
    ON CONFLICT (pos) DO UPDATE SET seq = excluded.seq, live = excluded.live, body = excluded.body";
const SOURCE: &str = "INSERT INTO source (pos, id, seq, live, body) VALUES (?1, ?2, ?3, ?4, ?5) \
    ON CONFLICT (pos) DO UPDATE SET seq = excluded.seq, live = excluded.live, body = excluded.body";

fn row(connection: &Connection, minter: &Minter, seq: u64, change: &RowChange, bytes: &[u8]) -> rusqlite::Result<()> {
    let kind = body::kind_of(&change.row);
    let id = change.row.id();
    let pos = place(minter, kind, id);
    let (id, seq, live) = (id.as_bytes(), int(seq), change.live);
    match &change.row {
        Row::Alarm(row) => {
            let incident = row.incident_id.map(|id| place(minter, Kind::Incident, id));
            connection.prepare_cached(ALARM)?.execute(rusqlite::params![
                pos,
                id,
                seq,
                live,
                row.changed_at.as_micros(),
                row.severity.number(),
                row.cleared,
                row.ack.is_some(),
                row.shelved,
                row.suppressed_by.is_some(),
                row.source as u8,
                row.count,
                place(minter, Kind::Entity, row.entity_id),
                row.device_id.map(|id| place(minter, Kind::Entity, id)),
                incident,
                row.alarm_type.as_str(),
                bytes,
            ])?;
            connection.prepare_cached(ALARM_INCIDENT)?.execute((pos, incident))?
        }
        Row::Incident(row) => connection.prepare_cached(INCIDENT)?.execute(rusqlite::params![
            pos,
            id,
            seq,
            live,
            row.changed_at.as_micros(),
            row.severity.number(),
            row.status as u8,
            row.owner.as_str(),
            bytes,
        ])?,
        Row::Entity(row) => connection.prepare_cached(ENTITY)?.execute(rusqlite::params![
            pos,
            id,
            seq,
            live,
            row.external_id.as_str(),
            row.name.as_str(),
            row.kind.as_str(),
            row.placed,
            bytes,
        ])?,
        Row::Relation(row) => connection.prepare_cached(RELATION)?.execute(rusqlite::params![
            pos,
            id,
            seq,
            live,
            place(minter, Kind::Entity, row.source),
            place(minter, Kind::Entity, row.target),
            bytes,
        ])?,
        Row::Source(_) => connection.prepare_cached(SOURCE)?.execute(rusqlite::params![pos, id, seq, live, bytes])?,
        Row::Sla(_) => connection.prepare_cached(SLA)?.execute(rusqlite::params![pos, id, seq, live, bytes])?,
        Row::Change(_) => connection.prepare_cached(CHANGE)?.execute(rusqlite::params![pos, id, seq, live, bytes])?,
        Row::Guard(_) => connection.prepare_cached(GUARD)?.execute(rusqlite::params![pos, id, seq, live, bytes])?,
    };
    if change.live {
        return Ok(());
    }
    connection
        .prepare_cached("INSERT OR REPLACE INTO gone (seq, kind, pos, id) VALUES (?1, ?2, ?3, ?4)")?
        .execute((seq, kind as u8, pos, id))
        .map(drop)
}
