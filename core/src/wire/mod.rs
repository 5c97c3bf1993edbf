//! Messages between a collector and whoever speaks with it, additive from version to version.
//!
//! - **does**: gives a shape to what requests and answers hold beside rows.
//! - **takes**: nothing.
//! - **gives**: plain data that serialises to the contract's JSON and reads back from it.
//! - **never knows**: sockets, status codes, who may ask.

mod auth;
mod command;
mod feed;
mod groups;
mod ingest;
mod kpi;

use serde::{Deserialize, Serialize};

pub use auth::{LoginRequest, RefreshRequest, TokenAnswer};
pub use command::{CommandAnswer, CommandOutcome, CommandRequest, RefusedTargets, Target, TargetKind};
pub use feed::{ChangeEnd, ChangeLine};
pub use groups::{AttributeRow, CohortRow, GroupRow, StrangeThing};
pub use ingest::{Accepted, IngestStatus, Rejected};
pub use kpi::{KpiAnswer, KpiBucket, KpiPoint, KpiSeries};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// Its items.
    pub items: Vec<T>,
    /// Cursor of the next page (`?cursor=`); null at the end.
    pub next: Option<String>,
}

/// The line that a collector prints on stdout when it is ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// Always true.
    pub ready: bool,
    /// URL of the API.
    pub api: String,
    /// `udp://…`, where SNMP is heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snmp: Option<String>,
    /// `udp://…`, where syslog is heard over UDP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub syslog_udp: Option<String>,
    /// `tcp://…`, where syslog is heard over TCP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub syslog_tcp: Option<String>,
    /// `tls://…`, where syslog is heard over TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub syslog_tls: Option<String>,
    /// Version of the collector.
    pub version: String,
}

/// What went wrong, as RFC 9457 problem details.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// What kind: `about:blank`, the status says it all.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The status.
    pub status: u16,
    /// What is wrong here and what to do about it.
    pub detail: String,
    /// Id of this request in the collector's log.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub trace_id: String,
    /// What is wrong in which part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<PartProblem>,
}

/// What is wrong in one part of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartProblem {
    /// Which part: an item's number, a file and line, a field.
    pub at: String,
    /// What is wrong with it.
    pub problem: String,
}
