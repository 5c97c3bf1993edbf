//! Changes of the network through the pipeline: what is decided is folded to the same state, kept, read again, and told to screens.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;

use pedkai_core::ingest::Mapping;
use pedkai_core::model::*;
use pedkai_core::pipeline::{Answer, Decided, Documents, Input, Record, RecordHeader, State, decide};
use pedkai_core::screen::Row;
use uuid::Uuid;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros((1_800_000_000 + seconds) * 1_000_000)
}

fn actor(name: &str, role: Role) -> Actor {
    Actor {
        name: Name::from(name),
        role,
        from: Name::EMPTY,
    }
}

/// A tenant's state beside another one that only ever folds what was written to the log.
struct Seat {
    decided: State,
    folded: State,
    seq: u64,
    commands: u128,
}

impl Seat {
    fn new() -> Self {
        let state = || State::new(TenantId(Uuid::from_u128(7)), 1, Arc::new(Mapping::default()));
        Self {
            decided: state(),
            folded: state(),
            seq: 0,
            commands: 0,
        }
    }

    fn take(&mut self, second: i64, input: Input) -> Decided {
        self.seq += 1;
        let inputs = vec![input];
        let decided = decide(&mut self.decided, self.seq, at(second), &inputs);
        let record = Record {
            header: RecordHeader {
                epoch: 1,
                seq: self.seq,
                at: at(second),
                build: Name::EMPTY,
                policy: 0,
                mapping: 0,
                topology: 0,
                previous: [0; 32],
            },
            inputs,
            deltas: decided.deltas.clone(),
        };
        let read = Record::decode(&record.encode()).unwrap();
        assert_eq!(read, record, "a record is read as it was written");
        self.folded.begin(self.seq, at(second));
        read.deltas.iter().for_each(|delta| self.folded.fold(delta));
        assert_eq!(self.folded.hash(), self.decided.hash(), "folding gives what deciding gave");
        let items = self.decided.items().into_iter().map(|item| (item.kind, item.slot, item.body.unwrap()));
        let again = State::restore(Arc::new(Mapping::default()), items).unwrap();
        assert_eq!(again.hash(), self.decided.hash(), "what is kept is read again");
        assert_eq!(again.next_deadline(), self.decided.next_deadline(), "with its deadlines");
        decided
    }

    fn command(&mut self, second: i64, who: &Actor, act: ChangeAct, on: Option<ChangeId>, expect: Option<Timestamp>) -> Outcome {
        self.commands += 1;
        let command = Command {
            id: CommandId(Uuid::from_u128(self.commands)),
            actor: who.clone(),
            kind: CommandKind::Change(act),
            targets: on.map(CommandTarget::Change).into_iter().collect(),
            expect,
            text: Name::EMPTY,
        };
        let decided = self.take(second, Input::Command(Box::new(command)));
        match decided.answers.into_iter().next() {
            Some(Answer::Command(outcome)) => outcome,
            other => panic!("{other:?}"),
        }
    }

    fn answer(&mut self, second: i64, id: ChangeId, outcome: WorkOutcome) {
        let number = self.change(id).works;
        self.take(
            second,
            Input::WorkDone(Box::new(WorkDone {
                change: id,
                number,
                outcome,
                steps: Vec::new(),
                problem: Name::EMPTY,
            })),
        );
    }

    fn change(&self, id: ChangeId) -> &ChangeRequest {
        self.decided.changes().get(id).unwrap()
    }

    fn entities(&mut self, names: &[&str]) -> Vec<EntityId> {
        self.take(0, Input::Names(names.iter().copied().map(Name::from).collect()));
        let topology = self.decided.topology();
        let ids = names.iter().map(|name| topology.entity(topology.by_external(name).unwrap()).unwrap().id);
        ids.collect()
    }

    fn propose(&mut self, second: i64, target: EntityId) -> ChangeId {
        let draft = Draft {
            title: Name::from("Describe a port"),
            action: Name::from("set-description"),
            params: vec![(Name::from("description"), Name::from("to Rome"))],
            targets: vec![target, target],
            risk: Risk::Low,
            interrupts: false,
            incident: None,
            reason: Name::EMPTY,
            origin: Origin::Person,
        };
        let act = ChangeAct::Propose(Box::new(draft));
        match self.command(second, &actor("olaf", Role::Operator), act, None, None) {
            Outcome::Opened(id) => id,
            other => panic!("{other:?}"),
        }
    }

    fn previewed(&mut self, second: i64, id: ChangeId) {
        self.answer(
            second,
            id,
            WorkOutcome::Previewed(Preview {
                at: at(second),
                diff: Name::from("+to Rome"),
                config: 1,
                protection: Protection::DeviceTimer,
                rollback: Name::from("The device puts back what it held."),
            }),
        );
    }

    fn policy(&mut self, second: i64, text: &str) {
        let documents = Documents {
            files: vec![(Name::from("remediate.toml"), text.to_owned())],
            actor: actor("ann", Role::Admin),
        };
        let decided = self.take(second, Input::Policy(Box::new(documents)));
        assert_eq!(decided.answers, [Answer::Documents(Ok(()))]);
    }
}

#[test]
fn a_change_goes_through_the_log_and_screens_are_told() {
    let mut seat = Seat::new();
    let target = seat.entities(&["r1"])[0];
    let id = seat.propose(1, target);
    assert_eq!(seat.change(id).draft.targets, [target], "named twice, meant once");
    seat.previewed(2, id);
    let seen = seat.change(id).changed_at;
    let ann = actor("ann", Role::Supervisor);
    let blind = seat.command(3, &ann, ChangeAct::Approve, Some(id), None);
    assert!(matches!(&blind, Outcome::Refused(why) if why.contains("expect")), "{blind:?}");
    let stale = seat.command(3, &ann, ChangeAct::Approve, Some(id), Some(at(1)));
    assert!(matches!(stale, Outcome::Conflict(_)), "{stale:?}");
    assert_eq!(seat.command(4, &ann, ChangeAct::Approve, Some(id), Some(seen)), Outcome::Done(1));
    let window = Span::seconds(900);
    let protection = Protection::DeviceTimer;
    seat.answer(5, id, WorkOutcome::Applied { protection, window });
    assert_eq!(seat.change(id).state, ChangeState::AwaitingConfirmation);
    assert_eq!(seat.decided.next_deadline(), Some(at(905)));
    assert_eq!(seat.command(6, &ann, ChangeAct::Confirm, Some(id), None), Outcome::Done(1));
    seat.answer(7, id, WorkOutcome::Confirmed);
    assert_eq!(seat.change(id).state, ChangeState::Confirmed);
    let rows = seat.decided.take_changes().rows;
    let told = rows.iter().find_map(|change| match &change.row {
        Row::Change(row) => Some(row),
        _ => None,
    });
    let told = told.unwrap();
    assert_eq!(
        (told.state, told.requester.as_str(), told.targets[0].external_id.as_str()),
        (ChangeState::Confirmed, "olaf", "r1")
    );
    assert!(
        rows.iter()
            .any(|change| matches!(&change.row, Row::Guard(guard) if !guard.killed && guard.in_flight == 0))
    );
    let nothing = seat.command(8, &ann, ChangeAct::Approve, Some(ChangeId(Uuid::from_u128(9))), Some(seen));
    assert_eq!(nothing, Outcome::NotFound);
}

#[test]
fn the_kill_switch_holds_over_a_restart_and_nothing_begins_until_it_is_armed_again() {
    let mut seat = Seat::new();
    let targets = seat.entities(&["r1", "r2"]);
    let (waits, there) = (seat.propose(1, targets[0]), seat.propose(2, targets[1]));
    seat.previewed(3, waits);
    seat.previewed(4, there);
    let (ann, olaf) = (actor("ann", Role::Supervisor), actor("olaf", Role::Operator));
    let seen = seat.change(there).changed_at;
    seat.command(5, &ann, ChangeAct::Approve, Some(there), Some(seen));
    let (protection, window) = (Protection::DeviceTimer, Span::seconds(900));
    seat.answer(6, there, WorkOutcome::Applied { protection, window });
    assert_eq!(seat.command(7, &olaf, ChangeAct::Kill, None, None), Outcome::Done(2));
    assert_eq!(seat.change(waits).state, ChangeState::Killed);
    assert_eq!(seat.change(there).work.map(|work| work.kind), Some(WorkKind::RollBack));
    let again = seat.command(8, &ann, ChangeAct::Approve, Some(waits), Some(seat.change(waits).changed_at));
    assert!(matches!(again, Outcome::Refused(_)), "{again:?}");
    seat.answer(9, there, WorkOutcome::Absent);
    assert_eq!(seat.change(there).state, ChangeState::Killed, "a kill is final");
    assert!(
        matches!(seat.command(10, &olaf, ChangeAct::Rearm, None, None), Outcome::Refused(_)),
        "not by an operator"
    );
    assert_eq!(seat.command(11, &ann, ChangeAct::Rearm, None, None), Outcome::Done(1));
    assert_eq!(seat.decided.guard(), &Guard::default());
    seat.propose(12, targets[0]);
}

#[test]
fn another_policy_changes_what_is_due_and_a_request_ends_when_nobody_takes_it_up() {
    let mut seat = Seat::new();
    let target = seat.entities(&["r1"])[0];
    seat.policy(1, "[remediate]\nexpires_min = 10\npreview_min = 60");
    let id = seat.propose(2, target);
    seat.previewed(3, id);
    assert_eq!(seat.decided.next_deadline(), Some(at(602)));
    seat.policy(4, "[remediate]\nexpires_min = 10\npreview_min = 5");
    assert_eq!(seat.decided.next_deadline(), Some(at(303)), "what the device said is old sooner");
    seat.take(303, Input::Clock);
    assert_eq!(seat.change(id).state, ChangeState::Drafted);
    seat.previewed(304, id);
    seat.take(602, Input::Clock);
    assert_eq!(seat.change(id).state, ChangeState::Expired);
    let week = 7 * 86_400;
    seat.take(602 + week, Input::Clock);
    assert!(seat.decided.changes().get(id).is_none(), "out of memory after a week");
}

#[test]
fn the_twin_counts_what_is_out_already_and_the_verdict_names_it() {
    let mut seat = Seat::new();
    let nodes = "external_id,name,type,parent,role\ncore,core,ROUTER,,core\na,a,ROUTER,,\nb,b,ROUTER,,\nsvc,svc,SERVICE,,\n";
    let edges = "source,target,relation\ncore,a,connects\ncore,b,connects\na,b,connects\nb,svc,serves\n";
    let patch = pedkai_core::topology::import::csv(nodes, edges).unwrap().0;
    seat.take(
        1,
        Input::Topology {
            patch: Box::new(patch),
            actor: actor("ann", Role::Admin),
        },
    );
    let topology = seat.decided.topology();
    let target = topology.entity(topology.by_external("b").unwrap()).unwrap().id;
    let id = seat.propose(2, target);
    seat.previewed(3, id);
    let twin = seat.change(id).twin.clone().unwrap();
    assert_eq!((twin.services, twin.down.first()), (1, Some(&target)), "{twin:?}");
    let verdict = seat.change(id).verdict.clone().unwrap();
    assert!(
        verdict.allowed && verdict.rules.iter().any(|rule| rule.contains("remediate.mode is RECOMMEND_ONLY")),
        "{verdict:?}"
    );
}
