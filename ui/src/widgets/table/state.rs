use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

use super::Column;

/// Narrowest a column can be made, in points.
pub(super) const NARROWEST: f32 = 28.0;

/// One column as the operator wants it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnState {
    /// Which one.
    pub id: String,
    /// In points.
    pub width: f32,
    /// Whether it is shown.
    pub shown: bool,
}

/// One key of the order of rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SortKey {
    /// By which column.
    pub column: String,
    /// Greatest first.
    pub descending: bool,
}

impl SortKey {
    /// The order of two rows by all keys, the first one foremost; `by` tells their order by one column, smallest first.
    pub fn order(keys: &[Self], by: impl Fn(&str) -> Ordering) -> Ordering {
        let turned = |key: &Self| {
            let order = by(&key.column);
            if key.descending { order.reverse() } else { order }
        };
        keys.iter().map(turned).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }
}

/// A table as the operator wants it: which columns in which order and width, and the order of rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TableState {
    /// Columns from left to right; those of the table that are missing here are added as they were made.
    pub columns: Vec<ColumnState>,
    /// Keys of the order, the first one foremost.
    pub sort: Vec<SortKey>,
    #[serde(skip)]
    pub(super) scroll_to: Option<usize>,
    #[serde(skip)]
    pub(super) scroll_x: f32,
}

impl TableState {
    /// A state that sorts by one column.
    pub fn sorted_by(column: &str, descending: bool) -> Self {
        Self {
            sort: vec![SortKey {
                column: column.to_owned(),
                descending,
            }],
            ..Self::default()
        }
    }

    /// Brings a row into sight at the next frame.
    pub fn scroll_to(&mut self, row: usize) {
        self.scroll_to = Some(row);
    }

    /// Adds columns that are new and drops those that are gone.
    pub(super) fn reconcile(&mut self, columns: &[Column]) {
        self.columns.retain(|state| columns.iter().any(|column| column.id == state.id));
        for column in columns {
            if !self.columns.iter().any(|state| state.id == column.id) {
                self.columns.push(ColumnState {
                    id: column.id.to_owned(),
                    width: column.width,
                    shown: column.shown,
                });
            }
        }
        self.sort.retain(|key| columns.iter().any(|column| column.id == key.column && column.sortable));
    }

    /// Shown columns with their widths in a table of `room` points; growing ones share what is left.
    pub(super) fn layout<'a>(&self, columns: &'a [Column], room: f32) -> Vec<(&'a Column, f32)> {
        let mut shown: Vec<(&Column, f32)> = self
            .columns
            .iter()
            .filter(|state| state.shown)
            .filter_map(|state| Some((columns.iter().find(|column| column.id == state.id)?, state.width.max(NARROWEST))))
            .collect();
        let used: f32 = shown.iter().map(|(_, width)| width).sum();
        let shares: f32 = shown.iter().map(|(column, _)| f32::from(column.share)).sum();
        if shares > 0.0 && used < room {
            let part = (room - used) / shares;
            shown.iter_mut().for_each(|(column, width)| *width += part * f32::from(column.share));
        } else if shares > 0.0 {
            give_way(&mut shown, used - room);
        }
        shown
    }

    /// Sorts by `column`: a second time turns the order round; `more` keeps the keys that are there.
    pub fn sort_by(&mut self, column: &str, more: bool) {
        let known = self.sort.iter().position(|key| key.column == column);
        match known {
            Some(place) if more || self.sort.len() == 1 => self.sort[place].descending = !self.sort[place].descending,
            _ => {
                let descending = known.is_some_and(|place| !self.sort[place].descending);
                if !more {
                    self.sort.clear();
                }
                self.sort.push(SortKey {
                    column: column.to_owned(),
                    descending,
                });
            }
        }
    }

    /// Puts a column before or after its neighbour.
    pub(super) fn shift(&mut self, column: &str, steps: isize) {
        let shown: Vec<usize> = (0..self.columns.len()).filter(|index| self.columns[*index].shown).collect();
        let here = shown.iter().position(|index| self.columns[*index].id == column);
        let there = here.and_then(|here| here.checked_add_signed(steps)).filter(|there| *there < shown.len());
        if let (Some(here), Some(there)) = (here, there) {
            self.columns.swap(shown[here], shown[there]);
        }
    }
}

/// A growing column as it was made gives up so much of its width before the table scrolls.
const GIVES: f32 = 0.25;

/// Takes `missing` from the columns that grow, where the operator did not set their width.
fn give_way(shown: &mut [(&Column, f32)], missing: f32) {
    let gives = |column: &Column, width: f32| if column.share > 0 && width == column.width { width * GIVES } else { 0.0 };
    let all: f32 = shown.iter().map(|(column, width)| gives(column, *width)).sum();
    if all > 0.0 {
        let part = (missing / all).min(1.0);
        shown.iter_mut().for_each(|(column, width)| *width -= gives(column, *width) * part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] = [
        Column::new("a", "A", 50.0),
        Column::new("b", "B", 50.0).grows(),
        Column::new("c", "C", 50.0).hidden(),
    ];

    #[test]
    fn a_layout_from_another_version_is_mended() {
        let mut state = TableState {
            columns: vec![ColumnState {
                id: "gone".into(),
                width: 9.0,
                shown: true,
            }],
            ..TableState::default()
        };
        state.reconcile(&COLUMNS);
        let ids: Vec<&str> = state.columns.iter().map(|column| column.id.as_str()).collect();
        assert_eq!(ids, ["a", "b", "c"]);
    }

    #[test]
    fn the_growing_column_takes_what_is_left() {
        let mut state = TableState::default();
        state.reconcile(&COLUMNS);
        let widths: Vec<f32> = state.layout(&COLUMNS, 300.0).iter().map(|(_, width)| *width).collect();
        assert_eq!(widths, [50.0, 250.0]);
        assert_eq!(state.layout(&COLUMNS, 20.0).len(), 2);
        let widths = |state: &TableState, room: f32| -> Vec<f32> { state.layout(&COLUMNS, room).iter().map(|(_, width)| *width).collect() };
        assert_eq!(widths(&state, 90.0), [50.0, 40.0], "it gives way before the table scrolls");
        assert_eq!(widths(&state, 20.0), [50.0, 37.5], "but stays wide enough to be read");
        state.columns[1].width = 60.0;
        assert_eq!(widths(&state, 20.0), [50.0, 60.0], "and is as wide as the operator made it");
    }

    #[test]
    fn a_later_key_decides_where_the_first_is_equal() {
        let key = |column: &str, descending: bool| SortKey {
            column: column.to_owned(),
            descending,
        };
        let by = |column: &str| if column == "a" { Ordering::Equal } else { Ordering::Less };
        assert_eq!(SortKey::order(&[key("a", true), key("b", true)], by), Ordering::Greater);
        assert_eq!(SortKey::order(&[key("a", false)], by), Ordering::Equal);
    }

    #[test]
    fn sorting_twice_turns_round_and_shift_adds() {
        let mut state = TableState::sorted_by("a", false);
        state.sort_by("a", false);
        assert!(state.sort[0].descending);
        state.sort_by("b", true);
        assert_eq!(state.sort.len(), 2);
        state.sort_by("b", false);
        assert_eq!(state.sort.len(), 1);
    }
}
