//! Groups of things that share an attribute: how they stand, and which fail alike.
//!
//! - **does**: answers what things can be grouped by, how each group stands, and how often each fails in which way; holds a board while it is paged.
//! - **takes**: the topology and the standing alarms, alarms of the last 30 days from the rows, samples of the KPI store.
//! - **gives**: pages in the order of values.
//! - **never knows**: what makes a group unusual or a trend bad; that is `detection::cohort` of the core.

mod attributes;
mod boards;
mod cohorts;
mod scene;
mod usage;

use axum::extract::{Query, State};
use pedkai_core::detection::cohort::{Reading, Service, groups};
use pedkai_core::model::{Name, Timestamp};
use pedkai_core::wire::{AttributeRow, CohortRow, GroupRow, Page, StrangeThing};
use serde::Deserialize;

use self::boards::{Held, after, page};
use self::scene::{Asked, Scene};
use self::usage::{Days, Used};
use super::access::{Can, Read};
use super::problem::{Answer, Problem};
use super::query;
use super::world::World;

pub(super) use attributes::*;
pub(super) use cohorts::*;

/// What is held between questions.
#[derive(Default)]
pub(crate) struct Kept {
    attributes: Held<AttributeRow>,
    cohorts: Held<CohortRow>,
    groups: Held<GroupRow>,
    days: Days,
}

/// Things that are named as strange, of each group.
const NAMED: usize = 20;

/// Grouped by what.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct GroupQuery {
    /// An attribute of `GET /api/v1/groups/attributes`, in any case of letters.
    #[param(required = true)]
    by: Option<String>,
    /// Only things of this type. Without it: everything but places that carries the attribute itself, and every device that takes it from where it
    /// stands; where that is nothing, the places that carry it.
    #[serde(rename = "type")]
    #[param(rename = "type")]
    kind: Option<String>,
    /// The metric that tells how much of a thing is used, as its source writes it. Without it the first of the `groups` policy that is measured here.
    metric: Option<String>,
    /// Items on a page: 100 unless said, at most 1,000.
    limit: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// How groups of things that share an attribute stand: how many are active, silent and down, what they use now and usually, what is unusual. By value.
///
/// A thing takes a value that it lacks itself from what it is part of or stands in. *Down*: a critical alarm (X.733: out of service) stands on the thing
/// itself, other than about one of its ports or neighbours, or what it depends on is out of service. *Silent*: it has samples of the metric within 30
/// days, but none for longer than `sleeping.silence_s` of the policy and twice its interval, and sent no event meanwhile. *Active*: neither. What was
/// measured on a part or below counts for the thing it is part of.
#[utoipa::path(get, path = "/api/v1/groups", tag = "topology", params(GroupQuery), extensions(("x-permission" = json!("read"))),
    responses((status = 200, body = Page<GroupRow>), (status = 422, description = "No attribute, or a cursor that makes no sense")))]
pub(super) async fn list(State(world): State<World>, can: Can<Read>, Query(asked): Query<GroupQuery>) -> Answer<axum::Json<Page<GroupRow>>> {
    let limit = query::limit(asked.limit.as_deref())?;
    let wanted = Asked::read(asked.by.as_deref(), asked.kind, 1)?;
    let metric = query::some(asked.metric).map(Name::from);
    let after = after(asked.cursor)?;
    let of = (can.tenant.id(), format!("{wanted:?} {metric:?}"));
    let held = after.is_some().then(|| world.groups.groups.get(&of)).flatten();
    let rows = match held {
        Some(rows) => rows,
        None => {
            let at = world.engine.clock().now();
            let scene = look(&world, &can.tenant, wanted).await?;
            let (tenant, kept) = (can.tenant.id(), world.clone());
            let board = can
                .tenant
                .ask_kpi(move |store| {
                    let used = kept.groups.days.used(store, tenant, &scene, metric, at)?;
                    Ok(board(&scene, &used, at))
                })
                .await?;
            world.groups.groups.put(of, board)
        }
    };
    Ok(axum::Json(page(&rows, after.as_ref(), limit, |row| (row.value.as_str(), ""))))
}

/// What the state says of the things that are asked for.
async fn look(world: &World, tenant: &crate::engine::Tenant, asked: Asked) -> Answer<Scene> {
    let (world, id) = (world.clone(), tenant.id());
    Ok(tenant
        .read(move |state| {
            let index = || world.impact_index(id, state);
            Scene::of(state, &asked, index)
        })
        .await?)
}

fn board(scene: &Scene, used: &Used, at: Timestamp) -> Vec<GroupRow> {
    let readings: Vec<Reading> = scene
        .things
        .iter()
        .zip(&used.things)
        .map(|(thing, used)| {
            let heard = thing.heard.is_some_and(|heard| at.since(heard) <= scene.silence);
            Reading {
                entity: thing.id,
                value: thing.value.clone(),
                service: match (thing.down, used.silent && !heard) {
                    (true, _) => Service::Down,
                    (false, true) => Service::Silent,
                    (false, false) => Service::Active,
                },
                utilisation: used.now,
                history: used.history.clone(),
            }
        })
        .collect();
    let mut alarms = scene.alarms_by_value();
    let row = |group: pedkai_core::detection::cohort::Group| {
        let (alarms, severity) = alarms.remove(&group.value).unwrap_or_default();
        let named = group.strange.iter().take(NAMED).filter_map(|id| scene.thing(*id));
        GroupRow {
            strange: named
                .map(|thing| StrangeThing {
                    entity_id: thing.id.0,
                    external_id: thing.external_id.clone(),
                    name: thing.name.clone(),
                })
                .collect(),
            strange_count: u32::try_from(group.strange.len()).unwrap_or(u32::MAX),
            value: group.value,
            total: group.total,
            active: group.active,
            silent: group.silent,
            down: group.down,
            alarms,
            severity,
            metric: used.metric.clone(),
            measured: group.measured,
            utilisation: group.utilisation,
            baseline: group.baseline,
            baseline_days: group.days,
            daily: group.daily,
            away: group.anomaly.map(|anomaly| anomaly.away),
        }
    };
    groups(&readings).into_iter().map(row).collect()
}

/// What is wrong with a question, so that it can be mended.
fn unclear(words: impl Into<String>) -> Problem {
    Problem::unprocessable(words.into())
}
