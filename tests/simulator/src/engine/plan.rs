//! What happens in the course of each kind of fault.

use std::collections::BTreeSet;

use super::places::Place;
use super::steps::Step;
use super::{Event, Fault, SECOND, Scenario, Simulation};
use crate::forms::Happening;
use crate::mix::{self, FaultKind};

/// A fault stays near in time this long after its end.
const RECOVERY_S: u64 = 180;

impl Simulation {
    /// The next start is due.
    pub(super) fn start(&mut self) {
        let gap = self.chances.plan.within(mix::GAP_S) * SECOND;
        self.after(gap, Event::Start);
        let drawn = self.chances.plan.percent(mix::SEVERAL_PERCENT);
        let several = match self.options.scenario {
            Scenario::Several => true,
            Scenario::One(_) => false,
            _ => drawn,
        };
        let count = if several { self.chances.plan.within(mix::SEVERAL_COUNT) } else { 1 };
        for number in 0..count {
            if self.open.len() >= mix::OPEN_AT_MOST {
                return;
            }
            let within = self.chances.plan.below(mix::SEVERAL_WITHIN_S * SECOND);
            let start = self.now + if number == 0 { 0 } else { within };
            let kind = match self.options.scenario {
                Scenario::One(kind) => kind,
                _ => self.drawn_kind(),
            };
            if let Some(place) = self.place(kind) {
                self.begin(kind, place, start, None);
            }
        }
    }

    fn drawn_kind(&mut self) -> FaultKind {
        let total: u32 = FaultKind::ALL.iter().map(|kind| kind.weight()).sum();
        let mut draw = self.chances.plan.below(u64::from(total));
        for kind in FaultKind::ALL {
            let weight = u64::from(kind.weight());
            if draw < weight {
                return kind;
            }
            draw -= weight;
        }
        FaultKind::FibreCut
    }

    /// Plans a fault from its start to its end; returns its number.
    pub(super) fn begin(&mut self, kind: FaultKind, place: Place, start: u64, lasts_s: Option<u64>) -> Option<u32> {
        let drawn = self.chances.plan.within(kind.lasts_s());
        let lasts = lasts_s.unwrap_or(drawn) * SECOND;
        let root = match place {
            Place::Link(link, _) => self.topology.links[link].external_id.clone(),
            Place::Device(device) => self.topology.devices[device].record.external_id.clone(),
        };
        let id = u32::try_from(self.faults.len() + 1).ok()?;
        self.faults.push(Fault {
            id,
            kind,
            accepted: vec![root.clone()],
            root,
            part: String::new(),
            planned: kind == FaultKind::Maintenance,
            start_micros: start,
            end_micros: start + lasts,
            affected: BTreeSet::new(),
            said: 0,
            heard: 0,
        });
        self.open.push((id, self.devices_at(place)));
        let end = match (kind, place) {
            (FaultKind::FibreCut, Place::Link(link, _)) => self.cut(id, link, start, start + lasts),
            (FaultKind::FlappingPort, Place::Link(link, side)) => self.flap(id, link, side, start, lasts_s),
            (FaultKind::OpticalDegradation, Place::Link(link, side)) => self.fade(id, link, side, start, lasts),
            (FaultKind::NodePower, Place::Device(device)) => self.power(id, device, start, lasts),
            (FaultKind::SitePower, Place::Device(device)) => self.site_power(id, device, start, lasts),
            (FaultKind::Card, Place::Device(device)) => self.card(id, device, start, start + lasts),
            (FaultKind::Temperature, Place::Device(device)) => self.heat(id, device, start, lasts),
            (FaultKind::Silent, Place::Device(device)) => self.silence(id, device, start, start + lasts),
            (FaultKind::Maintenance, Place::Device(device)) => self.maintain(id, device, start, start + lasts),
            (_, Place::Link(..) | Place::Device(_)) => start,
        };
        self.faults[id as usize - 1].end_micros = end;
        self.plan_step(end + RECOVERY_S * SECOND, id, Step::Over);
        Some(id)
    }

    fn link_id(&self, link: usize) -> String {
        self.topology.links[link].external_id.clone()
    }

    pub(super) fn device_id(&self, device: usize) -> String {
        self.topology.devices[device].record.external_id.clone()
    }

    fn light(&mut self, at: u64, id: u32, link: usize, side: usize, level: u8, centi_dbm: i32) {
        let device = self.topology.links[link].ends[side];
        let port = self.topology.links[link].ports[side].clone();
        let happening = if level == 0 {
            Happening::LightOk(port, centi_dbm)
        } else {
            Happening::LightLow(port, level, centi_dbm)
        };
        let about = self.link_id(link);
        self.plan_step(at, id, Step::Say(device, happening, about));
    }

    fn cut(&mut self, id: u32, link: usize, start: u64, end: u64) -> u64 {
        self.plan_step(start, id, Step::Break(link));
        self.plan_step(end, id, Step::Mend(link));
        let optical = !self.topology.links[link].carrierless && self.topology.links[link].medium != "microwave";
        for side in 0..2 {
            if self.chances.plan.percent(50) && optical {
                self.light(start, id, link, side, 3, -4_000);
                self.light(end + SECOND, id, link, side, 0, -820);
            }
        }
        end
    }

    fn flap(&mut self, id: u32, link: usize, side: usize, start: u64, lasts_s: Option<u64>) -> u64 {
        let drawn = self.chances.plan.within(mix::FLAP_EVERY_MS) * 1_000;
        // Where the time is given, flap fast enough to be seen flapping.
        let every = if lasts_s.is_some() { drawn.min(10 * SECOND) } else { drawn };
        let drawn = self.chances.plan.within(mix::FLAPS);
        let times = lasts_s.map_or(drawn, |lasts| (lasts * SECOND / every).max(3));
        let mut at = start;
        for _ in 0..times {
            let down = self.chances.plan.between(every / 3, every * 2 / 3);
            self.plan_step(at, id, Step::PortDown(link, side, false));
            self.plan_step(at + down, id, Step::PortUp(link, side));
            at += every;
        }
        let device = self.topology.links[link].ends[side];
        let port = self.topology.links[link].ports[side].name.clone();
        let owner = self.device_id(device);
        let fault = &mut self.faults[id as usize - 1];
        fault.accepted.push(owner);
        fault.part = port;
        at
    }

    fn fade(&mut self, id: u32, link: usize, side: usize, start: u64, lasts: u64) -> u64 {
        let both = self.chances.plan.percent(50);
        let speaks = |side: usize| self.topology.devices[self.topology.links[link].ends[side]].speaks;
        let sides: Vec<usize> = if both && speaks(1 - side) { vec![side, 1 - side] } else { vec![side] };
        for &side in &sides {
            for (quarter, level, centi) in [(0, 1, -1_650), (1, 1, -1_840), (2, 2, -2_070), (3, 2, -2_310)] {
                let jitter = self.chances.plan.below(20 * SECOND);
                self.light(start + lasts * quarter / 4 + jitter, id, link, side, level, centi);
            }
        }
        let mut end = start + lasts;
        if self.chances.plan.percent(mix::FADE_TO_CUT_PERCENT) {
            self.plan_step(end, id, Step::Break(link));
            for &side in &sides {
                self.light(end, id, link, side, 3, -4_000);
            }
            end += self.chances.plan.between(300, 1_200) * SECOND;
            self.plan_step(end, id, Step::Mend(link));
        }
        for &side in &sides {
            self.light(end + SECOND, id, link, side, 0, -830);
        }
        end
    }

    fn power(&mut self, id: u32, device: usize, start: u64, lasts: u64) -> u64 {
        let about = self.device_id(device);
        let battery = self.chances.plan.percent(mix::BATTERY_PERCENT);
        let mut dark = start;
        if battery {
            let seconds = self.chances.plan.within(mix::BATTERY_S);
            dark += seconds * SECOND;
            let minutes = u32::try_from(seconds / 60).unwrap_or_default();
            self.plan_step(start, id, Step::Say(device, Happening::OnBattery(minutes), about.clone()));
            let low = dark - 90 * SECOND;
            self.plan_step(low, id, Step::Say(device, Happening::BatteryLow(1), about.clone()));
        }
        if self.chances.plan.percent(mix::GASP_PERCENT) {
            self.plan_step(dark.saturating_sub(5_000), id, Step::Cry(device, Happening::DyingGasp, about.clone()));
        }
        self.plan_step(dark, id, Step::Dark(device));
        let boot = self.chances.plan.within(mix::BOOT_S) * SECOND;
        let end = dark + lasts;
        self.plan_step(end + boot, id, Step::Light(device));
        if battery {
            let settled = end + boot + 15 * SECOND;
            self.plan_step(settled, id, Step::Say(device, Happening::MainsBack, about));
        }
        end + boot
    }

    /// The mains of a site fail: its plant tells, base stations go first, the router last.
    fn site_power(&mut self, id: u32, plant: usize, start: u64, lasts: u64) -> u64 {
        let about = self.device_id(plant);
        let battery = (lasts / 3).min(mix::BATTERY_S.hi * SECOND);
        let minutes = u32::try_from(battery / SECOND / 60).unwrap_or_default();
        self.plan_step(start, id, Step::Say(plant, Happening::OnBattery(minutes), about.clone()));
        let low = start + battery * 2 / 3;
        self.plan_step(low, id, Step::Say(plant, Happening::BatteryLow(minutes / 3), about.clone()));
        let end = start + lasts;
        let mut settled = end;
        for device in self.powered_by(&about) {
            let radio = !self.topology.devices[device].vendor.routes();
            let own = self.device_id(device);
            let jitter = self.chances.plan.below(20) * SECOND;
            let dark = start + if radio { battery * 3 / 4 } else { battery } + jitter;
            if radio {
                self.plan_step(start + 2 * SECOND + jitter, id, Step::Say(device, Happening::OnBattery(minutes), own.clone()));
                self.plan_step(dark - 5_000, id, Step::Cry(device, Happening::DyingGasp, own.clone()));
            }
            let boot = self.chances.plan.within(mix::BOOT_S) * SECOND / if radio { 1 } else { 3 };
            self.plan_step(dark, id, Step::Dark(device));
            self.plan_step(end + boot, id, Step::Light(device));
            if radio {
                self.plan_step(end + boot + 40 * SECOND, id, Step::Say(device, Happening::MainsBack, own));
            }
            settled = settled.max(end + boot);
        }
        self.plan_step(settled + 20 * SECOND, id, Step::Say(plant, Happening::MainsBack, about));
        settled
    }

    fn card(&mut self, id: u32, device: usize, start: u64, end: u64) -> u64 {
        let ends: Vec<(usize, usize)> = self.graph.beside[device]
            .iter()
            .map(|&(link, _)| (link, usize::from(self.topology.links[link].ends[0] != device)))
            .collect();
        let links = &self.topology.links;
        let on = |card: u8| -> Vec<(usize, usize)> { ends.iter().filter(|(link, side)| links[*link].ports[*side].card == card).copied().collect() };
        // Any card with two ports of the network or more; else the fullest.
        let cards = self.topology.devices[device].cards.max(1);
        let several: Vec<u8> = (0..cards).filter(|&card| on(card).len() >= 2).collect();
        let fullest = (0..cards).max_by_key(|&card| (on(card).len(), std::cmp::Reverse(card))).unwrap_or(0);
        let card = self.chances.plan.pick(&several).copied().unwrap_or(fullest);
        let ports = on(card);
        let about = self.device_id(device);
        self.faults[id as usize - 1].part = format!("card {card}");
        self.plan_step(start, id, Step::Say(device, Happening::CardFailed(card), about.clone()));
        self.plan_step(end, id, Step::Say(device, Happening::CardOk(card), about.clone()));
        for (link, side) in ports {
            let jitter = self.chances.plan.below(SECOND / 5);
            self.plan_step(start + jitter, id, Step::PortDown(link, side, false));
            let up = self.chances.plan.between(5, 20) * SECOND;
            self.plan_step(end + up, id, Step::PortUp(link, side));
        }
        for port in self.topology.devices[device].customers.clone() {
            if port.card == card {
                let down = Happening::LinkDown(port.clone(), false);
                self.plan_step(start, id, Step::Say(device, down, about.clone()));
                self.plan_step(end + 6 * SECOND, id, Step::Say(device, Happening::LinkUp(port), about.clone()));
            }
        }
        end
    }

    fn heat(&mut self, id: u32, device: usize, start: u64, lasts: u64) -> u64 {
        let about = self.device_id(device);
        let say = |run: &mut Self, at: u64, happening: Happening| {
            run.plan_step(at, id, Step::Say(device, happening, about.clone()));
        };
        say(self, start, Happening::FanFailed);
        for (quarter, level, degrees) in [(1, 1, 57), (2, 1, 62), (3, 2, 71)] {
            say(self, start + lasts * quarter / 4, Happening::Hot(level, degrees));
        }
        let mut end = start + lasts;
        if self.chances.plan.percent(mix::HEAT_TO_SHUTDOWN_PERCENT) {
            self.plan_step(end, id, Step::Dark(device));
            end += (self.chances.plan.between(300, 900) + self.chances.plan.within(mix::BOOT_S)) * SECOND;
            self.plan_step(end, id, Step::Light(device));
        }
        say(self, end + 20 * SECOND, Happening::FanOk);
        say(self, end + 60 * SECOND, Happening::Cool(47));
        end
    }

    fn silence(&mut self, id: u32, device: usize, start: u64, end: u64) -> u64 {
        self.plan_step(start, id, Step::Mute(device));
        self.plan_step(end, id, Step::Unmute(device));
        let links: Vec<usize> = self.graph.beside[device]
            .iter()
            .filter(|(link, peer)| *peer != device && self.state.links[*link].breaks.is_empty())
            .map(|(link, _)| *link)
            .collect();
        let beside = self.chances.plan.percent(mix::CUT_BESIDE_SILENT_PERCENT);
        let later = self.chances.plan.between(60, 300) * SECOND;
        if beside && let Some(&link) = self.chances.plan.pick(&links) {
            self.begin(FaultKind::FibreCut, Place::Link(link, 0), start + later, None);
        }
        end
    }

    fn maintain(&mut self, id: u32, device: usize, start: u64, end: u64) -> u64 {
        let about = self.device_id(device);
        let ends: Vec<(usize, usize)> = self.graph.beside[device]
            .iter()
            .map(|&(link, _)| (link, usize::from(self.topology.links[link].ends[0] != device)))
            .collect();
        let some = ends.len().div_ceil(2).min(4);
        self.plan_step(start, id, Step::Say(device, Happening::Login("netops"), about.clone()));
        let mut at = start + 30 * SECOND;
        for &(link, side) in ends.iter().take(some) {
            self.plan_step(at, id, Step::PortDown(link, side, true));
            at += self.chances.plan.between(5, 20) * SECOND;
        }
        self.plan_step(at, id, Step::Say(device, Happening::Configured("netops"), about.clone()));
        let mut back = end.max(at + 60 * SECOND);
        for &(link, side) in ends.iter().take(some) {
            self.plan_step(back, id, Step::PortUp(link, side));
            back += self.chances.plan.between(2, 8) * SECOND;
        }
        self.plan_step(back, id, Step::Say(device, Happening::Configured("netops"), about));
        back
    }
}
