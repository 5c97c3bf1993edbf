//! What rows keep of records beyond the state's own changes: dead letters, and which record touched what.

use std::collections::BTreeSet;

use pedkai_core::correlation::IncidentDelta;
use pedkai_core::model::{IdKind, Minter, Reason, Timestamp};
use pedkai_core::pipeline::{Delta, Input, Record, State};
use rustc_hash::FxHashSet;

use crate::journal::rows::{Batch, Kind, Letter, Touch, place};

/// Facts of records that the rows do not hold yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    letters: Vec<Letter>,
    redriven: Vec<(u64, Timestamp)>,
    touches: BTreeSet<Touch>,
    waiting: FxHashSet<u64>,
}

/// Counts of one record, kept beside it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) events: u64,
    pub(super) unmapped: u64,
    pub(super) unreadable: u64,
}

impl Counts {
    pub(super) fn of(record: &Record) -> Self {
        let mut counts = Self {
            events: record.inputs.iter().filter(|input| matches!(input, Input::Event(_))).count() as u64,
            ..Self::default()
        };
        for delta in &record.deltas {
            match delta {
                Delta::Event { reason: Reason::Unmapped, .. } => counts.unmapped += 1,
                Delta::Event {
                    reason: Reason::Unreadable, ..
                } => counts.unreadable += 1,
                _ => {}
            }
        }
        counts
    }
}

impl Facts {
    /// Begins with the keys of the dead letters that were not handed in anew.
    pub(super) fn new(waiting: impl IntoIterator<Item = u64>) -> Self {
        Self {
            waiting: waiting.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Adds those of a record that was just folded.
    pub(super) fn add(&mut self, record: &Record, state: &State) {
        let minter = state.minter();
        let (seq, at) = (record.header.seq, record.header.at);
        for delta in &record.deltas {
            match delta {
                Delta::Event {
                    index,
                    reason: Reason::Unreadable,
                    rule,
                    ..
                } => {
                    if let Some(Input::Event(event)) = record.inputs.get(*index as usize) {
                        let letter = Letter {
                            place: (seq, *index),
                            id: minter.mint(IdKind::Event, seq, *index),
                            at,
                            reason: rule.clone().unwrap_or_default(),
                            event: event.clone(),
                            redriven_at: None,
                        };
                        self.waiting.insert(letter.redrive_key());
                        self.letters.push(letter);
                    }
                }
                Delta::Alarm(delta) if !matches!(delta.reason(), Reason::Repeated | Reason::FlapCounted) => {
                    self.touch(minter, Kind::Alarm, delta.alarm().id.0, seq);
                }
                Delta::Incident(delta) => {
                    if !matches!(delta, IncidentDelta::DiagnosisDue { .. }) {
                        self.touch(minter, Kind::Incident, delta.incident().1.0, seq);
                    }
                    self.member(delta, state, seq);
                }
                _ => {}
            }
        }
        if !self.waiting.is_empty() {
            self.redriven(record);
        }
    }

    fn redriven(&mut self, record: &Record) {
        for input in &record.inputs {
            if let Input::Event(event) = input
                && let Some(key) = event.key
                && self.waiting.remove(&key)
            {
                self.redriven.push((key, record.header.at));
            }
        }
    }

    /// Joining and leaving touch the alarm too.
    fn member(&mut self, delta: &IncidentDelta, state: &State, seq: u64) {
        let alarm = match delta {
            IncidentDelta::Joined { member, .. } => member.alarm,
            IncidentDelta::Left { alarm, .. } => *alarm,
            _ => return,
        };
        if let Some(alarm) = state.alarms().get(alarm) {
            self.touch(state.minter(), Kind::Alarm, alarm.id.0, seq);
        }
    }

    fn touch(&mut self, minter: &Minter, kind: Kind, id: uuid::Uuid, seq: u64) {
        self.touches.insert(Touch {
            kind,
            pos: place(minter, kind, id),
            seq,
        });
    }

    /// Hands them over to the batch that the rows take next.
    pub(super) fn move_into(&mut self, batch: &mut Batch) {
        batch.letters = std::mem::take(&mut self.letters);
        batch.redriven = std::mem::take(&mut self.redriven);
        batch.touches = std::mem::take(&mut self.touches).into_iter().collect();
    }
}
