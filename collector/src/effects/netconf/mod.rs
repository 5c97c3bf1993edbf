//! Devices that are changed by NETCONF over SSH (RFC 6241, RFC 6242), so that each change can be taken back.
//!
//! - **does**: opens sessions with devices whose host key is known; previews, makes, confirms and takes back changes with confirmed
//!   commits of the device's own; reads running back after each; turns profiles (data) and typed values into edits.
//! - **takes**: addresses and logins, changes, profiles, a gate asked before each write, a place for the audit, a clock.
//! - **gives**: what a change would do as the device says it, pending changes with how they are taken back, typed errors, capabilities.
//! - **never knows**: change requests, approvals, policy, topology, the log.
//!
//! The session is our own on `russh`, not a NETCONF crate: what there is takes an answer with nothing in it for a success, repairs broken
//! XML by guessing, keeps only the first error of several, searches the whole answer again with each packet, refuses chunks above a size
//! that the RFC allows, and knows no `persist`. Here each of these decides whether a change is believed to be made.

mod apply;
mod config;
mod device;
mod error;
mod framing;
mod hello;
mod limits;
mod operations;
pub mod profile;
mod reply;
mod session;
mod ssh;
mod tell;
mod undo;
mod xml;

use std::any::Any;
use std::sync::Arc;

pub use config::{Config, Fragment, difference, way_back};
pub use device::{Approved, Change, Device, Edit, Failure, Left, Outcome, Pending, Preview, Report, Session, Standing, Step, Validation, Watch};
pub use error::Error;
pub use hello::{Capabilities, Protection};
pub use limits::{Limits, Timeouts};
pub use operations::{DefaultOperation, ErrorOption};
pub use reply::{ErrorTag, ErrorType, RpcError};
pub use session::{Doing, Stream};
pub use ssh::{Address, HostKey, Login};
pub use xml::{Attribute, BASE, Element, Node};

use crate::engine::Clock;
use apply::Work;
use session::Wire;
use tell::Teller;

/// A device that speaks NETCONF over SSH.
#[derive(Clone)]
pub struct NetconfDevice {
    /// Its name for people.
    pub name: String,
    /// Where, and as whom.
    pub address: Address,
    /// How long is waited for what.
    pub timeouts: Timeouts,
    /// What it may send.
    pub limits: Limits,
    /// The time of reports and windows.
    pub clock: Arc<dyn Clock>,
}

impl Device for NetconfDevice {
    fn name(&self) -> &str {
        &self.name
    }

    fn connect<'a>(&'a self, watch: &'a dyn Watch) -> Doing<'a, Box<dyn Session>> {
        Box::pin(async move {
            let say = Teller { watch, clock: &*self.clock };
            let wire = match ssh::open(&self.address, &self.timeouts).await {
                Ok(carried) => Wire::open(carried, self.limits, self.timeouts).await,
                Err(error) => Err(error),
            };
            let detail = wire.as_ref().map(|wire| described(&wire.capabilities)).unwrap_or_default();
            let wire = say.tell(Step::Connect, wire, detail)?;
            let session: Box<dyn Session> = Box::new(NetconfSession {
                wire,
                clock: Arc::clone(&self.clock),
            });
            Ok(session)
        })
    }
}

fn described(capabilities: &Capabilities) -> String {
    let session = capabilities.session.map_or_else(|| "without number".to_owned(), |id| id.to_string());
    let back = match capabilities.protection() {
        Protection::DeviceTimer { persists: true } => "takes changes back by itself, also when the session ends",
        Protection::DeviceTimer { persists: false } => "takes changes back by itself, within the session",
        Protection::CollectorTimer => "does not take changes back by itself",
        Protection::None => "cannot be changed",
    };
    format!("session {session}, {back}")
}

/// A session over any stream: SSH's, or a test's.
///
/// # Errors
/// As those of a hello.
pub async fn open_over(stream: Box<dyn Stream>, limits: Limits, timeouts: Timeouts, clock: Arc<dyn Clock>) -> Result<Box<dyn Session>, Error> {
    let nothing: Box<dyn Any + Send> = Box::new(());
    let wire = Wire::open((stream, nothing), limits, timeouts).await?;
    Ok(Box::new(NetconfSession { wire, clock }))
}

struct NetconfSession {
    wire: Wire,
    clock: Arc<dyn Clock>,
}

impl Session for NetconfSession {
    fn capabilities(&self) -> &Capabilities {
        &self.wire.capabilities
    }

    fn read_running<'a>(&'a mut self, scope: Option<&'a Fragment>, ignored: &'a [String]) -> Doing<'a, Config> {
        Box::pin(self.wire.get_config(operations::Datastore::Running, scope, ignored))
    }

    fn preview<'a>(&'a mut self, change: &'a Change, watch: &'a dyn Watch) -> Doing<'a, Preview, Failure> {
        let say = Teller { watch, clock: &*self.clock };
        Box::pin(Work::new(&mut self.wire, say, change).preview())
    }

    fn apply<'a>(&'a mut self, change: &'a Change, watch: &'a dyn Watch) -> Doing<'a, Pending, Failure> {
        let say = Teller { watch, clock: &*self.clock };
        Box::pin(Work::new(&mut self.wire, say, change).apply())
    }

    fn standing<'a>(&'a mut self, pending: &'a Pending) -> Doing<'a, Standing> {
        Box::pin(undo::standing(&mut self.wire, pending))
    }

    fn confirm<'a>(&'a mut self, pending: &'a Pending, watch: &'a dyn Watch) -> Doing<'a, ()> {
        Box::pin(async move {
            let say = Teller { watch, clock: &*self.clock };
            Ok(undo::confirm(&mut self.wire, &say, pending).await?)
        })
    }

    fn cancel<'a>(&'a mut self, pending: &'a Pending, watch: &'a dyn Watch) -> Doing<'a, ()> {
        Box::pin(async move {
            let say = Teller { watch, clock: &*self.clock };
            undo::take_back(&mut self.wire, &say, pending, true).await?;
            Ok(())
        })
    }

    fn close(self: Box<Self>) -> Doing<'static, ()> {
        Box::pin(async move {
            self.wire.close().await;
            Ok(())
        })
    }
}
