//! A weighed suspect in words, with its evidence and the way to its farthest symptom.

use super::line::Line;
use super::mode::Mode;
use super::scene::Scene;
use super::weigh::{Heard, Tally, Weighed};
use crate::model::{AlarmFacts, EntityIx, Evidence, EvidenceKind, Hypothesis, Name, Trouble};

/// So many facts of each kind are told.
const EXPLAINS: usize = 5;
const AGAINST: usize = 3;

pub(super) fn tell(scene: &Scene<'_>, weighed: &Weighed, confidence: f64) -> Hypothesis {
    let entity = weighed.suspect.entity;
    Hypothesis {
        entity,
        confidence,
        reason: Name::from(reason(scene, entity, &weighed.tally)),
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

fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

fn reason(scene: &Scene<'_>, entity: EntityIx, tally: &Tally) -> String {
    let name = scene.name(entity);
    let down: Vec<&Line> = lines(scene, tally).filter(|line| line.down).collect();
    let gone = tally.explained.iter().filter(|heard| matches!(heard, Heard::Gone(_))).count();
    let beyond = if gone == 0 {
        String::new()
    } else {
        format!("; {} cannot be reached", count(gone, "device", "devices"))
    };
    match tally.mode {
        Mode::Cut => format!("{}{beyond}.", cut(scene, &down, tally)),
        Mode::Dead => format!(
            "{name} does not run: {} lost it{}{beyond}.",
            count(down.len(), "neighbour", "neighbours"),
            if down.iter().any(|line| line.spoke(entity)) {
                ""
            } else {
                ", and it says nothing itself"
            }
        ),
        Mode::Part => part(scene, entity, &down, &beyond),
        Mode::Work => work(scene, entity, &down, &beyond),
        Mode::Own => format!("{name} has trouble of its own: {}.", troubles(scene, entity)),
        Mode::Site => format!("{} of {name} are hit together{beyond}.", count(devices(scene, tally), "element", "elements")),
        Mode::Support => format!(
            "{} on {name} and {} in trouble.",
            count(tally.explained.len(), "alarm hangs", "alarms hang"),
            "the rest of it is not"
        ),
    }
}

fn cut(scene: &Scene<'_>, down: &[&Line], tally: &Tally) -> String {
    let Some(line) = down.first() else {
        if tally.explained.iter().any(|heard| matches!(heard, Heard::Gone(_))) {
            return "Nobody says that the link is down, but it is the only way there".to_owned();
        }
        return "The link works, but worse than it should".to_owned();
    };
    if line.flaps() {
        return "The link goes up and down".to_owned();
    }
    let spoke: Vec<EntityIx> = [line.ends.0, line.ends.1].into_iter().filter(|end| line.spoke(*end)).collect();
    let before = if line.worse_at.is_some_and(|worse| worse < line.first) {
        ", after it had become worse"
    } else {
        ""
    };
    match spoke.as_slice() {
        [_, _] => format!("Both ends say that the link is down{before}"),
        [one] if tally.mute.is_empty() => format!("{} says that the link is down{before}", scene.name(*one)),
        [one] => format!("{} says that the link is down{before}; the other end is cut off by it", scene.name(*one)),
        _ => format!("The link is said to be down{before}"),
    }
}

fn part(scene: &Scene<'_>, entity: EntityIx, down: &[&Line], beyond: &str) -> String {
    let name = scene.name(entity);
    let device = scene.question.topology.device_of(entity);
    let says = |trouble: Trouble| scene.own.iter().any(|own| own.device == device && own.trouble == trouble);
    let links = count(down.len(), "link of it is", "links of it are");
    match (says(Trouble::Hardware), down.is_empty()) {
        (true, true) => format!("{name} reports a broken part{beyond}."),
        (true, false) => format!("{name} reports a broken part, and {links} down{beyond}."),
        (false, _) => format!("A part of {name} failed: {links} down{beyond}."),
    }
}

fn work(scene: &Scene<'_>, entity: EntityIx, down: &[&Line], beyond: &str) -> String {
    let name = scene.name(entity);
    let links = count(down.len(), "link of it is", "links of it are");
    let sign = match (
        scene.hands_of(entity).is_some_and(|hands| hands.signs() > 0),
        down.iter().any(|line| line.shut(entity)),
    ) {
        (_, true) => ", its port was shut by hand",
        (true, false) => ", somebody had logged in or changed its configuration at that time",
        (false, false) => "",
    };
    format!("Work on {name}: {links} down{sign}{beyond}.")
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

fn troubles(scene: &Scene<'_>, entity: EntityIx) -> String {
    let mut words: Vec<&str> = scene
        .own
        .iter()
        .filter(|own| own.device == entity || own.entity == entity)
        .map(|own| word(own.trouble))
        .collect();
    if words.is_empty() {
        words.push(if scene.gone.iter().any(|gone| gone.device == entity) {
            "others cannot reach it"
        } else {
            "no alarm of its own says what"
        });
    }
    words.dedup();
    words.join(", ")
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
    let mut found = Vec::new();
    if scene.question.marked == Some(entity) {
        found.push(fact(EvidenceKind::Operator, "An operator marked it as the cause.", None, Some(entity)));
    }
    for heard in tally.explained.iter().take(EXPLAINS) {
        found.push(heard_fact(scene, *heard, EvidenceKind::Explains));
    }
    if tally.explained.len() > EXPLAINS {
        let more = count(tally.explained.len() - EXPLAINS, "more fact", "more facts");
        found.push(fact(EvidenceKind::Explains, &format!("It explains {more}."), None, None));
    }
    found.extend(first(scene, entity, tally));
    for device in tally.mute.iter().take(AGAINST) {
        let text = format!("{} has no other way out: it could not be heard.", scene.name(*device));
        found.push(fact(EvidenceKind::Topology, &text, None, Some(*device)));
    }
    for unheard in tally.unheard.iter().take(AGAINST) {
        let text = format!(
            "{} should have said that it lost {}, and did not.",
            scene.name(unheard.device),
            scene.name(unheard.far)
        );
        found.push(fact(EvidenceKind::ExpectedUnheard, &text, None, Some(unheard.device)));
    }
    if tally.unheard.len() > AGAINST {
        let text = format!(
            "{} should have spoken, and did not.",
            count(tally.unheard.len() - AGAINST, "more device", "more devices")
        );
        found.push(fact(EvidenceKind::ExpectedUnheard, &text, None, None));
    }
    for heard in tally.unexplained.iter().take(AGAINST) {
        found.push(heard_fact(scene, *heard, EvidenceKind::Unexplained));
    }
    found
}

fn fact(kind: EvidenceKind, text: &str, alarm: Option<crate::model::AlarmId>, entity: Option<EntityIx>) -> Evidence {
    Evidence {
        kind,
        text: Name::cut(text, 240),
        alarm,
        entity,
    }
}

fn heard_fact(scene: &Scene<'_>, heard: Heard, kind: EvidenceKind) -> Evidence {
    match heard {
        Heard::Line(at) => {
            let line = &scene.lines[at];
            let (a, b) = (scene.name(line.ends.0), scene.name(line.ends.1));
            let who = match line.spoke {
                [true, true] => "both ends".to_owned(),
                [true, false] => a.to_owned(),
                [false, true] => b.to_owned(),
                [false, false] => "it is told".to_owned(),
            };
            let what = if line.down { "down" } else { "worse" };
            fact(
                kind,
                &format!("{a} – {b} is {what}, as {who} say{}.", if line.spoke == [true, true] { "" } else { "s" }),
                Some(line.alarm),
                line.link,
            )
        }
        Heard::Own(at) => {
            let own = &scene.own[at];
            fact(
                kind,
                &format!("{}: {}.", scene.name(own.entity), word(own.trouble)),
                Some(own.alarm),
                Some(own.entity),
            )
        }
        Heard::Gone(at) => {
            let gone = &scene.gone[at];
            let by = gone.by.first().map_or("Others", |by| scene.name(*by));
            let more = if gone.by.len() > 1 {
                format!(" and {}", count(gone.by.len() - 1, "other", "others"))
            } else {
                String::new()
            };
            fact(
                kind,
                &format!("{by}{more} lost {}.", scene.name(gone.device)),
                Some(gone.alarm),
                Some(gone.device),
            )
        }
    }
}

/// What came first, where the suspect explains it.
fn first(scene: &Scene<'_>, entity: EntityIx, tally: &Tally) -> Option<Evidence> {
    let alarm: &AlarmFacts<'_> = scene.question.alarms.iter().min_by_key(|alarm| (alarm.when(), alarm.ix))?;
    if scene.question.alarms.len() < 2 || tally.explained.is_empty() {
        return None;
    }
    let mine = alarm.anchor.device == entity || alarm.anchor.link == Some(entity) || alarm.anchor.entity == entity || alarm.anchor.peer == Some(entity);
    let text = format!("First was {} on {}.", alarm.alarm_type, scene.name(alarm.anchor.entity));
    mine.then(|| fact(EvidenceKind::Timing, &text, Some(alarm.id), Some(alarm.anchor.entity)))
}

/// From the suspect to the farthest symptom that it explains.
fn path(scene: &Scene<'_>, entity: EntityIx, tally: &Tally) -> Vec<EntityIx> {
    let mut goals: Vec<EntityIx> = Vec::new();
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
    let from = starts.map_or(vec![scene.question.topology.device_of(entity)], |(a, b)| vec![a, b]);
    let mut way = scene.question.wires.farthest(&from, &goals);
    if way.first() != Some(&entity) {
        way.insert(0, entity);
    }
    way
}
