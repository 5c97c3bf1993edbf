use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::Problem;
use super::world::World;
use super::{
    access, alarms, audit, auth, changes, commands, dead_letters, documents, entities, events, groups, incidents, ingest, keys, kpi, openapi, scorecard, seats,
    sla, sources, stats, stream, system, tenants, topology, users,
};

/// Every endpoint, one line a path. Whoever cannot say who they are gets past none of them but those in [`access::OPEN`].
pub(super) fn router(world: World) -> Router {
    let (router, mut document) = OpenApiRouter::with_openapi(openapi::base())
        .routes(routes!(openapi::document))
        .routes(routes!(alarms::list))
        .routes(routes!(ingest::post))
        .routes(routes!(alarms::one))
        .routes(routes!(audit::list))
        .routes(routes!(audit::verify))
        .routes(routes!(auth::login))
        .routes(routes!(auth::logout))
        .routes(routes!(auth::me))
        .routes(routes!(auth::refresh))
        .routes(routes!(changes::get))
        .routes(routes!(commands::post))
        .routes(routes!(dead_letters::list))
        .routes(routes!(dead_letters::redrive))
        .routes(routes!(entities::list))
        .routes(routes!(entities::one))
        .routes(routes!(topology::impact))
        .routes(routes!(events::list))
        .routes(routes!(events::one))
        .routes(routes!(events::history))
        .routes(routes!(groups::alike))
        .routes(routes!(groups::attributes))
        .routes(routes!(groups::list))
        .routes(routes!(incidents::list, incidents::open))
        .routes(routes!(incidents::one))
        .routes(routes!(keys::list, keys::add))
        .routes(routes!(keys::revoke))
        .routes(routes!(kpi::import))
        .routes(routes!(kpi::ingest))
        .routes(routes!(kpi::query))
        .routes(routes!(kpi::series))
        .routes(routes!(kpi::write))
        .routes(routes!(documents::mappings, documents::set_mappings))
        .routes(routes!(documents::policies, documents::set_policies))
        .routes(routes!(scorecard::get))
        .routes(routes!(sla::list))
        .routes(routes!(sources::list))
        .routes(routes!(stats::all))
        .routes(routes!(stats::duplicates))
        .routes(routes!(stats::severity))
        .routes(routes!(stats::suppressions))
        .routes(routes!(stats::types))
        .routes(routes!(stream::alarms))
        .routes(routes!(seats::list))
        .routes(routes!(system::storage))
        .routes(routes!(system::workers))
        .routes(routes!(tenants::list, tenants::add))
        .routes(routes!(tenants::adopt))
        .routes(routes!(topology::patch))
        .routes(routes!(events::trace))
        .routes(routes!(users::list, users::add))
        .routes(routes!(users::change))
        .routes(routes!(system::livez))
        .routes(routes!(system::figures))
        .routes(routes!(system::readyz))
        .split_for_parts();
    openapi::name_operations(&mut document);
    // The document is the same for as long as the process lives.
    let _ = world.document.set(document.to_json().unwrap_or_default());
    router
        .fallback(nowhere)
        .method_not_allowed_fallback(not_so)
        .layer(from_fn_with_state(world.clone(), access::authenticate))
        .layer(from_fn(access::observe))
        .with_state(world)
}

async fn nowhere(request: Request) -> impl IntoResponse {
    Problem::new(
        StatusCode::NOT_FOUND,
        format!("there is nothing at {}: see /api/openapi.json", request.uri().path()),
    )
}

async fn not_so(request: Request) -> impl IntoResponse {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("{} is not answered at {}: see /api/openapi.json", request.method(), request.uri().path()),
    )
}
