use pedkai_core::model::Timestamp;

use super::super::Job;
use super::super::sleeping::Sleeping;
use super::desk::{Desk, NOON, usual};

#[tokio::test(flavor = "multi_thread")]
async fn a_cell_that_falls_asleep_has_an_alarm_within_one_sweep_and_loses_it_when_it_wakes() {
    let desk = Desk::open().await;
    let job = Sleeping::default();
    assert_eq!(desk.done(job.round(desk.tenant.clone())).await, 0, "without samples there is nothing to do");
    for (cell, seed) in [("cell-1", 1), ("cell-2", 2)] {
        desk.measure(cell, "dl_traffic_volume_mb", 8, move |at| usual(seed, at)).await;
        desk.measure(cell, "rrc_connected_users", 8, move |at| usual(seed, at) / 10.0).await;
    }
    assert_eq!(desk.done(job.round(desk.tenant.clone())).await, 2);
    assert!(desk.asleep().await.is_empty());
    // One carries nothing any more, but people are still connected to it.
    let asleep_since = Timestamp::from_micros(NOON + 60_000_000);
    desk.forward(15);
    for (cell, seed) in [("cell-1", 1), ("cell-2", 2)] {
        let carried = move |at: Timestamp| if seed == 1 && at > asleep_since { 0.0 } else { usual(seed, at) };
        desk.measure(cell, "dl_traffic_volume_mb", 1, carried).await;
        desk.measure(cell, "rrc_connected_users", 1, move |at| usual(seed, at) / 10.0).await;
    }
    desk.done(job.round(desk.tenant.clone())).await;
    let told = desk.asleep().await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, "cell-1");
    assert!(told[0].1.contains("dl_traffic_volume_mb") && told[0].1.contains("it was 0"), "{}", told[0].1);
    // Nothing new: nothing is said again.
    let seq = desk.tenant.committed();
    desk.done(job.round(desk.tenant.clone())).await;
    assert_eq!(desk.tenant.committed(), seq);
    // It wakes.
    desk.forward(20);
    for (cell, seed) in [("cell-1", 1), ("cell-2", 2)] {
        desk.measure(cell, "dl_traffic_volume_mb", 0, move |at| usual(seed, at)).await;
    }
    desk.done(job.round(desk.tenant.clone())).await;
    assert!(desk.asleep().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_keep_no_tenant_from_resting() {
    let desk = Desk::open().await;
    let jobs = super::super::all(desk.engine.clock());
    desk.measure("cell-1", "dl_traffic_volume_mb", 8, |at| usual(1, at)).await;
    let used = desk.tenant.last_use();
    for later in [0, 3 * 24 * 60] {
        desk.forward(later);
        for job in &jobs {
            desk.done(job.round(desk.tenant.clone())).await;
        }
        assert_eq!(desk.tenant.last_use(), used, "rounds are no use of an open tenant");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cell_that_is_dark_for_a_reason_that_is_known_does_not_sleep() {
    let desk = Desk::open().await;
    let job = Sleeping::default();
    for (cell, seed) in [("cell-1", 1), ("cell-2", 2)] {
        desk.measure(cell, "dl_traffic_volume_mb", 8, move |at| usual(seed, at)).await;
    }
    desk.done(job.round(desk.tenant.clone())).await;
    desk.raise("bts", "POWER_FAILURE").await;
    desk.forward(60);
    desk.measure("cell-2", "dl_traffic_volume_mb", 0, |_| 0.0).await;
    desk.done(job.round(desk.tenant.clone())).await;
    assert!(desk.asleep().await.is_empty());
}
