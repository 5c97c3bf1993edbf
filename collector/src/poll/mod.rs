//! Devices that are asked for their counters and gauges, by SNMP.
//!
//! - **does**: asks each target once in its interval, spread over it; walks tables with GETBULK; keeps what a device did answer when it
//!   stops in the middle; says of each target how it is.
//! - **takes**: targets with credentials, a way to ask them, places of their samples, a sink.
//! - **gives**: samples, and the state of every target.
//! - **never knows**: how samples are kept, what a metric means, the configuration file.

mod agent;
mod board;
mod places;
mod post;
mod schedule;
mod target;
mod walk;
mod wire;

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use pedkai_core::ingest::poll::Object;
use pedkai_core::model::{Name, Sample, TenantId};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

pub use agent::{Agent, Agents, Answering, Bound, Trouble};
pub use board::{Board, Status, Sums};
pub use places::{Places, Seat, Seated, Seating, Who};
pub use wire::Wires;

use crate::engine::Clock;
use target::Asked;

/// As whom a device is asked.
#[derive(Clone)]
pub enum Credential {
    /// SNMPv2c.
    Community(String),
    /// SNMPv3.
    User(Arc<User>),
}

/// A v3 user, protocols in the configuration's words.
pub struct User {
    /// Security name.
    pub name: String,
    /// Authentication protocol and password.
    pub auth: Option<(String, String)>,
    /// Privacy protocol and password.
    pub privacy: Option<(String, String)>,
}

/// One device to ask.
#[derive(Clone)]
pub struct Target {
    /// Where.
    pub address: SocketAddr,
    /// Whose its samples are.
    pub tenant: TenantId,
    /// The entity by external id, UUID or name; `None`: the one with this management address.
    pub entity: Option<Name>,
    /// As whom.
    pub credential: Credential,
    /// Once in so long.
    pub interval: Duration,
    /// How long an answer is waited for.
    pub timeout: Duration,
    /// How often a request is sent again.
    pub retries: u32,
    /// Most values asked for in one request.
    pub varbinds: usize,
    /// Most rows of a table.
    pub rows: usize,
    /// IF-MIB is read.
    pub interfaces: bool,
    /// Other objects.
    pub objects: Arc<[Object]>,
}

/// Resolves once samples are kept, or says why they are not.
pub type Keeping<'a> = Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>;

/// Where samples go.
pub trait Sink: Send + Sync + 'static {
    /// Keeps samples of a tenant; waits until they are durable.
    fn keep(&self, tenant: TenantId, samples: Vec<Sample>) -> Keeping<'_>;
}

/// What polling works with.
#[derive(Clone)]
pub struct World {
    /// The way to devices.
    pub agents: Arc<dyn Agents>,
    /// Whose samples are whose.
    pub places: Arc<dyn Places>,
    /// Where samples go.
    pub sink: Arc<dyn Sink>,
    /// The time of samples.
    pub clock: Arc<dyn Clock>,
}

/// Polling that runs.
pub struct Handle {
    board: Arc<Board>,
    stop: watch::Sender<bool>,
    running: JoinHandle<()>,
    post: JoinHandle<()>,
}

/// Starts to ask the targets, at most `concurrency` at the same time. Must be called within a tokio runtime.
#[must_use]
pub fn start(targets: Vec<Target>, concurrency: usize, world: World) -> Handle {
    let board = Arc::new(Board::new(&targets, world.clock.now()));
    let (stop, stopped) = watch::channel(false);
    let (sender, post) = post::start(world.sink.clone(), board.clone());
    let slots = targets.iter().map(schedule::Slot::of).collect();
    let shared = Arc::new(target::Shared {
        world,
        board: board.clone(),
        post: sender,
        started: Instant::now(),
    });
    let asked: Vec<Asked> = targets.into_iter().enumerate().map(|(ix, target)| Asked::new(ix, target)).collect();
    let job = move |mut asked: Asked| {
        let shared = shared.clone();
        async move {
            let rest = asked.poll(&shared).await;
            (asked, rest)
        }
    };
    let running = tokio::spawn(schedule::run(slots, asked, concurrency, job, stopped));
    Handle { board, stop, running, post }
}

impl Handle {
    /// The state of every target.
    #[must_use]
    pub fn board(&self) -> &Arc<Board> {
        &self.board
    }

    /// Stops: polls that are under way are given up, what they already handed in is kept.
    pub async fn stop(self) {
        // An error means that it has ended already.
        let _ = self.stop.send(true);
        for task in [self.running, self.post] {
            if let Err(error) = task.await {
                tracing::error!(%error, "polling failed");
            }
        }
    }
}
