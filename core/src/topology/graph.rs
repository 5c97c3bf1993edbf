use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::entity::{Entity, Relation, RelationIx, TopologyDelta};
use super::patch::{PatchProblem, TopologyPatch};
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

/// The graph of one tenant.
#[derive(Clone, Debug, Default)]
pub struct Topology {
    entities: Vec<Option<Box<Entity>>>,
    relations: Vec<Option<Relation>>,
    by_id: FxHashMap<EntityId, EntityIx>,
    by_external: FxHashMap<Name, EntityIx>,
    by_name: FxHashMap<Name, Vec<EntityIx>>,
    by_address: FxHashMap<Name, EntityIx>,
    version: u64,
}

impl Topology {
    /// The entity in a slot.
    #[must_use]
    pub fn entity(&self, ix: EntityIx) -> Option<&Entity> {
        self.entities.get(ix.0 as usize).and_then(|slot| slot.as_deref())
    }

    /// Every entity with its slot, in the order of slots.
    pub fn entities(&self) -> impl Iterator<Item = (EntityIx, &Entity)> {
        self.entities
            .iter()
            .enumerate()
            .filter_map(|(ix, slot)| slot.as_deref().map(|entity| (EntityIx(ix as u32), entity)))
    }

    /// Every relation with its slot, in the order of slots.
    pub fn relations(&self) -> impl Iterator<Item = (RelationIx, &Relation)> {
        self.relations
            .iter()
            .enumerate()
            .filter_map(|(ix, slot)| slot.as_ref().map(|relation| (RelationIx(ix as u32), relation)))
    }

    /// Counts the changes so far; a new one says that anything derived from the graph is stale.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The slot of an id.
    #[must_use]
    pub fn by_id(&self, id: EntityId) -> Option<EntityIx> {
        self.by_id.get(&id).copied()
    }

    /// What a UUID, an external id or a name means; the first that fits in that order.
    #[must_use]
    pub fn find(&self, word: &str) -> Found {
        if let Some(ix) = self.by_external.get(word) {
            return Found::One(*ix);
        }
        if word.len() == 36
            && let Some(ix) = word.parse().ok().and_then(|id| self.by_id(id))
        {
            return Found::One(ix);
        }
        match self.by_name.get(word).map(Vec::as_slice) {
            Some([one]) => Found::One(*one),
            Some([_, _, ..]) => Found::Ambiguous,
            _ => Found::None,
        }
    }

    /// The entity with this management address.
    #[must_use]
    pub fn by_address(&self, address: &str) -> Option<EntityIx> {
        self.by_address.get(address).copied()
    }

    /// The changes that make an unknown entity exist as UNPLACED.
    #[must_use]
    pub fn plan_unplaced(&self, word: &str, address: Option<&str>, minter: &Minter, seq: u64, index: u32, at: Timestamp) -> (EntityIx, TopologyDelta) {
        let ix = EntityIx(self.entities.iter().position(Option::is_none).unwrap_or(self.entities.len()) as u32);
        let mut attributes = BTreeMap::new();
        if let Some(address) = address {
            attributes.insert(Name::from("address"), Name::from(address));
        }
        let entity = Entity {
            id: EntityId(minter.mint(IdKind::Entity, seq, index)),
            external_id: Name::cut(word, 255),
            name: Name::cut(word, 255),
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

    /// The changes that a patch asks for (nothing for what already stands), and what in it could not be taken.
    #[must_use]
    pub fn plan(&self, _patch: &TopologyPatch, _minter: &Minter, _seq: u64, _first_index: u32, _at: Timestamp) -> (Vec<TopologyDelta>, Vec<PatchProblem>) {
        (Vec::new(), Vec::new())
    }

    /// Carries a change out.
    pub fn fold(&mut self, delta: &TopologyDelta) {
        self.version += 1;
        if let TopologyDelta::EntityPut { ix, entity } = delta {
            let slot = ix.0 as usize;
            if slot >= self.entities.len() {
                self.entities.resize(slot + 1, None);
            }
            self.by_id.insert(entity.id, *ix);
            self.by_external.insert(entity.external_id.clone(), *ix);
            self.by_name.entry(entity.name.clone()).or_default().push(*ix);
            for address in entity.attribute("address").split(';').filter(|a| !a.is_empty()) {
                self.by_address.insert(Name::from(address), *ix);
            }
            self.entities[slot] = Some(entity.clone());
        }
    }
}
