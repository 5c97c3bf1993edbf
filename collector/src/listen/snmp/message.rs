//! Messages around the PDUs: the v3 header (RFC 3412, 6; RFC 3414, 2.4), and the answers.

use std::ops::Range;

use super::ber::{self, Malformed, Reader};

const RESPONSE: u8 = 0xa2;
const REPORT: u8 = 0xa8;
/// USM, the only security model read here.
pub(super) const USM: i64 = 3;
/// The largest message that we take, as we say it to senders.
const LARGEST: i64 = 65_507;
/// RFC 3416: the answer would not fit.
const TOO_BIG: i64 = 1;

/// msgFlags: authenticated.
pub(super) const AUTH: u8 = 1;
/// msgFlags: encrypted.
pub(super) const PRIV: u8 = 2;
/// msgFlags: the sender wants to be told what is wrong.
pub(super) const REPORTABLE: u8 = 4;

/// Header and security parameters of a v3 message.
pub(super) struct Header<'a> {
    pub(super) id: i64,
    /// The longest answer that the sender takes.
    pub(super) largest: usize,
    pub(super) flags: u8,
    pub(super) model: i64,
    pub(super) security: Security<'a>,
    /// Scoped PDU, or its encrypted form in an octet string.
    pub(super) data: Reader<'a>,
}

/// UsmSecurityParameters.
pub(super) struct Security<'a> {
    pub(super) engine: &'a [u8],
    pub(super) boots: u32,
    pub(super) time: u32,
    pub(super) user: &'a [u8],
    /// Where in the message the signature lies.
    pub(super) signature: Range<usize>,
    pub(super) salt: &'a [u8],
}

/// Version and the rest of any SNMP message.
pub(super) fn open<'a>(message: &'a [u8]) -> Result<(i64, Reader<'a>), Malformed> {
    let mut fields = Reader::new(message).enter(ber::SEQUENCE, "not an SNMP message: it does not begin with a SEQUENCE")?;
    let version = fields.integer("not an SNMP message: it does not begin with a version")?;
    Ok((version, fields))
}

/// Reads the header of a v3 message after its version.
pub(super) fn header<'a>(mut fields: Reader<'a>) -> Result<Header<'a>, Malformed> {
    let mut global = fields.enter(ber::SEQUENCE, "v3: msgGlobalData is not a SEQUENCE")?;
    let id = i64::from(global.natural("v3: msgID is not an INTEGER of 0 to 2^31 - 1")?);
    let largest = global.natural("v3: msgMaxSize is not an INTEGER of 484 to 2^31 - 1")?;
    let flags = match global.octets("v3: msgFlags is not an OCTET STRING")? {
        [flags] => *flags & (AUTH | PRIV | REPORTABLE),
        _ => return Err(Malformed("v3: msgFlags is not one byte")),
    };
    if flags & (AUTH | PRIV) == PRIV {
        return Err(Malformed("v3: msgFlags ask for encryption without authentication"));
    }
    let model = global.integer("v3: msgSecurityModel is not an INTEGER")?;
    let mut outer = fields.enter(ber::OCTETS, "v3: msgSecurityParameters is not an OCTET STRING")?;
    let security = if model == USM { security(&mut outer)? } else { Security::NONE };
    Ok(Header {
        id,
        largest: largest as usize,
        flags,
        model,
        security,
        data: fields,
    })
}

impl Security<'_> {
    const NONE: Self = Security {
        engine: &[],
        boots: 0,
        time: 0,
        user: &[],
        signature: 0..0,
        salt: &[],
    };
}

fn security<'a>(outer: &mut Reader<'a>) -> Result<Security<'a>, Malformed> {
    let mut fields = outer.enter(ber::SEQUENCE, "v3: the security parameters are not a SEQUENCE")?;
    let engine = fields.octets("v3: msgAuthoritativeEngineID is not an OCTET STRING")?;
    let boots = fields.natural("v3: msgAuthoritativeEngineBoots is not an INTEGER of 0 to 2^31 - 1")?;
    let time = fields.natural("v3: msgAuthoritativeEngineTime is not an INTEGER of 0 to 2^31 - 1")?;
    let user = fields.octets("v3: msgUserName is not an OCTET STRING")?;
    let signature = fields.octets_range("v3: msgAuthenticationParameters is not an OCTET STRING")?;
    let salt = fields.octets("v3: msgPrivacyParameters is not an OCTET STRING")?;
    if engine.len() > 32 || user.len() > 32 {
        return Err(Malformed("v3: an engine id or user name of more than 32 bytes"));
    }
    Ok(Security {
        engine,
        boots,
        time,
        user,
        signature,
        salt,
    })
}

/// A scoped PDU: context engine id, context name, and the PDU that comes next.
pub(super) struct Scoped<'a> {
    pub(super) engine: &'a [u8],
    pub(super) name: &'a [u8],
    pub(super) pdu: Reader<'a>,
}

/// Reads a plain scoped PDU.
pub(super) fn scoped<'a>(mut data: Reader<'a>) -> Result<Scoped<'a>, Malformed> {
    let mut fields = data.enter(ber::SEQUENCE, "v3: the scoped PDU is not a SEQUENCE")?;
    Ok(Scoped {
        engine: fields.octets("v3: contextEngineID is not an OCTET STRING")?,
        name: fields.octets("v3: contextName is not an OCTET STRING")?,
        pdu: fields,
    })
}

/// A Response-PDU that repeats an inform's variable bindings (RFC 3416, 4.2.7).
pub(super) fn response(request_id: i32, varbinds: &[u8]) -> Vec<u8> {
    pdu(RESPONSE, request_id, 0, varbinds)
}

/// The Response-PDU for when the full one does not fit.
pub(super) fn too_big(request_id: i32) -> Vec<u8> {
    pdu(RESPONSE, request_id, TOO_BIG, &[])
}

/// A Report-PDU with one counter of `usmStats` (RFC 3414, 5), named by its last but one arc.
pub(super) fn report(request_id: i32, counter: u8, value: u32) -> Vec<u8> {
    let mut bind = Vec::new();
    ber::put(&mut bind, ber::OID, &[0x2b, 6, 1, 6, 3, 15, 1, 1, counter, 0]);
    ber::put_integer(&mut bind, ber::COUNTER32, i64::from(value));
    let mut binds = Vec::new();
    ber::put(&mut binds, ber::SEQUENCE, &bind);
    pdu(REPORT, request_id, 0, &binds)
}

fn pdu(tag: u8, request_id: i32, status: i64, varbinds: &[u8]) -> Vec<u8> {
    let mut fields = Vec::with_capacity(varbinds.len() + 32);
    ber::put_integer(&mut fields, ber::INTEGER, i64::from(request_id));
    ber::put_integer(&mut fields, ber::INTEGER, status);
    ber::put_integer(&mut fields, ber::INTEGER, 0);
    ber::put(&mut fields, ber::SEQUENCE, varbinds);
    wrapped(tag, &fields)
}

fn wrapped(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + 8);
    ber::put(&mut out, tag, content);
    out
}

/// A v2c message with `pdu`.
pub(super) fn v2c(community: &[u8], pdu: &[u8]) -> Vec<u8> {
    let mut fields = Vec::with_capacity(pdu.len() + community.len() + 16);
    ber::put_integer(&mut fields, ber::INTEGER, 1);
    ber::put(&mut fields, ber::OCTETS, community);
    fields.extend_from_slice(pdu);
    wrapped(ber::SEQUENCE, &fields)
}

/// A scoped PDU with `pdu`.
pub(super) fn in_scope(engine: &[u8], name: &[u8], pdu: &[u8]) -> Vec<u8> {
    let mut fields = Vec::with_capacity(pdu.len() + 64);
    ber::put(&mut fields, ber::OCTETS, engine);
    ber::put(&mut fields, ber::OCTETS, name);
    fields.extend_from_slice(pdu);
    wrapped(ber::SEQUENCE, &fields)
}

/// A v3 message around `data` (a scoped PDU, or its encrypted form as an octet string), its signature left as zeros at the range
/// that is given back.
pub(super) fn v3(id: i64, flags: u8, security: &Security<'_>, data: &[u8]) -> (Vec<u8>, Range<usize>) {
    let mut global = Vec::new();
    ber::put_integer(&mut global, ber::INTEGER, id);
    ber::put_integer(&mut global, ber::INTEGER, LARGEST);
    ber::put(&mut global, ber::OCTETS, &[flags]);
    ber::put_integer(&mut global, ber::INTEGER, USM);
    let mut parameters = Vec::new();
    ber::put(&mut parameters, ber::OCTETS, security.engine);
    ber::put_integer(&mut parameters, ber::INTEGER, i64::from(security.boots));
    ber::put_integer(&mut parameters, ber::INTEGER, i64::from(security.time));
    ber::put(&mut parameters, ber::OCTETS, security.user);
    let signature = vec![0; security.signature.len()];
    ber::put(&mut parameters, ber::OCTETS, &signature);
    ber::put(&mut parameters, ber::OCTETS, security.salt);
    let parameters = wrapped(ber::SEQUENCE, &parameters);

    let mut fields = Vec::with_capacity(data.len() + parameters.len() + 64);
    ber::put_integer(&mut fields, ber::INTEGER, 3);
    ber::put(&mut fields, ber::SEQUENCE, &global);
    ber::put(&mut fields, ber::OCTETS, &parameters);
    let after = data.len() + 2 + security.salt.len();
    fields.extend_from_slice(data);
    let message = wrapped(ber::SEQUENCE, &fields);
    let end = message.len().saturating_sub(after);
    let range = end.saturating_sub(signature.len())..end;
    (message, range)
}
