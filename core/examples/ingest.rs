//! Prints what reading and mapping one event costs: `cargo run --release -p pedkai-core --example ingest`.
#![allow(clippy::disallowed_types, clippy::print_stdout, reason = "a measurement reads the clock and prints")]

use std::hint::black_box;
use std::time::Instant;

use pedkai_core::ingest::{Mapping, read};
use pedkai_core::model::{AlarmReport, Event, Name, Payload, Severity, SnmpNotification, SnmpVersion, SourceKind, Timestamp, VarBind, VarValue};

const ROUNDS: u32 = 200_000;

fn event(source: SourceKind, payload: Payload) -> Event {
    Event {
        received_at: Timestamp::from_micros(1_795_262_400_000_000),
        source,
        source_address: Name::from("192.0.2.1"),
        relay: false,
        key: None,
        payload,
    }
}

fn trap(oid: &str, varbinds: &[(&str, VarValue)]) -> Event {
    let varbinds = varbinds.iter().map(|(oid, value)| VarBind {
        oid: Name::from(*oid),
        value: value.clone(),
    });
    let notification = SnmpNotification {
        version: SnmpVersion::V2c,
        trap_oid: Name::from(oid),
        uptime: 1,
        inform: false,
        agent_address: None,
        varbinds: varbinds.collect(),
    };
    event(SourceKind::Snmp, Payload::Snmp(Box::new(notification)))
}

fn line(text: &str) -> Event {
    event(SourceKind::Syslog, Payload::Syslog(text.as_bytes().to_vec()))
}

fn report(alarm_type: &str) -> Event {
    let alarm = AlarmReport {
        entity_id: Name::from("SITE-1"),
        alarm_type: Name::from(alarm_type),
        severity: Severity::Major,
        raised_at: Timestamp::from_micros(1_795_262_400_000_000),
        source_system: Name::from("oss"),
        qualifier: Name::EMPTY,
        probable_cause: Name::EMPTY,
        text: Name::EMPTY,
        cleared: false,
        attributes: Vec::new(),
    };
    event(SourceKind::Webhook, Payload::Alarm(Box::new(alarm)))
}

fn main() {
    let start = Instant::now();
    let mapping = Mapping::builtin();
    println!("compile {} rules: {} ms", mapping.rules(), start.elapsed().as_millis());
    let cases = [
        (
            "trap linkDown",
            trap(
                "1.3.6.1.6.3.1.1.5.3",
                &[
                    ("1.3.6.1.2.1.2.2.1.1.3", VarValue::Integer(3)),
                    ("1.3.6.1.2.1.2.2.1.7.3", VarValue::Integer(1)),
                    ("1.3.6.1.2.1.2.2.1.8.3", VarValue::Integer(2)),
                    ("1.3.6.1.2.1.2.2.1.2.3", VarValue::Text(Name::from("GigabitEthernet0/5"))),
                ],
            ),
        ),
        (
            "trap BGP backward",
            trap(
                "1.3.6.1.2.1.15.7.2",
                &[
                    ("1.3.6.1.2.1.15.3.1.14.10.0.0.2", VarValue::Bytes(vec![4, 0])),
                    ("1.3.6.1.2.1.15.3.1.2.10.0.0.2", VarValue::Integer(1)),
                ],
            ),
        ),
        (
            "trap of nobody",
            trap("1.3.6.1.4.1.99999.1.2.3.0.1", &[("1.3.6.1.4.1.99999.1.1.1", VarValue::Integer(3))]),
        ),
        (
            "syslog IOS link",
            line("<187>54: r1: Nov 21 12:00:00.123: %LINK-3-UPDOWN: Interface GigabitEthernet0/5, changed state to down"),
        ),
        (
            "syslog XR OSPF",
            line(
                "<189>5: r1 RP/0/RSP0/CPU0:Nov 21 12:00:00.123 UTC: ospf[1011]: %ROUTING-OSPF-5-ADJCHG : Process 1, Nbr 10.0.0.2 on GigabitEthernet0/0/0/1 in area 0 from FULL to DOWN, Neighbor Down: interface down or detached, vrf default vrfid 0x60000000",
            ),
        ),
        (
            "syslog Junos BGP",
            line(
                "<28>Nov 21 12:00:00 vmx01 rpd[2902]: RPD_BGP_NEIGHBOR_STATE_CHANGED: BGP peer 10.1.1.1 (External AS 2222) changed state from Established to Idle (event HoldTime) (instance master)",
            ),
        ),
        (
            "syslog of nobody",
            line("<14>Nov 21 12:00:00 host1 app[77]: request 4711 from 10.0.0.7 served in 12 ms with status 200"),
        ),
        (
            "syslog RFC 5424",
            line(r#"<165>1 2026-11-21T12:00:00.003Z host1 evntslog 77 ID47 [x@1 iut="3" eventSource="App"] an event"#),
        ),
        ("report S1 lost", report("S1 SCTP association lost")),
        ("report unknown", report("quuxTranslationTableMisaligned")),
    ];
    for (name, event) in &cases {
        for _ in 0..ROUNDS / 20 {
            black_box(read(black_box(event), &mapping));
        }
        let start = Instant::now();
        for _ in 0..ROUNDS {
            black_box(read(black_box(event), &mapping));
        }
        println!("{name:20} {:6} ns", start.elapsed().as_nanos() / u128::from(ROUNDS));
    }
}
