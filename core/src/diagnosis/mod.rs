//! From an incident to its likely causes.
//!
//! - **does**: ranks the entities whose failure would explain an incident's alarms, with evidence for and against, the alarms that
//!   should have been heard and were not, and the path from cause to symptom.
//! - **takes**: the facts of the incident's alarms and the topology.
//! - **gives**: two or three hypotheses, best first.
//! - **never knows**: how the alarms came together, or what is done about them.
//!
//! Every suspect is weighed by the same question: were it the cause, how likely is what was heard, and how likely is the silence?
//! Logarithms of likelihoods are added up: a prior for the kind of failure, a price for every fact that the suspect does not explain,
//! and a price for every alarm that it should have caused at a device that could speak. What a device says many times counts
//! once. The shares of all suspects are the confidences.

pub mod granger;
mod hands;
mod line;
mod measured;
mod mode;
mod relapse;
mod scene;
pub mod series;
mod tell;
pub mod types;
mod weigh;

#[cfg(test)]
mod tests;

pub use measured::measured;

use crate::model::{AlarmFacts, EntityIx, Hypothesis, Name, Timestamp};
use crate::topology::{Topology, Wires};

use scene::Scene;

/// Says how often a device told between two moments that somebody was at work on it.
pub type HandsOn<'a> = dyn Fn(EntityIx, Timestamp, Timestamp) -> usize + 'a;

/// What a diagnosis may look at.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The graph.
    pub topology: &'a Topology,
    /// The ways between its devices; current.
    pub wires: &'a Wires,
    /// The incident's alarms, in the order in which they joined.
    pub alarms: &'a [AlarmFacts<'a>],
    /// An operator's word.
    pub marked: Option<EntityIx>,
    /// When the incident opened, log's time.
    pub opened: Timestamp,
    /// Log's time.
    pub now: Timestamp,
    /// Links that some incident says are down now.
    pub down: &'a dyn Fn(EntityIx) -> bool,
    /// Who was worked on.
    pub hands_on: &'a HandsOn<'a>,
}

/// So many hypotheses are told.
const TOLD: usize = 3;
/// A hypothesis below this share is told only to make a second one.
const WORTH: f64 = 0.02;
/// What no suspect here explains keeps this share.
const UNKNOWN: f64 = 0.03;

/// What an incident that came back is of since then, where that is something else, has this share: what fails again soon mostly fails of
/// the same.
const SINCE: f64 = 0.2;

/// Ranks the causes of an incident: of one that came back, what explains all of it, and then what explains what came since.
#[must_use]
pub fn diagnose(question: &Question<'_>) -> Vec<Hypothesis> {
    let mut told = rank(question);
    let Some(alarms) = relapse::newest(question.alarms) else { return told };
    let since = Question {
        alarms: &alarms,
        opened: alarms.iter().map(AlarmFacts::when).min().unwrap_or(question.opened),
        ..*question
    };
    let Some(mut since) = rank(&since).into_iter().next() else { return told };
    if told.iter().take(TOLD - 1).any(|known| known.entity == since.entity) {
        return told;
    }
    told.truncate(TOLD - 1);
    for hypothesis in &mut told {
        hypothesis.confidence = thousandths(hypothesis.confidence * (1.0 - SINCE));
    }
    since.confidence = thousandths(since.confidence * SINCE);
    since.reason = Name::from(["Since it came back: ", &since.reason].concat());
    told.push(since);
    told.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    told
}

fn thousandths(share: f64) -> f64 {
    (share * 1_000.0).round() / 1_000.0
}

fn rank(question: &Question<'_>) -> Vec<Hypothesis> {
    let scene = Scene::of(question);
    let mut weighed: Vec<weigh::Weighed> = scene.suspects().into_iter().map(|suspect| weigh::weigh(&scene, suspect)).collect();
    weighed.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.suspect.entity.cmp(&b.suspect.entity)));
    let Some(top) = weighed.first().map(|best| best.weight) else {
        return Vec::new();
    };
    let share = |weight: f64| libm::exp(weight - top);
    let whole: f64 = weighed.iter().map(|other| share(other.weight)).sum();
    let confidence = |weight: f64| thousandths(share(weight) / whole * (1.0 - UNKNOWN));
    let told = weighed
        .iter()
        .enumerate()
        .take(TOLD)
        .filter(|(rank, other)| *rank < 2 || confidence(other.weight) >= WORTH);
    told.map(|(_, weighed)| tell::tell(&scene, weighed, confidence(weighed.weight))).collect()
}
