//! Killed at two hundred points: everything answered is there, and nothing twice where the sender gave a key.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use pedkai_e2e::{Collector, net_snmp, run, run_with_input};
use serde_json::{Value, json};

const KILLS: u64 = 200;

/// Posts one alarm after another under a key of its own each, and sends each again until it is answered.
fn post(address: &str, token: &str, over: &AtomicBool, answered: &Mutex<BTreeMap<String, String>>) -> Result<()> {
    for number in 0.. {
        if over.load(Ordering::Relaxed) {
            break;
        }
        let name = format!("post-{number}");
        let body = json!({"entity_id": "ne-1", "alarm_type": "POWER", "severity": "warning", "raised_at": "2026-01-01T00:00:00Z", "source_system": "t", "qualifier": name});
        loop {
            let mut curl = Command::new("curl");
            curl.args([
                "-sS",
                "-f",
                "-m",
                "5",
                "-H",
                &format!("Authorization: Bearer {token}"),
                "-H",
                &format!("Idempotency-Key: {name}"),
            ]);
            curl.args([
                "-H",
                "Content-Type: application/json",
                "--data-binary",
                "@-",
                &format!("http://{address}/api/v1/alarms/ingest"),
            ]);
            if let Ok(text) = run_with_input(&mut curl, &body.to_string()) {
                let answer: Value = serde_json::from_str(&text)?;
                let id = answer["event_id"].as_str().context("an accepted alarm has an event_id")?;
                answered.lock().map_err(|_| anyhow::anyhow!("poisoned"))?.insert(name, id.to_owned());
                break;
            }
        }
    }
    Ok(())
}

/// Sends one inform after another; net-snmp repeats each under the same request id until it is answered.
fn inform(address: &str, folder: &std::path::Path, over: &AtomicBool, answered: &Mutex<Vec<u32>>) -> Result<()> {
    for number in 1.. {
        if over.load(Ordering::Relaxed) {
            break;
        }
        let mut command = net_snmp("snmpinform", folder)?;
        command.args(["-v2c", "-c", "public", "-r", "40", "-t", "0.25", address, "1", "1.3.6.1.6.3.1.1.5.3"]);
        command.args([&format!("1.3.6.1.2.1.2.2.1.1.{number}"), "i", &number.to_string()]);
        command.args([&format!("1.3.6.1.2.1.2.2.1.2.{number}"), "s", &format!("Inform0/{number}")]);
        if run(&mut command).is_ok() {
            answered.lock().map_err(|_| anyhow::anyhow!("poisoned"))?.push(number);
        }
    }
    Ok(())
}

#[test]
fn two_hundred_kills_lose_nothing_answered_and_double_nothing() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut collector = Collector::start(&folder.path().join("data"), None)?;
    let (api, snmp, token) = (collector.door("api")?, collector.door("snmp")?, collector.key().to_owned());
    let over = AtomicBool::new(false);
    let (posts, informs) = (Mutex::new(BTreeMap::new()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| -> Result<()> {
        let poster = scope.spawn(|| post(&api, &token, &over, &posts));
        let informer = scope.spawn(|| inform(&snmp, folder.path(), &over, &informs));
        let mut chance = 0x9e37_79b9_7f4a_7c15_u64;
        let mut outcome = Ok(());
        for _ in 0..KILLS {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // The point of the kill: somewhere in the first tenth of a second after it was ready.
            std::thread::sleep(Duration::from_millis((chance >> 33) % 100));
            outcome = collector.kill().and_then(|()| collector.serve());
            if outcome.is_err() {
                break;
            }
        }
        over.store(true, Ordering::Relaxed);
        let ended = (poster.join(), informer.join());
        outcome?;
        ended.0.map_err(|_| anyhow::anyhow!("the poster panicked"))??;
        ended.1.map_err(|_| anyhow::anyhow!("the informer panicked"))??;
        Ok(())
    })?;
    let rows: BTreeMap<String, Value> = collector
        .all("/api/v1/alarms")?
        .into_iter()
        .map(|row| (row["qualifier"].as_str().unwrap_or_default().to_owned(), row))
        .collect();
    let posts = posts.into_inner().unwrap();
    for (name, id) in &posts {
        collector.get(&format!("/api/v1/events/{id}"))?;
        assert_eq!(rows.get(name).map(|row| row["count"].clone()), Some(json!(1)), "{name}");
    }
    let informs = informs.into_inner().unwrap();
    for number in &informs {
        let row = rows
            .iter()
            .find(|(qualifier, _)| qualifier.ends_with(&format!("0/{number}")))
            .map(|(_, row)| row["count"].clone());
        assert_eq!(row, Some(json!(1)), "inform {number}");
    }
    assert!(
        posts.len() > 20 && informs.len() > 20,
        "{} posts and {} informs were answered between the kills",
        posts.len(),
        informs.len()
    );
    Ok(())
}
