use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::entity::Geo;
use crate::model::Name;

/// What an importer or the API wants the graph to hold.
#[derive(Clone, Debug, Default, PartialEq, minicbor::Encode, minicbor::Decode, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TopologyPatch {
    /// Entities to add or change, by external id.
    #[n(0)]
    pub entities: Vec<EntitySpec>,
    /// Relations to add.
    #[n(1)]
    pub relations: Vec<RelationSpec>,
    /// External ids of entities to remove with their relations.
    #[n(2)]
    pub remove: Vec<Name>,
}

/// An entity as an importer sees it.
#[derive(Clone, Debug, Default, PartialEq, minicbor::Encode, minicbor::Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntitySpec {
    /// Id in the inventory; unique in the tenant.
    #[n(0)]
    pub external_id: Name,
    /// What people call it; empty: the external id.
    #[n(1)]
    #[serde(default)]
    pub name: Name,
    /// Type; empty: NODE.
    #[n(2)]
    #[serde(default, rename = "type")]
    pub kind: Name,
    /// External id of what it is part of.
    #[n(3)]
    #[serde(default)]
    pub parent: Option<Name>,
    /// Place.
    #[n(4)]
    #[serde(default)]
    pub geo: Option<Geo>,
    /// Service tier.
    #[n(5)]
    #[serde(default)]
    pub sla_tier: Name,
    /// Share of revenue.
    #[n(6)]
    #[serde(default)]
    pub revenue_weight: Option<f64>,
    /// Everything else.
    #[n(7)]
    #[serde(default)]
    pub attributes: BTreeMap<Name, Name>,
}

/// A relation as an importer sees it, both ends by external id.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelationSpec {
    /// From.
    #[n(0)]
    pub source: Name,
    /// To.
    #[n(1)]
    pub target: Name,
    /// Kind.
    #[n(2)]
    #[serde(rename = "relation")]
    pub kind: Name,
}

/// Something in a patch or file that could not be taken; the rest goes in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, minicbor::Encode, minicbor::Decode)]
pub struct PatchProblem {
    /// What it is about: a file's line, a node's id.
    #[n(0)]
    pub at: String,
    /// What is wrong and what was done about it.
    #[n(1)]
    pub problem: String,
}
