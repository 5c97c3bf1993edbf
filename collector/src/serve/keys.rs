use axum::extract::{Path, State};
use axum::http::StatusCode;
use pedkai_core::identity::Scope;
use pedkai_core::wire::Page;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::access::{Can, Keys};
use super::body::Json;
use super::problem::Answer;
use super::query;
use super::world::{Note, World};
use crate::identity::KeyRow;

/// Machine keys of the tenant; the keys themselves are kept nowhere.
#[utoipa::path(get, path = "/api/v1/keys", tag = "users", extensions(("x-permission" = json!("manage keys"))),
    responses((status = 200, body = Page<KeyRow>)))]
pub(super) async fn list(State(world): State<World>, can: Can<Keys>) -> Answer<axum::Json<Page<KeyRow>>> {
    let tenant = can.caller.tenant;
    let items = world.with_identity(move |identity| identity.keys(tenant)).await?;
    Ok(axum::Json(Page { items, next: None }))
}

/// A key to issue.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyToAdd {
    /// What it is called in lists and in the sources of events.
    name: String,
    /// What it opens.
    scopes: Vec<Scope>,
}

/// A new key.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct NewKey {
    /// The key itself, shown this once.
    key: String,
    /// What is kept of it.
    #[serde(flatten)]
    row: KeyRow,
}

/// Issue a machine key.
#[utoipa::path(post, path = "/api/v1/keys", tag = "users", request_body = KeyToAdd, extensions(("x-permission" = json!("manage keys"))),
    responses((status = 201, body = NewKey), (status = 422, description = "No name or no scope")))]
pub(super) async fn add(State(world): State<World>, can: Can<Keys>, Json(asked): Json<KeyToAdd>) -> Answer<(StatusCode, axum::Json<NewKey>)> {
    let (tenant, by) = (can.caller.tenant, can.caller.name());
    let (secret, row) = world
        .with_identity(move |identity| identity.add_key(tenant, &asked.name, &asked.scopes, &by))
        .await?;
    let note = Note {
        action: "key.add",
        resource_type: "key",
        resource_id: row.id.to_string(),
        before: Value::Null,
        after: json!({"name": row.name, "scopes": row.scopes}),
    };
    world.audit(&can.caller, note).await?;
    let key = secret.reveal().to_owned();
    Ok((StatusCode::CREATED, axum::Json(NewKey { key, row })))
}

/// Revoke a machine key.
#[utoipa::path(delete, path = "/api/v1/keys/{id}", tag = "users", params(("id" = String, Path, description = "Id")),
    extensions(("x-permission" = json!("manage keys"))),
    responses((status = 204, description = "It opens nothing any more"), (status = 404, description = "No such key here")))]
pub(super) async fn revoke(State(world): State<World>, can: Can<Keys>, Path(id): Path<String>) -> Answer<StatusCode> {
    let (tenant, id) = (can.caller.tenant, query::id(&id, "key")?);
    world.with_identity(move |identity| identity.revoke_key(tenant, id)).await?;
    let note = Note {
        action: "key.revoke",
        resource_type: "key",
        resource_id: id.to_string(),
        before: Value::Null,
        after: Value::Null,
    };
    world.audit(&can.caller, note).await?;
    Ok(StatusCode::NO_CONTENT)
}
