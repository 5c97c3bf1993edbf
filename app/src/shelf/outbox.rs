use std::path::Path;

use pedkai_core::wire::CommandRequest;
use rusqlite::{Connection, params};

use super::{Result, connect, taken};

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS command (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    letter INTEGER NOT NULL,
    id BLOB NOT NULL UNIQUE,
    request TEXT NOT NULL
);
";

/// What an operator did at one stroke: a command with an id for each target, so that sending it twice does it once.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    /// Its number.
    pub number: i64,
    /// What nobody answered yet.
    pub requests: Vec<CommandRequest>,
}

/// Commands until they are answered, on the disk: neither a crash nor a shift's end loses one.
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
        Ok(outbox)
    }

    /// Puts a letter in; on disk when this returns. Gives its number.
    ///
    /// # Errors
    /// Disk full, or a disk that refuses.
    pub fn put(&mut self, requests: &[CommandRequest]) -> Result<i64> {
        let transaction = self.connection.transaction()?;
        let letter: i64 = transaction.query_row("SELECT coalesce(max(letter), 0) + 1 FROM command", [], |row| row.get(0))?;
        for request in requests {
            let text = serde_json::to_string(request).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
            transaction
                .prepare_cached("INSERT OR IGNORE INTO command (letter, id, request) VALUES (?1, ?2, ?3)")?
                .execute(params![letter, request.id.as_bytes(), text])?;
        }
        transaction.commit()?;
        Ok(letter)
    }

    /// Takes answered commands out.
    ///
    /// # Errors
    /// A disk that refuses.
    pub fn answered(&mut self, requests: &[CommandRequest]) -> Result<()> {
        let transaction = self.connection.transaction()?;
        for request in requests {
            transaction
                .prepare_cached("DELETE FROM command WHERE id = ?1")?
                .execute([request.id.as_bytes()])?;
        }
        transaction.commit()
    }

    /// What waits, oldest first. A command that cannot be read any more is told in the log and stays where it is.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn letters(&self) -> Result<Vec<Letter>> {
        let mut statement = self.connection.prepare_cached("SELECT letter, request FROM command ORDER BY number")?;
        let mut found = statement.query([])?;
        let mut letters: Vec<Letter> = Vec::new();
        while let Some(row) = found.next()? {
            let (number, text): (i64, String) = (row.get(0)?, row.get(1)?);
            let request = match serde_json::from_str(&text) {
                Ok(request) => request,
                Err(error) => {
                    tracing::error!(%error, "a command that waits cannot be read");
                    continue;
                }
            };
            match letters.last_mut().filter(|last| last.number == number) {
                Some(last) => last.requests.push(request),
                None => letters.push(Letter {
                    number,
                    requests: vec![request],
                }),
            }
        }
        Ok(letters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pedkai_core::model::Name;
    use uuid::Uuid;

    fn request(number: u128, kind: &str) -> CommandRequest {
        CommandRequest {
            id: Uuid::from_u128(number),
            kind: kind.to_owned(),
            target: None,
            filter: None,
            expect: None,
            text: Name::EMPTY,
            until: None,
            to: None,
            status: None,
        }
    }

    #[test]
    fn what_was_not_answered_is_there_after_a_crash_in_the_order_it_was_done() {
        let folder = tempfile::tempdir().unwrap();
        let mut outbox = Outbox::open(folder.path()).unwrap();
        outbox.put(&[request(1, "ack"), request(2, "ack")]).unwrap();
        outbox.put(&[request(3, "own")]).unwrap();
        outbox.answered(&[request(1, "ack")]).unwrap();
        drop(outbox);
        let letters = Outbox::open(folder.path()).unwrap().letters().unwrap();
        let found: Vec<Vec<u128>> = letters
            .iter()
            .map(|letter| letter.requests.iter().map(|one| one.id.as_u128()).collect())
            .collect();
        assert_eq!(found, [vec![2], vec![3]]);
    }

    #[test]
    fn a_damaged_outbox_is_put_aside_and_not_deleted() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("outbox.db"), b"no database at all, but long enough to be looked at").unwrap();
        let mut outbox = Outbox::open(folder.path()).unwrap();
        outbox.put(&[request(1, "ack")]).unwrap();
        assert_eq!(outbox.letters().unwrap().len(), 1);
        assert!(folder.path().join("outbox.unreadable").exists());
    }

    #[test]
    fn a_second_window_does_not_send_what_the_first_holds() {
        let folder = tempfile::tempdir().unwrap();
        let mut outbox = Outbox::open(folder.path()).unwrap();
        outbox.put(&[request(1, "ack")]).unwrap();
        assert!(Outbox::open(folder.path()).is_err_and(|error| taken(&error)));
    }
}
