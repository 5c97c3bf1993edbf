use axum::extract::{Query, State};
use pedkai_core::screen::SourceRow;
use pedkai_core::wire::Page;
use serde::{Deserialize, Serialize};

use super::access::{Can, Read};
use super::problem::Answer;
use super::query;
use super::world::World;

/// A page.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// Items on a page: 100 unless said, at most 1,000.
    pub(super) limit: Option<String>,
    /// `next` of the page before.
    pub(super) cursor: Option<String>,
}

/// A source and how long ago it spoke.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(super) struct FreshSource {
    /// The source.
    #[serde(flatten)]
    source: SourceRow,
    /// Seconds since its newest word.
    age_seconds: f64,
}

/// Who speaks, and when they last did.
#[utoipa::path(get, path = "/api/v1/sources", tag = "events", params(PageQuery), extensions(("x-permission" = json!("read"))),
    responses((status = 200, body = Page<FreshSource>)))]
pub(super) async fn list(State(world): State<World>, can: Can<Read>, Query(asked): Query<PageQuery>) -> Answer<axum::Json<Page<FreshSource>>> {
    let limit = query::limit(asked.limit.as_deref())?;
    let cursor = query::some(asked.cursor);
    let listed = can.tenant.ask(move |rows| rows.sources(cursor.as_deref(), limit)).await?;
    let now = world.engine.clock().now();
    let items = listed
        .items
        .into_iter()
        .map(|source| FreshSource {
            age_seconds: now.since(source.last_at).as_seconds().max(0.0),
            source,
        })
        .collect();
    Ok(axum::Json(Page { items, next: listed.next }))
}
