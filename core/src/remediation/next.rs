use super::machine::{GRACE, PAUSE, Rules, Step, WORDS, sentence};
use crate::model::{ChangeRequest, ChangeState, Mode, Name, Origin, Protection, Reason, Span, Timestamp, Work, WorkKind};

/// Times that a device is asked what would change, before it is given up.
const PREVIEWS: u32 = 3;
/// Times that undoing, or looking whether it was undone, is tried.
const TRIES: u32 = 10;

/// A request in the making.
pub(super) struct Next<'a> {
    pub(super) change: ChangeRequest,
    pub(super) rules: &'a Rules<'a>,
}

impl<'a> Next<'a> {
    pub(super) fn of(change: &ChangeRequest, rules: &'a Rules<'a>) -> Self {
        let mut change = change.clone();
        change.changed_at = rules.now;
        Self { change, rules }
    }

    pub(super) fn step(self, reason: Reason) -> Step {
        Step {
            change: self.change,
            reason,
            failure: false,
        }
    }

    pub(super) fn end(mut self, state: ChangeState, reason: Reason, why: &Name) -> Step {
        self.change.state = state;
        self.change.why = why.clone();
        self.change.work = None;
        Step {
            failure: self.change.executed && matches!(state, ChangeState::Failed | ChangeState::RolledBack),
            reason,
            change: self.change,
        }
    }

    /// Asks a worker; an earlier work that is not answered yet is no longer waited for.
    pub(super) fn ask(&mut self, kind: WorkKind, from: Timestamp) {
        self.change.works += 1;
        self.change.work = Some(Work {
            number: self.change.works,
            kind,
            from,
            until: from.plus(Span::seconds(self.rules.policy.work_s)),
        });
    }

    /// Enough people, or the policy, said yes: off to the device, unless another change is on its way there.
    pub(super) fn start(mut self, reason: Reason) -> Step {
        if let Some(busy) = self.rules.busy {
            let began = self.change.state == ChangeState::Approved;
            self.change.state = ChangeState::Approved;
            self.change.why = Name::cut(&format!("It waits until '{busy}' is done there."), WORDS);
            return self.step(if began { Reason::ChangeWaits } else { reason });
        }
        self.change.state = ChangeState::Executing;
        self.change.executed = true;
        self.change.tries = 0;
        self.change.why = Name::from("On its way to the device.");
        self.ask(WorkKind::Execute, self.rules.now);
        self.step(if reason == Reason::ChangeByItself { reason } else { Reason::ChangeExecuting })
    }

    /// It is on the device.
    pub(super) fn applied(mut self, protection: Protection, window: Span) -> Step {
        let window = window.min(self.rules.policy.window());
        self.change.state = ChangeState::AwaitingConfirmation;
        self.change.protection = Some(protection);
        self.change.confirm_until = Some(self.rules.now.plus(window));
        self.change.why = Name::from(match protection {
            Protection::DeviceTimer => "On the device, which undoes it unless somebody confirms it.",
            Protection::CollectorTimer | Protection::Nobody => "On the device. The collector undoes it unless somebody confirms it.",
        });
        if self.change.verdict.as_ref().is_some_and(|verdict| verdict.mode == Mode::FullyAutonomous) && self.change.draft.origin == Origin::Machine {
            self.ask(WorkKind::Confirm, self.rules.now);
        }
        self.step(Reason::ChangeApplied)
    }

    /// What was approved no longer holds.
    pub(super) fn void(&mut self) {
        self.change.state = ChangeState::Drafted;
        self.change.preview = None;
        self.change.twin = None;
        self.change.verdict = None;
        self.change.approvals.clear();
        self.change.executed = false;
    }

    pub(super) fn preview_again(mut self, problem: &str) -> Step {
        self.change.tries += 1;
        if self.change.tries >= PREVIEWS {
            return self.end(
                ChangeState::Failed,
                Reason::ChangeFailed,
                &sentence("The device could not be asked what would change", problem),
            );
        }
        self.change.why = sentence("The device could not be asked yet", problem);
        let from = self.rules.now.plus(PAUSE);
        self.ask(WorkKind::Preview, from);
        self.step(Reason::ChangeUnknown)
    }

    /// Tries again after a pause; in the end says so and leaves it to people.
    pub(super) fn try_again(mut self, kind: WorkKind, problem: &str, last: &str) -> Step {
        self.change.tries += 1;
        if self.change.tries >= TRIES {
            if self.change.state == ChangeState::Killed {
                self.change.why = sentence(last, problem);
                return self.step(Reason::ChangeUnknown);
            }
            return self.end(ChangeState::Failed, Reason::ChangeFailed, &sentence(last, problem));
        }
        if self.change.state != ChangeState::Killed {
            self.change.why = sentence("The device could not be asked yet", problem);
        }
        let from = self.rules.now.plus(PAUSE);
        self.ask(kind, from);
        self.step(Reason::ChangeUnknown)
    }

    pub(super) fn after_window(&self) -> Timestamp {
        self.change.confirm_until.unwrap_or(self.rules.now).max(self.rules.now).plus(GRACE)
    }

    pub(super) fn note(&mut self, steps: &[Name]) {
        self.change.steps.extend(steps.iter().map(|step| Name::cut(step, WORDS)));
        let more = self.change.steps.len().saturating_sub(ChangeRequest::STEPS);
        self.change.steps.drain(..more);
    }
}
