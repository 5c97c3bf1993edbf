use std::collections::BTreeMap;

use axum::extract::{Query, State};
use pedkai_core::detection::cohort::{Cohort, Failure, WINDOWS, cohorts};
use pedkai_core::model::{EntityId, Name, Span, Timestamp};
use pedkai_core::wire::{CohortRow, Page};
use serde::Deserialize;

use super::super::access::{Can, Read};
use super::super::problem::Answer;
use super::super::query;
use super::super::world::World;
use super::boards::{after, page};
use super::scene::{Asked, BETWEEN, Scene};
use super::{look, unclear};
use crate::journal::rows::Raised;

/// Attributes that a cohort may share at once.
const ATTRIBUTES: usize = 3;
const DAY: Span = Span::minutes(24 * 60);

/// Grouped by what, over how long.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct CohortQuery {
    /// One to three attributes of `GET /api/v1/groups/attributes`, separated by commas.
    #[param(required = true)]
    by: Option<String>,
    /// Only things of this type; without it as for groups.
    #[serde(rename = "type")]
    #[param(rename = "type")]
    kind: Option<String>,
    /// The window: 7, 14 or 30 days of 24 hours, counted back from now; 7 unless said.
    days: Option<String>,
    /// Items on a page: 100 unless said, at most 1,000.
    limit: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Things of one model, firmware, site or any other attribute of which at least two had alarms of the same type in 30 days, and whether that gets worse:
/// the least-squares slope of the daily counts of the window, worsening above 0.1, improving below −0.1, else stable. By values and type.
///
/// An alarm counts on the day it was raised as new, by its source's clock; repeats do not count. It counts for the thing it is on, or that this is part of.
#[utoipa::path(get, path = "/api/v1/cohorts", tag = "topology", params(CohortQuery), extensions(("x-permission" = json!("read"))),
    responses((status = 200, body = Page<CohortRow>), (status = 422, description = "No attribute, another window, or a cursor that makes no sense")))]
pub(in crate::serve) async fn alike(State(world): State<World>, can: Can<Read>, Query(asked): Query<CohortQuery>) -> Answer<axum::Json<Page<CohortRow>>> {
    let limit = query::limit(asked.limit.as_deref())?;
    let wanted = Asked::read(asked.by.as_deref(), asked.kind, ATTRIBUTES)?;
    let days = match query::some(asked.days) {
        None => WINDOWS[0],
        Some(text) => text
            .parse()
            .ok()
            .filter(|days| WINDOWS.contains(days))
            .ok_or_else(|| unclear("days is 7, 14 or 30"))?,
    };
    let after = after(asked.cursor)?;
    let of = (can.tenant.id(), format!("{wanted:?} {days}"));
    let held = after.is_some().then(|| world.groups.cohorts.get(&of)).flatten();
    let rows = match held {
        Some(rows) => rows,
        None => {
            let now = world.engine.clock().now();
            let scene = look(&world, &can.tenant, wanted).await?;
            let longest = WINDOWS.iter().copied().max().unwrap_or_default();
            let since = now.minus(Span::micros(i64::from(longest) * DAY.as_micros()));
            let early = scene.early;
            let found = can.tenant.raised_since(since, early, move |raised| found(&scene, raised, days, now)).await?;
            world.groups.cohorts.put(of, found)
        }
    };
    // What the values are joined by sorts before every other character, as in the order of rows.
    let keyed: Vec<(String, CohortRow)> = rows.iter().map(|row| (joined(row), row.clone())).collect();
    let page = page(&keyed, after.as_ref(), limit, |(value, row)| (value.as_str(), row.alarm_type.as_str()));
    Ok(axum::Json(Page {
        items: page.items.into_iter().map(|(_, row)| row).collect(),
        next: page.next,
    }))
}

fn joined(row: &CohortRow) -> String {
    row.values.iter().map(Name::as_str).collect::<Vec<_>>().join(&BETWEEN.to_string())
}

fn found(scene: &Scene, raised: Vec<Raised>, days: u16, now: Timestamp) -> Vec<CohortRow> {
    let failures: Vec<Failure> = raised
        .into_iter()
        .filter_map(|raised| {
            let own = scene.thing(EntityId(raised.entity));
            let thing = own.or_else(|| scene.thing(EntityId(raised.device?)))?;
            Some(Failure {
                entity: thing.id,
                value: thing.value.clone(),
                kind: raised.alarm_type,
                // What a clock ahead of ours says was raised now.
                days_ago: u16::try_from(now.since(raised.at).as_micros().max(0) / DAY.as_micros()).unwrap_or(u16::MAX),
            })
        })
        .collect();
    let mut members: BTreeMap<Name, u32> = BTreeMap::new();
    for thing in &scene.things {
        *members.entry(thing.value.clone()).or_default() += 1;
    }
    cohorts(&failures, &members).into_iter().filter_map(|cohort| row(cohort, days)).collect()
}

/// The row of a window in which anything befell the cohort.
fn row(cohort: Cohort, days: u16) -> Option<CohortRow> {
    let slope = cohort.slopes.iter().find(|slope| slope.days == days && slope.count > 0)?;
    let first = cohort.daily.len().saturating_sub(usize::from(days));
    Some(CohortRow {
        values: cohort.value.split(BETWEEN).map(Name::from).collect(),
        alarm_type: cohort.kind,
        failed: cohort.failed,
        members: cohort.members,
        ratio: cohort.ratio,
        days,
        count: slope.count,
        slope: slope.slope,
        trend: slope.trend,
        daily: cohort.daily[first..].to_vec(),
    })
}
