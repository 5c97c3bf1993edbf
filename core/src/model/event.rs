use serde::{Deserialize, Serialize};

use super::{Name, Severity, Timestamp};

/// The door an event came in by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SourceKind {
    /// SNMP notification.
    #[n(0)]
    Snmp,
    /// Syslog line.
    #[n(1)]
    Syslog,
    /// `POST /api/v1/alarms/ingest`.
    #[n(2)]
    Webhook,
    /// Pedkai itself.
    #[n(3)]
    Internal,
}

impl SourceKind {
    /// Every door, in the order of their numbers.
    pub const ALL: [SourceKind; 4] = [SourceKind::Snmp, SourceKind::Syslog, SourceKind::Webhook, SourceKind::Internal];

    /// The word used in metrics and rows.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            SourceKind::Snmp => "snmp",
            SourceKind::Syslog => "syslog",
            SourceKind::Webhook => "webhook",
            SourceKind::Internal => "internal",
        }
    }
}

/// What a listener hands in: authenticated, decrypted, its tenant known, not yet mapped.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode)]
pub struct Event {
    /// When the listener had the whole of it.
    #[n(0)]
    pub received_at: Timestamp,
    /// The door.
    #[n(1)]
    pub source: SourceKind,
    /// Address of the peer (no port), or for a webhook the name of the credential.
    #[n(2)]
    pub source_address: Name,
    /// The peer may speak for others (`[trust] relays`).
    #[n(3)]
    pub relay: bool,
    /// Hash of the sender's own key for this event (Idempotency-Key and index; peer, engine and request id): a second one with
    /// the same key changes nothing and gets the first one's answer.
    #[n(4)]
    pub key: Option<u64>,
    /// What was said.
    #[n(5)]
    pub payload: Payload,
}

/// What an event says, as it was said.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode)]
pub enum Payload {
    /// An SNMP notification; a v1 trap is already translated by RFC 3584.
    #[n(0)]
    Snmp(#[n(0)] Box<SnmpNotification>),
    /// A syslog line, its bytes as received without framing.
    #[n(1)]
    Syslog(
        #[n(0)]
        #[cbor(with = "minicbor::bytes")]
        Vec<u8>,
    ),
    /// An alarm in Pedkai's own form.
    #[n(2)]
    Alarm(#[n(0)] Box<AlarmReport>),
    /// What its reader could not make sense of, such as a line of a file.
    #[n(3)]
    Unreadable {
        /// Why, in a sentence.
        #[n(0)]
        reason: Name,
        /// The piece as it came.
        #[n(1)]
        #[cbor(with = "minicbor::bytes")]
        bytes: Vec<u8>,
    },
}

/// An alarm as a webhook reports it.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode, Serialize, Deserialize)]
pub struct AlarmReport {
    /// UUID, external id or unambiguous name of the entity.
    #[n(0)]
    pub entity_id: Name,
    /// What kind of alarm.
    #[n(1)]
    pub alarm_type: Name,
    /// Perceived severity.
    #[n(2)]
    pub severity: Severity,
    /// When it changed at the resource.
    #[n(3)]
    pub raised_at: Timestamp,
    /// The system that says so.
    #[n(4)]
    pub source_system: Name,
    /// Which of several alarms of this type on the entity.
    #[n(5)]
    #[serde(default)]
    pub qualifier: Name,
    /// Probable cause in the source's words.
    #[n(6)]
    #[serde(default)]
    pub probable_cause: Name,
    /// Free text.
    #[n(7)]
    #[serde(default)]
    pub text: Name,
    /// The condition is over.
    #[n(8)]
    #[serde(default)]
    pub cleared: bool,
    /// Anything else; `interface`, `neighbor` and `link` are understood by the topology.
    #[n(9)]
    #[serde(default)]
    pub attributes: Vec<(Name, Name)>,
}

/// Version of SNMP a notification came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
#[cbor(index_only)]
pub enum SnmpVersion {
    /// SNMPv1.
    #[n(0)]
    #[serde(rename = "1")]
    V1,
    /// SNMPv2c.
    #[n(1)]
    #[serde(rename = "2c")]
    V2c,
    /// SNMPv3.
    #[n(2)]
    #[serde(rename = "3")]
    V3,
}

/// An SNMP notification, v1 ones translated to v2 form by RFC 3584.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode, Serialize)]
pub struct SnmpNotification {
    /// Version it came in.
    #[n(0)]
    pub version: SnmpVersion,
    /// Dotted `snmpTrapOID.0`.
    #[n(1)]
    pub trap_oid: Name,
    /// `sysUpTime.0` in hundredths of a second.
    #[n(2)]
    pub uptime: u32,
    /// An inform, which wants an answer.
    #[n(3)]
    pub inform: bool,
    /// `snmpTrapAddress.0`, or a v1 trap's agent-addr, where it is not 0.0.0.0.
    #[n(4)]
    pub agent_address: Option<Name>,
    /// The further variable bindings in order (without sysUpTime.0 and snmpTrapOID.0).
    #[n(5)]
    pub varbinds: Vec<VarBind>,
}

/// One variable binding.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode, Serialize)]
pub struct VarBind {
    /// Dotted object id with its instance.
    #[n(0)]
    pub oid: Name,
    /// Its value.
    #[n(1)]
    pub value: VarValue,
}

/// Value of a variable binding.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode, Serialize)]
#[serde(rename_all = "snake_case", tag = "type", content = "value")]
pub enum VarValue {
    /// INTEGER.
    #[n(0)]
    Integer(#[n(0)] i64),
    /// Counter32, Counter64, Gauge32, TimeTicks, Unsigned32.
    #[n(1)]
    Unsigned(#[n(0)] u64),
    /// OCTET STRING that is valid UTF-8 without control characters.
    #[n(2)]
    Text(#[n(0)] Name),
    /// Any other OCTET STRING or Opaque, raw.
    #[n(3)]
    Bytes(
        #[n(0)]
        #[cbor(with = "minicbor::bytes")]
        Vec<u8>,
    ),
    /// OBJECT IDENTIFIER, dotted.
    #[n(4)]
    Oid(#[n(0)] Name),
    /// IpAddress, dotted.
    #[n(5)]
    Address(#[n(0)] Name),
    /// NULL or an exception.
    #[n(6)]
    Null,
}
