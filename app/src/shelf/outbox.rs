mod salvage;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use pedkai_core::{model::Timestamp, wire::CommandRequest};
use pedkai_ui::model::{Aim, Asked, Fate};
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{Result, connect, damaged, seal, sound, taken};

/// Each row bears a mark of what it says, and `seal` holds the sum of all marks: a command that was changed by a bad disk is never sent, and
/// one that is missing is noticed. Rows of an earlier version have no mark.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS command (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    letter INTEGER NOT NULL,
    id BLOB NOT NULL UNIQUE,
    request TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS letter (
    number INTEGER PRIMARY KEY,
    asked TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS returned (
    id BLOB PRIMARY KEY,
    returned TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS seal (one INTEGER PRIMARY KEY CHECK (one = 1), sum INTEGER NOT NULL);
INSERT OR IGNORE INTO seal (one, sum) VALUES (1, 0);
";
/// Columns that an earlier version did not have. Of what it kept nobody knows whether it went out.
const COLUMNS: [(&str, &str, &str); 4] = [
    ("command", "mark", "INTEGER NOT NULL DEFAULT 0"),
    ("letter", "mark", "INTEGER NOT NULL DEFAULT 0"),
    ("letter", "sent", "INTEGER NOT NULL DEFAULT 1"),
    ("returned", "mark", "INTEGER NOT NULL DEFAULT 0"),
];
/// The tables whose rows bear marks.
const MARKED: [&str; 3] = ["command", "letter", "returned"];

/// What an operator did at one stroke: commands with ids of their own, so that sending one twice does it once.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    /// Its number.
    pub number: i64,
    /// It may have gone out: nobody can take it back.
    pub sent: bool,
    /// What was asked, as it is shown.
    pub asked: Asked,
    /// What nobody answered yet.
    pub requests: Vec<CommandRequest>,
}

/// What came back refused, kept until somebody takes note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Returned {
    /// What was asked, of whom, and why not.
    pub asked: Asked,
    /// The letter that it was part of.
    pub from: Uuid,
    /// The command as it was, without what it was about.
    pub request: CommandRequest,
}

/// Commands until they are answered, and refusals until somebody takes note, on the disk: neither a crash nor a shift's end loses one.
#[derive(Debug)]
pub struct Outbox {
    connection: Connection,
    aside: Option<Aside>,
}

/// A damaged outbox that was put aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// Where it is now.
    pub file: PathBuf,
    /// Commands and refusals that were sound in it: they are in the new one.
    pub saved: usize,
}

impl Outbox {
    /// Opens the one in `folder`. A damaged one is put aside, and what is sound in it is taken over.
    ///
    /// # Errors
    /// Another window holds it, or a disk that refuses.
    pub fn open(folder: &Path) -> Result<Self> {
        let file = folder.join("outbox.db");
        match Self::whole(&file) {
            Err(error) if !taken(&error) && file.exists() => {
                let saved = salvage::read(&file);
                let aside = salvage::put_aside(folder);
                tracing::error!(%error, aside = %aside.display(), "the commands that wait cannot all be read: their file is put aside");
                let mut outbox = Self::whole(&file)?;
                let mut letters = saved.letters;
                outbox.put(&mut letters, &[])?;
                outbox.answered(&[], &saved.returned.iter().collect::<Vec<_>>())?;
                outbox.aside = Some(Aside {
                    file: aside,
                    saved: letters.iter().map(|letter| letter.requests.len()).sum::<usize>() + saved.returned.len(),
                });
                Ok(outbox)
            }
            other => other,
        }
    }

    /// The damaged one that was put aside when this was opened.
    pub fn aside(&self) -> Option<&Aside> {
        self.aside.as_ref()
    }

    fn whole(file: &Path) -> Result<Self> {
        // One that is there has a head; without it all that was in it is cut off.
        if std::fs::metadata(file).is_ok_and(|file| file.len() == 0) {
            return Err(damaged("it is empty"));
        }
        let connection = connect(file, true)?;
        sound(&connection)?;
        connection.execute_batch("BEGIN")?;
        connection.execute_batch(SCHEMA)?;
        grow(&connection)?;
        connection.execute_batch("COMMIT")?;
        let outbox = Self { connection, aside: None };
        outbox.letters()?;
        outbox.returned()?;
        if outbox.apart()? != 0 {
            return Err(damaged("commands are missing in it"));
        }
        Ok(outbox)
    }

    /// How far the marks and their sum are apart.
    fn apart(&self) -> Result<i64> {
        let sum = "SELECT (SELECT sum FROM seal) - (SELECT total(mark) FROM command) - (SELECT total(mark) FROM letter) - (SELECT total(mark) FROM returned)";
        self.connection.query_row(sum, [], |row| row.get::<_, f64>(0)).map(|apart| apart as i64)
    }

    /// Puts letters in, in place of the refusals that are tried again with them, all or none; on disk when this returns, with their numbers.
    ///
    /// # Errors
    /// Disk full, or a disk that refuses.
    pub fn put(&mut self, letters: &mut [Letter], instead_of: &[Uuid]) -> Result<()> {
        let transaction = self.connection.transaction()?;
        let newest = "SELECT max((SELECT coalesce(max(letter), 0) FROM command), (SELECT coalesce(max(number), 0) FROM letter))";
        let newest: i64 = transaction.query_row(newest, [], |row| row.get(0))?;
        for (letter, number) in letters.iter_mut().zip(newest + 1..) {
            letter.number = number;
            let asked = text(&letter.asked)?;
            let mark = seal(&[&number.to_le_bytes(), asked.as_bytes()]);
            transaction
                .prepare_cached("INSERT INTO letter (number, asked, mark, sent) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![number, asked, mark, letter.sent])?;
            for request in &letter.requests {
                let (id, text) = (request.id.as_bytes(), text(request)?);
                let mark = command_mark(number, id, &text);
                transaction
                    .prepare_cached("INSERT OR IGNORE INTO command (letter, id, request, mark) VALUES (?1, ?2, ?3, ?4)")?
                    .execute(params![number, id, text, mark])?;
            }
        }
        for old in instead_of {
            transaction.prepare_cached("DELETE FROM returned WHERE id = ?1")?.execute([old.as_bytes()])?;
        }
        transaction.commit()
    }

    /// Keeps whether a letter may have gone out.
    ///
    /// # Errors
    /// Disk full, or a disk that refuses.
    pub fn mark(&mut self, letter: i64, sent: bool) -> Result<()> {
        let mut statement = self.connection.prepare_cached("UPDATE letter SET sent = ?2 WHERE number = ?1")?;
        statement.execute(params![letter, sent]).map(drop)
    }

    /// Takes answered commands out and keeps those that came back refused, both or neither.
    ///
    /// # Errors
    /// Disk full, or a disk that refuses.
    pub fn answered(&mut self, requests: &[CommandRequest], returned: &[&Returned]) -> Result<()> {
        let transaction = self.connection.transaction()?;
        for one in returned {
            let (id, text) = (one.asked.id.as_bytes(), text(one)?);
            transaction.prepare_cached("DELETE FROM returned WHERE id = ?1")?.execute([id])?;
            transaction
                .prepare_cached("INSERT INTO returned (id, returned, mark) VALUES (?1, ?2, ?3)")?
                .execute(params![id, text, seal(&[id, text.as_bytes()])])?;
        }
        for request in requests {
            transaction
                .prepare_cached("DELETE FROM command WHERE id = ?1")?
                .execute([request.id.as_bytes()])?;
        }
        transaction
            .prepare_cached("DELETE FROM letter WHERE number NOT IN (SELECT letter FROM command)")?
            .execute([])?;
        transaction.commit()
    }

    /// Lets refusals go.
    ///
    /// # Errors
    /// A disk that refuses.
    pub fn dismiss(&mut self, ids: &[Uuid]) -> Result<()> {
        let transaction = self.connection.transaction()?;
        for id in ids {
            transaction.prepare_cached("DELETE FROM returned WHERE id = ?1")?.execute([id.as_bytes()])?;
        }
        transaction.commit()
    }

    /// What waits, oldest first.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn letters(&self) -> Result<Vec<Letter>> {
        let asked: Result<HashMap<i64, (Asked, bool)>> = self.all(LETTERS, asked_of);
        let commands: Result<Vec<(i64, CommandRequest)>> = self.all(COMMANDS, command_of);
        Ok(gather(commands?, &asked?))
    }

    /// What came back refused, in no order that means anything.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn returned(&self) -> Result<Vec<Returned>> {
        self.all(RETURNED, returned_of)
    }

    fn all<T, C: FromIterator<T>>(&self, sql: &str, read: impl FnMut(&Row<'_>) -> Result<T>) -> Result<C> {
        self.connection.prepare_cached(sql)?.query_map([], read)?.collect()
    }
}

const COMMANDS: &str = "SELECT mark, letter, id, request FROM command ORDER BY number";
const LETTERS: &str = "SELECT mark, number, asked, sent FROM letter ORDER BY number";
const RETURNED: &str = "SELECT mark, id, returned FROM returned ORDER BY id";

fn command_mark(letter: i64, id: &[u8], request: &str) -> u32 {
    seal(&[&letter.to_le_bytes(), id, request.as_bytes()])
}

fn command_of(row: &Row<'_>) -> Result<(i64, CommandRequest)> {
    let (letter, text) = (row.get(1)?, row.get_ref(3)?.as_str()?);
    as_written(row, command_mark(letter, row.get_ref(2)?.as_blob()?, text))?;
    Ok((letter, read(text)?))
}

fn asked_of(row: &Row<'_>) -> Result<(i64, (Asked, bool))> {
    let (number, text): (i64, _) = (row.get(1)?, row.get_ref(2)?.as_str()?);
    as_written(row, seal(&[&number.to_le_bytes(), text.as_bytes()]))?;
    Ok((number, (read(text)?, row.get(3)?)))
}

fn returned_of(row: &Row<'_>) -> Result<Returned> {
    let text = row.get_ref(2)?.as_str()?;
    as_written(row, seal(&[row.get_ref(1)?.as_blob()?, text.as_bytes()]))?;
    read(text)
}

/// Whether a row bears its mark; one of an earlier version has none.
fn as_written(row: &Row<'_>, mark: u32) -> Result<()> {
    match row.get::<_, u32>(0)? {
        0 => Ok(()),
        bears if bears == mark => Ok(()),
        _ => Err(damaged("a command is not as it was written")),
    }
}

/// Puts commands of one letter together again, in the order they were given.
fn gather(commands: Vec<(i64, CommandRequest)>, asked: &HashMap<i64, (Asked, bool)>) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::new();
    for (number, request) in commands {
        match letters.last_mut().filter(|last| last.number == number) {
            Some(last) => {
                // One that was kept without a word of what it is about: each of its commands tells of its own.
                if last.asked.what == last.requests[0].kind {
                    last.asked.aims.extend(unnamed(&request));
                }
                last.requests.push(request);
            }
            None => {
                let (asked, sent) = asked.get(&number).cloned().unwrap_or_else(|| (bare(&request), true));
                let requests = vec![request];
                letters.push(Letter { number, sent, asked, requests });
            }
        }
    }
    letters
}

/// Makes a file of an earlier version one of this.
fn grow(connection: &Connection) -> Result<()> {
    for (table, column, kind) in COLUMNS {
        let known = "SELECT count(*) FROM pragma_table_info(?1) WHERE name = ?2";
        if connection.query_row(known, [table, column], |row| row.get::<_, i64>(0))? == 0 {
            connection.execute_batch(&format!("ALTER TABLE {table} ADD COLUMN {column} {kind}"))?;
        }
    }
    for table in MARKED {
        connection.execute_batch(&format!(
            "CREATE TRIGGER IF NOT EXISTS {table}_in AFTER INSERT ON {table} BEGIN UPDATE seal SET sum = sum + new.mark; END;
             CREATE TRIGGER IF NOT EXISTS {table}_out AFTER DELETE ON {table} BEGIN UPDATE seal SET sum = sum - old.mark; END;"
        ))?;
    }
    Ok(())
}

fn text(what: &impl Serialize) -> Result<String> {
    serde_json::to_string(what).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| damaged(&error.to_string()))
}

/// What is told of a command that was kept without a word of what it is about.
fn bare(request: &CommandRequest) -> Asked {
    Asked {
        id: request.id,
        what: request.kind.clone(),
        aims: unnamed(request),
        text: request.text.to_string(),
        by: String::new(),
        at: Timestamp::from_micros(0),
        fate: Fate::Waiting { answered: 0 },
    }
}

fn unnamed(request: &CommandRequest) -> Vec<Aim> {
    let aims = request.target.into_iter().map(|target| Aim {
        target,
        name: target.id.to_string(),
    });
    aims.collect()
}

#[cfg(test)]
mod tests;
