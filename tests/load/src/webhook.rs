//! The webhook under load.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use pedkai_e2e::Collector;
use serde_json::{Value, json};

use crate::quantile;

const IDENTITIES: usize = 50_000;
const BATCH: usize = 1_000;

fn alarm(n: usize) -> Value {
    json!({
        "entity_id": format!("ne-{}", n % 10_000), "alarm_type": format!("T{}", n % 40), "severity": "minor",
        "raised_at": "2026-11-21T12:00:00Z", "source_system": "bench", "qualifier": format!("port-{}", n / 10_000), "text": "a port of this element is down",
    })
}

/// As many batches as are answered in `seconds`.
pub(crate) async fn batches(collector: &Collector, seconds: u64) -> Result<Value> {
    let bodies: Vec<Arc<str>> = (0..IDENTITIES / BATCH)
        .map(|batch| Value::from_iter((0..BATCH).map(|n| alarm(batch * BATCH + n))).to_string().into())
        .collect();
    let client = reqwest::Client::new();
    let url: Arc<str> = format!("http://{}/api/v1/alarms/ingest", collector.door("api")?).into();
    post(&client, &url, collector.key(), &bodies[0]).await?;
    let seen = watch(collector)?;
    let before = collector.cpu().context("this system does not tell processor time")?;
    let start = Instant::now();
    let end = start + Duration::from_secs(seconds);
    let mut senders = Vec::new();
    for sender in 0..4 {
        let (client, url, key, bodies) = (client.clone(), url.clone(), collector.key().to_owned(), bodies.clone());
        senders.push(tokio::spawn(async move {
            let mut sent = 0_usize;
            while Instant::now() < end {
                let body = &bodies[(sent * 4 + sender) % bodies.len()];
                post(&client, &url, &key, body).await?;
                sent += 1;
            }
            Ok::<_, anyhow::Error>(sent)
        }));
    }
    let mut batches = 0;
    for sender in senders {
        batches += sender.await??;
    }
    let took = start.elapsed();
    let cpu = collector.cpu().context("processor time")? - before;
    let catching_up = Instant::now();
    while collector.metric("pedkai_rows_lag_seconds", "")? > 0.0 && catching_up.elapsed() < Duration::from_secs(60) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let alarms = batches * BATCH;
    Ok(json!({
        "bench": "webhook_batches", "alarms": alarms, "per_s": (alarms as f64 / took.as_secs_f64()).round(),
        "cpu_us_per_alarm": cpu.as_secs_f64() * 1e6 / alarms as f64, "rows_behind_after_s": catching_up.elapsed().as_secs_f64(),
        "feed_rows_seen": seen.load(Ordering::Relaxed), "rss_mib": collector.memory().map(|bytes| bytes >> 20),
    }))
}

/// One post after another, evenly spread, over 64 connections.
pub(crate) async fn singles(collector: &Collector, rate: u64, seconds: u64) -> Result<Value> {
    let client = reqwest::Client::new();
    let url: Arc<str> = format!("http://{}/api/v1/alarms/ingest", collector.door("api")?).into();
    post(&client, &url, collector.key(), &alarm(0).to_string().into()).await?;
    let start = Instant::now();
    let posts = rate * seconds;
    let mut senders = Vec::new();
    for sender in 0..64_u64 {
        let (client, url, key) = (client.clone(), url.clone(), collector.key().to_owned());
        senders.push(tokio::spawn(async move {
            let mut latencies = Vec::new();
            for n in (sender..posts).step_by(64) {
                // Measured from when it should have been sent: a stall cannot hide the posts that it held up.
                let due = start + Duration::from_secs_f64(n as f64 / rate as f64);
                tokio::time::sleep_until(due.into()).await;
                post(&client, &url, &key, &alarm(n as usize % IDENTITIES).to_string().into()).await?;
                latencies.push(due.elapsed().as_secs_f64() * 1e3);
            }
            Ok::<_, anyhow::Error>(latencies)
        }));
    }
    let mut latencies = Vec::new();
    for sender in senders {
        latencies.extend(sender.await??);
    }
    latencies.sort_by(f64::total_cmp);
    Ok(json!({
        "bench": "webhook_singles", "posts": latencies.len(), "per_s": (latencies.len() as f64 / start.elapsed().as_secs_f64()).round(),
        "p50_ms": quantile(&latencies, 0.5), "p99_ms": quantile(&latencies, 0.99), "max_ms": latencies.last(),
    }))
}

async fn post(client: &reqwest::Client, url: &str, key: &str, body: &Arc<str>) -> Result<()> {
    loop {
        let answer = client
            .post(url)
            .bearer_auth(key)
            .header("Content-Type", "application/json")
            .body(body.to_string())
            .send()
            .await?;
        match answer.status().as_u16() {
            202 => {
                answer.bytes().await?;
                return Ok(());
            }
            429 => tokio::time::sleep(Duration::from_millis(20)).await,
            status => bail!("{status}: {}", answer.text().await?),
        }
    }
}

/// Counts the rows of the live feed.
pub(crate) fn watch(collector: &Collector) -> Result<Arc<AtomicU64>> {
    let seen = Arc::new(AtomicU64::new(0));
    let (counter, key) = (seen.clone(), collector.key().to_owned());
    let url = format!("http://{}/api/v1/changes", collector.door("api")?);
    tokio::spawn(async move {
        let mut answer = reqwest::Client::new()
            .get(url)
            .bearer_auth(key)
            .header("Accept", "text/event-stream")
            .send()
            .await?;
        while let Some(piece) = answer.chunk().await? {
            let rows = piece.windows(6).filter(|window| window == b"\ndata:").count() as u64;
            counter.fetch_add(rows, Ordering::Relaxed);
        }
        Ok::<_, anyhow::Error>(())
    });
    Ok(seen)
}
