mod durability;
mod past;
mod rest;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use pedkai_core::model::*;
use pedkai_core::pipeline::{Answer, Input};
use pedkai_core::screen::Row;
use uuid::Uuid;

use super::*;
use crate::journal::JournalError;
use crate::journal::rows::{AlarmFilter, Cursor, EntityFilter, IncidentFilter, Kind};

/// A clock that stands still until it is set.
pub(super) struct SetClock(AtomicI64);

impl SetClock {
    pub(super) fn at(seconds: i64) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(seconds * 1_000_000)))
    }

    pub(super) fn forward(&self, millis: i64) {
        self.0.fetch_add(millis * 1_000, Ordering::Relaxed);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }
}

pub(super) fn event(entity: &str, kind: &str, severity: Severity, at: Timestamp, cleared: bool) -> Event {
    Event {
        received_at: at,
        source: SourceKind::Webhook,
        source_address: Name::from("tests"),
        relay: false,
        key: None,
        payload: Payload::Alarm(Box::new(AlarmReport {
            entity_id: Name::from(entity),
            alarm_type: Name::from(kind),
            severity,
            raised_at: at,
            source_system: Name::from("tests"),
            qualifier: Name::EMPTY,
            probable_cause: Name::EMPTY,
            text: Name::from("a text"),
            cleared,
            attributes: Vec::new(),
        })),
    }
}

/// Opens an engine; one that was just dropped may need a moment to let go of the folder.
pub(super) async fn open(folder: &Path, clock: &Arc<SetClock>) -> Engine {
    open_with(folder, clock, &Limits::default()).await
}

pub(super) async fn open_with(folder: &Path, clock: &Arc<SetClock>, limits: &Limits) -> Engine {
    for _ in 0..500 {
        match Engine::open(folder, clock.clone(), limits.clone()) {
            Err(JournalError::InUse(_)) => tokio::time::sleep(Duration::from_millis(10)).await,
            other => return other.unwrap(),
        }
    }
    panic!("the folder stays in use");
}

/// Some work: raises, repeats and clears over a few entities.
pub(super) fn some(round: i64, at: Timestamp) -> Vec<Event> {
    (0..20)
        .map(|n| {
            event(
                &format!("r{}", (n * (round + 3)) % 11),
                ["LINK_DOWN", "FAN"][(n % 2) as usize],
                Severity::ALL[((n + round) % 5) as usize],
                at,
                (n + round) % 3 == 0,
            )
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_is_in_the_rows_and_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let clock = SetClock::at(1_000_000);
    let engine = open(folder.path(), &clock).await;
    let tenant = engine.find("default").unwrap();
    let (seq, answers) = tenant
        .events(vec![event("r1", "LINK_DOWN", Severity::Major, clock.now(), false)])
        .await
        .unwrap();
    assert_eq!(seq, 1);
    let Answer::Event {
        event_id, tracking_id, reason, ..
    } = answers[0].clone()
    else {
        panic!()
    };
    assert_eq!(reason, Reason::Raised);
    let alarms = tenant.ask(|rows| rows.alarms(&AlarmFilter::default(), None, 10)).await.unwrap();
    assert_eq!(alarms.items.len(), 1);
    assert_eq!(alarms.items[0].event_ids, [event_id.0]);
    assert_eq!(alarms.items[0].tracking_ids, [tracking_id.0]);
    assert_eq!(alarms.items[0].entity_name.as_str(), "r1");
    let incidents = tenant.ask(|rows| rows.incidents(&IncidentFilter::default(), None, 10)).await.unwrap();
    assert_eq!(incidents.items[0].alarm_ids, [alarms.items[0].id]);
    let hash = tenant.read(|state| state.hash()).await.unwrap();
    engine.stop().await.unwrap();
    assert_eq!(tenant.events(vec![]).await, Err(NotTaken::Stopping));
    drop((engine, tenant));

    let engine = open(folder.path(), &clock).await;
    let tenant = engine.find("default").unwrap();
    assert_eq!(tenant.read(|state| state.hash()).await.unwrap(), hash);
    let again = tenant.ask(|rows| rows.alarms(&AlarmFilter::default(), None, 10)).await.unwrap();
    assert_eq!(again, alarms);
    assert_eq!(tenant.committed(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_dropped_at_any_point_comes_back_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let clock = SetClock::at(1_000_000);
    let mut expected: Option<u128> = None;
    for round in 0..50_i64 {
        let engine = open(folder.path(), &clock).await;
        let tenant = engine.find("default").unwrap();
        if let Some(expected) = expected {
            assert_eq!(tenant.read(|state| state.hash()).await.unwrap(), expected, "round {round}");
        }
        clock.forward(7_000);
        for n in 0..=(round % 3) {
            tenant.events(some(round + n, clock.now())).await.unwrap();
        }
        if round % 5 == 0 {
            tenant.caught_up().await.unwrap();
        }
        if round % 7 == 3 {
            std::fs::remove_file(tenant.inner.folder.rows()).unwrap();
        }
        // What is due comes first, so that the next opening has nothing to decide.
        let now = clock.now();
        while tenant.read(move |state| state.next_deadline().is_some_and(|due| due <= now)).await.unwrap() {
            tenant.input(Input::Clock).await.unwrap();
        }
        expected = Some(tenant.read(|state| state.hash()).await.unwrap());
        // Dropped, not stopped: whatever the rows lack is folded from the log.
    }
}

/// Rows of the feed by kind and id.
type Replica = BTreeMap<(Kind, Uuid), Row>;

pub(super) fn take(replica: &mut Replica, lines: Lines) -> String {
    match lines {
        Lines::Page(page) => {
            for change in page.changes {
                match change.row {
                    Some(row) => replica.insert((change.kind, change.id), row),
                    None => replica.remove(&(change.kind, change.id)),
                };
            }
            page.cursor
        }
        Lines::Live(live) => {
            for change in live.rows() {
                let key = (Kind::ALL.into_iter().find(|kind| kind.word() == change.row.kind()).unwrap(), change.row.id());
                if change.live {
                    replica.insert(key, change.row.clone());
                } else {
                    replica.remove(&key);
                }
            }
            live.cursor().to_owned()
        }
    }
}

/// Everything a new seat gets.
pub(super) async fn snapshot(tenant: &Tenant, limit: usize) -> (Replica, String) {
    let mut replica = Replica::new();
    let mut cursor = String::new();
    loop {
        let page = tenant.changes(Some(cursor), limit).await.unwrap();
        let more = page.more;
        let head = page.head.clone();
        cursor = take(&mut replica, Lines::Page(page));
        if !more {
            assert_eq!(cursor, head);
            return (replica, cursor);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_from_any_point_ends_with_the_rows_of_a_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    let clock = SetClock::at(1_000_000);
    let engine = open(folder.path(), &clock).await;
    let tenant = engine.find("default").unwrap();
    let mut followers = Vec::new();
    for round in 0..40_i64 {
        clock.forward(1_000 * (round % 4) * 900);
        if round % 8 == 0 {
            let mut follow = tenant.follow(None);
            let done = tokio::spawn(async move {
                let mut replica = Replica::new();
                loop {
                    match tokio::time::timeout(Duration::from_secs(2), follow.next()).await {
                        Ok(lines) => drop(take(&mut replica, lines.unwrap())),
                        Err(_) => return (replica, follow.cursor().unwrap().to_owned()),
                    }
                }
            });
            followers.push(done);
        }
        tenant.events(some(round, clock.now())).await.unwrap();
        engine.look_at_clock();
        if round % 3 == 0 {
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
    }
    let mut states = Vec::new();
    for follower in followers {
        states.push(follower.await.unwrap());
    }
    let (whole, head) = snapshot(&tenant, 1_000).await;
    assert!(whole.len() > 20);
    for limit in [1, 7] {
        assert_eq!(snapshot(&tenant, limit).await.0, whole, "pages of {limit}");
    }
    for (replica, cursor) in states {
        assert_eq!(replica, whole);
        assert_eq!(cursor, head);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_senders_are_all_answered_and_found() {
    let folder = tempfile::tempdir().unwrap();
    let clock = SetClock::at(1_000_000);
    let engine = open(folder.path(), &clock).await;
    let tenant = engine.find("default").unwrap();
    let mut senders = Vec::new();
    for sender in 0..40 {
        let (tenant, at) = (tenant.clone(), clock.now());
        senders.push(tokio::spawn(async move {
            let mut ids = Vec::new();
            for n in 0..10 {
                let entity = format!("s{sender}-{n}");
                let (_, answers) = tenant.events(vec![event(&entity, "FAN", Severity::Minor, at, false)]).await.unwrap();
                let [Answer::Event { event_id, .. }] = answers[..] else { panic!() };
                ids.push((entity, event_id.0));
            }
            ids
        }));
    }
    for sender in senders {
        for (entity, id) in sender.await.unwrap() {
            let found = tenant
                .ask(move |rows| {
                    let entity = rows.resolve_entity(&entity)?.unwrap();
                    rows.alarms(
                        &AlarmFilter {
                            entity: Some(entity),
                            ..AlarmFilter::default()
                        },
                        None,
                        10,
                    )
                })
                .await
                .unwrap();
            assert_eq!(found.items.len(), 1);
            assert_eq!(found.items[0].event_ids, [id]);
        }
    }
    let stats = tenant.stats();
    assert_eq!(stats.inputs, 400);
    assert!(stats.records <= 400 && stats.commit.count == stats.records);
    let entities = tenant.ask(|rows| rows.entities(&EntityFilter::default(), None, 1_000)).await.unwrap();
    assert_eq!(entities.items.len(), 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn deadlines_come_due_without_any_input() {
    let folder = tempfile::tempdir().unwrap();
    let clock = SetClock::at(1_000_000);
    let engine = open(folder.path(), &clock).await;
    let tenant = engine.find("default").unwrap();
    tenant
        .events(vec![event("r1", "LINK_DOWN", Severity::Major, clock.now(), false)])
        .await
        .unwrap();
    let due = tenant.read(|state| state.next_deadline()).await.unwrap().unwrap();
    clock.forward(due.since(clock.now()).as_micros() / 1_000 + 1);
    engine.look_at_clock();
    for _ in 0..200 {
        if tenant.committed() > 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(tenant.committed() > 1);
    let next = tenant.read(|state| state.next_deadline()).await.unwrap();
    assert!(next.is_none_or(|next| next > due));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_refuses_and_a_command_still_gets_through() {
    let folder = tempfile::tempdir().unwrap();
    let clock = SetClock::at(1_000_000);
    let limits = Limits {
        queue_events: 10,
        ..Limits::default()
    };
    let engine = Engine::open(folder.path(), clock.clone(), limits).unwrap();
    let tenant = engine.find("default").unwrap();
    tenant.open().await.unwrap();
    let one = || vec![event("r1", "FAN", Severity::Minor, clock.now(), false); 5];
    let (release, released) = std::sync::mpsc::channel::<()>();
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let inner = tenant.inner.clone();
    let holder = std::thread::spawn(move || {
        let _held = inner.writer.lock().unwrap();
        hold.send(()).unwrap();
        released.recv().unwrap();
    });
    held.recv().unwrap();
    // The job may have taken one piece before it met the lock that we hold.
    let taken = (0..4).filter(|_| tenant.offer(one()).is_ok()).count();
    assert!((2..=3).contains(&taken));
    let refused = tenant.offer(one()).unwrap_err();
    assert_eq!(refused.len(), 5);
    let command = tokio::spawn({
        let tenant = tenant.clone();
        async move { tenant.input(Input::Clock).await }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    release.send(()).unwrap();
    holder.join().unwrap();
    command.await.unwrap().unwrap();
    tenant.events(one()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_collector_on_the_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let clock = SetClock::at(1);
    let _engine = open(folder.path(), &clock).await;
    assert!(matches!(Engine::open(folder.path(), clock, Limits::default()), Err(JournalError::InUse(_))));
}
