//! The state machine of one change request. Every function takes it as it is and gives it as it is then.

use super::next::Next;
use crate::model::{
    Actor, Approval, ChangeId, ChangeRequest, ChangeState, Draft, Guard, Killed, Mode, Name, PolicyVerdict, Preview, Protection, Reason, Role, Span, Timestamp,
    Twin, WorkDone, WorkKind, WorkOutcome,
};
use crate::policy::Remediate;

/// Between two tries.
pub(super) const PAUSE: Span = Span::seconds(30);
/// A device's own timer may be so late.
pub(super) const GRACE: Span = Span::seconds(5);
/// What is approved and waits for another change on the same device looks again after this long.
const WAIT: Span = Span::seconds(10);
/// What ended leaves memory after this long; its row stays.
const KEPT: Span = Span::minutes(7 * 24 * 60);
/// Bytes of a sentence that is kept.
pub(super) const WORDS: usize = 400;

/// What decisions rest on besides the request itself.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// The policy in force.
    pub policy: &'a Remediate,
    /// Whether anything may be written at all.
    pub guard: &'a Guard,
    /// Another request that is on its way to the same device: its title.
    pub busy: Option<&'a Name>,
    /// Log's time.
    pub now: Timestamp,
}

/// The state machine's no.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub Name);

impl Refusal {
    pub(super) fn of(text: &str) -> Self {
        Self(Name::cut(text, WORDS))
    }
}

/// What somebody does about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Says yes to what the preview shows.
    Approve,
    /// Says no.
    Reject,
    /// Takes the own request back.
    Withdraw,
    /// Lets what is on the device stay.
    Confirm,
    /// Undoes what is on the device.
    RollBack,
}

/// A request as it is from now on.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The whole of it.
    pub change: ChangeRequest,
    /// Why.
    pub reason: Reason,
    /// It failed, or was undone.
    pub failure: bool,
}

/// A new request. The device is asked at once what would change.
///
/// # Errors
/// Everything is stopped, or it names nothing or too much.
pub fn propose(id: ChangeId, draft: Draft, actor: &Actor, rules: &Rules<'_>) -> Result<Step, Refusal> {
    if let Some(killed) = &rules.guard.killed {
        return Err(stopped(killed));
    }
    if draft.title.trim().is_empty() || draft.action.trim().is_empty() {
        return Err(Refusal::of("a change needs a title and an action"));
    }
    if draft.targets.is_empty() {
        return Err(Refusal::of("a change names what it is done to"));
    }
    if draft.targets.len() > rules.policy.max_targets as usize {
        let most = rules.policy.max_targets;
        return Err(Refusal::of(&format!("it names {} entities, the policy allows {most}", draft.targets.len())));
    }
    let change = ChangeRequest {
        id,
        draft,
        requester: actor.name.clone(),
        state: ChangeState::Drafted,
        created_at: rules.now,
        changed_at: rules.now,
        expires_at: rules.now.plus(Span::minutes(rules.policy.expires_min)),
        preview: None,
        twin: None,
        verdict: None,
        approvals: Vec::new(),
        work: None,
        works: 0,
        tries: 0,
        confirm_until: None,
        confirmed_by: Name::EMPTY,
        protection: None,
        why: Name::from("The device is asked what would change."),
        steps: Vec::new(),
        executed: false,
    };
    let mut next = Next::of(&change, rules);
    next.ask(WorkKind::Preview, rules.now);
    Ok(next.step(Reason::ChangeProposed))
}

/// What a person does about it.
///
/// # Errors
/// Why not, in a sentence.
pub fn act(change: &ChangeRequest, act: Act, actor: &Actor, text: &str, rules: &Rules<'_>) -> Result<Step, Refusal> {
    if change.state.ended() {
        return Err(Refusal::of(&format!("it is {} already", said(change.state))));
    }
    if act != Act::Withdraw && actor.role < Role::Supervisor {
        return Err(Refusal::of("a supervisor decides that"));
    }
    let own = change.requester == actor.name;
    match act {
        Act::Approve => approve(change, actor, text, rules),
        Act::Reject if change.state.on_device() => Err(Refusal::of("it is on its way to the device: roll it back")),
        Act::Reject => Ok(Next::of(change, rules).end(ChangeState::Rejected, Reason::ChangeRejected, &by(&actor.name, "said no", text))),
        Act::Withdraw if !own => Err(Refusal::of("whoever asked for it takes it back; others reject it")),
        Act::Withdraw if change.state.on_device() => Err(Refusal::of("it is on its way to the device: a supervisor rolls it back")),
        Act::Withdraw => Ok(Next::of(change, rules).end(ChangeState::Killed, Reason::ChangeKilled, &by(&actor.name, "took it back", text))),
        Act::Confirm => confirm(change, actor, text, rules),
        Act::RollBack if change.state != ChangeState::AwaitingConfirmation => Err(Refusal::of("there is nothing on the device that could be undone yet")),
        Act::RollBack if asks(change, WorkKind::RollBack) => Err(Refusal::of("it is being undone")),
        Act::RollBack => {
            let mut next = Next::of(change, rules);
            next.change.why = by(&actor.name, "had it undone", text);
            next.ask(WorkKind::RollBack, rules.now);
            Ok(next.step(Reason::ChangeUndoing))
        }
    }
}

fn approve(change: &ChangeRequest, actor: &Actor, text: &str, rules: &Rules<'_>) -> Result<Step, Refusal> {
    if let Some(killed) = &rules.guard.killed {
        return Err(stopped(killed));
    }
    if change.state != ChangeState::Simulated {
        return Err(Refusal::of(match change.state {
            ChangeState::Drafted => "the device has not said yet what would change",
            _ => "it has been approved already",
        }));
    }
    let Some(verdict) = &change.verdict else {
        return Err(Refusal::of("the policy has not judged it yet"));
    };
    if change.requester == actor.name {
        return Err(Refusal::of("who asks for a change does not approve it"));
    }
    if change.approvals.iter().any(|approval| approval.by == actor.name) {
        return Err(Refusal::of("you said yes already: another person must agree"));
    }
    if actor.role < verdict.role {
        return Err(Refusal::of(&format!("its risk asks for the role {}", verdict.role.word())));
    }
    let mut next = Next::of(change, rules);
    next.change.approvals.push(Approval {
        by: actor.name.clone(),
        at: rules.now,
        text: Name::cut(text, WORDS),
    });
    let missing = usize::from(verdict.approvals).saturating_sub(next.change.approvals.len());
    if missing > 0 {
        next.change.why = Name::from(format!("{missing} more must agree."));
        return Ok(next.step(Reason::ChangeAgreed));
    }
    Ok(next.start(Reason::ChangeApproved))
}

fn confirm(change: &ChangeRequest, actor: &Actor, text: &str, rules: &Rules<'_>) -> Result<Step, Refusal> {
    if let Some(killed) = &rules.guard.killed {
        return Err(stopped(killed));
    }
    if change.state != ChangeState::AwaitingConfirmation {
        return Err(Refusal::of("it is not on the device yet"));
    }
    if asks(change, WorkKind::Confirm) || !change.confirmed_by.is_empty() {
        return Err(Refusal::of("it is being confirmed"));
    }
    if change.work.is_some() || change.confirm_until.is_some_and(|until| rules.now >= until) {
        return Err(Refusal::of("its time is over: it is being undone"));
    }
    if change.approvals.is_empty() && change.requester == actor.name {
        return Err(Refusal::of("nobody else has agreed to it yet: another person confirms it"));
    }
    let mut next = Next::of(change, rules);
    next.change.confirmed_by = actor.name.clone();
    next.change.why = by(&actor.name, "confirmed it", text);
    next.ask(WorkKind::Confirm, rules.now);
    Ok(next.step(Reason::ChangeConfirming))
}

/// What a worker's answer does. `None` for an answer that nobody waits for any more.
pub fn done(change: &ChangeRequest, done: &WorkDone, judge: impl FnOnce(&Draft, &Preview) -> (Twin, PolicyVerdict), rules: &Rules<'_>) -> Option<Step> {
    let work = change.work.filter(|work| work.number == done.number)?;
    let mut next = Next::of(change, rules);
    next.change.work = None;
    next.note(&done.steps);
    let problem = if done.problem.is_empty() {
        "the worker does not say why"
    } else {
        done.problem.as_str()
    };
    Some(match work.kind {
        WorkKind::Preview => previewed(next, &done.outcome, problem, judge),
        _ if change.state == ChangeState::Killed => cleaned(next, &done.outcome, problem),
        WorkKind::Execute => executed(next, &done.outcome, problem),
        WorkKind::Confirm => confirmed(next, &done.outcome, problem),
        WorkKind::RollBack => undone(next, &done.outcome, problem),
        WorkKind::LookAfter => looked(next, &done.outcome, problem),
    })
}

fn previewed(mut next: Next<'_>, outcome: &WorkOutcome, problem: &str, judge: impl FnOnce(&Draft, &Preview) -> (Twin, PolicyVerdict)) -> Step {
    match outcome {
        WorkOutcome::Previewed(preview) => {
            let (twin, verdict) = judge(&next.change.draft, preview);
            let (allowed, mode, people) = (verdict.allowed, verdict.mode, verdict.approvals);
            let rules: Vec<&str> = verdict.rules.iter().map(Name::as_str).collect();
            let told = rules.join(" ");
            next.change.preview = Some(preview.clone());
            next.change.twin = Some(twin);
            next.change.verdict = Some(verdict);
            next.change.tries = 0;
            if !allowed {
                return next.end(
                    ChangeState::Rejected,
                    Reason::ChangeDenied,
                    &Name::cut(&format!("The policy says no. {told}"), WORDS),
                );
            }
            if mode > Mode::RecommendOnly && people == 0 {
                return next.start(Reason::ChangeByItself);
            }
            next.change.state = ChangeState::Simulated;
            next.change.why = Name::from(match people {
                1 => "One person must agree.".to_owned(),
                people => format!("{people} people must agree."),
            });
            next.step(Reason::ChangeSimulated)
        }
        WorkOutcome::Failed => next.end(ChangeState::Failed, Reason::ChangeFailed, &sentence("It cannot be done there", problem)),
        _ => next.preview_again(problem),
    }
}

fn executed(mut next: Next<'_>, outcome: &WorkOutcome, problem: &str) -> Step {
    match outcome {
        WorkOutcome::Applied { protection, window } => next.applied(*protection, *window),
        WorkOutcome::Confirmed => {
            next.change.protection = Some(Protection::Nobody);
            next.end(
                ChangeState::Confirmed,
                Reason::ChangeConfirmed,
                &Name::from("Done. It leaves nothing to confirm."),
            )
        }
        WorkOutcome::Stale => {
            next.void();
            next.change.why = Name::from("The device is not as it was when it was approved: it is asked again, and nothing was done.");
            next.ask(WorkKind::Preview, next.rules.now);
            next.step(Reason::ChangeStale)
        }
        WorkOutcome::Absent | WorkOutcome::Failed | WorkOutcome::Previewed(_) => {
            next.end(ChangeState::Failed, Reason::ChangeFailed, &sentence("It could not be carried out", problem))
        }
        WorkOutcome::Unknown => {
            next.change.why = sentence("Nobody knows yet whether it is on the device", problem);
            next.ask(WorkKind::LookAfter, next.rules.now.plus(PAUSE));
            next.step(Reason::ChangeUnknown)
        }
    }
}

fn confirmed(mut next: Next<'_>, outcome: &WorkOutcome, problem: &str) -> Step {
    match outcome {
        WorkOutcome::Confirmed => {
            let why = Name::from(format!("Confirmed by {}.", next.change.confirmed_by));
            next.end(ChangeState::Confirmed, Reason::ChangeConfirmed, &why)
        }
        WorkOutcome::Absent => next.end(
            ChangeState::RolledBack,
            Reason::ChangeRolledBack,
            &Name::from("It was confirmed too late: the device had undone it."),
        ),
        _ => {
            let after = next.after_window();
            next.change.why = sentence("Nobody knows yet whether it stays", problem);
            next.ask(WorkKind::LookAfter, after);
            next.step(Reason::ChangeUnknown)
        }
    }
}

fn undone(next: Next<'_>, outcome: &WorkOutcome, problem: &str) -> Step {
    match outcome {
        WorkOutcome::Absent => {
            let why = next.change.why.clone();
            next.end(ChangeState::RolledBack, Reason::ChangeRolledBack, &why)
        }
        _ => next.try_again(WorkKind::RollBack, problem, "It could not be undone: look at the device"),
    }
}

fn looked(mut next: Next<'_>, outcome: &WorkOutcome, problem: &str) -> Step {
    let confirming = !next.change.confirmed_by.is_empty();
    match (outcome, next.change.state) {
        (WorkOutcome::Absent, ChangeState::Executing) => next.end(
            ChangeState::Failed,
            Reason::ChangeFailed,
            &sentence("It was interrupted, and nothing of it is on the device", problem),
        ),
        (WorkOutcome::Absent, _) => next.end(
            ChangeState::RolledBack,
            Reason::ChangeRolledBack,
            &Name::from("Nobody confirmed it in time: it was undone."),
        ),
        (WorkOutcome::Confirmed, _) => {
            let why = Name::from(format!("Confirmed by {}: it is on the device after its window.", next.change.confirmed_by));
            next.end(ChangeState::Confirmed, Reason::ChangeConfirmed, &why)
        }
        (WorkOutcome::Applied { protection, window }, ChangeState::Executing) => next.applied(*protection, *window),
        (WorkOutcome::Applied { .. }, _) if confirming => {
            let why = Name::from(format!("Confirmed by {}: it is on the device after its window.", next.change.confirmed_by));
            next.end(ChangeState::Confirmed, Reason::ChangeConfirmed, &why)
        }
        (WorkOutcome::Applied { .. }, _) => {
            next.change.why = Name::from("Nobody confirmed it in time, and it is still there: it is undone.");
            next.change.tries = 0;
            next.ask(WorkKind::RollBack, next.rules.now);
            next.step(Reason::ChangeUndoing)
        }
        _ => next.try_again(WorkKind::LookAfter, problem, "Nobody knows what the device holds: look at it"),
    }
}

/// After a kill: whatever the device held of it.
fn cleaned(mut next: Next<'_>, outcome: &WorkOutcome, problem: &str) -> Step {
    match outcome {
        WorkOutcome::Absent | WorkOutcome::Stale | WorkOutcome::Failed => {
            next.change.why = sentence(&next.change.why.clone(), "nothing of it is on the device");
            next.step(Reason::ChangeRolledBack)
        }
        WorkOutcome::Confirmed => {
            next.change.why = sentence(&next.change.why.clone(), "it had been confirmed just before, and is on the device");
            next.step(Reason::ChangeUnknown)
        }
        _ => next.try_again(WorkKind::RollBack, problem, "It could not be undone: look at the device"),
    }
}

/// What the passing of time does to it.
#[must_use]
pub fn clock(change: &ChangeRequest, rules: &Rules<'_>) -> Option<Step> {
    let now = rules.now;
    let next = Next::of(change, rules);
    if let Some(work) = change.work.filter(|work| now >= work.until) {
        return Some(silent(next, work.kind));
    }
    if change.work.is_some() && change.state.on_device() || change.state == ChangeState::Killed {
        return None;
    }
    match change.state {
        ChangeState::Drafted | ChangeState::Simulated | ChangeState::Approved if now >= change.expires_at => {
            Some(next.end(ChangeState::Expired, Reason::ChangeExpired, &Name::from("Nobody took it up in time.")))
        }
        ChangeState::Simulated | ChangeState::Approved if stale_at(change, rules.policy.preview_min).is_some_and(|at| now >= at) => {
            let mut next = next;
            next.void();
            next.change.why = Name::from("What the device said is too old: it is asked again.");
            next.ask(WorkKind::Preview, now);
            Some(next.step(Reason::ChangeStale))
        }
        ChangeState::Approved if now >= change.changed_at.plus(WAIT) => Some(next.start(Reason::ChangeApproved)),
        ChangeState::AwaitingConfirmation if change.confirm_until.is_some_and(|until| now >= until) => Some(overdue(next)),
        _ => None,
    }
}

/// A worker that says nothing.
fn silent(mut next: Next<'_>, kind: WorkKind) -> Step {
    let problem = "the worker did not answer in time";
    next.change.work = None;
    match (kind, next.change.state) {
        (WorkKind::Preview, _) => next.preview_again(problem),
        (_, ChangeState::Killed) | (WorkKind::RollBack, _) => next.try_again(WorkKind::RollBack, problem, "It could not be undone: look at the device"),
        (WorkKind::Execute, _) => executed(next, &WorkOutcome::Unknown, problem),
        (WorkKind::Confirm, _) => confirmed(next, &WorkOutcome::Unknown, problem),
        (WorkKind::LookAfter, _) => next.try_again(WorkKind::LookAfter, problem, "Nobody knows what the device holds: look at it"),
    }
}

fn overdue(mut next: Next<'_>) -> Step {
    let now = next.rules.now;
    next.change.tries = 0;
    if next.change.protection == Some(Protection::DeviceTimer) {
        next.change.why = Name::from("Nobody confirmed it in time: the device undoes it.");
        next.ask(WorkKind::LookAfter, now.plus(GRACE));
    } else {
        next.change.why = Name::from("Nobody confirmed it in time: it is undone.");
        next.ask(WorkKind::RollBack, now);
    }
    next.step(Reason::ChangeUndoing)
}

/// The kill switch. What is on a device is undone; the request stays killed whatever comes of that.
#[must_use]
pub fn stop(change: &ChangeRequest, killed: &Killed, rules: &Rules<'_>) -> Option<Step> {
    if change.state.ended() {
        return None;
    }
    let on_device = change.state.on_device();
    let mut next = Next::of(change, rules);
    next.change.state = ChangeState::Killed;
    next.change.why = by(&killed.by, "stopped everything", &killed.reason);
    next.change.work = None;
    next.change.tries = 0;
    if on_device {
        next.ask(WorkKind::RollBack, rules.now);
    }
    Some(next.step(Reason::ChangeKilled))
}

/// When the clock next does something to it.
#[must_use]
pub fn due(change: &ChangeRequest, preview_min: i64) -> Option<Timestamp> {
    let work = change.work.map(|work| work.until);
    match change.state {
        ChangeState::Drafted => [work, Some(change.expires_at)].into_iter().flatten().min(),
        ChangeState::Simulated => [stale_at(change, preview_min), Some(change.expires_at)].into_iter().flatten().min(),
        ChangeState::Approved => Some(change.changed_at.plus(WAIT).min(change.expires_at)),
        ChangeState::Executing | ChangeState::AwaitingConfirmation => work.or(change.confirm_until),
        _ => Some(work.unwrap_or_else(|| change.changed_at.plus(KEPT))),
    }
}

/// Whether it may leave memory.
#[must_use]
pub fn forgotten(change: &ChangeRequest, now: Timestamp) -> bool {
    change.state.ended() && change.work.is_none() && now >= change.changed_at.plus(KEPT)
}

fn stale_at(change: &ChangeRequest, preview_min: i64) -> Option<Timestamp> {
    change.preview.as_ref().map(|preview| preview.at.plus(Span::minutes(preview_min)))
}

fn asks(change: &ChangeRequest, kind: WorkKind) -> bool {
    change.work.is_some_and(|work| work.kind == kind)
}

fn stopped(killed: &Killed) -> Refusal {
    Refusal::of(&format!("{} stopped everything at {}: a supervisor arms it again", killed.by, killed.at))
}

fn said(state: ChangeState) -> &'static str {
    match state {
        ChangeState::RolledBack => "rolled back",
        other => other.word(),
    }
}

fn by(who: &str, what: &str, text: &str) -> Name {
    let colon = if text.is_empty() { "." } else { ": " };
    Name::cut(&format!("{who} {what}{colon}{text}"), WORDS)
}

pub(super) fn sentence(what: &str, why: &str) -> Name {
    Name::cut(&format!("{}: {}.", what.trim_end_matches('.'), why.trim_end_matches('.')), WORDS)
}
