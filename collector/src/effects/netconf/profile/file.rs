//! A profile as it is written.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::super::Validation;
use super::Risk;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct File {
    pub(super) name: String,
    pub(super) title: String,
    #[serde(rename = "match")]
    pub(super) matches: Vec<String>,
    #[serde(default)]
    pub(super) rank: u32,
    #[serde(default)]
    pub(super) validation: Validation,
    #[serde(default)]
    pub(super) ignored_attributes: Vec<String>,
    #[serde(default)]
    pub(super) action: Vec<Spanned<Action>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Action {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) risk: Risk,
    #[serde(default)]
    pub(super) edit: Kind,
    pub(super) template: String,
    #[serde(default)]
    pub(super) scope: Option<String>,
    #[serde(default)]
    pub(super) hold_s: Option<u64>,
    pub(super) inverse: Inverse,
    #[serde(default)]
    pub(super) parameters: BTreeMap<String, Parameter>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    #[default]
    Config,
    Vendor,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Inverse {
    Word(String),
    Action(Other),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Other {
    pub(super) action: String,
    #[serde(default)]
    pub(super) values: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, tag = "type", rename_all = "kebab-case")]
pub(super) enum Parameter {
    Int {
        title: String,
        min: i64,
        max: i64,
        example: i64,
        default: Option<i64>,
    },
    Choice {
        title: String,
        choices: Vec<String>,
        example: String,
        default: Option<String>,
    },
    Text {
        title: String,
        #[serde(default)]
        pattern: Option<String>,
        longest: usize,
        example: String,
        default: Option<String>,
    },
    Attribute {
        title: String,
        attribute: String,
        #[serde(default)]
        pattern: Option<String>,
        longest: usize,
        example: String,
    },
}
