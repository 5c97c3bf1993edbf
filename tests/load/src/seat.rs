//! A workstation as its operator meets it: a window of its own, looked at by its pixels. The display is drawn by the processor, which a seat with
//! a graphics card does not have to do.

use std::fmt::Write as _;
use std::net::UdpSocket;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use pedkai_e2e::window::{Area, Window};
use pedkai_e2e::{Collector, run as run_command};
use pedkai_simulator::ber::{Trap, Value as Ber, oid, trap_v2c};
use serde_json::{Value, json};

use crate::quantile;

const ELEMENTS: usize = 10_000;
const LINKS: usize = 30_000;
const BATCH: usize = 1_000;
/// The counts in the header.
const COUNTS: Area = Area { x: 295..625, y: 8..40 };
/// The first rows of the list, between which the cursor goes up and down.
const ROWS: Area = Area::rows(124, 208);
const LONG: Duration = Duration::from_secs(120);

pub(crate) async fn run(collector: &Collector, folder: &Path, alarms: usize, traps: usize) -> Result<Value> {
    network(collector, folder)?;
    let client = reqwest::Client::new();
    let door = format!("http://{}/api/v1/alarms/ingest", collector.door("api")?);
    for number in 0..alarms / BATCH {
        send(&client, &door, collector.key(), &batch(number * BATCH, "minor")).await?;
    }
    // Two that stay on top: the cursor goes between them.
    for number in 0..2 {
        let alarm = json!({
            "entity_id": format!("top-{number}"), "alarm_type": "POWER_LOST", "severity": "critical", "raised_at": "2026-11-21T12:00:00Z",
            "source_system": "bench",
        });
        send(&client, &door, collector.key(), &alarm).await?;
    }
    while collector.metric("pedkai_rows_lag_seconds", "")? > 0.0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    let seat = folder.join("seat");
    let url = format!("http://{}", collector.door("api")?);
    let began = Instant::now();
    let window = Window::open(&seat, &url, collector.key(), &["--view", "alarms"])?;
    let header = Area::rows(0, 40);
    window
        .display
        .until(&header, LONG, "a first frame", |seen| seen.chunks(4).any(|pixel| pixel != &seen[..4]))?;
    let first_frame = began.elapsed();
    while !window.said()?.contains("in step with the collector") {
        ensure!(began.elapsed() < LONG, "the copy is not made: {}", window.said()?);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let in_step = began.elapsed();
    tokio::time::sleep(Duration::from_secs(5)).await;
    window.focus()?;
    window.display.press("Down")?;
    window.display.still(&ROWS, Duration::from_secs(1), LONG)?;
    let (resident, own) = window.memory().context("this system does not tell memory")?;

    // Nobody is at the seat for this long before.
    tokio::time::sleep(Duration::from_secs(32)).await;
    let rest = Duration::from_secs(40);
    let before = window.cpu().context("this system does not tell processor time")?;
    tokio::time::sleep(rest).await;
    let idle = (window.cpu().context("processor time")? - before).as_secs_f64() / rest.as_secs_f64();

    let pixels = trap_to_pixel(collector, &window, traps).await?;
    let keys = keys_in_a_storm(&client, collector, &window).await?;
    let (resident_after, _) = window.memory().context("memory")?;
    Ok(json!({
        "bench": "seat", "alarms": alarms, "elements": ELEMENTS, "links": LINKS,
        "first_frame_ms": first_frame.as_secs_f64() * 1e3, "start_to_in_step_ms": in_step.as_secs_f64() * 1e3,
        "rss_mib": resident >> 20, "rss_own_mib": own >> 20, "idle_cpu_percent": idle * 100.0,
        "trap_to_pixel": pixels, "keys_at_10000_alarms_per_s": keys, "rss_after_mib": resident_after >> 20,
    }))
}

fn network(collector: &Collector, folder: &Path) -> Result<()> {
    let topology = folder.join("topology");
    std::fs::create_dir_all(&topology)?;
    let mut entities = String::from("external_id,name,type,parent,lat,lon\n");
    for number in 0..ELEMENTS {
        let turn = number as f64 * 2.399_963;
        let reach = (number as f64).sqrt() * 0.05;
        let (lat, lon) = (47.0 + reach * turn.sin(), 8.0 + reach * turn.cos());
        writeln!(entities, "ne-{number},ne-{number},ROUTER,,{lat:.5},{lon:.5}")?;
    }
    let mut relations = String::from("source,target,relation\n");
    for number in 0..LINKS {
        let from = number % ELEMENTS;
        let to = (from + 1 + (number / ELEMENTS) * 34 + number % 7) % ELEMENTS;
        writeln!(relations, "ne-{from},ne-{to},connects")?;
    }
    std::fs::write(topology.join("entities.csv"), entities)?;
    std::fs::write(topology.join("relations.csv"), relations)?;
    run_command(collector.command()?.args(["topology", "import", "--tenant", "default"]).arg(&topology)).map(drop)
}

fn batch(first: usize, severity: &str) -> Value {
    let alarm = |number: usize| {
        json!({
            "entity_id": format!("ne-{}", number % ELEMENTS), "alarm_type": format!("T{}", number / ELEMENTS), "severity": severity,
            "raised_at": "2026-11-21T12:00:00Z", "source_system": "bench", "text": "a condition of this element",
        })
    };
    Value::from_iter((first..first + BATCH).map(alarm))
}

async fn send(client: &reqwest::Client, url: &str, key: &str, body: &Value) -> Result<()> {
    let post = client.post(url).bearer_auth(key).header("Content-Type", "application/json");
    let answer = post.body(body.to_string()).send().await?;
    ensure!(answer.status().as_u16() == 202, "{}", answer.status());
    Ok(())
}

fn summed(mut millis: Vec<f64>) -> Value {
    millis.sort_by(f64::total_cmp);
    json!({"p50_ms": quantile(&millis, 0.5), "p99_ms": quantile(&millis, 0.99), "max_ms": millis.last(), "seen": millis.len()})
}

/// linkDown of a new device each; until a count in the header is another.
async fn trap_to_pixel(collector: &Collector, window: &Window, traps: usize) -> Result<Value> {
    let target: std::net::SocketAddr = collector.door("snmp")?.parse()?;
    let mut millis = Vec::new();
    for number in 0..traps {
        let socket = UdpSocket::bind((std::net::Ipv4Addr::new(127, 98, (number / 250) as u8, (number % 250 + 1) as u8), 0))?;
        let port = 7;
        let at = |column: &str| oid(column).with(&[port]);
        let trap = Trap {
            oid: oid("1.3.6.1.6.3.1.1.5.3"),
            varbinds: vec![
                (at("1.3.6.1.2.1.2.2.1.1"), Ber::Integer(7)),
                (at("1.3.6.1.2.1.2.2.1.2"), Ber::text("Latency0/7")),
            ],
        };
        let bytes = trap_v2c(&trap, "public", number as u32, 1);
        let before = window.display.still(&COUNTS, Duration::from_millis(700), LONG)?;
        let sent = Instant::now();
        socket.send_to(&bytes, target)?;
        window.display.until(&COUNTS, LONG, "the trap is on the screen", |seen| seen != before)?;
        millis.push(sent.elapsed().as_secs_f64() * 1e3);
    }
    Ok(summed(millis))
}

/// Steps in the list while 10,000 alarms a second come in, each until the cursor is elsewhere.
async fn keys_in_a_storm(client: &reqwest::Client, collector: &Collector, window: &Window) -> Result<Value> {
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let (url, key) = (format!("http://{}/api/v1/alarms/ingest", collector.door("api")?), collector.key().to_owned());
    let client = client.clone();
    let storm = tokio::spawn(async move {
        let began = Instant::now();
        let mut sent = 0_usize;
        while !*stopped.borrow() {
            let due = began + Duration::from_millis(100 * (sent / BATCH) as u64);
            tokio::time::sleep_until(due.into()).await;
            send(&client, &url, &key, &batch(sent % (ELEMENTS * 10), "minor")).await?;
            sent += BATCH;
        }
        Ok::<_, anyhow::Error>((sent, began.elapsed()))
    });
    let millis = tokio::task::block_in_place(|| {
        std::thread::sleep(Duration::from_secs(2));
        let mut millis = Vec::new();
        for number in 0..40 {
            let before = window.display.pixels(&ROWS)?;
            let pressed = Instant::now();
            window.display.press(if number % 2 == 0 { "Down" } else { "Up" })?;
            window.display.until(&ROWS, LONG, "the cursor moves", |seen| seen != before)?;
            millis.push(pressed.elapsed().as_secs_f64() * 1e3);
            std::thread::sleep(Duration::from_millis(150));
        }
        Ok::<_, anyhow::Error>(millis)
    });
    let _ = stop.send(true);
    let ((sent, took), millis) = (storm.await??, millis?);
    let mut told = summed(millis);
    told["alarms_per_s"] = json!((sent as f64 / took.as_secs_f64()).round());
    Ok(told)
}
