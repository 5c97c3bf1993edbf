use std::sync::Arc;

use axum::extract::{Path, Query};
use axum::http::HeaderValue;
use axum::response::{IntoResponse, Response};
use pedkai_core::ingest::{self, Mapping, Meaning, SyslogMessage};
use pedkai_core::model::{Event, Name, Payload, Reason, Severity, SourceKind, Timestamp};
use pedkai_core::wire::Page;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::{Can, Read, X_EVENT_ID};
use super::problem::{Answer, Problem};
use super::query;
use crate::engine::{Step, StoredEvent, Tenant, Trace};

/// An event as it came in, and what became of it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(super) struct EventAnswer {
    /// Id.
    id: Uuid,
    /// Its trail.
    tracking_id: Uuid,
    /// The door it came in by.
    source: SourceKind,
    /// Address of the peer, or name of the credential.
    source_address: Name,
    /// When it came in.
    received_at: Timestamp,
    /// When it was recorded, log's time.
    recorded_at: Timestamp,
    /// When it happened, in its source's words; when it came in where these say nothing.
    raised_at: Timestamp,
    /// The entity of the alarm that it raised, repeated, cleared or met.
    entity_id: Option<Uuid>,
    /// Alarm type that the mapping gives it.
    alarm_type: Option<Name>,
    /// Severity that the mapping gives it.
    severity: Option<Severity>,
    /// A mapping rule knew it, or it came ready-made.
    mapped: bool,
    /// The rule.
    rule: Option<Name>,
    /// Why it became what it is.
    reason: Reason,
    /// The alarm that it raised, repeated, cleared or met.
    alarm_id: Option<Uuid>,
    /// Of a duplicate: the event that came first.
    first_event_id: Option<Uuid>,
    /// What was said. syslog: facility, severity, host, app, msgid, structured_data, text; SNMP: version, trap_oid, uptime, varbinds;
    /// webhook: the alarm.
    #[schema(value_type = Object)]
    payload: Value,
}

/// Which events.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct EventQuery {
    /// Recorded at or after this time.
    since: Option<String>,
    /// `true` for those that no mapping rule knew.
    unmapped: Option<String>,
    /// Items on a page: 100 unless said, at most 1,000.
    limit: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Events, newest first.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", params(EventQuery), extensions(("x-permission" = json!("read"))),
    responses((status = 200, body = Page<EventAnswer>)))]
pub(super) async fn list(can: Can<Read>, Query(asked): Query<EventQuery>) -> Answer<axum::Json<Page<EventAnswer>>> {
    let limit = query::limit(asked.limit.as_deref())?;
    let since = query::time("since", asked.since.as_deref())?;
    let unmapped = query::truth("unmapped", asked.unmapped.as_deref())?.unwrap_or(false);
    let listed = can.tenant.list_events(since, unmapped, query::some(asked.cursor), limit).await?;
    let items = told(&can.tenant, listed.items).await?;
    Ok(axum::Json(Page { items, next: listed.next }))
}

/// One event.
#[utoipa::path(get, path = "/api/v1/events/{id}", tag = "events", params(("id" = String, Path, description = "Id")),
    extensions(("x-permission" = json!("read"))), responses((status = 200, body = EventAnswer), (status = 404, description = "No such event here")))]
pub(super) async fn one(can: Can<Read>, Path(id): Path<String>) -> Answer<Response> {
    let id = query::id(&id, "event")?;
    let found = can.tenant.event(id).await?.ok_or_else(|| Problem::not_found("event"))?;
    let event = told(&can.tenant, vec![found]).await?.pop().ok_or_else(|| Problem::not_found("event"))?;
    let mut response = axum::Json(&event).into_response();
    if let Ok(value) = HeaderValue::from_str(&event.id.to_string()) {
        response.headers_mut().insert(X_EVENT_ID, value);
    }
    Ok(response)
}

async fn told(tenant: &Tenant, events: Vec<StoredEvent>) -> Answer<Vec<EventAnswer>> {
    let mapping = tenant.read(|state| state.mapping().clone()).await?;
    Ok(tenant
        .ask(move |rows| {
            let mut answers = Vec::with_capacity(events.len());
            for stored in events {
                let entity_id = match stored.alarm_id {
                    Some(alarm) => rows.alarm(alarm)?.map(|row| row.entity_id),
                    None => None,
                };
                answers.push(answer(stored, &mapping, entity_id));
            }
            Ok(answers)
        })
        .await?)
}

fn answer(stored: StoredEvent, mapping: &Arc<Mapping>, entity_id: Option<Uuid>) -> EventAnswer {
    let event = &stored.event;
    let mapped = match ingest::read(event, mapping) {
        Meaning::Alarm(mapped) if stored.mapped() => Some(mapped),
        _ => None,
    };
    let rule = mapped.as_ref().map(|mapped| mapped.rule.clone()).or_else(|| stored.rule.clone());
    EventAnswer {
        id: stored.id,
        tracking_id: stored.tracking_id,
        source: event.source,
        source_address: event.source_address.clone(),
        received_at: event.received_at,
        recorded_at: stored.at,
        raised_at: mapped
            .as_ref()
            .map(|mapped| mapped.raised_at)
            .or_else(|| said_at(event))
            .unwrap_or(event.received_at),
        entity_id,
        alarm_type: mapped.as_ref().map(|mapped| mapped.alarm_type.clone()),
        severity: mapped.as_ref().map(|mapped| mapped.severity),
        mapped: stored.mapped(),
        rule: rule.filter(|rule| !rule.is_empty()),
        reason: stored.reason,
        alarm_id: stored.alarm_id,
        first_event_id: stored.first_id,
        payload: payload(event),
    }
}

/// The time that a message without a mapping names.
fn said_at(event: &Event) -> Option<Timestamp> {
    match &event.payload {
        Payload::Syslog(bytes) => SyslogMessage::read(bytes, event.received_at).ok()?.timestamp,
        Payload::Alarm(report) => Some(report.raised_at),
        Payload::Snmp(_) | Payload::Unreadable { .. } => None,
    }
}

/// What was said, taken apart.
pub(super) fn payload(event: &Event) -> Value {
    let made = match &event.payload {
        Payload::Snmp(notification) => serde_json::to_value(notification),
        Payload::Alarm(report) => serde_json::to_value(report),
        Payload::Unreadable { reason, bytes } => Ok(json!({"text": String::from_utf8_lossy(bytes), "problem": reason})),
        Payload::Syslog(bytes) => match SyslogMessage::read(bytes, event.received_at) {
            Ok(message) => serde_json::to_value(message),
            Err(problem) => Ok(json!({"text": String::from_utf8_lossy(bytes), "problem": problem})),
        },
    };
    made.unwrap_or(Value::Null)
}

/// A span of time.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct HistoryQuery {
    /// From this time on, log's time; an hour before `to` unless said.
    from: Option<String>,
    /// To this time; now, unless said.
    to: Option<String>,
    /// Items on a page: 100 unless said, at most 1,000.
    limit: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// What changed in a span of time, oldest first, each with its reason.
#[utoipa::path(get, path = "/api/v1/history", tag = "feed", params(HistoryQuery), extensions(("x-permission" = json!("read"))),
    responses((status = 200, description = "Items {at, seq, stage, reason, kind, id, sentence, …}", body = Page<Object>)))]
pub(super) async fn history(
    axum::extract::State(world): axum::extract::State<super::world::World>,
    can: Can<Read>,
    Query(asked): Query<HistoryQuery>,
) -> Answer<axum::Json<Page<Step>>> {
    let limit = query::limit(asked.limit.as_deref())?;
    let to = query::time("to", asked.to.as_deref())?.unwrap_or_else(|| world.engine.clock().now());
    let from = query::time("from", asked.from.as_deref())?.unwrap_or_else(|| to.minus(pedkai_core::model::Span::minutes(60)));
    if from > to {
        return Err(Problem::unprocessable("from lies after to"));
    }
    let listed = can.tenant.history(from, to, query::some(asked.cursor), limit).await?;
    Ok(axum::Json(query::page(listed)))
}

/// The whole way of one event.
#[utoipa::path(get, path = "/api/v1/trace/{tracking_id}", tag = "events", params(("tracking_id" = String, Path, description = "Its trail's id")),
    extensions(("x-permission" = json!("read"))),
    responses((status = 200, description = "{tracking_id, event_id, alarm_id, incident_id, steps:[{at, stage, reason, …}]}", body = Object),
        (status = 404, description = "No such trail here")))]
pub(super) async fn trace(can: Can<Read>, Path(tracking_id): Path<String>) -> Answer<axum::Json<Trace>> {
    let id = query::id(&tracking_id, "trail")?;
    let found = can.tenant.trace(id).await?;
    found.map(axum::Json).ok_or_else(|| Problem::not_found("trail"))
}
