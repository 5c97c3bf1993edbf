//! A delta in words and plain values.

use pedkai_core::correlation::IncidentDelta;
use pedkai_core::model::{IdKind, Minter, Outcome, Reason};
use pedkai_core::pipeline::{Delta, Record};
use pedkai_core::reduction::AlarmDelta;
use pedkai_core::topology::TopologyDelta;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Slots, Step};

/// What a delta is about, before the record's head is added.
struct Told {
    stage: &'static str,
    kind: &'static str,
    id: Option<Uuid>,
    details: Value,
}

/// The step of a delta; `None` for what only keeps the books.
pub(super) fn step(record: &Record, delta: &Delta, minter: &Minter, slots: &Slots<'_>) -> Option<Step> {
    let told = match delta {
        Delta::Key { .. } | Delta::Incident(IncidentDelta::DiagnosisDue { .. }) => return None,
        Delta::Alarm(delta) => alarm(delta, record, minter),
        Delta::Incident(delta) => incident(delta, slots),
        Delta::Topology(delta) => topology(delta, minter),
        other => rest(other, record, minter),
    };
    let reason = delta.reason();
    let mut details = Map::new();
    if let Value::Object(fields) = told.details {
        details.extend(fields.into_iter().filter(|(_, value)| !value.is_null() && value != ""));
    }
    Some(Step {
        at: record.header.at,
        seq: record.header.seq,
        stage: told.stage,
        reason,
        kind: told.kind,
        id: told.id,
        sentence: reason.map_or("", Reason::sentence),
        details,
    })
}

fn alarm(delta: &AlarmDelta, record: &Record, minter: &Minter) -> Told {
    let event_id = delta.heard().map(|heard| minter.mint(IdKind::Event, record.header.seq, heard.index));
    let details = match delta {
        AlarmDelta::Raised { alarm, .. } => json!({
            "event_id": event_id, "alarm_type": alarm.alarm_type, "qualifier": alarm.qualifier, "severity": alarm.severity,
            "raised_at": alarm.raised_at, "text": alarm.text, "rule": alarm.rule,
        }),
        AlarmDelta::Repeated { at, severity, text, .. } => json!({ "event_id": event_id, "raised_at": at, "severity": severity, "text": text }),
        AlarmDelta::Cleared { at, by, .. } => json!({ "event_id": event_id, "cleared_at": at, "by": by }),
        AlarmDelta::Acked { ack, .. } => json!({ "by": ack.by, "until": ack.until, "note": ack.note }),
        AlarmDelta::Unacked { by, .. } => json!({ "by": by }),
        AlarmDelta::Owned { owner, by, .. } => json!({ "owner": owner, "by": by }),
        AlarmDelta::Commented { text, by, .. } => json!({ "text": text, "by": by }),
        AlarmDelta::Settled { .. } | AlarmDelta::Purged { .. } => Value::Null,
    };
    Told {
        stage: "reduction",
        kind: "alarm",
        id: Some(delta.alarm().id.0),
        details,
    }
}

fn incident(delta: &IncidentDelta, slots: &Slots<'_>) -> Told {
    let details = match delta {
        IncidentDelta::Opened { incident, .. } => json!({ "title": incident.title, "severity": incident.severity }),
        IncidentDelta::Joined { member, .. } => json!({
            "alarm_id": slots.alarm(member.alarm), "link": member.link.reason,
            "with_alarm": member.link.alarm.map(|id| id.0),
        }),
        IncidentDelta::Left { alarm, .. } => json!({ "alarm_id": slots.alarm(*alarm) }),
        IncidentDelta::MergedInto { into, .. } => json!({ "into": into.0 }),
        IncidentDelta::Changed {
            status,
            severity,
            title,
            by,
            active,
            ..
        } => json!({ "status": status, "severity": severity, "title": title, "by": by, "active_alarms": active }),
        IncidentDelta::Owned { owner, by, .. } => json!({ "owner": owner, "by": by }),
        IncidentDelta::Commented { text, by, .. } => json!({ "text": text, "by": by }),
        IncidentDelta::Diagnosed { hypotheses, sitrep, title, .. } => json!({
            "title": title, "sitrep": sitrep.text,
            "hypotheses": hypotheses.iter().map(|guess| json!({ "confidence": guess.confidence, "reason": guess.reason })).collect::<Vec<_>>(),
        }),
        IncidentDelta::CauseMarked { by, .. } => json!({ "by": by }),
        IncidentDelta::Found { finding, .. } => json!(**finding),
        IncidentDelta::Clock { clock: None, .. } => Value::Null,
        IncidentDelta::Clock { clock: Some(clock), .. } => json!({
            "promise": clock.promise, "tier": clock.tier, "started_at": clock.started_at, "breach_at": clock.breach_at, "state": clock.state,
            "stopped_at": clock.stopped_at,
        }),
        IncidentDelta::DiagnosisDue { .. } | IncidentDelta::Purged { .. } => Value::Null,
    };
    Told {
        stage: match delta {
            IncidentDelta::Diagnosed { .. } => "diagnosis",
            IncidentDelta::Clock { .. } => "sla",
            _ => "correlation",
        },
        kind: "incident",
        id: Some(delta.incident().1.0),
        details,
    }
}

fn topology(delta: &TopologyDelta, minter: &Minter) -> Told {
    let (kind, id, details) = match delta {
        TopologyDelta::EntityPut { entity, .. } => (
            "entity",
            Some(entity.id.0),
            json!({ "external_id": entity.external_id, "name": entity.name, "type": entity.kind, "placed": entity.placed }),
        ),
        TopologyDelta::EntityRemoved { .. } => ("entity", None, json!({ "removed": true })),
        TopologyDelta::RelationPut { ix, relation } => (
            "relation",
            Some(minter.mint(IdKind::Relation, u64::from(ix.0), 0)),
            json!({ "relation": relation.kind }),
        ),
        TopologyDelta::RelationRemoved { ix } => ("relation", Some(minter.mint(IdKind::Relation, u64::from(ix.0), 0)), json!({ "removed": true })),
    };
    Told {
        stage: "topology",
        kind,
        id,
        details,
    }
}

fn rest(delta: &Delta, record: &Record, minter: &Minter) -> Told {
    let told = |stage, kind, id, details| Told { stage, kind, id, details };
    match delta {
        Delta::Source { ix, kind, address } => told(
            "ingest",
            "source",
            Some(minter.mint(IdKind::Source, u64::from(*ix), 0)),
            json!({ "source": kind, "address": address }),
        ),
        Delta::Event {
            index,
            reason,
            rule,
            alarm,
            first,
            ..
        } => {
            let word = if *reason == Reason::Unreadable { "problem" } else { "rule" };
            let first = first.map(|(seq, index)| minter.mint(IdKind::Event, seq, index));
            let mut details = json!({ "alarm_id": alarm.map(|alarm| alarm.id.0), "first_event_id": first });
            details[word] = json!(rule);
            let stage = if alarm.is_some() { "reduction" } else { "ingest" };
            told(stage, "event", Some(minter.mint(IdKind::Event, record.header.seq, *index)), details)
        }
        Delta::Command { id, outcome } => {
            let (outcome, why) = match outcome {
                Outcome::Done(_) | Outcome::Opened(_) => ("done", None),
                Outcome::Refused(why) => ("refused", Some(why)),
                Outcome::Conflict(why) => ("conflict", Some(why)),
                Outcome::NotFound => ("not_found", None),
                Outcome::Partly { done: 0, refused } => ("refused", refused.first().map(|first| &first.reason)),
                Outcome::Partly { refused, .. } => ("partly", refused.first().map(|first| &first.reason)),
            };
            told("command", "command", Some(id.0), json!({ "outcome": outcome, "why": why }))
        }
        Delta::Mapping { files } | Delta::Policy { files } => {
            let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
            told("policy", "documents", None, json!({ "files": names }))
        }
        Delta::Outlook { outlook, .. } => told(
            "sla",
            "entity",
            Some(outlook.entity.0),
            json!({
                "metric": outlook.metric, "value": outlook.value, "threshold": outlook.threshold, "state": outlook.state, "measured_at": outlook.at,
                "breach": outlook.breach.map(|(at, low, high)| json!({ "at": at, "low": low, "high": high })), "drifts_since": outlook.since,
                "read_from": outlook.from, "points": outlook.points, "digest": format!("{:016x}", outlook.digest),
            }),
        ),
        Delta::Change { change, .. } => told(
            "remediation",
            "change",
            Some(change.id.0),
            json!({
                "title": change.draft.title, "action": change.draft.action, "targets": change.draft.targets, "requester": change.requester,
                "state": change.state, "why": change.why, "work": change.work.map(|work| work.kind),
                "approvals": change.approvals.iter().map(|approval| &approval.by).collect::<Vec<_>>(), "confirm_until": change.confirm_until,
                "rules": change.verdict.as_ref().map(|verdict| &verdict.rules),
            }),
        ),
        Delta::ChangeForgotten { id } => told("remediation", "change", Some(id.0), json!({ "forgotten": true })),
        Delta::Guard { guard, .. } => told(
            "remediation",
            "guard",
            None,
            json!({ "killed_by": guard.killed.as_ref().map(|killed| &killed.by), "failures": guard.failures.len(), "tripped_at": guard.tripped_at }),
        ),
        Delta::KeysForgotten { before } => told("ingest", "keys", None, json!({ "before": before })),
        Delta::Key { .. } | Delta::Topology(_) | Delta::Alarm(_) | Delta::Incident(_) => told("ingest", "keys", None, Value::Null),
    }
}
