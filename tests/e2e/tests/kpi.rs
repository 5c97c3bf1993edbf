//! Samples that were answered are there after a kill, whenever it comes, after a full disk, and after a backup and its way back.

use std::process::Command;

use anyhow::Result;
use pedkai_e2e::{Collector, program, run};
use serde_json::{Value, json};

const METRIC: &str = "if_octets";

fn batch(round: u64) -> Value {
    let sample = |n: u64| {
        let second = round * 300 + n * 3;
        let time = format!(
            "2026-01-{:02}T{:02}:{:02}:{:02}Z",
            1 + second / 86_400,
            second / 3_600 % 24,
            second / 60 % 60,
            second % 60
        );
        json!({"entity_id": format!("cell-{}", n % 4), "metric": METRIC, "value": second, "timestamp": time})
    };
    json!((0..100).map(sample).collect::<Vec<_>>())
}

fn kept(collector: &Collector) -> Result<Vec<u64>> {
    let mut values = Vec::new();
    for cell in 0..4 {
        let question = format!("/api/v1/kpi/query?entity_id=cell-{cell}&metric={METRIC}&from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z");
        let answer = collector.get(&question)?;
        values.extend(
            answer["points"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|point| point["value"].as_f64())
                .map(|value| value as u64),
        );
    }
    values.sort_unstable();
    Ok(values)
}

#[test]
fn answered_samples_survive_kills_and_a_backup() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut collector = Collector::start(&folder.path().join("data"), None)?;
    let mut answered = Vec::new();
    for round in 0..30 {
        let (status, answer) = collector.post("/api/v1/kpi/ingest", &batch(round))?;
        assert_eq!((status, &answer["accepted"]), (202, &json!(100)), "{answer}");
        answered.extend((0..100).map(|n| round * 300 + n * 3));
        if round % 6 == 5 {
            collector.kill()?;
            collector.serve()?;
            assert_eq!(kept(&collector)?, answered, "after the kill in round {round}");
        }
    }
    let copy = folder.path().join("copy");
    run(collector.command()?.arg("backup").arg(&copy))?;
    collector.stop()?;
    let fresh = folder.path().join("fresh");
    let mut restore = Command::new(program("pedkai-collector")?);
    run(restore.arg("--data").arg(&fresh).arg("restore").arg(&copy))?;
    let restored = Collector::start(&fresh, None)?;
    assert_eq!(kept(&restored)?, answered, "after a backup and its way back");
    Ok(())
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_to_whoever_sends_samples_and_costs_none_that_was_answered() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let flag = folder.path().join("full");
    let layer = program("libpedkai_power_cut.so")?;
    let mut collector = Collector::start(&folder.path().join("data"), None)?;
    collector.kill()?;
    collector.serve_with(&[("LD_PRELOAD", layer.as_path()), ("PEDKAI_FULL_DISK", &flag)])?;
    let mut answered = Vec::new();
    for round in 0..30 {
        if round == 10 {
            std::fs::write(&flag, "")?;
        }
        if round == 20 {
            std::fs::remove_file(&flag)?;
        }
        let (status, answer) = collector.post("/api/v1/kpi/ingest", &batch(round))?;
        if status == 202 {
            answered.extend((0..100).map(|n| round * 300 + n * 3));
        } else {
            let told = answer["detail"].as_str().unwrap_or_default();
            assert!(status == 503 && told.contains("full"), "{status}: {answer}");
        }
        assert_eq!(status == 202, !(10..20).contains(&round), "round {round}: {answer}");
    }
    let seen = kept(&collector)?;
    assert!(answered.iter().all(|value| seen.binary_search(value).is_ok()), "what was answered is seen");
    collector.kill()?;
    collector.serve()?;
    let seen = kept(&collector)?;
    assert!(answered.iter().all(|value| seen.binary_search(value).is_ok()), "what was answered is there");
    Ok(())
}
