//! An incident's life after it opened: severity, resolved, reopened, closed, out of memory.

use super::delta::IncidentDelta;
use super::place::View;
use crate::model::{AlarmLookup, Incident, IncidentId, IncidentIx, IncidentStatus, Reason, Severity, Span, Timestamp};
use crate::policy::Correlate;

pub(super) fn changed(ix: IncidentIx, id: IncidentId, reason: Reason) -> IncidentDelta {
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

fn to_status(ix: IncidentIx, id: IncidentId, reason: Reason, to: IncidentStatus) -> IncidentDelta {
    let mut delta = changed(ix, id, reason);
    if let IncidentDelta::Changed { status, .. } = &mut delta {
        *status = Some(to);
    }
    delta
}

/// A relapse.
pub(super) fn reopened(ix: IncidentIx, incident: &Incident) -> IncidentDelta {
    to_status(ix, incident.id, Reason::IncidentReopened, IncidentStatus::Investigating)
}

/// Severity follows the worst alarm that stands, not below what an operator set.
pub(super) fn follow<L: AlarmLookup>(view: &View<'_, L>, ix: IncidentIx, incident: &Incident, deltas: &mut Vec<IncidentDelta>) {
    let Some(group) = view.index.group(ix) else { return };
    let worst = group.standing().worst().max(incident.set_severity.unwrap_or(Severity::Indeterminate));
    if incident.severity == worst {
        return;
    }
    let mut delta = changed(ix, incident.id, Reason::SeverityFollowed);
    if let IncidentDelta::Changed { severity, .. } = &mut delta {
        *severity = Some(worst);
    }
    deltas.push(delta);
}

/// Decides what follows for its incident from an alarm that was cleared or eased (the change is folded already).
#[must_use]
pub fn cleared<L: AlarmLookup>(view: &View<'_, L>, ix: IncidentIx) -> Vec<IncidentDelta> {
    let (Some(incident), Some(group)) = (view.incidents.get(ix), view.index.group(ix)) else {
        return Vec::new();
    };
    let mut deltas = Vec::new();
    follow(view, ix, incident, &mut deltas);
    let over = group.standing().active() == 0;
    if over && incident.status.open() {
        deltas.push(to_status(ix, incident.id, Reason::IncidentResolved, IncidentStatus::Resolved));
    }
    // How it ends tells of its cause: a restart, people who are there again, or neither. That it is over, its report says at once.
    let wait = if over {
        Span::millis(view.policy.diagnose_delay_ms)
    } else {
        Span::seconds(view.policy.settle_s)
    };
    let at = view.now.plus(wait);
    let due = if over {
        incident.diagnose_at.is_none_or(|due| due > at)
    } else {
        incident.diagnose_at.is_none()
    };
    if due && incident.status != IncidentStatus::Closed {
        deltas.push(IncidentDelta::DiagnosisDue { ix, id: incident.id, at });
    }
    deltas
}

/// What the clock does to an incident whose diagnosis is not what is due: close it, or let it leave memory.
#[must_use]
pub fn clock(ix: IncidentIx, incident: &Incident, now: Timestamp) -> Vec<IncidentDelta> {
    match (incident.close_at, incident.status) {
        (Some(at), IncidentStatus::Closed) if at <= now => {
            // The newest leaves first: taking the last of a list costs nothing.
            let left = incident.members.iter().rev().map(|member| IncidentDelta::Left {
                ix,
                id: incident.id,
                alarm: member.alarm,
                reason: Reason::Purged,
            });
            left.chain([IncidentDelta::Purged { ix, id: incident.id }]).collect()
        }
        (Some(at), _) if at <= now => vec![to_status(ix, incident.id, Reason::IncidentClosed, IncidentStatus::Closed)],
        _ => Vec::new(),
    }
}

/// When an incident that was just diagnosed is to be diagnosed again, if nothing happens before: alarms that should have been heard by
/// then count against a cause, and so does what is not heard when all is well again.
#[must_use]
pub fn look_again(incident: &Incident, now: Timestamp, policy: &Correlate) -> Option<Timestamp> {
    let settle = Span::seconds(policy.settle_s);
    let settles = match (incident.status, incident.close_at) {
        (IncidentStatus::Resolved, Some(closes)) => closes.minus(Span::seconds(policy.close_after_s)).plus(settle),
        (status, _) if status.open() => incident.last_at.plus(settle),
        _ => return None,
    };
    (now < settles).then_some(settles)
}
