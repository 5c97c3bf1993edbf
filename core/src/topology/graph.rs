use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::entity::{Entity, TopologyDelta, canonical_address};
use super::nature::Nature;
use super::relation::{Neighbour, Relation, RelationIx, RelationKind};
use super::slots::{MOST, Slots};
use crate::model::{EntityId, EntityIx, IdKind, Minter, Name, Timestamp};

/// What a word from a message turned out to mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Exactly one entity.
    One(EntityIx),
    /// Several entities bear that name.
    Ambiguous,
    /// Nothing.
    None,
}

/// Longest external id or name, in bytes.
pub(super) const LONGEST_NAME: usize = 255;

/// The graph of one tenant.
#[derive(Clone, Debug, Default)]
pub struct Topology {
    entities: Slots<Box<Entity>>,
    /// Per entity slot.
    pub(super) natures: Vec<Nature>,
    relations: Slots<Relation>,
    /// Per entity slot, sorted by relation.
    adjacency: Vec<Vec<Neighbour>>,
    /// Per entity slot: how many of those it falls with. Most fall with none, and are not looked at further.
    needs: Vec<u32>,
    /// Per entity slot, sorted: those whose parent it is.
    children: Vec<Vec<EntityIx>>,
    by_id: FxHashMap<EntityId, EntityIx>,
    by_external: FxHashMap<Name, EntityIx>,
    by_name: FxHashMap<Name, Vec<EntityIx>>,
    by_address: FxHashMap<Name, Vec<EntityIx>>,
    by_router_id: FxHashMap<Name, Vec<EntityIx>>,
    /// Links by the address of either port.
    by_port: FxHashMap<Name, Vec<EntityIx>>,
    version: u64,
    shape: u64,
}

impl Topology {
    /// The graph with this content, as it stood after `version` changes: equal to the one that folded its way there.
    #[must_use]
    pub fn restore(version: u64, entities: impl IntoIterator<Item = (EntityIx, Entity)>, relations: impl IntoIterator<Item = (RelationIx, Relation)>) -> Self {
        let mut graph = Self::default();
        for (ix, entity) in entities {
            graph.put_entity(ix, Box::new(entity));
        }
        for (ix, relation) in relations {
            graph.put_relation(ix, relation);
        }
        graph.version = version;
        graph
    }

    /// The entity in a slot.
    #[must_use]
    pub fn entity(&self, ix: EntityIx) -> Option<&Entity> {
        self.entities.get(ix.0).map(Box::as_ref)
    }

    /// Every entity with its slot, in the order of slots.
    pub fn entities(&self) -> impl Iterator<Item = (EntityIx, &Entity)> {
        self.entities.iter().map(|(ix, entity)| (EntityIx(ix), entity.as_ref()))
    }

    /// Every relation with its slot, in the order of slots.
    pub fn relations(&self) -> impl Iterator<Item = (RelationIx, &Relation)> {
        self.relations.iter().map(|(ix, relation)| (RelationIx(ix), relation))
    }

    /// The relation in a slot.
    #[must_use]
    pub fn relation(&self, ix: RelationIx) -> Option<&Relation> {
        self.relations.get(ix.0)
    }

    /// How many entities there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entities.count()
    }

    /// True when there is no entity.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One more than the highest slot of an entity: the length of a table by slot.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.entities.end() as usize
    }

    /// Counts the changes so far; a new one says that anything derived from the graph is stale.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Counts the changes that reach impact: relations, parents, roles, types, removals. An UNPLACED entity alone is none.
    /// Counts anew in every process: only for knowing when to build [`super::ImpactIndex`] again.
    #[must_use]
    pub fn shape(&self) -> u64 {
        self.shape
    }

    /// The relations of an entity, each with its other end, in the order of relation slots.
    #[must_use]
    pub fn neighbours(&self, ix: EntityIx) -> &[Neighbour] {
        self.adjacency.get(ix.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// It falls with another one by a relation.
    pub(super) fn falls_with_others(&self, ix: EntityIx) -> bool {
        self.needs.get(ix.0 as usize).is_some_and(|needs| *needs > 0)
    }

    /// The entities whose parent this one is, in the order of slots.
    #[must_use]
    pub fn children(&self, ix: EntityIx) -> &[EntityIx] {
        self.children.get(ix.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// The slot of an id.
    #[must_use]
    pub fn by_id(&self, id: EntityId) -> Option<EntityIx> {
        self.by_id.get(&id).copied()
    }

    /// The slot of an external id.
    #[must_use]
    pub fn by_external(&self, external_id: &str) -> Option<EntityIx> {
        self.by_external.get(external_id).copied()
    }

    /// The entities that bear a name, in the order of slots.
    #[must_use]
    pub fn by_name(&self, name: &str) -> &[EntityIx] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// What an external id, a UUID or a name means; the first that fits in that order. What the inventory knows comes before
    /// what was only made because a message named it.
    #[must_use]
    pub fn find(&self, word: &str) -> Found {
        let word = &word[..word.floor_char_boundary(LONGEST_NAME.min(word.len()))];
        let external = self.by_external(word);
        if let Some(ix) = external.filter(|ix| self.placed(*ix)) {
            return Found::One(ix);
        }
        if word.len() == 36
            && let Some(ix) = word.parse().ok().and_then(|id| self.by_id(id))
        {
            return Found::One(ix);
        }
        let bearers = self.by_name(word);
        let mut placed = bearers.iter().filter(|ix| self.placed(**ix));
        match (placed.next(), placed.next(), external) {
            (Some(one), None, _) => Found::One(*one),
            (_, _, Some(one)) => Found::One(one),
            (None, _, None) if bearers.len() == 1 => Found::One(bearers[0]),
            (None, _, None) if bearers.is_empty() => Found::None,
            _ => Found::Ambiguous,
        }
    }

    /// The entity with this management address; where several claim it, one of the inventory before an UNPLACED one, the lowest slot first.
    #[must_use]
    pub fn by_address(&self, address: &str) -> Option<EntityIx> {
        let claimants = match self.by_address.get(address) {
            Some(found) => found,
            None => self.by_address.get(&canonical_address(address))?,
        };
        claimants.iter().find(|ix| self.placed(**ix)).or_else(|| claimants.first()).copied()
    }

    /// The entity whose attribute `router_id` this is, the lowest slot first.
    #[must_use]
    pub fn by_router_id(&self, router_id: &str) -> Option<EntityIx> {
        self.by_router_id.get(&canonical_address(router_id))?.first().copied()
    }

    /// The link with a port of this (canonical) address, and whether it is the one at its target.
    pub(super) fn port_address(&self, address: &str) -> Option<(EntityIx, bool)> {
        let link = *self.by_port.get(address)?.first()?;
        let at_target = self.entity(link)?.attribute("target_address");
        Some((link, !at_target.is_empty() && canonical_address(at_target) == *address))
    }

    /// The changes that make an unknown entity exist as UNPLACED. For a word that is an external id already: that entity, unchanged.
    #[must_use]
    pub fn plan_unplaced(&self, word: &str, address: Option<&str>, minter: &Minter, seq: u64, index: u32, at: Timestamp) -> (EntityIx, TopologyDelta) {
        let address = address.map(str::trim).filter(|text| !text.is_empty());
        let word = match word.trim() {
            "" => Name::cut(address.unwrap_or("unknown"), LONGEST_NAME),
            word => Name::cut(word, LONGEST_NAME),
        };
        if let Some(ix) = self.by_external(&word)
            && let Some(entity) = self.entities.get(ix.0)
        {
            return (ix, TopologyDelta::EntityPut { ix, entity: entity.clone() });
        }
        let ix = EntityIx(self.entities.first_free());
        let mut attributes = BTreeMap::new();
        if let Some(address) = address {
            attributes.insert(Name::from("address"), canonical_address(address));
        }
        let entity = Entity {
            id: EntityId(minter.mint(IdKind::Entity, seq, index)),
            external_id: word.clone(),
            name: word,
            kind: Name::from("UNPLACED"),
            parent: None,
            geo: None,
            sla_tier: Name::EMPTY,
            revenue_weight: None,
            attributes,
            created_at: at,
            placed: false,
        };
        (ix, TopologyDelta::EntityPut { ix, entity: Box::new(entity) })
    }

    /// The slots that entities and relations take next, in order.
    pub(super) fn vacant(&self) -> (impl Iterator<Item = EntityIx> + '_, impl Iterator<Item = RelationIx> + '_) {
        (self.entities.vacant().map(EntityIx), self.relations.vacant().map(RelationIx))
    }

    /// Carries a change out. Removing what is not there, or a slot beyond 2^26, changes nothing but the version.
    pub fn fold(&mut self, delta: &TopologyDelta) {
        self.version += 1;
        match delta {
            TopologyDelta::EntityPut { ix, entity } => self.put_entity(*ix, entity.clone()),
            TopologyDelta::EntityRemoved { ix } => self.remove_entity(*ix),
            TopologyDelta::RelationPut { ix, relation } => self.put_relation(*ix, relation.clone()),
            TopologyDelta::RelationRemoved { ix } => self.remove_relation(*ix),
        }
    }

    fn placed(&self, ix: EntityIx) -> bool {
        self.nature(ix).placed()
    }

    fn put_entity(&mut self, ix: EntityIx, entity: Box<Entity>) {
        if ix.0 >= MOST {
            return;
        }
        let shaped = |e: &Entity| (e.parent, e.kind.clone(), e.is_root());
        let before = self.entities.remove(ix.0);
        let alike = match &before {
            Some(old) => shaped(old) == shaped(&entity),
            None => entity.parent.is_none() && !entity.is_root(),
        };
        if !alike {
            self.shape += 1;
        }
        if let Some(old) = before {
            self.unindex(ix, &old);
        }
        self.index(ix, &entity);
        let slot = ix.0 as usize;
        if self.natures.len() <= slot {
            self.natures.resize(slot + 1, Nature::default());
        }
        self.natures[slot] = Nature::of(&entity);
        self.entities.put(ix.0, entity);
    }

    fn remove_entity(&mut self, ix: EntityIx) {
        let Some(gone) = self.entities.remove(ix.0) else { return };
        self.shape += 1;
        if let Some(nature) = self.natures.get_mut(ix.0 as usize) {
            *nature = Nature::default();
        }
        self.unindex(ix, &gone);
        for neighbour in self.neighbours(ix).to_vec() {
            self.remove_relation(neighbour.relation);
        }
        let orphans = self.children.get_mut(ix.0 as usize).map(std::mem::take).unwrap_or_default();
        for child in orphans {
            if let Some(entity) = self.entities.get_mut(child.0) {
                entity.parent = None;
            }
            if let Some(nature) = self.natures.get_mut(child.0 as usize) {
                nature.orphan();
            }
        }
    }

    fn put_relation(&mut self, ix: RelationIx, relation: Relation) {
        if ix.0 >= MOST || relation.source.0 >= MOST || relation.target.0 >= MOST {
            return;
        }
        self.remove_relation(ix);
        self.shape += 1;
        let kind = RelationKind::of(&relation.kind);
        let ends = [(relation.source, relation.target, true), (relation.target, relation.source, false)];
        for (mine, other, out) in ends {
            let list = listed(&mut self.adjacency, mine);
            let neighbour = Neighbour {
                relation: ix,
                out,
                kind,
                other,
            };
            let place = list.partition_point(|known| (known.relation, known.out) < (ix, out));
            list.insert(place, neighbour);
            if self.needs.len() < self.adjacency.len() {
                self.needs.resize(self.adjacency.len(), 0);
            }
            self.needs[mine.0 as usize] += u32::from(neighbour.i_fall_with());
        }
        self.relations.put(ix.0, relation);
    }

    fn remove_relation(&mut self, ix: RelationIx) {
        let Some(gone) = self.relations.remove(ix.0) else { return };
        self.shape += 1;
        for end in [gone.source, gone.target] {
            let list = listed(&mut self.adjacency, end);
            let from = list.partition_point(|known| known.relation < ix);
            let upto = list.partition_point(|known| known.relation <= ix);
            let needs = list.drain(from..upto).filter(|gone| gone.i_fall_with()).count();
            self.needs[end.0 as usize] -= needs as u32;
        }
    }

    fn index(&mut self, ix: EntityIx, entity: &Entity) {
        self.by_id.insert(entity.id, ix);
        self.by_external.insert(entity.external_id.clone(), ix);
        insert_sorted(self.by_name.entry(entity.name.clone()).or_default(), ix);
        for address in entity.addresses() {
            insert_sorted(self.by_address.entry(address).or_default(), ix);
        }
        for key in ["router_id", "source_address", "target_address"] {
            let text = entity.attribute(key);
            if !text.is_empty() {
                insert_sorted(self.words(key).entry(canonical_address(text)).or_default(), ix);
            }
        }
        if let Some(parent) = entity.parent.filter(|parent| parent.0 < MOST) {
            insert_sorted(listed(&mut self.children, parent), ix);
        }
    }

    fn words(&mut self, key: &str) -> &mut FxHashMap<Name, Vec<EntityIx>> {
        if key == "router_id" { &mut self.by_router_id } else { &mut self.by_port }
    }

    fn unindex(&mut self, ix: EntityIx, entity: &Entity) {
        if self.by_id.get(&entity.id) == Some(&ix) {
            self.by_id.remove(&entity.id);
        }
        if self.by_external.get(&entity.external_id) == Some(&ix) {
            self.by_external.remove(&entity.external_id);
        }
        forget(&mut self.by_name, &entity.name, ix);
        for address in entity.addresses() {
            forget(&mut self.by_address, &address, ix);
        }
        for key in ["router_id", "source_address", "target_address"] {
            forget(self.words(key), &canonical_address(entity.attribute(key)), ix);
        }
        if let Some(parent) = entity.parent.filter(|parent| parent.0 < MOST) {
            remove_sorted(listed(&mut self.children, parent), ix);
        }
    }
}

fn listed<T>(lists: &mut Vec<Vec<T>>, ix: EntityIx) -> &mut Vec<T> {
    let slot = ix.0 as usize;
    if lists.len() <= slot {
        lists.resize_with(slot + 1, Vec::new);
    }
    &mut lists[slot]
}

fn insert_sorted(list: &mut Vec<EntityIx>, ix: EntityIx) {
    if let Err(place) = list.binary_search(&ix) {
        list.insert(place, ix);
    }
}

fn remove_sorted(list: &mut Vec<EntityIx>, ix: EntityIx) {
    if let Ok(place) = list.binary_search(&ix) {
        list.remove(place);
    }
}

fn forget(map: &mut FxHashMap<Name, Vec<EntityIx>>, key: &Name, ix: EntityIx) {
    if let Some(list) = map.get_mut(key) {
        remove_sorted(list, ix);
        if list.is_empty() {
            map.remove(key);
        }
    }
}
