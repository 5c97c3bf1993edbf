//! Which incident an alarm belongs to, and what ties it there.

use super::card;
use super::family::family;
use super::index::{Group, live};
use super::place::View;
use super::tie::{DARK, DOWN, ENVIRONMENT, HARD, LOAD, OTHER, PORT, POWER, RESTART, Role, SERVICE, SPOKE, Tie, flags};
use super::vague::vague;
use crate::model::{AlarmFacts, AlarmLookup, EntityIx, Incident, IncidentIx, Link, LinkReason, Span, Subject, Timestamp, Trouble};

/// One failure's symptoms at its neighbours come within this time: dead timers run 40 s, and more for a late message.
pub(super) const NEAR: i64 = 60 * SECOND;
/// A card takes its ports within this time, until the last of them is told.
const AT_ONCE: i64 = 5 * SECOND;
/// Sessions over several hops are held up to three minutes.
pub(super) const HOLD: i64 = 400 * SECOND;
/// A device that comes back says so within this time of its links.
const BACK: i64 = 240 * SECOND;
/// Two troubles of one entity of which one says little come within this time.
pub(super) const VAGUE: i64 = 5 * NEAR;
const SECOND: i64 = 1_000_000;
/// So many devices of one site, and dependants of one element, are looked at.
pub(super) const MANY: usize = 64;

/// Where an alarm belongs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Home {
    /// The incident and what ties the alarm to it.
    pub(super) found: Option<(IncidentIx, Link)>,
    /// Incidents that the alarm shows to be the same as that one.
    pub(super) same: Vec<IncidentIx>,
}

/// How far in time an alarm may lie from a tie that it belongs to.
#[derive(Clone, Copy)]
pub(super) enum Limit {
    /// Policy's window; without end while it is trouble that foretells worse and still stands.
    Window,
    /// So many microseconds, never more than policy's window.
    Within(i64),
    /// Without end.
    Ever,
}

/// A tie that is close enough.
#[derive(Clone, Copy)]
pub(super) struct Match {
    pub(super) ix: IncidentIx,
    pub(super) open: bool,
    pub(super) gap: i64,
    first: Timestamp,
    last: Timestamp,
}

/// What is looked for: incidents other than `except`, for an alarm that was raised `at`.
pub(super) struct Look<'a, L> {
    pub(super) view: &'a View<'a, L>,
    at: Timestamp,
    /// The alarm says that a port was shut by hand.
    shut: bool,
    except: Option<IncidentIx>,
}

/// Looks for the incident, other than `except`, that explains `alarm`, the firmest tie first.
pub(super) fn home<L: AlarmLookup>(view: &View<'_, L>, alarm: &AlarmFacts<'_>, except: Option<IncidentIx>) -> Home {
    let look = &Look {
        view,
        at: alarm.when(),
        shut: alarm.shut,
        except,
    };
    match alarm.subject() {
        Subject::Line { link, near, far, .. } => line(look, link, near, far),
        Subject::Worse { link, .. } => one(same_link(look, link), LinkReason::SameLink, Some(link)),
        Subject::Gone { near, lost } => gone(look, near, lost, alarm.anchor.link),
        Subject::Own { entity, device, trouble: kind } => trouble(look, entity, device, flags(kind)),
        Subject::Nothing => Home::default(),
    }
}

pub(super) fn one(found: Option<Match>, reason: LinkReason, through: Option<EntityIx>) -> Home {
    Home {
        found: found.map(|found| (found.ix, tied(reason, through))),
        same: Vec::new(),
    }
}

pub(super) fn tied(reason: LinkReason, through: Option<EntityIx>) -> Link {
    Link { reason, through, alarm: None }
}

/// Trouble after which worse is to be expected, however late. A broken part takes what it takes at once; a device on battery or too hot
/// has done its worst where it started again, or where what it took down is back.
fn foretells(group: &Group, tie: &Tie) -> bool {
    match tie.role {
        Role::Link => !tie.has(DOWN),
        Role::Direct => {
            let over = || group.tie(tie.entity, Role::End).is_some_and(|end| end.active == 0);
            tie.has(POWER | ENVIRONMENT) && !tie.has(RESTART) && !over()
        }
        Role::End | Role::Lost => false,
    }
}

/// The best of several matches: open ones first, then the nearest in time, then the newest.
pub(super) fn best(matches: impl Iterator<Item = Match>) -> Option<Match> {
    matches.min_by_key(|found| (!found.open, found.gap, std::cmp::Reverse((found.last, found.ix))))
}

/// Matches at an entity: `fits` gives the limit that a tie allows, `None` for a tie that means nothing here.
pub(super) fn matches<'a, L: AlarmLookup>(
    look: &'a Look<'_, L>,
    entity: EntityIx,
    role: Role,
    fits: impl Fn(&Group, &Tie) -> Option<Limit> + 'a,
) -> impl Iterator<Item = Match> + 'a {
    recent(look, entity, role, None, fits)
}

/// Matches at an entity among incidents with an alarm about it in the last `most` microseconds, which costs nothing for those without.
pub(super) fn recent<'a, L: AlarmLookup>(
    look: &'a Look<'_, L>,
    entity: EntityIx,
    role: Role,
    most: Option<i64>,
    fits: impl Fn(&Group, &Tie) -> Option<Limit> + 'a,
) -> impl Iterator<Item = Match> + 'a {
    let since = most.map(|most| look.at.minus(Span::micros(most)));
    let spots = since.map_or_else(|| look.view.index.at(entity), |since| look.view.index.at_since(entity, since));
    let near = spots.iter().filter(move |spot| since.is_none_or(|since| spot.last >= since));
    near.filter_map(move |spot| {
        let ix = spot.ix;
        let group = look.view.index.group(ix)?;
        let tie = group.tie(entity, role)?;
        let limit = fits(group, tie)?;
        let gap = tie.gap(look.at);
        let window = look.view.window();
        let near = match limit {
            Limit::Window => gap <= window || tie.active > 0 && foretells(group, tie),
            Limit::Within(most) => gap <= most.min(window),
            Limit::Ever => true,
        };
        if !near || look.except == Some(ix) {
            return None;
        }
        let incident = look.view.incidents.get(ix)?;
        let room = incident.members.len() < look.view.policy.max_alarms as usize;
        (room && live(incident)).then_some(Match {
            ix,
            open: incident.status.open(),
            gap,
            first: tie.first,
            last: tie.last,
        })
    })
}

fn same_link<L: AlarmLookup>(look: &Look<'_, L>, link: EntityIx) -> Option<Match> {
    best(matches(look, link, Role::Link, |_, _| Some(Limit::Window)))
}

/// A link, or the way to a neighbour, is down.
fn line<L: AlarmLookup>(look: &Look<'_, L>, link: Option<EntityIx>, near: EntityIx, far: Option<EntityIx>) -> Home {
    let same = match (link, far) {
        (Some(link), _) => same_link(look, link),
        (None, Some(far)) => best(matches(look, far, Role::End, |group, _| group.tie(near, Role::End).map(|_| Limit::Window))),
        (None, None) => None,
    };
    if let Some(found) = same {
        // The first port of several that somebody shuts may have looked like a link of its own.
        let others = beside(look, link, near, false).filter(|other| look.shut && other.ix != found.ix);
        let mut same: Vec<IncidentIx> = others.map(|other| other.ix).collect();
        same.sort_unstable();
        same.dedup();
        let found = Some((found.ix, tied(LinkReason::SameLink, link)));
        return Home { found, same };
    }
    let mut around: Vec<(Match, EntityIx)> = Vec::new();
    for (device, is_far) in far.map(|far| (far, true)).into_iter().chain([(near, false)]) {
        around.extend(beside(look, link, device, is_far).map(|found| (found, device)));
    }
    let Some((_, device)) = around.iter().min_by_key(|(found, _)| (!found.open, found.gap, found.ix)).copied() else {
        return far.map_or_else(Home::default, |far| site(look, far, POWER, Limit::Window));
    };
    several(around.into_iter().filter(|(_, at)| *at == device).map(|(found, _)| found), device)
}

/// Incidents in which `device` is the suspect, near enough that the loss of one more of its links belongs there.
fn beside<'a, L: AlarmLookup>(look: &'a Look<'_, L>, link: Option<EntityIx>, device: EntityIx, is_far: bool) -> impl Iterator<Item = Match> + 'a {
    let fits = move |group: &Group| group.explained_by(device) && link.is_none_or(|link| same_card(look, group, device, link));
    let ends = matches(look, device, Role::End, move |group, _| fits(group).then_some(Limit::Within(NEAR)));
    let ends = ends.filter(move |found| together_down(look, found, link, device, is_far));
    let own = matches(look, device, Role::Direct, move |group, tie| {
        if !fits(group) {
            None
        } else if is_far && tie.has(HARD | POWER | ENVIRONMENT | RESTART) {
            Some(Limit::Window)
        } else if tie.has(HARD) {
            Some(Limit::Within(3 * NEAR))
        } else {
            tie.has(PORT | POWER).then_some(Limit::Within(NEAR / 3))
        }
    });
    let lost = matches(look, device, Role::Lost, move |group, _| {
        (is_far && group.explained_by(device)).then_some(Limit::Within(HOLD))
    });
    ends.chain(own).chain(lost)
}

/// The loss of one more link of a device belongs to what it lost before. One that does not run loses all of them, within dead timers. One
/// that told of it runs: then either a part of it took its ports, and at once, or somebody shuts them, which most devices say.
fn together_down<L: AlarmLookup>(look: &Look<'_, L>, found: &Match, link: Option<EntityIx>, device: EntityIx, is_far: bool) -> bool {
    let (Some(group), Some(incident)) = (look.view.index.group(found.ix), look.view.incidents.get(found.ix)) else {
        return false;
    };
    let says = |role: Role, flags: u16| group.tie(device, role).is_some_and(|tie| tie.has(flags));
    let runs = !is_far || says(Role::End, SPOKE);
    if !runs || says(Role::Direct, HARD) {
        return true;
    }
    let at_once = found.gap <= AT_ONCE || look.view.now.since(incident.opened_at).as_micros() <= AT_ONCE;
    if at_once && link.is_none_or(|link| one_card(look, group, device, link)) {
        return true;
    }
    let members = incident.members.iter().take(MANY).filter_map(|member| look.view.alarms.facts(member.alarm));
    look.shut && !is_far || members.into_iter().any(|alarm| alarm.shut && alarm.anchor.device == device)
}

/// Where a device says that hardware of it is broken: the link ends on the card that the incident's other links of it end on, as far as
/// the names of ports tell.
fn same_card<L: AlarmLookup>(look: &Look<'_, L>, group: &Group, device: EntityIx, link: EntityIx) -> bool {
    if !group.tie(device, Role::Direct).is_some_and(|tie| tie.has(HARD)) {
        return true;
    }
    one_card(look, group, device, link)
}

/// The link ends on the card that the other links of the device end on, as far as the names of ports tell.
fn one_card<L: AlarmLookup>(look: &Look<'_, L>, group: &Group, device: EntityIx, link: EntityIx) -> bool {
    let Some(slot) = card::slot(look.view.topology, link, device) else {
        return true;
    };
    let links = group.ties().filter(|tie| tie.role == Role::Link && tie.has(DOWN));
    let mut slots = links.filter_map(|tie| card::slot(look.view.topology, tie.entity, device)).peekable();
    slots.peek().is_none() || slots.any(|other| other == slot)
}

/// The best of several incidents that one entity explains; the others are the same.
pub(super) fn several(matches: impl Iterator<Item = Match>, through: EntityIx) -> Home {
    let matches: Vec<Match> = matches.collect();
    let Some(found) = best(matches.iter().copied()) else { return Home::default() };
    // What failed long before, or after, failed of something else, whatever both have in common now.
    let near = |other: &&Match| other.first.since(found.last).max(found.first.since(other.last)).as_micros() <= HOLD;
    let others = matches.iter().filter(|other| other.ix != found.ix).filter(near);
    let mut same: Vec<IncidentIx> = others.map(|other| other.ix).collect();
    same.sort_unstable();
    same.dedup();
    Home {
        found: Some((found.ix, tied(LinkReason::SameNeighbour, Some(through)))),
        same,
    }
}

/// Somebody lost a peer.
fn gone<L: AlarmLookup>(look: &Look<'_, L>, near: EntityIx, lost: EntityIx, link: Option<EntityIx>) -> Home {
    let suspects: Vec<Match> = suspected(look, lost, HOLD).collect();
    if !suspects.is_empty() {
        return several(suspects.into_iter(), lost);
    }
    let view = look.view;
    let between = view
        .wires
        .severed(near, lost, |way| way.link.is_some_and(|link| view.index.down(link).is_some()));
    let mut cuts = between.iter().flatten().filter_map(|way| {
        let link = way.link?;
        Some((same_link(look, link)?, link))
    });
    let newest = cuts.by_ref().max_by_key(|(found, _)| (found.last, std::cmp::Reverse(found.ix)));
    if let Some((found, link)) = newest {
        return one(Some(found), LinkReason::PathLost, Some(link));
    }
    let direct = link.and_then(|link| best(matches(look, link, Role::Link, |_, _| Some(Limit::Within(HOLD)))));
    if direct.is_some() {
        return one(direct, LinkReason::SameLink, link);
    }
    let own = best(matches(look, lost, Role::Direct, |group, tie| {
        (group.explained_by(lost) && tie.has(HARD | POWER | ENVIRONMENT | RESTART)).then_some(Limit::Window)
    }));
    one(own, LinkReason::SameEntity, Some(lost))
}

/// Incidents in which `device` is lost, or the end of everything that is down.
fn suspected<'a, L: AlarmLookup>(look: &'a Look<'_, L>, device: EntityIx, hold: i64) -> impl Iterator<Item = Match> + 'a {
    let lost = matches(look, device, Role::Lost, move |group, _| {
        group.explained_by(device).then_some(Limit::Within(hold))
    });
    let ends = matches(look, device, Role::End, move |group, _| {
        group.explained_by(device).then_some(Limit::Within(hold))
    });
    lost.chain(ends)
}

/// The entity itself has trouble.
fn trouble<L: AlarmLookup>(look: &Look<'_, L>, entity: EntityIx, device: EntityIx, flags: u16) -> Home {
    if flags & (OTHER | LOAD) != 0 {
        return vague(look, entity, device, flags);
    }
    let own = best(
        matches(look, entity, Role::Direct, |_, tie| together(flags, tie.flags))
            .chain(matches(look, device, Role::Direct, |_, tie| together(flags, tie.flags))),
    );
    if own.is_some() && flags & RESTART == 0 {
        return one(own, LinkReason::SameEntity, Some(entity));
    }
    let most = match flags {
        _ if flags & RESTART != 0 => Limit::Ever,
        _ if flags & DARK != 0 => Limit::Within(HOLD),
        _ if flags & HARD != 0 => Limit::Within(2 * NEAR),
        _ if flags & (PORT | POWER) != 0 => Limit::Within(NEAR / 3),
        _ => Limit::Within(0),
    };
    let restart = flags & RESTART != 0;
    let ends = matches(look, device, Role::End, move |group, tie| {
        let fits = group.explained_by(device);
        // What a device says before it falls silent is why it does.
        let foretold = flags & (HARD | POWER | ENVIRONMENT) != 0 && look.at < tie.first && !tie.has(SPOKE);
        fits.then_some(if foretold { Limit::Window } else { most })
    });
    let lost = matches(look, device, Role::Lost, move |group, _| {
        (group.explained_by(device) && flags & (HARD | POWER | RESTART) != 0).then_some(most)
    });
    let mut found: Vec<Match> = ends.chain(lost).filter(|found| !restart || came_back(look, found.ix, device)).collect();
    if !found.is_empty() {
        found.extend(own);
        return several(found.into_iter(), device);
    }
    if own.is_some() {
        return one(own, LinkReason::SameEntity, Some(entity));
    }
    let near = match flags {
        _ if flags & (POWER | ENVIRONMENT) != 0 => site(look, device, flags & (POWER | ENVIRONMENT), Limit::Within(HOLD)),
        _ => Home::default(),
    };
    if near.found.is_some() { near } else { family(look, entity, flags) }
}

/// A restart belongs where the device is still lost, or came back a moment ago.
fn came_back<L: AlarmLookup>(look: &Look<'_, L>, ix: IncidentIx, device: EntityIx) -> bool {
    let members = look.view.incidents.get(ix).map_or(&[][..], |incident| &incident.members);
    let mut alarms = members.iter().filter_map(|member| look.view.alarms.facts(member.alarm));
    let about = |alarm: &AlarmFacts<'_>| alarm.anchor.device == device || alarm.anchor.peer == Some(device);
    alarms.any(|alarm| about(&alarm) && (!alarm.cleared || look.view.now.since(alarm.changed_at).as_micros() <= BACK))
}

/// For how long two troubles of one entity hang together.
pub(super) fn together(new: u16, old: u16) -> Option<Limit> {
    let firm = HARD | POWER | ENVIRONMENT | RESTART | SERVICE;
    match (new & firm != 0, old & firm != 0) {
        (true, true) => Some(Limit::Window),
        _ if new & PORT != 0 && old & (PORT | HARD) != 0 || old & PORT != 0 && new & HARD != 0 => Some(Limit::Within(NEAR / 2)),
        _ if (new | old) & PORT != 0 => None,
        _ if new & (LOAD | OTHER) != 0 || old & (LOAD | OTHER) != 0 => Some(Limit::Within(VAGUE)),
        _ => None,
    }
}

/// Another device of the same site has trouble of the same kind.
fn site<L: AlarmLookup>(look: &Look<'_, L>, device: EntityIx, flags: u16, most: Limit) -> Home {
    let Some(site) = look.view.topology.site_of(device) else {
        return Home::default();
    };
    let same = |_: &Group, tie: &Tie| tie.has(flags).then_some(most);
    let inside = look.view.topology.children(site).iter().take(MANY).chain([&site]);
    let found = best(inside.flat_map(|other| matches(look, *other, Role::Direct, same)));
    one(found, LinkReason::SameSite, Some(site))
}

/// Of a kind that no other lesser alarm makes more of.
pub(super) fn stands_alone(subject: Subject) -> bool {
    match subject {
        Subject::Own { trouble, .. } => flags(trouble) & (OTHER | LOAD | RESTART) != 0,
        Subject::Nothing => true,
        _ => false,
    }
}

/// Two lesser alarms that no incident holds say the same thing, near enough in time.
pub(super) fn hang_together(a: &AlarmFacts<'_>, b: &AlarmFacts<'_>, window: i64) -> Option<Link> {
    let gap = a.when().since(b.when()).abs().as_micros();
    let (reason, through, most) = match (a.subject(), b.subject()) {
        (Subject::Line { link: Some(x), .. } | Subject::Worse { link: x, .. }, Subject::Line { link: Some(y), .. } | Subject::Worse { link: y, .. })
            if x == y =>
        {
            (LinkReason::SameLink, x, Limit::Window)
        }
        (Subject::Gone { lost: x, .. }, Subject::Gone { lost: y, .. }) if x == y => (LinkReason::SameNeighbour, x, Limit::Within(HOLD)),
        (Subject::Own { device: x, trouble: f, .. }, Subject::Own { device: y, trouble: g, .. })
            if x == y && !stands_alone(a.subject()) && !stands_alone(b.subject()) =>
        {
            (LinkReason::SameEntity, x, together(flags(f), flags(g))?)
        }
        _ => return None,
    };
    let near = match most {
        Limit::Within(most) => gap <= most.min(window),
        Limit::Window | Limit::Ever => gap <= window,
    };
    near.then(|| tied(reason, Some(through)))
}

/// So far in time from all of an incident's alarms that, being of a kind that says little, it cannot belong there.
pub(super) fn beyond(alarm: &AlarmFacts<'_>, incident: &Incident) -> bool {
    let Subject::Own {
        trouble: Trouble::Other | Trouble::Load,
        ..
    } = alarm.subject()
    else {
        return false;
    };
    let at = alarm.when();
    incident.first_at.since(at).max(at.since(incident.last_at)).as_micros() > HOLD
}

/// Says whether the device of a tie ever told of itself.
pub(super) fn silent(tie: &Tie) -> bool {
    !tie.has(SPOKE)
}
