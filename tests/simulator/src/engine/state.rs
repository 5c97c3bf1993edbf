//! What works and what does not, and what each device knows of it.

use std::collections::BTreeMap;

use super::truth::Cause;
use crate::topology::{Graph, Topology};

/// One end of a link, as its device sees it.
#[derive(Debug, Clone)]
pub(super) struct End {
    /// Faults that hold the port down; true for an operator's hand.
    pub(super) shut: Vec<(u32, bool)>,
    pub(super) seen_up: bool,
    pub(super) seen_cause: Cause,
    pub(super) adjacent: bool,
    pub(super) adjacent_cause: Cause,
}

/// A link.
#[derive(Debug, Clone)]
pub(super) struct LinkState {
    pub(super) breaks: Vec<u32>,
    pub(super) ends: [End; 2],
}

/// A device.
#[derive(Debug, Clone)]
pub(super) struct DeviceState {
    /// Faults that keep it dark.
    pub(super) dark: Vec<u32>,
    /// Faults that keep its agent from speaking.
    pub(super) mute: Vec<u32>,
    /// When it started, microseconds relative to the run's start.
    pub(super) started: i64,
    /// By how much its clock is off.
    pub(super) skew_micros: i64,
    pub(super) sequence: u32,
    /// When its last report goes out: a device speaks in the order of what it saw.
    pub(super) speaks_at: u64,
}

/// A BGP session between a client and a reflector.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) ends: [usize; 2],
    pub(super) hold_s: u64,
    pub(super) up: [bool; 2],
    pub(super) cause: [Cause; 2],
    pub(super) lost_at: Option<u64>,
    pub(super) suspect: Cause,
}

/// Everything that changes.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) links: Vec<LinkState>,
    pub(super) devices: Vec<DeviceState>,
    pub(super) sessions: Vec<Session>,
    /// LDP sessions that are down, by device and neighbour.
    pub(super) ldp_down: BTreeMap<(usize, usize), Cause>,
    /// The connected part each device is in; none when dark.
    pub(super) parts: Vec<Option<u32>>,
    /// Devices the operations centre is attached to.
    pub(super) centre: Vec<usize>,
}

impl State {
    pub(super) fn new(topology: &Topology, graph: &Graph) -> Self {
        let end = End {
            shut: Vec::new(),
            seen_up: true,
            seen_cause: Cause::default(),
            adjacent: true,
            adjacent_cause: Cause::default(),
        };
        let device = DeviceState {
            dark: Vec::new(),
            mute: Vec::new(),
            started: 0,
            skew_micros: 0,
            sequence: 0,
            speaks_at: 0,
        };
        let mut sessions = Vec::new();
        for (client, device) in topology.devices.iter().enumerate() {
            for &reflector in &device.reflectors {
                sessions.push(Session {
                    ends: [client, reflector],
                    hold_s: device.hold_s,
                    up: [true; 2],
                    cause: [Cause::default(), Cause::default()],
                    lost_at: None,
                    suspect: Cause::default(),
                });
            }
        }
        let parts = graph.parts(|_| true, |_| true);
        Self {
            links: vec![
                LinkState {
                    breaks: Vec::new(),
                    ends: [end.clone(), end]
                };
                topology.links.len()
            ],
            devices: vec![device; topology.devices.len()],
            sessions,
            ldp_down: BTreeMap::new(),
            centre: centre(topology, &parts),
            parts,
        }
    }

    pub(super) fn alive(&self, device: usize) -> bool {
        self.devices[device].dark.is_empty()
    }

    /// Whether traffic goes over a link.
    pub(super) fn passes(&self, topology: &Topology, link: usize) -> bool {
        let state = &self.links[link];
        state.breaks.is_empty() && state.ends.iter().all(|end| end.shut.is_empty()) && topology.links[link].ends.iter().all(|&device| self.alive(device))
    }

    /// Whether the port at one end has a carrier.
    pub(super) fn carrier(&self, topology: &Topology, link: usize, side: usize) -> bool {
        let state = &self.links[link];
        let own = state.ends[side].shut.is_empty();
        let far = state.breaks.is_empty() && state.ends[1 - side].shut.is_empty() && self.alive(topology.links[link].ends[1 - side]);
        own && (far || topology.links[link].carrierless)
    }

    /// The faults that hold a link down.
    pub(super) fn blame(&self, topology: &Topology, link: usize) -> Vec<u32> {
        let state = &self.links[link];
        let shut = state.ends.iter().flat_map(|end| end.shut.iter().map(|(fault, _)| *fault));
        let dark = topology.links[link].ends.iter().flat_map(|&device| self.devices[device].dark.iter().copied());
        state.breaks.iter().copied().chain(shut).chain(dark).collect()
    }

    /// The connected parts as they would be were that fault away (`None`: as they are).
    pub(super) fn parts_without(&self, graph: &Graph, fault: Option<u32>) -> Vec<Option<u32>> {
        let other = |held: &u32| Some(*held) != fault;
        let alive = |device: usize| !self.devices[device].dark.iter().any(other);
        graph.parts(alive, |link| {
            let state = &self.links[link];
            !state.breaks.iter().any(other) && !state.ends.iter().any(|end| end.shut.iter().any(|(held, _)| other(held)))
        })
    }

    /// The faults that hold anything down, oldest first.
    pub(super) fn holding(&self) -> Vec<u32> {
        let mut faults: Vec<u32> = self
            .links
            .iter()
            .flat_map(|link| {
                link.breaks
                    .iter()
                    .copied()
                    .chain(link.ends.iter().flat_map(|end| end.shut.iter().map(|(fault, _)| *fault)))
            })
            .chain(self.devices.iter().flat_map(|device| device.dark.iter().copied()))
            .collect();
        faults.sort_unstable();
        faults.dedup();
        faults
    }

    /// Whether the operations centre hears a device.
    pub(super) fn heard(&self, topology: &Topology, device: usize) -> bool {
        if topology.devices[device].out_of_band {
            return true;
        }
        self.central(topology.devices[device].behind.unwrap_or(device))
    }

    /// Whether a device reaches the operations centre through the network.
    pub(super) fn central(&self, device: usize) -> bool {
        let part = self.parts[device];
        part.is_some() && self.centre.iter().any(|&centre| self.parts[centre] == part)
    }
}

/// Where the operations centre is attached: two core devices, and one device of every part that is not connected to them.
fn centre(topology: &Topology, parts: &[Option<u32>]) -> Vec<usize> {
    let all = 0..topology.devices.len();
    let mut centre: Vec<usize> = all.clone().filter(|&at| topology.devices[at].core).take(2).collect();
    for at in all {
        if topology.devices[at].speaks && centre.iter().all(|&there| parts[there] != parts[at]) {
            centre.push(at);
        }
    }
    centre
}
