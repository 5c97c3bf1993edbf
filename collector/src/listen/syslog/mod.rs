//! Syslog over UDP (RFC 5426), TCP (RFC 6587) and TLS (RFC 5425).
//!
//! - **does**: takes messages out of datagrams and streams, finds the tenant of the peer, holds stream senders back while a queue is
//!   full.
//! - **takes**: datagrams and streams with peer and time; sources with their tenants.
//! - **gives**: events with `Payload::Syslog`, dead letters of peers without a tenant and of streams that end within a message.
//! - **never knows**: RFC 5424, RFC 3164 or any vendor's form: a message's bytes go on as they came.

pub mod framing;
mod stream;
mod tls;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use pedkai_core::model::{Event, Name, Payload, SourceKind, TenantId};

use super::counters::{Counters, Dropped};
use super::dead::{Arrival, DeadReason, Letters, Transport};
use super::door::Doors;
use super::gather::Gather;
use super::params::{Network, SyslogParams};
use super::udp;
use crate::engine::Clock;

pub(super) use stream::{Streams, listen};
pub(super) use tls::acceptor;

/// What is said of a message whose peer has no tenant.
pub(super) const NO_TENANT: &str = "no tenant for this peer: name its address under [[syslog.sources]]";

/// What all syslog listeners share.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) doors: Arc<dyn Doors>,
    pub(super) letters: Letters,
    pub(super) counters: Arc<Counters>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) relays: Arc<[Network]>,
    pub(super) sources: Arc<Sources>,
}

/// Whose a peer is.
pub(super) struct Sources {
    exact: HashMap<IpAddr, TenantId>,
    /// Longest prefix first.
    networks: Vec<(Network, TenantId)>,
    loopback: Option<TenantId>,
}

impl Sources {
    pub(super) fn new(params: &SyslogParams) -> Self {
        let mut networks: Vec<_> = params.sources.iter().map(|source| (source.network, source.tenant)).collect();
        networks.sort_by_key(|(network, _)| std::cmp::Reverse(network.prefix()));
        let exact = networks.iter().filter_map(|(network, tenant)| Some((network.single()?, *tenant))).collect();
        networks.retain(|(network, _)| network.single().is_none());
        Self {
            exact,
            networks,
            loopback: params.loopback,
        }
    }

    /// The tenant of `peer`.
    pub(super) fn tenant(&self, peer: IpAddr) -> Option<TenantId> {
        let named = self.exact.get(&peer).copied();
        let named = named.or_else(|| self.networks.iter().find(|(network, _)| network.contains(peer)).map(|(_, tenant)| *tenant));
        named.or_else(|| self.loopback.filter(|_| peer.is_loopback()))
    }
}

/// Who speaks, worked out once per peer.
#[derive(Clone)]
pub(super) struct Speaker {
    peer: IpAddr,
    name: Name,
    relay: bool,
    tenant: Option<TenantId>,
}

impl Shared {
    pub(super) fn speaker(&self, peer: IpAddr) -> Speaker {
        Speaker {
            peer,
            name: Name::from(peer.to_string()),
            relay: self.relays.iter().any(|network| network.contains(peer)),
            tenant: self.sources.tenant(peer),
        }
    }

    /// Reads a dead letter again with today's sources.
    pub(super) fn again(&self, arrival: &Arrival, bytes: &[u8]) -> Result<(TenantId, Event), (DeadReason, String)> {
        let speaker = self.speaker(arrival.peer.ip());
        match speaker.tenant {
            Some(tenant) => Ok((tenant, event(arrival, &speaker, bytes.to_vec()))),
            None => Err((DeadReason::NoTenant, NO_TENANT.to_owned())),
        }
    }
}

fn event(arrival: &Arrival, speaker: &Speaker, bytes: Vec<u8>) -> Event {
    Event {
        received_at: arrival.at,
        source: SourceKind::Syslog,
        source_address: speaker.name.clone(),
        relay: speaker.relay,
        key: None,
        payload: Payload::Syslog(bytes),
    }
}

/// Reads syslog datagrams for the loop.
pub(super) struct Datagrams {
    shared: Shared,
    gather: Gather,
    speaker: Speaker,
    max_message: usize,
}

impl Datagrams {
    pub(super) fn new(params: &SyslogParams, shared: Shared) -> Self {
        Self {
            gather: Gather::new(SourceKind::Syslog, shared.doors.clone(), shared.counters.clone()),
            speaker: shared.speaker(IpAddr::from([0, 0, 0, 0])),
            max_message: params.max_message,
            shared,
        }
    }
}

impl udp::Reader for Datagrams {
    const SOURCE: SourceKind = SourceKind::Syslog;

    fn datagram(&mut self, arrival: &Arrival, bytes: &[u8]) {
        let message = trimmed(bytes);
        if message.is_empty() {
            self.shared.counters.count_dropped(SourceKind::Syslog, Dropped::Empty, 1);
            return;
        }
        if self.speaker.peer != arrival.peer.ip() {
            self.speaker = self.shared.speaker(arrival.peer.ip());
        }
        let Some(tenant) = self.speaker.tenant else {
            self.shared
                .letters
                .put(Transport::SyslogUdp, arrival, DeadReason::NoTenant, NO_TENANT.to_owned(), message);
            return;
        };
        let kept = message.get(..self.max_message).unwrap_or(message);
        if kept.len() < message.len() {
            self.shared.counters.count_truncated(SourceKind::Syslog);
        }
        self.gather.push(tenant, event(arrival, &self.speaker, kept.to_vec()));
    }

    fn flush(&mut self) {
        self.gather.offer();
    }
}

/// A message without the line ends and NULs that many senders add.
fn trimmed(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r' | 0)).map_or(0, |last| last + 1);
    bytes.get(..end).unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listen::SourceParams;
    use uuid::Uuid;

    #[test]
    fn the_longest_prefix_says_whose_a_peer_is() {
        let tenant = |n| TenantId(Uuid::from_u128(n));
        let source = |network: &str, n| SourceParams {
            network: network.parse().unwrap(),
            tenant: tenant(n),
        };
        let mut params = SyslogParams {
            sources: vec![source("10.0.0.0/8", 1), source("10.1.0.0/16", 2), source("10.1.2.3", 3)],
            loopback: Some(tenant(9)),
            ..SyslogParams::default()
        };
        let of = |params: &SyslogParams, peer: &str| Sources::new(params).tenant(peer.parse().unwrap());
        assert_eq!(of(&params, "10.9.9.9"), Some(tenant(1)));
        assert_eq!(of(&params, "10.1.9.9"), Some(tenant(2)));
        assert_eq!(of(&params, "10.1.2.3"), Some(tenant(3)));
        assert_eq!(of(&params, "192.0.2.1"), None, "no default for strangers");
        assert_eq!(of(&params, "::1"), Some(tenant(9)));
        params.loopback = None;
        assert_eq!(of(&params, "127.0.0.1"), None);
    }

    #[test]
    fn line_ends_go_and_nothing_else() {
        assert_eq!(trimmed(b"<13>x y \r\n\0"), b"<13>x y ");
        assert_eq!(trimmed(b"\r\n\0"), b"");
        assert_eq!(trimmed(b"a\nb"), b"a\nb");
    }
}
