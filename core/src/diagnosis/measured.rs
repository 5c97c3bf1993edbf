//! What measurements say for a hypothesis.

use super::series::combine;
use super::thousandths;
use crate::model::{Evidence, EvidenceKind, Finding, Hypothesis, Name};
use crate::topology::Topology;

/// So many facts from measurements are told of one hypothesis.
const TOLD: usize = 3;

/// Puts what was found in the measurements beside the hypotheses that it speaks for, and weighs those anew that were measured: what alarms
/// and topology say and what the series say are combined by [`combine`]. The hypotheses share the same whole as before.
pub fn measured(hypotheses: &mut [Hypothesis], finding: &Finding, topology: &Topology) {
    weigh(hypotheses, finding, topology);
    for hypothesis in hypotheses {
        let Some(entity) = topology.entity(hypothesis.entity) else { continue };
        let links = finding
            .links
            .iter()
            .filter(|link| link.cause.entity_id == entity.id)
            .map(|link| (&link.sentence, topology.by_id(link.effect.entity_id)));
        let own = || finding.suspects.iter().filter(|suspect| suspect.entity_id == entity.id);
        let suspects = own().filter(|suspect| !suspect.quiet).map(|suspect| (&suspect.why, Some(hypothesis.entity)));
        let fact = |kind: EvidenceKind, text: &Name, about| Evidence {
            kind,
            text: text.clone(),
            alarm: None,
            entity: about,
        };
        let facts = suspects.chain(links).take(TOLD);
        hypothesis.evidence.extend(facts.map(|(text, about)| fact(EvidenceKind::Measured, text, about)));
        // What is quiet where a cause should be seen speaks against it.
        let quiet = own()
            .find(|suspect| suspect.quiet)
            .map(|suspect| fact(EvidenceKind::Unexplained, &suspect.why, Some(hypothesis.entity)));
        hypothesis.evidence.extend(quiet);
    }
}

fn weigh(hypotheses: &mut [Hypothesis], finding: &Finding, topology: &Topology) {
    let whole: f64 = hypotheses.iter().map(|hypothesis| hypothesis.confidence).sum();
    let mut changed = false;
    for hypothesis in hypotheses.iter_mut() {
        let id = topology.entity(hypothesis.entity).map(|entity| entity.id);
        if let Some(suspect) = finding.suspects.iter().find(|suspect| Some(suspect.entity_id) == id) {
            hypothesis.confidence = combine(hypothesis.confidence, suspect.score);
            changed = true;
        }
    }
    let now: f64 = hypotheses.iter().map(|hypothesis| hypothesis.confidence).sum();
    if !changed || now <= 0.0 {
        return;
    }
    for hypothesis in hypotheses.iter_mut() {
        hypothesis.confidence = thousandths(hypothesis.confidence * whole / now);
    }
    hypotheses.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
}
