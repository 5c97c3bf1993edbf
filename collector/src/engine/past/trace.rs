//! The trail of one event: from the door to the incident, and what was done there since.

use std::collections::BTreeSet;
use std::ops::Range;

use pedkai_core::correlation::IncidentDelta;
use pedkai_core::model::{IdKind, Minter, Reason};
use pedkai_core::pipeline::{Delta, Record};
use pedkai_core::reduction::AlarmDelta;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::super::tenant::{Inner, Tenant};
use super::{Slots, Step, describe, events};
use crate::journal::JournalError;
use crate::journal::rows::Kind;

/// Most later records that a trail follows.
const RECORDS: usize = 200;

/// The trail of one event.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trace {
    /// Its id.
    pub tracking_id: Uuid,
    /// The event.
    pub event_id: Uuid,
    /// The alarm it raised, repeated, cleared or met.
    pub alarm_id: Option<Uuid>,
    /// The incident which that alarm joined in this record, or belongs to now.
    pub incident_id: Option<Uuid>,
    /// What happened, oldest first.
    pub steps: Vec<Step>,
    /// There are more steps than these.
    pub truncated: bool,
}

impl Tenant {
    /// The whole way of one event; `None` where there is none here, or no longer.
    ///
    /// # Errors
    /// A log or rows that cannot be read.
    pub async fn trace(&self, tracking_id: Uuid) -> Result<Option<Trace>, JournalError> {
        self.caught_up().await?;
        self.blocking(move |inner| trace(inner, tracking_id)).await
    }
}

fn trace(inner: &Inner, tracking_id: Uuid) -> Result<Option<Trace>, JournalError> {
    let minter = inner.minter()?;
    let Some((record, index)) = events::find(inner, &minter, IdKind::Tracking, tracking_id)? else {
        return Ok(None);
    };
    let Some(stored) = events::stored(&record, &minter, index) else {
        return Ok(None);
    };
    let mut steps = vec![received(&stored)];
    let slots = Slots::of(inner, &record);
    let own = own(&record, index);
    steps.extend(
        record.deltas[own.clone()]
            .iter()
            .filter_map(|delta| describe::step(&record, delta, &minter, &slots)),
    );
    let joined = record.deltas[own.clone()].iter().find_map(|delta| match delta {
        Delta::Incident(delta @ (IncidentDelta::Opened { .. } | IncidentDelta::Joined { .. })) => Some(delta.incident().1.0),
        _ => None,
    });
    let of_alarm = match stored.alarm_id {
        Some(alarm) => inner.rows.alarm(alarm)?.and_then(|row| row.incident_id),
        None => None,
    };
    let mut found = Trace {
        tracking_id,
        event_id: stored.id,
        alarm_id: stored.alarm_id,
        incident_id: joined.or(of_alarm),
        steps,
        truncated: false,
    };
    // The rest of this record concerns the same alarm where another event in it did something to it.
    later(inner, &minter, &mut found, &record, own.end)?;
    Ok(Some(found))
}

fn received(stored: &events::StoredEvent) -> Step {
    let details = json!({
        "source": stored.event.source, "source_address": stored.event.source_address, "recorded_at": stored.at,
    });
    Step {
        at: stored.event.received_at,
        seq: stored.seq,
        stage: "listen",
        reason: None,
        kind: "event",
        id: Some(stored.id),
        sentence: "Received.",
        details: details.as_object().cloned().unwrap_or_default(),
    }
}

/// The deltas of one event: the one that names it, those that make it possible before, and those that follow from it.
fn own(record: &Record, index: u32) -> Range<usize> {
    let names = |delta: &Delta| match delta {
        Delta::Event { index: named, .. } => *named == index,
        Delta::Alarm(delta) => delta.heard().is_some_and(|heard| heard.index == index),
        _ => false,
    };
    let Some(at) = record.deltas.iter().position(names) else { return 0..0 };
    let before = record.deltas[..at].iter().rev().take_while(|delta| prepares(delta)).count();
    let after = record.deltas[at + 1..].iter().take_while(|delta| follows(delta)).count();
    at - before..at + 1 + after
}

/// What is emitted on the way to an event's own delta: source, key, place, an older alarm that makes room.
fn prepares(delta: &Delta) -> bool {
    match delta {
        Delta::Source { .. } | Delta::Key { .. } | Delta::Topology(_) => true,
        Delta::Alarm(AlarmDelta::Purged { reason, .. }) => *reason == Reason::Superseded,
        Delta::Incident(IncidentDelta::Left { reason, .. }) => *reason == Reason::Superseded,
        _ => false,
    }
}

/// What is emitted as a consequence of an event's own delta.
fn follows(delta: &Delta) -> bool {
    match delta {
        Delta::Incident(IncidentDelta::Left { reason, .. }) => !matches!(reason, Reason::Superseded | Reason::Purged),
        Delta::Incident(IncidentDelta::Clock { reason, .. }) => matches!(reason, Reason::SlaStopped | Reason::SlaResumed),
        Delta::Incident(delta) => !matches!(delta, IncidentDelta::Purged { .. } | IncidentDelta::Diagnosed { .. }),
        Delta::Alarm(delta) => delta.heard().is_none() && !matches!(delta, AlarmDelta::Purged { .. }),
        _ => false,
    }
}

/// What later records did to the alarm and its incident.
fn later(inner: &Inner, minter: &Minter, trace: &mut Trace, record: &Record, end: usize) -> Result<(), JournalError> {
    let mut wanted = BTreeSet::new();
    let mut seqs = BTreeSet::new();
    for (kind, id) in [(Kind::Alarm, trace.alarm_id), (Kind::Incident, trace.incident_id)] {
        if let Some(id) = id {
            wanted.insert(id);
            seqs.extend(inner.rows.touches(kind, id, record.header.seq + 1, RECORDS + 1)?);
        }
    }
    trace.truncated = seqs.len() > RECORDS;
    add(inner, minter, trace, record, end, &wanted);
    let log = inner.log()?;
    for seq in seqs.into_iter().take(RECORDS) {
        if let Some(record) = log.record(seq)? {
            add(inner, minter, trace, &record, 0, &wanted);
        }
    }
    Ok(())
}

fn add(inner: &Inner, minter: &Minter, trace: &mut Trace, record: &Record, first: usize, wanted: &BTreeSet<Uuid>) {
    let slots = Slots::of(inner, record);
    let concerned = record.deltas.iter().skip(first).filter(|delta| match delta {
        Delta::Alarm(delta) => wanted.contains(&delta.alarm().id.0) && delta.reason() != Reason::Repeated,
        Delta::Incident(delta) => wanted.contains(&delta.incident().1.0),
        _ => false,
    });
    trace.steps.extend(concerned.filter_map(|delta| describe::step(record, delta, minter, &slots)));
}
