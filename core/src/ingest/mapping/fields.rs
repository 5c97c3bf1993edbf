//! What a template can read from an event.

use std::borrow::Cow;

use super::super::oid::OidNames;
use super::super::syslog::Line;
use crate::model::{Name, SnmpNotification, VarBind, VarValue};

/// A part that something plays in an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Host,
    Interface,
    IfIndex,
    Neighbor,
    Link,
    Unit,
    Vrf,
    Detail,
}

/// Every role with its name in files, in the order of [`Fields::set_role`].
pub(super) const ROLES: [(Role, &str); 8] = [
    (Role::Host, "host"),
    (Role::Interface, "interface"),
    (Role::IfIndex, "if_index"),
    (Role::Neighbor, "neighbor"),
    (Role::Link, "link"),
    (Role::Unit, "unit"),
    (Role::Vrf, "vrf"),
    (Role::Detail, "detail"),
];

/// Fields of one event under one rule.
#[derive(Default)]
pub(super) struct Fields<'a> {
    trap: Option<(&'a SnmpNotification, &'a str)>,
    names: Option<&'a OidNames>,
    line: Option<&'a Line>,
    groups: Vec<(&'a str, Cow<'a, str>)>,
    roles: [Name; ROLES.len()],
}

impl<'a> Fields<'a> {
    pub(super) fn of_trap(notification: &'a SnmpNotification, name: &'a str, names: &'a OidNames) -> Self {
        Self {
            trap: Some((notification, name)),
            names: Some(names),
            ..Self::default()
        }
    }

    pub(super) fn of_line(line: &'a Line) -> Self {
        Self {
            line: Some(line),
            ..Self::default()
        }
    }

    pub(super) fn message(&self) -> Option<&'a Line> {
        self.line
    }

    /// The name of an id that is itself a value, without its instance; the id where it has none.
    pub(super) fn named<'n>(&'n self, oid: &'n str) -> &'n str {
        self.names
            .and_then(|names| names.name_of(oid))
            .filter(|(_, instance)| !instance.contains('.'))
            .map_or(oid, |(found, _)| &found.name)
    }

    pub(super) fn trap_name(&self) -> &str {
        self.trap.map_or("", |(_, name)| name)
    }

    pub(super) fn varbinds(&self) -> &'a [VarBind] {
        self.trap.map_or(&[], |(notification, _)| &notification.varbinds)
    }

    /// Instance and value of the first varbind below an object's id.
    pub(super) fn varbind(&self, object: &str) -> Option<(&'a str, &'a VarValue)> {
        self.varbinds().iter().find_map(|bind| {
            let behind = bind.oid.as_str().strip_prefix(object)?;
            let instance = if behind.is_empty() { "" } else { behind.strip_prefix('.')? };
            Some((instance, &bind.value))
        })
    }

    pub(super) fn add_groups(&mut self, regex: &'a regex::Regex, captures: &regex::Captures<'a>) {
        for name in regex.capture_names().flatten() {
            if let Some(found) = captures.name(name) {
                self.groups.push((name, Cow::Borrowed(found.as_str())));
            }
        }
    }

    pub(super) fn add_owned_groups(&mut self, regex: &'a regex::Regex, captures: &regex::Captures<'_>) {
        for name in regex.capture_names().flatten() {
            if let Some(found) = captures.name(name) {
                self.groups.push((name, Cow::Owned(found.as_str().to_owned())));
            }
        }
    }

    pub(super) fn group(&self, name: &str) -> &str {
        self.groups.iter().find(|(group, _)| *group == name).map_or("", |(_, value)| value)
    }

    pub(super) fn role(&self, role: Role) -> &str {
        &self.roles[role as usize]
    }

    pub(super) fn set_role(&mut self, role: Role, value: Name) {
        self.roles[role as usize] = value;
    }

    pub(super) fn take_role(&mut self, role: Role) -> Name {
        std::mem::take(&mut self.roles[role as usize])
    }
}
