//! Pages of the feed: a snapshot for an empty cursor, a tail for the last one.

use pedkai_core::screen::Row;
use uuid::Uuid;

use super::super::error::JournalError;
use super::super::sqlite::{Result, int, uint};
use super::cursor::Cursor;
use super::{Kind, Rows, View, body, number};

/// One line of the feed.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What it is.
    pub kind: Kind,
    /// Its id.
    pub id: Uuid,
    /// Its content; `None` when it is gone.
    pub row: Option<Row>,
}

/// A page of the feed.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// What changed, in the log's order.
    pub changes: Vec<Change>,
    /// Where to go on.
    pub cursor: String,
    /// Newest cursor there is: when `cursor` equals it, nothing is missing.
    pub head: String,
    /// More can be had at once.
    pub more: bool,
}

struct Found {
    seq: u64,
    kind: u8,
    pos: i64,
    id: [u8; 16],
    body: Option<Vec<u8>>,
}

impl Rows {
    /// The page after a cursor. `newest` is the newest record on the log: a cursor beyond it is not ours.
    ///
    /// # Errors
    /// [`JournalError::Gone`] for a cursor of another tenant's log or of another life of it, one that was never given, or one too old; damaged, or a disk that
    /// refuses.
    pub fn changes(&self, cursor: Option<&str>, limit: usize, newest: u64) -> Result<Page> {
        let limit = limit.max(1);
        self.ask(|view| {
            let life = view.minter.life();
            let from = match cursor {
                Some(text) if !text.is_empty() => Cursor::decode(text)?,
                _ => Cursor {
                    floor: view.applied,
                    seq: 0,
                    ..Cursor::whole(life, 0)
                },
            };
            let horizon = number(view.database, "horizon")?.map_or(0, uint);
            if from.life != life || from.seq.max(from.floor) > newest || from.floor < horizon {
                return Err(JournalError::Gone);
            }
            let mut found = view.after(&from, limit)?;
            let more = found.len() > limit;
            found.truncate(limit);
            let whole = more && whole_records(&mut found, from.floor);
            let cursor = match found.last() {
                Some(last) if whole => Cursor::whole(life, last.seq),
                Some(last) if more => Cursor {
                    life,
                    floor: from.floor.max(last.seq.saturating_sub(1)),
                    seq: last.seq,
                    kind: last.kind,
                    pos: last.pos,
                },
                _ => Cursor::whole(life, view.applied.max(from.seq)),
            };
            Ok(Page {
                changes: found.into_iter().map(|found| view.change(found)).collect::<Result<_>>()?,
                cursor: cursor.encode(),
                head: Cursor::whole(life, view.applied.max(from.seq)).encode(),
                more,
            })
        })
    }
}

/// Lets a page of a tail end with a whole record where at least one fits; true when it does.
fn whole_records(found: &mut Vec<Found>, floor: u64) -> bool {
    let Some(last) = found.last().map(|found| found.seq) else { return false };
    match found.iter().rposition(|found| found.seq != last) {
        Some(end) if found[end].seq > floor => {
            found.truncate(end + 1);
            true
        }
        _ => false,
    }
}

impl View<'_> {
    /// What comes after a cursor, at most `limit` and one.
    fn after(&self, from: &Cursor, limit: usize) -> Result<Vec<Found>> {
        let mut found = Vec::new();
        for kind in Kind::ALL {
            let sql = format!(
                "SELECT seq, pos, id, body FROM {0} WHERE seq >= ?1 AND (seq > ?1 OR ?2) AND (seq > ?1 OR pos > ?3) AND live = 1 ORDER BY seq, pos LIMIT ?4",
                kind.word()
            );
            // Within the cursor's own record, kinds before the last one given are done and kinds after it are not begun.
            let same = kind as u8 >= from.kind;
            let pos = if kind as u8 == from.kind { from.pos } else { i64::MIN };
            self.database.run(|connection| {
                let mut statement = connection.prepare_cached(&sql)?;
                let mut rows = statement.query((int(from.seq), same, pos, limit as i64 + 1))?;
                while let Some(row) = rows.next()? {
                    found.push(Found {
                        seq: uint(row.get(0)?),
                        kind: kind as u8,
                        pos: row.get(1)?,
                        id: row.get(2)?,
                        body: Some(row.get(3)?),
                    });
                }
                Ok(())
            })?;
        }
        self.database.run(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT seq, kind, pos, id FROM gone WHERE (seq, kind, pos) > (?1, ?2, ?3) AND seq > ?4 ORDER BY seq, kind, pos LIMIT ?5")?;
            let mut rows = statement.query((int(from.seq), from.kind, from.pos, int(from.floor), limit as i64 + 1))?;
            while let Some(row) = rows.next()? {
                found.push(Found {
                    seq: uint(row.get(0)?),
                    kind: row.get(1)?,
                    pos: row.get(2)?,
                    id: row.get(3)?,
                    body: None,
                });
            }
            Ok(())
        })?;
        found.sort_by_key(|found| (found.seq, found.kind, found.pos));
        found.truncate(limit + 1);
        Ok(found)
    }

    fn change(&self, found: Found) -> Result<Change> {
        let id = Uuid::from_bytes(found.id);
        let kind = Kind::of_number(found.kind).ok_or_else(|| JournalError::corrupt(&self.database.file, "a row of unknown kind"))?;
        let row = found
            .body
            .map(|bytes| body::decode(self.database, &self.minter, kind, id, &bytes))
            .transpose()?;
        Ok(Change { kind, id, row })
    }
}
