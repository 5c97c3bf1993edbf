//! Devices that are polled: how many a second one core asks, walks and keeps.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use async_snmp::compatibility::DecodeConfig;
use async_snmp::message::{CommunityMessage, CommunityPdu};
use async_snmp::{Oid, ResponsePdu, Value as Snmp, VarBind, Version};
use pedkai_e2e::Collector;
use serde_json::{Value, json};
use tokio::net::UdpSocket;

const IF: [u32; 9] = [1, 3, 6, 1, 2, 1, 2, 2, 1];
const IFX: [u32; 10] = [1, 3, 6, 1, 2, 1, 31, 1, 1, 1];

/// What a cell of every device says.
#[derive(Clone)]
enum Cell {
    Fixed(Snmp),
    /// Octets, so many a second.
    Wide(u64),
    /// Errors, so many a second.
    Narrow(u32),
    Uptime,
}

impl Cell {
    fn now(&self, age: Duration) -> Snmp {
        match self {
            Cell::Fixed(value) => value.clone(),
            Cell::Wide(rate) => Snmp::Counter64(rate * age.as_millis() as u64 / 1_000),
            Cell::Narrow(rate) => Snmp::Counter32(rate.wrapping_mul(age.as_secs() as u32)),
            Cell::Uptime => Snmp::TimeTicks(100_000 + (age.as_millis() / 10) as u32),
        }
    }
}

fn device(interfaces: u32) -> BTreeMap<Oid, Cell> {
    let mut cells = BTreeMap::from([(Oid::from_slice(&[1, 3, 6, 1, 2, 1, 1, 3, 0]), Cell::Uptime)]);
    let mut put = |table: &[u32], column: u32, index: u32, cell: Cell| {
        cells.insert(Oid::new(table.iter().copied().chain([column, index])), cell);
    };
    for index in 1..=interfaces {
        let text = |text: String| Cell::Fixed(Snmp::OctetString(text.into_bytes().into()));
        put(&IF, 2, index, text(format!("GigabitEthernet0/{index}")));
        put(&IF, 5, index, Cell::Fixed(Snmp::Gauge32(1_000_000_000)));
        put(&IF, 8, index, Cell::Fixed(Snmp::Integer(1)));
        for column in [13, 14, 19, 20] {
            put(&IF, column, index, Cell::Narrow(column));
        }
        put(&IFX, 1, index, text(format!("Gi0/{index}")));
        put(&IFX, 15, index, Cell::Fixed(Snmp::Gauge32(1_000)));
        put(&IFX, 18, index, text(format!("to neighbour {index}")));
        put(&IFX, 19, index, Cell::Fixed(Snmp::TimeTicks(0)));
        put(&IFX, 6, index, Cell::Wide(1_000_000));
        put(&IFX, 10, index, Cell::Wide(2_000_000));
    }
    cells
}

fn answer(cells: &BTreeMap<Oid, Cell>, age: Duration, question: &[u8]) -> Option<Vec<u8>> {
    let message = CommunityMessage::decode(question.to_vec().into(), DecodeConfig::default()).ok()?.value;
    let (_, community, CommunityPdu::Standard(pdu)) = message.into_parts() else {
        return None;
    };
    let (singles, repetitions) = pdu.get_bulk_fields()?;
    let (id, _, asked) = pdu.into_raw_parts();
    let next = |oid: &Oid| match cells.range((std::ops::Bound::Excluded(oid), std::ops::Bound::Unbounded)).next() {
        Some((oid, cell)) => VarBind::new(oid.clone(), cell.now(age)),
        None => VarBind::new(oid.clone(), Snmp::EndOfMibView),
    };
    let (single, columns) = asked.split_at((singles as usize).min(asked.len()));
    let mut told: Vec<VarBind> = single.iter().map(|bound| next(&bound.oid)).collect();
    let mut last: Vec<Oid> = columns.iter().map(|bound| bound.oid.clone()).collect();
    for _ in 0..repetitions {
        for oid in &mut last {
            let bound = next(oid);
            *oid = bound.oid.clone();
            told.push(bound);
        }
    }
    let response = ResponsePdu::success(Version::V2c, id, told).ok()?;
    Some(CommunityMessage::v2c(community, response).ok()?.encode().ok()?.to_vec())
}

/// Devices at addresses of their own on this machine, each answering from the same table.
async fn devices(many: u32, interfaces: u32) -> Result<Vec<SocketAddr>> {
    let cells = Arc::new(device(interfaces));
    let begun = Instant::now();
    let mut addresses = Vec::new();
    for n in 0..many {
        let address = Ipv4Addr::new(127, 1, (n / 250) as u8, (n % 250 + 1) as u8);
        let socket = UdpSocket::bind((address, 0)).await?;
        addresses.push(socket.local_addr()?);
        let cells = cells.clone();
        tokio::spawn(async move {
            let mut buffer = vec![0; 4_096];
            while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
                if let Some(answer) = answer(&cells, begun.elapsed(), &buffer[..length]) {
                    // An answer that is lost is asked for again.
                    let _ = socket.send_to(&answer, peer).await;
                }
            }
        });
    }
    Ok(addresses)
}

/// Polls `many` devices once in `interval` seconds, and tells what a poll costs.
pub(crate) async fn run(folder: &Path, many: u32, interfaces: u32, interval: u64, seconds: u64) -> Result<Value> {
    let addresses = devices(many, interfaces).await?;
    let mut config = format!("[limits]\nbody_mib = 64\nkey_per_s = 1000000\n[poll]\ninterval_s = {interval}\n");
    for address in &addresses {
        write!(
            config,
            "[[poll.targets]]\naddress = \"{address}\"\ntenant = \"default\"\ncommunity = \"public\"\n"
        )?;
    }
    let data = folder.join("data");
    tokio::task::spawn_blocking(move || {
        let collector = Collector::start(&data, Some(&config))?;
        let entities: Vec<Value> = addresses
            .iter()
            .map(|address| json!({"external_id": format!("r-{address}"), "type": "ROUTER", "attributes": {"address": address.ip().to_string()}}))
            .collect();
        let (status, answer) = collector.post("/api/v1/topology", &json!({"entities": entities}))?;
        ensure!(status == 200, "{status} {answer}");
        let polls = |outcome: &str| collector.metric("pedkai_polls_total", outcome);
        // The first readings give no rates: what is measured begins once every device was asked.
        while polls("whole")? < f64::from(many) {
            std::thread::sleep(Duration::from_millis(100));
        }
        let told = "this system does not tell processor time";
        let (begun, cpu, whole) = (Instant::now(), collector.cpu().context(told)?, polls("whole")?);
        let samples = collector.metric("pedkai_poll_samples_total", "kept")?;
        std::thread::sleep(Duration::from_secs(seconds));
        let (passed, cpu, whole) = (
            begun.elapsed().as_secs_f64(),
            (collector.cpu().context(told)? - cpu).as_secs_f64(),
            polls("whole")? - whole,
        );
        let samples = collector.metric("pedkai_poll_samples_total", "kept")? - samples;
        Ok(json!({
            "bench": "polls", "targets": many, "interfaces": interfaces, "polls_per_s": whole / passed, "samples_per_s": samples / passed,
            "cpu_us_per_poll": cpu * 1e6 / whole, "targets_per_s_of_a_core": whole / cpu,
            "partial": polls("partial")?, "failed": polls("failed")?, "lost_samples": collector.metric("pedkai_poll_samples_total", "lost")?,
        }))
    })
    .await?
}
