use super::entity::Entity;
use super::graph::Topology;
use crate::model::EntityIx;

/// What an entity's type, id and parent make it: asked of the words once, whenever it changes, and kept beside the graph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Nature {
    bits: u8,
    parent: Option<EntityIx>,
}

const LINK: u8 = 1;
const PLACE: u8 = 2;
const PART: u8 = 4;
const SITE: u8 = 8;
const EMERGENCY: u8 = 16;
const PLACED: u8 = 32;

impl Nature {
    pub(super) fn of(entity: &Entity) -> Self {
        let bit = |holds: bool, bit: u8| if holds { bit } else { 0 };
        let bits = bit(entity.is_link(), LINK)
            | bit(entity.is_place(), PLACE)
            | bit(entity.is_part(), PART)
            | bit(entity.is("SITE"), SITE)
            | bit(entity.emergency(), EMERGENCY)
            | bit(entity.placed, PLACED);
        Self { bits, parent: entity.parent }
    }

    /// Its parent left.
    pub(super) fn orphan(&mut self) {
        self.parent = None;
    }

    /// See [`Entity::parent`].
    #[must_use]
    pub const fn parent(self) -> Option<EntityIx> {
        self.parent
    }

    /// See [`Entity::is_link`].
    #[must_use]
    pub const fn link(self) -> bool {
        self.bits & LINK != 0
    }

    /// See [`Entity::is_place`].
    #[must_use]
    pub const fn place(self) -> bool {
        self.bits & PLACE != 0
    }

    /// See [`Entity::is_part`].
    #[must_use]
    pub const fn part(self) -> bool {
        self.bits & PART != 0
    }

    /// A SITE.
    #[must_use]
    pub const fn site(self) -> bool {
        self.bits & SITE != 0
    }

    /// See [`Entity::emergency`].
    #[must_use]
    pub const fn emergency(self) -> bool {
        self.bits & EMERGENCY != 0
    }

    /// The inventory knows it.
    #[must_use]
    pub const fn placed(self) -> bool {
        self.bits & PLACED != 0
    }
}

impl Topology {
    /// What the entity in a slot is by its type; nothing at all for an empty slot.
    #[must_use]
    pub fn nature(&self, ix: EntityIx) -> Nature {
        self.natures.get(ix.0 as usize).copied().unwrap_or_default()
    }
}
