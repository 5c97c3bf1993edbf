use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use xxhash_rust::xxh3::xxh3_64;

use super::Target;

/// When a target has its turns: once an interval, at a place in it that its address and tenant choose, so that many targets spread evenly
/// and each keeps its place from start to start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    interval: Duration,
    phase: Duration,
}

impl Slot {
    pub(super) fn of(target: &Target) -> Self {
        Self::new(target.interval, format!("{} {}", target.address, target.tenant.0).as_bytes())
    }

    pub(super) fn new(interval: Duration, name: &[u8]) -> Self {
        let interval = interval.max(Duration::from_millis(1));
        let place = xxh3_64(name) as f64 / (u64::MAX as f64 + 1.0);
        Self {
            interval,
            phase: interval.mul_f64(place),
        }
    }

    /// The first turn after `now`, and past `rest` further ones.
    fn after(self, started: Instant, now: Instant, rest: u32) -> Instant {
        let passed = now.saturating_duration_since(started);
        let behind = passed.saturating_sub(self.phase).as_nanos() / self.interval.as_nanos();
        let turns = u32::try_from(behind).unwrap_or(u32::MAX);
        let mut next = started + self.phase + self.interval.saturating_mul(turns);
        if next <= now {
            next += self.interval;
        }
        next + self.interval.saturating_mul(rest)
    }
}

/// Gives each of `states` its turns until it is stopped, at most `concurrency` at the same time; a job says how many turns it sits out. Nobody's
/// turn comes while their last one is under way; who is late has the next turn at their usual place.
pub(super) async fn run<S, J, F>(slots: Vec<Slot>, states: Vec<S>, concurrency: usize, job: J, mut stop: watch::Receiver<bool>)
where
    S: Send + 'static,
    J: Fn(S) -> F,
    F: Future<Output = (S, u32)> + Send + 'static,
{
    let started = Instant::now();
    let mut waiting: Vec<Option<S>> = states.into_iter().map(Some).collect();
    let mut due: BTreeSet<(Instant, usize)> = slots.iter().enumerate().map(|(ix, slot)| (started + slot.phase, ix)).collect();
    let mut under_way = JoinSet::new();
    loop {
        let next = due.first().copied();
        let room = under_way.len() < concurrency.max(1);
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            Some(done) = under_way.join_next(), if !under_way.is_empty() => match done {
                Ok((ix, (state, rest))) => {
                    let ix: usize = ix;
                    due.insert((slots[ix].after(started, Instant::now(), rest), ix));
                    waiting[ix] = Some(state);
                }
                Err(error) => tracing::error!(%error, "a poll failed; its target is not asked any more"),
            },
            () = tokio::time::sleep_until(next.map_or(started, |(at, _)| at)), if next.is_some() && room => {
                if let Some((_, ix)) = due.pop_first()
                    && let Some(state) = waiting[ix].take()
                {
                    let turn = job(state);
                    under_way.spawn(async move { (ix, turn.await) });
                }
            }
        }
    }
}
