//! What the measurements say about an incident.
//!
//! - **does**: reads what was measured of an open incident's likely causes and of what they may have hit: which series led which, whose left
//!   their usual first and most, whose ended, and whose did not although they should.
//! - **takes**: incidents with hypotheses, the topology around them, a week of samples.
//! - **gives**: a finding an incident, which replaces the one before.
//! - **never knows**: how a series is judged, or what a finding does to a hypothesis.
//!
//! What was measured before a fault says nothing of it. So the first look waits until something was measured of the causes since, three minutes at
//! most; further looks come when the incident is 3, 5 and 15 minutes old, and then every quarter of an hour.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pedkai_core::model::{EntityId, IncidentId, Span, TenantId, Timestamp};
use pedkai_core::pipeline::{Input, State};

use super::{Job, Round};
use crate::engine::Tenant;
use crate::journal::JournalError;
use crate::kpi::{Store, Which};

mod case;
mod examine;
#[cfg(test)]
mod tests;

/// How often incidents are looked for.
const EVERY: Duration = Duration::from_secs(20);
/// The first look waits for samples from after the beginning, but for slow sources not longer than this.
const PATIENCE: Span = Span::minutes(3);
/// An incident is looked at again when it is this old, …
const SOON: [Span; 3] = [PATIENCE, Span::minutes(5), Span::minutes(15)];
/// … and then this often.
const AGAIN: Span = Span::minutes(15);
/// Measurements of so long are read.
const WINDOW: Span = Span::minutes(7 * 24 * 60);
/// So many incidents in one round; the rest comes with the next.
const AT_ONCE: usize = 4;
/// So many are asked whether they are due, the newest.
const ASKED: usize = 256;

/// Looks for what the measurements say about every open incident: did a metric of what is held to be the cause lead one of those downstream,
/// and whose measurements departed from their usual first, most, and without a dependency to blame?
#[derive(Default)]
pub(crate) struct Causality {
    looked: Arc<Mutex<BTreeMap<(TenantId, IncidentId), Looked>>>,
}

/// When an incident was looked at, and for which causes.
#[derive(Clone, PartialEq)]
struct Looked {
    at: Timestamp,
    causes: BTreeSet<EntityId>,
    /// Of these causes something was measured since it began.
    measured: bool,
}

/// Whether an incident is to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    No,
    /// As soon as something of its causes was measured since it began.
    WhenMeasured,
    Now,
}

/// An open incident that may be due.
struct Candidate {
    incident: IncidentId,
    began: Timestamp,
    causes: BTreeSet<EntityId>,
    due: Due,
}

impl Job for Causality {
    fn name(&self) -> &'static str {
        "diagnose/causality"
    }

    fn every(&self) -> Duration {
        EVERY
    }

    fn round(&self, tenant: Tenant) -> Round {
        let looked = self.looked.clone();
        Box::pin(async move { round(&tenant, &looked).await.map_err(|error| error.to_string()) })
    }
}

async fn round(tenant: &Tenant, looked: &Mutex<BTreeMap<(TenantId, IncidentId), Looked>>) -> Result<u64, JournalError> {
    if !tenant.is_open() {
        return Ok(0);
    }
    let now = tenant.now();
    if tenant.peek_kpi(move |store| store.metrics(now.minus(WINDOW), now)).await?.is_empty() {
        return Ok(0);
    }
    let id = tenant.id();
    let known: BTreeMap<IncidentId, Looked> = {
        let mut all = looked.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, looked| now.since(looked.at) < Span::minutes(24 * 60));
        all.range((id, IncidentId(uuid::Uuid::nil()))..)
            .take_while(|((of, _), _)| *of == id)
            .map(|((_, incident), looked)| (*incident, looked.clone()))
            .collect()
    };
    let asked = tenant.peek(move |state| candidates(state, &known, now)).await?.unwrap_or_default();
    if asked.is_empty() {
        return Ok(0);
    }
    let due = tenant.peek_kpi(move |store| measured(store, asked, now)).await?;
    let mut seen: BTreeMap<IncidentId, Looked> = due.into_iter().collect();
    let wanted: BTreeSet<IncidentId> = seen.keys().copied().collect();
    let cases = tenant.peek(move |state| case::cases(state, &wanted)).await?.unwrap_or_default();
    let mut done = 0;
    for case in cases {
        if let Some(seen) = seen.remove(&case.incident) {
            looked.lock().unwrap_or_else(PoisonError::into_inner).insert((id, case.incident), seen);
        }
        if let Some(finding) = tenant.peek_kpi(move |store| examine::examine(store, &case, now)).await? {
            tenant.input(Input::Finding(Box::new(finding))).await.map_err(|error| JournalError::Unusable {
                file: "diagnose/causality".into(),
                problem: error.to_string(),
            })?;
            done += 1;
        }
    }
    Ok(done)
}

/// The incidents that may be due; newest first.
fn candidates(state: &State, known: &BTreeMap<IncidentId, Looked>, now: Timestamp) -> Vec<Candidate> {
    let open = state.incidents().iter().map(|(_, incident)| incident).filter(|incident| incident.status.open());
    let mut asked: Vec<(Timestamp, Candidate)> = open
        .filter(|incident| !incident.hypotheses.is_empty())
        .map(|incident| {
            let guesses = incident.hypotheses.iter().filter_map(|guess| state.topology().entity(guess.entity));
            let causes: BTreeSet<EntityId> = guesses.map(|entity| entity.id).collect();
            let candidate = Candidate {
                incident: incident.id,
                began: incident.first_at,
                due: due(incident.opened_at, known.get(&incident.id), &causes, now),
                causes,
            };
            (incident.opened_at, candidate)
        })
        .filter(|(_, candidate)| candidate.due != Due::No)
        .collect();
    asked.sort_by_key(|(opened, _)| std::cmp::Reverse(*opened));
    asked.truncate(ASKED);
    asked.into_iter().map(|(_, candidate)| candidate).collect()
}

/// Whether an incident that opened then and was last looked at so is to be looked at.
fn due(opened: Timestamp, looked: Option<&Looked>, causes: &BTreeSet<EntityId>, now: Timestamp) -> Due {
    let waited = if now.since(opened) >= PATIENCE { Due::Now } else { Due::WhenMeasured };
    let Some(looked) = looked else { return waited };
    if looked.causes != *causes {
        return waited;
    }
    let passed = |age: &Span| looked.at.since(opened) < *age && now.since(opened) >= *age;
    if SOON.iter().any(passed) || now.since(looked.at) >= AGAIN {
        return Due::Now;
    }
    if looked.measured { Due::No } else { Due::WhenMeasured }
}

/// Those whose time has come, and whether their causes were measured since they began.
fn measured(store: &Store, asked: Vec<Candidate>, now: Timestamp) -> Result<Vec<(IncidentId, Looked)>, JournalError> {
    let mut due = Vec::new();
    for Candidate {
        incident,
        began,
        causes,
        due: when,
    } in asked
    {
        let mut measured = false;
        for cause in &causes {
            let which = Which {
                entity: Some(*cause),
                ..Which::default()
            };
            let series = store.series(&which, began, now.plus(Span::micros(1)), examine::ROOTS)?;
            measured |= series.iter().any(|series| series.last > began);
        }
        if when == Due::Now || measured {
            due.push((incident, Looked { at: now, causes, measured }));
        }
        if due.len() == AT_ONCE {
            break;
        }
    }
    Ok(due)
}
