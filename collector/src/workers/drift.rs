use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pedkai_core::detection::drift::{Drift as Course, worth_telling};
use pedkai_core::model::{AlarmReport, EntityId, Name, Point, SlaState, Span, TenantId, Timestamp};
use pedkai_core::pipeline::State;
use pedkai_core::policy::{Anomalies as Policy, Direction, DriftRule};
use pedkai_core::screen::promises;
use pedkai_core::sla;

use super::verdict::{self, Key, short};
use super::{Job, Round};
use crate::engine::Tenant;
use crate::journal::JournalError;
use crate::kpi::Store;

/// The type of the alarm.
pub(super) const DRIFT: &str = "KPI_DRIFT";
const NAME: &str = "detect/drift";
const EVERY: Duration = Duration::from_secs(3_600);
/// Series that something came of within so long are looked at.
const HEARD: Span = Span::minutes(180);
/// Values of a quarter of an hour are one point.
const STEP: Span = Span::minutes(15);
/// So many series in one piece.
const PIECE: usize = 64;

/// Raises an alarm for each measured value that creeps: a trend that is sure, lasts, and has left what the value scatters by; cleared when it is
/// none any more.
///
/// Where a limit is set for the value (`slo.kpis`), a trend away from it is no trouble, and one towards it is told here only as long as no
/// breach is foretold: from then on the promise's own clock says more.
#[derive(Default)]
pub(crate) struct Drift {
    /// What was told and is not over: an operator who clears it by hand is not told again.
    told: Arc<Mutex<BTreeMap<TenantId, BTreeSet<Key>>>>,
}

/// What the state says beforehand.
#[derive(Clone)]
struct Before {
    policy: Policy,
    standing: BTreeSet<Key>,
    /// Values with a limit, and on which side of it is trouble.
    limits: BTreeMap<Key, Direction>,
    /// … whose breach is foretold or has come.
    foretold: BTreeSet<Key>,
}

impl Job for Drift {
    fn name(&self) -> &'static str {
        NAME
    }

    fn every(&self) -> Duration {
        EVERY
    }

    fn round(&self, tenant: Tenant) -> Round {
        let told = self.told.clone();
        Box::pin(async move { round(&tenant, &told).await.map_err(|error| error.to_string()) })
    }
}

async fn round(tenant: &Tenant, told: &Mutex<BTreeMap<TenantId, BTreeSet<Key>>>) -> Result<u64, JournalError> {
    if !tenant.is_open() || !tenant.kpi().is_open() {
        return Ok(0);
    }
    let now = tenant.now();
    let Some(before) = tenant.peek(move |state| before(state, now)).await? else {
        return Ok(0);
    };
    let asked = before.clone();
    let mut keys = match before.policy.drift.days {
        0 => BTreeSet::new(),
        _ => tenant.peek_kpi(move |store| heard(store, &asked, now)).await?,
    };
    let kept: Vec<Key> = keys.iter().cloned().collect();
    let known = tenant.peek(move |state| known(state, kept)).await?.unwrap_or_default();
    keys.retain(|(_, entity)| known.contains(entity));
    let mut stood = told
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&tenant.id())
        .cloned()
        .unwrap_or_default();
    stood.extend(before.standing.iter().cloned());
    let mut reports: Vec<AlarmReport> = Vec::new();
    let all: Vec<Key> = keys.iter().cloned().collect();
    for piece in all.chunks(PIECE) {
        let piece: Vec<(Key, bool)> = piece.iter().map(|key| (key.clone(), stood.contains(key))).collect();
        let rule = before.policy.drift.clone();
        for (key, course) in tenant.peek_kpi(move |store| courses(store, piece, &rule, now)).await? {
            match course.filter(|course| harmful(&key, course, &before)) {
                Some(course) if stood.insert(key.clone()) => reports.push(raised(&key, &course, &before, now)),
                None if stood.remove(&key) && before.standing.contains(&key) => reports.push(over(&key, &before, now)),
                _ => {}
            }
        }
    }
    // What nothing is heard of any more, or policy does not name any more.
    let orphans = before.standing.iter().filter(|key| !keys.contains(key));
    reports.extend(orphans.map(|key| {
        let text = format!("{} is not looked at any more.", key.0);
        verdict::over(key, DRIFT, before.policy.severity, now, &text)
    }));
    verdict::tell(tenant, NAME, reports).await?;
    stood.retain(|key| keys.contains(key));
    told.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant.id(), stood);
    Ok(keys.len() as u64)
}

fn before(state: &State, now: Timestamp) -> Before {
    let limits = sla::limits(&state.policy().slo, state.topology());
    let foretold = match limits.is_empty() {
        true => BTreeSet::new(),
        false => promises(state, now)
            .into_iter()
            .filter(|row| row.predicted_breach_time.is_some() || row.state == SlaState::Breached)
            .map(|row| (row.objective.metric, EntityId(row.entity_id)))
            .collect(),
    };
    Before {
        policy: state.policy().anomalies.clone(),
        standing: verdict::standing(state, DRIFT),
        limits: limits.into_iter().map(|limit| ((limit.metric, limit.entity), limit.direction)).collect(),
        foretold,
    }
}

fn known(state: &State, keys: Vec<Key>) -> BTreeSet<EntityId> {
    let entities = keys.into_iter().map(|(_, entity)| entity);
    entities.filter(|entity| state.topology().by_id(*entity).is_some()).collect()
}

/// The series to look at: those that were heard of lately.
fn heard(store: &Store, before: &Before, now: Timestamp) -> Result<BTreeSet<Key>, JournalError> {
    let limited: BTreeSet<&Name> = before.limits.keys().map(|(metric, _)| metric).collect();
    let (from, to) = (now.minus(HEARD), now.plus(Span::micros(1)));
    let mut metrics = store.metrics(from, to)?;
    metrics.retain(|metric| before.policy.drifts(metric) || limited.contains(metric));
    let (mut keys, most) = (BTreeSet::new(), before.policy.max_series as usize);
    store.sweep(&metrics, from, to, |entity, metric, _| {
        let key = (metric.clone(), entity);
        if keys.len() < most && (before.policy.drifts(metric) || before.limits.contains_key(&key)) {
            keys.insert(key);
        }
    })?;
    Ok(keys)
}

/// Of each series, which stands or not, the trend that is worth telling.
fn courses(store: &Store, keys: Vec<(Key, bool)>, rule: &DriftRule, now: Timestamp) -> Result<Vec<(Key, Option<Course>)>, JournalError> {
    let from = now.minus(Span::minutes(i64::from(rule.days) * 24 * 60));
    let mut courses = Vec::new();
    for (key, stands) in keys {
        let windows = store.windows(key.1, &key.0, from, now.plus(Span::micros(1)), STEP)?;
        let points: Vec<Point> = windows
            .iter()
            .map(|window| Point {
                at: window.at,
                value: window.mean,
            })
            .collect();
        // A week that holds but its last days has a season that nobody saw twice.
        let enough = points
            .first()
            .zip(points.last())
            .is_some_and(|(first, last)| last.at.since(first.at).as_micros() >= 2 * 86_400_000_000);
        let course = enough.then(|| worth_telling(&points, rule, now, stands)).flatten();
        courses.push((key, course));
    }
    Ok(courses)
}

/// Whether a trend is trouble: away from its limit it is none, and once the breach is foretold that says more.
fn harmful(key: &Key, course: &Course, before: &Before) -> bool {
    match before.limits.get(key) {
        None => true,
        Some(direction) => (course.slope > 0.0) == (*direction == Direction::Above) && !before.foretold.contains(key),
    }
}

fn over(key: &Key, before: &Before, now: Timestamp) -> AlarmReport {
    let text = match before.foretold.contains(key) {
        true => format!("When {} breaks its limit is foretold now: see its promise.", key.0),
        false => format!("{} drifts no more: no trend is sure enough, or moves it beyond its scatter.", key.0),
    };
    verdict::over(key, DRIFT, before.policy.severity, now, &text)
}

fn raised(key: &Key, course: &Course, before: &Before, now: Timestamp) -> AlarmReport {
    let rule = &before.policy.drift;
    let way = if course.slope > 0.0 { "rises" } else { "falls" };
    let sure = rule.confidence * 100.0;
    let text = format!(
        "{} {way} by {} an hour since {} ({} to {}, {sure:.1} % sure), {:.1} times its scatter by now; it is at {} ({} samples).",
        key.0,
        short(course.slope.abs()),
        course.since,
        short(course.low),
        short(course.high),
        course.moved(now),
        short(course.level),
        course.n
    );
    AlarmReport {
        text: Name::from(text),
        attributes: verdict::attributes([
            ("metric", key.0.to_string()),
            ("slope_per_hour", course.slope.to_string()),
            ("low", course.low.to_string()),
            ("high", course.high.to_string()),
            ("confidence", rule.confidence.to_string()),
            ("since", course.since.to_string()),
            ("level", course.level.to_string()),
            ("spread", course.spread.to_string()),
            ("moved_spreads", course.moved(now).to_string()),
            ("samples", course.n.to_string()),
            (
                "changes",
                course.change_points.iter().map(|change| change.at.to_string()).collect::<Vec<_>>().join(" "),
            ),
        ]),
        // That it drifts is known now; since when is told in words: alarms of these days are not to hang together with those of then.
        ..verdict::report(key, DRIFT, before.policy.severity, now)
    }
}
