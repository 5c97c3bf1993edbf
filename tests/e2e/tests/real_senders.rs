//! net-snmp, logger and curl against a collector as it is shipped.

use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use pedkai_e2e::{Collector, net_snmp, run};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(10);
const LINK_DOWN: &str = "1.3.6.1.6.3.1.1.5.3";
const LINK_UP: &str = "1.3.6.1.6.3.1.1.5.4";

const CONFIG: &str = r#"
[[snmp.communities]]
community = "public"
tenant = "default"

[[snmp.users]]
name = "probe"
auth = "SHA-256"
auth_password = "authentication"
priv = "AES-128"
priv_password = "confidentiality"
tenant = "default"
"#;

fn interface(index: u32) -> Vec<String> {
    let text = |value: &str| value.to_owned();
    vec![
        format!("1.3.6.1.2.1.2.2.1.1.{index}"),
        text("i"),
        index.to_string(),
        format!("1.3.6.1.2.1.2.2.1.2.{index}"),
        text("s"),
        format!("GigabitEthernet0/{index}"),
    ]
}

fn alarm(answer: &Value, qualifier: &str) -> Option<Value> {
    answer["items"]
        .as_array()?
        .iter()
        .find(|row| row["qualifier"].as_str().is_some_and(|text| text.contains(qualifier)))
        .cloned()
}

#[test]
fn traps_and_informs_of_every_version_become_alarms() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let collector = Collector::start(folder.path(), Some(CONFIG))?;
    let snmp = collector.door("snmp")?;

    let v2c = |program: &str, trap: &str, index: u32| -> Result<String> {
        run(net_snmp(program, folder.path())?
            .args(["-v2c", "-c", "public", &snmp, "1234", trap])
            .args(interface(index)))
    };
    v2c("snmptrap", LINK_DOWN, 1)?;
    v2c("snmpinform", LINK_DOWN, 2)?;
    run(net_snmp("snmptrap", folder.path())?
        .args(["-v1", "-c", "public", &snmp, "1.3.6.1.4.1.9.1.1", "", "2", "0", "1234"])
        .args(interface(3)))?;
    let v3 = [
        "-v3",
        "-l",
        "authPriv",
        "-u",
        "probe",
        "-a",
        "SHA-256",
        "-A",
        "authentication",
        "-x",
        "AES",
        "-X",
        "confidentiality",
    ];
    run(net_snmp("snmpinform", folder.path())?
        .args(v3)
        .args([&snmp, "1234", LINK_DOWN])
        .args(interface(4)))?;
    run(net_snmp("snmptrap", folder.path())?
        .args(v3)
        .args(["-e", "0x8000000001020304"])
        .args([&snmp, "1234", LINK_DOWN])
        .args(interface(5)))?;

    for index in 1..=5 {
        let row = collector.until("/api/v1/alarms", SOON, |answer| alarm(answer, &format!("/{index}")))?;
        assert_eq!((row["cleared"].as_bool(), row["source"].as_str()), (Some(false), Some("snmp")), "{row}");
        let event = collector.get(&format!("/api/v1/events/{}", row["event_ids"][0].as_str().unwrap()))?;
        assert_eq!(event["payload"]["trap_oid"], LINK_DOWN, "{event}");
        let trace = collector.get(&format!("/api/v1/trace/{}", row["tracking_ids"][0].as_str().unwrap()))?;
        assert!(trace["steps"].as_array().unwrap().iter().any(|step| step["reason"] == "raised"), "{trace}");
    }
    v2c("snmpinform", LINK_UP, 2)?;
    let row = collector.until("/api/v1/alarms", SOON, |answer| alarm(answer, "/2").filter(|row| row["cleared"] == true))?;
    assert_eq!(row["count"], 1, "a clear never counts: {row}");
    Ok(())
}

#[test]
fn what_has_the_wrong_community_or_key_is_a_dead_letter() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut collector = Collector::start(folder.path(), Some(CONFIG))?;
    let admin = admin(&mut collector)?;
    let snmp = collector.door("snmp")?;
    run(net_snmp("snmptrap", folder.path())?
        .args(["-v2c", "-c", "guessed", &snmp, "1", LINK_DOWN])
        .args(interface(1)))?;
    run(net_snmp("snmptrap", folder.path())?
        .args([
            "-v3",
            "-l",
            "authPriv",
            "-u",
            "probe",
            "-a",
            "SHA-256",
            "-A",
            "not the right one",
            "-x",
            "AES",
            "-X",
            "confidentiality",
        ])
        .args(["-e", "0x8000000001020304", &snmp, "1", LINK_DOWN])
        .args(interface(1)))?;
    let start = std::time::Instant::now();
    loop {
        let (status, letters) = collector.call("GET", "/api/v1/dead-letters", &admin, None)?;
        assert_eq!(status, 200, "{letters}");
        if letters["items"].as_array().is_some_and(|items| items.len() >= 2) {
            break;
        }
        assert!(start.elapsed() < SOON, "{letters}");
    }
    assert!(collector.all("/api/v1/alarms")?.is_empty());
    Ok(())
}

fn admin(collector: &mut Collector) -> Result<String> {
    pedkai_e2e::run_with_input(
        collector.command()?.args(["user", "add", "root", "--tenant", "default", "--role", "admin"]),
        "correct horse battery\n",
    )?;
    let (status, answer) = collector.call(
        "POST",
        "/api/v1/auth/login",
        "",
        Some(&json!({"name": "root", "password": "correct horse battery"})),
    )?;
    assert_eq!(status, 200, "{answer}");
    Ok(answer["access_token"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn logger_over_udp_and_tcp_becomes_events_and_alarms() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let collector = Collector::start(folder.path(), None)?;
    for (door, flags) in [
        ("syslog_udp", &["-d", "--rfc5424"][..]),
        ("syslog_udp", &["-d", "--rfc3164"]),
        ("syslog_tcp", &["-T", "--rfc5424", "--octet-count"]),
        ("syslog_tcp", &["-T", "--rfc3164"]),
    ] {
        let address = collector.door(door)?;
        let (host, port) = address.rsplit_once(':').unwrap();
        let word = flags.join("").replace('-', "");
        run(Command::new("logger")
            .args(["-n", host, "-P", port, "-t", "test"])
            .args(flags)
            .arg(format!("nothing any rule knows: {word}")))?;
        collector.until("/api/v1/events?unmapped=true", SOON, |answer| {
            answer["items"]
                .as_array()?
                .iter()
                .find(|event| event["payload"]["text"].as_str().is_some_and(|text| text.contains(&word)))
                .map(|_| ())
        })?;
    }
    let address = collector.door("syslog_udp")?;
    let (host, port) = address.rsplit_once(':').unwrap();
    run(Command::new("logger")
        .args(["-n", host, "-P", port, "-d", "-p", "local7.err", "--rfc3164"])
        .arg("%LINK-3-UPDOWN: Interface GigabitEthernet0/7, changed state to down"))?;
    let row = collector.until("/api/v1/alarms", SOON, |answer| alarm(answer, "0/7"))?;
    assert_eq!(row["source"], "syslog", "{row}");
    Ok(())
}

#[test]
fn everything_answered_survives_a_kill_and_nothing_is_there_twice() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut collector = Collector::start(folder.path(), None)?;
    let mut answered = Vec::new();
    for round in 0..3 {
        for batch in 0..5 {
            let items: Vec<Value> = (0..20)
                .map(|n| {
                    json!({"entity_id": format!("ne-{n}"), "alarm_type": "HIGH_TEMPERATURE", "severity": "minor", "raised_at": "2026-01-01T00:00:00Z",
                    "source_system": "test", "qualifier": format!("{round}-{batch}")})
                })
                .collect();
            let (status, answers) = collector.post("/api/v1/alarms/ingest", &Value::Array(items))?;
            assert_eq!(status, 202, "{answers}");
            answered.extend(
                answers
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|answer| answer["event_id"].as_str().unwrap_or_default().to_owned()),
            );
        }
        collector.kill()?;
        collector.serve()?;
    }
    for id in &answered {
        collector.get(&format!("/api/v1/events/{id}"))?;
    }
    let rows = collector.all("/api/v1/alarms")?;
    assert_eq!((rows.len(), answered.len()), (300, 300));
    assert!(rows.iter().all(|row| row["count"] == 1), "nothing twice");
    collector.stop()?;
    Ok(())
}
