//! A run through real sockets: every device speaks from its own loopback address, in real time or faster.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::engine::Simulation;
use crate::forms::Transport;

/// Sockets held open at a time.
const SOCKETS: usize = 256;
/// How often a wait looks whether it shall stop.
const GLANCE: Duration = Duration::from_millis(50);

/// Where to send.
#[derive(Debug, Clone, Copy)]
pub struct Targets {
    /// For traps.
    pub snmp: Option<SocketAddr>,
    /// For syslog lines.
    pub syslog: Option<SocketAddr>,
}

/// Takes rounds of measurements, each a JSON array; false when it could not.
pub type Samples = Box<dyn FnMut(&[u8]) -> bool + Send>;

/// Sends datagrams, each from its device's address where that can be had.
pub struct Sender {
    targets: Targets,
    samples: Option<Samples>,
    sockets: BTreeMap<Ipv4Addr, UdpSocket>,
    fallback: UdpSocket,
    local: bool,
}

impl Sender {
    /// A sender to these targets.
    ///
    /// # Errors
    /// When no socket can be had at all.
    pub fn new(targets: Targets) -> Result<Self> {
        let loopback = |target: Option<SocketAddr>| target.is_none_or(|target| target.ip().is_loopback());
        let local = loopback(targets.snmp) && loopback(targets.syslog);
        let any = if local {
            IpAddr::V4(Ipv4Addr::LOCALHOST)
        } else {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED)
        };
        let fallback = UdpSocket::bind((any, 0)).context("cannot open a UDP socket")?;
        Ok(Self {
            targets,
            samples: None,
            sockets: BTreeMap::new(),
            fallback,
            local,
        })
    }

    /// Hands measurements to this.
    #[must_use]
    pub fn with_samples(self, samples: Option<Samples>) -> Self {
        Self { samples, ..self }
    }

    /// Sends one datagram; false when there is no target for it or it could not be sent.
    pub fn send(&mut self, transport: Transport, from: Ipv4Addr, bytes: &[u8]) -> bool {
        let target = match transport {
            Transport::Snmp => self.targets.snmp,
            Transport::Syslog => self.targets.syslog,
            Transport::Kpi => return self.samples.as_mut().is_some_and(|take| take(bytes)),
        };
        let Some(target) = target else {
            return false;
        };
        if self.local && from.is_loopback() && !self.sockets.contains_key(&from) {
            if self.sockets.len() >= SOCKETS {
                self.sockets.pop_first();
            }
            if let Ok(socket) = UdpSocket::bind((from, 0)) {
                self.sockets.insert(from, socket);
            }
        }
        let socket = self.sockets.get(&from).unwrap_or(&self.fallback);
        socket.send_to(bytes, target).is_ok()
    }
}

/// Waits until `due`, unless told to stop; false when told.
fn wait(due: Instant, stop: &AtomicBool) -> bool {
    loop {
        if stop.load(Ordering::Relaxed) {
            return false;
        }
        let left = due.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return true;
        }
        std::thread::sleep(left.min(GLANCE));
    }
}

/// Plays datagrams (due in microseconds, transport, source, bytes) at a speed in percent; returns how many were sent.
pub fn play(
    datagrams: impl Iterator<Item = (u64, Transport, Ipv4Addr, Vec<u8>)>,
    sender: &mut Sender,
    speed_percent: u64,
    stop: &AtomicBool,
    sent: &AtomicU64,
) {
    let began = Instant::now();
    for (at_micros, transport, from, bytes) in datagrams {
        let due = Duration::from_micros(at_micros.saturating_mul(100) / speed_percent.max(1));
        if !wait(began + due, stop) {
            return;
        }
        if sender.send(transport, from, &bytes) {
            sent.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// A simulation that plays in a thread of its own until it is dropped.
#[derive(Debug)]
pub struct Playing {
    stop: Arc<AtomicBool>,
    sent: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl Playing {
    /// Starts it. The simulation's `speed_percent` option should be the same, so that the clocks in its messages are right.
    ///
    /// # Errors
    /// When no socket or thread can be had.
    pub fn start(run: Simulation, targets: Targets, samples: Option<Samples>, speed_percent: u64) -> Result<Self> {
        let (stop, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let mut sender = Sender::new(targets)?.with_samples(samples);
        let (stopped, count) = (Arc::clone(&stop), Arc::clone(&sent));
        let thread = std::thread::Builder::new()
            .name("simulator".to_owned())
            .spawn(move || {
                let datagrams = run.map(|emission| (emission.at_micros, emission.transport, emission.from, emission.bytes));
                play(datagrams, &mut sender, speed_percent, &stopped, &count);
            })
            .context("cannot start a thread")?;
        Ok(Self {
            stop,
            sent,
            thread: Some(thread),
        })
    }

    /// Datagrams sent so far.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Whether it has come to its end.
    #[must_use]
    pub fn finished(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A thread that failed has nothing left to stop.
            let _ = thread.join();
        }
    }
}
