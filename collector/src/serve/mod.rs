//! The collector as others meet it: HTTP, and the program around it.
//!
//! - **does**: finds out who asks and what they may, answers by the contract, streams the feed; starts and stops everything in order.
//! - **takes**: a data folder, a configuration, requests.
//! - **gives**: JSON, NDJSON, server-sent events, problem details; the addresses it is bound to.
//! - **never knows**: how an alarm is decided, or how anything is stored.

mod access;
mod alarms;
mod audit;
mod auth;
mod body;
mod changes;
mod commands;
mod dead_letters;
mod documents;
mod ears;
mod entities;
mod events;
mod groups;
mod incidents;
mod ingest;
mod keys;
mod kpi;
mod openapi;
mod polls;
mod problem;
mod query;
mod router;
mod run;
mod scorecard;
mod seats;
mod sla;
mod sources;
mod stats;
mod stream;
mod system;
mod tenants;
mod topology;
mod users;
mod world;

pub use run::{Handle, Options, StartError, run};
