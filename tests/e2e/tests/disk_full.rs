//! A full disk under a running collector: senders are told, the screen's source says it, and nothing that was answered is lost.
#![cfg(target_os = "linux")]

use std::time::Duration;

use anyhow::Result;
use pedkai_e2e::{Collector, program, run};
use serde_json::{Value, json};

const INGEST: &str = "/api/v1/alarms/ingest";

fn alarm(number: u32) -> Value {
    json!({"entity_id": "ne-1", "alarm_type": "POWER", "severity": "warning", "raised_at": "2026-01-01T00:00:00Z", "source_system": "test",
        "qualifier": number.to_string()})
}

#[test]
fn a_full_disk_is_told_and_loses_nothing_that_was_answered() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let flag = folder.path().join("full");
    let layer = program("libpedkai_power_cut.so")?;
    let mut collector = Collector::start(&folder.path().join("data"), None)?;
    collector.kill()?;
    collector.serve_with(&[("LD_PRELOAD", layer.as_path()), ("PEDKAI_FULL_DISK", &flag)])?;
    let mut answered = Vec::new();
    let mut post = |collector: &Collector, number: u32| -> Result<u16> {
        let (status, answer) = collector.post(INGEST, &alarm(number))?;
        if status == 202 {
            answered.push(answer["event_id"].as_str().unwrap_or_default().to_owned());
        } else {
            let text = answer.to_string();
            assert!(text.contains("full") || text.contains("disk"), "the sender is told why, and what to do: {text}");
        }
        Ok(status)
    };
    for number in 0..5 {
        assert_eq!(post(&collector, number)?, 202);
    }
    std::fs::write(&flag, "")?;
    for number in 5..10 {
        assert_eq!(post(&collector, number)?, 503);
    }
    assert!(collector.inform(folder.path(), 1, 1).is_err(), "an inform is not answered before it is durable");
    let writer = |workers: &Value| workers["items"].as_array()?.iter().find(|worker| worker["name"] == "writer").cloned();
    let told = collector.until("/api/v1/system/workers", Duration::from_secs(10), |workers| {
        writer(workers).filter(|writer| writer["state"] == "trouble")
    })?;
    assert!(
        told["detail"].as_str().is_some_and(|detail| detail.contains("full")),
        "the screen's source says it: {told}"
    );
    let storage = collector.get("/api/v1/system/storage")?;
    assert!(storage["free_bytes"].is_u64(), "how much room is left is told just then: {storage}");
    assert!(storage["bytes"].as_u64().is_some_and(|bytes| bytes > 0), "{storage}");
    std::fs::remove_file(&flag)?;
    let mut number = 10;
    let end = std::time::Instant::now() + Duration::from_secs(20);
    while post(&collector, number)? != 202 {
        assert!(std::time::Instant::now() < end, "the collector does not find that there is room again");
        number += 1;
        std::thread::sleep(Duration::from_millis(100));
    }
    collector.inform(folder.path(), 1, 5)?;
    collector.until("/api/v1/system/workers", Duration::from_secs(10), |workers| {
        writer(workers).filter(|writer| writer["state"] == "running")
    })?;
    collector.stop()?;
    run(collector.command()?.args(["audit", "verify"]))?;
    collector.serve()?;
    for id in &answered {
        collector.get(&format!("/api/v1/events/{id}"))?;
    }
    Ok(())
}
