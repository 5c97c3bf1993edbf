//! The way of an event: key, mapping, place, reduction, correlation.

use super::answer::Answer;
use super::delta::Delta;
use super::place;
use super::turn::Turn;
use crate::correlation;
use crate::ingest::{self, Mapped, Meaning};
use crate::model::{
    AlarmFacts, AlarmId, AlarmIx, AlarmLookup, Event, EventId, IdKind, IncidentId, Name, Reason, Severity, Span, Symptom, Timestamp, TrackingId,
};
use crate::reduction::{self, AlarmDelta, Heard, Report, Verdict};

pub(super) fn take(turn: &mut Turn<'_>, index: u32, event: &Event) -> Answer {
    let source = source(turn, event);
    if let Some(key) = event.key {
        if let Some(first) = turn.state.keys.get(&key).copied() {
            turn.emit(Delta::Event {
                index,
                source,
                reason: Reason::Duplicate,
                rule: None,
                alarm: None,
                first: Some(first),
            });
            return answer(turn, first.0, first.1, Reason::Duplicate, false);
        }
        turn.emit(Delta::Key { key, index });
    }
    let mut unplaced = false;
    let reason = match ingest::read(event, &turn.mapping) {
        Meaning::Unreadable(why) => only_event(turn, index, source, Reason::Unreadable, why),
        Meaning::Event { rule, .. } if rule.is_empty() => only_event(turn, index, source, Reason::Unmapped, Name::EMPTY),
        Meaning::Event { rule, hands_on: true, .. } => only_event(turn, index, source, Reason::HandsOn, rule),
        Meaning::Event { rule, .. } => only_event(turn, index, source, Reason::EventOnly, rule),
        Meaning::Alarm(mapped) => alarm(turn, Heard { index, source }, event, *mapped, &mut unplaced),
    };
    answer(turn, turn.state.seq, index, reason, unplaced)
}

fn answer(turn: &Turn<'_>, seq: u64, index: u32, reason: Reason, unplaced: bool) -> Answer {
    let minter = &turn.state.minter;
    Answer::Event {
        event_id: EventId(minter.mint(IdKind::Event, seq, index)),
        tracking_id: TrackingId(minter.mint(IdKind::Tracking, seq, index)),
        reason,
        unplaced,
    }
}

fn source(turn: &mut Turn<'_>, event: &Event) -> u32 {
    if let Some(ix) = turn.state.source_of[event.source as usize].get(event.source_address.as_str()) {
        return *ix;
    }
    let ix = turn.state.sources.len() as u32;
    turn.emit(Delta::Source {
        ix,
        kind: event.source,
        address: event.source_address.clone(),
    });
    ix
}

fn only_event(turn: &mut Turn<'_>, index: u32, source: u32, reason: Reason, rule: Name) -> Reason {
    let rule = (!rule.is_empty()).then_some(rule);
    turn.emit(Delta::Event {
        index,
        source,
        reason,
        rule,
        alarm: None,
        first: None,
    });
    reason
}

fn alarm(turn: &mut Turn<'_>, heard: Heard, event: &Event, mapped: Mapped, unplaced: &mut bool) -> Reason {
    let anchor = place::anchor(turn, event, &mapped);
    let nature = turn.state.topology.nature(anchor.entity);
    let emergency = nature.emergency();
    *unplaced = !nature.placed();
    let at = clamp(turn, mapped.raised_at, event.received_at);
    let report = Report {
        heard,
        id: AlarmId(turn.state.minter.mint(IdKind::Alarm, turn.state.seq, heard.index)),
        anchor,
        alarm_type: mapped.alarm_type,
        qualifier: mapped.qualifier,
        severity: if emergency { Severity::Critical } else { mapped.severity },
        cleared: mapped.cleared,
        symptom: mapped.symptom,
        probable_cause: mapped.probable_cause,
        text: mapped.text,
        source: event.source,
        source_system: mapped.source_system,
        rule: mapped.rule,
        at,
        unsafe_key: mapped.unsafe_key,
        emergency,
    };
    let rule = report.rule.clone();
    match reduction::raise_or_clear(&turn.state.alarms, report, turn.state.at, &turn.policy.reduce) {
        Verdict::Event(reason, alarm) => {
            turn.emit(Delta::Event {
                index: heard.index,
                source: heard.source,
                reason,
                rule: Some(rule),
                alarm,
                first: None,
            });
            reason
        }
        Verdict::Change(deltas) => {
            let mut reason = Reason::Repeated;
            for delta in deltas {
                if delta.heard().is_some() {
                    reason = delta.reason();
                }
                emit_alarm(turn, delta);
            }
            reason
        }
    }
}

fn clamp(turn: &Turn<'_>, raised_at: Timestamp, received_at: Timestamp) -> Timestamp {
    let limits = &turn.state.policy.ingest;
    if raised_at > received_at.plus(Span::seconds(limits.early_limit_s)) {
        return received_at;
    }
    raised_at.max(received_at.minus(Span::seconds(limits.late_limit_s)))
}

/// Folds a change of an alarm and lets correlation answer it.
pub(super) fn emit_alarm(turn: &mut Turn<'_>, delta: AlarmDelta) {
    let ix = delta.alarm().ix;
    let reason = delta.reason();
    if matches!(delta, AlarmDelta::Purged { .. }) {
        leave(turn, ix, reason);
    }
    turn.emit(Delta::Alarm(delta));
    match reason {
        Reason::Raised | Reason::RaisedAnew | Reason::Worsened | Reason::Reopened | Reason::FlapBegan => correlate(turn, ix),
        Reason::Repeated if unexplained(turn, ix) => correlate(turn, ix),
        Reason::Eased | Reason::Cleared | Reason::ClearedByOperator | Reason::FlapSettled | Reason::TimedOut => follow(turn, ix),
        _ => {}
    }
}

/// Persists, and no incident holds it.
fn unexplained(turn: &Turn<'_>, ix: AlarmIx) -> bool {
    let alarm = turn.state.alarms.get(ix);
    alarm.is_some_and(|alarm| alarm.incident.is_none()) && turn.state.alarms.facts(ix).is_some_and(|facts| facts.persists())
}

fn leave(turn: &mut Turn<'_>, alarm: AlarmIx, reason: Reason) {
    let Some(ix) = turn.state.alarms.get(alarm).and_then(|alarm| alarm.incident) else {
        return;
    };
    let Some(id) = turn.state.incidents.get(ix).map(|incident| incident.id) else {
        return;
    };
    turn.emit(Delta::Incident(correlation::IncidentDelta::Left { ix, id, alarm, reason }));
}

fn correlate(turn: &mut Turn<'_>, ix: AlarmIx) {
    let id = IncidentId(turn.state.minter.mint(IdKind::Incident, turn.state.seq, turn.state.minted));
    turn.state.refresh();
    let far = |alarm: AlarmFacts<'_>| matches!(alarm.symptom, Symptom::SessionDown | Symptom::Unreachable | Symptom::Other);
    if turn.state.alarms.facts(ix).is_some_and(far) {
        turn.state.rewire();
    }
    let deltas = {
        let state = &*turn.state;
        let Some(facts) = state.alarms.facts(ix) else { return };
        correlation::place(&place::view(state, &state.policy), &facts, id)
    };
    if deltas.iter().any(|delta| matches!(delta, correlation::IncidentDelta::Opened { .. })) {
        turn.next_minted();
    }
    for delta in deltas {
        turn.emit(Delta::Incident(delta));
    }
}

fn follow(turn: &mut Turn<'_>, alarm: AlarmIx) {
    turn.state.refresh();
    let deltas = {
        let state = &*turn.state;
        let Some(incident) = state.alarms.get(alarm).and_then(|alarm| alarm.incident) else {
            return;
        };
        correlation::cleared(&place::view(state, &state.policy), incident)
    };
    for delta in deltas {
        turn.emit(Delta::Incident(delta));
    }
}
