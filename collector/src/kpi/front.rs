use std::path::Path;

use super::batch::Batch;
use crate::journal::JournalError;
use crate::journal::sqlite::{Database, Result, Sync, int, uint};

const SCHEMA: &str = "CREATE TABLE batch (seq INTEGER PRIMARY KEY, body BLOB NOT NULL);";
const VERSION: i64 = 1;

/// What was committed goes into the file itself once so much has gathered beside it.
const BESIDE: u64 = 16 << 20;

/// The batches that are not sorted into their days yet.
pub(super) struct Front {
    database: Database,
    next: u64,
}

impl Front {
    /// Opens it and hands over what it holds, in order.
    pub(super) fn open(file: &Path, mut take: impl FnMut(Batch, u64)) -> Result<Self> {
        let database = Database::open(file, Sync::Full, VERSION, SCHEMA)?;
        let mut next = 1;
        database.run(|connection| {
            let mut statement = connection.prepare("SELECT seq, body FROM batch ORDER BY seq")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let seq = uint(row.get(0)?);
                next = seq + 1;
                match Batch::decode(row.get_ref(1)?.as_blob().unwrap_or_default()) {
                    Some(batch) => take(batch, seq),
                    None => tracing::error!(file = %file.display(), seq, "a batch of KPI samples is damaged and left out; the rest goes on"),
                }
            }
            Ok(())
        })?;
        Ok(Self { database, next })
    }

    /// Makes batches durable with one sync; gives the number of the first.
    pub(super) fn append<'a>(&mut self, bodies: impl Iterator<Item = &'a [u8]>) -> Result<u64> {
        let first = self.next;
        let mut seq = first;
        let appended = self.database.run(|connection| {
            let transaction = connection.unchecked_transaction()?;
            {
                let mut insert = transaction.prepare_cached("INSERT INTO batch (seq, body) VALUES (?1, ?2)")?;
                for body in bodies {
                    insert.execute((int(seq), body))?;
                    seq += 1;
                }
            }
            transaction.commit()
        });
        if appended.is_err() {
            // Whether it was committed is open until the file is read again: the number is not used twice.
            self.next = seq + 1;
        }
        appended?;
        self.next = seq;
        if let Err(error) = self.database.tidy(BESIDE) {
            tracing::warn!(%error, "the front of the KPI samples grows until this works");
        }
        Ok(first)
    }

    /// Lets go of the batches up to a number.
    pub(super) fn remove(&mut self, upto: u64) -> Result<()> {
        self.database
            .run(|connection| connection.execute("DELETE FROM batch WHERE seq <= ?1", [int(upto)]).map(drop))
    }

    /// Empties the file beside it.
    pub(super) fn close(&self) -> Result<()> {
        self.database.checkpoint(true)
    }
}

/// The same error once more, for everyone whose batch was in the same commit.
pub(super) fn again(error: &JournalError) -> JournalError {
    match error {
        JournalError::Full(path) => JournalError::Full(path.clone()),
        JournalError::Corrupt { file, problem } => JournalError::Corrupt {
            file: file.clone(),
            problem: problem.clone(),
        },
        JournalError::Unusable { file, problem } => JournalError::Unusable {
            file: file.clone(),
            problem: problem.clone(),
        },
        other => JournalError::BadRequest(other.to_string()),
    }
}
