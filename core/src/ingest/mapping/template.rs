//! Templates: text with `{fields}`.
//!
//! `{a}` is a field, `{a|b|'text'}` the first that is not empty, `{a?}` one that may be missing. A field of a trap is an object's name or
//! id (`{ifDescr}`, `{1.3.6.1.2.1.2.2.1.2}`): its label or value; `{x#}` its instance, `{x#first}` and `{x#last}` the instance's
//! first and last number, `{x#ip}` an address in the instance (with or without type and length before it), `{x#ip@-6}` the four numbers at
//! that place, `{x#text}` a string in it, `{x:ip}` a value that is an address
//! in octets, `{x:number}` the number without its label. A field of a line is a named group, `{sd.NAME}` a structured data parameter,
//! `{host}`, `{app}`, `{mnemonic}`, `{text}` what they say.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use super::super::oid::{Labels, OidNames};
use super::fields::{Fields, ROLES, Role};
use crate::model::VarValue;

/// A compiled template.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Text(Box<str>),
    Field { choices: Vec<Atom>, optional: bool },
}

#[derive(Clone, Debug, PartialEq)]
enum Atom {
    Varbind { oid: Box<str>, part: Part, labels: Option<Arc<Labels>> },
    Group(Box<str>),
    Parameter(Box<str>),
    Role(Role),
    Known(Known),
    Literal(Box<str>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Value,
    Number,
    Address,
    Index,
    IndexLast,
    IndexFirst,
    IndexAddress,
    /// Four numbers from this place on; negative: counted from the end.
    IndexAddressAt(i8),
    IndexText,
}

/// Fields that every event has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Host,
    App,
    Mnemonic,
    Text,
    Trap,
}

/// Which fields a template may name.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    /// Names of objects, in a trap's rule.
    pub(super) oids: Option<&'a OidNames>,
    /// The rule's named groups.
    pub(super) groups: &'a [String],
    /// The roles that the rule has filled (qualifier and text, not the roles themselves).
    pub(super) roles: bool,
}

impl Template {
    /// # Errors
    /// What is wrong and what to write instead.
    pub(super) fn compile(text: &str, scope: Scope<'_>) -> Result<Template, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            if open > 0 {
                pieces.push(Piece::Text(rest[..open].into()));
            }
            let close = rest[open..].find('}').ok_or_else(|| format!("'{text}' lacks a closing brace"))?;
            pieces.push(field(&rest[open + 1..open + close], scope)?);
            rest = &rest[open + close + 1..];
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.into()));
        }
        Ok(Template(pieces))
    }

    /// Ids of the objects it names.
    #[cfg(test)]
    pub(super) fn objects(&self) -> Vec<&str> {
        let fields = self.0.iter().filter_map(|piece| match piece {
            Piece::Field { choices, .. } => Some(choices),
            Piece::Text(_) => None,
        });
        let objects = fields.flatten().filter_map(|atom| match atom {
            Atom::Varbind { oid, .. } => Some(&**oid),
            _ => None,
        });
        objects.collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes the text into `out`; false where a field that may not be missing is.
    pub(super) fn render(&self, fields: &Fields<'_>, out: &mut String) -> bool {
        let mut whole = true;
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Field { choices, optional } => {
                    let found = choices.iter().map(|atom| atom.get(fields)).find(|value| !value.is_empty());
                    match found {
                        Some(value) => out.push_str(&value),
                        None => whole &= *optional,
                    }
                }
            }
        }
        whole
    }

    /// The text alone; borrowed where the template is one field that can be.
    pub(super) fn text<'f>(&'f self, fields: &'f Fields<'_>) -> Cow<'f, str> {
        if let [Piece::Field { choices, .. }] = self.0.as_slice() {
            return choices.iter().map(|atom| atom.get(fields)).find(|value| !value.is_empty()).unwrap_or_default();
        }
        let mut out = String::new();
        self.render(fields, &mut out);
        Cow::Owned(out)
    }
}

fn field(inner: &str, scope: Scope<'_>) -> Result<Piece, String> {
    let (inner, optional) = match inner.strip_suffix('?') {
        Some(inner) => (inner, true),
        None => (inner, false),
    };
    let choices = inner.split('|').map(|word| atom(word.trim(), scope)).collect::<Result<Vec<_>, _>>()?;
    Ok(Piece::Field { choices, optional })
}

fn atom(word: &str, scope: Scope<'_>) -> Result<Atom, String> {
    if let Some(literal) = word.strip_prefix('\'').and_then(|w| w.strip_suffix('\'')) {
        return Ok(Atom::Literal(literal.into()));
    }
    if scope.groups.iter().any(|group| group == word) && !scope.roles {
        return Ok(Atom::Group(word.into()));
    }
    if scope.roles
        && let Some((role, _)) = ROLES.iter().find(|(_, name)| *name == word)
    {
        return Ok(Atom::Role(*role));
    }
    if scope.groups.iter().any(|group| group == word) {
        return Ok(Atom::Group(word.into()));
    }
    match (word, word.strip_prefix("sd.")) {
        ("host", _) => return Ok(Atom::Known(Known::Host)),
        ("mnemonic", _) => return Ok(Atom::Known(Known::Mnemonic)),
        ("app", _) => return Ok(Atom::Known(Known::App)),
        ("text", _) => return Ok(Atom::Known(Known::Text)),
        ("trap", _) => return Ok(Atom::Known(Known::Trap)),
        (_, Some(parameter)) => return Ok(Atom::Parameter(parameter.into())),
        _ => {}
    }
    let Some(oids) = scope.oids else {
        return Err(format!("there is no field '{word}' here; name a group of the rule's match, or sd.PARAMETER"));
    };
    let (name, part) = match word.find(['#', ':']) {
        // MODULE::name has colons of its own
        Some(at) if !word[at..].starts_with("::") => (&word[..at], &word[at..]),
        _ => match word.rfind('#') {
            Some(at) => (&word[..at], &word[at..]),
            None => (word, ""),
        },
    };
    let part = match part {
        "" => Part::Value,
        ":number" => Part::Number,
        ":ip" => Part::Address,
        "#" => Part::Index,
        "#last" => Part::IndexLast,
        "#first" => Part::IndexFirst,
        "#ip" => Part::IndexAddress,
        "#text" => Part::IndexText,
        at if at.starts_with("#ip@") => Part::IndexAddressAt(at[4..].parse().map_err(|_| format!("'{at}' names no place; write #ip@3 or #ip@-6"))?),
        other => return Err(format!("'{other}' is no part of a field; there are :number :ip # #first #last #ip #ip@N #text")),
    };
    let oid = oids
        .oid_of(name)
        .ok_or_else(|| format!("'{name}' is neither an object known by name nor a dotted id nor a group; load the MIB that defines it, or write its id"))?;
    Ok(Atom::Varbind {
        labels: oids.labels(&oid).cloned(),
        oid: oid.as_str().into(),
        part,
    })
}

impl Atom {
    fn get<'f>(&'f self, fields: &'f Fields<'_>) -> Cow<'f, str> {
        match self {
            Atom::Literal(text) => Cow::Borrowed(text),
            Atom::Group(name) => Cow::Borrowed(fields.group(name)),
            Atom::Parameter(name) => Cow::Borrowed(fields.message().and_then(|line| line.message.parameter(name)).unwrap_or("")),
            Atom::Role(role) => Cow::Borrowed(fields.role(*role)),
            Atom::Known(Known::Host) => Cow::Borrowed(fields.message().map_or("", |line| &line.message.host)),
            Atom::Known(Known::App) => Cow::Borrowed(fields.message().map_or("", |line| &line.message.app)),
            Atom::Known(Known::Mnemonic) => Cow::Borrowed(fields.message().map_or("", |line| &line.tag.mnemonic)),
            Atom::Known(Known::Text) => Cow::Borrowed(fields.message().map_or("", |line| &line.message.text)),
            Atom::Known(Known::Trap) => Cow::Borrowed(fields.trap_name()),
            Atom::Varbind { oid, part, labels } => match fields.varbind(oid) {
                Some((_, VarValue::Oid(value))) if *part == Part::Value => Cow::Borrowed(fields.named(value)),
                Some((instance, value)) => part.get(instance, value, labels.as_deref()),
                None => Cow::Borrowed(""),
            },
        }
    }
}

impl Part {
    fn get<'f>(self, instance: &'f str, value: &'f VarValue, labels: Option<&'f Labels>) -> Cow<'f, str> {
        match self {
            Part::Value => show(value, labels),
            Part::Number => show(value, None),
            Part::Address => address_value(value),
            Part::Index => Cow::Borrowed(instance),
            Part::IndexLast => Cow::Borrowed(instance.rsplit('.').next().unwrap_or("")),
            Part::IndexFirst => Cow::Borrowed(instance.split('.').next().unwrap_or("")),
            Part::IndexAddressAt(at) => Cow::Owned(index_address_at(instance, at).unwrap_or_default()),
            Part::IndexAddress => Cow::Owned(index_address(instance).unwrap_or_default()),
            Part::IndexText => Cow::Owned(index_text(instance)),
        }
    }
}

/// A value for people: labels for numbers, text for octets that are text, else hexadecimal.
pub(super) fn show<'f>(value: &'f VarValue, labels: Option<&'f Labels>) -> Cow<'f, str> {
    match value {
        VarValue::Integer(number) => match labels.and_then(|labels| labels.get(*number)) {
            Some(label) => Cow::Borrowed(label),
            None => Cow::Owned(number.to_string()),
        },
        VarValue::Unsigned(number) => match labels.and_then(|labels| labels.get(i64::try_from(*number).unwrap_or(i64::MAX))) {
            Some(label) => Cow::Borrowed(label),
            None => Cow::Owned(number.to_string()),
        },
        VarValue::Text(text) => Cow::Borrowed(without_number(text.trim(), labels)),
        VarValue::Oid(text) | VarValue::Address(text) => Cow::Borrowed(text),
        VarValue::Bytes(bytes) => Cow::Owned(octets(bytes, labels)),
        VarValue::Null => Cow::Borrowed(""),
    }
}

/// `down(2)` and `2`, as some senders write a labelled number as text, to `down`.
fn without_number<'f>(text: &'f str, labels: Option<&'f Labels>) -> &'f str {
    let Some(labels) = labels else { return text };
    if let Some(label) = text.parse().ok().and_then(|number| labels.get(number)) {
        return label;
    }
    match text.split_once('(') {
        Some((label, number)) if number.ends_with(')') && labels.of.iter().any(|(_, known)| known == label) => label,
        _ => text,
    }
}

fn octets(bytes: &[u8], labels: Option<&Labels>) -> String {
    if let Some(labels) = labels.filter(|labels| labels.bits) {
        let set = |bit: i64| {
            usize::try_from(bit)
                .ok()
                .and_then(|bit| bytes.get(bit / 8).map(|byte| byte & (0x80 >> (bit % 8)) != 0))
                == Some(true)
        };
        let names: Vec<&str> = labels.of.iter().filter(|(bit, _)| set(*bit)).map(|(_, name)| name.as_str()).collect();
        return names.join(", ");
    }
    let trimmed = bytes.strip_suffix(b"\0").unwrap_or(bytes);
    match std::str::from_utf8(trimmed) {
        Ok(text) if !text.chars().any(|c| c.is_control() && !c.is_whitespace()) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        _ => bytes.iter().take(64).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":"),
    }
}

fn address_value(value: &VarValue) -> Cow<'_, str> {
    let bytes = match value {
        VarValue::Bytes(bytes) => bytes.as_slice(),
        VarValue::Text(text) if text.parse::<std::net::IpAddr>().is_ok() => return Cow::Borrowed(text),
        // Four octets may happen to be printable.
        VarValue::Text(text) => text.as_bytes(),
        VarValue::Address(text) => return Cow::Borrowed(text),
        VarValue::Integer(_) | VarValue::Unsigned(_) | VarValue::Oid(_) | VarValue::Null => return Cow::Borrowed(""),
    };
    Cow::Owned(address_octets(bytes).unwrap_or_default())
}

fn address_octets(bytes: &[u8]) -> Option<String> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(Ipv4Addr::from(four).to_string());
    }
    // An IPv6 address may carry its zone behind it (InetAddressIPv6z).
    let sixteen = <[u8; 16]>::try_from(bytes.get(..16)?).ok().filter(|_| matches!(bytes.len(), 16 | 20))?;
    Some(Ipv6Addr::from(sixteen).to_string())
}

/// The address in an instance: four numbers, or type, length and as many, wherever they begin; the last that fits.
fn index_address(instance: &str) -> Option<String> {
    let numbers: Vec<u32> = instance.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    let octets = |part: &[u32]| {
        part.iter()
            .map(|n| u8::try_from(*n).ok())
            .collect::<Option<Vec<u8>>>()
            .and_then(|bytes| address_octets(&bytes))
    };
    for start in 0..numbers.len() {
        let tail = &numbers[start..];
        if let [kind @ (1 | 2), length @ (4 | 16), rest @ ..] = tail
            && (*kind == 1) == (*length == 4)
            && rest.len() >= *length as usize
        {
            return octets(&rest[..*length as usize]);
        }
        if let [length @ (4 | 16), rest @ ..] = tail
            && rest.len() == *length as usize
        {
            return octets(rest);
        }
    }
    match numbers.len() {
        4 | 16 => octets(&numbers),
        5.. => octets(&numbers[..4]),
        _ => None,
    }
}

/// Four numbers of an instance as an address.
fn index_address_at(instance: &str, at: i8) -> Option<String> {
    let numbers: Vec<u8> = instance.split('.').map(|n| n.parse().unwrap_or(u8::MAX)).collect();
    let count = usize::from(at.unsigned_abs());
    let start = if at < 0 { numbers.len().checked_sub(count)? } else { count };
    address_octets(numbers.get(start..start + 4)?)
}

/// The characters in an instance, with or without their count before them.
fn index_text(instance: &str) -> String {
    let numbers: Vec<u32> = instance.split('.').filter_map(|n| n.parse().ok()).collect();
    let characters = match numbers.as_slice() {
        [length, rest @ ..] if rest.len() == *length as usize => rest,
        all => all,
    };
    let text: Option<String> = characters.iter().map(|n| char::from_u32(*n).filter(|c| !c.is_control())).collect();
    text.unwrap_or_else(|| instance.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_instances() {
        assert_eq!(index_address("10.0.0.2").as_deref(), Some("10.0.0.2"));
        assert_eq!(index_address("1.4.10.0.0.2").as_deref(), Some("10.0.0.2"));
        assert_eq!(index_address("7.1.4.10.0.0.2").as_deref(), Some("10.0.0.2"));
        assert_eq!(index_address("2.16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.9").as_deref(), Some("2001:db8::9"));
        assert_eq!(index_address("10.0.0.2.0").as_deref(), Some("10.0.0.2"));
        assert_eq!(index_address("3"), None);
        assert_eq!(index_address_at("10.0.0.1.0.0.1.10.0.0.2.0.0", -6).as_deref(), Some("10.0.0.2"));
        assert_eq!(index_address_at("10.0.0", -6), None);
        assert_eq!(index_text("3.102.111.111"), "foo");
    }

    #[test]
    fn values_read_as_people_write_them() {
        let labels = Labels {
            bits: false,
            of: vec![(1, "up".into()), (2, "down".into())],
        };
        assert_eq!(show(&VarValue::Integer(2), Some(&labels)), "down");
        assert_eq!(show(&VarValue::Text("down(2)".into()), Some(&labels)), "down");
        assert_eq!(show(&VarValue::Text("2".into()), Some(&labels)), "down");
        assert_eq!(show(&VarValue::Integer(7), Some(&labels)), "7");
        assert_eq!(show(&VarValue::Bytes(b"a\nb\0".to_vec()), None), "a b");
        assert_eq!(show(&VarValue::Bytes(vec![0xc0, 0]), None), "c0:00");
        let bits = Labels {
            bits: true,
            of: vec![(0, "first".into()), (9, "tenth".into())],
        };
        assert_eq!(show(&VarValue::Bytes(vec![0x80, 0x40]), Some(&bits)), "first, tenth");
    }

    #[test]
    fn unknown_fields_are_named() {
        let scope = Scope {
            oids: Some(&OidNames::builtin()),
            groups: &[],
            roles: false,
        };
        assert!(Template::compile("{nonsense}", scope).unwrap_err().contains("nonsense"));
        assert!(Template::compile("{ifDescr", scope).unwrap_err().contains("brace"));
        assert!(Template::compile("{ifDescr#nine}", scope).is_err());
        assert!(Template::compile("{IF-MIB::ifDescr#} {ifName|ifDescr|'x'?}", scope).is_ok());
    }
}
