//! What was raised lately.

use pedkai_core::model::{Span, Timestamp};

use super::super::tenant::Tenant;
use crate::journal::JournalError;
use crate::journal::rows::Raised;

impl Tenant {
    /// Looks at every alarm that was raised as new at or after `since`, source's time, also those that are over and left the live list; as far back as
    /// history is kept. `early` is how far ahead of its record a source's time may lie. Neither the writer nor the caller's thread is held up.
    ///
    /// # Errors
    /// A log or rows that cannot be read.
    pub(crate) async fn raised_since<T: Send + 'static>(
        &self,
        since: Timestamp,
        early: Span,
        look: impl FnOnce(Vec<Raised>) -> T + Send + 'static,
    ) -> Result<T, JournalError> {
        self.caught_up().await?;
        self.blocking(move |inner| {
            let log = inner.log()?;
            let first = log.seek(since.minus(early))?;
            // What still stands may be older than the records that are kept.
            let first = if first <= log.first()? { 0 } else { first };
            let mut found = Vec::new();
            inner.rows.raised(first, since, |raised| found.push(raised))?;
            Ok(look(found))
        })
        .await
    }
}
