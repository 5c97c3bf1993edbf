//! Which series there are.

use std::collections::{BTreeMap, BTreeSet};

use pedkai_core::model::{EntityId, Name, Point, Timestamp};

use super::block::Key;
use super::days::day_of;
use super::store::{Open, Store};
use super::{Series, Which};
use crate::journal::sqlite::Result;

/// Of a series that is found: its source, and the days it has a file in.
struct Found {
    source: Name,
    days: (i64, i64),
}

type Listed = BTreeMap<(Name, EntityId), Found>;

impl Store {
    /// The series that were written to within `from ≤ at < to` (by whole days), by metric, then entity; at most `limit` of them.
    ///
    /// # Errors
    /// As [`Store::range`].
    pub fn series(&self, which: &Which, from: Timestamp, to: Timestamp, limit: usize) -> Result<Vec<Series>> {
        let Some(using) = self.inner.existing()?.filter(|_| from < to) else {
            return Ok(Vec::new());
        };
        let open = using.get()?;
        let text = which.text.to_lowercase();
        let wanted = |metric: &str| metric.to_lowercase().contains(&text) && which.after.as_ref().is_none_or(|(after, _)| metric >= after.as_str());
        let held = held(open, which.entity, wanted, (from, to));
        let days = open.days.list(day_of(from), day_of(to));
        let mut listed = match which.entity {
            Some(entity) => of_entity(open, &days, entity, wanted)?,
            None => of_all(open, &days, which, wanted, &held, limit)?,
        };
        for (key, (source, times)) in &held {
            let found = listed.entry(key.clone()).or_insert_with(|| Found {
                source: source.clone(),
                days: (day_of(times.0), day_of(times.1)),
            });
            found.source = source.clone();
        }
        let mut series = Vec::new();
        for ((metric, entity), found) in listed {
            if series.len() == limit {
                break;
            }
            if which.after.as_ref().is_some_and(|after| (&metric, entity) <= (&after.0, after.1)) {
                continue;
            }
            let mut ends: Vec<Point> = Vec::new();
            for day in [found.days.0, found.days.1] {
                ends.extend(ends_of(open, day, entity, &metric)?.into_iter().flatten());
            }
            let times = ends.iter().map(|point| point.at);
            let in_memory = held.get(&(metric.clone(), entity)).map(|(_, times)| *times);
            let first = times.clone().chain(in_memory.map(|times| times.0)).min();
            let last = times.chain(in_memory.map(|times| times.1)).max();
            if let Some((first, last)) = first.zip(last) {
                series.push(Series {
                    entity,
                    metric,
                    source: found.source,
                    first,
                    last,
                });
            }
        }
        Ok(series)
    }

    /// Everything of which there is a sample.
    ///
    /// # Errors
    /// As [`Store::range`].
    pub fn entities(&self) -> Result<BTreeSet<EntityId>> {
        let Some(using) = self.inner.existing()? else {
            return Ok(BTreeSet::new());
        };
        let open = using.get()?;
        let mut entities = BTreeSet::new();
        {
            let mems = open.mems();
            for mem in mems.frozen.as_deref().into_iter().chain([&mems.active]) {
                entities.extend(mem.entities());
            }
        }
        for day in open.days.list(i64::MIN, i64::MAX) {
            entities.extend(open.days.ask(day, |reader| reader.entities())?.into_iter().flatten());
        }
        Ok(entities)
    }

    /// The names of the metrics that were written to within `from ≤ at < to` (by whole days), in order.
    ///
    /// # Errors
    /// As [`Store::range`].
    pub fn metrics(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Name>> {
        let Some(using) = self.inner.existing()?.filter(|_| from < to) else {
            return Ok(Vec::new());
        };
        let open = using.get()?;
        let mut names = BTreeSet::new();
        names.extend(held(open, None, |_| true, (from, to)).into_keys().map(|(metric, _)| metric));
        for day in open.days.list(day_of(from), day_of(to)) {
            names.extend(
                open.days
                    .ask(day, |reader| reader.metrics())?
                    .into_iter()
                    .flatten()
                    .map(|(_, name)| Name::from(name)),
            );
        }
        Ok(names.into_iter().collect())
    }
}

/// Series in memory: source, first and last time.
type Held = BTreeMap<(Name, EntityId), (Name, (Timestamp, Timestamp))>;

fn held(open: &Open, entity: Option<EntityId>, wanted: impl Fn(&str) -> bool, (from, to): (Timestamp, Timestamp)) -> Held {
    let mut held = Held::new();
    let mems = open.mems();
    for mem in mems.frozen.as_deref().into_iter().chain([&mems.active]) {
        mem.each(entity, &wanted, |series| {
            let times = series.points.iter().map(|point| point.at).filter(|at| *at >= from && *at < to);
            if let Some((first, last)) = times.clone().min().zip(times.max()) {
                let known = held
                    .entry((series.metric.clone(), series.entity))
                    .or_insert_with(|| (series.source.clone(), (first, last)));
                known.0 = series.source.clone();
                known.1 = (known.1.0.min(first), known.1.1.max(last));
            }
        });
    }
    held
}

fn note(listed: &mut Listed, key: (Name, EntityId), source: String, day: i64) {
    let source = Name::from(source);
    let found = listed.entry(key).or_insert_with(|| Found {
        source: source.clone(),
        days: (day, day),
    });
    found.source = source;
    found.days = (found.days.0.min(day), found.days.1.max(day));
}

fn of_entity(open: &Open, days: &[i64], entity: EntityId, wanted: impl Fn(&str) -> bool) -> Result<Listed> {
    let mut listed = Listed::new();
    for day in days {
        let found = open.days.ask(*day, |reader| {
            let names: BTreeMap<u32, String> = reader.metrics()?.into_iter().collect();
            let series = reader.series_of(entity)?.into_iter();
            Ok(series
                .filter_map(|(metric, source)| Some((names.get(&metric)?.clone(), source)))
                .collect::<Vec<_>>())
        })?;
        for (metric, source) in found.into_iter().flatten().filter(|(metric, _)| wanted(metric)) {
            note(&mut listed, (Name::from(metric), entity), source, *day);
        }
    }
    Ok(listed)
}

/// Metric by metric, until there are enough.
fn of_all(open: &Open, days: &[i64], which: &Which, wanted: impl Fn(&str) -> bool, held: &Held, limit: usize) -> Result<Listed> {
    // Where each metric is found: day and number there.
    let mut places: BTreeMap<Name, Vec<(i64, u32)>> = BTreeMap::new();
    for day in days {
        let metrics = open.days.ask(*day, |reader| reader.metrics())?;
        for (number, metric) in metrics.into_iter().flatten().filter(|(_, metric)| wanted(metric)) {
            places.entry(Name::from(metric)).or_default().push((*day, number));
        }
    }
    let mut listed = Listed::new();
    for (metric, places) in places {
        let after = which.after.as_ref().filter(|(after, _)| *after == metric).map(|(_, entity)| *entity);
        for (day, number) in places {
            let found = open.days.ask(day, |reader| reader.of_metric(number, after, limit))?;
            for (entity, source) in found.into_iter().flatten() {
                note(&mut listed, (metric.clone(), entity), source, day);
            }
        }
        // What is in memory and comes before may yet push some of these out.
        if listed.len() > limit.saturating_add(held.len()) {
            break;
        }
    }
    Ok(listed)
}

/// The first and last point of a series in a day's file.
fn ends_of(open: &Open, day: i64, entity: EntityId, metric: &str) -> Result<Option<Vec<Point>>> {
    open.days.ask(day, |reader| {
        let mut points = Vec::new();
        if let Some(metric) = reader.metric(metric)? {
            reader.points(Key { metric, entity }, Timestamp::EPOCH, Timestamp::MAX, &mut points)?;
        }
        let first = points.iter().min_by_key(|point| point.at).copied();
        let last = points.iter().max_by_key(|point| point.at).copied();
        Ok(first.into_iter().chain(last).collect())
    })
}
