//! One task wakes every tenant whose state has a deadline.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use pedkai_core::model::{TenantId, Timestamp};
use tokio::sync::Notify;

use super::clock::Clock;
use super::tenant::Inner;

/// The wall clock may be set while we sleep: look again at least this often, while there is a deadline at all.
const LONGEST: Duration = Duration::from_secs(30);

/// Deadlines by tenant.
#[derive(Default)]
pub(super) struct Timer {
    due: Mutex<BTreeMap<TenantId, (Timestamp, Weak<Inner>)>>,
    changed: Notify,
}

impl Timer {
    /// Sets a tenant's deadline.
    pub(super) fn set(&self, tenant: &Arc<Inner>, due: Option<Timestamp>) {
        let mut all = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let before = all.get(&tenant.id).map(|(at, _)| *at);
        if before == due {
            return;
        }
        match due {
            Some(at) => {
                all.insert(tenant.id, (at, Arc::downgrade(tenant)));
            }
            None => {
                all.remove(&tenant.id);
            }
        }
        drop(all);
        if due.is_some_and(|due| before.is_none_or(|before| due < before)) {
            self.changed.notify_one();
        }
    }

    /// Looks at the clock again, which a test has set.
    pub(super) fn look(&self) {
        self.changed.notify_one();
    }

    /// Takes the tenants whose deadline has come.
    fn take(&self, now: Timestamp) -> (Vec<Arc<Inner>>, Option<Timestamp>) {
        let mut all = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let mut ready = Vec::new();
        all.retain(|_, (at, tenant)| {
            if *at > now {
                return true;
            }
            ready.extend(tenant.upgrade());
            false
        });
        let next = all.values().map(|(at, _)| *at).min();
        (ready, next)
    }
}

/// Runs until the engine ends it.
pub(super) async fn run(timer: Arc<Timer>, clock: Arc<dyn Clock>) {
    loop {
        let now = clock.now();
        let (ready, next) = timer.take(now);
        for tenant in ready {
            tenant.wake(|queue| queue.clock = true);
        }
        let changed = timer.changed.notified();
        match next {
            None => changed.await,
            Some(next) => {
                let sleep = Duration::from_micros(u64::try_from(next.since(now).as_micros()).unwrap_or_default());
                tokio::select! {
                    () = changed => {}
                    () = tokio::time::sleep(sleep.clamp(Duration::from_millis(1), LONGEST)) => {}
                }
            }
        }
    }
}
