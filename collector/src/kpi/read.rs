//! Questions about samples. What is in memory is looked at before the files: what moves from one to the other meanwhile is seen twice at most,
//! and never missed.

use std::collections::BTreeMap;

use pedkai_core::model::{EntityId, Name, Point, Span, Timestamp};

use super::Window;
use super::block::{Group, Key};
use super::days::{Connected, day_of};
use super::merge::{Ahead, Groups, merge, tidy};
use super::store::{Open, Store};
use crate::journal::JournalError;
use crate::journal::sqlite::Result;

impl Store {
    /// The points of a series within `from ≤ at < to`, in order of time.
    ///
    /// # Errors
    /// A file that cannot be read. A damaged one is put aside with a word in the log, and the rest is answered.
    pub fn range(&self, entity: EntityId, metric: &str, from: Timestamp, to: Timestamp) -> Result<Vec<Point>> {
        let mut all = Vec::new();
        self.each_day(entity, metric, from, to, |points| {
            if all.is_empty() {
                all = points;
            } else {
                all.extend(points);
            }
        })?;
        Ok(all)
    }

    /// The points of a series within `from ≤ at < to`, by windows of `step` that begin at `from`. Windows without a sample are left out.
    ///
    /// # Errors
    /// A step that is not above zero; else as [`Store::range`].
    pub fn windows(&self, entity: EntityId, metric: &str, from: Timestamp, to: Timestamp, step: Span) -> Result<Vec<Window>> {
        let step = step.as_micros();
        if step <= 0 {
            return Err(JournalError::BadRequest("a step is above zero".to_owned()));
        }
        let mut windows: Vec<Window> = Vec::new();
        self.each_day(entity, metric, from, to, |points| {
            for point in points {
                let number = (point.at.as_micros() - from.as_micros()) / step;
                let at = from.plus(Span::micros(number.saturating_mul(step)));
                match windows.last_mut().filter(|window| window.at == at) {
                    Some(window) => {
                        window.n += 1;
                        window.min = window.min.min(point.value);
                        window.max = window.max.max(point.value);
                        window.sum += point.value;
                        window.mean = window.sum / window.n as f64;
                        window.last = point.value;
                    }
                    None => windows.push(Window {
                        at,
                        n: 1,
                        min: point.value,
                        max: point.value,
                        mean: point.value,
                        sum: point.value,
                        last: point.value,
                    }),
                }
            }
        })?;
        Ok(windows)
    }

    /// Hands over the points of a series day by day.
    fn each_day(&self, entity: EntityId, metric: &str, from: Timestamp, to: Timestamp, mut take: impl FnMut(Vec<Point>)) -> Result<()> {
        let Some(using) = self.inner.existing()?.filter(|_| from < to) else {
            return Ok(());
        };
        let open = using.get()?;
        let mut held = Vec::new();
        {
            let mems = open.mems();
            if let Some(frozen) = &mems.frozen {
                frozen.points(entity, metric, from, to, &mut held);
            }
            mems.active.points(entity, metric, from, to, &mut held);
        }
        tidy(&mut held);
        let mut held: BTreeMap<i64, Vec<Point>> = held
            .chunk_by(|a, b| day_of(a.at) == day_of(b.at))
            .filter_map(|points| Some((day_of(points.first()?.at), points.to_vec())))
            .collect();
        let mut days = open.days.list(day_of(from), day_of(to));
        days.extend(held.keys());
        days.sort_unstable();
        days.dedup();
        for day in days {
            let asked = open.days.ask(day, |reader| {
                let mut points = Vec::new();
                if let Some(metric) = reader.metric(metric)? {
                    reader.points(Key { metric, entity }, from, to, &mut points)?;
                }
                Ok(points)
            })?;
            let mut points = asked.unwrap_or_default();
            points.extend(held.remove(&day).unwrap_or_default());
            tidy(&mut points);
            if !points.is_empty() {
                take(points);
            }
        }
        Ok(())
    }

    /// Hands over every series of the metrics within `from ≤ at < to`: metric by metric as they are given, entity by entity in the order of
    /// their ids, each with its points in order of time. Only one series and a block a file is in memory at a time, and what is not sorted
    /// into its days yet.
    ///
    /// # Errors
    /// As [`Store::range`].
    pub fn sweep(&self, metrics: &[Name], from: Timestamp, to: Timestamp, mut take: impl FnMut(EntityId, &Name, &[Point])) -> Result<()> {
        let Some(using) = self.inner.existing()?.filter(|_| from < to) else {
            return Ok(());
        };
        let open = using.get()?;
        for metric in metrics {
            sweep(open, metric, (from, to), |entity, points| take(entity, metric, points))?;
        }
        Ok(())
    }
}

fn sweep(open: &Open, metric: &Name, (from, to): (Timestamp, Timestamp), mut take: impl FnMut(EntityId, &[Point])) -> Result<()> {
    let mut held = BTreeMap::new();
    {
        let mems = open.mems();
        if let Some(frozen) = &mems.frozen {
            frozen.of_metric(metric, from, to, &mut held);
        }
        mems.active.of_metric(metric, from, to, &mut held);
    }
    let mut connected = Vec::new();
    for day in open.days.list(day_of(from), day_of(to)) {
        connected.extend(open.days.connect(day)?);
    }
    let mut damaged: Vec<Option<JournalError>> = connected.iter().map(|_| None).collect();
    let swept = {
        let mut sources = Vec::new();
        for (day, word) in connected.iter().zip(&mut damaged) {
            match of_metric(day, metric, (from, to)) {
                Ok(runs) => sources.extend(runs.into_iter().map(Ahead::new)),
                Err(error) => *word = Some(error),
            }
        }
        let held = held.into_iter().map(|(entity, points)| Group {
            key: Key { metric: 0, entity },
            points,
        });
        sources.push(Ahead::new(Once(held.collect())));
        merge(&mut sources, |key, points| {
            if !points.is_empty() {
                take(key.entity, &points);
            }
            Ok(())
        })
    };
    for (day, error) in connected.into_iter().zip(damaged) {
        match error {
            Some(error) => open.days.give_up_on(day, error)?,
            None => open.days.give_back(day),
        }
    }
    swept
}

/// The runs of a day, of one metric.
fn of_metric<'a>(day: &'a Connected, metric: &str, (from, to): (Timestamp, Timestamp)) -> Result<Vec<impl Groups + 'a>> {
    let reader = day.reader();
    let Some(metric) = reader.metric(metric)? else {
        return Ok(Vec::new());
    };
    let mut runs = Vec::new();
    for run in reader.runs()? {
        runs.push(OfMetric {
            groups: reader.cursor(run, Some(Key::of_metric(metric)), false)?,
            within: (from, to),
        });
    }
    Ok(runs)
}

/// A run of one metric, whose number differs from file to file.
struct OfMetric<G> {
    groups: G,
    within: (Timestamp, Timestamp),
}

impl<G: Groups> Groups for OfMetric<G> {
    fn more(&mut self) -> Result<Vec<Group>> {
        let mut groups = match self.groups.more() {
            Err(error @ JournalError::Corrupt { .. }) => {
                tracing::error!(%error, "KPI samples are left out of an answer; the rest goes on");
                Vec::new()
            }
            other => other?,
        };
        for group in &mut groups {
            group.key.metric = 0;
            group.points.retain(|point| point.at >= self.within.0 && point.at < self.within.1);
        }
        Ok(groups)
    }
}

/// Groups that are in memory.
struct Once(Vec<Group>);

impl Groups for Once {
    fn more(&mut self) -> Result<Vec<Group>> {
        Ok(std::mem::take(&mut self.0))
    }
}
