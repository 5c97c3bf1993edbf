//! How likely a suspect makes what was heard and what was not.

use smallvec::SmallVec;

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
    pub(super) explained: SmallVec<[Heard; 8]>,
    pub(super) unexplained: SmallVec<[Heard; 8]>,
    pub(super) unheard: SmallVec<[Unheard; 6]>,
    /// Devices that could not be heard, were it so.
    pub(super) mute: SmallVec<[EntityIx; 4]>,
}

impl Tally {
    pub(super) fn new(mode: Mode, prior: f64) -> Self {
        Self {
            mode,
            weight: prior,
            explained: SmallVec::new(),
            unexplained: SmallVec::new(),
            unheard: SmallVec::new(),
            mute: SmallVec::new(),
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
    let mut best = Best::default();
    match suspect.kind {
        Kind::Link => best.take(mode::cut(scene, suspect.entity)),
        Kind::Device => {
            best.take(mode::dead(scene, suspect.entity));
            best.take(mode::part(scene, suspect.entity, suspect.entity));
            best.take(mode::work(scene, suspect.entity));
            best.take(mode::own(scene, suspect.entity));
        }
        Kind::Part => {
            best.take(mode::part(scene, scene.question.topology.device_of(suspect.entity), suspect.entity));
            best.take(mode::own(scene, suspect.entity));
        }
        Kind::Site => best.take(mode::site(scene, suspect.entity)),
        Kind::Support => best.take(mode::support(scene, suspect.entity)),
    }
    let marked = if scene.question.marked == Some(suspect.entity) { MARKED } else { 0.0 };
    let weight = best.sum() + marked;
    let tally = best.tally.unwrap_or_else(|| Tally::new(Mode::Own, f64::NEG_INFINITY));
    Weighed { suspect, weight, tally }
}

/// The likeliest of several ways to fail, and how likely they are together.
#[derive(Default)]
struct Best {
    tally: Option<Tally>,
    weights: SmallVec<[f64; 4]>,
}

impl Best {
    fn take(&mut self, tally: Tally) {
        self.weights.push(tally.weight);
        if self.tally.as_ref().is_none_or(|best| tally.weight >= best.weight) {
            self.tally = Some(tally);
        }
    }

    /// The logarithm of the sum of their likelihoods.
    fn sum(&self) -> f64 {
        let best = self.weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        match self.weights.as_slice() {
            [only] => *only,
            all => best + libm::log(all.iter().map(|weight| libm::exp(weight - best)).sum()),
        }
    }
}
