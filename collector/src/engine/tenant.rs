use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pedkai_core::model::{Event, TenantId, Timestamp};
use pedkai_core::pipeline::{Answer, Input, State};
use tokio::sync::{broadcast, oneshot, watch};

use super::collector::Common;
use super::feed::Live;
use super::flush::Flushing;
use super::queue::{Answered, Haste, Queue};
use super::stats::{Counters, Stats};
use super::writer::{self, Open};
use crate::journal::rows::{Rows, RowsWriter};
use crate::journal::{JournalError, TenantFolder};
use crate::kpi;

/// Why an input was not taken. Nothing of it is on the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// The queue is full: try again after this many seconds.
    #[error("the queue of this tenant is full: try again in {0} s")]
    Full(u32),
    /// The log cannot be written (disk full, file damaged); the message says what to do.
    #[error("the log cannot be written: {0}")]
    Log(String),
    /// The collector is stopping.
    #[error("the collector is shutting down")]
    Stopping,
}

/// How long a question waits for rows that lag behind before it says so.
const PATIENCE: Duration = Duration::from_secs(10);

/// What senders of inputs hold: a door to one tenant.
#[derive(Clone)]
pub struct Tenant {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) id: TenantId,
    pub(super) folder: TenantFolder,
    pub(super) common: Arc<Common>,
    pub(super) queue: Mutex<Queue>,
    /// State and log; `None` before they are first needed and after an append failed.
    pub(super) writer: Mutex<Option<Open>>,
    pub(super) rows_writer: Mutex<Option<RowsWriter>>,
    pub(super) rows: Rows,
    pub(super) kpi: kpi::Store,
    pub(super) opened: AtomicBool,
    /// Closed because nobody used it: everything of it is written.
    pub(super) rests: AtomicBool,
    /// When somebody last wanted something of it.
    pub(super) used: Mutex<Instant>,
    pub(super) committed: AtomicU64,
    pub(super) applied: watch::Sender<u64>,
    /// When the oldest record that the rows do not hold was committed.
    pub(super) behind_since: Mutex<Option<Instant>>,
    pub(super) flushing: Mutex<Flushing>,
    pub(super) feed: broadcast::Sender<Arc<Live>>,
    pub(super) trouble: Mutex<Option<String>>,
    pub(super) counters: Counters,
}

/// Locks what no panic leaves half done: whatever a panic interrupts is thrown away and read again from disk.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Inner {
    pub(super) fn new(id: TenantId, folder: TenantFolder, common: Arc<Common>) -> Self {
        let rows = Rows::new(&folder.rows(), id);
        let kpi = kpi::Store::new(folder.kpi(), kpi::Limits::default());
        Self {
            id,
            folder,
            rows,
            kpi,
            queue: Mutex::default(),
            writer: Mutex::new(None),
            rows_writer: Mutex::new(None),
            opened: AtomicBool::new(false),
            rests: AtomicBool::new(false),
            used: Mutex::new(Instant::now()),
            committed: AtomicU64::new(0),
            applied: watch::Sender::new(0),
            behind_since: Mutex::new(None),
            flushing: Mutex::default(),
            feed: broadcast::Sender::new(common.limits.feed_batches),
            trouble: Mutex::new(None),
            counters: Counters::default(),
            common,
        }
    }

    fn touch(&self) {
        *lock(&self.used) = Instant::now();
    }

    /// Changes the queue and sees to it that a job looks at it.
    pub(super) fn wake(self: &Arc<Self>, change: impl FnOnce(&mut Queue)) {
        let mut queue = lock(&self.queue);
        change(&mut queue);
        self.schedule(&mut queue);
    }

    /// Sees to it that a job looks at the queue: at once, or in a moment where nobody waits for an answer.
    pub(super) fn schedule(self: &Arc<Self>, queue: &mut Queue) {
        if queue.scheduled {
            return;
        }
        if !queue.patient() {
            queue.scheduled = true;
            let inner = self.clone();
            self.common.runtime.spawn_blocking(move || writer::drain(&inner));
        } else if queue.waiting() != (0, 0) && !queue.ripening {
            queue.ripening = true;
            let (tenant, wait) = (Arc::downgrade(self), self.common.limits.gather);
            self.common.runtime.spawn(async move {
                tokio::time::sleep(wait).await;
                if let Some(inner) = tenant.upgrade() {
                    inner.wake(|queue| {
                        queue.ripening = false;
                        queue.ripe = queue.waiting() != (0, 0);
                    });
                }
            });
        }
    }
}

impl Tenant {
    /// Whose door this is.
    #[must_use]
    pub fn id(&self) -> TenantId {
        self.inner.id
    }

    /// Its KPI samples. They wait for the disk: ask them in a blocking task, or with [`Tenant::ask_kpi`].
    #[must_use]
    pub fn kpi(&self) -> &kpi::Store {
        &self.inner.kpi
    }

    /// Asks or changes the KPI samples without blocking the caller's thread.
    ///
    /// # Errors
    /// What the work says; a fault in it.
    pub async fn ask_kpi<T: Send + 'static>(&self, work: impl FnOnce(&kpi::Store) -> Result<T, JournalError> + Send + 'static) -> Result<T, JournalError> {
        self.blocking(move |inner| work(&inner.kpi)).await
    }

    /// The time by the engine's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inner.common.clock.now()
    }

    /// Hands in events as one piece and waits until they are durable: one answer an event, in their order, and the sequence of the
    /// record that holds them.
    ///
    /// # Errors
    /// When not one of them was taken.
    pub async fn events(&self, events: Vec<Event>) -> Result<(u64, Vec<Answer>), NotTaken> {
        let (reply, answer) = oneshot::channel();
        self.put(events, Some(reply)).map_err(|(_, why)| why)?;
        wait(answer).await
    }

    /// Hands in events without waiting (traps and UDP syslog, whose senders expect no answer).
    ///
    /// # Errors
    /// The events, when the queue is full: the caller counts them as dropped.
    pub fn offer(&self, events: Vec<Event>) -> Result<(), Vec<Event>> {
        self.put(events, None).map_err(|(events, _)| events)
    }

    fn put(&self, events: Vec<Event>, reply: Option<oneshot::Sender<Answered>>) -> Result<(), (Vec<Event>, NotTaken)> {
        self.inner.touch();
        let mut queue = lock(&self.inner.queue);
        if queue.stopping {
            return Err((events, NotTaken::Stopping));
        }
        let limit = self.inner.common.limits.queue_events;
        queue.offer(events, reply, limit).map_err(|events| (events, NotTaken::Full(1)))?;
        self.inner.schedule(&mut queue);
        Ok(())
    }

    /// Hands in anything else past the event queue (commands, patches, documents) and waits until it is durable.
    ///
    /// # Errors
    /// When it was not taken.
    pub async fn input(&self, input: Input) -> Result<(u64, Answer), NotTaken> {
        let (reply, answer) = oneshot::channel();
        self.inner.touch();
        {
            let mut queue = lock(&self.inner.queue);
            if queue.stopping {
                return Err(NotTaken::Stopping);
            }
            queue.urgent(input, reply);
            self.inner.schedule(&mut queue);
        }
        let (seq, answers) = wait(answer).await?;
        Ok((seq, answers.into_iter().next().unwrap_or(Answer::Done)))
    }

    /// What screens ask for: lists, rows by id, counts, dead letters. The calls block on the disk: make them with
    /// [`Tenant::ask`], or in a blocking task.
    #[must_use]
    pub fn rows(&self) -> &Rows {
        &self.inner.rows
    }

    /// Asks the rows, which hold everything that was committed before the call, without blocking the caller's thread.
    ///
    /// # Errors
    /// Rows that cannot be read, or that do not catch up.
    pub async fn ask<T: Send + 'static>(&self, question: impl FnOnce(&Rows) -> Result<T, JournalError> + Send + 'static) -> Result<T, JournalError> {
        self.caught_up().await?;
        self.blocking(move |inner| question(&inner.rows)).await
    }

    /// Looks at the state as of the newest record. It stands still meanwhile: be short.
    ///
    /// # Errors
    /// A log that cannot be opened.
    pub async fn read<T: Send + 'static>(&self, look: impl FnOnce(&State) -> T + Send + 'static) -> Result<T, JournalError> {
        self.blocking(move |inner| {
            let mut writer = lock(&inner.writer);
            let open = writer::opened(inner, &mut writer)?;
            Ok(look(&open.state))
        })
        .await
    }

    /// Waits until the rows hold everything that was committed before the call.
    ///
    /// # Errors
    /// Rows that cannot be written; what was answered is on the log all the same.
    pub async fn caught_up(&self) -> Result<(), JournalError> {
        self.ready().await?;
        let committed = self.inner.committed.load(Ordering::Acquire);
        let mut applied = self.inner.applied.subscribe();
        if *applied.borrow_and_update() >= committed {
            return Ok(());
        }
        self.inner.wake(|queue| queue.flush = Some(Haste::Now));
        match tokio::time::timeout(PATIENCE, applied.wait_for(|applied| *applied >= committed)).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(JournalError::Unusable {
                file: self.inner.folder.rows(),
                problem: self.trouble().unwrap_or_else(|| "it does not catch up with the log".to_owned()),
            }),
        }
    }

    /// Opens the tenant where that was not done yet.
    pub(super) async fn ready(&self) -> Result<(), JournalError> {
        if self.inner.opened.load(Ordering::Acquire) {
            return Ok(());
        }
        self.blocking(|inner| writer::opened(inner, &mut lock(&inner.writer)).map(drop)).await
    }

    /// Opens the tenant: reads its state, folds what came after, and sets its deadlines.
    ///
    /// # Errors
    /// A log that cannot be opened.
    pub async fn open(&self) -> Result<(), JournalError> {
        self.ready().await
    }

    pub(super) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Arc<Inner>) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        self.inner.touch();
        self.quietly(work).await
    }

    /// As `blocking`, without counting as use.
    pub(super) async fn quietly<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Arc<Inner>) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let inner = self.inner.clone();
        let file = inner.folder.path().to_owned();
        self.inner.common.runtime.spawn_blocking(move || work(&inner)).await.unwrap_or_else(|error| {
            Err(JournalError::Unusable {
                file,
                problem: error.to_string(),
            })
        })
    }

    /// Waits until nothing waits to be decided.
    pub(super) async fn drained(&self) {
        loop {
            {
                let queue = lock(&self.inner.queue);
                if queue.waiting() == (0, 0) && !queue.scheduled {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// What keeps this tenant's log or rows from being written, in a sentence that says what to do; `None` when all is well.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        lock(&self.inner.trouble).clone()
    }

    /// Sequence of the newest durable record; 0 before the first, and before the tenant is opened.
    #[must_use]
    pub fn committed(&self) -> u64 {
        self.inner.committed.load(Ordering::Acquire)
    }

    /// Its numbers.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let (queued_events, queued_inputs) = lock(&self.inner.queue).waiting();
        let counters = &self.inner.counters;
        Stats {
            queued_events,
            queued_inputs,
            commit: counters.commit.view(),
            stages: [
                ("decide", counters.decide.view()),
                ("encode", counters.encode.view()),
                ("append", counters.append.view()),
                ("rows", counters.rows.view()),
            ],
            rows_lag_seconds: lock(&self.inner.behind_since).map_or(0.0, |since| since.elapsed().as_secs_f64()),
            records: counters.records.load(Ordering::Relaxed),
            inputs: counters.inputs.load(Ordering::Relaxed),
            bytes: counters.bytes.load(Ordering::Relaxed),
            kept_bytes: counters.kept_bytes.load(Ordering::Relaxed),
            failed: counters.failed.load(Ordering::Relaxed),
            rows_written: counters.rows_written.load(Ordering::Relaxed),
        }
    }
}

async fn wait(answer: oneshot::Receiver<Answered>) -> Answered {
    answer.await.unwrap_or_else(|_| {
        Err(NotTaken::Log(
            "deciding was cut short by a fault in this build; the collector's own log tells more".to_owned(),
        ))
    })
}
