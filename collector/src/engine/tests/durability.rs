use std::collections::BTreeSet;

use pedkai_core::model::{Minter, TenantId};
use pedkai_core::pipeline::State;
use pedkai_core::topology::TopologyPatch;

use super::super::tenant::lock;
use super::*;
use crate::journal::log::LogReader;

/// What the rows hold must be what the state would write now.
async fn rows_equal_the_state(tenant: &Tenant) {
    let (replica, _) = snapshot(tenant, 1_000).await;
    let from_state = tenant
        .read(|state| {
            let mut copy: State = state.clone();
            drop(copy.take_changes());
            copy.mark_all();
            copy.take_changes().rows
        })
        .await
        .unwrap();
    let expected: BTreeSet<String> = from_state
        .iter()
        .filter(|change| change.live)
        .map(|change| format!("{:?}", change.row))
        .collect();
    // Incidents that left the memory keep their rows.
    let live: Vec<Uuid> = from_state.iter().map(|change| change.row.id()).collect();
    let found: BTreeSet<String> = replica
        .iter()
        .filter(|((kind, id), _)| *kind != Kind::Incident || live.contains(id))
        .map(|(_, row)| format!("{row:?}"))
        .collect();
    assert_eq!(found, expected);
}

async fn work(tenant: &Tenant, clock: &SetClock, rounds: Range<i64>) {
    for round in rounds {
        clock.forward(1_000 * (1 + round % 4) * 600);
        tenant.events(some(round, clock.now())).await.unwrap();
        tenant.input(Input::Clock).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_what_the_state_says_also_when_entities_are_renamed_or_go() {
    let folder = tempfile::tempdir().unwrap();
    let clock = SetClock::at(1_000_000);
    let engine = open(folder.path(), &clock).await;
    let tenant = engine.find("default").unwrap();
    work(&tenant, &clock, 0..6).await;
    rows_equal_the_state(&tenant).await;
    let patch: TopologyPatch = serde_json::from_value(serde_json::json!({
        "entities": [{"external_id": "r1", "name": "Renamed one", "type": "ROUTER", "attributes": {"address": "192.0.2.1"}},
                     {"external_id": "r3", "name": "Renamed three", "type": "ROUTER"}],
    }))
    .unwrap();
    let actor = Actor {
        name: Name::from("kim"),
        role: Role::Admin,
        from: Name::EMPTY,
    };
    let (_, answer) = tenant.input(Input::Topology { patch: Box::new(patch), actor }).await.unwrap();
    assert!(matches!(&answer, Answer::Topology { changed, .. } if *changed >= 2), "{answer:?}");
    rows_equal_the_state(&tenant).await;
    work(&tenant, &clock, 6..30).await;
    rows_equal_the_state(&tenant).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_made_again_from_the_log_are_the_rows_that_were_lost() {
    let folder = tempfile::tempdir().unwrap();
    let clock = SetClock::at(1_000_000);
    let engine = open(folder.path(), &clock).await;
    let tenant = engine.find("default").unwrap();
    work(&tenant, &clock, 0..30).await;
    let (before, _) = snapshot(&tenant, 1_000).await;
    let rows = tenant.inner.folder.rows();
    engine.stop().await.unwrap();
    drop((engine, tenant));
    std::fs::write(&rows, vec![0x55; 40_000]).unwrap();
    let engine = open(folder.path(), &clock).await;
    let tenant = engine.find("default").unwrap();
    let (after, _) = snapshot(&tenant, 1_000).await;
    for (key, row) in &before {
        assert_eq!(after.get(key), Some(row));
    }
    assert_eq!(after.len(), before.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn retired_records_leave_a_state_from_which_all_can_be_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let clock = SetClock::at(1_000_000);
    let engine = open(folder.path(), &clock).await;
    let tenant = engine.find("default").unwrap();
    work(&tenant, &clock, 0..20).await;
    let middle = clock.now();
    work(&tenant, &clock, 20..40).await;
    tenant.caught_up().await.unwrap();
    let inner = tenant.inner.clone();
    let retired = tokio::task::spawn_blocking(move || super::super::retire::retire(&inner, middle, 1))
        .await
        .unwrap()
        .unwrap();
    let retired = retired.unwrap();
    assert!(retired > 10 && retired < tenant.committed());
    work(&tenant, &clock, 40..60).await;
    rows_equal_the_state(&tenant).await;
    let hash = tenant.read(|state| state.hash()).await.unwrap();
    let (before, _) = snapshot(&tenant, 1_000).await;
    let (rows, log) = (tenant.inner.folder.rows(), tenant.inner.folder.log());
    assert_eq!(LogReader::open(&log).unwrap().verify().unwrap().first, retired + 1);
    engine.stop().await.unwrap();
    drop((engine, tenant));
    std::fs::remove_file(&rows).unwrap();
    let engine = open(folder.path(), &clock).await;
    let tenant = engine.find("default").unwrap();
    assert_eq!(tenant.read(|state| state.hash()).await.unwrap(), hash);
    let (after, _) = snapshot(&tenant, 1_000).await;
    let standing = |replica: &Replica| {
        replica
            .iter()
            .filter(|((kind, _), _)| *kind != Kind::Incident)
            .map(|(key, row)| (*key, row.clone()))
            .collect::<Replica>()
    };
    assert_eq!(standing(&after), standing(&before));
    // A cursor from before the anchor cannot be continued: deletions since then are forgotten.
    tenant.changes(None, 10).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_to_senders_and_readers_and_heals() {
    let folder = tempfile::tempdir().unwrap();
    let clock = SetClock::at(1_000_000);
    let engine = open(folder.path(), &clock).await;
    let tenant = engine.find("default").unwrap();
    work(&tenant, &clock, 0..5).await;
    let hash = tenant.read(|state| state.hash()).await.unwrap();
    lock(&tenant.inner.writer).as_mut().unwrap().log.limit_size(4_096);
    let noise: String = (0..30_000_u32)
        .map(|n| char::from(b'a' + blake3::hash(&n.to_le_bytes()).as_bytes()[0] % 26))
        .collect();
    let big = event("r1", &noise, Severity::Major, clock.now(), false);
    let Err(NotTaken::Log(why)) = tenant.events(vec![big]).await else {
        panic!("it was taken")
    };
    assert!(why.contains("make room"), "{why}");
    assert!(tenant.trouble().unwrap().contains("make room"));
    assert_eq!(engine.troubles().len(), 1);
    // The state is read again from disk: nothing of the refused record is in it.
    assert_eq!(tenant.read(|state| state.hash()).await.unwrap(), hash);
    for _ in 0..300 {
        if tenant.trouble().is_none() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(tenant.trouble(), None, "a log that can be written again says so by itself");
    work(&tenant, &clock, 5..8).await;
    rows_equal_the_state(&tenant).await;
    assert!(LogReader::open(&tenant.inner.folder.log()).unwrap().verify().is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_another_life_or_beyond_the_log_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let clock = SetClock::at(1_000_000);
    let engine = open(folder.path(), &clock).await;
    let tenant = engine.find("default").unwrap();
    work(&tenant, &clock, 0..3).await;
    let (_, head) = snapshot(&tenant, 100).await;
    assert!(tenant.changes(Some(head), 10).await.unwrap().changes.is_empty());
    let cursor = |tenant: TenantId, epoch: u16, seq: u64| Cursor::whole(Minter::new(tenant, epoch).life(), seq).encode();
    let stranger = TenantId(uuid::Uuid::from_u128(9));
    assert!(tenant.changes(Some(cursor(tenant.id(), 1, 1)), 10).await.is_ok());
    for cursor in [
        "nonsense".to_owned(),
        cursor(tenant.id(), 9, 1),
        cursor(stranger, 1, 1),
        cursor(tenant.id(), 1, 1_000_000),
    ] {
        assert!(matches!(tenant.changes(Some(cursor), 10).await, Err(JournalError::Gone)));
    }
}
