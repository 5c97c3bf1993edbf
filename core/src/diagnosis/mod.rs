//! From an incident to its likely causes.
//!
//! - **does**: ranks the entities whose failure would explain an incident's alarms, with evidence for and against, the alarms that
//!   should have been heard and were not, and the path from cause to symptom.
//! - **takes**: the facts of the incident's alarms and the topology.
//! - **gives**: two or three hypotheses, best first.
//! - **never knows**: how the alarms came together, or what is done about them.

use crate::model::{AlarmFacts, EntityIx, Hypothesis};
use crate::topology::Topology;

/// Ranks the causes of an incident; `marked` is an operator's word.
#[must_use]
pub fn diagnose(_topology: &Topology, _alarms: &[AlarmFacts<'_>], _marked: Option<EntityIx>) -> Vec<Hypothesis> {
    Vec::new()
}
