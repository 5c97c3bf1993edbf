use super::{actor, answer, at, done, draft, policy, preview, proposed, rules, verdict};
use crate::model::{ChangeRequest, ChangeState, Guard, Mode, Name, Origin, Protection, Reason, Role, Span, Twin, WorkDone, WorkKind, WorkOutcome};
use crate::remediation::{Act, Changes, Rules, act, clock, due, kill, note_failure, propose, rearm, stop};

fn simulated(people: u8) -> ChangeRequest {
    let (policy, guard) = (policy(), Guard::default());
    let change = proposed(&policy, draft(1, Origin::Person), "asker");
    let preview = WorkOutcome::Previewed(preview(at(1), Protection::DeviceTimer));
    done(&change, preview, verdict(Mode::RecommendOnly, people), &rules(&policy, &guard, at(1)))
        .unwrap()
        .change
}

fn applied() -> ChangeRequest {
    let (policy, guard) = (policy(), Guard::default());
    let rules = rules(&policy, &guard, at(2));
    let change = act(&simulated(1), Act::Approve, &actor("ann", Role::Supervisor), "", &rules).unwrap().change;
    let window = Span::seconds(60);
    let outcome = WorkOutcome::Applied {
        protection: Protection::DeviceTimer,
        window,
    };
    done(&change, outcome, verdict(Mode::RecommendOnly, 1), &rules).unwrap().change
}

#[test]
fn it_goes_from_draft_to_confirmed_and_tells_why_at_every_step() {
    let (policy, guard) = (policy(), Guard::default());
    let change = simulated(2);
    assert_eq!((change.state, change.why.as_str()), (ChangeState::Simulated, "2 people must agree."));
    let now = rules(&policy, &guard, at(5));
    let own = act(&change, Act::Approve, &actor("asker", Role::Admin), "", &now).unwrap_err();
    assert_eq!(own.0, "who asks for a change does not approve it");
    let one = act(&change, Act::Approve, &actor("ann", Role::Supervisor), "looks right", &now).unwrap();
    assert_eq!((one.change.state, one.reason), (ChangeState::Simulated, Reason::ChangeAgreed));
    assert!(
        act(&one.change, Act::Approve, &actor("ann", Role::Supervisor), "", &now)
            .unwrap_err()
            .0
            .contains("another person")
    );
    let two = act(&one.change, Act::Approve, &actor("ben", Role::Supervisor), "", &now).unwrap();
    assert_eq!((two.change.state, two.reason), (ChangeState::Executing, Reason::ChangeExecuting));
    let window = Span::seconds(900);
    let outcome = WorkOutcome::Applied {
        protection: Protection::DeviceTimer,
        window,
    };
    let there = done(&two.change, outcome, verdict(Mode::RecommendOnly, 2), &now).unwrap().change;
    assert_eq!(there.state, ChangeState::AwaitingConfirmation);
    assert_eq!(there.confirm_until, Some(at(65)), "no longer than the policy's window");
    let sure = act(&there, Act::Confirm, &actor("asker", Role::Supervisor), "", &now).unwrap().change;
    assert_eq!(sure.work.map(|work| work.kind), Some(WorkKind::Confirm));
    let end = done(&sure, WorkOutcome::Confirmed, verdict(Mode::RecommendOnly, 2), &now).unwrap();
    assert_eq!((end.change.state, end.failure), (ChangeState::Confirmed, false));
    assert_eq!(end.change.why, "Confirmed by asker.");
}

#[test]
fn an_answer_that_nobody_waits_for_changes_nothing() {
    let (policy, guard) = (policy(), Guard::default());
    let rules = rules(&policy, &guard, at(5));
    let change = applied();
    let late = WorkDone {
        number: change.works,
        ..answer(&change, WorkOutcome::Failed)
    };
    assert_eq!(
        super::super::done(&change, &late, |_, _| (Twin::default(), verdict(Mode::RecommendOnly, 1)), &rules),
        None
    );
}

#[test]
fn nobody_confirms_and_the_device_undoes_it() {
    let (policy, guard) = (policy(), Guard::default());
    let change = applied();
    assert_eq!(due(&change, policy.preview_min), Some(at(62)));
    assert_eq!(clock(&change, &rules(&policy, &guard, at(61))), None);
    let over = clock(&change, &rules(&policy, &guard, at(62))).unwrap().change;
    assert_eq!(
        over.work.map(|work| (work.kind, work.from)),
        Some((WorkKind::LookAfter, at(67))),
        "its timer is given a moment"
    );
    let late = act(&over, Act::Confirm, &actor("ann", Role::Supervisor), "", &rules(&policy, &guard, at(63))).unwrap_err();
    assert!(late.0.contains("time is over"), "{late}");
    let end = done(&over, WorkOutcome::Absent, verdict(Mode::RecommendOnly, 1), &rules(&policy, &guard, at(70))).unwrap();
    assert_eq!((end.change.state, end.failure), (ChangeState::RolledBack, true));
}

#[test]
fn a_worker_that_fell_while_carrying_it_out_is_followed_by_a_look_and_not_by_another_try() {
    let (policy, guard) = (policy(), Guard::default());
    let rules_at = |second| rules(&policy, &guard, at(second));
    let change = act(&simulated(1), Act::Approve, &actor("ann", Role::Supervisor), "", &rules_at(2))
        .unwrap()
        .change;
    let silent = clock(&change, &rules_at(22)).unwrap().change;
    assert_eq!(silent.work.map(|work| work.kind), Some(WorkKind::LookAfter));
    let window = Span::seconds(30);
    let outcome = WorkOutcome::Applied {
        protection: Protection::DeviceTimer,
        window,
    };
    let there = done(&silent, outcome, verdict(Mode::RecommendOnly, 1), &rules_at(55)).unwrap().change;
    assert_eq!((there.state, there.confirm_until), (ChangeState::AwaitingConfirmation, Some(at(85))));
}

#[test]
fn another_configuration_or_an_old_preview_voids_approvals() {
    let (policy, guard) = (policy(), Guard::default());
    let one = act(&simulated(2), Act::Approve, &actor("ann", Role::Supervisor), "", &rules(&policy, &guard, at(2)))
        .unwrap()
        .change;
    let old = clock(&one, &rules(&policy, &guard, at(61))).unwrap();
    assert_eq!(
        (old.change.state, old.reason, old.change.approvals.len()),
        (ChangeState::Drafted, Reason::ChangeStale, 0)
    );
    let running = act(&simulated(1), Act::Approve, &actor("ann", Role::Supervisor), "", &rules(&policy, &guard, at(2)))
        .unwrap()
        .change;
    let stale = done(&running, WorkOutcome::Stale, verdict(Mode::RecommendOnly, 1), &rules(&policy, &guard, at(3)))
        .unwrap()
        .change;
    assert_eq!((stale.state, stale.approvals.len(), stale.executed), (ChangeState::Drafted, 0, false));
    assert_eq!(stale.work.map(|work| work.kind), Some(WorkKind::Preview));
}

#[test]
fn the_kill_switch_stops_what_waits_and_undoes_what_is_there_until_a_supervisor_arms_it_again() {
    let (policy, now) = (policy(), at(5));
    let guard = kill(&Guard::default(), &actor("olaf", Role::Operator), "smoke", now).unwrap();
    assert_eq!(kill(&guard, &actor("ann", Role::Admin), "", now), None);
    let killed = guard.killed.clone().unwrap();
    let rules = rules(&policy, &guard, now);
    let waits = stop(&simulated(1), &killed, &rules).unwrap().change;
    assert_eq!((waits.state, waits.work), (ChangeState::Killed, None));
    assert_eq!(waits.why, "olaf stopped everything: smoke");
    let there = stop(&applied(), &killed, &rules).unwrap().change;
    assert_eq!(there.work.map(|work| work.kind), Some(WorkKind::RollBack));
    let clean = done(&there, WorkOutcome::Absent, verdict(Mode::RecommendOnly, 1), &rules).unwrap().change;
    assert_eq!((clean.state, clean.work), (ChangeState::Killed, None));
    assert!(clean.why.ends_with("nothing of it is on the device."), "{}", clean.why);
    let new = propose(waits.id, draft(1, Origin::Person), &actor("ann", Role::Supervisor), &rules).unwrap_err();
    assert!(new.0.contains("olaf stopped everything"), "{new}");
    assert!(rearm(&guard, &actor("olaf", Role::Operator)).is_err());
    assert_eq!(rearm(&guard, &actor("ann", Role::Supervisor)), Ok(Guard::default()));
    assert!(rearm(&Guard::default(), &actor("ann", Role::Supervisor)).is_err());
}

#[test]
fn after_three_failures_in_a_day_people_decide() {
    let policy = policy();
    let mut guard = Guard::default();
    for (second, tripped) in [(0, false), (86_401, false), (86_500, false), (86_600, true)] {
        guard = note_failure(&guard, &policy, at(second));
        assert_eq!(guard.tripped_at.is_some(), tripped, "at {second}");
    }
}

#[test]
fn a_second_change_of_a_device_waits_for_the_first() {
    let (policy, guard) = (policy(), Guard::default());
    let title = Name::from("the first");
    let busy = Rules {
        busy: Some(&title),
        ..rules(&policy, &guard, at(2))
    };
    let waits = act(&simulated(1), Act::Approve, &actor("ann", Role::Supervisor), "", &busy).unwrap().change;
    assert_eq!((waits.state, waits.work), (ChangeState::Approved, None));
    let goes = clock(&waits, &rules(&policy, &guard, at(12))).unwrap().change;
    assert_eq!(goes.state, ChangeState::Executing);
    let mut changes = Changes::default();
    let mut first = applied();
    first.id = crate::model::ChangeId(uuid::Uuid::from_u128(2));
    changes.put(first, policy.preview_min);
    assert!(changes.busy(waits.id, &waits.draft.targets).is_some());
    assert_eq!(changes.next_due(), Some(at(62)));
}
