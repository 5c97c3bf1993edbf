use super::delta::IncidentDelta;
use super::store::Incidents;
use crate::model::Timestamp;
use crate::model::{AlarmFacts, AlarmLookup, Incident, IncidentId, IncidentIx, IncidentStatus, Link, LinkReason, Member, Name, Reason, Severity, Span};
use crate::policy::Correlate;
use crate::topology::Topology;

/// What a correlation decision may look at.
pub struct View<'a, L> {
    /// The graph.
    pub topology: &'a Topology,
    /// The incidents that stand.
    pub incidents: &'a Incidents,
    /// The alarms that stand.
    pub alarms: &'a L,
    /// Log's time.
    pub now: Timestamp,
    /// The rules.
    pub policy: &'a Correlate,
}

/// Decides where an alarm that was raised, reopened or worsened belongs. `id` is for a new incident, should there be one.
#[must_use]
pub fn place<L: AlarmLookup>(view: &View<'_, L>, alarm: &AlarmFacts<'_>, id: IncidentId) -> Vec<IncidentDelta> {
    if let Some(ix) = alarm.incident {
        return stands_again(view, alarm, ix);
    }
    if alarm.severity < Severity::Major {
        return Vec::new();
    }
    open(view, alarm, id)
}

fn open<L: AlarmLookup>(view: &View<'_, L>, alarm: &AlarmFacts<'_>, id: IncidentId) -> Vec<IncidentDelta> {
    let ix = view.incidents.next_slot();
    let name = view.topology.entity(alarm.anchor.entity).map_or("", |entity| entity.name.as_str());
    let incident = Incident {
        id,
        title: Name::from(format!("{} on {name}", alarm.alarm_type)),
        severity: alarm.severity,
        status: IncidentStatus::New,
        opened_at: view.now,
        changed_at: view.now,
        first_at: alarm.raised_at,
        last_at: alarm.raised_at,
        members: Vec::new(),
        active: 0,
        hypotheses: Vec::new(),
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
    let member = Member {
        alarm: alarm.ix,
        at: alarm.raised_at,
        link: Link {
            reason: LinkReason::First,
            through: None,
            alarm: None,
        },
    };
    vec![
        IncidentDelta::Opened {
            ix,
            incident: Box::new(incident),
            reason: Reason::IncidentOpened,
        },
        IncidentDelta::Joined {
            ix,
            id,
            member: Box::new(member),
        },
    ]
}

fn changed(ix: IncidentIx, id: IncidentId, reason: Reason) -> IncidentDelta {
    IncidentDelta::Changed {
        ix,
        id,
        reason,
        status: None,
        severity: None,
        title: None,
        by: None,
        active: None,
        emergency: None,
    }
}

/// Members of the incident that are not cleared, and the worst severity among them (among all when all are cleared).
fn standing<L: AlarmLookup>(view: &View<'_, L>, incident: &Incident) -> (u32, Severity) {
    let mut active = 0;
    let (mut worst, mut worst_active) = (Severity::Indeterminate, None);
    for facts in incident.members.iter().filter_map(|member| view.alarms.facts(member.alarm)) {
        worst = worst.max(facts.severity);
        if !facts.cleared {
            active += 1;
            worst_active = worst_active.max(Some(facts.severity));
        }
    }
    (
        active,
        worst_active.unwrap_or(worst).max(incident.set_severity.unwrap_or(Severity::Indeterminate)),
    )
}

fn stands_again<L: AlarmLookup>(view: &View<'_, L>, _alarm: &AlarmFacts<'_>, ix: IncidentIx) -> Vec<IncidentDelta> {
    let Some(incident) = view.incidents.get(ix) else { return Vec::new() };
    let (active, worst) = standing(view, incident);
    let mut deltas = Vec::new();
    if !incident.status.open() {
        let mut delta = changed(ix, incident.id, Reason::IncidentReopened);
        if let IncidentDelta::Changed { status, .. } = &mut delta {
            *status = Some(IncidentStatus::Investigating);
        }
        deltas.push(delta);
    }
    follow(incident, ix, active, worst, &mut deltas);
    if incident.diagnose_at.is_none() {
        deltas.push(IncidentDelta::DiagnosisDue {
            ix,
            id: incident.id,
            at: view.now.plus(Span::millis(view.policy.diagnose_every_ms)),
        });
    }
    deltas
}

fn follow(incident: &Incident, ix: IncidentIx, now_active: u32, worst: Severity, deltas: &mut Vec<IncidentDelta>) {
    if incident.active == now_active && incident.severity == worst {
        return;
    }
    let mut delta = changed(ix, incident.id, Reason::SeverityFollowed);
    if let IncidentDelta::Changed { severity, active, .. } = &mut delta {
        *severity = (incident.severity != worst).then_some(worst);
        *active = (incident.active != now_active).then_some(now_active);
    }
    deltas.push(delta);
}

/// Decides what follows for its incident from an alarm that was cleared (the clear is folded already).
#[must_use]
pub fn cleared<L: AlarmLookup>(view: &View<'_, L>, ix: IncidentIx) -> Vec<IncidentDelta> {
    let Some(incident) = view.incidents.get(ix) else { return Vec::new() };
    let (active, worst) = standing(view, incident);
    let mut deltas = Vec::new();
    follow(incident, ix, active, worst, &mut deltas);
    if active == 0 && incident.status.open() {
        let mut delta = changed(ix, incident.id, Reason::IncidentResolved);
        if let IncidentDelta::Changed { status, .. } = &mut delta {
            *status = Some(IncidentStatus::Resolved);
        }
        deltas.push(delta);
    }
    deltas
}

/// What the clock does to an incident whose diagnosis is not what is due: close it, or let it leave memory.
#[must_use]
pub fn clock(ix: IncidentIx, incident: &Incident, now: Timestamp) -> Vec<IncidentDelta> {
    match (incident.close_at, incident.status) {
        (Some(at), IncidentStatus::Closed) if at <= now => {
            let left = incident.members.iter().map(|member| IncidentDelta::Left {
                ix,
                id: incident.id,
                alarm: member.alarm,
                reason: Reason::Purged,
            });
            left.chain([IncidentDelta::Purged { ix, id: incident.id }]).collect()
        }
        (Some(at), _) if at <= now => {
            let mut delta = changed(ix, incident.id, Reason::IncidentClosed);
            if let IncidentDelta::Changed { status, .. } = &mut delta {
                *status = Some(IncidentStatus::Closed);
            }
            vec![delta]
        }
        _ => Vec::new(),
    }
}

/// When an incident that was just diagnosed is to be diagnosed again, if nothing happens before: alarms that should have been heard by
/// then count against a cause.
#[must_use]
pub fn look_again(incident: &Incident, now: Timestamp, policy: &Correlate) -> Option<Timestamp> {
    let settles = incident.last_at.plus(Span::seconds(policy.settle_s));
    (incident.status.open() && now < settles).then_some(settles)
}
