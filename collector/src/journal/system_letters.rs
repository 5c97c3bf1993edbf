//! What came in and belongs to no tenant: kept in `system.db`, seen by admins of `default`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

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
CREATE INDEX IF NOT EXISTS system_letter_address ON system_letter (address, number);
";

/// Space that letters may take. Beyond it the oldest of an address with a large share of it go first, else the oldest of all: a stranger
/// cannot fill the disk, nor push out what others sent, unless under very many addresses.
const SPACE: u64 = 256 << 20;

/// What a letter takes besides its bytes.
const BESIDES: u64 = 256;

/// So many go at once.
const AT_ONCE: u64 = 500;

const OLDEST_OF_ONE: &str = "DELETE FROM system_letter
    WHERE number IN (SELECT number FROM system_letter WHERE address = ?2 ORDER BY number LIMIT ?1) RETURNING address, length(bytes)";
const OLDEST_OF_ALL: &str = "DELETE FROM system_letter
    WHERE number IN (SELECT number FROM system_letter ORDER BY number LIMIT ?1) RETURNING address, length(bytes)";

/// Whoever takes less than this part of the space did not send many.
const MANY: u64 = 64;

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
    space: u64,
    shelf: Mutex<Shelf>,
}

struct Shelf {
    database: Database,
    /// Space that the letters of each address take, and all of them.
    taken: BTreeMap<String, u64>,
    total: u64,
}

impl Shelf {
    fn add(&mut self, address: &str, space: u64) {
        self.total += space;
        *self.taken.entry(address.to_owned()).or_default() += space;
    }

    fn sub(&mut self, address: &str, space: u64) {
        self.total = self.total.saturating_sub(space);
        if let Some(taken) = self.taken.get_mut(address) {
            *taken = taken.saturating_sub(space);
            if *taken == 0 {
                self.taken.remove(address);
            }
        }
    }

    /// Lets the oldest letters of whoever has the largest share go until the rest fits; the oldest of all where nobody has a large one.
    fn make_room(&mut self, space: u64) -> Result<()> {
        while self.total > space {
            let most = self.taken.iter().max_by_key(|(_, taken)| **taken);
            let noisy = most.filter(|(_, taken)| **taken >= space / MANY).map(|(address, _)| address.clone());
            let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
            let gone: Vec<(String, i64)> = self.database.run(|connection| match &noisy {
                Some(address) => connection.prepare_cached(OLDEST_OF_ONE)?.query_map((int(AT_ONCE), address), read)?.collect(),
                None => connection.prepare_cached(OLDEST_OF_ALL)?.query_map([int(AT_ONCE)], read)?.collect(),
            })?;
            if gone.is_empty() {
                (self.total, self.taken) = (0, BTreeMap::new());
            }
            for (address, length) in gone {
                self.sub(&address, length.unsigned_abs() + BESIDES);
            }
        }
        Ok(())
    }
}

impl SystemLetters {
    /// Opens the store in `system.db`, beside other rooms' tables, whose version this does not touch.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn open(file: &Path) -> Result<Self> {
        let database = Database::connect(file, Sync::Normal)?;
        database.run(|connection| connection.execute_batch(SCHEMA))?;
        let taken: BTreeMap<String, u64> = database.run(|connection| {
            connection
                .prepare("SELECT address, sum(length(bytes) + ?1) FROM system_letter GROUP BY address")?
                .query_map([int(BESIDES)], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?
                .collect()
        })?;
        Ok(Self {
            space: SPACE,
            shelf: Mutex::new(Shelf {
                total: taken.values().sum(),
                database,
                taken,
            }),
        })
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, work: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T>) -> Result<T> {
        self.shelf().database.run(work)
    }

    /// Keeps letters. Beyond 256 MiB the oldest of an address with a large share of that go, else the oldest of all.
    ///
    /// # Errors
    /// Disk full, or a disk that refuses.
    pub fn keep(&self, letters: &[SystemLetter]) -> Result<()> {
        let mut shelf = self.shelf();
        shelf.database.run(|connection| {
            let transaction = connection.unchecked_transaction()?;
            for letter in letters {
                transaction
                    .prepare_cached("INSERT OR IGNORE INTO system_letter (id, at, transport, address, reason, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
                    .execute((
                        letter.id.as_bytes(),
                        letter.at.as_micros(),
                        &letter.transport,
                        &letter.address,
                        &letter.reason,
                        kept(letter),
                    ))?;
            }
            transaction.commit()
        })?;
        for letter in letters {
            shelf.add(&letter.address, kept(letter).len() as u64 + BESIDES);
        }
        shelf.make_room(self.space)
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
        let mut shelf = self.shelf();
        let gone: Option<(String, i64)> = shelf.database.run(|connection| {
            connection
                .prepare_cached("DELETE FROM system_letter WHERE id = ?1 RETURNING address, length(bytes)")?
                .query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
        })?;
        if let Some((address, length)) = gone {
            shelf.sub(&address, length.unsigned_abs() + BESIDES);
        }
        Ok(())
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

fn kept(letter: &SystemLetter) -> &[u8] {
    &letter.bytes[..letter.bytes.len().min(BYTES)]
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

    fn count(letters: &SystemLetters, address: &str) -> usize {
        let mut all = Vec::new();
        let mut before = None;
        loop {
            let page = letters.list(before, 1_000).unwrap();
            let Some((number, _)) = page.last() else { break };
            before = Some(*number);
            all.extend(page.into_iter().map(|(_, letter)| letter.address));
        }
        all.iter().filter(|sender| *sender == address).count()
    }

    #[test]
    fn a_stranger_can_neither_fill_the_disk_nor_push_out_what_others_sent() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("system.db");
        let of = |n: u128, address: &str| SystemLetter {
            address: address.to_owned(),
            ..letter_of(n)
        };
        let mut letters = SystemLetters::open(&file).unwrap();
        letters.space = 2_000 * (BESIDES + 3);
        letters.keep(&(1..=300).map(|n| of(n, "192.0.2.7")).collect::<Vec<_>>()).unwrap();
        for round in 1..=10 {
            letters
                .keep(&(1..=1_000).map(|n| of(round * 10_000 + n, "192.0.2.9")).collect::<Vec<_>>())
                .unwrap();
        }
        assert_eq!(count(&letters, "192.0.2.7"), 300);
        let flood = count(&letters, "192.0.2.9");
        assert!((1_200..=1_700).contains(&flood), "{flood}");
        drop(letters);
        let mut letters = SystemLetters::open(&file).unwrap();
        letters.space = 1_000 * (BESIDES + 3);
        letters.remove(Uuid::from_u128(1)).unwrap();
        letters.keep(&[of(500_000, "192.0.2.8")]).unwrap();
        assert_eq!((count(&letters, "192.0.2.7"), count(&letters, "192.0.2.8")), (299, 1));
        assert!(count(&letters, "192.0.2.9") <= 700);
    }

    #[test]
    fn letters_of_many_senders_go_by_age() {
        let folder = tempfile::tempdir().unwrap();
        let mut letters = SystemLetters::open(&folder.path().join("system.db")).unwrap();
        letters.space = 2_000 * (BESIDES + 3);
        let of = |n: u128| SystemLetter {
            address: format!("forged {n}"),
            ..letter_of(n)
        };
        letters.keep(&(1..=1_000).map(of).collect::<Vec<_>>()).unwrap();
        // One device that was not configured yet is no flood, though it sends more than any of the forged ones.
        let device = |n: u128| SystemLetter {
            address: "192.0.2.7".to_owned(),
            ..letter_of(n)
        };
        letters.keep(&(5_001..=5_025).map(device).collect::<Vec<_>>()).unwrap();
        letters.keep(&(1_001..=2_100).map(of).collect::<Vec<_>>()).unwrap();
        assert_eq!((count(&letters, "forged 500"), count(&letters, "forged 501")), (0, 1));
        assert_eq!(count(&letters, "192.0.2.7"), 25);
        assert_eq!(count(&letters, "forged 2100"), 1);
    }
}
