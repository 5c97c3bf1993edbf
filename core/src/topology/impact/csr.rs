/// Who is next to whom, by slot, in two flat tables.
#[derive(Clone, Debug, Default)]
pub(super) struct Csr {
    start: Vec<u32>,
    to: Vec<u32>,
}

impl Csr {
    /// From pairs (from, to), each counted once; every number below `slots`.
    pub(super) fn new(slots: usize, mut pairs: Vec<(u32, u32)>) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let mut start = vec![0; slots + 1];
        for (from, _) in &pairs {
            start[*from as usize + 1] += 1;
        }
        for slot in 0..slots {
            start[slot + 1] += start[slot];
        }
        Self {
            start,
            to: pairs.into_iter().map(|(_, to)| to).collect(),
        }
    }

    pub(super) fn of(&self, slot: u32) -> &[u32] {
        let slot = slot as usize;
        &self.to[self.start[slot] as usize..self.start[slot + 1] as usize]
    }

    pub(super) fn slots(&self) -> usize {
        self.start.len().saturating_sub(1)
    }
}
