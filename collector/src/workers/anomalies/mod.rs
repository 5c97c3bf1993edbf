//! Strange measurements become alarms.
//!
//! - **does**: watches every series that policy names, a minute behind at most; raises an alarm for one that is unlike its usual, with the
//!   figures that were seen, and clears it when the series is back.
//! - **takes**: the samples of the store and the policy segment `anomalies`.
//! - **gives**: events with alarms, as any other source; a word when there are more series than policy lets it watch.
//! - **never knows**: how strange a point is (that is `detection` of core), or what becomes of an alarm.
//!
//! What is known of a series is read from the store when it is first heard of: days of samples, in pieces, and each round only so many, so that
//! a large store holds nobody up. After a restart the same samples make the same state; an alarm that stands is neither raised again nor lost.
//! A tenant that rests is forgotten and read again.

mod tell;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pedkai_core::model::{EntityId, Span, TenantId};
use pedkai_core::pipeline::State;
use pedkai_core::policy::Anomalies as Policy;

use super::verdict::{self, Key};
use super::{Job, Round};
use crate::engine::Tenant;
use crate::journal::JournalError;
use watch::Watch;

/// The type of the alarm.
pub(super) const ANOMALY: &str = "KPI_ANOMALY";
const NAME: &str = "detect/anomalies";
const EVERY: Duration = Duration::from_secs(60);
/// Samples that come later than this after their time are not looked at.
const LATE: Span = Span::minutes(180);
/// A series of which nothing came for so long is not watched any more.
const GONE: Span = Span::minutes(24 * 60);
/// Points of the past that one piece, and one round, reads.
const PIECE: usize = 100_000;
const PIECES: usize = 20;

/// Raises an alarm for each series that is unlike its usual.
#[derive(Default)]
pub(crate) struct Anomalies {
    watched: Arc<Mutex<BTreeMap<TenantId, Watch>>>,
}

/// What the state says beforehand.
struct Before {
    policy: Policy,
    /// Alarms that stand.
    standing: BTreeSet<Key>,
}

impl Job for Anomalies {
    fn name(&self) -> &'static str {
        NAME
    }

    fn every(&self) -> Duration {
        EVERY
    }

    fn round(&self, tenant: Tenant) -> Round {
        let watched = self.watched.clone();
        Box::pin(async move { round(&tenant, &watched).await.map_err(|error| error.to_string()) })
    }

    fn remark(&self, tenant: TenantId) -> Option<String> {
        let watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        watched.get(&tenant).and_then(Watch::remark)
    }
}

async fn round(tenant: &Tenant, watched: &Mutex<BTreeMap<TenantId, Watch>>) -> Result<u64, JournalError> {
    let taken = watched.lock().unwrap_or_else(PoisonError::into_inner).remove(&tenant.id());
    // Nothing is measured of one that rests; and what a round leaves half done is read again.
    if !tenant.is_open() || !tenant.kpi().is_open() {
        return Ok(0);
    }
    let now = tenant.now();
    let mut watch = taken.unwrap_or_default();
    let Some(before) = tenant.peek(before).await? else {
        return Ok(0);
    };
    watch.obey(&before.policy);
    if before.policy.max_series > 0 {
        watch.expect(&before.standing);
        watch = tenant.peek_kpi(move |store| watch.sweep(store, now)).await?;
        for _ in 0..PIECES {
            if !watch.waits() {
                break;
            }
            watch = tenant.peek_kpi(move |store| watch.read(store, now)).await?;
        }
    }
    // Who is not in the topology has no alarm: it would make an entity of it.
    let asked = watch.entities();
    let Some(strangers) = tenant.peek(move |state| strangers(state, asked)).await? else {
        return Ok(0);
    };
    watch.forget(strangers);
    let news = watch.news(&before.standing, now);
    let done = watch.len() as u64;
    let (keys, reports): (Vec<_>, Vec<_>) = news.into_iter().unzip();
    if !reports.is_empty() {
        verdict::tell(tenant, NAME, reports).await?;
        watch.told(&keys);
    }
    watched.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant.id(), watch);
    Ok(done)
}

fn before(state: &State) -> Before {
    let standing = verdict::standing(state, ANOMALY).into_iter();
    Before {
        policy: state.policy().anomalies.clone(),
        standing: standing.filter(|(metric, _)| *metric != super::joint::JOINT).collect(),
    }
}

fn strangers(state: &State, asked: BTreeSet<EntityId>) -> BTreeSet<EntityId> {
    asked.into_iter().filter(|entity| state.topology().by_id(*entity).is_none()).collect()
}
