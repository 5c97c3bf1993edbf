//! One device under a clock that moves on only when everybody waits: rates are exact.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use pedkai_core::ingest::poll::{Kind, Object, Value};
use tokio::time::sleep;

use crate::device::{Device, IF, IFX, Mib, Mood, cell, oid, text, uptime};
use crate::world::{Devices, PORT, Polling, ROUTER, polling, target};

const MINUTE: Duration = Duration::from_secs(60);
const ADDRESS: &str = "192.0.2.1:161";

/// Interface 1 has counters of 32 bits alone, about to wrap, and counts 1,000 octets a second on a line of 10 Mbit/s; interface 2 has 64-bit
/// counters, 1 Gbit/s, 25,000,000 octets in and two errors a second. `up` and `counted`: since when, in seconds.
fn router(up: u64, counted: u64) -> Mib {
    let narrow = 4_294_967_295_u64 - 100_000 + 1_000 * counted;
    Mib::from([
        uptime(100 * up),
        cell(IF, 2, 1, text("Serial0")),
        cell(IF, 5, 1, Value::Integer(10_000_000)),
        cell(IF, 8, 1, Value::Integer(1)),
        cell(IF, 10, 1, Value::Counter32(narrow as u32)),
        cell(IF, 2, 2, text("GigabitEthernet0/2")),
        cell(IF, 5, 2, Value::Integer(1_000_000_000)),
        cell(IF, 8, 2, Value::Integer(2)),
        cell(IF, 10, 2, Value::Counter32(7)),
        cell(IF, 14, 2, Value::Counter32(2 * counted as u32)),
        cell(IFX, 1, 2, text("Gi0/2")),
        cell(IFX, 6, 2, Value::Counter64(25_000_000 * counted)),
        cell(IFX, 15, 2, Value::Integer(1_000)),
        cell(IFX, 19, 2, Value::Integer(0)),
        (oid("1.3.6.1.4.1.9.2.0"), text("17.5")),
        (oid("1.3.6.1.4.1.9.3.1.5"), Value::Counter32(3 * counted as u32)),
    ])
}

fn objects() -> Arc<[Object]> {
    let object = |metric: &str, id: &str, kind| Object {
        metric: metric.into(),
        oid: oid(id),
        kind,
        scale: 2.0,
    };
    Arc::new([
        object("temperature", "1.3.6.1.4.1.9.2.0", Kind::Gauge),
        object("drops_ps", "1.3.6.1.4.1.9.3.1", Kind::Counter),
        object("absent", "1.3.6.1.4.1.9.4.0", Kind::Gauge),
    ])
}

fn asking(mib: impl Fn(Duration) -> Mib + Send + Sync + 'static) -> (Arc<Device>, Polling) {
    let address = ADDRESS.parse().unwrap();
    let device = Arc::new(Device::new(mib));
    let mut target = target(address, MINUTE);
    target.objects = objects();
    let devices = Devices([(address, device.clone())].into());
    (device, polling(Arc::new(devices), vec![target], 10))
}

fn all(values: &[f64], value: f64) -> bool {
    !values.is_empty() && values.iter().all(|found| (found - value).abs() < 1e-3 * value.abs().max(1.0))
}

#[tokio::test(start_paused = true)]
async fn rates_are_what_the_device_counted_through_wraps() {
    let (_, polling) = asking(|age| router(1_000 + age.as_secs(), age.as_secs()));
    sleep(5 * MINUTE).await;
    let status = polling.status();
    assert_eq!((status.whole, status.partial, status.failed), (5, 0, 0), "{status:?}");
    assert!((status.name == "router") && !polling.stale());
    let narrow = polling.values(ROUTER, "in_bps{ifDescr=\"Serial0\"}");
    assert_eq!(narrow.len(), 4, "the first reading gives no rate, the wrap does");
    assert!(all(&narrow, 8_000.0), "{narrow:?}");
    assert!(all(&polling.values(ROUTER, "in_utilisation_pct{ifDescr=\"Serial0\"}"), 0.08));
    for (metric, value) in [("in_bps", 200e6), ("in_utilisation_pct", 20.0), ("in_errors_ps", 2.0)] {
        let values = polling.values(PORT, metric);
        assert!(values.len() == 4 && all(&values, value), "{metric}: {values:?}");
    }
    assert_eq!(polling.values(PORT, "oper_status"), [2.0; 5]);
    assert_eq!(polling.values(PORT, "out_bps"), [0.0; 0], "what the device does not have is no sample");
    assert_eq!(polling.values(ROUTER, "temperature"), [35.0; 5]);
    assert!(all(&polling.values(ROUTER, "drops_ps{index=\"5\"}"), 6.0));
    assert_eq!(status.samples, polling.kept.samples.lock().unwrap().len() as u64);
    polling.handle.stop().await;
}

#[tokio::test(start_paused = true)]
async fn no_rate_is_made_across_a_restart() {
    let restart = 130;
    let (_, polling) = asking(move |age| match age.as_secs() {
        early @ ..130 => router(1_000 + early, early + 50),
        late => router(late - restart, late - restart),
    });
    sleep(10 * MINUTE).await;
    for (entity, metric, value) in [
        (PORT, "in_bps", 200e6),
        (PORT, "in_errors_ps", 2.0),
        (ROUTER, "in_bps{ifDescr=\"Serial0\"}", 8_000.0),
    ] {
        let values = polling.values(entity, metric);
        assert!(
            values.len() == 8 && all(&values, value),
            "10 polls, one first, one restart; {metric}: {values:?}"
        );
    }
    polling.handle.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_came_before_a_device_fell_silent_is_kept_and_it_grows_stale() {
    let (device, polling) = asking(|age| router(1_000 + age.as_secs(), age.as_secs()));
    sleep(MINUTE).await;
    assert_eq!(polling.status().whole, 1);
    // The single values, and the first part of the interfaces; no more.
    device.feels(Mood::Leaving(2));
    polling.until(|polling| polling.status().partial + polling.status().failed > 0).await;
    let status = polling.status();
    assert_eq!((status.whole, status.partial), (1, 1));
    assert_eq!(status.problem.as_deref(), Some("broke off: no answer"));
    assert_eq!(polling.values(ROUTER, "temperature").len(), 2, "what it told is kept");
    assert_eq!(polling.values(PORT, "oper_status").len(), 2);
    assert!(!polling.stale());
    polling.until(Polling::stale).await;
    let status = polling.status();
    assert!(status.failed >= 1, "{status:?}");
    assert_eq!(status.name, "router");
    assert!(status.problem.unwrap().starts_with("no answer: no agent is there"));
    device.feels(Mood::Well);
    sleep(6 * MINUTE).await;
    assert!(!polling.stale() && polling.status().problem.is_none(), "{:?}", polling.status());
    let values = polling.values(PORT, "in_bps");
    assert!(all(&values, 200e6), "the first rate after the gap covers it: {values:?}");
    polling.handle.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_walk_that_does_not_move_on_is_refused() {
    let (device, polling) = asking(|age| router(1_000 + age.as_secs(), age.as_secs()));
    device.feels(Mood::Looping);
    sleep(MINUTE).await;
    let status = polling.status();
    let problem = status.problem.clone().unwrap();
    assert!(problem.contains("do not increase after 1.3.6.1"), "{problem}");
    assert_eq!((status.whole, status.partial), (0, 1));
    assert!(device.questions.load(Ordering::SeqCst) < 10, "it ends at once");
    assert_eq!(polling.values(ROUTER, "temperature"), [35.0], "what was not walked is kept");
    device.feels(Mood::Empty);
    polling
        .until(|polling| polling.status().problem.is_some_and(|problem| problem.contains("answered with nothing")))
        .await;
    polling.handle.stop().await;
}

#[tokio::test(start_paused = true)]
async fn answers_cut_short_or_refused_as_too_big_are_asked_for_in_smaller_parts() {
    for mood in [Mood::Short(2), Mood::Short(7), Mood::TooBig(2), Mood::TooBig(20)] {
        let (device, polling) = asking(|age| router(1_000 + age.as_secs(), age.as_secs()));
        device.feels(mood);
        sleep(3 * MINUTE).await;
        assert_eq!(polling.status().whole, 3, "{mood:?}: {:?}", polling.status());
        assert!(all(&polling.values(PORT, "in_bps"), 200e6), "{mood:?}");
        assert!(all(&polling.values(ROUTER, "in_bps{ifDescr=\"Serial0\"}"), 8_000.0), "{mood:?}");
        polling.handle.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn rows_are_bounded_and_it_is_said() {
    let address = ADDRESS.parse().unwrap();
    let device = Arc::new(Device::new(|age| {
        let rows = (1..=500).map(|index| cell(IFX, 6, index, Value::Counter64(100 * age.as_secs())));
        rows.chain([uptime(100 * age.as_secs())]).collect()
    }));
    let mut target = target(address, MINUTE);
    target.rows = 100;
    let polling = polling(Arc::new(Devices([(address, device)].into())), vec![target], 10);
    sleep(3 * MINUTE).await;
    assert!(polling.status().problem.unwrap().contains("more than 100 rows"));
    assert!(all(&polling.values(ROUTER, "in_bps{ifIndex=\"100\"}"), 800.0));
    assert!(polling.values(ROUTER, "in_bps{ifIndex=\"101\"}").is_empty());
    polling.handle.stop().await;
}

#[tokio::test(start_paused = true)]
async fn samples_without_a_place_or_a_store_are_told() {
    let (_, polling) = asking(|age| router(1_000 + age.as_secs(), age.as_secs()));
    polling.inventory.nobody.store(true, Ordering::SeqCst);
    sleep(MINUTE).await;
    let status = polling.status();
    assert!(status.problem.unwrap().contains("no entity has the address 192.0.2.1") && status.samples == 0);
    polling.inventory.nobody.store(false, Ordering::SeqCst);
    polling.kept.refuses.store(true, Ordering::SeqCst);
    sleep(MINUTE).await;
    let status = polling.status();
    assert!(status.problem.unwrap().contains("could not be kept: no room") && status.lost > 0);
    polling.kept.refuses.store(false, Ordering::SeqCst);
    sleep(MINUTE).await;
    let status = polling.status();
    assert!(status.problem.is_none() && status.samples > 0, "{status:?}");
    assert!(all(&polling.values(PORT, "in_bps"), 200e6), "readings went on meanwhile");
    polling.handle.stop().await;
}
