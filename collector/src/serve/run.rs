use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use pedkai_core::model::Span;
use pedkai_core::wire::Ready;
use tokio::task::JoinHandle;

use super::ears;
use super::polls;
use super::router::router;
use super::world::World;
use crate::config::{Config, DEFAULT_TENANT, create_private, write_private};
use crate::engine::{Clock, Engine, Limits, WallClock};
use crate::identity::{Identity, IdentityError, Secret};
use crate::journal::JournalError;
use crate::journal::system_letters::SystemLetters;
use crate::listen;
use crate::poll;
use crate::workers::{self, Workers};

/// What a collector is started with.
pub struct Options {
    /// Folder that holds everything.
    pub data: PathBuf,
    /// Configuration.
    pub config: Config,
    /// Token that stands for the person at this machine, while this collector runs.
    pub seat: Option<Secret>,
    /// The time; the machine's clock unless a test says otherwise.
    pub clock: Option<Arc<dyn Clock>>,
}

/// Why a collector does not start; each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Users and keys.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// A listener.
    #[error(transparent)]
    Listen(#[from] listen::StartError),
    /// The API's address.
    #[error("cannot listen for the API on {address}: {error}. Choose another address with --api, or stop what uses it")]
    Api {
        /// Where.
        address: SocketAddr,
        /// The system's word.
        error: std::io::Error,
    },
    /// Something in the configuration.
    #[error("{0}")]
    Config(String),
    /// A file or folder.
    #[error("{}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// The system's word.
        error: std::io::Error,
    },
}

/// How long open requests may take when the collector stops.
const GRACE: Duration = Duration::from_secs(10);
/// How often tenants that nobody uses are looked for.
const UPKEEP: Duration = Duration::from_secs(60);
/// Every so many rounds of that old records go, of tenants that are in use; of all others much more seldom.
const RETIRE: u64 = 60;
const RETIRE_ALL: u64 = 24 * RETIRE;

/// A running collector.
pub struct Handle {
    /// Where the API is.
    pub api: SocketAddr,
    world: World,
    server: JoinHandle<std::io::Result<()>>,
    upkeep: JoinHandle<()>,
    workers: Workers,
    polling: Option<poll::Handle>,
    run_file: PathBuf,
}

/// Starts a collector: data folder, users, listeners, API, in that order. Call it inside a multi-threaded tokio runtime.
///
/// # Errors
/// What keeps it from starting, with what to do; nothing runs then.
pub async fn run(options: Options) -> Result<Handle, StartError> {
    let Options { data, config, seat, clock } = options;
    let clock = clock.unwrap_or_else(|| Arc::new(WallClock));
    create_private(&data).map_err(|error| StartError::File { path: data.clone(), error })?;
    let limits = Limits {
        queue_events: config.limits.queue as usize,
        ..Limits::default()
    };
    let engine = Engine::open(&data, clock.clone(), limits)?;
    for name in std::iter::once(DEFAULT_TENANT).chain(config.tenants.create.iter().map(String::as_str)) {
        if engine.find(name).is_none() {
            engine.create(name)?;
        }
    }
    let identity = Arc::new(Identity::open(&data, &config, clock.clone(), seat)?);
    let letters = Arc::new(SystemLetters::open(&data.join("system.db"))?);
    let world = World::new(engine, identity, config, letters);
    for info in world.engine.tenants() {
        if let Some(tenant) = world.engine.tenant(info.id)
            && let Err(error) = tenant.open().await
        {
            tracing::error!(tenant = %info.name, %error, "a tenant cannot be opened; the others are served");
        }
    }
    let listener = tokio::net::TcpListener::bind(world.config.api.listen).await.map_err(|error| StartError::Api {
        address: world.config.api.listen,
        error,
    })?;
    let api = listener.local_addr().map_err(|error| StartError::Api {
        address: world.config.api.listen,
        error,
    })?;
    if !api.ip().is_loopback() {
        tracing::warn!(%api, "the API speaks plain HTTP beyond this machine: put a proxy that speaks TLS in front of it");
    }
    let params = ears::params(&world.config, &world.engine, &data)?;
    let hears = listen::World {
        doors: Arc::new(world.engine.clone()),
        letters: Arc::new(ears::post(world.letters.clone(), world.counters.clone())?),
        counters: world.counters.clone(),
        clock: clock.clone(),
    };
    let listeners = listen::start(&params, hears)?;
    world.set_listeners(Some(Arc::new(listeners)));
    let polling = polls::start(&world.config, &world.engine, clock).await?;
    if let Some(polling) = &polling {
        // Set once: this is the only place.
        let _ = world.polled.set(polling.board().clone());
    }
    let run_file = write_run_file(&data, &world, api)?;
    let mut stopping = world.stopping.subscribe();
    let app = router(world.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let server = tokio::spawn(async move {
        axum::serve(listener, app)
            .with_graceful_shutdown(async move {
                // An error says that the collector is gone, which is a stop too.
                let _ = stopping.wait_for(|stopping| *stopping).await;
            })
            .await
    });
    let upkeep = tokio::spawn(upkeep(world.clone()));
    let workers = Workers::start(&world.engine, workers::all(world.engine.clock()));
    // Set once: this is the only place.
    let _ = world.board.set(workers.board());
    Ok(Handle {
        api,
        world,
        server,
        upkeep,
        workers,
        polling,
        run_file,
    })
}

/// The file by which the command line finds a running collector; only the owner of the data folder may read it.
fn write_run_file(data: &Path, world: &World, api: SocketAddr) -> Result<PathBuf, StartError> {
    let path = data.join("collector.run");
    let content = serde_json::json!({
        "api": format!("http://{}", reachable(api)),
        "token": world.identity.local_token().reveal(),
        "pid": std::process::id(),
        "version": env!("CARGO_PKG_VERSION"),
    });
    write_private(&path, content.to_string().as_bytes()).map_err(|error| StartError::File { path: path.clone(), error })?;
    Ok(path)
}

/// The address at which this machine reaches a socket that listens everywhere.
fn reachable(address: SocketAddr) -> SocketAddr {
    let mut address = address;
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

/// What is done now and then: tenants that nobody uses are closed, old records retired.
async fn upkeep(world: World) {
    for round in 1_u64.. {
        tokio::time::sleep(UPKEEP).await;
        if let Err(error) = world.engine.rest().await {
            tracing::error!(%error, "a tenant that nobody uses could not be closed; it will be tried again");
        }
        if round.is_multiple_of(RETIRE) {
            retire(&world, round.is_multiple_of(RETIRE_ALL)).await;
        }
    }
}

/// Days of KPI samples that are tidied in a round.
const TIDIED: usize = 8;

/// Old KPI samples go, what came in is sorted into its days.
async fn retire_samples(world: &World, all: bool) {
    let days = i64::from(world.config.retention.kpi_days);
    let before = world.engine.clock().now().minus(Span::seconds(days * 86_400));
    for info in world.engine.tenants() {
        let Some(tenant) = world.engine.tenant(info.id).filter(|tenant| all || tenant.kpi().is_open()) else {
            continue;
        };
        let kept = tenant.kpi().clone();
        let done = tokio::task::spawn_blocking(move || kept.retire(before).and_then(|_| kept.tidy(TIDIED))).await;
        match done {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(tenant = %info.name, %error, "old KPI samples could not be retired"),
            Err(error) => tracing::error!(tenant = %info.name, %error, "retiring KPI samples fell over"),
        }
    }
}

async fn retire(world: &World, all: bool) {
    retire_samples(world, all).await;
    let days = i64::from(world.config.retention.log_days);
    let before = world.engine.clock().now().minus(Span::seconds(days * 86_400));
    for info in world.engine.tenants() {
        if let Some(tenant) = world.engine.tenant(info.id).filter(|tenant| all || tenant.is_open())
            && let Err(error) = tenant.retire(before).await
        {
            tracing::error!(tenant = %info.name, %error, "old records could not be retired");
        }
    }
    loop {
        match world.with_identity(|identity| identity.audit_retire()).await {
            Ok(0) => break,
            Ok(_) => {}
            Err(problem) => {
                tracing::error!(?problem, "audit entries could not be retired");
                break;
            }
        }
    }
}

impl Handle {
    /// What is said on stdout once it is ready.
    #[must_use]
    pub fn ready(&self) -> Ready {
        let listeners = self.world.listeners();
        let listeners = listeners.as_deref();
        let url = |scheme: &str, address: Option<SocketAddr>| address.map(|address| format!("{scheme}://{address}"));
        Ready {
            ready: true,
            api: format!("http://{}", self.api),
            snmp: url("udp", listeners.and_then(|ears| ears.snmp)),
            syslog_udp: url("udp", listeners.and_then(|ears| ears.syslog_udp)),
            syslog_tcp: url("tcp", listeners.and_then(|ears| ears.syslog_tcp)),
            syslog_tls: url("tls", listeners.and_then(|ears| ears.syslog_tls)),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// The engine behind it.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.world.engine
    }

    /// Users and keys.
    #[must_use]
    pub fn identity(&self) -> &Arc<Identity> {
        &self.world.identity
    }

    /// Stops in order: streams end, open requests are answered, listeners hand in what they have, the engine writes everything. What was
    /// answered is kept whether or not this is called.
    ///
    /// # Errors
    /// What could not be written.
    pub async fn stop(self) -> Result<(), JournalError> {
        self.world.stopping.send_replace(true);
        self.upkeep.abort();
        self.workers.stop().await;
        if let Some(polling) = self.polling {
            polling.stop().await;
        }
        let mut server = self.server;
        if tokio::time::timeout(GRACE, &mut server).await.is_err() {
            tracing::warn!("requests are still open: not waited for any longer");
            server.abort();
        }
        if let Some(listeners) = self.world.set_listeners(None) {
            // Requests are answered by now, so that nobody else holds them.
            match Arc::try_unwrap(listeners) {
                Ok(listeners) => listeners.stop().await,
                Err(_) => tracing::warn!("the listeners are still in use: not waited for"),
            }
        }
        let outcome = self.world.engine.stop().await;
        if let Err(error) = std::fs::remove_file(&self.run_file) {
            tracing::debug!(%error, "the run file was gone already");
        }
        outcome
    }
}
