//! Between the receipt of what wants an answer and the answer, the log's fdatasync has completed: seen with strace.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use pedkai_e2e::{Collector, installed};
use serde_json::json;

const POSTS: u32 = 10;
const INFORMS: u32 = 10;

/// What a line of the trace says about durability.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Received,
    Synced,
    Answered,
}

/// Receipt of a request, the log's sync, the answer. A call that was interrupted by another thread's counts where it ends.
fn steps(trace: &str, received: &str, answered: &str) -> Vec<Step> {
    trace
        .lines()
        .filter_map(|line| {
            let ended = !line.contains("<unfinished");
            if ended && (line.contains("fdatasync") || line.contains("fsync")) && (line.contains("log.db") || line.contains("resumed")) && line.contains("= 0")
            {
                Some(Step::Synced)
            } else if line.contains(received) && (line.contains("recv") || line.contains("read")) {
                Some(Step::Received)
            } else if line.contains(answered) && (line.contains("send") || line.contains("write")) {
                Some(Step::Answered)
            } else {
                None
            }
        })
        .collect()
}

/// How many answers there were, each with a sync between it and the receipt before it.
fn answers_after_sync(steps: &[Step]) -> usize {
    let mut synced = false;
    let mut answers = 0;
    for step in steps {
        match step {
            Step::Received => synced = false,
            Step::Synced => synced = true,
            Step::Answered => {
                assert!(synced, "an answer without a sync since the receipt: {steps:?}");
                answers += 1;
            }
        }
    }
    answers
}

fn strace(pid: u32, out: &Path) -> Result<std::process::Child> {
    let mut child = Command::new("strace")
        .args([
            "-f",
            "-yy",
            "-s",
            "64",
            "-e",
            "trace=fdatasync,fsync,read,recvfrom,recvmsg,recvmmsg,write,writev,sendto,sendmsg,sendmmsg",
            "-o",
        ])
        .arg(out)
        .args(["-p", &pid.to_string()])
        .stderr(Stdio::piped())
        .spawn()?;
    // It says on standard error when it has hold of every thread, and of each one that is born later: somebody has to read that.
    let mut stderr = std::io::BufReader::new(child.stderr.take().context("stderr is piped")?);
    let mut line = String::new();
    std::io::BufRead::read_line(&mut stderr, &mut line)?;
    anyhow::ensure!(line.contains("attached"), "strace says: {line}");
    std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
    Ok(child)
}

#[test]
fn every_answer_comes_after_the_logs_sync() -> Result<()> {
    if !installed("strace") {
        println!("skipped: strace is not installed");
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let mut collector = Collector::start(&folder.path().join("data"), None)?;
    let out = folder.path().join("trace");
    let mut tracer = strace(collector.pid().context("it runs")?, &out)?;
    for number in 0..POSTS {
        let (status, answer) = collector.post(
            "/api/v1/alarms/ingest",
            &json!({"entity_id": "ne-1", "alarm_type": "POWER", "severity": "warning", "raised_at": "2026-01-01T00:00:00Z", "source_system": "t", "qualifier": number.to_string()}),
        )?;
        assert_eq!(status, 202, "{answer}");
    }
    for number in 0..INFORMS {
        collector.inform(folder.path(), number, 10)?;
    }
    collector.stop()?;
    tracer.wait()?;
    let trace = std::fs::read_to_string(&out)?;
    let posts = steps(&trace, "POST /api/v1/alarms/ingest", "HTTP/1.1 202");
    assert_eq!(answers_after_sync(&posts), POSTS as usize, "{trace}");
    // After the community's name: the tag of an InformRequest is 0xA6, that of a Response 0xA2 (RFC 3416); strace writes them in octal.
    let informs = steps(&trace, r"public\246", r"public\242");
    assert_eq!(answers_after_sync(&informs), INFORMS as usize, "{trace}");
    Ok(())
}
