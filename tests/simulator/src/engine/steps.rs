//! The steps a fault's plan is made of.

use super::truth::Cause;
use super::{Event, Said, Simulation};
use crate::forms::Happening;

/// One step.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// A link breaks.
    Break(usize),
    /// A link is mended.
    Mend(usize),
    /// A device loses its power.
    Dark(usize),
    /// A device starts.
    Light(usize),
    /// A port goes down; true by an operator's hand.
    PortDown(usize, usize, bool),
    /// A port comes back.
    PortUp(usize, usize),
    /// A device's agent dies.
    Mute(usize),
    /// A device's agent is back.
    Unmute(usize),
    /// A device says something about an entity, at its own pace.
    Say(usize, Happening, String),
    /// A device says something at once.
    Cry(usize, Happening, String),
    /// A cell no longer carries traffic, and does not know it.
    Sleep(String),
    /// It carries traffic again.
    Wake(String),
    /// The story begins again.
    Turn,
    /// The fault is over.
    Over,
}

impl Simulation {
    pub(super) fn step(&mut self, fault: u32, step: Step) {
        match step {
            Step::Break(link) => {
                self.state.links[link].breaks.push(fault);
                self.affect(&Cause::of(fault), &self.topology.links[link].external_id.clone());
                self.touched(link);
                self.rerouted();
            }
            Step::Mend(link) => {
                self.state.links[link].breaks.retain(|held| *held != fault);
                self.touched(link);
                self.rerouted();
            }
            Step::PortDown(link, side, by_hand) => {
                self.state.links[link].ends[side].shut.push((fault, by_hand));
                self.touched(link);
                self.rerouted();
            }
            Step::PortUp(link, side) => {
                self.state.links[link].ends[side].shut.retain(|(held, _)| *held != fault);
                self.touched(link);
                self.rerouted();
            }
            Step::Dark(device) => self.darkens(device, fault),
            Step::Light(device) => self.lightens(device, fault),
            Step::Mute(device) => self.state.devices[device].mute.push(fault),
            Step::Unmute(device) => self.state.devices[device].mute.retain(|held| *held != fault),
            Step::Say(device, happening, about) => self.report(device, happening, about, Cause::of(fault)),
            Step::Cry(device, happening, about) => {
                self.say(Said {
                    device,
                    happening,
                    about,
                    cause: Cause::of(fault),
                });
            }
            Step::Sleep(cell) => self.asleep.push(cell),
            Step::Wake(cell) => self.asleep.retain(|asleep| *asleep != cell),
            Step::Turn => self.turn(),
            Step::Over => self.open.retain(|(open, _)| *open != fault),
        }
    }

    pub(super) fn plan_step(&mut self, at: u64, fault: u32, step: Step) {
        self.at(at, Event::Step(fault, step));
    }
}
