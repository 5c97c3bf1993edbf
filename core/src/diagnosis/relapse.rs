//! Incidents that were over and came back: what is said now is said of what is wrong now.

use crate::model::{AlarmFacts, Span, Subject, Symptom, Timestamp};

/// All was well for longer than clocks differ and late messages take.
const WELL: Span = Span::seconds(150);

/// The alarms of an incident that were raised after all that was raised before was over; `None` where it never was.
pub(super) fn newest<'a>(alarms: &[AlarmFacts<'a>]) -> Option<Vec<AlarmFacts<'a>>> {
    // Nothing clears a restart.
    let lasts = |alarm: &AlarmFacts<'_>| alarm.symptom != Symptom::Restarted;
    if alarms.iter().filter(|alarm| lasts(alarm)).all(|alarm| !alarm.cleared) {
        return None;
    }
    let mut times: Vec<(Timestamp, Option<Timestamp>)> = alarms
        .iter()
        .filter(|alarm| lasts(alarm))
        .map(|alarm| (alarm.when(), alarm.cleared.then_some(alarm.changed_at)))
        .collect();
    times.sort_unstable_by_key(|(raised, _)| *raised);
    let (mut over, mut began) = (times.first()?.0, None);
    for (raised, cleared) in times {
        if raised > over.plus(WELL) {
            began = Some(raised);
        }
        let Some(cleared) = cleared else { break };
        over = over.max(cleared);
    }
    let began = began?;
    let anew: Vec<AlarmFacts<'a>> = alarms.iter().filter(|alarm| alarm.when() >= began).copied().collect();
    // Sessions alone may still settle.
    let failed = anew.iter().any(|alarm| matches!(alarm.subject(), Subject::Line { .. } | Subject::Own { .. }));
    failed.then_some(anew)
}
