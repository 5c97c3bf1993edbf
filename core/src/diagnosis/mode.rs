//! The ways in which things fail, and what each of them makes one hear.
//!
//! Prices are natural logarithms of likelihoods: −0.7 is one in two, −2.3 one in ten, −4.6 one in a hundred.

use super::hands::Hands;
use super::line::Line;
use super::scene::{Own, Scene};
use super::weigh::{Heard, Tally, Unheard};
use crate::model::{EntityIx, Span, Timestamp, Trouble};

/// A way to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// A link is cut, worn or flaps.
    Cut,
    /// A device does not run.
    Dead,
    /// A part of a device took some of its ports.
    Part,
    /// Somebody works on the device and shut some of its ports.
    Work,
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
/// A cut that no end calls a loss of light; many devices say only that the port is down.
const NO_LIGHT_LOST: f64 = -0.4;
/// Loss of light where nothing is wrong with the line: at the far end of what failed, and at the failing end itself, which still
/// receives.
const LIGHT_FAR: f64 = -1.5;
const LIGHT_OWN: f64 = -3.0;
/// A port that is told to be down, and not to be shut, by a device that somebody works on: traps tell that, and most makers' lines.
const MEANT_UP: f64 = -3.0;
const NOT_SHUT: f64 = -1.5;
/// Nobody shuts a port again and again.
const NOBODY_FLAPS: f64 = -3.0;
/// A part takes its ports within this time; people shut one after another.
const TOGETHER: Span = Span::seconds(4);
const ALL_AT_ONCE: f64 = -1.5;
const ONE_BY_ONE: f64 = -2.5;
/// A device that is back and did not say that it started.
const NO_RESTART: f64 = -2.5;
/// Sessions are held up to three minutes.
const HOLD: Span = Span::seconds(240);

fn strange_own(own: &Own) -> f64 {
    match own.trouble {
        Trouble::Dark => -6.0,
        Trouble::Restart => -4.5,
        Trouble::Power => -4.0,
        Trouble::Hardware => -3.5,
        Trouble::Environment | Trouble::Port | Trouble::Service => -2.5,
        Trouble::Load | Trouble::Other => -1.0,
    }
}

fn silence(scene: &Scene<'_>) -> f64 {
    if scene.age() < PATIENCE { SILENCE_YET } else { SILENCE }
}

/// What others lost: explained where there is no way left to it.
fn lost(scene: &Scene<'_>, tally: &mut Tally, suspect: Option<EntityIx>, own_price: f64) {
    let nobody = EntityIx(u32::MAX);
    let mut strange = 0;
    for (at, gone) in scene.gone.iter().enumerate() {
        let what = Heard::Gone(at);
        if Some(gone.device) == suspect {
            tally.explains(what, own_price);
        } else if gone.by.iter().all(|by| scene.severed(gone.device, *by, suspect.unwrap_or(nobody))) && !gone.by.is_empty() {
            tally.explains(what, 0.0);
        } else if suspect.is_some_and(|suspect| scene.hangs_on(gone.device, suspect)) {
            tally.explains(what, -0.3);
        } else {
            tally.strange(what, if strange == 0 { STRANGE_GONE } else { STRANGE_GONE / 4.0 });
            strange += 1;
        }
    }
}

/// Trouble of other entities: explained where they hang on the suspect.
fn others(scene: &Scene<'_>, tally: &mut Tally, suspect: EntityIx, mine: impl Fn(&Own) -> Option<f64>) {
    for (at, own) in scene.own.iter().enumerate() {
        let what = Heard::Own(at);
        if let Some(price) = mine(own) {
            tally.explains(what, price);
        } else if own.needs.contains(&suspect) {
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
    if scene.lines.iter().all(|line| line.link != Some(link)) {
        untold(scene, &mut tally, link);
    }
    for (at, line) in scene.lines.iter().enumerate() {
        let what = Heard::Line(at);
        if line.link != Some(link) {
            tally.strange(what, STRANGE_LINE);
            continue;
        }
        tally.explains(what, 0.0);
        if line.down && line.spoke != [false; 2] {
            ends_silent(scene, &mut tally, line, link, None);
            if line.light == [false; 2] {
                tally.weight += NO_LIGHT_LOST;
            }
        }
    }
    others(scene, &mut tally, link, |_| None);
    by_hand(scene, &mut tally, None);
    lost(scene, &mut tally, Some(link), 0.0);
    tally
}

/// Neither end tells of the link: those that could speak should have.
fn untold(scene: &Scene<'_>, tally: &mut Tally, link: EntityIx) {
    let Some((a, b)) = scene.question.topology.ends(link) else { return };
    for (device, far) in [(a, b), (b, a)] {
        if scene.mute(device, link) {
            tally.cannot_speak(device);
        } else {
            let unheard = Unheard { device, far, link: Some(link) };
            tally.misses(unheard, silence(scene));
        }
    }
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
            tally.explains(what, lit(line, device));
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
            Trouble::Power => -0.9,
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
        tally.weight += NO_RESTART;
    }
    by_hand(scene, &mut tally, None);
    let gone = scene.gone.iter().any(|gone| gone.device == device);
    if !gone && scene.age() > HOLD {
        tally.weight += -1.0;
    }
    lost(scene, &mut tally, Some(device), 0.0);
    tally
}

/// A part of a device: the device runs, some of its ports do not. `named` is the part where the inventory knows it.
pub(super) fn part(scene: &Scene<'_>, device: EntityIx, named: EntityIx) -> Tally {
    let mut tally = Tally::new(Mode::Part, if named == device { -2.2 } else { -1.9 });
    let ports = ports(scene, &mut tally, device);
    let broken = scene.own.iter().any(|own| own.device == device && own.trouble == Trouble::Hardware);
    let unused = scene.own.iter().any(|own| own.device == device && own.trouble == Trouble::Port);
    tally.weight += if broken { -0.2 } else { -1.9 };
    if spread(scene, device).is_some_and(|spread| spread >= TOGETHER) {
        tally.weight += if broken { -0.5 } else { ONE_BY_ONE };
    }
    if !broken && !unused && ports < 2 {
        tally.weight += -1.5;
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
    by_hand(scene, &mut tally, None);
    lost(scene, &mut tally, None, 0.0);
    tally
}

/// Work on a device: somebody shut some of its ports.
pub(super) fn work(scene: &Scene<'_>, device: EntityIx) -> Tally {
    let mut tally = Tally::new(Mode::Work, -2.3);
    let ports = ports(scene, &mut tally, device);
    if ports == 0 {
        tally.weight += -3.0;
    }
    if ports == 1 && scene.question.wires.from(device).len() > 1 {
        tally.weight += -0.5;
    }
    others(scene, &mut tally, device, |own| {
        (own.device == device).then_some(match own.trouble {
            Trouble::Restart => -0.7,
            Trouble::Service => -0.5,
            Trouble::Port | Trouble::Load | Trouble::Other => -0.7,
            Trouble::Environment | Trouble::Power => -2.3,
            Trouble::Hardware | Trouble::Dark => -3.5,
        })
    });
    let mine = || scene.lines.iter().filter(|line| line.down && line.touches(device));
    tally.weight += if mine().any(|line| line.shut(device)) {
        0.0
    } else if mine().any(|line| line.fell_by_trap(device)) {
        MEANT_UP
    } else if mine().any(|line| line.fell(device)) {
        NOT_SHUT
    } else if mine().any(|line| line.spoke(device)) {
        -1.5
    } else {
        0.0
    };
    if mine().any(Line::flaps) {
        tally.weight += NOBODY_FLAPS;
    }
    if spread(scene, device).is_some_and(|spread| spread < TOGETHER) {
        tally.weight += ALL_AT_ONCE;
    }
    tally.weight += scene
        .hands_of(device)
        .map_or(-0.8, |hands| hands.of_work(mine().any(|line| line.spoke(device))));
    by_hand(scene, &mut tally, Some(device));
    lost(scene, &mut tally, None, 0.0);
    tally
}

/// How far apart in time a device's own ports went down, where it told of several.
fn spread(scene: &Scene<'_>, device: EntityIx) -> Option<Span> {
    let fell = scene.lines.iter().filter(|line| line.down && line.touches(device));
    let mut fell: Vec<Timestamp> = fell.filter_map(|line| line.port_at(device)).collect();
    fell.sort_unstable();
    match fell.as_slice() {
        [first, .., last] => Some(last.since(*first)),
        _ => None,
    }
}

/// What it costs that light is said to be gone on a line that a device took down.
fn lit(line: &Line, device: EntityIx) -> f64 {
    if line.light(device) {
        LIGHT_OWN
    } else if line.light(line.far(device)) {
        LIGHT_FAR
    } else {
        0.0
    }
}

/// Lines of a device that are down while it runs; gives how many.
fn ports(scene: &Scene<'_>, tally: &mut Tally, device: EntityIx) -> usize {
    let nobody = EntityIx(u32::MAX);
    let mut ports = 0;
    for (at, line) in scene.lines.iter().enumerate() {
        let what = Heard::Line(at);
        if !line.touches(device) {
            tally.strange(what, STRANGE_LINE);
        } else if line.down {
            ports += 1;
            tally.explains(what, lit(line, device));
            ends_silent(scene, tally, line, nobody, None);
        } else {
            tally.strange(what, -2.0);
        }
    }
    ports
}

/// Signs of people at work, ports that they shut and devices that they touched, which the suspect does not explain.
fn by_hand(scene: &Scene<'_>, tally: &mut Tally, worked_on: Option<EntityIx>) {
    let shut = scene
        .lines
        .iter()
        .any(|line| [line.ends.0, line.ends.1].into_iter().any(|end| line.shut(end) && Some(end) != worked_on));
    if shut {
        tally.weight += -4.0;
    }
    let others = scene.hands.iter().filter(|hands| Some(hands.device) != worked_on && hands.signs() > 0);
    tally.weight += others.take(2).map(Hands::chance).sum::<f64>();
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
    by_hand(scene, &mut tally, None);
    for (at, gone) in scene.gone.iter().enumerate() {
        match gone.device == entity {
            true => tally.explains(Heard::Gone(at), -1.0),
            false => tally.strange(Heard::Gone(at), STRANGE_GONE),
        }
    }
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
    by_hand(scene, &mut tally, None);
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
    by_hand(scene, &mut tally, None);
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
