//! From a trap to its incident on the feed.

use std::collections::BTreeMap;
use std::net::UdpSocket;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use pedkai_e2e::Collector;
use pedkai_simulator::ber::{Trap, Value as Ber, oid, trap_v2c};
use pedkai_simulator::flood::{Flood, flood};
use serde_json::{Value, json};

use crate::quantile;

type Arrivals = Arc<Mutex<BTreeMap<String, Instant>>>;

/// Sends a linkDown of a new port every 200 ms and notes when an incident over it has hypotheses and a report on the feed.
pub(crate) async fn run(collector: &Collector, rate: u64, seconds: u64) -> Result<Value> {
    let arrivals = listen(collector).await?;
    let target: std::net::SocketAddr = collector.door("snmp")?.parse()?;
    let load = std::thread::spawn(move || {
        flood(&Flood {
            target,
            rate,
            seconds,
            ports: 5_000,
            sources: 1,
        })
    });
    let mut sent = BTreeMap::new();
    for n in 0..seconds * 5 {
        // A device of its own each, so that each is an incident of its own.
        let socket = UdpSocket::bind((std::net::Ipv4Addr::new(127, 99, (n / 250) as u8, (n % 250 + 1) as u8), 0))?;
        let port = 100_000 + n as u32;
        let name = format!("Latency0/{port}");
        let at = |column: &str| oid(column).with(&[port]);
        let trap = Trap {
            oid: oid("1.3.6.1.6.3.1.1.5.3"),
            varbinds: vec![
                (at("1.3.6.1.2.1.2.2.1.1"), Ber::Integer(i64::from(port))),
                (at("1.3.6.1.2.1.2.2.1.2"), Ber::text(&name)),
            ],
        };
        socket.send_to(&trap_v2c(&trap, "public", port, 1), target)?;
        sent.insert(socket.local_addr()?.ip().to_string(), Instant::now());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    load.join().map_err(|_| anyhow!("the flood ended with a panic"))??;
    let arrivals = arrivals.lock().map_err(|_| anyhow!("the listener ended with a panic"))?;
    let mut latencies: Vec<f64> = sent
        .iter()
        .filter_map(|(device, at)| Some(arrivals.get(device)?.duration_since(*at).as_secs_f64() * 1e3))
        .collect();
    latencies.sort_by(f64::total_cmp);
    Ok(json!({
        "bench": "trap_to_incident", "other_events_per_s": rate, "sent": sent.len(), "seen": latencies.len(),
        "p50_ms": quantile(&latencies, 0.5), "p99_ms": quantile(&latencies, 0.99), "max_ms": latencies.last(),
    }))
}

/// Notes when an incident with a hypothesis and a report first names a device (an unplaced one bears its address).
async fn listen(collector: &Collector) -> Result<Arrivals> {
    let arrivals = Arrivals::default();
    let noted = arrivals.clone();
    let url = format!("http://{}/api/v1/changes", collector.door("api")?);
    let mut answer = reqwest::Client::new()
        .get(url)
        .bearer_auth(collector.key())
        .header("Accept", "text/event-stream")
        .send()
        .await?;
    tokio::spawn(async move {
        let mut pending = Vec::new();
        while let Ok(Some(piece)) = answer.chunk().await {
            pending.extend_from_slice(&piece);
            while let Some(end) = pending.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = pending.drain(..=end).collect();
                let Some(data) = line
                    .strip_prefix(b"data:")
                    .filter(|data| data.windows(10).any(|window| window == b"hypotheses"))
                else {
                    continue;
                };
                let Ok(change) = serde_json::from_slice::<Value>(data) else { continue };
                let row = &change["row"];
                if let (Some(device), Some(_)) = (row["hypotheses"][0]["external_id"].as_str(), row["sitrep"]["text"].as_str())
                    && let Ok(mut noted) = noted.lock()
                {
                    noted.entry(device.to_owned()).or_insert_with(Instant::now);
                }
            }
        }
    });
    Ok(arrivals)
}
