//! SNMP notifications over UDP: v1, v2c and v3, traps and informs.
//!
//! - **does**: reads datagrams, believes or doubts their senders (community; USM), translates v1 by RFC 3584, answers informs once
//!   they are durable, and senders that look for our engine or its time.
//! - **takes**: datagrams with peer and time; communities and users with their tenants.
//! - **gives**: events with `Payload::Snmp`, dead letters, answers.
//! - **never knows**: MIBs, what a notification means, other protocols.

mod ber;
mod decoder;
mod engine;
mod message;
mod pdu;
mod usm;
mod v3;

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pedkai_core::model::{Event, Name, Payload, SnmpNotification, SourceKind, TenantId};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::counters::{Counters, Dropped};
use super::dead::{Arrival, DeadReason, Letters, Transport};
use super::door::Doors;
use super::gather::{self, Gather};
use super::params::{Network, SnmpParams, StartError};
use super::udp::{self, Socket};
use decoder::{Decoder, Origin, Read};

/// The most informs that wait for the log at once; senders repeat what finds no room.
pub(super) const WAITING: usize = 10_000;

const SEARCH: &str = "only a search for our engine or its time, not a notification";

/// What the SNMP loop shares with the rest.
pub(super) struct Shared {
    pub(super) doors: Arc<dyn Doors>,
    pub(super) letters: Letters,
    pub(super) counters: Arc<Counters>,
    pub(super) relays: Arc<[Network]>,
    /// Where informs wait for the log.
    pub(super) runtime: Handle,
    pub(super) waiting: Arc<Semaphore>,
}

/// Reads SNMP datagrams for the loop.
pub(super) struct Listener {
    decoder: Arc<std::sync::Mutex<Decoder>>,
    started: Instant,
    shared: Shared,
    socket: Arc<Socket>,
    traps: Gather,
    informs: Vec<Inform>,
    speaker: (IpAddr, Name, bool),
}

struct Inform {
    tenant: TenantId,
    event: Event,
    answer: Vec<u8>,
    arrival: Arrival,
}

/// Reads datagrams that came by another way than our sockets (captures, files), with the clock of whoever calls.
pub struct Offline(Decoder);

impl Offline {
    /// A reader for the communities and users of `params`; counts as a start of our engine in its state folder.
    ///
    /// # Errors
    /// As starting the listener does.
    pub fn new(params: &SnmpParams) -> Result<Self, StartError> {
        Decoder::new(params).map(Self)
    }

    /// Reads one datagram that `peer` sent, `now` after the reader was made.
    ///
    /// # Errors
    /// Why it is no notification that is believed.
    pub fn read(&mut self, peer: IpAddr, now: Duration, bytes: &[u8]) -> Result<(TenantId, SnmpNotification), (DeadReason, String)> {
        let again = false;
        match self.0.read(Origin { peer, now, again }, bytes) {
            Read::Trap(tenant, notification) | Read::Inform { tenant, notification, .. } => Ok((tenant, notification)),
            Read::Report { .. } => Err((DeadReason::NotNotification, SEARCH.to_owned())),
            Read::Dead { reason, detail, .. } => Err((reason, detail)),
        }
    }
}

/// The decoder, also for letters that are driven again.
#[derive(Clone)]
pub(super) struct Again {
    decoder: Arc<std::sync::Mutex<Decoder>>,
    started: Instant,
    relays: Arc<[Network]>,
}

impl Again {
    /// Reads a dead letter again with today's communities and users, at any age.
    pub(super) fn read(&self, arrival: &Arrival, bytes: &[u8]) -> Result<(TenantId, Event), (DeadReason, String)> {
        let from = Origin {
            peer: arrival.peer.ip(),
            now: self.started.elapsed(),
            again: true,
        };
        let speaker = speaker(arrival.peer.ip(), &self.relays);
        let mut decoder = self.decoder.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match decoder.read(from, bytes) {
            Read::Trap(tenant, notification) => Ok((tenant, event(arrival, &speaker, notification, None))),
            Read::Inform { tenant, notification, key, .. } => Ok((tenant, event(arrival, &speaker, notification, Some(key)))),
            Read::Report { .. } => Err((DeadReason::NotNotification, SEARCH.to_owned())),
            Read::Dead { reason, detail, .. } => Err((reason, detail)),
        }
    }
}

impl Listener {
    pub(super) fn new(params: &SnmpParams, socket: Arc<Socket>, shared: Shared) -> Result<Self, StartError> {
        let traps = Gather::new(SourceKind::Snmp, shared.doors.clone(), shared.counters.clone());
        let nobody = IpAddr::from([0, 0, 0, 0]);
        Ok(Self {
            decoder: Arc::new(std::sync::Mutex::new(Decoder::new(params)?)),
            started: Instant::now(),
            shared,
            socket,
            traps,
            informs: Vec::new(),
            speaker: (nobody, Name::EMPTY, false),
        })
    }

    pub(super) fn again(&self) -> Again {
        Again {
            decoder: self.decoder.clone(),
            started: self.started,
            relays: self.shared.relays.clone(),
        }
    }

    fn answer(&self, arrival: &Arrival, bytes: &[u8]) {
        if let Err(error) = self.socket.answer(arrival, bytes) {
            tracing::debug!(%error, peer = %arrival.peer, "an answer could not be sent");
        }
    }

    fn refused(&self, arrival: &Arrival, bytes: &[u8], reason: DeadReason, detail: String, report: Option<Vec<u8>>) {
        if reason == DeadReason::BootsBackwards {
            self.shared.counters.count_boots_backwards(arrival.peer.ip());
        }
        if let Some(report) = report {
            self.shared.counters.count_report();
            self.answer(arrival, &report);
        }
        self.shared.letters.put(Transport::Snmp, arrival, reason, detail, bytes);
    }

    /// Hands the informs of a tenant in together; each is answered once all of them are durable.
    fn hand_in(&self, tenant: TenantId, informs: Vec<Inform>, permits: OwnedSemaphorePermit) {
        let doors = self.shared.doors.clone();
        let counters = self.shared.counters.clone();
        let socket = self.socket.clone();
        self.shared.runtime.spawn(async move {
            let (events, answers): (Vec<_>, Vec<_>) = informs.into_iter().map(|inform| (inform.event, (inform.arrival, inform.answer))).unzip();
            let taken = match gather::door(&doors, tenant) {
                Ok(door) => door.events(events).await,
                Err(stopping) => Err(stopping),
            };
            match taken {
                Ok(()) => {
                    for (arrival, answer) in &answers {
                        match socket.answer(arrival, answer) {
                            Ok(()) => counters.count_inform_answered(),
                            Err(error) => tracing::debug!(%error, peer = %arrival.peer, "an inform could not be answered"),
                        }
                    }
                }
                Err(why) => counters.count_dropped(SourceKind::Snmp, gather::dropped(&why), answers.len() as u64),
            }
            std::mem::drop(permits);
        });
    }

    fn flush_informs(&mut self) {
        while let Some(first) = self.informs.first() {
            let tenant = first.tenant;
            let (mine, others): (Vec<_>, Vec<_>) = std::mem::take(&mut self.informs).into_iter().partition(|inform| inform.tenant == tenant);
            self.informs = others;
            match self.shared.waiting.clone().try_acquire_many_owned(mine.len() as u32) {
                Ok(permits) => self.hand_in(tenant, mine, permits),
                Err(_) => self.shared.counters.count_dropped(SourceKind::Snmp, Dropped::Queue, mine.len() as u64),
            }
        }
    }
}

impl udp::Reader for Listener {
    const SOURCE: SourceKind = SourceKind::Snmp;

    fn datagram(&mut self, arrival: &Arrival, bytes: &[u8]) {
        let peer = arrival.peer.ip();
        let from = Origin {
            peer,
            now: self.started.elapsed(),
            again: false,
        };
        if self.speaker.0 != peer || self.speaker.1.is_empty() {
            self.speaker = speaker(peer, &self.shared.relays);
        }
        let read = self.decoder.lock().unwrap_or_else(std::sync::PoisonError::into_inner).read(from, bytes);
        match read {
            Read::Trap(tenant, notification) => self.traps.push(tenant, event(arrival, &self.speaker, notification, None)),
            Read::Inform {
                tenant,
                notification,
                key,
                answer,
            } => {
                let event = event(arrival, &self.speaker, notification, Some(key));
                self.informs.push(Inform {
                    tenant,
                    event,
                    answer,
                    arrival: *arrival,
                });
            }
            Read::Report { search, report } => {
                if search {
                    self.shared.counters.count_unknown_engine();
                }
                self.shared.counters.count_report();
                self.answer(arrival, &report);
            }
            Read::Dead { reason, detail, report } => self.refused(arrival, bytes, reason, detail, report),
        }
    }

    fn flush(&mut self) {
        self.traps.offer();
        self.flush_informs();
    }
}

fn speaker(peer: IpAddr, relays: &[Network]) -> (IpAddr, Name, bool) {
    let relay = relays.iter().any(|network| network.contains(peer));
    (peer, Name::from(peer.to_string()), relay)
}

fn event(arrival: &Arrival, speaker: &(IpAddr, Name, bool), notification: SnmpNotification, key: Option<u64>) -> Event {
    Event {
        received_at: arrival.at,
        source: SourceKind::Snmp,
        source_address: speaker.1.clone(),
        relay: speaker.2,
        key,
        payload: Payload::Snmp(Box::new(notification)),
    }
}
