//! Where an alarm goes.

use super::delta::IncidentDelta;
use super::find::{self, hang_together, stands_alone};
use super::index::Index;
use super::life::{changed, follow, reopened};
use super::store::Incidents;
use super::tie::claims;
use crate::model::{
    AlarmFacts, AlarmId, AlarmIx, AlarmLookup, Incident, IncidentId, IncidentIx, IncidentStatus, Link, LinkReason, Member, Name, Reason, Severity, SharedList,
    Span, Timestamp,
};
use crate::policy::Correlate;
use crate::topology::{Topology, Wires};

/// What a correlation decision may look at.
pub struct View<'a, L> {
    /// The graph.
    pub topology: &'a Topology,
    /// The ways between its devices; needed where somebody lost a peer.
    pub wires: &'a Wires,
    /// The incidents that stand.
    pub incidents: &'a Incidents,
    /// Which of them touches what; refreshed.
    pub index: &'a Index,
    /// The alarms that stand.
    pub alarms: &'a L,
    /// Log's time.
    pub now: Timestamp,
    /// The rules.
    pub policy: &'a Correlate,
}

impl<L> View<'_, L> {
    /// Alarms raised further apart do not hang together, microseconds.
    pub(super) fn window(&self) -> i64 {
        self.policy.window_s.saturating_mul(1_000_000)
    }
}

/// So many lesser alarms are looked at where one may hang together with another.
const LOOSE: usize = 32;

/// Decides where an alarm that was raised, reopened or worsened belongs. `id` is for a new incident, should there be one.
#[must_use]
pub fn place<L: AlarmLookup>(view: &View<'_, L>, alarm: &AlarmFacts<'_>, id: IncidentId) -> Vec<IncidentDelta> {
    if let Some(ix) = alarm.incident {
        return stands_again(view, ix);
    }
    let home = find::home(view, alarm, None);
    if let Some((ix, link)) = home.found {
        let mut deltas = join(view, ix, alarm, link);
        for other in home.same {
            merge(view, other, ix, LinkReason::SameNeighbour, &mut deltas);
        }
        return deltas;
    }
    if alarm.severity >= Severity::Major || alarm.persists() {
        return open(view, alarm, id);
    }
    match partner(view, alarm) {
        Some((other, link)) => open_pair(view, alarm, &other, link, id),
        None => Vec::new(),
    }
}

/// Another lesser alarm outside of incidents that says the same.
fn partner<'a, L: AlarmLookup>(view: &View<'a, L>, alarm: &AlarmFacts<'_>) -> Option<(AlarmFacts<'a>, Link)> {
    if stands_alone(alarm.subject()) {
        return None;
    }
    let entities = claims(alarm.subject());
    let others = entities
        .iter()
        .flat_map(|claim| view.index.loose(claim.entity).take(LOOSE))
        .filter(|ix| *ix != alarm.ix);
    let mut others = others.filter_map(|ix| view.alarms.facts(ix));
    others.find_map(|other| hang_together(alarm, &other, view.window()).map(|link| (other, link)))
}

fn open_pair<L: AlarmLookup>(view: &View<'_, L>, alarm: &AlarmFacts<'_>, other: &AlarmFacts<'_>, link: Link, id: IncidentId) -> Vec<IncidentDelta> {
    let mut deltas = open(view, other, id);
    let ix = view.incidents.next_slot();
    deltas.push(joined(ix, id, alarm.ix, alarm.when(), link));
    if alarm.severity > other.severity {
        let mut delta = changed(ix, id, Reason::SeverityFollowed);
        if let IncidentDelta::Changed { severity, .. } = &mut delta {
            *severity = Some(alarm.severity);
        }
        deltas.push(delta);
    }
    deltas
}

fn open<L: AlarmLookup>(view: &View<'_, L>, alarm: &AlarmFacts<'_>, id: IncidentId) -> Vec<IncidentDelta> {
    let ix = view.incidents.next_slot();
    let name = view.topology.entity(alarm.anchor.entity).map_or("", |entity| entity.name.as_str());
    let at = alarm.when();
    let incident = Incident {
        id,
        title: Name::cut(&[alarm.alarm_type, name].join(" on "), 200),
        severity: alarm.severity,
        status: IncidentStatus::New,
        opened_at: view.now,
        changed_at: view.now,
        first_at: at,
        last_at: at,
        members: Vec::new(),
        active: 0,
        hypotheses: SharedList::default(),
        sitrep: None,
        diagnose_at: Some(view.now.plus(Span::millis(view.policy.diagnose_delay_ms))),
        close_at: None,
        owner: Name::EMPTY,
        comment: Name::EMPTY,
        marked_cause: None,
        by_hand: false,
        emergency: alarm.emergency,
        set_severity: None,
    };
    let first = Link {
        reason: LinkReason::First,
        through: None,
        alarm: None,
    };
    vec![
        IncidentDelta::Opened {
            ix,
            incident: Box::new(incident),
            reason: Reason::IncidentOpened,
        },
        joined(ix, id, alarm.ix, at, first),
    ]
}

fn joined(ix: IncidentIx, id: IncidentId, alarm: AlarmIx, at: Timestamp, link: Link) -> IncidentDelta {
    IncidentDelta::Joined {
        ix,
        id,
        member: Member { alarm, at, link },
    }
}

/// The alarm that an incident began with.
fn first_of<L: AlarmLookup>(view: &View<'_, L>, incident: &Incident) -> Option<AlarmId> {
    let first = incident.members.first()?;
    view.alarms.facts(first.alarm).map(|facts| facts.id)
}

/// An alarm joins an incident that stands: what follows for the incident's severity, status and diagnosis comes with it.
pub(super) fn join<L: AlarmLookup>(view: &View<'_, L>, ix: IncidentIx, alarm: &AlarmFacts<'_>, mut link: Link) -> Vec<IncidentDelta> {
    let Some(incident) = view.incidents.get(ix) else { return Vec::new() };
    if link.alarm.is_none() {
        link.alarm = first_of(view, incident);
    }
    let mut deltas = vec![joined(ix, incident.id, alarm.ix, alarm.when(), link)];
    let relapsed = !incident.status.open() && !alarm.cleared;
    if relapsed {
        deltas.push(reopened(ix, incident));
    }
    let worse = (alarm.severity > incident.severity).then_some(alarm.severity);
    let emergency = (alarm.emergency && !incident.emergency).then_some(true);
    if worse.is_some() || emergency.is_some() {
        let mut delta = changed(ix, incident.id, Reason::SeverityFollowed);
        if let IncidentDelta::Changed {
            severity, emergency: touched, ..
        } = &mut delta
        {
            *severity = worse;
            *touched = emergency;
        }
        deltas.push(delta);
    }
    deltas.extend(look_soon(view, ix, incident));
    deltas
}

/// Diagnosis soon, unless it is due soon already.
pub(super) fn look_soon<L: AlarmLookup>(view: &View<'_, L>, ix: IncidentIx, incident: &Incident) -> Option<IncidentDelta> {
    let soon = view.now.plus(Span::millis(view.policy.diagnose_every_ms));
    incident
        .diagnose_at
        .is_none_or(|due| due > soon)
        .then_some(IncidentDelta::DiagnosisDue { ix, id: incident.id, at: soon })
}

/// The alarms of `from` go into `into`, and `from` is over. Nothing where that would hold more than one incident may.
pub(super) fn merge<L: AlarmLookup>(view: &View<'_, L>, from: IncidentIx, into: IncidentIx, reason: LinkReason, deltas: &mut Vec<IncidentDelta>) {
    let (Some(old), Some(new)) = (view.incidents.get(from), view.incidents.get(into)) else {
        return;
    };
    if from == into || old.members.len() + new.members.len() >= view.policy.max_alarms as usize || !old.owner.is_empty() {
        return;
    }
    for member in old.members.iter().rev() {
        deltas.push(IncidentDelta::Left {
            ix: from,
            id: old.id,
            alarm: member.alarm,
            reason: Reason::IncidentMerged,
        });
    }
    for member in &old.members {
        let link = Link {
            reason,
            through: member.link.through,
            alarm: member.link.alarm.or_else(|| first_of(view, new)),
        };
        deltas.push(joined(into, new.id, member.alarm, member.at, link));
    }
    if old.severity > new.severity {
        let mut delta = changed(into, new.id, Reason::SeverityFollowed);
        if let IncidentDelta::Changed { severity, .. } = &mut delta {
            *severity = Some(old.severity);
        }
        deltas.push(delta);
    }
    deltas.push(IncidentDelta::MergedInto {
        ix: from,
        id: old.id,
        into: new.id,
    });
    deltas.extend(look_soon(view, into, new));
}

fn stands_again<L: AlarmLookup>(view: &View<'_, L>, ix: IncidentIx) -> Vec<IncidentDelta> {
    let Some(incident) = view.incidents.get(ix) else { return Vec::new() };
    let mut deltas = Vec::new();
    if !incident.status.open() {
        deltas.push(reopened(ix, incident));
    }
    follow(view, ix, incident, &mut deltas);
    deltas.extend(look_soon(view, ix, incident));
    deltas
}
