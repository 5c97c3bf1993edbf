//! Events as they came in, found again by id or listed.

use pedkai_core::model::{Event, IdKind, Minter, Name, Position, Reason, Timestamp};
use pedkai_core::pipeline::{Answer, Delta, Input, Record};
use rustc_hash::FxHashMap;
use uuid::Uuid;

use super::super::tenant::{Inner, NotTaken, Tenant};
use super::{Listed, list_cursor, read_list_cursor};
use crate::journal::JournalError;

/// An event on the log, and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEvent {
    /// Id.
    pub id: Uuid,
    /// Its trail.
    pub tracking_id: Uuid,
    /// Record.
    pub seq: u64,
    /// Number among the record's inputs.
    pub index: u32,
    /// When it was recorded, log's time.
    pub at: Timestamp,
    /// As it came in.
    pub event: Event,
    /// Why it became what it is.
    pub reason: Reason,
    /// The mapping rule that knew it, where it changed no alarm; for a dead letter what is wrong with it.
    pub rule: Option<Name>,
    /// The alarm it raised, repeated, cleared or met.
    pub alarm_id: Option<Uuid>,
    /// For a duplicate: the event that came first.
    pub first_id: Option<Uuid>,
}

impl StoredEvent {
    /// A mapping rule knew it, or it came ready-made.
    #[must_use]
    pub fn mapped(&self) -> bool {
        !matches!(self.reason, Reason::Unmapped | Reason::Unreadable)
    }
}

/// What became of one event: reason, rule, alarm, and for a duplicate the place of the first.
type Fate<'a> = (Reason, Option<&'a Name>, Option<Uuid>, Option<(u64, u32)>);

/// What became of the events of a record, by index.
struct Fates<'a> {
    of: FxHashMap<u32, Fate<'a>>,
}

impl<'a> Fates<'a> {
    fn of(record: &'a Record) -> Self {
        let mut of = FxHashMap::default();
        for delta in &record.deltas {
            match delta {
                Delta::Event {
                    index,
                    reason,
                    rule,
                    alarm,
                    first,
                    ..
                } => {
                    of.insert(*index, (*reason, rule.as_ref(), alarm.map(|alarm| alarm.id.0), *first));
                }
                Delta::Alarm(delta) => {
                    if let Some(heard) = delta.heard() {
                        of.insert(heard.index, (delta.reason(), None, Some(delta.alarm().id.0), None));
                    }
                }
                _ => {}
            }
        }
        Self { of }
    }

    fn event(&self, record: &Record, minter: &Minter, index: u32) -> Option<StoredEvent> {
        let Some(Input::Event(event)) = record.inputs.get(index as usize) else {
            return None;
        };
        let (reason, rule, alarm_id, first) = self.of.get(&index).copied()?;
        let seq = record.header.seq;
        Some(StoredEvent {
            id: minter.mint(IdKind::Event, seq, index),
            tracking_id: minter.mint(IdKind::Tracking, seq, index),
            seq,
            index,
            at: record.header.at,
            event: event.clone(),
            reason,
            rule: rule.cloned(),
            alarm_id,
            first_id: first.map(|(seq, index)| minter.mint(IdKind::Event, seq, index)),
        })
    }
}

/// The record that an id names, and the index in it; `None` where it is of another tenant, another life, or retired.
pub(super) fn find(inner: &Inner, minter: &Minter, kind: IdKind, id: Uuid) -> Result<Option<(Record, u32)>, JournalError> {
    let Some(Position { epoch, seq, index }) = minter.position(kind, id) else {
        return Ok(None);
    };
    let record = inner.log()?.record(seq)?;
    // A later life of the log mints ids of earlier records anew; an earlier one knows nothing of later records.
    Ok(record.filter(|record| record.header.epoch <= epoch).map(|record| (record, index)))
}

/// The event at an index of a record.
pub(super) fn stored(record: &Record, minter: &Minter, index: u32) -> Option<StoredEvent> {
    Fates::of(record).event(record, minter, index)
}

impl Tenant {
    /// The event with this id, as it came in and what became of it; `None` where there is none here, or no longer.
    ///
    /// # Errors
    /// A log that cannot be read.
    pub async fn event(&self, id: Uuid) -> Result<Option<StoredEvent>, JournalError> {
        self.open().await?;
        self.blocking(move |inner| {
            let minter = inner.minter()?;
            let found = find(inner, &minter, IdKind::Event, id)?;
            Ok(found.and_then(|(record, index)| stored(&record, &minter, index)))
        })
        .await
    }

    /// Events that were recorded at or after `since`, newest first; with `unmapped` only those that no mapping rule knew.
    ///
    /// # Errors
    /// A cursor that cannot be read; a log that cannot be read.
    pub async fn list_events(&self, since: Option<Timestamp>, unmapped: bool, next: Option<String>, limit: usize) -> Result<Listed<StoredEvent>, JournalError> {
        self.open().await?;
        self.blocking(move |inner| list(inner, since, unmapped, next.as_deref(), limit)).await
    }

    /// Hands a dead letter in anew, as it came in. Once it was taken, further calls give the first answer. `None` where there is no such
    /// letter.
    ///
    /// # Errors
    /// Rows that cannot be read, or (inside) an event that was not taken.
    pub async fn redrive(&self, letter: Uuid) -> Result<Option<Result<(u64, Answer), NotTaken>>, JournalError> {
        let Some(letter) = self.ask(move |rows| rows.letter(letter)).await? else {
            return Ok(None);
        };
        let event = Event {
            key: Some(letter.redrive_key()),
            ..letter.event
        };
        let taken = self.events(vec![event]).await;
        Ok(Some(taken.map(|(seq, answers)| (seq, answers.into_iter().next().unwrap_or(Answer::Done)))))
    }
}

fn list(inner: &Inner, since: Option<Timestamp>, unmapped: bool, next: Option<&str>, limit: usize) -> Result<Listed<StoredEvent>, JournalError> {
    let log = inner.log()?;
    let minter = inner.minter()?;
    let first = since.map_or(Ok(0), |since| log.seek(since))?;
    let mut before = next.map(read_list_cursor).transpose()?.map_or(u64::MAX, i64::cast_unsigned);
    let mut items = Vec::new();
    loop {
        // Records wholly below the cursor, and the one that it stands in.
        let records = log.with_events(before.div_ceil(1 << 20), unmapped, 16)?;
        let Some(oldest) = records.last().copied() else { break };
        for seq in records {
            if seq < first {
                return Ok(Listed { items, next: None });
            }
            let Some(record) = log.record(seq)? else { continue };
            let fates = Fates::of(&record);
            for index in (0..record.inputs.len() as u32).rev() {
                let place = (seq << 20) | u64::from(index);
                if place >= before {
                    continue;
                }
                let Some(event) = fates.event(&record, &minter, index) else { continue };
                if unmapped && event.reason != Reason::Unmapped {
                    continue;
                }
                if items.len() == limit {
                    let last = items.last().map_or(0, |event: &StoredEvent| (event.seq << 20) | u64::from(event.index));
                    return Ok(Listed {
                        items,
                        next: Some(list_cursor(last.cast_signed())),
                    });
                }
                items.push(event);
            }
        }
        before = oldest << 20;
    }
    Ok(Listed { items, next: None })
}
