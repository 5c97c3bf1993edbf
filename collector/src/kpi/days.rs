//! The files of the days: which there are, connections to read them by, and the way out for those that are damaged.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use pedkai_core::model::Timestamp;

use super::partition::{Partition, Piece, Reader};
use super::store::lock;
use crate::journal::JournalError;
use crate::journal::sqlite::{Database, Result};

/// A day in microseconds.
pub(super) const DAY: i64 = 86_400_000_000;

/// Number of the day of an instant.
pub(super) fn day_of(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(DAY)
}

pub(super) struct Days {
    folder: PathBuf,
    known: Mutex<Known>,
    idle: Mutex<Vec<Connected>>,
    most_idle: usize,
}

#[derive(Default)]
struct Known {
    /// Each with the number of the file that stands there now.
    days: BTreeMap<i64, u64>,
    files: u64,
    aside: Vec<String>,
}

/// A connection to read by.
pub(super) struct Connected {
    pub(super) day: i64,
    file: u64,
    database: Database,
}

impl Connected {
    pub(super) fn reader(&self) -> Reader<'_> {
        Reader::new(&self.database, self.day * DAY)
    }
}

impl Days {
    pub(super) fn open(folder: &Path, most_idle: usize) -> Result<Self> {
        let io = |error: std::io::Error| JournalError::io(folder, &error);
        let mut known = Known::default();
        for entry in std::fs::read_dir(folder).map_err(io)? {
            let name = entry.map_err(io)?.file_name().to_string_lossy().into_owned();
            if let Some(day) = name.strip_suffix(".db").and_then(parse) {
                known.files += 1;
                known.days.insert(day, known.files);
            } else if name.contains(".damaged-") && !name.ends_with("-wal") && !name.ends_with("-shm") {
                known.aside.push(name);
            }
        }
        known.aside.sort();
        Ok(Self {
            folder: folder.to_owned(),
            known: Mutex::new(known),
            idle: Mutex::default(),
            most_idle,
        })
    }

    fn file(&self, day: i64) -> PathBuf {
        self.folder.join(format!("{}.db", name(day)))
    }

    /// The days from one to another, both included, that have a file.
    pub(super) fn list(&self, from: i64, to: i64) -> Vec<i64> {
        if from > to {
            return Vec::new();
        }
        lock(&self.known).days.range(from..=to).map(|(day, _)| *day).collect()
    }

    pub(super) fn aside(&self) -> Vec<String> {
        lock(&self.known).aside.clone()
    }

    /// A connection to a day's file, within a reading transaction; `None` where there is none, or none that can be read (then it was put
    /// aside).
    pub(super) fn connect(&self, day: i64) -> Result<Option<Connected>> {
        let Some(file) = lock(&self.known).days.get(&day).copied() else {
            return Ok(None);
        };
        let found = {
            let mut idle = lock(&self.idle);
            let at = idle.iter().position(|connected| connected.day == day && connected.file == file);
            at.map(|at| idle.swap_remove(at))
        };
        let connected = match found {
            Some(connected) => Ok(connected),
            None => Database::open_reader(&self.file(day)).map(|database| Connected { day, file, database }),
        };
        let began = connected.and_then(|connected| {
            connected.database.run(|connection| connection.execute_batch("BEGIN"))?;
            // One that was begun and never written to has nothing to say.
            Ok((connected.database.version()? > 0).then_some(connected))
        });
        match began {
            Ok(connected) => Ok(connected),
            // Dropped since.
            Err(_) if !lock(&self.known).days.contains_key(&day) => Ok(None),
            Err(error) => self.give_up(day, file, error).map(|()| None),
        }
    }

    /// Gives a connection back.
    pub(super) fn give_back(&self, connected: Connected) {
        let ended = connected.database.run(|connection| connection.execute_batch("ROLLBACK"));
        let current = lock(&self.known).days.get(&connected.day) == Some(&connected.file);
        let mut idle = lock(&self.idle);
        if ended.is_ok() && current && idle.len() < self.most_idle {
            idle.push(connected);
        }
    }

    /// Asks a day's file. One that is damaged is put aside, and has nothing to say.
    pub(super) fn ask<T>(&self, day: i64, question: impl FnOnce(&Reader<'_>) -> Result<T>) -> Result<Option<T>> {
        let Some(connected) = self.connect(day)? else {
            return Ok(None);
        };
        let answer = question(&connected.reader());
        let file = connected.file;
        match answer {
            Ok(answer) => {
                self.give_back(connected);
                Ok(Some(answer))
            }
            Err(error) => {
                drop(connected);
                self.give_up(day, file, error).map(|()| None)
            }
        }
    }

    /// As [`Days::give_up`], of a connection.
    pub(super) fn give_up_on(&self, connected: Connected, error: JournalError) -> Result<()> {
        let (day, file) = (connected.day, connected.file);
        drop(connected);
        self.give_up(day, file, error)
    }

    /// Puts a file that is damaged aside; any other error is the caller's.
    fn give_up(&self, day: i64, file: u64, error: JournalError) -> Result<()> {
        if !matches!(error, JournalError::Corrupt { .. }) {
            return Err(error);
        }
        self.put_aside(day, file, &error)
    }

    fn put_aside(&self, day: i64, file: u64, error: &JournalError) -> Result<()> {
        let mut known = lock(&self.known);
        if known.days.get(&day) != Some(&file) {
            return Ok(());
        }
        lock(&self.idle).retain(|connected| connected.day != day);
        let from = self.file(day);
        let aside = put_aside(&from)?;
        tracing::error!(%error, aside = %aside, day = %name(day), "a day of KPI samples is damaged and was put aside; all other days go on. Restore that file from a backup");
        known.days.remove(&day);
        known.aside.push(aside);
        Ok(())
    }

    /// Adds to a day's file, which is made where there is none; one that is damaged is put aside first. Only one at a time may write.
    pub(super) fn add(&self, day: i64, pieces: &[Piece<'_>]) -> Result<()> {
        match self.try_add(day, pieces) {
            Err(error @ JournalError::Corrupt { .. }) => {
                let file = lock(&self.known).days.get(&day).copied();
                self.put_aside(day, file.unwrap_or_default(), &error)?;
                self.try_add(day, pieces)
            }
            other => other,
        }
    }

    fn try_add(&self, day: i64, pieces: &[Piece<'_>]) -> Result<()> {
        let partition = Partition::open(&self.file(day), day * DAY)?;
        let mut known = lock(&self.known);
        if !known.days.contains_key(&day) {
            crate::journal::sync_folder(&self.folder);
            known.files += 1;
            let file = known.files;
            known.days.insert(day, file);
        }
        drop(known);
        partition.add(pieces)
    }

    /// Writes to a day's file where there is one; one that is damaged is put aside.
    pub(super) fn change<T>(&self, day: i64, work: impl FnOnce(&Partition) -> Result<T>) -> Result<Option<T>> {
        let Some(file) = lock(&self.known).days.get(&day).copied() else {
            return Ok(None);
        };
        match Partition::open(&self.file(day), day * DAY).and_then(|partition| work(&partition)) {
            Ok(done) => Ok(Some(done)),
            Err(error) => self.give_up(day, file, error).map(|()| None),
        }
    }

    /// Lets a whole day go.
    pub(super) fn remove(&self, day: i64) -> Result<()> {
        let mut known = lock(&self.known);
        lock(&self.idle).retain(|connected| connected.day != day);
        let file = self.file(day);
        for beside in ["", "-wal", "-shm"] {
            let mut path = file.as_os_str().to_owned();
            path.push(beside);
            match std::fs::remove_file(&path) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(JournalError::io(&file, &error)),
            }
        }
        known.days.remove(&day);
        Ok(())
    }

    /// A number that is another one after every change of a day's file.
    pub(super) fn mark(&self, day: i64) -> u64 {
        let number = lock(&self.known).days.get(&day).copied().unwrap_or_default();
        let mut told = number.to_be_bytes().to_vec();
        for beside in ["", "-wal"] {
            let mut path = self.file(day).into_os_string();
            path.push(beside);
            let meta = std::fs::metadata(&path).ok();
            let written = meta.as_ref().and_then(|meta| meta.modified().ok());
            let since = written.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok()).unwrap_or_default();
            told.extend(meta.map_or(0, |meta| meta.len()).to_be_bytes());
            told.extend(since.as_nanos().to_be_bytes());
        }
        xxhash_rust::xxh3::xxh3_64(&told)
    }

    /// When a day's file was last written to; `None` where the system does not say.
    pub(super) fn written(&self, day: i64) -> Option<std::time::SystemTime> {
        std::fs::metadata(self.file(day)).and_then(|meta| meta.modified()).ok()
    }

    /// Closes what is open and not in use.
    pub(super) fn close(&self) {
        lock(&self.idle).clear();
    }
}

/// Renames a damaged file and what lies beside it; gives its new name.
pub(super) fn put_aside(file: &Path) -> Result<String> {
    let io = |error: std::io::Error| JournalError::io(file, &error);
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let free = (1_u32..).find(|number| !file.with_file_name(format!("{name}.damaged-{number}")).exists());
    let aside = format!("{name}.damaged-{}", free.unwrap_or_default());
    std::fs::rename(file, file.with_file_name(&aside)).map_err(io)?;
    for beside in ["-wal", "-shm"] {
        let from = file.with_file_name(format!("{name}{beside}"));
        if from.exists() {
            std::fs::rename(&from, file.with_file_name(format!("{aside}{beside}"))).map_err(io)?;
        }
    }
    Ok(aside)
}

/// `2026-11-22`.
fn name(day: i64) -> String {
    Timestamp::from_micros(day.saturating_mul(DAY)).to_string().chars().take(10).collect()
}

fn parse(name: &str) -> Option<i64> {
    (name.len() == 10)
        .then(|| Timestamp::parse(&format!("{name}T00:00:00Z")).ok().map(day_of))
        .flatten()
}
