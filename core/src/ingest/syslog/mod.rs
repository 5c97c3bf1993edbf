//! Syslog lines, RFC 5424 and RFC 3164, and the many forms that routers really send.

mod date;
mod legacy;
mod rfc5424;
mod tag;

pub(super) use tag::Tag;

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::model::{Name, Timestamp};

/// Bytes of a line that are read; what a listener hands in beyond is cut.
const LONGEST: usize = 65_536;

/// A structured data element: its id and its parameters in order.
pub type SdElement = (Name, Vec<(Name, Name)>);

/// A syslog line taken apart. Empty fields were nil or not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyslogMessage {
    /// Facility, 0–23; 1 (user) where the line has no priority (RFC 3164 §4.3.3).
    pub facility: u8,
    /// Severity of the priority, 0–7; 5 (notice) where the line has none.
    pub severity: u8,
    /// When the sender says it happened; `None` where it says nothing, or nothing that can be believed.
    pub timestamp: Option<Timestamp>,
    /// Host the line names.
    pub host: Name,
    /// Application or process.
    pub app: Name,
    /// Process id.
    pub procid: Name,
    /// Message id: RFC 5424's field, else the vendor's mnemonic as written (`LINK-3-UPDOWN`, `RPD_OSPF_NBRDOWN`, `IFNET/4/IF_STATE`).
    pub msgid: Name,
    /// Structured data, RFC 5424 §6.3.
    pub structured_data: Vec<SdElement>,
    /// The message itself.
    pub text: Name,
}

/// Where a vendor's own severity and mnemonic stand; kept beside the message, for the mapping only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) message: SyslogMessage,
    pub(super) tag: Tag,
}

impl SyslogMessage {
    /// Reads a line as received, without its framing. `received_at` gives the year that RFC 3164 leaves out; a date that lies absurdly far
    /// from it is not believed. Bytes that are no UTF-8 are replaced.
    ///
    /// # Errors
    /// Why it is no syslog at all: empty, or not text.
    pub fn read(bytes: &[u8], received_at: Timestamp) -> Result<Self, &'static str> {
        read(bytes, received_at).map(|line| line.message)
    }

    /// The value of a structured data parameter, whatever element it is in.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let params = self.structured_data.iter().flat_map(|(_, params)| params);
        params.clone().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

pub(super) fn read(bytes: &[u8], received_at: Timestamp) -> Result<Line, &'static str> {
    let bytes = &bytes[..bytes.len().min(LONGEST)];
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0' || c == '\u{feff}');
    if text.is_empty() {
        return Err("empty line");
    }
    if !looks_like_text(text) {
        return Err("not text: most of its bytes are control characters or no UTF-8");
    }
    let (pri, rest) = priority(text);
    let mut line = rfc5424::read(rest, received_at).unwrap_or_else(|| legacy::read(rest, received_at));
    line.message.facility = pri / 8;
    line.message.severity = pri % 8;
    Ok(line)
}

/// `<PRI>` and what follows; 13 where there is none or none that is valid.
fn priority(text: &str) -> (u8, &str) {
    const USER_NOTICE: u8 = 13;
    let Some((digits, rest)) = text.strip_prefix('<').and_then(|t| t.split_once('>')) else {
        return (USER_NOTICE, text);
    };
    let valid = (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    match digits.parse::<u8>() {
        Ok(pri) if valid && pri < 192 => (pri, rest.trim_start_matches('\u{feff}')),
        _ => (USER_NOTICE, text),
    }
}

fn looks_like_text(text: &str) -> bool {
    if text.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        return true;
    }
    let mut bad = 0_usize;
    let mut all = 0_usize;
    for c in text.chars() {
        all += 1;
        bad += usize::from(c == '\u{fffd}' || (c.is_control() && !c.is_whitespace()));
    }
    bad * 3 <= all
}

impl Serialize for SyslogMessage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let nil = |name: &Name| (!name.is_empty()).then(|| name.clone());
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("facility", &self.facility)?;
        map.serialize_entry("severity", &self.severity)?;
        map.serialize_entry("timestamp", &self.timestamp)?;
        map.serialize_entry("host", &nil(&self.host))?;
        map.serialize_entry("app", &nil(&self.app))?;
        map.serialize_entry("procid", &nil(&self.procid))?;
        map.serialize_entry("msgid", &nil(&self.msgid))?;
        map.serialize_entry("structured_data", &Elements(&self.structured_data))?;
        map.serialize_entry("text", &self.text)?;
        map.end()
    }
}

/// Structured data as JSON: `{id: {name: value}}`, a repeated name (RFC 5424 §6.3.3 allows it) with its last value.
struct Elements<'a>(&'a [SdElement]);

impl Serialize for Elements<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (id, params) in self.0 {
            let params: std::collections::BTreeMap<&Name, &Name> = params.iter().map(|(k, v)| (k, v)).collect();
            map.serialize_entry(id, &params)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests;
