//! A compiled rule, and what it makes of an event.

use regex::Regex;

use super::super::interface::long_interface;
use super::super::{Mapped, Meaning, Speaker};
use super::fields::{Fields, ROLES, Role};
use super::kinds::Kinds;
use super::template::{Template, show};
use crate::model::{Event, Name, Severity, Symptom, Timestamp};

/// Longest text of an alarm, in bytes: an alarm is to stay below 500.
const TEXT: usize = 200;
/// Longest qualifier, in bytes.
const QUALIFIER: usize = 120;

/// A compiled rule.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) name: Name,
    pub(super) apps: Vec<Name>,
    pub(super) when: Vec<Test>,
    /// Over the text of a line; the first that matches counts, and one must where there are any.
    pub(super) matches: Vec<Regex>,
    pub(super) extract: Vec<(Template, Regex)>,
    pub(super) alarm: Option<Box<Spec>>,
    /// What is no alarm tells that somebody works on the device.
    pub(super) hands_on: bool,
}

/// A field must (or must not) be one of some words.
#[derive(Clone, Debug)]
pub(super) struct Test {
    pub(super) of: Template,
    pub(super) words: Vec<Name>,
    pub(super) negated: bool,
}

/// What alarm a rule makes.
#[derive(Clone, Debug)]
pub(super) struct Spec {
    pub(super) alarm_type: Template,
    pub(super) severity: Level,
    pub(super) symptom: Symptom,
    pub(super) symptom_of: Option<Template>,
    pub(super) cause: Name,
    pub(super) key: Template,
    pub(super) text: Option<Template>,
    pub(super) clear_text: Option<Template>,
    pub(super) verdict: Verdict,
    /// By role, in the order of [`ROLES`].
    pub(super) roles: [Template; ROLES.len()],
}

/// A severity that stands, or the message's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Is(Severity),
    Message,
}

/// What a rule says about its condition.
#[derive(Clone, Debug)]
pub(super) enum Verdict {
    Is(Word),
    By {
        of: Template,
        number: Option<Template>,
        words: Vec<(Name, Word)>,
        otherwise: Word,
    },
}

/// One thing that can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Raised,
    Cleared,
    Event,
    Level(Severity),
}

/// The event's side, that is the same for every rule.
pub(super) struct Said<'a> {
    pub(super) event: &'a Event,
    pub(super) speaker: Speaker,
    pub(super) raised_at: Timestamp,
    /// The message's own severity.
    pub(super) severity: Severity,
    /// What the text is where the rule has none.
    pub(super) text: &'a str,
}

impl Rule {
    /// What the event means under this rule; `None` where the rule is not about it.
    pub(super) fn apply<'a>(&'a self, said: &Said<'a>, mut fields: Fields<'a>, kinds: &Kinds) -> Option<Meaning> {
        if !self.apps.is_empty() && !fields.message().is_some_and(|line| self.apps.contains(&line.message.app)) {
            return None;
        }
        if !self.matches.is_empty() {
            // A message in structured data alone has no text to match.
            let bare = said.text.is_empty() && fields.message().is_some_and(|line| !line.message.structured_data.is_empty());
            let found = self
                .matches
                .iter()
                .find_map(|regex| regex.captures(said.text).map(|captures| (regex, captures)));
            match found {
                Some((regex, captures)) => fields.add_groups(regex, &captures),
                None if bare => {}
                None => return None,
            }
        }
        for (of, regex) in &self.extract {
            let text = of.text(&fields).into_owned();
            if let Some(captures) = regex.captures(&text) {
                fields.add_owned_groups(regex, &captures);
            }
        }
        if !self.when.iter().all(|test| test.holds(&fields)) {
            return None;
        }
        let Some(spec) = &self.alarm else { return Some(self.event(said)) };
        match spec.verdict.word(&fields) {
            Word::Event => Some(self.event(said)),
            word => Some(Meaning::Alarm(Box::new(self.alarm(spec, word, said, fields, kinds)))),
        }
    }

    fn event(&self, said: &Said<'_>) -> Meaning {
        Meaning::Event {
            rule: self.name.clone(),
            speaker: said.speaker.clone(),
            hands_on: self.hands_on,
        }
    }

    fn alarm<'a>(&'a self, spec: &'a Spec, word: Word, said: &Said<'a>, mut fields: Fields<'a>, kinds: &Kinds) -> Mapped {
        for ((role, _), template) in ROLES.iter().zip(&spec.roles) {
            if !template.is_empty() {
                let value = tidy(*role, &template.text(&fields));
                fields.set_role(*role, value);
            }
        }
        let cleared = word == Word::Cleared;
        let severity = match (word, spec.severity) {
            (Word::Level(severity), _) | (_, Level::Is(severity)) => severity,
            (_, Level::Message) => said.severity,
        };
        let alarm_type = Name::cut(spec.alarm_type.text(&fields).trim(), 100);
        let symptom = match &spec.symptom_of {
            Some(of) => match kinds.symptom(&of.text(&fields)) {
                Symptom::Other => spec.symptom,
                known => known,
            },
            None => spec.symptom,
        };
        let (qualifier, whole) = qualifier(spec, &mut fields);
        let text = self.text(spec, cleared, said, &fields);
        let host = fields.take_role(Role::Host);
        Mapped {
            speaker: Speaker {
                name: if host.is_empty() { said.speaker.name.clone() } else { host },
                ..said.speaker.clone()
            },
            unsafe_key: !whole || alarm_type.is_empty(),
            alarm_type: if alarm_type.is_empty() { self.name.clone() } else { alarm_type },
            qualifier,
            severity,
            cleared,
            symptom,
            probable_cause: spec.cause.clone(),
            text,
            raised_at: said.raised_at,
            source_system: Name::from(said.event.source.word()),
            rule: self.name.clone(),
            interface: fields.take_role(Role::Interface),
            if_index: fields.take_role(Role::IfIndex).parse().ok(),
            neighbor: fields.take_role(Role::Neighbor),
            link: fields.take_role(Role::Link),
        }
    }

    fn text(&self, spec: &Spec, cleared: bool, said: &Said<'_>, fields: &Fields<'_>) -> Name {
        let own = if cleared { spec.clear_text.as_ref() } else { spec.text.as_ref() };
        if let Some(template) = own.filter(|_| said.text.is_empty()) {
            let mut out = String::new();
            template.render(fields, &mut out);
            return Name::cut(&joined(&out), TEXT);
        }
        if said.text.is_empty() {
            Name::cut(&listing(fields), TEXT)
        } else {
            Name::cut(said.text, TEXT)
        }
    }
}

/// The qualifier, and whether every part that it needs is there.
fn qualifier(spec: &Spec, fields: &mut Fields<'_>) -> (Name, bool) {
    // Within the key an interface has its long name, and one known by number alone is called by it.
    let interface = fields.take_role(Role::Interface);
    let keyed = match (interface.is_empty(), fields.role(Role::IfIndex)) {
        (true, "") => Name::EMPTY,
        (true, number) => Name::from(["ifIndex ", number].concat()),
        (false, _) => long_interface(&interface),
    };
    fields.set_role(Role::Interface, keyed);
    let mut out = String::new();
    let whole = spec.key.render(fields, &mut out);
    fields.set_role(Role::Interface, interface);
    (Name::cut(&joined(&out), QUALIFIER), whole)
}

/// A trap's name and values, where nothing better is known to say.
fn listing(fields: &Fields<'_>) -> String {
    let mut out = fields.trap_name().to_owned();
    for bind in fields.varbinds() {
        let value = show(&bind.value, None);
        if !value.is_empty() && out.len() < TEXT {
            out.push_str(if out.is_empty() { "" } else { "; " });
            out.push_str(&value);
        }
    }
    out
}

/// Without blanks at the ends and doubled ones inside.
fn joined(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// A role's value as it is kept.
fn tidy(role: Role, text: &str) -> Name {
    let text = text.trim().trim_matches(['"', '\'']).trim_end_matches([',', ';', ':']);
    match role {
        Role::Neighbor => match text.parse::<std::net::IpAddr>() {
            Ok(address) => Name::from(address.to_string()),
            Err(_) => Name::cut(text, 100),
        },
        // What every vendor calls the table that needs no name.
        Role::Vrf => match text.to_ascii_lowercase().as_str() {
            "default" | "default-vrf" | "<default>" | "master" | "global" | "base" | "main" | "public" | "_public_" | "0" => Name::EMPTY,
            _ => Name::cut(text, 64),
        },
        Role::Detail => Name::cut(text, 150),
        Role::Host | Role::Interface | Role::IfIndex | Role::Link | Role::Unit => Name::cut(text, 100),
    }
}

impl Test {
    fn holds(&self, fields: &Fields<'_>) -> bool {
        let value = self.of.text(fields);
        let listed = self.words.iter().any(|word| word.eq_ignore_ascii_case(value.trim()));
        listed != self.negated
    }
}

impl Verdict {
    fn word(&self, fields: &Fields<'_>) -> Word {
        match self {
            Verdict::Is(word) => *word,
            Verdict::By { of, number, words, otherwise } => {
                let find = |text: &str| words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, word)| *word);
                let label = of.text(fields);
                find(label.trim()).or_else(|| find(&number.as_ref()?.text(fields))).unwrap_or(*otherwise)
            }
        }
    }
}
