use std::collections::BTreeMap;

use pedkai_core::model::{EntityId, Name, Point, Timestamp};
use rustc_hash::FxHashMap;

use super::batch::Batch;

/// Samples of the front, in memory, each series in the order in which its samples came.
#[derive(Debug, Default)]
pub(super) struct Mem {
    entities: Interner<EntityId>,
    metrics: Interner<Name>,
    sources: Interner<Name>,
    /// By number of metric and of entity.
    series: FxHashMap<(u32, u32), Column>,
    pub(super) samples: usize,
    /// The newest batch of the front that it holds.
    pub(super) seq: u64,
}

#[derive(Debug)]
struct Interner<T> {
    list: Vec<T>,
    of: FxHashMap<T, u32>,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Self {
            list: Vec::new(),
            of: FxHashMap::default(),
        }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Interner<T> {
    fn number(&mut self, item: &T) -> u32 {
        if let Some(number) = self.of.get(item) {
            return *number;
        }
        let number = self.list.len() as u32;
        self.list.push(item.clone());
        self.of.insert(item.clone(), number);
        number
    }
}

#[derive(Debug)]
struct Column {
    source: u32,
    points: Vec<Point>,
}

/// A series of the memory.
pub(super) struct Held<'a> {
    pub(super) metric: &'a Name,
    pub(super) entity: EntityId,
    pub(super) source: &'a Name,
    /// As they came.
    pub(super) points: &'a [Point],
}

impl Mem {
    pub(super) fn push(&mut self, batch: &Batch, seq: u64) {
        let entities: Vec<u32> = batch.entities.iter().map(|entity| self.entities.number(entity)).collect();
        let metrics: Vec<u32> = batch.metrics.iter().map(|metric| self.metrics.number(metric)).collect();
        let sources: Vec<u32> = batch.sources.iter().map(|source| self.sources.number(source)).collect();
        for row in &batch.rows {
            let key = (metrics[row.metric as usize], entities[row.entity as usize]);
            let source = sources[row.source as usize];
            let column = self.series.entry(key).or_insert_with(|| Column { source, points: Vec::new() });
            column.source = source;
            column.points.push(Point {
                at: Timestamp::from_micros(row.at),
                value: row.value,
            });
        }
        self.samples += batch.rows.len();
        self.seq = self.seq.max(seq);
    }

    /// Everything that it holds samples of.
    pub(super) fn entities(&self) -> impl Iterator<Item = EntityId> + '_ {
        self.entities.list.iter().copied()
    }

    /// Every series, sorted by metric, then entity.
    pub(super) fn sorted(&self) -> Vec<Held<'_>> {
        let mut all: Vec<Held<'_>> = self.series.iter().filter_map(|(key, column)| self.held(*key, column)).collect();
        all.sort_unstable_by(|a, b| (a.metric.as_str(), a.entity).cmp(&(b.metric.as_str(), b.entity)));
        all
    }

    fn held<'a>(&'a self, key: (u32, u32), column: &'a Column) -> Option<Held<'a>> {
        Some(Held {
            metric: self.metrics.list.get(key.0 as usize)?,
            entity: *self.entities.list.get(key.1 as usize)?,
            source: self.sources.list.get(column.source as usize)?,
            points: &column.points,
        })
    }

    /// The points of a series within `from ≤ at < to`, as they came.
    pub(super) fn points(&self, entity: EntityId, metric: &str, from: Timestamp, to: Timestamp, out: &mut Vec<Point>) {
        let key = self.metrics.of.get(metric).zip(self.entities.of.get(&entity));
        if let Some(column) = key.and_then(|(metric, entity)| self.series.get(&(*metric, *entity))) {
            out.extend(column.points.iter().filter(|point| point.at >= from && point.at < to));
        }
    }

    /// The same of every entity of a metric.
    pub(super) fn of_metric(&self, metric: &str, from: Timestamp, to: Timestamp, out: &mut BTreeMap<EntityId, Vec<Point>>) {
        let Some(metric) = self.metrics.of.get(metric) else {
            return;
        };
        for (number, entity) in self.entities.list.iter().enumerate() {
            if let Some(column) = self.series.get(&(*metric, number as u32)) {
                let points = column.points.iter().filter(|point| point.at >= from && point.at < to);
                out.entry(*entity).or_default().extend(points);
            }
        }
        out.retain(|_, points| !points.is_empty());
    }

    /// The series of an entity, or of all, whose metric `wanted` holds for.
    pub(super) fn each(&self, entity: Option<EntityId>, wanted: impl Fn(&str) -> bool, mut take: impl FnMut(Held<'_>)) {
        for (key, column) in &self.series {
            if let Some(held) = self.held(*key, column)
                && entity.is_none_or(|entity| entity == held.entity)
                && wanted(held.metric)
            {
                take(held);
            }
        }
    }
}
