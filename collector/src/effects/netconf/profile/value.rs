//! Parameters of actions: what a value may be.

use regex::Regex;

use super::super::xml::may_stand;
use super::file;

/// A parameter of an action.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name in templates.
    pub name: String,
    /// For people.
    pub title: String,
    /// What it may be.
    pub kind: Kind,
    /// A value that may be.
    pub example: String,
    /// The value where none is given.
    pub default: Option<String>,
}

/// What a value may be.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A whole number.
    Int {
        /// Least.
        min: i64,
        /// Greatest.
        max: i64,
    },
    /// One of several words.
    Choice(Vec<String>),
    /// Text of one line.
    Text {
        /// What it must look like as a whole.
        pattern: Option<Regex>,
        /// Most characters.
        longest: usize,
    },
    /// An attribute of the entity that is acted on; nobody gives it by hand.
    Attribute {
        /// The attribute's key.
        key: String,
        /// What it must look like as a whole.
        pattern: Option<Regex>,
        /// Most characters.
        longest: usize,
    },
}

impl Parameter {
    pub(super) fn new(name: &str, written: &file::Parameter) -> Result<Self, String> {
        let (title, kind, example, default) = match written.clone() {
            file::Parameter::Int {
                title,
                min,
                max,
                example,
                default,
            } => (title, Kind::Int { min, max }, example.to_string(), default.map(|value| value.to_string())),
            file::Parameter::Choice {
                title,
                choices,
                example,
                default,
            } => (title, Kind::Choice(choices), example, default),
            file::Parameter::Text {
                title,
                pattern,
                longest,
                example,
                default,
            } => {
                let pattern = whole(pattern.as_deref())?;
                (title, Kind::Text { pattern, longest }, example, default)
            }
            file::Parameter::Attribute {
                title,
                attribute: key,
                pattern,
                longest,
                example,
            } => {
                let pattern = whole(pattern.as_deref())?;
                (title, Kind::Attribute { key, pattern, longest }, example, None)
            }
        };
        let made = Self {
            name: name.to_owned(),
            title,
            kind,
            example,
            default,
        };
        made.holds_itself()?;
        Ok(made)
    }

    fn holds_itself(&self) -> Result<(), String> {
        if let Kind::Choice(choices) = &self.kind
            && choices.is_empty()
        {
            return Err(format!("parameter {}: no choices", self.name));
        }
        for (what, value) in [("example", Some(&self.example)), ("default", self.default.as_ref())] {
            if let Some(value) = value {
                self.check(value).map_err(|error| format!("parameter {}: its {what}: {error}", self.name))?;
            }
        }
        Ok(())
    }

    /// Whether `value` may be; gives it as it goes into a template.
    ///
    /// # Errors
    /// What it must be instead.
    pub fn check(&self, value: &str) -> Result<String, String> {
        if let Some(c) = value.chars().find(|c| c.is_control() || !may_stand(*c)) {
            return Err(format!("holds the character U+{:04X}, which no value may hold", u32::from(c)));
        }
        match &self.kind {
            Kind::Int { min, max } => match value.trim().parse::<i64>() {
                Ok(number) if (*min..=*max).contains(&number) => Ok(number.to_string()),
                _ => Err(format!("must be a whole number from {min} to {max}")),
            },
            Kind::Choice(choices) => match choices.iter().find(|choice| *choice == value) {
                Some(choice) => Ok(choice.clone()),
                None => Err(format!("must be one of {}", choices.join(", "))),
            },
            Kind::Text { pattern, longest } | Kind::Attribute { pattern, longest, .. } => {
                if value.chars().count() > *longest {
                    return Err(format!("must have at most {longest} characters"));
                }
                match pattern {
                    Some(pattern) if !pattern.is_match(value) => Err(format!("must look like '{}' (pattern {pattern})", self.example)),
                    _ => Ok(value.to_owned()),
                }
            }
        }
    }
}

fn whole(pattern: Option<&str>) -> Result<Option<Regex>, String> {
    let Some(pattern) = pattern else { return Ok(None) };
    // Alone first: what is unbalanced must not become balanced by what is put around it.
    let made = Regex::new(pattern).and_then(|_| Regex::new(&format!("^(?:{pattern})$")));
    made.map(Some).map_err(|error| format!("pattern '{pattern}' is no regular expression: {error}"))
}
