//! Every way a request can go: people, workers, the kill switch and time in any order, until nothing new is reached.

use std::collections::{BTreeSet, VecDeque};

use super::{actor, at, done, draft, policy, preview, proposed, rules, verdict};
use crate::model::{Actor, ChangeRequest, ChangeState, Guard, Mode, Name, Origin, PolicyVerdict, Protection, Role, Span, Timestamp, WorkKind, WorkOutcome};
use crate::policy::Remediate;
use crate::remediation::{Act, Rules, Step, act, clock, due, kill, rearm, stop};

#[derive(Clone)]
struct World {
    change: ChangeRequest,
    guard: Guard,
    now: Timestamp,
}

impl World {
    /// What decisions can depend on: instants as seen from now, numbers of works left out, and of the time before the device nothing once it
    /// is there.
    fn key(&self) -> String {
        let change = &self.change;
        let from_now = |at: Timestamp| at.since(self.now).as_micros().max(-1);
        let work = change.work.map(|work| (work.kind, from_now(work.from), from_now(work.until)));
        let killed = self.guard.killed.is_some();
        if change.state.ended() || change.state.on_device() {
            let agreed = change.approvals.is_empty();
            let window = change.confirm_until.filter(|_| !change.state.ended()).map(from_now);
            return format!(
                "{:?} {work:?} {agreed} {} {window:?} {} {:?} {killed}",
                change.state, change.tries, change.confirmed_by, change.protection
            );
        }
        let mut agreed: Vec<String> = change.approvals.iter().map(|approval| approval.by.to_string()).collect();
        agreed.sort_unstable();
        let age = change.preview.as_ref().map(|preview| self.now.since(preview.at).as_micros());
        let waits = (change.state == ChangeState::Approved).then(|| self.now.since(change.changed_at).as_micros());
        format!(
            "{:?} {work:?} {age:?} {waits:?} {agreed:?} {} {} {killed}",
            change.state,
            change.tries,
            from_now(change.expires_at)
        )
    }
}

fn people() -> [Actor; 4] {
    [
        actor("asker", Role::Supervisor),
        actor("ann", Role::Supervisor),
        actor("ben", Role::Admin),
        actor("olaf", Role::Operator),
    ]
}

/// Everything that can happen next, while the device is free and while another change is on its way to it.
fn nexts(world: &World, policy: &Remediate, judged: &PolicyVerdict, protection: Protection) -> Vec<(String, World)> {
    let other = Name::from("another");
    let mut nexts = acts(world, policy, judged, protection, None);
    nexts.extend(acts(world, policy, judged, protection, Some(&other)));
    let [_, ann, _, olaf] = people();
    if let Some(guard) = kill(&world.guard, &olaf, "", world.now) {
        let step = stop(&world.change, guard.killed.as_ref().unwrap(), &rules(policy, &world.guard, world.now));
        nexts.push((
            "kill".to_owned(),
            World {
                change: step.map_or_else(|| world.change.clone(), |step| step.change),
                guard,
                now: world.now,
            },
        ));
    }
    if let Ok(guard) = rearm(&world.guard, &ann) {
        nexts.push(("rearm".to_owned(), World { guard, ..world.clone() }));
    }
    nexts
}

fn acts(world: &World, policy: &Remediate, judged: &PolicyVerdict, protection: Protection, busy: Option<&Name>) -> Vec<(String, World)> {
    let rules_at = |now| Rules {
        busy,
        ..rules(policy, &world.guard, now)
    };
    let rules = rules_at(world.now);
    let mut nexts = Vec::new();
    let mut take = |what: String, now, step: Option<Step>| {
        let change = step.map(|step| step.change);
        nexts.extend(change.map(|change| {
            let world = World {
                change,
                now,
                guard: world.guard.clone(),
            };
            (what, world)
        }));
    };
    for who in people() {
        for what in [Act::Approve, Act::Reject, Act::Withdraw, Act::Confirm, Act::RollBack] {
            take(format!("{} {what:?}", who.name), world.now, act(&world.change, what, &who, "", &rules).ok());
        }
    }
    let window = Span::seconds(60);
    for outcome in [
        WorkOutcome::Previewed(preview(world.now, protection)),
        WorkOutcome::Applied { protection, window },
        WorkOutcome::Stale,
        WorkOutcome::Confirmed,
        WorkOutcome::Absent,
        WorkOutcome::Failed,
        WorkOutcome::Unknown,
    ] {
        take(format!("{outcome:?}"), world.now, done(&world.change, outcome, judged.clone(), &rules));
    }
    if let Some(at) = due(&world.change, policy.preview_min) {
        let later = at.max(world.now);
        take("time".to_owned(), later, clock(&world.change, &rules_at(later)));
    }
    nexts
}

fn check(before: &World, what: &str, after: &World) {
    let (was, is) = (&before.change, &after.change);
    let story = || format!("{what}: {was:#?}\nbecame {is:#?}");
    let new_work = is.work.filter(|work| was.work.is_none_or(|old| old.number != work.number));
    assert!(
        is.approvals.iter().all(|approval| approval.by != is.requester),
        "the requester never approves own; {}",
        story()
    );
    let mut names: Vec<_> = is.approvals.iter().map(|approval| &approval.by).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), is.approvals.len(), "nobody counts twice; {}", story());
    if new_work.is_some_and(|work| work.kind == WorkKind::Execute) {
        let judged = is.verdict.as_ref().expect("judged before it is carried out");
        let agreed = is.approvals.len() >= usize::from(judged.approvals);
        let by_itself = judged.mode > Mode::RecommendOnly && judged.approvals == 0;
        assert!(
            judged.allowed && agreed && (by_itself || judged.approvals > 0),
            "carried out as the policy demands; {}",
            story()
        );
        assert!(!by_itself || is.draft.targets.len() == 1, "one entity per autonomous action; {}", story());
        assert!(after.guard.killed.is_none(), "nothing begins while everything is stopped; {}", story());
        assert!(!was.executed && is.executed, "carried out once; {}", story());
        assert!(is.preview.is_some(), "nobody approves what was not shown; {}", story());
    }
    if new_work.is_some_and(|work| work.kind == WorkKind::Confirm) {
        assert!(after.guard.killed.is_none(), "nothing is made to stay while everything is stopped; {}", story());
        assert!(!is.confirmed_by.is_empty(), "a person confirms; {}", story());
        assert!(
            !is.approvals.is_empty() || is.confirmed_by != is.requester,
            "a second person saw it; {}",
            story()
        );
    }
    if was.state == ChangeState::Killed {
        assert_eq!(is.state, ChangeState::Killed, "a kill is final; {}", story());
        assert!(
            new_work.is_none_or(|work| work.kind == WorkKind::RollBack),
            "after a kill there is only undoing; {}",
            story()
        );
    } else if was.state.ended() {
        assert_eq!((was.state, was.work), (is.state, is.work), "an end is an end; {}", story());
    }
    if is.state == ChangeState::Confirmed && was.state != ChangeState::Confirmed {
        let nothing_to_confirm = was.work.is_some_and(|work| matches!(work.kind, WorkKind::Execute | WorkKind::LookAfter));
        assert!(!is.confirmed_by.is_empty() || nothing_to_confirm, "what stays was confirmed; {}", story());
    }
    if is.state == ChangeState::AwaitingConfirmation {
        assert!(is.confirm_until.is_some(), "what waits for a word has an hour at which it goes; {}", story());
    }
    assert!(after.now >= before.now);
}

/// With nobody doing anything, it ends by itself.
fn ends_alone(world: &World, policy: &Remediate) -> usize {
    let mut world = world.clone();
    for step in 0..200 {
        if world.change.state.ended() && world.change.work.is_none() {
            return step;
        }
        let at = due(&world.change, policy.preview_min).unwrap_or_else(|| panic!("waits for ever: {:#?}", world.change));
        world.now = at.max(world.now);
        let rules = rules(policy, &world.guard, world.now);
        world.change = clock(&world.change, &rules)
            .unwrap_or_else(|| panic!("due, and nothing is done: {:#?}", world.change))
            .change;
    }
    panic!("does not end: {:#?}", world.change)
}

fn explore(judged: &PolicyVerdict, protection: Protection, targets: u128, origin: Origin) -> (usize, BTreeSet<ChangeState>) {
    let policy = policy();
    let first = World {
        change: proposed(&policy, draft(targets, origin), "asker"),
        guard: Guard::default(),
        now: at(0),
    };
    let mut seen = BTreeSet::from([first.key()]);
    let mut ends = BTreeSet::new();
    let mut open = VecDeque::from([first]);
    while let Some(world) = open.pop_front() {
        assert!(seen.len() < 40_000, "the ways do not end");
        ends_alone(&world, &policy);
        if world.change.state.ended() {
            ends.insert(world.change.state);
        }
        for (what, next) in nexts(&world, &policy, judged, protection) {
            check(&world, &what, &next);
            if seen.insert(next.key()) {
                open.push_back(next);
            }
        }
    }
    (seen.len(), ends)
}

const ENDS: [ChangeState; 6] = [
    ChangeState::Confirmed,
    ChangeState::Expired,
    ChangeState::Failed,
    ChangeState::Killed,
    ChangeState::Rejected,
    ChangeState::RolledBack,
];

#[test]
fn every_way_of_a_change_that_people_approve_keeps_the_promises() {
    for (people, protection) in [(1, Protection::DeviceTimer), (2, Protection::CollectorTimer)] {
        let (ways, ends) = explore(&verdict(Mode::RecommendOnly, people), protection, 2, Origin::Person);
        assert!(ways > 300, "{ways} states");
        assert_eq!(ends, BTreeSet::from(ENDS), "every end is reached, and no other");
    }
}

#[test]
fn every_way_of_a_change_that_begins_by_itself_keeps_the_promises() {
    let (ways, ends) = explore(&verdict(Mode::AutoWithApproval, 0), Protection::DeviceTimer, 1, Origin::Machine);
    assert!(ways > 200, "{ways} states");
    assert_eq!(ends, BTreeSet::from(ENDS));
}

#[test]
fn what_the_policy_denies_never_begins() {
    let denied = PolicyVerdict {
        allowed: false,
        ..verdict(Mode::AutoWithApproval, 0)
    };
    let (_, ends) = explore(&denied, Protection::DeviceTimer, 1, Origin::Person);
    assert!(!ends.contains(&ChangeState::Confirmed) && !ends.contains(&ChangeState::RolledBack));
}
