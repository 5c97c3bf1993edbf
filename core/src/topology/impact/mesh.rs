use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::super::graph::Topology;
use super::super::relation::RelationKind;
use super::csr::Csr;
use super::{anchors, redundancy};

/// No slot.
pub(super) const NONE: u32 = u32::MAX;

/// How much of a network there is: devices, then entities of any kind.
pub(super) type Size = (u32, u32);

/// The undirected part of the network: what is connected, and how it hangs on its roots.
#[derive(Clone, Debug, Default)]
pub(super) struct Mesh {
    pub(super) near: Csr,
    /// Neither a line nor a part of something: counts as a device.
    pub(super) device: Vec<bool>,
    /// Marked roots; where none is marked, the busiest device of each part of the network.
    pub(super) root: Vec<bool>,
    pub(super) marked: bool,
    /// The root whose tree a slot is in; [`NONE`] for what no root reaches.
    pub(super) root_of: Vec<u32>,
    /// First and last number of a slot's subtree.
    pub(super) first: Vec<u32>,
    pub(super) last: Vec<u32>,
    /// Size of each part of the network, by its root; only where none is marked.
    pub(super) sizes: BTreeMap<u32, Size>,
    /// Reached redundantly while all is well.
    pub(super) redundant: Vec<bool>,
    /// Has three ways to the roots that share nothing.
    pub(super) anchored: Vec<bool>,
}

impl Mesh {
    pub(super) fn new(graph: &Topology) -> Self {
        let slots = graph.slots();
        let mut mesh = Self {
            near: Csr::new(slots, edges(graph)),
            device: vec![false; slots],
            root: vec![false; slots],
            ..Self::default()
        };
        for (ix, entity) in graph.entities() {
            mesh.device[ix.0 as usize] = !graph.nature(ix).link() && !graph.nature(ix).part();
            mesh.root[ix.0 as usize] = entity.is_root();
        }
        mesh.marked = mesh.root.contains(&true);
        if !mesh.marked {
            mesh.choose_roots();
        }
        let order = mesh.grow();
        let whole: Vec<u32> = order.iter().copied().filter(|slot| !mesh.root[*slot as usize]).collect();
        mesh.redundant = redundancy::everywhere(&mesh, &whole, &mesh.root, |_| true);
        mesh.anchored = anchors::find(&mesh, &order);
        mesh
    }

    /// In each connected part the device with the most ways on that do not end blindly.
    fn choose_roots(&mut self) {
        let slots = self.near.slots() as u32;
        let core = core_degrees(&self.near);
        let busy = |slot: u32| (self.device[slot as usize], core[slot as usize], self.near.of(slot).len(), Reverse(slot));
        let mut seen = vec![false; slots as usize];
        let mut roots = Vec::new();
        for start in 0..slots {
            if seen[start as usize] || self.near.of(start).is_empty() {
                continue;
            }
            seen[start as usize] = true;
            let (mut part, mut at, mut best) = (vec![start], 0, start);
            while let Some(slot) = part.get(at).copied() {
                at += 1;
                if busy(slot) > busy(best) {
                    best = slot;
                }
                for next in self.near.of(slot) {
                    if !std::mem::replace(&mut seen[*next as usize], true) {
                        part.push(*next);
                    }
                }
            }
            let devices = part.iter().filter(|slot| self.device[**slot as usize]).count();
            roots.push((best, (devices as u32, part.len() as u32)));
        }
        for (root, size) in roots {
            self.root[root as usize] = true;
            self.sizes.insert(root, size);
        }
    }

    /// Grows the trees, all roots at once, and numbers their subtrees; gives the slots in the order in which they were reached.
    fn grow(&mut self) -> Vec<u32> {
        let slots = self.near.slots();
        self.root_of = vec![NONE; slots];
        let mut before = vec![NONE; slots];
        let mut order: Vec<u32> = (0..slots as u32).filter(|slot| self.root[*slot as usize]).collect();
        for root in &order {
            self.root_of[*root as usize] = *root;
        }
        let mut at = 0;
        while let Some(slot) = order.get(at).copied() {
            at += 1;
            for next in self.near.of(slot) {
                if self.root_of[*next as usize] == NONE {
                    self.root_of[*next as usize] = self.root_of[slot as usize];
                    before[*next as usize] = slot;
                    order.push(*next);
                }
            }
        }
        let mut size = vec![1u32; slots];
        for slot in order.iter().rev().map(|slot| *slot as usize) {
            if before[slot] != NONE {
                size[before[slot] as usize] += size[slot];
            }
        }
        (self.first, self.last) = (vec![0; slots], vec![0; slots]);
        let mut free = vec![0u32; slots];
        let mut top = 0;
        for slot in order.iter().map(|slot| *slot as usize) {
            let place = match before[slot] {
                NONE => &mut top,
                parent => &mut free[parent as usize],
            };
            let first = *place;
            *place += size[slot];
            (self.first[slot], self.last[slot], free[slot]) = (first, first + size[slot] - 1, first + 1);
        }
        order
    }

    pub(super) fn reached(&self, slot: u32) -> bool {
        self.root_of[slot as usize] != NONE
    }
}

/// Connections, and the way from a device to those of its parts that are connected; each both ways round.
fn edges(graph: &Topology) -> Vec<(u32, u32)> {
    let mut edges = Vec::new();
    let mut bears = vec![false; graph.slots()];
    for (_, relation) in graph.relations() {
        if RelationKind::of(&relation.kind) == RelationKind::Connects && relation.source != relation.target {
            for (one, other) in [(relation.source, relation.target), (relation.target, relation.source)] {
                if graph.entity(one).is_some() && graph.entity(other).is_some() {
                    edges.push((one.0, other.0));
                    bears[one.0 as usize] = true;
                }
            }
        }
    }
    let ends: Vec<_> = graph.entities().map(|(ix, _)| ix).filter(|ix| bears[ix.0 as usize]).collect();
    for end in ends {
        let mut here = end;
        while graph.nature(here).part()
            && let Some(holder) = graph.holder(here)
        {
            let known = here != end && std::mem::replace(&mut bears[here.0 as usize], true);
            if known {
                break;
            }
            edges.extend([(here.0, holder.0), (holder.0, here.0)]);
            here = holder;
        }
    }
    edges
}

/// How many neighbours each slot has once blind ends are taken away, again and again.
fn core_degrees(near: &Csr) -> Vec<u32> {
    let slots = near.slots() as u32;
    let mut degrees: Vec<u32> = (0..slots).map(|slot| near.of(slot).len() as u32).collect();
    let mut blind: Vec<u32> = (0..slots).filter(|slot| degrees[*slot as usize] == 1).collect();
    while let Some(slot) = blind.pop() {
        degrees[slot as usize] = 0;
        for next in near.of(slot) {
            let degree = &mut degrees[*next as usize];
            *degree = degree.saturating_sub(1);
            if *degree == 1 {
                blind.push(*next);
            }
        }
    }
    degrees
}
