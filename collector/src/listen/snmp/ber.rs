//! BER (X.690) as SNMP uses it: definite lengths, no recursion, nothing copied. Reads leniently where devices are known to be lax
//! (lengths and integers that are longer than needed), writes strictly.

use std::ops::Range;

use pedkai_core::model::Name;

pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTETS: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const ADDRESS: u8 = 0x40;
pub(super) const COUNTER32: u8 = 0x41;
pub(super) const GAUGE32: u8 = 0x42;
pub(super) const TICKS: u8 = 0x43;
pub(super) const OPAQUE: u8 = 0x44;
pub(super) const NSAP: u8 = 0x45;
pub(super) const COUNTER64: u8 = 0x46;
pub(super) const UINTEGER32: u8 = 0x47;

/// The most arcs of an object id (RFC 2578, 3.5).
const ARCS: usize = 128;

/// What is wrong with the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Malformed(pub(super) &'static str);

type Result<T> = std::result::Result<T, Malformed>;

/// A cursor over part of a message.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    message: &'a [u8],
    at: usize,
    end: usize,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(message: &'a [u8]) -> Self {
        Self {
            message,
            at: 0,
            end: message.len(),
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.at >= self.end
    }

    /// What has not been read yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.message.get(self.at..self.end).unwrap_or(&[])
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.rest().first().copied()
    }

    fn byte(&mut self) -> Result<u8> {
        let byte = self.peek().ok_or(Malformed("BER: it ends in the middle of a value"))?;
        self.at += 1;
        Ok(byte)
    }

    fn length(&mut self) -> Result<usize> {
        let first = self.byte()?;
        if first < 0x80 {
            return Ok(usize::from(first));
        }
        let octets = usize::from(first & 0x7f);
        if octets == 0 {
            return Err(Malformed("BER: a value of indefinite length, which SNMP forbids"));
        }
        let mut length = 0_usize;
        for _ in 0..octets {
            length = length.checked_mul(256).ok_or(Malformed("BER: a length that cannot be"))? + usize::from(self.byte()?);
        }
        Ok(length)
    }

    /// Reads any value: its tag and where its content lies in the message.
    fn any_range(&mut self) -> Result<(u8, Range<usize>)> {
        let tag = self.byte()?;
        let length = self.length()?;
        if length > self.end - self.at {
            return Err(Malformed("BER: a length runs past the end"));
        }
        let range = self.at..self.at + length;
        self.at = range.end;
        Ok((tag, range))
    }

    /// Reads any value: tag and content.
    pub(super) fn any(&mut self) -> Result<(u8, &'a [u8])> {
        let (tag, range) = self.any_range()?;
        Ok((tag, self.message.get(range).unwrap_or(&[])))
    }

    fn expect(&mut self, tag: u8, wrong: &'static str) -> Result<Range<usize>> {
        let (found, range) = self.any_range()?;
        if found == tag { Ok(range) } else { Err(Malformed(wrong)) }
    }

    /// Enters a constructed value.
    pub(super) fn enter(&mut self, tag: u8, wrong: &'static str) -> Result<Reader<'a>> {
        let range = self.expect(tag, wrong)?;
        Ok(Reader {
            message: self.message,
            at: range.start,
            end: range.end,
        })
    }

    pub(super) fn octets(&mut self, wrong: &'static str) -> Result<&'a [u8]> {
        let range = self.octets_range(wrong)?;
        Ok(self.message.get(range).unwrap_or(&[]))
    }

    /// Where in the message the content of the next octet string lies.
    pub(super) fn octets_range(&mut self, wrong: &'static str) -> Result<Range<usize>> {
        self.expect(OCTETS, wrong)
    }

    pub(super) fn integer(&mut self, wrong: &'static str) -> Result<i64> {
        let range = self.expect(INTEGER, wrong)?;
        signed(self.message.get(range).unwrap_or(&[]))
    }

    /// An INTEGER of 0 to 2^31 - 1.
    pub(super) fn natural(&mut self, wrong: &'static str) -> Result<u32> {
        match u32::try_from(self.integer(wrong)?) {
            Ok(value) if value <= 0x7fff_ffff => Ok(value),
            _ => Err(Malformed(wrong)),
        }
    }
}

/// Two's complement of up to 8 bytes; none at all count as 0.
pub(super) fn signed(content: &[u8]) -> Result<i64> {
    if content.len() > 8 {
        return Err(Malformed("BER: an integer of more than 8 bytes"));
    }
    let negative = content.first().is_some_and(|first| *first >= 0x80);
    let start = if negative { -1_i64 } else { 0 };
    Ok(content.iter().fold(start, |value, byte| (value << 8) | i64::from(*byte)))
}

/// Up to 8 bytes without sign, after leading zeros; devices that forget the leading zero are meant as they say.
pub(super) fn unsigned(content: &[u8]) -> Result<u64> {
    let zeros = content.iter().take_while(|byte| **byte == 0).count();
    let content = content.get(zeros..).unwrap_or(&[]);
    if content.len() > 8 {
        return Err(Malformed("BER: a counter of more than 8 bytes"));
    }
    Ok(content.iter().fold(0, |value, byte| (value << 8) | u64::from(*byte)))
}

/// The dotted form of an object id, made in `scratch`.
pub(super) fn dotted(content: &[u8], scratch: &mut String) -> Result<Name> {
    scratch.clear();
    write_dotted(content, scratch)?;
    Ok(Name::from(scratch.as_str()))
}

/// Appends the dotted form of an object id.
pub(super) fn write_dotted(content: &[u8], out: &mut String) -> Result<()> {
    let mut arcs = 0;
    let mut arc = 0_u64;
    let mut open = false;
    for byte in content {
        arc = (arc << 7) | u64::from(byte & 0x7f);
        if arc > u64::from(u32::MAX) + 80 {
            return Err(Malformed("BER: an object id with an arc above 2^32"));
        }
        open = byte & 0x80 != 0;
        if open {
            continue;
        }
        if arcs == 0 {
            let root = (arc / 40).min(2);
            push_decimal(root, out);
            out.push('.');
            arc -= root * 40;
        } else {
            out.push('.');
        }
        push_decimal(arc, out);
        arc = 0;
        arcs += 1;
        if arcs >= ARCS {
            return Err(Malformed("BER: an object id of more than 128 arcs"));
        }
    }
    if open || arcs == 0 {
        return Err(Malformed("BER: an object id that is empty or ends within an arc"));
    }
    Ok(())
}

fn push_decimal(mut value: u64, out: &mut String) {
    // Most arcs are a digit.
    if value < 10 {
        out.push(char::from(b'0' + value as u8));
        return;
    }
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.push_str(std::str::from_utf8(&digits[at..]).unwrap_or_default());
}

/// Appends tag and length, then `content`.
pub(super) fn put(out: &mut Vec<u8>, tag: u8, content: &[u8]) {
    out.push(tag);
    let length = content.len();
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let bytes = length.to_be_bytes();
        let significant = bytes.get(bytes.iter().take_while(|byte| **byte == 0).count()..).unwrap_or(&[]);
        out.push(0x80 | significant.len() as u8);
        out.extend_from_slice(significant);
    }
    out.extend_from_slice(content);
}

/// Appends an integer-like value in its shortest form.
pub(super) fn put_integer(out: &mut Vec<u8>, tag: u8, value: i64) {
    let bytes = value.to_be_bytes();
    let mut from = 0;
    while from < 7 && ((bytes[from] == 0 && bytes[from + 1] < 0x80) || (bytes[from] == 0xff && bytes[from + 1] >= 0x80)) {
        from += 1;
    }
    put(out, tag, &bytes[from..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lengths_and_integers_are_read_leniently_and_written_shortly() {
        let mut out = Vec::new();
        put(&mut out, OCTETS, &[7; 300]);
        assert_eq!(&out[..4], [OCTETS, 0x82, 1, 44]);
        assert_eq!(Reader::new(&out).octets("").unwrap().len(), 300);
        let long_form = [INTEGER, 0x84, 0, 0, 0, 2, 0, 5];
        assert_eq!(Reader::new(&long_form).integer("").unwrap(), 5);
        assert_eq!(signed(&[0xff]).unwrap(), -1);
        assert_eq!(unsigned(&[0xff, 0xff, 0xff, 0xff]).unwrap(), 0xffff_ffff, "a forgotten leading zero");
        assert_eq!(unsigned(&[0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).unwrap(), u64::MAX);
        for wrong in [&[0x30, 0x80, 0, 0][..], &[0x30, 5, 0], &[0x30, 0x89, 1, 1, 1, 1, 1, 1, 1, 1, 1], &[], &[2]] {
            assert!(Reader::new(wrong).any().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn object_ids() {
        let mut scratch = String::new();
        assert_eq!(dotted(&[0x2b, 6, 1, 6, 3, 1, 1, 4, 1, 0], &mut scratch).unwrap(), *"1.3.6.1.6.3.1.1.4.1.0");
        assert_eq!(dotted(&[0x88, 0x37, 0x8f, 0xff, 0xff, 0xff, 0x7f], &mut scratch).unwrap(), *"2.999.4294967295");
        assert!(dotted(&[], &mut scratch).is_err() && dotted(&[0x2b, 0x86], &mut scratch).is_err());
        assert!(dotted(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], &mut scratch).is_err());
        assert!(dotted(&[1; 200], &mut scratch).is_err());
    }

    proptest! {
        #[test]
        fn integers_round_trip(value: i64) {
            let mut out = Vec::new();
            put_integer(&mut out, INTEGER, value);
            prop_assert_eq!(Reader::new(&out).integer("").unwrap(), value);
        }

        #[test]
        fn object_ids_agree_with_another_codec(arcs in prop::collection::vec(any::<u32>(), 1..40), root in 0_u32..2, second in 0_u32..40) {
            let all = [vec![root, second], arcs].concat();
            let content = async_snmp::Oid::new(all.iter().copied()).to_ber().unwrap();
            let expected = all.iter().map(u32::to_string).collect::<Vec<_>>().join(".");
            prop_assert_eq!(dotted(&content, &mut String::new()).unwrap(), expected.as_str());
        }

        #[test]
        fn rubbish_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let mut reader = Reader::new(&bytes);
            while let Ok((_, content)) = reader.any() {
                let _ = (dotted(content, &mut String::new()), signed(content), unsigned(content));
            }
        }
    }
}
