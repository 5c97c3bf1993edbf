use super::*;

/// Files below a folder that this process holds open.
#[cfg(target_os = "linux")]
fn held(folder: &Path) -> Vec<std::path::PathBuf> {
    let all = std::fs::read_dir("/proc/self/fd").unwrap();
    all.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .filter(|file| file.starts_with(folder))
        .collect()
}

/// A collector whose tenants rest as soon as they may.
async fn at_rest_at_once(folder: &Path) -> (Engine, Arc<SetClock>) {
    let clock = SetClock::at(1_000_000);
    let limits = Limits {
        rest_after: Duration::ZERO,
        ..Limits::default()
    };
    (open_with(folder, &clock, &limits).await, clock)
}

/// Waits until the clock's work of this moment is done.
async fn nothing_is_due(engine: &Engine, tenant: &Tenant, clock: &SetClock) {
    let began = std::time::Instant::now();
    while tenant.read(|state| state.next_deadline()).await.unwrap().is_some_and(|due| due <= clock.now()) {
        assert!(began.elapsed() < Duration::from_secs(20), "what is due is not done");
        engine.look_at_clock();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn rests(engine: &Engine, wanted: usize) {
    let began = std::time::Instant::now();
    let mut closed = 0;
    while closed < wanted {
        closed += engine.rest().await.unwrap();
        assert!(began.elapsed() < Duration::from_secs(20), "{closed} of {wanted} rest");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(closed, wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_that_nobody_uses_holds_no_file_and_is_as_before_when_somebody_does() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, clock) = at_rest_at_once(folder.path()).await;
    let (tenant, other) = (engine.find("default").unwrap(), engine.create("other").unwrap());
    for round in 0..3 {
        clock.forward(2_000);
        tenant.events(some(round, clock.now())).await.unwrap();
    }
    other.events(some(9, clock.now())).await.unwrap();
    for tenant in [&tenant, &other] {
        nothing_is_due(&engine, tenant, &clock).await;
    }
    let (rows, cursor) = snapshot(&tenant, 100).await;
    let hash = tenant.read(|state| state.hash()).await.unwrap();
    let follower = other.follow(None);
    rests(&engine, 1).await;
    assert!(!tenant.is_open());
    assert!(other.is_open(), "somebody follows its feed");
    drop(follower);
    rests(&engine, 1).await;
    #[cfg(target_os = "linux")]
    assert_eq!(held(&folder.path().join("tenants")), Vec::<std::path::PathBuf>::new());

    assert_eq!(tenant.read(|state| state.hash()).await.unwrap(), hash);
    let (again, goes_on) = snapshot(&tenant, 100).await;
    let differ: Vec<_> = again.iter().filter(|(id, row)| rows.get(*id) != Some(*row)).collect();
    assert!(differ.is_empty() && again.len() == rows.len(), "{differ:?}");
    assert_eq!(goes_on, cursor);
    rests(&engine, 1).await;
    let before = tenant.committed();
    let (seq, _) = tenant.events(some(4, clock.now())).await.unwrap();
    assert_eq!(seq, before + 1, "numbers go on");
    let after = tenant.changes(Some(cursor), 1_000).await.unwrap();
    assert!(!after.changes.is_empty() && !after.more, "a cursor from before goes on too");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_due_wakes_a_tenant_that_rests() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, clock) = at_rest_at_once(folder.path()).await;
    let tenant = engine.find("default").unwrap();
    let event = event("r1", "LINK_DOWN", Severity::Major, clock.now(), false);
    tenant.events(vec![event]).await.unwrap();
    rests(&engine, 1).await;
    clock.forward(60_000);
    engine.look_at_clock();
    let began = std::time::Instant::now();
    while tenant.committed() < 2 {
        assert!(began.elapsed() < Duration::from_secs(20), "nobody woke it");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let incidents = tenant.ask(|rows| rows.incidents(&IncidentFilter::default(), None, 10)).await.unwrap();
    assert!(incidents.items[0].sitrep.is_some(), "its causes were ranked");
}
