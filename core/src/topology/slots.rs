use std::collections::BTreeSet;

/// Numbered places; the lowest free one is taken next. What is free follows from what is taken alone, so two stores with the same
/// content go on in the same way however they came to it.
#[derive(Clone, Debug)]
pub(super) struct Slots<T> {
    items: Vec<Option<T>>,
    free: BTreeSet<u32>,
}

/// More slots than this are refused: a damaged record must not make the store reserve the whole memory.
pub(super) const MOST: u32 = 1 << 26;

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            free: BTreeSet::new(),
        }
    }
}

impl<T> Slots<T> {
    pub(super) fn get(&self, ix: u32) -> Option<&T> {
        self.items.get(ix as usize).and_then(Option::as_ref)
    }

    pub(super) fn get_mut(&mut self, ix: u32) -> Option<&mut T> {
        self.items.get_mut(ix as usize).and_then(Option::as_mut)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        self.items
            .iter()
            .enumerate()
            .filter_map(|(ix, item)| item.as_ref().map(|item| (ix as u32, item)))
    }

    /// One more than the highest slot taken.
    pub(super) fn end(&self) -> u32 {
        self.items.len() as u32
    }

    pub(super) fn count(&self) -> usize {
        self.items.len() - self.free.len()
    }

    /// The slot taken next.
    pub(super) fn first_free(&self) -> u32 {
        self.free.first().copied().unwrap_or_else(|| self.end())
    }

    /// The slots taken next, in order, without end.
    pub(super) fn vacant(&self) -> impl Iterator<Item = u32> + '_ {
        self.free.iter().copied().chain(self.end()..)
    }

    /// Puts an item in a slot and gives back what was there. A slot beyond [`MOST`] changes nothing.
    pub(super) fn put(&mut self, ix: u32, item: T) -> Option<T> {
        if ix >= MOST {
            return None;
        }
        while self.items.len() <= ix as usize {
            self.free.insert(self.items.len() as u32);
            self.items.push(None);
        }
        self.free.remove(&ix);
        self.items[ix as usize].replace(item)
    }

    pub(super) fn remove(&mut self, ix: u32) -> Option<T> {
        let gone = self.items.get_mut(ix as usize)?.take()?;
        self.free.insert(ix);
        while let Some(None) = self.items.last() {
            self.items.pop();
            self.free.remove(&(self.items.len() as u32));
        }
        Some(gone)
    }
}
