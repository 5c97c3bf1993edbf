//! The way of a change of the network.

use std::sync::Arc;

use super::changes::{Changes as Told, ItemChange, ItemKind, RowChange, bytes, change_slot};
use super::delta::Delta;
use super::state::State;
use super::turn::Turn;
use crate::model::{
    AlarmLookup, ChangeAct, ChangeId, Command, CommandKind, Draft, EntityIx, Guard, IdKind, Name, Outcome, PolicyVerdict, Preview, Reason, Symptom, Twin,
    WorkDone,
};
use crate::policy::Policy;
use crate::remediation::{self, Act, Changes, Question, Refusal, Rules, Shadow, Step};
use crate::screen::{self, Row};
use crate::topology::Entity;

/// Most requests that one record lets come due.
const AT_ONCE: usize = 64;
/// Most requests that go on at once.
const MOST: usize = 1_000;

/// The rules as they are now, for a request that is to be done to `targets`.
fn with_rules<T>(turn: &Turn<'_>, id: ChangeId, work: impl FnOnce(&Rules<'_>) -> T) -> T {
    let policy: Arc<Policy> = turn.policy.clone();
    let state = &*turn.state;
    let busy = state.changes.get(id).and_then(|change| state.changes.busy(id, &change.draft.targets));
    work(&Rules {
        policy: &policy.remediate,
        guard: &state.guard,
        busy: busy.map(|other| &other.draft.title),
        now: state.at,
    })
}

fn emit(turn: &mut Turn<'_>, step: Step) {
    let failure = step.failure;
    turn.emit(Delta::Change {
        change: Box::new(step.change),
        reason: step.reason,
    });
    if failure {
        let guard = remediation::note_failure(&turn.state.guard, &turn.policy.remediate, turn.state.at);
        turn.emit(Delta::Guard {
            guard,
            reason: Reason::LeftToPeople,
        });
    }
}

fn answered(turn: &mut Turn<'_>, step: Result<Step, Refusal>) -> Outcome {
    match step {
        Err(Refusal(reason)) => Outcome::Refused(reason),
        Ok(step) => {
            emit(turn, step);
            Outcome::Done(1)
        }
    }
}

pub(super) fn propose(turn: &mut Turn<'_>, command: &Command, draft: &Draft) -> Outcome {
    if draft.targets.iter().any(|target| turn.state.topology.by_id(*target).is_none()) {
        return Outcome::NotFound;
    }
    if turn.state.changes.iter().filter(|change| !change.state.ended()).count() >= MOST {
        return Outcome::Refused(Name::from(format!("{MOST} changes go on already: decide some of them first")));
    }
    let id = ChangeId(turn.mint(IdKind::Change));
    let mut draft = draft.clone();
    draft.targets.sort_unstable();
    draft.targets.dedup();
    let step = with_rules(turn, id, |rules| remediation::propose(id, draft, &command.actor, rules));
    match answered(turn, step) {
        Outcome::Done(_) => Outcome::Opened(id),
        other => other,
    }
}

pub(super) fn act(turn: &mut Turn<'_>, command: &Command, id: ChangeId) -> Outcome {
    let act = match command.kind {
        CommandKind::Change(ChangeAct::Approve) => Act::Approve,
        CommandKind::Change(ChangeAct::Reject) => Act::Reject,
        CommandKind::Change(ChangeAct::Withdraw) => Act::Withdraw,
        CommandKind::Change(ChangeAct::Confirm) => Act::Confirm,
        CommandKind::Change(ChangeAct::RollBack) => Act::RollBack,
        _ => return Outcome::Refused(Name::from(format!("{} is nothing that is done to a change", command.kind.word()))),
    };
    let Some(change) = turn.state.changes.get(id) else { return Outcome::NotFound };
    if command.expect.is_some_and(|expect| expect != change.changed_at) {
        return Outcome::Conflict(Name::from(format!("it changed at {}: look again", change.changed_at)));
    }
    if act == Act::Approve && command.expect.is_none() {
        return Outcome::Refused(Name::from("say which state of it you agree to: expect is missing"));
    }
    let step = with_rules(turn, id, |rules| remediation::act(change, act, &command.actor, &command.text, rules));
    answered(turn, step)
}

/// A worker's answer; one that nobody waits for changes nothing.
pub(super) fn done(turn: &mut Turn<'_>, done: &WorkDone) {
    turn.state.remeasure();
    let Some(change) = turn.state.changes.get(done.change) else { return };
    let step = with_rules(turn, done.change, |rules| {
        let judge = |draft: &Draft, preview: &Preview| judge(turn.state, rules, draft, preview);
        remediation::done(change, done, judge, rules)
    });
    if let Some(step) = step {
        emit(turn, step);
    }
}

fn judge(state: &State, rules: &Rules<'_>, draft: &Draft, preview: &Preview) -> (Twin, PolicyVerdict) {
    let out = out_of_service(state);
    let twin = remediation::simulate(
        &Shadow {
            topology: &state.topology,
            impact: &state.impact,
            out: &out,
        },
        draft,
    );
    let found = draft.targets.iter().filter_map(|id| state.topology.by_id(*id));
    let targets: Vec<&Entity> = found.filter_map(|ix| state.topology.entity(ix)).collect();
    let verdict = remediation::judge(&Question {
        policy: rules.policy,
        draft,
        targets: &targets,
        twin: &twin,
        protection: preview.protection,
        tripped: rules.guard.tripped_at.is_some(),
    });
    (twin, verdict)
}

/// What standing alarms say is out of service.
fn out_of_service(state: &State) -> Vec<EntityIx> {
    let mut out: Vec<EntityIx> = state
        .alarms
        .iter()
        .filter_map(|(ix, _)| state.alarms.facts(ix))
        .filter(|alarm| !alarm.cleared)
        .filter_map(|alarm| match alarm.symptom {
            Symptom::PowerLost | Symptom::Unreachable | Symptom::ServiceDown => Some(alarm.anchor.entity),
            Symptom::InterfaceDown | Symptom::SignalLost => alarm
                .anchor
                .link
                .or((alarm.anchor.entity != alarm.anchor.device).then_some(alarm.anchor.entity)),
            _ => None,
        })
        .collect();
    out.sort_unstable();
    out.dedup();
    out
}

pub(super) fn kill(turn: &mut Turn<'_>, command: &Command) -> Outcome {
    let Some(guard) = remediation::kill(&turn.state.guard, &command.actor, &command.text, turn.state.at) else {
        return Outcome::Refused(Name::from("everything is stopped already"));
    };
    let killed = guard.killed.clone();
    turn.emit(Delta::Guard {
        guard,
        reason: Reason::AllStopped,
    });
    let ids: Vec<ChangeId> = turn
        .state
        .changes
        .iter()
        .filter(|change| !change.state.ended())
        .map(|change| change.id)
        .collect();
    let mut stopped = 0;
    for id in ids {
        let step = with_rules(turn, id, |rules| remediation::stop(turn.state.changes.get(id)?, killed.as_ref()?, rules));
        if let Some(step) = step {
            stopped += 1;
            emit(turn, step);
        }
    }
    Outcome::Done(stopped.max(1))
}

pub(super) fn rearm(turn: &mut Turn<'_>, command: &Command) -> Outcome {
    match remediation::rearm(&turn.state.guard, &command.actor) {
        Err(Refusal(reason)) => Outcome::Refused(reason),
        Ok(guard) => {
            turn.emit(Delta::Guard {
                guard,
                reason: Reason::ArmedAgain,
            });
            Outcome::Done(1)
        }
    }
}

/// What the passing of time does to requests.
pub(super) fn pass(turn: &mut Turn<'_>) {
    let now = turn.state.at;
    for id in turn.state.changes.due(now).into_iter().take(AT_ONCE) {
        let Some(change) = turn.state.changes.get(id) else { continue };
        if remediation::forgotten(change, now) {
            turn.emit(Delta::ChangeForgotten { id });
            continue;
        }
        let step = with_rules(turn, id, |rules| remediation::clock(change, rules));
        if let Some(step) = step {
            emit(turn, step);
        }
    }
}

impl State {
    /// The change requests that go on, or ended a while ago.
    #[must_use]
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Whether changes may be made.
    #[must_use]
    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// What screens and a restart are to be told of changes.
    pub(super) fn take_change_requests(&mut self, changes: &mut Told) {
        for id in self.changes.take_dirty() {
            let change = self.changes.get(id);
            changes.items.push(ItemChange {
                kind: ItemKind::Change,
                slot: change_slot(id),
                body: change.map(bytes),
            });
            changes.rows.extend(change.map(|change| RowChange {
                row: Row::Change(Box::new(screen::change_row(self, change))),
                live: true,
            }));
            self.dirt.guard = true;
        }
        changes.rows.extend(std::mem::take(&mut self.dirt.forgotten).into_iter().map(|row| RowChange {
            row: Row::Change(Box::new(row)),
            live: false,
        }));
        if self.dirt.guard {
            changes.items.push(ItemChange {
                kind: ItemKind::Guard,
                slot: 0,
                body: (self.guard != Guard::default()).then(|| bytes(&self.guard)),
            });
            changes.rows.push(RowChange {
                row: Row::Guard(screen::guard_row(self)),
                live: self.guarded(),
            });
        }
    }

    /// Whether there is anything to say about changes: without any, nobody stopped them and the policy is as it comes.
    pub(super) fn guarded(&self) -> bool {
        self.guard != Guard::default() || !self.policy_files.is_empty() || self.changes.iter().next().is_some()
    }
}
