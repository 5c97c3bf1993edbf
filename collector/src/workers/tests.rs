use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::{Job, Round, Workers, pause};
use crate::engine::{Clock, Engine, Limits, Tenant, WallClock};

struct Sweep(AtomicU64);

impl Job for Sweep {
    fn name(&self) -> &'static str {
        "test/sweep"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(60)
    }

    fn round(&self, _: Tenant) -> Round {
        let round = self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            match round {
                0 => Ok(3),
                1 => Err("the disk is full: make room".to_owned()),
                2 => panic!("a fault"),
                _ => Ok(4),
            }
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_round_that_fails_or_falls_over_is_told_and_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(WallClock);
    let engine = Engine::open(folder.path(), clock, Limits::default()).unwrap();
    let tenant = engine.find("default").unwrap().id();
    let workers = Workers::start(&engine, vec![Arc::new(Sweep(AtomicU64::new(0)))]);
    let standing = |at_s: u64| {
        let board = workers.board();
        async move {
            tokio::time::sleep(Duration::from_secs(at_s)).await;
            board.of(tenant).into_iter().next()
        }
    };
    assert!(standing(4).await.is_none(), "nothing is done while the collector starts");
    let first = standing(2).await.unwrap();
    assert_eq!((first.done, first.trouble), (3, None));
    let second = standing(60).await.unwrap();
    assert_eq!(second.trouble.as_deref(), Some("the disk is full: make room"));
    let third = standing(10).await.unwrap();
    assert!(third.trouble.unwrap().contains("fault in this build"), "a round that fell over is told");
    let fourth = standing(20).await.unwrap();
    assert_eq!((fourth.done, fourth.rounds, fourth.trouble), (7, 4, None));
}

#[test]
fn what_fails_is_tried_sooner_than_usual_and_then_less_and_less_often() {
    let every = Duration::from_secs(3_600);
    let pauses: Vec<u64> = (0..8).map(|failed| pause(every, failed).as_secs()).collect();
    assert_eq!(pauses, [3_600, 10, 20, 40, 80, 160, 300, 300]);
    assert_eq!(pause(Duration::from_secs(30), 6).as_secs(), 30, "never less often than usual");
}
