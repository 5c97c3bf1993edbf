use serde::{Deserialize, Serialize};

use super::{AlarmId, EntityIx, Few, IncidentIx, Name, Severity, SourceKind, Timestamp};

/// Slot of an alarm in memory; the lowest free slot is taken next, so the slots are the same however the state was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, minicbor::Encode, minicbor::Decode)]
#[cbor(transparent)]
pub struct AlarmIx(#[n(0)] pub u32);

/// An alarm named for the state (slot) and for the world (id).
#[derive(Clone, Copy, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct AlarmRef {
    /// Slot.
    #[n(0)]
    pub ix: AlarmIx,
    /// Id.
    #[n(1)]
    pub id: AlarmId,
}

/// What an alarm is a sign of, as far as its type tells: the mapping's word to correlation and diagnosis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Symptom {
    /// A port or link end is down.
    #[n(0)]
    InterfaceDown,
    /// No light, no signal, loss of frame at a port.
    #[n(1)]
    SignalLost,
    /// A routing or label adjacency to a direct neighbour is down (OSPF, IS-IS, LDP, BFD).
    #[n(2)]
    AdjacencyDown,
    /// A session to a peer that may be several hops away is down (BGP, SCTP, NTP).
    #[n(3)]
    SessionDown,
    /// The element lost its power or says its last word.
    #[n(4)]
    PowerLost,
    /// Running on battery, mains or one feed gone.
    #[n(5)]
    PowerDegraded,
    /// A card, module, fan tray, supply or other part failed.
    #[n(6)]
    HardwareFault,
    /// Temperature, humidity, door, smoke.
    #[n(7)]
    Environment,
    /// Working, but worse: errors, optical level, load, threshold crossed.
    #[n(8)]
    Degraded,
    /// Something else says that the element cannot be reached.
    #[n(9)]
    Unreachable,
    /// It started again.
    #[n(10)]
    Restarted,
    /// A service or cell does not serve.
    #[n(11)]
    ServiceDown,
    /// Authentication, configuration, licence, login and the like: no sign of a fault in the network.
    #[n(12)]
    Administrative,
    /// Nothing is known about this type.
    #[default]
    #[n(13)]
    Other,
}

/// Where in the topology an alarm sits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct Anchor {
    /// The entity the alarm is shown on.
    #[n(0)]
    pub entity: EntityIx,
    /// The device that speaks; the same as `entity` unless that lies below it.
    #[n(1)]
    pub device: EntityIx,
    /// The link it is about, where its interface or neighbour tells.
    #[n(2)]
    pub link: Option<EntityIx>,
    /// The neighbour or peer it names.
    #[n(3)]
    pub peer: Option<EntityIx>,
}

/// An active alarm: RFC 8632's identity and state with what an operator did to it. At most 500 bytes each, text included.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode)]
pub struct Alarm {
    /// Id for the world.
    #[n(0)]
    pub id: AlarmId,
    /// Where it sits.
    #[n(1)]
    pub anchor: Anchor,
    /// Alarm type.
    #[n(2)]
    pub alarm_type: Name,
    /// Alarm type qualifier: which interface, neighbour or instance.
    #[n(3)]
    pub qualifier: Name,
    /// Last severity, kept when cleared.
    #[n(4)]
    pub severity: Severity,
    /// The condition is over at the resource.
    #[n(5)]
    pub cleared: bool,
    /// What it is a sign of.
    #[n(6)]
    pub symptom: Symptom,
    /// Probable cause in X.733's or the source's words.
    #[n(7)]
    pub probable_cause: Name,
    /// Newest text, cut.
    #[n(8)]
    pub text: Name,
    /// The door of the newest event.
    #[n(9)]
    pub source: SourceKind,
    /// The system or peer that reported it.
    #[n(10)]
    pub source_system: Name,
    /// Mapping rule that made it an alarm.
    #[n(11)]
    pub rule: Name,
    /// Raises counted since it was raised as new; a clear never counts.
    #[n(12)]
    pub count: u32,
    /// First raise, source's time.
    #[n(13)]
    pub raised_at: Timestamp,
    /// Newest raise, source's time.
    #[n(14)]
    pub last_raised_at: Timestamp,
    /// Newest clear, source's time.
    #[n(15)]
    pub cleared_at: Option<Timestamp>,
    /// When anything about it last changed, log's time.
    #[n(16)]
    pub changed_at: Timestamp,
    /// Acknowledgement.
    #[n(17)]
    pub ack: Option<Box<Ack>>,
    /// Whose it is; empty is nobody.
    #[n(18)]
    pub owner: Name,
    /// The incident it belongs to.
    #[n(19)]
    pub incident: Option<IncidentIx>,
    /// Newest events, at most 32.
    #[n(20)]
    pub events: EventRing,
    /// Raises and clears in the flap window, and whether that made it flap.
    #[n(21)]
    pub transitions: u16,
    /// Start of the flap window.
    #[n(22)]
    pub window_start: Timestamp,
    /// Held as flapping until it is quiet.
    #[n(23)]
    pub flapping: bool,
    /// What the resource last said while flapping: true is cleared.
    #[n(24)]
    pub settles_cleared: bool,
    /// Newest comment.
    #[n(25)]
    pub comment: Name,
    /// Status changes, newest last, at most 32 (RFC 8632's history).
    #[n(26)]
    pub history: Few<HistoryEntry, 1>,
    /// The entity serves emergency services: severity is forced to critical.
    #[n(27)]
    pub emergency: bool,
}

/// An acknowledgement.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode, Serialize, Deserialize)]
pub struct Ack {
    /// Who.
    #[n(0)]
    pub by: Name,
    /// When.
    #[n(1)]
    pub at: Timestamp,
    /// Until when it holds.
    #[n(2)]
    pub until: AckUntil,
    /// Note given with it.
    #[n(3)]
    pub note: Name,
}

/// How long an acknowledgement holds. Whatever is chosen, an alarm that worsens is unacknowledged again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AckUntil {
    /// Until the alarm is cleared.
    #[n(0)]
    Clear,
    /// Until it worsens (and past a clear and a new raise within the dedup time).
    #[n(1)]
    Worse,
    /// Until an instant.
    #[n(2)]
    Time(#[n(0)] Timestamp),
}

impl Alarm {
    /// The mildest severity that it had since it was raised last; of one that is cleared, until then.
    #[must_use]
    pub fn mildest(&self) -> Severity {
        if self.history.len() <= 1 {
            // It was raised as it is now.
            return self.severity;
        }
        let newest = self.history.iter().rev().skip_while(|entry| entry.change == StatusChange::Cleared);
        let severities = newest.map_while(|entry| match entry.change {
            StatusChange::Raised(severity) | StatusChange::Severity(severity) => Some(severity),
            StatusChange::Cleared => None,
        });
        severities.fold(self.severity, Severity::min)
    }
}

/// One status change of RFC 8632's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct HistoryEntry {
    /// When, source's time.
    #[n(0)]
    pub at: Timestamp,
    /// What.
    #[n(1)]
    pub change: StatusChange,
}

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum StatusChange {
    /// Raised with this severity.
    #[n(0)]
    Raised(#[n(0)] Severity),
    /// Severity changed to this one.
    #[n(1)]
    Severity(#[n(0)] Severity),
    /// Cleared.
    #[n(2)]
    Cleared,
}

/// The newest 32 events of an alarm, as (sequence << 20 | index) of their records, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(transparent)]
pub struct EventRing(#[n(0)] Few<u64, 2>);

impl EventRing {
    /// How many are kept.
    pub const KEPT: usize = 32;

    /// Adds one, dropping the oldest beyond 32.
    pub fn push(&mut self, seq: u64, index: u32) {
        if self.0.len() == Self::KEPT {
            self.0.remove(0);
        }
        self.0.push((seq << 20) | u64::from(index & 0xf_ffff));
    }

    /// (sequence, index) of each, newest first.
    pub fn newest(&self) -> impl Iterator<Item = (u64, u32)> + '_ {
        self.0.iter().rev().map(|packed| (packed >> 20, (packed & 0xf_ffff) as u32))
    }
}
