//! What is measured while the run goes on.

use std::net::Ipv4Addr;

use super::truth::{Emission, Truth};
use super::{Event, SECOND, Simulation};
use crate::forms::{Polarity, Transport};
use crate::kpi::{Kpis, Troubles};

/// How often, seconds.
const EVERY_S: u64 = 60;

impl Simulation {
    pub(super) fn measuring_begins(&mut self) {
        if self.options.kpis {
            self.kpis = Some(Kpis::new(&self.topology, self.options.seed));
            self.after(EVERY_S * SECOND, Event::Measure);
        }
    }

    /// One round of measurements, as the collector's API takes them.
    pub(super) fn measure(&mut self) -> Option<Emission> {
        self.after(EVERY_S * SECOND, Event::Measure);
        let kpis = self.kpis.as_ref()?;
        let speed = i64::try_from(self.options.speed_percent.max(1)).unwrap_or(100);
        let now = i64::try_from(self.now).unwrap_or(i64::MAX);
        let samples = kpis.at(self.options.origin_micros.saturating_add(now.saturating_mul(100) / speed), &self.troubles());
        Some(Emission {
            at_micros: self.now,
            transport: Transport::Kpi,
            from: Ipv4Addr::LOCALHOST,
            bytes: serde_json::to_vec(&samples).ok()?,
            truth: Truth {
                message: 0,
                said_micros: self.now,
                device: String::new(),
                about: String::new(),
                what: "kpi".to_owned(),
                instance: String::new(),
                polarity: Polarity::Inform,
                cause: super::Cause::default(),
                copy: false,
            },
        })
    }

    fn troubles(&self) -> Troubles {
        let devices = 0..self.topology.devices.len();
        let cut: Vec<usize> = (0..self.topology.links.len())
            .filter(|&link| !self.state.passes(&self.topology, link))
            .collect();
        let ends: Vec<usize> = cut.iter().flat_map(|&link| self.topology.links[link].ends).collect();
        Troubles {
            unheard: devices
                .filter(|&device| !self.state.alive(device) || !self.state.heard(&self.topology, device))
                .collect(),
            detours: (0..self.topology.links.len())
                .filter(|link| !cut.contains(link) && self.topology.links[*link].ends.iter().any(|end| ends.contains(end)))
                .collect(),
            cut,
            asleep: self.asleep.clone(),
        }
    }
}
