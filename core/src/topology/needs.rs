//! What an entity needs, and what needs it.

use smallvec::SmallVec;

use super::graph::Topology;
use crate::model::EntityIx;

/// So many levels of support are looked at.
const LEVELS: usize = 3;

/// A few entities; most need none or one.
pub type Needs = SmallVec<[EntityIx; 4]>;

impl Topology {
    /// What the entity needs to work, the nearest first: what holds, feeds, carries or serves it, three levels up, at most `most`.
    #[must_use]
    pub fn above(&self, entity: EntityIx, most: usize) -> Needs {
        let mut found = Needs::new();
        let add = |found: &mut Needs, here: EntityIx| {
            let related = if self.falls_with_others(here) { self.neighbours(here) } else { &[] };
            let needs = related.iter().filter(|next| next.i_fall_with());
            for up in needs.map(|next| next.other).chain(self.nature(here).parent()) {
                if up != entity && found.len() < most && !found.contains(&up) {
                    found.push(up);
                }
            }
        };
        add(&mut found, entity);
        let mut from = 0;
        for _ in 1..LEVELS {
            let upto = found.len();
            for at in from..upto {
                let here = found[at];
                add(&mut found, here);
            }
            from = upto;
        }
        found
    }

    /// What needs the entity: what falls with it by itself, by one relation.
    pub fn below_it(&self, entity: EntityIx) -> impl Iterator<Item = EntityIx> + '_ {
        let related = self.neighbours(entity).iter().filter(|next| next.falls_with_me()).map(|next| next.other);
        related.chain(self.children(entity).iter().copied())
    }
}
