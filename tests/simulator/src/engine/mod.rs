//! The course of events: faults, what devices notice, what the wire does to what they say.

mod measure;
mod noise;
mod places;
mod plan;
mod protocols;
mod scenario;
mod state;
mod steps;
mod story;
mod truth;
mod wire;

use std::collections::{BTreeMap, VecDeque};

pub use scenario::{Conditions, Scenario};
pub use story::TURN_S;
pub use truth::{Cause, Emission, Fault, Truth, Unheard};

use crate::forms::Happening;
use crate::kpi::Kpis;
use crate::mix;
use crate::rng::Rng;
use crate::topology::{Graph, Topology};
use state::State;
use steps::Step;

const SECOND: u64 = 1_000_000;
const MILLI: u64 = 1_000;

/// What a run is made of, beside its network.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where all chance comes from.
    pub seed: u64,
    /// What is played.
    pub scenario: Scenario,
    /// For how long; `None` for ever.
    pub minutes: Option<u64>,
    /// What the clocks say at the start, microseconds since 1970.
    pub origin_micros: i64,
    /// How fast clocks in messages run, in percent: a run played twice as fast has 200.
    pub speed_percent: u64,
    /// Whether what cells and links measure is told too.
    pub kpis: bool,
    /// The community of traps.
    pub community: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            scenario: Scenario::Mix,
            minutes: Some(60),
            // 2026-01-05T06:00:00Z, a Monday.
            origin_micros: 1_767_592_800_000_000,
            speed_percent: 100,
            kpis: false,
            community: "public".to_owned(),
        }
    }
}

/// Something that comes due.
#[derive(Debug, Clone)]
enum Event {
    /// A step of a fault's plan.
    Step(u32, Step),
    /// A device sees whether its port has a carrier.
    Look(usize, usize),
    /// A device sees whether its OSPF neighbour is there; true when a timer told it.
    Adjacent(usize, usize, bool),
    /// A device sees whether it has an LDP session with a neighbour.
    Ldp(usize, usize, Cause),
    /// A BGP session's hold time runs out, unless it worked since.
    Hold(usize, u64),
    /// A BGP session is tried again.
    Retry(usize),
    /// A device says something.
    Report(Box<Said>),
    /// A message arrives.
    Deliver(Box<Emission>),
    /// The next fault starts.
    Start,
    /// The next chatter.
    Chatter,
    /// The next stray alarm.
    Stray,
    /// The next round of measurements.
    Measure,
}

/// What a device is about to say.
#[derive(Debug, Clone)]
struct Said {
    device: usize,
    happening: Happening,
    about: String,
    cause: Cause,
}

/// The chances of a run, each its own, so that none disturbs another.
#[derive(Debug)]
struct Chances {
    plan: Rng,
    devices: Rng,
    wire: Rng,
    noise: Rng,
}

/// A network under a scenario; an iterator over what it sends.
#[derive(Debug)]
pub struct Simulation {
    topology: Topology,
    graph: Graph,
    options: Options,
    conditions: Conditions,
    chances: Chances,
    state: State,
    now: u64,
    number: u64,
    queue: BTreeMap<(u64, u64), Event>,
    faults: Vec<Fault>,
    /// Open faults and the devices they are at.
    open: Vec<(u32, Vec<usize>)>,
    messages: u64,
    strays: u64,
    unheard: VecDeque<Unheard>,
    kpis: Option<Kpis>,
    /// Cells that no longer carry traffic and do not know it.
    asleep: Vec<String>,
    ended: bool,
}

impl Simulation {
    /// A run over a dressed topology.
    #[must_use]
    pub fn new(topology: Topology, options: Options) -> Self {
        let graph = Graph::of(&topology);
        let state = State::new(&topology, &graph);
        let seed = options.seed;
        let conditions = Conditions::of(options.scenario, &mut Rng::new(seed, "conditions"));
        let mut run = Self {
            topology,
            graph,
            conditions,
            chances: Chances {
                plan: Rng::new(seed, "plan"),
                devices: Rng::new(seed, "devices"),
                wire: Rng::new(seed, "wire"),
                noise: Rng::new(seed, "noise"),
            },
            options,
            state,
            now: 0,
            number: 0,
            queue: BTreeMap::new(),
            faults: Vec::new(),
            open: Vec::new(),
            messages: 0,
            strays: 0,
            unheard: VecDeque::new(),
            kpis: None,
            asleep: Vec::new(),
            ended: false,
        };
        run.set_clocks();
        match run.options.scenario {
            Scenario::Calm | Scenario::Nothing => {}
            Scenario::Story => run.story_begins(),
            Scenario::Mix | Scenario::Clean | Scenario::Rough | Scenario::Several | Scenario::One(_) => {
                run.after(mix::QUIET_S * SECOND, Event::Start);
            }
        }
        run.noise_begins();
        run.measuring_begins();
        run
    }

    fn set_clocks(&mut self) {
        let rng = &mut self.chances.devices;
        for device in &mut self.state.devices {
            device.started = -i64::try_from(rng.between(3_600, 300 * 86_400) * SECOND).unwrap_or_default();
            device.sequence = u32::try_from(rng.below(1_000_000)).unwrap_or_default();
            let off = rng.percent(self.conditions.skewed_percent);
            let seconds = if rng.percent(10) {
                rng.within(mix::SKEW_HOURS) * 3_600
            } else {
                rng.within(mix::SKEW_S)
            };
            let behind = rng.percent(50);
            if off {
                let micros = i64::try_from(seconds * SECOND).unwrap_or_default();
                device.skew_micros = if behind { -micros } else { micros };
            }
        }
    }

    /// The network.
    #[must_use]
    pub const fn topology(&self) -> &Topology {
        &self.topology
    }

    /// The conditions drawn for this run.
    #[must_use]
    pub const fn conditions(&self) -> &Conditions {
        &self.conditions
    }

    /// Every fault so far, by number.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// What was said and not heard since this was last asked.
    pub fn take_unheard(&mut self) -> Vec<Unheard> {
        self.unheard.drain(..).collect()
    }

    /// The time, microseconds since the start.
    #[must_use]
    pub const fn now_micros(&self) -> u64 {
        self.now
    }

    fn at(&mut self, at: u64, event: Event) {
        self.number += 1;
        self.queue.insert((at.max(self.now), self.number), event);
    }

    fn after(&mut self, micros: u64, event: Event) {
        self.at(self.now.saturating_add(micros), event);
    }

    /// Some milliseconds of a device's own pace.
    fn pace(&mut self, lo: u64, hi: u64) -> u64 {
        self.chances.devices.between(lo, hi) * MILLI
    }

    fn report(&mut self, device: usize, happening: Happening, about: String, cause: Cause) {
        let pace = self.chances.devices.within(mix::REPORT_MS) * MILLI;
        let speaker = &mut self.state.devices[device];
        speaker.speaks_at = speaker.speaks_at.max(self.now + pace);
        let at = speaker.speaks_at;
        self.at(
            at,
            Event::Report(Box::new(Said {
                device,
                happening,
                about,
                cause,
            })),
        );
    }

    fn affect(&mut self, cause: &Cause, external_id: &str) {
        if let Some(fault) = cause.fault.and_then(|id| self.faults.get_mut(id as usize - 1)) {
            fault.affected.insert(external_id.to_owned());
        }
    }

    fn handle(&mut self, event: Event) -> Option<Emission> {
        match event {
            Event::Step(fault, step) => self.step(fault, step),
            Event::Look(link, side) => self.look(link, side),
            Event::Adjacent(link, side, timer) => self.adjacent(link, side, timer),
            Event::Ldp(device, peer, cause) => self.ldp(device, peer, cause),
            Event::Hold(session, lost) => self.hold(session, lost),
            Event::Retry(session) => self.retry(session),
            Event::Report(said) => self.say(*said),
            Event::Deliver(emission) => {
                if let Some(fault) = emission.truth.cause.fault.and_then(|id| self.faults.get_mut(id as usize - 1)) {
                    fault.heard += u64::from(!emission.truth.copy);
                }
                return Some(*emission);
            }
            Event::Start => self.start(),
            Event::Chatter => self.chatter(),
            Event::Stray => self.stray(),
            Event::Measure => return self.measure(),
        }
        None
    }
}

impl Iterator for Simulation {
    type Item = Emission;

    fn next(&mut self) -> Option<Emission> {
        let end = self.options.minutes.map(|minutes| minutes * 60 * SECOND);
        while !self.ended {
            let Some(((at, _), event)) = self.queue.pop_first() else {
                self.ended = true;
                break;
            };
            if end.is_some_and(|end| at >= end) {
                self.ended = true;
                break;
            }
            self.now = at;
            if let Some(emission) = self.handle(event) {
                return Some(emission);
            }
        }
        None
    }
}
