//! A second look at an incident before its causes are ranked: lesser alarms that belong to it, incidents that it belongs to, and parts
//! that turn out to have a cause of their own.

use super::delta::IncidentDelta;
use super::find::{self, silent};
use super::index::Group;
use super::place::{Grown, View, join, merge};
use super::tie::{DARK, DOWN, HARD, PORT, POWER, Role, Tie};
use crate::model::{
    AlarmFacts, AlarmLookup, EntityIx, Incident, IncidentId, IncidentIx, IncidentStatus, Link, LinkReason, Member, Name, Reason, SharedList, Span,
};

/// So many of its ties are asked for lesser alarms, and so many alarms of each.
const ASKED: usize = 64;
/// So many sessions are asked for the fault that cut them.
const SESSIONS: usize = 8;
/// Links of one device that failed and came back further apart than this did not fail of one cause, microseconds.
const APART: i64 = 20_000_000;
const BACK_APART: i64 = 120_000_000;

/// Decides what a second look changes. `id` is for a new incident, should one be split off.
#[must_use]
pub fn review<L: AlarmLookup>(view: &View<'_, L>, ix: IncidentIx, id: IncidentId) -> Vec<IncidentDelta> {
    let (Some(incident), Some(group)) = (view.incidents.get(ix), view.index.group(ix)) else {
        return Vec::new();
    };
    if !super::index::live(incident) {
        return Vec::new();
    }
    if let Some((into, reason)) = part_of(view, ix, incident, group) {
        let mut deltas = Vec::new();
        merge(view, ix, (into, &mut Grown::of(view, into)), reason, &mut deltas);
        if !deltas.is_empty() {
            return deltas;
        }
    }
    if let Some(link) = apart(view, incident, group) {
        return split(view, ix, incident, link, id);
    }
    lesser(view, ix, incident, group)
}

/// Lesser alarms outside that this incident explains.
fn lesser<L: AlarmLookup>(view: &View<'_, L>, ix: IncidentIx, incident: &Incident, group: &Group) -> Vec<IncidentDelta> {
    let room = (view.policy.max_alarms as usize).saturating_sub(incident.members.len());
    let mut entities: Vec<EntityIx> = group.ties().take(ASKED).map(|tie| tie.entity).collect();
    entities.dedup();
    let mut loose: Vec<_> = entities.iter().flat_map(|entity| view.index.loose(*entity).take(ASKED)).collect();
    loose.sort_unstable();
    loose.dedup();
    let mut deltas = Vec::new();
    let near = loose
        .into_iter()
        .filter_map(|alarm| view.alarms.facts(alarm))
        .filter(|alarm| !find::beyond(alarm, incident));
    for alarm in near.take(room) {
        if let Some((found, link)) = find::home(view, &alarm, None).found
            && found == ix
        {
            deltas.extend(join(view, ix, &alarm, link));
        }
    }
    deltas
}

/// Another incident that explains an incident of nothing but lost sessions.
fn part_of<L: AlarmLookup>(view: &View<'_, L>, ix: IncidentIx, incident: &Incident, group: &Group) -> Option<(IncidentIx, LinkReason)> {
    if group.ties().any(|tie| tie.role != Role::Lost) {
        return None;
    }
    let mut alarms = incident.members.iter().take(SESSIONS).filter_map(|member| view.alarms.facts(member.alarm));
    alarms.find_map(|alarm| {
        let home = find::home(view, &alarm, None);
        let other = home.found.filter(|(found, _)| *found != ix);
        let same = home.same.iter().find(|same| **same != ix).map(|same| (*same, LinkReason::SameNeighbour));
        other.map(|(found, link)| (found, link.reason)).or(same)
    })
}

/// A link that failed for a reason of its own: it and the other links share only a device that is alive and in order, they failed
/// one after another, and this one is back while others are down.
fn apart<L: AlarmLookup>(view: &View<'_, L>, incident: &Incident, group: &Group) -> Option<EntityIx> {
    let (device, other) = group.common()?;
    if device != other {
        return None;
    }
    let end = group.tie(device, Role::End)?;
    let direct = group.tie(device, Role::Direct);
    if silent(end) || direct.is_some_and(|tie| tie.has(HARD | POWER | DARK | PORT)) || group.tie(device, Role::Lost).is_some() {
        return None;
    }
    let links: Vec<&Tie> = group.ties().filter(|tie| tie.role == Role::Link && tie.has(DOWN)).collect();
    let both_spoke = |tie: &Tie| {
        [tie.ends.0, tie.ends.1]
            .iter()
            .all(|end| group.tie(*end, Role::End).is_some_and(|end| !silent(end)))
    };
    let standing = links.iter().find(|tie| tie.active > 0)?;
    let back = links
        .iter()
        .find(|tie| tie.active == 0 && tie.first.since(standing.first).abs().as_micros() > APART)?;
    let cleared = incident.members.iter().filter_map(|member| view.alarms.facts(member.alarm));
    let cleared = cleared
        .filter(|alarm| alarm.anchor.link == Some(back.entity))
        .map(|alarm| alarm.changed_at)
        .max()?;
    let waited = view.now.since(cleared).as_micros() > BACK_APART;
    (waited && both_spoke(standing) && both_spoke(back)).then_some(back.entity)
}

/// The alarms about `link` go into an incident of their own.
fn split<L: AlarmLookup>(view: &View<'_, L>, ix: IncidentIx, incident: &Incident, link: EntityIx, id: IncidentId) -> Vec<IncidentDelta> {
    let about = |alarm: &AlarmFacts<'_>| alarm.anchor.link == Some(link);
    let parts: Vec<(&Member, AlarmFacts<'_>)> = incident
        .members
        .iter()
        .filter_map(|member| Some((member, view.alarms.facts(member.alarm)?)))
        .filter(|(_, alarm)| about(alarm))
        .collect();
    let (Some((first, oldest)), true) = (parts.first(), parts.len() < incident.members.len()) else {
        return Vec::new();
    };
    let new = view.incidents.next_slot();
    let severity = parts.iter().map(|(_, alarm)| alarm.severity).max().unwrap_or(incident.severity);
    let part = Incident {
        id,
        title: incident.title.clone(),
        severity,
        status: incident.status,
        opened_at: view.now,
        changed_at: view.now,
        first_at: first.at,
        last_at: first.at,
        members: Vec::new(),
        active: 0,
        hypotheses: SharedList::default(),
        sitrep: None,
        diagnose_at: Some(view.now.plus(Span::millis(view.policy.diagnose_delay_ms))),
        close_at: None,
        owner: incident.owner.clone(),
        comment: Name::EMPTY,
        marked_cause: None,
        by_hand: false,
        emergency: parts.iter().any(|(_, alarm)| alarm.emergency),
        set_severity: None,
        finding: None,
        clock: None,
        acked_at: None,
    };
    let mut deltas: Vec<IncidentDelta> = parts
        .iter()
        .rev()
        .map(|(member, _)| IncidentDelta::Left {
            ix,
            id: incident.id,
            alarm: member.alarm,
            reason: Reason::IncidentSplit,
        })
        .collect();
    deltas.push(IncidentDelta::Opened {
        ix: new,
        incident: Box::new(part),
        reason: Reason::IncidentSplit,
    });
    deltas.extend(parts.iter().map(|(member, _)| IncidentDelta::Joined {
        ix: new,
        id,
        member: Member {
            alarm: member.alarm,
            at: member.at,
            link: Link {
                reason: if member.alarm == first.alarm {
                    LinkReason::First
                } else {
                    LinkReason::SameLink
                },
                through: Some(link),
                alarm: (member.alarm != first.alarm).then_some(oldest.id),
            },
        },
    }));
    if parts.iter().all(|(_, alarm)| alarm.cleared) {
        let mut delta = super::life::changed(new, id, Reason::IncidentResolved);
        if let IncidentDelta::Changed { status, .. } = &mut delta {
            *status = Some(IncidentStatus::Resolved);
        }
        deltas.push(delta);
    }
    deltas
}
