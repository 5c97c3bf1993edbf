//! Which incident touches which entity: derived from incidents and alarms, so never kept, and the same however it came about.

use std::collections::BTreeSet;

use smallvec::{Array, SmallVec};

use super::store::Incidents;
use super::tie::{Claim, DOWN, Role, Tie, claims};
use crate::model::{AlarmFacts, AlarmIx, AlarmLookup, EntityIx, Incident, IncidentIx, IncidentStatus, Member, Severity, Symptom, Timestamp};

/// What correlation must know of one incident without walking through its alarms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Sorted by entity and role.
    ties: Vec<Tie>,
    /// Devices that are an end of every link that is down in it.
    common: Option<(EntityIx, EntityIx)>,
    standing: Standing,
}

/// How many of an incident's alarms stand, by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    active: [u32; 5],
    holding: u32,
    lasting: u32,
    all: [u32; 5],
}

/// What of an alarm its incident counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footing {
    /// Severity.
    pub severity: Severity,
    /// It is not cleared.
    pub stands: bool,
    /// A restart is over the moment it is told: it does not hold an incident open.
    pub lasts: bool,
}

impl Footing {
    /// Of an alarm.
    #[must_use]
    pub fn of(alarm: &AlarmFacts<'_>) -> Self {
        Self {
            severity: alarm.severity,
            stands: !alarm.cleared,
            lasts: alarm.symptom != Symptom::Restarted,
        }
    }
}

const fn rank(severity: Severity) -> usize {
    (severity.number() - 2) as usize
}

impl Standing {
    fn count(&mut self, alarm: Footing, add: bool) {
        let change = |n: &mut u32| *n = if add { *n + 1 } else { n.saturating_sub(1) };
        change(&mut self.all[rank(alarm.severity)]);
        if alarm.lasts {
            change(&mut self.lasting);
        }
        if alarm.stands {
            change(&mut self.active[rank(alarm.severity)]);
            if alarm.lasts {
                change(&mut self.holding);
            }
        }
    }

    /// Alarms that hold the incident open: those that stand, restarts left out where there is anything else.
    #[must_use]
    pub fn active(&self) -> u32 {
        if self.lasting > 0 { self.holding } else { self.active.iter().sum() }
    }

    /// The worst severity of those that stand, of all when none does.
    #[must_use]
    pub fn worst(&self) -> Severity {
        let worst = |counts: &[u32; 5]| Severity::ALL.into_iter().rev().find(|severity| counts[rank(*severity)] > 0);
        worst(&self.active).or_else(|| worst(&self.all)).unwrap_or(Severity::Indeterminate)
    }
}

impl Group {
    /// Every tie, by entity and role.
    pub fn ties(&self) -> impl Iterator<Item = &Tie> {
        self.ties.iter()
    }

    pub(super) fn tie(&self, entity: EntityIx, role: Role) -> Option<&Tie> {
        self.place(entity, role).ok().map(|at| &self.ties[at])
    }

    /// The entity that its first alarm was about.
    pub(super) fn began(&self) -> Option<EntityIx> {
        self.ties.iter().min_by_key(|tie| tie.first).map(|tie| tie.entity)
    }

    /// Counts of its alarms.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// The failure of `device` would explain every link that is down in it.
    pub(super) fn explained_by(&self, device: EntityIx) -> bool {
        self.common.is_none_or(|(a, b)| a == device || b == device)
    }

    /// One device explains every link that is down in it; `None` when none is down or there is no such device.
    pub(super) fn common(&self) -> Option<(EntityIx, EntityIx)> {
        self.common.filter(|(a, _)| *a != NOBODY)
    }

    fn place(&self, entity: EntityIx, role: Role) -> Result<usize, usize> {
        self.ties.binary_search_by(|tie| (tie.entity, tie.role).cmp(&(entity, role)))
    }

    fn claim(&mut self, claim: &Claim, at: Timestamp, active: bool) {
        match self.place(claim.entity, claim.role) {
            Ok(found) => {
                let tie = &mut self.ties[found];
                tie.flags |= claim.flags;
                tie.first = tie.first.min(at);
                tie.last = tie.last.max(at);
                tie.alarms += 1;
                tie.active += u32::from(active);
            }
            Err(place) => self.ties.insert(
                place,
                Tie {
                    entity: claim.entity,
                    role: claim.role,
                    flags: claim.flags,
                    ends: claim.ends,
                    first: at,
                    last: at,
                    alarms: 1,
                    active: u32::from(active),
                },
            ),
        }
    }

    /// Narrows the devices that explain every link down to the ends of one more.
    fn narrow(&mut self, ends: (EntityIx, EntityIx)) {
        self.common = Some(match self.common {
            None => ends,
            Some((a, b)) => {
                let keeps = |x: EntityIx| x != NOBODY && (x == ends.0 || x == ends.1);
                match (keeps(a), keeps(b)) {
                    (true, true) => (a, b),
                    (true, false) => (a, a),
                    (false, true) => (b, b),
                    (false, false) => (NOBODY, NOBODY),
                }
            }
        });
    }
}

/// Stands for "no device": the end of no link.
const NOBODY: EntityIx = EntityIx(u32::MAX);

/// A live incident at an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) ix: IncidentIx,
    /// When the newest of its alarms about the entity came in.
    pub(super) last: Timestamp,
}

/// The index over every incident of one tenant.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// Per entity slot, sorted: live incidents with a tie there.
    spots: Vec<SmallVec<[Spot; 1]>>,
    /// Per entity slot: not older than the newest of its spots, so that most entities need no second look.
    newest: Vec<Timestamp>,
    /// Per incident slot.
    groups: Vec<Option<Group>>,
    /// Per entity slot, sorted: lesser alarms about it that stand outside of incidents.
    loose: Vec<SmallVec<[AlarmIx; 4]>>,
    /// Incidents whose ties are to be gathered anew.
    stale: BTreeSet<IncidentIx>,
}

impl Index {
    /// What is known of an incident.
    #[must_use]
    pub fn group(&self, ix: IncidentIx) -> Option<&Group> {
        self.groups.get(ix.0 as usize).and_then(Option::as_ref)
    }

    /// Live incidents that touch an entity, in the order of slots.
    pub(super) fn at(&self, entity: EntityIx) -> &[Spot] {
        self.spots.get(entity.0 as usize).map_or(&[], SmallVec::as_slice)
    }

    /// The same, or none where no alarm of theirs about the entity came in since an instant.
    pub(super) fn at_since(&self, entity: EntityIx, since: Timestamp) -> &[Spot] {
        match self.newest.get(entity.0 as usize) {
            Some(newest) if *newest >= since => self.at(entity),
            _ => &[],
        }
    }

    /// Lesser alarms outside of incidents about an entity, in the order of slots.
    pub fn loose(&self, entity: EntityIx) -> impl Iterator<Item = AlarmIx> + '_ {
        self.loose.get(entity.0 as usize).into_iter().flatten().copied()
    }

    /// Reads what a new alarm about an entity will ask for, which is then near: a number that means nothing.
    #[must_use]
    pub fn touch(&self, entity: EntityIx) -> u64 {
        let slot = entity.0 as usize;
        let newest = self.newest.get(slot).map_or(0, |newest| newest.as_micros().unsigned_abs());
        let spot = self.at(entity).last().map_or(0, |spot| u64::from(spot.ix.0));
        let loose = self.loose.get(slot).and_then(|loose| loose.last()).map_or(0, |alarm| u64::from(alarm.0));
        newest.wrapping_add(spot).wrapping_add(loose)
    }

    /// An incident that says that this link is down now.
    pub(super) fn down(&self, link: EntityIx) -> Option<IncidentIx> {
        self.at(link).iter().map(|spot| spot.ix).find(|ix| {
            let tie = self.group(*ix).and_then(|group| group.tie(link, Role::Link));
            tie.is_some_and(|tie| tie.active > 0 && tie.has(DOWN))
        })
    }

    /// Some incident says that this link is down now.
    #[must_use]
    pub fn is_down(&self, link: EntityIx) -> bool {
        self.down(link).is_some()
    }

    /// A new incident without members.
    pub fn open(&mut self, ix: IncidentIx) {
        let slot = ix.0 as usize;
        if self.groups.len() <= slot {
            self.groups.resize(slot + 1, None);
        }
        self.groups[slot] = Some(Group::default());
    }

    /// An incident left memory.
    pub fn forget(&mut self, ix: IncidentIx) {
        self.unspot(ix);
        if let Some(group) = self.groups.get_mut(ix.0 as usize) {
            *group = None;
        }
        self.stale.remove(&ix);
    }

    /// An alarm joined an incident; `live`: see [`live`].
    pub fn join(&mut self, ix: IncidentIx, live: bool, member: &Member, alarm: &AlarmFacts<'_>) {
        let Some(group) = self.groups.get_mut(ix.0 as usize).and_then(Option::as_mut) else {
            return;
        };
        group.standing.count(Footing::of(alarm), true);
        if !live || self.stale.contains(&ix) {
            return;
        }
        let claims = claims(alarm.subject());
        tie_up(group, &claims, member.at, !alarm.cleared);
        for claim in claims.iter() {
            self.spot(claim.entity, ix, member.at);
        }
    }

    /// An alarm left an incident.
    pub fn leave(&mut self, ix: IncidentIx, alarm: Footing) {
        if let Some(group) = self.groups.get_mut(ix.0 as usize).and_then(Option::as_mut) {
            group.standing.count(alarm, false);
            self.stale.insert(ix);
        }
    }

    /// An incident opened again, closed, or changed in a way that its ties follow from anew.
    pub fn reconsider(&mut self, ix: IncidentIx) {
        if self.group(ix).is_some() {
            self.stale.insert(ix);
        }
    }

    /// An alarm of an incident was raised again, cleared, or changed in severity.
    pub fn follow(&mut self, ix: IncidentIx, alarm: &AlarmFacts<'_>, before: Footing) {
        let after = Footing::of(alarm);
        let Some(group) = self.groups.get_mut(ix.0 as usize).and_then(Option::as_mut) else {
            return;
        };
        group.standing.count(before, false);
        group.standing.count(after, true);
        if before.stands == after.stands || self.stale.contains(&ix) {
            return;
        }
        for claim in claims(alarm.subject()).iter() {
            if let Ok(place) = group.place(claim.entity, claim.role) {
                let active = &mut group.ties[place].active;
                *active = if after.stands { *active + 1 } else { active.saturating_sub(1) };
            }
        }
    }

    /// An alarm became, or ceased to be, one that stands outside of incidents.
    pub fn set_loose(&mut self, alarm: &AlarmFacts<'_>, loose: bool) {
        for claim in claims(alarm.subject()).iter() {
            let slot = claim.entity.0 as usize;
            if self.loose.len() <= slot {
                self.loose.resize_with(slot + 1, SmallVec::new);
            }
            match (self.loose[slot].binary_search(&alarm.ix), loose) {
                (Err(place), true) => self.loose[slot].insert(place, alarm.ix),
                (Ok(place), false) => {
                    self.loose[slot].remove(place);
                }
                _ => {}
            }
        }
    }

    /// Is to be refreshed before anything is decided by it.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        !self.stale.is_empty()
    }

    /// Gathers the ties of those incidents anew that asked for it.
    pub fn refresh<L: AlarmLookup>(&mut self, incidents: &Incidents, alarms: &L) {
        while let Some(ix) = self.stale.pop_first() {
            self.gather(ix, incidents.get(ix), alarms);
        }
    }

    fn gather<L: AlarmLookup>(&mut self, ix: IncidentIx, incident: Option<&Incident>, alarms: &L) {
        self.unspot(ix);
        let Some(group) = self.groups.get_mut(ix.0 as usize).and_then(Option::as_mut) else {
            return;
        };
        group.ties.clear();
        group.common = None;
        let Some(incident) = incident.filter(|incident| live(incident)) else { return };
        for member in &incident.members {
            if let Some(alarm) = alarms.facts(member.alarm) {
                tie_up(group, &claims(alarm.subject()), member.at, !alarm.cleared);
            }
        }
        let places: Vec<(EntityIx, Timestamp)> = group.ties.iter().map(|tie| (tie.entity, tie.last)).collect();
        for (entity, last) in places {
            self.spot(entity, ix, last);
        }
    }

    fn spot(&mut self, entity: EntityIx, ix: IncidentIx, at: Timestamp) {
        let slot = entity.0 as usize;
        if self.spots.len() <= slot {
            self.spots.resize_with(slot + 1, SmallVec::new);
            self.newest.resize(slot + 1, Timestamp::EPOCH);
        }
        self.newest[slot] = self.newest[slot].max(at);
        let spots = &mut self.spots[slot];
        match spots.binary_search_by_key(&ix, |spot| spot.ix) {
            Ok(place) => spots[place].last = spots[place].last.max(at),
            Err(place) => spots.insert(place, Spot { ix, last: at }),
        }
    }

    fn unspot(&mut self, ix: IncidentIx) {
        let Some(group) = self.groups.get(ix.0 as usize).and_then(Option::as_ref) else {
            return;
        };
        for tie in &group.ties {
            if let Some(spot) = self.spots.get_mut(tie.entity.0 as usize)
                && let Ok(place) = spot.binary_search_by_key(&ix, |spot| spot.ix)
            {
                spot.remove(place);
            }
        }
    }

    /// The index of incidents and alarms that were kept.
    #[must_use]
    pub fn build<'a, L: AlarmLookup>(incidents: &Incidents, alarms: &L, every: impl Iterator<Item = AlarmFacts<'a>>) -> Self {
        let mut index = Self::default();
        for (ix, incident) in incidents.iter() {
            index.open(ix);
            let Some(group) = index.groups.get_mut(ix.0 as usize).and_then(Option::as_mut) else {
                continue;
            };
            for alarm in incident.members.iter().filter_map(|member| alarms.facts(member.alarm)) {
                group.standing.count(Footing::of(&alarm), true);
            }
            index.gather(ix, Some(incident), alarms);
        }
        for alarm in every.filter(is_loose) {
            index.set_loose(&alarm, true);
        }
        index
    }

    /// Says the same as another one, once both are refreshed.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        let groups = |index: &'_ Self| {
            index
                .groups
                .iter()
                .enumerate()
                .filter_map(|(ix, group)| group.clone().map(|group| (ix, group)))
                .collect::<Vec<_>>()
        };
        groups(self) == groups(other) && same_lists(&self.spots, &other.spots) && same_lists(&self.loose, &other.loose) && self.stale == other.stale
    }
}

/// The same lists by slot, empty ones at the end left out.
fn same_lists<A: Array<Item: PartialEq>>(one: &[SmallVec<A>], other: &[SmallVec<A>]) -> bool {
    let longest = one.len().max(other.len());
    (0..longest).all(|slot| one.get(slot).map_or(&[][..], SmallVec::as_slice) == other.get(slot).map_or(&[][..], SmallVec::as_slice))
}

/// New alarms may join it: not closed, and not opened by hand.
#[must_use]
pub fn live(incident: &Incident) -> bool {
    incident.status != IncidentStatus::Closed && !incident.by_hand
}

/// Stands outside of incidents because it is a lesser one, and may join one later.
#[must_use]
pub fn is_loose(alarm: &AlarmFacts<'_>) -> bool {
    alarm.incident.is_none() && !alarm.cleared && alarm.severity < Severity::Major && alarm.symptom != Symptom::Administrative
}

fn tie_up(group: &mut Group, claims: &super::tie::Claims, at: Timestamp, active: bool) {
    let mut ends = None;
    for claim in claims.iter() {
        group.claim(claim, at, active);
        if claim.has_down() {
            ends = match (claim.role, ends) {
                (Role::Link, _) => Some(claim.ends),
                (_, None) => Some((claim.entity, claim.entity)),
                (Role::End, Some((a, b))) if a == b => Some((a.min(claim.entity), a.max(claim.entity))),
                (_, some) => some,
            };
        }
    }
    if let Some(ends) = ends {
        group.narrow(ends);
    }
}
