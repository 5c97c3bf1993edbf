use axum::extract::{Query, State};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pedkai_core::model::{EntityId, Name, Span, Timestamp};
use pedkai_core::wire::{KpiAnswer, KpiBucket, KpiPoint, KpiSeries, Page};
use serde::Deserialize;
use uuid::Uuid;

use crate::kpi::Which;
use crate::serve::access::{Can, Read};
use crate::serve::problem::{Answer, Problem};
use crate::serve::query as words;
use crate::serve::world::World;

/// Most points of an answer.
const POINTS: usize = 1_000_000;
/// Most buckets of an answer.
const BUCKETS: i64 = 100_000;
/// What is asked of, unless said.
const USUAL: Span = Span::seconds(86_400);

/// Which samples.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct SamplesQuery {
    /// Of this entity: id, external id or a name that only one bears.
    entity_id: Option<String>,
    /// Of this metric.
    metric: Option<String>,
    /// From this time on; a day before `to` unless said.
    from: Option<String>,
    /// Up to this time, itself included; now unless said.
    to: Option<String>,
    /// Length of a bucket: seconds, or a number with s, m, h or d. Without it every sample is given, at most 1,000,000.
    step: Option<String>,
}

/// Samples of one series, in order of time: every one, or by buckets of `step` that begin at `from`, at most 100,000.
#[utoipa::path(get, path = "/api/v1/kpi/query", tag = "kpi", params(SamplesQuery), extensions(("x-permission" = json!("read"))),
    responses((status = 200, description = "`points` without a step, else `buckets`: one for each step that has a sample", body = KpiAnswer),
        (status = 404, description = "No such entity here"), (status = 422, description = "A question that makes no sense, or asks for too much")))]
pub(in crate::serve) async fn query(State(world): State<World>, can: Can<Read>, Query(asked): Query<SamplesQuery>) -> Answer<axum::Json<KpiAnswer>> {
    let word = words::some(asked.entity_id).ok_or_else(|| Problem::unprocessable("entity_id is missing: say of which entity"))?;
    let metric = words::some(asked.metric).ok_or_else(|| Problem::unprocessable("metric is missing: see kpi/series for those there are"))?;
    let to = words::time("to", asked.to.as_deref())?.unwrap_or_else(|| world.engine.clock().now());
    let from = words::time("from", asked.from.as_deref())?.unwrap_or_else(|| to.minus(USUAL));
    if from > to {
        return Err(Problem::unprocessable("from lies after to"));
    }
    let step = asked.step.as_deref().filter(|text| !text.is_empty()).map(step).transpose()?;
    if step.is_some_and(|step| to.since(from).as_micros() / step.as_micros() >= BUCKETS) {
        return Err(Problem::unprocessable(format!(
            "that is more than {BUCKETS} buckets: ask for a longer step or a shorter time"
        )));
    }
    let Some(id) = words::entity(&can.tenant, word).await? else {
        return Err(Problem::not_found("entity"));
    };
    let (entity, name) = (EntityId(id), Name::from(metric.trim()));
    let metric = name.clone();
    let end = to.plus(Span::micros(1));
    let (points, buckets) = can
        .tenant
        .ask_kpi(move |kept| {
            Ok(match step {
                None => (Some(kept.range(entity, &metric, from, end)?), None),
                Some(step) => (None, Some(kept.windows(entity, &metric, from, end, step)?)),
            })
        })
        .await?;
    if points.as_ref().is_some_and(|points| points.len() > POINTS) {
        return Err(Problem::unprocessable(format!(
            "that is more than {POINTS} samples: give a step or a shorter time"
        )));
    }
    Ok(axum::Json(KpiAnswer {
        entity_id: id,
        metric: name,
        step: step.map(|step| step.as_micros().unsigned_abs() / 1_000_000),
        points: points.map(|points| {
            points
                .into_iter()
                .map(|point| KpiPoint {
                    at: point.at,
                    value: point.value,
                })
                .collect()
        }),
        buckets: buckets.map(|buckets| {
            buckets
                .into_iter()
                .map(|bucket| KpiBucket {
                    at: bucket.at,
                    n: bucket.n,
                    min: bucket.min,
                    max: bucket.max,
                    mean: bucket.mean,
                    last: bucket.last,
                })
                .collect()
        }),
    }))
}

/// A length of time in whole seconds: `900`, `900s`, `15m`, `6h`, `1d`.
fn step(text: &str) -> Answer<Span> {
    let wrong = || Problem::unprocessable("step is a number of seconds, or a number with s, m, h or d");
    let (number, unit) = match text.char_indices().last() {
        Some((at, 's')) => (&text[..at], 1),
        Some((at, 'm')) => (&text[..at], 60),
        Some((at, 'h')) => (&text[..at], 3_600),
        Some((at, 'd')) => (&text[..at], 86_400),
        _ => (text, 1),
    };
    let seconds = number.parse::<u32>().map_err(|_| wrong())?;
    if seconds == 0 {
        return Err(wrong());
    }
    Ok(Span::seconds(i64::from(seconds) * unit))
}

/// Which series.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct SeriesQuery {
    /// Of this entity: id, external id or a name that only one bears.
    entity_id: Option<String>,
    /// Whose metric contains this, in any case.
    q: Option<String>,
    /// With samples from this day on.
    from: Option<String>,
    /// With samples up to this day.
    to: Option<String>,
    /// Items on a page: 100 unless said, at most 1,000.
    limit: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Which entities have samples of which metrics: by metric, then entity.
#[utoipa::path(get, path = "/api/v1/kpi/series", tag = "kpi", params(SeriesQuery), extensions(("x-permission" = json!("read"))),
    responses((status = 200, body = Page<KpiSeries>), (status = 404, description = "No such entity here")))]
pub(in crate::serve) async fn series(can: Can<Read>, Query(asked): Query<SeriesQuery>) -> Answer<axum::Json<Page<KpiSeries>>> {
    let limit = words::limit(asked.limit.as_deref())?;
    let from = words::time("from", asked.from.as_deref())?.unwrap_or(Timestamp::EPOCH);
    let to = words::time("to", asked.to.as_deref())?.unwrap_or(Timestamp::MAX);
    let after = words::some(asked.cursor).map(|cursor| place(&cursor)).transpose()?;
    let entity = match words::some(asked.entity_id) {
        Some(word) => match words::entity(&can.tenant, word).await? {
            Some(id) => Some(EntityId(id)),
            None => return Err(Problem::not_found("entity")),
        },
        None => None,
    };
    let which = Which {
        entity,
        text: asked.q.unwrap_or_default(),
        after,
    };
    let end = to.plus(Span::micros(1));
    let mut found = can.tenant.ask_kpi(move |kept| kept.series(&which, from, end, limit + 1)).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found
        .last()
        .filter(|_| more)
        .map(|last| URL_SAFE_NO_PAD.encode([last.entity.0.as_bytes().as_slice(), last.metric.as_bytes()].concat()));
    let items = found.into_iter().map(|series| KpiSeries {
        entity_id: series.entity.0,
        metric: series.metric,
        source: series.source,
        first_at: series.first,
        last_at: series.last,
    });
    Ok(axum::Json(Page { items: items.collect(), next }))
}

fn place(cursor: &str) -> Answer<(Name, EntityId)> {
    let wrong = || Problem::unprocessable("this cursor cannot be read: take 'next' of the page before as it is");
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| wrong())?;
    let (entity, metric) = bytes.split_first_chunk::<16>().ok_or_else(wrong)?;
    let metric = std::str::from_utf8(metric).map_err(|_| wrong())?;
    Ok((Name::from(metric), EntityId(Uuid::from_bytes(*entity))))
}
