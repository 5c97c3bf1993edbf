use super::*;

#[test]
fn the_built_in_files_are_sound() {
    let files: Vec<_> = BUILTIN_FILES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    if let Err(errors) = Mapping::compile(&files) {
        let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
        panic!("{}", all.join("\n"));
    }
}

mod helper {
    use crate::model::{Event, Name, Payload, SnmpNotification, SnmpVersion, SourceKind, Timestamp, VarBind, VarValue};

    pub(super) fn at() -> Timestamp {
        Timestamp::parse("2026-11-21T12:00:00Z").unwrap()
    }

    pub(super) fn trap(oid: &str, varbinds: &[(&str, VarValue)]) -> Event {
        let varbinds = varbinds.iter().map(|(oid, value)| VarBind {
            oid: Name::from(*oid),
            value: value.clone(),
        });
        event(
            SourceKind::Snmp,
            Payload::Snmp(Box::new(SnmpNotification {
                version: SnmpVersion::V2c,
                trap_oid: Name::from(oid),
                uptime: 1,
                inform: false,
                agent_address: None,
                varbinds: varbinds.collect(),
            })),
        )
    }

    pub(super) fn line(text: &str) -> Event {
        event(SourceKind::Syslog, Payload::Syslog(text.as_bytes().to_vec()))
    }

    fn event(source: SourceKind, payload: Payload) -> Event {
        Event {
            received_at: at(),
            source,
            source_address: Name::from("192.0.2.1"),
            relay: false,
            key: None,
            payload,
        }
    }
}

use super::super::{Mapped, read};
use crate::model::VarValue;
use helper::{line, trap};

fn alarm(event: &crate::model::Event) -> Mapped {
    match read(event, &Mapping::builtin()) {
        Meaning::Alarm(mapped) => *mapped,
        other => panic!("{event:?} gave {other:?}"),
    }
}

#[test]
fn a_link_has_one_alarm_however_it_is_told() {
    let text = |text: &str| VarValue::Text(Name::from(text));
    let down = alarm(&trap(
        "1.3.6.1.6.3.1.1.5.3",
        &[
            ("1.3.6.1.2.1.2.2.1.1.3", VarValue::Integer(3)),
            ("1.3.6.1.2.1.2.2.1.2.3", text("GigabitEthernet0/5")),
        ],
    ));
    let up = alarm(&trap(
        "1.3.6.1.6.3.1.1.5.4",
        &[("1.3.6.1.2.1.2.2.1.1.3", VarValue::Integer(3)), ("1.3.6.1.2.1.31.1.1.1.1.3", text("Gi0/5"))],
    ));
    let told = alarm(&line(
        "<187>54: r1: *Nov 21 12:00:00.123: %LINK-3-UPDOWN: Interface GigabitEthernet0/5, changed state to down",
    ));
    let over = alarm(&line(
        "<189>55: r1: *Nov 21 12:00:01.123: %LINEPROTO-5-UPDOWN: Line protocol on Interface Gi0/5, changed state to up",
    ));
    for mapped in [&down, &up, &told, &over] {
        assert_eq!(
            (mapped.alarm_type.as_str(), mapped.qualifier.as_str()),
            ("LINK_DOWN", "GigabitEthernet0/5"),
            "{mapped:?}"
        );
        assert!(!mapped.unsafe_key);
        assert_eq!(mapped.symptom, Symptom::InterfaceDown);
    }
    assert_eq!([&down, &up, &told, &over].map(|mapped| mapped.cleared), [false, true, false, true]);
    assert_eq!(down.if_index, Some(3));
    assert_eq!(told.speaker.name, "r1");
    assert_eq!(told.severity, Severity::Major);
}

#[test]
fn a_trap_with_the_index_alone_has_a_key_of_it() {
    let down = alarm(&trap("1.3.6.1.6.3.1.1.5.3", &[("1.3.6.1.2.1.2.2.1.1.17", VarValue::Integer(17))]));
    assert_eq!((down.qualifier.as_str(), down.unsafe_key, down.if_index), ("ifIndex 17", false, Some(17)));
    let nothing = alarm(&trap("1.3.6.1.6.3.1.1.5.3", &[]));
    assert!(nothing.unsafe_key);
}

#[test]
fn bgp_ospf_and_ldp_name_their_neighbour() {
    for oid in ["1.3.6.1.2.1.15.7.2", "1.3.6.1.2.1.15.0.2"] {
        let down = alarm(&trap(
            oid,
            &[
                ("1.3.6.1.2.1.15.3.1.14.10.0.0.2", VarValue::Bytes(vec![4, 0])),
                ("1.3.6.1.2.1.15.3.1.2.10.0.0.2", VarValue::Integer(1)),
            ],
        ));
        assert_eq!(
            (down.alarm_type.as_str(), down.qualifier.as_str(), down.neighbor.as_str(), down.cleared),
            ("BGP_PEER_DOWN", "10.0.0.2", "10.0.0.2", false)
        );
        assert_eq!(down.text, "BGP session to 10.0.0.2 is down idle");
    }
    let neighbour = |state| {
        alarm(&trap(
            "1.3.6.1.2.1.14.16.2.2",
            &[
                ("1.3.6.1.2.1.14.1.1.0", VarValue::Address("10.0.0.1".into())),
                ("1.3.6.1.2.1.14.10.1.1.10.1.1.2.0", VarValue::Address("10.1.1.2".into())),
                ("1.3.6.1.2.1.14.10.1.3.10.1.1.2.0", VarValue::Address("10.0.0.2".into())),
                ("1.3.6.1.2.1.14.10.1.6.10.1.1.2.0", VarValue::Integer(state)),
            ],
        ))
    };
    let (down, full) = (neighbour(1), neighbour(8));
    assert_eq!((down.qualifier.as_str(), down.neighbor.as_str(), down.cleared), ("10.1.1.2", "10.0.0.2", false));
    assert_eq!(
        (full.qualifier.as_str(), full.alarm_type.as_str(), full.cleared),
        ("10.1.1.2", "OSPF_NEIGHBOR_DOWN", true)
    );
    let ldp = alarm(&trap(
        "1.3.6.1.2.1.10.166.4.0.4",
        &[("1.3.6.1.2.1.10.166.4.1.3.3.1.2.10.0.0.1.0.0.1.10.0.0.2.0.0", VarValue::Integer(1))],
    ));
    assert_eq!((ldp.qualifier.as_str(), ldp.symptom), ("10.0.0.2", Symptom::AdjacencyDown));
}

#[test]
fn what_no_rule_knows_is_an_event_and_what_cannot_be_read_is_said_so() {
    assert!(matches!(read(&trap("1.3.6.1.4.1.99999.0.1", &[]), &Mapping::builtin()), Meaning::Event { rule, .. } if rule.is_empty()));
    assert!(matches!(read(&line("<14>Nov 21 12:00:00 h app: all is well"), &Mapping::builtin()), Meaning::Event { rule, .. } if rule.is_empty()));
    assert!(matches!(read(&line(""), &Mapping::builtin()), Meaning::Unreadable(_)));
    assert!(matches!(read(&trap("not.an.oid", &[]), &Mapping::builtin()), Meaning::Unreadable(_)));
}
