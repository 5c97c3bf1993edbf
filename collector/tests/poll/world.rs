//! What polling works with, held still to be looked at.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pedkai_collector::engine::Clock;
use pedkai_collector::poll::{Agent, Agents, Credential, Handle, Keeping, Places, Seat, Seated, Seating, Sink, Status, Target, Trouble, Who, World, start};
use pedkai_core::ingest::poll::{Port, Seats};
use pedkai_core::model::{EntityId, Sample, TenantId, Timestamp};
use tokio::time::Instant;
use uuid::Uuid;

use crate::device::Device;

pub(crate) const TENANT: TenantId = TenantId(Uuid::from_u128(1));
pub(crate) const ROUTER: EntityId = EntityId(Uuid::from_u128(10));
pub(crate) const PORT: EntityId = EntityId(Uuid::from_u128(11));

/// A wall clock that goes with tokio's.
pub(crate) struct Wall(pub(crate) Instant);

impl Clock for Wall {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_800_000_000_000_000 + self.0.elapsed().as_micros() as i64)
    }
}

#[derive(Default)]
pub(crate) struct Devices(pub(crate) BTreeMap<SocketAddr, Arc<Device>>);

impl Agents for Devices {
    fn agent(&self, target: &Target) -> Result<Arc<dyn Agent>, Trouble> {
        let device = self.0.get(&target.address).ok_or_else(|| Trouble::Network("no such device".to_owned()))?;
        Ok(device.clone())
    }
}

/// Everything is [`ROUTER`]'s, but what the interface of index 2 counts is [`PORT`]'s; `nobody` knows where it belongs.
#[derive(Default)]
pub(crate) struct Inventory {
    pub(crate) nobody: AtomicBool,
}

impl Places for Inventory {
    fn seat(&self, who: Who, ports: Vec<Port>, known: Option<u64>) -> Seating<'_> {
        let seat = if self.nobody.load(Ordering::SeqCst) {
            Seat::Nowhere(format!("no entity has the address {}", who.address))
        } else if known == Some(1) {
            Seat::Same
        } else {
            let interfaces = ports.iter().filter(|port| port.index == 2).map(|port| (port.index, PORT)).collect();
            Seat::At(Seated {
                seats: Seats { device: ROUTER, interfaces },
                name: "router".into(),
                placed: true,
                version: 1,
            })
        };
        Box::pin(async move { Ok(seat) })
    }
}

#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) samples: Mutex<Vec<Sample>>,
    pub(crate) refuses: AtomicBool,
}

impl Sink for Kept {
    fn keep(&self, tenant: TenantId, samples: Vec<Sample>) -> Keeping<'_> {
        assert_eq!(tenant, TENANT);
        let refuses = self.refuses.load(Ordering::SeqCst);
        if !refuses {
            self.samples.lock().unwrap().extend(samples);
        }
        Box::pin(async move { if refuses { Err("no room".to_owned()) } else { Ok(()) } })
    }
}

/// Polling that runs, and what comes of it.
pub(crate) struct Polling {
    pub(crate) handle: Handle,
    pub(crate) kept: Arc<Kept>,
    pub(crate) inventory: Arc<Inventory>,
    pub(crate) clock: Arc<Wall>,
}

pub(crate) fn polling(agents: Arc<dyn Agents>, targets: Vec<Target>, concurrency: usize) -> Polling {
    let (kept, inventory, clock) = (Arc::new(Kept::default()), Arc::new(Inventory::default()), Arc::new(Wall(Instant::now())));
    let world = World {
        agents,
        places: inventory.clone(),
        sink: kept.clone(),
        clock: clock.clone(),
    };
    Polling {
        handle: start(targets, concurrency, world),
        kept,
        inventory,
        clock,
    }
}

impl Polling {
    pub(crate) fn status(&self) -> Status {
        self.handle.board().of(TENANT)[0].clone()
    }

    pub(crate) fn stale(&self) -> bool {
        self.status().stale(self.clock.now())
    }

    /// Values of a metric, in the order in which they were kept.
    pub(crate) fn values(&self, entity: EntityId, metric: &str) -> Vec<f64> {
        let samples = self.kept.samples.lock().unwrap();
        samples
            .iter()
            .filter(|sample| sample.entity == entity && sample.metric == metric)
            .map(|sample| sample.value)
            .collect()
    }

    /// Waits until `what` holds, for at most twenty seconds of the clock on the wall.
    pub(crate) async fn until(&self, what: impl Fn(&Self) -> bool) {
        let begun = std::time::Instant::now();
        while !what(self) {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "it did not come to hold within 20 s: {:?}",
                self.status()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

pub(crate) fn target(address: SocketAddr, interval: Duration) -> Target {
    Target {
        address,
        tenant: TENANT,
        entity: None,
        credential: Credential::Community("public".to_owned()),
        interval,
        timeout: Duration::from_secs(1),
        retries: 1,
        varbinds: 50,
        rows: 10_000,
        interfaces: true,
        objects: Arc::new([]),
    }
}
