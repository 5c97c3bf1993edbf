//! One datagram: from bytes to a notification whose sender is believed, or to why not, with what is to be answered.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use pedkai_core::model::{SnmpNotification, SnmpVersion, TenantId};
use xxhash_rust::xxh3::Xxh3;

use super::super::dead::DeadReason;
use super::super::params::{SnmpParams, StartError};
use super::ber::{Malformed, Reader};
use super::engine::OwnEngine;
use super::message::{self, AUTH, PRIV};
use super::pdu::{self, Notified, Refused};
use super::usm::Users;

/// What a datagram is.
pub(super) enum Read {
    /// A trap: no answer.
    Trap(TenantId, SnmpNotification),
    /// An inform: the answer may be sent once the event is durable.
    Inform {
        tenant: TenantId,
        notification: SnmpNotification,
        /// The same for a retry, another for anything else.
        key: u64,
        answer: Vec<u8>,
    },
    /// Part of the protocol, not a notification (a search for our engine, or else for its time): to be answered now.
    Report { search: bool, report: Vec<u8> },
    /// Not believed or not readable; perhaps the sender wants to be told.
    Dead {
        reason: DeadReason,
        detail: String,
        report: Option<Vec<u8>>,
    },
}

pub(super) fn dead(reason: DeadReason, detail: impl Into<String>) -> Read {
    Read::Dead {
        reason,
        detail: detail.into(),
        report: None,
    }
}

impl From<Malformed> for Read {
    fn from(malformed: Malformed) -> Self {
        dead(DeadReason::Malformed, malformed.to_string())
    }
}

impl From<Refused> for Read {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Malformed(malformed) => malformed.into(),
            Refused::NotNotification(tag) => {
                let what = match tag {
                    0xa0 => "a GetRequest",
                    0xa1 => "a GetNextRequest",
                    0xa2 => "a Response",
                    0xa3 => "a SetRequest",
                    pdu::TRAP_V1 => "a v1 trap in a message of another version",
                    0xa5 => "a GetBulkRequest",
                    pdu::INFORM | pdu::TRAP_V2 => "a v2 notification in a v1 message",
                    0xa8 => "a Report",
                    _ => "no PDU of SNMP",
                };
                dead(
                    DeadReason::NotNotification,
                    format!("neither trap nor inform but {what}: send traps or informs to this port"),
                )
            }
        }
    }
}

struct Community {
    tenant: TenantId,
    loopback_only: bool,
}

/// Where and when a datagram came in, as far as believing it goes.
#[derive(Clone, Copy)]
pub(super) struct Origin {
    pub(super) peer: IpAddr,
    /// Since our engine started.
    pub(super) now: Duration,
    /// A dead letter is read again by hand: the time window has passed long since.
    pub(super) again: bool,
}

/// Reads datagrams. No socket: the same for the loop, for dead letters driven again, and for tests.
pub(super) struct Decoder {
    communities: HashMap<Box<[u8]>, Community>,
    pub(super) own: OwnEngine,
    pub(super) users: Users,
    /// usmStats (RFC 3414, 5), by their arc.
    pub(super) stats: [u32; 7],
    scratch: String,
}

impl Decoder {
    pub(super) fn new(params: &SnmpParams) -> Result<Self, StartError> {
        let mut communities = HashMap::new();
        for given in &params.communities {
            let community = Community {
                tenant: given.tenant,
                loopback_only: given.loopback_only,
            };
            if communities.insert(Box::from(given.community.as_bytes()), community).is_some() {
                return Err(StartError::Config(
                    "an SNMP community is given twice: a community says whose tenant it is".to_owned(),
                ));
            }
        }
        let own = OwnEngine::start(&params.state, params.engine_id.as_deref())?;
        Ok(Self {
            communities,
            users: Users::new(&params.users, &own)?,
            own,
            stats: [0; 7],
            scratch: String::with_capacity(128),
        })
    }

    /// Reads one datagram.
    pub(super) fn read(&mut self, from: Origin, bytes: &[u8]) -> Read {
        let (version, fields) = match message::open(bytes) {
            Ok(opened) => opened,
            Err(malformed) => return malformed.into(),
        };
        match version {
            0 => self.community(SnmpVersion::V1, from, fields),
            1 => self.community(SnmpVersion::V2c, from, fields),
            3 => self.v3(from, fields, bytes),
            other => dead(
                DeadReason::Version,
                format!("SNMP version number {other}: only v1 (0), v2c (1) and v3 (3) are read"),
            ),
        }
    }

    fn community(&mut self, version: SnmpVersion, from: Origin, mut fields: Reader<'_>) -> Read {
        let name = match fields.octets("the community is not an OCTET STRING") {
            Ok(name) => name,
            Err(malformed) => return malformed.into(),
        };
        let tenant = match self.communities.get(name) {
            Some(known) if !known.loopback_only || from.peer.is_loopback() => known.tenant,
            Some(_) => {
                return dead(
                    DeadReason::Community,
                    "this community is believed from this machine only: name it under [[snmp.communities]] to open it to the network",
                );
            }
            None => {
                return dead(
                    DeadReason::Community,
                    "unknown community: add it under [[snmp.communities]], or correct it on the device",
                );
            }
        };
        match pdu::read(version, &mut fields, &mut self.scratch) {
            Err(refused) => refused.into(),
            Ok(notified) if !notified.notification.inform => Read::Trap(tenant, notified.notification),
            Ok(notified) => Read::Inform {
                tenant,
                key: key(from.peer, &[], &notified),
                answer: message::v2c(name, &message::response(notified.request_id, notified.varbinds)),
                notification: notified.notification,
            },
        }
    }

    fn v3(&mut self, from: Origin, fields: Reader<'_>, bytes: &[u8]) -> Read {
        let header = match message::header(fields) {
            Ok(header) => header,
            Err(malformed) => return malformed.into(),
        };
        if header.model != message::USM {
            return dead(DeadReason::Version, format!("v3 security model {}: only USM (3) is read", header.model));
        }
        self.secured(from, &header, bytes)
    }

    /// Whether a message is signed and encrypted as is configured, in words.
    pub(super) fn level_word(level: u8) -> &'static str {
        match level & (AUTH | PRIV) {
            0 => "noAuthNoPriv",
            AUTH => "authNoPriv",
            _ => "authPriv",
        }
    }
}

/// What tells a retry of an inform from another one.
pub(super) fn key(peer: IpAddr, engine: &[u8], notified: &Notified<'_>) -> u64 {
    let mut hash = Xxh3::new();
    match peer {
        IpAddr::V4(peer) => hash.update(&peer.octets()),
        IpAddr::V6(peer) => hash.update(&peer.octets()),
    }
    hash.update(&[engine.len() as u8]);
    hash.update(engine);
    hash.update(&notified.request_id.to_be_bytes());
    hash.update(notified.varbinds);
    hash.digest()
}
