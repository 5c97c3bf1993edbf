use super::mesh::{Mesh, NONE};

/// Steps of search that are spent without limit per slot, times slots; beyond that each slot gets [`SPARE`].
const GENEROUS: usize = 60;
const SPARE: usize = 400;

/// The slots that no two failures could cut off: beside a root, or with three ways to the roots that share nothing but their ends. What is anchored already serves as an end for others (each once:
/// whatever two fail, one of three ways stands, and its end has a way on), so that searches get shorter as anchors are found.
/// A slot whose search was given up is not anchored: that costs time later, never the truth.
pub(super) fn find(mesh: &Mesh, order: &[u32]) -> Vec<bool> {
    let slots = mesh.near.slots();
    let mut flow = Flow {
        mesh,
        anchored: vec![false; slots],
        round: 0,
        search: 0,
        live: vec![0; slots],
        next: vec![NONE; slots],
        before: vec![NONE; slots],
        came_in: vec![(0, NONE); slots],
        came_out: vec![(0, NONE); slots],
        budget: 0,
    };
    let mut pool = slots * GENEROUS;
    for slot in order.iter().copied() {
        flow.anchored[slot as usize] = mesh.near.of(slot).iter().any(|next| mesh.root[*next as usize]);
    }
    for _ in 0..2 {
        for slot in order.iter().copied() {
            let settled = mesh.root[slot as usize] || flow.anchored[slot as usize] || mesh.near.of(slot).len() < 3;
            if settled {
                continue;
            }
            let granted = pool.max(SPARE);
            flow.budget = granted;
            flow.anchored[slot as usize] = flow.three_ways(slot);
            pool = pool.saturating_sub(granted - flow.budget);
        }
    }
    flow.anchored
}

/// Ford and Fulkerson's augmenting paths, every slot but the start able to bear one way: so it has an inside that ways enter and one they leave.
struct Flow<'a> {
    mesh: &'a Mesh,
    anchored: Vec<bool>,
    round: u32,
    search: u32,
    /// The round in which a slot's `next` and `before` were written.
    live: Vec<u32>,
    next: Vec<u32>,
    before: Vec<u32>,
    /// Per slot: the search that reached where ways enter, and from whose exit; [`NONE`] from its own.
    came_in: Vec<(u32, u32)>,
    /// Per slot: the search that reached where ways leave, and by taking back the way on to whom; [`NONE`] from its own entry.
    came_out: Vec<(u32, u32)>,
    budget: usize,
}

#[derive(Clone, Copy)]
enum Side {
    Entry(u32),
    Exit(u32),
}

impl Flow<'_> {
    fn three_ways(&mut self, start: u32) -> bool {
        self.round += 1;
        (0..3).all(|_| self.augment(start))
    }

    fn before(&self, slot: u32) -> u32 {
        if self.live[slot as usize] == self.round {
            self.before[slot as usize]
        } else {
            NONE
        }
    }

    fn next(&self, slot: u32) -> u32 {
        if self.live[slot as usize] == self.round {
            self.next[slot as usize]
        } else {
            NONE
        }
    }

    fn write(&mut self, slot: u32) -> usize {
        let at = slot as usize;
        if self.live[at] != self.round {
            (self.live[at], self.next[at], self.before[at]) = (self.round, NONE, NONE);
        }
        at
    }

    fn augment(&mut self, start: u32) -> bool {
        self.search += 1;
        let (mut queue, mut at) = (vec![Side::Exit(start)], 0);
        while let Some(side) = queue.get(at).copied() {
            at += 1;
            if self.budget == 0 {
                return false;
            }
            self.budget -= 1;
            match side {
                Side::Exit(slot) => {
                    if let Some(end) = self.leave(start, slot, &mut queue) {
                        self.lay(start, slot, end);
                        return true;
                    }
                }
                Side::Entry(slot) => self.enter(start, slot, &mut queue),
            }
        }
        false
    }

    /// From an exit to the neighbours' entries; gives the end of the way when one of them is it.
    fn leave(&mut self, start: u32, slot: u32, queue: &mut Vec<Side>) -> Option<u32> {
        let mesh = self.mesh;
        for next in mesh.near.of(slot).iter().copied() {
            if mesh.root[next as usize] {
                return Some(next);
            }
            let taken = if slot == start { self.before(next) == start } else { self.next(slot) == next };
            if next == start || taken {
                continue;
            }
            if self.anchored[next as usize] && self.before(next) == NONE {
                return Some(next);
            }
            if self.came_in[next as usize].0 != self.search {
                self.came_in[next as usize] = (self.search, slot);
                queue.push(Side::Entry(next));
            }
        }
        if slot != start && self.before(slot) != NONE && self.came_in[slot as usize].0 != self.search {
            self.came_in[slot as usize] = (self.search, NONE);
            queue.push(Side::Entry(slot));
        }
        None
    }

    fn enter(&mut self, start: u32, slot: u32, queue: &mut Vec<Side>) {
        match self.before(slot) {
            NONE if self.came_out[slot as usize].0 != self.search => {
                self.came_out[slot as usize] = (self.search, NONE);
                queue.push(Side::Exit(slot));
            }
            NONE => {}
            before if before != start && self.came_out[before as usize].0 != self.search => {
                self.came_out[before as usize] = (self.search, slot);
                queue.push(Side::Exit(before));
            }
            _ => {}
        }
    }

    /// Writes the way found, from its end back to the start: what it took back first, then what it adds.
    fn lay(&mut self, start: u32, last: u32, end: u32) {
        let mut added = vec![(last, end)];
        let mut taken_back = Vec::new();
        let mut exit = last;
        while exit != start {
            let mut entry = exit;
            let (_, onward) = self.came_out[exit as usize];
            if onward != NONE {
                taken_back.push((exit, onward));
                entry = onward;
            }
            match self.came_in[entry as usize].1 {
                NONE => exit = entry,
                from => {
                    added.push((from, entry));
                    exit = from;
                }
            }
        }
        for (from, to) in taken_back {
            let (from, to) = (self.write(from), self.write(to));
            self.next[from] = NONE;
            self.before[to] = NONE;
        }
        for (from, to) in added {
            if from != start {
                let at = self.write(from);
                self.next[at] = to;
            }
            if !self.mesh.root[to as usize] {
                let at = self.write(to);
                self.before[at] = from;
            }
        }
    }
}
