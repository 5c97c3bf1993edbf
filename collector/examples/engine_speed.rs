//! How fast the engine makes events durable and the journal writes rows, sockets left out:
//! `cargo run --release -p pedkai-collector --example engine_speed` (`PEDKAI_SPEED_SECONDS`, default 5; `PEDKAI_SPEED_DIR`).

#![allow(clippy::print_stdout)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use pedkai_collector::engine::{Engine, Limits, Lines, WallClock};
use pedkai_collector::journal::rows::AlarmFilter;
use pedkai_core::model::*;

const IDENTITIES: usize = 50_000;
const BATCH: usize = 1_000;
const SENDERS: usize = 8;

fn event(n: usize, at: Timestamp) -> Event {
    let identity = n % IDENTITIES;
    Event {
        received_at: at,
        source: SourceKind::Webhook,
        source_address: Name::from("load"),
        relay: false,
        key: None,
        payload: Payload::Alarm(Box::new(AlarmReport {
            entity_id: Name::from(format!("router-{}", identity / 10)),
            alarm_type: Name::from("LINK_DOWN"),
            severity: Severity::Minor,
            raised_at: at,
            source_system: Name::from("load"),
            qualifier: Name::from(format!("ge-0/0/{}", identity % 10)),
            probable_cause: Name::from("loss of signal"),
            text: Name::from("Interface down, carrier lost at the far end"),
            cleared: false,
            attributes: Vec::new(),
        })),
    }
}

/// CPU seconds of this process, all threads.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
    (ticks(11) + ticks(12)) / 100.0
}

fn folder() -> std::io::Result<tempfile::TempDir> {
    match std::env::var_os("PEDKAI_SPEED_DIR") {
        Some(dir) => tempfile::tempdir_in(Path::new(&dir)),
        None => tempfile::tempdir(),
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> anyhow::Result<()> {
    let seconds: u64 = std::env::var("PEDKAI_SPEED_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(5);
    let folder = folder()?;
    let engine = Engine::open(folder.path(), Arc::new(WallClock), Limits::default())?;
    let tenant = engine.find("default").ok_or_else(|| anyhow::anyhow!("there is no tenant"))?;
    tenant.open().await?;
    let live_rows = Arc::new(AtomicU64::new(0));
    let mut follow = tenant.follow(None);
    let counted = live_rows.clone();
    let follower = tokio::spawn(async move {
        while let Ok(lines) = follow.next().await {
            let rows = match lines {
                Lines::Page(page) => page.changes.len(),
                Lines::Live(live) => live.rows().len(),
            };
            counted.fetch_add(rows as u64, Ordering::Relaxed);
        }
    });
    let taken = Arc::new(AtomicU64::new(0));
    let end = Instant::now() + Duration::from_secs(seconds);
    let (began, before) = (Instant::now(), cpu());
    let mut senders = Vec::new();
    for sender in 0..SENDERS {
        let (tenant, taken, clock) = (tenant.clone(), taken.clone(), engine.clock().clone());
        senders.push(tokio::spawn(async move {
            let mut n = sender * (IDENTITIES / SENDERS);
            while Instant::now() < end {
                let at = clock.now();
                let events: Vec<Event> = (n..n + BATCH).map(|n| event(n, at)).collect();
                match tenant.events(events).await {
                    Ok(_) => {
                        n += BATCH;
                        taken.fetch_add(BATCH as u64, Ordering::Relaxed);
                    }
                    Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
                }
            }
        }));
    }
    let mut worst_lag: f64 = 0.0;
    while Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(50)).await;
        worst_lag = worst_lag.max(tenant.stats().rows_lag_seconds);
    }
    for sender in senders {
        sender.await?;
    }
    let took = began.elapsed();
    tenant.caught_up().await?;
    let caught_up = began.elapsed() - took;
    let used = cpu() - before;
    let count = taken.load(Ordering::Relaxed);
    let stats = tenant.stats();
    println!("{count} events in {:.2} s: {:.0}/s", took.as_secs_f64(), count as f64 / took.as_secs_f64());
    println!("{:.2} µs CPU an event, senders and a follower included", used * 1e6 / count as f64);
    println!(
        "rows caught up {:.2} s later; worst lag {worst_lag:.2} s; live rows {}",
        caught_up.as_secs_f64(),
        live_rows.load(Ordering::Relaxed)
    );
    println!(
        "{} records, {:.0} B an event before and {:.0} B after compression",
        stats.records,
        stats.bytes as f64 / count as f64,
        stats.kept_bytes as f64 / count as f64
    );
    for (stage, view) in &stats.stages {
        println!(
            "  {stage}: {:.2} s in {}, {:.2} µs an event",
            view.sum,
            view.count,
            view.sum * 1e6 / count as f64
        );
    }
    println!(
        "  commit: mean {:.1} ms; rows written {}",
        stats.commit.sum * 1e3 / stats.commit.count.max(1) as f64,
        stats.rows_written
    );
    follower.abort();
    let began = Instant::now();
    let listed = tenant.ask(|rows| rows.alarms(&AlarmFilter::default(), None, 1_000)).await?;
    println!("a list of {}: {:.1} ms", listed.items.len(), began.elapsed().as_secs_f64() * 1e3);
    engine.stop().await?;
    Ok(())
}
