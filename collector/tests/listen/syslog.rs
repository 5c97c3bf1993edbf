//! Syslog of logger, and of senders that behave badly.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use pedkai_collector::listen::{DeadReason, Dropped, Params, SyslogParams, TlsParams};
use pedkai_core::model::{Payload, SourceKind};

use crate::world::{Heard, TENANT, command, eventually, listening, start_error};

fn params() -> Params {
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    Params {
        syslog: SyslogParams {
            udp: Some(any),
            tcp: Some(any),
            loopback: Some(TENANT),
            max_message: 1_000,
            max_connections_per_peer: 4,
            unfinished: Duration::from_millis(300),
            ..SyslogParams::default()
        },
        ..Params::default()
    }
}

async fn lines(heard: &Heard, n: usize) -> Vec<String> {
    let events = heard.events(n).await;
    let bytes = events.iter().map(|event| match &event.payload {
        Payload::Syslog(bytes) => bytes,
        other => panic!("{other:?}"),
    });
    bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn logger_is_heard_over_udp_and_tcp_in_both_forms_and_framings() {
    let heard = listening(&params());
    let (udp, tcp) = (heard.handle.syslog_udp.unwrap(), heard.handle.syslog_tcp.unwrap());
    let ways: [(&str, SocketAddr, &[&str]); 6] = [
        ("udp 5424", udp, &["--udp", "--rfc5424"]),
        ("udp 3164", udp, &["--udp", "--rfc3164"]),
        ("tcp 5424", tcp, &["--tcp", "--rfc5424"]),
        ("tcp 3164", tcp, &["--tcp", "--rfc3164"]),
        ("tcp 5424 counted", tcp, &["--tcp", "--rfc5424", "--octet-count"]),
        ("tcp 3164 counted", tcp, &["--tcp", "--rfc3164", "--octet-count"]),
    ];
    for (n, (text, to, options)) in ways.into_iter().enumerate() {
        let mut logger = Command::new("logger");
        logger.args(["--server", "127.0.0.1", "--port", &to.port().to_string(), "-p", "local7.err"]);
        logger.args(options).arg(text);
        let Some(output) = command(logger).await else { return };
        assert!(output.status.success(), "{output:?}");
        let lines = lines(&heard, n + 1).await;
        assert!(lines[n].starts_with("<187>") && lines[n].ends_with(text), "{:?}", lines[n]);
    }
    assert_eq!(heard.counters.received(SourceKind::Syslog), 6);
    heard.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_holds_a_stream_back_and_loses_nothing() {
    let heard = listening(&params());
    let sink = heard.collected.tenant.clone();
    sink.full.store(true, Ordering::SeqCst);
    let tcp = heard.handle.syslog_tcp.unwrap();
    let sender = std::thread::spawn(move || {
        let mut stream = TcpStream::connect(tcp).unwrap();
        for n in 0..50_000 {
            writeln!(stream, "<13>message {n} {}", "x".repeat(200)).unwrap();
        }
    });
    eventually(|| sink.refused.load(Ordering::SeqCst) > 0).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!sender.is_finished(), "the sender is held back");
    sink.full.store(false, Ordering::SeqCst);
    let lines = lines(&heard, 50_000).await;
    assert!(lines.iter().enumerate().all(|(n, line)| line.starts_with(&format!("<13>message {n} "))));
    sender.join().unwrap();
    assert_eq!(heard.counters.dropped(SourceKind::Syslog, Dropped::Queue), 0);
    heard.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rubbish_long_and_unfinished_messages_harm_nobody_else() {
    let heard = listening(&params());
    let (udp, tcp) = (heard.handle.syslog_udp.unwrap(), heard.handle.syslog_tcp.unwrap());
    let datagrams = UdpSocket::bind("127.0.0.1:0").unwrap();
    for bytes in [&b"\xff\xfe\0\x80 not text"[..], &[b'x'; 65_000], b"", b"\r\n", b"<13>after"] {
        datagrams.send_to(bytes, udp).unwrap();
    }
    let heard_lines = lines(&heard, 3).await;
    assert_eq!((heard_lines[1].len(), heard_lines[2].as_str()), (1_000, "<13>after"));
    assert_eq!(heard.counters.truncated(SourceKind::Syslog), 1);
    assert_eq!(heard.counters.dropped(SourceKind::Syslog, Dropped::Empty), 2);

    let begun = Instant::now();
    let mut slow = TcpStream::connect(tcp).unwrap();
    slow.write_all(b"<13>never end").unwrap();
    let mut counted = TcpStream::connect(tcp).unwrap();
    counted.write_all(b"500 <13>cut off").unwrap();
    let mut absurd = TcpStream::connect(tcp).unwrap();
    absurd.write_all(b"999999999 <13>x").unwrap();
    let mut idle = TcpStream::connect(tcp).unwrap();
    let letters = heard.letters(3).await;
    assert!(letters.iter().all(|letter| letter.reason == DeadReason::Malformed));
    assert!(letters.iter().any(|letter| letter.bytes == b"<13>never end"));
    assert!(begun.elapsed() < Duration::from_secs(3));
    idle.write_all(b"<13>patient\n<13>without an end").unwrap();
    drop(idle);
    assert_eq!(lines(&heard, 5).await[3..], ["<13>patient", "<13>without an end"]);
    heard.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_bounded_and_peers_without_a_tenant_are_kept_apart() {
    let mut params = params();
    params.syslog.loopback = None;
    let heard = listening(&params);
    let tcp = heard.handle.syslog_tcp.unwrap();
    let mut connections: Vec<_> = (0..4).map(|_| TcpStream::connect(tcp).unwrap()).collect();
    connections[3].write_all(b"<13>whose am I\n").unwrap();
    let letters = heard.letters(1).await;
    assert_eq!((letters[0].reason, letters[0].bytes.as_slice()), (DeadReason::NoTenant, &b"<13>whose am I"[..]));
    let _fifth = TcpStream::connect(tcp).unwrap();
    eventually(|| heard.counters.dropped(SourceKind::Syslog, Dropped::Connections) == 1).await;
    connections.clear();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut sixth = TcpStream::connect(tcp).unwrap();
    sixth.write_all(b"<13>room again\n").unwrap();
    heard.letters(2).await;
    heard.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_hands_in_what_has_arrived() {
    let heard = listening(&params());
    let (udp, tcp) = (heard.handle.syslog_udp.unwrap(), heard.handle.syslog_tcp.unwrap());
    let datagrams = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut stream = TcpStream::connect(tcp).unwrap();
    stream.write_all(b"<13>first\n").unwrap();
    heard.events(1).await;
    for n in 0..100 {
        datagrams.send_to(format!("<13>datagram {n}").as_bytes(), udp).unwrap();
        writeln!(stream, "<13>line {n}").unwrap();
    }
    heard.handle.stop().await;
    assert_eq!(heard.collected.tenant.events.lock().unwrap().len(), 201);
    assert!(TcpStream::connect(tcp).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_is_heard_and_plain_text_on_its_door_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
    let mut make = Command::new("openssl");
    make.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]);
    make.args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]);
    make.arg("-keyout").arg(&key).arg("-out").arg(&certificate);
    let Some(made) = command(make).await else { return };
    assert!(made.status.success(), "{made:?}");
    let mut params = params();
    params.syslog.tls = Some(TlsParams {
        address: "127.0.0.1:0".parse().unwrap(),
        certificate: certificate.clone(),
        key,
        client_roots: None,
    });
    let heard = listening(&params);
    let door = heard.handle.syslog_tls.unwrap();
    let mut client = Command::new("openssl");
    client.args([
        "s_client",
        "-quiet",
        "-verify_return_error",
        "-verify_hostname",
        "localhost",
        "-connect",
        &door.to_string(),
    ]);
    client.arg("-CAfile").arg(&certificate).stdin(Stdio::piped()).stderr(Stdio::null());
    let mut client = client.spawn().unwrap();
    client.stdin.as_mut().unwrap().write_all(b"17 <13>over the wire11 <13>another").unwrap();
    assert_eq!(lines(&heard, 2).await, ["<13>over the wire", "<13>another"]);
    client.kill().unwrap();
    client.wait().unwrap();

    let mut plain = TcpStream::connect(door).unwrap();
    plain.write_all(b"<13>not encrypted\n").unwrap();
    let mut answer = Vec::new();
    // An alert, or the end of the connection.
    let _ = plain.read_to_end(&mut answer);
    assert_eq!(heard.collected.tenant.events.lock().unwrap().len(), 2);
    heard.handle.stop().await;

    params.syslog.tls.as_mut().unwrap().key = certificate;
    let error = start_error(&params);
    assert!(error.contains("certificate.pem") && error.contains("private key"), "{error}");
}
