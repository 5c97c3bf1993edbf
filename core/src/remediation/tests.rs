mod explore;
mod judging;
mod lives;

use super::{Rules, Step, propose};
use crate::model::{
    Actor, ChangeId, ChangeRequest, Draft, EntityId, Guard, Mode, Name, Origin, PolicyVerdict, Preview, Protection, Risk, Role, Span, Timestamp, Twin,
    WorkDone, WorkOutcome,
};
use crate::policy::Remediate;

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000).plus(Span::seconds(second))
}

fn actor(name: &str, role: Role) -> Actor {
    Actor {
        name: Name::from(name),
        role,
        from: Name::EMPTY,
    }
}

fn draft(targets: u128, origin: Origin) -> Draft {
    Draft {
        title: Name::from("Reallocate PRBs"),
        action: Name::from("prb_reallocation"),
        params: Vec::new(),
        targets: (1..=targets).map(|number| EntityId(uuid::Uuid::from_u128(number))).collect(),
        risk: Risk::Medium,
        interrupts: false,
        incident: None,
        reason: Name::EMPTY,
        origin,
    }
}

/// Short times, so that everything comes due soon.
fn policy() -> Remediate {
    Remediate {
        expires_min: 3,
        preview_min: 1,
        confirm_s: 60,
        work_s: 20,
        ..Remediate::default()
    }
}

fn verdict(mode: Mode, approvals: u8) -> PolicyVerdict {
    PolicyVerdict {
        allowed: true,
        mode,
        approvals,
        role: Role::Supervisor,
        rules: Vec::new(),
    }
}

fn preview(now: Timestamp, protection: Protection) -> Preview {
    Preview {
        at: now,
        diff: Name::from("-a\n+b"),
        config: 7,
        protection,
        rollback: Name::EMPTY,
    }
}

fn rules<'a>(policy: &'a Remediate, guard: &'a Guard, now: Timestamp) -> Rules<'a> {
    Rules {
        policy,
        guard,
        busy: None,
        now,
    }
}

fn proposed(policy: &Remediate, draft: Draft, by: &str) -> ChangeRequest {
    let guard = Guard::default();
    propose(
        ChangeId(uuid::Uuid::from_u128(1)),
        draft,
        &actor(by, Role::Supervisor),
        &rules(policy, &guard, at(0)),
    )
    .unwrap()
    .change
}

fn answer(change: &ChangeRequest, outcome: WorkOutcome) -> WorkDone {
    WorkDone {
        change: change.id,
        number: change.works,
        outcome,
        steps: vec![Name::from("step")],
        problem: Name::EMPTY,
    }
}

fn done(change: &ChangeRequest, outcome: WorkOutcome, verdict: PolicyVerdict, rules: &Rules<'_>) -> Option<Step> {
    super::done(change, &answer(change, outcome), |_, _| (Twin::default(), verdict), rules)
}
