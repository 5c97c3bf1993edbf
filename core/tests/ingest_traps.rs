//! Real traps as snmptrapd prints them, from a folder beside the project.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::panic, reason = "a test reads its data")]

use std::path::{Path, PathBuf};

use pedkai_core::ingest::{Mapped, Mapping, Meaning, OidNames, read};
use pedkai_core::model::{Event, Name, Payload, SnmpNotification, SnmpVersion, SourceKind, Timestamp, VarBind, VarValue};

fn shared() -> Option<PathBuf> {
    let folder = std::env::var("PEDKAI_SHARED").ok()?;
    let traps = Path::new(&folder).join("data/traps");
    assert!(traps.is_dir(), "PEDKAI_SHARED is set, but {} is no folder", traps.display());
    Some(traps)
}

/// `MIB::name.instance value` of each line behind the two header lines. Names that no built-in table knows are left out, as is what a
/// receiver without the MIB could not name either: it would have the numbers.
fn notification(text: &str, names: &OidNames) -> SnmpNotification {
    let filled = text
        .replace("{{ifIndex}}", "7")
        .replace("{{nbr}}", "10.1.1.2.0")
        .replace("{{nbrIp}}", "10.1.1.2")
        .replace("{{nbrRtrId}}", "10.0.0.2")
        .replace("{{peer}}", "10.0.0.2")
        .replace("{{ifDescr}}", "et-5/2/0");
    let mut trap_oid = Name::EMPTY;
    let mut varbinds = Vec::new();
    for line in filled.lines().skip(2) {
        let (name, value) = line.split_once(' ').unwrap_or((line, ""));
        let (object, instance) = name.split_once('.').unwrap_or((name, "0"));
        if object.ends_with("::snmpTrapOID") {
            trap_oid = names.oid_of(value).unwrap_or_else(|| panic!("{value} is not known"));
            continue;
        }
        let Some(oid) = names.oid_of(object).filter(|_| !object.ends_with("sysUpTimeInstance")) else {
            continue;
        };
        varbinds.push(VarBind {
            value: value_of(value, names.labels(&oid).map(|labels| labels.as_ref())),
            oid: Name::from(format!("{oid}.{instance}")),
        });
    }
    SnmpNotification {
        version: SnmpVersion::V2c,
        trap_oid,
        uptime: 1,
        inform: false,
        agent_address: None,
        varbinds,
    }
}

fn value_of(text: &str, labels: Option<&pedkai_core::ingest::Labels>) -> VarValue {
    if let Some(hex) = text.strip_prefix('"').and_then(|t| t.strip_suffix(" \"")) {
        return VarValue::Bytes(hex.split(' ').map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect());
    }
    if let Some((number, _)) = labels.and_then(|labels| labels.of.iter().find(|(_, label)| label == text)) {
        return VarValue::Integer(*number);
    }
    match text.parse() {
        Ok(number) => VarValue::Integer(number),
        Err(_) => VarValue::Text(Name::from(text.trim_matches('"'))),
    }
}

fn mapped(folder: &Path, name: &str) -> Mapped {
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    let mapping = Mapping::builtin();
    let event = Event {
        received_at: Timestamp::parse("2026-11-21T12:00:00Z").unwrap(),
        source: SourceKind::Snmp,
        source_address: Name::from("192.0.2.1"),
        relay: false,
        key: None,
        payload: Payload::Snmp(Box::new(notification(&text, mapping.names()))),
    };
    match read(&event, &mapping) {
        Meaning::Alarm(alarm) => *alarm,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn real_traps_mean_what_they_say() {
    let Some(folder) = shared() else { return };
    let cases = [
        ("advaNetworkElementAlm_cleared.trap", "lnkdown", "NETWORK PORT-1-1-1-2", "cleared"),
        ("advaNetworkElementAlm_critical.trap", "lnkdown", "NETWORK PORT-1-1-1-2", "critical"),
        ("advaNetworkElementAlm_minor.trap", "lnkdown", "NETWORK PORT-1-1-1-2", "minor"),
        ("apcUpsOnBattery.trap", "ON_BATTERY", "", "major"),
        ("bgpBackwardTransition.trap", "BGP_PEER_DOWN", "10.0.0.2", "major"),
        ("bgpEstablished.trap", "BGP_PEER_DOWN", "10.0.0.2", "cleared"),
        ("ciscoErrDisable_bpduGuard.trap", "ERR_DISABLED", "ifIndex 7", "major"),
        ("jnxDomAlarmCleared.trap", "OPTICS_ALARM", "et-5/2/0", "cleared"),
        ("jnxDomAlarmSet.trap", "OPTICS_ALARM", "et-5/2/0", "major"),
        ("linkDown.trap", "LINK_DOWN", "GigabitEthernet0/5", "major"),
        ("linkUp.trap", "LINK_DOWN", "GigabitEthernet0/5", "cleared"),
        ("ospfNbrStateChange_down.trap", "OSPF_NEIGHBOR_DOWN", "10.1.1.2", "major"),
        ("ospfNbrStateChange_full.trap", "OSPF_NEIGHBOR_DOWN", "10.1.1.2", "cleared"),
    ];
    for (file, alarm_type, qualifier, severity) in cases {
        let alarm = mapped(&folder, file);
        let said = if alarm.cleared { "cleared" } else { alarm.severity.word() };
        assert_eq!(
            (alarm.alarm_type.as_str(), alarm.qualifier.as_str(), said),
            (alarm_type, qualifier, severity),
            "{file}: {alarm:?}"
        );
        assert!(!alarm.unsafe_key, "{file}");
    }
}
