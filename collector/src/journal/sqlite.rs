//! One way to open a database file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::error::JournalError;

pub(crate) type Result<T> = std::result::Result<T, JournalError>;

/// How much a commit promises.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sync {
    /// On the disk when it returns.
    Full,
    /// Whole, but the newest may be gone after a power loss.
    Normal,
}

/// A connection with the file it belongs to, so that errors can name it.
pub(crate) struct Database {
    pub(crate) connection: Connection,
    pub(crate) file: PathBuf,
}

impl Database {
    /// Opens for writing, makes the tables where the file is new, refuses a newer format.
    pub(crate) fn open(file: &Path, sync: Sync, version: i64, schema: &str) -> Result<Self> {
        let database = Self::connect(file, sync)?;
        database.run(|connection| connection.execute_batch("PRAGMA wal_autocheckpoint=0;"))?;
        let found = database.version()?;
        if found > version {
            return Err(JournalError::Newer {
                file: file.to_owned(),
                found,
                known: version,
            });
        }
        if found == 0 {
            database.run(|connection| connection.execute_batch(&format!("BEGIN IMMEDIATE; {schema} PRAGMA user_version={version}; COMMIT;")))?;
        }
        Ok(database)
    }

    /// Opens for writing a file whose format is another room's.
    pub(crate) fn connect(file: &Path, sync: Sync) -> Result<Self> {
        let fail = |error: rusqlite::Error| JournalError::sqlite(file, &error);
        let connection = Connection::open_with_flags(
            file,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )
        .map_err(fail)?;
        connection.busy_timeout(Duration::from_secs(10)).map_err(fail)?;
        connection.set_prepared_statement_cache_capacity(64);
        let mode = match sync {
            Sync::Full => "FULL",
            Sync::Normal => "NORMAL",
        };
        connection
            .execute_batch(&format!(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous={mode}; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=4194304;"
            ))
            .map_err(fail)?;
        Ok(Self {
            connection,
            file: file.to_owned(),
        })
    }

    /// Opens for reading only.
    pub(crate) fn open_reader(file: &Path) -> Result<Self> {
        let fail = |error: rusqlite::Error| JournalError::sqlite(file, &error);
        let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(fail)?;
        connection.busy_timeout(Duration::from_secs(10)).map_err(fail)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Self {
            connection,
            file: file.to_owned(),
        })
    }

    pub(crate) fn version(&self) -> Result<i64> {
        self.run(|connection| connection.query_row("PRAGMA user_version", [], |row| row.get(0)))
    }

    /// Runs a piece of SQL work and gives its error the file's name.
    pub(crate) fn run<'a, T>(&'a self, work: impl FnOnce(&'a Connection) -> rusqlite::Result<T>) -> Result<T> {
        work(&self.connection).map_err(|error| JournalError::sqlite(&self.file, &error))
    }

    /// Moves what was committed into the file itself. Never waits for readers.
    pub(crate) fn checkpoint(&self, truncate: bool) -> Result<()> {
        let sql = if truncate {
            "PRAGMA wal_checkpoint(TRUNCATE)"
        } else {
            "PRAGMA wal_checkpoint(PASSIVE)"
        };
        self.run(|connection| connection.query_row(sql, [], |_| Ok(())))
    }

    /// Moves what was committed into the file itself once `bytes` have gathered beside it. The file beside shrinks again with the next commit.
    pub(crate) fn tidy(&self, bytes: u64) -> Result<()> {
        let mut beside = self.file.as_os_str().to_owned();
        beside.push("-wal");
        if std::fs::metadata(beside).is_ok_and(|found| found.len() > bytes) {
            return self.checkpoint(false);
        }
        Ok(())
    }

    /// The first problem that SQLite finds in the file, if any.
    pub(crate) fn integrity(&self) -> Result<()> {
        let word: String = self.run(|connection| connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)))?;
        if word == "ok" { Ok(()) } else { Err(JournalError::corrupt(&self.file, word)) }
    }
}

/// SQLite's integers are signed; every number kept here is below 2^63.
pub(crate) const fn int(number: u64) -> i64 {
    number.cast_signed()
}

/// The way back of [`int`].
pub(crate) const fn uint(number: i64) -> u64 {
    number.cast_unsigned()
}
