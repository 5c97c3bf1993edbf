//! net-snmp's agent, asked by a collector as it is shipped.

use std::net::UdpSocket;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use pedkai_e2e::Collector;
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(20);

struct Agent(Child);

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn snmpd(folder: &Path, port: u16) -> Result<Agent> {
    std::fs::create_dir_all(folder)?;
    let user = "createUser reader SHA-256 authentication AES confidentiality\nrouser reader authPriv\n";
    std::fs::write(folder.join("snmpd.conf"), format!("rocommunity public 127.0.0.1\n{user}"))?;
    let child = Command::new("snmpd")
        .current_dir(folder)
        .args(["-f", "-Lf", "log", "-C", "-c", "snmpd.conf", "-p", "pid", "-I", "-smux"])
        .arg(format!("udp:127.0.0.1:{port}"))
        .env("MIBS", "")
        .env("SNMP_PERSISTENT_DIR", folder)
        .env("SNMPCONFPATH", folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("snmpd: 'packaging/prepare test' installs it")?;
    Ok(Agent(child))
}

fn target<'a>(answer: &'a Value, address: &str) -> Option<&'a Value> {
    answer["items"]
        .as_array()?
        .iter()
        .find(|row| row["source"] == "poll" && row["address"] == address)
}

#[test]
fn a_polled_device_is_fresh_then_stale_then_fresh_again() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let ports = [UdpSocket::bind("127.0.0.1:0")?, UdpSocket::bind("127.0.0.1:0")?];
    let [first, second] = [ports[0].local_addr()?.port(), ports[1].local_addr()?.port()];
    drop(ports);
    let config = format!(
        r#"
[poll]
interval_s = 1
timeout_ms = 300
retries = 1
[[poll.users]]
name = "reader"
auth = "SHA-256"
auth_password = "authentication"
priv = "AES-128"
priv_password = "confidentiality"
[[poll.targets]]
address = "127.0.0.1:{first}"
tenant = "default"
user = "reader"
[[poll.targets]]
address = "127.0.0.1:{second}"
tenant = "default"
community = "public"
entity = "other"
"#
    );
    let collector = Collector::start(&folder.path().join("data"), Some(&config))?;
    let (v3, v2c) = (format!("127.0.0.1:{first}"), format!("127.0.0.1:{second}"));
    let agent = snmpd(&folder.path().join("first"), first)?;
    let _other = snmpd(&folder.path().join("second"), second)?;
    let patch = json!({"entities": [
        {"external_id": "r1", "name": "router one", "type": "ROUTER", "attributes": {"address": "127.0.0.1"}},
        {"external_id": "r1-lo", "name": "lo", "type": "INTERFACE", "parent": "r1"},
        {"external_id": "other", "type": "ROUTER"},
    ]});
    let (status, answer) = collector.post("/api/v1/topology", &patch)?;
    anyhow::ensure!(status == 200, "{status} {answer}");
    for (address, name) in [(&v3, "router one"), (&v2c, "other")] {
        collector.until("/api/v1/sources", SOON, |answer| {
            let row = target(answer, address)?;
            let well = row["stale"] == false && row["problem"].is_null() && row["samples"].as_u64()? > 10 && row["received"].as_u64()? >= 3;
            (well && row["entity_name"] == name).then_some(())
        })?;
    }
    drop(agent);
    let row = collector.until("/api/v1/sources", SOON, |answer| {
        target(answer, &v3).filter(|row| row["stale"] == true).cloned()
    })?;
    assert!(
        row["entity_name"] == "router one" && row["age_seconds"].as_f64().unwrap_or_default() > 2.4,
        "{row}"
    );
    assert!(row["problem"].as_str().unwrap_or_default().contains("no answer"), "{row}");
    assert!(collector.metric("pedkai_poll_targets_stale", "")? >= 1.0 && collector.metric("pedkai_polls_total", "failed")? >= 1.0);
    let page = collector.get("/api/v1/sources?limit=1")?;
    let rest = collector.get(&format!("/api/v1/sources?limit=1&cursor={}", page["next"].as_str().context("a next page")?))?;
    assert_ne!(page["items"][0]["address"], rest["items"][0]["address"]);
    assert!(
        rest["next"].is_null() && rest["items"].as_array().is_some_and(|items| items.len() == 1),
        "{rest}"
    );
    // It comes back with a new engine: boots begin at 1 again.
    let _agent = snmpd(&folder.path().join("third"), first)?;
    collector.until("/api/v1/sources", SOON, |answer| {
        target(answer, &v3).filter(|row| row["stale"] == false).map(drop)
    })?;
    Ok(())
}
