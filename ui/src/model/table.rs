use std::collections::HashMap;
use uuid::Uuid;

/// Rows of one kind: by id in one step, in bulk without a gap.
#[derive(Debug)]
pub struct Table<R> {
    rows: Vec<(Uuid, R)>,
    places: HashMap<Uuid, usize>,
    revision: u64,
}

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            places: HashMap::new(),
            revision: 0,
        }
    }
}

impl<R> Table<R> {
    /// Adds or replaces a row; returns the one that was there.
    pub(super) fn put(&mut self, id: Uuid, row: R) -> Option<R> {
        self.revision += 1;
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
        self.revision += 1;
        let (_, row) = self.rows.swap_remove(place);
        if let Some((moved, _)) = self.rows.get(place) {
            self.places.insert(*moved, place);
        }
        Some(row)
    }

    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.places.clear();
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

    /// Grows with every change.
    pub fn revision(&self) -> u64 {
        self.revision
    }
}
