use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};

use super::graph::Topology;
use crate::model::EntityIx;

impl Topology {
    /// The shortest way between two entities over relations of any kind and parents, both ends included, around those of `avoid`; of
    /// several equally short ones always the same. `None` when there is none, or an end is to be avoided.
    #[must_use]
    pub fn path(&self, from: EntityIx, to: EntityIx, avoid: &[EntityIx]) -> Option<Vec<EntityIx>> {
        let avoid: FxHashSet<EntityIx> = avoid.iter().copied().collect();
        let passable = |ix: &EntityIx| !avoid.contains(ix) && self.entity(*ix).is_some();
        if !passable(&from) || !passable(&to) {
            return None;
        }
        let mut came: FxHashMap<EntityIx, EntityIx> = FxHashMap::default();
        came.insert(from, from);
        let mut queue = VecDeque::from([from]);
        while let Some(here) = queue.pop_front() {
            if here == to {
                return Some(walk_back(&came, from, to));
            }
            let related = self.neighbours(here).iter().map(|n| n.other);
            let parent = self.entity(here).and_then(|entity| entity.parent);
            for next in related.chain(parent).chain(self.children(here).iter().copied()).filter(passable) {
                came.entry(next).or_insert_with(|| {
                    queue.push_back(next);
                    here
                });
            }
        }
        None
    }
}

fn walk_back(came: &FxHashMap<EntityIx, EntityIx>, from: EntityIx, to: EntityIx) -> Vec<EntityIx> {
    let mut path = vec![to];
    let mut here = to;
    while here != from {
        match came.get(&here) {
            Some(before) => here = *before,
            None => break,
        }
        path.push(here);
    }
    path.reverse();
    path
}
