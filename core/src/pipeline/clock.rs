//! What comes due.

use super::delta::Delta;
use super::event::emit_alarm;
use super::turn::Turn;
use super::{change, place, promise, warm};
use crate::correlation::{self, IncidentDelta};
use crate::model::{AlarmFacts, AlarmLookup, IdKind, IncidentId, IncidentIx, IncidentStatus, Shared, Sitrep, SitrepSource, Span};
use crate::{diagnosis, reduction, sitrep};

/// Most alarms and incidents that one record lets come due; the rest comes with the next.
const AT_ONCE: usize = 512;

pub(super) fn take(turn: &mut Turn<'_>) {
    let at = turn.state.at;
    for ahead in turn.state.incidents.due(at, AT_ONCE).chunks(warm::INCIDENTS_AHEAD) {
        warm::read_incidents(turn.state, ahead);
        for ix in ahead {
            incident(turn, *ix);
        }
    }
    for ix in turn.state.alarms.due(at, AT_ONCE) {
        let deltas = turn
            .state
            .alarms
            .get(ix)
            .map(|alarm| reduction::clock(ix, alarm, at, &turn.state.policy.reduce))
            .unwrap_or_default();
        for delta in deltas {
            emit_alarm(turn, delta);
        }
    }
    change::pass(turn);
    let before = at.minus(Span::seconds(turn.state.policy.ingest.key_ttl_s));
    if turn.state.oldest_key().is_some_and(|oldest| oldest < before) {
        turn.emit(Delta::KeysForgotten { before });
    }
}

fn incident(turn: &mut Turn<'_>, ix: IncidentIx) {
    let at = turn.state.at;
    promise::pass(turn, ix);
    let Some(incident) = turn.state.incidents.get(ix) else { return };
    if incident.diagnose_at.is_none_or(|due| due > at) {
        for delta in correlation::clock(ix, incident, at) {
            turn.emit(Delta::Incident(delta));
        }
        return;
    }
    review(turn, ix);
    if let Some(delta) = diagnose(turn, ix) {
        turn.emit(Delta::Incident(delta));
        promise::watch(turn, ix);
    }
}

/// Before causes are ranked: what belongs to the incident, and what it belongs to.
fn review(turn: &mut Turn<'_>, ix: IncidentIx) {
    let id = IncidentId(turn.state.minter.mint(IdKind::Incident, turn.state.seq, turn.state.minted));
    turn.state.refresh();
    turn.state.rewire();
    turn.state.remeasure();
    let deltas = correlation::review(&place::view(turn.state, &turn.state.policy), ix, id);
    if deltas.iter().any(|delta| matches!(delta, IncidentDelta::Opened { .. })) {
        turn.next_minted();
    }
    for delta in deltas {
        turn.emit(Delta::Incident(delta));
    }
}

fn diagnose(turn: &Turn<'_>, ix: IncidentIx) -> Option<IncidentDelta> {
    let state = &*turn.state;
    let incident = state.incidents.get(ix).filter(|incident| incident.status != IncidentStatus::Closed)?;
    let alarms: Vec<AlarmFacts<'_>> = incident.members.iter().filter_map(|member| state.alarms.facts(member.alarm)).collect();
    let mut hypotheses = diagnosis::diagnose(&diagnosis::Question {
        topology: &state.topology,
        wires: &state.wires,
        alarms: &alarms,
        marked: incident.marked_cause,
        opened: incident.opened_at,
        now: state.at,
        down: &|link| state.index.is_down(link),
        hands_on: &|device, from, upto| state.hands_on(device, from, upto),
    });
    if let Some(finding) = &incident.finding {
        diagnosis::measured(&mut hypotheses, finding, &state.topology);
    }
    let impact = hypotheses.first().map(|first| state.impact.impact(first.entity)).unwrap_or_default();
    let report = sitrep::write(&sitrep::Matter {
        topology: &state.topology,
        incident,
        alarms: &alarms,
        hypotheses: &hypotheses,
        impact: &impact,
    });
    let policy = place::view(state, &state.policy).policy;
    Some(IncidentDelta::Diagnosed {
        ix,
        id: incident.id,
        hypotheses: hypotheses.into(),
        sitrep: Shared::from(Sitrep {
            text: report.text,
            source: SitrepSource::Rules,
            at: state.at,
        }),
        title: report.title,
        again_at: correlation::look_again(incident, state.at, policy),
    })
}
