//! One day's file: sorted runs of blocks. What comes in is a new run; many runs become one.

use std::path::Path;

use pedkai_core::model::{EntityId, Name, Point, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use rustc_hash::FxHashMap;

use super::block::{self, Group, Key};
use super::merge::{Ahead, Groups, merge};
use crate::journal::JournalError;
use crate::journal::sqlite::{Database, Result, Sync, int, uint};

const SCHEMA: &str = "
CREATE TABLE metric (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE source (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE series (key BLOB PRIMARY KEY, source INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE run (no INTEGER PRIMARY KEY, samples INTEGER NOT NULL);
CREATE TABLE block (id INTEGER PRIMARY KEY, run INTEGER NOT NULL, first BLOB NOT NULL, last BLOB NOT NULL, body BLOB NOT NULL);
CREATE INDEX block_first ON block (run, first);
CREATE INDEX block_last ON block (run, last);
";
const VERSION: i64 = 1;

/// So many runs may lie beside each other; with more, at least half of them become one.
const RUNS: usize = 8;

/// A series of one day, to be added.
pub(super) struct Piece<'a> {
    pub(super) metric: &'a Name,
    pub(super) entity: EntityId,
    pub(super) source: &'a Name,
    /// In order of time, one an instant.
    pub(super) points: Vec<Point>,
}

/// A day's file, open for writing.
pub(super) struct Partition {
    database: Database,
    start: i64,
}

impl Partition {
    pub(super) fn open(file: &Path, start: i64) -> Result<Self> {
        let database = Database::open(file, Sync::Full, VERSION, SCHEMA)?;
        Ok(Self { database, start })
    }

    /// Adds a run, durably; runs that have become many are merged with it.
    pub(super) fn add(&self, pieces: &[Piece<'_>]) -> Result<()> {
        let added: usize = pieces.iter().map(|piece| piece.points.len()).sum();
        let absorbed = absorb(&self.runs()?, added as u64);
        match self.write(pieces, &absorbed) {
            // A damaged block stays where it is; what is new goes in beside it.
            Err(JournalError::Corrupt { .. }) if !absorbed.is_empty() => self.write(pieces, &[])?,
            other => other?,
        }
        self.database.checkpoint(false)
    }

    /// Makes one run of all and gives back what is free in the file. True when there was anything to do.
    pub(super) fn finish(&self) -> Result<bool> {
        let runs: Vec<i64> = self.runs()?.iter().map(|(no, _)| *no).collect();
        if runs.len() > 1 {
            self.write(&[], &runs)?;
        }
        let [pages, free] = ["page_count", "freelist_count"].map(|what| {
            self.database
                .run(|connection| connection.query_row(&format!("PRAGMA {what}"), [], |row| row.get::<_, i64>(0)))
        });
        let loose = free? * 10 > pages?;
        if loose {
            self.database.run(|connection| connection.execute_batch("PRAGMA temp_store=FILE; VACUUM;"))?;
        }
        if loose || runs.len() > 1 {
            self.database.checkpoint(true)?;
        }
        Ok(loose || runs.len() > 1)
    }

    /// Lets go of everything of an entity, and overwrites where it stood.
    pub(super) fn forget(&self, entity: EntityId) -> Result<()> {
        let known = Reader::new(&self.database, self.start).series_of(entity)?;
        if known.is_empty() {
            return Ok(());
        }
        self.database.run(|connection| connection.execute_batch("PRAGMA secure_delete=ON"))?;
        let runs: Vec<i64> = self.runs()?.iter().map(|(no, _)| *no).collect();
        self.rewrite(&[], &runs, Some(entity))?;
        self.database.checkpoint(true)
    }

    /// Number and samples of each run, the oldest first.
    fn runs(&self) -> Result<Vec<(i64, u64)>> {
        self.database.run(|connection| {
            connection
                .prepare_cached("SELECT no, samples FROM run ORDER BY no")?
                .query_map([], |row| Ok((row.get(0)?, uint(row.get(1)?))))?
                .collect()
        })
    }

    fn write(&self, pieces: &[Piece<'_>], absorbed: &[i64]) -> Result<()> {
        self.rewrite(pieces, absorbed, None)
    }

    fn rewrite(&self, pieces: &[Piece<'_>], absorbed: &[i64], forgotten: Option<EntityId>) -> Result<()> {
        let transaction = self.database.run(Connection::unchecked_transaction)?;
        let fresh = self.number(pieces)?;
        let reader = Reader::new(&self.database, self.start);
        let mut sources = Vec::new();
        for run in absorbed {
            sources.push(Ahead::new(reader.cursor(*run, None, true)?));
        }
        sources.push(Ahead::new(Fresh(Some(fresh))));
        let mut runs = RunWriter::new(&self.database, self.start)?;
        merge(&mut sources, |key, points| {
            if forgotten == Some(key.entity) {
                return Ok(());
            }
            runs.push(key, points)
        })?;
        drop(sources);
        runs.end()?;
        self.database.run(|connection| {
            for run in absorbed {
                connection.prepare_cached("DELETE FROM block WHERE run = ?1")?.execute([run])?;
                connection.prepare_cached("DELETE FROM run WHERE no = ?1")?.execute([run])?;
            }
            if let Some(entity) = forgotten {
                connection.execute("DELETE FROM series WHERE substr(key, 5) = ?1", [entity.0.as_bytes().as_slice()])?;
            }
            Ok(())
        })?;
        self.database.run(|_| transaction.commit())
    }

    /// The pieces by their keys here; metrics, sources and series that are new get their rows.
    fn number(&self, pieces: &[Piece<'_>]) -> Result<Vec<Group>> {
        let mut known: [FxHashMap<Name, u32>; 2] = Default::default();
        let mut number = |which: usize, name: &Name| -> rusqlite::Result<u32> {
            if let Some(no) = known[which].get(name) {
                return Ok(*no);
            }
            let table = ["metric", "source"][which];
            let connection = &self.database.connection;
            connection
                .prepare_cached(&format!("INSERT OR IGNORE INTO {table} (name) VALUES (?1)"))?
                .execute([name.as_str()])?;
            connection
                .prepare_cached(&format!("SELECT no FROM {table} WHERE name = ?1"))?
                .query_row([name.as_str()], |row| row.get(0))
                .inspect(|no| {
                    known[which].insert(name.clone(), *no);
                })
        };
        let mut groups = Vec::with_capacity(pieces.len());
        self.database.run(|connection| {
            let mut put = connection.prepare_cached(
                "INSERT INTO series (key, source) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET source = excluded.source WHERE source <> excluded.source",
            )?;
            for piece in pieces {
                let metric = number(0, piece.metric)?;
                let source = number(1, piece.source)?;
                let entity = piece.entity;
                let key = Key { metric, entity };
                put.execute((key.bytes(), source))?;
                groups.push(Group {
                    key,
                    points: piece.points.clone(),
                });
            }
            Ok(())
        })?;
        groups.sort_by_key(|group| group.key);
        Ok(groups)
    }
}

/// Which of the runs (oldest first) become one with a new one of so many samples.
fn absorb(runs: &[(i64, u64)], added: u64) -> Vec<i64> {
    if runs.len() < RUNS {
        return Vec::new();
    }
    let mut sum = added;
    let mut absorbed = Vec::new();
    for (no, samples) in runs.iter().rev() {
        if absorbed.len() >= RUNS / 2 && *samples > sum {
            break;
        }
        sum += samples;
        absorbed.push(*no);
    }
    absorbed.reverse();
    absorbed
}

struct Fresh(Option<Vec<Group>>);

impl Groups for Fresh {
    fn more(&mut self) -> Result<Vec<Group>> {
        Ok(self.0.take().unwrap_or_default())
    }
}

/// Writes a new run within a transaction.
struct RunWriter<'a> {
    database: &'a Database,
    start: i64,
    run: i64,
    next: i64,
    groups: Vec<Group>,
    waiting: usize,
    samples: usize,
}

impl<'a> RunWriter<'a> {
    fn new(database: &'a Database, start: i64) -> Result<Self> {
        let (run, next) = database.run(|connection| {
            connection.query_row(
                "SELECT coalesce((SELECT max(no) FROM run), 0) + 1, coalesce((SELECT max(id) FROM block), 0) + 1",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
        })?;
        Ok(Self {
            database,
            start,
            run,
            next,
            groups: Vec::new(),
            waiting: 0,
            samples: 0,
        })
    }

    fn push(&mut self, key: Key, points: Vec<Point>) -> Result<()> {
        for points in points.chunks(block::SAMPLES) {
            self.waiting += points.len();
            self.groups.push(Group { key, points: points.to_vec() });
            if self.waiting >= block::SAMPLES {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        let Some((first, last)) = self.groups.first().zip(self.groups.last()) else {
            return Ok(());
        };
        let body = block::encode(&self.groups, self.start).map_err(|problem| JournalError::Unusable {
            file: self.database.file.clone(),
            problem,
        })?;
        self.database.run(|connection| {
            connection
                .prepare_cached("INSERT INTO block (id, run, first, last, body) VALUES (?1, ?2, ?3, ?4, ?5)")?
                .execute((self.next, self.run, first.key.bytes(), last.key.bytes(), body))
        })?;
        self.next += 1;
        self.samples += self.waiting;
        self.waiting = 0;
        self.groups.clear();
        Ok(())
    }

    fn end(mut self) -> Result<()> {
        self.flush()?;
        if self.samples == 0 {
            return Ok(());
        }
        self.database
            .run(|connection| connection.execute("INSERT INTO run (no, samples) VALUES (?1, ?2)", (self.run, int(self.samples as u64))))
            .map(drop)
    }
}

/// Questions to a day's file.
pub(super) struct Reader<'a> {
    database: &'a Database,
    start: i64,
}

impl<'a> Reader<'a> {
    pub(super) fn new(database: &'a Database, start: i64) -> Self {
        Self { database, start }
    }

    pub(super) fn metric(&self, name: &str) -> Result<Option<u32>> {
        self.database.run(|connection| {
            connection
                .prepare_cached("SELECT no FROM metric WHERE name = ?1")?
                .query_row([name], |row| row.get(0))
                .optional()
        })
    }

    /// Number and name of every metric.
    pub(super) fn metrics(&self) -> Result<Vec<(u32, String)>> {
        self.database.run(|connection| {
            connection
                .prepare_cached("SELECT no, name FROM metric ORDER BY name")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
    }

    /// Entity and source of each series of a metric after an entity, in order.
    pub(super) fn of_metric(&self, metric: u32, after: Option<EntityId>, limit: usize) -> Result<Vec<(EntityId, String)>> {
        let (_, most) = Key::of_metric(metric);
        // A metric's number alone comes before each of its keys.
        let after = after.map_or(metric.to_be_bytes().to_vec(), |entity| Key { metric, entity }.bytes().to_vec());
        self.database.run(|connection| {
            connection
                .prepare_cached(
                    "SELECT key, name FROM series JOIN source ON source.no = series.source
                     WHERE key > ?1 AND key <= ?2 ORDER BY key LIMIT ?3",
                )?
                .query_map((after, most.bytes(), limit as i64), |row| {
                    Ok((Key::from_bytes(row.get(0)?).entity, row.get(1)?))
                })?
                .collect()
        })
    }

    /// Metric and source of each series of an entity.
    pub(super) fn series_of(&self, entity: EntityId) -> Result<Vec<(u32, String)>> {
        self.database.run(|connection| {
            let mut find = connection.prepare_cached("SELECT name FROM series JOIN source ON source.no = series.source WHERE key = ?1")?;
            let mut found = Vec::new();
            let metrics: Vec<u32> = connection
                .prepare_cached("SELECT no FROM metric ORDER BY no")?
                .query_map([], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            for metric in metrics {
                if let Some(source) = find.query_row([Key { metric, entity }.bytes()], |row| row.get(0)).optional()? {
                    found.push((metric, source));
                }
            }
            Ok(found)
        })
    }

    /// Everything that has a series.
    pub(super) fn entities(&self) -> Result<Vec<EntityId>> {
        self.database.run(|connection| {
            connection
                .prepare_cached("SELECT DISTINCT substr(key, 5) FROM series")?
                .query_map([], |row| row.get(0).map(|bytes| EntityId(uuid::Uuid::from_bytes(bytes))))?
                .collect()
        })
    }

    pub(super) fn runs(&self) -> Result<Vec<i64>> {
        self.database.run(|connection| {
            connection
                .prepare_cached("SELECT no FROM run ORDER BY no")?
                .query_map([], |row| row.get(0))?
                .collect()
        })
    }

    pub(super) fn samples(&self) -> Result<u64> {
        self.database
            .run(|connection| connection.query_row("SELECT coalesce(sum(samples), 0) FROM run", [], |row| row.get(0).map(uint)))
    }

    /// The points of one series within `from ≤ at < to`, later runs after earlier ones.
    pub(super) fn points(&self, key: Key, from: Timestamp, to: Timestamp, out: &mut Vec<Point>) -> Result<()> {
        for run in self.runs()? {
            let mut cursor = self.cursor(run, Some((key, key)), false)?;
            loop {
                let groups = cursor.more()?;
                if groups.is_empty() {
                    break;
                }
                let points = groups.into_iter().flat_map(|group| group.points);
                out.extend(points.filter(|point| point.at >= from && point.at < to));
            }
        }
        Ok(())
    }

    /// The groups of a run within these keys. A strict one fails at a block that is damaged, any other leaves it out and says so.
    pub(super) fn cursor(&self, run: i64, within: Option<(Key, Key)>, strict: bool) -> Result<Cursor<'a>> {
        let (low, high) = within.unwrap_or((Key::of_metric(0).0, Key::of_metric(u32::MAX).1));
        let (first, last) = self.database.run(|connection| {
            let first: Option<i64> = connection
                .prepare_cached("SELECT id FROM block WHERE run = ?1 AND last >= ?2 ORDER BY last, id LIMIT 1")?
                .query_row((run, low.bytes()), |row| row.get(0))
                .optional()?;
            let last: Option<i64> = connection
                .prepare_cached("SELECT id FROM block WHERE run = ?1 AND first <= ?2 ORDER BY first DESC, id DESC LIMIT 1")?
                .query_row((run, high.bytes()), |row| row.get(0))
                .optional()?;
            Ok((first, last))
        })?;
        let ids = match first.zip(last) {
            Some((first, last)) => first..last + 1,
            None => 0..0,
        };
        Ok(Cursor {
            database: self.database,
            start: self.start,
            ids,
            within: (low, high),
            strict,
        })
    }
}

/// Goes through the blocks of a run.
pub(super) struct Cursor<'a> {
    database: &'a Database,
    start: i64,
    ids: std::ops::Range<i64>,
    within: (Key, Key),
    strict: bool,
}

impl Groups for Cursor<'_> {
    fn more(&mut self) -> Result<Vec<Group>> {
        for id in self.ids.by_ref() {
            let wanted = |key| key >= self.within.0 && key <= self.within.1;
            let groups = self.database.run(|connection| {
                let mut statement = connection.prepare_cached("SELECT body FROM block WHERE id = ?1")?;
                let mut rows = statement.query([id])?;
                Ok(match rows.next()? {
                    Some(row) => block::decode(row.get_ref(0)?.as_blob().unwrap_or_default(), self.start, wanted),
                    None => Ok(Vec::new()),
                })
            })?;
            match groups {
                Ok(groups) if groups.is_empty() => {}
                Ok(groups) => return Ok(groups),
                Err(problem) if self.strict => return Err(JournalError::corrupt(&self.database.file, problem)),
                Err(problem) => {
                    tracing::error!(file = %self.database.file.display(), block = id, %problem, "KPI samples are left out of an answer: restore the file from a backup");
                }
            }
        }
        Ok(Vec::new())
    }
}
