use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pedkai_core::model::{EntityId, Name, Outlook, Point, Span};
use pedkai_core::pipeline::{Input, State};
use pedkai_core::sla::{self, Limit};

use super::{Job, Round};
use crate::engine::{Clock, Tenant};

/// Foretells when measured values will cross the limits of the `slo` policy, from what the KPI store has of them.
pub(crate) struct Breach {
    clock: Arc<dyn Clock>,
    /// Where the next round begins among the limits, where they are too many for one.
    next: Arc<AtomicUsize>,
}

/// Most limits that one round looks at; the rest comes with the next.
const MOST: usize = 4_000;
/// Values of a minute are one point.
const STEP: Span = Span::minutes(1);

impl Breach {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, next: Arc::default() }
    }
}

impl Job for Breach {
    fn name(&self) -> &'static str {
        "sla/breach"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(300)
    }

    fn round(&self, tenant: Tenant) -> Round {
        let (clock, next) = (self.clock.clone(), self.next.clone());
        Box::pin(async move {
            // Nothing was measured since the tenant rests.
            if !tenant.kpi().is_open() {
                return Ok(0);
            }
            let asked = tenant.peek(|state| (sla::limits(&state.policy().slo, state.topology()), told(state))).await;
            let (mut limits, mut told) = asked.map_err(|error| error.to_string())?.unwrap_or_default();
            if limits.is_empty() && told.is_empty() {
                return Ok(0);
            }
            // What was told of a limit that holds no more is over.
            let hold: BTreeSet<(EntityId, Name)> = limits.iter().map(|limit| (limit.entity, limit.metric.clone())).collect();
            let mut seen: Vec<Outlook> = told
                .iter()
                .filter(|(key, _)| !hold.contains(key))
                .map(|(_, known)| sla::withdrawn(known))
                .collect();
            let from = next.fetch_add(MOST, Ordering::Relaxed) % limits.len().max(1);
            let begin = if limits.len() > MOST { from } else { 0 };
            limits.rotate_left(begin);
            limits.truncate(MOST);
            let now = clock.now();
            let looked = tenant.peek_kpi(move |store| {
                for limit in &limits {
                    // … and so is what was told of values that are no longer measured.
                    let known = told.remove(&(limit.entity, limit.metric.clone()));
                    seen.extend(look(store, limit, now)?.or_else(|| known.as_ref().map(sla::withdrawn)));
                }
                Ok(seen)
            });
            let seen = looked.await.map_err(|error| error.to_string())?;
            let number = seen.len() as u64;
            if number > 0 {
                tenant.input(Input::Outlooks(seen)).await.map_err(|error| error.to_string())?;
            }
            Ok(number)
        })
    }
}

/// What stands of measured values that endanger a promise.
fn told(state: &State) -> BTreeMap<(EntityId, Name), Outlook> {
    let outlooks = state.books().flat_map(|(_, book)| book.outlooks.iter());
    outlooks.map(|outlook| ((outlook.entity, outlook.metric.clone()), outlook.clone())).collect()
}

fn look(store: &crate::kpi::Store, limit: &Limit, now: pedkai_core::model::Timestamp) -> Result<Option<Outlook>, crate::journal::JournalError> {
    let windows = store.windows(limit.entity, &limit.metric, now.minus(sla::KNOWN), now, STEP)?;
    let points: Vec<Point> = windows
        .iter()
        .map(|window| Point {
            at: window.at,
            value: window.mean,
        })
        .collect();
    Ok(sla::outlook(limit, &points, now))
}
