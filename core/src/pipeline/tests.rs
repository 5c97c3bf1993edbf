use std::sync::Arc;

use uuid::Uuid;

use super::*;
use crate::ingest::Mapping;
use crate::model::*;

fn report(entity: &str, kind: &str, severity: Severity, at: i64, cleared: bool) -> Input {
    Input::Event(Event {
        received_at: Timestamp::from_micros(at * 1_000_000),
        source: SourceKind::Webhook,
        source_address: Name::from("test"),
        relay: false,
        key: None,
        payload: Payload::Alarm(Box::new(AlarmReport {
            entity_id: Name::from(entity),
            alarm_type: Name::from(kind),
            severity,
            raised_at: Timestamp::from_micros(at * 1_000_000),
            source_system: Name::from("test"),
            qualifier: Name::EMPTY,
            probable_cause: Name::EMPTY,
            text: Name::from("text"),
            cleared,
            attributes: Vec::new(),
        })),
    })
}

fn state() -> State {
    State::new(TenantId(Uuid::from_u128(7)), 1, Arc::new(Mapping::default()))
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

#[test]
fn repeats_count_and_a_clear_resolves_the_incident() {
    let mut state = state();
    let raise = report("r1", "LINK_DOWN", Severity::Major, 1_000, false);
    let first = decide(&mut state, 1, at(1_000), &[raise.clone(), raise.clone(), raise]);
    assert_eq!(first.answers.len(), 3);
    let (_, alarm) = state.alarms().iter().next().unwrap();
    assert_eq!(alarm.count, 3);
    assert_eq!(state.incidents().iter().count(), 1);
    let second = decide(&mut state, 2, at(1_010), &[report("r1", "LINK_DOWN", Severity::Major, 1_010, true)]);
    assert!(matches!(second.answers[0], Answer::Event { reason: Reason::Cleared, .. }));
    let (_, incident) = state.incidents().iter().next().unwrap();
    assert_eq!(incident.status, IncidentStatus::Resolved);
}

#[test]
fn folding_the_records_gives_the_state_that_deciding_gave() {
    let mut decided = state();
    let mut folded = state();
    for round in 0..50_i64 {
        let now = 1_000 + round * 7;
        let mut inputs: Vec<Input> = (0..20)
            .map(|n| {
                report(
                    &format!("r{}", (n * round) % 9),
                    ["A", "B"][(n % 2) as usize],
                    Severity::ALL[(n % 5) as usize],
                    now,
                    n % 3 == 0,
                )
            })
            .collect();
        inputs.push(Input::Clock);
        let seq = (round + 1) as u64;
        let record = decide(&mut decided, seq, at(now), &inputs);
        let bytes = Record {
            header: RecordHeader {
                epoch: 1,
                seq,
                at: at(now),
                build: Name::EMPTY,
                policy: 0,
                mapping: 0,
                topology: 0,
                previous: [0; 32],
            },
            inputs: inputs.clone(),
            deltas: record.deltas.clone(),
        }
        .encode();
        let read = Record::decode(&bytes).unwrap();
        assert_eq!(read.deltas, record.deltas);
        assert_eq!(read.inputs, inputs);
        folded.begin(seq, at(now));
        for delta in &read.deltas {
            folded.fold(delta);
        }
        assert_eq!(folded.hash(), decided.hash(), "record {seq}");
        assert_eq!(crate::invariants::broken(&decided), []);
        assert!(folded.index_follows(), "record {seq}");
    }
    let kept: Vec<_> = decided.items().into_iter().map(|item| (item.kind, item.slot, item.body.unwrap())).collect();
    let restored = State::restore(Arc::new(Mapping::default()), kept).unwrap();
    assert_eq!(restored.hash(), decided.hash());
    assert_eq!(restored.next_deadline(), decided.next_deadline());
}

#[test]
fn a_key_that_was_seen_before_changes_nothing_and_gets_the_first_answer() {
    let mut state = state();
    let mut raise = report("r1", "LINK_DOWN", Severity::Major, 1_000, false);
    if let Input::Event(event) = &mut raise {
        event.key = Some(99);
    }
    let first = decide(&mut state, 1, at(1_000), std::slice::from_ref(&raise));
    let second = decide(&mut state, 2, at(1_001), std::slice::from_ref(&raise));
    let (Answer::Event { event_id: a, .. }, Answer::Event { event_id: b, reason, .. }) = (&first.answers[0], &second.answers[0]) else {
        panic!()
    };
    assert_eq!((a, *reason), (b, Reason::Duplicate));
    assert_eq!(state.alarms().iter().next().unwrap().1.count, 1);
}

/// Lets everything come due until `upto`; gives the next sequence.
fn pass(state: &mut State, mut seq: u64, upto: i64) -> u64 {
    while let Some(due) = state.next_deadline().filter(|due| *due <= at(upto)) {
        let _ = decide(state, seq, due, &[Input::Clock]);
        seq += 1;
        assert_eq!(crate::invariants::broken(state), []);
    }
    seq
}

#[test]
fn evidence_names_its_alarm_when_another_one_has_taken_the_slot() {
    let mut state = state();
    let raise = |now| report("r1", "FAN_FAILED", Severity::Major, now, false);
    let _ = decide(&mut state, 1, at(1_000), &[raise(1_000)]);
    let first = state.alarms().iter().next().unwrap().1.id;
    let seq = pass(&mut state, 2, 1_009);
    let _ = decide(&mut state, seq, at(1_010), &[report("r1", "FAN_FAILED", Severity::Major, 1_010, true)]);
    // Long after the clear it is another alarm, and the lowest free slot is that of the first one.
    let seq = pass(&mut state, seq + 1, 2_500);
    let _ = decide(&mut state, seq, at(2_500), &[raise(2_500)]);
    let (slot, second) = state.alarms().iter().next().unwrap();
    assert_eq!((slot, second.id == first), (AlarmIx(0), false));
    let incident = state
        .incidents()
        .iter()
        .map(|(_, incident)| incident)
        .min_by_key(|incident| incident.opened_at)
        .unwrap();
    let row = crate::screen::incident_row(&state, incident);
    let named: Vec<Uuid> = row
        .hypotheses
        .iter()
        .flat_map(|hypothesis| &hypothesis.evidence)
        .filter_map(|fact| fact.alarm_id)
        .collect();
    assert!(!named.is_empty() && named.iter().all(|id| *id == first.0), "{named:?} are not {first:?}");
}

#[test]
fn an_alarm_that_begins_to_flap_is_never_without_an_incident() {
    let mut state = state();
    let mut seq = 1;
    for turn in 0..7 {
        let now = 1_000 + turn * 10;
        seq = pass(&mut state, seq, now);
        let _ = decide(&mut state, seq, at(now), &[report("r1", "LINK_DOWN", Severity::Major, now, turn % 2 == 1)]);
        seq += 1;
    }
    assert!(state.alarms().iter().next().unwrap().1.flapping);
    pass(&mut state, seq, 20_000);
    let (_, alarm) = state.alarms().iter().next().unwrap();
    assert!(!alarm.cleared && alarm.incident.is_some());
}

/// `names` in a row, each linked to the next.
fn chain(names: &[&str]) -> Input {
    use crate::topology::{EntitySpec, RelationSpec, TopologyPatch};
    let patch = TopologyPatch {
        entities: names
            .iter()
            .map(|name| EntitySpec {
                external_id: Name::from(*name),
                ..EntitySpec::default()
            })
            .collect(),
        relations: names
            .windows(2)
            .map(|pair| RelationSpec {
                source: Name::from(pair[0]),
                target: Name::from(pair[1]),
                kind: Name::from("CONNECTS"),
            })
            .collect(),
        ..TopologyPatch::default()
    };
    Input::Topology {
        patch: Box::new(patch),
        actor: Actor {
            name: Name::from("test"),
            role: Role::Admin,
            from: Name::EMPTY,
        },
    }
}

#[test]
fn trouble_of_an_unknown_kind_hangs_together_next_door_within_a_minute_and_no_further_than_two_links() {
    let mut state = state();
    let mut inputs = vec![chain(&["a", "b", "c", "d", "e", "f", "g"])];
    let raises = [("a", 1_000), ("b", 1_020), ("c", 1_040), ("d", 1_060), ("g", 1_070), ("f", 1_150)];
    inputs.extend(raises.map(|(entity, now)| report(entity, &format!("X{now}"), Severity::Major, now, false)));
    let _ = decide(&mut state, 1, at(1_150), &inputs);
    let mut together: Vec<Vec<String>> = state
        .incidents()
        .iter()
        .map(|(_, incident)| {
            let named = incident.members.iter().filter_map(|member| {
                let alarm = state.alarms().get(member.alarm)?;
                Some(state.topology().entity(alarm.anchor.entity)?.name.to_string())
            });
            named.collect()
        })
        .collect();
    together.sort();
    assert_eq!(together, [vec!["a", "b", "c"], vec!["d"], vec!["f"], vec!["g"]]);
}
