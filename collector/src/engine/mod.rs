//! The one owner of a tenant's state.
//!
//! - **does**: takes inputs from a bounded queue, decides, folds, appends one record a group commit, answers the senders once it is
//!   durable, wakes for deadlines, hands changed rows to the journal.
//! - **takes**: inputs from listeners and handlers.
//! - **gives**: answers after the commit, and the feed of changed rows.
//! - **never knows**: protocols, HTTP, or what a delta means.

use std::sync::Arc;

use pedkai_core::model::{Event, TenantId, Timestamp};
use pedkai_core::pipeline::{Answer, Input};

/// The wall clock, or a test's.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Why an input was not taken. Nothing of it is on the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// The queue is full: try again after this many seconds.
    #[error("the queue of this tenant is full: try again in {0} s")]
    Full(u32),
    /// The log cannot be written (disk full, file damaged); the message says what to do.
    #[error("the log cannot be written: {0}")]
    Log(String),
    /// The collector is stopping.
    #[error("the collector is shutting down")]
    Stopping,
}

/// What senders of inputs hold: a door to one tenant.
#[derive(Clone)]
pub struct Tenant {
    inner: Arc<Inner>,
}

struct Inner {
    id: TenantId,
}

impl Tenant {
    /// Whose door this is.
    #[must_use]
    pub fn id(&self) -> TenantId {
        self.inner.id
    }

    /// Hands in events as one piece and waits until they are durable: one answer an event, in their order, and the sequence of the
    /// record that holds them.
    ///
    /// # Errors
    /// When not one of them was taken.
    pub async fn events(&self, _events: Vec<Event>) -> Result<(u64, Vec<Answer>), NotTaken> {
        Err(NotTaken::Stopping)
    }

    /// Hands in events without waiting (traps and UDP syslog, whose senders expect no answer).
    ///
    /// # Errors
    /// The events, when the queue is full: the caller counts them as dropped.
    pub fn offer(&self, events: Vec<Event>) -> Result<(), Vec<Event>> {
        Err(events)
    }

    /// Hands in anything else past the event queue (commands, patches, documents) and waits until it is durable.
    ///
    /// # Errors
    /// When it was not taken.
    pub async fn input(&self, _input: Input) -> Result<(u64, Answer), NotTaken> {
        Err(NotTaken::Stopping)
    }
}
