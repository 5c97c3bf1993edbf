//! The mapping, compiled from its files.

mod alarm;
mod compile;
mod fields;
mod file;
mod index;
mod kinds;
mod rule;
mod template;

use std::sync::{Arc, LazyLock};

use super::oid::OidNames;
use super::syslog::{self, Line};
use super::{Meaning, Speaker};
use crate::model::{Event, Name, Severity, SnmpNotification, Symptom};
use compile::Compiled;
use fields::Fields;
use index::Index;
use rule::{Rule, Said};

/// A compiled mapping: which OIDs, patterns and types mean which alarm. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Mapping(Arc<Tables>);

#[derive(Debug, Default)]
struct Tables {
    rules: Vec<Rule>,
    index: Index,
    kinds: kinds::Kinds,
    names: OidNames,
}

/// A mapping file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct MappingError {
    /// File's name.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong and what to write instead.
    pub problem: String,
}

macro_rules! builtin_files {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../../../assets/mappings/", $name)))),*]
    };
}

/// The files that come with the product; later ones are asked first.
const BUILTIN_FILES: &[(&str, &str)] = builtin_files!("types.toml" "conditions.toml" "hosts.toml" "cisco.toml" "huawei.toml" "juniper.toml" "junos.toml" "optics.toml" "power.toml" "routers.toml" "standard.toml");

static BUILTIN: LazyLock<Mapping> = LazyLock::new(|| {
    let files: Vec<_> = BUILTIN_FILES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    // A test holds that the built-in files are free of problems.
    Mapping::compile(&files).unwrap_or_default()
});

impl Mapping {
    /// Compiles files given as (name, text): `*.toml` are mapping files, `*.tsv` tables of OID names, all others MIB modules for their
    /// names. A later file is asked before an earlier one, within a file the upper rule before the lower.
    ///
    /// # Errors
    /// Every problem found, with file and line.
    pub fn compile(files: &[(String, String)]) -> Result<Self, Vec<MappingError>> {
        let Compiled { entries, kinds, names } = compile::compile(files)?;
        let index = Index::new(&entries);
        let rules = entries.into_iter().map(|entry| entry.rule).collect();
        Ok(Self(Arc::new(Tables { rules, index, kinds, names })))
    }

    /// The mapping that comes with the product.
    #[must_use]
    pub fn builtin() -> Self {
        BUILTIN.clone()
    }

    /// The files of [`Mapping::builtin`] as (name, text): a user's own go behind them, so that they are asked first.
    #[must_use]
    pub const fn builtin_files() -> &'static [(&'static str, &'static str)] {
        BUILTIN_FILES
    }

    /// The built-in files and then a user's own.
    ///
    /// # Errors
    /// Every problem found, with file and line.
    pub fn with_builtin(files: &[(String, String)]) -> Result<Self, Vec<MappingError>> {
        let builtin = BUILTIN_FILES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        let all: Vec<_> = builtin.chain(files.iter().cloned()).collect();
        Self::compile(&all)
    }

    /// How many rules there are.
    #[must_use]
    pub fn rules(&self) -> usize {
        self.0.rules.len()
    }

    /// Names of object ids, for showing traps to people.
    #[must_use]
    pub fn names(&self) -> &OidNames {
        &self.0.names
    }

    /// What an alarm type is a sign of, for alarms that come ready-made.
    #[must_use]
    pub fn symptom_of_type(&self, alarm_type: &str) -> Symptom {
        self.0.kinds.symptom(alarm_type)
    }

    pub(super) fn snmp(&self, event: &Event, notification: &SnmpNotification) -> Meaning {
        let tables = &*self.0;
        let oid = notification.trap_oid.as_str();
        if !super::oid::is_oid(oid) {
            return Meaning::Unreadable(Name::from("the notification names no snmpTrapOID"));
        }
        let relayed = notification.agent_address.as_ref().filter(|_| event.relay);
        let said = Said {
            event,
            speaker: Speaker {
                address: relayed.unwrap_or(&event.source_address).clone(),
                name: Name::EMPTY,
            },
            raised_at: event.received_at,
            severity: Severity::Indeterminate,
            text: "",
        };
        let name = tables
            .names
            .name_of(oid)
            .filter(|(_, instance)| instance.is_empty())
            .map_or("", |(name, _)| &name.name);
        let found = tables.index.of_trap(oid).find_map(|rule| {
            let fields = Fields::of_trap(notification, name, &tables.names);
            tables.rules[rule].apply(&said, fields, &tables.kinds)
        });
        found.unwrap_or(Meaning::Event {
            rule: Name::EMPTY,
            speaker: said.speaker,
            hands_on: false,
        })
    }

    pub(super) fn syslog(&self, event: &Event, bytes: &[u8]) -> Meaning {
        match syslog::read(bytes, event.received_at) {
            Ok(line) => self.line(event, &line),
            Err(reason) => Meaning::Unreadable(Name::from(reason)),
        }
    }

    fn line(&self, event: &Event, line: &Line) -> Meaning {
        let tables = &*self.0;
        let message = &line.message;
        let speaker = Speaker {
            address: event.source_address.clone(),
            name: message.host.clone(),
        };
        if let Some(meaning) = alarm::read(event, line, &speaker, &tables.kinds) {
            return meaning;
        }
        let said = Said {
            event,
            raised_at: message.timestamp.unwrap_or(event.received_at),
            severity: Severity::of_syslog(line.tag.severity.unwrap_or(message.severity)),
            text: message.text.get(line.tag.length..).unwrap_or(&message.text),
            speaker,
        };
        let mut found = None;
        tables.index.of_line(line, &mut |rule| {
            found = tables.rules[rule].apply(&said, Fields::of_line(line), &tables.kinds);
            found.is_some()
        });
        found.unwrap_or(Meaning::Event {
            rule: Name::EMPTY,
            speaker: said.speaker,
            hands_on: false,
        })
    }
}

#[cfg(test)]
mod tests;
