//! Measurements of one entity that do not go together.
//!
//! - **does**: judges the newest rows of measurements of each entity by those of the days before, all its metrics at once: an isolation forest,
//!   principal components and an autoencoder, calibrated together.
//! - **takes**: the samples of the store in rows of a quarter of an hour, and the policy segment `anomalies.joint`.
//! - **gives**: an alarm `KPI_ANOMALY` with the qualifier `joint` that names the metrics that lie farthest from usual; cleared when the rows are
//!   usual again.
//! - **never knows**: how rows are judged, or what becomes of an alarm.
//!
//! What it is for: a cell whose volume is low while its load is high has no metric outside of its own range, and yet something is wrong. That,
//! and nothing else, is told here. Where one metric alone is strange its own alarm (see `anomalies`) says what, since when and by how much, which
//! an operator can act on, and the joint verdict would repeat it in vaguer words: so none is raised beside one. The judges' word counts as a
//! chance only where it is one: they are trained on the days up to yesterday, and where they would have called more of the last day strange than
//! they promise, nothing is said of that entity. Nothing is kept between rounds, so that a restart changes nothing: training takes a few
//! tenths of a second, and only so many entities have their turn in one round.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pedkai_core::detection::Rows;
use pedkai_core::detection::ensemble::{Ensemble, Settings, Verdict};
use pedkai_core::detection::forest;
use pedkai_core::model::{AlarmReport, EntityId, Name, Span, TenantId, Timestamp};
use pedkai_core::pipeline::State;
use pedkai_core::policy::{Anomalies as Policy, JOINT_ROWS};

use super::anomalies::ANOMALY;
use super::verdict::{self, Key, short};
use super::{Job, Round};
use crate::engine::Tenant;
use crate::journal::JournalError;
use crate::kpi::Store;

/// The qualifier of the alarm.
pub(super) const JOINT: &str = "joint";
const NAME: &str = "detect/joint";
const EVERY: Duration = Duration::from_secs(600);
/// Entities that something came of within so long are looked at.
const HEARD: Span = Span::minutes(180);
/// Rows that train and calibrate, at least.
const LEAST_ROWS: usize = 192;
/// Of one entity, so many metrics at most.
const WIDEST: usize = 24;
/// Of the rows of the last day this share may be strange beyond what the rate promises.
const SLACK: f64 = 0.02;
/// Entities judged in one piece.
const PIECE: usize = 8;

/// Raises an alarm for each entity whose measurements do not go together.
#[derive(Default)]
pub(crate) struct Joint {
    known: Arc<Mutex<BTreeMap<TenantId, Known>>>,
}

/// Who has had a turn, and what was told.
#[derive(Clone, Default)]
struct Known {
    after: Option<EntityId>,
    told: BTreeSet<EntityId>,
}

struct Before {
    policy: Policy,
    standing: BTreeSet<EntityId>,
    /// Entities of which one metric alone is strange.
    single: BTreeSet<EntityId>,
}

/// What was found of one entity.
enum Judged {
    /// Too little to judge by, or the judges are not calibrated there.
    Unknown,
    Calm,
    Strange(Box<Told>),
}

/// What the alarm is written from.
struct Told {
    since: Timestamp,
    strange: usize,
    rows: u32,
    metrics: Vec<Name>,
    verdict: Verdict,
}

impl Job for Joint {
    fn name(&self) -> &'static str {
        NAME
    }

    fn every(&self) -> Duration {
        EVERY
    }

    fn round(&self, tenant: Tenant) -> Round {
        let known = self.known.clone();
        Box::pin(async move { round(&tenant, &known).await.map_err(|error| error.to_string()) })
    }
}

async fn round(tenant: &Tenant, known: &Mutex<BTreeMap<TenantId, Known>>) -> Result<u64, JournalError> {
    if !tenant.is_open() || !tenant.kpi().is_open() {
        return Ok(0);
    }
    let now = tenant.now();
    let Some(before) = tenant.peek(before).await? else { return Ok(0) };
    let mut had = known
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&tenant.id())
        .cloned()
        .unwrap_or_default();
    had.told.extend(&before.standing);
    let policy = before.policy.clone();
    let heard = match policy.joint.rate > 0.0 && policy.max_series > 0 {
        true => tenant.peek_kpi(move |store| heard(store, &policy, now)).await?,
        false => BTreeMap::new(),
    };
    let asked: Vec<EntityId> = heard.keys().copied().collect();
    let there = tenant.peek(move |state| there(state, &asked)).await?.unwrap_or_default();
    let (turn, after) = turn(&there, &had, before.policy.joint.entities as usize);
    let mut reports: Vec<AlarmReport> = Vec::new();
    let all: Vec<(EntityId, Vec<Name>)> = turn.iter().filter_map(|entity| Some((*entity, heard.get(entity)?.clone()))).collect();
    for piece in all.chunks(PIECE) {
        let (piece, policy) = (piece.to_vec(), before.policy.clone());
        let judged = tenant.peek_kpi(move |store| {
            let mut judged = Vec::new();
            for (entity, metrics) in piece {
                judged.push((entity, judge(store, entity, metrics, &policy, now)?));
            }
            Ok(judged)
        });
        for (entity, judged) in judged.await? {
            let key: Key = (Name::from(JOINT), entity);
            match judged {
                Judged::Strange(told) if !had.told.contains(&entity) && !before.single.contains(&entity) => {
                    reports.push(raised(&key, &told, &before.policy));
                    had.told.insert(entity);
                }
                Judged::Calm if had.told.remove(&entity) && before.standing.contains(&entity) => {
                    let text = "Its measurements go together again as they usually do.";
                    reports.push(verdict::over(&key, ANOMALY, before.policy.severity, now, text));
                }
                _ => {}
            }
        }
    }
    for entity in before.standing.iter().filter(|entity| !there.contains(entity)) {
        let key: Key = (Name::from(JOINT), *entity);
        reports.push(verdict::over(
            &key,
            ANOMALY,
            before.policy.severity,
            now,
            "Its measurements are not looked at any more.",
        ));
        had.told.remove(entity);
    }
    verdict::tell(tenant, NAME, reports).await?;
    had.after = after;
    known.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant.id(), had);
    Ok(all.len() as u64)
}

fn before(state: &State) -> Before {
    let (joint, single): (BTreeSet<Key>, BTreeSet<Key>) = verdict::standing(state, ANOMALY).into_iter().partition(|(metric, _)| *metric == JOINT);
    Before {
        policy: state.policy().anomalies.clone(),
        standing: joint.into_iter().map(|(_, entity)| entity).collect(),
        single: single.into_iter().map(|(_, entity)| entity).collect(),
    }
}

fn there(state: &State, asked: &[EntityId]) -> BTreeSet<EntityId> {
    asked.iter().filter(|entity| state.topology().by_id(**entity).is_some()).copied().collect()
}

/// Whose turn it is, and after whom the next begins: those of which an alarm stands, and the next ones in the order of ids.
fn turn(there: &BTreeSet<EntityId>, had: &Known, most: usize) -> (BTreeSet<EntityId>, Option<EntityId>) {
    let (passed, next): (Vec<EntityId>, Vec<EntityId>) = there.iter().copied().partition(|entity| had.after.is_some_and(|after| *entity <= after));
    let round: Vec<EntityId> = next.into_iter().chain(passed).take(most).collect();
    let after = round.last().copied();
    let standing = had.told.iter().filter(|entity| there.contains(entity)).copied();
    (standing.chain(round).collect(), after)
}

/// Entities with metrics enough that something came of lately.
fn heard(store: &Store, policy: &Policy, now: Timestamp) -> Result<BTreeMap<EntityId, Vec<Name>>, JournalError> {
    let (from, to) = (now.minus(HEARD), now.plus(Span::micros(1)));
    let mut metrics = store.metrics(from, to)?;
    metrics.retain(|metric| policy.watches(metric));
    let mut heard: BTreeMap<EntityId, Vec<Name>> = BTreeMap::new();
    store.sweep(&metrics, from, to, |entity, metric, _| {
        let own = heard.entry(entity).or_default();
        if own.len() < WIDEST {
            own.push(metric.clone());
        }
    })?;
    heard.retain(|_, metrics| metrics.len() >= usize::from(policy.joint.least_metrics));
    Ok(heard)
}

fn judge(store: &Store, entity: EntityId, metrics: Vec<Name>, policy: &Policy, now: Timestamp) -> Result<Judged, JournalError> {
    let (rule, width) = (&policy.joint, metrics.len());
    let step = Span::minutes(i64::from(rule.step_min));
    // Rows that are over, on round times: whenever one looks they are the same.
    let end = now.as_micros().div_euclid(step.as_micros()) * step.as_micros();
    let begin = end - i64::from(policy.days) * 86_400_000_000;
    let begin = begin.div_euclid(step.as_micros()) * step.as_micros();
    let mut rows: BTreeMap<Timestamp, Vec<f64>> = BTreeMap::new();
    for (column, metric) in metrics.iter().enumerate() {
        let windows = store.windows(entity, metric, Timestamp::from_micros(begin), Timestamp::from_micros(end), step)?;
        for window in windows {
            let row = rows.entry(window.at).or_insert_with(|| vec![f64::NAN; width]);
            row[column] = window.mean;
        }
    }
    rows.retain(|_, row| row.iter().filter(|value| value.is_finite()).count() * 2 > width);
    let rows: Vec<(Timestamp, Vec<f64>)> = rows.into_iter().collect();
    let newest = rows.len().saturating_sub(JOINT_ROWS);
    let yesterday = Timestamp::from_micros(end - 86_400_000_000);
    let learnt = rows.partition_point(|(at, _)| *at < yesterday).min(newest);
    let fresh = rows
        .last()
        .is_some_and(|(at, _)| at.as_micros() >= end - 2 * JOINT_ROWS as i64 * step.as_micros());
    if learnt < LEAST_ROWS || !fresh {
        return Ok(Judged::Unknown);
    }
    let flat = |part: &[(Timestamp, Vec<f64>)]| -> Vec<f64> { part.iter().flat_map(|(_, row)| row.iter().copied()).collect() };
    let settings = Settings {
        forest: forest::Settings {
            trees: 100,
            ..forest::Settings::default()
        },
        rate: rule.rate,
        ..Settings::default()
    };
    let seed = entity.0.as_u64_pair().0;
    let (past, day) = (flat(&rows[..learnt]), flat(&rows[learnt..]));
    let trained = Rows::new(&past, width).ok().and_then(|rows| Ensemble::fit(rows, settings, seed, None).ok());
    let Some((ensemble, day)) = trained.zip(Rows::new(&day, width).ok()) else {
        return Ok(Judged::Unknown);
    };
    let verdicts = ensemble.judge(day);
    let (checked, judged) = verdicts.split_at(newest - learnt);
    let strange = |verdicts: &[Verdict]| verdicts.iter().filter(|verdict| verdict.strange).count();
    if strange(judged) == 0 {
        return Ok(Judged::Calm);
    }
    let calibrated = strange(checked) as f64 <= (rule.rate + SLACK) * checked.len() as f64;
    let last = judged.last().filter(|last| last.strange && strange(judged) >= usize::from(rule.strange));
    let (Some(last), true) = (last, calibrated) else { return Ok(Judged::Unknown) };
    let first = judged.iter().position(|verdict| verdict.strange).unwrap_or(0);
    Ok(Judged::Strange(Box::new(Told {
        since: rows[newest + first].0,
        strange: strange(judged),
        rows: last.n,
        metrics,
        verdict: last.clone(),
    })))
}

fn raised(key: &Key, told: &Told, policy: &Policy) -> AlarmReport {
    let Told {
        since,
        strange,
        rows,
        metrics,
        verdict,
    } = told;
    let name = |index: u32| metrics.get(index as usize).map_or("?", Name::as_str);
    let columns = verdict.columns.iter().map(|column| format!("{} {}", name(column.index), short(column.away)));
    let columns = columns.collect::<Vec<_>>().join(", ");
    let text = format!(
        "{} metrics do not go together since {since}, though none is strange alone: {columns} spreads off ({strange} of {JOINT_ROWS} rows, chance {:.0e}, n {rows}).",
        metrics.len(),
        verdict.chance
    );
    AlarmReport {
        text: Name::from(text),
        attributes: verdict::attributes([
            ("chance", verdict.chance.to_string()),
            ("forest", verdict.forest.chance.to_string()),
            ("subspace", verdict.subspace.chance.to_string()),
            ("encoder", verdict.encoder.chance.to_string()),
            ("columns", columns),
            ("strange", format!("{strange} of {JOINT_ROWS}")),
            ("rows", rows.to_string()),
            ("since", since.to_string()),
        ]),
        ..verdict::report(key, ANOMALY, policy.severity, *since)
    }
}
