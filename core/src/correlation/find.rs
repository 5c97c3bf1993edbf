//! Which incident an alarm belongs to, and what ties it there.

use super::index::{Group, live};
use super::place::View;
use super::tie::{DARK, ENVIRONMENT, HARD, LOAD, NAMED, OTHER, PORT, POWER, RESTART, Role, SERVICE, SPOKE, Tie, flags};
use crate::model::{AlarmFacts, AlarmLookup, EntityIx, IncidentIx, Link, LinkReason, Subject, Timestamp};

/// One failure's symptoms at its neighbours come within this time: dead timers run 40 s, and more for a late message.
const NEAR: i64 = 60 * SECOND;
/// Sessions over several hops are held up to three minutes.
const HOLD: i64 = 400 * SECOND;
/// A device that comes back says so within this time of its links.
const BACK: i64 = 240 * SECOND;
const SECOND: i64 = 1_000_000;
/// So many devices of one site, and dependants of one element, are looked at.
const MANY: usize = 64;

/// Where an alarm belongs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Home {
    /// The incident and what ties the alarm to it.
    pub(super) found: Option<(IncidentIx, Link)>,
    /// Incidents that the alarm shows to be the same as that one.
    pub(super) same: Vec<IncidentIx>,
}

/// A tie that is close enough.
#[derive(Clone, Copy)]
struct Match {
    ix: IncidentIx,
    open: bool,
    gap: i64,
    last: Timestamp,
}

/// Looks for the incident that explains `alarm`, the firmest tie first.
pub(super) fn home<L: AlarmLookup>(view: &View<'_, L>, alarm: &AlarmFacts<'_>) -> Home {
    let at = alarm.when();
    match alarm.subject() {
        Subject::Line { link, near, far, .. } => line(view, at, link, near, far),
        Subject::Worse { link, .. } => one(same_link(view, at, link), LinkReason::SameLink, Some(link)),
        Subject::Gone { near, lost } => gone(view, at, near, lost, alarm.anchor.link),
        Subject::Own { entity, device, trouble: kind } => trouble(view, at, entity, device, flags(kind)),
        Subject::Nothing => Home::default(),
    }
}

fn one(found: Option<Match>, reason: LinkReason, through: Option<EntityIx>) -> Home {
    Home {
        found: found.map(|found| (found.ix, tied(reason, through))),
        same: Vec::new(),
    }
}

fn tied(reason: LinkReason, through: Option<EntityIx>) -> Link {
    Link { reason, through, alarm: None }
}

/// The best of several matches: open ones first, then the nearest in time, then the newest.
fn best(matches: impl Iterator<Item = Match>) -> Option<Match> {
    matches.min_by_key(|found| (!found.open, found.gap, std::cmp::Reverse((found.last, found.ix))))
}

/// Matches at an entity: `fits` gives the longest gap that a tie allows, `None` for a tie that means nothing here.
fn matches<'a, L: AlarmLookup>(
    view: &'a View<'_, L>,
    at: Timestamp,
    entity: EntityIx,
    role: Role,
    fits: impl Fn(&Group, &Tie) -> Option<i64> + 'a,
) -> impl Iterator<Item = Match> + 'a {
    view.index.at(entity).iter().filter_map(move |ix| {
        let group = view.index.group(*ix)?;
        let tie = group.tie(entity, role)?;
        let most = fits(group, tie)?;
        let gap = tie.gap(at);
        let incident = view.incidents.get(*ix)?;
        let room = incident.members.len() < view.policy.max_alarms as usize;
        (gap <= most.min(view.window()) && room && live(incident)).then_some(Match {
            ix: *ix,
            open: incident.status.open(),
            gap,
            last: tie.last,
        })
    })
}

fn same_link<L: AlarmLookup>(view: &View<'_, L>, at: Timestamp, link: EntityIx) -> Option<Match> {
    best(matches(view, at, link, Role::Link, |_, _| Some(i64::MAX)))
}

/// A link, or the way to a neighbour, is down.
fn line<L: AlarmLookup>(view: &View<'_, L>, at: Timestamp, link: Option<EntityIx>, near: EntityIx, far: Option<EntityIx>) -> Home {
    let same = match (link, far) {
        (Some(link), _) => same_link(view, at, link),
        (None, Some(far)) => best(matches(view, at, far, Role::End, |group, _| group.tie(near, Role::End).map(|_| i64::MAX))),
        (None, None) => None,
    };
    if same.is_some() {
        return one(same, LinkReason::SameLink, link);
    }
    let mut around: Vec<(Match, EntityIx)> = Vec::new();
    for (device, is_far) in far.map(|far| (far, true)).into_iter().chain([(near, false)]) {
        around.extend(beside(view, at, device, is_far).map(|found| (found, device)));
    }
    let Some((_, device)) = around.iter().min_by_key(|(found, _)| (!found.open, found.gap, found.ix)).copied() else {
        return far.map_or_else(Home::default, |far| site(view, at, far, POWER, view.window()));
    };
    several(around.into_iter().filter(|(_, at)| *at == device).map(|(found, _)| found), device)
}

/// Incidents in which `device` is the suspect, near enough that the loss of one more of its links belongs there.
fn beside<'a, L: AlarmLookup>(view: &'a View<'_, L>, at: Timestamp, device: EntityIx, is_far: bool) -> impl Iterator<Item = Match> + 'a {
    let ends = matches(view, at, device, Role::End, move |group, _| group.explained_by(device).then_some(NEAR));
    let own = matches(view, at, device, Role::Direct, move |group, tie| {
        if !group.explained_by(device) {
            None
        } else if is_far && tie.has(HARD | POWER | ENVIRONMENT | RESTART) {
            Some(i64::MAX)
        } else if tie.has(HARD) {
            Some(3 * NEAR)
        } else {
            tie.has(PORT | POWER).then_some(NEAR / 3)
        }
    });
    let lost = matches(view, at, device, Role::Lost, move |group, _| {
        (is_far && group.explained_by(device)).then_some(HOLD)
    });
    ends.chain(own).chain(lost)
}

/// The best of several incidents that one entity explains; the others are the same.
fn several(matches: impl Iterator<Item = Match>, through: EntityIx) -> Home {
    let matches: Vec<Match> = matches.collect();
    let Some(found) = best(matches.iter().copied()) else { return Home::default() };
    let mut same: Vec<IncidentIx> = matches.iter().map(|other| other.ix).filter(|ix| *ix != found.ix).collect();
    same.sort_unstable();
    same.dedup();
    Home {
        found: Some((found.ix, tied(LinkReason::SameNeighbour, Some(through)))),
        same,
    }
}

/// Somebody lost a peer.
fn gone<L: AlarmLookup>(view: &View<'_, L>, at: Timestamp, near: EntityIx, lost: EntityIx, link: Option<EntityIx>) -> Home {
    let suspects = suspected(view, at, lost, HOLD);
    if !suspects.is_empty() {
        return several(suspects.into_iter(), lost);
    }
    let between = view
        .wires
        .severed(near, lost, |way| way.link.is_some_and(|link| view.index.down(link).is_some()));
    let mut cuts = between.iter().flatten().filter_map(|way| {
        let link = way.link?;
        Some((same_link(view, at, link)?, link))
    });
    let newest = cuts.by_ref().max_by_key(|(found, _)| (found.last, std::cmp::Reverse(found.ix)));
    if let Some((found, link)) = newest {
        return one(Some(found), LinkReason::PathLost, Some(link));
    }
    let direct = link.and_then(|link| best(matches(view, at, link, Role::Link, |_, _| Some(HOLD))));
    one(direct, LinkReason::SameLink, link)
}

/// Incidents in which `device` is lost, powerless, or the end of everything that is down.
fn suspected<L: AlarmLookup>(view: &View<'_, L>, at: Timestamp, device: EntityIx, hold: i64) -> Vec<Match> {
    let lost = matches(view, at, device, Role::Lost, move |group, _| group.explained_by(device).then_some(hold));
    let ends = matches(view, at, device, Role::End, move |group, _| group.explained_by(device).then_some(hold));
    let own = matches(view, at, device, Role::Direct, move |group, tie| {
        (group.explained_by(device) && tie.has(HARD | POWER | DARK | RESTART)).then_some(i64::MAX)
    });
    lost.chain(ends).chain(own).collect()
}

/// The entity itself has trouble.
fn trouble<L: AlarmLookup>(view: &View<'_, L>, at: Timestamp, entity: EntityIx, device: EntityIx, flags: u16) -> Home {
    let own = best(
        matches(view, at, entity, Role::Direct, |_, tie| together(flags, tie.flags))
            .chain(matches(view, at, device, Role::Direct, |_, tie| together(flags, tie.flags))),
    );
    if own.is_some() && flags & RESTART == 0 {
        return one(own, LinkReason::SameEntity, Some(entity));
    }
    let most = match flags {
        _ if flags & RESTART != 0 => i64::MAX,
        _ if flags & DARK != 0 => HOLD,
        _ if flags & HARD != 0 => 2 * NEAR,
        _ if flags & (PORT | POWER) != 0 => NEAR / 3,
        _ => 0,
    };
    let restart = flags & RESTART != 0;
    let ends = matches(view, at, device, Role::End, move |group, tie| {
        let fits = group.explained_by(device) && (!restart || came_back(group, tie, at));
        fits.then_some(most)
    });
    let lost = matches(view, at, device, Role::Lost, move |group, tie| {
        (group.explained_by(device) && flags & (HARD | POWER | RESTART) != 0 && (!restart || came_back(group, tie, at))).then_some(most)
    });
    let mut found: Vec<Match> = ends.chain(lost).collect();
    if !found.is_empty() {
        found.extend(own);
        return several(found.into_iter(), device);
    }
    if own.is_some() {
        return one(own, LinkReason::SameEntity, Some(entity));
    }
    let near = match flags {
        _ if flags & (POWER | ENVIRONMENT) != 0 => site(view, at, device, flags & (POWER | ENVIRONMENT), HOLD),
        _ => Home::default(),
    };
    if near.found.is_some() { near } else { family(view, at, entity, flags) }
}

/// A restart belongs where the device's links are still down, or came back a moment ago.
fn came_back(group: &Group, tie: &Tie, at: Timestamp) -> bool {
    tie.active > 0 || tie.gap(at) <= BACK || group.standing().active() == 0 && tie.gap(at) <= BACK
}

/// For how long two troubles of one entity hang together.
fn together(new: u16, old: u16) -> Option<i64> {
    let firm = HARD | POWER | ENVIRONMENT | RESTART | SERVICE;
    match (new & firm != 0, old & firm != 0) {
        (true, true) => Some(i64::MAX),
        _ if new & PORT != 0 && old & (PORT | HARD) != 0 || old & PORT != 0 && new & HARD != 0 => Some(NEAR / 2),
        _ if (new | old) & PORT != 0 => None,
        _ if new & (LOAD | OTHER) != 0 || old & (LOAD | OTHER) != 0 => Some(5 * NEAR),
        _ => None,
    }
}

/// Another device of the same site has trouble of the same kind.
fn site<L: AlarmLookup>(view: &View<'_, L>, at: Timestamp, device: EntityIx, flags: u16, most: i64) -> Home {
    let Some(site) = view.topology.site_of(device) else { return Home::default() };
    let same = |_: &Group, tie: &Tie| tie.has(flags).then_some(most);
    let inside = view.topology.children(site).iter().take(MANY).chain([&site]);
    let found = best(inside.flat_map(|other| matches(view, at, *other, Role::Direct, same)));
    one(found, LinkReason::SameSite, Some(site))
}

/// What the entity depends on has trouble, or what depends on it, or others that depend on the same.
fn family<L: AlarmLookup>(view: &View<'_, L>, at: Timestamp, entity: EntityIx, flags: u16) -> Home {
    let above = above(view, entity);
    let trouble = HARD | POWER | DARK | SERVICE | OTHER;
    if flags & (SERVICE | OTHER) != 0 {
        let upwards = above.iter().flat_map(|up| {
            let own = matches(view, at, *up, Role::Direct, move |_, tie| tie.has(trouble).then_some(HOLD));
            let lost = matches(view, at, *up, Role::Lost, |_, _| Some(HOLD));
            let ends = matches(view, at, *up, Role::End, |group, tie| {
                (group.explained_by(*up) && tie.has(NAMED)).then_some(HOLD)
            });
            own.chain(lost).chain(ends).map(|found| (found, *up))
        });
        let nearest = upwards.min_by_key(|(found, _)| (!found.open, found.gap, found.ix));
        if let Some((found, up)) = nearest {
            return one(Some(found), LinkReason::DependsOn, Some(up));
        }
    }
    if flags & (SERVICE | HARD | POWER) != 0 {
        let same = |_: &Group, tie: &Tie| tie.has(SERVICE).then_some(NEAR);
        let below: Vec<Match> = dependants(view, entity).flat_map(|down| matches(view, at, down, Role::Direct, same)).collect();
        if !below.is_empty() {
            let mut home = several(below.into_iter(), entity);
            if let Some((_, link)) = &mut home.found {
                link.reason = LinkReason::DependsOn;
            }
            return home;
        }
    }
    if flags & SERVICE == 0 {
        return Home::default();
    }
    let same = |_: &Group, tie: &Tie| tie.has(SERVICE).then_some(NEAR);
    for up in &above {
        let siblings = dependants(view, *up).filter(|other| *other != entity);
        let found = best(siblings.flat_map(|other| matches(view, at, other, Role::Direct, same)));
        if found.is_some() {
            return one(found, LinkReason::DependsOn, Some(*up));
        }
    }
    Home::default()
}

/// What the entity needs, the nearest first: what holds, feeds, carries or serves it, three levels up.
fn above<L: AlarmLookup>(view: &View<'_, L>, entity: EntityIx) -> Vec<EntityIx> {
    let mut found = vec![entity];
    let mut from = 0;
    for _ in 0..3 {
        let upto = found.len();
        for at in from..upto {
            let here = found[at];
            let needs = view.topology.neighbours(here).iter().filter(|n| {
                let mut turned = **n;
                turned.out = !n.out;
                turned.falls_with_me()
            });
            let parent = view.topology.entity(here).and_then(|entity| entity.parent);
            for up in needs.map(|n| n.other).chain(parent) {
                if found.len() < MANY && !found.contains(&up) {
                    found.push(up);
                }
            }
        }
        from = upto;
    }
    found.remove(0);
    found
}

/// What needs the entity, at most so many.
fn dependants<'a, L: AlarmLookup>(view: &'a View<'_, L>, entity: EntityIx) -> impl Iterator<Item = EntityIx> + 'a {
    let related = view.topology.neighbours(entity).iter().filter(|n| n.falls_with_me()).map(|n| n.other);
    related.chain(view.topology.children(entity).iter().copied()).take(MANY)
}

/// Two lesser alarms that no incident holds say the same thing, near enough in time.
pub(super) fn hang_together(a: &AlarmFacts<'_>, b: &AlarmFacts<'_>, window: i64) -> Option<Link> {
    let gap = a.when().since(b.when()).abs().as_micros();
    let (reason, through, most) = match (a.subject(), b.subject()) {
        (Subject::Line { link: Some(x), .. } | Subject::Worse { link: x, .. }, Subject::Line { link: Some(y), .. } | Subject::Worse { link: y, .. })
            if x == y =>
        {
            (LinkReason::SameLink, x, i64::MAX)
        }
        (Subject::Gone { lost: x, .. }, Subject::Gone { lost: y, .. }) if x == y => (LinkReason::SameNeighbour, x, HOLD),
        (Subject::Own { device: x, trouble: f, .. }, Subject::Own { device: y, trouble: g, .. })
            if x == y && (flags(f) | flags(g)) & (OTHER | LOAD | RESTART) == 0 =>
        {
            (LinkReason::SameEntity, x, together(flags(f), flags(g))?)
        }
        _ => return None,
    };
    (gap <= most.min(window)).then(|| tied(reason, Some(through)))
}

/// Says whether the device of a tie ever told of itself.
pub(super) fn silent(tie: &Tie) -> bool {
    !tie.has(SPOKE)
}
