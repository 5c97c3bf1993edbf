//! What a worker found about an incident.

use super::answer::Answer;
use super::delta::Delta;
use super::turn::Turn;
use crate::correlation::IncidentDelta;
use crate::model::{Finding, IncidentStatus, Shared};

/// Keeps a finding with its incident and has the causes ranked anew. One that comes too late, or that tells nothing new, changes nothing.
pub(super) fn take(turn: &mut Turn<'_>, finding: &Finding) -> Answer {
    let at = turn.state.at;
    let found = turn
        .state
        .incidents
        .by_id(finding.incident)
        .and_then(|ix| Some((ix, turn.state.incidents.get(ix)?)));
    let Some((ix, incident)) = found.filter(|(_, incident)| incident.status != IncidentStatus::Closed) else {
        return Answer::Done;
    };
    let (id, known) = (incident.id, incident.finding.as_deref());
    if known.is_some_and(|known| known.digest == finding.digest) {
        return Answer::Done;
    }
    let news = known.map_or(!finding.links.is_empty() || !finding.suspects.is_empty(), |known| {
        known.links != finding.links || known.suspects != finding.suspects
    });
    turn.emit(Delta::Incident(IncidentDelta::Found {
        ix,
        id,
        finding: Shared::from(finding.clone()),
    }));
    if news {
        turn.emit(Delta::Incident(IncidentDelta::DiagnosisDue { ix, id, at }));
    }
    Answer::Done
}
