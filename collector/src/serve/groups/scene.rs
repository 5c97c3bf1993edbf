use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pedkai_core::model::{Alarm, EntityId, EntityIx, Name, Severity, Span, Symptom, Timestamp};
use pedkai_core::pipeline::State;
use pedkai_core::policy::Groups;
use pedkai_core::topology::{Entity, ImpactIndex, Topology};
use rustc_hash::FxHashMap;

use super::super::problem::Answer;
use super::super::query;
use super::unclear;

/// What stands between the values of several attributes of one thing.
pub(super) const BETWEEN: char = '\u{1f}';

/// Which things, grouped by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// Attributes.
    pub(super) by: Vec<String>,
    /// Only of this type.
    pub(super) kind: Option<String>,
}

impl Asked {
    /// Reads `by` and `type`; at most `most` attributes.
    pub(super) fn read(by: Option<&str>, kind: Option<String>, most: usize) -> Answer<Self> {
        let mut words: Vec<String> = Vec::new();
        for word in by
            .unwrap_or_default()
            .split(',')
            .map(|word| word.trim().to_lowercase())
            .filter(|word| !word.is_empty())
        {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        match words.len() {
            0 => Err(unclear("by: name an attribute; GET /api/v1/groups/attributes lists them")),
            number if number > most => Err(unclear(format!("by names {number} attributes: at most {most} here"))),
            _ => Ok(Self {
                by: words,
                kind: query::some(kind),
            }),
        }
    }
}

/// A thing of a group.
pub(super) struct Thing {
    pub(super) id: EntityId,
    pub(super) external_id: Name,
    pub(super) name: Name,
    /// What it shares; several values with [`BETWEEN`] between them.
    pub(super) value: Name,
    /// Out of service.
    pub(super) down: bool,
    /// When it, or a part of it, last sent an event.
    pub(super) heard: Option<Timestamp>,
    /// Alarms that stand on it or on its parts, and the worst of them.
    pub(super) alarms: u32,
    pub(super) severity: Option<Severity>,
}

/// What the state says of the things that are asked for.
pub(super) struct Scene {
    /// In the order of slots.
    pub(super) things: Vec<Thing>,
    /// Which thing an entity is, or is a part of.
    of: FxHashMap<EntityId, u32>,
    pub(super) policy: Groups,
    /// What is not heard for longer than this is silent, where it does not report more seldom anyway.
    pub(super) silence: Span,
    /// How far ahead of its record a source's time may lie.
    pub(super) early: Span,
}

impl Scene {
    /// `index` is only asked for where something is out of service.
    pub(super) fn of(state: &State, asked: &Asked, index: impl FnOnce() -> Arc<ImpactIndex>) -> Self {
        let topology = state.topology();
        let found = members(topology, asked);
        let mut number = vec![None; topology.slots()];
        for (place, (ix, _)) in found.iter().enumerate() {
            number[ix.0 as usize] = u32::try_from(place).ok();
        }
        // Which thing each slot is, or is a part of.
        let owner: Vec<Option<u32>> = (0..number.len())
            .map(|slot| topology.way_up(EntityIx(slot as u32)).find_map(|(ix, _)| number[ix.0 as usize]))
            .collect();
        let mut scene = Self {
            things: Vec::with_capacity(found.len()),
            of: FxHashMap::default(),
            policy: state.policy().groups.clone(),
            silence: Span::seconds(state.policy().sleeping.silence_s + state.policy().sleeping.late_s),
            early: Span::seconds(state.policy().ingest.early_limit_s),
        };
        for (ix, value) in &found {
            let Some(entity) = topology.entity(*ix) else { continue };
            scene.things.push(Thing {
                id: entity.id,
                external_id: entity.external_id.clone(),
                name: entity.name.clone(),
                value: value.clone(),
                down: false,
                heard: None,
                alarms: 0,
                severity: None,
            });
        }
        for (ix, entity) in topology.entities() {
            if let Some(owner) = owner.get(ix.0 as usize).copied().flatten() {
                scene.of.insert(entity.id, owner);
            }
        }
        scene.alarms(state, &owner, &number, index);
        scene.heard(state, &owner);
        scene
    }

    fn alarms(&mut self, state: &State, owner: &[Option<u32>], number: &[Option<u32>], index: impl FnOnce() -> Arc<ImpactIndex>) {
        let mut failed = BTreeSet::new();
        for (_, alarm) in state.alarms().iter().filter(|(_, alarm)| !alarm.cleared) {
            let Some(entity) = state.topology().entity(alarm.anchor.entity) else {
                continue;
            };
            if takes_down(alarm, entity) {
                failed.insert(alarm.anchor.entity);
            }
            let of = |ix: EntityIx| owner.get(ix.0 as usize).copied().flatten();
            if let Some(thing) = of(alarm.anchor.entity)
                .or_else(|| of(alarm.anchor.device))
                .and_then(|place| self.things.get_mut(place as usize))
            {
                thing.alarms = thing.alarms.saturating_add(1);
                thing.severity = thing.severity.max(Some(alarm.severity));
                thing.heard = thing.heard.max(Some(alarm.last_raised_at));
            }
        }
        if failed.is_empty() {
            return;
        }
        let failed: Vec<EntityIx> = failed.into_iter().collect();
        let impact = index().impact_of_set(&failed);
        for ix in impact.down.iter().map(|(ix, _)| *ix).chain(failed) {
            let thing = number.get(ix.0 as usize).copied().flatten();
            if let Some(thing) = thing.and_then(|place| self.things.get_mut(place as usize)) {
                thing.down = true;
            }
        }
    }

    fn heard(&mut self, state: &State, owner: &[Option<u32>]) {
        for source in state.sources() {
            let Some(ix) = state.topology().by_address(&source.address) else { continue };
            let place = owner.get(ix.0 as usize).copied().flatten();
            if let Some(thing) = place.and_then(|place| self.things.get_mut(place as usize)) {
                thing.heard = thing.heard.max(Some(source.last_at));
            }
        }
    }

    /// The number of the thing that an entity is, or is a part of.
    pub(super) fn place(&self, entity: EntityId) -> Option<usize> {
        self.of.get(&entity).map(|place| *place as usize)
    }

    /// The thing that an entity is, or is a part of.
    pub(super) fn thing(&self, entity: EntityId) -> Option<&Thing> {
        self.things.get(self.place(entity)?)
    }

    /// Standing alarms of each group, and the worst of them.
    pub(super) fn alarms_by_value(&self) -> BTreeMap<Name, (u32, Option<Severity>)> {
        let mut found: BTreeMap<Name, (u32, Option<Severity>)> = BTreeMap::new();
        for thing in self.things.iter().filter(|thing| thing.alarms > 0) {
            let (alarms, severity) = found.entry(thing.value.clone()).or_default();
            *alarms = alarms.saturating_add(thing.alarms);
            *severity = (*severity).max(thing.severity);
        }
        found
    }
}

/// The things that are in a group, with their values, in the order of slots.
fn members(topology: &Topology, asked: &Asked) -> Vec<(EntityIx, Name)> {
    let carries = |entity: &Entity| asked.by.iter().any(|word| entity.said().of(word).is_some());
    let wanted = |entity: &Entity| match &asked.kind {
        Some(kind) => entity.is(kind),
        None => !entity.is_place() && (is_device(entity) || carries(entity)),
    };
    let found = valued(topology, asked, wanted);
    if found.is_empty() && asked.kind.is_none() {
        return valued(topology, asked, carries);
    }
    found
}

fn valued(topology: &Topology, asked: &Asked, wanted: impl Fn(&Entity) -> bool) -> Vec<(EntityIx, Name)> {
    let value = |ix: EntityIx| match asked.by.as_slice() {
        [word] => topology.shared(word, ix).cloned(),
        words => {
            let values: Option<Vec<&str>> = words.iter().map(|word| topology.shared(word, ix).map(Name::as_str)).collect();
            values.map(|values| Name::from(values.join(&BETWEEN.to_string())))
        }
    };
    let things = topology.entities().filter(|(_, entity)| wanted(entity));
    things.filter_map(|(ix, _)| Some((ix, value(ix)?))).collect()
}

/// Neither a place, a line, nor a part of something.
pub(super) fn is_device(entity: &Entity) -> bool {
    !(entity.is_place() || entity.is_link() || entity.is_part())
}

/// Says that the thing it sits on is out of service: critical (X.733), and not about one of its ports, neighbours or peers.
fn takes_down(alarm: &Alarm, entity: &Entity) -> bool {
    let of_an_end = matches!(
        alarm.symptom,
        Symptom::InterfaceDown | Symptom::SignalLost | Symptom::AdjacencyDown | Symptom::SessionDown
    );
    alarm.severity == Severity::Critical && (!of_an_end || entity.is_link() || entity.is_part())
}
