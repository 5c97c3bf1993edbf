//! A weighed suspect in words, with its evidence and the way to its farthest symptom.

use smallvec::SmallVec;

use super::line::Line;
use super::mode::Mode;
use super::scene::Scene;
use super::weigh::{Heard, Tally, Weighed};
use crate::model::{AlarmFacts, AlarmId, Counted, EntityIx, Evidence, EvidenceKind, Hypothesis, Name, Trouble};

/// So many facts of each kind are told.
const EXPLAINS: usize = 5;
const AGAINST: usize = 3;

pub(super) fn tell(scene: &Scene<'_>, weighed: &Weighed, confidence: f64) -> Hypothesis {
    let entity = weighed.suspect.entity;
    Hypothesis {
        entity,
        confidence,
        reason: reason(scene, entity, &weighed.tally),
        evidence: evidence(scene, entity, &weighed.tally),
        path: path(scene, entity, &weighed.tally),
    }
}

fn lines<'a>(scene: &'a Scene<'_>, tally: &'a Tally) -> impl Iterator<Item = &'a Line> {
    tally.explained.iter().filter_map(|heard| match heard {
        Heard::Line(at) => scene.lines.get(*at),
        _ => None,
    })
}

/// The devices that cannot be reached, where there are any.
struct Beyond(usize);

impl std::fmt::Display for Beyond {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            0 => Ok(()),
            gone => write!(f, "; {} cannot be reached", Counted(gone, "device", "devices")),
        }
    }
}

fn reason(scene: &Scene<'_>, entity: EntityIx, tally: &Tally) -> Name {
    let name = scene.name(entity);
    let down: Vec<&Line> = lines(scene, tally).filter(|line| line.down).collect();
    let gone = tally.explained.iter().filter(|heard| matches!(heard, Heard::Gone(_))).count();
    let beyond = Beyond(gone);
    match tally.mode {
        Mode::Cut => cut(scene, &down, tally, &beyond),
        Mode::Dead => {
            let silent = !down.iter().any(|line| line.spoke(entity));
            scene.say(format_args!(
                "{name} does not run: {} lost it{}{beyond}.",
                Counted(down.len(), "neighbour", "neighbours"),
                if silent { ", and it says nothing itself" } else { "" }
            ))
        }
        Mode::Part => part(scene, entity, &down, &beyond),
        Mode::Work => work(scene, entity, &down, &beyond),
        Mode::Own => scene.say(format_args!("{name} has trouble of its own: {}.", troubles(scene, entity))),
        Mode::Site => scene.say(format_args!(
            "{} of {name} are hit together{beyond}.",
            Counted(devices(scene, tally), "element", "elements")
        )),
        Mode::Support => scene.say(format_args!(
            "{} on {name} and the rest of it is not in trouble.",
            Counted(tally.explained.len(), "alarm hangs", "alarms hang")
        )),
    }
}

fn cut(scene: &Scene<'_>, down: &[&Line], tally: &Tally, beyond: &Beyond) -> Name {
    let Some(line) = down.first() else {
        if tally.explained.iter().any(|heard| matches!(heard, Heard::Gone(_))) {
            return scene.say(format_args!("Nobody says that the link is down, but it is the only way there{beyond}."));
        }
        return scene.say(format_args!("The link works, but worse than it should{beyond}."));
    };
    if line.flaps() {
        return scene.say(format_args!("The link goes up and down{beyond}."));
    }
    let before = if line.worse_at.is_some_and(|worse| worse < line.first) {
        ", after it had become worse"
    } else {
        ""
    };
    let one = match line.spoke {
        [true, true] => return scene.say(format_args!("Both ends say that the link is down{before}{beyond}.")),
        [false, false] => return scene.say(format_args!("The link is said to be down{before}{beyond}.")),
        [true, false] => scene.name(line.ends.0),
        [false, true] => scene.name(line.ends.1),
    };
    let other = if tally.mute.is_empty() { "" } else { "; the other end is cut off by it" };
    scene.say(format_args!("{one} says that the link is down{before}{other}{beyond}."))
}

fn part(scene: &Scene<'_>, entity: EntityIx, down: &[&Line], beyond: &Beyond) -> Name {
    let name = scene.name(entity);
    let device = scene.question.topology.device_of(entity);
    let says = |trouble: Trouble| scene.own.iter().any(|own| own.device == device && own.trouble == trouble);
    let links = Counted(down.len(), "link of it is", "links of it are");
    match (says(Trouble::Hardware), down.is_empty()) {
        (true, true) => scene.say(format_args!("{name} reports a broken part{beyond}.")),
        (true, false) => scene.say(format_args!("{name} reports a broken part, and {links} down{beyond}.")),
        (false, _) => scene.say(format_args!("A part of {name} failed: {links} down{beyond}.")),
    }
}

fn work(scene: &Scene<'_>, entity: EntityIx, down: &[&Line], beyond: &Beyond) -> Name {
    let name = scene.name(entity);
    let links = Counted(down.len(), "link of it is", "links of it are");
    let sign = match (
        scene.hands_of(entity).is_some_and(|hands| hands.signs() > 0),
        down.iter().any(|line| line.shut(entity)),
    ) {
        (_, true) => ", its port was shut by hand",
        (true, false) => ", somebody had logged in or changed its configuration at that time",
        (false, false) => "",
    };
    scene.say(format_args!("Work on {name}: {links} down{sign}{beyond}."))
}

fn devices(scene: &Scene<'_>, tally: &Tally) -> usize {
    let mut devices: Vec<EntityIx> = tally
        .explained
        .iter()
        .filter_map(|heard| match heard {
            Heard::Own(at) => scene.own.get(*at).map(|own| own.device),
            Heard::Gone(at) => scene.gone.get(*at).map(|gone| gone.device),
            Heard::Line(_) => None,
        })
        .collect();
    devices.sort_unstable();
    devices.dedup();
    devices.len().max(1)
}

/// What an entity says of itself, each kind once.
fn troubles(scene: &Scene<'_>, entity: EntityIx) -> Name {
    let mine = scene.own.iter().filter(|own| own.device == entity || own.entity == entity);
    let mut words: SmallVec<[&str; 4]> = mine.map(|own| word(own.trouble)).collect();
    words.sort_unstable();
    words.dedup();
    match words.as_slice() {
        [] if scene.gone.iter().any(|gone| gone.device == entity) => Name::from("others cannot reach it"),
        [] => Name::from("no alarm of its own says what"),
        [one] => Name::from(*one),
        several => Name::from(several.join(", ")),
    }
}

const fn word(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Dark => "power lost",
        Trouble::Power => "running on battery or one feed",
        Trouble::Hardware => "a broken part",
        Trouble::Environment => "temperature or climate",
        Trouble::Restart => "it started again",
        Trouble::Service => "a service is down",
        Trouble::Port => "a port is down",
        Trouble::Load => "a threshold is crossed",
        Trouble::Other => "an alarm of another kind",
    }
}

fn evidence(scene: &Scene<'_>, entity: EntityIx, tally: &Tally) -> Vec<Evidence> {
    let told = tally.explained.len().min(EXPLAINS) + tally.mute.len().min(AGAINST) + tally.unheard.len().min(AGAINST) + tally.unexplained.len().min(AGAINST);
    let mut found = Vec::with_capacity(told + 2);
    if scene.question.marked == Some(entity) {
        let text = Name::from("An operator marked it as the cause.");
        found.push(fact(EvidenceKind::Operator, text, None, Some(entity)));
    }
    for heard in tally.explained.iter().take(EXPLAINS) {
        found.push(heard_fact(scene, *heard, EvidenceKind::Explains));
    }
    if tally.explained.len() > EXPLAINS {
        let more = Counted(tally.explained.len() - EXPLAINS, "more fact", "more facts");
        found.push(fact(EvidenceKind::Explains, scene.say(format_args!("It explains {more}.")), None, None));
    }
    found.extend(first(scene, entity, tally));
    for device in tally.mute.iter().take(AGAINST) {
        let text = scene.say(format_args!("{} has no other way out: it could not be heard.", scene.name(*device)));
        found.push(fact(EvidenceKind::Topology, text, None, Some(*device)));
    }
    for unheard in tally.unheard.iter().take(AGAINST) {
        let (device, far) = (scene.name(unheard.device), scene.name(unheard.far));
        let text = scene.say(format_args!("{device} should have said that it lost {far}, and did not."));
        found.push(fact(EvidenceKind::ExpectedUnheard, text, None, Some(unheard.device)));
    }
    if tally.unheard.len() > AGAINST {
        let more = Counted(tally.unheard.len() - AGAINST, "more device", "more devices");
        let text = scene.say(format_args!("{more} should have spoken, and did not."));
        found.push(fact(EvidenceKind::ExpectedUnheard, text, None, None));
    }
    for heard in tally.unexplained.iter().take(AGAINST) {
        found.push(heard_fact(scene, *heard, EvidenceKind::Unexplained));
    }
    found
}

fn fact(kind: EvidenceKind, text: Name, alarm: Option<AlarmId>, entity: Option<EntityIx>) -> Evidence {
    Evidence { kind, text, alarm, entity }
}

fn heard_fact(scene: &Scene<'_>, heard: Heard, kind: EvidenceKind) -> Evidence {
    match heard {
        Heard::Line(at) => {
            let line = &scene.lines[at];
            let (a, b) = (scene.name(line.ends.0), scene.name(line.ends.1));
            let who = match line.spoke {
                [true, true] => "both ends say",
                [true, false] => a,
                [false, true] => b,
                [false, false] => "it is told",
            };
            let says = if line.spoke[0] == line.spoke[1] { "" } else { " says" };
            let what = if line.down { "down" } else { "worse" };
            let text = scene.say(format_args!("{a} – {b} is {what}, as {who}{says}."));
            fact(kind, text, Some(line.alarm), line.link)
        }
        Heard::Own(at) => {
            let own = &scene.own[at];
            let text = scene.say(format_args!("{}: {}.", scene.name(own.entity), word(own.trouble)));
            fact(kind, text, Some(own.alarm), Some(own.entity))
        }
        Heard::Gone(at) => {
            let gone = &scene.gone[at];
            let (by, lost) = (gone.by.first().map_or("Others", |by| scene.name(*by)), scene.name(gone.device));
            let text = match gone.by.len() {
                0 | 1 => scene.say(format_args!("{by} lost {lost}.")),
                several => scene.say(format_args!("{by} and {} lost {lost}.", Counted(several - 1, "other", "others"))),
            };
            fact(kind, text, Some(gone.alarm), Some(gone.device))
        }
    }
}

/// What came first, where the suspect explains it.
fn first(scene: &Scene<'_>, entity: EntityIx, tally: &Tally) -> Option<Evidence> {
    if scene.question.alarms.len() < 2 || tally.explained.is_empty() {
        return None;
    }
    let alarm: &AlarmFacts<'_> = scene.question.alarms.iter().min_by_key(|alarm| (alarm.when(), alarm.ix))?;
    let anchor = alarm.anchor;
    let mine = anchor.device == entity || anchor.link == Some(entity) || anchor.entity == entity || anchor.peer == Some(entity);
    mine.then(|| {
        let text = scene.say(format_args!("First was {} on {}.", alarm.alarm_type, scene.name(anchor.entity)));
        fact(EvidenceKind::Timing, text, Some(alarm.id), Some(anchor.entity))
    })
}

/// From the suspect to the farthest symptom that it explains.
fn path(scene: &Scene<'_>, entity: EntityIx, tally: &Tally) -> Vec<EntityIx> {
    let mut goals: SmallVec<[EntityIx; 16]> = SmallVec::new();
    for heard in &tally.explained {
        match heard {
            Heard::Line(at) => goals.extend([scene.lines[*at].ends.0, scene.lines[*at].ends.1]),
            Heard::Own(at) => goals.push(scene.own[*at].entity),
            Heard::Gone(at) => goals.push(scene.gone[*at].device),
        }
    }
    goals.sort_unstable();
    goals.dedup();
    let starts = scene.question.topology.ends(entity).filter(|_| scene.question.topology.nature(entity).link());
    let device = scene.question.topology.device_of(entity);
    let (a, b) = starts.unwrap_or((device, device));
    let from = if a == b { &[a][..] } else { &[a, b] };
    let mut way = scene.question.wires.farthest(from, &goals);
    if way.first() != Some(&entity) {
        way.insert(0, entity);
    }
    way
}
