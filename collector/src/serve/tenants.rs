use axum::extract::State;
use axum::http::StatusCode;
use pedkai_core::model::Timestamp;
use pedkai_core::wire::Page;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::access::LocalAdministrator;
use super::body::Json;
use super::problem::{Answer, Problem};
use super::world::{Note, World};
use crate::identity::check_label;
use crate::journal::{JournalError, TenantInfo};
use uuid::Uuid;

/// A tenant.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct TenantRow {
    /// Id.
    id: Uuid,
    /// Name.
    name: String,
    /// When it was made.
    created_at: Timestamp,
}

impl From<TenantInfo> for TenantRow {
    fn from(info: TenantInfo) -> Self {
        Self {
            id: info.id.0,
            name: info.name,
            created_at: info.created_at,
        }
    }
}

/// Every tenant of the collector.
#[utoipa::path(get, path = "/api/v1/tenants", tag = "users", extensions(("x-permission" = json!("local administrator"))),
    responses((status = 200, body = Page<TenantRow>), (status = 403, description = "Only for the command line on the collector's own machine")))]
pub(super) async fn list(State(world): State<World>, _admin: LocalAdministrator) -> Answer<axum::Json<Page<TenantRow>>> {
    let items = world.engine.tenants().into_iter().map(TenantRow::from).collect();
    Ok(axum::Json(Page { items, next: None }))
}

/// A tenant to make.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TenantToAdd {
    /// Its name, a label that no other tenant bears.
    name: String,
}

/// Make a tenant.
#[utoipa::path(post, path = "/api/v1/tenants", tag = "users", request_body = TenantToAdd, extensions(("x-permission" = json!("local administrator"))),
    responses((status = 201, body = TenantRow), (status = 403, description = "Only for the command line on the collector's own machine"),
        (status = 422, description = "A name that is taken or breaks a rule")))]
pub(super) async fn add(
    State(world): State<World>,
    LocalAdministrator(caller): LocalAdministrator,
    Json(asked): Json<TenantToAdd>,
) -> Answer<(StatusCode, axum::Json<TenantRow>)> {
    check_label("tenant", &asked.name).map_err(Problem::unprocessable)?;
    let tenant = world.engine.create(&asked.name)?;
    let note = Note {
        action: "tenant.add",
        resource_type: "tenant",
        resource_id: tenant.id().to_string(),
        before: Value::Null,
        after: json!({"name": asked.name}),
    };
    world.audit_in(tenant.id(), &caller, note).await?;
    let info = world.engine.tenants().into_iter().find(|info| info.id == tenant.id());
    let info = info.ok_or_else(|| Problem::not_found("tenant"))?;
    Ok((StatusCode::CREATED, axum::Json(info.into())))
}

/// A tenant to take in.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TenantToAdopt {
    /// The folder that `tenant export` made, on the collector's own machine.
    #[schema(value_type = String)]
    folder: std::path::PathBuf,
    /// Another name for it, where its own is taken.
    #[serde(default)]
    name: Option<String>,
}

/// Take in a tenant that another collector gave out: same id, another life of its log.
#[utoipa::path(post, path = "/api/v1/tenants/adopt", tag = "users", request_body = TenantToAdopt,
    extensions(("x-permission" = json!("local administrator"))),
    responses((status = 201, body = TenantRow), (status = 403, description = "Only for the command line on the collector's own machine"),
        (status = 422, description = "Its id or name is here already, or its log does not hold")))]
pub(super) async fn adopt(
    State(world): State<World>,
    LocalAdministrator(caller): LocalAdministrator,
    Json(asked): Json<TenantToAdopt>,
) -> Answer<(StatusCode, axum::Json<TenantRow>)> {
    let wrong = |error: &dyn std::fmt::Display| Problem::unprocessable(format!("{}: {error}", asked.folder.display()));
    let text = std::fs::read(asked.folder.join("tenant.json")).map_err(|error| wrong(&error))?;
    let mut info: TenantInfo = serde_json::from_slice(&text).map_err(|error| wrong(&error))?;
    if let Some(name) = asked.name.clone() {
        check_label("tenant", &name).map_err(Problem::unprocessable)?;
        info.name = name;
    }
    let (engine, log, row) = (world.engine.clone(), asked.folder.join("log.db"), TenantRow::from(info.clone()));
    let adopted = tokio::task::spawn_blocking(move || engine.adopt(info, &log)).await;
    let tenant = match adopted {
        Ok(adopted) => adopted.map_err(|error| match error {
            JournalError::Chain { .. } | JournalError::Corrupt { .. } => Problem::unprocessable(error.to_string()),
            other => other.into(),
        })?,
        Err(_) => return Err(Problem::unavailable(1, "the tenant could not be taken in now: try again")),
    };
    let note = Note {
        action: "tenant.adopt",
        resource_type: "tenant",
        resource_id: tenant.id().to_string(),
        before: Value::Null,
        after: json!({"name": row.name, "from": asked.folder}),
    };
    world.audit_in(tenant.id(), &caller, note).await?;
    Ok((StatusCode::CREATED, axum::Json(row)))
}
