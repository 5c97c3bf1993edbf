//! What the listeners hand in to, held still to be looked at.

use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use pedkai_collector::engine::{Clock, NotTaken};
use pedkai_collector::listen::{Counters, DeadLetter, DeadLetters, Door, Doors, Durable, Handle, Params, World, start};
use pedkai_core::model::{Event, TenantId, Timestamp};
use uuid::Uuid;

pub(crate) const TENANT: TenantId = TenantId(Uuid::from_u128(1));
pub(crate) const OTHER: TenantId = TenantId(Uuid::from_u128(2));

/// Stands for one tenant's engine: takes events, or refuses them, or lets them wait for the log.
#[derive(Default)]
pub(crate) struct Sink {
    pub(crate) events: Mutex<Vec<Event>>,
    pub(crate) full: AtomicBool,
    pub(crate) unwritten: AtomicBool,
    pub(crate) refused: AtomicUsize,
}

impl Sink {
    fn take(&self, events: Vec<Event>) -> Result<(), Vec<Event>> {
        if self.full.load(Ordering::SeqCst) {
            self.refused.fetch_add(events.len(), Ordering::SeqCst);
            return Err(events);
        }
        self.events.lock().unwrap().extend(events);
        Ok(())
    }
}

impl Door for Sink {
    fn events(&self, events: Vec<Event>) -> Durable<'_> {
        Box::pin(async move {
            while self.unwritten.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            self.take(events).map_err(|_| NotTaken::Full(1))
        })
    }

    fn offer(&self, events: Vec<Event>) -> Result<(), Vec<Event>> {
        self.take(events)
    }
}

#[derive(Default)]
pub(crate) struct Collected {
    pub(crate) tenant: Arc<Sink>,
    pub(crate) other: Arc<Sink>,
    pub(crate) letters: Mutex<Vec<DeadLetter>>,
}

struct Sinks(Arc<Collected>);

impl Doors for Sinks {
    fn door(&self, tenant: TenantId) -> Option<Arc<dyn Door>> {
        match tenant {
            TENANT => Some(self.0.tenant.clone()),
            OTHER => Some(self.0.other.clone()),
            _ => None,
        }
    }
}

struct Letters(Arc<Collected>);

impl DeadLetters for Letters {
    fn put(&self, letter: DeadLetter) {
        self.0.letters.lock().unwrap().push(letter);
    }
}

struct Wall;

impl Clock for Wall {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros() as i64)
    }
}

/// Listeners on free ports of this machine, and what they heard.
pub(crate) struct Heard {
    pub(crate) handle: Handle,
    pub(crate) collected: Arc<Collected>,
    pub(crate) counters: Arc<Counters>,
}

pub(crate) fn listening(params: &Params) -> Heard {
    let (world, collected) = world();
    Heard {
        counters: world.counters.clone(),
        handle: start(params, world).unwrap(),
        collected,
    }
}

/// Why listeners do not start.
pub(crate) fn start_error(params: &Params) -> String {
    start(params, world().0).err().unwrap().to_string()
}

fn world() -> (World, Arc<Collected>) {
    let collected = Arc::new(Collected::default());
    let world = World {
        doors: Arc::new(Sinks(collected.clone())),
        letters: Arc::new(Letters(collected.clone())),
        counters: Arc::new(Counters::default()),
        clock: Arc::new(Wall),
    };
    (world, collected)
}

impl Heard {
    /// Waits until `n` events have been heard, and gives all of them.
    pub(crate) async fn events(&self, n: usize) -> Vec<Event> {
        eventually(|| self.collected.tenant.events.lock().unwrap().len() >= n).await;
        self.collected.tenant.events.lock().unwrap().clone()
    }

    /// Waits until `n` letters have been kept, and gives all of them.
    pub(crate) async fn letters(&self, n: usize) -> Vec<DeadLetter> {
        eventually(|| self.collected.letters.lock().unwrap().len() >= n).await;
        self.collected.letters.lock().unwrap().clone()
    }
}

/// Waits until `what` holds, for at most ten seconds.
pub(crate) async fn eventually(what: impl Fn() -> bool) {
    let begun = Instant::now();
    while !what() {
        assert!(begun.elapsed() < Duration::from_secs(10), "it did not come to hold within 10 s");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Runs a sender's command beside the runtime; `None` when it is not installed and nothing demands that it is.
pub(crate) async fn command(mut command: Command) -> Option<Output> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap();
    match output {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && std::env::var_os("PEDKAI_REAL_SENDERS").is_none() => {
            eprintln!("{name} is not installed: not tried");
            None
        }
        Err(error) => panic!("{name}: {error}"),
    }
}
