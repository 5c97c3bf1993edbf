//! The way of an operator's command.

use std::collections::BTreeMap;

use super::answer::Answer;
use super::change;
use super::delta::Delta;
use super::event::emit_alarm;
use super::turn::Turn;
use crate::correlation::{self, IncidentDelta};
use crate::model::{
    AlarmId, AlarmIx, ChangeAct, Command, CommandKind, CommandTarget, IdKind, Incident, IncidentId, IncidentIx, IncidentStatus, Link, LinkReason, Member, Name,
    Outcome, Reason, Refused, Severity, SharedList, Span,
};
use crate::reduction;

pub(super) fn take(turn: &mut Turn<'_>, command: &Command) -> Answer {
    if let Some(answered) = turn.state.commands.get(command.id) {
        return Answer::Command(answered.outcome.clone());
    }
    let outcome = match &command.kind {
        CommandKind::OpenIncident { title, severity } => open_incident(turn, command, title, *severity),
        CommandKind::Change(ChangeAct::Propose(draft)) => change::propose(turn, command, draft),
        CommandKind::Change(ChangeAct::Kill) => change::kill(turn, command),
        CommandKind::Change(ChangeAct::Rearm) => change::rearm(turn, command),
        _ => on_targets(turn, command),
    };
    turn.emit(Delta::Command {
        id: command.id,
        outcome: outcome.clone(),
    });
    Answer::Command(outcome)
}

/// One target: its refusal is the answer. Many: each changes or refuses for itself, and the answer says which did not, and why.
fn on_targets(turn: &mut Turn<'_>, command: &Command) -> Outcome {
    if let [target] = command.targets.as_slice() {
        return on_target(turn, command, *target);
    }
    let mut done = 0;
    let mut refused: BTreeMap<Name, Vec<CommandTarget>> = BTreeMap::new();
    for target in &command.targets {
        let reason = match on_target(turn, command, *target) {
            Outcome::Done(_) | Outcome::Opened(_) | Outcome::Partly { .. } => {
                done += 1;
                continue;
            }
            Outcome::Refused(reason) | Outcome::Conflict(reason) => reason,
            Outcome::NotFound => Name::from("it is not here any more"),
        };
        refused.entry(reason).or_default().push(*target);
    }
    match (done, refused.is_empty()) {
        (0, true) => Outcome::Refused(Name::from("it names nothing to act on")),
        (_, true) => Outcome::Done(done),
        (_, false) => Outcome::Partly {
            done,
            refused: by_number(refused),
        },
    }
}

/// What most of them said comes first.
fn by_number(refused: BTreeMap<Name, Vec<CommandTarget>>) -> Vec<Refused> {
    let mut refused: Vec<Refused> = refused.into_iter().map(|(reason, targets)| Refused { reason, targets }).collect();
    refused.sort_by_key(|one| std::cmp::Reverse(one.targets.len()));
    refused
}

fn on_target(turn: &mut Turn<'_>, command: &Command, target: CommandTarget) -> Outcome {
    match target {
        CommandTarget::Alarm(id) => on_alarm(turn, command, id),
        CommandTarget::Incident(id) => on_incident(turn, command, id),
        CommandTarget::Change(id) => change::act(turn, command, id),
    }
}

fn on_alarm(turn: &mut Turn<'_>, command: &Command, id: AlarmId) -> Outcome {
    let Some((ix, alarm)) = turn.state.alarms.by_id(id).and_then(|ix| turn.state.alarms.get(ix).map(|alarm| (ix, alarm))) else {
        return Outcome::NotFound;
    };
    if command.expect.is_some_and(|expect| expect != alarm.changed_at) {
        return Outcome::Conflict(Name::from(format!("it changed at {}: look again", alarm.changed_at)));
    }
    match reduction::command(ix, alarm, &command.kind, &command.actor, &command.text, turn.state.at) {
        Err(reduction::Refusal(reason)) => Outcome::Refused(reason),
        Ok(deltas) => {
            for delta in deltas {
                emit_alarm(turn, delta);
            }
            Outcome::Done(1)
        }
    }
}

fn on_incident(turn: &mut Turn<'_>, command: &Command, id: IncidentId) -> Outcome {
    let Some((ix, incident)) = turn
        .state
        .incidents
        .by_id(id)
        .and_then(|ix| turn.state.incidents.get(ix).map(|incident| (ix, incident)))
    else {
        return Outcome::NotFound;
    };
    if command.expect.is_some_and(|expect| expect != incident.changed_at) {
        return Outcome::Conflict(Name::from(format!("it changed at {}: look again", incident.changed_at)));
    }
    let members: Vec<AlarmIx> = incident.members.iter().map(|member| member.alarm).collect();
    match correlation::command(ix, incident, &command.kind, &command.actor, &command.text) {
        Err(correlation::Refusal(reason)) => Outcome::Refused(reason),
        Ok(deltas) => {
            for delta in deltas {
                turn.emit(Delta::Incident(delta));
            }
            if matches!(command.kind, CommandKind::Ack { .. } | CommandKind::Unack | CommandKind::Clear) {
                on_members(turn, command, &members);
            }
            Outcome::Done(1)
        }
    }
}

/// Acknowledging or clearing an incident does the same to its alarms; those that refuse stay as they are.
fn on_members(turn: &mut Turn<'_>, command: &Command, members: &[AlarmIx]) {
    for ix in members {
        let deltas = turn
            .state
            .alarms
            .get(*ix)
            .and_then(|alarm| reduction::command(*ix, alarm, &command.kind, &command.actor, &command.text, turn.state.at).ok())
            .unwrap_or_default();
        for delta in deltas {
            emit_alarm(turn, delta);
        }
    }
}

fn open_incident(turn: &mut Turn<'_>, command: &Command, title: &Name, severity: Severity) -> Outcome {
    if title.trim().is_empty() {
        return Outcome::Refused(Name::from("an incident needs a title"));
    }
    let mut alarms = Vec::new();
    for target in &command.targets {
        let CommandTarget::Alarm(id) = target else {
            return Outcome::Refused(Name::from("an incident is opened over alarms"));
        };
        match turn.state.alarms.by_id(*id) {
            Some(ix) => alarms.push(ix),
            None => return Outcome::NotFound,
        }
    }
    let id = IncidentId(turn.mint(IdKind::Incident));
    let ix = turn.state.incidents.next_slot();
    let incident = Box::new(by_hand(turn, id, title, severity, command));
    turn.emit(Delta::Incident(IncidentDelta::Opened {
        ix,
        incident,
        reason: Reason::IncidentByHand,
    }));
    if !command.text.is_empty() {
        turn.emit(Delta::Incident(IncidentDelta::Commented {
            ix,
            id,
            text: Name::cut(&command.text, 400),
            by: command.actor.name.clone(),
        }));
    }
    for alarm in alarms {
        take_over(turn, ix, id, alarm);
    }
    Outcome::Done(1)
}

fn by_hand(turn: &Turn<'_>, id: IncidentId, title: &Name, severity: Severity, command: &Command) -> Incident {
    let now = turn.state.at;
    Incident {
        id,
        title: Name::cut(title, 200),
        severity,
        status: IncidentStatus::New,
        opened_at: now,
        changed_at: now,
        first_at: now,
        last_at: now,
        members: Vec::new(),
        active: 0,
        hypotheses: SharedList::default(),
        sitrep: None,
        diagnose_at: (!command.targets.is_empty()).then(|| now.plus(Span::millis(turn.state.policy.correlate.diagnose_delay_ms))),
        close_at: None,
        owner: Name::EMPTY,
        comment: Name::EMPTY,
        marked_cause: None,
        by_hand: true,
        emergency: false,
        set_severity: Some(severity),
        finding: None,
        clock: None,
        acked_at: None,
    }
}

fn take_over(turn: &mut Turn<'_>, ix: IncidentIx, id: IncidentId, alarm: AlarmIx) {
    let Some((at, old)) = turn.state.alarms.get(alarm).map(|alarm| (alarm.raised_at, alarm.incident)) else {
        return;
    };
    if let Some(old) = old
        && let Some(old_id) = turn.state.incidents.get(old).map(|incident| incident.id)
    {
        turn.emit(Delta::Incident(IncidentDelta::Left {
            ix: old,
            id: old_id,
            alarm,
            reason: Reason::IncidentLeft,
        }));
    }
    let member = Member {
        alarm,
        at,
        link: Link {
            reason: LinkReason::ByOperator,
            through: None,
            alarm: None,
        },
    };
    turn.emit(Delta::Incident(IncidentDelta::Joined { ix, id, member }));
}
