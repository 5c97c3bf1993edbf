//! How likely a suspect makes what was heard and what was not.

use super::mode::{self, Mode};
use super::scene::{Kind, Scene, Suspect};
use crate::model::EntityIx;

/// A piece of what was heard, by its place in the scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// A line.
    Line(usize),
    /// Trouble of an entity's own.
    Own(usize),
    /// A device that others lost.
    Gone(usize),
}

/// An alarm that should have been heard: `device` should have told of the way to `far`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unheard {
    pub(super) device: EntityIx,
    pub(super) far: EntityIx,
    pub(super) link: Option<EntityIx>,
}

/// What speaks for and against a suspect that fails in one way.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    pub(super) mode: Mode,
    pub(super) weight: f64,
    pub(super) explained: Vec<Heard>,
    pub(super) unexplained: Vec<Heard>,
    pub(super) unheard: Vec<Unheard>,
    /// Devices that could not be heard, were it so.
    pub(super) mute: Vec<EntityIx>,
}

impl Tally {
    pub(super) fn new(mode: Mode, prior: f64) -> Self {
        Self {
            mode,
            weight: prior,
            explained: Vec::new(),
            unexplained: Vec::new(),
            unheard: Vec::new(),
            mute: Vec::new(),
        }
    }

    pub(super) fn explains(&mut self, what: Heard, price: f64) {
        self.weight += price;
        self.explained.push(what);
    }

    /// The first few strange facts count in full, the rest little: many of them are one thing more.
    pub(super) fn strange(&mut self, what: Heard, price: f64) {
        self.weight += if self.unexplained.len() < 6 { price } else { price / 4.0 };
        self.unexplained.push(what);
    }

    pub(super) fn misses(&mut self, what: Unheard, price: f64) {
        self.weight += if self.unheard.len() < 4 { price } else { price / 8.0 };
        self.unheard.push(what);
    }

    pub(super) fn cannot_speak(&mut self, device: EntityIx) {
        if !self.mute.contains(&device) {
            self.mute.push(device);
        }
    }
}

/// A suspect with its weight and its likeliest way to fail.
#[derive(Clone, Debug)]
pub(super) struct Weighed {
    pub(super) suspect: Suspect,
    pub(super) weight: f64,
    pub(super) tally: Tally,
}

/// An operator's word counts this much.
const MARKED: f64 = 6.0;

/// Weighs a suspect over the ways in which it may fail.
pub(super) fn weigh(scene: &Scene<'_>, suspect: Suspect) -> Weighed {
    let tallies: Vec<Tally> = match suspect.kind {
        Kind::Link => vec![mode::cut(scene, suspect.entity)],
        Kind::Device => vec![
            mode::dead(scene, suspect.entity),
            mode::part(scene, suspect.entity, suspect.entity),
            mode::work(scene, suspect.entity),
            mode::own(scene, suspect.entity),
        ],
        Kind::Part => vec![
            mode::part(scene, scene.question.topology.device_of(suspect.entity), suspect.entity),
            mode::own(scene, suspect.entity),
        ],
        Kind::Site => vec![mode::site(scene, suspect.entity)],
        Kind::Support => vec![mode::support(scene, suspect.entity)],
    };
    let best = tallies.iter().map(|tally| tally.weight).fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = tallies.iter().map(|tally| libm::exp(tally.weight - best)).sum();
    let marked = if scene.question.marked == Some(suspect.entity) { MARKED } else { 0.0 };
    let weight = best + libm::log(sum) + marked;
    let tally = tallies
        .into_iter()
        .max_by(|a, b| a.weight.total_cmp(&b.weight))
        .unwrap_or_else(|| Tally::new(Mode::Own, f64::NEG_INFINITY));
    Weighed { suspect, weight, tally }
}
