//! Old records go: their state is folded into an anchor first, so that the rest can always be read from nothing.

use std::sync::Arc;

use pedkai_core::model::Timestamp;
use pedkai_core::pipeline::{RowChange, State};
use pedkai_core::screen::Row;

use super::tenant::{Inner, Tenant, lock};
use super::writer;
use crate::journal::JournalError;
use crate::journal::log::LogReader;

/// The newest records stay, however old they are.
const STAY: u64 = 1_000;

impl Tenant {
    /// Retires the records from before an instant, and what the rows keep for history only since before them. Gives the newest retired
    /// record, or `None` when there was nothing to retire. The records themselves go a few with each commit.
    ///
    /// # Errors
    /// A log or rows that cannot be read or written.
    pub async fn retire(&self, before: Timestamp) -> Result<Option<u64>, JournalError> {
        self.caught_up().await?;
        self.blocking(move |inner| retire(inner, before, STAY)).await
    }
}

pub(super) fn retire(inner: &Arc<Inner>, before: Timestamp, stay: u64) -> Result<Option<u64>, JournalError> {
    let log = inner.log()?;
    let first = log.first()?;
    let wanted = log.seek(before)?.min((log.head()?.seq + 1).saturating_sub(stay)).min(inner.rows.applied()? + 1);
    if wanted <= first {
        return Ok(None);
    }
    let seq = wanted - 1;
    let state = state_at(inner, &log, seq)?;
    let items = state.items().into_iter().filter_map(|item| Some((item.kind, item.slot, item.body?))).collect();
    // The deletions reach every seat with the next rows that are written.
    let closed = inner.rows.closed_incidents(seq)?;
    let mut slot = lock(&inner.writer);
    let open = writer::opened(inner, &mut slot)?;
    open.log.retire(seq, state.minter().epoch(), items)?;
    let incidents = open.state.incidents();
    open.gone.extend(
        closed
            .into_iter()
            .filter(|row| incidents.by_id(pedkai_core::model::IncidentId(row.id)).is_none())
            .map(|row| RowChange {
                row: Row::Incident(row),
                live: false,
            }),
    );
    drop(slot);
    if let Some(rows) = lock(&inner.rows_writer).as_mut() {
        rows.retire(seq)?;
    }
    Ok(Some(seq))
}

/// The state as of a record: the anchor's, or an empty one, with the records up to it folded in.
fn state_at(inner: &Inner, log: &LogReader, seq: u64) -> Result<State, JournalError> {
    let mapping = inner.common.mapping.clone();
    let mut state = match log.anchor()? {
        Some(anchor) => State::restore(mapping, anchor.items).map_err(|error| JournalError::corrupt(&inner.folder.log(), error.to_string()))?,
        None => {
            let epoch = log.record(1)?.map_or(1, |record| record.header.epoch);
            State::new(inner.id, epoch, mapping)
        }
    };
    log.each(state.seq() + 1, |record| {
        if record.header.seq > seq {
            return Ok(false);
        }
        state.begin(record.header.seq, record.header.at);
        for delta in &record.deltas {
            state.fold(delta);
        }
        // Nobody asks what changed: what gathers for rows is let go.
        drop(state.take_changes());
        Ok(true)
    })?;
    Ok(state)
}
