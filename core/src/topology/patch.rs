use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::entity::{Geo, TopologyDelta};
use super::graph::Topology;
use crate::model::Name;

/// What an importer or the API wants the graph to hold.
#[derive(Clone, Debug, Default, PartialEq, minicbor::Encode, minicbor::Decode, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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

/// An entity as an importer sees it. What is left empty stays as it is on an entity that is known already.
#[derive(Clone, Debug, Default, PartialEq, minicbor::Encode, minicbor::Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
    /// External id of what it is part of; an empty text: of nothing any more.
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
    /// Everything else; an empty text takes an attribute away.
    #[n(7)]
    #[serde(default)]
    pub attributes: BTreeMap<Name, Name>,
}

/// A relation as an importer sees it, both ends by external id.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PatchProblem {
    /// What it is about: a file's line, a node's id.
    #[n(0)]
    pub at: String,
    /// What is wrong and what was done about it.
    #[n(1)]
    pub problem: String,
}

impl PatchProblem {
    /// A problem at a place.
    pub(super) fn new(at: impl Into<String>, problem: impl Into<String>) -> Self {
        let mut problem = Self {
            at: at.into(),
            problem: problem.into(),
        };
        shorten(&mut problem.at, 300);
        shorten(&mut problem.problem, 1_000);
        problem
    }
}

fn shorten(text: &mut String, bytes: usize) {
    if text.len() > bytes {
        text.truncate(text.floor_char_boundary(bytes));
        text.push('…');
    }
}

/// Problems as they are met: the first 1,000 are kept, the others counted.
#[derive(Debug, Default)]
pub(super) struct Problems {
    kept: Vec<PatchProblem>,
    more: usize,
}

const KEPT: usize = 1_000;

impl Problems {
    pub(super) fn add(&mut self, at: impl Into<String>, problem: impl Into<String>) {
        if self.kept.len() < KEPT {
            self.kept.push(PatchProblem::new(at, problem));
        } else {
            self.more += 1;
        }
    }

    /// All of them, with one at the end that counts what was left out.
    pub(super) fn into_list(mut self) -> Vec<PatchProblem> {
        if self.more > 0 {
            self.kept
                .push(PatchProblem::new("…", format!("{} further problems of the same file or patch", self.more)));
        }
        self.kept
    }
}

/// What a plan would change, for showing before it is applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TopologyDiff {
    /// Entities that are new.
    pub entities_added: usize,
    /// Entities known already that get new content.
    pub entities_changed: usize,
    /// Of those changed: UNPLACED ones that find their place.
    pub entities_adopted: usize,
    /// Entities that go.
    pub entities_removed: usize,
    /// Relations that are new.
    pub relations_added: usize,
    /// Relations that go.
    pub relations_removed: usize,
}

impl TopologyDiff {
    /// Counts what `plan` would change in `graph`.
    #[must_use]
    pub fn of(graph: &Topology, plan: &[TopologyDelta]) -> Self {
        let mut diff = Self::default();
        for delta in plan {
            match delta {
                TopologyDelta::EntityPut { ix, entity } => match graph.entity(*ix) {
                    None => diff.entities_added += 1,
                    Some(before) => {
                        diff.entities_changed += 1;
                        diff.entities_adopted += usize::from(!before.placed && entity.placed);
                    }
                },
                TopologyDelta::EntityRemoved { .. } => diff.entities_removed += 1,
                TopologyDelta::RelationPut { .. } => diff.relations_added += 1,
                TopologyDelta::RelationRemoved { .. } => diff.relations_removed += 1,
            }
        }
        diff
    }

    /// Nothing would change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
