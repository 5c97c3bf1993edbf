//! What the listeners count.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use pedkai_core::model::SourceKind;

use super::dead::DeadReason;

/// Why something that arrived was not handed in, and is not kept as a dead letter either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dropped {
    /// The kernel's receive buffer was full.
    Kernel,
    /// The tenant's queue was full, or too many informs were waiting.
    Queue,
    /// The log could not be written.
    Log,
    /// The collector was stopping.
    Stopping,
    /// Too many connections, in all or of one peer.
    Connections,
    /// Nothing in it.
    Empty,
    /// A dead letter beyond the rate that is kept.
    LetterRate,
}

impl Dropped {
    const ALL: [Dropped; 7] = [
        Dropped::Kernel,
        Dropped::Queue,
        Dropped::Log,
        Dropped::Stopping,
        Dropped::Connections,
        Dropped::Empty,
        Dropped::LetterRate,
    ];

    /// The label used in metrics.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Dropped::Kernel => "kernel",
            Dropped::Queue => "queue",
            Dropped::Log => "log",
            Dropped::Stopping => "stopping",
            Dropped::Connections => "connections",
            Dropped::Empty => "empty",
            Dropped::LetterRate => "letter_rate",
        }
    }
}

const SOURCES: [SourceKind; 4] = [SourceKind::Snmp, SourceKind::Syslog, SourceKind::Webhook, SourceKind::Internal];

/// The most devices that are remembered by address for boots that went backwards.
const DEVICES: usize = 1_024;

#[derive(Default)]
struct PerSource {
    received: AtomicU64,
    truncated: AtomicU64,
    dropped: [AtomicU64; Dropped::ALL.len()],
    dead: [AtomicU64; DeadReason::ALL.len()],
}

/// Counters of every door, for `/metrics` and the screen. All only grow.
#[derive(Default)]
pub struct Counters {
    per_source: [PerSource; SOURCES.len()],
    unknown_engines: AtomicU64,
    reports: AtomicU64,
    informs: AtomicU64,
    boots_backwards: Mutex<BTreeMap<IpAddr, u64>>,
}

impl Counters {
    fn of(&self, source: SourceKind) -> &PerSource {
        &self.per_source[source as usize]
    }

    /// Counts `n` messages that arrived, readable or not.
    pub fn count_received(&self, source: SourceKind, n: u64) {
        self.of(source).received.fetch_add(n, Ordering::Relaxed);
    }

    /// Counts `n` messages that were dropped.
    pub fn count_dropped(&self, source: SourceKind, why: Dropped, n: u64) {
        self.of(source).dropped[why as usize].fetch_add(n, Ordering::Relaxed);
    }

    /// Counts a dead letter, kept or beyond the rate that is kept.
    pub fn count_dead(&self, source: SourceKind, why: DeadReason) {
        self.of(source).dead[why as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a message that was longer than allowed and was cut.
    pub fn count_truncated(&self, source: SourceKind) {
        self.of(source).truncated.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_unknown_engine(&self) {
        self.unknown_engines.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_report(&self) {
        self.reports.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_inform_answered(&self) {
        self.informs.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_boots_backwards(&self, device: IpAddr) {
        let mut devices = self.boots_backwards.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if devices.len() < DEVICES || devices.contains_key(&device) {
            *devices.entry(device).or_default() += 1;
        }
    }

    /// Messages that arrived by `source`, readable or not.
    #[must_use]
    pub fn received(&self, source: SourceKind) -> u64 {
        self.of(source).received.load(Ordering::Relaxed)
    }

    /// Messages of `source` that were cut.
    #[must_use]
    pub fn truncated(&self, source: SourceKind) -> u64 {
        self.of(source).truncated.load(Ordering::Relaxed)
    }

    /// Messages of `source` dropped for `why`.
    #[must_use]
    pub fn dropped(&self, source: SourceKind, why: Dropped) -> u64 {
        self.of(source).dropped[why as usize].load(Ordering::Relaxed)
    }

    /// Dead letters of `source` for `why`.
    #[must_use]
    pub fn dead(&self, source: SourceKind, why: DeadReason) -> u64 {
        self.of(source).dead[why as usize].load(Ordering::Relaxed)
    }

    /// Every (source, received).
    #[must_use]
    pub fn all_received(&self) -> Vec<(&'static str, u64)> {
        SOURCES.iter().map(|source| (source.word(), self.received(*source))).collect()
    }

    /// Every (source, reason, dropped) that is not zero.
    #[must_use]
    pub fn all_dropped(&self) -> Vec<(&'static str, &'static str, u64)> {
        let pairs = SOURCES.iter().flat_map(|source| Dropped::ALL.iter().map(move |why| (*source, *why)));
        pairs
            .map(|(source, why)| (source.word(), why.word(), self.dropped(source, why)))
            .filter(|row| row.2 > 0)
            .collect()
    }

    /// Every (source, reason, dead letters) that is not zero.
    #[must_use]
    pub fn all_dead(&self) -> Vec<(&'static str, &'static str, u64)> {
        let pairs = SOURCES.iter().flat_map(|source| DeadReason::ALL.iter().map(move |why| (*source, *why)));
        pairs
            .map(|(source, why)| (source.word(), why.word(), self.dead(source, why)))
            .filter(|row| row.2 > 0)
            .collect()
    }

    /// SNMPv3 messages that named an engine we do not speak for (usmStatsUnknownEngineIDs, RFC 3414): discoveries among them.
    #[must_use]
    pub fn unknown_engines(&self) -> u64 {
        self.unknown_engines.load(Ordering::Relaxed)
    }

    /// SNMPv3 reports sent (discovery, time synchronisation, refusals).
    #[must_use]
    pub fn reports(&self) -> u64 {
        self.reports.load(Ordering::Relaxed)
    }

    /// Informs answered, each after it was durable.
    #[must_use]
    pub fn informs_answered(&self) -> u64 {
        self.informs.load(Ordering::Relaxed)
    }

    /// Devices whose snmpEngineBoots went backwards, with the traps refused for it: their non-volatile memory was lost or replaced.
    #[must_use]
    pub fn boots_backwards(&self) -> Vec<(IpAddr, u64)> {
        let devices = self.boots_backwards.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        devices.iter().map(|(device, n)| (*device, *n)).collect()
    }
}
