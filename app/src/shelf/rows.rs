use std::{
    path::{Path, PathBuf},
    sync::mpsc,
    thread::JoinHandle,
};

use pedkai_core::model::Timestamp;
use pedkai_ui::model::Kind;
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use super::{Result, connect, damaged, seal, sound, taken};

/// A copy of another version is thrown away: what it leaves out cannot be known.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "-3");

/// Each row bears a mark of what it says. SQLite sees a file that is out of joint, and not a byte of a row that was changed.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS row (kind INTEGER NOT NULL, id BLOB NOT NULL, mark INTEGER NOT NULL, line TEXT NOT NULL, PRIMARY KEY (kind, id))
    WITHOUT ROWID;
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
    folder: PathBuf,
    /// All marks together.
    sum: u32,
}

impl Rows {
    /// Opens the copy in `folder`.
    ///
    /// # Errors
    /// Another window holds it, or a disk that refuses.
    pub fn open(folder: &Path) -> Result<Self> {
        match Self::whole(folder) {
            Err(error) if !taken(&error) => {
                tracing::warn!(%error, "the copy of the rows cannot be used and is made anew");
                Self::made(folder)
            }
            opened => opened,
        }
    }

    /// Throws the copy away and begins another.
    ///
    /// # Errors
    /// A disk that refuses.
    pub fn anew(self) -> Result<Self> {
        let Self { connection, folder, .. } = self;
        drop(connection);
        Self::made(&folder)
    }

    fn made(folder: &Path) -> Result<Self> {
        for left in ["rows.db", "rows.db-wal", "rows.db-shm"] {
            // What is not there need not go; what stays is told by opening it.
            let _ = std::fs::remove_file(folder.join(left));
        }
        Self::whole(folder)
    }

    fn whole(folder: &Path) -> Result<Self> {
        let mut rows = Self {
            connection: connect(&folder.join("rows.db"), false)?,
            folder: folder.to_owned(),
            sum: 0,
        };
        sound(&rows.connection)?;
        rows.connection.execute_batch(SCHEMA)?;
        match rows.note("version")? {
            None => rows.write("version", VERSION)?,
            Some(version) if version == VERSION => {}
            Some(version) => return Err(damaged(&format!("it is of version {version}"))),
        }
        rows.sum = rows.reach()?.map_or(0, |reach| reach.sum);
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

    fn reach(&self) -> Result<Option<Reach>> {
        let Some(text) = self.note("reached")? else { return Ok(None) };
        let reach = Reach::read(&text);
        reach.map(Some).ok_or_else(|| damaged("how far it reaches cannot be read"))
    }

    /// The cursor that the copy reaches, and when it was as of then; `None` for an empty copy.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn reached(&self) -> Result<Option<(String, Timestamp)>> {
        Ok(self.reach()?.map(|reach| (reach.cursor, reach.at)))
    }

    /// Every line, entities and relations before what they bear. What was given before an error is not to be used.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn each(&self, mut each: impl FnMut(&str)) -> Result<()> {
        let mut statement = self.connection.prepare("SELECT kind, id, mark, line FROM row ORDER BY kind DESC")?;
        let mut found = statement.query([])?;
        let mut sum = 0_u32;
        while let Some(row) = found.next()? {
            let line = row.get_ref(3)?.as_str()?;
            let mark = row_mark(row.get(0)?, row.get_ref(1)?.as_blob()?, line);
            if row.get::<_, u32>(2)? != mark {
                return Err(damaged("a row is not as it was written"));
            }
            sum = sum.wrapping_add(mark);
            each(line);
        }
        if sum == self.sum { Ok(()) } else { Err(damaged("rows are missing")) }
    }

    /// Keeps changes with the cursor that they reach: both or neither.
    ///
    /// # Errors
    /// Disk full, or a disk that refuses.
    pub fn keep(&mut self, changes: &[Kept], cursor: &str, at: Timestamp) -> Result<()> {
        let transaction = self.connection.transaction()?;
        let mut sum = self.sum;
        for change in changes {
            let (kind, id) = (change.kind as u8, change.id.as_bytes());
            let mut before = transaction.prepare_cached("SELECT mark FROM row WHERE kind = ?1 AND id = ?2")?;
            let before: Option<u32> = before.query_row(params![kind, id], |row| row.get(0)).optional()?;
            sum = sum.wrapping_sub(before.unwrap_or(0));
            match &change.line {
                Some(line) => {
                    let mark = row_mark(kind, id, line);
                    sum = sum.wrapping_add(mark);
                    transaction
                        .prepare_cached("INSERT OR REPLACE INTO row (kind, id, mark, line) VALUES (?1, ?2, ?3, ?4)")?
                        .execute(params![kind, id, mark, line])?
                }
                None => transaction
                    .prepare_cached("DELETE FROM row WHERE kind = ?1 AND id = ?2")?
                    .execute(params![kind, id])?,
            };
        }
        let reach = Reach {
            cursor: cursor.to_owned(),
            at,
            sum,
        };
        transaction
            .prepare_cached("INSERT OR REPLACE INTO note (name, text) VALUES ('reached', ?1)")?
            .execute([reach.text()])?;
        transaction.commit()?;
        self.sum = sum;
        Ok(())
    }

    /// Empties the copy.
    ///
    /// # Errors
    /// A disk that refuses.
    pub fn forget(&mut self) -> Result<()> {
        self.connection
            .execute_batch("BEGIN; DELETE FROM row; DELETE FROM note WHERE name = 'reached'; COMMIT;")?;
        self.sum = 0;
        Ok(())
    }
}

fn row_mark(kind: u8, id: &[u8], line: &str) -> u32 {
    seal(&[&[kind], id, line.as_bytes()])
}

/// How far a copy reaches, and what it holds then.
struct Reach {
    cursor: String,
    at: Timestamp,
    sum: u32,
}

impl Reach {
    fn text(&self) -> String {
        let said = format!("{} {} {}", self.at.as_micros(), self.sum, self.cursor);
        format!("{} {said}", seal(&[said.as_bytes()]))
    }

    fn read(text: &str) -> Option<Self> {
        let (mark, said) = text.split_once(' ')?;
        let mut words = said.splitn(3, ' ');
        let reach = Self {
            at: Timestamp::from_micros(words.next()?.parse().ok()?),
            sum: words.next()?.parse().ok()?,
            cursor: words.next()?.to_owned(),
        };
        (mark.parse() == Ok(seal(&[said.as_bytes()]))).then_some(reach)
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
mod tests;
