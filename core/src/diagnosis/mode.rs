//! The ways in which things fail, and what each of them makes one hear.
//!
//! Prices are natural logarithms of likelihoods: −0.7 is one in two, −2.3 one in ten, −4.6 one in a hundred.

use super::scene::{Line, Own, Scene};
use super::weigh::{Heard, Tally, Unheard};
use crate::model::{EntityIx, Span, Trouble};

/// A way to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// A link is cut, worn or flaps.
    Cut,
    /// A device does not run.
    Dead,
    /// A part of a device, or work on it, took some of its ports.
    Part,
    /// The entity has trouble that nothing else hangs on.
    Own,
    /// A site's power or climate.
    Site,
    /// Something that others depend on.
    Support,
}

/// A link that is down, and that the suspect does not explain.
const STRANGE_LINE: f64 = -4.6;
/// A lost peer that the suspect does not explain.
const STRANGE_GONE: f64 = -3.0;
/// A device that could speak, and says nothing.
const SILENCE: f64 = -2.7;
/// … while it may still speak: timers run 40 s.
const SILENCE_YET: f64 = -0.3;
const PATIENCE: Span = Span::seconds(50);
/// Sessions are held up to three minutes.
const HOLD: Span = Span::seconds(240);

fn strange_own(own: &Own) -> f64 {
    match own.trouble {
        Trouble::Dark | Trouble::Hardware | Trouble::Restart => -3.5,
        Trouble::Power | Trouble::Environment | Trouble::Port | Trouble::Service => -2.5,
        Trouble::Load | Trouble::Other => -1.0,
    }
}

fn silence(scene: &Scene<'_>) -> f64 {
    if scene.age() < PATIENCE { SILENCE_YET } else { SILENCE }
}

/// What others lost: explained where there is no way left to it.
fn lost(scene: &Scene<'_>, tally: &mut Tally, suspect: Option<EntityIx>, own_price: f64) {
    let nobody = EntityIx(u32::MAX);
    for (at, gone) in scene.gone.iter().enumerate() {
        let what = Heard::Gone(at);
        if Some(gone.device) == suspect {
            tally.explains(what, own_price);
        } else if gone.by.iter().all(|by| scene.severed(gone.device, *by, suspect.unwrap_or(nobody))) && !gone.by.is_empty() {
            tally.explains(what, 0.0);
        } else if suspect.is_some_and(|suspect| scene.hangs_on(gone.device, suspect)) {
            tally.explains(what, -0.3);
        } else {
            tally.strange(what, STRANGE_GONE);
        }
    }
}

/// Trouble of other entities: explained where they hang on the suspect.
fn others(scene: &Scene<'_>, tally: &mut Tally, suspect: EntityIx, mine: impl Fn(&Own) -> Option<f64>) {
    for (at, own) in scene.own.iter().enumerate() {
        let what = Heard::Own(at);
        if let Some(price) = mine(own) {
            tally.explains(what, price);
        } else if matches!(own.trouble, Trouble::Service | Trouble::Dark | Trouble::Other) && scene.hangs_on(own.entity, suspect) {
            tally.explains(what, -0.2);
        } else {
            tally.strange(what, strange_own(own));
        }
    }
}

/// The ends of a line that did not tell of it: too late for the dead, a price for those that could speak.
fn ends_silent(scene: &Scene<'_>, tally: &mut Tally, line: &Line, suspect: EntityIx, skip: Option<EntityIx>) {
    for end in [line.ends.0, line.ends.1] {
        if line.spoke(end) || Some(end) == skip || line.ends.0 == line.ends.1 {
            continue;
        }
        if scene.mute(end, suspect) {
            tally.cannot_speak(end);
        } else {
            let unheard = Unheard {
                device: end,
                far: line.far(end),
                link: line.link,
            };
            tally.misses(unheard, silence(scene));
        }
    }
}

/// The link itself.
pub(super) fn cut(scene: &Scene<'_>, link: EntityIx) -> Tally {
    let mut tally = Tally::new(Mode::Cut, -0.65);
    for (at, line) in scene.lines.iter().enumerate() {
        let what = Heard::Line(at);
        if line.link != Some(link) {
            tally.strange(what, STRANGE_LINE);
            continue;
        }
        tally.explains(what, 0.0);
        if line.down && line.spoke != [false; 2] {
            ends_silent(scene, &mut tally, line, link, None);
        }
    }
    others(scene, &mut tally, link, |_| None);
    lost(scene, &mut tally, Some(link), 0.0);
    tally
}

/// A device that does not run: its neighbours tell, itself it is silent.
pub(super) fn dead(scene: &Scene<'_>, device: EntityIx) -> Tally {
    let mut tally = Tally::new(Mode::Dead, -1.6);
    let mut spoke = 0;
    for (at, line) in scene.lines.iter().enumerate() {
        let what = Heard::Line(at);
        if !line.touches(device) {
            tally.strange(what, STRANGE_LINE);
        } else if line.spoke(device) && line.down {
            spoke += 1;
            tally.strange(what, if spoke == 1 { -4.0 } else { -1.0 });
        } else if line.down {
            tally.explains(what, 0.0);
        } else {
            tally.strange(what, -2.0);
        }
    }
    let price = silence(scene);
    for way in scene.question.wires.from(device) {
        let told = scene
            .lines
            .iter()
            .any(|line| line.down && line.touches(device) && (line.link == way.link || line.link.is_none() && line.touches(way.other)));
        if told {
            continue;
        }
        if scene.mute(way.other, device) {
            tally.cannot_speak(way.other);
        } else {
            let unheard = Unheard {
                device: way.other,
                far: device,
                link: way.link,
            };
            tally.misses(unheard, price);
        }
    }
    others(scene, &mut tally, device, |own| {
        (own.device == device).then_some(match own.trouble {
            Trouble::Dark => -1.2,
            Trouble::Power => -1.0,
            Trouble::Restart => -0.1,
            Trouble::Environment | Trouble::Hardware => -2.3,
            Trouble::Service => -0.5,
            Trouble::Port => -3.0,
            Trouble::Load | Trouble::Other => -1.0,
        })
    });
    let says = |trouble: Trouble| scene.own.iter().any(|own| own.device == device && own.trouble == trouble);
    if !says(Trouble::Dark) && !says(Trouble::Power) {
        tally.weight += -0.8;
    }
    let mine = || scene.lines.iter().filter(|line| line.down && line.touches(device));
    if mine().count() > 0 && mine().all(|line| line.back) && !says(Trouble::Restart) {
        tally.weight += -1.9;
    }
    let gone = scene.gone.iter().any(|gone| gone.device == device);
    if !gone && scene.age() > HOLD {
        tally.weight += -1.0;
    }
    lost(scene, &mut tally, Some(device), 0.0);
    tally
}

/// A part of a device, or work on it: the device runs, some of its ports do not. `named` is the part where the inventory knows it.
pub(super) fn part(scene: &Scene<'_>, device: EntityIx, named: EntityIx) -> Tally {
    let nobody = EntityIx(u32::MAX);
    let mut tally = Tally::new(Mode::Part, if named == device { -1.56 } else { -1.3 });
    let mut ports = 0;
    for (at, line) in scene.lines.iter().enumerate() {
        let what = Heard::Line(at);
        if !line.touches(device) {
            tally.strange(what, STRANGE_LINE);
        } else if line.down {
            ports += 1;
            tally.explains(what, 0.0);
            ends_silent(scene, &mut tally, line, nobody, None);
        } else {
            tally.strange(what, -2.0);
        }
    }
    let broken = scene.own.iter().any(|own| own.device == device && own.trouble == Trouble::Hardware);
    let unused = scene.own.iter().any(|own| own.device == device && own.trouble == Trouble::Port);
    tally.weight += -0.7;
    if !broken && !unused && ports < 2 {
        tally.weight += -2.0;
    }
    if !broken && ports == 0 {
        tally.weight += -1.5;
    }
    others(scene, &mut tally, device, |own| {
        (own.device == device).then_some(match own.trouble {
            Trouble::Hardware | Trouble::Port => 0.0,
            Trouble::Service => -0.5,
            Trouble::Load | Trouble::Other => -0.7,
            Trouble::Environment | Trouble::Restart => -2.0,
            Trouble::Power => -2.3,
            Trouble::Dark => -4.0,
        })
    });
    lost(scene, &mut tally, None, 0.0);
    tally
}

/// Trouble that nothing else hangs on.
pub(super) fn own(scene: &Scene<'_>, entity: EntityIx) -> Tally {
    let mut tally = Tally::new(Mode::Own, -2.1);
    for at in 0..scene.lines.len() {
        tally.strange(Heard::Line(at), STRANGE_LINE);
    }
    let mut any = false;
    others(scene, &mut tally, entity, |own| (own.device == entity || own.entity == entity).then_some(0.0));
    for own in &scene.own {
        any |= own.device == entity || own.entity == entity;
    }
    if !any {
        tally.weight += -2.0;
    }
    lost(scene, &mut tally, Some(entity), -1.0);
    tally
}

/// A site: several of its devices have the same trouble.
pub(super) fn site(scene: &Scene<'_>, site: EntityIx) -> Tally {
    let topology = scene.question.topology;
    let inside = |device: EntityIx| device == site || topology.site_of(device) == Some(site);
    let mut tally = Tally::new(Mode::Site, -3.0);
    let mut hit: Vec<EntityIx> = Vec::new();
    for (at, line) in scene.lines.iter().enumerate() {
        let here: Vec<EntityIx> = [line.ends.0, line.ends.1].into_iter().filter(|end| inside(*end)).collect();
        match here.as_slice() {
            [] => tally.strange(Heard::Line(at), STRANGE_LINE),
            [one] if line.spoke(*one) => tally.strange(Heard::Line(at), -2.0),
            some => {
                hit.extend(some);
                tally.explains(Heard::Line(at), 0.0);
            }
        }
    }
    let climate = |own: &Own| matches!(own.trouble, Trouble::Dark | Trouble::Power | Trouble::Environment);
    let site_says = scene.own.iter().any(|own| inside(own.device) && climate(own));
    others(scene, &mut tally, site, |own| (inside(own.device) && climate(own)).then_some(0.0));
    hit.extend(scene.own.iter().filter(|own| inside(own.device) && own.device != site).map(|own| own.device));
    for (at, gone) in scene.gone.iter().enumerate() {
        if inside(gone.device) || gone.by.iter().all(|by| scene.severed(gone.device, *by, site)) {
            hit.push(gone.device);
            tally.explains(Heard::Gone(at), 0.0);
        } else {
            tally.strange(Heard::Gone(at), STRANGE_GONE);
        }
    }
    hit.sort_unstable();
    hit.dedup();
    let there = topology.children(site).len().max(hit.len());
    tally.weight += -0.7 * ((there - hit.len()) as f64).min(7.0);
    if !site_says {
        tally.weight += -3.0;
    }
    if hit.len() < 2 && !scene.own.iter().any(|own| own.entity == site) {
        tally.weight += -2.0;
    }
    tally
}

/// Something that others depend on.
pub(super) fn support(scene: &Scene<'_>, entity: EntityIx) -> Tally {
    let mut tally = Tally::new(Mode::Support, -1.9);
    for (at, line) in scene.lines.iter().enumerate() {
        match line.link == Some(entity) || line.touches(entity) {
            true => tally.explains(Heard::Line(at), 0.0),
            false => tally.strange(Heard::Line(at), STRANGE_LINE),
        }
    }
    others(scene, &mut tally, entity, |own| (own.entity == entity || own.device == entity).then_some(0.0));
    lost(scene, &mut tally, Some(entity), 0.0);
    let topology = scene.question.topology;
    let dependants = topology.neighbours(entity).iter().filter(|n| n.falls_with_me()).count() + topology.children(entity).len();
    let fine = dependants.saturating_sub(tally.explained.len());
    tally.weight += -0.5 * (fine as f64).min(8.0);
    if !scene.own.iter().any(|own| own.entity == entity) {
        tally.weight += -2.0;
    }
    tally
}
