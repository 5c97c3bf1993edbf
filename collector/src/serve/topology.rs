use axum::extract::{Path, State};
use pedkai_core::model::{EntityId, EntityIx};
use pedkai_core::pipeline::{self, Input, State as TenantState};
use pedkai_core::topology::{ImpactIndex, PatchProblem, TopologyPatch};
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

use super::access::{Can, Read, TopologyWrite};
use super::body::Json;
use super::problem::{Answer, Problem};
use super::query;
use super::world::{Note, World};

/// What a patch did.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Patched {
    /// Sequence of the record that holds it.
    seq: u64,
    /// Entities and relations that changed.
    changed: usize,
    /// What could not be taken; the rest went in.
    problems: Vec<PatchProblem>,
}

/// Change the topology: entities to add or change, relations to add, entities to remove, all by external id.
#[utoipa::path(post, path = "/api/v1/topology", tag = "topology", request_body = TopologyPatch, extensions(("x-permission" = json!("change topology"))),
    responses((status = 200, description = "Durable", body = Patched), (status = 422, description = "No patch")))]
pub(super) async fn patch(State(world): State<World>, can: Can<TopologyWrite>, Json(patch): Json<TopologyPatch>) -> Answer<axum::Json<Patched>> {
    let (entities, relations, removed) = (patch.entities.len(), patch.relations.len(), patch.remove.len());
    if entities + relations + removed == 0 {
        return Err(Problem::unprocessable("the patch is empty: give entities, relations or remove"));
    }
    let input = Input::Topology {
        patch: Box::new(patch),
        actor: can.caller.actor(),
    };
    let (seq, answer) = can.tenant.input(input).await?;
    let pipeline::Answer::Topology { changed, problems } = answer else {
        return Err(Problem::unavailable(1, "the patch was not answered: send it again, which does no harm"));
    };
    let note = Note {
        action: "topology.patch",
        resource_type: "topology",
        resource_id: seq.to_string(),
        before: Value::Null,
        after: json!({"entities": entities, "relations": relations, "removed": removed, "changed": changed, "problems": problems.len()}),
    };
    world.audit(&can.caller, note).await?;
    Ok(axum::Json(Patched { seq, changed, problems }))
}

/// What an entity's failure takes down.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ImpactAnswer {
    /// The entity held to have failed.
    entity_id: Uuid,
    /// What is down with it, nearest first.
    down: Vec<Hit>,
    /// What still works but lost its redundancy.
    degraded: Vec<Hit>,
    /// Those of `down` that are services.
    services: Vec<Hit>,
    /// Those of `down` that are customers.
    customers: Vec<Hit>,
}

/// An entity that is hit.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub(super) struct Hit {
    /// Its id.
    entity_id: Uuid,
    /// Its external id.
    external_id: String,
    /// Its name.
    name: String,
    /// Its type.
    #[serde(rename = "type")]
    kind: String,
    /// Relations between it and the failed entity; of what is only degraded: 0.
    hops: u32,
}

/// What goes down, and what loses its redundancy, when an entity fails.
#[utoipa::path(get, path = "/api/v1/entities/{id}/impact", tag = "topology",
    params(("id" = String, Path, description = "Id, external id or a name that only one bears")), extensions(("x-permission" = json!("read"))),
    responses((status = 200, body = ImpactAnswer), (status = 404, description = "No such entity here")))]
pub(super) async fn impact(State(world): State<World>, can: Can<Read>, Path(id): Path<String>) -> Answer<axum::Json<ImpactAnswer>> {
    let Some(id) = query::entity(&can.tenant, id).await? else {
        return Err(Problem::not_found("entity"));
    };
    let tenant = can.tenant.id();
    let found = can
        .tenant
        .read(move |state| {
            let ix = state.topology().by_id(EntityId(id))?;
            let index = world.impact_index(tenant, state);
            Some(answer(state, &index, id, ix))
        })
        .await?;
    found.map(axum::Json).ok_or_else(|| Problem::not_found("entity"))
}

fn answer(state: &TenantState, index: &Arc<ImpactIndex>, id: Uuid, ix: EntityIx) -> ImpactAnswer {
    let impact = index.impact(ix);
    let hit = |ix: EntityIx, hops: u32| {
        state.topology().entity(ix).map(|entity| Hit {
            entity_id: entity.id.0,
            external_id: entity.external_id.to_string(),
            name: entity.name.to_string(),
            kind: entity.kind.to_string(),
            hops,
        })
    };
    let down: Vec<Hit> = impact.down.iter().filter_map(|(ix, hops)| hit(*ix, *hops)).collect();
    let of_down = |wanted: &[EntityIx]| {
        let ids: Vec<Uuid> = wanted.iter().filter_map(|ix| hit(*ix, 0)).map(|hit| hit.entity_id).collect();
        down.iter().filter(|hit| ids.contains(&hit.entity_id)).cloned().collect::<Vec<Hit>>()
    };
    ImpactAnswer {
        entity_id: id,
        degraded: impact.degraded.iter().filter_map(|ix| hit(*ix, 0)).collect(),
        services: of_down(&impact.services),
        customers: of_down(&impact.customers),
        down,
    }
}
