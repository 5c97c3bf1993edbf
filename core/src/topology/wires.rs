use std::collections::VecDeque;
use std::collections::hash_map::Entry;

use rustc_hash::{FxHashMap, FxHashSet};

use super::graph::Topology;
use super::link::Linked;
use crate::model::EntityIx;

/// Devices that a search passes on either side before two devices count as connected.
const REACH: usize = 800;

/// The ways between devices as one table, for searches: derived from the graph, stale when its shape changes.
#[derive(Clone, Debug, Default)]
pub struct Wires {
    shape: Option<u64>,
    /// Per entity slot, where its ways begin.
    start: Vec<u32>,
    ways: Vec<Linked>,
}

impl Wires {
    /// The table of a graph.
    #[must_use]
    pub fn of(graph: &Topology) -> Self {
        let mut start = Vec::with_capacity(graph.slots() + 1);
        let mut ways = Vec::new();
        for slot in 0..graph.slots() as u32 {
            start.push(ways.len() as u32);
            let ix = EntityIx(slot);
            let nature = graph.nature(ix);
            let speaks = graph.entity(ix).is_some() && !nature.link() && !nature.part() && !nature.place();
            if speaks {
                ways.extend(graph.links_of(ix));
            }
        }
        start.push(ways.len() as u32);
        Self {
            shape: Some(graph.shape()),
            start,
            ways,
        }
    }

    /// Still tells what the graph is like.
    #[must_use]
    pub fn is_current(&self, graph: &Topology) -> bool {
        self.shape == Some(graph.shape())
    }

    /// The ways from a device, in the order of slots.
    #[must_use]
    pub fn from(&self, device: EntityIx) -> &[Linked] {
        let slot = device.0 as usize;
        match (self.start.get(slot), self.start.get(slot + 1)) {
            (Some(start), Some(end)) => self.ways.get(*start as usize..*end as usize).unwrap_or(&[]),
            _ => &[],
        }
    }

    /// Looks for a way from `a` to `b` that is not `blocked`. Where there is none: the blocked ways that the smaller side ran into.
    /// `None` when they are connected, or the search was given up.
    #[must_use]
    pub fn severed(&self, a: EntityIx, b: EntityIx, blocked: impl Fn(&Linked) -> bool) -> Option<Vec<Linked>> {
        if a == b {
            return None;
        }
        let (mut one, mut two) = (Side::new(a), Side::new(b));
        for _ in 0..REACH {
            for _ in 0..2 {
                if one.step(self, &two.seen, &blocked) {
                    return None;
                }
                if one.queue.is_empty() {
                    return Some(one.stopped);
                }
                std::mem::swap(&mut one, &mut two);
            }
        }
        None
    }

    /// The shortest way from one of `starts` to that of `goals` which is farthest from them: devices with the links between. Only
    /// the start itself where no goal is near.
    #[must_use]
    pub fn farthest(&self, starts: &[EntityIx], goals: &[EntityIx]) -> Vec<EntityIx> {
        let mut left = goals.iter().filter(|goal| !starts.contains(goal)).count();
        let mut last = goals.iter().copied().find(|goal| starts.contains(goal)).or_else(|| starts.first().copied());
        if left == 0 {
            return last.into_iter().collect();
        }
        let mut came: FxHashMap<EntityIx, (EntityIx, Option<EntityIx>)> = starts.iter().map(|start| (*start, (*start, None))).collect();
        let mut queue: VecDeque<EntityIx> = starts.iter().copied().collect();
        while let Some(here) = queue.pop_front() {
            if left == 0 || came.len() > REACH {
                break;
            }
            for way in self.from(here) {
                if let Entry::Vacant(new) = came.entry(way.other) {
                    new.insert((here, way.link));
                    queue.push_back(way.other);
                    if goals.contains(&way.other) {
                        left -= 1;
                        last = Some(way.other);
                    }
                }
            }
        }
        let mut path = Vec::new();
        while let Some(here) = last {
            path.push(here);
            last = came.get(&here).filter(|(before, _)| *before != here).map(|(before, link)| {
                path.extend(link);
                *before
            });
        }
        path.reverse();
        path
    }

    /// The devices that `from` reaches without what is blocked, itself first, at most `most`.
    #[must_use]
    pub fn reached(&self, from: EntityIx, most: usize, blocked: impl Fn(&Linked) -> bool) -> Vec<EntityIx> {
        let mut seen = FxHashSet::from_iter([from]);
        let mut found = vec![from];
        let mut at = 0;
        while let Some(here) = found.get(at).copied() {
            at += 1;
            for way in self.from(here) {
                if found.len() < most && !blocked(way) && seen.insert(way.other) {
                    found.push(way.other);
                }
            }
        }
        found
    }
}

/// One side of a search.
struct Side {
    seen: FxHashSet<EntityIx>,
    queue: VecDeque<EntityIx>,
    stopped: Vec<Linked>,
}

impl Side {
    fn new(start: EntityIx) -> Self {
        Self {
            seen: FxHashSet::from_iter([start]),
            queue: VecDeque::from([start]),
            stopped: Vec::new(),
        }
    }

    /// Goes one device further; true when the other side was met.
    fn step(&mut self, wires: &Wires, other: &FxHashSet<EntityIx>, blocked: &impl Fn(&Linked) -> bool) -> bool {
        let Some(here) = self.queue.pop_front() else { return false };
        for way in wires.from(here) {
            if blocked(way) {
                self.stopped.push(*way);
            } else if other.contains(&way.other) {
                return true;
            } else if self.seen.insert(way.other) {
                self.queue.push_back(way.other);
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Minter, TenantId, Timestamp};
    use crate::topology::import::{ImportFile, import};

    /// Devices `0…n-1` in a ring, and its links in order.
    fn ring(n: usize) -> (Topology, Vec<EntityIx>, Vec<EntityIx>) {
        let entities: String = (0..n).map(|i| format!("d{i},d{i},ROUTER\n")).collect();
        let relations: String = (0..n).map(|i| format!("d{i},d{},connects\n", (i + 1) % n)).collect();
        let entities = format!("external_id,name,type\n{entities}");
        let relations = format!("source,target,relation\n{relations}");
        let files = [
            ImportFile {
                name: "entities.csv",
                bytes: entities.as_bytes(),
            },
            ImportFile {
                name: "relations.csv",
                bytes: relations.as_bytes(),
            },
        ];
        let (patch, _) = import(&files).unwrap();
        let mut graph = Topology::default();
        let minter = Minter::new(TenantId(uuid::Uuid::from_u128(1)), 1);
        for delta in graph.plan(&patch, &minter, 1, 0, Timestamp::EPOCH).0 {
            graph.fold(&delta);
        }
        let at = |word: &str| graph.by_external(word).unwrap();
        let devices = (0..n).map(|i| at(&format!("d{i}"))).collect();
        let links = (0..n).map(|i| at(&format!("d{i}--d{}", (i + 1) % n))).collect();
        (graph, devices, links)
    }

    #[test]
    fn a_ring_holds_with_one_cut_and_falls_apart_with_two() {
        let (graph, devices, links) = ring(6);
        let wires = Wires::of(&graph);
        let without = |cut: &[EntityIx]| {
            let cut = cut.to_vec();
            wires.severed(devices[0], devices[3], move |way| way.link.is_some_and(|link| cut.contains(&link)))
        };
        assert_eq!(without(&[links[1]]), None);
        let stopped = without(&[links[1], links[4]]).unwrap();
        assert_eq!(stopped.len(), 2);
        let reached = wires.reached(devices[0], 100, |way| way.other == devices[1] || way.other == devices[5]);
        assert_eq!(reached, [devices[0]]);
        assert!(wires.is_current(&graph));
    }
}
