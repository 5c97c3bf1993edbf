//! Every noun and every decision of Pedkai. Pure: no socket, file, thread, wall clock or unseeded chance.

pub mod correlation;
pub mod detection;
pub mod diagnosis;
pub mod identity;
pub mod ingest;
pub mod invariants;
pub mod model;
pub mod pipeline;
pub mod policy;
pub mod reduction;
pub mod remediation;
pub mod screen;
pub mod sitrep;
pub mod sla;
pub mod topology;
pub mod wire;
