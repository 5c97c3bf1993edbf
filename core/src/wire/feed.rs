use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::screen::Row;

/// One line of the feed: a row as it is now, or that it is gone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangeLine {
    /// `alarm`, `incident`, `entity`, `relation`, `source`, `sla`.
    pub kind: String,
    /// Its id.
    pub id: Uuid,
    /// Its content; null for a deletion.
    pub row: Option<serde_json::Value>,
}

impl ChangeLine {
    /// The row, typed; `None` for a deletion or a kind that this build does not know.
    #[must_use]
    pub fn typed(&self) -> Option<Row> {
        let row = self.row.as_ref()?;
        serde_json::from_value(serde_json::json!({"kind": self.kind, "row": row})).ok()
    }
}

/// The last line of a page of the feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeEnd {
    /// Where to go on.
    pub cursor: String,
    /// The newest cursor there is: equal to `cursor` when nothing is missing.
    pub head: String,
}
