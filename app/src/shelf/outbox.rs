use std::path::Path;

use pedkai_core::{model::Timestamp, wire::CommandRequest};
use pedkai_ui::model::{Aim, Asked, Fate};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{Result, connect, taken};

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
";

/// What an operator did at one stroke: commands with ids of their own, so that sending one twice does it once.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    /// Its number.
    pub number: i64,
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
}

impl Outbox {
    /// Opens the one in `folder`. A damaged one is put aside.
    ///
    /// # Errors
    /// Another window holds it, or a disk that refuses.
    pub fn open(folder: &Path) -> Result<Self> {
        let file = folder.join("outbox.db");
        match Self::whole(&file) {
            Err(error) if !taken(&error) => {
                tracing::error!(%error, "the commands that wait cannot be read: outbox.db is put aside as outbox.unreadable");
                for (left, aside) in [("outbox.db", "outbox.unreadable"), ("outbox.db-wal", "outbox.unreadable-wal")] {
                    // What is not there need not go; what stays is told by opening it.
                    let _ = std::fs::rename(folder.join(left), folder.join(aside));
                }
                Self::whole(&file)
            }
            other => other,
        }
    }

    fn whole(file: &Path) -> Result<Self> {
        let connection = connect(file, true)?;
        connection.execute_batch(SCHEMA)?;
        let outbox = Self { connection };
        outbox.letters()?;
        outbox.returned()?;
        Ok(outbox)
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
            transaction
                .prepare_cached("INSERT INTO letter (number, asked) VALUES (?1, ?2)")?
                .execute(params![number, text(&letter.asked)?])?;
            for request in &letter.requests {
                transaction
                    .prepare_cached("INSERT OR IGNORE INTO command (letter, id, request) VALUES (?1, ?2, ?3)")?
                    .execute(params![number, request.id.as_bytes(), text(request)?])?;
            }
        }
        for old in instead_of {
            transaction.prepare_cached("DELETE FROM returned WHERE id = ?1")?.execute([old.as_bytes()])?;
        }
        transaction.commit()
    }

    /// Takes answered commands out and keeps those that came back refused, both or neither.
    ///
    /// # Errors
    /// Disk full, or a disk that refuses.
    pub fn answered(&mut self, requests: &[CommandRequest], returned: &[&Returned]) -> Result<()> {
        let transaction = self.connection.transaction()?;
        for one in returned {
            transaction
                .prepare_cached("INSERT OR REPLACE INTO returned (id, returned) VALUES (?1, ?2)")?
                .execute(params![one.asked.id.as_bytes(), text(one)?])?;
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

    /// What waits, oldest first. A command that cannot be read any more is told in the log and stays where it is.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn letters(&self) -> Result<Vec<Letter>> {
        let sql = "SELECT letter, request, asked FROM command LEFT JOIN letter ON letter.number = letter ORDER BY command.number";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut found = statement.query([])?;
        let mut letters: Vec<Letter> = Vec::new();
        while let Some(row) = found.next()? {
            let number = row.get(0)?;
            let Some(request) = read::<CommandRequest>(&row.get::<_, String>(1)?) else {
                continue;
            };
            match letters.last_mut().filter(|last| last.number == number) {
                Some(last) => {
                    // One that was kept without a word of what it is about: each of its commands tells of its own.
                    if last.asked.what == last.requests[0].kind {
                        last.asked.aims.extend(unnamed(&request));
                    }
                    last.requests.push(request);
                }
                None => letters.push(Letter {
                    number,
                    asked: row.get::<_, Option<String>>(2)?.and_then(|text| read(&text)).unwrap_or_else(|| bare(&request)),
                    requests: vec![request],
                }),
            }
        }
        Ok(letters)
    }

    /// What came back refused, in no order that means anything.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn returned(&self) -> Result<Vec<Returned>> {
        let mut statement = self.connection.prepare_cached("SELECT returned FROM returned")?;
        let mut found = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = found.next()? {
            all.extend(read::<Returned>(&row.get::<_, String>(0)?));
        }
        Ok(all)
    }
}

fn text(what: &impl Serialize) -> Result<String> {
    serde_json::to_string(what).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

/// What cannot be read any more stays where it is.
fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text)
        .inspect_err(|error| tracing::error!(%error, "a command that waits, or was refused, cannot be read"))
        .ok()
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
