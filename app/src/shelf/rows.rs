use std::{path::Path, sync::mpsc, thread::JoinHandle};

use pedkai_core::model::Timestamp;
use pedkai_ui::model::Kind;
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use super::{Result, connect, taken};

/// A copy of another version is thrown away: what it leaves out cannot be known.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "-1");

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS row (kind INTEGER NOT NULL, id BLOB NOT NULL, line TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
";

/// Changes that may wait to be kept.
const WAITING: usize = 64;

/// A change as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What it is.
    pub kind: Kind,
    /// Which.
    pub id: Uuid,
    /// The line of the feed; `None` when it is gone.
    pub line: Option<String>,
}

/// The copy of the rows. A cache: whatever is wrong with it, it is made anew.
#[derive(Debug)]
pub struct Rows {
    connection: Connection,
}

impl Rows {
    /// Opens the copy in `folder`.
    ///
    /// # Errors
    /// Another window holds it, or a disk that refuses.
    pub fn open(folder: &Path) -> Result<Self> {
        let file = folder.join("rows.db");
        match Self::whole(&file) {
            Ok(rows) => Ok(rows),
            Err(error) if taken(&error) => Err(error),
            Err(error) => {
                tracing::warn!(%error, "the copy of the rows cannot be used and is made anew");
                for left in ["rows.db", "rows.db-wal", "rows.db-shm"] {
                    // What is not there need not go; what stays is told by opening it.
                    let _ = std::fs::remove_file(folder.join(left));
                }
                Self::whole(&file)
            }
        }
    }

    fn whole(file: &Path) -> Result<Self> {
        let rows = Self {
            connection: connect(file, false)?,
        };
        rows.connection.execute_batch(SCHEMA)?;
        let sound: String = rows.connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if sound != "ok" {
            return Err(rusqlite::Error::InvalidQuery);
        }
        if rows.note("version")?.as_deref() != Some(VERSION) {
            rows.forget()?;
            rows.write("version", VERSION)?;
        }
        Ok(rows)
    }

    fn note(&self, name: &str) -> Result<Option<String>> {
        let mut statement = self.connection.prepare_cached("SELECT text FROM note WHERE name = ?1")?;
        statement.query_row([name], |row| row.get(0)).optional()
    }

    fn write(&self, name: &str, text: &str) -> Result<()> {
        let mut statement = self.connection.prepare_cached("INSERT OR REPLACE INTO note (name, text) VALUES (?1, ?2)")?;
        statement.execute([name, text]).map(drop)
    }

    /// The cursor that the copy reaches, and when it was as of then; `None` for an empty copy.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn reached(&self) -> Result<Option<(String, Timestamp)>> {
        let (Some(cursor), Some(at)) = (self.note("cursor")?, self.note("at")?) else {
            return Ok(None);
        };
        Ok(at.parse().ok().map(|at| (cursor, Timestamp::from_micros(at))))
    }

    /// Every line, entities and relations before what they bear.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn each(&self, mut each: impl FnMut(&str)) -> Result<()> {
        let mut statement = self.connection.prepare("SELECT line FROM row ORDER BY kind DESC")?;
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            each(row.get_ref(0)?.as_str()?);
        }
        Ok(())
    }

    /// Keeps changes with the cursor that they reach: both or neither.
    ///
    /// # Errors
    /// Disk full, or a disk that refuses.
    pub fn keep(&mut self, changes: &[Kept], cursor: &str, at: Timestamp) -> Result<()> {
        let transaction = self.connection.transaction()?;
        for change in changes {
            let key = (change.kind as u8, change.id.as_bytes());
            match &change.line {
                Some(line) => transaction
                    .prepare_cached("INSERT OR REPLACE INTO row (kind, id, line) VALUES (?1, ?2, ?3)")?
                    .execute(params![key.0, key.1, line])?,
                None => transaction
                    .prepare_cached("DELETE FROM row WHERE kind = ?1 AND id = ?2")?
                    .execute(params![key.0, key.1])?,
            };
        }
        for (name, text) in [("cursor", cursor), ("at", &at.as_micros().to_string())] {
            transaction
                .prepare_cached("INSERT OR REPLACE INTO note (name, text) VALUES (?1, ?2)")?
                .execute([name, text])?;
        }
        transaction.commit()
    }

    /// Empties the copy.
    ///
    /// # Errors
    /// A disk that refuses.
    pub fn forget(&self) -> Result<()> {
        self.connection
            .execute_batch("BEGIN; DELETE FROM row; DELETE FROM note WHERE name IN ('cursor', 'at'); COMMIT;")
    }
}

enum Task {
    Keep(Vec<Kept>, String, Timestamp),
    Forget,
}

/// Keeps rows on a thread of its own. Dropping it waits until all of them are kept.
#[derive(Debug)]
pub struct Writer {
    tasks: Option<mpsc::SyncSender<Task>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// A writer of `rows`; `fails` is told once when the disk refuses, and nothing is kept from then on.
    ///
    /// # Errors
    /// No thread.
    pub fn new(rows: Rows, fails: impl FnOnce(String) + Send + 'static) -> std::io::Result<Self> {
        let (tasks, given) = mpsc::sync_channel(WAITING);
        let thread = std::thread::Builder::new().name("shelf".to_owned()).spawn(move || {
            if let Err(error) = work(rows, &given) {
                fails(error.to_string());
            }
        })?;
        Ok(Self {
            tasks: Some(tasks),
            thread: Some(thread),
        })
    }

    fn give(&self, task: Task) {
        if let Some(tasks) = &self.tasks {
            // A writer that failed has said so.
            let _ = tasks.send(task);
        }
    }

    /// Keeps changes with the cursor that they reach, as of `at`.
    pub fn keep(&self, changes: Vec<Kept>, cursor: &str, at: Timestamp) {
        self.give(Task::Keep(changes, cursor.to_owned(), at));
    }

    /// Empties the copy.
    pub fn forget(&self) {
        self.give(Task::Forget);
    }
}

fn work(mut rows: Rows, given: &mpsc::Receiver<Task>) -> Result<()> {
    for task in given {
        match task {
            Task::Keep(changes, cursor, at) => rows.keep(&changes, &cursor, at)?,
            Task::Forget => rows.forget()?,
        }
    }
    Ok(())
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.tasks = None;
        if let Some(thread) = self.thread.take() {
            // An error means that it panicked, which was told already.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(number: u128, line: Option<&str>) -> Kept {
        Kept {
            kind: Kind::Alarm,
            id: Uuid::from_u128(number),
            line: line.map(str::to_owned),
        }
    }

    fn lines(rows: &Rows) -> Vec<String> {
        let mut lines = Vec::new();
        rows.each(|line| lines.push(line.to_owned())).unwrap();
        lines.sort();
        lines
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_micros(second * 1_000_000)
    }

    #[test]
    fn rows_come_back_with_the_cursor_that_they_reach() {
        let folder = tempfile::tempdir().unwrap();
        let mut rows = Rows::open(folder.path()).unwrap();
        assert_eq!(rows.reached().unwrap(), None);
        rows.keep(&[kept(1, Some("a")), kept(2, Some("b"))], "c1", at(7)).unwrap();
        rows.keep(&[kept(1, None), kept(2, Some("b2")), kept(3, Some("c"))], "c2", at(8)).unwrap();
        drop(rows);
        let rows = Rows::open(folder.path()).unwrap();
        assert_eq!(rows.reached().unwrap(), Some(("c2".to_owned(), at(8))));
        assert_eq!(lines(&rows), ["b2", "c"]);
        rows.forget().unwrap();
        assert_eq!((rows.reached().unwrap(), lines(&rows).len()), (None, 0));
    }

    #[test]
    fn a_damaged_copy_and_one_of_another_version_are_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let mut rows = Rows::open(folder.path()).unwrap();
        rows.keep(&[kept(1, Some("a"))], "c1", at(7)).unwrap();
        rows.write("version", "0.0.1").unwrap();
        drop(rows);
        let mut rows = Rows::open(folder.path()).unwrap();
        assert_eq!((rows.reached().unwrap(), lines(&rows).len()), (None, 0));
        rows.keep(&[kept(1, Some("a"))], "c1", at(7)).unwrap();
        drop(rows);
        std::fs::write(folder.path().join("rows.db"), b"no database at all, but long enough to be looked at").unwrap();
        let rows = Rows::open(folder.path()).unwrap();
        assert_eq!((rows.reached().unwrap(), lines(&rows).len()), (None, 0));
    }

    #[test]
    fn a_second_window_is_refused_and_the_first_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let mut rows = Rows::open(folder.path()).unwrap();
        assert!(Rows::open(folder.path()).is_err_and(|error| taken(&error)));
        rows.keep(&[kept(1, Some("a"))], "c1", at(7)).unwrap();
        assert_eq!(lines(&rows), ["a"]);
    }

    #[test]
    fn a_writer_has_kept_everything_when_it_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let writer = Writer::new(Rows::open(folder.path()).unwrap(), |why| panic!("{why}")).unwrap();
        for number in 1..=500 {
            writer.keep(vec![kept(number, Some("x"))], &number.to_string(), at(number as i64));
        }
        drop(writer);
        let rows = Rows::open(folder.path()).unwrap();
        assert_eq!(rows.reached().unwrap(), Some(("500".to_owned(), at(500))));
        assert_eq!(lines(&rows).len(), 500);
    }
}
