use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use uuid::Uuid;

/// Rows of one kind: by id in one step, in bulk without a gap.
#[derive(Debug)]
pub struct Table<R> {
    rows: Vec<(Uuid, R)>,
    places: FxHashMap<Uuid, usize>,
    revision: u64,
    /// Ids of the newest changes, one for each step of the revision.
    changed: VecDeque<Uuid>,
}

/// Changes that are remembered by id.
const CHANGES: usize = 4_096;

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            places: FxHashMap::default(),
            revision: 0,
            changed: VecDeque::new(),
        }
    }
}

impl<R> Table<R> {
    /// Adds or replaces a row; returns the one that was there.
    pub(super) fn put(&mut self, id: Uuid, row: R) -> Option<R> {
        self.change(id);
        if let Some(place) = self.places.get(&id) {
            return self.rows.get_mut(*place).map(|(_, old)| std::mem::replace(old, row));
        }
        self.places.insert(id, self.rows.len());
        self.rows.push((id, row));
        None
    }

    /// Drops a row and returns it.
    pub(super) fn remove(&mut self, id: Uuid) -> Option<R> {
        let place = self.places.remove(&id)?;
        self.change(id);
        let (_, row) = self.rows.swap_remove(place);
        if let Some((moved, _)) = self.rows.get(place) {
            self.places.insert(*moved, place);
        }
        Some(row)
    }

    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.places.clear();
        self.changed.clear();
        self.revision += 1;
    }

    /// The row of an id.
    pub fn get(&self, id: Uuid) -> Option<&R> {
        self.places.get(&id).and_then(|place| self.at(*place))
    }

    /// The row at a place; places hold until the next change.
    pub fn at(&self, place: usize) -> Option<&R> {
        self.rows.get(place).map(|(_, row)| row)
    }

    /// Every row.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &R> {
        self.rows.iter().map(|(_, row)| row)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn change(&mut self, id: Uuid) {
        self.revision += 1;
        if self.changed.len() == CHANGES {
            self.changed.pop_front();
        }
        self.changed.push_back(id);
    }

    /// Ids of the rows that came, changed or went after a revision, some more than once; `None` where that is too long ago to tell.
    pub fn changed_since(&self, revision: u64) -> Option<impl Iterator<Item = Uuid>> {
        let steps = usize::try_from(self.revision.checked_sub(revision)?).ok()?;
        let known = self.changed.len().checked_sub(steps)?;
        Some(self.changed.iter().skip(known).copied())
    }

    /// Grows with every change.
    pub fn revision(&self) -> u64 {
        self.revision
    }
}
