//! Records of earlier builds decode for ever. `tests/records/` holds some, as they were written, beside what they must say.
//!
//! A build whose records have anything new adds files under a new name: set `PEDKAI_WRITE_RECORDS` to that name and run this test.
//! Files that are there are never written again.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use pedkai_core::ingest::Mapping;
use pedkai_core::model::*;
use pedkai_core::pipeline::{Documents, Input, Record, RecordHeader, State, decide};
use pedkai_core::topology::TopologyPatch;
use uuid::Uuid;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/records")
}

/// What a record says, in words that no build changes: places, kinds and reasons.
fn told(record: &Record) -> String {
    let header = &record.header;
    let mut text = format!("record {} epoch {} at {} build {}\n", header.seq, header.epoch, header.at, header.build);
    for input in &record.inputs {
        let word = match input {
            Input::Event(event) => format!("event {} {}", event.source.word(), event.source_address),
            Input::Command(command) => format!("command {} by {}", command.kind.word(), command.actor.name),
            Input::Topology { actor, .. } => format!("topology by {}", actor.name),
            Input::Mapping(documents) => format!("mapping of {}", documents.files.len()),
            Input::Policy(documents) => format!("policy of {}", documents.files.len()),
            Input::Outlooks(outlooks) => format!("outlooks of {}", outlooks.len()),
            Input::Clock => "clock".to_owned(),
            Input::Finding(_) => "finding".to_owned(),
            Input::Names(words) => format!("names {}", words.len()),
            Input::WorkDone(done) => format!("work {} done", done.number),
            Input::Jumped { from, to } => format!("jumped {from} {to}"),
        };
        let _ = writeln!(text, "in {word}");
    }
    for delta in &record.deltas {
        let _ = writeln!(text, "delta {}", delta.reason().map_or("none", Reason::word));
    }
    text
}

fn event(source: SourceKind, address: &str, payload: Payload) -> Input {
    Input::Event(Event {
        received_at: Timestamp::from_micros(1_000_000_000_000),
        source,
        source_address: Name::from(address),
        relay: false,
        key: Some(u64::from(address.len() as u32)),
        payload,
    })
}

fn alarm(entity: &str, cleared: bool) -> Input {
    event(
        SourceKind::Webhook,
        if cleared { "a-key" } else { "the-key" },
        Payload::Alarm(Box::new(AlarmReport {
            entity_id: Name::from(entity),
            alarm_type: Name::from("LINK_DOWN"),
            severity: Severity::Major,
            raised_at: Timestamp::from_micros(1_000_000_000_000),
            source_system: Name::from("umbrella"),
            qualifier: Name::from("ge-0/0/1"),
            probable_cause: Name::from("loss of signal"),
            text: Name::from("Carrier lost"),
            cleared,
            attributes: vec![(Name::from("interface"), Name::from("ge-0/0/1"))],
        })),
    )
}

fn trap() -> Input {
    event(
        SourceKind::Snmp,
        "192.0.2.1",
        Payload::Snmp(Box::new(SnmpNotification {
            version: SnmpVersion::V2c,
            trap_oid: Name::from("1.3.6.1.6.3.1.1.5.3"),
            uptime: 4_711,
            inform: false,
            agent_address: None,
            varbinds: vec![
                VarBind {
                    oid: Name::from("1.3.6.1.2.1.2.2.1.1.7"),
                    value: VarValue::Integer(7),
                },
                VarBind {
                    oid: Name::from("1.3.6.1.2.1.2.2.1.2.7"),
                    value: VarValue::Text(Name::from("xe-0/0/7")),
                },
                VarBind {
                    oid: Name::from("1.3.6.1.4.1.9.1.1"),
                    value: VarValue::Bytes(vec![0, 255]),
                },
            ],
        })),
    )
}

fn actor() -> Actor {
    Actor {
        name: Name::from("kim"),
        role: Role::Supervisor,
        from: Name::from("192.0.2.99"),
    }
}

fn command(number: u128, kind: CommandKind, targets: Vec<CommandTarget>) -> Input {
    Input::Command(Box::new(Command {
        id: CommandId(Uuid::from_u128(number)),
        actor: actor(),
        kind,
        targets,
        expect: None,
        text: Name::from("a word"),
    }))
}

/// Records with every kind of input, as this build decides them.
fn records() -> Vec<Record> {
    let tenant = TenantId(Uuid::from_u128(42));
    let mut state = State::new(tenant, 1, Arc::new(Mapping::compile(&[]).unwrap_or_default()));
    let mut records = Vec::new();
    let mut decided = |state: &mut State, seconds: i64, inputs: Vec<Input>| {
        let seq = records.len() as u64 + 1;
        let at = Timestamp::from_micros((1_000_000 + seconds) * 1_000_000);
        let deltas = decide(state, seq, at, &inputs).deltas;
        records.push(Record {
            header: RecordHeader {
                epoch: 1,
                seq,
                at,
                build: Name::from(env!("CARGO_PKG_VERSION")),
                policy: 1,
                mapping: 2,
                topology: state.topology().version(),
                previous: [7; 32],
            },
            inputs,
            deltas,
        });
    };
    let patch: TopologyPatch = serde_json::from_value(serde_json::json!({
        "entities": [{"external_id": "r1", "name": "Router 1", "type": "ROUTER", "sla_tier": "gold",
                      "attributes": {"address": "192.0.2.1"}},
                     {"external_id": "r2", "name": "Router 2", "type": "ROUTER"}],
        "relations": [{"source": "r1", "target": "r2", "relation": "connects"}],
    }))
    .unwrap();
    let topology = Input::Topology {
        patch: Box::new(patch),
        actor: actor(),
    };
    decided(&mut state, 0, vec![topology]);
    let line = event(
        SourceKind::Syslog,
        "192.0.2.200",
        Payload::Syslog(b"<189>54: *Nov 21 10:00:00: %LINK-3-UPDOWN: down".to_vec()),
    );
    decided(&mut state, 1, vec![alarm("r1", false), trap(), line, alarm("nobody knows it", false)]);
    let alarm_id = state.alarms().iter().next().map(|(_, alarm)| CommandTarget::Alarm(alarm.id)).unwrap();
    let incident = state
        .incidents()
        .iter()
        .next()
        .map(|(_, incident)| CommandTarget::Incident(incident.id))
        .unwrap();
    decided(
        &mut state,
        2,
        vec![
            command(1, CommandKind::Ack { until: AckUntil::Clear }, vec![alarm_id]),
            command(2, CommandKind::Own, vec![alarm_id]),
            command(3, CommandKind::Comment, vec![alarm_id, incident]),
            command(4, CommandKind::Assign { to: Name::from("lee") }, vec![incident]),
            command(5, CommandKind::Unack, vec![alarm_id]),
        ],
    );
    decided(&mut state, 30, vec![Input::Clock]);
    let set = CommandKind::SetStatus {
        status: IncidentStatus::Investigating,
    };
    let open = CommandKind::OpenIncident {
        title: Name::from("By hand"),
        severity: Severity::Minor,
    };
    decided(
        &mut state,
        31,
        vec![command(6, set, vec![incident]), command(7, open, vec![alarm_id]), alarm("r1", true)],
    );
    let documents = |name: &str, text: &str| {
        Box::new(Documents {
            files: vec![(Name::from(name), text.to_owned())],
            actor: actor(),
        })
    };
    decided(
        &mut state,
        32,
        vec![
            Input::Policy(documents("reduce.toml", "[reduce]\ndedup_ttl_s = 60\n")),
            Input::Mapping(documents("empty.toml", "")),
            Input::Jumped {
                from: Timestamp::from_micros(5),
                to: Timestamp::from_micros(70_000_005),
            },
        ],
    );
    let router = state
        .topology()
        .by_external("r1")
        .and_then(|ix| state.topology().entity(ix))
        .map(|entity| entity.id);
    let instant = |minute: i64| Timestamp::from_micros((1_000_000 + minute * 60) * 1_000_000);
    let outlook = Outlook {
        entity: router.unwrap(),
        metric: Name::from("delay(ms)"),
        threshold: 50.0,
        above: true,
        at: instant(0),
        value: 41.5,
        state: SlaState::Running,
        breach: Some((instant(60), instant(55), instant(70))),
        since: Some(instant(-90)),
        from: instant(-4_320),
        points: 4_320,
        digest: 7,
    };
    let CommandTarget::Incident(about) = incident else { panic!() };
    let finding = Finding {
        incident: about,
        at: instant(0),
        from: instant(-10_080),
        to: instant(0),
        series: 2,
        tested: 1,
        digest: 9,
        links: Vec::new(),
        suspects: vec![Suspect {
            entity_id: router.unwrap(),
            entity: Name::from("r1"),
            score: 0.75,
            why: Name::from("delay(ms) rose to 41.5 from a usual 12 (z 9.0)"),
            quiet: true,
        }],
        note: Name::EMPTY,
    };
    decided(
        &mut state,
        33,
        vec![
            Input::Outlooks(vec![outlook]),
            Input::Finding(Box::new(finding)),
            Input::Names(vec![Name::from("never heard of")]),
        ],
    );
    let draft = Draft {
        title: Name::from("Describe ge-0/0/1"),
        action: Name::from("set-description"),
        params: vec![(Name::from("description"), Name::from("to Rome"))],
        targets: vec![router.unwrap()],
        risk: Risk::Low,
        interrupts: false,
        incident: Some(about),
        reason: Name::from("nobody knows where it goes"),
        origin: Origin::Person,
    };
    let propose = CommandKind::Change(ChangeAct::Propose(Box::new(draft)));
    decided(&mut state, 34, vec![command(9, propose, Vec::new())]);
    let change = state.changes().iter().next().map(|change| change.id).unwrap();
    let previewed = WorkDone {
        change,
        number: 1,
        outcome: WorkOutcome::Previewed(Preview {
            at: instant(0),
            diff: Name::from("+to Rome"),
            config: 7,
            protection: Protection::DeviceTimer,
            rollback: Name::from("The device puts back what it held."),
        }),
        steps: vec![Name::from("connect: done")],
        problem: Name::EMPTY,
    };
    decided(&mut state, 35, vec![Input::WorkDone(Box::new(previewed))]);
    let kill = CommandKind::Change(ChangeAct::Kill);
    let rearm = CommandKind::Change(ChangeAct::Rearm);
    decided(&mut state, 36, vec![command(10, kill, Vec::new()), command(11, rearm, Vec::new())]);
    decided(&mut state, 400_000, vec![Input::Clock, command(8, CommandKind::Clear, vec![alarm_id])]);
    records
}

#[test]
fn records_of_earlier_builds_still_say_what_they_said() {
    if let Ok(name) = std::env::var("PEDKAI_WRITE_RECORDS") {
        std::fs::create_dir_all(folder()).unwrap();
        for record in records() {
            let file = folder().join(format!("{name}-{}", record.header.seq));
            assert!(!file.with_extension("cbor").exists(), "records are never written again: choose another name");
            std::fs::write(file.with_extension("cbor"), record.encode()).unwrap();
            std::fs::write(file.with_extension("txt"), told(&record)).unwrap();
        }
    }
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "cbor"))
        .collect();
    files.sort();
    assert!(files.len() >= 7, "the corpus is not there");
    for file in files {
        let record = Record::decode(&std::fs::read(&file).unwrap()).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let expected = std::fs::read_to_string(file.with_extension("txt")).unwrap().replace("\r\n", "\n");
        assert_eq!(told(&record), expected, "{}", file.display());
    }
}

#[test]
fn what_this_build_writes_it_reads_and_folds_to_the_same_state() {
    let mut folded = State::new(TenantId(Uuid::from_u128(42)), 1, Arc::new(Mapping::compile(&[]).unwrap_or_default()));
    let records = records();
    for record in &records {
        let read = Record::decode(&record.encode()).unwrap();
        assert_eq!(read, *record);
        folded.begin(read.header.seq, read.header.at);
        for delta in &read.deltas {
            folded.fold(delta);
        }
    }
    let kinds: std::collections::BTreeSet<&str> = records
        .iter()
        .flat_map(|record| &record.deltas)
        .filter_map(|delta| delta.reason().map(Reason::word))
        .collect();
    for reason in [
        "raised",
        "acked",
        "owned",
        "commented",
        "incident_opened",
        "diagnosed",
        "command_done",
        "policy_set",
        "all_stopped",
        "armed_again",
        "change_killed",
        "change_proposed",
        "change_simulated",
        "sla_foreseen",
        "sla_started",
        "topology_patched",
    ] {
        assert!(kinds.contains(reason), "no record tells of {reason}: {kinds:?}");
    }
    assert_eq!(folded.seq(), records.len() as u64);
}
