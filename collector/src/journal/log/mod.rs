//! The log of one tenant: one row is one record, chained by hash.

mod read;
mod retire;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use pedkai_core::model::Timestamp;
use rusqlite::OptionalExtension;

use super::error::JournalError;
use super::sqlite::{Database, Result, Sync, int, uint};

pub use read::{LogReader, Verified};
pub use retire::Anchor;

const VERSION: i64 = 1;

/// How a record's bytes are kept. Level 1: three times smaller at a tenth of the time that deciding takes.
const LEVEL: i32 = 1;

/// Bytes beside the file after which they are moved into it.
const TIDY_AT: u64 = 16 << 20;

const SCHEMA: &str = "
CREATE TABLE record (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    events INTEGER NOT NULL,
    unmapped INTEGER NOT NULL,
    unreadable INTEGER NOT NULL,
    hash BLOB NOT NULL,
    blob BLOB NOT NULL
);
CREATE INDEX record_unmapped ON record(seq) WHERE unmapped > 0;
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE anchor (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, at INTEGER NOT NULL, hash BLOB NOT NULL, state BLOB NOT NULL);
";

/// Name of the value that tells the life of the log.
const EPOCH: &str = "epoch";

/// BLAKE3 of the hash before and the record's kept bytes.
pub type Hash = [u8; 32];

/// What the hash of the first record rests on.
pub const NO_HASH: Hash = [0; 32];

/// Where the log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Sequence of the newest record; 0 where there is none.
    pub seq: u64,
    /// Its time.
    pub at: Timestamp,
    /// Its hash.
    pub hash: Hash,
    /// Its epoch; 0 where there is no record.
    pub epoch: u16,
}

/// A record about to be appended.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Its number: one more than the newest.
    pub seq: u64,
    /// Its time.
    pub at: Timestamp,
    /// Its epoch.
    pub epoch: u16,
    /// Events among its inputs.
    pub events: u64,
    /// … that no mapping knew.
    pub unmapped: u64,
    /// … that could not be read.
    pub unreadable: u64,
    /// `Record::encode()`.
    pub bytes: &'a [u8],
}

/// The writing end of a tenant's log. There is one.
pub struct Log {
    database: Database,
    head: Head,
    compressor: zstd::bulk::Compressor<'static>,
    written: u64,
    retire_to: u64,
}

impl Log {
    /// Opens the log, or begins one.
    ///
    /// # Errors
    /// Damaged, of a newer version, or a disk that refuses.
    pub fn open(file: &Path) -> Result<Self> {
        let is_new = !file.exists();
        let database = Database::open(file, Sync::Full, VERSION, SCHEMA)?;
        if is_new && let Some(folder) = file.parent() {
            super::folder::sync_folder(folder);
        }
        let head = read::head(&database)?;
        let anchor = retire::anchor_place(&database)?;
        let compressor = zstd::bulk::Compressor::new(LEVEL).map_err(|error| JournalError::io(file, &error))?;
        Ok(Self {
            database,
            head,
            compressor,
            written: 0,
            retire_to: anchor.map_or(0, |(seq, _)| seq),
        })
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        self.database.file.clone()
    }

    /// Where the log ends.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// Appends a record. It is durable when this returns, and not there at all when this fails.
    ///
    /// # Errors
    /// Disk full, damaged, or a number that does not follow the newest.
    pub fn append(&mut self, entry: &Entry<'_>) -> Result<Hash> {
        if entry.seq != self.head.seq + 1 {
            return Err(JournalError::corrupt(
                &self.database.file,
                format!("record {} does not follow record {}", entry.seq, self.head.seq),
            ));
        }
        let blob = self
            .compressor
            .compress(entry.bytes)
            .map_err(|error| JournalError::io(&self.database.file, &error))?;
        let hash = chain(&self.head.hash, &blob);
        let retire_to = self.retire_to;
        self.database.run(|connection| {
            if retire_to > 0 {
                return append_and_retire(connection, entry, &hash, &blob, retire_to);
            }
            insert(connection, entry, &hash, &blob)
        })?;
        self.written += blob.len() as u64;
        self.head = Head {
            seq: entry.seq,
            at: entry.at,
            hash,
            epoch: entry.epoch,
        };
        if retire_to > 0 && entry.seq.is_multiple_of(64) && !self.database.run(|connection| retire::any_left(connection, retire_to))? {
            self.retire_to = 0;
        }
        Ok(hash)
    }

    /// Bytes of records written since it was opened.
    #[must_use]
    pub const fn written(&self) -> u64 {
        self.written
    }

    /// Moves what was committed into the file itself once 16 MiB have gathered beside it. Call it when no sender waits.
    ///
    /// # Errors
    /// A disk that refuses; nothing is lost then.
    pub fn tidy(&self) -> Result<()> {
        self.database.tidy(TIDY_AT)
    }

    /// Moves all that was committed into the file itself.
    ///
    /// # Errors
    /// A disk that refuses; nothing is lost then.
    pub fn checkpoint(&self) -> Result<()> {
        self.database.checkpoint(true)
    }

    /// Reads a value kept beside the records.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn meta(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.database.run(|connection| {
            connection
                .query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0))
                .optional()
        })
    }

    /// Keeps a value beside the records; durable when it returns.
    ///
    /// # Errors
    /// Disk full, or a disk that refuses.
    pub fn set_meta(&self, name: &str, value: &[u8]) -> Result<()> {
        self.database.run(|connection| {
            connection
                .execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)", (name, value))
                .map(drop)
        })
    }

    /// The life of the log that its next record belongs to.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn epoch(&self) -> Result<u16> {
        let said = self.meta(EPOCH)?.and_then(|bytes| bytes.try_into().ok()).map_or(0, u16::from_be_bytes);
        Ok(said.max(self.head.epoch).max(1))
    }

    /// Begins another life: for a log that was restored from a copy or moved here, so that nothing made after the copy was taken, cursors
    /// and ids, is mistaken for what comes now.
    ///
    /// # Errors
    /// Damaged, a log in its last life, or a disk that refuses.
    pub fn next_epoch(&self) -> Result<u16> {
        let next = self.epoch()? + 1;
        if next >= 4_096 {
            return Err(JournalError::corrupt(&self.database.file, "it was restored too often"));
        }
        self.set_meta(EPOCH, &next.to_be_bytes())?;
        Ok(next)
    }

    /// Asks SQLite whether the file is whole.
    ///
    /// # Errors
    /// The first problem.
    pub fn integrity(&self) -> Result<()> {
        self.database.integrity()
    }

    /// Lets the file grow to this many bytes at most, as a full disk would.
    #[cfg(test)]
    pub(crate) fn limit_size(&self, bytes: u64) {
        let pages = (bytes / 4096).max(1);
        self.database
            .connection
            .query_row(&format!("PRAGMA max_page_count={pages}"), [], |_| Ok(()))
            .unwrap();
    }
}

pub(crate) fn chain(previous: &Hash, blob: &[u8]) -> Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(previous);
    hasher.update(blob);
    *hasher.finalize().as_bytes()
}

fn insert(connection: &rusqlite::Connection, entry: &Entry<'_>, hash: &Hash, blob: &[u8]) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO record (seq, at, epoch, events, unmapped, unreadable, hash, blob) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?
        .execute((
            int(entry.seq),
            entry.at.as_micros(),
            entry.epoch,
            int(entry.events),
            int(entry.unmapped),
            int(entry.unreadable),
            &hash[..],
            blob,
        ))
        .map(drop)
}

fn append_and_retire(connection: &rusqlite::Connection, entry: &Entry<'_>, hash: &Hash, blob: &[u8], retire_to: u64) -> rusqlite::Result<()> {
    let transaction = rusqlite::Transaction::new_unchecked(connection, rusqlite::TransactionBehavior::Immediate)?;
    insert(&transaction, entry, hash, blob)?;
    retire::few(&transaction, retire_to)?;
    transaction.commit()
}

fn stored_hash(file: &Path, bytes: &[u8]) -> Result<Hash> {
    Hash::try_from(bytes).map_err(|_| JournalError::corrupt(file, "a hash does not have 32 bytes"))
}

fn time(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

fn seq_of(number: i64) -> u64 {
    uint(number)
}
