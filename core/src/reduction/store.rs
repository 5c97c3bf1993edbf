use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::delta::{AlarmDelta, Heard};
use crate::model::{Alarm, AlarmId, AlarmIx, AlarmRef, EntityIx, EventRing, HistoryEntry, IncidentIx, Marks, Reason, StatusChange, Timestamp};
use crate::policy::Reduce;

const HISTORY_KEPT: usize = 32;

/// RFC 8632's alarm identity (resource, type, qualifier) as a 128-bit hash.
#[must_use]
pub fn identity(entity: EntityIx, alarm_type: &str, qualifier: &str) -> u128 {
    let mut buffer = [0_u8; 256];
    let length = 4 + alarm_type.len() + 1 + qualifier.len();
    if let Some(head) = buffer.get_mut(..length) {
        head[..4].copy_from_slice(&entity.0.to_le_bytes());
        head[4..4 + alarm_type.len()].copy_from_slice(alarm_type.as_bytes());
        head[5 + alarm_type.len()..].copy_from_slice(qualifier.as_bytes());
        return xxhash_rust::xxh3::xxh3_128(head);
    }
    let long = [&entity.0.to_le_bytes()[..], alarm_type.as_bytes(), &[0], qualifier.as_bytes()].concat();
    xxhash_rust::xxh3::xxh3_128(&long)
}

/// Two words take less room in a table than one of twice their size.
const fn words(identity: u128) -> (u64, u64) {
    (identity as u64, (identity >> 64) as u64)
}

/// The alarms of one tenant that stand, or stood a moment ago.
#[derive(Clone, Debug, Default)]
pub struct Alarms {
    /// Each on its own: the table can grow without moving them.
    slots: Vec<Option<Box<Alarm>>>,
    free: BTreeSet<u32>,
    by_identity: FxHashMap<(u64, u64), AlarmIx>,
    /// By the number that an id is. Ids grow with the log: a new one goes to the end.
    by_id: BTreeMap<u128, AlarmIx>,
    due: BTreeSet<(Timestamp, AlarmIx)>,
    dirty: Marks,
    purged: Vec<(AlarmIx, Alarm)>,
}

impl Alarms {
    /// The alarm in a slot.
    #[must_use]
    pub fn get(&self, ix: AlarmIx) -> Option<&Alarm> {
        self.slots.get(ix.0 as usize).and_then(Option::as_deref)
    }

    /// The alarm of an identity.
    #[must_use]
    pub fn by_identity(&self, identity: u128) -> Option<(AlarmIx, &Alarm)> {
        self.by_identity.get(&words(identity)).and_then(|ix| self.get(*ix).map(|alarm| (*ix, alarm)))
    }

    /// The slot of an identity.
    #[must_use]
    pub fn slot_of(&self, identity: u128) -> Option<AlarmIx> {
        self.by_identity.get(&words(identity)).copied()
    }

    /// The slot of an id.
    #[must_use]
    pub fn by_id(&self, id: AlarmId) -> Option<AlarmIx> {
        self.by_id.get(&id.0.as_u128()).copied()
    }

    /// The slot that the next new alarm takes.
    #[must_use]
    pub fn next_slot(&self) -> AlarmIx {
        AlarmIx(self.free.first().copied().unwrap_or(self.slots.len() as u32))
    }

    /// Every alarm with its slot, in the order of slots.
    pub fn iter(&self) -> impl Iterator<Item = (AlarmIx, &Alarm)> {
        self.slots
            .iter()
            .enumerate()
            .filter_map(|(ix, slot)| slot.as_deref().map(|alarm| (AlarmIx(ix as u32), alarm)))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// None at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The instant at which the clock next changes an alarm.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Alarms that the clock changes at or before `at`, at most `limit`.
    #[must_use]
    pub fn due(&self, at: Timestamp, limit: usize) -> Vec<AlarmIx> {
        self.due.iter().take_while(|(due, _)| *due <= at).take(limit).map(|(_, ix)| *ix).collect()
    }

    /// Slots that changed since the last call, and alarms that left, for whoever keeps rows.
    pub fn take_dirty(&mut self) -> (Vec<AlarmIx>, Vec<(AlarmIx, Alarm)>) {
        (self.dirty.take().into_iter().map(AlarmIx).collect(), std::mem::take(&mut self.purged))
    }

    /// Puts an alarm that was kept back in its slot, before anything is folded.
    pub fn restore(&mut self, ix: AlarmIx, alarm: Alarm, policy: &Reduce) {
        let slot = ix.0 as usize;
        while self.slots.len() <= slot {
            self.free.insert(self.slots.len() as u32);
            self.slots.push(None);
        }
        self.free.remove(&ix.0);
        self.index(ix, &alarm, policy);
        self.slots[slot] = Some(Box::new(alarm));
    }

    fn index(&mut self, ix: AlarmIx, alarm: &Alarm, policy: &Reduce) {
        let identity = identity(alarm.anchor.entity, &alarm.alarm_type, &alarm.qualifier);
        self.by_identity.insert(words(identity), ix);
        self.by_id.insert(alarm.id.0.as_u128(), ix);
        if let Some(at) = super::due(alarm, policy) {
            self.due.insert((at, ix));
        }
    }

    /// Sets or clears the incident an alarm belongs to.
    pub fn set_incident(&mut self, ix: AlarmIx, incident: Option<IncidentIx>, policy: &Reduce) {
        let Some(alarm) = self.slots.get_mut(ix.0 as usize).and_then(Option::as_mut) else {
            return;
        };
        if alarm.incident == incident {
            return;
        }
        // Only one that is cleared waits for its incident to end.
        if alarm.cleared {
            let before = super::due(alarm, policy);
            alarm.incident = incident;
            let after = super::due(alarm, policy);
            self.reschedule(ix, before, after);
        } else {
            alarm.incident = incident;
        }
        self.mark(ix);
    }

    fn reschedule(&mut self, ix: AlarmIx, before: Option<Timestamp>, after: Option<Timestamp>) {
        if before == after {
            return;
        }
        if let Some(at) = before {
            self.due.remove(&(at, ix));
        }
        if let Some(at) = after {
            self.due.insert((at, ix));
        }
    }

    /// Says that what the row shows of this alarm changed elsewhere.
    pub fn mark(&mut self, ix: AlarmIx) {
        self.dirty.mark(ix.0);
    }

    /// Carries a change out. `seq` and `now` are those of the record.
    pub fn fold(&mut self, delta: &AlarmDelta, seq: u64, now: Timestamp, policy: &Reduce) {
        match delta {
            AlarmDelta::Raised { heard, ix, alarm, .. } => {
                let mut alarm = alarm.clone();
                alarm.events.push(seq, heard.index);
                if self.slots.len() <= ix.0 as usize {
                    self.slots.push(None);
                }
                self.free.remove(&ix.0);
                self.index(*ix, &alarm, policy);
                self.slots[ix.0 as usize] = Some(alarm);
                self.mark(*ix);
            }
            AlarmDelta::Purged { alarm, .. } => self.purge(*alarm, policy),
            _ => {
                let AlarmRef { ix, .. } = delta.alarm();
                let Some(alarm) = self.slots.get_mut(ix.0 as usize).and_then(Option::as_mut) else {
                    return;
                };
                let before = super::due(alarm, policy);
                change(alarm, delta, seq, policy);
                alarm.changed_at = now;
                let after = super::due(alarm, policy);
                self.reschedule(ix, before, after);
                self.mark(ix);
            }
        }
    }

    fn purge(&mut self, at: AlarmRef, policy: &Reduce) {
        let Some(alarm) = self.slots.get_mut(at.ix.0 as usize).and_then(Option::take) else {
            return;
        };
        self.free.insert(at.ix.0);
        let identity = identity(alarm.anchor.entity, &alarm.alarm_type, &alarm.qualifier);
        if self.by_identity.get(&words(identity)) == Some(&at.ix) {
            self.by_identity.remove(&words(identity));
        }
        self.by_id.remove(&alarm.id.0.as_u128());
        if let Some(due) = super::due(&alarm, policy) {
            self.due.remove(&(due, at.ix));
        }
        self.mark(at.ix);
        self.purged.push((at.ix, *alarm));
    }
}

fn change(alarm: &mut Alarm, delta: &AlarmDelta, seq: u64, policy: &Reduce) {
    match delta {
        AlarmDelta::Repeated {
            heard,
            at,
            reason,
            severity,
            text,
            source,
            ..
        } => {
            alarm.count = alarm.count.saturating_add(1);
            alarm.last_raised_at = alarm.last_raised_at.max(*at);
            hear(&mut alarm.events, seq, *heard);
            if let Some(text) = text {
                alarm.text = text.clone();
            }
            if let Some(source) = source {
                alarm.source = *source;
            }
            if let Some(severity) = severity {
                alarm.severity = *severity;
                note(alarm, *at, StatusChange::Severity(*severity));
            }
            transition(alarm, *at, *reason, false, policy);
        }
        AlarmDelta::Cleared { heard, at, reason, .. } => {
            if let Some(heard) = heard {
                hear(&mut alarm.events, seq, *heard);
            }
            transition(alarm, *at, *reason, true, policy);
        }
        AlarmDelta::Settled { .. } => {
            alarm.flapping = false;
            alarm.transitions = 0;
        }
        AlarmDelta::Acked { ack, .. } => alarm.ack = Some(ack.clone()),
        AlarmDelta::Unacked { .. } => alarm.ack = None,
        AlarmDelta::Owned { owner, .. } => alarm.owner = owner.clone(),
        AlarmDelta::Commented { text, .. } => alarm.comment = text.clone(),
        AlarmDelta::Raised { .. } | AlarmDelta::Purged { .. } => {}
    }
}

fn hear(events: &mut EventRing, seq: u64, heard: Heard) {
    events.push(seq, heard.index);
}

fn note(alarm: &mut Alarm, at: Timestamp, change: StatusChange) {
    if alarm.history.len() == HISTORY_KEPT {
        alarm.history.remove(0);
    }
    alarm.history.push(HistoryEntry { at, change });
}

/// What a raise or clear does to the clear state and the flap window; the reason says which case it is.
fn transition(alarm: &mut Alarm, at: Timestamp, reason: Reason, clear: bool, policy: &Reduce) {
    if matches!(reason, Reason::Reopened | Reason::Cleared | Reason::FlapBegan | Reason::FlapCounted) {
        if at.since(alarm.window_start).as_micros() > policy.flap_window_s.saturating_mul(1_000_000) && !alarm.flapping {
            alarm.window_start = at;
            alarm.transitions = 0;
        }
        alarm.transitions = alarm.transitions.saturating_add(1);
    }
    match reason {
        Reason::FlapBegan | Reason::FlapCounted => {
            alarm.flapping = true;
            alarm.cleared = false;
            alarm.settles_cleared = clear;
            if clear {
                alarm.cleared_at = Some(at);
            }
        }
        Reason::Cleared | Reason::ClearedByOperator | Reason::FlapSettled | Reason::TimedOut if clear => {
            alarm.cleared = true;
            alarm.cleared_at = Some(at);
            if reason == Reason::FlapSettled {
                alarm.transitions = 0;
            }
            alarm.flapping = false;
            note(alarm, at, StatusChange::Cleared);
        }
        Reason::Reopened => {
            alarm.cleared = false;
            note(alarm, at, StatusChange::Raised(alarm.severity));
        }
        _ => {}
    }
}
