//! Lines of the feed as a collector that may be newer writes them: what this version does not know is shown as not known, and counted.

use std::collections::BTreeMap;

use pedkai_ui::model::Change;
use serde_json::{Map, Value};

/// What a newer collector tells, and this version does not understand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strange {
    /// Rows that are not shown, by their kind.
    pub kinds: BTreeMap<String, usize>,
    /// Rows that are shown without something that they say.
    pub rows: usize,
}

impl Strange {
    /// Whether everything is understood.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Takes another's counts in.
    pub fn add(&mut self, other: Self) {
        self.rows += other.rows;
        for (kind, count) in other.kinds {
            let kind = if self.kinds.len() < MOST_KINDS { kind } else { "others".to_owned() };
            *self.kinds.entry(kind).or_default() += count;
        }
    }
}

/// Kinds that are counted by their names.
const MOST_KINDS: usize = 16;

/// Reads a line. `Ok(None)` for a kind that is not known; what is strange is counted.
pub(super) fn read(line: &str, strange: &mut Strange) -> Result<Option<Change>, serde_json::Error> {
    let error = match Change::parse(line) {
        Ok(Some(change)) => return Ok(Some(change)),
        Ok(None) => None,
        Err(error) => Some(error),
    };
    if let Some(change) = error.as_ref().and_then(|_| mended(line)) {
        strange.rows += 1;
        return Ok(Some(change));
    }
    match (kind(line).filter(|kind| nothing(kind).is_none()), error) {
        (Some(kind), _) => {
            *strange.kinds.entry(kind).or_default() += 1;
            Ok(None)
        }
        (None, Some(error)) => Err(error),
        (None, None) => Ok(None),
    }
}

fn kind(line: &str) -> Option<String> {
    let read: Value = serde_json::from_str(line).ok()?;
    Some(read.get("kind")?.as_str()?.chars().take(40).collect())
}

const NO_ID: &str = "00000000-0000-0000-0000-000000000000";
const NO_TIME: &str = "1970-01-01T00:00:00Z";

/// A row of this kind that says nothing: what stands for a field that is not understood.
fn nothing(kind: &str) -> Option<Value> {
    Some(match kind {
        "alarm" => serde_json::json!({
            "id": NO_ID, "entity_id": NO_ID, "external_id": "", "entity_name": "", "entity_type": "", "device_id": null, "link_id": null,
            "peer_id": null, "alarm_type": "", "qualifier": "", "severity": "indeterminate", "cleared": false, "flapping": false,
            "ack_state": "none", "ack": null, "shelved": false, "suppressed_by": null, "count": 1, "raised_at": NO_TIME,
            "last_raised_at": NO_TIME, "cleared_at": null, "changed_at": NO_TIME, "text": "", "probable_cause": "", "symptom": "other",
            "source": "internal", "source_system": "", "rule": "", "tracking_ids": [], "event_ids": [], "incident_id": null, "owner": "",
            "comment": "", "emergency": false, "history": [],
        }),
        "incident" => serde_json::json!({
            "id": NO_ID, "title": "", "severity": "indeterminate", "status": "new", "opened_at": NO_TIME, "changed_at": NO_TIME,
            "first_at": NO_TIME, "last_at": NO_TIME, "alarm_ids": [], "links": [], "active_alarms": 0, "hypotheses": [], "sitrep": null,
            "sla": null, "owner": "", "comment": "", "by_hand": false, "emergency": false,
        }),
        "entity" => serde_json::json!({
            "id": NO_ID, "external_id": "", "name": "", "type": "NODE", "parent_id": null, "geo": null, "sla_tier": "", "revenue_weight": null,
            "attributes": {}, "created_at": NO_TIME, "placed": true, "emergency": false,
        }),
        "relation" => serde_json::json!({"id": NO_ID, "source": NO_ID, "target": NO_ID, "relation": ""}),
        "source" => serde_json::json!({
            "id": NO_ID, "source": "internal", "address": "", "entity_id": null, "entity_name": "", "first_at": NO_TIME, "last_at": NO_TIME,
            "received": 0, "alarms": 0, "unmapped": 0, "unreadable": 0, "duplicates": 0, "ignored": 0,
        }),
        "sla" => serde_json::json!({
            "id": NO_ID, "entity_id": NO_ID, "external_id": "", "service": "", "entity_type": "", "tier": "",
            "objective": {"metric": "", "threshold": 0.0, "direction": "above"}, "value": null, "state": "running",
            "predicted_breach_time": null, "low": null, "high": null, "method": "drift", "warn_at": null, "seen_at": null,
            "incident_id": null, "since": null, "month": null,
        }),
        _ => return None,
    })
}

/// Where a row says in words what was not understood of it.
fn says(kind: &str) -> Option<&'static str> {
    match kind {
        "alarm" => Some("text"),
        "incident" => Some("title"),
        _ => None,
    }
}

/// A row without what is not understood of it; none where it does not even say which row it is.
fn mended(line: &str) -> Option<Change> {
    let read: Map<String, Value> = serde_json::from_str(line).ok()?;
    let kind = read.get("kind")?.as_str()?;
    let (row, nothing) = (read.get("row")?.as_object()?, nothing(kind)?);
    let parse = |row: &Map<String, Value>| Change::parse(&serde_json::json!({"kind": kind, "row": row}).to_string()).ok().flatten();
    let mut known = nothing.as_object()?.clone();
    let mut not_known = Vec::new();
    for (field, without) in nothing.as_object()? {
        let Some(value) = row.get(field) else {
            not_known.push(format!("{field} is missing"));
            continue;
        };
        let mut fits = |value: &Value| {
            known.insert(field.clone(), value.clone());
            parse(&known).is_some()
        };
        if fits(value) {
            continue;
        }
        let left = match value {
            Value::Array(items) => Value::Array(items.iter().filter(|item| fits(&Value::Array(vec![(*item).clone()]))).cloned().collect()),
            _ => without.clone(),
        };
        not_known.push(match value {
            Value::String(word) => format!("{field} '{}'", word.chars().take(40).collect::<String>()),
            _ => field.clone(),
        });
        known.insert(field.clone(), left);
    }
    if known.get("id")?.as_str()? == NO_ID {
        return None;
    }
    if let Some(field) = says(kind)
        && let Some(Value::String(words)) = known.get_mut(field)
    {
        let gap = if words.is_empty() { "" } else { " " };
        words.push_str(&format!("{gap}[not known to this version: {}]", not_known.join(", ")));
    }
    parse(&known)
}

#[cfg(test)]
mod tests {
    use pedkai_core::{
        model::{IncidentStatus, Severity},
        screen::Row,
    };

    use super::*;

    const ID: &str = "00000005-0000-8000-8000-000000000001";

    fn row(kind: &str, change: impl FnOnce(&mut Map<String, Value>)) -> String {
        let mut row = nothing(kind).unwrap();
        row["id"] = ID.into();
        change(row.as_object_mut().unwrap());
        serde_json::json!({"kind": kind, "id": ID, "row": row}).to_string()
    }

    fn shown(line: &str) -> (Row, Strange) {
        let mut strange = Strange::default();
        let Some(Change::Put(row)) = read(line, &mut strange).unwrap() else {
            panic!("{line}")
        };
        (*row, strange)
    }

    #[test]
    fn what_stands_for_nothing_is_a_row_of_every_kind() {
        for kind in ["alarm", "incident", "entity", "relation", "source"] {
            assert!(shown(&row(kind, |_| ())).1.is_empty(), "{kind}");
        }
    }

    #[test]
    fn fields_that_are_new_change_nothing() {
        let line = row("alarm", |row| drop(row.insert("mood".to_owned(), serde_json::json!({"good": [1]}))));
        assert!(shown(&line).1.is_empty());
    }

    #[test]
    fn an_alarm_of_an_unknown_severity_is_shown_and_says_so() {
        let line = row("alarm", |row| {
            row["severity"] = "apocalyptic".into();
            row["text"] = "fan failed".into();
            row["history"] = serde_json::json!([[NO_TIME, "cleared"], [NO_TIME, "sublimated"]]);
            row.remove("owner");
        });
        let (Row::Alarm(alarm), strange) = shown(&line) else { panic!() };
        assert_eq!((alarm.severity, alarm.history.len(), strange.rows), (Severity::Indeterminate, 1, 1));
        let words = "fan failed [not known to this version: history, owner is missing, severity 'apocalyptic']";
        assert_eq!(alarm.text.as_str(), words);
    }

    #[test]
    fn an_incident_of_an_unknown_status_is_in_work() {
        let line = row("incident", |row| {
            row["status"] = "dreaming".into();
            row["title"] = "Cut".into();
            row["sitrep"] = serde_json::json!({"text": "x", "source": "oracle", "at": NO_TIME});
        });
        let (Row::Incident(incident), _) = shown(&line) else { panic!() };
        assert_eq!((incident.status, incident.sitrep), (IncidentStatus::New, None));
        assert_eq!(incident.title.as_str(), "Cut [not known to this version: sitrep, status 'dreaming']");
    }

    #[test]
    fn unknown_kinds_are_counted_and_what_is_no_row_is_an_error() {
        let mut strange = Strange::default();
        for _ in 0..3 {
            assert_eq!(read(r#"{"kind": "slice", "id": "x", "row": {}}"#, &mut strange).ok(), Some(None));
        }
        assert_eq!(strange.kinds.get("slice"), Some(&3));
        for line in ["", "{}", "[1]", r#"{"kind": "alarm", "row": 7}"#, r#"{"kind": "alarm", "row": {"id": "x"}}"#] {
            assert!(read(line, &mut strange).is_err(), "{line}");
        }
    }
}
