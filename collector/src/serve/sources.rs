use axum::extract::{Query, State};
use pedkai_core::model::{Name, Timestamp};
use pedkai_core::screen::SourceRow;
use pedkai_core::wire::Page;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::access::{Can, Read};
use super::problem::{Answer, Problem};
use super::query;
use super::world::World;
use crate::poll::Status;

/// A page.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// Items on a page: 100 unless said, at most 1,000.
    pub(super) limit: Option<String>,
    /// `next` of the page before.
    pub(super) cursor: Option<String>,
}

/// Who speaks by itself, or is asked.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(untagged)]
pub(super) enum Source {
    /// Sends events.
    Heard(FreshSource),
    /// Is polled.
    Polled(PolledSource),
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

/// A target of `[poll]` and how long ago it answered to the end.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(super) struct PolledSource {
    /// Id.
    id: Uuid,
    /// `poll`.
    source: &'static str,
    /// Its address and port.
    address: String,
    /// The entity that its samples belong to, where it was found.
    entity_id: Option<Uuid>,
    /// … its name, else what the configuration calls it.
    entity_name: Name,
    /// When asking it began.
    first_at: Timestamp,
    /// When it last answered to the end; null before it did.
    last_at: Option<Timestamp>,
    /// Seconds since then, or since asking it began.
    age_seconds: f64,
    /// Nothing whole came for more than two and a half intervals.
    stale: bool,
    /// Seconds from one poll to the next.
    interval_seconds: f64,
    /// Polls answered to the end.
    received: u64,
    /// Polls that broke off; what came until then was kept.
    partial: u64,
    /// Polls without any answer.
    failed: u64,
    /// Samples kept.
    samples: u64,
    /// Samples that could not be kept.
    lost: u64,
    /// What is wrong with it now, null when all is well.
    problem: Option<String>,
}

impl PolledSource {
    fn new(status: Status, now: Timestamp) -> Self {
        Self {
            id: status.id(),
            source: "poll",
            address: status.address.to_string(),
            entity_id: status.entity.map(|entity| entity.0),
            entity_name: if status.name.is_empty() {
                status.configured.clone()
            } else {
                status.name.clone()
            },
            first_at: status.first_at,
            last_at: status.whole_at,
            age_seconds: now.since(status.whole_at.unwrap_or(status.first_at)).as_seconds().max(0.0),
            stale: status.stale(now),
            interval_seconds: status.interval.as_secs_f64(),
            received: status.whole,
            partial: status.partial,
            failed: status.failed,
            samples: status.samples,
            lost: status.lost,
            problem: status.problem,
        }
    }
}

/// What a cursor into the polled targets, which come after all others, begins with.
const POLLED: &str = "poll-";

/// Who speaks, and when they last did; then who is asked, and when they last answered.
#[utoipa::path(get, path = "/api/v1/sources", tag = "events", params(PageQuery), extensions(("x-permission" = json!("read"))),
    responses((status = 200, body = Page<Source>)))]
pub(super) async fn list(State(world): State<World>, can: Can<Read>, Query(asked): Query<PageQuery>) -> Answer<axum::Json<Page<Source>>> {
    let limit = query::limit(asked.limit.as_deref())?;
    let cursor = query::some(asked.cursor);
    let now = world.engine.clock().now();
    let polled = world.polled.get().map(|board| board.of(can.tenant.id())).unwrap_or_default();
    let mut items = Vec::new();
    let from = match cursor.as_deref().and_then(|cursor| cursor.strip_prefix(POLLED)) {
        Some(at) => at.parse().map_err(|_| Problem::unprocessable("cursor: use next of the page before as it is"))?,
        None => {
            let listed = can.tenant.ask(move |rows| rows.sources(cursor.as_deref(), limit)).await?;
            items.extend(listed.items.into_iter().map(|source| {
                Source::Heard(FreshSource {
                    age_seconds: now.since(source.last_at).as_seconds().max(0.0),
                    source,
                })
            }));
            if listed.next.is_some() {
                return Ok(axum::Json(Page { items, next: listed.next }));
            }
            0
        }
    };
    let room = limit - items.len().min(limit);
    let count = polled.len();
    items.extend(
        polled
            .into_iter()
            .skip(from)
            .take(room)
            .map(|status| Source::Polled(PolledSource::new(status, now))),
    );
    let next = (from.saturating_add(room) < count).then(|| format!("{POLLED}{}", from + room));
    Ok(axum::Json(Page { items, next }))
}
