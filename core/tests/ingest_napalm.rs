//! Real router messages with the fields that another reader found in them (napalm-logs), and what they mean here.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use pedkai_core::ingest::{Mapping, Meaning, SyslogMessage, read};
use pedkai_core::model::{Event, Name, Payload, SourceKind, Timestamp};

fn event(line: &str) -> Event {
    Event {
        received_at: Timestamp::parse("2026-11-21T12:00:00Z").unwrap(),
        source: SourceKind::Syslog,
        source_address: Name::from("192.0.2.1"),
        relay: false,
        key: None,
        payload: Payload::Syslog(line.as_bytes().to_vec()),
    }
}

/// What an event of theirs is here: the alarm's type and whether it is over; `None` where it is no alarm.
fn expected(case: &str) -> Option<(&'static str, bool)> {
    let (_, rest) = case.split_once('/').unwrap();
    let (event, detail) = rest.split_once('/').unwrap();
    match event {
        "BFD_STATE_CHANGE" => Some(("BFD_SESSION_DOWN", true)),
        "BGP_NEIGHBOR_STATE_CHANGED" => match detail {
            "active_to_connect" | "connect_to_active" | "connect_to_opensent" | "idle_to_connect" => None,
            "openconfirm_to_established" | "down_to_up" => Some(("BGP_PEER_DOWN", true)),
            _ => Some(("BGP_PEER_DOWN", false)),
        },
        "BGP_PREFIX_LIMIT_EXCEEDED" | "BGP_PREFIX_THRESH_EXCEEDED" => Some(("BGP_PREFIX_LIMIT", false)),
        "DDOS_PROTOCOL_VIOLATION_SET" => Some(("TRAFFIC_FLOOD", false)),
        "INTERFACE_DOWN" => Some(("LINK_DOWN", false)),
        "INTERFACE_MAC_LIMIT_REACHED" => Some(("MAC_LIMIT", false)),
        "INTERFACE_UP" => Some(("LINK_DOWN", true)),
        "ISIS_NEIGHBOR_DOWN" => Some(("ISIS_ADJACENCY_DOWN", false)),
        "ISIS_NEIGHBOR_UP" => Some(("ISIS_ADJACENCY_DOWN", true)),
        "LACP_INTERFACE_DOWN" => Some(("LAG_MEMBER_DOWN", false)),
        "MAJOR_ALARM_CLEARED" => Some(("CHASSIS_ALARM", true)),
        "MAJOR_ALARM_SET" | "SYSTEM_ALARM" => Some(("CHASSIS_ALARM", false)),
        "NTP_SERVER_UNREACHABLE" => Some(("TIME_UNSYNCHRONISED", false)),
        "OSPF_NEIGHBOR_DOWN" => Some(("OSPF_NEIGHBOR_DOWN", false)),
        "OSPF_NEIGHBOR_UP" => Some(("OSPF_NEIGHBOR_DOWN", true)),
        "PROCESS_CEILING_WATERMARK_REACHED" => Some(("THRESHOLD_CROSSED", false)),
        _ => None,
    }
}

#[test]
fn every_message_gives_its_fields_and_its_meaning() {
    let mapping = Mapping::builtin();
    let mut wrong = Vec::new();
    let mut count = 0;
    for row in include_str!("data/napalm-logs.tsv").lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = row.splitn(5, '\t').collect();
        let [case, facility, severity, host, line] = columns[..] else {
            panic!("{row}")
        };
        let event = event(line);
        let message = SyslogMessage::read(line.as_bytes(), event.received_at).unwrap();
        count += 1;
        // Two hosts carry the name of a routing engine, which is part of the name here.
        let same_host = message.host == host || message.host.ends_with(&format!(".{host}"));
        if message.facility.to_string() != facility || message.severity.to_string() != severity || !same_host {
            wrong.push(format!(
                "{case}: facility {}, severity {}, host {}\n  {line}",
                message.facility, message.severity, message.host
            ));
        }
        let found = match read(&event, &mapping) {
            Meaning::Alarm(alarm) => {
                if alarm.unsafe_key || (alarm.qualifier.is_empty() && alarm.alarm_type != "THRESHOLD_CROSSED" && alarm.alarm_type != "TIME_UNSYNCHRONISED") {
                    wrong.push(format!("{case}: key '{}' is incomplete\n  {line}", alarm.qualifier));
                }
                Some((alarm.alarm_type.to_string(), alarm.cleared))
            }
            Meaning::Event { .. } => None,
            Meaning::Unreadable(reason) => panic!("{line}: {reason}"),
        };
        let expected = expected(case).map(|(alarm_type, cleared)| (alarm_type.to_owned(), cleared));
        if found != expected {
            wrong.push(format!("{case}: {found:?} instead of {expected:?}\n  {line}"));
        }
    }
    assert!(count > 45, "{count}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
