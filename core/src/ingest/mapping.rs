//! The mapping, compiled from its files.

use super::{Meaning, Speaker};
use crate::model::{Event, Name, SnmpNotification, Symptom};

/// A compiled mapping: which OIDs, patterns and types mean which alarm.
#[derive(Clone, Debug, Default)]
pub struct Mapping {}

/// A mapping file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct MappingError {
    /// File's name.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong and what to write instead.
    pub problem: String,
}

impl Mapping {
    /// Compiles mapping files given as (name, text).
    ///
    /// # Errors
    /// Every problem found, with file and line.
    pub fn compile(_files: &[(String, String)]) -> Result<Self, Vec<MappingError>> {
        Ok(Self {})
    }

    /// What an alarm type is a sign of, for alarms that come ready-made.
    #[must_use]
    pub fn symptom_of_type(&self, _alarm_type: &str) -> Symptom {
        Symptom::Other
    }

    pub(super) fn snmp(&self, event: &Event, _notification: &SnmpNotification) -> Meaning {
        Meaning::Event {
            rule: Name::EMPTY,
            speaker: Speaker {
                address: event.source_address.clone(),
                name: Name::EMPTY,
            },
        }
    }

    pub(super) fn syslog(&self, event: &Event, _bytes: &[u8]) -> Meaning {
        Meaning::Event {
            rule: Name::EMPTY,
            speaker: Speaker {
                address: event.source_address.clone(),
                name: Name::EMPTY,
            },
        }
    }
}
