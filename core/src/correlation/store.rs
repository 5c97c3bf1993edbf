use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::delta::IncidentDelta;
use crate::model::{Incident, IncidentId, IncidentIx, IncidentStatus, Marks, Reason, Span, Timestamp};
use crate::policy::Correlate;

/// The incidents of one tenant that are open, or were a moment ago.
#[derive(Clone, Debug, Default)]
pub struct Incidents {
    /// Each on its own: the table can grow without moving them.
    slots: Vec<Option<Box<Incident>>>,
    free: BTreeSet<u32>,
    by_id: FxHashMap<IncidentId, IncidentIx>,
    due: BTreeSet<(Timestamp, IncidentIx)>,
    dirty: Marks,
    purged: Vec<IncidentIx>,
}

/// More slots than this are not filled: a damaged record must not make the store reserve the whole memory.
const MOST: usize = 1 << 26;

/// The instant at which the clock next changes an incident: diagnosis, close, purge, little time left of a promise, or none.
#[must_use]
pub fn due(incident: &Incident) -> Option<Timestamp> {
    let promise = incident.clock.as_ref().and_then(|clock| clock.next_at());
    [incident.diagnose_at, incident.close_at, promise].into_iter().flatten().min()
}

impl Incidents {
    /// The incident in a slot.
    #[must_use]
    pub fn get(&self, ix: IncidentIx) -> Option<&Incident> {
        self.slots.get(ix.0 as usize).and_then(Option::as_deref)
    }

    /// The slot of an id.
    #[must_use]
    pub fn by_id(&self, id: IncidentId) -> Option<IncidentIx> {
        self.by_id.get(&id).copied()
    }

    /// The slot that the next new incident takes.
    #[must_use]
    pub fn next_slot(&self) -> IncidentIx {
        IncidentIx(self.free.first().copied().unwrap_or(self.slots.len() as u32))
    }

    /// Every incident with its slot, in the order of slots.
    pub fn iter(&self) -> impl Iterator<Item = (IncidentIx, &Incident)> {
        self.slots
            .iter()
            .enumerate()
            .filter_map(|(ix, slot)| slot.as_deref().map(|incident| (IncidentIx(ix as u32), incident)))
    }

    /// The instant at which the clock next changes an incident.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Incidents that the clock changes at or before `at`, at most `limit`.
    #[must_use]
    pub fn due(&self, at: Timestamp, limit: usize) -> Vec<IncidentIx> {
        self.due.iter().take_while(|(due, _)| *due <= at).take(limit).map(|(_, ix)| *ix).collect()
    }

    /// Slots that changed since the last call and slots that were purged, for whoever keeps rows.
    pub fn take_dirty(&mut self) -> (Vec<IncidentIx>, Vec<IncidentIx>) {
        let mut dirty: Vec<IncidentIx> = self.dirty.take().into_iter().map(IncidentIx).collect();
        dirty.sort_unstable();
        (dirty, std::mem::take(&mut self.purged))
    }

    /// Says that what the row shows of this incident changed elsewhere.
    pub fn mark(&mut self, ix: IncidentIx) {
        self.dirty.mark(ix.0);
    }

    /// Puts an incident that was kept back in its slot, before anything is folded.
    pub fn restore(&mut self, ix: IncidentIx, incident: Incident) {
        let slot = ix.0 as usize;
        while self.slots.len() <= slot {
            self.free.insert(self.slots.len() as u32);
            self.slots.push(None);
        }
        self.free.remove(&ix.0);
        self.by_id.insert(incident.id, ix);
        if let Some(at) = due(&incident) {
            self.due.insert((at, ix));
        }
        self.slots[slot] = Some(Box::new(incident));
    }

    /// Sets how many alarms hold an incident open; true when that is another number.
    pub fn set_active(&mut self, ix: IncidentIx, active: u32) -> bool {
        match self.slots.get_mut(ix.0 as usize).and_then(Option::as_mut) {
            Some(incident) if incident.active != active => {
                incident.active = active;
                self.dirty.mark(ix.0);
                true
            }
            _ => false,
        }
    }

    /// Carries a change out. `now` is that of the record.
    pub fn fold(&mut self, delta: &IncidentDelta, now: Timestamp, policy: &Correlate) {
        let (ix, id) = delta.incident();
        let slot = ix.0 as usize;
        if let IncidentDelta::Opened { incident, .. } = delta {
            if slot >= MOST {
                return;
            }
            if self.slots.len() <= slot {
                self.slots.resize(slot + 1, None);
            }
            self.dirty.mark(ix.0);
            self.free.remove(&ix.0);
            self.by_id.insert(id, ix);
            if let Some(at) = due(incident) {
                self.due.insert((at, ix));
            }
            self.slots[slot] = Some(incident.clone());
            return;
        }
        let Some(incident) = self.slots.get_mut(slot).and_then(Option::as_mut) else {
            return;
        };
        self.dirty.mark(ix.0);
        let before = due(incident);
        let gone = matches!(delta, IncidentDelta::Purged { .. });
        if !gone {
            change(incident, delta, now, policy);
        }
        let after = if gone { None } else { due(incident) };
        if before != after {
            if let Some(at) = before {
                self.due.remove(&(at, ix));
            }
            if let Some(at) = after {
                self.due.insert((at, ix));
            }
        }
        if gone {
            self.slots[slot] = None;
            self.free.insert(ix.0);
            self.by_id.remove(&id);
            self.purged.push(ix);
        }
    }
}

fn change(incident: &mut Incident, delta: &IncidentDelta, now: Timestamp, policy: &Correlate) {
    // Time alone changes nothing that an operator's command would have to look at again.
    if !matches!(delta, IncidentDelta::DiagnosisDue { .. } | IncidentDelta::Clock { .. }) {
        incident.changed_at = now;
    }
    taken_up(incident, delta, now);
    match delta {
        IncidentDelta::Joined { member, .. } => {
            incident.first_at = if incident.members.is_empty() {
                member.at
            } else {
                incident.first_at.min(member.at)
            };
            incident.last_at = incident.last_at.max(member.at);
            incident.members.push(member.clone());
        }
        IncidentDelta::Left { alarm, .. } => {
            // Mostly the newest leaves first: look from the end.
            if let Some(place) = incident.members.iter().rposition(|member| member.alarm == *alarm) {
                incident.members.remove(place);
            }
        }
        IncidentDelta::MergedInto { .. } => set_status(incident, IncidentStatus::Closed, now, policy),
        IncidentDelta::Changed {
            status,
            severity,
            title,
            active,
            emergency,
            reason,
            ..
        } => {
            if let Some(severity) = severity {
                incident.severity = *severity;
                if *reason == Reason::IncidentByHand {
                    incident.set_severity = Some(*severity);
                }
            }
            if let Some(title) = title {
                incident.title = title.clone();
            }
            if let Some(active) = active {
                incident.active = *active;
            }
            if let Some(emergency) = emergency {
                incident.emergency = *emergency;
            }
            if let Some(status) = status {
                set_status(incident, *status, now, policy);
            }
        }
        IncidentDelta::Owned { owner, .. } => incident.owner = owner.clone(),
        IncidentDelta::Commented { text, .. } => incident.comment = text.clone(),
        IncidentDelta::DiagnosisDue { at, .. } => incident.diagnose_at = Some(*at),
        IncidentDelta::Diagnosed {
            hypotheses,
            sitrep,
            title,
            again_at,
            ..
        } => {
            incident.hypotheses = hypotheses.clone();
            incident.sitrep = Some(sitrep.clone());
            incident.title = title.clone();
            incident.diagnose_at = *again_at;
        }
        IncidentDelta::CauseMarked { entity, .. } => incident.marked_cause = Some(*entity),
        IncidentDelta::Found { finding, .. } => incident.finding = Some(finding.clone()),
        IncidentDelta::Clock { clock, .. } => incident.clock.clone_from(clock),
        IncidentDelta::Opened { .. } | IncidentDelta::Purged { .. } => {}
    }
}

/// A person moved it on or took it: from then on somebody is at it.
fn taken_up(incident: &mut Incident, delta: &IncidentDelta, now: Timestamp) {
    let taken = match delta {
        IncidentDelta::Changed {
            status: Some(status),
            by: Some(_),
            ..
        } => *status != IncidentStatus::New,
        IncidentDelta::Owned { owner, .. } => !owner.is_empty(),
        _ => false,
    };
    if taken && incident.acked_at.is_none() {
        incident.acked_at = Some(now);
    }
}

fn set_status(incident: &mut Incident, status: IncidentStatus, now: Timestamp, policy: &Correlate) {
    incident.status = status;
    incident.close_at = match status {
        IncidentStatus::Resolved => Some(now.plus(Span::seconds(policy.close_after_s))),
        IncidentStatus::Closed => Some(now.plus(Span::seconds(policy.purge_closed_s))),
        _ => None,
    };
    if status == IncidentStatus::Closed {
        incident.diagnose_at = None;
    }
}
