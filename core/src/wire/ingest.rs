use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What became of one alarm that was handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum IngestStatus {
    /// It is on the log.
    Accepted,
    /// It is not; `error` says why.
    Rejected,
}

/// An alarm that is on the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Accepted {
    /// Its event.
    pub event_id: Uuid,
    /// Its trail.
    pub tracking_id: Uuid,
    /// The tenant of the credential.
    pub tenant_id: Uuid,
    /// `accepted`.
    pub status: IngestStatus,
    /// `unplaced` where the entity is in no inventory; left out otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// True where the sender's key was seen before: the ids are those of the first time. Left out otherwise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub duplicate: bool,
}

/// An alarm of an array that is not on the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rejected {
    /// `rejected`.
    pub status: IngestStatus,
    /// What is wrong with it.
    pub error: String,
}
