//! Where a fault strikes.

use anyhow::{Context, Result, bail};

use super::Simulation;
use crate::mix::{self, FaultKind};
use crate::topology::{Link, Topology, Vendor};

/// Where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A link, at one side of it.
    Link(usize, usize),
    /// A device.
    Device(usize),
}

impl Place {
    /// The link or device of that external id.
    pub(super) fn named(topology: &Topology, external_id: &str) -> Option<Self> {
        let link = topology.links.iter().position(|link| link.external_id == external_id);
        let device = topology.devices.iter().position(|device| device.record.external_id == external_id);
        link.map(|link| Self::Link(link, 0)).or(device.map(Self::Device))
    }
}

impl Simulation {
    /// Plans one fault by hand: at a link or device by its external id, so many seconds from now, for so long (drawn if `None`).
    /// Returns its number.
    ///
    /// # Errors
    /// When there is no such link or device, or this kind of fault cannot happen there.
    pub fn inject(&mut self, kind: FaultKind, external_id: &str, after_s: u64, lasts_s: Option<u64>) -> Result<u32> {
        let place = Place::named(&self.topology, external_id).with_context(|| format!("there is no link or device {external_id}"))?;
        let same = |candidate: &Place| match (candidate, place) {
            (Place::Link(one, _), Place::Link(other, _)) => *one == other,
            (one, other) => *one == other,
        };
        let fits = match (kind, place) {
            // Where a draw prefers rich devices, a hand may choose any that has a link.
            (FaultKind::Card | FaultKind::Maintenance, Place::Device(device)) => !self.graph.beside[device].is_empty(),
            _ => self.candidates(kind).iter().any(same),
        };
        if !fits {
            bail!("{} cannot happen to {external_id}", kind.name());
        }
        let start = self.now + after_s.saturating_mul(1_000_000);
        self.begin(kind, place, start, lasts_s).context("too many faults")
    }

    /// The devices a place is at.
    pub(super) fn devices_at(&self, place: Place) -> Vec<usize> {
        match place {
            Place::Link(link, _) => self.topology.links[link].ends.to_vec(),
            Place::Device(device) => {
                let id = &self.topology.devices[device].record.external_id;
                let powered = self.powered_by(id);
                if powered.is_empty() { vec![device] } else { powered }
            }
        }
    }

    /// The devices a power plant feeds.
    pub(super) fn powered_by(&self, plant: &str) -> Vec<usize> {
        let targets: Vec<&str> = self
            .topology
            .relations
            .iter()
            .filter(|relation| relation.kind == "powers" && relation.source == plant)
            .map(|relation| relation.target.as_str())
            .collect();
        (0..self.topology.devices.len())
            .filter(|&at| targets.contains(&self.topology.devices[at].record.external_id.as_str()))
            .collect()
    }

    fn candidates(&self, kind: FaultKind) -> Vec<Place> {
        let devices = &self.topology.devices;
        let degree = |at: usize| self.graph.beside[at].len();
        let link_fits = |link: &Link| {
            let [a, b] = link.ends;
            let light = !link.carrierless && link.medium != "microwave";
            a != b
                && (devices[a].speaks || devices[b].speaks)
                && (kind != FaultKind::OpticalDegradation || light)
                && (kind != FaultKind::FlappingPort || !link.carrierless)
        };
        let links = || {
            let fitting = (0..self.topology.links.len()).filter(|&at| link_fits(&self.topology.links[at]));
            fitting.map(|at| Place::Link(at, 0)).collect()
        };
        let nodes = |least: usize| {
            let router = |at: &usize| devices[*at].speaks && devices[*at].vendor.routes();
            (0..devices.len())
                .filter(router)
                .filter(|&at| degree(at) >= least)
                .map(Place::Device)
                .collect::<Vec<_>>()
        };
        match kind {
            FaultKind::FibreCut | FaultKind::FlappingPort | FaultKind::OpticalDegradation => links(),
            FaultKind::NodePower | FaultKind::Temperature | FaultKind::Silent => nodes(1),
            FaultKind::Card => {
                let several = nodes(4);
                if several.is_empty() { nodes(1) } else { several }
            }
            FaultKind::Maintenance => {
                let several = nodes(2);
                if several.is_empty() { nodes(1) } else { several }
            }
            FaultKind::SitePower => {
                let plants = (0..devices.len()).filter(|&at| devices[at].vendor == Vendor::Ups);
                plants.map(Place::Device).collect()
            }
        }
    }

    /// A place for a fault, away from what is open; `None` where there is no room.
    pub(super) fn place(&mut self, kind: FaultKind) -> Option<Place> {
        let candidates = self.candidates(kind);
        let taken: Vec<usize> = self.open.iter().flat_map(|(_, devices)| devices.iter().copied()).collect();
        let hops = self.graph.hops(&taken);
        let mut best: Option<(usize, Place)> = None;
        for _ in 0..mix::PLACE_DRAWS {
            let mut place = *self.chances.plan.pick(&candidates)?;
            if let Place::Link(link, _) = place {
                let side = self.chances.plan.index(2);
                let speaks = |side: usize| self.topology.devices[self.topology.links[link].ends[side]].speaks;
                place = Place::Link(link, if speaks(side) { side } else { 1 - side });
            }
            let nearest = self.devices_at(place).into_iter().filter_map(|device| hops[device]).min();
            let nearest = nearest.unwrap_or(usize::MAX);
            if best.is_none_or(|(far, _)| nearest > far) {
                best = Some((nearest, place));
            }
            if nearest >= mix::HOPS_APART {
                break;
            }
        }
        best.filter(|(far, _)| *far > 0).map(|(_, place)| place)
    }
}
