//! Old records go, and an anchor stays: the state as of the newest that went, and its hash.

use pedkai_core::model::Timestamp;
use pedkai_core::pipeline::ItemKind;
use rusqlite::{Connection, OptionalExtension};

use super::super::error::JournalError;
use super::super::sqlite::{Database, Result, int};
use super::{Hash, Head, Log, seq_of, stored_hash, time};

/// Records deleted with each commit.
const FEW: i64 = 8;

/// What stands for the records that were retired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Newest retired record.
    pub seq: u64,
    /// Its time.
    pub at: Timestamp,
    /// Its hash: the chain goes on from it.
    pub hash: Hash,
    /// The state after it, to be restored from.
    pub items: Vec<(ItemKind, u64, Vec<u8>)>,
}

#[derive(minicbor::Encode, minicbor::Decode)]
struct Kept {
    #[n(0)]
    epoch: u16,
    #[n(1)]
    items: Vec<Item>,
}

#[derive(minicbor::Encode, minicbor::Decode)]
struct Item {
    #[n(0)]
    kind: u8,
    #[n(1)]
    slot: u64,
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    body: Vec<u8>,
}

pub(super) fn anchor_place(database: &Database) -> Result<Option<(u64, Hash)>> {
    let row = database.run(|connection| {
        connection
            .query_row("SELECT seq, hash FROM anchor", [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))
            .optional()
    })?;
    row.map(|(seq, hash)| Ok((seq_of(seq), stored_hash(&database.file, &hash)?))).transpose()
}

/// Sequence, time, hash, state.
type Row = (i64, i64, Vec<u8>, Vec<u8>);

fn row(database: &Database) -> Result<Option<Row>> {
    database.run(|connection| {
        connection
            .query_row("SELECT seq, at, hash, state FROM anchor", [], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })
            .optional()
    })
}

fn kept(database: &Database, state: &[u8]) -> Result<Kept> {
    let damaged = |problem: String| JournalError::corrupt(&database.file, format!("the anchor: {problem}"));
    let bytes = zstd::stream::decode_all(state).map_err(|error| damaged(error.to_string()))?;
    minicbor::decode(&bytes).map_err(|error| damaged(error.to_string()))
}

pub(super) fn anchor_head(database: &Database) -> Result<Option<Head>> {
    let Some((seq, at, hash, state)) = row(database)? else { return Ok(None) };
    Ok(Some(Head {
        seq: seq_of(seq),
        at: time(at),
        hash: stored_hash(&database.file, &hash)?,
        epoch: kept(database, &state)?.epoch,
    }))
}

pub(super) fn anchor(database: &Database) -> Result<Option<Anchor>> {
    let Some((seq, at, hash, state)) = row(database)? else { return Ok(None) };
    let kept = kept(database, &state)?;
    let items = kept
        .items
        .into_iter()
        .map(|item| {
            let kind = ItemKind::of_number(item.kind)
                .ok_or_else(|| JournalError::corrupt(&database.file, format!("the anchor holds an item of unknown kind {}", item.kind)))?;
            Ok((kind, item.slot, item.body))
        })
        .collect::<Result<_>>()?;
    Ok(Some(Anchor {
        seq: seq_of(seq),
        at: time(at),
        hash: stored_hash(&database.file, &hash)?,
        items,
    }))
}

/// Deletes the oldest records that the anchor stands for, a few at a time so that a commit stays short.
pub(super) fn few(connection: &Connection, to: u64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM record WHERE seq IN (SELECT seq FROM record WHERE seq <= ?1 ORDER BY seq LIMIT ?2)")?
        .execute((int(to), FEW))
        .map(drop)
}

pub(super) fn any_left(connection: &Connection, to: u64) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM record WHERE seq <= ?1)")?
        .query_row([int(to)], |row| row.get(0))
}

impl Log {
    /// Sets the anchor at `seq`: from now on the log begins after it. The records up to it go, a few with each append.
    ///
    /// # Errors
    /// A record that is not there, or a disk that refuses.
    pub fn retire(&mut self, seq: u64, epoch: u16, items: Vec<(ItemKind, u64, Vec<u8>)>) -> Result<()> {
        let found = self.database.run(|connection| {
            connection
                .query_row("SELECT at, hash FROM record WHERE seq = ?1", [int(seq)], |row| {
                    Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
                })
                .optional()
        })?;
        let Some((at, hash)) = found else {
            return Err(JournalError::BadRequest(format!("record {seq} cannot be retired: it is not there")));
        };
        let items = items.into_iter().map(|(kind, slot, body)| Item { kind: kind as u8, slot, body }).collect();
        let damaged = |problem: String| JournalError::corrupt(&self.database.file, problem);
        let bytes = minicbor::to_vec(Kept { epoch, items }).map_err(|error| damaged(error.to_string()))?;
        let state = zstd::bulk::compress(&bytes, 3).map_err(|error| JournalError::io(&self.database.file, &error))?;
        self.database.run(|connection| {
            connection
                .execute(
                    "INSERT OR REPLACE INTO anchor (one, seq, at, hash, state) VALUES (1, ?1, ?2, ?3, ?4)",
                    (int(seq), at, hash, state),
                )
                .map(drop)
        })?;
        self.retire_to = seq;
        Ok(())
    }
}
