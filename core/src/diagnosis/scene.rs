//! What the alarms of an incident say, put together by what they are about.

use std::cell::RefCell;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::Question;
use super::hands::{Hands, hands};
use super::line::{Line, earlier};
use crate::model::{AlarmFacts, AlarmId, EntityIx, SourceKind, Span, Subject, Symptom, Timestamp, Trouble};
use crate::topology::Linked;

/// Trouble of one kind that an entity has by itself.
#[derive(Clone, Debug)]
pub(super) struct Own {
    pub(super) entity: EntityIx,
    pub(super) device: EntityIx,
    pub(super) trouble: Trouble,
    pub(super) first: Timestamp,
    pub(super) alarm: AlarmId,
    pub(super) alarms: u32,
}

/// A device that others cannot reach.
#[derive(Clone, Debug)]
pub(super) struct Gone {
    pub(super) device: EntityIx,
    pub(super) by: Vec<EntityIx>,
    pub(super) first: Timestamp,
    pub(super) alarm: AlarmId,
    pub(super) alarms: u32,
}

/// An entity that may be the cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Suspect {
    pub(super) entity: EntityIx,
    pub(super) kind: Kind,
}

/// What the failure of a suspect is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A link.
    Link,
    /// A device.
    Device,
    /// A card, port, cell or other part that alarms are on.
    Part,
    /// A site: its power, its climate.
    Site,
    /// Something that others depend on.
    Support,
}

/// So many suspects are weighed.
const SUSPECTS: usize = 48;
/// So many ways of a lost device are looked at.
const WAYS: usize = 4;
/// So many levels of support are looked at.
const LEVELS: usize = 3;

/// Everything that is weighed.
pub(super) struct Scene<'a> {
    pub(super) question: &'a Question<'a>,
    pub(super) lines: Vec<Line>,
    pub(super) own: Vec<Own>,
    pub(super) gone: Vec<Gone>,
    pub(super) first: Timestamp,
    /// A device by which one tells whether another could speak.
    beacons: Vec<EntityIx>,
    /// What devices told of people on them.
    pub(super) hands: Vec<Hands>,
    cuts: RefCell<FxHashMap<(EntityIx, EntityIx), bool>>,
}

impl<'a> Scene<'a> {
    pub(super) fn of(question: &'a Question<'a>) -> Self {
        let mut gather = Gather::default();
        for alarm in question.alarms {
            gather.take(question, alarm);
        }
        let first = question.alarms.iter().map(AlarmFacts::when).min().unwrap_or_default();
        let mut scene = Self {
            question,
            lines: gather.lines(),
            own: gather.own.into_values().collect(),
            gone: gather.gone.into_values().collect(),
            first,
            beacons: Vec::new(),
            hands: Vec::new(),
            cuts: RefCell::default(),
        };
        scene.hands = hands(&scene);
        scene.beacons = scene.beacons();
        scene
    }

    /// What a device told of people on it.
    pub(super) fn hands_of(&self, device: EntityIx) -> Option<&Hands> {
        self.hands.iter().find(|hands| hands.device == device)
    }

    /// Devices that are surely in touch: those that told of somebody lost, else those that told anything.
    fn beacons(&self) -> Vec<EntityIx> {
        let mut found: Vec<EntityIx> = self.gone.iter().flat_map(|gone| gone.by.iter().copied()).collect();
        found.truncate(2);
        if found.is_empty() {
            let told = self
                .lines
                .iter()
                .flat_map(|line| [line.ends.0, line.ends.1].into_iter().filter(|end| line.spoke(*end)));
            let mut told: Vec<EntityIx> = told.take(64).collect();
            told.sort_unstable_by_key(|device| (std::cmp::Reverse(self.question.wires.from(*device).len()), *device));
            told.dedup();
            found.extend(told.into_iter().take(3));
        }
        found
    }

    /// A line that is told to be down, or that `suspect` takes down.
    fn blocked(&self, way: &Linked, suspect: EntityIx) -> bool {
        way.other == suspect
            || way.link == Some(suspect)
            || way
                .link
                .is_some_and(|link| self.lines.iter().any(|line| line.down && line.link == Some(link)) || (self.question.down)(link))
    }

    /// Were `suspect` the cause, `device` could not be heard.
    pub(super) fn mute(&self, device: EntityIx, suspect: EntityIx) -> bool {
        if device == suspect {
            return true;
        }
        if let Some(known) = self.cuts.borrow().get(&(device, suspect)) {
            return *known;
        }
        let beacons = self.beacons.iter().filter(|beacon| **beacon != suspect && **beacon != device);
        let (mut asked, mut apart) = (0, 0);
        for beacon in beacons {
            asked += 1;
            apart += u32::from(self.severed(device, *beacon, suspect));
        }
        let mute = asked > 0 && apart == asked;
        self.cuts.borrow_mut().insert((device, suspect), mute);
        mute
    }

    /// Were `suspect` the cause, there would be no way between these.
    pub(super) fn severed(&self, a: EntityIx, b: EntityIx, suspect: EntityIx) -> bool {
        a == suspect || b == suspect || self.question.wires.severed(a, b, |way| self.blocked(way, suspect)).is_some()
    }

    /// How long ago the first alarm came.
    pub(super) fn age(&self) -> Span {
        self.question.now.since(self.first)
    }

    /// Who may be the cause, each once: links, ends, what has trouble or is lost, and what they hang on.
    pub(super) fn suspects(&self) -> Vec<Suspect> {
        let mut votes: BTreeMap<Suspect, u32> = BTreeMap::new();
        let mut vote = |entity: EntityIx, kind: Kind, n: u32| *votes.entry(Suspect { entity, kind }).or_default() += n;
        for line in &self.lines {
            if let Some(link) = line.link {
                vote(link, Kind::Link, 2);
            }
            vote(line.ends.0, Kind::Device, 2);
            vote(line.ends.1, Kind::Device, 2);
        }
        for own in &self.own {
            vote(own.device, Kind::Device, 2);
            if own.entity != own.device && self.question.topology.device_of(own.entity) == own.device {
                vote(own.entity, Kind::Part, 2);
            }
            if matches!(own.trouble, Trouble::Service | Trouble::Dark | Trouble::Other) {
                for up in self.above(own.entity) {
                    vote(up, Kind::Support, 1);
                }
            }
        }
        for gone in &self.gone {
            vote(gone.device, Kind::Device, 1);
            for link in self.only_ways(gone) {
                vote(link, Kind::Link, 1);
            }
        }
        let sites: Vec<EntityIx> = votes
            .keys()
            .filter(|suspect| matches!(suspect.kind, Kind::Device))
            .filter_map(|suspect| self.question.topology.site_of(suspect.entity))
            .collect();
        for site in sites {
            *votes
                .entry(Suspect {
                    entity: site,
                    kind: Kind::Site,
                })
                .or_default() += 1;
        }
        self.only_once(votes)
    }

    /// Links at a lost device without any one of which it would be lost: nobody may have told of the one that is down. None where what
    /// is told to be down is enough.
    fn only_ways(&self, gone: &Gone) -> impl Iterator<Item = EntityIx> {
        let nobody = EntityIx(u32::MAX);
        let open = gone.by.iter().any(|by| !self.severed(gone.device, *by, nobody));
        let links = self.question.wires.from(gone.device).iter().take(WAYS).filter_map(|way| way.link);
        links.filter(move |link| open && gone.by.iter().all(|by| self.severed(gone.device, *by, *link)))
    }

    /// One kind for an entity, the best-voted suspects, those that an operator marked always.
    fn only_once(&self, votes: BTreeMap<Suspect, u32>) -> Vec<Suspect> {
        let mut taken: BTreeMap<EntityIx, (Kind, u32)> = BTreeMap::new();
        for (suspect, n) in votes {
            let known = taken.entry(suspect.entity).or_insert((suspect.kind, 0));
            known.1 += n;
        }
        taken.retain(|entity, (kind, n)| *kind != Kind::Site || *n >= 2 || self.own.iter().any(|own| own.entity == *entity));
        if let Some(marked) = self.question.marked {
            let nature = self.question.topology.nature(marked);
            let kind = match (nature.link(), nature.place()) {
                (true, _) => Kind::Link,
                (false, true) => Kind::Site,
                (false, false) => Kind::Device,
            };
            taken.entry(marked).or_insert((kind, u32::MAX)).1 = u32::MAX;
        }
        let mut found: Vec<(u32, Suspect)> = taken.into_iter().map(|(entity, (kind, n))| (n, Suspect { entity, kind })).collect();
        found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        found.truncate(SUSPECTS);
        found.into_iter().map(|(_, suspect)| suspect).collect()
    }

    /// What an entity needs: what holds, feeds, carries or serves it, the nearest first.
    pub(super) fn above(&self, entity: EntityIx) -> Vec<EntityIx> {
        let topology = self.question.topology;
        let mut found = vec![entity];
        let mut from = 0;
        for _ in 0..LEVELS {
            let upto = found.len();
            for at in from..upto {
                let here = found[at];
                let needs = topology.neighbours(here).iter().filter(|n| {
                    let mut turned = **n;
                    turned.out = !n.out;
                    turned.falls_with_me()
                });
                let parent = topology.entity(here).and_then(|entity| entity.parent);
                for up in needs.map(|n| n.other).chain(parent) {
                    if found.len() < SUSPECTS && !found.contains(&up) {
                        found.push(up);
                    }
                }
            }
            from = upto;
        }
        found.remove(0);
        found
    }

    /// An entity needs another one to work.
    pub(super) fn hangs_on(&self, entity: EntityIx, other: EntityIx) -> bool {
        entity != other && self.above(entity).contains(&other)
    }

    /// The name of an entity.
    pub(super) fn name(&self, entity: EntityIx) -> &'a str {
        self.question.topology.entity(entity).map_or("?", |entity| entity.name.as_str())
    }
}

#[derive(Default)]
struct Gather {
    lines: BTreeMap<(Option<EntityIx>, EntityIx, EntityIx), Line>,
    own: BTreeMap<(EntityIx, Trouble), Own>,
    gone: BTreeMap<EntityIx, Gone>,
}

impl Gather {
    /// The lines; the way between two neighbours is the link between them where alarms name only one.
    fn lines(&mut self) -> Vec<Line> {
        let mut lines = std::mem::take(&mut self.lines);
        let vague: Vec<_> = lines.keys().filter(|(link, _, _)| link.is_none()).copied().collect();
        for key in vague {
            let (_, a, b) = key;
            let mut same = lines.values_mut().filter(|line| line.link.is_some() && line.ends == (a, b));
            let (first, second) = (same.next().map(|line| line.link), same.next());
            if let (Some(link), None) = (first, second)
                && let Some(vague) = lines.remove(&key)
                && let Some(line) = lines.get_mut(&(link, a, b))
            {
                line.join(&vague);
            }
        }
        lines.into_values().collect()
    }

    fn take(&mut self, question: &Question<'_>, alarm: &AlarmFacts<'_>) {
        let at = alarm.when().min(alarm.raised_at.max(alarm.when()));
        match alarm.subject() {
            Subject::Line { link, near, far, told } => self.line(alarm, at, link, (near, far.unwrap_or(near)), !told, true),
            Subject::Worse { link, near } => {
                let far = question.topology.ends(link).map_or(near, |(a, b)| if a == near { b } else { a });
                self.line(alarm, at, Some(link), (near, far), alarm.anchor.entity != link, false);
            }
            Subject::Gone { near, lost } => {
                let gone = self.gone.entry(lost).or_insert(Gone {
                    device: lost,
                    by: Vec::new(),
                    first: at,
                    alarm: alarm.id,
                    alarms: 0,
                });
                if near != lost && !gone.by.contains(&near) {
                    gone.by.push(near);
                }
                gone.first = gone.first.min(at);
                gone.alarms += 1;
            }
            Subject::Own { entity, device, trouble } => {
                let own = self.own.entry((entity, trouble)).or_insert(Own {
                    entity,
                    device,
                    trouble,
                    first: at,
                    alarm: alarm.id,
                    alarms: 0,
                });
                own.first = own.first.min(at);
                own.alarms += 1;
            }
            Subject::Nothing => {}
        }
    }

    fn line(&mut self, alarm: &AlarmFacts<'_>, at: Timestamp, link: Option<EntityIx>, ends: (EntityIx, EntityIx), spoke: bool, down: bool) {
        let (near, far) = ends;
        let ends = if near <= far { (near, far) } else { (far, near) };
        let line = self.lines.entry((link, ends.0, ends.1)).or_insert(Line {
            link,
            ends,
            spoke: [false; 2],
            shut: [false; 2],
            port: [false; 2],
            trapped: [false; 2],
            light: [false; 2],
            down: false,
            worse: false,
            first: at,
            worse_at: None,
            port_at: [None; 2],
            back: true,
            by_port: false,
            up_at: None,
            alarm: alarm.id,
            alarms: 0,
            raises: 0,
        });
        if spoke {
            let end = usize::from(near != ends.0);
            line.spoke[end] = true;
            let port = alarm.symptom == Symptom::InterfaceDown;
            line.port[end] |= port;
            line.trapped[end] |= port && alarm.source == SourceKind::Snmp;
            line.port_at[end] = earlier(line.port_at[end], port.then_some(at));
            line.light[end] |= !down || alarm.symptom == Symptom::SignalLost;
            line.shut[end] |= alarm.shut;
        }
        if down {
            if !line.down || alarm.symptom == Symptom::SignalLost {
                line.alarm = alarm.id;
            }
            line.first = if line.down { line.first.min(at) } else { at };
            line.down = true;
        } else {
            line.worse = true;
            line.worse_at = Some(line.worse_at.map_or(at, |known| known.min(at)));
        }
        match (down && alarm.symptom == Symptom::InterfaceDown, line.by_port) {
            // Where ports tell, they tell when it is back: a neighbour may be lost longer.
            (true, false) => (line.by_port, line.back) = (true, alarm.cleared),
            (false, true) => {}
            _ => line.back &= alarm.cleared,
        }
        line.up_at = earlier(line.up_at, (down && alarm.cleared).then_some(alarm.changed_at));
        line.alarms += 1;
        line.raises = line.raises.saturating_add(alarm.count);
    }
}
