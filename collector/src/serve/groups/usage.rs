use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use pedkai_core::detection::cohort::DAYS;
use pedkai_core::model::{EntityId, Name, Span, TenantId, Timestamp};

use super::scene::Scene;
use crate::journal::JournalError;
use crate::kpi::Store;

const DAY: Span = Span::minutes(24 * 60);
/// Metrics whose days are held, of all tenants.
const MOST: usize = 8;
/// Metrics that are tried until one is measured here.
const TRIED: usize = 6;

/// What is used of each thing, by one metric.
#[derive(Default)]
pub(super) struct Used {
    /// Which; none where nothing of the kind is measured.
    pub(super) metric: Option<Name>,
    /// In the order of the scene's things.
    pub(super) things: Vec<UsedThing>,
}

/// What is used of one thing.
#[derive(Clone, Default)]
pub(super) struct UsedThing {
    /// Mean of the last 24 hours.
    pub(super) now: Option<f64>,
    /// Days ago and mean of that day.
    pub(super) history: Vec<(u16, f64)>,
    /// It was measured, and is not for longer than it ever should.
    pub(super) silent: bool,
}

/// Means of whole days: they cost much to read and seldom change.
#[derive(Default)]
pub(super) struct Days(Mutex<Vec<Held>>);

struct Held {
    of: (TenantId, Name),
    days: Arc<Mutex<BTreeMap<i64, Day>>>,
}

/// Mean of each entity that was measured.
type Means = Arc<Vec<(EntityId, f64)>>;

/// What a day came to.
struct Day {
    /// How the store marked it.
    mark: u64,
    means: Means,
}

/// What was measured lately on a thing and its parts.
#[derive(Clone, Copy, Default)]
struct Lately {
    /// Sum and number of the means of its parts.
    sum: f64,
    parts: f64,
    fresh: bool,
}

impl Days {
    /// What is used of a scene's things, by a metric or by the first of the policy that is measured here.
    pub(super) fn used(&self, store: &Store, tenant: TenantId, scene: &Scene, metric: Option<Name>, now: Timestamp) -> Result<Used, JournalError> {
        let begin = Timestamp::from_micros(now.as_micros() - now.as_micros().rem_euclid(DAY.as_micros()));
        let oldest = begin.minus(Span::micros(i64::from(DAYS) * DAY.as_micros()));
        let candidates: Vec<Name> = match metric {
            Some(metric) => vec![metric],
            None => {
                let known = store.metrics(oldest, now)?;
                scene.policy.metrics(&known).into_iter().take(TRIED).cloned().collect()
            }
        };
        let mut found = None;
        for metric in candidates {
            let lately = lately(store, scene, &metric, now)?;
            let measured = lately.iter().any(|thing| thing.parts > 0.0);
            if measured || found.is_none() {
                found = Some((metric, lately));
            }
            if measured {
                break;
            }
        }
        let Some((metric, lately)) = found else {
            return Ok(Used {
                metric: None,
                things: vec![UsedThing::default(); scene.things.len()],
            });
        };
        let mut things: Vec<UsedThing> = lately
            .iter()
            .map(|thing| UsedThing {
                now: (thing.parts > 0.0).then(|| thing.sum / thing.parts),
                ..UsedThing::default()
            })
            .collect();
        for (ago, means) in self.means(store, (tenant, metric.clone()), begin)? {
            let mut sums = vec![(0.0, 0.0); things.len()];
            for (entity, mean) in means.iter() {
                if let Some((sum, parts)) = scene.place(*entity).and_then(|place| sums.get_mut(place)) {
                    (*sum, *parts) = (*sum + mean, *parts + 1.0);
                }
            }
            for (thing, (sum, parts)) in things.iter_mut().zip(sums).filter(|(_, (_, parts))| *parts > 0.0) {
                thing.history.push((ago, sum / parts));
            }
        }
        let mut any = false;
        for (thing, lately) in things.iter_mut().zip(&lately) {
            let measured = thing.now.is_some() || !thing.history.is_empty();
            thing.silent = measured && !lately.fresh;
            any |= measured;
        }
        Ok(Used {
            metric: any.then_some(metric),
            things,
        })
    }

    /// The means of the 30 days before `begin`, each with how many days ago it was.
    fn means(&self, store: &Store, of: (TenantId, Name), begin: Timestamp) -> Result<Vec<(u16, Means)>, JournalError> {
        let held = self.held(of.clone());
        // Whoever else asks for the same waits for what is read now.
        let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
        let today = begin.as_micros() / DAY.as_micros();
        let first = today - i64::from(DAYS);
        let marks = store.marks(at(first), begin)?;
        held.retain(|day, known| marks.get(day) == Some(&known.mark));
        let missing: Vec<i64> = marks.keys().copied().filter(|day| !held.contains_key(day)).collect();
        for stretch in missing.chunk_by(|a, b| a + 1 == *b) {
            let (Some(from), Some(to)) = (stretch.first(), stretch.last()) else {
                continue;
            };
            let mut read: BTreeMap<i64, Vec<(EntityId, f64)>> = stretch.iter().map(|day| (*day, Vec::new())).collect();
            store.sweep(std::slice::from_ref(&of.1), at(*from), at(to + 1), |entity, _, points| {
                for points in points.chunk_by(|a, b| day_of(a.at) == day_of(b.at)) {
                    let day = points.first().and_then(|point| read.get_mut(&day_of(point.at)));
                    if let (Some(day), Some(mean)) = (day, mean(points.iter().map(|point| point.value))) {
                        day.push((entity, mean));
                    }
                }
            })?;
            for (day, means) in read {
                let mark = marks.get(&day).copied().unwrap_or_default();
                held.insert(day, Day { mark, means: Arc::new(means) });
            }
        }
        let ago = |day: i64| u16::try_from(today - day).unwrap_or(u16::MAX);
        Ok(held.iter().rev().map(|(day, known)| (ago(*day), known.means.clone())).collect())
    }

    fn held(&self, of: (TenantId, Name)) -> Arc<Mutex<BTreeMap<i64, Day>>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = all.iter().position(|held| held.of == of).map(|place| all.remove(place));
        let held = found.unwrap_or_else(|| Held { of, days: Arc::default() });
        let days = held.days.clone();
        if all.len() == MOST {
            // The one that was asked for longest ago.
            all.remove(0);
        }
        all.push(held);
        days
    }
}

fn at(day: i64) -> Timestamp {
    Timestamp::from_micros(day.saturating_mul(DAY.as_micros()))
}

fn day_of(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(DAY.as_micros())
}

/// What was measured on each thing in the last 24 hours.
fn lately(store: &Store, scene: &Scene, metric: &Name, now: Timestamp) -> Result<Vec<Lately>, JournalError> {
    let mut found = vec![Lately::default(); scene.things.len()];
    store.sweep(std::slice::from_ref(metric), now.minus(DAY), now.plus(Span::micros(1)), |entity, _, points| {
        let Some(thing) = scene.place(entity).and_then(|place| found.get_mut(place)) else {
            return;
        };
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
        let Some(mean) = mean(points.iter().map(|point| point.value)) else { return };
        thing.sum += mean;
        thing.parts += 1.0;
        let gaps = i64::try_from(points.len().max(2) - 1).unwrap_or(i64::MAX);
        let interval = last.at.since(first.at).as_micros() / gaps;
        let patience = scene.silence.as_micros().max(2 * interval);
        thing.fresh |= now.since(last.at).as_micros() <= patience;
    })?;
    Ok(found)
}

/// The mean of samples, which are finite; none where there are none, or where they are too large to be added up.
fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, number) = values.fold((0.0, 0.0), |(sum, number), value| (sum + value, number + 1.0));
    Some(sum / number).filter(|mean: &f64| mean.is_finite())
}
