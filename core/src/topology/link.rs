use super::entity::canonical_address;
use super::graph::{Found, Topology};
use super::ifname::InterfaceName;
use super::relation::RelationKind;
use crate::model::EntityIx;

/// How far up or down the search for what holds a part, or is part of a device, goes.
const LEVELS: usize = 8;

/// A way from one device to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Linked {
    /// The LINK; `None` where an inventory connects the two without one.
    pub link: Option<EntityIx>,
    /// The device at the other end; the device itself for a loop.
    pub other: EntityIx,
}

impl Topology {
    /// What an entity is part of or stands in: its parent, else the first that hosts it.
    #[must_use]
    pub fn container(&self, ix: EntityIx) -> Option<EntityIx> {
        self.nature(ix).parent().or_else(|| {
            let hosted = self.neighbours(ix).iter().find(|n| n.kind == RelationKind::Hosts && !n.out);
            hosted.map(|n| n.other)
        })
    }

    /// The device that a port, card, sensor or cell belongs to; anything else is its own.
    #[must_use]
    pub fn device_of(&self, ix: EntityIx) -> EntityIx {
        let mut here = ix;
        for _ in 0..LEVELS {
            match self.holder(here) {
                Some(holder) => here = holder,
                None => break,
            }
        }
        here
    }

    /// What a part is directly part of; `None` for what is no part, or stands in a place.
    pub(super) fn holder(&self, ix: EntityIx) -> Option<EntityIx> {
        if !self.nature(ix).part() {
            return None;
        }
        self.container(ix)
            .filter(|holder| self.entity(*holder).is_some() && !self.nature(*holder).place())
    }

    /// The site an entity stands in: the nearest SITE, else the outermost place; itself for a site.
    #[must_use]
    pub fn site_of(&self, ix: EntityIx) -> Option<EntityIx> {
        let mut outermost = None;
        let mut here = Some(ix);
        for _ in 0..2 * LEVELS {
            let Some(at) = here else { break };
            let nature = self.nature(at);
            if nature.site() {
                return Some(at);
            }
            if nature.place() {
                outermost = Some(at);
            }
            here = self.container(at);
        }
        outermost
    }

    /// The entities directly in or on one: its children, then what it hosts.
    fn contents(&self, ix: EntityIx) -> impl Iterator<Item = EntityIx> + '_ {
        let hosted = self.neighbours(ix).iter().filter(|n| n.kind == RelationKind::Hosts && n.out).map(|n| n.other);
        self.children(ix).iter().copied().chain(hosted)
    }

    /// Everything in or on an entity, the nearest first, each once.
    #[must_use]
    pub fn inside(&self, device: EntityIx) -> Vec<EntityIx> {
        let mut found: Vec<EntityIx> = Vec::new();
        let mut seen = std::collections::BTreeSet::from([device]);
        let mut level = vec![device];
        for _ in 0..LEVELS {
            level = level.iter().flat_map(|ix| self.contents(*ix)).filter(|ix| seen.insert(*ix)).collect();
            found.extend(&level);
        }
        found
    }

    /// The interface, card or other part of a device by name: an exact name or external id first, else the same interface in another
    /// spelling; the nearest to the device first.
    #[must_use]
    pub fn below(&self, device: EntityIx, name: &str) -> Option<EntityIx> {
        let name = name.trim();
        if name.is_empty() || self.neighbours(device).is_empty() && self.children(device).is_empty() {
            return None;
        }
        let asked = InterfaceName::of(name);
        let mut alike = None;
        let mut level = vec![device];
        for _ in 0..LEVELS {
            let below: Vec<EntityIx> = level.iter().flat_map(|ix| self.contents(*ix)).filter(|ix| *ix != device).collect();
            for ix in &below {
                let Some(entity) = self.entity(*ix) else { continue };
                if entity.name == *name || entity.external_id == *name {
                    return Some(*ix);
                }
                if alike.is_none() && InterfaceName::of(&entity.name) == asked {
                    alike = Some(*ix);
                }
            }
            if below.is_empty() {
                break;
            }
            level = below;
        }
        alike
    }

    /// The devices that a link joins, in the order of its external id (`a--b`); the same one twice for a loop or an open end. `None`
    /// for what connects nothing.
    #[must_use]
    pub fn ends(&self, link: EntityIx) -> Option<(EntityIx, EntityIx)> {
        let mut ends = self
            .neighbours(link)
            .iter()
            .filter(|n| n.kind == RelationKind::Connects)
            .map(|n| self.device_of(n.other));
        let first = ends.next()?;
        let second = ends.next().unwrap_or(first);
        let named = |ix: EntityIx| self.entity(ix).map_or("", |entity| entity.external_id.as_str());
        let id = named(link);
        let turned = |a: &str, b: &str| {
            id.strip_prefix(a)
                .and_then(|rest| rest.strip_prefix("--"))
                .is_some_and(|rest| rest.starts_with(b))
        };
        match !turned(named(first), named(second)) && turned(named(second), named(first)) {
            true => Some((second, first)),
            false => Some((first, second)),
        }
    }

    /// Every way from a device to a neighbour, its ports' included, in the order of slots.
    #[must_use]
    pub fn links_of(&self, device: EntityIx) -> Vec<Linked> {
        let mut found = Vec::new();
        let mut level = vec![device];
        for _ in 0..LEVELS {
            for end in &level {
                let connected = self.neighbours(*end).iter().filter(|n| n.kind == RelationKind::Connects);
                found.extend(connected.filter_map(|n| self.across(device, n.other)));
            }
            level = level
                .iter()
                .flat_map(|ix| self.contents(*ix))
                .filter(|ix| *ix != device && self.nature(*ix).part())
                .collect();
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// What lies beyond something that is connected to a device.
    fn across(&self, device: EntityIx, next: EntityIx) -> Option<Linked> {
        self.entity(next)?;
        if !self.nature(next).link() {
            let other = self.device_of(next);
            return (other != device).then_some(Linked { link: None, other });
        }
        let (a, b) = self.ends(next)?;
        Some(Linked {
            link: Some(next),
            other: if a == device { b } else { a },
        })
    }

    /// The links between two devices, in the order of slots.
    #[must_use]
    pub fn links_between(&self, a: EntityIx, b: EntityIx) -> Vec<EntityIx> {
        self.links_of(a)
            .into_iter()
            .filter(|linked| linked.other == b)
            .filter_map(|linked| linked.link)
            .collect()
    }

    /// The link at a device's interface: by the link's `source_interface` or `target_interface`, or because it connects an entity of
    /// that name below the device. A subinterface (`Gi0/1.100`) finds the link of its port where it has none of its own.
    #[must_use]
    pub fn link_at(&self, device: EntityIx, interface: &str) -> Option<EntityIx> {
        if interface.trim().is_empty() || self.neighbours(device).is_empty() && self.children(device).is_empty() {
            return None;
        }
        let asked = InterfaceName::of(interface);
        let by_name = |asked: InterfaceName<'_>| {
            let links = self.neighbours(device).iter().filter(|n| n.kind == RelationKind::Connects).map(|n| n.other);
            links.into_iter().find(|link| self.has_port(*link, device, asked))
        };
        by_name(asked)
            .or_else(|| self.link_of_part(self.below(device, interface)?, device))
            .or_else(|| {
                let port = asked.physical()?;
                by_name(port).or_else(|| self.link_of_part(self.part_alike(device, port)?, device))
            })
    }

    fn has_port(&self, link: EntityIx, device: EntityIx, port: InterfaceName<'_>) -> bool {
        let Some(entity) = self.entity(link).filter(|_| self.nature(link).link()) else {
            return false;
        };
        let same = |key: &str| {
            let text = entity.attribute(key);
            !text.is_empty() && InterfaceName::of(text) == port
        };
        let (here, there) = (same("source_interface"), same("target_interface"));
        (here || there) && self.ends(link).is_some_and(|(a, b)| here && a == device || there && b == device)
    }

    fn part_alike(&self, device: EntityIx, port: InterfaceName<'_>) -> Option<EntityIx> {
        let alike = |ix: &EntityIx| self.entity(*ix).is_some_and(|entity| InterfaceName::of(&entity.name) == port);
        let near = self.contents(device).find(alike);
        near.or_else(|| self.contents(device).flat_map(|card| self.contents(card)).find(alike))
    }

    /// The link that a part connects to, else the one of what it is part of, up to the device.
    fn link_of_part(&self, part: EntityIx, device: EntityIx) -> Option<EntityIx> {
        let mut here = part;
        for _ in 0..LEVELS {
            if here == device {
                return None;
            }
            let link = self
                .neighbours(here)
                .iter()
                .filter(|n| n.kind == RelationKind::Connects)
                .find(|n| self.nature(n.other).link());
            if let Some(link) = link {
                return Some(link.other);
            }
            here = self.container(here)?;
        }
        None
    }

    /// The link and the device that a port's address belongs to: a LINK's `source_address` or `target_address`.
    #[must_use]
    pub fn by_port_address(&self, address: &str) -> Option<(EntityIx, EntityIx)> {
        if address.is_empty() {
            return None;
        }
        let (link, at_target) = self.port_address(&canonical_address(address))?;
        let (a, b) = self.ends(link)?;
        Some((link, if at_target { b } else { a }))
    }

    /// The device that a message calls its neighbour or peer: by management address, router id (attribute `router_id`), address of a
    /// port, external id, UUID or unambiguous name.
    #[must_use]
    pub fn find_neighbor(&self, word: &str) -> Option<EntityIx> {
        let word = word.trim();
        if word.is_empty() {
            return None;
        }
        let by_address = || self.by_address(word).or_else(|| self.by_router_id(word));
        let named = || match self.find(word) {
            Found::One(ix) => Some(ix),
            Found::Ambiguous | Found::None => None,
        };
        let known = by_address().or_else(|| self.by_port_address(word).map(|(_, device)| device)).or_else(named);
        known.map(|ix| self.device_of(ix))
    }

    /// Serves emergency calls itself, or something does that depends on it directly.
    #[must_use]
    pub fn serves_emergency(&self, ix: EntityIx) -> bool {
        let emergency = |ix: EntityIx| self.nature(ix).emergency();
        let dependants = self.neighbours(ix).iter().filter(|n| n.falls_with_me() || n.my_group()).map(|n| n.other);
        emergency(ix) || dependants.chain(self.children(ix).iter().copied()).any(emergency)
    }
}

#[cfg(test)]
mod tests;
