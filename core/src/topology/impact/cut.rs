use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::State;
use super::mesh::{Mesh, Size};

/// What is known of a slot during a search.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    No,
    /// In a piece whose way out is not found (yet).
    Adrift,
    /// Has a way to its root.
    Held,
}

/// A piece of the network that its root does not reach any more.
struct Piece {
    slots: Vec<u32>,
    size: Size,
}

struct Search<'a> {
    mesh: &'a Mesh,
    state: &'a [State],
    /// Subtrees below what fell: disjoint, in order.
    cuts: Vec<(u32, u32)>,
    seen: Vec<Seen>,
}

impl Mesh {
    /// The slots that lose their last path when `new` falls, of all that is down (`order`).
    pub(super) fn cut(&self, state: &[State], order: &[u32], new: &[u32]) -> Vec<u32> {
        let fallen = |slot: &u32| state[*slot as usize] == State::Fallen && self.reached(*slot);
        let new: Vec<u32> = new.iter().copied().filter(|slot| fallen(slot) && !self.near.of(*slot).is_empty()).collect();
        if new.is_empty() {
            return Vec::new();
        }
        let mut search = Search {
            mesh: self,
            state,
            cuts: self.cuts(order.iter().copied().filter(fallen)),
            seen: vec![Seen::No; state.len()],
        };
        let mut pieces: BTreeMap<u32, Vec<Piece>> = BTreeMap::new();
        for beside in new.iter().flat_map(|slot| self.near.of(*slot)) {
            if let Some(piece) = search.adrift(*beside) {
                // Which tree it was in matters only where none is marked, and there a piece is in one tree.
                pieces.entry(self.root_of[*beside as usize]).or_default().push(piece);
            }
        }
        if self.marked {
            return pieces.into_values().flatten().flat_map(|piece| piece.slots).collect();
        }
        let mut lost = Vec::new();
        for (root, pieces) in pieces {
            lost.extend(search.all_but_largest(root, pieces, order));
        }
        lost
    }

    fn cuts(&self, fallen: impl Iterator<Item = u32>) -> Vec<(u32, u32)> {
        let mut all: Vec<(u32, u32)> = fallen.map(|slot| (self.first[slot as usize], self.last[slot as usize])).collect();
        all.sort_unstable();
        let mut end = None;
        // Subtrees lie in one another or apart: one that begins within the last one kept adds nothing.
        all.retain(|(first, last)| {
            let apart = end.is_none_or(|end| *first > end);
            if apart {
                end = Some(*last);
            }
            apart
        });
        all
    }
}

impl Search<'_> {
    fn up(&self, slot: u32) -> bool {
        self.state[slot as usize] == State::Up
    }

    /// Its way up the tree is whole.
    fn hangs(&self, slot: u32) -> bool {
        let number = self.mesh.first[slot as usize];
        let before = self.cuts.partition_point(|(first, _)| *first <= number);
        before == 0 || self.cuts[before - 1].1 < number
    }

    /// The piece that a slot is in when nothing holds it any more; nothing when it is held, down, or in a piece found before.
    fn adrift(&mut self, start: u32) -> Option<Piece> {
        if !self.up(start) || self.seen[start as usize] != Seen::No || self.hangs(start) {
            return None;
        }
        self.seen[start as usize] = Seen::Adrift;
        let (mut slots, mut at) = (vec![start], 0);
        let mut held = false;
        'spread: while let Some(slot) = slots.get(at).copied() {
            at += 1;
            for next in self.mesh.near.of(slot) {
                if !self.up(*next) || self.seen[*next as usize] == Seen::Adrift {
                    continue;
                }
                if self.seen[*next as usize] == Seen::Held || self.hangs(*next) {
                    held = true;
                    break 'spread;
                }
                self.seen[*next as usize] = Seen::Adrift;
                slots.push(*next);
            }
        }
        if held {
            slots.iter().for_each(|slot| self.seen[*slot as usize] = Seen::Held);
            return None;
        }
        let size = self.size(slots.iter().copied());
        Some(Piece { slots, size })
    }

    fn size(&self, slots: impl Iterator<Item = u32>) -> Size {
        slots.fold((0, 0), |(devices, all), slot| (devices + u32::from(self.mesh.device[slot as usize]), all + 1))
    }

    /// Of a part of the network without a marked root: all pieces but the largest, which may be the one around the busiest device.
    fn all_but_largest(&mut self, root: u32, mut pieces: Vec<Piece>, order: &[u32]) -> Vec<u32> {
        let whole = self.mesh.sizes.get(&root).copied().unwrap_or_default();
        let gone = self.size(order.iter().copied().filter(|slot| self.mesh.root_of[*slot as usize] == root));
        let adrift = pieces.iter().fold((0, 0), |sum, piece| (sum.0 + piece.size.0, sum.1 + piece.size.1));
        let rest = (whole.0.saturating_sub(gone.0 + adrift.0), whole.1.saturating_sub(gone.1 + adrift.1));
        let lowest = |piece: &Piece| piece.slots.iter().min().copied();
        let largest = (0..pieces.len()).max_by_key(|at| (pieces[*at].size, Reverse(lowest(&pieces[*at]))));
        let Some(largest) = largest.filter(|at| !self.up(root) || pieces[*at].size > rest) else {
            return pieces.into_iter().flat_map(|piece| piece.slots).collect();
        };
        pieces.swap_remove(largest);
        let mut lost: Vec<u32> = pieces.into_iter().flat_map(|piece| piece.slots).collect();
        if self.up(root) {
            lost.extend(self.around(root));
        }
        lost
    }

    /// All that is still connected to a slot, itself included.
    fn around(&self, start: u32) -> Vec<u32> {
        let mut seen = vec![false; self.state.len()];
        seen[start as usize] = true;
        let (mut slots, mut at) = (vec![start], 0);
        while let Some(slot) = slots.get(at).copied() {
            at += 1;
            for next in self.mesh.near.of(slot) {
                if self.up(*next) && !std::mem::replace(&mut seen[*next as usize], true) {
                    slots.push(*next);
                }
            }
        }
        slots
    }
}
