use axum::extract::{Query, State};
use pedkai_core::model::{SlaState, Timestamp};
use pedkai_core::screen::{PromiseRow, promises};
use pedkai_core::wire::Page;
use serde::Deserialize;
use uuid::Uuid;

use super::access::{Can, Read};
use super::problem::{Answer, Problem};
use super::query;
use super::world::World;

/// Which promises.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SlaQuery {
    /// One or more states, separated by commas.
    state: Option<String>,
    /// `time_to_restore`, `availability`, or a measured metric.
    metric: Option<String>,
    /// Those of this entity: id, external id or name.
    entity_id: Option<String>,
    /// Items on a page: 100 unless said, at most 1,000.
    limit: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

const STATES: [SlaState; 4] = [SlaState::Kept, SlaState::Running, SlaState::AtRisk, SlaState::Breached];

fn state_of(word: &str) -> Option<SlaState> {
    STATES.into_iter().find(|state| state.word() == word)
}

/// Where the next page begins: behind a row's place in the order.
fn cursor_of(row: &PromiseRow) -> String {
    let (at, id) = row.order();
    format!("{}.{id}", at.as_micros())
}

fn place_of(cursor: &str) -> Option<(Timestamp, Uuid)> {
    let (at, id) = cursor.split_once('.')?;
    Some((Timestamp::from_micros(at.parse().ok()?), id.parse().ok()?))
}

/// Promises: what breaks first comes first.
#[utoipa::path(get, path = "/api/v1/sla", tag = "incidents", params(SlaQuery), extensions(("x-permission" = json!("read"))),
    responses((status = 200, body = Page<PromiseRow>), (status = 422, description = "A filter that makes no sense")))]
pub(super) async fn list(State(world): State<World>, can: Can<Read>, Query(asked): Query<SlaQuery>) -> Answer<axum::Json<Page<PromiseRow>>> {
    let limit = query::limit(asked.limit.as_deref())?;
    let states = query::words("state", asked.state.as_deref(), state_of, "kept, running, at_risk, breached")?;
    let after = match query::some(asked.cursor) {
        Some(cursor) => Some(place_of(&cursor).ok_or_else(|| Problem::unprocessable("cursor: take `next` of the page before"))?),
        None => None,
    };
    let (metric, entity) = (query::some(asked.metric), query::some(asked.entity_id));
    let at = world.engine.clock().now();
    let fits = move |row: &PromiseRow| {
        let named = |word: &str| row.entity_id.to_string() == word || row.external_id.as_str() == word || row.service.as_str() == word;
        after.is_none_or(|after| row.order() > after)
            && (states.is_empty() || states.contains(&row.state))
            && metric.as_deref().is_none_or(|metric| row.objective.metric.as_str() == metric)
            && entity.as_deref().is_none_or(named)
    };
    let found = can.tenant.read(move |state| {
        let all = promises(state, at.max(state.at())).into_iter().filter(|row| fits(row));
        all.take(limit + 1).collect::<Vec<_>>()
    });
    let mut items = found.await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(cursor_of);
    Ok(axum::Json(Page { items, next }))
}
