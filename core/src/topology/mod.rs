//! The network as a graph.
//!
//! - **does**: holds entities and relations, finds the entity that a message means, tells what a failure takes down.
//! - **takes**: patches (from import formats or the API) and its own deltas.
//! - **gives**: lookups by id, external id, name and address; neighbours; impact; paths.
//! - **never knows**: alarms, incidents, or where a patch came from.

mod entity;
mod graph;
mod ifname;
mod impact;
pub mod import;
mod link;
mod nature;
mod needs;
mod patch;
mod path;
mod plan;
mod ports;
mod relation;
mod share;
mod slots;
mod wires;

pub use entity::{Entity, Geo, TopologyDelta};
pub use graph::{Found, Topology};
pub use ifname::InterfaceName;
pub use impact::{Impact, ImpactIndex};
pub use link::Linked;
pub use nature::Nature;
pub use needs::Needs;
pub use patch::{EntitySpec, PatchProblem, RelationSpec, TopologyDiff, TopologyPatch};
pub use relation::{Dependency, Neighbour, Relation, RelationIx, RelationKind};
pub use share::{STEPS, Said, shared};
pub use wires::Wires;

#[cfg(test)]
mod tests;
