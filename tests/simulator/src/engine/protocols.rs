//! What devices notice: carrier, OSPF neighbours, LDP and BGP sessions.

use super::truth::Cause;
use super::{Event, MILLI, Simulation};
use crate::forms::Happening;
use crate::mix;

const AS_NUMBER: u32 = 64_500;

impl Simulation {
    /// Something about a link has changed.
    pub(super) fn touched(&mut self, link: usize) {
        for side in 0..2 {
            let carrier = self.chances.devices.within(mix::CARRIER_MS) * MILLI;
            self.after(carrier, Event::Look(link, side));
            if self.state.links[link].ends[side].adjacent && !self.state.passes(&self.topology, link) {
                // The dead timer runs from the last hello.
                let dead = mix::OSPF_DEAD_S * 1_000;
                let left = self.pace(dead - 10_000, dead);
                self.after(left, Event::Adjacent(link, side, true));
            }
        }
    }

    pub(super) fn look(&mut self, link: usize, side: usize) {
        let device = self.topology.links[link].ends[side];
        if !self.state.alive(device) {
            return;
        }
        let up = self.state.carrier(&self.topology, link, side);
        if up != self.state.links[link].ends[side].seen_up {
            let port = self.topology.links[link].ports[side].clone();
            let about = self.topology.links[link].external_id.clone();
            let blame = Cause::among(self.state.blame(&self.topology, link));
            let end = &mut self.state.links[link].ends[side];
            end.seen_up = up;
            if !up && let Some(blame) = blame {
                end.seen_cause = blame;
            }
            let cause = end.seen_cause.clone();
            let by_hand = end.shut.iter().any(|(_, by_hand)| *by_hand);
            let happening = if up { Happening::LinkUp(port) } else { Happening::LinkDown(port, by_hand) };
            if !up {
                self.affect(&cause, &about);
                let pace = self.pace(20, 300);
                self.after(pace, Event::Adjacent(link, side, false));
            }
            self.report(device, happening, about, cause);
        }
        if up && self.state.passes(&self.topology, link) {
            for side in 0..2 {
                if !self.state.links[link].ends[side].adjacent {
                    let hello = self.pace(3_000, 12_000);
                    self.after(hello, Event::Adjacent(link, side, false));
                }
            }
        }
    }

    pub(super) fn adjacent(&mut self, link: usize, side: usize, timer: bool) {
        let [device, peer] = [self.topology.links[link].ends[side], self.topology.links[link].ends[1 - side]];
        let routed = |at: usize| self.topology.devices[at].vendor.routes();
        if !self.state.alive(device) || !routed(device) || !routed(peer) {
            return;
        }
        let passes = self.state.passes(&self.topology, link);
        let seen = self.state.links[link].ends.iter().all(|end| end.seen_up);
        let was = self.state.links[link].ends[side].adjacent;
        let (router, address) = (self.topology.devices[peer].address, self.topology.links[link].ports[1 - side].address);
        let port = self.topology.links[link].ports[side].clone();
        let about = self.topology.links[link].external_id.clone();
        if was && !passes {
            let own_down = !self.state.links[link].ends[side].seen_up;
            if !timer && !own_down {
                return;
            }
            let Some(cause) = Cause::among(self.state.blame(&self.topology, link)) else {
                return;
            };
            let end = &mut self.state.links[link].ends[side];
            end.adjacent = false;
            end.adjacent_cause = cause.clone();
            self.affect(&cause, &about);
            self.report(device, Happening::OspfDown(port, router, address, timer && !own_down), about, cause.clone());
            let pace = self.pace(100, 2_000);
            self.after(pace, Event::Ldp(device, peer, cause));
        } else if !was && passes && seen {
            let end = &mut self.state.links[link].ends[side];
            end.adjacent = true;
            let cause = end.adjacent_cause.clone();
            self.report(device, Happening::OspfUp(port, router, address), about, cause.clone());
            let pace = self.pace(2_000, 8_000);
            self.after(pace, Event::Ldp(device, peer, cause));
        }
    }

    pub(super) fn ldp(&mut self, device: usize, peer: usize, cause: Cause) {
        if !self.state.alive(device) {
            return;
        }
        let up = self.graph.beside[device].iter().any(|&(link, other)| {
            let side = usize::from(self.topology.links[link].ends[0] != device);
            other == peer && self.state.links[link].ends[side].adjacent
        });
        let address = self.topology.devices[peer].address;
        let about = self.topology.devices[peer].record.external_id.clone();
        match (up, self.state.ldp_down.get(&(device, peer)).cloned()) {
            (false, None) => {
                self.state.ldp_down.insert((device, peer), cause.clone());
                self.report(device, Happening::LdpDown(address), about, cause);
            }
            (true, Some(cause)) => {
                self.state.ldp_down.remove(&(device, peer));
                self.report(device, Happening::LdpUp(address), about, cause);
            }
            (false, Some(_)) | (true, None) => {}
        }
    }

    /// Who reaches whom has changed, perhaps: sessions lost start their hold time, sessions found are tried again.
    pub(super) fn rerouted(&mut self) {
        let parts = self.state.parts_without(&self.graph, None);
        if parts == self.state.parts {
            return;
        }
        self.state.parts = parts;
        let mut without: Option<Vec<(u32, Vec<Option<u32>>)>> = None;
        for index in 0..self.state.sessions.len() {
            let session = &self.state.sessions[index];
            let [a, b] = session.ends;
            let reach = self.state.parts[a].is_some() && self.state.parts[a] == self.state.parts[b];
            match (reach, session.lost_at) {
                (false, None) => {
                    let without = without.get_or_insert_with(|| {
                        let parts = |fault| self.state.parts_without(&self.graph, Some(fault));
                        self.state.holding().into_iter().map(|fault| (fault, parts(fault))).collect()
                    });
                    let suspect = suspect(without, a, b);
                    let hold = session.hold_s * 1_000;
                    let session = &mut self.state.sessions[index];
                    session.lost_at = Some(self.now);
                    session.suspect = suspect;
                    let left = self.pace(hold * 2 / 3, hold);
                    self.after(left, Event::Hold(index, self.now));
                }
                (true, Some(_)) => {
                    self.state.sessions[index].lost_at = None;
                    if self.state.sessions[index].up.contains(&false) {
                        let pace = self.pace(8_000, 45_000);
                        self.after(pace, Event::Retry(index));
                    }
                }
                (true, None) | (false, Some(_)) => {}
            }
        }
    }

    pub(super) fn hold(&mut self, index: usize, lost: u64) {
        if self.state.sessions[index].lost_at != Some(lost) {
            return;
        }
        for end in self.state.sessions[index].ends {
            if !self.state.central(end) {
                let suspect = self.state.sessions[index].suspect.clone();
                self.affect(&suspect, &self.topology.devices[end].record.external_id.clone());
            }
        }
        for side in 0..2 {
            let session = &mut self.state.sessions[index];
            let [device, peer] = [session.ends[side], session.ends[1 - side]];
            if !session.up[side] {
                continue;
            }
            session.up[side] = false;
            session.cause[side] = session.suspect.clone();
            let cause = session.suspect.clone();
            if self.state.alive(device) {
                let about = self.topology.devices[peer].record.external_id.clone();
                self.report(device, Happening::BgpDown(self.topology.devices[peer].address, AS_NUMBER), about, cause);
            }
        }
    }

    pub(super) fn retry(&mut self, index: usize) {
        if self.state.sessions[index].lost_at.is_some() {
            return;
        }
        for side in 0..2 {
            let session = &mut self.state.sessions[index];
            let [device, peer] = [session.ends[side], session.ends[1 - side]];
            if session.up[side] {
                continue;
            }
            session.up[side] = true;
            let cause = session.cause[side].clone();
            let about = self.topology.devices[peer].record.external_id.clone();
            self.report(device, Happening::BgpUp(self.topology.devices[peer].address, AS_NUMBER), about, cause);
        }
    }

    /// A device loses its power: it forgets, and says nothing.
    pub(super) fn darkens(&mut self, device: usize, fault: u32) {
        self.state.devices[device].dark.push(fault);
        let cause = Cause::of(fault);
        self.affect(&cause, &self.topology.devices[device].record.external_id.clone());
        for (link, peer) in self.graph.beside[device].clone() {
            let side = usize::from(self.topology.links[link].ends[0] != device);
            let end = &mut self.state.links[link].ends[side];
            if end.seen_up {
                (end.seen_up, end.seen_cause) = (false, cause.clone());
            }
            if end.adjacent && self.topology.devices[peer].vendor.routes() {
                (end.adjacent, end.adjacent_cause) = (false, cause.clone());
            }
            self.state.ldp_down.entry((device, peer)).or_insert_with(|| cause.clone());
            self.touched(link);
        }
        for session in &mut self.state.sessions {
            for side in 0..2 {
                if session.ends[side] == device && session.up[side] {
                    (session.up[side], session.cause[side]) = (false, cause.clone());
                }
            }
        }
        self.rerouted();
    }

    /// A device starts again.
    pub(super) fn lightens(&mut self, device: usize, fault: u32) {
        self.state.devices[device].dark.retain(|held| *held != fault);
        if !self.state.alive(device) {
            return;
        }
        self.state.devices[device].started = i64::try_from(self.now).unwrap_or_default();
        let about = self.topology.devices[device].record.external_id.clone();
        self.report(device, Happening::ColdStart, about, Cause::of(fault));
        for (link, _) in self.graph.beside[device].clone() {
            let boot = self.pace(1_000, 6_000);
            for side in 0..2 {
                self.after(boot, Event::Look(link, side));
            }
        }
        self.rerouted();
    }
}

/// The fault without which the two would reach each other; where none alone does it, all of them.
fn suspect(without: &[(u32, Vec<Option<u32>>)], a: usize, b: usize) -> Cause {
    let alone: Vec<u32> = without
        .iter()
        .filter(|(_, parts)| parts[a].is_some() && parts[a] == parts[b])
        .map(|(fault, _)| *fault)
        .collect();
    let all = || without.iter().map(|(fault, _)| *fault).collect();
    Cause::among(alone).or_else(|| Cause::among(all())).unwrap_or_default()
}
