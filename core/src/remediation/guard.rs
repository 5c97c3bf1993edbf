use super::machine::Refusal;
use crate::model::{Actor, Guard, Killed, Name, Role, Span, Timestamp};
use crate::policy::Remediate;

/// Failures that are remembered.
const KEPT: usize = 16;

/// Stops everything, by whoever is on a seat. Stopping what is stopped changes nothing.
#[must_use]
pub fn kill(guard: &Guard, actor: &Actor, text: &str, now: Timestamp) -> Option<Guard> {
    guard.killed.is_none().then(|| Guard {
        killed: Some(Killed {
            by: actor.name.clone(),
            at: now,
            reason: Name::cut(text, 400),
        }),
        ..guard.clone()
    })
}

/// Lets changes be made again, and forgets failures.
///
/// # Errors
/// Nothing is stopped, or it is not theirs to say.
pub fn rearm(guard: &Guard, actor: &Actor) -> Result<Guard, Refusal> {
    if actor.role < Role::Supervisor {
        return Err(Refusal::of("only a supervisor arms it again"));
    }
    if guard.killed.is_none() && guard.tripped_at.is_none() {
        return Err(Refusal::of("nothing is stopped"));
    }
    Ok(Guard::default())
}

/// Counts a change that failed or was undone; too many in a short time leave decisions to people.
#[must_use]
pub fn note_failure(guard: &Guard, policy: &Remediate, now: Timestamp) -> Guard {
    let mut guard = guard.clone();
    guard.failures.push(now);
    if guard.failures.len() > KEPT {
        guard.failures.remove(0);
    }
    let since = now.minus(Span::minutes(policy.failures_min));
    let recent = guard.failures.iter().filter(|at| **at >= since).count();
    if policy.failures > 0 && recent >= policy.failures as usize && guard.tripped_at.is_none() {
        guard.tripped_at = Some(now);
    }
    guard
}
