use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::{IdKind, Name, Timestamp};
use crate::pipeline::State;
use crate::topology::{Entity, Geo, Relation, RelationIx};

/// An entity as lists and the map show it and the wire carries it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EntityRow {
    /// Id.
    pub id: Uuid,
    /// Id in the inventory.
    pub external_id: Name,
    /// What people call it.
    pub name: Name,
    /// Type in upper case.
    #[serde(rename = "type")]
    pub kind: Name,
    /// What it is part of.
    pub parent_id: Option<Uuid>,
    /// Place.
    pub geo: Option<Geo>,
    /// Service tier.
    pub sla_tier: Name,
    /// Share of revenue.
    pub revenue_weight: Option<f64>,
    /// Everything else.
    pub attributes: BTreeMap<Name, Name>,
    /// First heard of.
    pub created_at: Timestamp,
    /// False for one made because a message named it.
    pub placed: bool,
    /// Serves emergency calls.
    pub emergency: bool,
}

/// A relation as the map shows it: `source` *relation* `target`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RelationRow {
    /// Id.
    pub id: Uuid,
    /// From.
    pub source: Uuid,
    /// To.
    pub target: Uuid,
    /// Kind.
    pub relation: Name,
}

/// The row of an entity.
#[must_use]
pub fn entity_row(state: &State, entity: &Entity) -> EntityRow {
    EntityRow {
        id: entity.id.0,
        external_id: entity.external_id.clone(),
        name: entity.name.clone(),
        kind: entity.kind.clone(),
        parent_id: entity.parent.and_then(|ix| state.topology().entity(ix)).map(|parent| parent.id.0),
        geo: entity.geo,
        sla_tier: entity.sla_tier.clone(),
        revenue_weight: entity.revenue_weight,
        attributes: entity.attributes.clone(),
        created_at: entity.created_at,
        placed: entity.placed,
        emergency: entity.emergency(),
    }
}

/// The row of a relation.
#[must_use]
pub fn relation_row(state: &State, ix: RelationIx, relation: &Relation) -> RelationRow {
    let id = |ix| state.topology().entity(ix).map_or(Uuid::nil(), |entity| entity.id.0);
    RelationRow {
        source: id(relation.source),
        target: id(relation.target),
        relation: relation.kind.clone(),
        ..relation_gone(state, ix)
    }
}

/// The row that says that a relation is gone.
#[must_use]
pub fn relation_gone(state: &State, ix: RelationIx) -> RelationRow {
    RelationRow {
        id: state.minter().mint(IdKind::Relation, u64::from(ix.0), 0),
        source: Uuid::nil(),
        target: Uuid::nil(),
        relation: Name::EMPTY,
    }
}
