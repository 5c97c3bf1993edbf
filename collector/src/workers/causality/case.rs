use std::collections::{BTreeMap, BTreeSet};

use pedkai_core::model::{EntityId, EntityIx, Incident, IncidentId, Name, Timestamp};
use pedkai_core::pipeline::State;
use pedkai_core::topology::{Dependency, ImpactIndex, RelationKind, Topology};

/// An incident that is due.
pub(super) struct Case {
    pub(super) incident: IncidentId,
    /// Entities held to be causes, likeliest first.
    pub(super) causes: Vec<(EntityId, Name)>,
    /// Entities that told of it or that the first cause takes down, nearest first.
    pub(super) downstream: Vec<(EntityId, Name)>,
    /// Pairs of those: the one falls with the other.
    pub(super) depends: Vec<(EntityId, EntityId)>,
    /// What those are called in their inventory, where no two bear the same name.
    pub(super) words: BTreeMap<EntityId, String>,
    /// When it began, source's time.
    pub(super) began: Timestamp,
    /// The device that told of it first.
    pub(super) symptom: Option<EntityId>,
}

/// What is to be known of these incidents; newest first.
pub(super) fn cases(state: &State, wanted: &BTreeSet<IncidentId>) -> Vec<Case> {
    let mut due: Vec<&Incident> = state
        .incidents()
        .iter()
        .map(|(_, incident)| incident)
        .filter(|incident| wanted.contains(&incident.id))
        .collect();
    due.sort_by_key(|incident| std::cmp::Reverse(incident.opened_at));
    if due.is_empty() {
        return Vec::new();
    }
    let topology = state.topology();
    let index = ImpactIndex::build(topology);
    let named = |ix: &EntityIx| topology.entity(*ix).map(|entity| (entity.id, entity.name.clone()));
    due.into_iter()
        .map(|incident| {
            let causes: Vec<EntityIx> = incident.hypotheses.iter().map(|guess| guess.entity).collect();
            let told = incident
                .members
                .iter()
                .filter_map(|member| state.alarms().get(member.alarm))
                .flat_map(|alarm| [alarm.anchor.entity, alarm.anchor.device]);
            let impact = causes.first().map(|first| index.impact(*first));
            let hit = impact
                .iter()
                .flat_map(|impact| impact.down.iter().map(|(entity, _)| *entity).chain(impact.degraded.iter().copied()));
            // What stands below what told of it is measured too: the cells of a base station.
            let mut near: Vec<EntityIx> = told.chain(hit).collect();
            let below: Vec<EntityIx> = near.iter().flat_map(|entity| topology.children(*entity).iter().copied()).collect();
            near.extend(below);
            let mut seen: BTreeSet<EntityIx> = causes.iter().copied().collect();
            near.retain(|entity| seen.insert(*entity));
            let first = incident.members.first().and_then(|member| state.alarms().get(member.alarm));
            Case {
                incident: incident.id,
                causes: causes.iter().filter_map(named).collect(),
                downstream: near.iter().filter_map(named).collect(),
                depends: depends(topology, incident, &seen),
                words: words(topology, &seen),
                began: incident.first_at,
                symptom: first.and_then(|alarm| named(&alarm.anchor.entity)).map(|(id, _)| id),
            }
        })
        .collect()
}

/// Who falls with whom among these: by the inventory, and along the ways from causes to symptoms.
fn depends(topology: &Topology, incident: &Incident, among: &BTreeSet<EntityIx>) -> Vec<(EntityId, EntityId)> {
    let mut pairs: BTreeSet<(EntityIx, EntityIx)> = BTreeSet::new();
    for entity in among {
        pairs.extend(topology.entity(*entity).and_then(|entity| entity.parent).map(|parent| (*entity, parent)));
        for neighbour in topology.neighbours(*entity) {
            let Some(relation) = topology.relation(neighbour.relation) else { continue };
            match RelationKind::of(&relation.kind).dependency() {
                Dependency::TargetOnSource | Dependency::TargetOnAllSources => pairs.insert((relation.target, relation.source)),
                Dependency::SourceOnTarget => pairs.insert((relation.source, relation.target)),
                Dependency::None => false,
            };
        }
    }
    for guess in &incident.hypotheses {
        pairs.extend(guess.path.windows(2).map(|pair| (pair[1], pair[0])));
    }
    let id = |ix: EntityIx| topology.entity(ix).map(|entity| entity.id);
    pairs.into_iter().filter_map(|(one, other)| Some((id(one)?, id(other)?))).collect()
}

fn words(topology: &Topology, among: &BTreeSet<EntityIx>) -> BTreeMap<EntityId, String> {
    let entities = among.iter().filter_map(|entity| topology.entity(*entity));
    entities.map(|entity| (entity.id, entity.external_id.to_string())).collect()
}
