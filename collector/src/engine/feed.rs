//! Live changes, and a follower that pages until it is there and pages again when it was too slow.

use std::sync::Arc;

use pedkai_core::model::Timestamp;
use pedkai_core::pipeline::RowChange;
use tokio::sync::broadcast;

use super::tenant::{Inner, Tenant};
use crate::journal::JournalError;
use crate::journal::rows::{Batch, Cursor, Page};

/// Rows that changed in the newest records, as soon as these are durable.
#[derive(Debug)]
pub struct Live {
    from: u64,
    batch: Arc<Batch>,
    cursor: String,
}

impl Live {
    pub(super) fn new(from: u64, batch: Arc<Batch>) -> Self {
        Self {
            from,
            cursor: Cursor::whole(batch.life, batch.changes.seq).encode(),
            batch,
        }
    }

    /// The rows; one that is not `live` goes out as a deletion.
    #[must_use]
    pub fn rows(&self) -> &[RowChange] {
        &self.batch.changes.rows
    }

    /// The cursor after them.
    #[must_use]
    pub fn cursor(&self) -> &str {
        &self.cursor
    }

    /// Newest record in it.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.batch.changes.seq
    }

    /// Log's time of that record.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.batch.changes.at
    }
}

/// What a follower gets next.
#[derive(Clone, Debug)]
pub enum Lines {
    /// A page: it is not there yet, or fell behind.
    Page(Page),
    /// What changed just now; shared by all followers, so that it can be encoded once.
    Live(Arc<Live>),
}

/// Follows one tenant's feed from a cursor on, without a gap.
pub struct Follow {
    tenant: Tenant,
    cursor: Option<String>,
    reached: Option<u64>,
    live: broadcast::Receiver<Arc<Live>>,
}

/// Rows on one page of a follower.
const PAGE: usize = 4_000;

impl Tenant {
    /// One page of the feed after a cursor; `None` or an empty one begins with a snapshot. The last page there is holds everything that was
    /// committed before the call; for those before it nothing has to be written first.
    ///
    /// # Errors
    /// [`JournalError::Gone`] for a cursor that cannot be continued; rows that cannot be read.
    pub async fn changes(&self, cursor: Option<String>, limit: usize) -> Result<Page, JournalError> {
        self.ready().await?;
        let committed = self.committed();
        let asked = cursor.clone();
        let page = self.blocking(move |inner| page(inner, asked.as_deref(), limit)).await?;
        if page.more || Cursor::decode(&page.head)?.seq >= committed {
            return Ok(page);
        }
        self.caught_up().await?;
        self.blocking(move |inner| self::page(inner, cursor.as_deref(), limit)).await
    }

    /// Live changes from now on; a subscriber that is too slow is told so (`Lagged`) and pages with [`Tenant::changes`].
    #[must_use]
    pub fn feed(&self) -> broadcast::Receiver<Arc<Live>> {
        self.inner.feed.subscribe()
    }

    /// Follows the feed from a cursor on: pages until it is there, then live; pages again when it was too slow.
    #[must_use]
    pub fn follow(&self, cursor: Option<String>) -> Follow {
        Follow {
            tenant: self.clone(),
            cursor: cursor.filter(|cursor| !cursor.is_empty()),
            reached: None,
            live: self.feed(),
        }
    }
}

fn page(inner: &Inner, cursor: Option<&str>, limit: usize) -> Result<Page, JournalError> {
    let newest = inner.committed.load(std::sync::atomic::Ordering::Acquire);
    inner.rows.changes(cursor, limit, newest)
}

impl Follow {
    /// The next lines; waits for something to change once it is there. Safe to drop while it waits.
    ///
    /// # Errors
    /// [`JournalError::Gone`] for a cursor that cannot be continued, also when the tenant is closed; rows that cannot be read.
    pub async fn next(&mut self) -> Result<Lines, JournalError> {
        loop {
            let Some(reached) = self.reached else {
                let page = self.tenant.changes(self.cursor.clone(), PAGE).await?;
                self.cursor = Some(page.cursor.clone());
                if !page.more {
                    self.reached = Some(Cursor::decode(&page.cursor)?.seq);
                }
                if page.changes.is_empty() && !page.more {
                    continue;
                }
                return Ok(Lines::Page(page));
            };
            match self.live.recv().await {
                Ok(live) if live.seq() <= reached => {}
                Ok(live) if live.from <= reached => {
                    self.reached = Some(live.seq());
                    self.cursor = Some(live.cursor.clone());
                    return Ok(Lines::Live(live));
                }
                // Something between the page and this is missing: it is in the rows.
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => self.reached = None,
                Err(broadcast::error::RecvError::Closed) => return Err(JournalError::Gone),
            }
        }
    }

    /// The cursor after what was given so far.
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}
