//! What a run is worth, by the rules of the scenario mix.

use std::collections::{BTreeMap, BTreeSet};

use pedkai_core::model::{AlarmId, IncidentId};
use pedkai_simulator::Fault;
use serde::Serialize;

use crate::run::{Alarm, Played};

/// A fault and what was made of it.
#[derive(Debug, Clone, Serialize)]
pub struct Judged {
    /// The fault's number.
    pub fault: u32,
    /// Its kind.
    pub kind: String,
    /// The first hypothesis names it.
    pub first: bool,
    /// One of the first three does.
    pub third: bool,
    /// The incident that holds most of its alarms.
    #[serde(skip)]
    pub incident: Option<IncidentId>,
    /// Confidence of the first hypothesis.
    pub confidence: f64,
    /// Its alarms.
    pub alarms: usize,
    /// Those of them in that incident.
    pub together: usize,
}

/// Figures of one run.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Score {
    /// Network and seed.
    pub run: String,
    /// Alarms counted.
    pub alarms: usize,
    /// Pairs that are together rightly, wrongly, and that should be.
    pub right: u64,
    /// See `right`.
    pub wrong: u64,
    /// See `right`.
    pub missed: u64,
    /// Of the pairs.
    pub f1: f64,
    /// Alarms of the largest incident.
    pub largest: usize,
    /// Alarms of the fault that has most.
    pub largest_true: usize,
    /// Every fault that was heard.
    pub faults: Vec<Judged>,
}

impl Score {
    /// Share of faults whose first hypothesis is right.
    #[must_use]
    pub fn first(&self) -> f64 {
        share(self.faults.iter().filter(|fault| fault.first).count(), self.faults.len())
    }

    /// Share of faults that are among the first three hypotheses.
    #[must_use]
    pub fn third(&self) -> f64 {
        share(self.faults.iter().filter(|fault| fault.third).count(), self.faults.len())
    }

    /// How much larger the largest incident is than the largest fault; 1 is equal.
    #[must_use]
    pub fn overgrown(&self) -> f64 {
        if self.largest_true == 0 {
            1.0
        } else {
            self.largest as f64 / self.largest_true as f64
        }
    }
}

fn share(some: usize, all: usize) -> f64 {
    if all == 0 { 1.0 } else { some as f64 / all as f64 }
}

/// What an alarm belongs to: the faults that could each be its cause, none for a stray one.
#[must_use]
pub fn belongs(alarm: &Alarm) -> BTreeSet<u32> {
    let mut votes: BTreeMap<Option<u32>, (usize, BTreeSet<u32>)> = BTreeMap::new();
    for bearing in &alarm.raised_by {
        let entry = votes.entry(bearing.cause.fault).or_default();
        entry.0 += 1;
        entry.1.extend(bearing.cause.fault);
        entry.1.extend(&bearing.cause.also);
    }
    let most = votes.into_iter().max_by_key(|(fault, (votes, _))| (*votes, std::cmp::Reverse(*fault)));
    most.map(|(_, (_, faults))| faults).unwrap_or_default()
}

/// Counts only where it is in an incident.
fn informs(alarm: &Alarm) -> bool {
    alarm.raised_by.iter().all(|bearing| bearing.informs)
}

/// Every alarm that counts with the one fault that it is held to belong to: of several that could be, the one that most of its incident
/// belongs to.
#[must_use]
pub fn labels(played: &Played) -> BTreeMap<AlarmId, Option<u32>> {
    let counted = || played.alarms.iter().filter(|(_, alarm)| alarm.incident.is_some() || !informs(alarm));
    let mut common: BTreeMap<IncidentId, BTreeMap<u32, usize>> = BTreeMap::new();
    for (_, alarm) in counted() {
        if let Some(incident) = alarm.incident {
            for fault in belongs(alarm) {
                *common.entry(incident).or_default().entry(fault).or_default() += 1;
            }
        }
    }
    let label = |alarm: &Alarm| {
        let faults = belongs(alarm);
        let votes = alarm.incident.and_then(|incident| common.get(&incident));
        faults
            .into_iter()
            .max_by_key(|fault| (votes.and_then(|votes| votes.get(fault)).copied().unwrap_or(0), std::cmp::Reverse(*fault)))
    };
    counted().map(|(id, alarm)| (*id, label(alarm))).collect()
}

fn pairs(n: usize) -> u64 {
    let n = n as u64;
    n * n.saturating_sub(1) / 2
}

/// Scores a run.
#[must_use]
pub fn score(played: &Played) -> Score {
    let labels = labels(played);
    let mut cells: BTreeMap<(Option<u32>, Option<IncidentId>), usize> = BTreeMap::new();
    let (mut by_fault, mut by_incident): (BTreeMap<u32, usize>, BTreeMap<IncidentId, usize>) = Default::default();
    for (id, label) in &labels {
        let incident = played.alarms[id].incident;
        *cells.entry((*label, incident)).or_default() += 1;
        if let Some(fault) = label {
            *by_fault.entry(*fault).or_default() += 1;
        }
        if let Some(incident) = incident {
            *by_incident.entry(incident).or_default() += 1;
        }
    }
    let right: u64 = cells
        .iter()
        .filter(|((fault, incident), _)| fault.is_some() && incident.is_some())
        .map(|(_, n)| pairs(*n))
        .sum();
    let together: u64 = by_incident.values().map(|n| pairs(*n)).sum();
    let should: u64 = by_fault.values().map(|n| pairs(*n)).sum();
    let (wrong, missed) = (together - right, should - right);
    let f1 = if together + should == 0 {
        1.0
    } else {
        2.0 * right as f64 / (together + should) as f64
    };
    let heard = played.faults.iter().filter(|fault| played.heard.contains(&fault.id));
    Score {
        run: format!("{} {}", played.network, played.seed),
        alarms: labels.len(),
        right,
        wrong,
        missed,
        f1,
        largest: by_incident.values().copied().max().unwrap_or(0),
        largest_true: by_fault.values().copied().max().unwrap_or(0),
        faults: heard
            .map(|fault| judge(played, fault, &cells, by_fault.get(&fault.id).copied().unwrap_or(0)))
            .collect(),
    }
}

fn judge(played: &Played, fault: &Fault, cells: &BTreeMap<(Option<u32>, Option<IncidentId>), usize>, alarms: usize) -> Judged {
    let mine = cells.iter().filter(|((label, incident), _)| *label == Some(fault.id) && incident.is_some());
    let most = mine.max_by_key(|((_, incident), n)| (**n, std::cmp::Reverse(*incident)));
    let owned = most.and_then(|((_, incident), _)| *incident);
    let incident = owned.or_else(|| if alarms == 0 { repeats(played, fault) } else { None });
    let hypotheses = incident
        .and_then(|incident| played.incidents.get(&incident))
        .map_or(&[][..], |incident| &incident.hypotheses);
    let right = |named: &(String, f64, String)| named.0 == fault.root || fault.accepted.contains(&named.0);
    Judged {
        fault: fault.id,
        kind: fault.kind.name().to_owned(),
        first: hypotheses.first().is_some_and(right),
        third: hypotheses.iter().take(3).any(right),
        incident,
        confidence: hypotheses.first().map_or(0.0, |named| named.1),
        alarms,
        together: most.map_or(0, |(_, n)| *n),
    }
}

/// The incident of most alarms that a fault raised again, where an earlier fault at the same place owns all of them: the fault was heard,
/// and that incident says what of.
fn repeats(played: &Played, fault: &Fault) -> Option<IncidentId> {
    let mut votes: BTreeMap<IncidentId, usize> = BTreeMap::new();
    for alarm in played.alarms.values() {
        let bears = alarm.raised_by.iter().filter(|bearing| bearing.cause.fault == Some(fault.id)).count();
        if let Some(incident) = alarm.incident.filter(|_| bears > 0) {
            *votes.entry(incident).or_default() += bears;
        }
    }
    votes
        .into_iter()
        .max_by_key(|(incident, n)| (*n, std::cmp::Reverse(*incident)))
        .map(|(incident, _)| incident)
}

#[cfg(test)]
mod tests {
    use super::pairs;

    #[test]
    fn pairs_are_counted_once() {
        assert_eq!([0, 1, 2, 5].map(pairs), [0, 0, 1, 10]);
    }
}
