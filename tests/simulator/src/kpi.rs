//! What a network measures of itself: load, throughput and users of cells, utilisation of the links between routers.
//!
//! Does: gives every series a value at any time: a day's shape, noise that lasts a while, and throughput that falls a few minutes after
//! load has risen. Takes: a topology, a seed, a time, and what does not work then. Gives: samples. Never knows: who keeps them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::forms::Clock;
use crate::topology::Topology;

/// Values are measured this often, seconds.
pub const STEP_S: i64 = 300;
/// Load of a full hour by the hour of the day, percent.
const DAY: [f64; 24] = [
    14.0, 9.0, 6.0, 5.0, 5.0, 8.0, 18.0, 34.0, 46.0, 50.0, 52.0, 54.0, 56.0, 54.0, 53.0, 55.0, 60.0, 66.0, 70.0, 72.0, 68.0, 58.0, 40.0, 24.0,
];
/// Noise lasts about this long, seconds.
const KNOT_S: i64 = 900;

/// One measured value, as the collector's API takes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sample {
    /// External id.
    pub entity_id: String,
    /// What was measured.
    pub metric: &'static str,
    /// How much.
    pub value: f64,
    /// When, RFC 3339.
    pub timestamp: String,
    /// The same in microseconds since 1970.
    #[serde(skip)]
    pub at_micros: i64,
}

/// A cell and what it hangs on.
#[derive(Debug, Clone)]
struct Cell {
    id: String,
    /// Its base station.
    device: usize,
    /// The link that carries its site's traffic.
    uplink: Option<usize>,
    /// Of a usual cell's load.
    size: f64,
    seed: u64,
}

/// Every series of a network.
#[derive(Debug, Clone)]
pub struct Kpis {
    cells: Vec<Cell>,
    /// Links between routers: index, external id, usual size, seed.
    links: Vec<(usize, String, f64, u64)>,
}

/// What does not work.
#[derive(Debug, Clone, Default)]
pub struct Troubles {
    /// Devices from which no value comes.
    pub unheard: Vec<usize>,
    /// Links without traffic.
    pub cut: Vec<usize>,
    /// Links that carry the traffic of those.
    pub detours: Vec<usize>,
    /// Cells that no longer carry traffic and do not know it.
    pub asleep: Vec<String>,
}

fn mixed(seed: u64, number: i64) -> f64 {
    let mut z = seed ^ number.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    // Between -1 and 1.
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

/// Noise that lasts: straight lines between values drawn for every knot.
fn wander(seed: u64, at_s: i64) -> f64 {
    let (knot, into) = (at_s.div_euclid(KNOT_S), at_s.rem_euclid(KNOT_S) as f64 / KNOT_S as f64);
    mixed(seed, knot) * (1.0 - into) + mixed(seed, knot + 1) * into
}

/// A day's usual course, percent.
fn course(at_s: i64) -> f64 {
    let in_day = at_s.rem_euclid(86_400);
    let hour = usize::try_from(in_day / 3_600).unwrap_or(0);
    let into = (in_day % 3_600) as f64 / 3_600.0;
    DAY[hour % 24] * (1.0 - into) + DAY[(hour + 1) % 24] * into
}

fn seed_of(seed: u64, word: &str) -> u64 {
    word.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

impl Kpis {
    /// The series of a network.
    #[must_use]
    pub fn new(topology: &Topology, seed: u64) -> Self {
        let stations: BTreeMap<&str, usize> = topology
            .devices
            .iter()
            .enumerate()
            .map(|(at, device)| (device.record.external_id.as_str(), at))
            .collect();
        let routes = |device: usize| topology.devices[device].vendor.routes();
        let between = |link: &crate::topology::Link| link.ends.iter().all(|&end| routes(end));
        let links: Vec<_> = topology
            .links
            .iter()
            .enumerate()
            .filter(|(_, link)| between(link))
            .map(|(at, link)| {
                let own = seed_of(seed, &link.external_id);
                (at, link.external_id.clone(), 0.7 + 0.25 * mixed(own, -1), own)
            })
            .collect();
        let uplink = |station: usize| {
            let router = topology.links.iter().find_map(|link| match link.ends {
                [a, b] if b == station && routes(a) => Some(a),
                [a, b] if a == station && routes(b) => Some(b),
                _ => None,
            })?;
            links.iter().map(|(at, ..)| *at).find(|&at| topology.links[at].ends.contains(&router))
        };
        let cells = topology.others.iter().filter(|other| other.kind == "CELL").filter_map(|cell| {
            let device = *stations.get(cell.parent.as_str())?;
            let own = seed_of(seed, &cell.external_id);
            Some(Cell {
                id: cell.external_id.clone(),
                device,
                uplink: uplink(device),
                size: 0.8 + 0.35 * mixed(own, -1),
                seed: own,
            })
        });
        Self {
            cells: cells.collect(),
            links: links.clone(),
        }
    }

    fn utilisation(&self, link: usize, at_s: i64, troubles: &Troubles) -> f64 {
        if troubles.cut.contains(&link) {
            return 0.0;
        }
        let Some((_, _, size, seed)) = self.links.iter().find(|(at, ..)| *at == link) else {
            return 0.0;
        };
        let detour = if troubles.detours.contains(&link) { 28.0 } else { 0.0 };
        (course(at_s) * size + 9.0 * wander(*seed, at_s) + 1.2 * mixed(seed ^ 1, at_s) + detour).clamp(0.5, 99.0)
    }

    /// Every value that is measured at a time (microseconds since 1970) and arrives.
    #[must_use]
    pub fn at(&self, micros: i64, troubles: &Troubles) -> Vec<Sample> {
        let at_s = micros.div_euclid(1_000_000);
        let timestamp = Clock::new(micros).rfc3339();
        let sample = |entity_id: &str, metric, value| Sample {
            entity_id: entity_id.to_owned(),
            metric,
            value: rounded(value),
            timestamp: timestamp.clone(),
            at_micros: micros,
        };
        let mut samples = Vec::with_capacity(self.links.len() + 4 * self.cells.len());
        for (link, id, ..) in &self.links {
            samples.push(sample(id, "utilisation_pct", self.utilisation(*link, at_s, troubles)));
        }
        for cell in self.cells.iter().filter(|cell| !troubles.unheard.contains(&cell.device)) {
            let asleep = troubles.asleep.contains(&cell.id);
            let (load, throughput) = if asleep { (0.0, 0.0) } else { self.cell(cell, at_s, troubles) };
            let users = load * 1.4 * (1.0 + 0.08 * mixed(cell.seed ^ 3, at_s));
            samples.push(sample(&cell.id, "dl_prb_utilisation_pct", load));
            samples.push(sample(&cell.id, "dl_user_throughput_mbps", throughput));
            samples.push(sample(
                &cell.id,
                "dl_traffic_volume_mb",
                load * 11.0 * (1.0 + 0.05 * mixed(cell.seed ^ 4, at_s)),
            ));
            samples.push(sample(&cell.id, "rrc_connected_users", users.round()));
        }
        samples
    }

    /// Load in percent and throughput of a user in Mbit/s: the latter is what load and the site's link left over one step ago.
    fn cell(&self, cell: &Cell, at_s: i64, troubles: &Troubles) -> (f64, f64) {
        let load = |at_s: i64| (course(at_s) * cell.size + 7.0 * wander(cell.seed, at_s) + 1.0 * mixed(cell.seed ^ 2, at_s)).clamp(0.4, 99.0);
        let before = at_s - STEP_S;
        let link = cell.uplink.map_or(40.0, |link| self.utilisation(link, before, troubles));
        let left = (1.0 - 0.55 * load(before) / 100.0) * (1.0 - 0.45 * link / 100.0);
        (load(at_s), (68.0 * left + 0.7 * mixed(cell.seed ^ 5, at_s)).max(0.1))
    }

    /// What was measured before a time, oldest first: so many days of it, all well.
    pub fn history(&self, until_micros: i64, days: i64) -> impl Iterator<Item = Vec<Sample>> + '_ {
        let last = until_micros.div_euclid(1_000_000 * STEP_S) * STEP_S;
        let steps = days * 86_400 / STEP_S;
        (0..steps).map(move |step| self.at((last - (steps - 1 - step) * STEP_S) * 1_000_000, &Troubles::default()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Kpis, STEP_S, Troubles};
    use crate::topology::Topology;

    fn kpis() -> Kpis {
        Kpis::new(&Topology::open("builtin:demo", 7).unwrap(), 7)
    }

    #[test]
    fn every_cell_and_every_link_between_routers_is_measured_and_a_sleeping_cell_says_zero() {
        let kpis = kpis();
        let well = kpis.at(1_767_592_800_000_000, &Troubles::default());
        assert_eq!(well.len(), kpis.links.len() + 4 * kpis.cells.len());
        assert!(kpis.cells.len() >= 90 && kpis.cells.iter().all(|cell| cell.uplink.is_some()));
        assert!(well.iter().all(|sample| sample.value.is_finite() && sample.value >= 0.0));
        let id = kpis.cells[4].id.clone();
        let troubles = Troubles {
            asleep: vec![id.clone()],
            ..Troubles::default()
        };
        for sample in kpis.at(1_767_592_800_000_000, &troubles) {
            assert_eq!(sample.value == 0.0, sample.entity_id == id, "{sample:?}");
        }
    }

    #[test]
    fn throughput_follows_the_load_of_one_step_ago() {
        let kpis = kpis();
        let id = &kpis.cells[0].id;
        let (mut loads, mut throughputs) = (Vec::new(), Vec::new());
        for samples in kpis.history(1_767_592_800_000_000, 3) {
            for sample in samples.iter().filter(|sample| &sample.entity_id == id) {
                match sample.metric {
                    "dl_prb_utilisation_pct" => loads.push(sample.value),
                    "dl_user_throughput_mbps" => throughputs.push(sample.value),
                    _ => {}
                }
            }
        }
        assert_eq!(loads.len() as i64, 3 * 86_400 / STEP_S);
        let shared = |lag: usize| {
            let pairs: Vec<(f64, f64)> = loads
                .windows(2)
                .map(|w| w[1] - w[0])
                .zip(throughputs.windows(2).skip(lag).map(|w| w[1] - w[0]))
                .collect();
            pairs.iter().map(|(a, b)| a * b).sum::<f64>() / pairs.len() as f64
        };
        assert!(shared(1) < 0.0 && shared(1) < 1.5 * shared(0).min(0.0), "{} {}", shared(0), shared(1));
    }
}
