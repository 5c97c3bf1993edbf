use axum::extract::{Path, Query};
use pedkai_core::model::{Severity, SourceKind};
use pedkai_core::screen::AlarmRow;
use pedkai_core::wire::Page;
use serde::Deserialize;

use super::access::{Can, Read};
use super::problem::{Answer, Problem};
use super::query;
use crate::engine::Tenant;
use crate::journal::rows::AlarmFilter;

/// Most alarms that a query may name, or a command's filter find.
pub(super) const MOST: usize = 10_000;

/// Which alarms.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AlarmQuery {
    /// One or more ids, separated by commas.
    id: Option<String>,
    /// On this entity: id, external id or a name that only one bears.
    entity_id: Option<String>,
    /// One or more severities, separated by commas.
    severity: Option<String>,
    /// `true` or `false`.
    cleared: Option<String>,
    /// Changed at or after this time.
    since: Option<String>,
    /// In this incident.
    incident_id: Option<String>,
    /// Of this type.
    alarm_type: Option<String>,
    /// `none` or `acked`.
    ack_state: Option<String>,
    /// `snmp`, `syslog`, `webhook` or `internal`.
    source: Option<String>,
    /// `true` for those that left the live list too.
    history: Option<String>,
    /// Items on a page: 100 unless said, at most 1,000.
    pub(super) limit: Option<String>,
    /// `next` of the page before.
    pub(super) cursor: Option<String>,
}

impl AlarmQuery {
    /// What may be asked, but for how much of it.
    pub(super) const CONDITIONS: [&'static str; 10] = [
        "id",
        "entity_id",
        "severity",
        "cleared",
        "since",
        "incident_id",
        "alarm_type",
        "ack_state",
        "source",
        "history",
    ];

    /// The filter; `None` where it names an entity that does not exist, so that nothing is found.
    pub(super) async fn filter(&self, tenant: &Tenant) -> Answer<Option<AlarmFilter>> {
        let entity = match query::some(self.entity_id.clone()) {
            Some(word) => match query::entity(tenant, word).await? {
                Some(entity) => Some(entity),
                None => return Ok(None),
            },
            None => None,
        };
        let incident = match query::some(self.incident_id.clone()).map(|text| uuid::Uuid::parse_str(&text)) {
            Some(Ok(incident)) => Some(incident),
            Some(Err(_)) => return Ok(None),
            None => None,
        };
        let known = "critical, major, minor, warning, indeterminate";
        let acked = match self.ack_state.as_deref() {
            None | Some("") => None,
            Some("none") => Some(false),
            Some("acked") => Some(true),
            Some(_) => return Err(Problem::unprocessable("ack_state is none or acked")),
        };
        let doors = [SourceKind::Snmp, SourceKind::Syslog, SourceKind::Webhook, SourceKind::Internal];
        let door = |word: &str| doors.into_iter().find(|door| door.word() == word);
        let mut source = query::words("source", self.source.as_deref(), door, "snmp, syslog, webhook, internal")?;
        if source.len() > 1 {
            return Err(Problem::unprocessable("source is one of snmp, syslog, webhook, internal"));
        }
        let mut ids = query::words("id", self.id.as_deref(), |word| uuid::Uuid::parse_str(word).ok(), "the ids that alarms have")?;
        if ids.len() > MOST {
            return Err(Problem::unprocessable(format!("id names more than {MOST} alarms: ask in parts")));
        }
        let mut seen = std::collections::HashSet::new();
        ids.retain(|id| seen.insert(*id));
        Ok(Some(AlarmFilter {
            ids,
            entity,
            severity: query::words("severity", self.severity.as_deref(), Severity::parse, known)?,
            cleared: query::truth("cleared", self.cleared.as_deref())?,
            since: query::time("since", self.since.as_deref())?,
            incident,
            alarm_type: query::some(self.alarm_type.clone()),
            acked,
            source: source.pop(),
            history: query::truth("history", self.history.as_deref())?.unwrap_or(false),
        }))
    }
}

/// Alarms, newest first.
#[utoipa::path(get, path = "/api/v1/alarms", tag = "alarms", params(AlarmQuery), extensions(("x-permission" = json!("read"))),
    responses((status = 200, body = Page<AlarmRow>), (status = 422, description = "A filter that makes no sense")))]
pub(super) async fn list(can: Can<Read>, Query(asked): Query<AlarmQuery>) -> Answer<axum::Json<Page<AlarmRow>>> {
    let limit = query::limit(asked.limit.as_deref())?;
    let Some(filter) = asked.filter(&can.tenant).await? else {
        return Ok(axum::Json(Page { items: Vec::new(), next: None }));
    };
    let cursor = query::some(asked.cursor);
    let listed = can.tenant.ask(move |rows| rows.alarms(&filter, cursor.as_deref(), limit)).await?;
    Ok(axum::Json(query::page(listed)))
}

/// One alarm, also one that only history keeps.
#[utoipa::path(get, path = "/api/v1/alarms/{id}", tag = "alarms", params(("id" = String, Path, description = "Id")),
    extensions(("x-permission" = json!("read"))), responses((status = 200, body = AlarmRow), (status = 404, description = "No such alarm here")))]
pub(super) async fn one(can: Can<Read>, Path(id): Path<String>) -> Answer<axum::Json<AlarmRow>> {
    let id = query::id(&id, "alarm")?;
    let row = can.tenant.ask(move |rows| rows.alarm(id)).await?;
    row.map(axum::Json).ok_or_else(|| Problem::not_found("alarm"))
}
