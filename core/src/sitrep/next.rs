//! The next step.

use super::{LIKELY, Matter, name};
use crate::model::{EvidenceKind, IncidentStatus, Symptom};
use crate::topology::Entity;

pub(super) fn step(matter: &Matter<'_>) -> String {
    if !matter.incident.status.open() || matter.incident.status != IncidentStatus::New && matter.alarms.iter().all(|alarm| alarm.cleared) {
        return "all alarms are cleared; see whether it stays so.".to_owned();
    }
    let Some(first) = matter.hypotheses.first() else {
        return "read the alarms; add what they are about to the inventory.".to_owned();
    };
    if first.confidence < LIKELY
        && let Some(second) = matter.hypotheses.get(1)
    {
        let (one, two) = (name(matter, first.entity), name(matter, second.entity));
        return format!("find out which: try to reach {one} and {two} out of band, and compare.");
    }
    let who = name(matter, first.entity);
    let unheard = first
        .evidence
        .iter()
        .find(|fact| fact.kind == EvidenceKind::ExpectedUnheard)
        .and_then(|fact| fact.entity);
    let check = unheard.map_or(String::new(), |entity| format!(" Ask {} too: it should have spoken.", name(matter, entity)));
    let any = |symptoms: &[Symptom]| matter.alarms.iter().any(|alarm| !alarm.cleared && symptoms.contains(&alarm.symptom));
    let entity = matter.topology.entity(first.entity);
    let text = if entity.is_some_and(Entity::is_link) {
        if any(&[
            Symptom::InterfaceDown,
            Symptom::SignalLost,
            Symptom::AdjacencyDown,
            Symptom::SessionDown,
            Symptom::Unreachable,
        ]) {
            format!("check light levels at both ends of {who}, then call the field team or the carrier.")
        } else {
            format!("clean and measure {who} before it fails; move traffic where it matters.")
        }
    } else if any(&[Symptom::PowerLost, Symptom::PowerDegraded]) {
        format!("check the power at {who}: mains, battery time left, generator.")
    } else if any(&[Symptom::HardwareFault]) {
        format!("look at {who}'s hardware, reseat or replace the part.")
    } else if any(&[Symptom::Environment]) {
        format!("check cooling at {who} before it shuts down.")
    } else if any(&[
        Symptom::SessionDown,
        Symptom::AdjacencyDown,
        Symptom::InterfaceDown,
        Symptom::Unreachable,
        Symptom::SignalLost,
    ]) {
        format!("reach {who} out of band; see whether it runs, and whether work is planned there.")
    } else {
        format!("look at {who}.")
    };
    text + &check
}
