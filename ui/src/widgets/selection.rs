//! What is selected in a list: by key, so that it survives sorting and new rows.

use egui::Modifiers;
use std::collections::BTreeSet;

/// Selected keys, the one with the cursor, and the one that a range starts at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection<K: Ord + Copy> {
    chosen: BTreeSet<K>,
    cursor: Option<K>,
    anchor: Option<K>,
}

impl<K: Ord + Copy> Selection<K> {
    /// Whether a row is selected.
    pub fn contains(&self, key: K) -> bool {
        self.chosen.contains(&key)
    }

    /// The row with the cursor.
    pub fn cursor(&self) -> Option<K> {
        self.cursor
    }

    /// How many rows are selected.
    pub fn len(&self) -> usize {
        self.chosen.len()
    }

    /// Whether nothing is selected.
    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    /// The selected keys in their order.
    pub fn iter(&self) -> impl Iterator<Item = K> + '_ {
        self.chosen.iter().copied()
    }

    /// Selects one row alone and puts the cursor on it.
    pub fn set(&mut self, key: K) {
        self.chosen = BTreeSet::from([key]);
        self.cursor = Some(key);
        self.anchor = Some(key);
    }

    /// Adds or removes one row and puts the cursor on it.
    pub fn toggle(&mut self, key: K) {
        if !self.chosen.remove(&key) {
            self.chosen.insert(key);
        }
        self.cursor = Some(key);
        self.anchor = Some(key);
    }

    /// Selects from the anchor to `key` in the order of `rows`.
    pub fn extend(&mut self, rows: &[K], key: K) {
        let position = |wanted: K| rows.iter().position(|row| *row == wanted);
        let (Some(from), Some(to)) = (self.anchor.and_then(position), position(key)) else {
            return self.set(key);
        };
        self.chosen = rows[from.min(to)..=from.max(to)].iter().copied().collect();
        self.cursor = Some(key);
    }

    /// A row was clicked: alone, with Ctrl one more or less, with Shift everything up to it.
    pub fn click(&mut self, rows: &[K], key: K, modifiers: Modifiers) {
        if modifiers.shift {
            self.extend(rows, key);
        } else if modifiers.command {
            self.toggle(key);
        } else {
            self.set(key);
        }
    }

    /// Selects every row.
    pub fn all(&mut self, rows: &[K]) {
        self.chosen = rows.iter().copied().collect();
    }

    /// Selects nothing; the cursor stays.
    pub fn clear(&mut self) {
        self.chosen.clear();
        self.anchor = self.cursor;
    }

    /// Moves the cursor by `steps` rows, taking the range along when `extend` is set. Returns the new row's place.
    pub fn step(&mut self, rows: &[K], steps: isize, extend: bool) -> Option<usize> {
        let last = rows.len().checked_sub(1)?;
        let here = self.cursor.and_then(|cursor| rows.iter().position(|row| *row == cursor));
        let place = match here {
            Some(here) => here.saturating_add_signed(steps).min(last),
            // Without a cursor the first step up is from below, and one to an end goes there.
            None if steps == isize::MAX || (steps < 0 && steps != isize::MIN) => last,
            None => 0,
        };
        let key = *rows.get(place)?;
        if extend {
            self.extend(rows, key);
        } else {
            self.set(key);
        }
        Some(place)
    }

    /// Forgets rows that are gone.
    pub fn retain(&mut self, exists: impl Fn(K) -> bool) {
        self.chosen.retain(|key| exists(*key));
        self.cursor = self.cursor.filter(|key| exists(*key));
        self.anchor = self.anchor.filter(|key| exists(*key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_follows_the_order_on_screen() {
        let rows = [30, 10, 20, 40];
        let mut selection = Selection::default();
        selection.set(10);
        selection.step(&rows, 1, true);
        assert_eq!(selection.iter().collect::<Vec<_>>(), [10, 20]);
        selection.step(&rows, -2, true);
        assert_eq!(selection.iter().collect::<Vec<_>>(), [10, 30]);
    }

    #[test]
    fn the_cursor_stops_at_the_ends() {
        let rows = [1, 2, 3];
        let mut selection = Selection::default();
        assert_eq!(selection.step(&rows, 1, false), Some(0));
        assert_eq!(selection.step(&rows, 9, false), Some(2));
        assert_eq!(selection.step(&[], 1, false), None);
        for (steps, place) in [(isize::MIN, 0), (isize::MAX, 2), (1, 0), (-1, 2)] {
            assert_eq!(Selection::default().step(&rows, steps, false), Some(place), "{steps} from nowhere");
        }
    }
}
