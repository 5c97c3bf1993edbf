//! Profiles of devices as data: which actions a kind of device knows, with which typed parameters, as which XML, and how they are undone.
//!
//! Format: `assets/profiles/README.md`.

mod file;
mod template;
mod value;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use serde::Deserialize;

use super::config::Fragment;
use super::{Approved, Capabilities, Change, DefaultOperation, Edit, ErrorOption, Validation};
pub use value::{Kind, Parameter};

const BUILTIN: [(&str, &str); 4] = [
    ("ericsson.toml", include_str!("../../../../../assets/profiles/ericsson.toml")),
    ("ietf.toml", include_str!("../../../../../assets/profiles/ietf.toml")),
    ("juniper.toml", include_str!("../../../../../assets/profiles/juniper.toml")),
    ("nokia.toml", include_str!("../../../../../assets/profiles/nokia.toml")),
];

/// How much can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// Nobody loses service.
    Low,
    /// Few may, for a moment.
    Medium,
    /// Some do, or traffic moves.
    High,
    /// A node or site is lost if it goes wrong.
    Critical,
}

/// How an action ends once the device holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completion {
    /// By being confirmed.
    Confirm,
    /// By being taken back after so long: a restart is a lock that is taken back, and a device with its own timer unlocks even if nobody
    /// is left to do so.
    TakeBack(Duration),
}

/// How an action is undone after it was confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inverse {
    /// By putting back what running held before within the scope.
    Restore,
    /// By another action of the profile.
    Action {
        /// Its name.
        name: String,
        /// Its values; `{name}` stands for a value of this action.
        values: BTreeMap<String, String>,
    },
    /// It cannot be.
    None,
}

/// A kind of device.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// For people.
    pub title: String,
    /// Beginnings of capabilities; a device that has one of them is of this kind.
    pub matches: Vec<String>,
    /// Of several kinds that match, the one with the highest rank counts.
    pub rank: u32,
    /// How such a device is made to check a change.
    pub validation: Validation,
    /// Namespaces (by their beginning) of attributes that are no configuration.
    pub ignored: Vec<String>,
    /// What it can be told to do, by name.
    pub actions: BTreeMap<String, Action>,
}

/// An action.
#[derive(Clone, Debug)]
pub struct Action {
    /// Its name.
    pub name: String,
    /// For people.
    pub title: String,
    /// How much can go wrong.
    pub risk: Risk,
    /// How it ends.
    pub completion: Completion,
    /// How it is undone.
    pub inverse: Inverse,
    /// Its parameters, by name.
    pub parameters: BTreeMap<String, Parameter>,
    kind: file::Kind,
    template: Fragment,
    scope: Option<Fragment>,
}

/// An action with its values, ready to be previewed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The profile's name.
    pub profile: String,
    /// The action's name.
    pub action: String,
    /// All values, checked, defaults and attributes of the entity among them.
    pub values: BTreeMap<String, String>,
    /// How much can go wrong.
    pub risk: Risk,
    /// How it ends.
    pub completion: Completion,
    /// How it is undone, values in place.
    pub inverse: Inverse,
    edit: Edit,
    scope: Option<Fragment>,
    validation: Validation,
    ignored: Vec<String>,
}

impl Draft {
    /// The part of the configuration that it touches; `None`: any.
    #[must_use]
    pub fn scope(&self) -> Option<&Fragment> {
        self.scope.as_ref()
    }

    /// What is sent, as text.
    #[must_use]
    pub fn edit(&self) -> String {
        match &self.edit {
            Edit::Config(fragment) | Edit::Vendor(fragment) => fragment.text(),
        }
    }

    /// As a change. A candidate that somebody left changed stops it, and so does a device without confirmed commit; both can be set on
    /// the change.
    #[must_use]
    pub fn change(&self, persist_id: &str, window: Duration) -> Change {
        Change {
            edits: vec![self.edit.clone()],
            scope: self.scope.clone(),
            default_operation: DefaultOperation::Merge,
            on_error: ErrorOption::Rollback,
            validation: self.validation,
            ignored: self.ignored.clone(),
            approved: Approved::default(),
            persist_id: persist_id.to_owned(),
            window,
            collector_timer_allowed: false,
            discard_stale: false,
        }
    }
}

/// Something wrong in a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file's name.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What, and what to do.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

/// All profiles.
#[derive(Clone, Debug, Default)]
pub struct Profiles {
    list: Vec<Profile>,
}

impl Profiles {
    /// The ones that come with the product.
    ///
    /// # Errors
    /// As [`Profiles::load`].
    pub fn builtin() -> Result<Self, Vec<Problem>> {
        let files: Vec<(String, String)> = BUILTIN.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Self::load(&files)
    }

    /// Reads files, given as name and text; a profile of a later file takes the place of one with the same name.
    ///
    /// # Errors
    /// Every problem found, with file and line.
    pub fn load(files: &[(String, String)]) -> Result<Self, Vec<Problem>> {
        let mut profiles: BTreeMap<String, Profile> = BTreeMap::new();
        let mut problems = Vec::new();
        for (name, text) in files {
            match read(text) {
                Ok(profile) => drop(profiles.insert(profile.name.clone(), profile)),
                Err(found) => problems.extend(found.into_iter().map(|(line, what)| Problem {
                    file: name.clone(),
                    line,
                    what,
                })),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut list: Vec<Profile> = profiles.into_values().collect();
        list.sort_by_key(|profile| std::cmp::Reverse(profile.rank));
        Ok(Self { list })
    }

    /// All, highest rank first.
    #[must_use]
    pub fn all(&self) -> &[Profile] {
        &self.list
    }

    /// One by name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Profile> {
        self.list.iter().find(|profile| profile.name == name)
    }

    /// The one for a device, by what it says of itself.
    #[must_use]
    pub fn of(&self, capabilities: &Capabilities) -> Option<&Profile> {
        self.list.iter().find(|profile| profile.matches.iter().any(|start| capabilities.has(start)))
    }
}

impl Profile {
    /// An action with values: `given` by people or rules, `attributes` of the entity that is acted on.
    ///
    /// # Errors
    /// Every value that is missing, unknown or cannot be.
    pub fn draft(&self, action: &str, given: &BTreeMap<String, String>, attributes: &BTreeMap<String, String>) -> Result<Draft, Vec<String>> {
        let Some(action) = self.actions.get(action) else {
            let names: Vec<&str> = self.actions.keys().map(String::as_str).collect();
            return Err(vec![format!("{} has no action '{action}'; it has {}", self.name, names.join(", "))]);
        };
        let values = action.values(given, attributes)?;
        let one = |problem: String| vec![problem];
        let filled = template::render(&action.template, &values).map_err(one)?;
        let scope = action.scope.as_ref().map(|scope| template::render(scope, &values)).transpose().map_err(one)?;
        let inverse = match &action.inverse {
            Inverse::Action { name, values: wanted } => {
                let filled: Result<BTreeMap<String, String>, String> =
                    wanted.iter().map(|(key, text)| Ok((key.clone(), template::fill(text, &values)?))).collect();
                Inverse::Action {
                    name: name.clone(),
                    values: filled.map_err(one)?,
                }
            }
            other => other.clone(),
        };
        Ok(Draft {
            profile: self.name.clone(),
            action: action.name.clone(),
            values,
            risk: action.risk,
            completion: action.completion,
            inverse,
            edit: match action.kind {
                file::Kind::Config => Edit::Config(filled),
                file::Kind::Vendor => Edit::Vendor(filled),
            },
            scope,
            validation: self.validation,
            ignored: self.ignored.clone(),
        })
    }
}

impl Action {
    fn values(&self, given: &BTreeMap<String, String>, attributes: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Vec<String>> {
        let mut values = BTreeMap::new();
        let mut problems = Vec::new();
        for (name, parameter) in &self.parameters {
            let (value, missing) = match &parameter.kind {
                Kind::Attribute { key, .. } => (attributes.get(key), format!("the entity has no attribute '{key}'; set it in the topology")),
                _ => (given.get(name).or(parameter.default.as_ref()), "has no value".to_owned()),
            };
            match value.map(|value| parameter.check(value)) {
                Some(Ok(value)) => drop(values.insert(name.clone(), value)),
                Some(Err(what)) => problems.push(format!("{name} {what}")),
                None => problems.push(format!("{name}: {missing}")),
            }
        }
        for name in given.keys() {
            match self.parameters.get(name).map(|parameter| &parameter.kind) {
                None => problems.push(format!("{} has no parameter '{name}'", self.name)),
                Some(Kind::Attribute { key, .. }) => problems.push(format!("{name} is the entity's attribute '{key}' and cannot be given")),
                Some(_) => {}
            }
        }
        if problems.is_empty() { Ok(values) } else { Err(problems) }
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}

fn read(text: &str) -> Result<Profile, Vec<(usize, String)>> {
    let file: file::File = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        vec![(line, error.message().to_owned())]
    })?;
    let mut problems = Vec::new();
    if file.name.is_empty() || file.matches.is_empty() || file.matches.iter().any(|start| start.trim().len() < 8) {
        problems.push((
            1,
            "a profile has a name, and under 'match' beginnings of capabilities of at least 8 characters".to_owned(),
        ));
    }
    let mut actions = BTreeMap::new();
    for written in &file.action {
        let line = line_of(text, written.span().start);
        match action(written.get_ref()) {
            Ok(made) => {
                let name = made.name.clone();
                if actions.insert(name.clone(), (line, made)).is_some() {
                    problems.push((line, format!("there are two actions '{name}'")));
                }
            }
            Err(what) => problems.push((line, format!("action {}: {what}", written.get_ref().name))),
        }
    }
    for (line, made) in actions.values() {
        if let Err(what) = check_inverse(made, &actions) {
            problems.push((*line, format!("action {}: {what}", made.name)));
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Profile {
        name: file.name,
        title: file.title,
        matches: file.matches,
        rank: file.rank,
        validation: file.validation,
        ignored: file.ignored_attributes,
        actions: actions.into_iter().map(|(name, (_, action))| (name, action)).collect(),
    })
}

fn action(written: &file::Action) -> Result<Action, String> {
    let mut parameters = BTreeMap::new();
    for (name, parameter) in &written.parameters {
        parameters.insert(name.clone(), Parameter::new(name, parameter)?);
    }
    let template = Fragment::parse(&written.template).map_err(|error| format!("template: {error}"))?;
    let scope = written
        .scope
        .as_deref()
        .map(Fragment::parse)
        .transpose()
        .map_err(|error| format!("scope: {error}"))?;
    let mut used: BTreeSet<String> = template::names(template.elements())?.into_iter().collect();
    if let Some(scope) = &scope {
        used.extend(template::names(scope.elements())?);
        if written.edit == file::Kind::Config {
            template::covers(scope.elements(), template.elements())?;
        }
    } else if written.edit == file::Kind::Config {
        return Err("no 'scope': the subtree filter that selects what the template edits".to_owned());
    }
    if let Some(name) = used.iter().find(|name| !parameters.contains_key(*name)) {
        return Err(format!("'{{{name}}}' is no parameter; there are {}", list(&parameters)));
    }
    if let Some(name) = parameters.keys().find(|name| !used.contains(*name)) {
        return Err(format!("parameter {name} is used nowhere"));
    }
    let inverse = match &written.inverse {
        file::Inverse::Word(word) if word == "restore" => Inverse::Restore,
        file::Inverse::Word(word) if word == "none" => Inverse::None,
        file::Inverse::Word(word) => {
            return Err(format!(
                "inverse '{word}': there are 'restore', 'none' and {{ action = \"…\", values = {{ … }} }}"
            ));
        }
        file::Inverse::Action(other) => Inverse::Action {
            name: other.action.clone(),
            values: other.values.clone(),
        },
    };
    let completion = match written.hold_s {
        None => Completion::Confirm,
        Some(seconds @ 1..=3_600) => Completion::TakeBack(Duration::from_secs(seconds)),
        Some(_) => return Err("hold-s must be from 1 to 3600".to_owned()),
    };
    Ok(Action {
        name: written.name.clone(),
        title: written.title.clone(),
        risk: written.risk,
        completion,
        inverse,
        parameters,
        kind: written.edit,
        template,
        scope,
    })
}

fn check_inverse(made: &Action, actions: &BTreeMap<String, (usize, Action)>) -> Result<(), String> {
    let Inverse::Action { name, values } = &made.inverse else { return Ok(()) };
    let Some((_, other)) = actions.get(name) else {
        return Err(format!("its inverse '{name}' is no action of this profile"));
    };
    for (key, text) in values {
        let Some(parameter) = other.parameters.get(key) else {
            return Err(format!("its inverse {name} has no parameter '{key}'"));
        };
        if matches!(parameter.kind, Kind::Attribute { .. }) {
            return Err(format!("its inverse {name} takes '{key}' from the entity"));
        }
        let examples = made
            .parameters
            .iter()
            .map(|(name, parameter)| (name.clone(), parameter.example.clone()))
            .collect();
        let filled = template::fill(text, &examples)?;
        parameter.check(&filled).map_err(|what| format!("its inverse {name}: {key} {what}"))?;
    }
    let missing = other.parameters.values().find(|parameter| {
        let given = values.contains_key(&parameter.name) || parameter.default.is_some();
        !given && !matches!(parameter.kind, Kind::Attribute { .. })
    });
    missing.map_or(Ok(()), |parameter| Err(format!("its inverse {name} needs a value for '{}'", parameter.name)))
}

fn list(parameters: &BTreeMap<String, Parameter>) -> String {
    if parameters.is_empty() {
        "none".to_owned()
    } else {
        parameters.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}
