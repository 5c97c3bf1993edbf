//! From files to rules; every problem with its file and line.

use std::collections::BTreeMap;

use regex::Regex;
use toml::Spanned;

use super::super::oid::OidNames;
use super::MappingError;
use super::fields::{ROLES, Role};
use super::file::{self, File};
use super::kinds::Kinds;
use super::rule::{Level, Rule, Spec, Test, Verdict, Word};
use super::template::{Scope, Template};
use crate::model::{Name, Severity, Symptom};

/// A rule with what it is recognised by.
pub(super) struct Entry {
    pub(super) rule: Rule,
    pub(super) traps: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) contains: Vec<String>,
}

/// Everything that the files say, in order of precedence: later files first, and within a file from top to bottom.
#[derive(Default)]
pub(super) struct Compiled {
    pub(super) entries: Vec<Entry>,
    pub(super) kinds: Kinds,
    pub(super) names: OidNames,
}

/// # Errors
/// Every problem found.
pub(super) fn compile(files: &[(String, String)]) -> Result<Compiled, Vec<MappingError>> {
    let mut errors = Vec::new();
    let names = names(files, &mut errors);
    let mut parsed = Vec::new();
    for (name, text) in files.iter().filter(|(name, _)| name.ends_with(".toml")) {
        match toml::from_str::<File>(text) {
            Ok(file) => parsed.push((name, text, file)),
            Err(error) => {
                let line = error.span().map_or(1, |span| line_of(text, span.start));
                errors.push(problem(name, line, error.message().to_owned()));
            }
        }
    }
    let mut conditions = BTreeMap::new();
    for (name, text, file) in &parsed {
        for (key, condition) in &file.conditions {
            if let Err(what) = check_condition(condition.get_ref()) {
                errors.push(problem(name, line_of(text, condition.span().start), format!("condition {key}: {what}")));
            }
            conditions.insert(key.clone(), condition.get_ref().clone());
        }
    }
    let compiler = Compiler { names: &names, conditions };
    let mut entries = Vec::new();
    let mut kinds = Vec::new();
    for (name, text, file) in parsed.iter().rev() {
        let rules = file.trap.iter().map(|rule| (rule, true)).chain(file.syslog.iter().map(|rule| (rule, false)));
        for (rule, trap) in rules {
            match compiler.rule(name, rule.get_ref(), trap) {
                Ok(entry) => entries.push(entry),
                Err(what) => errors.push(problem(name, line_of(text, rule.span().start), what)),
            }
        }
        for kind in &file.kind {
            if let Err(what) = add_kind(kind, &mut kinds) {
                errors.push(problem(name, line_of(text, kind.span().start), what));
            }
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let kinds = Kinds::new(&kinds).map_err(|what| vec![problem("(all files)", 1, what)])?;
    Ok(Compiled { entries, kinds, names })
}

fn names(files: &[(String, String)], errors: &mut Vec<MappingError>) -> OidNames {
    let mut names = OidNames::builtin();
    let mut mibs = Vec::new();
    for (name, text) in files.iter().filter(|(name, _)| !name.ends_with(".toml")) {
        if name.ends_with(".tsv") {
            let problems = names.add_table(text).err().unwrap_or_default();
            errors.extend(problems.into_iter().map(|(line, what)| problem(name, line, what)));
        } else {
            mibs.push((name.as_str(), text.as_str()));
        }
    }
    let problems = names.add_mibs(&mibs).err().unwrap_or_default();
    errors.extend(problems.into_iter().map(|(file, line, what)| problem(&file, line, what)));
    names
}

fn problem(file: &str, line: usize, problem: String) -> MappingError {
    MappingError {
        file: file.to_owned(),
        line,
        problem,
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}

fn severity(word: &str) -> Result<Severity, String> {
    Severity::parse(word).ok_or_else(|| format!("'{word}' is no severity; there are critical, major, minor, warning, indeterminate"))
}

fn symptom(word: &str) -> Result<Symptom, String> {
    let value: serde::de::value::StrDeserializer<'_, serde::de::value::Error> = serde::de::IntoDeserializer::into_deserializer(word);
    serde::Deserialize::deserialize(value).map_err(|_| {
        format!("'{word}' is no symptom; there are interface_down, signal_lost, adjacency_down, session_down, power_lost, power_degraded, hardware_fault, environment, degraded, unreachable, restarted, service_down, administrative, other")
    })
}

fn check_condition(condition: &file::Condition) -> Result<(), String> {
    if condition.severity != "syslog" {
        severity(&condition.severity)?;
    }
    symptom(&condition.symptom)?;
    let scope = Scope {
        oids: None,
        groups: &[],
        roles: true,
    };
    for template in [Some(&condition.key), condition.text.as_ref(), condition.clear_text.as_ref()]
        .into_iter()
        .flatten()
    {
        Template::compile(template, scope)?;
    }
    Ok(())
}

fn add_kind(kind: &Spanned<file::Kind>, kinds: &mut Vec<(String, Symptom)>) -> Result<(), String> {
    let symptom = symptom(&kind.get_ref().symptom)?;
    for pattern in kind.get_ref().matches.list() {
        regex(pattern)?;
        kinds.push((ascii(pattern), symptom));
    }
    Ok(())
}

fn regex(pattern: &str) -> Result<Regex, String> {
    Regex::new(&ascii(pattern)).map_err(|error| format!("'{pattern}' is no regular expression: {error}"))
}

/// `\w \d \s \S \b` in their ASCII sense: what devices name is ASCII, and the automata are a tenth the size.
fn ascii(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 32);
    let mut in_class = false;
    let mut letters = pattern.chars();
    while let Some(c) = letters.next() {
        if c != '\\' {
            in_class = match c {
                '[' => true,
                ']' => false,
                _ => in_class,
            };
            out.push(c);
            continue;
        }
        match (letters.next(), in_class) {
            (Some('w'), false) => out.push_str("[0-9A-Za-z_]"),
            (Some('w'), true) => out.push_str("0-9A-Za-z_"),
            (Some('d'), false) => out.push_str("[0-9]"),
            (Some('d'), true) => out.push_str("0-9"),
            (Some('s'), false) => out.push_str("[ \\t\\r\\n]"),
            (Some('s'), true) => out.push_str(" \\t\\r\\n"),
            (Some('S'), false) => out.push_str("[^ \\t\\r\\n]"),
            (Some('b'), false) => out.push_str(r"(?-u:\b)"),
            (Some(other), _) => {
                out.push('\\');
                out.push(other);
            }
            (None, _) => out.push('\\'),
        }
    }
    out
}

struct Compiler<'a> {
    names: &'a OidNames,
    conditions: BTreeMap<String, file::Condition>,
}

impl Compiler<'_> {
    fn rule(&self, file: &str, rule: &file::Rule, trap: bool) -> Result<Entry, String> {
        let recognised = if trap { &rule.on } else { &rule.tag };
        if recognised.list().is_empty() && (trap || rule.contains.list().is_empty()) {
            return Err(if trap {
                "a trap rule needs on = \"MIB::notification\" or an object id"
            } else {
                "a syslog rule needs tag or contains"
            }
            .to_owned());
        }
        if trap && !(rule.tag.list().is_empty() && rule.contains.list().is_empty() && rule.matches.list().is_empty() && rule.app.list().is_empty()) {
            return Err("tag, contains, app and match belong to syslog rules; a trap rule has on, when and extract".to_owned());
        }
        if !trap && !rule.on.list().is_empty() {
            return Err("on belongs to trap rules; a syslog rule has tag or contains".to_owned());
        }
        let matches = rule.matches.list().iter().map(|p| regex(p)).collect::<Result<Vec<_>, _>>()?;
        let extract = rule.extract.iter().map(|e| Ok((e, regex(&e.matches)?))).collect::<Result<Vec<_>, String>>()?;
        let groups: Vec<String> = matches
            .iter()
            .chain(extract.iter().map(|(_, regex)| regex))
            .flat_map(|regex| regex.capture_names().flatten().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        let scope = Scope {
            oids: trap.then_some(self.names),
            groups: &groups,
            roles: false,
        };
        let extract = extract
            .into_iter()
            .map(|(e, regex)| Ok((Template::compile(&e.of, scope)?, regex)))
            .collect::<Result<_, String>>()?;
        let stem = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".toml");
        let first = recognised.list().first().or_else(|| rule.contains.list().first());
        let name = rule.name.clone().unwrap_or_else(|| format!("{stem}:{}", first.map_or("", String::as_str)));
        Ok(Entry {
            traps: rule.on.list().iter().map(|on| self.trap(on)).collect::<Result<_, _>>()?,
            tags: rule.tag.list().to_vec(),
            contains: rule.contains.list().to_vec(),
            rule: Rule {
                name: Name::cut(&name, 80),
                apps: rule.app.list().iter().map(|app| Name::from(app.as_str())).collect(),
                when: tests(&rule.when, scope)?,
                alarm: self.spec(rule, scope, trap)?.map(Box::new),
                hands_on: rule.hands_on,
                matches,
                extract,
            },
        })
    }

    /// A dotted id, with `.*` where everything below it is meant.
    fn trap(&self, on: &str) -> Result<String, String> {
        let (name, star) = match on.strip_suffix(".*") {
            Some(name) => (name, ".*"),
            None => (on, ""),
        };
        let oid = self
            .names
            .oid_of(name)
            .ok_or_else(|| format!("'{name}' is neither a known notification nor a dotted id; load the MIB that defines it, or write its id"))?;
        Ok([oid.as_str(), star].concat())
    }

    fn spec(&self, rule: &file::Rule, scope: Scope<'_>, trap: bool) -> Result<Option<Spec>, String> {
        let (named, fixed) = match (&rule.raises, &rule.clears, &rule.about, rule.event_only || rule.hands_on) {
            (Some(name), None, None, false) => (name, Word::Raised),
            (None, Some(name), None, false) => (name, Word::Cleared),
            (None, None, Some(name), false) => (name, Word::Raised),
            (None, None, None, true) => return Ok(None),
            _ => return Err("a rule says one of raises, clears, about (with by) or event_only = true".to_owned()),
        };
        let condition = self
            .conditions
            .get(named)
            .ok_or_else(|| format!("there is no condition '{named}'; add [conditions.{named}]"))?;
        let verdict = match &rule.by {
            Some(by) => self.verdict(by, scope)?,
            None if rule.about.is_some() => return Err("about needs by = { of = …, cleared = […] }".to_owned()),
            None => Verdict::Is(fixed),
        };
        let wide = Scope { roles: true, ..scope };
        let level = rule.severity.as_deref().unwrap_or(&condition.severity);
        let text = rule.text.as_ref().or(condition.text.as_ref());
        let clear_text = rule.text.as_ref().or(condition.clear_text.as_ref());
        Ok(Some(Spec {
            alarm_type: Template::compile(rule.alarm_type.as_deref().unwrap_or(named), wide)?,
            severity: if level == "syslog" { Level::Message } else { Level::Is(severity(level)?) },
            symptom: symptom(rule.symptom.as_deref().unwrap_or(&condition.symptom))?,
            symptom_of: rule.symptom_of.as_deref().map(|of| Template::compile(of, wide)).transpose()?,
            cause: Name::from(rule.cause.as_deref().unwrap_or(&condition.cause)),
            key: Template::compile(rule.key.as_deref().unwrap_or(&condition.key), wide)?,
            text: text.map(|t| Template::compile(t, wide)).transpose()?,
            clear_text: clear_text.map(|t| Template::compile(t, wide)).transpose()?,
            verdict,
            roles: roles(rule, scope, trap)?,
        }))
    }

    fn verdict(&self, by: &file::By, scope: Scope<'_>) -> Result<Verdict, String> {
        let lists = [
            (&by.cleared, Word::Cleared),
            (&by.raised, Word::Raised),
            (&by.event, Word::Event),
            (&by.critical, Word::Level(Severity::Critical)),
            (&by.major, Word::Level(Severity::Major)),
            (&by.minor, Word::Level(Severity::Minor)),
            (&by.warning, Word::Level(Severity::Warning)),
            (&by.indeterminate, Word::Level(Severity::Indeterminate)),
        ];
        let words: Vec<_> = lists
            .iter()
            .flat_map(|(words, word)| words.list().iter().map(|w| (Name::from(w.as_str()), *word)))
            .collect();
        let otherwise = match by.otherwise.as_deref() {
            None | Some("raised") => Word::Raised,
            Some("cleared") => Word::Cleared,
            Some("event") => Word::Event,
            Some(other) => Word::Level(severity(other)?),
        };
        let number = (scope.oids.is_some() && words.iter().any(|(word, _)| word.bytes().all(|b| b.is_ascii_digit())) && !by.of.contains([':', '#', '|']))
            .then(|| Template::compile(&by.of.replace('}', ":number}"), scope))
            .and_then(Result::ok);
        Ok(Verdict::By {
            of: Template::compile(&by.of, scope)?,
            number,
            words,
            otherwise,
        })
    }
}

fn tests(when: &BTreeMap<String, file::Words>, scope: Scope<'_>) -> Result<Vec<Test>, String> {
    when.iter()
        .map(|(of, words)| {
            let (of, negated) = match of.strip_prefix('!') {
                Some(of) => (of, true),
                None => (of.as_str(), false),
            };
            let of = if of.contains('{') { of.to_owned() } else { format!("{{{of}}}") };
            Ok(Test {
                of: Template::compile(&of, scope)?,
                words: words.list().iter().map(|word| Name::from(word.as_str())).collect(),
                negated,
            })
        })
        .collect()
}

/// Where roles come from when a trap's rule does not say.
const TRAP_ROLES: [(Role, &str); 2] = [
    (Role::Interface, "{ifName|ifDescr}"),
    (Role::IfIndex, "{ifIndex|ifOperStatus#|ifAdminStatus#|ifDescr#|ifName#|ifType#|ifAlias#}"),
];

/// Where roles come from when a line's rule does not say: a group of that name, or what vendors call it in structured data.
const LINE_ROLES: [(Role, &str); 4] = [
    (Role::Interface, "{sd.interface-name|sd.interface|sd.ifName|sd.snmp-interface-name}"),
    (Role::IfIndex, "{sd.snmp-interface-index}"),
    (Role::Neighbor, "{sd.peer-name|sd.neighbor-address|sd.neighbor|sd.peer-address|sd.nbr-addr}"),
    (Role::Unit, "{sd.component|sd.unit}"),
];

fn roles(rule: &file::Rule, scope: Scope<'_>, trap: bool) -> Result<[Template; ROLES.len()], String> {
    let mut out: [Template; ROLES.len()] = Default::default();
    for (role, name) in ROLES {
        let own = match role {
            Role::Host => &rule.host,
            Role::Interface => &rule.interface,
            Role::IfIndex => &rule.if_index,
            Role::Neighbor => &rule.neighbor,
            Role::Link => &rule.link,
            Role::Unit => &rule.unit,
            Role::Vrf => &rule.vrf,
            Role::Detail => &rule.detail,
        };
        let defaults: &[(Role, &str)] = if trap { &TRAP_ROLES } else { &LINE_ROLES };
        let default = defaults.iter().find(|(r, _)| *r == role).map_or("", |(_, template)| *template);
        let grouped = scope.groups.iter().any(|group| group == name);
        out[role as usize] = match (own, grouped) {
            (Some(own), _) => Template::compile(own, scope)?,
            (None, true) if default.is_empty() => Template::compile(&format!("{{{name}}}"), scope)?,
            (None, true) => Template::compile(&default.replacen('{', &format!("{{{name}|"), 1), scope)?,
            (None, false) => Template::compile(default, scope)?,
        };
    }
    Ok(out)
}
