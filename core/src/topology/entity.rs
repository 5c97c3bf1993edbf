use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::relation::Relation;
use super::relation::RelationIx;
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
    /// Type as its inventory writes it, by custom in upper case: NODE, ROUTER, LINK, INTERFACE, SITE, CELL, SERVICE. Ask with [`Entity::is`].
    #[n(3)]
    pub kind: Name,
    /// What it is part of or stands in: a device for a port, a site for a device.
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Geo {
    /// Degrees north.
    #[n(0)]
    pub lat: f64,
    /// Degrees east.
    #[n(1)]
    pub lon: f64,
}

impl Geo {
    /// True for a latitude of −90 to 90 and a longitude of −180 to 180.
    #[must_use]
    pub fn sane(self) -> bool {
        (-90.0..=90.0).contains(&self.lat) && (-180.0..=180.0).contains(&self.lon)
    }
}

const LINKS: [&str; 5] = ["LINK", "CABLE", "CIRCUIT", "FIBER", "FIBRE"];
const PLACES: [&str; 17] = [
    "SITE",
    "LOCATION",
    "BUILDING",
    "FLOOR",
    "ROOM",
    "RACK",
    "CABINET",
    "SHELTER",
    "CAMPUS",
    "DATACENTER",
    "DATA_CENTER",
    "POP",
    "STORE",
    "CITY",
    "REGION",
    "AREA",
    "COUNTRY",
];

const PARTS: [&str; 25] = [
    "INTERFACE",
    "PORT",
    "SUBINTERFACE",
    "LAG",
    "CHANNEL",
    "TRANSCEIVER",
    "OPTIC",
    "SFP",
    "CARD",
    "LINECARD",
    "LINE_CARD",
    "BOARD",
    "MODULE",
    "SLOT",
    "SUPERVISOR",
    "CONTROLLER",
    "CPU",
    "PSU",
    "POWER_SUPPLY",
    "FAN",
    "SENSOR",
    "CELL",
    "SECTOR",
    "CARRIER",
    "RADIO",
];

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

    /// Is of that type, in any case of letters.
    #[must_use]
    pub fn is(&self, kind: &str) -> bool {
        self.kind.eq_ignore_ascii_case(kind)
    }

    /// Is a line between elements: LINK, CABLE, CIRCUIT, FIBRE.
    #[must_use]
    pub fn is_link(&self) -> bool {
        LINKS.iter().any(|kind| self.is(kind))
    }

    /// Is somewhere elements stand: SITE, BUILDING, ROOM, RACK, REGION and the like.
    #[must_use]
    pub fn is_place(&self) -> bool {
        PLACES.iter().any(|kind| self.is(kind))
    }

    /// Is by its type a part of a device that speaks for it: INTERFACE, CARD, SENSOR, CELL and the like.
    #[must_use]
    pub fn is_part(&self) -> bool {
        PARTS.iter().any(|kind| self.is(kind))
    }

    /// Is one of the roots that impact counts from: attribute `role` is `core`.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.attribute("role").trim().eq_ignore_ascii_case("core")
    }

    /// Its management addresses in canonical form (RFC 5952 for IPv6), in the order written.
    pub fn addresses(&self) -> impl Iterator<Item = Name> + '_ {
        self.attribute("address")
            .split(';')
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(canonical_address)
    }
}

/// The one spelling of an address: RFC 5952 for IPv6, IPv4 for an IPv4-mapped one, a prefix length cut off; else lower case.
pub(super) fn canonical_address(text: &str) -> Name {
    let bare = text.trim().split('/').next().unwrap_or_default();
    match bare.parse::<std::net::IpAddr>() {
        Ok(address) => Name::from(address.to_canonical().to_string()),
        Err(_) => Name::cut(&bare.to_ascii_lowercase(), 255),
    }
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
    /// An entity is gone, with its relations; what lay below it stands alone.
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
