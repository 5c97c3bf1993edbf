//! From what a device wants to say to what arrives.

use super::truth::{Emission, Truth, Unheard};
use super::{Event, MILLI, SECOND, Said, Simulation};
use crate::forms::{self, Clock, Moment};
use crate::mix;

/// Unheard messages kept of a run without end.
const KEPT: usize = 10_000;

impl Simulation {
    pub(super) fn say(&mut self, said: Said) {
        let Said {
            device,
            happening,
            about,
            cause,
        } = said;
        let source = &self.topology.devices[device];
        if !source.speaks {
            return;
        }
        let state = &self.state.devices[device];
        let why = if !state.dark.is_empty() {
            Some("dark")
        } else if !state.mute.is_empty() {
            Some("mute")
        } else if self.state.heard(&self.topology, device) {
            None
        } else {
            Some("cut-off")
        };
        let now = i64::try_from(self.now).unwrap_or(i64::MAX);
        let speed = i64::try_from(self.options.speed_percent.max(1)).unwrap_or(100);
        let wall = self.options.origin_micros.saturating_add(now.saturating_mul(100) / speed);
        let uptime = (now - state.started).max(0) / 10_000;
        let moment = Moment {
            clock: Clock::new(wall.saturating_add(state.skew_micros)),
            uptime_ticks: u32::try_from(uptime.rem_euclid(1 << 32)).unwrap_or_default(),
            sequence: state.sequence,
            community: &self.options.community,
        };
        let (from, external_id) = (source.address, source.record.external_id.clone());
        let datagrams = forms::datagrams(source, &happening, moment);
        self.state.devices[device].sequence = state.sequence.wrapping_add(1);
        for (transport, bytes) in datagrams {
            self.messages += 1;
            let truth = Truth {
                message: self.messages,
                said_micros: self.now,
                device: external_id.clone(),
                about: about.clone(),
                what: happening.name().to_owned(),
                instance: happening.instance(),
                polarity: happening.polarity(),
                cause: cause.clone(),
                copy: false,
            };
            if let Some(fault) = cause.fault.and_then(|id| self.faults.get_mut(id as usize - 1)) {
                fault.said += 1;
            }
            let lost = self.chances.wire.ppm(self.conditions.loss_ppm);
            if let Some(why) = why.or(lost.then_some("lost")) {
                if self.options.minutes.is_none() && self.unheard.len() >= KEPT {
                    self.unheard.pop_front();
                }
                self.unheard.push_back(Unheard { truth, why: why.to_owned() });
                continue;
            }
            let delay = if self.chances.wire.ppm(self.conditions.late_ppm) {
                self.chances.wire.within(mix::LATE_S) * SECOND
            } else {
                self.chances.wire.within(mix::TRANSIT_MS) * MILLI
            };
            let emission = Emission {
                at_micros: self.now + delay,
                transport,
                from,
                bytes,
                truth,
            };
            if self.chances.wire.ppm(self.conditions.duplicate_ppm) {
                let mut copy = emission.clone();
                copy.at_micros += self.chances.wire.within(mix::COPY_MS) * MILLI;
                copy.truth.copy = true;
                self.at(copy.at_micros, Event::Deliver(Box::new(copy)));
            }
            self.at(emission.at_micros, Event::Deliver(Box::new(emission)));
        }
    }
}
