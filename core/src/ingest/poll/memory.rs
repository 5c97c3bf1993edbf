use std::collections::BTreeMap;

use super::interface::{Counter, Interface, Port};
use super::object::{Kind, Object, ObjectCell};
use super::{Count, NoRate, Pace, counter};
use crate::model::{Name, Timestamp};

/// What one poll of a device found.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Interfaces by `ifIndex`.
    pub interfaces: BTreeMap<u32, Interface>,
    /// Every interface was read: what is not here is gone.
    pub all_interfaces: bool,
    /// Other objects.
    pub objects: Vec<ObjectCell>,
    /// Every object was read.
    pub all_objects: bool,
}

/// Whose measure it is, within the device.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Of {
    /// The device's own.
    Device,
    /// That of the interface with this `ifIndex`.
    Interface(u32),
    /// That of a row of a table.
    Row(Vec<u32>),
}

/// A number with a name, before it is known which entity's it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// Whose.
    pub of: Of,
    /// Metric.
    pub metric: Name,
    /// When it was read.
    pub at: Timestamp,
    /// Always finite.
    pub value: f64,
}

/// What is kept of a device from one poll to the next: the newest reading of every counter. What a poll did not reach keeps its
/// older reading, so that the next rate covers the whole gap.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    interfaces: BTreeMap<u32, Seen>,
    objects: BTreeMap<(u16, Vec<u32>), Count>,
}

#[derive(Clone, Debug)]
struct Seen {
    port: Port,
    speed: Option<f64>,
    discontinuity: Option<i64>,
    counts: [Option<Count>; 6],
}

impl Memory {
    /// The measures of a poll, in the order of interfaces, then objects. `objects` are those that the cells' numbers refer to.
    ///
    /// Rates are never made across a restart, a discontinuity (`ifCounterDiscontinuityTime`) or a change of the interface's name; the first reading
    /// gives none.
    pub fn take(&mut self, reading: Reading, objects: &[Object]) -> Vec<Measure> {
        let mut found = Vec::new();
        if reading.all_interfaces {
            self.interfaces.retain(|index, _| reading.interfaces.contains_key(index));
        }
        for (index, interface) in &reading.interfaces {
            self.interface(*index, interface, &mut found);
        }
        if reading.all_objects {
            let mut rows: Vec<(u16, &[u32])> = reading.objects.iter().map(|cell| (cell.object, cell.row.as_slice())).collect();
            rows.sort_unstable();
            self.objects.retain(|(object, row), _| rows.binary_search(&(*object, row.as_slice())).is_ok());
        }
        for cell in reading.objects {
            if let Some(object) = objects.get(usize::from(cell.object)) {
                self.object(cell, object, &mut found);
            }
        }
        found
    }

    /// Every interface that is remembered, in the order of `ifIndex`.
    #[must_use]
    pub fn ports(&self) -> Vec<Port> {
        self.interfaces.values().map(|seen| seen.port.clone()).collect()
    }

    fn interface(&mut self, index: u32, interface: &Interface, found: &mut Vec<Measure>) {
        let before = self.interfaces.remove(&index);
        let known = |fresh: &Option<Name>, old: fn(&Port) -> &Name| {
            let kept = || before.as_ref().map(|seen| old(&seen.port).clone());
            fresh.clone().or_else(kept).unwrap_or_default()
        };
        let port = Port {
            index,
            name: known(&interface.name, |port| &port.name),
            descr: known(&interface.descr, |port| &port.descr),
            alias: known(&interface.alias, |port| &port.alias),
        };
        let same = before.filter(|seen| seen.port.name == port.name && seen.port.descr == port.descr);
        let continuous = same.as_ref().is_some_and(|seen| seen.discontinuity == interface.discontinuity);
        let speed = interface.speed().or_else(|| same.as_ref()?.speed);
        let mut measure = |metric: &str, at: Timestamp, value: f64| {
            if value.is_finite() {
                found.push(Measure {
                    of: Of::Interface(index),
                    metric: Name::from(metric),
                    at,
                    value,
                });
            }
        };
        let mut counts = same.as_ref().map_or([None; 6], |seen| seen.counts);
        for counter in Counter::ALL {
            let Some((now, at)) = interface.counts[counter as usize] else { continue };
            let earlier = counts[counter as usize].replace(now);
            let Some(Ok(per_second)) = earlier.filter(|_| continuous).map(|before| counter::rate(&before, &now, counter.pace(speed))) else {
                continue;
            };
            let (metric, unit) = counter.metric();
            measure(metric, at, per_second * unit);
            if let (Some(speed), Some(metric)) = (speed, utilisation(counter)) {
                measure(metric, at, per_second * unit / speed * 100.0);
            }
        }
        if let Some((status, at)) = interface.oper_status {
            measure("oper_status", at, status);
        }
        if same.is_some() && !continuous && interface.discontinuity.is_some() {
            // Counters that were not read with the others are of the time before.
            for counter in Counter::ALL.into_iter().filter(|counter| interface.counts[*counter as usize].is_none()) {
                counts[counter as usize] = None;
            }
        }
        let seen = Seen {
            port,
            speed,
            discontinuity: interface.discontinuity.or_else(|| same.as_ref()?.discontinuity),
            counts,
        };
        self.interfaces.insert(index, seen);
    }

    fn object(&mut self, cell: ObjectCell, object: &Object, found: &mut Vec<Measure>) {
        let of = if cell.row.is_empty() { Of::Device } else { Of::Row(cell.row.clone()) };
        let value = match object.kind {
            Kind::Gauge => cell.value.number(),
            Kind::Counter => self.count(&cell).and_then(Result::ok),
        };
        let Some(value) = value.map(|value| value * object.scale).filter(|value| value.is_finite()) else {
            return;
        };
        found.push(Measure {
            of,
            metric: object.metric.clone(),
            at: cell.read.at,
            value,
        });
    }

    fn count(&mut self, cell: &ObjectCell) -> Option<Result<f64, NoRate>> {
        let now = cell.value.count(cell.read.moment)?;
        let before = self.objects.insert((cell.object, cell.row.clone()), now)?;
        Some(counter::rate(&before, &now, Pace::Unknown))
    }
}

const fn utilisation(counter: Counter) -> Option<&'static str> {
    match counter {
        Counter::InOctets => Some("in_utilisation_pct"),
        Counter::OutOctets => Some("out_utilisation_pct"),
        _ => None,
    }
}
