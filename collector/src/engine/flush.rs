//! Changed rows on their way to the feed and the disk, off the path of answers.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use super::feed::Live;
use super::queue::Haste;
use super::tenant::{Inner, lock};
use super::writer::Open;
use crate::journal::rows::Batch;

/// Shares of the time that writing rows may take: after a write that took one part, this many parts pass before the next, …
const REST: u32 = 3;

/// … and this many where nothing changed but counts.
const LONG_REST: u32 = 30;

/// A write that failed is tried again after this long.
const AGAIN: Duration = Duration::from_secs(1);

/// Where the writing of rows stands.
#[derive(Default)]
pub(super) struct Flushing {
    pub(super) writing: bool,
    failing: bool,
    waiting: Option<Haste>,
    ended: Option<Instant>,
    took: Duration,
    /// When somebody will look again.
    appointed: Option<Instant>,
}

/// Takes what changed and hands it to the feed and to the job that writes rows, if it is time.
pub(super) fn consider(inner: &Arc<Inner>, open: &mut Open, asked: Option<Haste>) {
    if open.flushed >= open.state.seq() {
        return;
    }
    let mut flushing = lock(&inner.flushing);
    if flushing.writing {
        flushing.waiting = flushing.waiting.max(asked).max(Some(Haste::Due));
        return;
    }
    let limits = &inner.common.limits;
    let parts = if open.news { REST } else { LONG_REST };
    let rest = (flushing.took * parts).clamp(limits.flush_least, limits.flush_most);
    let rested = flushing.ended.map_or(rest, |ended| ended.elapsed());
    if asked != Some(Haste::Now) && rested < rest {
        let due = Instant::now() + (rest - rested);
        if flushing.appointed.is_none_or(|appointed| appointed > due) {
            flushing.appointed = Some(due);
            appoint(inner, rest - rested);
        }
        return;
    }
    flushing.writing = true;
    drop(flushing);
    let batch = Arc::new(take(open));
    let live = Arc::new(Live::new(open.flushed, batch.clone()));
    open.flushed = batch.changes.seq;
    open.news = false;
    // Nobody listening is no fault.
    let _ = inner.feed.send(live);
    // Rows of a changed topology went out just now: nobody waits, as the next alarm would.
    open.state.prepare();
    let inner = inner.clone();
    let runtime = inner.common.runtime.clone();
    runtime.spawn_blocking(move || write(&inner, &batch));
}

/// Everything that changed since the last time.
pub(super) fn take(open: &mut Open) -> Batch {
    let mut batch = Batch {
        changes: open.state.take_changes(),
        hash: open.log.head().hash,
        epoch: open.state.minter().epoch(),
        life: open.state.minter().life(),
        ..Batch::default()
    };
    batch.changes.rows.append(&mut open.gone);
    open.facts.move_into(&mut batch);
    batch
}

pub(super) fn appoint(inner: &Arc<Inner>, wait: Duration) {
    let tenant = Arc::downgrade(inner);
    inner.common.runtime.spawn(async move {
        tokio::time::sleep(wait).await;
        if let Some(inner) = tenant.upgrade() {
            lock(&inner.flushing).appointed = None;
            inner.wake(|queue| queue.flush = queue.flush.max(Some(Haste::Due)));
        }
    });
}

fn write(inner: &Arc<Inner>, batch: &Arc<Batch>) {
    let began = Instant::now();
    let outcome = match lock(&inner.rows_writer).as_mut() {
        Some(rows) => rows.apply(batch).map_err(Some),
        // The tenant is being opened again; that may write all of this.
        None => Err(None),
    };
    if let Err(error) = outcome {
        if let Some(error) = error {
            let problem = error.to_string();
            tracing::error!(tenant = %inner.id, %problem, "rows were not written; it will be tried again");
            *lock(&inner.trouble) = Some(problem);
            lock(&inner.flushing).failing = true;
        }
        let (tenant, batch) = (Arc::downgrade(inner), batch.clone());
        inner.common.runtime.spawn(async move {
            tokio::time::sleep(AGAIN).await;
            if let Some(inner) = tenant.upgrade() {
                let runtime = inner.common.runtime.clone();
                runtime.spawn_blocking(move || write(&inner, &batch));
            }
        });
        return;
    }
    inner.counters.rows_written.fetch_add(batch.changes.rows.len() as u64, Relaxed);
    inner.counters.rows.add(began.elapsed());
    applied(inner, batch.changes.seq);
    if let Some(rows) = lock(&inner.rows_writer).as_mut()
        && let Err(problem) = rows.tidy()
    {
        tracing::warn!(tenant = %inner.id, %problem, "the rows' write-ahead file could not be emptied; it will be tried again");
    }
    written(inner, began.elapsed());
}

/// Makes room for the next write.
fn written(inner: &Arc<Inner>, took: Duration) {
    if std::mem::take(&mut lock(&inner.flushing).failing) {
        *lock(&inner.trouble) = None;
    }
    let waiting = {
        let mut flushing = lock(&inner.flushing);
        flushing.writing = false;
        flushing.ended = Some(Instant::now());
        flushing.took = took;
        flushing.waiting.take()
    };
    if let Some(haste) = waiting {
        inner.wake(|queue| queue.flush = queue.flush.max(Some(haste)));
    }
}

/// Tells whoever waits for rows.
pub(super) fn applied(inner: &Inner, seq: u64) {
    inner.applied.send_modify(|applied| *applied = (*applied).max(seq));
    let committed = inner.committed.load(std::sync::atomic::Ordering::Acquire);
    *lock(&inner.behind_since) = (committed > seq).then(Instant::now);
}
