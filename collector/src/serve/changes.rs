use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use pedkai_core::wire::{ChangeEnd, ChangeLine};
use serde::Deserialize;

use super::access::{Can, Read};
use super::problem::Answer;
use super::query;
use super::stream;
use super::world::World;
use crate::journal::rows::Change;

/// Where to go on.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ChangesQuery {
    /// The newest cursor seen; none or an empty one begins with a snapshot.
    cursor: Option<String>,
    /// Rows on a page: 1,000 unless said, which is the most.
    limit: Option<String>,
}

/// Changed rows: a page of NDJSON, or live with `Accept: text/event-stream`.
#[utoipa::path(get, path = "/api/v1/changes", tag = "feed", params(ChangesQuery,
        ("Accept" = Option<String>, Header, description = "`text/event-stream` keeps it open: events `change`, each with its cursor as id")),
    extensions(("x-permission" = json!("read"))),
    responses((status = 200, description = "Rows as {kind, id, row}, row null for a deletion; the last line of a page is {cursor, head}", body = ChangeEnd,
            content_type = "application/x-ndjson"),
        (status = 410, description = "The cursor is unknown or too old: begin anew without one"),
        (status = 503, description = "Too many streams")))]
pub(super) async fn get(State(world): State<World>, can: Can<Read>, Query(asked): Query<ChangesQuery>, headers: HeaderMap) -> Answer<Response> {
    let wants = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if wants.contains("text/event-stream") {
        let cursor = stream::last_event_id(&headers).or(query::some(asked.cursor));
        return stream::open(&world, &can, cursor, stream::Select::All).await;
    }
    let limit = match asked.limit {
        None => 1_000,
        some => query::limit(some.as_deref())?,
    };
    let page = can.tenant.changes(query::some(asked.cursor), limit).await?;
    let mut text = Vec::with_capacity(page.changes.len() * 700 + 200);
    for change in &page.changes {
        push(&mut text, change);
        text.push(b'\n');
    }
    let end = ChangeEnd {
        cursor: page.cursor,
        head: page.head,
    };
    let _ = serde_json::to_writer(&mut text, &end);
    text.push(b'\n');
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from(text)).into_response())
}

/// One line of the feed.
pub(super) fn push(text: &mut Vec<u8>, change: &Change) {
    match &change.row {
        Some(row) => push_row(text, row),
        None => push_gone(text, change.kind.word(), change.id),
    }
}

pub(super) fn push_row(text: &mut Vec<u8>, row: &pedkai_core::screen::Row) {
    use std::io::Write;

    use pedkai_core::screen::Row;
    // Rows always have a JSON form, and writing to a Vec cannot fail.
    let _ = write!(text, "{{\"kind\":\"{}\",\"id\":\"{}\",\"row\":", row.kind(), row.id());
    let _ = match row {
        Row::Alarm(row) => serde_json::to_writer(&mut *text, row),
        Row::Incident(row) => serde_json::to_writer(&mut *text, row),
        Row::Entity(row) => serde_json::to_writer(&mut *text, row),
        Row::Relation(row) => serde_json::to_writer(&mut *text, row),
        Row::Source(row) => serde_json::to_writer(&mut *text, row),
        Row::Sla(row) => serde_json::to_writer(&mut *text, row),
        Row::Change(row) => serde_json::to_writer(&mut *text, row),
        Row::Guard(row) => serde_json::to_writer(&mut *text, row),
    };
    text.push(b'}');
}

pub(super) fn push_gone(text: &mut Vec<u8>, kind: &str, id: uuid::Uuid) {
    let line = ChangeLine {
        kind: kind.to_owned(),
        id,
        row: None,
    };
    let _ = serde_json::to_writer(text, &line);
}
