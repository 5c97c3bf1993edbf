use super::delta::IncidentDelta;
use crate::model::{Actor, CommandKind, Incident, IncidentIx, IncidentStatus, Name, Reason, Role};

/// Why a command on an incident is refused, in words for whoever sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(pub Name);

fn refuse<T>(text: impl Into<Name>) -> Result<T, Refusal> {
    Err(Refusal(text.into()))
}

/// Decides what an operator's command does to one incident. Acknowledging or clearing its alarms is reduction's part.
///
/// # Errors
/// The reason for which the incident's state or owner does not allow it.
pub fn decide(ix: IncidentIx, incident: &Incident, kind: &CommandKind, actor: &Actor, text: &Name) -> Result<Vec<IncidentDelta>, Refusal> {
    let id = incident.id;
    if !incident.owner.is_empty() && incident.owner != actor.name && actor.role < Role::Supervisor && !matches!(kind, CommandKind::Comment) {
        return refuse(format!("owned by {}: ask them, or a supervisor, to hand it over", incident.owner));
    }
    match kind {
        CommandKind::Ack { .. } if incident.status == IncidentStatus::New => set(ix, incident, IncidentStatus::Acknowledged, actor),
        CommandKind::Ack { .. } => refuse(format!("already {}", incident.status.word())),
        CommandKind::Unack if incident.status == IncidentStatus::Acknowledged => set(ix, incident, IncidentStatus::New, actor),
        CommandKind::Unack => refuse(format!("it is {}, not acknowledged", incident.status.word())),
        CommandKind::Own => own(ix, incident, actor.name.clone(), actor),
        CommandKind::Assign { to } => own(ix, incident, to.clone(), actor),
        CommandKind::Comment if text.trim().is_empty() => refuse("a comment needs a text"),
        CommandKind::Comment => Ok(vec![IncidentDelta::Commented {
            ix,
            id,
            text: Name::cut(text, 400),
            by: actor.name.clone(),
        }]),
        CommandKind::Clear if !incident.status.open() => refuse(format!("already {}", incident.status.word())),
        CommandKind::Clear => set(ix, incident, IncidentStatus::Resolved, actor),
        CommandKind::SetStatus { status } if *status == incident.status => refuse(format!("already {}", status.word())),
        CommandKind::SetStatus { status } => match (incident.status, *status) {
            (IncidentStatus::Closed, _) => refuse("closed: only a relapse reopens it"),
            (_, IncidentStatus::New) => refuse("an incident does not become new again"),
            (_, status) => set(ix, incident, status, actor),
        },
        CommandKind::OpenIncident { .. } => refuse("open_incident is for alarms"),
        CommandKind::Change(act) => refuse(format!("{} is for changes", act.word())),
    }
}

fn set(ix: IncidentIx, incident: &Incident, status: IncidentStatus, actor: &Actor) -> Result<Vec<IncidentDelta>, Refusal> {
    Ok(vec![IncidentDelta::Changed {
        ix,
        id: incident.id,
        reason: Reason::IncidentStatusSet,
        status: Some(status),
        severity: None,
        title: None,
        by: Some(actor.name.clone()),
        active: None,
        emergency: None,
    }])
}

fn own(ix: IncidentIx, incident: &Incident, owner: Name, actor: &Actor) -> Result<Vec<IncidentDelta>, Refusal> {
    if incident.owner == owner {
        return refuse(if owner.is_empty() {
            "nobody owns it".to_owned()
        } else {
            format!("already owned by {owner}")
        });
    }
    Ok(vec![IncidentDelta::Owned {
        ix,
        id: incident.id,
        owner,
        by: actor.name.clone(),
    }])
}
