//! Thousands of targets under a clock that moves on only when everybody waits.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pedkai_collector::poll::{Agent, Agents, Answering, Bound, Target, Trouble};
use pedkai_core::ingest::poll::Value;
use tokio::time::{Instant, sleep};

use crate::world::{polling, target};

const INTERVAL: Duration = Duration::from_secs(300);

/// Devices that notice when they are asked, and how many are at the same time.
#[derive(Default)]
struct Crowd {
    asked: Mutex<BTreeMap<SocketAddr, Vec<Duration>>>,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
    dead: Option<SocketAddr>,
}

struct Member {
    crowd: Arc<Crowd>,
    address: SocketAddr,
    begun: Instant,
}

impl Member {
    async fn reply(&self) -> Result<Vec<Bound>, Trouble> {
        self.crowd.asked.lock().unwrap().entry(self.address).or_default().push(self.begun.elapsed());
        let now = self.crowd.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.crowd.most_at_once.fetch_max(now, Ordering::SeqCst);
        sleep(Duration::from_millis(700)).await;
        self.crowd.at_once.fetch_sub(1, Ordering::SeqCst);
        if self.crowd.dead == Some(self.address) {
            return Err(Trouble::Silent);
        }
        Ok(vec![Bound {
            oid: vec![1, 3, 6, 1, 2, 1, 1, 3, 0],
            value: Value::Integer(100),
        }])
    }
}

impl Agent for Member {
    fn get<'a>(&'a self, _: &'a [Vec<u32>]) -> Answering<'a> {
        Box::pin(self.reply())
    }

    fn get_bulk<'a>(&'a self, _: &'a [Vec<u32>], _: &'a [Vec<u32>], _: u32) -> Answering<'a> {
        Box::pin(self.reply())
    }
}

struct Everybody(Arc<Crowd>, Instant);

impl Agents for Everybody {
    fn agent(&self, target: &Target) -> Result<Arc<dyn Agent>, Trouble> {
        Ok(Arc::new(Member {
            crowd: self.0.clone(),
            address: target.address,
            begun: self.1,
        }))
    }
}

fn targets(many: u32) -> Vec<Target> {
    let one = |n: u32| {
        let [_, a, b, c] = n.to_be_bytes();
        let mut target = target(SocketAddr::from(([10, a, b, c], 161)), INTERVAL);
        target.interfaces = false;
        target.objects = Arc::new([pedkai_core::ingest::poll::Object {
            metric: "m".into(),
            oid: vec![1, 3, 0],
            kind: pedkai_core::ingest::poll::Kind::Gauge,
            scale: 1.0,
        }]);
        target
    };
    (0..many).map(one).collect()
}

#[tokio::test(start_paused = true)]
async fn thousands_of_targets_are_spread_over_the_interval_and_each_has_its_turns() {
    const MANY: u32 = 5_000;
    let crowd = Arc::new(Crowd::default());
    let polling = polling(Arc::new(Everybody(crowd.clone(), Instant::now())), targets(MANY), 30);
    sleep(3 * INTERVAL).await;
    polling.handle.stop().await;
    let asked = crowd.asked.lock().unwrap();
    assert_eq!(asked.len(), MANY as usize);
    for (address, times) in asked.iter() {
        assert_eq!(times.len(), 3, "{address}: {times:?}");
        for pair in times.windows(2) {
            let apart = (pair[1] - pair[0]).as_secs_f64();
            assert!((apart - 300.0).abs() < 5.0, "{address}: {apart} s apart");
        }
    }
    let most = crowd.most_at_once.load(Ordering::SeqCst);
    assert!((12..=30).contains(&most), "{most} at once");
    let mut tens = [0_usize; 30];
    for times in asked.values() {
        tens[(times[0].as_secs() / 10) as usize % 30] += 1;
    }
    let (least, most) = (tens.iter().min().unwrap(), tens.iter().max().unwrap());
    assert!(*least > 110 && *most < 230, "167 in ten seconds on average: {tens:?}");
}

#[tokio::test(start_paused = true)]
async fn a_dead_target_is_asked_at_growing_distances_and_holds_nobody_up() {
    let targets = |interval: u64| {
        let mut targets = targets(20);
        targets.iter_mut().for_each(|target| target.interval = Duration::from_secs(interval));
        targets
    };
    let crowd = Arc::new(Crowd {
        dead: Some(targets(60)[7].address),
        ..Crowd::default()
    });
    let polling = polling(Arc::new(Everybody(crowd.clone(), Instant::now())), targets(60), 1);
    sleep(Duration::from_secs(3_600)).await;
    polling.handle.stop().await;
    let asked = crowd.asked.lock().unwrap();
    let of = |n: usize| asked[&targets(60)[n].address].clone();
    assert_eq!(of(6).len(), 60);
    let turns: Vec<u64> = of(7).windows(2).map(|pair| ((pair[1] - pair[0]).as_secs_f64() / 60.0).round() as u64).collect();
    assert_eq!(turns[..4], [1, 2, 4, 5], "{turns:?}");
    assert!(turns[4..].iter().all(|turn| *turn == 5), "never more than five minutes: {turns:?}");
}
