use super::delta::AlarmDelta;
use crate::model::{Ack, AckUntil, Actor, Alarm, AlarmIx, AlarmRef, CommandKind, Name, Reason, Role, Timestamp};

/// Longest comment or note kept in memory, bytes.
const NOTE_KEPT: usize = 400;

/// Why a command on an alarm is refused, in words for whoever sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(pub Name);

fn refuse<T>(text: impl Into<Name>) -> Result<T, Refusal> {
    Err(Refusal(text.into()))
}

/// Decides what an operator's command does to one alarm.
///
/// # Errors
/// The reason for which the alarm's state or owner does not allow it.
pub fn decide(ix: AlarmIx, alarm: &Alarm, kind: &CommandKind, actor: &Actor, text: &Name, now: Timestamp) -> Result<Vec<AlarmDelta>, Refusal> {
    if !alarm.owner.is_empty() && alarm.owner != actor.name && actor.role < Role::Supervisor && !matches!(kind, CommandKind::Comment) {
        return refuse(format!("owned by {}: ask them, or a supervisor, to hand it over", alarm.owner));
    }
    let alarm_ref = AlarmRef { ix, id: alarm.id };
    match kind {
        CommandKind::Ack { until } => {
            if alarm.ack.is_some() {
                return refuse("already acknowledged");
            }
            if matches!(until, AckUntil::Time(at) if *at <= now) {
                return refuse("the time until which to acknowledge is over already");
            }
            let ack = Ack {
                by: actor.name.clone(),
                at: now,
                until: *until,
                note: Name::cut(text, NOTE_KEPT),
            };
            Ok(vec![AlarmDelta::Acked {
                alarm: alarm_ref,
                ack: Box::new(ack),
            }])
        }
        CommandKind::Unack => match alarm.ack {
            Some(_) => Ok(vec![AlarmDelta::Unacked {
                alarm: alarm_ref,
                reason: Reason::Unacked,
                by: Some(actor.name.clone()),
            }]),
            None => refuse("not acknowledged"),
        },
        CommandKind::Own => own(alarm, alarm_ref, actor.name.clone(), actor),
        CommandKind::Assign { to } => own(alarm, alarm_ref, to.clone(), actor),
        CommandKind::Comment if text.trim().is_empty() => refuse("a comment needs a text"),
        CommandKind::Comment => Ok(vec![AlarmDelta::Commented {
            alarm: alarm_ref,
            text: Name::cut(text, NOTE_KEPT),
            by: actor.name.clone(),
        }]),
        CommandKind::Clear if alarm.cleared => refuse("already cleared"),
        CommandKind::Clear => {
            let at = now.max(alarm.last_raised_at);
            Ok(vec![AlarmDelta::Cleared {
                heard: None,
                alarm: alarm_ref,
                at,
                reason: Reason::ClearedByOperator,
                by: Some(actor.name.clone()),
            }])
        }
        CommandKind::Change(act) => refuse(format!("{} is for changes", act.word())),
        CommandKind::SetStatus { .. } | CommandKind::OpenIncident { .. } => refuse(format!("{} is for incidents", kind.word())),
    }
}

fn own(alarm: &Alarm, alarm_ref: AlarmRef, owner: Name, actor: &Actor) -> Result<Vec<AlarmDelta>, Refusal> {
    if alarm.owner == owner {
        return refuse(if owner.is_empty() {
            "nobody owns it".to_owned()
        } else {
            format!("already owned by {owner}")
        });
    }
    Ok(vec![AlarmDelta::Owned {
        alarm: alarm_ref,
        owner,
        by: actor.name.clone(),
    }])
}
