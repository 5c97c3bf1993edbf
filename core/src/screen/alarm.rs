use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::{AckUntil, Alarm, IdKind, Name, Severity, StatusChange, Symptom, Timestamp};
use crate::pipeline::State;

/// Whether an alarm is acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AckState {
    /// Nobody did.
    #[default]
    None,
    /// Somebody did.
    Acked,
}

/// An acknowledgement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AckRow {
    /// Who.
    pub by: Name,
    /// When.
    pub at: Timestamp,
    /// Until when it holds.
    pub until: AckUntil,
    /// Note given with it.
    pub note: Name,
}

/// An alarm as lists show it and the wire carries it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AlarmRow {
    /// Id.
    pub id: Uuid,
    /// Entity it is on.
    pub entity_id: Uuid,
    /// … its external id.
    pub external_id: Name,
    /// … its name.
    pub entity_name: Name,
    /// … its type.
    pub entity_type: Name,
    /// The device that speaks, where that is another entity.
    pub device_id: Option<Uuid>,
    /// The link it is about.
    pub link_id: Option<Uuid>,
    /// The neighbour it names.
    pub peer_id: Option<Uuid>,
    /// Alarm type.
    pub alarm_type: Name,
    /// Which of several on the entity.
    pub qualifier: Name,
    /// Last severity, kept when cleared.
    pub severity: Severity,
    /// The condition is over at the resource.
    pub cleared: bool,
    /// Held because it comes and goes.
    pub flapping: bool,
    /// `none` or `acked`.
    pub ack_state: AckState,
    /// The acknowledgement.
    pub ack: Option<AckRow>,
    /// Shelved.
    pub shelved: bool,
    /// What suppresses it.
    pub suppressed_by: Option<Name>,
    /// Raises since it was raised as new.
    pub count: u32,
    /// First raise, source's time.
    pub raised_at: Timestamp,
    /// Newest raise, source's time.
    pub last_raised_at: Timestamp,
    /// Newest clear, source's time.
    pub cleared_at: Option<Timestamp>,
    /// Last change, log's time; `expect` of a command.
    pub changed_at: Timestamp,
    /// Newest text.
    pub text: Name,
    /// Probable cause.
    pub probable_cause: Name,
    /// What it is a sign of.
    pub symptom: Symptom,
    /// Door of the newest event.
    pub source: crate::model::SourceKind,
    /// System that reports it.
    pub source_system: Name,
    /// Mapping rule that made it.
    pub rule: Name,
    /// Newest 32 trails, newest first.
    pub tracking_ids: Vec<Uuid>,
    /// Newest 32 events, newest first.
    pub event_ids: Vec<Uuid>,
    /// Incident it belongs to.
    pub incident_id: Option<Uuid>,
    /// Whose it is; empty is nobody.
    pub owner: Name,
    /// Newest comment.
    pub comment: Name,
    /// Serves emergency calls.
    pub emergency: bool,
    /// Status changes, newest last.
    pub history: Vec<(Timestamp, StatusChange)>,
}

/// The row of an alarm.
#[must_use]
pub fn alarm_row(state: &State, alarm: &Alarm) -> AlarmRow {
    let topology = state.topology();
    let id_of = |ix| topology.entity(ix).map(|entity| entity.id.0);
    let entity = topology.entity(alarm.anchor.entity);
    let minter = state.minter();
    let ids = |kind| alarm.events.newest().map(|(seq, index)| minter.mint(kind, seq, index)).collect();
    AlarmRow {
        id: alarm.id.0,
        entity_id: entity.map_or(Uuid::nil(), |entity| entity.id.0),
        external_id: entity.map(|entity| entity.external_id.clone()).unwrap_or_default(),
        entity_name: entity.map(|entity| entity.name.clone()).unwrap_or_default(),
        entity_type: entity.map(|entity| entity.kind.clone()).unwrap_or_default(),
        device_id: if alarm.anchor.device == alarm.anchor.entity {
            None
        } else {
            id_of(alarm.anchor.device)
        },
        link_id: alarm.anchor.link.and_then(id_of),
        peer_id: alarm.anchor.peer.and_then(id_of),
        alarm_type: alarm.alarm_type.clone(),
        qualifier: alarm.qualifier.clone(),
        severity: alarm.severity,
        cleared: alarm.cleared,
        flapping: alarm.flapping,
        ack_state: if alarm.ack.is_some() { AckState::Acked } else { AckState::None },
        ack: alarm.ack.as_ref().map(|ack| AckRow {
            by: ack.by.clone(),
            at: ack.at,
            until: ack.until,
            note: ack.note.clone(),
        }),
        shelved: false,
        suppressed_by: None,
        count: alarm.count,
        raised_at: alarm.raised_at,
        last_raised_at: alarm.last_raised_at,
        cleared_at: alarm.cleared_at.filter(|_| alarm.cleared),
        changed_at: alarm.changed_at,
        text: alarm.text.clone(),
        probable_cause: alarm.probable_cause.clone(),
        symptom: alarm.symptom,
        source: alarm.source,
        source_system: alarm.source_system.clone(),
        rule: alarm.rule.clone(),
        tracking_ids: ids(IdKind::Tracking),
        event_ids: ids(IdKind::Event),
        incident_id: alarm.incident.and_then(|ix| state.incidents().get(ix)).map(|incident| incident.id.0),
        owner: alarm.owner.clone(),
        comment: alarm.comment.clone(),
        emergency: alarm.emergency,
        history: alarm.history.iter().map(|entry| (entry.at, entry.change)).collect(),
    }
}
