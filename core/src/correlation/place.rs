//! Where an alarm goes.

use super::delta::IncidentDelta;
use super::find::{self, hang_together, stands_alone};
use super::index::Index;
use super::life::{changed, follow, reopened};
use super::store::Incidents;
use super::tie::claims;
use crate::model::{
    AlarmFacts, AlarmId, AlarmIx, AlarmLookup, Incident, IncidentId, IncidentIx, IncidentStatus, Link, LinkReason, Member, Name, Reason, Severity, SharedList,
    SourceKind, Span, Timestamp,
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
        let mut grown = Grown::of(view, ix);
        grown.joined(alarm);
        for other in home.same {
            merge(view, other, (ix, &mut grown), LinkReason::SameNeighbour, &mut deltas);
        }
        return deltas;
    }
    if alarm.severity >= Severity::Major {
        return open(view, alarm, id);
    }
    // What is only concluded from measurements speaks with those that say something happened, and opens nothing by itself.
    if alarm.source == SourceKind::Internal {
        return Vec::new();
    }
    if alarm.persists() {
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
    let mut others = others
        .filter_map(|ix| view.alarms.facts(ix))
        .filter(|other| other.source != SourceKind::Internal);
    others.find_map(|other| hang_together(alarm, &other, view.window()).map(|link| (other, link)))
}

fn open_pair<L: AlarmLookup>(view: &View<'_, L>, alarm: &AlarmFacts<'_>, other: &AlarmFacts<'_>, link: Link, id: IncidentId) -> Vec<IncidentDelta> {
    let mut deltas = open(view, other, id);
    let ix = view.incidents.next_slot();
    deltas.push(joined(ix, id, alarm.ix, alarm.when(), link));
    let worse = (alarm.severity > other.severity).then_some(alarm.severity);
    let emergency = (alarm.emergency && !other.emergency).then_some(true);
    deltas.extend(touched(ix, id, (worse, emergency)));
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
        finding: None,
        clock: None,
        acked_at: None,
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
    deltas.extend(touched(ix, incident.id, (worse, emergency)));
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

/// What an incident becomes while others go into it: their deltas are not folded yet when the next is looked at.
pub(super) struct Grown {
    members: usize,
    severity: Severity,
    emergency: bool,
}

impl Grown {
    /// As the incident stands.
    pub(super) fn of<L: AlarmLookup>(view: &View<'_, L>, ix: IncidentIx) -> Self {
        let incident = view.incidents.get(ix);
        Self {
            members: incident.map_or(0, |incident| incident.members.len()),
            severity: incident.map_or(Severity::Indeterminate, |incident| incident.severity),
            emergency: incident.is_some_and(|incident| incident.emergency),
        }
    }

    /// With an alarm that joins it.
    fn joined(&mut self, alarm: &AlarmFacts<'_>) {
        self.members += 1;
        self.severity = self.severity.max(alarm.severity);
        self.emergency |= alarm.emergency;
    }

    /// With another incident; gives the severity and the mark of emergency services where these change.
    fn took(&mut self, other: &Incident) -> (Option<Severity>, Option<bool>) {
        self.members += other.members.len();
        let worse = (other.severity > self.severity).then_some(other.severity);
        let emergency = (other.emergency && !self.emergency).then_some(true);
        self.severity = self.severity.max(other.severity);
        self.emergency |= other.emergency;
        (worse, emergency)
    }
}

/// People have said something of it that would be gone with it.
fn in_hand(incident: &Incident) -> bool {
    !incident.owner.is_empty() || !incident.comment.is_empty() || incident.marked_cause.is_some() || incident.set_severity.is_some()
}

/// The alarms of `from` go into `into`, and `from` is over. Nothing where that would hold more than one incident may, or where people have
/// taken `from` in hand.
pub(super) fn merge<L: AlarmLookup>(
    view: &View<'_, L>,
    from: IncidentIx,
    (into, grown): (IncidentIx, &mut Grown),
    reason: LinkReason,
    deltas: &mut Vec<IncidentDelta>,
) {
    let (Some(old), Some(new)) = (view.incidents.get(from), view.incidents.get(into)) else {
        return;
    };
    if from == into || old.members.len() + grown.members >= view.policy.max_alarms as usize || in_hand(old) {
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
    deltas.extend(touched(into, new.id, grown.took(old)));
    deltas.push(IncidentDelta::MergedInto {
        ix: from,
        id: old.id,
        into: new.id,
    });
    deltas.extend(look_soon(view, into, new));
}

/// The change of an incident's severity and its mark of emergency services, where either changes.
fn touched(ix: IncidentIx, id: IncidentId, (worse, marked): (Option<Severity>, Option<bool>)) -> Option<IncidentDelta> {
    let mut delta = (worse.is_some() || marked.is_some()).then(|| changed(ix, id, Reason::SeverityFollowed));
    if let Some(IncidentDelta::Changed { severity, emergency, .. }) = &mut delta {
        (*severity, *emergency) = (worse, marked);
    }
    delta
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
