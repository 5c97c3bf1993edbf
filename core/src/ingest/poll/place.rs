use std::collections::BTreeMap;
use std::fmt::Write;

use super::interface::Port;
use super::memory::{Measure, Of};
use crate::model::{EntityId, Name, Sample};

/// Where a device's samples go: the device, and those of its interfaces that the topology knows by themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seats {
    /// The device.
    pub device: EntityId,
    /// Entity by `ifIndex`.
    pub interfaces: BTreeMap<u32, EntityId>,
}

/// Makes samples of measures: of an interface's own entity where there is one, else of the device with the interface in the metric's
/// name, `in_bps{ifName="Gi0/1"}`; of a row, `name{index="1.2"}`.
#[must_use]
pub fn samples(measures: Vec<Measure>, seats: &Seats, ports: &[Port], source: &Name) -> Vec<Sample> {
    let labels = labels(ports);
    measures
        .into_iter()
        .map(|measure| {
            let (entity, metric) = match &measure.of {
                Of::Device => (seats.device, measure.metric),
                Of::Interface(index) => match seats.interfaces.get(index) {
                    Some(entity) => (*entity, measure.metric),
                    None => {
                        let label = labels.get(index).map_or_else(|| format!("ifIndex=\"{index}\""), Clone::clone);
                        (seats.device, Name::from(format!("{}{{{label}}}", measure.metric)))
                    }
                },
                Of::Row(row) => (seats.device, Name::from(format!("{}{{index=\"{}\"}}", measure.metric, dotted(row)))),
            };
            Sample {
                entity,
                metric,
                at: measure.at,
                value: measure.value,
                source: source.clone(),
            }
        })
        .collect()
}

/// What tells an interface from the others of its device: its name, else its description, and its index where these do not.
fn labels(ports: &[Port]) -> BTreeMap<u32, String> {
    let word = |port: &Port| -> Option<(&'static str, Name)> {
        match (port.name.is_empty(), port.descr.is_empty()) {
            (false, _) => Some(("ifName", port.name.clone())),
            (true, false) => Some(("ifDescr", port.descr.clone())),
            (true, true) => None,
        }
    };
    let mut bearers: BTreeMap<Name, usize> = BTreeMap::new();
    for (_, word) in ports.iter().filter_map(word) {
        *bearers.entry(word).or_default() += 1;
    }
    ports
        .iter()
        .map(|port| {
            let index = port.index;
            let label = match word(port) {
                Some((key, word)) if bearers.get(&word) == Some(&1) => format!("{key}=\"{}\"", escaped(&word)),
                Some((key, word)) => format!("{key}=\"{}\",ifIndex=\"{index}\"", escaped(&word)),
                None => format!("ifIndex=\"{index}\""),
            };
            (index, label)
        })
        .collect()
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

fn dotted(row: &[u32]) -> String {
    let mut text = String::new();
    for (at, arc) in row.iter().enumerate() {
        // Writing to a string does not fail.
        let _ = write!(text, "{}{arc}", if at == 0 { "" } else { "." });
    }
    text
}
