use axum::extract::{Path, Query};
use pedkai_core::screen::EntityRow;
use pedkai_core::wire::Page;
use serde::Deserialize;

use super::access::{Can, Read};
use super::problem::{Answer, Problem};
use super::query;
use crate::journal::rows::EntityFilter;

/// Which entities.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct EntityQuery {
    /// With this external id.
    external_id: Option<String>,
    /// Of this type, in any case.
    #[serde(rename = "type")]
    #[param(rename = "type")]
    kind: Option<String>,
    /// Whose name or external id contains this, in any case.
    q: Option<String>,
    /// `true` for those in the inventory, `false` for those only heard of.
    placed: Option<String>,
    /// Items on a page: 100 unless said, at most 1,000.
    limit: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Entities of the topology.
#[utoipa::path(get, path = "/api/v1/entities", tag = "topology", params(EntityQuery), extensions(("x-permission" = json!("read"))),
    responses((status = 200, body = Page<EntityRow>)))]
pub(super) async fn list(can: Can<Read>, Query(asked): Query<EntityQuery>) -> Answer<axum::Json<Page<EntityRow>>> {
    let limit = query::limit(asked.limit.as_deref())?;
    let filter = EntityFilter {
        external_id: query::some(asked.external_id),
        kind: query::some(asked.kind),
        text: query::some(asked.q),
        placed: query::truth("placed", asked.placed.as_deref())?,
    };
    let cursor = query::some(asked.cursor);
    let listed = can.tenant.ask(move |rows| rows.entities(&filter, cursor.as_deref(), limit)).await?;
    Ok(axum::Json(query::page(listed)))
}

/// One entity.
#[utoipa::path(get, path = "/api/v1/entities/{id}", tag = "topology",
    params(("id" = String, Path, description = "Id, external id or a name that only one bears")), extensions(("x-permission" = json!("read"))),
    responses((status = 200, body = EntityRow), (status = 404, description = "No such entity here"), (status = 422, description = "Several bear that name")))]
pub(super) async fn one(can: Can<Read>, Path(id): Path<String>) -> Answer<axum::Json<EntityRow>> {
    let Some(id) = query::entity(&can.tenant, id).await? else {
        return Err(Problem::not_found("entity"));
    };
    let row = can.tenant.ask(move |rows| rows.entity(id)).await?;
    row.map(axum::Json).ok_or_else(|| Problem::not_found("entity"))
}
