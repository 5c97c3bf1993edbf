use std::path::Path;

use pedkai_core::model::Timestamp;
use pedkai_core::pipeline::Record;
use rusqlite::OptionalExtension;

use super::super::error::JournalError;
use super::super::sqlite::{Database, Result, int};
use super::{Anchor, Hash, Head, NO_HASH, chain, retire, seq_of, stored_hash, time};

/// Longest record that is unpacked; a damaged length must not take all memory.
const LONGEST: usize = 1 << 30;

/// A reading end of a tenant's log; as many as wanted, beside the writer.
pub struct LogReader {
    database: Database,
}

/// What checking the chain found when it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Records checked.
    pub records: u64,
    /// Sequence of the first of them.
    pub first: u64,
    /// Sequence of the last of them.
    pub last: u64,
    /// Hash of the last of them.
    pub hash: Hash,
}

pub(super) fn head(database: &Database) -> Result<Head> {
    let newest = database.run(|connection| {
        connection
            .query_row("SELECT seq, at, epoch, hash FROM record ORDER BY seq DESC LIMIT 1", [], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, u16>(2)?, row.get::<_, Vec<u8>>(3)?))
            })
            .optional()
    })?;
    if let Some((seq, at, epoch, hash)) = newest {
        return Ok(Head {
            seq: seq_of(seq),
            at: time(at),
            hash: stored_hash(&database.file, &hash)?,
            epoch,
        });
    }
    let anchor = retire::anchor_head(database)?;
    Ok(anchor.unwrap_or(Head {
        seq: 0,
        at: Timestamp::EPOCH,
        hash: NO_HASH,
        epoch: 0,
    }))
}

impl LogReader {
    /// Opens a log for reading.
    ///
    /// # Errors
    /// Not there, damaged, or a disk that refuses.
    pub fn open(file: &Path) -> Result<Self> {
        Ok(Self {
            database: Database::open_reader(file)?,
        })
    }

    /// Where the log ends.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn head(&self) -> Result<Head> {
        head(&self.database)
    }

    /// The anchor: the state as of the newest retired record; `None` while the log is whole.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn anchor(&self) -> Result<Option<Anchor>> {
        retire::anchor(&self.database)
    }

    /// The record with this number; `None` where there is none, or no longer.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn record(&self, seq: u64) -> Result<Option<Record>> {
        let blob = self.database.run(|connection| {
            connection
                .prepare_cached("SELECT blob FROM record WHERE seq = ?1")?
                .query_row([int(seq)], |row| row.get::<_, Vec<u8>>(0))
                .optional()
        })?;
        blob.map(|blob| self.unpack(seq, &blob)).transpose()
    }

    /// Hash of the record with this number, or of the anchor; `None` where it is unknown.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn hash(&self, seq: u64) -> Result<Option<Hash>> {
        let found: Option<Vec<u8>> = self.database.run(|connection| {
            connection
                .prepare_cached("SELECT hash FROM record WHERE seq = ?1 UNION ALL SELECT hash FROM anchor WHERE seq = ?1 LIMIT 1")?
                .query_row([int(seq)], |row| row.get(0))
                .optional()
        })?;
        found.map(|hash| stored_hash(&self.database.file, &hash)).transpose()
    }

    fn unpack(&self, seq: u64, blob: &[u8]) -> Result<Record> {
        let damaged = |problem: String| JournalError::corrupt(&self.database.file, format!("record {seq}: {problem}"));
        let length = zstd::bulk::Decompressor::upper_bound(blob).unwrap_or(LONGEST).min(LONGEST);
        let bytes = zstd::bulk::decompress(blob, length).map_err(|error| damaged(error.to_string()))?;
        let record = Record::decode(&bytes).map_err(|error| damaged(error.to_string()))?;
        if record.header.seq != seq {
            return Err(damaged(format!("it says that it is record {}", record.header.seq)));
        }
        Ok(record)
    }

    /// Calls `take` with each record from `first` on, in order, until it says false or the log ends.
    ///
    /// # Errors
    /// Damaged, or what `take` says.
    pub fn each(&self, first: u64, mut take: impl FnMut(Record) -> Result<bool>) -> Result<()> {
        let mut next = first.max(self.first()?);
        while let Some(record) = self.record(next)? {
            if !take(record)? {
                return Ok(());
            }
            next += 1;
        }
        let end = self.head()?.seq;
        if next <= end {
            return Err(JournalError::Chain {
                file: self.database.file.clone(),
                seq: next,
                problem: "is missing".to_owned(),
            });
        }
        Ok(())
    }

    /// Sequence of the oldest record that can be read; one past the end where there is none.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn first(&self) -> Result<u64> {
        Ok(retire::anchor_place(&self.database)?.map_or(1, |(seq, _)| seq + 1))
    }

    /// Sequence of the first record at or after an instant; one past the end where there is none.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn seek(&self, at: Timestamp) -> Result<u64> {
        let (mut low, mut high) = (self.first()?, self.head()?.seq + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.at(middle)?.is_some_and(|found| found < at) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    fn at(&self, seq: u64) -> Result<Option<Timestamp>> {
        self.database.run(|connection| {
            connection
                .prepare_cached("SELECT at FROM record WHERE seq = ?1")?
                .query_row([int(seq)], |row| row.get(0).map(time))
                .optional()
        })
    }

    /// Numbers of the newest records below `before` that hold events (or unmapped ones), newest first, at most `limit`.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn with_events(&self, before: u64, unmapped: bool, limit: usize) -> Result<Vec<u64>> {
        let first = self.first()?;
        let sql = if unmapped {
            "SELECT seq FROM record WHERE unmapped > 0 AND seq < ?1 AND seq >= ?2 ORDER BY seq DESC LIMIT ?3"
        } else {
            "SELECT seq FROM record WHERE events > 0 AND seq < ?1 AND seq >= ?2 ORDER BY seq DESC LIMIT ?3"
        };
        self.database.run(|connection| {
            connection
                .prepare_cached(sql)?
                .query_map((int(before.min(i64::MAX as u64)), int(first), limit as i64), |row| row.get(0).map(seq_of))?
                .collect()
        })
    }

    /// Walks the whole chain from the anchor on.
    ///
    /// # Errors
    /// Names the first record that was changed, is missing or stands in another's place.
    pub fn verify(&self) -> Result<Verified> {
        let file = &self.database.file;
        let wrong = |seq: u64, problem: &str| JournalError::Chain {
            file: file.clone(),
            seq,
            problem: problem.to_owned(),
        };
        let (anchored, mut hash) = retire::anchor_place(&self.database)?.unwrap_or((0, NO_HASH));
        let mut last = anchored;
        let mut statement = self
            .database
            .run(|connection| connection.prepare("SELECT seq, hash, blob FROM record WHERE seq > ?1 ORDER BY seq"))?;
        let sql = |error: rusqlite::Error| JournalError::sqlite(file, &error);
        let mut rows = statement.query([int(anchored)]).map_err(sql)?;
        while let Some(row) = rows.next().map_err(sql)? {
            let seq = seq_of(row.get(0).map_err(sql)?);
            let stored: Vec<u8> = row.get(1).map_err(sql)?;
            let blob: Vec<u8> = row.get(2).map_err(sql)?;
            if seq != last + 1 {
                return Err(wrong(last + 1, "is missing"));
            }
            let expected = chain(&hash, &blob);
            if stored != expected {
                return Err(wrong(seq, "was changed, or does not follow the one before it"));
            }
            let record = self.unpack(seq, &blob).map_err(|error| wrong(seq, &format!("cannot be read: {error}")))?;
            if record.header.previous != hash {
                return Err(wrong(seq, "stands in another record's place"));
            }
            hash = expected;
            last = seq;
        }
        Ok(Verified {
            records: last - anchored,
            first: anchored + 1,
            last,
            hash,
        })
    }
}
