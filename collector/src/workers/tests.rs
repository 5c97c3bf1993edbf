use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pedkai_core::model::{Actor, Name, Role, Sample, SlaState, Span};
use pedkai_core::pipeline::{Documents, Input};
use pedkai_core::screen::{Row, promises};

use super::breach::Breach;
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

mod causes;
mod desk;
mod insight;
mod unusual;

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

#[tokio::test]
async fn a_value_that_drifts_towards_its_limit_is_foretold_to_break_it() {
    let folder = tempfile::tempdir().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(WallClock);
    let engine = Engine::open(folder.path(), clock.clone(), Limits::default()).unwrap();
    let tenant = engine.find("default").unwrap();
    let job = Breach::new(clock.clone());
    assert_eq!(job.round(tenant.clone()).await, Ok(0), "where nothing is measured nothing is opened");
    let actor = Actor {
        name: Name::from("test"),
        role: Role::Admin,
        from: Name::EMPTY,
    };
    let patch = serde_json::from_value(serde_json::json!({"entities": [{"external_id": "cell-7", "type": "CELL"}]})).unwrap();
    let topology = Input::Topology {
        patch: Box::new(patch),
        actor: actor.clone(),
    };
    tenant.input(topology).await.unwrap();
    let text = "[[slo.kpis]]\nmetric = \"PRB(%)\"\nthreshold = 85.0\ndirection = \"above\"\ntypes = [\"CELL\"]\n";
    let policy = Documents {
        files: vec![(Name::from("slo.toml"), text.to_owned())],
        actor,
    };
    tenant.input(Input::Policy(Box::new(policy.clone()))).await.unwrap();
    let cell = tenant.read(|state| {
        state
            .topology()
            .by_external("cell-7")
            .and_then(|ix| state.topology().entity(ix))
            .map(|cell| cell.id)
    });
    let (cell, now) = (cell.await.unwrap().unwrap(), clock.now());
    let sample = |minute: i64| Sample {
        entity: cell,
        metric: Name::from("PRB(%)"),
        at: now.minus(Span::minutes(minute)),
        value: 70.0 - 0.2 * minute.min(120) as f64 + 0.2 * (minute * 7_919 % 11) as f64 / 10.0,
        source: Name::EMPTY,
    };
    let samples: Vec<Sample> = (1..300).map(sample).collect();
    tenant.ask_kpi(move |store| store.write(&samples)).await.unwrap();
    assert_eq!(job.round(tenant.clone()).await, Ok(1));
    let told = tenant.read(move |state| promises(state, now)).await.unwrap();
    assert_eq!((told.len(), told[0].external_id.as_str(), told[0].state), (1, "cell-7", SlaState::Running));
    let (low, at, high) = (told[0].low.unwrap(), told[0].predicted_breach_time.unwrap(), told[0].high.unwrap());
    assert!(low <= at && at <= high);
    let in_minutes = at.since(now).as_seconds() / 60.0;
    assert!((65.0..85.0).contains(&in_minutes), "15 away at 0.2 a minute: {in_minutes}");

    // A seat gets it by the feed: in the snapshot, and as a deletion once nothing is promised of it any more.
    let page = tenant.changes(None, 1_000).await.unwrap();
    let fed: Vec<_> = page.changes.iter().filter(|change| change.kind.word() == "sla").collect();
    let Some(Row::Sla(row)) = &fed[0].row else { panic!("{fed:?}") };
    assert_eq!((fed.len(), row.id, row.low, row.high), (1, told[0].id, told[0].low, told[0].high));
    let none = Documents { files: Vec::new(), ..policy };
    tenant.input(Input::Policy(Box::new(none))).await.unwrap();
    assert_eq!(job.round(tenant.clone()).await, Ok(1), "what was told of a limit that is no more is taken back");
    let page = tenant.changes(Some(page.cursor), 1_000).await.unwrap();
    let over: Vec<_> = page.changes.iter().filter(|change| change.kind.word() == "sla").collect();
    assert_eq!((over.len(), over[0].id, &over[0].row), (1, told[0].id, &None));
    assert_eq!(job.round(tenant).await, Ok(0));
}

#[tokio::test]
async fn samples_go_with_their_entity() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(folder.path(), Arc::new(WallClock), Limits::default()).unwrap();
    let tenant = engine.find("default").unwrap();
    let job = super::gone::Gone::default();
    assert_eq!(job.round(tenant.clone()).await, Ok(0), "where nothing is measured nothing is opened");
    let actor = Actor {
        name: Name::from("test"),
        role: Role::Admin,
        from: Name::EMPTY,
    };
    let patch = |text: &str| Input::Topology {
        patch: serde_json::from_str(text).unwrap(),
        actor: actor.clone(),
    };
    let two = r#"{"entities": [{"external_id": "a", "type": "CELL"}, {"external_id": "b", "type": "CELL"}]}"#;
    tenant.input(patch(two)).await.unwrap();
    let ids = tenant.read(|state| {
        let topology = state.topology();
        ["a", "b"].map(|name| topology.entity(topology.by_external(name).unwrap()).unwrap().id)
    });
    let (ids, now) = (ids.await.unwrap(), engine.clock().now());
    let sample = |entity, minute: i64| Sample {
        entity,
        metric: Name::from("load"),
        at: now.minus(Span::minutes(minute)),
        value: 1.0,
        source: Name::EMPTY,
    };
    // Some in the files of their days, some still in the front.
    let old: Vec<Sample> = (0..4_000).flat_map(|minute| ids.map(|id| sample(id, minute + 60))).collect();
    let new: Vec<Sample> = ids.map(|id| sample(id, 1)).to_vec();
    tenant
        .ask_kpi(move |store| store.write(&old).and_then(|()| store.settle()).and_then(|()| store.write(&new)))
        .await
        .unwrap();
    assert_eq!(job.round(tenant.clone()).await, Ok(0), "everybody is there");
    tenant.input(patch(r#"{"remove": ["a"]}"#)).await.unwrap();
    assert_eq!(job.round(tenant.clone()).await, Ok(1));
    let left = tenant.ask_kpi(crate::kpi::Store::entities).await.unwrap();
    assert_eq!(left.into_iter().collect::<Vec<_>>(), [ids[1]]);
    assert_eq!(job.round(tenant).await, Ok(0));
}
