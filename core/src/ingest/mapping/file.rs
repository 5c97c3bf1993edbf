//! A mapping file as it is written.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

/// One file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct File {
    pub(super) conditions: BTreeMap<String, Spanned<Condition>>,
    pub(super) trap: Vec<Spanned<Rule>>,
    pub(super) syslog: Vec<Spanned<Rule>>,
    pub(super) kind: Vec<Spanned<Kind>>,
}

/// Something that can be wrong and be right again: an alarm type with what all its rules share.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Condition {
    pub(super) severity: String,
    pub(super) symptom: String,
    /// Probable cause in X.733's words.
    #[serde(default)]
    pub(super) cause: String,
    /// Template of the qualifier, over roles only.
    #[serde(default)]
    pub(super) key: String,
    #[serde(default)]
    pub(super) text: Option<String>,
    #[serde(default)]
    pub(super) clear_text: Option<String>,
}

/// A word or several.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(untagged)]
pub(super) enum Words {
    #[default]
    None,
    One(String),
    Many(Vec<String>),
}

impl Words {
    pub(super) fn list(&self) -> &[String] {
        match self {
            Words::None => &[],
            Words::One(word) => std::slice::from_ref(word),
            Words::Many(words) => words,
        }
    }
}

/// How one trap or line is recognised, and what it says about which condition.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) name: Option<String>,
    // recognised by
    pub(super) on: Words,
    pub(super) tag: Words,
    pub(super) contains: Words,
    pub(super) app: Words,
    pub(super) when: BTreeMap<String, Words>,
    #[serde(rename = "match")]
    pub(super) matches: Words,
    pub(super) extract: Vec<Extract>,
    // says
    pub(super) raises: Option<String>,
    pub(super) clears: Option<String>,
    pub(super) about: Option<String>,
    pub(super) event_only: bool,
    pub(super) hands_on: bool,
    pub(super) by: Option<By>,
    pub(super) severity: Option<String>,
    pub(super) symptom: Option<String>,
    pub(super) symptom_of: Option<String>,
    pub(super) cause: Option<String>,
    pub(super) alarm_type: Option<String>,
    pub(super) key: Option<String>,
    pub(super) text: Option<String>,
    // about
    pub(super) host: Option<String>,
    pub(super) interface: Option<String>,
    pub(super) if_index: Option<String>,
    pub(super) neighbor: Option<String>,
    pub(super) link: Option<String>,
    pub(super) unit: Option<String>,
    pub(super) vrf: Option<String>,
    pub(super) detail: Option<String>,
}

/// A regular expression over a template's text, for its named groups.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Extract {
    pub(super) of: String,
    #[serde(rename = "match")]
    pub(super) matches: String,
}

/// Raise, clear or severity by what a field says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct By {
    pub(super) of: String,
    pub(super) cleared: Words,
    pub(super) raised: Words,
    pub(super) event: Words,
    pub(super) critical: Words,
    pub(super) major: Words,
    pub(super) minor: Words,
    pub(super) warning: Words,
    pub(super) indeterminate: Words,
    /// One of the words above, for what none of them names; left out: `raised`.
    pub(super) otherwise: Option<String>,
}

/// A pattern over the words of an alarm type, and what such a type is a sign of.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kind {
    #[serde(rename = "match")]
    pub(super) matches: Words,
    pub(super) symptom: String,
}
