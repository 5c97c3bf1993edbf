use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use pedkai_core::model::{EntityId, Sample, Timestamp};

use super::batch::Batch;
use super::days::{DAY, Days, day_of, put_aside};
use super::front::{Front, again};
use super::mem::Mem;
use super::{Limits, Usage};
use crate::journal::JournalError;
use crate::journal::sqlite::Result;

/// Locks what no panic leaves half done.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The samples of one tenant. Cheap to clone; everything blocks on the disk. Its files are opened when it is first used, and again after
/// [`Store::rest`].
#[derive(Clone)]
pub struct Store {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    folder: PathBuf,
    limits: Limits,
    open: RwLock<Option<Open>>,
    /// A settling runs in the background.
    busy: AtomicBool,
    trouble: Mutex<Option<String>>,
}

pub(super) struct Open {
    pub(super) front: Mutex<Front>,
    waiting: Mutex<Vec<Ticket>>,
    pub(super) mems: RwLock<Mems>,
    pub(super) days: Days,
    /// Held by whoever writes to the files of the days.
    pub(super) settling: Mutex<()>,
    /// A front that was damaged and is put aside.
    aside: Vec<String>,
}

/// What is in memory: what comes in now, and what is being sorted into its days.
#[derive(Default)]
pub(super) struct Mems {
    pub(super) active: Mem,
    pub(super) frozen: Option<Arc<Mem>>,
}

/// A batch that waits for the commit that it shares with others.
struct Ticket {
    batch: Batch,
    body: Vec<u8>,
    done: Arc<Mutex<Option<Result<()>>>>,
}

/// An open store, while it is used.
pub(super) struct InUse<'a>(RwLockReadGuard<'a, Option<Open>>);

impl InUse<'_> {
    pub(super) fn get(&self) -> Result<&Open> {
        self.0.as_ref().ok_or(JournalError::Gone)
    }
}

impl Store {
    /// The store in a folder, which need not exist and is made by the first sample. Touches no file.
    #[must_use]
    pub fn new(folder: PathBuf, limits: Limits) -> Self {
        Self {
            inner: Arc::new(Inner {
                folder,
                limits,
                open: RwLock::new(None),
                busy: AtomicBool::new(false),
                trouble: Mutex::default(),
            }),
        }
    }

    /// The store in a folder, opened at once.
    ///
    /// # Errors
    /// A folder or front that cannot be used. A damaged front is put aside with a word in the log.
    pub fn open(folder: &Path, limits: Limits) -> Result<Self> {
        let store = Self::new(folder.to_owned(), limits);
        store.inner.opened()?.get()?;
        Ok(store)
    }

    /// Keeps samples: all of them are on the disk when this returns, and every later question sees them. Of several samples of the same
    /// entity, metric and time the last one written counts.
    ///
    /// # Errors
    /// A value that is not finite, a disk that is full or refuses: then nothing of it is promised, and nothing that was promised is lost.
    pub fn write(&self, samples: &[Sample]) -> Result<()> {
        if let Some(wrong) = samples.iter().find(|sample| !sample.value.is_finite()) {
            return Err(JournalError::BadRequest(format!("the value of {} is not a finite number", wrong.metric)));
        }
        if samples.is_empty() {
            return Ok(());
        }
        let inner = &self.inner;
        let most = inner.limits.front_samples;
        let batch = Batch::of(samples);
        let body = batch.encode();
        let using = inner.opened()?;
        let open = using.get()?;
        if open.active() >= most.saturating_mul(2) {
            open.settle().inspect_err(|error| inner.tell(Some(error)))?;
        }
        open.append(batch, body)?;
        if open.active() >= most && !inner.busy.swap(true, Ordering::AcqRel) {
            let inner = inner.clone();
            std::thread::spawn(move || inner.settle_in_background());
        }
        Ok(())
    }

    /// Sorts what waits in the front into its days.
    ///
    /// # Errors
    /// A disk that is full or refuses; everything stays where it is.
    pub fn settle(&self) -> Result<()> {
        let Some(using) = self.inner.existing()? else {
            return Ok(());
        };
        let settled = using.get()?.settle();
        self.inner.tell(settled.as_ref().err());
        settled
    }

    /// Settles, then makes one run of each day but the newest that still has several: questions about it are quicker, its file is smaller.
    /// Does at most `days` of them; gives how many were done.
    ///
    /// # Errors
    /// A disk that is full or refuses; everything stays where it is.
    pub fn tidy(&self, days: usize) -> Result<usize> {
        self.settle()?;
        let Some(using) = self.inner.existing()? else {
            return Ok(0);
        };
        using.get()?.finish(days)
    }

    /// Lets go of the days that ended before an instant.
    ///
    /// # Errors
    /// A file that cannot be removed.
    pub fn drop_before(&self, time: Timestamp) -> Result<usize> {
        self.drop_days(time, |_| true)
    }

    /// As [`Store::drop_before`], but days that were written to since then stay: what is imported of the past is kept as long as what is new.
    ///
    /// # Errors
    /// A file that cannot be removed.
    pub fn retire(&self, before: Timestamp) -> Result<usize> {
        let since = std::time::UNIX_EPOCH + std::time::Duration::from_micros(before.as_micros().unsigned_abs());
        self.drop_days(before, |written| written.is_none_or(|written| written < since))
    }

    fn drop_days(&self, time: Timestamp, old: impl Fn(Option<std::time::SystemTime>) -> bool) -> Result<usize> {
        let Some(using) = self.inner.existing()? else {
            return Ok(0);
        };
        let open = using.get()?;
        let _settling = lock(&open.settling);
        let mut dropped = 0;
        for day in open.days.list(i64::MIN, day_of(time) - 1) {
            if (day + 1) * DAY <= time.as_micros() && old(open.days.written(day)) {
                open.days.remove(day)?;
                dropped += 1;
            }
        }
        Ok(dropped)
    }

    /// Forgets everything that was written of an entity before this call.
    ///
    /// # Errors
    /// A disk that is full or refuses; call it again then.
    pub fn forget(&self, entity: EntityId) -> Result<()> {
        let Some(using) = self.inner.existing()? else {
            return Ok(());
        };
        let open = using.get()?;
        open.settle()?;
        let _settling = lock(&open.settling);
        for day in open.days.list(i64::MIN, i64::MAX) {
            open.days.change(day, |partition| partition.forget(entity))?;
        }
        Ok(())
    }

    /// What it takes.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn usage(&self) -> Result<Usage> {
        let Some(using) = self.inner.existing()? else {
            return Ok(Usage::default());
        };
        let open = using.get()?;
        let mut usage = Usage {
            aside: open.aside.iter().cloned().chain(open.days.aside()).collect(),
            ..Usage::default()
        };
        usage.samples = {
            let mems = open.mems();
            (mems.active.samples + mems.frozen.as_ref().map_or(0, |frozen| frozen.samples)) as u64
        };
        for day in open.days.list(i64::MIN, i64::MAX) {
            if let Some(samples) = open.days.ask(day, |reader| reader.samples())? {
                usage.samples += samples;
                usage.partitions += 1;
            }
        }
        let io = |error: std::io::Error| JournalError::io(&self.inner.folder, &error);
        for entry in std::fs::read_dir(&self.inner.folder).map_err(io)? {
            usage.bytes += entry.and_then(|entry| entry.metadata()).map_or(0, |meta| meta.len());
        }
        usage.aside.sort();
        usage.aside.dedup();
        Ok(usage)
    }

    /// What keeps samples from being sorted into their days, in a sentence that says what to do; `None` when all is well.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        lock(&self.inner.trouble).clone()
    }

    /// Whether its files are open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.inner.open.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Settles and closes every file, unless somebody uses it right now. The next use opens it again. True when it is closed.
    ///
    /// # Errors
    /// A disk that is full or refuses; it stays open.
    pub fn rest(&self) -> Result<bool> {
        if !self.is_open() {
            return Ok(true);
        }
        self.settle()?;
        let Ok(mut slot) = self.inner.open.try_write() else {
            return Ok(false);
        };
        let Some(open) = slot.take_if(|open| open.active() == 0 && open.mems().frozen.is_none()) else {
            return Ok(slot.is_none());
        };
        open.days.close();
        lock(&open.front).close()?;
        Ok(true)
    }
}

impl Inner {
    /// The open store.
    pub(super) fn opened(&self) -> Result<InUse<'_>> {
        loop {
            let slot = self.open.read().unwrap_or_else(PoisonError::into_inner);
            if slot.is_some() {
                return Ok(InUse(slot));
            }
            drop(slot);
            let mut slot = self.open.write().unwrap_or_else(PoisonError::into_inner);
            if slot.is_none() {
                *slot = Some(Open::new(&self.folder, &self.limits)?);
            }
        }
    }

    /// The open store, unless there never was a sample.
    pub(super) fn existing(&self) -> Result<Option<InUse<'_>>> {
        if !self.folder.is_dir() {
            return Ok(None);
        }
        self.opened().map(Some)
    }

    fn settle_in_background(&self) {
        let settled = self.opened().and_then(|using| using.get()?.settle());
        if let Err(error) = &settled {
            tracing::error!(%error, "KPI samples wait to be sorted into their days; they are kept, and it will be tried again");
        }
        self.tell(settled.as_ref().err());
        self.busy.store(false, Ordering::Release);
    }

    fn tell(&self, error: Option<&JournalError>) {
        *lock(&self.trouble) = error.map(ToString::to_string);
    }
}

impl Open {
    fn new(folder: &Path, limits: &Limits) -> Result<Self> {
        let io = |error: std::io::Error| JournalError::io(folder, &error);
        if !folder.is_dir() {
            std::fs::create_dir_all(folder).map_err(io)?;
            folder.parent().into_iter().for_each(crate::journal::sync_folder);
        }
        let file = folder.join("front.db");
        let mut mem = Mem::default();
        let mut aside = Vec::new();
        let front = match Front::open(&file, |batch, seq| mem.push(&batch, seq)) {
            Err(error @ JournalError::Corrupt { .. }) => {
                let name = put_aside(&file)?;
                tracing::error!(%error, aside = %name, "the newest KPI samples are damaged and were put aside; the rest goes on");
                aside.push(name);
                mem = Mem::default();
                Front::open(&file, |_, _| ())?
            }
            other => other?,
        };
        crate::journal::sync_folder(folder);
        Ok(Self {
            front: Mutex::new(front),
            waiting: Mutex::default(),
            mems: RwLock::new(Mems { active: mem, frozen: None }),
            days: Days::open(folder, limits.open_files)?,
            settling: Mutex::default(),
            aside,
        })
    }

    pub(super) fn mems(&self) -> RwLockReadGuard<'_, Mems> {
        self.mems.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn active(&self) -> usize {
        self.mems().active.samples
    }

    /// Makes a batch durable, with whatever else waits by then, and visible.
    fn append(&self, batch: Batch, body: Vec<u8>) -> Result<()> {
        let done = Arc::new(Mutex::new(None));
        lock(&self.waiting).push(Ticket {
            batch,
            body,
            done: done.clone(),
        });
        let mut front = lock(&self.front);
        if let Some(outcome) = lock(&done).take() {
            return outcome;
        }
        let tickets = std::mem::take(&mut *lock(&self.waiting));
        match front.append(tickets.iter().map(|ticket| ticket.body.as_slice())) {
            Ok(first) => {
                let mut mems = self.mems.write().unwrap_or_else(PoisonError::into_inner);
                for (ticket, seq) in tickets.iter().zip(first..) {
                    mems.active.push(&ticket.batch, seq);
                    *lock(&ticket.done) = Some(Ok(()));
                }
            }
            Err(error) => {
                for ticket in &tickets {
                    *lock(&ticket.done) = Some(Err(again(&error)));
                }
            }
        }
        drop(front);
        let outcome = lock(&done).take();
        outcome.unwrap_or(Err(JournalError::Gone))
    }
}
