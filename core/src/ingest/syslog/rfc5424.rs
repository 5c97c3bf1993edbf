//! RFC 5424.

use super::{Line, SdElement, SyslogMessage, Tag, date};
use crate::model::{Name, Timestamp};

/// Reads what follows the priority; `None` where it is not RFC 5424.
pub(super) fn read(text: &str, received_at: Timestamp) -> Option<Line> {
    let (version, rest) = text.split_once(' ')?;
    if version.is_empty() || version.len() > 2 || !version.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (stamp, rest) = rest.split_once(' ')?;
    let timestamp = time(stamp, received_at)?;
    let mut fields = Fields(Some(rest));
    let (host, app, procid, msgid) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let (structured_data, text) = structured_data(fields.0.unwrap_or("-"));
    let text = text.trim_start_matches(['\u{feff}', ' ']);
    let nil = |word: &str, longest| if word == "-" { Name::EMPTY } else { Name::cut(word, longest) };
    let mut message = SyslogMessage {
        timestamp,
        host: nil(host, 255),
        app: nil(app, 48),
        procid: nil(procid, 128),
        msgid: nil(msgid, 64),
        structured_data,
        text: Name::from(text),
        ..SyslogMessage::default()
    };
    let mut tag = Tag::read(text);
    if tag.is_empty() && !message.msgid.is_empty() {
        tag = Tag::plain(&message.msgid);
    }
    if message.msgid.is_empty() {
        message.msgid = tag.written.clone();
    }
    Some(Line { message, tag })
}

/// `None`: not a time. `Some(None)`: nil, or one not to be believed.
fn time(stamp: &str, received_at: Timestamp) -> Option<Option<Timestamp>> {
    if stamp == "-" {
        return Some(None);
    }
    if let Some((stamp, "")) = date::rfc3339(stamp) {
        return Some(date::settle(stamp, received_at));
    }
    // Meraki writes seconds since 1970.
    let seconds: f64 = stamp.parse().ok().filter(|s: &f64| (1e9..1e10).contains(s))?;
    let at = Timestamp::from_micros((seconds * 1e6) as i64);
    Some(date::settle(date::Stamp::Date { at, zoned: true }, received_at))
}

struct Fields<'a>(Option<&'a str>);

impl<'a> Fields<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let text = self.0.take()?.trim_start_matches(' ');
        match text.split_once(' ') {
            Some((field, rest)) => {
                self.0 = Some(rest);
                Some(field)
            }
            None => Some(text).filter(|t| !t.is_empty()),
        }
    }
}

/// The elements, and the message behind them. What is not well formed belongs to the message.
fn structured_data(text: &str) -> (Vec<SdElement>, &str) {
    if let Some(rest) = text.strip_prefix('-')
        && (rest.is_empty() || rest.starts_with(' '))
    {
        return (Vec::new(), rest);
    }
    let mut elements = Vec::new();
    let mut rest = text;
    while rest.starts_with('[') {
        let Some((element, behind)) = element(&rest[1..]) else { break };
        elements.push(element);
        rest = behind;
    }
    (elements, rest)
}

fn element(text: &str) -> Option<(SdElement, &str)> {
    let end = text.find([' ', ']'])?;
    let id = &text[..end];
    if id.is_empty() || id.contains(['=', '"']) {
        return None;
    }
    let mut rest = text[end..].trim_start_matches(' ');
    let mut params = Vec::new();
    while !rest.starts_with(']') {
        let (name, value) = rest.split_once('=')?;
        let (value, behind) = quoted(value.trim_start_matches(' '))?;
        params.push((Name::from(name.trim()), value));
        rest = behind.trim_start_matches(' ');
    }
    Some(((Name::from(id), params), &rest[1..]))
}

/// `"value"` with `\"`, `\\` and `\]` unescaped.
fn quoted(text: &str) -> Option<(Name, &str)> {
    let text = text.strip_prefix('"')?;
    let mut value = String::new();
    let mut plain = 0;
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                let tail = &text[plain..at];
                let value = if value.is_empty() { Name::from(tail) } else { Name::from(value + tail) };
                return Some((value, &text[at + 1..]));
            }
            b'\\' if matches!(bytes.get(at + 1), Some(b'"' | b'\\' | b']')) => {
                value.push_str(&text[plain..at]);
                plain = at + 1;
                at += 2;
            }
            _ => at += 1,
        }
    }
    None
}
