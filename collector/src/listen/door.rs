//! What a listener sees of a tenant.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use pedkai_core::model::{Event, TenantId};

use crate::engine::{Engine, NotTaken, Tenant};

/// Resolves once the events handed in are durable, or says why they were not taken.
pub type Durable<'a> = Pin<Box<dyn Future<Output = Result<(), NotTaken>> + Send + 'a>>;

/// A door to one tenant.
pub trait Door: Send + Sync + 'static {
    /// Hands in events and waits until they are on the log. `NotTaken` means that not one of them is.
    fn events(&self, events: Vec<Event>) -> Durable<'_>;

    /// Hands in events without waiting.
    ///
    /// # Errors
    /// The events that found no room: the caller counts them as dropped.
    fn offer(&self, events: Vec<Event>) -> Result<(), Vec<Event>>;
}

/// Finds the door of a tenant.
pub trait Doors: Send + Sync + 'static {
    /// The tenant's door; `None` for a tenant that does not exist (any more).
    fn door(&self, tenant: TenantId) -> Option<Arc<dyn Door>>;
}

impl Door for Tenant {
    fn events(&self, events: Vec<Event>) -> Durable<'_> {
        Box::pin(async move { Tenant::events(self, events).await.map(|_| ()) })
    }

    fn offer(&self, events: Vec<Event>) -> Result<(), Vec<Event>> {
        Tenant::offer(self, events)
    }
}

impl Doors for Engine {
    fn door(&self, tenant: TenantId) -> Option<Arc<dyn Door>> {
        let tenant = self.tenant(tenant)?;
        Some(Arc::new(tenant))
    }
}
