//! Signs that people were at work on a device: when they came, when its ports went down, when those came back.

use super::line::Line;
use super::scene::Scene;
use crate::model::{EntityIx, Span, Timestamp};

/// Somebody who works on a device comes this long before its first port goes down …
const BEFORE: Span = Span::seconds(60);
/// … of which its neighbours tell by their timers alone where they see no port go down (OSPF's dead interval, RFC 2328).
const TIMER: Span = Span::seconds(40);
/// … saves what was changed this long after the last one does …
const AFTER: Span = Span::seconds(30);
/// … and is there again when they come back.
const RETURN_BEFORE: Span = Span::seconds(15);
const RETURN_AFTER: Span = Span::seconds(45);
/// Clocks that differ by no more than this tell the same moment.
const SLACK: Span = Span::seconds(3);
/// So many times of a minute and a half before it began tell how often people are on a device that is in order.
const USUAL: u8 = 12;
/// So many devices are asked about.
const MANY: usize = 64;

/// What a device beside a line that is down told of people on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hands {
    pub(super) device: EntityIx,
    /// How often shortly before its first line went down, and while they did.
    pub(super) came: usize,
    /// When its lines came back; `None` where some are still down.
    pub(super) came_back: Option<bool>,
    /// It told of people at any time: it would have told.
    pub(super) tells: bool,
    /// How often it did in the times before, of `USUAL`.
    pub(super) usual: u8,
}

impl Hands {
    /// How many signs there are.
    pub(super) fn signs(&self) -> u32 {
        self.came.min(2) as u32 + u32::from(self.came_back == Some(true))
    }

    /// What it costs to hold these signs for chance: as likely as they are at any time, and who came once comes again.
    pub(super) fn chance(&self) -> f64 {
        let once = libm::log((f64::from(self.usual) + 0.5) / (f64::from(USUAL) + 18.0));
        match self.signs() {
            0 => 0.0,
            1 => once,
            2 => once * 1.6,
            _ => once * 2.2,
        }
    }

    /// How likely these signs are where somebody did the work; `heard`: it could still speak when its lines were down.
    pub(super) fn of_work(&self, heard: bool) -> f64 {
        let came = match (self.came > 0, self.tells && heard) {
            (true, _) => -0.3,
            (false, true) => -2.3,
            (false, false) => -0.8,
        };
        let back = match (self.came_back, self.tells) {
            (None | Some(true), _) => 0.0,
            (Some(false), true) => -1.6,
            (Some(false), false) => -0.3,
        };
        came + back
    }
}

/// What the devices at both ends of every line that is down told of people on them.
pub(super) fn hands(scene: &Scene<'_>) -> Vec<Hands> {
    let down = || scene.lines.iter().filter(|line| line.down);
    let mut devices: Vec<EntityIx> = down().flat_map(|line| [line.ends.0, line.ends.1]).take(MANY).collect();
    devices.sort_unstable();
    devices.dedup();
    devices.into_iter().map(|device| on(scene, device)).collect()
}

fn on(scene: &Scene<'_>, device: EntityIx) -> Hands {
    let lines = || scene.lines.iter().filter(|line| line.down && line.touches(device));
    let asked = |from: Timestamp, upto: Timestamp| (scene.question.hands_on)(device, from, upto);
    let fell = lines().map(|line| line.first);
    let (first, last) = (fell.clone().min().unwrap_or_default(), fell.max().unwrap_or_default());
    // A device's own stamps may be off: what was noted when the first alarm came in is not.
    let opened = scene.question.opened;
    let timer = if lines().any(|line| line.port != [false; 2]) { Span::ZERO } else { TIMER };
    let around = |from: Timestamp, upto: Timestamp| asked(from.minus(BEFORE).minus(timer), upto.plus(AFTER));
    let came = around(first, last).max(around(opened.minus(SLACK), opened));
    let back: Option<Vec<Timestamp>> = lines().map(|line: &Line| line.up_at).collect();
    let came_back = back.and_then(|back| {
        let (first, last) = (back.iter().min()?, back.iter().max()?);
        Some(asked(first.minus(RETURN_BEFORE), last.plus(RETURN_AFTER)) > 0)
    });
    // Whether they come when the ports are back is not known yet while they are only just back.
    let yet = |told: &bool| {
        *told
            || lines()
                .filter_map(|line| line.up_at)
                .max()
                .is_some_and(|last| scene.question.now > last.plus(RETURN_AFTER))
    };
    let before = |n: u8| first.minus(Span::seconds(60 + i64::from(n) * 90));
    Hands {
        device,
        usual: (0..USUAL).filter(|n| asked(before(n + 1), before(*n)) > 0).count() as u8,
        came,
        came_back: came_back.filter(yet),
        tells: asked(Timestamp::EPOCH, scene.question.now) > 0,
    }
}
