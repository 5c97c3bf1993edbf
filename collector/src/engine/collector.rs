use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pedkai_core::ingest::Mapping;
use pedkai_core::model::TenantId;
use uuid::Uuid;

use super::clock::Clock;
use super::tenant::{Inner, Tenant, lock};
use super::timer::{self, Timer};
use super::writer;
use crate::journal::log::{Log, LogReader};
use crate::journal::{DataFolder, JournalError, TenantInfo};

/// Bounds of each tenant.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Events that may wait to be decided.
    pub queue_events: usize,
    /// Events in one record.
    pub record_events: usize,
    /// Events whose senders expect no answer wait this long for more, so that one sync serves many.
    pub gather: Duration,
    /// Rows are written at most this often …
    pub flush_least: Duration,
    /// … and at least this often under load.
    pub flush_most: Duration,
    /// Live batches that a slow subscriber may be behind.
    pub feed_batches: usize,
    /// A tenant that nobody used for so long may be closed.
    pub rest_after: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            queue_events: 10_000,
            record_events: 16_384,
            gather: Duration::from_millis(40),
            flush_least: Duration::from_millis(20),
            flush_most: Duration::from_millis(1_200),
            feed_batches: 16,
            rest_after: Duration::from_secs(600),
        }
    }
}

/// What all tenants share.
pub(super) struct Common {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) limits: Limits,
    pub(super) runtime: tokio::runtime::Handle,
    pub(super) mapping: Arc<Mapping>,
    pub(super) timer: Arc<Timer>,
    /// Held as long as anything may still write.
    pub(super) folder: DataFolder,
}

/// Every tenant of one data folder.
#[derive(Clone)]
pub struct Engine {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) common: Arc<Common>,
    tenants: Mutex<BTreeMap<TenantId, (TenantInfo, Tenant)>>,
    timer: tokio::task::JoinHandle<()>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.timer.abort();
    }
}

impl Engine {
    /// Takes hold of a data folder, makes the tenant `default` where there is no tenant, and begins to open tenants in the background.
    /// Call it inside a tokio runtime.
    ///
    /// # Errors
    /// The folder is in use, of a newer version, or not usable.
    pub fn open(data: &Path, clock: Arc<dyn Clock>, limits: Limits) -> Result<Self, JournalError> {
        let folder = DataFolder::open(data)?;
        let runtime = tokio::runtime::Handle::try_current().map_err(|error| JournalError::Unusable {
            file: data.to_owned(),
            problem: error.to_string(),
        })?;
        let timer = Arc::new(Timer::default());
        let task = runtime.spawn(timer::run(timer.clone(), clock.clone()));
        let mapping = Mapping::with_builtin(&[]).unwrap_or_else(|problems| {
            for problem in problems {
                tracing::error!(%problem, "a mapping that comes with this build cannot be used");
            }
            Mapping::default()
        });
        let engine = Self {
            shared: Arc::new(Shared {
                common: Arc::new(Common {
                    clock,
                    limits,
                    runtime,
                    mapping: Arc::new(mapping),
                    timer,
                    folder,
                }),
                tenants: Mutex::default(),
                timer: task,
            }),
        };
        for info in engine.shared.common.folder.tenants()? {
            engine.add(info);
        }
        if engine.tenants().is_empty() {
            engine.create("default")?;
        }
        for tenant in engine.doors() {
            // Reads the state and sets its deadlines.
            tenant.inner.wake(|queue| queue.clock = true);
        }
        Ok(engine)
    }

    fn add(&self, info: TenantInfo) -> Tenant {
        let common = self.shared.common.clone();
        let tenant = Tenant {
            inner: Arc::new(Inner::new(info.id, common.folder.tenant(info.id), common.clone())),
        };
        lock(&self.shared.tenants).insert(info.id, (info, tenant.clone()));
        tenant
    }

    /// Makes a tenant.
    ///
    /// # Errors
    /// A name that is empty, too long or taken, or a disk that refuses.
    pub fn create(&self, name: &str) -> Result<Tenant, JournalError> {
        let info = TenantInfo {
            id: TenantId(Uuid::new_v4()),
            name: name.trim().to_owned(),
            created_at: self.shared.common.clock.now(),
        };
        self.shared.common.folder.create_tenant(&info)?;
        Ok(self.add(info))
    }

    /// Takes a tenant in that another collector gave out: its id and name, and a copy of its log. What comes from now on is another life
    /// of it. The copy is checked, and left where it is. Blocks on the disk.
    ///
    /// # Errors
    /// An id or name that is here already, a log whose chain does not hold, or a disk that refuses.
    pub fn adopt(&self, info: TenantInfo, log: &Path) -> Result<Tenant, JournalError> {
        let known = |other: &TenantInfo| other.id == info.id || other.name == info.name;
        if self.tenants().iter().any(known) {
            return Err(JournalError::BadRequest(format!(
                "a tenant named '{}', or one with its id {}, is here already",
                info.name, info.id
            )));
        }
        LogReader::open(log)?.verify()?;
        let folder = self.shared.common.folder.tenant(info.id);
        let io = |error: std::io::Error| JournalError::io(folder.path(), &error);
        std::fs::create_dir_all(folder.path()).map_err(io)?;
        std::fs::copy(log, folder.log()).map_err(io)?;
        if let Some(samples) = log.parent().map(|parent| parent.join("kpi")).filter(|samples| samples.is_dir()) {
            std::fs::create_dir_all(folder.kpi()).map_err(io)?;
            for entry in std::fs::read_dir(samples).map_err(io)? {
                let entry = entry.map_err(io)?;
                std::fs::copy(entry.path(), folder.kpi().join(entry.file_name())).map_err(io)?;
            }
        }
        Log::open(&folder.log())?.next_epoch()?;
        // Only with its name in place does the folder count as a tenant.
        self.shared.common.folder.create_tenant(&info)?;
        let tenant = self.add(info);
        tenant.inner.wake(|queue| queue.clock = true);
        Ok(tenant)
    }

    /// Every tenant, by name.
    #[must_use]
    pub fn tenants(&self) -> Vec<TenantInfo> {
        let mut all: Vec<TenantInfo> = lock(&self.shared.tenants).values().map(|(info, _)| info.clone()).collect();
        all.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        all
    }

    /// The door to a tenant.
    #[must_use]
    pub fn tenant(&self, id: TenantId) -> Option<Tenant> {
        lock(&self.shared.tenants).get(&id).map(|(_, tenant)| tenant.clone())
    }

    /// The door to the tenant that a word names: its name or id.
    #[must_use]
    pub fn find(&self, word: &str) -> Option<Tenant> {
        let id = Uuid::parse_str(word).ok().map(TenantId);
        lock(&self.shared.tenants)
            .values()
            .find(|(info, _)| info.name == word || Some(info.id) == id)
            .map(|(_, tenant)| tenant.clone())
    }

    pub(super) fn doors(&self) -> Vec<Tenant> {
        lock(&self.shared.tenants).values().map(|(_, tenant)| tenant.clone()).collect()
    }

    /// The data folder.
    #[must_use]
    pub fn folder(&self) -> &DataFolder {
        &self.shared.common.folder
    }

    /// The clock that all tenants go by.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.shared.common.clock
    }

    /// Looks for deadlines at once: for whoever has set a clock of their own.
    pub fn look_at_clock(&self) {
        self.shared.common.timer.look();
    }

    /// What keeps a tenant's log or rows from being written: (tenant's name, what to do).
    #[must_use]
    pub fn troubles(&self) -> Vec<(String, String)> {
        lock(&self.shared.tenants)
            .values()
            .filter_map(|(info, tenant)| Some((info.name.clone(), tenant.trouble()?)))
            .collect()
    }

    /// Takes nothing more, decides what waits, writes the rows and empties the write-ahead files. What was answered is kept whether or not
    /// this is called.
    ///
    /// # Errors
    /// The first thing that could not be written; the rest was.
    pub async fn stop(&self) -> Result<(), JournalError> {
        let mut outcome = Ok(());
        for tenant in self.doors() {
            lock(&tenant.inner.queue).stopping = true;
            let was_open = tenant.inner.opened.load(std::sync::atomic::Ordering::Acquire);
            let stopped = async {
                if was_open || tenant.stats().queued_events > 0 {
                    tenant.drained().await;
                    tenant.caught_up().await?;
                    tenant.blocking(writer::close).await?;
                }
                tenant.ask_kpi(|samples| samples.rest().map(drop)).await?;
                Ok(())
            };
            outcome = outcome.and(stopped.await);
        }
        outcome
    }
}
