//! Fills in what an inventory leaves out: vendors, addresses, ports, route reflectors, ways of reporting.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use super::{Device, Graph, Port, Topology, Vendor};
use crate::mix;
use crate::rng::Rng;

/// Devices a route reflector serves.
const CLIENTS: usize = 80;

impl Topology {
    /// Fills in by the seed what is missing; what is there stays.
    pub fn dress(&mut self, seed: u64) {
        let mut rng = Rng::new(seed, "dress");
        self.name_hosts();
        self.mark_core();
        let taken: BTreeSet<Ipv4Addr> = self.devices.iter().filter_map(given_address).collect();
        let mut free = (0..u32::MAX).map(loopback).filter(|address| !taken.contains(address));
        for device in &mut self.devices {
            let vendor = drawn_vendor(&mut rng);
            device.vendor = device.record.attributes.get("vendor").and_then(|name| Vendor::named(name)).unwrap_or(vendor);
            device.address = given_address(device).or_else(|| free.next()).unwrap_or(Ipv4Addr::LOCALHOST);
            let draw = rng.below(100);
            let both = mix::TRAPS_ONLY_PERCENT + mix::SYSLOG_ONLY_PERCENT;
            (device.traps, device.syslog) = match draw {
                draw if draw < mix::TRAPS_ONLY_PERCENT => (true, false),
                draw if draw < both => (false, true),
                _ => (true, true),
            };
            device.v1 = rng.percent(mix::V1_PERCENT);
            device.out_of_band = rng.percent(mix::OUT_OF_BAND_PERCENT) || device.core;
            device.hold_s = mix::BGP_HOLD_S[rng.index(mix::BGP_HOLD_S.len())];
            match device.vendor {
                Vendor::Ran => (device.traps, device.syslog, device.out_of_band) = (false, true, false),
                Vendor::Ups => (device.traps, device.syslog, device.out_of_band) = (true, false, false),
                _ => {}
            }
        }
        for link in &mut self.links {
            let to_radio = link.ends.iter().any(|&end| !self.devices[end].vendor.routes());
            link.carrierless = rng.percent(mix::CARRIERLESS_PERCENT) && !to_radio && link.medium.is_empty();
        }
        self.give_ports(&mut rng);
        self.place_reflectors();
        self.find_ways();
    }

    /// A device calls itself by its name where that can be told from others, else by its id.
    fn name_hosts(&mut self) {
        let mut count: BTreeMap<String, usize> = BTreeMap::new();
        for device in &self.devices {
            *count.entry(device.record.name.to_lowercase()).or_default() += 1;
        }
        for device in &mut self.devices {
            let name = &device.record.name;
            let plain = !name.is_empty()
                && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
                && name.chars().any(|c| c.is_ascii_alphabetic())
                && count.get(&name.to_lowercase()) == Some(&1);
            device.host = if plain { name.clone() } else { device.record.external_id.clone() };
        }
    }

    /// Without a mark, the best connected devices are the core.
    fn mark_core(&mut self) {
        for device in &mut self.devices {
            device.core = device.record.attributes.get("role").is_some_and(|role| role == "core");
        }
        if self.devices.iter().any(|device| device.core) {
            return;
        }
        let mut degree = vec![0_usize; self.devices.len()];
        for link in &self.links {
            degree[link.ends[0]] += 1;
            degree[link.ends[1]] += 1;
        }
        // The core lies in the largest connected part.
        let parts = Graph::of(self).parts(|_| true, |_| true);
        let mut size: BTreeMap<u32, usize> = BTreeMap::new();
        for part in parts.iter().flatten() {
            *size.entry(*part).or_default() += 1;
        }
        let largest = size.iter().max_by_key(|&(part, size)| (*size, std::cmp::Reverse(*part))).map(|(part, _)| *part);
        let mut order: Vec<usize> = (0..self.devices.len())
            .filter(|&index| self.devices[index].speaks && parts[index] == largest)
            .collect();
        order.sort_by_key(|&index| (std::cmp::Reverse(degree[index]), index));
        let wanted = (self.devices.len() / 20).max(2);
        for &index in order.iter().take(wanted) {
            self.devices[index].core = true;
            self.devices[index].record.attributes.insert("role".to_owned(), "core".to_owned());
        }
    }

    fn give_ports(&mut self, rng: &mut Rng) {
        let mut degree = vec![0_usize; self.devices.len()];
        for link in &self.links {
            for end in link.ends {
                degree[end] += 1;
            }
        }
        let mut used = vec![0_usize; self.devices.len()];
        for (index, link) in self.links.iter_mut().enumerate() {
            for side in 0..2 {
                let [near, far] = [link.ends[side], link.ends[1 - side]];
                let cards = cards_for(degree[near]);
                let port = port(self.devices[near].vendor, cards, used[near]);
                used[near] += 1;
                let given = std::mem::take(&mut link.ports[side].name);
                let network = u32::try_from(index).unwrap_or_default().wrapping_mul(2);
                let address = Ipv4Addr::from(0x0a40_0000_u32.wrapping_add(network).wrapping_add(u32::from(side == 1)));
                link.ports[side] = Port {
                    name: if given.is_empty() { port.name } else { given },
                    address: if link.ports[side].address.is_unspecified() {
                        address
                    } else {
                        link.ports[side].address
                    },
                    alias: format!("to {}", self.devices[far].host),
                    ..port
                };
            }
        }
        for (index, device) in self.devices.iter_mut().enumerate() {
            let cards = cards_for(degree[index]);
            device.cards = u8::try_from(cards).unwrap_or(u8::MAX);
            let customers = if device.vendor.routes() { 2 + rng.index(4) } else { 0 };
            device.customers = (0..customers)
                .map(|number| Port {
                    address: Ipv4Addr::UNSPECIFIED,
                    alias: format!("customer {:05}", index * 7 + number + 10_000),
                    // Beyond the network's ports, spread over the same cards.
                    ..port(device.vendor, cards, degree[index] + number)
                })
                .collect();
        }
    }

    fn place_reflectors(&mut self) {
        let graph = Graph::of(self);
        let core: Vec<usize> = (0..self.devices.len())
            .filter(|&index| self.devices[index].core && self.devices[index].vendor.routes())
            .collect();
        let wanted = (self.devices.len() / CLIENTS).max(2).min(core.len());
        // Spread over the core, the first ones always among them.
        let chosen: Vec<usize> = (0..wanted).map(|number| core[number * core.len() / wanted.max(1)]).collect();
        let hops: Vec<_> = chosen.iter().map(|&one| graph.hops(&[one])).collect();
        for index in 0..self.devices.len() {
            let device = &self.devices[index];
            if !device.vendor.routes() || !device.speaks {
                continue;
            }
            let mut near: Vec<(usize, usize)> = chosen
                .iter()
                .zip(&hops)
                .filter(|(one, _)| **one != index)
                .filter_map(|(one, hops)| hops[index].map(|far| (far, *one)))
                .collect();
            near.sort_unstable();
            // Reflectors among themselves: one session per pair, kept by the later one.
            let mine = chosen.iter().position(|one| *one == index);
            self.devices[index].reflectors = match mine {
                Some(place) => chosen[..place].iter().copied().take(2).collect(),
                None => near.into_iter().take(2).map(|(_, one)| one).collect(),
            };
        }
    }

    /// What has no link reports through the device it is at (`behind` names its external id) or powers.
    fn find_ways(&mut self) {
        let index: BTreeMap<String, usize> = self
            .devices
            .iter()
            .enumerate()
            .map(|(at, device)| (device.record.external_id.clone(), at))
            .collect();
        for device in &mut self.devices {
            device.behind = device.record.attributes.get("behind").and_then(|id| index.get(id)).copied();
        }
    }
}

fn given_address(device: &Device) -> Option<Ipv4Addr> {
    let given = device.record.attributes.get("address")?;
    given.split(';').find_map(|address| address.trim().parse().ok())
}

fn loopback(number: u32) -> Ipv4Addr {
    let [a, b, c] = [number / 62_500 % 200, number / 250 % 250, number % 250];
    let octet = |value: u32| u8::try_from(value).unwrap_or(1);
    Ipv4Addr::new(127, octet(16 + a), octet(b), octet(c + 1))
}

fn drawn_vendor(rng: &mut Rng) -> Vendor {
    let mut draw = rng.below(100);
    for (vendor, share) in Vendor::ROUTERS.iter().zip(mix::VENDOR_PERCENT) {
        if draw < share {
            return *vendor;
        }
        draw -= share;
    }
    Vendor::Ios
}

fn cards_for(degree: usize) -> usize {
    if degree < 4 { 1 } else { (degree / 3).clamp(2, 8) }
}

/// The `number`th port of a device: round robin over the cards, whatever the seed.
fn port(vendor: Vendor, cards: usize, number: usize) -> Port {
    let (card, place) = (number % cards.max(1), number / cards.max(1));
    let [c, p] = [card, place].map(|value| u32::try_from(value).unwrap_or_default());
    let (name, if_index) = match vendor {
        Vendor::Ios => (format!("GigabitEthernet{c}/{p}"), 1 + c * 32 + p),
        Vendor::IosXr => (format!("TenGigE0/{c}/0/{p}"), 0x0a00_0000 + c * 0x40 + p),
        Vendor::NxOs => (format!("Ethernet{}/{}", c + 1, p + 1), 0x1a00_0000 + (c << 19) + (p << 12)),
        Vendor::Junos => (format!("xe-{c}/0/{p}"), 500 + c * 64 + p),
        Vendor::Eos => (format!("Ethernet{}/{}", c + 3, p + 1), (c + 3) * 1000 + p + 1),
        Vendor::Huawei => (format!("GigabitEthernet{}/0/{p}", c + 1), 6 + c * 32 + p),
        Vendor::Ran | Vendor::Ups => (format!("ETH-{}", p + 1), 1 + p),
    };
    Port {
        name,
        if_index,
        address: Ipv4Addr::UNSPECIFIED,
        card: u8::try_from(card).unwrap_or(u8::MAX),
        alias: String::new(),
    }
}
