use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use super::entity::{Entity, TopologyDelta};
use super::graph::{Found, LONGEST_NAME, Topology};
use super::patch::{EntitySpec, PatchProblem, Problems, TopologyPatch};
use super::relation::{Relation, RelationKind};
use crate::model::{EntityId, EntityIx, IdKind, Minter, Name, Timestamp};

/// Attributes of one entity beyond this many are left out.
const MOST_ATTRIBUTES: usize = 1_000;
/// Longest text of an attribute, in bytes.
const LONGEST_ATTRIBUTE: usize = 4_096;
/// Deepest nesting of parents.
const DEEPEST: usize = 64;
/// An id's index has 20 bits.
const INDEX_END: u32 = 1 << 20;

impl Topology {
    /// The changes that a patch asks for (nothing for what already stands), and what in it could not be taken: each such item is
    /// named, the rest goes in. New entities get the ids of `seq`, `first_index` and what follows. An UNPLACED entity whose
    /// external id, address or (unambiguous) name the patch speaks of finds its place and keeps its id.
    #[must_use]
    pub fn plan(&self, patch: &TopologyPatch, minter: &Minter, seq: u64, first_index: u32, at: Timestamp) -> (Vec<TopologyDelta>, Vec<PatchProblem>) {
        let mut draft = Draft::new(self);
        draft.remove(patch);
        let targets = draft.place(patch);
        draft.fill(patch, &targets, |n| {
            first_index
                .checked_add(n)
                .filter(|index| *index < INDEX_END)
                .map(|index| (EntityId(minter.mint(IdKind::Entity, seq, index)), at))
        });
        draft.set_parents(patch, &targets);
        draft.relate(patch);
        draft.into_deltas()
    }
}

/// The graph as it will be, as far as it differs from the one that stands.
struct Draft<'a> {
    graph: &'a Topology,
    problems: Problems,
    removed: BTreeSet<EntityIx>,
    put: BTreeMap<EntityIx, Entity>,
    /// External ids of this patch's entities.
    external: FxHashMap<Name, EntityIx>,
    relations: Vec<Relation>,
}

impl<'a> Draft<'a> {
    fn new(graph: &'a Topology) -> Self {
        Self {
            graph,
            problems: Problems::default(),
            removed: BTreeSet::new(),
            put: BTreeMap::new(),
            external: FxHashMap::default(),
            relations: Vec::new(),
        }
    }

    fn remove(&mut self, patch: &TopologyPatch) {
        if patch.remove.is_empty() {
            return;
        }
        let named: FxHashSet<&str> = patch.entities.iter().map(|spec| spec.external_id.as_str()).collect();
        for external_id in &patch.remove {
            match self.graph.by_external(external_id) {
                _ if named.contains(external_id.as_str()) => self.problems.add(external_id.as_str(), "is both put and removed: it stays"),
                Some(ix) => drop(self.removed.insert(ix)),
                None => self.problems.add(external_id.as_str(), "cannot be removed: no entity has this external id"),
            }
        }
    }

    /// The slot that each entity of the patch goes to; `None` for one that cannot be taken.
    fn place(&mut self, patch: &TopologyPatch) -> Vec<Option<EntityIx>> {
        let graph = self.graph;
        let mut bearers: FxHashMap<&str, u32> = FxHashMap::default();
        for spec in &patch.entities {
            *bearers.entry(spec.name.as_str()).or_default() += 1;
        }
        let mut adopted: BTreeSet<EntityIx> = patch.entities.iter().filter_map(|spec| graph.by_external(&spec.external_id)).collect();
        let (mut fresh, _) = graph.vacant();
        let mut targets = Vec::with_capacity(patch.entities.len());
        for spec in &patch.entities {
            let target = match self.refusal(spec) {
                Some(reason) => {
                    self.problems.add(spec.external_id.as_str(), reason);
                    None
                }
                None => Some(
                    graph
                        .by_external(&spec.external_id)
                        .or_else(|| self.unplaced(spec, bearers.get(spec.name.as_str()) == Some(&1), &mut adopted))
                        .or_else(|| fresh.next())
                        .unwrap_or(EntityIx(0)),
                ),
            };
            if let Some(ix) = target {
                self.external.insert(spec.external_id.clone(), ix);
            }
            targets.push(target);
        }
        targets
    }

    fn refusal(&self, spec: &EntitySpec) -> Option<String> {
        let id = spec.external_id.as_str();
        if id.trim().is_empty() {
            Some(format!("an entity named '{}' has no external id: left out", spec.name))
        } else if id.len() > LONGEST_NAME {
            Some(format!("external id of {} bytes, at most {LONGEST_NAME} are allowed: left out", id.len()))
        } else if self.external.contains_key(id) {
            Some("external id stands twice in this patch: the first one counts".to_owned())
        } else {
            None
        }
    }

    /// The UNPLACED entity that a spec speaks of, each at most once.
    fn unplaced(&self, spec: &EntitySpec, name_is_unique: bool, adopted: &mut BTreeSet<EntityIx>) -> Option<EntityIx> {
        let probe = |word: &str| self.graph.by_external(word).into_iter().chain(self.graph.by_name(word).iter().copied());
        let addresses = spec
            .attributes
            .get("address")
            .map_or("", Name::as_str)
            .split(';')
            .map(str::trim)
            .filter(|a| !a.is_empty());
        let by_address = addresses.flat_map(|address| self.graph.by_address(address).into_iter().chain(probe(address)));
        let by_name = probe(&spec.name).filter(|_| name_is_unique && !spec.name.is_empty());
        let found = by_address
            .chain(by_name)
            .find(|ix| self.graph.entity(*ix).is_some_and(|entity| !entity.placed) && !adopted.contains(ix) && !self.removed.contains(ix))?;
        adopted.insert(found);
        Some(found)
    }

    fn fill(&mut self, patch: &TopologyPatch, targets: &[Option<EntityIx>], mut mint: impl FnMut(u32) -> Option<(EntityId, Timestamp)>) {
        let mut minted = 0;
        for (spec, target) in patch.entities.iter().zip(targets) {
            let Some(ix) = *target else { continue };
            let mut entity = match self.graph.entity(ix) {
                Some(known) => known.clone(),
                None => match mint(minted) {
                    Some((id, created_at)) => blank(id, created_at),
                    None => {
                        self.external.remove(&spec.external_id);
                        let reason = "more than 1,048,575 new entities in one patch: split it; this one is left out";
                        self.problems.add(spec.external_id.as_str(), reason);
                        continue;
                    }
                },
            };
            minted += u32::from(self.graph.entity(ix).is_none());
            self.overwrite(&mut entity, spec);
            self.put.insert(ix, entity);
        }
        self.check_addresses();
    }

    fn check_addresses(&mut self) {
        let mut claimed: FxHashMap<Name, EntityIx> = FxHashMap::default();
        for (ix, entity) in &self.put {
            for address in entity.addresses() {
                let standing = self.graph.by_address(&address).filter(|other| {
                    let placed = self.graph.entity(*other).is_some_and(|known| known.placed);
                    placed && !self.put.contains_key(other) && !self.removed.contains(other)
                });
                let first = *claimed.entry(address.clone()).or_insert(standing.unwrap_or(*ix));
                if first != *ix
                    && let Some(owner) = self.put.get(&first).or_else(|| self.graph.entity(first))
                {
                    let what = format!(
                        "address {address} is also that of '{}': messages from it go to the one known first",
                        owner.external_id
                    );
                    self.problems.add(entity.external_id.as_str(), what);
                }
            }
        }
    }

    fn overwrite(&mut self, entity: &mut Entity, spec: &EntitySpec) {
        let id = spec.external_id.as_str();
        if spec.name.len() > LONGEST_NAME {
            self.problems.add(id, format!("name of {} bytes: cut to {LONGEST_NAME}", spec.name.len()));
        }
        if !spec.name.trim().is_empty() {
            entity.name = Name::cut(&spec.name, LONGEST_NAME);
        } else if !entity.placed {
            entity.name = spec.external_id.clone();
        }
        if !spec.kind.trim().is_empty() {
            entity.kind = Name::cut(spec.kind.trim(), LONGEST_NAME);
        } else if !entity.placed {
            entity.kind = Name::from("NODE");
        }
        entity.external_id = spec.external_id.clone();
        entity.placed = true;
        match spec.geo {
            Some(geo) if geo.sane() => entity.geo = Some(geo),
            Some(geo) => self
                .problems
                .add(id, format!("no place on Earth: latitude {}, longitude {}: left out", geo.lat, geo.lon)),
            None => {}
        }
        if !spec.sla_tier.is_empty() {
            entity.sla_tier = Name::cut(&spec.sla_tier, LONGEST_NAME);
        }
        match spec.revenue_weight {
            Some(weight) if weight.is_finite() && weight >= 0.0 => entity.revenue_weight = Some(weight),
            Some(weight) => self.problems.add(id, format!("revenue weight {weight} is no number from 0 up: left out")),
            None => {}
        }
        let excess = spec.attributes.iter().filter(|(key, value)| !self.attribute(entity, id, key, value)).count();
        if excess > 0 {
            self.problems.add(id, format!("more than {MOST_ATTRIBUTES} attributes: {excess} are left out"));
        }
    }

    /// Sets or takes away one attribute; false when there is no room for it.
    fn attribute(&mut self, entity: &mut Entity, id: &str, key: &Name, value: &Name) -> bool {
        if value.is_empty() {
            entity.attributes.remove(key);
        } else if key.is_empty() || key.len() > LONGEST_NAME {
            self.problems
                .add(id, format!("an attribute's name must have 1 to {LONGEST_NAME} bytes: one left out"));
        } else if entity.attributes.len() >= MOST_ATTRIBUTES && !entity.attributes.contains_key(key) {
            return false;
        } else {
            if value.len() > LONGEST_ATTRIBUTE {
                let what = format!("attribute '{key}' of {} bytes: cut to {LONGEST_ATTRIBUTE}", value.len());
                self.problems.add(id, what);
            }
            entity.attributes.insert(key.clone(), Name::cut(value, LONGEST_ATTRIBUTE));
        }
        true
    }

    /// The entity that a patch's word means: external id of the patch, then whatever the graph finds.
    fn resolve(&self, word: &str) -> Result<EntityIx, &'static str> {
        if let Some(ix) = self.external.get(word) {
            return Ok(*ix);
        }
        match self.graph.find(word) {
            Found::One(ix) if self.removed.contains(&ix) => Err("is removed by the same patch"),
            Found::One(ix) => Ok(ix),
            Found::Ambiguous => Err("is the name of several entities: give the external id"),
            Found::None => Err("is not known"),
        }
    }

    fn entity(&self, ix: EntityIx) -> Option<&Entity> {
        self.put.get(&ix).or_else(|| self.graph.entity(ix).filter(|_| !self.removed.contains(&ix)))
    }

    fn set_parents(&mut self, patch: &TopologyPatch, targets: &[Option<EntityIx>]) {
        for ix in self.removed.clone() {
            for child in self.graph.children(ix) {
                if !self.removed.contains(child)
                    && let Some(known) = self.graph.entity(*child)
                {
                    self.put.entry(*child).or_insert_with(|| known.clone()).parent = None;
                }
            }
        }
        for (spec, target) in patch.entities.iter().zip(targets) {
            let (Some(ix), Some(word)) = (*target, spec.parent.as_ref()) else { continue };
            let parent = match word.trim() {
                "" => None,
                word => match self.resolve(word).and_then(|parent| self.may_hold(ix, parent)) {
                    Ok(parent) => Some(parent),
                    Err(reason) => {
                        self.problems
                            .add(spec.external_id.as_str(), format!("parent '{word}' {reason}: the parent is left out"));
                        continue;
                    }
                },
            };
            if let Some(entity) = self.put.get_mut(&ix) {
                entity.parent = parent;
            }
        }
    }

    fn may_hold(&self, ix: EntityIx, parent: EntityIx) -> Result<EntityIx, &'static str> {
        let mut above = Some(parent);
        for _ in 0..DEEPEST {
            match above {
                None => return Ok(parent),
                Some(here) if here == ix => return Err("would make a circle of parents"),
                Some(here) => above = self.entity(here).and_then(|entity| entity.parent),
            }
        }
        Err("stands more than 64 levels deep")
    }

    fn relate(&mut self, patch: &TopologyPatch) {
        let mut seen: FxHashSet<(EntityIx, EntityIx, Name)> = FxHashSet::default();
        for spec in &patch.relations {
            let at = || format!("{} {} {}", Name::cut(&spec.source, 100), spec.kind, Name::cut(&spec.target, 100));
            let (source, target) = match (self.resolve(&spec.source), self.resolve(&spec.target)) {
                (Ok(source), Ok(target)) => (source, target),
                (Err(reason), _) => {
                    self.problems.add(at(), format!("'{}' {reason}: the relation is left out", spec.source));
                    continue;
                }
                (_, Err(reason)) => {
                    self.problems.add(at(), format!("'{}' {reason}: the relation is left out", spec.target));
                    continue;
                }
            };
            if source == target {
                self.problems.add(at(), "relates an entity to itself: left out");
                continue;
            }
            let kind = RelationKind::spelled(&spec.kind);
            let both_ways = RelationKind::of(&kind) == RelationKind::Connects;
            let known = self.stands(source, target, &kind)
                || seen.contains(&(source, target, kind.clone()))
                || both_ways && (self.stands(target, source, &kind) || seen.contains(&(target, source, kind.clone())));
            if !known {
                seen.insert((source, target, kind.clone()));
                self.relations.push(Relation { source, target, kind });
            }
        }
    }

    fn stands(&self, source: EntityIx, target: EntityIx, kind: &Name) -> bool {
        let (forth, back) = (self.graph.neighbours(source), self.graph.neighbours(target));
        let (list, out, other) = if forth.len() <= back.len() {
            (forth, true, target)
        } else {
            (back, false, source)
        };
        list.iter()
            .filter(|n| n.other == other && n.out == out)
            .any(|n| self.graph.relation(n.relation).is_some_and(|relation| relation.kind == *kind))
    }

    fn into_deltas(self) -> (Vec<TopologyDelta>, Vec<PatchProblem>) {
        let mut deltas = Vec::with_capacity(self.put.len() + self.relations.len());
        let gone: BTreeSet<_> = self.removed.iter().flat_map(|ix| self.graph.neighbours(*ix)).map(|n| n.relation).collect();
        deltas.extend(gone.into_iter().map(|ix| TopologyDelta::RelationRemoved { ix }));
        deltas.extend(self.removed.iter().map(|ix| TopologyDelta::EntityRemoved { ix: *ix }));
        for (ix, entity) in self.put {
            if self.graph.entity(ix) != Some(&entity) {
                deltas.push(TopologyDelta::EntityPut { ix, entity: Box::new(entity) });
            }
        }
        let (_, fresh) = self.graph.vacant();
        let put = fresh.zip(self.relations).map(|(ix, relation)| TopologyDelta::RelationPut { ix, relation });
        deltas.extend(put);
        (deltas, self.problems.into_list())
    }
}

fn blank(id: EntityId, created_at: Timestamp) -> Entity {
    Entity {
        id,
        external_id: Name::EMPTY,
        name: Name::EMPTY,
        kind: Name::EMPTY,
        parent: None,
        geo: None,
        sla_tier: Name::EMPTY,
        revenue_weight: None,
        attributes: BTreeMap::new(),
        created_at,
        placed: false,
    }
}
