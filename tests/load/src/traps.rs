//! Traps at a constant rate.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use pedkai_e2e::Collector;
use pedkai_simulator::flood::{Flood, flood};
use serde_json::{Value, json};

/// Offers the traps, then waits until every one of them is counted as received or as dropped.
pub(crate) fn run(collector: &Collector, rate: u64, seconds: u64) -> Result<Value> {
    let target = collector.door("snmp")?.parse()?;
    let before = collector.cpu().context("this system does not tell processor time")?;
    let sent = flood(&Flood {
        target,
        rate,
        seconds,
        ports: 5_000,
        sources: 1,
    })?;
    let wait = Instant::now();
    let (mut received, mut dropped);
    loop {
        received = collector.metric("pedkai_received_total", "snmp")?;
        dropped = collector.metric("pedkai_dropped_total", "snmp")?;
        if received + dropped >= sent.sent as f64 || wait.elapsed() > Duration::from_secs(10) {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let cpu = collector.cpu().context("processor time")? - before;
    Ok(json!({
        "bench": "traps", "sent": sent.sent, "refused_by_sender": sent.refused, "per_s": (sent.sent as f64 * 1e6 / sent.micros as f64).round(),
        "received": received, "dropped": dropped, "unaccounted": sent.sent as f64 - received - dropped,
        "cpu_us_per_trap": cpu.as_secs_f64() * 1e6 / sent.sent as f64,
    }))
}
