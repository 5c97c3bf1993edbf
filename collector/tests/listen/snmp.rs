//! Traps and informs of net-snmp, every version.

use std::net::SocketAddr;
use std::process::{Command, Output};
use std::sync::atomic::Ordering;
use std::time::Duration;

use pedkai_collector::listen::{CommunityParams, DeadReason, Dropped, Params, SnmpParams, UserParams};
use pedkai_core::model::{Event, Payload, SnmpNotification, SnmpVersion, SourceKind, VarValue};
use tempfile::TempDir;

use crate::world::{Heard, OTHER, TENANT, command, eventually, listening};

const LINK_DOWN: &str = "1.3.6.1.6.3.1.1.5.3";
const IF_INDEX: [&str; 3] = ["1.3.6.1.2.1.2.2.1.1.7", "i", "7"];
const IF_DESCR: [&str; 3] = ["1.3.6.1.2.1.2.2.1.2.7", "s", "ge-0/0/7"];

fn user(name: &str, auth: Option<&str>, privacy: Option<&str>) -> UserParams {
    UserParams {
        name: name.to_owned(),
        tenant: TENANT,
        auth: auth.map(|protocol| (protocol.to_owned(), "authentication".to_owned())),
        privacy: privacy.map(|protocol| (protocol.to_owned(), "secret-enough".to_owned())),
    }
}

fn params(state: &TempDir) -> Params {
    let community = |community: &str, tenant, loopback_only| CommunityParams {
        community: community.to_owned(),
        tenant,
        loopback_only,
    };
    Params {
        snmp: Some(SnmpParams {
            address: "127.0.0.1:0".parse().unwrap(),
            state: state.path().to_owned(),
            engine_id: None,
            communities: vec![community("public", TENANT, true), community("elsewhere", OTHER, false)],
            users: vec![
                user("open", None, None),
                user("md5", Some("MD5"), None),
                user("sha", Some("SHA"), Some("DES")),
                user("sha224", Some("SHA-224"), Some("AES")),
                user("sha256", Some("SHA-256"), Some("AES-128")),
                user("sha384", Some("SHA-384"), Some("AES-192")),
                user("sha512", Some("SHA-512"), Some("AES-256")),
                user("short-key", Some("SHA"), Some("AES-256")),
                user("cisco", Some("SHA"), Some("AES-256-C")),
            ],
        }),
        ..Params::default()
    }
}

/// Runs snmptrap or snmpinform; `None` when it is not installed.
async fn send(program: &str, home: &TempDir, to: SocketAddr, options: &[&str], rest: &[&str]) -> Option<Output> {
    let mut sender = Command::new(program);
    sender.env("MIBS", "").env("SNMP_PERSISTENT_DIR", home.path()).env("SNMPCONFPATH", home.path());
    sender.args(options).arg(format!("udp:{to}")).args(rest);
    command(sender).await
}

fn v3<'a>(name: &'a str, level: &'a str, auth: &'a str, privacy: &'a str) -> Vec<&'a str> {
    let mut options = vec!["-v3", "-u", name, "-l", level];
    if level != "noAuthNoPriv" {
        options.extend(["-a", auth, "-A", "authentication"]);
    }
    if level == "authPriv" {
        options.extend(["-x", privacy, "-X", "secret-enough"]);
    }
    options
}

fn link_down(uptime: &'static str) -> Vec<&'static str> {
    [&[uptime, LINK_DOWN][..], &IF_INDEX, &IF_DESCR].concat()
}

fn notification(event: &Event) -> &SnmpNotification {
    match &event.payload {
        Payload::Snmp(notification) => notification,
        other => panic!("{other:?}"),
    }
}

fn door(heard: &Heard) -> SocketAddr {
    heard.handle.snmp.unwrap()
}

const USERS: [(&str, &str, &str, &str); 9] = [
    ("open", "noAuthNoPriv", "", ""),
    ("md5", "authNoPriv", "MD5", ""),
    ("sha", "authPriv", "SHA", "DES"),
    ("sha224", "authPriv", "SHA-224", "AES"),
    ("sha256", "authPriv", "SHA-256", "AES"),
    ("sha384", "authPriv", "SHA-384", "AES-192"),
    ("sha512", "authPriv", "SHA-512", "AES-256"),
    ("short-key", "authPriv", "SHA", "AES-256"),
    ("cisco", "authPriv", "SHA", "AES-256-C"),
];

#[tokio::test(flavor = "multi_thread")]
async fn traps_of_every_version_and_level_are_heard() {
    let (state, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let heard = listening(&params(&state));
    let to = door(&heard);
    if send("snmptrap", &home, to, &["-v2c", "-c", "public"], &link_down("4711")).await.is_none() {
        return;
    }
    let events = heard.events(1).await;
    let event = &events[0];
    assert_eq!(
        (event.source, event.source_address.as_str(), event.relay, event.key),
        (SourceKind::Snmp, "127.0.0.1", false, None)
    );
    let trap = notification(event);
    assert_eq!(
        (trap.version, trap.trap_oid.as_str(), trap.uptime, trap.inform),
        (SnmpVersion::V2c, LINK_DOWN, 4711, false)
    );
    assert_eq!(trap.varbinds.len(), 2);
    assert_eq!((trap.varbinds[0].oid.as_str(), &trap.varbinds[0].value), (IF_INDEX[0], &VarValue::Integer(7)));
    assert_eq!(trap.varbinds[1].value, VarValue::Text("ge-0/0/7".into()));

    let v1 = [&["1.3.6.1.4.1.9.1.1", "192.0.2.9", "6", "17", "99"][..], &IF_INDEX].concat();
    send("snmptrap", &home, to, &["-v1", "-c", "public"], &v1).await.unwrap();
    let generic = ["1.3.6.1.4.1.9.1.1", "192.0.2.9", "2", "0", "99"];
    send("snmptrap", &home, to, &["-v1", "-c", "public"], &generic).await.unwrap();
    let events = heard.events(3).await;
    let (specific, generic) = (notification(&events[1]), notification(&events[2]));
    assert_eq!((specific.version, specific.trap_oid.as_str()), (SnmpVersion::V1, "1.3.6.1.4.1.9.1.1.0.17"));
    assert_eq!((specific.uptime, specific.agent_address.as_deref()), (99, Some("192.0.2.9")));
    let added: Vec<_> = specific.varbinds[1..].iter().map(|bind| (bind.oid.as_str(), &bind.value)).collect();
    assert_eq!(
        added,
        [
            ("1.3.6.1.6.3.18.1.3.0", &VarValue::Address("192.0.2.9".into())),
            ("1.3.6.1.6.3.1.1.4.3.0", &VarValue::Oid("1.3.6.1.4.1.9.1.1".into())),
        ]
    );
    assert_eq!(generic.trap_oid, LINK_DOWN);

    for (n, (name, level, auth, privacy)) in USERS.into_iter().enumerate() {
        let engine = ["-e", "8000000901020304"];
        let options = [&v3(name, level, auth, privacy)[..], &engine].concat();
        send("snmptrap", &home, to, &options, &link_down("5")).await.unwrap();
        let events = heard.events(4 + n).await;
        let trap = notification(&events[3 + n]);
        assert_eq!((trap.version, trap.trap_oid.as_str(), trap.uptime), (SnmpVersion::V3, LINK_DOWN, 5), "{name}");
    }
    assert!(heard.collected.letters.lock().unwrap().is_empty());
    assert_eq!(heard.counters.received(SourceKind::Snmp), 12);
    heard.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn informs_of_every_level_are_answered_and_our_engine_is_found_again_after_a_restart() {
    let (state, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for start in 1..=2 {
        let heard = listening(&params(&state));
        let to = door(&heard);
        let Some(output) = send("snmpinform", &home, to, &["-v2c", "-c", "public"], &link_down("1")).await else {
            return;
        };
        assert!(output.status.success(), "{output:?}");
        for (name, level, auth, privacy) in USERS {
            let output = send("snmpinform", &home, to, &v3(name, level, auth, privacy), &link_down("2")).await.unwrap();
            assert!(output.status.success(), "start {start}, {name}: {output:?}");
        }
        let events = heard.events(10).await;
        assert!(events.iter().all(|event| notification(event).inform && event.key.is_some()));
        assert_eq!(heard.counters.informs_answered(), 10);
        assert!(heard.counters.unknown_engines() > 0, "each sender looks for our engine first");
        assert_eq!(*heard.collected.letters.lock().unwrap(), []);
        heard.handle.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inform_is_answered_only_once_it_is_durable_and_its_retries_have_one_key() {
    let (state, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let heard = listening(&params(&state));
    let to = door(&heard);
    heard.collected.tenant.unwritten.store(true, Ordering::SeqCst);
    let options = [&["-t", "1", "-r", "2"][..], &v3("sha256", "authPriv", "SHA-256", "AES")].concat();
    let Some(output) = send("snmpinform", &home, to, &options, &link_down("1")).await else {
        return;
    };
    assert!(!output.status.success(), "answered before it was durable");
    assert_eq!(heard.counters.informs_answered(), 0);
    heard.collected.tenant.unwritten.store(false, Ordering::SeqCst);
    let events = heard.events(3).await;
    assert!(events.iter().all(|event| event.key == events[0].key), "retries are the same");
    let output = send("snmpinform", &home, to, &options, &link_down("1")).await.unwrap();
    assert!(output.status.success());
    let events = heard.events(4).await;
    assert_ne!(events[3].key, events[0].key, "another inform is another");

    heard.collected.tenant.full.store(true, Ordering::SeqCst);
    let options = ["-v2c", "-c", "public", "-t", "0.5", "-r", "0"];
    let output = send("snmpinform", &home, to, &options, &link_down("1")).await.unwrap();
    assert!(!output.status.success(), "a full queue answers nothing");
    assert_eq!(heard.counters.dropped(SourceKind::Snmp, Dropped::Queue), 1);
    heard.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_believed_becomes_a_dead_letter_that_can_be_driven_again() {
    let (state, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let heard = listening(&params(&state));
    let to = door(&heard);
    let engine = ["-e", "8000000901020304"];
    let trap = async |options: &[&str]| send("snmptrap", &home, to, options, &link_down("1")).await;
    if trap(&["-v2c", "-c", "guessed"]).await.is_none() {
        return;
    }
    let wrong = ["-v3", "-u", "sha256", "-l", "authPriv", "-a", "SHA-256", "-A", "authentication"];
    let wrong_key = ["-v3", "-u", "md5", "-l", "authNoPriv", "-a", "MD5", "-A", "not-the-password"];
    let cases = [
        ([&v3("nobody", "authNoPriv", "MD5", "")[..], &engine].concat(), DeadReason::User),
        ([&wrong_key[..], &engine].concat(), DeadReason::WrongKey),
        (
            [&wrong[..], &["-x", "AES", "-X", "not-the-password"], &engine].concat(),
            DeadReason::Undecryptable,
        ),
        ([&v3("sha256", "noAuthNoPriv", "", "")[..], &engine].concat(), DeadReason::SecurityLevel),
        ([&v3("sha256", "authNoPriv", "SHA-256", "")[..], &engine].concat(), DeadReason::SecurityLevel),
    ];
    let letters = heard.letters(1).await;
    assert_eq!(letters[0].reason, DeadReason::Community);
    assert!(!letters[0].detail.contains("guessed") && !letters[0].bytes.is_empty());
    for (n, (options, reason)) in cases.iter().enumerate() {
        trap(options).await.unwrap();
        let letters = heard.letters(n + 2).await;
        assert_eq!(letters[n + 1].reason, *reason, "{options:?}: {}", letters[n + 1].detail);
        assert_eq!(heard.counters.dead(SourceKind::Snmp, *reason), if n == 4 { 2 } else { 1 });
    }
    assert!(heard.collected.tenant.events.lock().unwrap().is_empty());

    // A sender of informs is told what is wrong, so that it says so at once.
    let output = send("snmpinform", &home, to, &["-v3", "-u", "nobody", "-l", "noAuthNoPriv"], &link_down("1"))
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).to_lowercase();
    assert!(!output.status.success() && said.contains("user"), "{said}");

    // Corrected, a letter is an event.
    let letter = heard.letters(1).await[0].clone();
    let again = heard.handle.redrive(letter.transport, letter.peer, letter.received_at, &letter.bytes).await;
    assert!(again.unwrap_err().to_string().contains("[[snmp.communities]]"));
    let good: Vec<u8> = replace(&letter.bytes, b"guessed", b"public");
    heard.handle.redrive(letter.transport, letter.peer, letter.received_at, &good).await.unwrap();
    assert_eq!(notification(&heard.events(1).await[0]).trap_oid, LINK_DOWN);
    heard.handle.stop().await;
}

/// Replaces a community in a message whose lengths are single bytes.
fn replace(message: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let at = message.windows(old.len()).position(|window| window == old).unwrap();
    let mut out = [&message[..at], new, &message[at + old.len()..]].concat();
    out[at - 1] = new.len() as u8;
    out[1] = out[1] - old.len() as u8 + new.len() as u8;
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_whose_boots_went_backwards_is_shown_and_believed_when_an_operator_says_so() {
    let (state, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let heard = listening(&params(&state));
    let to = door(&heard);
    let trap = async |boots: &str| {
        let options = [&v3("sha256", "authPriv", "SHA-256", "AES")[..], &["-e", "8000000901020304", "-Z", boots]].concat();
        send("snmptrap", &home, to, &options, &link_down("1")).await
    };
    if trap("9,100").await.is_none() {
        return;
    }
    heard.events(1).await;
    trap("3,100").await.unwrap();
    let letter = heard.letters(1).await[0].clone();
    assert_eq!(letter.reason, DeadReason::BootsBackwards);
    assert_eq!(heard.counters.boots_backwards(), [("127.0.0.1".parse().unwrap(), 1)]);
    heard
        .handle
        .redrive(letter.transport, letter.peer, letter.received_at, &letter.bytes)
        .await
        .unwrap();
    trap("3,101").await.unwrap();
    assert_eq!(heard.events(3).await.len(), 3);
    heard.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_is_counted_and_communities_select_the_tenant() {
    let (state, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let heard = listening(&params(&state));
    let to = door(&heard);
    heard.collected.tenant.full.store(true, Ordering::SeqCst);
    if send("snmptrap", &home, to, &["-v2c", "-c", "public"], &link_down("1")).await.is_none() {
        return;
    }
    eventually(|| heard.counters.dropped(SourceKind::Snmp, Dropped::Queue) == 1).await;
    send("snmptrap", &home, to, &["-v2c", "-c", "elsewhere"], &link_down("1")).await.unwrap();
    eventually(|| heard.collected.other.events.lock().unwrap().len() == 1).await;
    assert!(heard.collected.tenant.events.lock().unwrap().is_empty());
    tokio::time::timeout(Duration::from_secs(5), heard.handle.stop()).await.unwrap();
}
