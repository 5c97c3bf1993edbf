use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::Instant;

use pedkai_core::model::TenantId;
use pedkai_core::pipeline::State;
use pedkai_core::topology::ImpactIndex;
use tokio::sync::watch;

use super::groups;
use super::kpi::Doors;
use super::problem::{Answer, Problem};
use super::seats::Seats;
use super::stream::Select;
use crate::config::Config;
use crate::engine::Engine;
use crate::identity::{AuditEntry, Caller, Identity};
use crate::journal::system_letters::SystemLetters;
use crate::listen;
use crate::poll;
use crate::telemetry::metrics;
use crate::workers::Board;

/// What every handler works with.
#[derive(Clone)]
pub(crate) struct World(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) engine: Engine,
    pub(crate) identity: Arc<Identity>,
    pub(crate) config: Config,
    pub(crate) letters: Arc<SystemLetters>,
    pub(crate) counters: Arc<listen::Counters>,
    /// The listeners, once they run.
    listeners: RwLock<Option<Arc<listen::Handle>>>,
    /// How the jobs of the insight path fare, once they run.
    pub(crate) board: OnceLock<Arc<Board>>,
    /// How the targets of `[poll]` fare, where there are any.
    pub(crate) polled: OnceLock<Arc<poll::Board>>,
    /// What came by the doors of KPI samples.
    pub(crate) kpi: Doors,
    /// The OpenAPI document, as JSON.
    pub(crate) document: OnceLock<String>,
    pub(crate) started: Instant,
    /// True once the collector stops: streams end.
    pub(crate) stopping: watch::Sender<bool>,
    pub(super) seats: Seats,
    /// Boards of groups that are being paged, and what they rest on.
    pub(super) groups: groups::Kept,
    /// What is precomputed of each tenant's topology, as of a shape of it.
    impacts: Mutex<BTreeMap<TenantId, Arc<ImpactIndex>>>,
}

impl std::ops::Deref for World {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl World {
    pub(crate) fn new(engine: Engine, identity: Arc<Identity>, config: Config, letters: Arc<SystemLetters>) -> Self {
        Self(Arc::new(Inner {
            engine,
            identity,
            config,
            letters,
            counters: Arc::default(),
            listeners: RwLock::new(None),
            board: OnceLock::new(),
            polled: OnceLock::new(),
            kpi: Doors::default(),
            document: OnceLock::new(),
            started: Instant::now(),
            stopping: watch::Sender::new(false),
            seats: Seats::default(),
            groups: groups::Kept::default(),
            impacts: Mutex::default(),
        }))
    }

    /// The listeners, while they run.
    pub(crate) fn listeners(&self) -> Option<Arc<listen::Handle>> {
        self.listeners.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts the listeners in, or takes them out.
    pub(crate) fn set_listeners(&self, listeners: Option<Arc<listen::Handle>>) -> Option<Arc<listen::Handle>> {
        std::mem::replace(&mut *self.listeners.write().unwrap_or_else(PoisonError::into_inner), listeners)
    }

    /// A place for one more stream, while it is held.
    pub(super) fn stream(&self, caller: &Caller, select: Select) -> Answer<StreamPlace> {
        let most = self.config.limits.streams as usize;
        let Some((number, open)) = self.seats.take(caller, select, most) else {
            return Err(Problem::unavailable(
                30,
                format!("{most} streams are open already: try again later, or page instead"),
            ));
        };
        metrics().streams(open as u64);
        Ok(StreamPlace(self.clone(), number))
    }

    /// What is precomputed of a tenant's topology; built anew when its shape changed.
    pub(crate) fn impact_index(&self, tenant: TenantId, state: &State) -> Arc<ImpactIndex> {
        let mut impacts = self.impacts.lock().unwrap_or_else(PoisonError::into_inner);
        match impacts.get(&tenant) {
            Some(index) if !index.is_stale(state.topology()) => index.clone(),
            _ => {
                let index = Arc::new(ImpactIndex::build(state.topology()));
                impacts.insert(tenant, index.clone());
                index
            }
        }
    }

    /// Notes a write down in the audit log.
    pub(crate) async fn audit(&self, caller: &Caller, note: Note) -> Answer<()> {
        self.audit_in(caller.tenant, caller, note).await
    }

    /// As [`World::audit`], in the chain of another tenant.
    pub(crate) async fn audit_in(&self, tenant: TenantId, caller: &Caller, note: Note) -> Answer<()> {
        let (actor, address) = (caller.name(), caller.address.to_string());
        self.with_identity(move |identity| {
            identity.audit(&AuditEntry {
                tenant,
                actor: &actor,
                action: note.action,
                resource_type: note.resource_type,
                resource_id: &note.resource_id,
                before: note.before,
                after: note.after,
                address: &address,
            })
        })
        .await
    }

    /// Does work on users and keys, which waits for the disk or hashes passwords, off the threads that answer others.
    pub(crate) async fn with_identity<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Identity) -> Result<T, crate::identity::IdentityError> + Send + 'static,
    ) -> Answer<T> {
        let identity = self.identity.clone();
        match tokio::task::spawn_blocking(move || work(&identity)).await {
            Ok(done) => Ok(done?),
            Err(error) => {
                tracing::error!(%error, "work on users failed");
                Err(Problem::unavailable(1, "the collector could not do that now: try again"))
            }
        }
    }
}

/// What was written, for the audit log.
pub(crate) struct Note {
    pub(crate) action: &'static str,
    pub(crate) resource_type: &'static str,
    pub(crate) resource_id: String,
    pub(crate) before: serde_json::Value,
    pub(crate) after: serde_json::Value,
}

/// A stream's place among those that may be open.
pub(crate) struct StreamPlace(World, u64);

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let left = self.0.seats.give_back(self.1);
        metrics().streams(left as u64);
    }
}
