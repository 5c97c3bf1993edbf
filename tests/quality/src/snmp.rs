//! SNMP notifications as a listener would hand them in: what RFC 1157 and RFC 3416 put on the wire, v1 translated by RFC 3584.

use std::net::Ipv4Addr;

use anyhow::{Result, bail, ensure};
use pedkai_core::model::{Name, SnmpNotification, SnmpVersion, VarBind, VarValue};

const UPTIME: &str = "1.3.6.1.2.1.1.3.0";
const TRAP_OID: &str = "1.3.6.1.6.3.1.1.4.1.0";
const ENTERPRISE: &str = "1.3.6.1.6.3.1.1.4.3.0";

/// What is left of a BER encoding.
#[derive(Clone, Copy)]
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    /// The next element: tag and content.
    fn next(&mut self) -> Result<(u8, &'a [u8])> {
        let [tag, first, rest @ ..] = self.0 else { bail!("an element is cut short") };
        let (length, rest) = if *first < 0x80 {
            (usize::from(*first), rest)
        } else {
            let count = usize::from(first & 0x7f);
            ensure!(count <= 4 && rest.len() >= count, "a length is cut short");
            let (digits, rest) = rest.split_at(count);
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        };
        ensure!(rest.len() >= length, "an element is longer than what is there");
        let (content, rest) = rest.split_at(length);
        self.0 = rest;
        Ok((*tag, content))
    }

    fn enter(&mut self) -> Result<Bytes<'a>> {
        Ok(Bytes(self.next()?.1))
    }

    fn number(&mut self) -> Result<i64> {
        Ok(signed(self.next()?.1))
    }
}

fn signed(content: &[u8]) -> i64 {
    let start = if content.first().is_some_and(|first| first & 0x80 != 0) { -1 } else { 0 };
    content.iter().fold(start, |number, byte| number << 8 | i64::from(*byte))
}

fn unsigned(content: &[u8]) -> u64 {
    content.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn dotted(content: &[u8]) -> String {
    let mut arcs: Vec<u64> = Vec::new();
    let mut arc = 0_u64;
    for byte in content {
        arc = arc << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            if arcs.is_empty() {
                let first = (arc / 40).min(2);
                arcs.push(first);
                arc -= 40 * first;
            }
            arcs.push(arc);
            arc = 0;
        }
    }
    arcs.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
}

fn value(tag: u8, content: &[u8]) -> VarValue {
    match tag {
        0x02 => VarValue::Integer(signed(content)),
        0x41..=0x43 | 0x46 | 0x47 => VarValue::Unsigned(unsigned(content)),
        0x04 => match std::str::from_utf8(content) {
            Ok(text) if !text.chars().any(char::is_control) => VarValue::Text(Name::from(text)),
            _ => VarValue::Bytes(content.to_vec()),
        },
        0x06 => VarValue::Oid(Name::from(dotted(content))),
        0x40 => match <[u8; 4]>::try_from(content) {
            Ok(octets) => VarValue::Address(Name::from(Ipv4Addr::from(octets).to_string())),
            Err(_) => VarValue::Bytes(content.to_vec()),
        },
        0x05 | 0x80..=0x82 => VarValue::Null,
        _ => VarValue::Bytes(content.to_vec()),
    }
}

/// Reads one datagram.
pub(crate) fn decode(datagram: &[u8]) -> Result<SnmpNotification> {
    let mut message = Bytes(datagram).enter()?;
    let version = message.number()?;
    message.next()?;
    let (tag, pdu) = message.next()?;
    let mut pdu = Bytes(pdu);
    let mut notification = SnmpNotification {
        version: if version == 0 { SnmpVersion::V1 } else { SnmpVersion::V2c },
        trap_oid: Name::EMPTY,
        uptime: 0,
        inform: tag == 0xa6,
        agent_address: None,
        varbinds: Vec::new(),
    };
    let mut enterprise = None;
    match tag {
        0xa4 => enterprise = Some(head_v1(&mut pdu, &mut notification)?),
        0xa6 | 0xa7 => {
            pdu.number()?;
            pdu.number()?;
            pdu.number()?;
        }
        other => bail!("{other:#x} is no notification"),
    }
    let mut list = pdu.enter()?;
    while !list.0.is_empty() {
        let mut bind = list.enter()?;
        let oid = dotted(bind.next()?.1);
        let (tag, content) = bind.next()?;
        match oid.as_str() {
            UPTIME if enterprise.is_none() => notification.uptime = unsigned(content) as u32,
            TRAP_OID if enterprise.is_none() => notification.trap_oid = Name::from(dotted(content)),
            _ => notification.varbinds.push(VarBind {
                oid: Name::from(oid),
                value: value(tag, content),
            }),
        }
    }
    if let Some(enterprise) = enterprise {
        notification.varbinds.push(VarBind {
            oid: Name::from(ENTERPRISE),
            value: VarValue::Oid(enterprise),
        });
    }
    Ok(notification)
}

/// The head of a v1 trap; gives its enterprise.
fn head_v1(pdu: &mut Bytes<'_>, into: &mut SnmpNotification) -> Result<Name> {
    let enterprise = dotted(pdu.next()?.1);
    let agent = <[u8; 4]>::try_from(pdu.next()?.1)?;
    let (generic, specific) = (pdu.number()?, pdu.number()?);
    into.uptime = unsigned(pdu.next()?.1) as u32;
    let agent = Ipv4Addr::from(agent);
    into.agent_address = (!agent.is_unspecified()).then(|| Name::from(agent.to_string()));
    into.trap_oid = Name::from(if generic == 6 {
        format!("{enterprise}.0.{specific}")
    } else {
        format!("1.3.6.1.6.3.1.1.5.{}", generic + 1)
    });
    Ok(Name::from(enterprise))
}
