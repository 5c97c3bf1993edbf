use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::promises::{PromiseRow, nearest};
use super::sla::{SlaRow, sla_row};
use crate::model::{EntityIx, EvidenceKind, Finding, Hypothesis, Incident, IncidentStatus, LinkReason, Name, Severity, SitrepSource, Timestamp};
use crate::pipeline::State;

/// A guess at the cause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HypothesisRow {
    /// The entity held to have failed.
    pub entity_id: Uuid,
    /// … its external id.
    pub external_id: Name,
    /// … its name.
    pub name: Name,
    /// … its type.
    pub entity_type: Name,
    /// 0..1.
    pub confidence: f64,
    /// One sentence.
    pub reason: Name,
    /// Facts, for and against.
    pub evidence: Vec<EvidenceRow>,
    /// From the cause to the farthest symptom, by entity.
    pub path: Vec<Uuid>,
}

/// One fact for or against a hypothesis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EvidenceRow {
    /// What kind of fact.
    pub kind: EvidenceKind,
    /// The fact in words.
    pub text: Name,
    /// The alarm it rests on.
    pub alarm_id: Option<Uuid>,
    /// The entity it is about.
    pub entity_id: Option<Uuid>,
}

/// Why an alarm is in the incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkRow {
    /// The alarm.
    pub alarm_id: Uuid,
    /// When it came in, source's time.
    pub at: Timestamp,
    /// Named reason.
    pub reason: LinkReason,
    /// The entity that ties it to the rest.
    pub through: Option<Uuid>,
    /// The alarm it hangs on.
    pub with_alarm: Option<Uuid>,
}

/// A situation report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SitrepRow {
    /// The text.
    pub text: Name,
    /// `rules` or `llm`.
    pub source: SitrepSource,
    /// When it was written.
    pub at: Timestamp,
}

/// An incident as lists show it and the wire carries it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IncidentRow {
    /// Id.
    pub id: Uuid,
    /// One line.
    pub title: Name,
    /// Worst severity in it.
    pub severity: Severity,
    /// Lifecycle.
    pub status: IncidentStatus,
    /// When it was opened, log's time.
    pub opened_at: Timestamp,
    /// Last change, log's time; `expect` of a command.
    pub changed_at: Timestamp,
    /// First raise in it, source's time.
    pub first_at: Timestamp,
    /// Newest raise in it, source's time.
    pub last_at: Timestamp,
    /// Its alarms in the order they joined.
    pub alarm_ids: Vec<Uuid>,
    /// Why each is in it.
    pub links: Vec<LinkRow>,
    /// Alarms in it that are not cleared.
    pub active_alarms: u32,
    /// Ranked guesses at the cause, best first.
    pub hypotheses: Vec<HypothesisRow>,
    /// The newest situation report.
    pub sitrep: Option<SitrepRow>,
    /// What the measurements around it told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<Finding>,
    /// The service level it endangers.
    pub sla: Option<SlaRow>,
    /// Of those it is about: the measured value that is foretold to cross its promised limit first, with the interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub foreseen: Option<Box<PromiseRow>>,
    /// Whose it is; empty is nobody.
    pub owner: Name,
    /// Newest comment.
    pub comment: Name,
    /// Opened by hand.
    pub by_hand: bool,
    /// Touches emergency services.
    pub emergency: bool,
}

/// The row of an incident.
#[must_use]
pub fn incident_row(state: &State, incident: &Incident) -> IncidentRow {
    let alarm_id = |ix| state.alarms().get(ix).map(|alarm| alarm.id.0);
    let entity_id = |ix: EntityIx| state.topology().entity(ix).map(|entity| entity.id.0);
    let links: Vec<LinkRow> = incident
        .members
        .iter()
        .filter_map(|member| {
            Some(LinkRow {
                alarm_id: alarm_id(member.alarm)?,
                at: member.at,
                reason: member.link.reason,
                through: member.link.through.and_then(entity_id),
                with_alarm: member.link.alarm.map(|id| id.0),
            })
        })
        .collect();
    IncidentRow {
        id: incident.id.0,
        title: incident.title.clone(),
        severity: incident.severity,
        status: incident.status,
        opened_at: incident.opened_at,
        changed_at: incident.changed_at,
        first_at: incident.first_at,
        last_at: incident.last_at,
        alarm_ids: links.iter().map(|link| link.alarm_id).collect(),
        links,
        active_alarms: incident.active,
        hypotheses: incident.hypotheses.iter().map(|hypothesis| hypothesis_row(state, hypothesis)).collect(),
        sitrep: incident.sitrep.as_ref().map(|sitrep| SitrepRow {
            text: sitrep.text.clone(),
            source: sitrep.source,
            at: sitrep.at,
        }),
        finding: incident.finding.as_deref().cloned(),
        sla: incident.clock.as_deref().and_then(|clock| sla_row(state, clock)),
        foreseen: nearest(state, incident),
        owner: incident.owner.clone(),
        comment: incident.comment.clone(),
        by_hand: incident.by_hand,
        emergency: incident.emergency,
    }
}

fn hypothesis_row(state: &State, hypothesis: &Hypothesis) -> HypothesisRow {
    let entity = state.topology().entity(hypothesis.entity);
    let entity_id = |ix: EntityIx| state.topology().entity(ix).map(|entity| entity.id.0);
    HypothesisRow {
        entity_id: entity.map_or(Uuid::nil(), |entity| entity.id.0),
        external_id: entity.map(|entity| entity.external_id.clone()).unwrap_or_default(),
        name: entity.map(|entity| entity.name.clone()).unwrap_or_default(),
        entity_type: entity.map(|entity| entity.kind.clone()).unwrap_or_default(),
        confidence: hypothesis.confidence,
        reason: hypothesis.reason.clone(),
        evidence: hypothesis
            .evidence
            .iter()
            .map(|fact| EvidenceRow {
                kind: fact.kind,
                text: fact.text.clone(),
                alarm_id: fact.alarm.map(|id| id.0),
                entity_id: fact.entity.and_then(entity_id),
            })
            .collect(),
        path: hypothesis.path.iter().filter_map(|ix| entity_id(*ix)).collect(),
    }
}
