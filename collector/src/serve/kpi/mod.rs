//! KPI samples in and out.
//!
//! - **does**: reads samples from JSON, CSV and Prometheus remote-write, finds their entities, keeps them, answers when they are durable;
//!   answers ranges, buckets and lists of series.
//! - **takes**: bodies, a credential, questions.
//! - **gives**: how many were taken, and what is wrong with which of the others; points in order of time.
//! - **never knows**: how samples are stored, or what a metric means.

mod doors;
mod import;
mod ingest;
mod query;
mod remote;
mod take;

pub(crate) use doors::Doors;
pub(super) use import::{__path_import, import};
pub(super) use ingest::{__path_ingest, ingest};
pub(super) use query::{__path_query, __path_series, query, series};
pub(super) use remote::{__path_write, write};
