//! The job that takes what waits, decides it, makes it durable and answers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::{Duration, Instant};

use pedkai_core::model::{Name, Span, Timestamp};
use pedkai_core::pipeline::{Delta, Input, Record, RecordHeader, RowChange, State, decide};

use super::facts::{Counts, Facts};
use super::queue::{Piece, Taken};
use super::tenant::{Inner, NotTaken, lock};
use super::{flush, recover};
use crate::journal::JournalError;
use crate::journal::log::{Entry, Log};

/// A difference between the wall clock and the time that really went by, above which the log says that the clock jumped.
const JUMP: Span = Span::seconds(60);

/// A log that could not be written is tried again after this long.
const AGAIN: Duration = Duration::from_secs(1);

/// What an opened tenant holds.
pub(super) struct Open {
    pub(super) log: Log,
    pub(super) state: State,
    pub(super) facts: Facts,
    /// Newest record whose changes were handed to the rows and the feed.
    pub(super) flushed: u64,
    /// Since then more has changed than counts.
    pub(super) news: bool,
    /// Rows that retirement took out of the lists, to go out with the next changes.
    pub(super) gone: Vec<RowChange>,
    pub(super) versions: Versions,
    pub(super) looked: Option<(Timestamp, Instant)>,
}

/// Versions of the documents in force.
#[derive(Clone, Copy)]
pub(super) struct Versions {
    policy: u64,
    mapping: u64,
}

impl Versions {
    pub(super) fn of(state: &State) -> Self {
        let hash = |files: &[(Name, String)]| {
            let mut hasher = xxhash_rust::xxh3::Xxh3::new();
            for (name, text) in files {
                hasher.update(name.as_bytes());
                hasher.update(&[0]);
                hasher.update(text.as_bytes());
                hasher.update(&[0]);
            }
            hasher.digest()
        };
        Self {
            policy: hash(state.policy_files()),
            mapping: hash(state.mapping_files()),
        }
    }
}

/// The tenant's state and log, read from disk where they are not in memory.
pub(super) fn opened<'a>(inner: &Arc<Inner>, writer: &'a mut Option<Open>) -> Result<&'a mut Open, JournalError> {
    if writer.is_none() {
        let mut open = recover::open(inner)?;
        open.state.prepare();
        if lock(&inner.trouble).is_some() {
            // Only a write that holds shows that the disk is back.
            open.log.set_meta("back_at", inner.common.clock.now().to_string().as_bytes())?;
            *lock(&inner.trouble) = None;
            tracing::info!(tenant = %inner.id, "the log can be written again");
        }
        inner.committed.store(open.state.seq(), Release);
        inner.common.timer.set(inner, open.state.next_deadline());
        *writer = Some(open);
        inner.rests.store(false, Release);
        inner.opened.store(true, Release);
    }
    writer.as_mut().ok_or(JournalError::Gone)
}

/// Takes what waits until nothing does.
pub(super) fn drain(inner: &Arc<Inner>) {
    loop {
        let taken = {
            let mut queue = lock(&inner.queue);
            match queue.take(inner.common.limits.record_events) {
                Some(taken) => taken,
                None => {
                    queue.scheduled = false;
                    inner.schedule(&mut queue);
                    return;
                }
            }
        };
        if catch_unwind(AssertUnwindSafe(|| step(inner, taken))).is_err() {
            // The state may be half changed: it is read again from disk before the next decision.
            *lock(&inner.writer) = None;
            tracing::error!(tenant = %inner.id, "deciding was cut short by a fault; the state is read again from the log");
        }
    }
}

fn step(inner: &Arc<Inner>, taken: Taken) {
    let Taken { pieces, clock, flush } = taken;
    let mut writer = lock(&inner.writer);
    if pieces.is_empty() && !clock && inner.rests.load(Acquire) {
        // Somebody had appointed to look whether rows are to be written: they are.
        return;
    }
    inner.rests.store(false, Release);
    if let Err(error) = opened(inner, &mut writer) {
        return refuse(inner, pieces, &error);
    }
    if (!pieces.is_empty() || clock) && commit(inner, &mut writer, pieces, clock) {
        tidy(inner, &writer);
    }
    if let Some(open) = writer.as_mut() {
        flush::consider(inner, open, flush);
    }
}

/// Tells the senders, and looks again in a moment whether the disk is back.
fn refuse(inner: &Arc<Inner>, pieces: Vec<Piece>, error: &JournalError) {
    let problem = error.to_string();
    if !pieces.is_empty() {
        inner.counters.failed.fetch_add(1, Relaxed);
        tracing::error!(tenant = %inner.id, %problem, "inputs were not taken");
    }
    *lock(&inner.trouble) = Some(problem.clone());
    flush::appoint(inner, AGAIN);
    for piece in pieces {
        piece.answer(Err(NotTaken::Log(problem.clone())));
    }
}

/// Decides one record, appends it, answers. False when nothing was appended.
fn commit(inner: &Arc<Inner>, writer: &mut Option<Open>, pieces: Vec<Piece>, clock: bool) -> bool {
    // Taken out for good unless the append holds: a state that is ahead of the log is of no use.
    let Some(mut open) = writer.take() else { return false };
    let began = Instant::now();
    let now = inner.common.clock.now();
    let at = open.state.at().max(now);
    let mut inputs = Vec::with_capacity(pieces.iter().map(|piece| piece.inputs.len()).sum::<usize>() + 2);
    inputs.extend(jumped(&mut open, now));
    if clock && open.state.next_deadline().is_some_and(|due| due <= at) {
        inputs.push(Input::Clock);
    }
    let own = inputs.len();
    let (lengths, replies): (Vec<usize>, Vec<_>) = pieces
        .into_iter()
        .map(|mut piece| {
            let length = piece.inputs.len();
            inputs.append(&mut piece.inputs);
            (length, piece)
        })
        .unzip();
    if inputs.is_empty() {
        inner.common.timer.set(inner, open.state.next_deadline());
        *writer = Some(open);
        return false;
    }
    let header = header(&open, at);
    let decided = decide(&mut open.state, header.seq, at, &inputs);
    inner.counters.decide.add(began.elapsed());
    let record = Record {
        header,
        inputs,
        deltas: decided.deltas,
    };
    if let Err(error) = append(inner, &mut open, &record) {
        refuse(inner, replies, &error);
        return false;
    }
    let seq = record.header.seq;
    inner.committed.store(seq, Release);
    lock(&inner.behind_since).get_or_insert(began);
    let mut answers = decided.answers.into_iter().skip(own);
    for (length, piece) in lengths.into_iter().zip(replies) {
        piece.answer(Ok((seq, answers.by_ref().take(length).collect())));
    }
    inner.counters.commit.add(began.elapsed());
    inner.counters.records.fetch_add(1, Relaxed);
    inner.counters.inputs.fetch_add(record.inputs.len() as u64, Relaxed);
    if record.inputs.iter().any(|input| matches!(input, Input::Mapping(_) | Input::Policy(_))) {
        open.versions = Versions::of(&open.state);
    }
    open.news |= record.deltas.iter().any(Delta::is_news);
    open.facts.add(&record, &open.state);
    inner.common.timer.set(inner, open.state.next_deadline());
    *writer = Some(open);
    true
}

fn jumped(open: &mut Open, now: Timestamp) -> Option<Input> {
    let (wall, steady) = open.looked.replace((now, Instant::now()))?;
    let expected = wall.plus(Span::micros(i64::try_from(steady.elapsed().as_micros()).unwrap_or(i64::MAX)));
    (now.since(expected).abs() > JUMP).then_some(Input::Jumped { from: expected, to: now })
}

fn header(open: &Open, at: Timestamp) -> RecordHeader {
    let head = open.log.head();
    RecordHeader {
        epoch: open.state.minter().epoch(),
        seq: head.seq + 1,
        at,
        build: Name::from(env!("CARGO_PKG_VERSION")),
        policy: open.versions.policy,
        mapping: open.versions.mapping,
        topology: open.state.topology().version(),
        previous: head.hash,
    }
}

fn append(inner: &Inner, open: &mut Open, record: &Record) -> Result<(), JournalError> {
    let began = Instant::now();
    let bytes = record.encode();
    let counts = Counts::of(record);
    inner.counters.encode.add(began.elapsed());
    let began = Instant::now();
    let before = open.log.written();
    open.log.append(&Entry {
        seq: record.header.seq,
        at: record.header.at,
        epoch: record.header.epoch,
        events: counts.events,
        unmapped: counts.unmapped,
        unreadable: counts.unreadable,
        bytes: &bytes,
    })?;
    inner.counters.append.add(began.elapsed());
    inner.counters.bytes.fetch_add(bytes.len() as u64, Relaxed);
    inner.counters.kept_bytes.fetch_add(open.log.written() - before, Relaxed);
    Ok(())
}

fn tidy(inner: &Inner, writer: &Option<Open>) {
    if let Some(open) = writer
        && let Err(problem) = open.log.tidy()
    {
        tracing::warn!(tenant = %inner.id, %problem, "the log's write-ahead file could not be emptied; it will be tried again");
    }
}

/// Empties the write-ahead files and closes everything.
pub(super) fn close(inner: &Arc<Inner>) -> Result<(), JournalError> {
    close_held(inner, &mut lock(&inner.writer))
}

/// The same for whoever holds the writer already.
pub(super) fn close_held(inner: &Arc<Inner>, writer: &mut Option<Open>) -> Result<(), JournalError> {
    let mut rows = lock(&inner.rows_writer);
    inner.rows.close();
    inner.opened.store(false, Release);
    let log = writer.take().map_or(Ok(()), |open| open.log.checkpoint());
    let rows = rows.take().map_or(Ok(()), |rows| rows.checkpoint());
    log.and(rows)
}
