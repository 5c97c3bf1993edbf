use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use pedkai_core::correlation::IncidentDelta;
use pedkai_core::model::{AlarmId, Command, CommandId, CommandKind, CommandTarget, IncidentStatus, Name, Outcome, Severity};
use pedkai_core::pipeline::{self, Delta, Input};
use pedkai_core::screen::IncidentRow;
use pedkai_core::wire::Page;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::access::{Can, Read, Work};
use super::body::Json;
use super::problem::{Answer, Problem};
use super::query;
use super::world::{Note, World};
use crate::journal::log::LogReader;
use crate::journal::rows::IncidentFilter;

/// Which incidents.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct IncidentQuery {
    /// One or more statuses, separated by commas; every status unless asked.
    status: Option<String>,
    /// One or more severities, separated by commas.
    severity: Option<String>,
    /// Changed at or after this time.
    since: Option<String>,
    /// Owned by this user.
    owner: Option<String>,
    /// Items on a page: 100 unless said, at most 1,000.
    limit: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

const STATUSES: [IncidentStatus; 6] = [
    IncidentStatus::New,
    IncidentStatus::Acknowledged,
    IncidentStatus::Investigating,
    IncidentStatus::Mitigating,
    IncidentStatus::Resolved,
    IncidentStatus::Closed,
];

/// The status of a word.
pub(super) fn status_of(word: &str) -> Option<IncidentStatus> {
    STATUSES.into_iter().find(|status| status.word() == word)
}

/// The words of all statuses.
pub(super) const STATUS_WORDS: &str = "new, acknowledged, investigating, mitigating, resolved, closed";

/// Incidents, newest first.
#[utoipa::path(get, path = "/api/v1/incidents", tag = "incidents", params(IncidentQuery), extensions(("x-permission" = json!("read"))),
    responses((status = 200, body = Page<IncidentRow>), (status = 422, description = "A filter that makes no sense")))]
pub(super) async fn list(can: Can<Read>, Query(asked): Query<IncidentQuery>) -> Answer<axum::Json<Page<IncidentRow>>> {
    let limit = query::limit(asked.limit.as_deref())?;
    let known = "critical, major, minor, warning, indeterminate";
    let filter = IncidentFilter {
        status: query::words("status", asked.status.as_deref(), status_of, STATUS_WORDS)?,
        severity: query::words("severity", asked.severity.as_deref(), Severity::parse, known)?,
        since: query::time("since", asked.since.as_deref())?,
        owner: query::some(asked.owner),
    };
    let cursor = query::some(asked.cursor);
    let listed = can.tenant.ask(move |rows| rows.incidents(&filter, cursor.as_deref(), limit)).await?;
    Ok(axum::Json(query::page(listed)))
}

/// One incident.
#[utoipa::path(get, path = "/api/v1/incidents/{id}", tag = "incidents", params(("id" = String, Path, description = "Id")),
    extensions(("x-permission" = json!("read"))), responses((status = 200, body = IncidentRow), (status = 404, description = "No such incident here")))]
pub(super) async fn one(can: Can<Read>, Path(id): Path<String>) -> Answer<axum::Json<IncidentRow>> {
    let id = query::id(&id, "incident")?;
    let row = can.tenant.ask(move |rows| rows.incident(id)).await?;
    row.map(axum::Json).ok_or_else(|| Problem::not_found("incident"))
}

/// An incident opened by hand.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
pub(super) struct NewIncident {
    /// One line that says what is wrong where.
    title: String,
    /// Severity.
    severity: Severity,
    /// Alarms that belong to it; they leave the incidents they were in.
    #[serde(default)]
    alarm_ids: Vec<Uuid>,
    /// A first comment.
    #[serde(default)]
    text: String,
    /// Chosen by the sender: the same one again opens no second incident.
    #[serde(default)]
    id: Option<Uuid>,
}

/// Open an incident by hand.
#[utoipa::path(post, path = "/api/v1/incidents", tag = "incidents", request_body = NewIncident, extensions(("x-permission" = json!("work"))),
    responses((status = 201, body = IncidentRow), (status = 404, description = "One of the alarms does not stand here"),
        (status = 422, description = "No title, or not what is asked for")))]
pub(super) async fn open(State(world): State<World>, can: Can<Work>, Json(new): Json<NewIncident>) -> Answer<(StatusCode, axum::Json<IncidentRow>)> {
    let command = Command {
        id: CommandId(new.id.unwrap_or_else(Uuid::new_v4)),
        actor: can.caller.actor(),
        kind: CommandKind::OpenIncident {
            title: Name::from(new.title),
            severity: new.severity,
        },
        targets: new.alarm_ids.into_iter().map(|id| CommandTarget::Alarm(AlarmId(id))).collect(),
        expect: None,
        text: Name::from(new.text),
    };
    let command_id = command.id;
    let (seq, answer) = can.tenant.input(Input::Command(Box::new(command))).await?;
    match answer {
        pipeline::Answer::Command(Outcome::Done(_) | Outcome::Opened(_) | Outcome::Partly { .. }) => {}
        pipeline::Answer::Command(Outcome::Refused(reason) | Outcome::Conflict(reason)) => return Err(Problem::unprocessable(reason.to_string())),
        _ => return Err(Problem::not_found("alarm")),
    }
    let incident = opened(&world, &can, command_id, seq).await?;
    let row = can.tenant.ask(move |rows| rows.incident(incident)).await?;
    let row = row.ok_or_else(|| Problem::not_found("incident"))?;
    let note = Note {
        action: "incident.open",
        resource_type: "incident",
        resource_id: row.id.to_string(),
        before: Value::Null,
        after: serde_json::json!({"title": row.title, "severity": row.severity, "alarm_ids": row.alarm_ids}),
    };
    world.audit(&can.caller, note).await?;
    Ok((StatusCode::CREATED, axum::Json(row)))
}

/// The incident that a command opened: what its record says. A repeated command was carried out in an older record, which the state
/// remembers.
async fn opened(world: &World, can: &Can<Work>, command: CommandId, seq: u64) -> Answer<Uuid> {
    let first = can.tenant.read(move |state| state.command_seq(command)).await?.unwrap_or(seq);
    let log = world.engine.folder().tenant(can.tenant.id()).log();
    let record = can.tenant.ask(move |_| LogReader::open(&log)?.record(first)).await?;
    let mut newest = None;
    for delta in record.map(|record| record.deltas).unwrap_or_default() {
        match delta {
            Delta::Incident(IncidentDelta::Opened { incident, .. }) => newest = Some(incident.id.0),
            Delta::Command { id, .. } if id == command => break,
            _ => {}
        }
    }
    newest.ok_or_else(|| Problem::not_found("incident"))
}
