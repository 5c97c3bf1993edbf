use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::State;
use super::csr::Csr;
use super::mesh::{Mesh, NONE};

/// Which of `members` are reached redundantly from `roots` when only what `passes` is there, by slot. Roots are taken never to fail.
pub(super) fn everywhere(mesh: &Mesh, members: &[u32], roots: &[bool], passes: impl Fn(u32) -> bool) -> Vec<bool> {
    let mut inside = vec![false; mesh.near.slots()];
    members.iter().filter(|slot| passes(**slot)).for_each(|slot| inside[*slot as usize] = true);
    let grounded = |slot: u32| mesh.near.of(slot).iter().any(|next| roots[*next as usize] && passes(*next));
    let mut lowpoints = Lowpoints::new(mesh.near.slots());
    for start in members.iter().copied().filter(|slot| inside[*slot as usize] && grounded(*slot)) {
        lowpoints.walk(&mesh.near, start, |slot| inside[slot as usize].then_some(slot), grounded);
    }
    let mut redundant = roots.to_vec();
    lowpoints.for_each(|slot, single| redundant[slot as usize] = !single);
    redundant
}

impl Mesh {
    /// What was reached redundantly and is not any more, now that `order` is down.
    pub(super) fn degraded(&self, state: &[State], order: &[u32]) -> Vec<u32> {
        let (removed, dropped) = self.removed(state, order);
        let degraded = match removed.as_slice() {
            [] => Vec::new(),
            [one] if !self.root[*one as usize] && state[self.root_of[*one as usize] as usize] == State::Up => self.degraded_around(state, *one, &dropped),
            _ => self.degraded_anywhere(state),
        };
        degraded.into_iter().filter(|slot| self.redundant[*slot as usize]).collect()
    }

    /// What fell and must be looked at; and what fell but leads nowhere once that is gone: the ports of a device that fell with it.
    fn removed(&self, state: &[State], order: &[u32]) -> (Vec<u32>, BTreeSet<u32>) {
        let mut kept: Vec<u32> = Vec::new();
        let mut dropped: BTreeSet<u32> = BTreeSet::new();
        let fallen = |slot: &u32| state[*slot as usize] == State::Fallen && self.reached(*slot);
        for slot in order.iter().rev().copied().filter(fallen) {
            let open = |next: &&u32| state[**next as usize] != State::Fallen || dropped.contains(*next);
            if self.near.of(slot).iter().filter(open).count() <= 1 && !self.root[slot as usize] {
                dropped.insert(slot);
            } else {
                kept.push(slot);
            }
        }
        (kept, dropped)
    }

    /// One failure, no root: only what is not anchored and hangs together with the failed one can be hurt, and the anchored ones
    /// around that are as good as roots for it, each once.
    fn degraded_around(&self, state: &[State], failed: u32, dropped: &BTreeSet<u32>) -> Vec<u32> {
        let up = |slot: u32| state[slot as usize] == State::Up && !self.root[slot as usize];
        let mut numbers: FxHashMap<u32, u32> = FxHashMap::default();
        let mut members: Vec<u32> = Vec::new();
        let mut spread = |slot: u32, members: &mut Vec<u32>| {
            for next in self.near.of(slot).iter().copied().filter(|next| up(*next)) {
                numbers.entry(next).or_insert_with(|| {
                    members.push(next);
                    members.len() as u32 - 1
                });
            }
        };
        spread(failed, &mut members);
        dropped.iter().for_each(|slot| spread(*slot, &mut members));
        let mut at = 0;
        while let Some(slot) = members.get(at).copied() {
            at += 1;
            if !self.anchored[slot as usize] {
                spread(slot, &mut members);
            }
        }
        let rooted = |slot: u32| {
            self.near
                .of(slot)
                .iter()
                .any(|next| self.root[*next as usize] && state[*next as usize] == State::Up)
        };
        let grounded = |slot: u32| self.anchored[slot as usize] || rooted(slot);
        let mut lowpoints = Lowpoints::new(members.len());
        for start in members.iter().copied().filter(|slot| grounded(*slot)) {
            lowpoints.walk(&self.near, start, |slot| numbers.get(&slot).copied(), grounded);
        }
        let mut degraded = Vec::new();
        lowpoints.for_each(|number, single| {
            let slot = members[number as usize];
            if single && !self.anchored[slot as usize] {
                degraded.push(slot);
            }
        });
        degraded
    }

    /// Several failures, or a root's: the whole network is looked at again.
    fn degraded_anywhere(&self, state: &[State]) -> Vec<u32> {
        let up = |slot: u32| state[slot as usize] == State::Up;
        let mut roots = self.root.clone();
        if !self.marked {
            self.replace_roots(&mut roots, up);
        }
        let members: Vec<u32> = (0..self.near.slots() as u32)
            .filter(|slot| up(*slot) && self.reached(*slot) && !roots[*slot as usize])
            .collect();
        let redundant = everywhere(self, &members, &roots, up);
        members.into_iter().filter(|slot| !redundant[*slot as usize]).collect()
    }

    /// Where a part of the network lost the busiest device: the busiest of the rest stands in.
    fn replace_roots(&self, roots: &mut [bool], up: impl Fn(u32) -> bool) {
        let mut best: BTreeMap<u32, u32> = BTreeMap::new();
        let busy = |slot: u32| {
            let ways = self.near.of(slot).iter().filter(|next| up(**next)).count();
            (self.device[slot as usize], ways, std::cmp::Reverse(slot))
        };
        for slot in (0..self.near.slots() as u32).filter(|slot| up(*slot) && self.reached(*slot)) {
            let root = self.root_of[slot as usize];
            if !up(root) {
                let known = best.entry(root).or_insert(slot);
                if busy(slot) > busy(*known) {
                    *known = slot;
                }
            }
        }
        best.values().for_each(|slot| roots[*slot as usize] = true);
    }
}

/// Tarjan's search from a ground that never fails: which members a single other member could cut off from it.
struct Lowpoints {
    /// By number of a member: when it was met, from 1; 0 for not yet. The ground is met at 0.
    met: Vec<u32>,
    low: Vec<u32>,
    /// Members in the order met.
    order: Vec<u32>,
    /// How many more members lie below a cut from this place in `order` on.
    deeper: Vec<i32>,
}

struct Frame {
    slot: u32,
    number: u32,
    next: usize,
}

impl Lowpoints {
    fn new(members: usize) -> Self {
        Self {
            met: vec![0; members],
            low: vec![NONE; members],
            order: Vec::with_capacity(members),
            deeper: vec![0; members + 1],
        }
    }

    fn meet(&mut self, slot: u32, number: u32, grounded: bool) -> Frame {
        self.order.push(number);
        let met = self.order.len() as u32;
        self.met[number as usize] = met;
        self.low[number as usize] = if grounded { 0 } else { met };
        Frame { slot, number, next: 0 }
    }

    fn walk(&mut self, near: &Csr, start: u32, number_of: impl Fn(u32) -> Option<u32>, grounded: impl Fn(u32) -> bool) {
        let Some(number) = number_of(start).filter(|number| self.met[*number as usize] == 0) else {
            return;
        };
        let mut open = vec![self.meet(start, number, grounded(start))];
        while let Some(frame) = open.last_mut() {
            let (slot, mine) = (frame.slot, frame.number as usize);
            let Some(next) = near.of(slot).get(frame.next).copied() else {
                open.pop();
                if let Some(above) = open.last() {
                    self.close(mine, above.number as usize);
                }
                continue;
            };
            frame.next += 1;
            let Some(number) = number_of(next) else { continue };
            match self.met[number as usize] {
                0 => {
                    let frame = self.meet(next, number, grounded(next));
                    open.push(frame);
                }
                met => self.low[mine] = self.low[mine].min(met),
            }
        }
    }

    fn close(&mut self, mine: usize, above: usize) {
        self.low[above] = self.low[above].min(self.low[mine]);
        if self.low[mine] >= self.met[above] {
            self.deeper[self.met[mine] as usize - 1] += 1;
            self.deeper[self.order.len()] -= 1;
        }
    }

    /// Tells for every member met whether a single other one could cut it off.
    fn for_each(&self, mut tell: impl FnMut(u32, bool)) {
        let mut depth = 0;
        for (at, number) in self.order.iter().enumerate() {
            depth += self.deeper[at];
            tell(*number, depth > 0);
        }
    }
}
