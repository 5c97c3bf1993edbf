use axum::extract::{Query, State};
use pedkai_core::model::{Span, Timestamp};
use pedkai_core::screen::{Noise, ScoreRow, ScoreTotal, scorecard};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::access::{Can, Read};
use super::problem::{Answer, Problem};
use super::query;
use super::world::World;

/// Outages are known one by one for so many days.
const MOST_DAYS: i64 = 92;
/// A period of so many days, unless asked otherwise.
const USUAL_DAYS: i64 = 30;

/// Which period.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ScorecardQuery {
    /// Begin of the period; thirty days before its end unless said.
    from: Option<String>,
    /// End of the period; now unless said.
    to: Option<String>,
    /// In place of `from`: so many days before the end, 1 to 92.
    days: Option<String>,
    /// Services on a page: 100 unless said, at most 1,000.
    limit: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// How a period went.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Period {
    /// Begin.
    from: Timestamp,
    /// End; never later than now.
    to: Timestamp,
    /// All services together.
    total: ScoreTotal,
    /// What came in and how little of it was left for people, in the whole hours that the period touches.
    noise: Noise,
    /// Services: those that fell short first, and of these the least available.
    items: Vec<ScoreRow>,
    /// Cursor of the next page (`?cursor=`); null at the end.
    next: Option<String>,
}

type Place = (u8, u64, Uuid);

fn cursor_of((rank, bits, id): Place) -> String {
    format!("{rank}.{bits}.{id}")
}

fn place_of(cursor: &str) -> Option<Place> {
    let mut parts = cursor.splitn(3, '.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// The period that is asked for.
fn period(asked: &ScorecardQuery, now: Timestamp) -> Answer<(Timestamp, Timestamp)> {
    let to = query::time("to", asked.to.as_deref())?.unwrap_or(now).min(now);
    let back = |days: i64| to.minus(Span::seconds(days * 86_400));
    let days = match asked.days.as_deref().filter(|text| !text.is_empty()).map(str::parse::<i64>) {
        None => None,
        Some(Ok(days)) if (1..=MOST_DAYS).contains(&days) => Some(days),
        Some(_) => return Err(Problem::unprocessable(format!("days is a number from 1 to {MOST_DAYS}"))),
    };
    let from = match (query::time("from", asked.from.as_deref())?, days) {
        (Some(_), Some(_)) => return Err(Problem::unprocessable("give from or days, not both")),
        (Some(from), None) => from,
        (None, days) => back(days.unwrap_or(USUAL_DAYS)),
    };
    if from >= to {
        return Err(Problem::unprocessable(format!("the period is empty: from {from} lies not before its end {to}")));
    }
    if from < back(MOST_DAYS) {
        return Err(Problem::unprocessable(format!(
            "the period is too long: outages are known one by one for {MOST_DAYS} days, months are in /api/v1/sla"
        )));
    }
    Ok((from, to))
}

/// How services did in a period: availability against what was promised, mean times to restore and to acknowledge, agreed work left out; and how much
/// came in for how few incidents.
#[utoipa::path(get, path = "/api/v1/scorecard", tag = "incidents", params(ScorecardQuery), extensions(("x-permission" = json!("read"))),
    responses((status = 200, body = Period), (status = 422, description = "A period that makes no sense")))]
pub(super) async fn get(State(world): State<World>, can: Can<Read>, Query(asked): Query<ScorecardQuery>) -> Answer<axum::Json<Period>> {
    let limit = query::limit(asked.limit.as_deref())?;
    let after = match query::some(asked.cursor.clone()) {
        Some(cursor) => Some(place_of(&cursor).ok_or_else(|| Problem::unprocessable("cursor: take `next` of the page before"))?),
        None => None,
    };
    let now = world.engine.clock().now();
    let (from, to) = period(&asked, now)?;
    let card = can.tenant.read(move |state| scorecard(state, from, to, now.max(state.at()))).await?;
    let mut items: Vec<ScoreRow> = card.services.into_iter().filter(|row| after.is_none_or(|after| row.order() > after)).collect();
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|row| cursor_of(row.order()));
    Ok(axum::Json(Period {
        from: card.from,
        to: card.to,
        total: card.total,
        noise: card.noise,
        items,
        next,
    }))
}
