//! net-snmp's agent, v2c and v3.

use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use pedkai_collector::poll::{Credential, User, Wires};
use pedkai_core::ingest::poll::{Kind, Object};

use crate::device::oid;
use crate::world::{ROUTER, polling, target};

const USERS: [(&str, &str, &str); 3] = [("sha256", "SHA-256", "AES"), ("sha512", "SHA-512", "AES-256"), ("sha224", "SHA-224", "AES-192")];

struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// snmpd of its own in `folder`; `None` when it is not installed and nothing demands that it is.
fn snmpd(folder: &Path, address: SocketAddr) -> Option<Daemon> {
    let mut conf = "rocommunity public 127.0.0.1\nsysservices 72\n".to_owned();
    for (name, auth, privacy) in USERS {
        conf += &format!("createUser {name} {auth} authentication {privacy} confidentiality\nrouser {name} authPriv\n");
    }
    std::fs::write(folder.join("snmpd.conf"), conf).unwrap();
    let started = Command::new("snmpd")
        .args(["-f", "-Lf"])
        .arg(folder.join("log"))
        .arg("-C")
        .arg("-c")
        .arg(folder.join("snmpd.conf"))
        .arg("-p")
        .arg(folder.join("pid"))
        .args(["-I", "-smux", &format!("udp:{address}")])
        .env("MIBS", "")
        .env("SNMP_PERSISTENT_DIR", folder)
        .env("SNMPCONFPATH", folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match started {
        Ok(child) => Some(Daemon(child)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && std::env::var_os("PEDKAI_REAL_SENDERS").is_none() => {
            eprintln!("snmpd is not installed: not tried");
            None
        }
        Err(error) => panic!("snmpd: {error}"),
    }
}

fn free() -> SocketAddr {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn credentials() -> Vec<Credential> {
    let user = |(name, auth, privacy): (&str, &str, &str)| {
        let privacy = if privacy == "AES" { "AES-128" } else { privacy };
        Credential::User(Arc::new(User {
            name: name.to_owned(),
            auth: Some((auth.to_owned(), "authentication".to_owned())),
            privacy: Some((privacy.to_owned(), "confidentiality".to_owned())),
        }))
    };
    std::iter::once(Credential::Community("public".to_owned())).chain(USERS.map(user)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn net_snmps_agent_is_polled_by_v2c_and_v3_and_after_it_began_anew() {
    let (folder, address) = (tempfile::tempdir().unwrap(), free());
    let Some(daemon) = snmpd(folder.path(), address) else { return };
    let mut running = Vec::new();
    for credential in credentials() {
        let mut target = target(address, Duration::from_millis(500));
        target.credential = credential;
        (target.timeout, target.retries) = (Duration::from_secs(1), 1);
        target.objects = Arc::new([Object {
            metric: "sys_services".into(),
            oid: oid("1.3.6.1.2.1.1.7.0"),
            kind: Kind::Gauge,
            scale: 1.0,
        }]);
        let wires = Wires::open(std::slice::from_ref(&target)).await.unwrap();
        running.push(polling(Arc::new(wires), vec![target], 10));
    }
    for polling in &running {
        polling
            .until(|polling| polling.status().whole >= 3 && !polling.values(ROUTER, "in_bps{ifName=\"lo\"}").is_empty())
            .await;
        polling.until(|polling| polling.status().problem.is_none()).await;
        assert_eq!(polling.values(ROUTER, "oper_status{ifName=\"lo\"}")[0], 1.0);
        let rates = polling.values(ROUTER, "in_bps{ifName=\"lo\"}");
        assert!(rates.iter().all(|rate| *rate >= 0.0), "{rates:?}");
        assert!(!polling.values(ROUTER, "sys_services").is_empty());
    }
    // Another agent at the same address, with a new engine whose boots begin at 1.
    drop(daemon);
    let other = tempfile::tempdir().unwrap();
    let _daemon = snmpd(other.path(), address).unwrap();
    for polling in &running {
        let before = polling.status().whole;
        polling.until(|polling| polling.status().whole >= before + 2).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told() {
    let (folder, address) = (tempfile::tempdir().unwrap(), free());
    let Some(_daemon) = snmpd(folder.path(), address) else { return };
    let mut target = target(address, Duration::from_millis(500));
    target.credential = Credential::User(Arc::new(User {
        name: "sha256".to_owned(),
        auth: Some(("SHA-256".to_owned(), "not the right one".to_owned())),
        privacy: None,
    }));
    let wires = Wires::open(std::slice::from_ref(&target)).await.unwrap();
    let polling = polling(Arc::new(wires), vec![target], 10);
    polling
        .until(|polling| polling.status().problem.is_some_and(|problem| problem.contains("its protocols or passwords")))
        .await;
    assert_eq!(polling.status().whole, 0);
}
