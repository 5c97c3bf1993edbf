//! What comes due.

use super::delta::Delta;
use super::event::emit_alarm;
use super::place;
use super::turn::Turn;
use crate::correlation::{self, IncidentDelta};
use crate::model::{AlarmFacts, AlarmLookup, IncidentIx, Sitrep, SitrepSource, Span};
use crate::{diagnosis, reduction, sitrep};

/// Most alarms and incidents that one record lets come due; the rest comes with the next.
const AT_ONCE: usize = 512;

pub(super) fn take(turn: &mut Turn<'_>) {
    let at = turn.state.at;
    for ix in turn.state.incidents.due(at, AT_ONCE) {
        incident(turn, ix);
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
    let before = at.minus(Span::seconds(turn.state.policy.ingest.key_ttl_s));
    if turn.state.oldest_key().is_some_and(|oldest| oldest < before) {
        turn.emit(Delta::KeysForgotten { before });
    }
}

fn incident(turn: &mut Turn<'_>, ix: IncidentIx) {
    let at = turn.state.at;
    let Some(incident) = turn.state.incidents.get(ix) else { return };
    let deltas = match incident.diagnose_at {
        Some(due) if due <= at => vec![diagnose(turn, ix)],
        _ => correlation::clock(ix, incident, at).into_iter().map(Some).collect(),
    };
    for delta in deltas.into_iter().flatten() {
        turn.emit(Delta::Incident(delta));
    }
}

fn diagnose(turn: &Turn<'_>, ix: IncidentIx) -> Option<IncidentDelta> {
    let state = &*turn.state;
    let incident = state.incidents.get(ix)?;
    let alarms: Vec<AlarmFacts<'_>> = incident.members.iter().filter_map(|member| state.alarms.facts(member.alarm)).collect();
    let hypotheses = diagnosis::diagnose(&state.topology, &alarms, incident.marked_cause);
    let report = sitrep::write(&state.topology, incident, &alarms, &hypotheses);
    let policy = place::view(state, &state.policy).policy;
    Some(IncidentDelta::Diagnosed {
        ix,
        id: incident.id,
        hypotheses,
        sitrep: Box::new(Sitrep {
            text: report.text,
            source: SitrepSource::Rules,
            at: state.at,
        }),
        title: report.title,
        again_at: correlation::look_again(incident, state.at, policy),
    })
}
