use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use pedkai_core::model::Role;
use pedkai_core::wire::Page;
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{Can, Users};
use super::body::Json;
use super::problem::{Answer, Problem};
use super::query;
use super::sources::PageQuery;
use super::world::{Note, World};
use crate::identity::{NewUser, UserChange, UserRow};

/// Users of the tenant, by name.
#[utoipa::path(get, path = "/api/v1/users", tag = "users", params(PageQuery), extensions(("x-permission" = json!("manage users"))),
    responses((status = 200, body = Page<UserRow>)))]
pub(super) async fn list(State(world): State<World>, can: Can<Users>, Query(asked): Query<PageQuery>) -> Answer<axum::Json<Page<UserRow>>> {
    let limit = query::limit(asked.limit.as_deref())?;
    let (tenant, after) = (can.caller.tenant, query::some(asked.cursor));
    let mut items = world.with_identity(move |identity| identity.users(tenant, after.as_deref(), limit + 1)).await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|user| user.name.clone());
    Ok(axum::Json(Page { items, next }))
}

/// A user to add.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserToAdd {
    /// Name to log in by.
    name: String,
    /// Email; a second name to log in by.
    #[serde(default)]
    email: Option<String>,
    /// Password.
    password: String,
    /// Role in this tenant.
    role: Role,
}

/// Add a user to the tenant. Somebody of another tenant joins when the password is theirs.
#[utoipa::path(post, path = "/api/v1/users", tag = "users", request_body = UserToAdd, extensions(("x-permission" = json!("manage users"))),
    responses((status = 201, body = UserRow), (status = 409, description = "The name is taken"), (status = 422, description = "Breaks a rule")))]
pub(super) async fn add(State(world): State<World>, can: Can<Users>, Json(asked): Json<UserToAdd>) -> Answer<(StatusCode, axum::Json<UserRow>)> {
    let tenant = can.caller.tenant;
    let new = NewUser {
        name: asked.name,
        email: asked.email,
        password: asked.password,
        role: asked.role,
    };
    let user = world.with_identity(move |identity| identity.add_user(tenant, &new)).await?;
    let note = Note {
        action: "user.add",
        resource_type: "user",
        resource_id: user.id.to_string(),
        before: Value::Null,
        after: json!({"name": user.name, "email": user.email, "role": user.role}),
    };
    world.audit(&can.caller, note).await?;
    Ok((StatusCode::CREATED, axum::Json(user)))
}

/// What to change of a user.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserToChange {
    /// New role in this tenant.
    #[serde(default)]
    role: Option<Role>,
    /// May come in to this tenant, or not.
    #[serde(default)]
    active: Option<bool>,
    /// New password; only of somebody who belongs to this tenant alone.
    #[serde(default)]
    password: Option<String>,
}

/// Change a user of the tenant: role, active flag, password.
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "users", params(("id" = String, Path, description = "Id")), request_body = UserToChange,
    extensions(("x-permission" = json!("manage users"))),
    responses((status = 200, body = UserRow), (status = 404, description = "No such user here"), (status = 422, description = "May not be changed so")))]
pub(super) async fn change(
    State(world): State<World>,
    can: Can<Users>,
    Path(id): Path<String>,
    Json(asked): Json<UserToChange>,
) -> Answer<axum::Json<UserRow>> {
    let (tenant, id) = (can.caller.tenant, query::id(&id, "user")?);
    let own = matches!(can.caller.who, crate::identity::Who::User { id: own, .. } if own == id);
    if own && (asked.active == Some(false) || asked.role.is_some_and(|role| role < can.caller.role())) {
        return Err(Problem::unprocessable("nobody takes their own rights away: ask another administrator"));
    }
    let change = UserChange {
        role: asked.role,
        active: asked.active,
        password: asked.password,
    };
    let new_password = change.password.is_some();
    let (before, after) = world.with_identity(move |identity| identity.change_user(tenant, id, &change)).await?;
    let note = Note {
        action: "user.change",
        resource_type: "user",
        resource_id: id.to_string(),
        before: json!({"role": before.role, "active": before.active}),
        after: json!({"role": after.role, "active": after.active, "new_password": new_password}),
    };
    world.audit(&can.caller, note).await?;
    Ok(axum::Json(after))
}
