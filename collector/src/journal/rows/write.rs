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
    /// Dead letters.
    pub letters: Vec<Letter>,
    /// Keys of dead letters that came in anew, with when.
    pub redriven: Vec<(u64, pedkai_core::model::Timestamp)>,
    /// Which records touched what.
    pub touches: Vec<Touch>,
}

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
        let rows: Vec<(u8, i64, Vec<u8>)> = self.database.run(|connection| {
            connection
                .prepare("SELECT kind, slot, body FROM item ORDER BY kind, slot")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                .collect()
        })?;
        rows.into_iter()
            .map(|(kind, slot, body)| {
                ItemKind::of_number(kind)
                    .map(|kind| (kind, uint(slot), body))
                    .ok_or_else(|| JournalError::corrupt(&self.database.file, format!("an item of unknown kind {kind}")))
            })
            .collect()
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
            transaction.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('horizon', ?1)", [int(seq)])?;
            transaction.commit()
        })
    }

    /// Moves what was committed into the file itself.
    ///
    /// # Errors
    /// A disk that refuses; nothing is lost then.
    pub fn checkpoint(&self, truncate: bool) -> Result<()> {
        self.database.checkpoint(truncate)
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
    let mut put =
        connection.prepare_cached("INSERT INTO item (kind, slot, body) VALUES (?1, ?2, ?3) ON CONFLICT (kind, slot) DO UPDATE SET body = excluded.body")?;
    let mut drop_it = connection.prepare_cached("DELETE FROM item WHERE kind = ?1 AND slot = ?2")?;
    for item in &changes.items {
        match &item.body {
            Some(body) => put.execute((item.kind as u8, int(item.slot), body))?,
            None => drop_it.execute((item.kind as u8, int(item.slot)))?,
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

const ALARM: &str = "INSERT INTO alarm (pos, id, seq, live, changed_at, severity, cleared, acked, shelved, suppressed, source, count, entity, device, incident, \
    alarm_type, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17) ON CONFLICT (pos) DO UPDATE SET \
    seq = excluded.seq, live = excluded.live, changed_at = excluded.changed_at, severity = excluded.severity, cleared = excluded.cleared, \
    acked = excluded.acked, shelved = excluded.shelved, suppressed = excluded.suppressed, source = excluded.source, count = excluded.count, \
    entity = excluded.entity, device = excluded.device, incident = excluded.incident, body = excluded.body";
const INCIDENT: &str = "INSERT INTO incident (pos, id, seq, live, changed_at, severity, status, owner, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) \
    ON CONFLICT (pos) DO UPDATE SET seq = excluded.seq, live = excluded.live, changed_at = excluded.changed_at, severity = excluded.severity, \
    status = excluded.status, owner = excluded.owner, body = excluded.body";
const ENTITY: &str = "INSERT INTO entity (pos, id, seq, live, external_id, name, type, placed, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) \
    ON CONFLICT (pos) DO UPDATE SET seq = excluded.seq, live = excluded.live, external_id = excluded.external_id, name = excluded.name, \
    type = excluded.type, placed = excluded.placed, body = excluded.body";
const RELATION: &str = "INSERT INTO relation (pos, id, seq, live, source, target, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
    ON CONFLICT (pos) DO UPDATE SET seq = excluded.seq, live = excluded.live, source = excluded.source, target = excluded.target, body = excluded.body";
const SOURCE: &str = "INSERT INTO source (pos, id, seq, live, body) VALUES (?1, ?2, ?3, ?4, ?5) \
    ON CONFLICT (pos) DO UPDATE SET seq = excluded.seq, live = excluded.live, body = excluded.body";

fn row(connection: &Connection, minter: &Minter, seq: u64, change: &RowChange, bytes: &[u8]) -> rusqlite::Result<()> {
    let kind = body::kind_of(&change.row);
    let id = change.row.id();
    let pos = place(minter, kind, id);
    let (id, seq, live) = (id.as_bytes(), int(seq), change.live);
    match &change.row {
        Row::Alarm(row) => connection.prepare_cached(ALARM)?.execute(rusqlite::params![
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
            row.incident_id.map(|id| place(minter, Kind::Incident, id)),
            row.alarm_type.as_str(),
            bytes,
        ])?,
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
    };
    if change.live {
        return Ok(());
    }
    connection
        .prepare_cached("INSERT OR REPLACE INTO gone (seq, kind, pos, id) VALUES (?1, ?2, ?3, ?4)")?
        .execute((seq, kind as u8, pos, id))
        .map(drop)
}
