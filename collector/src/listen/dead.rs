//! What cannot be handed in: kept with its bytes, reason and source, at a bounded rate.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use pedkai_core::model::{SourceKind, Timestamp};

use super::counters::{Counters, Dropped};

/// Why a message became a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeadReason {
    /// Not BER, not SNMP, or a frame that was cut off.
    Malformed,
    /// A version of SNMP or security model that does not exist here.
    Version,
    /// SNMP, but neither trap nor inform.
    NotNotification,
    /// A community that is not configured (for this peer).
    Community,
    /// A user that is not configured.
    User,
    /// A user at another security level than configured.
    SecurityLevel,
    /// Signed with another key.
    WrongKey,
    /// Encrypted with another key.
    Undecryptable,
    /// Outside of the time window of 150 s.
    TimeWindow,
    /// The device's snmpEngineBoots went backwards.
    BootsBackwards,
    /// No tenant for this peer.
    NoTenant,
}

impl DeadReason {
    pub(super) const ALL: [DeadReason; 11] = [
        DeadReason::Malformed,
        DeadReason::Version,
        DeadReason::NotNotification,
        DeadReason::Community,
        DeadReason::User,
        DeadReason::SecurityLevel,
        DeadReason::WrongKey,
        DeadReason::Undecryptable,
        DeadReason::TimeWindow,
        DeadReason::BootsBackwards,
        DeadReason::NoTenant,
    ];

    /// The label used in metrics and rows.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            DeadReason::Malformed => "malformed",
            DeadReason::Version => "version",
            DeadReason::NotNotification => "not_notification",
            DeadReason::Community => "community",
            DeadReason::User => "user",
            DeadReason::SecurityLevel => "security_level",
            DeadReason::WrongKey => "wrong_key",
            DeadReason::Undecryptable => "undecryptable",
            DeadReason::TimeWindow => "time_window",
            DeadReason::BootsBackwards => "boots_backwards",
            DeadReason::NoTenant => "no_tenant",
        }
    }
}

/// The way a message came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transport {
    /// SNMP over UDP.
    Snmp,
    /// Syslog over UDP.
    SyslogUdp,
    /// Syslog over TCP.
    SyslogTcp,
    /// Syslog over TLS.
    SyslogTls,
}

impl Transport {
    const ALL: [Transport; 4] = [Transport::Snmp, Transport::SyslogUdp, Transport::SyslogTcp, Transport::SyslogTls];

    /// `snmp`, `syslog-udp`, `syslog-tcp`, `syslog-tls`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Transport::Snmp => "snmp",
            Transport::SyslogUdp => "syslog-udp",
            Transport::SyslogTcp => "syslog-tcp",
            Transport::SyslogTls => "syslog-tls",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|transport| transport.word() == word)
    }

    /// The door it belongs to.
    #[must_use]
    pub const fn source(self) -> SourceKind {
        match self {
            Transport::Snmp => SourceKind::Snmp,
            Transport::SyslogUdp | Transport::SyslogTcp | Transport::SyslogTls => SourceKind::Syslog,
        }
    }
}

/// A message that could not be handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// When it arrived.
    pub received_at: Timestamp,
    /// The way it came.
    pub transport: Transport,
    /// Who sent it.
    pub peer: SocketAddr,
    /// Why.
    pub reason: DeadReason,
    /// What exactly, and what to do, for people. Never holds a secret.
    pub detail: String,
    /// The message as received, without framing.
    pub bytes: Vec<u8>,
}

/// Where dead letters are kept. Called from the receive loops: must not block for long.
pub trait DeadLetters: Send + Sync + 'static {
    /// Keeps a letter.
    fn put(&self, letter: DeadLetter);
}

/// How many letters of one peer are kept at once, and in a second after that.
const PEER: Rate = Rate {
    burst: 20_000.0,
    per_second: 200.0,
};
/// How many letters of all peers are kept at once, and in a second after that.
const ALL: Rate = Rate {
    burst: 50_000.0,
    per_second: 2_000.0,
};
/// The most peers whose rate is watched; beyond them the rate of all holds.
const PEERS: usize = 4_096;

struct Rate {
    burst: f64,
    per_second: f64,
}

struct Bucket {
    left: f64,
    at: Timestamp,
}

impl Bucket {
    fn full(rate: &Rate, at: Timestamp) -> Self {
        Self { left: rate.burst, at }
    }

    fn refill(&mut self, rate: &Rate, at: Timestamp) {
        let seconds = at.since(self.at).as_seconds().max(0.0);
        self.left = (self.left + seconds * rate.per_second).min(rate.burst);
        self.at = at;
    }
}

struct Buckets {
    all: Bucket,
    peers: HashMap<IpAddr, Bucket>,
}

impl Buckets {
    fn take(&mut self, peer: IpAddr, at: Timestamp) -> bool {
        self.all.refill(&ALL, at);
        if self.all.left < 1.0 {
            return false;
        }
        if !self.peers.contains_key(&peer) && self.peers.len() >= PEERS {
            self.peers.retain(|_, bucket| {
                bucket.refill(&PEER, at);
                bucket.left < PEER.burst
            });
        }
        if self.peers.len() < PEERS || self.peers.contains_key(&peer) {
            let bucket = self.peers.entry(peer).or_insert_with(|| Bucket::full(&PEER, at));
            bucket.refill(&PEER, at);
            if bucket.left < 1.0 {
                return false;
            }
            bucket.left -= 1.0;
        }
        self.all.left -= 1.0;
        true
    }
}

/// Keeps letters at a bounded rate, so that a flood of rubbish cannot fill the disk; counts all of them.
#[derive(Clone)]
pub(super) struct Letters {
    store: Arc<dyn DeadLetters>,
    counters: Arc<Counters>,
    buckets: Arc<Mutex<Buckets>>,
}

impl Letters {
    pub(super) fn new(store: Arc<dyn DeadLetters>, counters: Arc<Counters>) -> Self {
        let buckets = Buckets {
            all: Bucket::full(&ALL, Timestamp::EPOCH),
            peers: HashMap::new(),
        };
        Self {
            store,
            counters,
            buckets: Arc::new(Mutex::new(buckets)),
        }
    }

    pub(super) fn put(&self, transport: Transport, arrival: &Arrival, reason: DeadReason, detail: String, bytes: &[u8]) {
        let source = transport.source();
        self.counters.count_dead(source, reason);
        let kept = {
            let mut buckets = self.buckets.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            buckets.take(arrival.peer.ip(), arrival.at)
        };
        if !kept {
            self.counters.count_dropped(source, Dropped::LetterRate, 1);
            return;
        }
        self.store.put(DeadLetter {
            received_at: arrival.at,
            transport,
            peer: arrival.peer,
            reason,
            detail,
            bytes: bytes.to_vec(),
        });
    }
}

/// How a message came in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival {
    /// When, by the wall clock.
    pub(super) at: Timestamp,
    /// Who sent it; an IPv4 address is never dressed as IPv6.
    pub(super) peer: SocketAddr,
    /// Our address that it was sent to, where the system tells.
    pub(super) local: Option<IpAddr>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use pedkai_core::model::Span;

    #[derive(Default)]
    struct Kept(Mutex<Vec<DeadLetter>>);

    impl DeadLetters for Kept {
        fn put(&self, letter: DeadLetter) {
            self.0.lock().unwrap().push(letter);
        }
    }

    fn from(host: u32, at: Timestamp) -> Arrival {
        Arrival {
            at,
            peer: SocketAddr::new(IpAddr::from(host.to_be_bytes()), 1),
            local: None,
        }
    }

    #[test]
    fn a_flood_is_counted_whole_and_kept_in_part_and_its_neighbour_is_heard() {
        let kept = Arc::new(Kept::default());
        let counters = Arc::new(Counters::default());
        let letters = Letters::new(kept.clone(), counters.clone());
        let at = Timestamp::from_micros(1_000_000_000);
        for _ in 0..30_000 {
            letters.put(Transport::Snmp, &from(1, at), DeadReason::Malformed, String::new(), b"x");
        }
        letters.put(Transport::Snmp, &from(2, at), DeadReason::Malformed, String::new(), b"y");
        assert_eq!(kept.0.lock().unwrap().len(), 20_001, "20,000 of the flood and the neighbour's");
        assert_eq!(counters.dead(SourceKind::Snmp, DeadReason::Malformed), 30_001);
        assert_eq!(counters.dropped(SourceKind::Snmp, Dropped::LetterRate), 10_000);
        letters.put(Transport::Snmp, &from(1, at.plus(Span::seconds(2))), DeadReason::Malformed, String::new(), b"x");
        assert_eq!(kept.0.lock().unwrap().len(), 20_002, "the flood is heard again when it has calmed down");
    }

    #[test]
    fn many_forged_peers_cannot_exceed_the_rate_of_all() {
        let kept = Arc::new(Kept::default());
        let letters = Letters::new(kept.clone(), Arc::new(Counters::default()));
        let at = Timestamp::from_micros(1_000_000_000);
        for host in 0..60_000 {
            letters.put(Transport::SyslogUdp, &from(host, at), DeadReason::NoTenant, String::new(), b"x");
        }
        assert_eq!(kept.0.lock().unwrap().len(), 50_000);
    }
}
