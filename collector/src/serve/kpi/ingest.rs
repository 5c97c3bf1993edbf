use axum::extract::State;
use axum::http::StatusCode;
use pedkai_core::model::{Name, Timestamp};
use pedkai_core::wire::PartProblem;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::doors::{Door, Lost};
use super::take::{MOST, NAMED, Said, check, take};
use crate::serve::access::{Can, KpiWrite};
use crate::serve::body::Whole;
use crate::serve::problem::{Answer, Problem};
use crate::serve::world::World;

/// A sample as it is handed in.
#[derive(Deserialize, Serialize, utoipa::ToSchema)]
#[schema(as = KpiSample)]
#[serde(expecting = "a sample is an object")]
pub(in crate::serve) struct Item {
    /// Id, external id or a name that only one bears; one never heard of is made, as UNPLACED.
    #[schema(value_type = String)]
    entity_id: Name,
    /// The metric's name as its source writes it.
    #[schema(value_type = String)]
    metric: Name,
    /// The value; a finite number.
    value: f64,
    /// When it was measured, RFC 3339; at most ten minutes ahead of the collector's clock.
    timestamp: Timestamp,
    /// The system that it comes from; the credential's name unless said.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    source: Option<Name>,
}

/// What became of samples that were handed in.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::serve) struct Ingested {
    /// How many are kept, durably.
    accepted: usize,
    /// The others, at most 1,000 of them.
    rejected: Vec<RejectedSample>,
}

/// A sample that was not taken.
#[derive(Serialize, utoipa::ToSchema)]
pub(in crate::serve) struct RejectedSample {
    /// Its place in the array, from 0.
    index: usize,
    /// What is wrong with it.
    reason: String,
}

/// Hand in KPI samples. A sample of the same entity, metric and time as one before takes its place.
#[utoipa::path(post, path = "/api/v1/kpi/ingest", tag = "kpi", extensions(("x-permission" = json!("hand in KPI samples"))),
    request_body(description = "Samples", content = Vec<Item>),
    responses(
        (status = 202, description = "Durable, but for those that are rejected", body = Ingested),
        (status = 400, description = "No JSON"), (status = 413, description = "Larger than the limit"),
        (status = 422, description = "Every sample is wrong, or there is none"), (status = 429, description = "Too many"),
        (status = 503, description = "The samples cannot be written"))
)]
pub(in crate::serve) async fn ingest(State(world): State<World>, can: Can<KpiWrite>, Whole(bytes): Whole) -> Answer<(StatusCode, axum::Json<Ingested>)> {
    let items = read(&bytes)?;
    drop(bytes);
    if items.is_empty() {
        return Err(Problem::unprocessable("the array is empty: send at least one sample"));
    }
    if items.len() > MOST {
        return Err(Problem::unprocessable(format!("an array holds at most {MOST} samples")));
    }
    world.kpi.came(Door::Json, items.len());
    let now = world.engine.clock().now();
    let name = Name::from(&*can.caller.name());
    let mut good = Vec::with_capacity(items.len());
    let mut rejected = Vec::new();
    for (at, item) in items.into_iter().enumerate() {
        let said = item.map(|item| Said {
            at,
            entity: item.entity_id,
            metric: item.metric,
            value: item.value,
            time: item.timestamp,
            source: item.source.unwrap_or_else(|| name.clone()),
        });
        match said.and_then(|said| check(&said, now).map(|()| said)) {
            Ok(said) => good.push(said),
            Err(reason) => rejected.push((at, reason)),
        }
    }
    world.kpi.lost(Door::Json, Lost::Invalid, rejected.len());
    let taken = take(&can.tenant, good, (&world.kpi, Door::Json)).await?;
    rejected.extend(taken.rejected);
    rejected.sort_unstable();
    if taken.accepted == 0 {
        return Err(none_taken(rejected));
    }
    rejected.truncate(NAMED);
    Ok((
        StatusCode::ACCEPTED,
        axum::Json(Ingested {
            accepted: taken.accepted,
            rejected: rejected.into_iter().map(|(index, reason)| RejectedSample { index, reason }).collect(),
        }),
    ))
}

/// The problem that not one sample could be taken.
pub(super) fn none_taken(rejected: Vec<(usize, String)>) -> Problem {
    let errors = rejected.into_iter().take(NAMED).map(|(index, problem)| PartProblem {
        at: index.to_string(),
        problem,
    });
    Problem::unprocessable("not one sample can be taken").with_errors(errors.collect())
}

/// One pass where all are well formed; item by item only where one is not.
fn read(bytes: &[u8]) -> Answer<Vec<Result<Item, String>>> {
    if let Ok(items) = serde_json::from_slice::<Vec<Item>>(bytes) {
        return Ok(items.into_iter().map(Ok).collect());
    }
    let items: Vec<&RawValue> = serde_json::from_slice(bytes).map_err(|error| Problem::of_json(&error))?;
    let one = |item: &RawValue| serde_json::from_str::<Item>(item.get()).map_err(|error| error.to_string());
    Ok(items.into_iter().map(one).collect())
}
