//! From what was said to what it means.
//!
//! - **does**: reads payloads and applies the mapping, which is data, to make alarm type, severity, entity and qualifier of them.
//! - **takes**: an event as a listener handed it in, and a compiled mapping.
//! - **gives**: an alarm to raise or clear, or a word why it is none.
//! - **never knows**: sockets, the topology, or what alarms already stand.

mod interface;
mod itu;
mod mapping;
mod mib;
mod oid;
pub mod poll;
mod report;
mod syslog;

pub use interface::{long_interface, names_interface, short_interface};
pub use mapping::{Mapping, MappingError};
pub use oid::{Labels, OidName, OidNames};
pub use syslog::{SdElement, SyslogMessage};

use crate::model::{Event, Name, Payload, Severity, Symptom, Timestamp};

/// What the mapping makes of an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// An alarm is raised or cleared.
    Alarm(Box<Mapped>),
    /// No rule knows it, or its rule says that it is only an event.
    Event {
        /// The rule, empty when none knew it.
        rule: Name,
        /// Who spoke.
        speaker: Speaker,
        /// It tells that somebody works on the device: a login, a changed configuration.
        hands_on: bool,
    },
    /// It cannot be read at all: a dead letter.
    Unreadable(Name),
}

/// Who an event says it is about, before the topology is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Speaker {
    /// Address of the device: the peer's, or a relayed one from a trusted relay.
    pub address: Name,
    /// Name or external id that the message gives itself; empty for none.
    pub name: Name,
}

/// An alarm as the mapping sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapped {
    /// Who.
    pub speaker: Speaker,
    /// Alarm type.
    pub alarm_type: Name,
    /// Alarm type qualifier.
    pub qualifier: Name,
    /// Severity of the raise; of a clear: ignored.
    pub severity: Severity,
    /// The condition is over.
    pub cleared: bool,
    /// What it is a sign of.
    pub symptom: Symptom,
    /// Probable cause.
    pub probable_cause: Name,
    /// Text for people.
    pub text: Name,
    /// When it changed at the resource.
    pub raised_at: Timestamp,
    /// System that reports it; for a device its own kind of source.
    pub source_system: Name,
    /// Name of the rule that made it.
    pub rule: Name,
    /// Interface the alarm is about (name or description), empty for none.
    pub interface: Name,
    /// ifIndex the alarm is about.
    pub if_index: Option<u32>,
    /// Neighbour or peer: address, router id, name or external id, empty for none.
    pub neighbor: Name,
    /// External id of the link, empty for none.
    pub link: Name,
    /// A part of the key is missing: a clear must not be paired by it.
    pub unsafe_key: bool,
}

/// Reads and maps one event.
#[must_use]
pub fn read(event: &Event, mapping: &Mapping) -> Meaning {
    match &event.payload {
        Payload::Alarm(alarm) => report::read(event, alarm, mapping),
        Payload::Snmp(notification) => mapping.snmp(event, notification),
        Payload::Syslog(bytes) => mapping.syslog(event, bytes),
        Payload::Unreadable { reason, .. } => Meaning::Unreadable(reason.clone()),
    }
}
