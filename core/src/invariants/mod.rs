//! What holds of every state, whatever happened.
//!
//! - **does**: names the promises that a state keeps, with one sentence and one function each.
//! - **takes**: a state between two records.
//! - **gives**: what is broken, by name and in words.
//! - **never knows**: how a state came about, or who asks: property tests, the simulated network, a doctor.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{AlarmIx, AlarmLookup, IncidentIx, Severity, Symptom};
use crate::pipeline::State;

/// A promise.
#[derive(Clone, Copy)]
pub struct Invariant {
    /// Short name.
    pub id: &'static str,
    /// The promise in a sentence.
    pub sentence: &'static str,
    /// Finds what breaks it.
    pub check: fn(&State) -> Result<(), String>,
}

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Which.
    pub id: &'static str,
    /// How.
    pub how: String,
}

/// Every promise, by id.
pub const ALL: &[Invariant] = &[
    Invariant {
        id: "active-counts",
        sentence: "An incident counts as many alarms that hold it open as stand in it, restarts left out where there is anything else.",
        check: active_counts,
    },
    Invariant {
        id: "bounded-incidents",
        sentence: "No incident holds more alarms than policy allows, unless a person put them there.",
        check: bounded,
    },
    Invariant {
        id: "derived-index",
        sentence: "What correlation looks incidents up by follows from incidents and alarms alone.",
        check: derived_index,
    },
    Invariant {
        id: "major-has-incident",
        sentence: "An alarm of severity major or above that stands is in an incident, as long as no person closes that over it.",
        check: major_has_incident,
    },
    Invariant {
        id: "members-agree",
        sentence: "An alarm is in the one incident that lists it, once.",
        check: members_agree,
    },
    Invariant {
        id: "restorable",
        sentence: "A state restored from its items equals the state they were taken from.",
        check: restorable,
    },
];

/// Everything that is broken.
#[must_use]
pub fn broken(state: &State) -> Vec<Broken> {
    let of = |invariant: &Invariant| (invariant.check)(state).err().map(|how| Broken { id: invariant.id, how });
    ALL.iter().filter_map(of).collect()
}

fn active_counts(state: &State) -> Result<(), String> {
    for (ix, incident) in state.incidents().iter() {
        let alarms = || incident.members.iter().filter_map(|member| state.alarms().facts(member.alarm));
        let lasts = |symptom| symptom != Symptom::Restarted;
        let any_lasts = alarms().any(|alarm| lasts(alarm.symptom));
        let standing = alarms().filter(|alarm| !alarm.cleared && (lasts(alarm.symptom) || !any_lasts)).count();
        if standing != incident.active as usize {
            return Err(format!("{ix:?} counts {} and holds {standing}", incident.active));
        }
    }
    Ok(())
}

fn bounded(state: &State) -> Result<(), String> {
    let most = state.policy().correlate.max_alarms as usize;
    let over = state
        .incidents()
        .iter()
        .find(|(_, incident)| !incident.by_hand && incident.members.len() > most);
    over.map_or(Ok(()), |(ix, incident)| Err(format!("{ix:?} holds {} of {most}", incident.members.len())))
}

fn derived_index(state: &State) -> Result<(), String> {
    if state.index_follows() {
        Ok(())
    } else {
        Err("the index differs from one built anew".to_owned())
    }
}

fn major_has_incident(state: &State) -> Result<(), String> {
    let alone = state
        .alarms()
        .iter()
        .find(|(_, alarm)| alarm.severity >= Severity::Major && !alarm.cleared && alarm.incident.is_none());
    alone.map_or(Ok(()), |(ix, alarm)| Err(format!("{ix:?} ({}) stands alone", alarm.alarm_type)))
}

fn members_agree(state: &State) -> Result<(), String> {
    let mut listed: BTreeMap<AlarmIx, IncidentIx> = BTreeMap::new();
    for (ix, incident) in state.incidents().iter() {
        for member in &incident.members {
            if let Some(other) = listed.insert(member.alarm, ix) {
                return Err(format!("{:?} is listed in {other:?} and {ix:?}", member.alarm));
            }
        }
    }
    let says: BTreeSet<(AlarmIx, IncidentIx)> = state.alarms().iter().filter_map(|(ix, alarm)| Some((ix, alarm.incident?))).collect();
    let lists: BTreeSet<(AlarmIx, IncidentIx)> = listed.into_iter().collect();
    match says.symmetric_difference(&lists).next() {
        None => Ok(()),
        Some((alarm, incident)) => Err(format!("{alarm:?} and {incident:?} do not agree")),
    }
}

fn restorable(state: &State) -> Result<(), String> {
    let kept = state.items().into_iter().filter_map(|item| Some((item.kind, item.slot, item.body?)));
    let restored = State::restore(state.mapping().clone(), kept).map_err(|problem| problem.to_string())?;
    if restored.hash() != state.hash() {
        return Err("its hash differs".to_owned());
    }
    if restored.next_deadline() != state.next_deadline() {
        return Err("its next deadline differs".to_owned());
    }
    Ok(())
}
