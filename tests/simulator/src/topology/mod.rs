//! Networks: devices, links and what else an inventory knows.

mod demo;
mod dress;
pub mod folder;
pub mod generate;
mod graph;
pub mod graphml;
mod names;

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

pub use graph::Graph;

use crate::mix::FaultKind;

/// Who made a device, hence how it speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Vendor {
    /// Cisco IOS and IOS XE.
    Ios,
    /// Cisco IOS XR.
    IosXr,
    /// Cisco NX-OS.
    NxOs,
    /// Juniper Junos.
    Junos,
    /// Arista EOS.
    Eos,
    /// Huawei VRP.
    Huawei,
    /// A base station: RFC 5424 with the alarm parameters of RFC 5674.
    Ran,
    /// A site's power plant: UPS-MIB.
    Ups,
}

impl Vendor {
    /// The makers of routers, in the order of `mix::VENDOR_PERCENT`.
    pub const ROUTERS: [Self; 6] = [Self::Ios, Self::IosXr, Self::NxOs, Self::Junos, Self::Eos, Self::Huawei];

    /// As written in the `vendor` column.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ios => "ios",
            Self::IosXr => "iosxr",
            Self::NxOs => "nxos",
            Self::Junos => "junos",
            Self::Eos => "eos",
            Self::Huawei => "huawei",
            Self::Ran => "ran",
            Self::Ups => "ups",
        }
    }

    /// The vendor of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let ran_and_ups = [Self::Ran, Self::Ups];
        Self::ROUTERS.iter().chain(&ran_and_ups).copied().find(|vendor| vendor.name() == name)
    }

    /// Takes part in routing.
    #[must_use]
    pub const fn routes(self) -> bool {
        !matches!(self, Self::Ran | Self::Ups)
    }
}

/// A port of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// In the vendor's spelling.
    pub name: String,
    /// `ifIndex`.
    pub if_index: u32,
    /// Its own address; unspecified for a customer's port.
    pub address: Ipv4Addr,
    /// The slot it is in.
    pub card: u8,
    /// `ifAlias`: where it leads.
    pub alias: String,
}

/// What an inventory says of anything.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    /// Its id in the inventory.
    pub external_id: String,
    /// What people call it.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// External id of what it is part of; empty for none.
    pub parent: String,
    /// Latitude and longitude.
    pub place: Option<(f64, f64)>,
    /// Tier of the promise; empty for none.
    pub sla_tier: String,
    /// Revenue weight; empty for none.
    pub revenue_weight: String,
    /// Every other column.
    pub attributes: BTreeMap<String, String>,
}

/// Something that speaks.
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    /// As the inventory has it.
    pub record: Record,
    /// Who made it.
    pub vendor: Vendor,
    /// Management address, loopback and router id in one.
    pub address: Ipv4Addr,
    /// What it calls itself.
    pub host: String,
    /// False for the neighbours of others that never report to us.
    pub speaks: bool,
    /// Marked as core.
    pub core: bool,
    /// Its own way to the operations centre.
    pub out_of_band: bool,
    /// The device its messages pass through, for those outside routing (a power plant).
    pub behind: Option<usize>,
    /// Sends traps.
    pub traps: bool,
    /// In version 1.
    pub v1: bool,
    /// Sends syslog.
    pub syslog: bool,
    /// Ports that lead to customers.
    pub customers: Vec<Port>,
    /// Line cards.
    pub cards: u8,
    /// Route reflectors it has sessions with.
    pub reflectors: Vec<usize>,
    /// BGP hold time in seconds.
    pub hold_s: u64,
}

impl Device {
    /// A device of which only the inventory's record is known.
    #[must_use]
    pub fn bare(record: Record) -> Self {
        Self {
            record,
            vendor: Vendor::Ios,
            address: Ipv4Addr::UNSPECIFIED,
            host: String::new(),
            speaks: true,
            core: false,
            out_of_band: false,
            behind: None,
            traps: true,
            v1: false,
            syslog: true,
            customers: Vec::new(),
            cards: 1,
            reflectors: Vec::new(),
            hold_s: 90,
        }
    }
}

/// A link between two devices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// `source--target`, with `#2`, `#3` … for further ones of the pair.
    pub external_id: String,
    /// Indices of its devices.
    pub ends: [usize; 2],
    /// The ports at its ends.
    pub ports: [Port; 2],
    /// No loss of carrier when it fails.
    pub carrierless: bool,
    /// `fibre`, `microwave` …; empty for unknown.
    pub medium: String,
}

/// Any relation but a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// External id.
    pub source: String,
    /// External id.
    pub target: String,
    /// Its kind, e.g. `powers`.
    pub kind: String,
}

/// A network.
#[derive(Debug, Clone, Default)]
pub struct Topology {
    /// What it is called.
    pub name: String,
    /// What speaks.
    pub devices: Vec<Device>,
    /// What connects it.
    pub links: Vec<Link>,
    /// What else the inventory knows.
    pub others: Vec<Record>,
    /// Relations beside the links.
    pub relations: Vec<Relation>,
    /// Whether the export says which port is at which end.
    pub ports_known: bool,
    /// Where the demo's story happens: kind of fault and external id.
    pub story: Vec<(FaultKind, String)>,
    /// The cell that falls asleep in the demo's story.
    pub sleeper: Option<String>,
}

/// Names links as the import does: the orientation of the first one, `#2` and so on for the next.
#[derive(Debug, Default)]
pub struct LinkNames {
    seen: BTreeMap<(String, String), (String, usize)>,
}

impl LinkNames {
    /// The external id of the next link between the two.
    pub fn next(&mut self, source: &str, target: &str) -> String {
        let key = if source <= target { (source, target) } else { (target, source) };
        let (first, count) = self
            .seen
            .entry((key.0.to_owned(), key.1.to_owned()))
            .or_insert_with(|| (format!("{source}--{target}"), 0));
        *count += 1;
        if *count == 1 { first.clone() } else { format!("{first}#{count}") }
    }
}

impl Topology {
    /// Reads a GraphML file, a CSV folder, or `builtin:NAME`, and fills in by the seed what is missing.
    ///
    /// # Errors
    /// When it cannot be read or understood.
    pub fn open(path: &str, seed: u64) -> Result<Self> {
        let mut topology = if let Some(name) = path.strip_prefix("builtin:") {
            Self::builtin(name, seed)?
        } else {
            let file = Path::new(path);
            if file.is_dir() {
                folder::read(file)?
            } else {
                let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {path}"))?;
                let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
                graphml::parse(&text, &name).with_context(|| format!("{path} is no usable GraphML"))?
            }
        };
        topology.dress(seed);
        Ok(topology)
    }

    /// A network that needs no file: `demo`, or `ring-access`, `mesh`, `hub-spoke` or `isp`, with `-N` devices behind.
    ///
    /// # Errors
    /// For a name that is not among them.
    pub fn builtin(name: &str, seed: u64) -> Result<Self> {
        if name == "demo" {
            return Ok(demo::demo());
        }
        let (kind, nodes) = match name.rsplit_once('-') {
            Some((kind, count)) if count.parse::<usize>().is_ok() => (kind, count.parse().unwrap_or(100)),
            Some(_) | None => (name, 100),
        };
        let Some(kind) = generate::Kind::named(kind) else {
            bail!("there is no network called {name}");
        };
        Ok(generate::generate(kind, nodes, seed))
    }

    /// Adds a link; its ports are filled in by [`Topology::dress`].
    pub(crate) fn link(&mut self, names: &mut LinkNames, source: usize, target: usize) -> usize {
        let external_id = names.next(&self.devices[source].record.external_id, &self.devices[target].record.external_id);
        let port = Port {
            name: String::new(),
            if_index: 0,
            address: Ipv4Addr::UNSPECIFIED,
            card: 0,
            alias: String::new(),
        };
        self.links.push(Link {
            external_id,
            ends: [source, target],
            ports: [port.clone(), port],
            carrierless: false,
            medium: String::new(),
        });
        self.links.len() - 1
    }
}
