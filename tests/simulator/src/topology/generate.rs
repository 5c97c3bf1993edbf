//! Networks that could exist: rings with access trees, meshes, hubs with spokes, an ISP's layers.

use std::collections::{BTreeMap, BTreeSet};

use super::{Device, LinkNames, Record, Topology, names};
use crate::rng::Rng;

/// How a network is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A core ring, aggregation rings between two core devices, access trees.
    RingAccess,
    /// Every place connected to its nearest ones.
    Mesh,
    /// A few hubs, spokes to one or two of them.
    HubSpoke,
    /// A backbone, points of presence with two routers each, access routers dual-homed or in chains.
    Isp,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::RingAccess, Self::Mesh, Self::HubSpoke, Self::Isp];

    /// As on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RingAccess => "ring-access",
            Self::Mesh => "mesh",
            Self::HubSpoke => "hub-spoke",
            Self::Isp => "isp",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A network of that kind with about so many devices (at least 8), the same for the same seed.
#[must_use]
pub fn generate(kind: Kind, nodes: usize, seed: u64) -> Topology {
    let mut plan = Plan::new(kind, seed);
    let nodes = nodes.clamp(8, 20_000);
    match kind {
        Kind::RingAccess => plan.ring_access(nodes),
        Kind::Mesh => plan.mesh(nodes),
        Kind::HubSpoke => plan.hub_spoke(nodes),
        Kind::Isp => plan.isp(nodes),
    }
    plan.topology
}

struct Plan {
    topology: Topology,
    rng: Rng,
    towns: BTreeSet<String>,
    town: String,
    hosts: BTreeMap<String, usize>,
    names: LinkNames,
}

impl Plan {
    fn new(kind: Kind, seed: u64) -> Self {
        let topology = Topology {
            name: format!("{}-{seed}", kind.name()),
            ports_known: true,
            ..Topology::default()
        };
        Self {
            topology,
            rng: Rng::new(seed, "generate"),
            towns: BTreeSet::new(),
            town: String::new(),
            hosts: BTreeMap::new(),
            names: LinkNames::default(),
        }
    }

    fn new_town(&mut self) -> (f64, f64) {
        self.town = names::town(&mut self.rng, &mut self.towns);
        let mut degrees = |lo: u64, range: u64| (lo * 1000 + self.rng.below(range * 1000)) as f64 / 1000.0;
        (degrees(45, 8), degrees(2, 12))
    }

    fn near(&mut self, place: (f64, f64), thousandths: u64) -> (f64, f64) {
        let mut off = || (self.rng.below(2 * thousandths + 1) as f64 - thousandths as f64) / 1000.0;
        (place.0 + off(), place.1 + off())
    }

    fn add(&mut self, role: &str, place: (f64, f64)) -> usize {
        let stem = format!("{}-{}", &role[..2], self.town.to_lowercase());
        let count = self.hosts.entry(stem.clone()).or_default();
        *count += 1;
        let mut record = Record {
            external_id: format!("R{:05}", self.topology.devices.len() + 1),
            name: format!("{stem}-{count:02}"),
            kind: "ROUTER".to_owned(),
            place: Some(place),
            ..Record::default()
        };
        record.attributes.insert("role".to_owned(), role.to_owned());
        record.attributes.insert("town".to_owned(), self.town.clone());
        self.topology.devices.push(Device::bare(record));
        self.topology.devices.len() - 1
    }

    fn connect(&mut self, a: usize, b: usize) {
        let there = |link: &super::Link| link.ends == [a, b] || link.ends == [b, a];
        if a != b && !self.topology.links.iter().any(there) {
            self.topology.link(&mut self.names, a, b);
        }
    }

    fn connect_twice(&mut self, a: usize, b: usize) {
        self.connect(a, b);
        self.topology.link(&mut self.names, a, b);
    }

    fn ring_of(&mut self, role: &str, count: usize) -> Vec<usize> {
        let mut ring = Vec::new();
        for _ in 0..count {
            let place = self.new_town();
            ring.push(self.add(role, place));
        }
        // In the order of their places, so that the ring does not cross itself more than it must.
        ring.sort_by_key(|&index| {
            let (lat, lon) = self.topology.devices[index].record.place.unwrap_or_default();
            let east = lon > 8.0;
            (east, if east { (lat * 1000.0) as i64 } else { -(lat * 1000.0) as i64 })
        });
        for at in 0..ring.len() {
            self.connect(ring[at], ring[(at + 1) % ring.len()]);
        }
        ring
    }

    fn place_of(&self, index: usize) -> (f64, f64) {
        self.topology.devices[index].record.place.unwrap_or_default()
    }

    fn ring_access(&mut self, nodes: usize) {
        let core = self.ring_of("core", (nodes / 12).clamp(4, 40));
        for _ in 0..core.len() / 4 {
            let [a, b] = [self.rng.index(core.len()), self.rng.index(core.len())];
            self.connect(core[a], core[b]);
        }
        let mut ring = 0;
        while self.topology.devices.len() < nodes {
            // A ring of aggregation routers between two neighbours of the core.
            let (from, to) = (core[ring % core.len()], core[(ring + 1) % core.len()]);
            ring += 1;
            let mut last = from;
            let mut members = Vec::new();
            for _ in 0..self.rng.between(2, 5) {
                self.new_town();
                let place = self.near(self.place_of(from), 400);
                let member = self.add("aggregation", place);
                self.connect(last, member);
                members.push(member);
                last = member;
            }
            self.connect(last, to);
            for at in 0..members.len() {
                self.access_tree(&members, at, nodes);
            }
        }
    }

    fn access_tree(&mut self, members: &[usize], at: usize, nodes: usize) {
        for _ in 0..self.rng.between(1, 3) {
            let mut above = members[at];
            for depth in 0..self.rng.between(1, 3) {
                if self.topology.devices.len() >= nodes {
                    return;
                }
                self.new_town();
                let place = self.near(self.place_of(above), 120);
                let access = self.add("access", place);
                self.connect(above, access);
                if depth == 0 && members.len() > 1 && self.rng.percent(25) {
                    self.connect(members[(at + 1) % members.len()], access);
                }
                above = access;
            }
        }
    }

    fn mesh(&mut self, nodes: usize) {
        for number in 0..nodes {
            let place = self.new_town();
            self.add(if number < (nodes / 15).max(2) { "core" } else { "edge" }, place);
        }
        let distance = |plan: &Self, a: usize, b: usize| {
            let (pa, pb) = (plan.place_of(a), plan.place_of(b));
            let [north, east] = [(pa.0 - pb.0) * 1000.0, (pa.1 - pb.1) * 1000.0];
            (north * north + east * east) as u64
        };
        for at in 1..nodes {
            // To the nearest earlier one, hence connected; then to near ones at will.
            let mut near: Vec<usize> = (0..at).collect();
            near.sort_by_key(|&other| (distance(self, at, other), other));
            let links = self.rng.between(1, 3);
            for &other in near.iter().take(usize::try_from(links).unwrap_or(1)) {
                self.connect(at, other);
            }
        }
    }

    fn hub_spoke(&mut self, nodes: usize) {
        let hubs = self.ring_of("core", (nodes / 30).clamp(3, 30));
        for at in 0..hubs.len() {
            if self.rng.percent(40) {
                self.connect_twice(hubs[at], hubs[(at + 1) % hubs.len()]);
            }
        }
        while self.topology.devices.len() < nodes {
            let at = self.rng.index(hubs.len());
            self.new_town();
            let place = self.near(self.place_of(hubs[at]), 600);
            let spoke = self.add("access", place);
            self.connect(hubs[at], spoke);
            if self.rng.percent(40) {
                self.connect(hubs[(at + 1) % hubs.len()], spoke);
            }
        }
    }

    fn isp(&mut self, nodes: usize) {
        let core = self.ring_of("core", (nodes / 14).clamp(3, 60));
        for at in 0..core.len() {
            let other = self.rng.index(core.len());
            self.connect(core[at], core[other]);
        }
        let mut at = 0;
        while self.topology.devices.len() + 2 < nodes {
            let above = core[at % core.len()];
            at += 1;
            self.new_town();
            let place = self.near(self.place_of(above), 500);
            let pair = [self.add("edge", place), self.add("edge", place)];
            self.connect(pair[0], pair[1]);
            self.connect(pair[0], above);
            let second = if self.rng.percent(60) {
                core[(at + core.len() / 2) % core.len()]
            } else {
                above
            };
            self.connect(pair[1], second);
            let mut last = None;
            for _ in 0..self.rng.between(3, 9) {
                if self.topology.devices.len() >= nodes {
                    return;
                }
                let spot = self.near(place, 90);
                let access = self.add("access", spot);
                match (self.rng.below(10), last) {
                    (0..5, _) => {
                        self.connect(pair[0], access);
                        self.connect(pair[1], access);
                    }
                    (5..8, _) | (_, None) => self.connect(pair[access % 2], access),
                    (_, Some(before)) => self.connect(before, access),
                }
                last = Some(access);
            }
        }
    }
}
