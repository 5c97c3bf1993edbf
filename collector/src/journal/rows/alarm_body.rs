//! An alarm's row in few bytes: there are many of them, and they change most.

use pedkai_core::model::{AckUntil, IdKind, Minter, Name, Severity, SourceKind, StatusChange, Symptom, Timestamp};
use pedkai_core::screen::{AckRow, AckState, AlarmRow};
use uuid::Uuid;

use super::raised::Raised;

/// Every field of an [`AlarmRow`] but its id. Numbers are never used twice; a new field is an `Option` or raises the format.
#[derive(minicbor::Encode, minicbor::Decode)]
struct Body {
    #[n(0)]
    entity_id: Id,
    #[n(1)]
    external_id: Name,
    #[n(2)]
    entity_name: Name,
    #[n(3)]
    entity_type: Name,
    #[n(4)]
    device_id: Option<Id>,
    #[n(5)]
    link_id: Option<Id>,
    #[n(6)]
    peer_id: Option<Id>,
    #[n(7)]
    alarm_type: Name,
    #[n(8)]
    qualifier: Name,
    #[n(9)]
    severity: Severity,
    #[n(10)]
    cleared: bool,
    #[n(11)]
    flapping: bool,
    #[n(12)]
    ack: Option<AckBody>,
    #[n(13)]
    shelved: bool,
    #[n(14)]
    suppressed_by: Option<Name>,
    #[n(15)]
    count: u32,
    #[n(16)]
    raised_at: Timestamp,
    #[n(17)]
    last_raised_at: Timestamp,
    #[n(18)]
    cleared_at: Option<Timestamp>,
    #[n(19)]
    changed_at: Timestamp,
    #[n(20)]
    text: Name,
    #[n(21)]
    probable_cause: Name,
    #[n(22)]
    symptom: Symptom,
    #[n(23)]
    source: SourceKind,
    #[n(24)]
    source_system: Name,
    #[n(25)]
    rule: Name,
    #[n(26)]
    events: Vec<u64>,
    #[n(27)]
    incident_id: Option<Id>,
    #[n(28)]
    owner: Name,
    #[n(29)]
    comment: Name,
    #[n(30)]
    emergency: bool,
    #[n(31)]
    history: Vec<Entry>,
}

/// As much of it as says when the alarm was raised, and where.
#[derive(minicbor::Decode)]
struct Raise {
    #[n(0)]
    entity_id: Id,
    #[n(4)]
    device_id: Option<Id>,
    #[n(7)]
    alarm_type: Name,
    #[n(16)]
    raised_at: Timestamp,
}

#[derive(minicbor::Encode, minicbor::Decode)]
struct AckBody {
    #[n(0)]
    by: Name,
    #[n(1)]
    at: Timestamp,
    #[n(2)]
    until: AckUntil,
    #[n(3)]
    note: Name,
}

#[derive(minicbor::Encode, minicbor::Decode)]
struct Entry {
    #[n(0)]
    at: Timestamp,
    #[n(1)]
    change: StatusChange,
}

struct Id(Uuid);

impl<C> minicbor::Encode<C> for Id {
    fn encode<W: minicbor::encode::Write>(&self, e: &mut minicbor::Encoder<W>, _: &mut C) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(self.0.as_bytes())?.ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for Id {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Uuid::from_slice(d.bytes()?).map(Self).map_err(minicbor::decode::Error::custom)
    }
}

/// The row's bytes. Trails and events are kept as places on the log; their ids are minted again when it is read.
pub(super) fn encode(row: &AlarmRow, minter: &Minter, bytes: &mut Vec<u8>) {
    let AlarmRow {
        id: _,
        entity_id,
        external_id,
        entity_name,
        entity_type,
        device_id,
        link_id,
        peer_id,
        alarm_type,
        qualifier,
        severity,
        cleared,
        flapping,
        ack_state: _,
        ack,
        shelved,
        suppressed_by,
        count,
        raised_at,
        last_raised_at,
        cleared_at,
        changed_at,
        text,
        probable_cause,
        symptom,
        source,
        source_system,
        rule,
        tracking_ids: _,
        event_ids,
        incident_id,
        owner,
        comment,
        emergency,
        history,
    } = row;
    let body = Body {
        entity_id: Id(*entity_id),
        external_id: external_id.clone(),
        entity_name: entity_name.clone(),
        entity_type: entity_type.clone(),
        device_id: device_id.map(Id),
        link_id: link_id.map(Id),
        peer_id: peer_id.map(Id),
        alarm_type: alarm_type.clone(),
        qualifier: qualifier.clone(),
        severity: *severity,
        cleared: *cleared,
        flapping: *flapping,
        ack: ack.as_ref().map(|ack| AckBody {
            by: ack.by.clone(),
            at: ack.at,
            until: ack.until,
            note: ack.note.clone(),
        }),
        shelved: *shelved,
        suppressed_by: suppressed_by.clone(),
        count: *count,
        raised_at: *raised_at,
        last_raised_at: *last_raised_at,
        cleared_at: *cleared_at,
        changed_at: *changed_at,
        text: text.clone(),
        probable_cause: probable_cause.clone(),
        symptom: *symptom,
        source: *source,
        source_system: source_system.clone(),
        rule: rule.clone(),
        events: event_ids
            .iter()
            .filter_map(|id| minter.position(IdKind::Event, *id))
            .map(|position| (position.seq << 20) | u64::from(position.index))
            .collect(),
        incident_id: incident_id.map(Id),
        owner: owner.clone(),
        comment: comment.clone(),
        emergency: *emergency,
        history: history.iter().map(|(at, change)| Entry { at: *at, change: *change }).collect(),
    };
    // Writing to a Vec cannot fail, and no encoder here refuses a value.
    let _ = minicbor::encode(&body, bytes);
}

/// Reads the bytes back.
pub(super) fn decode(id: Uuid, minter: &Minter, bytes: &[u8]) -> Result<AlarmRow, minicbor::decode::Error> {
    let body: Body = minicbor::decode(bytes)?;
    let ids = |kind| {
        body.events
            .iter()
            .map(|place| minter.mint(kind, place >> 20, (place & 0xf_ffff) as u32))
            .collect()
    };
    Ok(AlarmRow {
        id,
        tracking_ids: ids(IdKind::Tracking),
        event_ids: ids(IdKind::Event),
        entity_id: body.entity_id.0,
        external_id: body.external_id,
        entity_name: body.entity_name,
        entity_type: body.entity_type,
        device_id: body.device_id.map(|id| id.0),
        link_id: body.link_id.map(|id| id.0),
        peer_id: body.peer_id.map(|id| id.0),
        alarm_type: body.alarm_type,
        qualifier: body.qualifier,
        severity: body.severity,
        cleared: body.cleared,
        flapping: body.flapping,
        ack_state: if body.ack.is_some() { AckState::Acked } else { AckState::None },
        ack: body.ack.map(|ack| AckRow {
            by: ack.by,
            at: ack.at,
            until: ack.until,
            note: ack.note,
        }),
        shelved: body.shelved,
        suppressed_by: body.suppressed_by,
        count: body.count,
        raised_at: body.raised_at,
        last_raised_at: body.last_raised_at,
        cleared_at: body.cleared_at,
        changed_at: body.changed_at,
        text: body.text,
        probable_cause: body.probable_cause,
        symptom: body.symptom,
        source: body.source,
        source_system: body.source_system,
        rule: body.rule,
        incident_id: body.incident_id.map(|id| id.0),
        owner: body.owner,
        comment: body.comment,
        emergency: body.emergency,
        history: body.history.into_iter().map(|entry| (entry.at, entry.change)).collect(),
    })
}

/// Reads back when the alarm was raised, and where; quicker than the whole.
pub(super) fn raised(bytes: &[u8]) -> Result<Raised, minicbor::decode::Error> {
    let raise: Raise = minicbor::decode(bytes)?;
    Ok(Raised {
        entity: raise.entity_id.0,
        device: raise.device_id.map(|id| id.0),
        alarm_type: raise.alarm_type,
        at: raise.raised_at,
    })
}
