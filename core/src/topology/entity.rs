use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{EntityId, EntityIx, Name, Timestamp};

/// A thing in the network: device, port, link, cell, site, service, customer.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode)]
pub struct Entity {
    /// Id for the world.
    #[n(0)]
    pub id: EntityId,
    /// Id in the inventory it came from; unique in the tenant.
    #[n(1)]
    pub external_id: Name,
    /// What people call it; need not be unique.
    #[n(2)]
    pub name: Name,
    /// Type in upper case, such as NODE, ROUTER, LINK, INTERFACE, SITE, CELL, SERVICE.
    #[n(3)]
    pub kind: Name,
    /// What it is part of or stands in: external id of a device for a port, of a site for a device.
    #[n(4)]
    pub parent: Option<EntityIx>,
    /// Degrees north, degrees east.
    #[n(5)]
    pub geo: Option<Geo>,
    /// Service tier in the operator's words.
    #[n(6)]
    pub sla_tier: Name,
    /// Share of revenue, no unit.
    #[n(7)]
    pub revenue_weight: Option<f64>,
    /// Everything else; `address` holds management addresses separated by `;`.
    #[n(8)]
    pub attributes: BTreeMap<Name, Name>,
    /// When it was first heard of.
    #[n(9)]
    pub created_at: Timestamp,
    /// False for one made because a message named it.
    #[n(10)]
    pub placed: bool,
}

/// A place on Earth.
#[derive(Clone, Copy, Debug, PartialEq, minicbor::Encode, minicbor::Decode, Serialize, Deserialize)]
pub struct Geo {
    /// Degrees north.
    #[n(0)]
    pub lat: f64,
    /// Degrees east.
    #[n(1)]
    pub lon: f64,
}

impl Entity {
    /// Serves emergency calls: by type, or "EMERGENCY" in its external id.
    #[must_use]
    pub fn emergency(&self) -> bool {
        let says = |text: &str| text.to_ascii_uppercase().contains("EMERGENCY");
        says(&self.kind) || says(&self.external_id)
    }

    /// An attribute's text, empty when there is none.
    #[must_use]
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", Name::as_str)
    }
}

/// Slot of a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, minicbor::Encode, minicbor::Decode)]
#[cbor(transparent)]
pub struct RelationIx(#[n(0)] pub u32);

/// A typed relation: `source` *kind* `target`, such as a SITE *hosts* a ROUTER, a LINK *connects* a ROUTER.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct Relation {
    /// From.
    #[n(0)]
    pub source: EntityIx,
    /// To.
    #[n(1)]
    pub target: EntityIx,
    /// `hosts`, `connects`, `powers`, `backhauls`, `serves`, `depends_on`, `member_of`.
    #[n(2)]
    pub kind: Name,
}

/// A change of the graph.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode)]
pub enum TopologyDelta {
    /// A new entity, or a known one with new content.
    #[n(0)]
    EntityPut {
        /// Its slot.
        #[n(0)]
        ix: EntityIx,
        /// Its content.
        #[n(1)]
        entity: Box<Entity>,
    },
    /// An entity is gone.
    #[n(1)]
    EntityRemoved {
        /// Its slot.
        #[n(0)]
        ix: EntityIx,
    },
    /// A new relation.
    #[n(2)]
    RelationPut {
        /// Its slot.
        #[n(0)]
        ix: RelationIx,
        /// Its content.
        #[n(1)]
        relation: Relation,
    },
    /// A relation is gone.
    #[n(3)]
    RelationRemoved {
        /// Its slot.
        #[n(0)]
        ix: RelationIx,
    },
}
