//! What the alarms of an incident say, put together by what they are about.

use std::cell::RefCell;
use std::fmt::Write;

use rustc_hash::FxHashMap;

use super::Question;
use super::hands::{Hands, hands};
use super::line::{Line, earlier};
use crate::model::{AlarmFacts, AlarmId, EntityIx, Name, SourceKind, Span, Subject, Symptom, Timestamp, Trouble};
use crate::topology::{Linked, Needs};

/// Trouble of one kind that an entity has by itself.
#[derive(Clone, Debug)]
pub(super) struct Own {
    pub(super) entity: EntityIx,
    pub(super) device: EntityIx,
    pub(super) trouble: Trouble,
    pub(super) first: Timestamp,
    pub(super) alarm: AlarmId,
    pub(super) alarms: u32,
    /// What its trouble may come from: what the entity needs to work, where its trouble is of such a kind.
    pub(super) needs: Needs,
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
/// Longest sentence, bytes.
const SENTENCE: usize = 600;

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
    words: RefCell<String>,
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
            own: gather.own,
            gone: gather.gone,
            first,
            beacons: Vec::new(),
            hands: Vec::new(),
            cuts: RefCell::default(),
            words: RefCell::default(),
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
        if self.beacons.is_empty() {
            return false;
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
        let mut votes: Vec<(Suspect, u32)> = Vec::with_capacity(3 * self.lines.len() + 4 * self.own.len() + 4 * self.gone.len());
        let mut vote = |entity: EntityIx, kind: Kind, n: u32| votes.push((Suspect { entity, kind }, n));
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
            for up in &own.needs {
                vote(*up, Kind::Support, 1);
            }
        }
        for gone in &self.gone {
            vote(gone.device, Kind::Device, 1);
            for link in self.only_ways(gone) {
                vote(link, Kind::Link, 1);
            }
        }
        counted(&mut votes, |one, other| one == other);
        let devices = votes.iter().filter(|(suspect, _)| matches!(suspect.kind, Kind::Device));
        let sites = devices.filter_map(|(suspect, _)| self.question.topology.site_of(suspect.entity));
        let site = |entity: EntityIx| (Suspect { entity, kind: Kind::Site }, 1);
        let sites: Vec<(Suspect, u32)> = sites.map(site).collect();
        votes.extend(sites);
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
    fn only_once(&self, mut votes: Vec<(Suspect, u32)>) -> Vec<Suspect> {
        counted(&mut votes, |one, other| one.entity == other.entity);
        votes.retain(|(Suspect { entity, kind }, n)| *kind != Kind::Site || *n >= 2 || self.own.iter().any(|own| own.entity == *entity));
        if let Some(marked) = self.question.marked {
            match votes.iter_mut().find(|(suspect, _)| suspect.entity == marked) {
                Some((_, n)) => *n = u32::MAX,
                None => votes.push((self.marked(marked), u32::MAX)),
            }
        }
        votes.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        votes.truncate(SUSPECTS);
        votes.into_iter().map(|(suspect, _)| suspect).collect()
    }

    /// What an operator marked, as a suspect.
    fn marked(&self, entity: EntityIx) -> Suspect {
        let nature = self.question.topology.nature(entity);
        let kind = match (nature.link(), nature.place()) {
            (true, _) => Kind::Link,
            (false, true) => Kind::Site,
            (false, false) => Kind::Device,
        };
        Suspect { entity, kind }
    }

    /// An entity needs another one to work.
    pub(super) fn hangs_on(&self, entity: EntityIx, other: EntityIx) -> bool {
        entity != other && self.question.topology.above(entity, SUSPECTS - 1).contains(&other)
    }

    /// A sentence, at most [`SENTENCE`] bytes of it.
    pub(super) fn say(&self, words: std::fmt::Arguments<'_>) -> Name {
        let mut said = self.words.borrow_mut();
        said.clear();
        // Writing to a string cannot fail.
        let _ = said.write_fmt(words);
        Name::cut(&said, SENTENCE)
    }

    /// The name of an entity.
    pub(super) fn name(&self, entity: EntityIx) -> &'a str {
        self.question.topology.entity(entity).map_or("?", |entity| entity.name.as_str())
    }
}

/// Adds up the votes of those that are `alike`, the first of which stays.
fn counted(votes: &mut Vec<(Suspect, u32)>, alike: impl Fn(&Suspect, &Suspect) -> bool) {
    votes.sort_unstable_by_key(|(suspect, _)| *suspect);
    votes.dedup_by(|other, first| {
        let same = alike(&first.0, &other.0);
        first.1 += if same { other.1 } else { 0 };
        same
    });
}

/// What alarms say, each list sorted by what it is about.
#[derive(Default)]
struct Gather {
    lines: Vec<Line>,
    own: Vec<Own>,
    gone: Vec<Gone>,
}

/// The item of a key in a list that is sorted by it, made where there is none yet.
fn entry<'a, T, K: Ord>(list: &'a mut Vec<T>, key: &K, key_of: impl Fn(&T) -> K, new: impl FnOnce() -> T) -> &'a mut T {
    let place = match list.binary_search_by(|item| key_of(item).cmp(key)) {
        Ok(place) => place,
        Err(place) => {
            list.insert(place, new());
            place
        }
    };
    &mut list[place]
}

impl Gather {
    /// The lines; the way between two neighbours is the link between them where alarms name only one.
    fn lines(&mut self) -> Vec<Line> {
        let lines = std::mem::take(&mut self.lines);
        // Those of no known link come first.
        let (vague, mut known): (Vec<Line>, Vec<Line>) = lines.into_iter().partition(|line| line.link.is_none());
        let mut left = Vec::new();
        for line in vague {
            let mut same = known.iter_mut().filter(|other| other.ends == line.ends);
            match (same.next(), same.next()) {
                (Some(only), None) => only.join(&line),
                _ => left.push(line),
            }
        }
        left.append(&mut known);
        left
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
                let new = || Gone {
                    device: lost,
                    by: Vec::new(),
                    first: at,
                    alarm: alarm.id,
                    alarms: 0,
                };
                let gone = entry(&mut self.gone, &lost, |gone| gone.device, new);
                if near != lost && !gone.by.contains(&near) {
                    gone.by.push(near);
                }
                gone.first = gone.first.min(at);
                gone.alarms += 1;
            }
            Subject::Own { entity, device, trouble } => {
                let new = || Own {
                    entity,
                    device,
                    trouble,
                    first: at,
                    alarm: alarm.id,
                    alarms: 0,
                    needs: match trouble {
                        Trouble::Service | Trouble::Dark | Trouble::Other => question.topology.above(entity, SUSPECTS - 1),
                        _ => Needs::new(),
                    },
                };
                let own = entry(&mut self.own, &(entity, trouble), |own| (own.entity, own.trouble), new);
                own.first = own.first.min(at);
                own.alarms += 1;
            }
            Subject::Nothing => {}
        }
    }

    fn line(&mut self, alarm: &AlarmFacts<'_>, at: Timestamp, link: Option<EntityIx>, ends: (EntityIx, EntityIx), spoke: bool, down: bool) {
        let (near, far) = ends;
        let ends = if near <= far { (near, far) } else { (far, near) };
        let new = || Line {
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
        };
        let line = entry(&mut self.lines, &(link, ends), |line| (line.link, line.ends), new);
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
