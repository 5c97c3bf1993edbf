use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use pedkai_core::wire::{LoginRequest, RefreshRequest, TokenAnswer};
use serde::Serialize;
use serde_json::{Value, json};
use std::net::IpAddr;
use uuid::Uuid;

use super::access::{Known, address_of, slow_down};
use super::body::Json;
use super::problem::{Answer, Problem};
use super::world::{Note, World};
use crate::identity::{Allowance, AuditEntry, IdentityError, Tokens, Who};

/// The address a request came from.
pub(super) struct From(IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for From {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(address_of(parts)))
    }
}

/// Log in.
#[utoipa::path(post, path = "/api/v1/auth/login", tag = "auth", request_body = LoginRequest, security(()),
    responses((status = 200, body = TokenAnswer), (status = 401, description = "Name or password is wrong"),
        (status = 429, description = "Too many attempts, or locked after wrong passwords")))]
pub(super) async fn login(State(world): State<World>, From(address): From, Json(asked): Json<LoginRequest>) -> Answer<axum::Json<TokenAnswer>> {
    slow_down(&world, Allowance::Address(address), 1)?;
    let tenant = match &asked.tenant {
        Some(word) => Some(world.engine.find(word).ok_or_else(refused)?.id()),
        None => None,
    };
    let name = asked.name.clone();
    let outcome = world
        .with_identity(move |identity| Ok(identity.login(&asked.name, &asked.password, tenant)))
        .await?;
    match outcome {
        Ok(tokens) => {
            note(&world, &tokens, &name, address).await?;
            Ok(axum::Json(answer(tokens)))
        }
        Err(IdentityError::Refused(_)) => {
            tracing::warn!(%address, "a login was refused");
            Err(refused())
        }
        Err(other) => Err(other.into()),
    }
}

/// One sentence for every way of not getting in.
fn refused() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "name or password is wrong")
}

/// A login is a write too: it stands in the audit log of each tenant that it opens.
async fn note(world: &World, tokens: &Tokens, name: &str, address: IpAddr) -> Answer<()> {
    let tenants = world.identity.memberships(tokens.user);
    let (user, name) = (tokens.user.to_string(), name.to_owned());
    world
        .with_identity(move |identity| {
            tenants.iter().try_for_each(|membership| {
                identity.audit(&AuditEntry {
                    tenant: membership.tenant,
                    actor: &name,
                    action: "login",
                    resource_type: "user",
                    resource_id: &user,
                    before: Value::Null,
                    after: Value::Null,
                    address: &address.to_string(),
                })
            })
        })
        .await
}

/// Get the next pair of tokens.
#[utoipa::path(post, path = "/api/v1/auth/refresh", tag = "auth", request_body = RefreshRequest, security(()),
    responses((status = 200, body = TokenAnswer), (status = 401, description = "The token is over or was used before: log in again")))]
pub(super) async fn refresh(State(world): State<World>, From(address): From, Json(asked): Json<RefreshRequest>) -> Answer<axum::Json<TokenAnswer>> {
    let outcome = world.with_identity(move |identity| Ok(identity.refresh(&asked.refresh_token))).await?;
    match outcome {
        Ok(tokens) => Ok(axum::Json(answer(tokens))),
        Err(IdentityError::Refused(why)) => {
            slow_down(&world, Allowance::Address(address), 1)?;
            Err(Problem::new(StatusCode::UNAUTHORIZED, why))
        }
        Err(other) => Err(other.into()),
    }
}

/// Log out: this login's tokens open nothing any more.
#[utoipa::path(post, path = "/api/v1/auth/logout", tag = "auth",
    responses((status = 204, description = "Done"), (status = 422, description = "A machine key is revoked, not logged out")))]
pub(super) async fn logout(State(world): State<World>, Known(caller): Known) -> Answer<StatusCode> {
    let leaving = caller.clone();
    world.with_identity(move |identity| identity.logout(&leaving)).await?;
    let id = match &caller.who {
        Who::User { id, .. } | Who::Key { id, .. } => id.to_string(),
        Who::Seat | Who::Local => String::new(),
    };
    let note = Note {
        action: "logout",
        resource_type: "user",
        resource_id: id,
        before: Value::Null,
        after: json!(null),
    };
    world.audit(&caller, note).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who asks.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Me {
    /// Name.
    name: String,
    /// `user`, `key`, `seat` or `local`.
    kind: &'static str,
    /// Id of the tenant that this request goes to.
    tenant_id: Uuid,
    /// Its name.
    tenant: String,
    /// Role there; of a machine key: `viewer`.
    role: pedkai_core::model::Role,
    /// What that allows, in the words of docs/permissions.md.
    permissions: Vec<&'static str>,
    /// Every tenant that the credential opens, for the header `X-Tenant`.
    tenants: Vec<MyTenant>,
}

/// A tenant that a credential opens.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(super) struct MyTenant {
    /// Id.
    id: Uuid,
    /// Name.
    name: String,
}

/// Who I am, in which tenant, and what I may.
#[utoipa::path(get, path = "/api/v1/auth/me", tag = "auth", responses((status = 200, body = Me)))]
pub(super) async fn me(State(world): State<World>, Known(caller): Known) -> Answer<axum::Json<Me>> {
    use pedkai_core::identity::Permission;
    let opens: Vec<_> = match &caller.who {
        Who::User { id, .. } => world.identity.memberships(*id).into_iter().map(|membership| membership.tenant).collect(),
        _ => vec![caller.tenant],
    };
    let tenants: Vec<MyTenant> = world
        .engine
        .tenants()
        .into_iter()
        .filter(|info| opens.contains(&info.id))
        .map(|info| MyTenant {
            id: info.id.0,
            name: info.name,
        })
        .collect();
    let own = tenants.iter().find(|tenant| tenant.id == caller.tenant.0).map(|tenant| tenant.name.clone());
    Ok(axum::Json(Me {
        name: caller.name().to_string(),
        kind: match caller.who {
            Who::User { .. } => "user",
            Who::Key { .. } => "key",
            Who::Seat => "seat",
            Who::Local => "local",
        },
        tenant_id: caller.tenant.0,
        tenant: own.unwrap_or_default(),
        role: caller.role(),
        permissions: Permission::ALL
            .iter()
            .filter(|permission| caller.may(**permission))
            .map(|permission| permission.word())
            .collect(),
        tenants,
    }))
}

fn answer(tokens: Tokens) -> TokenAnswer {
    TokenAnswer {
        access_token: tokens.access_token,
        refresh_token: tokens.refresh_token.reveal().to_owned(),
        expires_at: tokens.expires_at,
        token_type: "Bearer".to_owned(),
        user_id: tokens.user,
    }
}
