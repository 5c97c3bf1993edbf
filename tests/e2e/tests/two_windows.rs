//! Two workstations as processes of their own on one collector: what one does the other shows, also after the collector was killed.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use pedkai_e2e::window::{Area, Window};
use pedkai_e2e::{Collector, run_with_input};
use serde_json::json;

const PASSWORD: &str = "correct horse battery";
/// The rows of the list, without the header with its clock and the words that come and go below.
const LIST: Area = Area::rows(124, 300);
const SOON: Duration = Duration::from_secs(60);

fn login(collector: &Collector, name: &str) -> Result<String> {
    run_with_input(
        collector.command()?.args(["user", "add", name, "--tenant", "default", "--role", "operator"]),
        &format!("{PASSWORD}\n"),
    )?;
    let (_, answer) = collector.call(
        "POST",
        "/api/v1/auth/login",
        "",
        Some(&json!({"name": name, "password": PASSWORD, "tenant": "default"})),
    )?;
    Ok(answer["access_token"].as_str().with_context(|| answer.to_string())?.to_owned())
}

fn open(collector: &Collector, folder: &Path, name: &str) -> Result<Window> {
    let token = login(collector, name)?;
    Window::open(&folder.join(name), &format!("http://{}", collector.door("api")?), &token, &["--view", "alarms"])
}

/// How many alarms somebody acknowledged, as the collector knows it.
fn acknowledged(collector: &Collector, wanted: usize) -> Result<()> {
    collector.until("/api/v1/alarms?ack_state=acked", SOON, |answer| {
        (answer["items"].as_array()?.len() == wanted).then_some(())
    })
}

#[test]
fn two_windows_show_the_same_and_go_on_without_the_collector() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut collector = Collector::start(&folder.path().join("collector"), None)?;
    // Old enough that no age on the screen changes while the test runs.
    let alarm = |number: usize| {
        json!({"entity_id": format!("router-{number}"), "alarm_type": "FAN_FAILED", "severity": "minor",
               "raised_at": "2026-01-01T10:00:00Z", "source_system": "probe"})
    };
    let body: Vec<_> = (0..6).map(alarm).collect();
    ensure!(collector.post("/api/v1/alarms/ingest", &json!(body))?.0 == 202);
    let (mut ann, mut bob) = (open(&collector, folder.path(), "ann")?, open(&collector, folder.path(), "bob")?);
    collector.until("/api/v1/system/seats", SOON, |answer| (answer["items"].as_array()?.len() >= 2).then_some(()))?;
    for window in [&ann, &bob] {
        window.focus()?;
        window.display.press("Down")?;
    }
    let before = ann.display.still(&LIST, Duration::from_secs(2), SOON)?;
    bob.display.until(&LIST, SOON, "both show the same", |seen| seen == before)?;

    ann.display.press("a")?;
    acknowledged(&collector, 1)?;
    bob.display
        .until(&LIST, Duration::from_secs(2), "bob sees that ann acknowledged", |seen| seen != before)?;
    let after = ann.display.still(&LIST, Duration::from_secs(2), SOON)?;
    bob.display.until(&LIST, SOON, "both show the same after it", |seen| seen == after)?;

    // Without a collector everything stays readable, and what ann does waits.
    collector.kill()?;
    for window in [&mut ann, &mut bob] {
        ensure!(window.runs()?, "a window went with its collector");
    }
    ann.display.press("Down")?;
    ann.display.press("a")?;
    let alone = bob.display.still(&LIST, Duration::from_secs(2), SOON)?;
    collector.serve()?;
    acknowledged(&collector, 2)?;
    bob.display.until(&LIST, SOON, "what waited reached bob", |seen| seen != alone)?;
    let who = collector.get("/api/v1/alarms?ack_state=acked")?;
    let names: Vec<&str> = who["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|row| row["ack"]["by"].as_str())
        .collect();
    ensure!(names == ["ann", "ann"], "{who}");
    ensure!(ann.runs()? && bob.runs()?);
    Ok(())
}

#[test]
fn the_tools_that_work_a_window_are_here() -> Result<()> {
    for tool in ["Xvfb", "xdotool"] {
        ensure!(
            Command::new("sh").args(["-c", &format!("command -v {tool}")]).output()?.status.success(),
            "{tool} is missing: packaging/prepare test installs it"
        );
    }
    Ok(())
}
