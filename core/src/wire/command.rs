use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::{AckUntil, Name, Timestamp};

/// What a command is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TargetKind {
    /// An alarm.
    Alarm,
    /// An incident.
    Incident,
}

/// One thing to act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Target {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: TargetKind,
    /// Its id.
    pub id: Uuid,
}

/// `POST /api/v1/commands`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommandRequest {
    /// Chosen by the sender: a repeated one gives the first answer.
    pub id: Uuid,
    /// `ack`, `unack`, `own`, `assign`, `comment`, `clear`, `set_status`.
    pub kind: String,
    /// What to act on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// … or every alarm that this filter finds, as the list's query: `"severity=critical,major&cleared=false"` or the same as an object.
    /// `id` alone names the alarms themselves, up to 10,000: exactly those, whatever changed since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub filter: Option<serde_json::Value>,
    /// `changed_at` of the target as last seen; when it is another by now, nothing is done (409).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<Timestamp>,
    /// Comment or reason.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub text: Name,
    /// `ack`: how long it holds; until it clears, unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<AckUntil>,
    /// `assign`: the new owner; empty gives it to nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Name>,
    /// `set_status`: the new status of an incident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum CommandOutcome {
    /// Something changed.
    Done,
    /// The state does not allow it; `reason` says why.
    Refused,
}

/// The answer to a command, given after it is durable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommandAnswer {
    /// Sequence of the record that holds it.
    pub seq: u64,
    /// How it ended.
    pub outcome: CommandOutcome,
    /// Why, where it was refused; empty where it was done.
    pub reason: String,
    /// How many targets changed.
    pub changed: u32,
    /// Targets of many that did not change, by reason; none where all of them did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RefusedTargets>,
}

/// Targets of a command that did not change, for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefusedTargets {
    /// Why.
    pub reason: String,
    /// Their ids.
    pub ids: Vec<Uuid>,
}
