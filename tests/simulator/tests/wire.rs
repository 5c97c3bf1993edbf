//! What goes over the wire can be read by somebody else's decoder, and arrives.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::net::UdpSocket;
use std::time::Duration;

use async_snmp::compatibility::DecodeConfig;
use async_snmp::message::{CommunityPdu, Message};
use pedkai_simulator::forms::Transport;
use pedkai_simulator::play::{Playing, Targets};
use pedkai_simulator::topology::Topology;
use pedkai_simulator::{Options, Scenario, Simulation};

fn run(topology: &str, scenario: Scenario, seed: u64, minutes: u64) -> Simulation {
    let options = Options {
        seed,
        scenario,
        minutes: Some(minutes),
        ..Options::default()
    };
    Simulation::new(Topology::open(topology, seed).unwrap(), options)
}

#[test]
fn every_trap_is_strict_ber_with_the_two_leading_varbinds() {
    let mut versions = [0_usize; 2];
    for (topology, scenario, seed) in [
        ("builtin:isp-80", Scenario::Rough, 3),
        ("builtin:demo", Scenario::Story, 1),
        ("builtin:mesh-60", Scenario::Mix, 9),
    ] {
        for emission in run(topology, scenario, seed, 180).filter(|emission| emission.transport == Transport::Snmp) {
            let decoded = Message::decode(emission.bytes.into(), DecodeConfig::STRICT).unwrap();
            assert!(decoded.anomalies.is_empty());
            let Message::Community(message) = decoded.value else {
                panic!("not v1 or v2c")
            };
            assert_eq!(message.community().as_bytes(), b"public");
            match message.pdu() {
                CommunityPdu::Standard(pdu) => {
                    versions[1] += 1;
                    let names: Vec<String> = pdu.varbinds().iter().map(|bind| bind.oid.to_string()).collect();
                    assert_eq!(names[..2], ["1.3.6.1.2.1.1.3.0", "1.3.6.1.6.3.1.1.4.1.0"]);
                    assert!(pdu.is_notification());
                }
                CommunityPdu::TrapV1(_) => versions[0] += 1,
            }
        }
    }
    assert!(versions.iter().all(|count| *count > 20), "{versions:?}");
}

#[test]
fn every_syslog_line_has_a_priority_and_says_who_speaks() {
    let run = run("builtin:isp-80", Scenario::Mix, 5, 120);
    let hosts: Vec<(std::net::Ipv4Addr, String)> = run.topology().devices.iter().map(|device| (device.address, device.host.clone())).collect();
    let mut lines = 0;
    for emission in run.filter(|emission| emission.transport == Transport::Syslog) {
        let line = String::from_utf8(emission.bytes).unwrap();
        let (priority, rest) = line.strip_prefix('<').unwrap().split_once('>').unwrap();
        assert!(priority.parse::<u16>().unwrap() < 192, "{line}");
        let (_, host) = hosts.iter().find(|(address, _)| *address == emission.from).unwrap();
        assert!(rest.contains(host.as_str()), "{line}");
        assert!(line.len() <= 1_024 && !line.contains('\n'), "{line}");
        lines += 1;
    }
    assert!(lines > 200);
}

#[test]
fn a_run_arrives_through_sockets_from_the_devices_own_addresses() {
    let listener = UdpSocket::bind("127.0.0.1:0").unwrap();
    listener.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let target = listener.local_addr().unwrap();
    let expected: Vec<_> = run("builtin:ring-access-40", Scenario::Clean, 4, 10).collect();
    assert!(expected.len() > 10);
    let playing = Playing::start(
        run("builtin:ring-access-40", Scenario::Clean, 4, 10),
        Targets {
            snmp: Some(target),
            syslog: Some(target),
        },
        None,
        30_000,
    )
    .unwrap();
    let mut buffer = [0; 4_096];
    for emission in &expected {
        let (length, from) = listener.recv_from(&mut buffer).unwrap();
        assert_eq!(&buffer[..length], emission.bytes);
        assert_eq!(from.ip(), emission.from);
    }
    while !playing.finished() {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(playing.sent(), expected.len() as u64);
}

#[test]
fn a_playing_run_stops_when_dropped() {
    let run = run("builtin:demo", Scenario::Story, 1, 600);
    let playing = Playing::start(run, Targets { snmp: None, syslog: None }, None, 100).unwrap();
    assert!(!playing.finished());
    drop(playing);
}
