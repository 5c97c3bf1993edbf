//! Notification PDUs: RFC 1157 Trap-PDU, RFC 3416 SNMPv2-Trap-PDU and InformRequest-PDU, v1 translated by RFC 3584, 3.1.

use std::fmt::Write;

use pedkai_core::model::{Name, SnmpNotification, SnmpVersion, VarBind, VarValue};

use super::ber::{self, Malformed, Reader};

pub(super) const TRAP_V1: u8 = 0xa4;
pub(super) const INFORM: u8 = 0xa6;
pub(super) const TRAP_V2: u8 = 0xa7;

const UPTIME: &[u8] = &[0x2b, 6, 1, 2, 1, 1, 3, 0];
const TRAP_OID: &[u8] = &[0x2b, 6, 1, 6, 3, 1, 1, 4, 1, 0];
const TRAP_ENTERPRISE: &[u8] = &[0x2b, 6, 1, 6, 3, 1, 1, 4, 3, 0];
const TRAP_ADDRESS: &[u8] = &[0x2b, 6, 1, 6, 3, 18, 1, 3, 0];
const TRAP_COMMUNITY: &[u8] = &[0x2b, 6, 1, 6, 3, 18, 1, 4, 0];

/// A notification, and what an answer to it needs.
#[derive(Debug)]
pub(super) struct Notified<'a> {
    pub(super) notification: SnmpNotification,
    /// Of v2 PDUs; 0 of v1 traps.
    pub(super) request_id: i32,
    /// Encoded variable bindings, whole.
    pub(super) varbinds: &'a [u8],
}

/// Why a PDU is not taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    Malformed(Malformed),
    /// The tag of a PDU that is no notification, or not one of this version.
    NotNotification(u8),
}

impl From<Malformed> for Refused {
    fn from(malformed: Malformed) -> Self {
        Refused::Malformed(malformed)
    }
}

/// Reads the PDU that comes next. `scratch` is only there to be used again.
pub(super) fn read<'a>(version: SnmpVersion, message: &mut Reader<'a>, scratch: &mut String) -> Result<Notified<'a>, Refused> {
    let tag = message.peek().ok_or(Malformed("the PDU is missing"))?;
    let inform = match (version, tag) {
        (SnmpVersion::V1, TRAP_V1) => return Ok(read_v1(message.enter(TRAP_V1, "")?, scratch)?),
        (SnmpVersion::V2c | SnmpVersion::V3, TRAP_V2) => false,
        (SnmpVersion::V2c | SnmpVersion::V3, INFORM) => true,
        (_, other) => return Err(Refused::NotNotification(other)),
    };
    let mut pdu = message.enter(tag, "")?;
    let request_id = request_id(&mut pdu)?;
    pdu.integer("the PDU's error status is not an INTEGER")?;
    pdu.integer("the PDU's error index is not an INTEGER")?;
    let varbinds = pdu.enter(ber::SEQUENCE, "the variable bindings are not a SEQUENCE")?;
    let mut notification = SnmpNotification {
        version,
        trap_oid: Name::EMPTY,
        uptime: 0,
        inform,
        agent_address: None,
        varbinds: Vec::with_capacity(8),
    };
    read_varbinds(varbinds, &mut notification, scratch)?;
    if notification.trap_oid.is_empty() {
        return Err(Malformed("there is no snmpTrapOID.0 among the variable bindings").into());
    }
    Ok(Notified {
        notification,
        request_id,
        varbinds: varbinds.rest(),
    })
}

/// The request id that a PDU begins with.
pub(super) fn request_id(pdu: &mut Reader<'_>) -> Result<i32, Malformed> {
    const WRONG: &str = "the PDU's request id is not an Integer32";
    i32::try_from(pdu.integer(WRONG)?).map_err(|_| Malformed(WRONG))
}

fn read_v1<'a>(mut pdu: Reader<'a>, scratch: &mut String) -> Result<Notified<'a>, Malformed> {
    let (tag, enterprise) = pdu.any()?;
    if tag != ber::OID {
        return Err(Malformed("the trap's enterprise is not an OBJECT IDENTIFIER"));
    }
    let (tag, agent) = pdu.any()?;
    if tag != ber::ADDRESS && tag != ber::OCTETS {
        return Err(Malformed("the trap's agent address is not an IpAddress"));
    }
    let generic = pdu.natural("the trap's generic number is not an INTEGER of 0 to 6")?;
    let specific = pdu.integer("the trap's specific number is not an INTEGER")?;
    let (tag, ticks) = pdu.any()?;
    if tag != ber::TICKS {
        return Err(Malformed("the trap's time stamp is not TimeTicks"));
    }
    let enterprise = ber::dotted(enterprise, scratch)?;
    scratch.clear();
    match (generic, u32::try_from(specific)) {
        (0..=5, _) => {
            let _ = write!(scratch, "1.3.6.1.6.3.1.1.5.{}", generic + 1);
        }
        (6, Ok(specific)) => {
            let _ = write!(scratch, "{enterprise}.0.{specific}");
        }
        (6, Err(_)) => return Err(Malformed("the trap's specific number is negative")),
        _ => return Err(Malformed("the trap's generic number is above 6")),
    }
    let mut notification = SnmpNotification {
        version: SnmpVersion::V1,
        trap_oid: Name::from(scratch.as_str()),
        uptime: ber::unsigned(ticks)? as u32,
        inform: false,
        agent_address: None,
        varbinds: Vec::with_capacity(8),
    };
    let varbinds = pdu.enter(ber::SEQUENCE, "the variable bindings are not a SEQUENCE")?;
    read_varbinds(varbinds, &mut notification, scratch)?;
    complete_v1(&mut notification, enterprise, agent, scratch)?;
    Ok(Notified {
        notification,
        request_id: 0,
        varbinds: varbinds.rest(),
    })
}

/// RFC 3584, 3.1 (4): what a proxy would add, except the community, which stays at the door.
fn complete_v1(notification: &mut SnmpNotification, enterprise: Name, agent: &[u8], scratch: &mut String) -> Result<(), Malformed> {
    let agent = address(agent).filter(|agent| agent != "0.0.0.0");
    if let (None, Some(agent)) = (&notification.agent_address, agent) {
        notification.varbinds.push(VarBind {
            oid: ber::dotted(TRAP_ADDRESS, scratch)?,
            value: VarValue::Address(agent.clone()),
        });
        notification.agent_address = Some(agent);
    }
    let oid = ber::dotted(TRAP_ENTERPRISE, scratch)?;
    if !notification.varbinds.iter().any(|bind| bind.oid == oid) {
        notification.varbinds.push(VarBind {
            oid,
            value: VarValue::Oid(enterprise),
        });
    }
    Ok(())
}

fn read_varbinds(mut list: Reader<'_>, into: &mut SnmpNotification, scratch: &mut String) -> Result<(), Malformed> {
    let v2 = into.version != SnmpVersion::V1;
    let mut index = 0;
    while !list.is_empty() {
        let mut bind = list.enter(ber::SEQUENCE, "a variable binding is not a SEQUENCE")?;
        let (tag, oid) = bind.any()?;
        if tag != ber::OID {
            return Err(Malformed("a variable binding does not begin with an OBJECT IDENTIFIER"));
        }
        let (tag, content) = bind.any()?;
        match oid {
            UPTIME if v2 && index < 2 && tag == ber::TICKS => into.uptime = ber::unsigned(content)? as u32,
            TRAP_OID if v2 && tag == ber::OID && into.trap_oid.is_empty() => into.trap_oid = ber::dotted(content, scratch)?,
            TRAP_COMMUNITY => {}
            _ => {
                let value = value(tag, content, scratch)?;
                if oid == TRAP_ADDRESS && into.agent_address.is_none() {
                    into.agent_address = spoken_for(&value);
                }
                into.varbinds.push(VarBind {
                    oid: ber::dotted(oid, scratch)?,
                    value,
                });
            }
        }
        index += 1;
    }
    Ok(())
}

fn spoken_for(value: &VarValue) -> Option<Name> {
    match value {
        VarValue::Address(address) if address != "0.0.0.0" => Some(address.clone()),
        _ => None,
    }
}

fn value(tag: u8, content: &[u8], scratch: &mut String) -> Result<VarValue, Malformed> {
    Ok(match tag {
        ber::INTEGER => VarValue::Integer(ber::signed(content)?),
        ber::COUNTER32 | ber::GAUGE32 | ber::TICKS | ber::UINTEGER32 | ber::COUNTER64 => VarValue::Unsigned(ber::unsigned(content)?),
        ber::OCTETS => match text(content) {
            Some(text) => VarValue::Text(Name::from(text)),
            None => VarValue::Bytes(content.to_vec()),
        },
        ber::OID if content.is_empty() => VarValue::Oid(Name::from("0.0")),
        ber::OID => VarValue::Oid(ber::dotted(content, scratch)?),
        ber::ADDRESS => match address(content) {
            Some(address) => VarValue::Address(address),
            None => VarValue::Bytes(content.to_vec()),
        },
        ber::OPAQUE | ber::NSAP => VarValue::Bytes(content.to_vec()),
        // NULL, and RFC 3416's noSuchObject, noSuchInstance, endOfMibView.
        ber::NULL | 0x80..=0x82 => VarValue::Null,
        _ => return Err(Malformed("a variable binding holds a value of a type that SNMP does not have")),
    })
}

fn text(content: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(content).ok()?;
    let plain = if content.is_ascii() {
        !content.iter().any(u8::is_ascii_control)
    } else {
        !text.chars().any(char::is_control)
    };
    plain.then_some(text)
}

fn address(content: &[u8]) -> Option<Name> {
    let octets: [u8; 4] = content.try_into().ok()?;
    Some(Name::from(std::net::Ipv4Addr::from(octets).to_string()))
}
