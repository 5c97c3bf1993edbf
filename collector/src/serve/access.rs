use std::marker::PhantomData;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use pedkai_core::identity::Permission;
use tracing::Instrument;
use uuid::Uuid;

use super::problem::{Answer, Problem, TRACE_ID};
use super::world::World;
use crate::engine::Tenant;
use crate::identity::{Allowance, Caller, Who};
use crate::telemetry::metrics;

/// What needs no credential; everything else does, also what does not exist.
pub(crate) const OPEN: [&str; 6] = [
    "/api/openapi.json",
    "/api/v1/auth/login",
    "/api/v1/auth/refresh",
    "/livez",
    "/metrics",
    "/readyz",
];

pub(crate) const X_EVENT_ID: HeaderName = HeaderName::from_static("x-event-id");
const X_CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");
const X_TENANT: HeaderName = HeaderName::from_static("x-tenant");
const X_TRACE_ID: HeaderName = HeaderName::from_static("x-trace-id");

/// The peer's address; that of a test without a socket is the machine's own.
pub(crate) fn address_of(request: &Parts) -> IpAddr {
    request
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), |peer| peer.0.ip().to_canonical())
}

/// Gives every request its ids, a span in the log and a place in the figures, and its answer the headers that name them.
pub(super) async fn observe(request: Request, next: Next) -> Response {
    let start = Instant::now();
    let trace_id = trace_id(request.headers());
    let correlation_id = given(request.headers(), &X_CORRELATION_ID).unwrap_or_else(|| trace_id.clone());
    let span_id = format!("{:016x}", Uuid::new_v4().as_u64_pair().1);
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none".to_owned(), |path| path.as_str().to_owned());
    let span = tracing::info_span!("request", %trace_id, %span_id, %correlation_id, %method, %route);
    let mut response = TRACE_ID.scope(trace_id.clone(), next.run(request)).instrument(span.clone()).await;
    let status = response.status().as_u16();
    let event_id = match response.headers().get(&X_EVENT_ID).and_then(|value| value.to_str().ok()) {
        Some(event_id) => event_id.to_owned(),
        None => Uuid::new_v4().to_string(),
    };
    for (name, value) in [(X_TRACE_ID, &trace_id), (X_CORRELATION_ID, &correlation_id), (X_EVENT_ID, &event_id)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    metrics().request(method.as_str(), &route, status);
    let duration_ms = start.elapsed().as_secs_f64() * 1e3;
    span.in_scope(|| tracing::debug!(event_id, status_code = status, duration_ms, "answered"));
    response
}

/// W3C Trace Context's trace id where the sender gave one, else a new one.
fn trace_id(headers: &HeaderMap) -> String {
    let given = headers
        .get("traceparent")
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.split('-').nth(1));
    match given {
        Some(id) if id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) && id.bytes().any(|byte| byte != b'0') => id.to_ascii_lowercase(),
        _ => Uuid::new_v4().simple().to_string(),
    }
}

fn given(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?;
    let sane = !text.is_empty() && text.len() <= 128 && text.bytes().all(|byte| byte.is_ascii_graphic());
    sane.then(|| text.to_owned())
}

/// Finds out who asks. Whoever cannot say so gets no further, whatever they ask for.
pub(super) async fn authenticate(State(world): State<World>, request: Request, next: Next) -> Response {
    if OPEN.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    match admit(&world, &parts) {
        Ok(entered) => {
            parts.extensions.insert(entered);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(problem) => problem.into_response(),
    }
}

#[derive(Clone)]
struct Entered {
    caller: Caller,
    tenant: Tenant,
}

fn admit(world: &World, parts: &Parts) -> Answer<Entered> {
    let address = address_of(parts);
    let text = |name: &HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = text(&header::AUTHORIZATION).and_then(bearer);
    let wanted = text(&X_TENANT);
    let engine = &world.engine;
    let identity = &world.identity;
    let caller = identity
        .authenticate(bearer, wanted, address, |word| engine.find(word).map(|tenant| tenant.id()))
        .map_err(Problem::from);
    let caller = match caller {
        Ok(caller) => caller,
        Err(problem) => {
            slow_down(world, Allowance::Address(address), 1)?;
            return Err(problem);
        }
    };
    charge(world, &caller, 1)?;
    let tenant = engine
        .tenant(caller.tenant)
        .ok_or_else(|| Problem::new(StatusCode::FORBIDDEN, "the tenant of this credential is gone"))?;
    Ok(Entered { caller, tenant })
}

/// Takes from a caller's allowance; this machine's own command line has no bound.
pub(super) fn charge(world: &World, caller: &Caller, cost: u32) -> Answer<()> {
    let whose = match caller.who {
        Who::Local => return Ok(()),
        Who::Key { .. } => Allowance::Key(caller.fingerprint()),
        _ => Allowance::User(caller.fingerprint()),
    };
    slow_down(world, whose, cost)
}

/// Takes from an allowance.
pub(super) fn slow_down(world: &World, whose: Allowance, cost: u32) -> Answer<()> {
    world
        .identity
        .limiter()
        .take(whose, cost)
        .map_err(|seconds| Problem::too_many(seconds, "too many requests: wait as Retry-After says"))
}

fn bearer(text: &str) -> Option<&str> {
    let (scheme, token) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

/// A permission as a type, so that a handler's signature says what it needs.
pub(crate) trait Gate {
    const PERMISSION: Permission;
}

macro_rules! gates {
    ($($name:ident)*) => {$(
        pub(crate) struct $name;
        impl Gate for $name {
            const PERMISSION: Permission = Permission::$name;
        }
    )*};
}
gates! { AlarmWrite Audit Keys KpiWrite Mappings Policies Read ReadRules Redrive TopologyWrite Users Work }

/// A caller who may do what `G` says, with the door to the tenant of the credential. There is no other way for a handler to get at a
/// tenant.
pub(crate) struct Can<G> {
    pub(crate) caller: Caller,
    pub(crate) tenant: Tenant,
    gate: PhantomData<G>,
}

impl<G: Gate, S: Send + Sync> FromRequestParts<S> for Can<G> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Answer<Self> {
        let Some(Entered { caller, tenant }) = parts.extensions.get::<Entered>().cloned() else {
            return Err(Problem::new(StatusCode::UNAUTHORIZED, "send the header Authorization: Bearer"));
        };
        if !caller.may(G::PERMISSION) {
            let what = G::PERMISSION.word();
            return Err(Problem::new(StatusCode::FORBIDDEN, format!("your role or key does not allow: {what}")));
        }
        Ok(Self {
            caller,
            tenant,
            gate: PhantomData,
        })
    }
}

impl<G> Can<G> {
    /// The same once more.
    pub(crate) fn again(&self) -> Self {
        Self {
            caller: self.caller.clone(),
            tenant: self.tenant.clone(),
            gate: PhantomData,
        }
    }
}

/// Who may change the rules may read them.
macro_rules! also_reads_rules {
    ($($name:ident)*) => {$(
        impl From<Can<$name>> for Can<ReadRules> {
            fn from(can: Can<$name>) -> Self {
                Self {
                    caller: can.caller,
                    tenant: can.tenant,
                    gate: PhantomData,
                }
            }
        }
    )*};
}
also_reads_rules! { Mappings Policies }

/// Whoever has a good credential, whatever it allows.
pub(crate) struct Known(pub(crate) Caller);

impl<S: Send + Sync> FromRequestParts<S> for Known {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Answer<Self> {
        match parts.extensions.get::<Entered>() {
            Some(entered) => Ok(Self(entered.caller.clone())),
            None => Err(Problem::new(StatusCode::UNAUTHORIZED, "send the header Authorization: Bearer")),
        }
    }
}

/// The machine's own administrator, who alone sees over the tenants' walls: the command line, by the token in the data folder.
pub(crate) struct LocalAdministrator(pub(crate) Caller);

impl<S: Send + Sync> FromRequestParts<S> for LocalAdministrator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Answer<Self> {
        let Known(caller) = Known::from_request_parts(parts, state).await?;
        if caller.who != Who::Local {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "only the command line on the collector's own machine may do that",
            ));
        }
        Ok(Self(caller))
    }
}
