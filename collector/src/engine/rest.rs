//! A tenant that nobody uses holds no thread and no open file: its state is read again when somebody does, or when its deadline comes.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use pedkai_core::model::Span;
use pedkai_core::pipeline::State;

use super::collector::Engine;
use super::tenant::{Inner, Tenant, lock};
use super::writer;
use crate::journal::JournalError;
use crate::kpi::Store;

impl Engine {
    /// Closes every tenant that nobody used for as long as the limits say, whose feed nobody follows and which has nothing to do for as long
    /// again. Gives how many were closed.
    ///
    /// # Errors
    /// The first that could not be closed; the others were.
    pub async fn rest(&self) -> Result<usize, JournalError> {
        let mut closed = 0;
        let mut outcome = Ok(());
        for tenant in self.doors() {
            // Not through `blocking`, which counts as use.
            let inner = tenant.inner.clone();
            match self.shared.common.runtime.spawn_blocking(move || rest(&inner)).await {
                Ok(Ok(rests)) => closed += usize::from(rests),
                Ok(Err(error)) => outcome = outcome.and(Err(error)),
                Err(error) => {
                    let (file, problem) = (tenant.inner.folder.path().to_owned(), error.to_string());
                    outcome = outcome.and(Err(JournalError::Unusable { file, problem }));
                }
            }
        }
        outcome.map(|()| closed)
    }
}

impl Tenant {
    /// Whether its state is in memory.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.inner.opened.load(Ordering::Acquire)
    }

    /// When somebody last wanted something of it.
    #[cfg(test)]
    pub(crate) fn last_use(&self) -> std::time::Instant {
        *lock(&self.inner.used)
    }

    /// As [`Tenant::read`], for who looks again and again by itself: it does not count as use, and gives `None` while the tenant rests.
    ///
    /// # Errors
    /// A fault in the look.
    pub(crate) async fn peek<T: Send + 'static>(&self, look: impl FnOnce(&State) -> T + Send + 'static) -> Result<Option<T>, JournalError> {
        self.quietly(move |inner| Ok(lock(&inner.writer).as_ref().map(|open| look(&open.state)))).await
    }

    /// As [`Tenant::ask_kpi`], without counting as use.
    ///
    /// # Errors
    /// As there.
    pub(crate) async fn peek_kpi<T: Send + 'static>(&self, look: impl FnOnce(&Store) -> Result<T, JournalError> + Send + 'static) -> Result<T, JournalError> {
        self.quietly(move |inner| look(&inner.kpi)).await
    }
}

fn rest(inner: &Arc<Inner>) -> Result<bool, JournalError> {
    let after = inner.common.limits.rest_after;
    let used = || lock(&inner.used).elapsed() < after || inner.feed.receiver_count() > 0;
    if used() {
        return Ok(false);
    }
    inner.kpi.rest()?;
    let mut slot = lock(&inner.writer);
    let Some(open) = slot.as_ref() else {
        // Questions about rows open connections of their own.
        inner.rows.close();
        return Ok(false);
    };
    let soon = inner
        .common
        .clock
        .now()
        .plus(Span::micros(i64::try_from(after.as_micros()).unwrap_or(i64::MAX)));
    let due = open.state.next_deadline().is_some_and(|due| due <= soon);
    let waits = {
        let queue = lock(&inner.queue);
        queue.waiting() != (0, 0) || queue.scheduled || queue.ripening || queue.stopping
    };
    let written = open.flushed == open.state.seq() && *inner.applied.borrow() >= open.state.seq() && !lock(&inner.flushing).writing;
    if due || waits || !written || used() || lock(&inner.trouble).is_some() {
        return Ok(false);
    }
    writer::close_held(inner, &mut slot)?;
    inner.rests.store(true, Ordering::Release);
    tracing::debug!(tenant = %inner.id, "rests");
    Ok(true)
}
