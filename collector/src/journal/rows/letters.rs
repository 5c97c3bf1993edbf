//! Dead letters of a tenant: events that could not be read, findable by their place on the log.

use pedkai_core::model::{Event, IdKind, Minter, Name, SourceKind, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use super::super::error::JournalError;
use super::super::sqlite::{Result, int, uint};
use super::cursor::{list_cursor, read_list_cursor};
use super::{Kind, Listed, Rows, View};

/// An event that could not be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Letter {
    /// Record and index of the event.
    pub place: (u64, u32),
    /// Id of the event, and so of the letter.
    pub id: Uuid,
    /// When it came in, log's time.
    pub at: Timestamp,
    /// Why it could not be read, in a sentence.
    pub reason: Name,
    /// All that came in.
    pub event: Event,
    /// When it was handed in anew.
    pub redriven_at: Option<Timestamp>,
}

impl Letter {
    /// The key with which this letter is handed in anew, so that it counts once however often that is asked for.
    #[must_use]
    pub fn redrive_key(&self) -> u64 {
        redrive_key(self.id)
    }
}

fn redrive_key(id: Uuid) -> u64 {
    xxhash_rust::xxh3::xxh3_64_with_seed(id.as_bytes(), 0x7265_6472_6976_6500)
}

pub(super) fn write(connection: &Connection, letters: &[Letter], redriven: &[(u64, Timestamp)]) -> rusqlite::Result<()> {
    let mut put = connection.prepare_cached(
        "INSERT OR IGNORE INTO letter (pos, at, source, address, reason, event, redrive, redriven_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL)",
    )?;
    for letter in letters {
        let event = minicbor::to_vec(&letter.event).unwrap_or_default();
        put.execute((
            int((letter.place.0 << 20) | u64::from(letter.place.1)),
            letter.at.as_micros(),
            letter.event.source as u8,
            letter.event.source_address.as_str(),
            letter.reason.as_str(),
            event,
            letter.redrive_key().cast_signed(),
        ))?;
    }
    let mut mark = connection.prepare_cached("UPDATE letter SET redriven_at = ?2 WHERE redrive = ?1 AND redriven_at IS NULL")?;
    for (key, at) in redriven {
        mark.execute((key.cast_signed(), at.as_micros()))?;
    }
    Ok(())
}

impl super::RowsWriter {
    /// Keys of the dead letters that were not handed in anew.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn redrive_keys(&self) -> Result<Vec<u64>> {
        self.database().run(|connection| {
            connection
                .prepare("SELECT redrive FROM letter WHERE redriven_at IS NULL")?
                .query_map([], |row| row.get(0).map(uint))?
                .collect()
        })
    }
}

impl Rows {
    /// Dead letters, newest first.
    ///
    /// # Errors
    /// A cursor that cannot be read; damaged, or a disk that refuses.
    pub fn letters(&self, source: Option<SourceKind>, next: Option<&str>, limit: usize) -> Result<Listed<Letter>> {
        let before = next.map(read_list_cursor).transpose()?.unwrap_or(i64::MAX);
        self.ask(|view| {
            let found: Vec<Kept> = view.database.run(|connection| {
                connection
                    .prepare_cached(
                        "SELECT pos, at, reason, event, redriven_at FROM letter WHERE pos < ?1 AND (?2 IS NULL OR source = ?2) ORDER BY pos DESC LIMIT ?3",
                    )?
                    .query_map((before, source.map(|source| source as u8), limit as i64 + 1), kept)?
                    .collect()
            })?;
            let more = found.len() > limit;
            let next = found.get(limit.wrapping_sub(1)).filter(|_| more).map(|kept| list_cursor(kept.0));
            let items = found.into_iter().take(limit).map(|kept| letter(view, kept)).collect::<Result<_>>()?;
            Ok(Listed { items, next })
        })
    }

    /// The dead letter with this id.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn letter(&self, id: Uuid) -> Result<Option<Letter>> {
        self.ask(|view| {
            let Some(position) = view.minter.position(IdKind::Event, id) else {
                return Ok(None);
            };
            let pos = int((position.seq << 20) | u64::from(position.index));
            let found = view.database.run(|connection| {
                connection
                    .prepare_cached("SELECT pos, at, reason, event, redriven_at FROM letter WHERE pos = ?1")?
                    .query_row([pos], kept)
                    .optional()
            })?;
            found.map(|kept| letter(view, kept)).transpose()
        })
    }

    /// How many dead letters there are that were not handed in anew.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn letters_waiting(&self) -> Result<u64> {
        self.ask(|view| {
            view.database.run(|connection| {
                connection
                    .prepare_cached("SELECT count(*) FROM letter WHERE redriven_at IS NULL")?
                    .query_row([], |row| row.get(0).map(uint))
            })
        })
    }

    /// Records that touched an alarm or an incident in more than its count, oldest first, from `first` on, at most `limit`.
    ///
    /// # Errors
    /// Damaged, or a disk that refuses.
    pub fn touches(&self, kind: Kind, id: Uuid, first: u64, limit: usize) -> Result<Vec<u64>> {
        self.ask(|view| {
            let pos = super::place(&view.minter, kind, id);
            view.database.run(|connection| {
                connection
                    .prepare_cached("SELECT seq FROM touch WHERE kind = ?1 AND pos = ?2 AND seq >= ?3 ORDER BY seq LIMIT ?4")?
                    .query_map((kind as u8, pos, int(first), limit as i64), |row| row.get(0).map(uint))?
                    .collect()
            })
        })
    }
}

type Kept = (i64, i64, String, Vec<u8>, Option<i64>);

fn kept(row: &rusqlite::Row<'_>) -> rusqlite::Result<Kept> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
}

fn letter(view: &View<'_>, (pos, at, reason, event, redriven_at): Kept) -> Result<Letter> {
    let pos = uint(pos);
    let place = (pos >> 20, (pos & 0xf_ffff) as u32);
    Ok(Letter {
        place,
        id: letter_id(&view.minter, place),
        at: Timestamp::from_micros(at),
        reason: Name::from(reason),
        event: minicbor::decode(&event).map_err(|error| JournalError::corrupt(&view.database.file, format!("a dead letter: {error}")))?,
        redriven_at: redriven_at.map(Timestamp::from_micros),
    })
}

/// The id of the letter at a place.
pub(crate) fn letter_id(minter: &Minter, place: (u64, u32)) -> Uuid {
    minter.mint(IdKind::Event, place.0, place.1)
}
