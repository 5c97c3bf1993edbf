//! Just enough BER to write SNMP v1 and v2c traps.

use std::net::Ipv4Addr;

/// A value of a varbind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// INTEGER.
    Integer(i64),
    /// OCTET STRING.
    Octets(Vec<u8>),
    /// OBJECT IDENTIFIER.
    Oid(Oid),
    /// IpAddress.
    Address(Ipv4Addr),
    /// Counter32.
    Counter(u32),
    /// Gauge32.
    Gauge(u32),
    /// TimeTicks.
    Ticks(u32),
}

impl Value {
    /// An OCTET STRING of a text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Octets(text.as_bytes().to_vec())
    }
}

/// An object identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oid(pub Vec<u32>);

impl Oid {
    /// The identifier with more arcs behind.
    #[must_use]
    pub fn with(&self, arcs: &[u32]) -> Self {
        Self([&self.0, arcs].concat())
    }
}

/// `oid("1.3.6")`; what is no number is left out.
#[must_use]
pub fn oid(dotted: &str) -> Oid {
    Oid(dotted.split('.').filter_map(|arc| arc.parse().ok()).collect())
}

/// A trap, whatever the version it is sent in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trap {
    /// `snmpTrapOID.0`.
    pub oid: Oid,
    /// What it carries after `sysUpTime.0` and `snmpTrapOID.0`.
    pub varbinds: Vec<(Oid, Value)>,
}

fn tlv(out: &mut Vec<u8>, tag: u8, content: &[u8]) {
    out.push(tag);
    let len = content.len();
    if let (Ok(short), true) = (u8::try_from(len), len < 0x80) {
        out.push(short);
    } else {
        let bytes = len.to_be_bytes();
        let first = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len() - 1);
        let significant = &bytes[first..];
        out.push(0x80 | u8::try_from(significant.len()).unwrap_or(8));
        out.extend_from_slice(significant);
    }
    out.extend_from_slice(content);
}

fn integer(out: &mut Vec<u8>, tag: u8, value: i64) {
    let bytes = value.to_be_bytes();
    let mut first = 0;
    while first < 7 && ((bytes[first] == 0 && bytes[first + 1] < 0x80) || (bytes[first] == 0xff && bytes[first + 1] >= 0x80)) {
        first += 1;
    }
    tlv(out, tag, &bytes[first..]);
}

fn arc(out: &mut Vec<u8>, value: u32) {
    for shift in [28, 21, 14, 7] {
        if value >> shift != 0 {
            out.push(0x80 | u8::try_from(value >> shift & 0x7f).unwrap_or(0));
        }
    }
    out.push(u8::try_from(value & 0x7f).unwrap_or(0));
}

fn identifier(out: &mut Vec<u8>, oid: &Oid) {
    let mut content = Vec::with_capacity(oid.0.len() + 4);
    let [first, second] = [oid.0.first().copied().unwrap_or(0), oid.0.get(1).copied().unwrap_or(0)];
    arc(&mut content, first.saturating_mul(40).saturating_add(second));
    for &part in oid.0.iter().skip(2) {
        arc(&mut content, part);
    }
    tlv(out, 0x06, &content);
}

fn varbind(out: &mut Vec<u8>, oid: &Oid, value: &Value) {
    let mut content = Vec::with_capacity(64);
    identifier(&mut content, oid);
    match value {
        Value::Integer(value) => integer(&mut content, 0x02, *value),
        Value::Octets(value) => tlv(&mut content, 0x04, value),
        Value::Oid(value) => identifier(&mut content, value),
        Value::Address(value) => tlv(&mut content, 0x40, &value.octets()),
        Value::Counter(value) => integer(&mut content, 0x41, i64::from(*value)),
        Value::Gauge(value) => integer(&mut content, 0x42, i64::from(*value)),
        Value::Ticks(value) => integer(&mut content, 0x43, i64::from(*value)),
    }
    tlv(out, 0x30, &content);
}

fn message(version: i64, community: &str, pdu_tag: u8, pdu: &[u8]) -> Vec<u8> {
    let mut content = Vec::with_capacity(pdu.len() + 32);
    integer(&mut content, 0x02, version);
    tlv(&mut content, 0x04, community.as_bytes());
    tlv(&mut content, pdu_tag, pdu);
    let mut out = Vec::with_capacity(content.len() + 4);
    tlv(&mut out, 0x30, &content);
    out
}

/// The datagram of an SNMPv2-Trap.
#[must_use]
pub fn trap_v2c(trap: &Trap, community: &str, request: u32, uptime_ticks: u32) -> Vec<u8> {
    let mut list = Vec::with_capacity(256);
    varbind(&mut list, &oid("1.3.6.1.2.1.1.3.0"), &Value::Ticks(uptime_ticks));
    varbind(&mut list, &oid("1.3.6.1.6.3.1.1.4.1.0"), &Value::Oid(trap.oid.clone()));
    for (oid, value) in &trap.varbinds {
        varbind(&mut list, oid, value);
    }
    let mut pdu = Vec::with_capacity(list.len() + 16);
    integer(&mut pdu, 0x02, i64::from(request & 0x7fff_ffff));
    integer(&mut pdu, 0x02, 0);
    integer(&mut pdu, 0x02, 0);
    tlv(&mut pdu, 0x30, &list);
    message(1, community, 0xa7, &pdu)
}

/// The datagram of an SNMPv1 trap, by the rules of RFC 3584 backwards.
#[must_use]
pub fn trap_v1(trap: &Trap, community: &str, agent: Ipv4Addr, uptime_ticks: u32) -> Vec<u8> {
    const STANDARD: &[u32] = &[1, 3, 6, 1, 6, 3, 1, 1, 5];
    let arcs = &trap.oid.0;
    let (last, head) = arcs.split_last().map_or((0, &arcs[..]), |(last, head)| (*last, head));
    let (enterprise, generic, specific) = if head == STANDARD && (1..=6).contains(&last) {
        (oid("1.3.6.1.4.1.9.1.1"), i64::from(last) - 1, 0)
    } else if let Some((0, enterprise)) = head.split_last() {
        (Oid(enterprise.to_vec()), 6, i64::from(last))
    } else {
        (Oid(head.to_vec()), 6, i64::from(last))
    };
    let mut list = Vec::with_capacity(256);
    for (oid, value) in &trap.varbinds {
        varbind(&mut list, oid, value);
    }
    let mut pdu = Vec::with_capacity(list.len() + 48);
    identifier(&mut pdu, &enterprise);
    tlv(&mut pdu, 0x40, &agent.octets());
    integer(&mut pdu, 0x02, generic);
    integer(&mut pdu, 0x02, specific);
    integer(&mut pdu, 0x43, i64::from(uptime_ticks));
    tlv(&mut pdu, 0x30, &list);
    message(0, community, 0xa4, &pdu)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_bytes() {
        let mut out = Vec::new();
        integer(&mut out, 0x02, 128);
        integer(&mut out, 0x02, -1);
        integer(&mut out, 0x43, 0xffff_ffff);
        identifier(&mut out, &oid("1.3.6.1.4.1.2636"));
        let expected = [
            &[0x02, 2, 0, 0x80, 0x02, 1, 0xff, 0x43, 5, 0, 0xff, 0xff, 0xff, 0xff][..],
            &[0x06, 7, 0x2b, 6, 1, 4, 1, 0x94, 0x4c],
        ];
        assert_eq!(out, expected.concat());
        let mut long = Vec::new();
        tlv(&mut long, 0x04, &[7; 300]);
        assert_eq!(&long[..4], &[0x04, 0x82, 1, 0x2c]);
    }
}
