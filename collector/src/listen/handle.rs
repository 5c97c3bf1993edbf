//! Starting and stopping all listeners.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pedkai_core::model::Timestamp;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

use super::counters::Counters;
use super::dead::{Arrival, DeadLetters, DeadReason, Letters, Transport};
use super::door::Doors;
use super::gather;
use super::params::{Network, Params, SnmpParams, StartError, SyslogParams};
use super::snmp::{self, Again};
use super::syslog::{self, Sources, Streams};
use super::udp::{self, Running, Socket};
use crate::engine::{Clock, NotTaken};

/// What the listeners are given to work with.
#[derive(Clone)]
pub struct World {
    /// Doors to the tenants.
    pub doors: Arc<dyn Doors>,
    /// Where dead letters are kept.
    pub letters: Arc<dyn DeadLetters>,
    /// What is counted.
    pub counters: Arc<Counters>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Why a dead letter that was driven again is not an event now either.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Redriven {
    /// It is still not readable, or not believed.
    #[error("{1}")]
    Dead(DeadReason, String),
    /// It is, but was not taken.
    #[error(transparent)]
    NotTaken(#[from] NotTaken),
    /// Its listener is off.
    #[error("the listener that heard it is off: switch it on and try again")]
    Off,
}

/// The running listeners.
pub struct Handle {
    /// Where SNMP is heard.
    pub snmp: Option<SocketAddr>,
    /// Where syslog over UDP is heard.
    pub syslog_udp: Option<SocketAddr>,
    /// Where syslog over TCP is heard.
    pub syslog_tcp: Option<SocketAddr>,
    /// Where syslog over TLS is heard.
    pub syslog_tls: Option<SocketAddr>,
    world: World,
    again: Option<Again>,
    syslog: syslog::Shared,
    stop: watch::Sender<bool>,
    running: Mutex<(Vec<Running>, Vec<JoinHandle<()>>)>,
    waiting: Arc<Semaphore>,
}

/// Opens every socket and starts to listen. Must be called within a tokio runtime, on which connections and informs then live.
///
/// # Errors
/// A listener that cannot start; none is running then.
pub fn start(params: &Params, world: World) -> Result<Handle, StartError> {
    let relays: Arc<[Network]> = params.relays.clone().into();
    let letters = Letters::new(world.letters.clone(), world.counters.clone());
    let (stop, stopped) = watch::channel(false);
    let syslog = syslog::Shared {
        doors: world.doors.clone(),
        letters: letters.clone(),
        counters: world.counters.clone(),
        clock: world.clock.clone(),
        relays: relays.clone(),
        sources: Arc::new(Sources::new(&params.syslog)),
    };
    let mut handle = Handle {
        snmp: None,
        syslog_udp: None,
        syslog_tcp: None,
        syslog_tls: None,
        world,
        again: None,
        syslog,
        stop,
        running: Mutex::default(),
        waiting: Arc::new(Semaphore::new(snmp::WAITING)),
    };
    handle.start_streams(&params.syslog, &stopped)?;
    handle.start_datagrams(&params.syslog, &stopped)?;
    if let Some(snmp) = &params.snmp {
        handle.start_snmp(snmp, relays, letters, stopped)?;
    }
    Ok(handle)
}

impl Handle {
    fn start_snmp(&mut self, params: &SnmpParams, relays: Arc<[Network]>, letters: Letters, stop: watch::Receiver<bool>) -> Result<(), StartError> {
        let socket = Arc::new(Socket::open("snmp", params.address)?);
        let shared = snmp::Shared {
            doors: self.world.doors.clone(),
            letters,
            counters: self.world.counters.clone(),
            relays,
            runtime: tokio::runtime::Handle::current(),
            waiting: self.waiting.clone(),
        };
        let listener = snmp::Listener::new(params, socket.clone(), shared)?;
        self.again = Some(listener.again());
        self.snmp = Some(socket.address());
        let (clock, counters) = (self.world.clock.clone(), self.world.counters.clone());
        self.running().0.push(udp::run("snmp", socket, listener, clock, counters, stop)?);
        Ok(())
    }

    fn start_datagrams(&mut self, params: &SyslogParams, stop: &watch::Receiver<bool>) -> Result<(), StartError> {
        let Some(address) = params.udp else { return Ok(()) };
        let socket = Arc::new(Socket::open("syslog-udp", address)?);
        let reader = syslog::Datagrams::new(params, self.syslog.clone());
        self.syslog_udp = Some(socket.address());
        let (clock, counters) = (self.world.clock.clone(), self.world.counters.clone());
        self.running().0.push(udp::run("syslog-udp", socket, reader, clock, counters, stop.clone())?);
        Ok(())
    }

    fn start_streams(&mut self, params: &SyslogParams, stop: &watch::Receiver<bool>) -> Result<(), StartError> {
        let streams = Arc::new(Streams::new(params, self.syslog.clone()));
        let mut listening = Vec::new();
        if let Some(address) = params.tcp {
            let listener = syslog::listen("syslog-tcp", address)?;
            self.syslog_tcp = listener.local_addr().ok();
            listening.push((listener, None));
        }
        if let Some(tls) = &params.tls {
            let acceptor = syslog::acceptor(tls)?;
            let listener = syslog::listen("syslog-tls", tls.address)?;
            self.syslog_tls = listener.local_addr().ok();
            listening.push((listener, Some(acceptor)));
        }
        for (listener, tls) in listening {
            self.running().1.push(tokio::spawn(streams.clone().serve(listener, tls, stop.clone())));
        }
        Ok(())
    }

    fn running(&self) -> MutexGuard<'_, (Vec<Running>, Vec<JoinHandle<()>>)> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is counted.
    #[must_use]
    pub fn counters(&self) -> &Arc<Counters> {
        &self.world.counters
    }

    /// Stops listening; returns once all that had arrived is handed in and every inform of it answered or refused. The engine must
    /// run until then.
    pub async fn stop(&self) {
        // An error means that every listener has ended already.
        let _ = self.stop.send(true);
        let (loops, servers) = std::mem::take(&mut *self.running());
        for running in loops {
            running.ended().await;
        }
        for server in servers {
            if let Err(error) = server.await {
                tracing::error!(%error, "a syslog listener failed");
            }
        }
        // All places are free again once no inform waits any more.
        let _ = self.waiting.acquire_many(snmp::WAITING as u32).await;
    }

    /// Reads a dead letter again with what is configured now, and hands it in; waits until it is durable.
    ///
    /// # Errors
    /// It is dead still, or was not taken.
    pub async fn redrive(&self, transport: Transport, peer: SocketAddr, received_at: Timestamp, bytes: &[u8]) -> Result<(), Redriven> {
        let arrival = Arrival {
            at: received_at,
            peer,
            local: None,
        };
        let read = match transport {
            Transport::Snmp => self.again.as_ref().ok_or(Redriven::Off)?.read(&arrival, bytes),
            Transport::SyslogUdp | Transport::SyslogTcp | Transport::SyslogTls => self.syslog.again(&arrival, bytes),
        };
        let (tenant, event) = read.map_err(|(reason, detail)| Redriven::Dead(reason, detail))?;
        gather::door(&self.world.doors, tenant)?.events(vec![event]).await?;
        Ok(())
    }
}
