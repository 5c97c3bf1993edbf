//! A power cut under load: what was never synced is forgotten, and everything that was answered is still there.
#![cfg(target_os = "linux")]

use std::path::Path;

use anyhow::Result;
use pedkai_e2e::{Collector, program, run, run_with_input};
use serde_json::{Value, json};

fn batch(round: usize, batch: usize) -> Value {
    (0..50)
        .map(|n| {
            json!({"entity_id": format!("ne-{n}"), "alarm_type": "POWER", "severity": "warning", "raised_at": "2026-01-01T00:00:00Z",
                "source_system": "test", "qualifier": format!("{round}-{batch}")})
        })
        .collect()
}

#[test]
fn a_power_cut_loses_nothing_that_was_answered() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let notes = folder.path().join("notes");
    let layer = program("libpedkai_power_cut.so")?;
    let mut answered: Vec<String> = Vec::new();
    let mut collector = Collector::start(&folder.path().join("data"), None)?;
    let mut forgotten = 0;
    for round in 0..6 {
        collector.kill()?;
        forgotten += forget(&notes)?;
        collector.serve_with(&[
            ("LD_PRELOAD", layer.as_path()),
            ("PEDKAI_POWER_CUT_FILES", Path::new(".db")),
            ("PEDKAI_POWER_CUT_NOTES", &notes),
        ])?;
        for id in &answered {
            collector.get(&format!("/api/v1/events/{id}"))?;
        }
        for number in 0..8 {
            let (status, answers) = collector.post("/api/v1/alarms/ingest", &batch(round, number))?;
            assert_eq!(status, 202, "{answers}");
            answered.push(answers[49]["event_id"].as_str().unwrap_or_default().to_owned());
        }
        // One more that the cut may catch in flight: it counts only if it was answered.
        let mut late = std::process::Command::new("curl");
        late.args([
            "-sS",
            "-m",
            "5",
            "-H",
            &format!("Authorization: Bearer {}", collector.key()),
            "-H",
            "Content-Type: application/json",
            "--data-binary",
            "@-",
        ]);
        late.arg(format!("http://{}/api/v1/alarms/ingest", collector.door("api")?));
        if let Ok(text) = run_with_input(&mut late, &batch(round, 99).to_string())
            && let Ok(answers) = serde_json::from_str::<Value>(&text)
            && let Some(id) = answers[0]["event_id"].as_str()
        {
            answered.push(id.to_owned());
        }
    }
    collector.kill()?;
    forgotten += forget(&notes)?;
    collector.serve()?;
    for id in &answered {
        collector.get(&format!("/api/v1/events/{id}"))?;
    }
    assert!(forgotten > 0, "the layer saw no unsynced write at all: it is not in place");
    Ok(())
}

fn forget(notes: &Path) -> Result<usize> {
    if !notes.exists() {
        return Ok(0);
    }
    Ok(run(std::process::Command::new(program("pedkai-power-cut")?).arg(notes))?.trim().parse()?)
}
