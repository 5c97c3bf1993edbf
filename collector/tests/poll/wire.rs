//! Recorded devices over UDP: an agent of a few lines with the library's codec.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_snmp::compatibility::DecodeConfig;
use async_snmp::message::{CommunityMessage, CommunityPdu};
use async_snmp::{ErrorStatus, Oid, OutboundErrorStatus, PduType, ResponsePdu, VarBind, Version};
use pedkai_collector::poll::{Bound, Trouble, Wires};
use pedkai_core::ingest::poll::Value;
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

use crate::device::{Device, IF, Mib, Mood, oid, recorded, uptime};
use crate::world::{Polling, ROUTER, polling, target};

/// For devices that fall silent.
const SHORT: Duration = Duration::from_millis(300);

/// Answers GET, GETNEXT and GETBULK from a device until it is dropped.
struct Agent {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(device: Arc<Device>, rubbish: bool) -> Agent {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let serving = tokio::spawn(async move {
        let mut buffer = vec![0; 65_507];
        loop {
            let (length, peer) = socket.recv_from(&mut buffer).await.unwrap();
            let Some(answer) = answer(&device, &buffer[..length]) else { continue };
            let answer = if rubbish {
                answer.iter().rev().map(|byte| byte ^ 0x55).collect()
            } else {
                answer
            };
            socket.send_to(&answer, peer).await.unwrap();
        }
    });
    Agent { address, serving }
}

fn answer(device: &Device, question: &[u8]) -> Option<Vec<u8>> {
    let message = CommunityMessage::decode(question.to_vec().into(), DecodeConfig::default()).unwrap().value;
    let (_, community, CommunityPdu::Standard(pdu)) = message.into_parts() else {
        return None;
    };
    if community.as_bytes() != b"public" {
        return None;
    }
    let bulk = pdu.get_bulk_fields();
    let kind = pdu.pdu_type();
    let (id, _, asked) = pdu.into_raw_parts();
    let oids: Vec<Vec<u32>> = asked.iter().map(|bound| bound.oid.arcs().to_vec()).collect();
    let told = match (kind, bulk) {
        (PduType::GetBulkRequest, Some((singles, repetitions))) => {
            let (singles, columns) = oids.split_at(singles as usize);
            device.answer(singles, columns, Some(repetitions))?
        }
        (PduType::GetNextRequest, _) => device.answer(&oids, &[], Some(0))?,
        _ => device.answer(&oids, &[], None)?,
    };
    let response = match told {
        Ok(told) => ResponsePdu::success(Version::V2c, id, told.into_iter().map(varbind).collect()),
        Err(Trouble::Refused(..)) => ResponsePdu::new(Version::V2c, id, OutboundErrorStatus::TooBig, None, Vec::new()),
        Err(other) => panic!("{other}"),
    };
    assert_eq!(ErrorStatus::TooBig.as_i32(), OutboundErrorStatus::TooBig.as_i32());
    Some(CommunityMessage::v2c(community, response.unwrap()).unwrap().encode().unwrap().to_vec())
}

fn varbind(bound: Bound) -> VarBind {
    use async_snmp::Value as Wire;
    let value = match bound.value {
        Value::Counter32(count) => Wire::Counter32(count),
        Value::Counter64(count) => Wire::Counter64(count),
        Value::Integer(number) => i32::try_from(number).map_or_else(|_| Wire::Gauge32(number as u32), Wire::Integer),
        Value::Text(bytes) => Wire::OctetString(bytes.into()),
        Value::Float(_) | Value::Other => Wire::Null,
        Value::Absent => Wire::EndOfMibView,
    };
    VarBind::new(Oid::from_slice(&bound.oid), value)
}

/// The recorded devices: the one that lies here, and those of `PEDKAI_SHARED`.
fn devices() -> Vec<(String, Mib)> {
    let here = include_str!("recorded/eaton-93e-80.snmprec");
    let mut found = vec![("eaton-93e-80".to_owned(), recorded(here))];
    if let Some(shared) = std::env::var_os("PEDKAI_SHARED") {
        let folder = PathBuf::from(shared).join("data/snmprec");
        for name in ["apc-8932", "paloalto-pa-5000"] {
            let walk = std::fs::read_to_string(folder.join(name).with_extension("snmprec")).unwrap();
            found.push((name.to_owned(), recorded(&walk)));
        }
    }
    found
}

/// The recording, with an uptime that goes on and octets that count 1,000 a second.
fn alive(mib: &Mib, age: Duration) -> Mib {
    let mut mib = mib.clone();
    mib.extend([uptime(5_000 + age.as_millis() as u64 / 10)]);
    let counted = (age.as_micros() / 1_000) as u32;
    for column in [10, 16] {
        let column = oid(&format!("{IF}.{column}"));
        for (id, value) in mib.range_mut(column.clone()..) {
            match value {
                Value::Counter32(count) if id.starts_with(&column) => *count = count.wrapping_add(counted),
                _ => break,
            }
        }
    }
    mib
}

fn interfaces(mib: &Mib) -> usize {
    let column = oid(&format!("{IF}.2"));
    mib.range(column.clone()..).take_while(|(id, _)| id.starts_with(&column)).count()
}

async fn asking(device: Arc<Device>, rubbish: bool, timeout: Duration) -> (Agent, Polling) {
    let agent = serve(device, rubbish).await;
    let mut target = target(agent.address, Duration::from_millis(400));
    (target.timeout, target.retries) = (timeout, 0);
    let wires = Wires::open(std::slice::from_ref(&target)).await.unwrap();
    let polling = polling(Arc::new(wires), vec![target], 10);
    (agent, polling)
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_devices_give_rates_of_every_interface() {
    for (name, mib) in devices() {
        let walked = mib.clone();
        let (_agent, polling) = asking(Arc::new(Device::new(move |age| alive(&walked, age))), false, Duration::from_secs(10)).await;
        polling.until(|polling| polling.status().whole >= 3).await;
        polling.until(|polling| polling.status().samples > 0).await;
        let status = polling.status();
        assert_eq!((status.partial, status.failed, status.problem), (0, 0, None), "{name}");
        let samples = polling.kept.samples.lock().unwrap().clone();
        let of = |metric: &str| {
            samples
                .iter()
                .filter(|sample| sample.metric.split('{').next() == Some(metric))
                .collect::<Vec<_>>()
        };
        let count = interfaces(&mib);
        assert!(
            count >= 2 && of("oper_status").len().is_multiple_of(count),
            "{name}: {count} interfaces, {} samples",
            of("oper_status").len()
        );
        let rates = of("in_bps");
        assert!(
            rates.len() >= count && rates.len().is_multiple_of(count),
            "{name}: {} rates of {count} interfaces",
            rates.len()
        );
        for rate in rates {
            assert!(rate.value >= 0.0 && rate.value.is_finite(), "{name}: {rate:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_silent_in_the_middle_is_partial_then_failed_then_well_again() {
    let mib = recorded(include_str!("recorded/eaton-93e-80.snmprec"));
    let device = Arc::new(Device::new(move |age| alive(&mib, age)));
    let (_agent, polling) = asking(device.clone(), false, SHORT).await;
    polling.until(|polling| polling.status().whole >= 2).await;
    device.feels(Mood::Leaving(1));
    polling.until(|polling| polling.status().partial >= 1 && polling.status().failed >= 1).await;
    polling.until(Polling::stale).await;
    assert!(polling.status().problem.unwrap().contains("does not take the community"));
    device.feels(Mood::TooBig(9));
    let before = polling.status().whole;
    polling.until(|polling| polling.status().whole >= before + 2 && !polling.stale()).await;
    assert!(polling.values(ROUTER, "in_bps{ifDescr=\"eth0\"}").iter().all(|rate| *rate > 0.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn liars_and_rubbish_end_a_poll_and_nothing_else() {
    let mib = recorded(include_str!("recorded/eaton-93e-80.snmprec"));
    let device = Arc::new(Device::new(move |age| alive(&mib, age)));
    device.feels(Mood::Looping);
    let (_agent, polling) = asking(device.clone(), false, SHORT).await;
    polling.until(|polling| polling.status().partial >= 2).await;
    assert!(polling.status().problem.unwrap().contains("do not increase"));
    device.feels(Mood::Well);
    polling.until(|polling| polling.status().whole >= 1).await;

    let (_agent, polling) = asking(device, true, SHORT).await;
    polling.until(|polling| polling.status().failed >= 2).await;
    let status = polling.status();
    assert_eq!((status.whole, status.partial, status.samples), (0, 0, 0), "{status:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_community_is_no_answer() {
    let mib = recorded(include_str!("recorded/eaton-93e-80.snmprec"));
    let agent = serve(Arc::new(Device::new(move |age| alive(&mib, age))), false).await;
    let mut target = target(agent.address, Duration::from_millis(300));
    (target.timeout, target.retries) = (Duration::from_millis(100), 1);
    target.credential = pedkai_collector::poll::Credential::Community("guessed".to_owned());
    let wires = Wires::open(std::slice::from_ref(&target)).await.unwrap();
    let polling = polling(Arc::new(wires), vec![target], 10);
    polling.until(|polling| polling.status().failed >= 2).await;
    assert!(polling.status().problem.unwrap().contains("does not take the community"));
}
