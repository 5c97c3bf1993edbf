//! What measurements say for a hypothesis.

use crate::model::{Evidence, EvidenceKind, Finding, Hypothesis};
use crate::topology::Topology;

/// So many facts from measurements are told of one hypothesis.
const TOLD: usize = 3;

/// Puts what was found in the measurements beside the hypotheses that it speaks for.
pub fn measured(hypotheses: &mut [Hypothesis], finding: &Finding, topology: &Topology) {
    for hypothesis in hypotheses {
        let Some(entity) = topology.entity(hypothesis.entity) else { continue };
        let links = finding
            .links
            .iter()
            .filter(|link| link.cause.entity_id == entity.id)
            .map(|link| (&link.sentence, topology.by_id(link.effect.entity_id)));
        let suspects = finding
            .suspects
            .iter()
            .filter(|suspect| suspect.entity_id == entity.id)
            .map(|suspect| (&suspect.why, Some(hypothesis.entity)));
        let facts: Vec<Evidence> = suspects
            .chain(links)
            .take(TOLD)
            .map(|(text, about)| Evidence {
                kind: EvidenceKind::Measured,
                text: text.clone(),
                alarm: None,
                entity: about,
            })
            .collect();
        hypothesis.evidence.extend(facts);
    }
}
