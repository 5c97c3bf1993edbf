//! RFC 3164 and what is sent in its name: headers whose parts come in any order, or not at all.

use super::date::{self, Stamp};
use super::{Line, SyslogMessage, Tag};
use crate::model::{Name, Timestamp};

/// Reads what follows the priority. Always finds something: at worst everything is text.
pub(super) fn read(text: &str, received_at: Timestamp) -> Line {
    let mut header = Header::default();
    let mut rest = text.trim_start();
    if rest.starts_with("date=") || rest.starts_with("devname=") {
        return pairs(rest, received_at);
    }
    for _ in 0..8 {
        match header.part(rest, received_at) {
            Some(behind) => rest = behind.trim_start_matches(' '),
            None => break,
        }
    }
    let (app, procid, text) = process(rest);
    let mut tag = Tag::read(text);
    if tag.is_empty() {
        tag = Tag::within(text);
    }
    let message = SyslogMessage {
        timestamp: header.stamp.and_then(|stamp| date::settle(stamp, received_at)),
        host: Name::cut(header.host, 255),
        app: Name::from(app),
        procid: Name::from(procid),
        msgid: tag.written.clone(),
        text: Name::from(text),
        ..SyslogMessage::default()
    };
    Line { message, tag }
}

/// What the header has given so far.
#[derive(Default)]
struct Header<'a> {
    stamp: Option<Stamp>,
    stamps: u8,
    host: &'a str,
    /// Slot of the speaking card (IOS-XR) was seen.
    node: bool,
}

impl<'a> Header<'a> {
    /// Takes one part off the start; `None` when the header is over.
    fn part(&mut self, text: &'a str, received_at: Timestamp) -> Option<&'a str> {
        if text.is_empty() || text.starts_with('%') {
            return None;
        }
        // NX-OS without a name, and the colon behind a date.
        if let Some(behind) = text.strip_prefix(':') {
            return behind.starts_with(' ').then_some(behind);
        }
        // A relay puts its own date in front of the device's, which is the better one.
        if self.stamps < 2
            && let Some((stamp, behind)) = date::read(text, received_at)
            && (behind.is_empty() || behind.starts_with([' ', ':']))
        {
            self.stamps += 1;
            self.stamp = Some(stamp);
            return Some(behind.strip_prefix(':').unwrap_or(behind));
        }
        if let Some(behind) = sequence(text) {
            return Some(behind);
        }
        if !self.node
            && let Some(behind) = node(text)
        {
            self.node = true;
            return Some(behind);
        }
        self.host(text, received_at)
    }

    fn host(&mut self, text: &'a str, received_at: Timestamp) -> Option<&'a str> {
        let (word, behind) = text.split_once(' ').unwrap_or((text, ""));
        let behind = behind.trim_start_matches(' ');
        let bare = word.strip_suffix(':').unwrap_or(word);
        // Behind a relay's header: the device names itself and dates the message.
        let origin = self.stamps == 1 && bare.len() < word.len() && names_a_host(bare) && date::read(behind, received_at).is_some();
        if origin {
            self.host = bare;
            return Some(behind);
        }
        if !self.host.is_empty() || self.node {
            return None;
        }
        if !names_a_host(bare) {
            return None;
        }
        let header_goes_on =
            behind.starts_with('%') || node(behind).is_some() || (self.stamp.is_none() && date::read(behind.trim_start_matches(": "), received_at).is_some());
        let behind_a_date = self.stamp.is_some() && bare.len() == word.len() && !behind.is_empty();
        // Opengear names a port between host and date.
        let port_between = self.stamp.is_none()
            && bare.len() == word.len()
            && behind
                .split_once(' ')
                .is_some_and(|(port, after)| port.starts_with("port") && date::read(after, received_at).is_some());
        if port_between {
            self.host = bare;
            return behind.split_once(' ').map(|(_, after)| after);
        }
        (header_goes_on || behind_a_date).then(|| {
            self.host = bare;
            behind
        })
    }
}

fn names_a_host(word: &str) -> bool {
    !word.is_empty()
        && word.len() <= 255
        && word
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':' | b'%' | b'~' | b'+' | b'@'))
        && word.bytes().any(|b| b.is_ascii_alphanumeric())
}

/// `54:` or `000123:`, Cisco's counters.
fn sequence(text: &str) -> Option<&str> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let behind = text.get(digits..)?.strip_prefix(':')?;
    ((1..=12).contains(&digits) && (behind.is_empty() || behind.starts_with(' '))).then_some(behind)
}

/// `RP/0/RSP0/CPU0:`, `LC/0/2/CPU0:`, `0/RP0/ADMIN0:`.
fn node(text: &str) -> Option<&str> {
    let end = text.bytes().take(32).position(|b| b == b':')?;
    let place = &text[..end];
    let fits = place.contains('/')
        && place.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'/')
        && place
            .rsplit('/')
            .next()
            .is_some_and(|last| last.len() > 1 && last.as_bytes()[0].is_ascii_uppercase())
        && place
            .split('/')
            .any(|part| part.starts_with("RP") || part.starts_with("LC") || part.starts_with("CPU") || part.starts_with("ADMIN") || part.starts_with("RSP"));
    fits.then(|| &text[end + 1..])
}

/// `app[pid]: text`, `app: text`, or text alone.
fn process(text: &str) -> (&str, &str, &str) {
    let alone = ("", "", text);
    let text = text.strip_prefix(": ").unwrap_or(text);
    let end = text
        .bytes()
        .take(64)
        .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'/' | b'.' | b'+')));
    let Some(end) = end.filter(|e| *e > 0) else { return ("", "", text) };
    let (app, behind) = text.split_at(end);
    if let Some(inner) = behind.strip_prefix('[')
        && let Some((pid, after)) = inner.split_once(']')
        && pid.len() <= 32
        && !pid.contains(' ')
    {
        let after = after.trim_start_matches(' ');
        return (app, pid, after.strip_prefix(':').unwrap_or(after).trim_start());
    }
    let Some(after) = behind.strip_prefix(": ").or_else(|| (behind == ":").then_some("")) else {
        return if text.len() == alone.2.len() { alone } else { ("", "", text) };
    };
    // A vendor's tag, and Junos' own, is no process.
    if !Tag::read(text).is_empty() {
        return ("", "", text);
    }
    (app, "", after.trim_start())
}

/// `date=2019-04-04 time=09:19:21 devname=fw01 … type=traffic …` (Fortinet).
fn pairs(text: &str, received_at: Timestamp) -> Line {
    let value = |key: &str| {
        let found = text.split(' ').find_map(|word| word.strip_prefix(key)?.strip_prefix('='));
        found.unwrap_or("").trim_matches('"')
    };
    let stamp = [value("date"), value("time")].join(" ");
    let zone = value("tz");
    let stamp = date::read(&[stamp.as_str(), zone].concat(), received_at).map(|(stamp, _)| stamp);
    let msgid = value("logid");
    let message = SyslogMessage {
        timestamp: stamp.and_then(|stamp| date::settle(stamp, received_at)),
        host: Name::cut(value("devname"), 255),
        app: Name::cut(value("type"), 48),
        msgid: Name::cut(msgid, 32),
        text: Name::from(text),
        ..SyslogMessage::default()
    };
    let tag = Tag {
        written: message.msgid.clone(),
        mnemonic: message.msgid.clone(),
        ..Tag::default()
    };
    Line { message, tag }
}
