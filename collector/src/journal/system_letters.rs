//! What came in and belongs to no tenant: kept in `system.db`, seen by admins of `default`.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use pedkai_core::model::Timestamp;
use rusqlite::OptionalExtension;
use uuid::Uuid;

use super::sqlite::{Database, Result, Sync, int};

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS system_letter (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    transport TEXT NOT NULL,
    address TEXT NOT NULL,
    reason TEXT NOT NULL,
    bytes BLOB NOT NULL
);
";

/// Letters kept; the oldest go first, so that a stranger cannot fill the disk.
const KEPT: u64 = 10_000;

/// Bytes kept of each.
const BYTES: usize = 65_536;

/// Something that belongs to no tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemLetter {
    /// Id.
    pub id: Uuid,
    /// When it came in.
    pub at: Timestamp,
    /// `snmp`, `syslog-udp`, `syslog-tcp`, `syslog-tls`.
    pub transport: String,
    /// Address of the peer.
    pub address: String,
    /// Why it has no tenant, in a sentence.
    pub reason: String,
    /// What it said, at most 64 KiB.
    pub bytes: Vec<u8>,
}

/// The store of system dead letters.
pub struct SystemLetters {
    database: Mutex<Database>,
}

impl SystemLetters {
    /// Opens the store in `system.db`, beside other rooms' tables, whose version this does not touch.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn open(file: &Path) -> Result<Self> {
        let database = Database::connect(file, Sync::Normal)?;
        database.run(|connection| connection.execute_batch(SCHEMA))?;
        Ok(Self {
            database: Mutex::new(database),
        })
    }

    fn with<T>(&self, work: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T>) -> Result<T> {
        self.database.lock().unwrap_or_else(PoisonError::into_inner).run(work)
    }

    /// Keeps letters, and lets the oldest go beyond 10,000.
    ///
    /// # Errors
    /// Disk full, or a disk that refuses.
    pub fn keep(&self, letters: &[SystemLetter]) -> Result<()> {
        self.with(|connection| {
            let transaction = connection.unchecked_transaction()?;
            for letter in letters {
                let bytes = &letter.bytes[..letter.bytes.len().min(BYTES)];
                transaction
                    .prepare_cached("INSERT OR IGNORE INTO system_letter (id, at, transport, address, reason, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
                    .execute((
                        letter.id.as_bytes(),
                        letter.at.as_micros(),
                        &letter.transport,
                        &letter.address,
                        &letter.reason,
                        bytes,
                    ))?;
            }
            transaction
                .prepare_cached("DELETE FROM system_letter WHERE number <= (SELECT max(number) FROM system_letter) - ?1")?
                .execute([int(KEPT)])?;
            transaction.commit()
        })
    }

    /// Letters, newest first, from before the one numbered `before`; with each its number, which continues the list.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn list(&self, before: Option<i64>, limit: usize) -> Result<Vec<(i64, SystemLetter)>> {
        self.with(|connection| {
            connection
                .prepare_cached("SELECT number, id, at, transport, address, reason, bytes FROM system_letter WHERE number < ?1 ORDER BY number DESC LIMIT ?2")?
                .query_map((before.unwrap_or(i64::MAX), limit as i64), |row| Ok((row.get(0)?, letter(row)?)))?
                .collect()
        })
    }

    /// Takes a letter out; one that is not there is no error.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn remove(&self, id: Uuid) -> Result<()> {
        self.with(|connection| {
            connection
                .prepare_cached("DELETE FROM system_letter WHERE id = ?1")?
                .execute([id.as_bytes()])
                .map(drop)
        })
    }

    /// The letter with this id.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn get(&self, id: Uuid) -> Result<Option<SystemLetter>> {
        self.with(|connection| {
            connection
                .prepare_cached("SELECT number, id, at, transport, address, reason, bytes FROM system_letter WHERE id = ?1")?
                .query_row([id.as_bytes()], letter)
                .optional()
        })
    }
}

fn letter(row: &rusqlite::Row<'_>) -> rusqlite::Result<SystemLetter> {
    Ok(SystemLetter {
        id: Uuid::from_bytes(row.get(1)?),
        at: Timestamp::from_micros(row.get(2)?),
        transport: row.get(3)?,
        address: row.get(4)?,
        reason: row.get(5)?,
        bytes: row.get(6)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter_of(n: u128) -> SystemLetter {
        SystemLetter {
            id: Uuid::from_u128(n),
            at: Timestamp::from_micros(n as i64),
            transport: "snmp".to_owned(),
            address: "192.0.2.1".to_owned(),
            reason: "no community of this name".to_owned(),
            bytes: vec![0, 255, n as u8],
        }
    }

    #[test]
    fn letters_come_back_newest_first_with_their_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let letters = SystemLetters::open(&folder.path().join("system.db")).unwrap();
        letters.keep(&(1..=5).map(letter_of).collect::<Vec<_>>()).unwrap();
        let page = letters.list(None, 3).unwrap();
        assert_eq!(
            page.iter().map(|(_, letter)| letter.clone()).collect::<Vec<_>>(),
            [letter_of(5), letter_of(4), letter_of(3)]
        );
        let rest = letters.list(Some(page[2].0), 3).unwrap();
        assert_eq!(rest.iter().map(|(_, letter)| letter.clone()).collect::<Vec<_>>(), [letter_of(2), letter_of(1)]);
        assert_eq!(letters.get(Uuid::from_u128(4)).unwrap(), Some(letter_of(4)));
        assert_eq!(letters.get(Uuid::from_u128(9)).unwrap(), None);
    }

    #[test]
    fn a_stranger_cannot_fill_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let letters = SystemLetters::open(&folder.path().join("system.db")).unwrap();
        letters.keep(&(1..=12_000).map(letter_of).collect::<Vec<_>>()).unwrap();
        let mut count = 0;
        let mut before = None;
        loop {
            let page = letters.list(before, 1_000).unwrap();
            count += page.len();
            let Some((number, _)) = page.last() else { break };
            before = Some(*number);
        }
        assert_eq!(count, 10_000);
    }
}
