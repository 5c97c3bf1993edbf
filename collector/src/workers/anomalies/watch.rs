use std::collections::{BTreeMap, BTreeSet};

use pedkai_core::detection::watch::Watcher;
use pedkai_core::model::{AlarmReport, EntityId, Name, Point, Span, Timestamp};
use pedkai_core::policy::Anomalies as Policy;

use super::super::verdict::Key;
use super::{GONE, LATE, PIECE, tell};
use crate::journal::JournalError;
use crate::kpi::Store;

/// A series that is watched.
#[derive(Default)]
struct Series {
    watcher: Watcher,
    /// An alarm of it was raised; none until that is known.
    told: Option<bool>,
}

/// The series of a tenant.
#[derive(Default)]
pub(super) struct Watch {
    policy: Policy,
    series: BTreeMap<Name, BTreeMap<EntityId, Series>>,
    count: usize,
    /// Series whose past is to be read.
    waiting: BTreeSet<Key>,
    /// Series that were heard of lately and are too many.
    left_out: usize,
    strangers: BTreeSet<EntityId>,
}

impl Watch {
    /// Series that are watched.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Some of the past is to be read yet.
    pub(super) fn waits(&self) -> bool {
        !self.waiting.is_empty()
    }

    pub(super) fn remark(&self) -> Option<String> {
        (self.left_out > 0).then(|| {
            format!(
                "{} of {} series are watched: raise anomalies.max_series (about 12 KiB of memory each), or name fewer metrics in anomalies.metrics",
                self.count,
                self.count + self.left_out
            )
        })
    }

    /// Every entity that something is watched of.
    pub(super) fn entities(&self) -> BTreeSet<EntityId> {
        let waiting = self.waiting.iter().map(|(_, entity)| *entity);
        let watched = self.series.values().flat_map(BTreeMap::keys).copied();
        watched.chain(waiting).chain(self.strangers.iter().copied()).collect()
    }

    /// Under another policy everything is looked at anew.
    pub(super) fn obey(&mut self, policy: &Policy) {
        if self.policy != *policy {
            *self = Self {
                policy: policy.clone(),
                ..Self::default()
            };
        }
    }

    /// These entities are not in the topology.
    pub(super) fn forget(&mut self, strangers: BTreeSet<EntityId>) {
        for entities in self.series.values_mut() {
            entities.retain(|entity, _| !strangers.contains(entity));
        }
        self.waiting.retain(|(_, entity)| !strangers.contains(entity));
        self.strangers = strangers;
        self.recount();
    }

    fn recount(&mut self) {
        self.series.retain(|_, entities| !entities.is_empty());
        self.count = self.series.values().map(BTreeMap::len).sum();
    }

    /// Takes in what came since the last round, and notes which series there are besides.
    pub(super) fn sweep(mut self, store: &Store, now: Timestamp) -> Result<Self, JournalError> {
        let mut metrics = store.metrics(now.minus(LATE), now.plus(Span::micros(1)))?;
        metrics.retain(|metric| self.policy.watches(metric));
        let (mut waiting, mut left_out) = (std::mem::take(&mut self.waiting), 0);
        let room = (self.policy.max_series as usize).saturating_sub(self.count);
        let (series, policy, strangers) = (&mut self.series, &self.policy, &self.strangers);
        store.sweep(&metrics, now.minus(LATE), now.plus(Span::micros(1)), |entity, metric, points| {
            if let Some(known) = series.get_mut(metric).and_then(|entities| entities.get_mut(&entity)) {
                points.iter().for_each(|point| known.watcher.step(point.at, point.value, policy));
                return;
            }
            let key = (metric.clone(), entity);
            let new = !strangers.contains(&entity) && !waiting.contains(&key);
            if new && waiting.len() < room {
                waiting.insert(key);
            } else if new {
                left_out += 1;
            }
        })?;
        (self.waiting, self.left_out) = (waiting, left_out);
        for entities in self.series.values_mut() {
            // One of which an alarm stands stays until that is over.
            let gone = |series: &Series| series.watcher.last().is_none_or(|last| now.since(last) > GONE) && series.told == Some(false);
            entities.retain(|_, series| !gone(series));
        }
        self.recount();
        Ok(self)
    }

    /// Series of which an alarm stands are looked at whether or not anything was heard of them.
    pub(super) fn expect(&mut self, standing: &BTreeSet<Key>) {
        for (metric, entity) in standing {
            let known = self.series.get(metric).is_some_and(|entities| entities.contains_key(entity));
            if !known && self.policy.watches(metric) && !self.strangers.contains(entity) {
                self.waiting.insert((metric.clone(), *entity));
            }
        }
    }

    /// Reads the past of some of the series that wait.
    pub(super) fn read(mut self, store: &Store, now: Timestamp) -> Result<Self, JournalError> {
        let from = now.minus(Span::minutes(i64::from(self.policy.days) * 24 * 60));
        let mut points = 0;
        while points < PIECE
            && let Some((metric, entity)) = self.waiting.pop_first()
        {
            let past: Vec<Point> = store.range(entity, &metric, from, now.plus(Span::micros(1)))?;
            points += past.len().max(1);
            let mut series = Series::default();
            past.iter().for_each(|point| series.watcher.step(point.at, point.value, &self.policy));
            self.series.entry(metric).or_default().insert(entity, series);
            self.count += 1;
        }
        Ok(self)
    }

    /// What is to be raised and what to be cleared, each with its key and whether it stands then.
    pub(super) fn news(&mut self, standing: &BTreeSet<Key>, now: Timestamp) -> Vec<((Key, bool), AlarmReport)> {
        let mut news = Vec::new();
        for (metric, entities) in &mut self.series {
            for (entity, series) in entities {
                let key = (metric.clone(), *entity);
                let told = *series.told.get_or_insert_with(|| standing.contains(&key));
                let silent = series.watcher.last().is_none_or(|last| now.since(last) > GONE);
                match series.watcher.stands().filter(|_| !silent) {
                    Some(unusual) if !told => news.push(((key.clone(), true), tell::raised(&key, unusual, self.policy.severity))),
                    None if told && standing.contains(&key) => {
                        let report = tell::over(&key, &series.watcher, silent, &self.policy, now);
                        news.push(((key, false), report));
                    }
                    // An operator cleared it before; next time it is told again.
                    None => series.told = Some(false),
                    Some(_) => {}
                }
            }
        }
        // What policy does not name any more, and what is not there any more, has no alarm either.
        let watched = |key: &Key| self.waiting.contains(key) || self.series.get(&key.0).is_some_and(|entities| entities.contains_key(&key.1));
        let orphans = standing.iter().filter(|key| !watched(key));
        news.extend(orphans.map(|key| ((key.clone(), false), tell::unwatched(key, self.policy.severity, now))));
        news
    }

    /// These were handed in.
    pub(super) fn told(&mut self, keys: &[(Key, bool)]) {
        for ((metric, entity), stands) in keys {
            if let Some(series) = self.series.get_mut(metric).and_then(|entities| entities.get_mut(entity)) {
                series.told = Some(*stands);
            }
        }
    }
}
