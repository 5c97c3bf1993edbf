//! What things share: a value of their own, of what they are part of, or of where they stand.

use std::collections::BTreeMap;

use super::entity::Entity;
use super::graph::Topology;
use crate::model::{EntityIx, Name};

/// So many steps lead up from a thing at most.
pub const STEPS: usize = 16;

/// What a thing says of itself, as far as grouping looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// Its type.
    pub kind: &'a Name,
    /// Its name.
    pub name: &'a Name,
    /// Its service tier.
    pub tier: &'a Name,
    /// Its attributes.
    pub attributes: &'a BTreeMap<Name, Name>,
}

impl<'a> Said<'a> {
    /// What the thing itself has for a word: the value of its attribute of that name, its type for `type`, its tier for `sla_tier`, its name
    /// where the word is its own type (so that `site` groups by sites). Case does not matter in the word; empty values are none.
    #[must_use]
    pub fn of(&self, word: &str) -> Option<&'a Name> {
        let own = match self.attributes.get(word) {
            Some(value) => Some(value),
            None => self.attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, value)| value),
        };
        let other = || match word {
            _ if word.eq_ignore_ascii_case("type") => Some(self.kind),
            _ if word.eq_ignore_ascii_case("sla_tier") => Some(self.tier),
            _ if self.kind.eq_ignore_ascii_case(word) => Some(self.name),
            _ => None,
        };
        own.filter(|value| !value.trim().is_empty())
            .or_else(other)
            .filter(|value| !value.trim().is_empty())
    }
}

/// The value that a thing shares with others: its own, else that of the nearest above it. `way_up` is the thing, what it is part of or stands in, and so on.
#[must_use]
pub fn shared<'a>(word: &str, way_up: impl IntoIterator<Item = Said<'a>>) -> Option<&'a Name> {
    way_up.into_iter().take(STEPS).find_map(|said| said.of(word))
}

impl Entity {
    /// What it says of itself, as far as grouping looks at it.
    #[must_use]
    pub fn said(&self) -> Said<'_> {
        Said {
            kind: &self.kind,
            name: &self.name,
            tier: &self.sla_tier,
            attributes: &self.attributes,
        }
    }
}

impl Topology {
    /// An entity, what it is part of or stands in, and so on up; at most 16.
    pub fn way_up(&self, from: EntityIx) -> impl Iterator<Item = (EntityIx, &Entity)> {
        let mut next = Some(from);
        std::iter::from_fn(move || {
            let ix = next?;
            let entity = self.entity(ix)?;
            next = entity.parent.filter(|parent| *parent != ix);
            Some((ix, entity))
        })
        .take(STEPS)
    }

    /// The value that an entity shares with others, by [`shared`].
    #[must_use]
    pub fn shared(&self, word: &str, of: EntityIx) -> Option<&Name> {
        shared(word, self.way_up(of).map(|(_, entity)| entity.said()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_value_counts_and_a_place_is_its_own() {
        let name = |text: &str| Name::from(text);
        let (router, site, region, empty) = (name("ROUTER"), name("SITE"), name("REGION"), Name::EMPTY);
        let (own, blank) = (
            BTreeMap::from([(name("Firmware"), name("7.1")), (name("zone"), name(" "))]),
            BTreeMap::from([(name("zone"), name("b"))]),
        );
        let none = BTreeMap::new();
        let (r1, hill, north, gold) = (name("r1"), name("Hill"), name("North"), name("gold"));
        let said = |kind, name, tier, attributes| Said { kind, name, tier, attributes };
        let way = [
            said(&router, &r1, &empty, &own),
            said(&site, &hill, &gold, &blank),
            said(&region, &north, &empty, &none),
        ];
        let found = |word: &str| shared(word, way).map(Name::as_str);
        assert_eq!((found("firmware"), found("ZONE"), found("sla_tier")), (Some("7.1"), Some("b"), Some("gold")));
        assert_eq!((found("type"), found("site"), found("region")), (Some("ROUTER"), Some("Hill"), Some("North")));
        assert_eq!((found("store"), found("")), (None, None));
        assert_eq!(
            shared("site", std::iter::repeat_n(way[0], 40).chain([way[1]])),
            None,
            "no way up is longer than sixteen steps"
        );
    }
}
