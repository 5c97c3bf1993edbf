//! Vendors' own message tags: `%LINK-3-UPDOWN:`, `%%01IFNET/4/IF_STATE(l)[3]:`, `RPD_OSPF_NBRDOWN:`.

use crate::model::Name;

/// A tag taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tag {
    /// As written, severity included.
    pub(crate) written: Name,
    /// Facility or module, in upper case as written: `LINK`, `PKT_INFRA-LINK`, `IFNET`; empty where the tag is one word.
    pub(crate) facility: Name,
    /// The tag's own severity, 0–7.
    pub(crate) severity: Option<u8>,
    /// Mnemonic: `UPDOWN`, `IF_STATE`, `RPD_OSPF_NBRDOWN`.
    pub(crate) mnemonic: Name,
    /// Facility and mnemonic are written with a slash (Huawei, H3C), not a dash.
    pub(crate) slash: bool,
    /// Bytes of the text up to and with the tag's end; what follows is for people.
    pub(crate) length: usize,
}

impl Tag {
    pub(crate) fn is_empty(&self) -> bool {
        self.mnemonic.is_empty()
    }

    /// A tag of one word that stands elsewhere (a message id).
    pub(super) fn plain(word: &str) -> Tag {
        // A message id may itself be written like a tag.
        dashed(word).or_else(|| slashed(word)).unwrap_or(Tag {
            written: Name::from(word),
            mnemonic: Name::from(word),
            ..Tag::default()
        })
    }

    /// A tag with a severity that stands within the first bytes of a text, behind words of a relay.
    pub(super) fn within(text: &str) -> Tag {
        let head = &text[..text.floor_char_boundary(text.len().min(160))];
        let found = head.match_indices(" %").find_map(|(at, _)| {
            let mut tag = Tag::read(&text[at + 1..]);
            tag.length += at + 1;
            tag.severity.is_some().then_some(tag)
        });
        found.unwrap_or_default()
    }

    /// The tag at the start of a message's text; empty where there is none.
    pub(super) fn read(text: &str) -> Tag {
        let bytes = text.as_bytes();
        let found = match bytes.first() {
            Some(b'%') if bytes.get(1) == Some(&b'%') => percent_percent(text),
            // NX-OS names the context first: %$ VDC-1 %$ %ETHPORT-…
            Some(b'%') if bytes.get(1) == Some(&b'$') => text[2..].find("%$").and_then(|end| {
                let start = 2 + end + 2;
                let blanks = text[start..].len() - text[start..].trim_start().len();
                let mut tag = Tag::read(&text[start + blanks..]);
                tag.length += start + blanks;
                (!tag.is_empty()).then_some(tag)
            }),
            Some(b'%') => percent(&text[1..], 1),
            Some(b'#') => slash_at(&text[1..], 1),
            Some(b'A'..=b'Z') => word(text).or_else(|| slash_at(text, 0)),
            _ => None,
        };
        found.unwrap_or_default()
    }
}

/// `FAC[-SUB]-SEV-MNEMONIC` or `MNEMONIC`, ended by `:` or a blank.
fn percent(text: &str, before: usize) -> Option<Tag> {
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/')))
        .unwrap_or(text.len());
    let written = &text[..end];
    let mut tag = dashed(written).or_else(|| one_word(written))?;
    tag.length = before + end + ending(&text[end..]);
    Some(tag)
}

fn dashed(written: &str) -> Option<Tag> {
    let bytes = written.as_bytes();
    let mut from = 0;
    while let Some(dash) = bytes[from..].iter().position(|b| *b == b'-') {
        let at = from + dash;
        if let (Some(digit @ b'0'..=b'7'), Some(b'-')) = (bytes.get(at + 1), bytes.get(at + 2))
            && at > 0
            && at + 3 < bytes.len()
        {
            return Some(Tag {
                written: Name::from(written),
                facility: Name::from(&written[..at]),
                severity: Some(digit - b'0'),
                mnemonic: Name::from(&written[at + 3..]),
                ..Tag::default()
            });
        }
        from = at + 1;
    }
    None
}

fn one_word(written: &str) -> Option<Tag> {
    let fits = (3..=64).contains(&written.len()) && written.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    fits.then(|| Tag {
        written: Name::from(written),
        mnemonic: Name::from(written),
        ..Tag::default()
    })
}

/// `%%01IFNET/4/IF_STATE(l)[4997]:`
fn percent_percent(text: &str) -> Option<Tag> {
    let digits = text[2..].bytes().take_while(u8::is_ascii_digit).count();
    slash_at(&text[2 + digits..], 2 + digits)
}

fn slash_at(text: &str, before: usize) -> Option<Tag> {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/')))?;
    let mut tag = slashed(&text[..end])?;
    let behind = &text[end..];
    // (l) or (t) or (D), [count], and a colon
    let mut length = 0;
    if behind.starts_with('(') {
        length += behind.find(')').filter(|at| *at <= 4)? + 1;
    }
    if behind[length..].starts_with('[') {
        length += behind[length..].find(']').filter(|at| *at <= 12)? + 1;
    }
    tag.length = before + end + length + ending(&behind[length..]);
    Some(tag)
}

fn slashed(written: &str) -> Option<Tag> {
    let mut parts = written.splitn(3, '/');
    let (facility, severity, mnemonic) = (parts.next()?, parts.next()?, parts.next()?);
    let [digit @ b'0'..=b'7'] = severity.as_bytes() else { return None };
    let fits = !facility.is_empty() && !mnemonic.is_empty() && facility.as_bytes()[0].is_ascii_uppercase();
    fits.then(|| Tag {
        written: Name::from(written),
        facility: Name::from(facility),
        severity: Some(digit - b'0'),
        mnemonic: Name::from(mnemonic),
        slash: true,
        ..Tag::default()
    })
}

/// `RPD_OSPF_NBRDOWN:` – upper case with an underscore or a digit, ended by a colon.
fn word(text: &str) -> Option<Tag> {
    let end = text.find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '_' | '-')))?;
    if !text[end..].starts_with(": ") && &text[end..] != ":" {
        return None;
    }
    let written = &text[..end];
    let mut tag = dashed(written).or_else(|| one_word(written).filter(|_| written.contains('_')))?;
    tag.length = end + ending(&text[end..]);
    Some(tag)
}

/// Bytes of ` : ` or `: ` at the start.
fn ending(text: &str) -> usize {
    let trimmed = text.trim_start_matches(' ');
    let Some(behind) = trimmed.strip_prefix(':') else { return 0 };
    text.len() - behind.trim_start_matches(' ').len()
}
