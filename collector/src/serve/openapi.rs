use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, OpenApi, OpenApiBuilder, SecurityRequirement};

use super::world::World;

/// An alarm as a webhook reports it.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Alarm)]
pub(super) struct IngestAlarm {
    /// Id, external id or a name that only one bears; one never heard of is made, as UNPLACED.
    entity_id: String,
    /// What kind of alarm.
    alarm_type: String,
    /// critical, major, minor, warning, indeterminate (in any case); cleared says what `cleared` says.
    severity: String,
    /// When it changed at the resource, RFC 3339.
    #[schema(format = DateTime)]
    raised_at: String,
    /// The system that says so.
    source_system: String,
    /// Which of several alarms of this type on the entity.
    qualifier: Option<String>,
    /// Probable cause.
    probable_cause: Option<String>,
    /// Text for people.
    text: Option<String>,
    /// The condition is over.
    cleared: Option<bool>,
    /// Anything else; `interface`, `neighbor` and `link` are understood by the topology.
    attributes: Option<BTreeMap<String, String>>,
}

/// An alarm, or an array of them.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it only describes the body, which is read in one pass by hand")]
#[expect(clippy::large_enum_variant, reason = "it only describes a body; nothing makes one")]
pub(super) enum IngestBody {
    /// One.
    One(IngestAlarm),
    /// Several.
    Many(Vec<IngestAlarm>),
}

/// What the document says beside the endpoints.
pub(super) fn base() -> OpenApi {
    let mut components = Components::new();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("An access token from /api/v1/auth/login, or a machine key."))
        .build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Pedkai collector")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(
                    "Errors are RFC 9457 problem details, times RFC 3339 in UTC, ids UUIDs. Lists page by cursor: `next` is null at the end. \
                     The tenant comes from the credential; header `X-Tenant` selects one where a user belongs to several. `x-permission` names \
                     what an endpoint needs; docs/permissions.md says who has it.",
                ))
                .build(),
        )
        .components(Some(components))
        .security(Some([SecurityRequirement::new("bearer", Vec::<String>::new())]))
        .build()
}

/// Gives every operation a name of its own, as the specification asks: method and path.
pub(super) fn name_operations(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let words: String = path
            .trim_start_matches("/api/v1/")
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        let words = words.split('_').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_");
        for (method, operation) in [
            ("get", &mut item.get),
            ("put", &mut item.put),
            ("post", &mut item.post),
            ("patch", &mut item.patch),
            ("delete", &mut item.delete),
        ] {
            if let Some(operation) = operation {
                operation.operation_id = Some(format!("{method}_{words}"));
            }
        }
    }
}

/// This document.
#[utoipa::path(get, path = "/api/openapi.json", tag = "system", security(()), responses((status = 200, description = "OpenAPI 3.1")))]
pub(super) async fn document(State(world): State<World>) -> Response {
    let text = world.document.get().cloned().unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}
