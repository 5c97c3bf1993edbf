//! Questions about the past, answered from the log: one event, lists of them, the deltas of a span of time, the trail of one event.

mod describe;
mod events;
mod raised;
mod trace;

use std::collections::BTreeMap;

use pedkai_core::model::{AlarmIx, IdKind, Minter, Reason, Timestamp};
use pedkai_core::pipeline::{Delta, Record};
use serde::Serialize;
use uuid::Uuid;

use super::tenant::{Inner, Tenant, lock};
use crate::journal::JournalError;
use crate::journal::log::LogReader;
use crate::journal::rows::{Listed, list_cursor, read_list_cursor};

pub use events::StoredEvent;
pub use trace::Trace;

/// One change, as people are told of it: what the history and a trail are made of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Log's time; for what happened before the log, its own.
    pub at: Timestamp,
    /// Record.
    pub seq: u64,
    /// Who did it: `listen`, `ingest`, `topology`, `reduction`, `correlation`, `diagnosis`, `command`, `policy`.
    pub stage: &'static str,
    /// The named reason; none for what only keeps the books.
    pub reason: Option<Reason>,
    /// What changed: `alarm`, `incident`, `entity`, `relation`, `source`, `event`, `command`, `documents`, `keys`.
    pub kind: &'static str,
    /// Its id, where it has one.
    pub id: Option<Uuid>,
    /// The reason in a sentence.
    pub sentence: &'static str,
    /// Anything else worth knowing.
    #[serde(flatten)]
    pub details: serde_json::Map<String, serde_json::Value>,
}

/// Most deltas in one page of the history that a record is split at.
const DELTAS: u64 = 1 << 20;

impl Inner {
    pub(super) fn log(&self) -> Result<LogReader, JournalError> {
        LogReader::open(&self.folder.log())
    }

    pub(super) fn minter(&self) -> Result<Minter, JournalError> {
        Ok(Minter::new(self.id, self.log()?.head()?.epoch.max(1)))
    }
}

/// Alarms by slot as a record names them; a slot that it only points at is looked up in the state of today, and taken only if the alarm
/// that stands there now is older than the record.
struct Slots<'a> {
    named: BTreeMap<AlarmIx, Uuid>,
    inner: &'a Inner,
    seq: u64,
}

impl<'a> Slots<'a> {
    fn of(inner: &'a Inner, record: &Record) -> Self {
        let mut named = BTreeMap::new();
        for delta in &record.deltas {
            if let Delta::Alarm(delta) = delta {
                named.insert(delta.alarm().ix, delta.alarm().id.0);
            }
        }
        Self {
            named,
            inner,
            seq: record.header.seq,
        }
    }

    fn alarm(&self, ix: AlarmIx) -> Option<Uuid> {
        if let Some(id) = self.named.get(&ix) {
            return Some(*id);
        }
        let writer = lock(&self.inner.writer);
        let state = &writer.as_ref()?.state;
        let id = state.alarms().get(ix)?.id.0;
        let born = state.minter().position(IdKind::Alarm, id)?.seq;
        (born <= self.seq).then_some(id)
    }
}

impl Tenant {
    /// What changed in a span of time (both ends in it), oldest first, with reasons.
    ///
    /// # Errors
    /// A cursor that cannot be read; a log that cannot be read.
    pub async fn history(&self, from: Timestamp, to: Timestamp, next: Option<String>, limit: usize) -> Result<Listed<Step>, JournalError> {
        self.open().await?;
        self.blocking(move |inner| history(inner, from, to, next.as_deref(), limit)).await
    }
}

fn history(inner: &Inner, from: Timestamp, to: Timestamp, next: Option<&str>, limit: usize) -> Result<Listed<Step>, JournalError> {
    let log = inner.log()?;
    let minter = inner.minter()?;
    let (first, skip) = match next.map(read_list_cursor).transpose()? {
        Some(place) => {
            let place = place.cast_unsigned();
            (place / DELTAS, (place % DELTAS) as usize)
        }
        None => (log.seek(from)?, 0),
    };
    let mut items = Vec::new();
    let mut more = None;
    log.each(first, |record| {
        if record.header.at > to {
            return Ok(false);
        }
        let slots = Slots::of(inner, &record);
        let skip = if record.header.seq == first { skip } else { 0 };
        for (number, delta) in record.deltas.iter().enumerate().skip(skip) {
            let Some(step) = describe::step(&record, delta, &minter, &slots) else {
                continue;
            };
            if items.len() == limit {
                more = Some(record.header.seq * DELTAS + number as u64);
                return Ok(false);
            }
            items.push(step);
        }
        Ok(true)
    })?;
    Ok(Listed {
        items,
        next: more.map(|place| list_cursor(place.cast_signed())),
    })
}
