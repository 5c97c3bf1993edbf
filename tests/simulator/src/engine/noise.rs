//! What goes on in every network all the time.

use std::net::Ipv4Addr;

use super::truth::Cause;
use super::{Event, SECOND, Said, Simulation};
use crate::forms::Happening;
use crate::topology::Vendor;

const USERS: [&str; 5] = ["netops", "backup", "mlopez", "jharris", "automation"];
const STRANGERS: [&str; 4] = ["admin", "root", "test", "ubnt"];

impl Simulation {
    pub(super) fn noise_begins(&mut self) {
        self.next_chatter();
        self.next_stray();
    }

    /// Time until the next of so many per 100 device-hours.
    fn gap(&mut self, per_100_hours: u64) -> Option<u64> {
        let rate = per_100_hours * self.topology.devices.len() as u64;
        let mean = (100 * 3_600 * SECOND).checked_div(rate)?;
        Some(self.chances.noise.between(1, mean.saturating_mul(2).max(1)))
    }

    fn next_chatter(&mut self) {
        if let Some(gap) = self.gap(self.conditions.chatter_per_hour * 100) {
            self.after(gap, Event::Chatter);
        }
    }

    fn next_stray(&mut self) {
        if let Some(gap) = self.gap(self.conditions.stray_per_100_hours) {
            self.after(gap, Event::Stray);
        }
    }

    fn anyone(&mut self) -> Option<usize> {
        let device = self.chances.noise.index(self.topology.devices.len());
        self.topology.devices[device].speaks.then_some(device)
    }

    fn user(&mut self) -> &'static str {
        USERS[self.chances.noise.index(USERS.len())]
    }

    pub(super) fn chatter(&mut self) {
        self.next_chatter();
        let Some(device) = self.anyone() else {
            return;
        };
        self.strays += 1;
        let happening = match self.chances.noise.below(10) {
            0..2 => Happening::Login(self.user()),
            2 => Happening::Configured(self.user()),
            _ => Happening::Chat(u8::try_from(self.chances.noise.below(12)).unwrap_or_default()),
        };
        let about = self.topology.devices[device].record.external_id.clone();
        self.report(device, happening, about, Cause::noise(self.strays));
    }

    pub(super) fn stray(&mut self) {
        self.next_stray();
        let Some(device) = self.anyone() else {
            return;
        };
        self.strays += 1;
        let stranger = STRANGERS[self.chances.noise.index(STRANGERS.len())];
        let outside = |number: u64| Ipv4Addr::new(198, 51, 100, u8::try_from(1 + number % 250).unwrap_or(1));
        let source = &self.topology.devices[device];
        let customers = source.customers.clone();
        let draw = self.chances.noise.below(100);
        let (raise, clear) = match source.vendor {
            Vendor::Ups => (Happening::OnBattery(180), Some(Happening::MainsBack)),
            Vendor::Ran => {
                let cell = format!("{}-{}", source.host, 1 + draw % 3);
                (Happening::CellDown(cell.clone(), "radioUnitFailure"), Some(Happening::CellUp(cell)))
            }
            _ if draw < 40 => match customers.get(self.chances.noise.index(customers.len())) {
                Some(port) => (Happening::LinkDown(port.clone(), false), Some(Happening::LinkUp(port.clone()))),
                None => (Happening::BadLogin(stranger), None),
            },
            _ if draw < 55 => (Happening::BadCommunity(outside(draw)), None),
            _ if draw < 70 => (Happening::BadLogin(stranger), None),
            _ if draw < 80 => (Happening::Hot(1, 58), Some(Happening::Cool(49))),
            _ if draw < 85 => (Happening::FanFailed, Some(Happening::FanOk)),
            _ => {
                let (peer, asn) = (outside(draw * 3 + device as u64), 64_600 + u32::try_from(draw).unwrap_or_default());
                (Happening::BgpDown(peer, asn), Some(Happening::BgpUp(peer, asn)))
            }
        };
        let about = source.record.external_id.clone();
        let cause = Cause::noise(self.strays);
        let lasts = self.chances.noise.between(10, 600) * SECOND;
        if let Some(happening) = clear {
            let said = Said {
                device,
                happening,
                about: about.clone(),
                cause: cause.clone(),
            };
            self.after(lasts, Event::Report(Box::new(said)));
        }
        self.report(device, raise, about, cause);
    }
}
