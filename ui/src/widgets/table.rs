//! A table of any length: only what is seen is drawn. Columns are resized, moved, hidden and sorted by.

mod columns;
mod draw;
mod head;
mod state;

pub use columns::Column;
pub use draw::{Cell, Rows, Table, TableResponse};
pub use state::{ColumnState, SortKey, TableState};
