//! What a failure takes down.
//!
//! - **does**: follows dependencies, and finds what loses its last path to the roots, and what loses all but one.
//! - **takes**: the graph (once per change of its shape) and the failed entities.
//! - **gives**: what is down with its distance, what is degraded, which services and customers are hit.
//! - **never knows**: why something failed, or whether an alarm says so.

mod anchors;
mod csr;
mod cut;
mod mesh;
mod redundancy;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use rustc_hash::FxHashMap;

use super::entity::Entity;
use super::graph::Topology;
use crate::model::EntityIx;
use csr::Csr;
use mesh::Mesh;

/// What the failure of one or more entities does to the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Impact {
    /// What is down with it, the failed ones themselves left out; with the number of relations from the nearest failed one.
    /// Sorted by that, then by slot.
    pub down: Vec<(EntityIx, u32)>,
    /// What still works but lost its redundancy: it is now reached through a single path, or its redundancy group is not whole. By slot.
    pub degraded: Vec<EntityIx>,
    /// Those of `down` that are of type SERVICE. By slot.
    pub services: Vec<EntityIx>,
    /// Those of `down` that are of type CUSTOMER. By slot.
    pub customers: Vec<EntityIx>,
}

/// Everything about a graph that can be known before something fails: who depends on whom, a spanning forest from the roots
/// with the interval of each subtree (so that "is its way to the root cut?" is one binary search), which entities are reached redundantly
/// now, and which have three ways that share nothing (so that no single failure can leave them with one).
///
/// **Dependencies**: see [`super::RelationKind`]; besides, an entity falls with its parent. **Roots**: entities with `role=core`; where none
/// is marked, what survives in each connected part of the network is the largest rest (by devices, then by all entities, then the one with
/// the busiest device). Paths run over `connects` relations and from a device to its ports.
///
/// **Redundantly reached** is what no single failure of another entity (a root apart) could cut off.
#[derive(Clone, Debug, Default)]
pub struct ImpactIndex {
    shape: u64,
    /// Who falls with a slot.
    dependants: Csr,
    /// The redundancy groups that a slot is a member of.
    groups: Csr,
    members: FxHashMap<u32, u32>,
    told: Vec<Told>,
    mesh: Mesh,
    /// By slot, what its failure alone does: found when first asked for, and kept where it is short, or while there is room for long ones.
    known: Vec<OnceLock<Box<Impact>>>,
    room: Room,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Apart,
    Service,
    Customer,
}

/// Entities in an impact that is kept in any case for the next time it is asked for.
const SHORT: usize = 64;
/// Entities in all longer ones that are kept, 12 bytes each.
const ROOM: usize = 1 << 21;

/// What is left of [`ROOM`].
#[derive(Debug)]
struct Room(AtomicUsize);

impl Default for Room {
    fn default() -> Self {
        Self(AtomicUsize::new(ROOM))
    }
}

impl Clone for Room {
    fn clone(&self) -> Self {
        Self(AtomicUsize::new(self.0.load(Relaxed)))
    }
}

impl Room {
    fn take(&self, length: usize) -> bool {
        self.0.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(length)).is_ok()
    }
}

/// How an entity stands while a failure is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Up,
    /// Failed, or fell with what it depends on.
    Fallen,
    /// Works, but nobody reaches it.
    Lost,
    /// Down, and counted.
    Counted,
}

impl ImpactIndex {
    /// Builds the index; some 0.1 s for 40,000 entities.
    #[must_use]
    pub fn build(graph: &Topology) -> Self {
        let slots = graph.slots();
        let (mut falls, mut groups) = (Vec::new(), Vec::new());
        let mut told = vec![Told::Apart; slots];
        for (ix, entity) in graph.entities() {
            told[ix.0 as usize] = Told::of(entity);
            falls.extend(graph.children(ix).iter().map(|child| (ix.0, child.0)));
            for next in graph.neighbours(ix) {
                if next.falls_with_me() {
                    falls.push((ix.0, next.other.0));
                } else if next.my_group() {
                    groups.push((ix.0, next.other.0));
                }
            }
        }
        let groups = Csr::new(slots, groups);
        let mut members = FxHashMap::default();
        for group in (0..slots as u32).flat_map(|slot| groups.of(slot)) {
            *members.entry(*group).or_default() += 1;
        }
        let mesh = Mesh::new(graph);
        Self {
            shape: graph.shape(),
            dependants: Csr::new(slots, falls),
            groups,
            members,
            told,
            known: vec![OnceLock::new(); slots],
            room: Room::default(),
            mesh,
        }
    }

    /// The graph has changed in a way that this index does not know.
    #[must_use]
    pub fn is_stale(&self, graph: &Topology) -> bool {
        self.shape != graph.shape()
    }

    /// What goes down and what loses its redundancy when one entity fails.
    #[must_use]
    pub fn impact(&self, failed: EntityIx) -> Cow<'_, Impact> {
        let slot = failed.0 as usize;
        let Some(known) = self.known.get(slot) else {
            return Cow::Owned(Impact::default());
        };
        if let Some(impact) = known.get() {
            return Cow::Borrowed(impact);
        }
        let impact = self.impact_of_set(&[failed]);
        let length = impact.down.len() + impact.degraded.len();
        if length <= SHORT || self.room.take(length) {
            return Cow::Borrowed(known.get_or_init(|| Box::new(impact)));
        }
        Cow::Owned(impact)
    }

    /// Reads what is kept of an entity's impact, which is then near: a number that means nothing.
    #[must_use]
    pub fn touch(&self, failed: EntityIx) -> u64 {
        let known = self.known.get(failed.0 as usize).and_then(OnceLock::get);
        known.map_or(0, |impact| impact.degraded.first().map_or(0, |first| u64::from(first.0)))
    }

    /// What goes down and what loses its redundancy when several entities fail together. Slots not known here take nothing down.
    #[must_use]
    pub fn impact_of_set(&self, failed: &[EntityIx]) -> Impact {
        let mut fall = Fall::new(self, failed);
        loop {
            fall.follow_dependencies();
            let lost = fall.lost();
            if lost.is_empty() {
                break;
            }
            for slot in lost {
                fall.set(slot, State::Lost);
            }
        }
        let degraded = fall.degraded();
        let down = fall.distances(failed);
        let hit = |told: Told| {
            let mut hit: Vec<EntityIx> = down.iter().map(|(ix, _)| *ix).filter(|ix| self.told[ix.0 as usize] == told).collect();
            hit.sort_unstable();
            hit
        };
        Impact {
            services: hit(Told::Service),
            customers: hit(Told::Customer),
            degraded,
            down,
        }
    }

    /// Is reached in such a way that no single failure, a root's apart, would cut it off.
    #[must_use]
    pub fn is_redundant(&self, ix: EntityIx) -> bool {
        self.mesh.redundant.get(ix.0 as usize).copied().unwrap_or(false)
    }
}

impl Told {
    fn of(entity: &Entity) -> Self {
        if entity.is("SERVICE") {
            Told::Service
        } else if entity.is("CUSTOMER") {
            Told::Customer
        } else {
            Told::Apart
        }
    }
}

/// A failure on its way through the network.
struct Fall<'a> {
    index: &'a ImpactIndex,
    state: Vec<State>,
    /// What is down, in the order in which it went.
    order: Vec<u32>,
    /// How much of `order` dependencies were followed from.
    followed: usize,
    /// How much of `order` the mesh was cut for.
    cut: usize,
    /// Members that a redundancy group has lost.
    missing: BTreeMap<u32, u32>,
}

impl<'a> Fall<'a> {
    fn new(index: &'a ImpactIndex, failed: &[EntityIx]) -> Self {
        let mut fall = Self {
            index,
            state: vec![State::Up; index.told.len()],
            order: Vec::new(),
            followed: 0,
            cut: 0,
            missing: BTreeMap::new(),
        };
        for ix in failed {
            if (ix.0 as usize) < fall.state.len() {
                fall.set(ix.0, State::Fallen);
            }
        }
        fall
    }

    fn up(&self, slot: u32) -> bool {
        self.state[slot as usize] == State::Up
    }

    fn set(&mut self, slot: u32, state: State) {
        if self.up(slot) {
            self.state[slot as usize] = state;
            self.order.push(slot);
        }
    }

    fn follow_dependencies(&mut self) {
        let index = self.index;
        while let Some(slot) = self.order.get(self.followed).copied() {
            self.followed += 1;
            for dependant in index.dependants.of(slot) {
                self.set(*dependant, State::Fallen);
            }
            for group in index.groups.of(slot) {
                let missing = self.missing.entry(*group).or_default();
                *missing += 1;
                if index.members.get(group) == Some(missing) {
                    self.set(*group, State::Fallen);
                }
            }
        }
    }

    /// What lost its last path through what fell since the last call.
    fn lost(&mut self) -> Vec<u32> {
        let new = self.order[self.cut..].to_vec();
        self.cut = self.order.len();
        self.index.mesh.cut(&self.state, &self.order, &new)
    }

    fn degraded(&self) -> Vec<EntityIx> {
        let mut degraded = self.index.mesh.degraded(&self.state, &self.order);
        for group in self.missing.keys().copied().filter(|group| self.up(*group)) {
            degraded.push(group);
            degraded.extend(self.index.dependants.of(group).iter().copied().filter(|slot| self.up(*slot)));
        }
        degraded.sort_unstable();
        degraded.dedup();
        degraded.into_iter().map(EntityIx).collect()
    }

    fn distances(&mut self, failed: &[EntityIx]) -> Vec<(EntityIx, u32)> {
        let mut level: Vec<u32> = failed.iter().map(|ix| ix.0).filter(|slot| (*slot as usize) < self.state.len()).collect();
        for slot in &level {
            self.state[*slot as usize] = State::Counted;
        }
        let mut down = Vec::with_capacity(self.order.len());
        let mut hops = 0;
        while !level.is_empty() {
            hops += 1;
            let mut next = Vec::new();
            for slot in level {
                let index = self.index;
                let related = index.dependants.of(slot).iter().chain(index.groups.of(slot)).chain(index.mesh.near.of(slot));
                for other in related {
                    let state = &mut self.state[*other as usize];
                    if matches!(state, State::Fallen | State::Lost) {
                        *state = State::Counted;
                        next.push(*other);
                    }
                }
            }
            next.sort_unstable();
            down.extend(next.iter().map(|slot| (EntityIx(*slot), hops)));
            level = next;
        }
        down
    }
}
