//! What really happened, for whoever checks what was made of it.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use crate::forms::{Polarity, Transport};
use crate::mix::FaultKind;

/// Why something was said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// The fault, the earliest where several could each be it.
    pub fault: Option<u32>,
    /// The others that could be it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<u32>,
    /// The number of the stray event, for noise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stray: Option<u64>,
}

impl Cause {
    /// Caused by that fault alone.
    #[must_use]
    pub fn of(fault: u32) -> Self {
        Self {
            fault: Some(fault),
            ..Self::default()
        }
    }

    /// Noise.
    #[must_use]
    pub fn noise(stray: u64) -> Self {
        Self {
            stray: Some(stray),
            ..Self::default()
        }
    }

    /// Of several faults; `None` for none.
    #[must_use]
    pub fn among(mut faults: Vec<u32>) -> Option<Self> {
        faults.sort_unstable();
        faults.dedup();
        let (first, others) = faults.split_first()?;
        Some(Self {
            fault: Some(*first),
            also: others.to_vec(),
            stray: None,
        })
    }
}

/// The truth about one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    /// Number of the message; a copy has its original's.
    pub message: u64,
    /// When it was said, microseconds since the start.
    pub said_micros: u64,
    /// External id of the device that said it.
    pub device: String,
    /// External id of what it is about: a link, a neighbour, or the device itself.
    pub about: String,
    /// What it tells of, e.g. `link` or `bgp`.
    pub what: String,
    /// Port, neighbour, card or cell; empty for the device itself.
    pub instance: String,
    /// Raise, clear or neither.
    pub polarity: Polarity,
    /// Why.
    #[serde(flatten)]
    pub cause: Cause,
    /// A second copy of the same message.
    pub copy: bool,
}

/// A message on its way out: bytes, and the truth beside them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emission {
    /// When it arrives, microseconds since the start.
    pub at_micros: u64,
    /// How it travels.
    pub transport: Transport,
    /// The address it comes from.
    pub from: Ipv4Addr,
    /// The datagram.
    pub bytes: Vec<u8>,
    /// The truth about it.
    pub truth: Truth,
}

/// A message nobody heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unheard {
    /// The truth about it.
    pub truth: Truth,
    /// `lost` on the wire, device `cut-off`, `mute` or `dark`.
    pub why: String,
}

/// The truth about one fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Its number, from 1.
    pub id: u32,
    /// Its kind.
    pub kind: FaultKind,
    /// External id of the entity at fault.
    pub root: String,
    /// External ids that are as right as the root, the root among them.
    pub accepted: Vec<String>,
    /// The card or port of the root, where it is no entity of its own.
    pub part: String,
    /// Planned work.
    pub planned: bool,
    /// When it began, microseconds since the start.
    pub start_micros: u64,
    /// When it was put right (devices may take some minutes more to recover).
    pub end_micros: u64,
    /// External ids of what went down or was cut off because of it.
    pub affected: BTreeSet<String>,
    /// Messages said because of it.
    pub said: u64,
    /// Messages of those that were heard.
    pub heard: u64,
}
