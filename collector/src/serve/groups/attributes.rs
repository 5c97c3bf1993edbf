use std::collections::BTreeMap;

use axum::extract::{Query, State};
use pedkai_core::model::{EntityIx, Name};
use pedkai_core::topology::{Entity, Topology};
use pedkai_core::wire::{AttributeRow, Page};
use serde::Deserialize;

use super::super::access::{Can, Read};
use super::super::problem::Answer;
use super::super::query;
use super::super::world::World;
use super::boards::{after, page};
use super::scene::is_device;

/// Values that are given as examples.
const EXAMPLES: usize = 5;

/// A page of them.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct AttributeQuery {
    /// Items on a page: 100 unless said, at most 1,000.
    limit: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// What things can be grouped by: every attribute of the topology, `type`, `sla_tier`, and the types of places they stand in, by name.
#[utoipa::path(get, path = "/api/v1/groups/attributes", tag = "topology", params(AttributeQuery), extensions(("x-permission" = json!("read"))),
    responses((status = 200, body = Page<AttributeRow>), (status = 422, description = "A cursor that makes no sense")))]
pub(in crate::serve) async fn attributes(
    State(world): State<World>,
    can: Can<Read>,
    Query(asked): Query<AttributeQuery>,
) -> Answer<axum::Json<Page<AttributeRow>>> {
    let limit = query::limit(asked.limit.as_deref())?;
    let after = after(asked.cursor)?;
    let of = (can.tenant.id(), String::new());
    let held = after.is_some().then(|| world.groups.attributes.get(&of)).flatten();
    let rows = match held {
        Some(rows) => rows,
        None => {
            // Copied at once and counted elsewhere, so that the writer goes on.
            let entities: Vec<(EntityIx, Entity)> = can
                .tenant
                .read(|state| state.topology().entities().map(|(ix, entity)| (ix, entity.clone())).collect())
                .await?;
            let counted = can.tenant.ask_kpi(move |_| Ok(count(&Topology::restore(0, entities, [])))).await?;
            world.groups.attributes.put(of, counted)
        }
    };
    Ok(axum::Json(page(&rows, after.as_ref(), limit, |row| (row.attribute.as_str(), ""))))
}

/// Things by value, for each attribute by its name in lower case.
#[derive(Default)]
struct Counted {
    things: BTreeMap<Name, BTreeMap<Name, u64>>,
    places: BTreeMap<Name, BTreeMap<Name, u64>>,
}

/// What each attribute comes to, as [`super::scene`] groups by it.
fn count(topology: &Topology) -> Vec<AttributeRow> {
    let mut counted = Counted::default();
    for (ix, entity) in topology.entities() {
        let (place, device) = (entity.is_place(), is_device(entity));
        let steps = if device { usize::MAX } else { 1 };
        let mut seen: BTreeMap<String, &Name> = BTreeMap::new();
        for (_, above) in topology.way_up(ix).take(steps) {
            for (word, value) in words(above) {
                seen.entry(word).or_insert(value);
            }
        }
        let tally = if place { &mut counted.places } else { &mut counted.things };
        for (word, value) in seen {
            *tally.entry(Name::from(word)).or_default().entry(value.clone()).or_default() += 1;
        }
    }
    let Counted { mut things, places } = counted;
    for (word, values) in places {
        things.entry(word).or_insert(values);
    }
    things.into_iter().map(|(attribute, values)| row(attribute, values)).collect()
}

/// What a thing can be grouped by itself, with its value.
fn words(entity: &Entity) -> Vec<(String, &Name)> {
    let place = entity.is_place().then(|| entity.kind.to_lowercase());
    let others = ["type", "sla_tier"].into_iter().map(str::to_owned).chain(place);
    let own = entity.attributes.keys().map(|word| word.to_lowercase());
    let said = entity.said();
    let mut found: Vec<(String, &Name)> = own.chain(others).filter_map(|word| said.of(&word).map(|value| (word, value))).collect();
    found.sort();
    found.dedup_by(|a, b| a.0 == b.0);
    found
}

fn row(attribute: Name, values: BTreeMap<Name, u64>) -> AttributeRow {
    let (number, things) = (values.len() as u64, values.values().sum());
    let mut values: Vec<(Name, u64)> = values.into_iter().collect();
    values.sort_by(|(a, many), (b, more)| (more, a).cmp(&(many, b)));
    AttributeRow {
        attribute,
        values: number,
        things,
        examples: values.into_iter().take(EXAMPLES).map(|(value, _)| value).collect(),
    }
}
