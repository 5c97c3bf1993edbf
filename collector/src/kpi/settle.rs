//! From the front into the files of the days.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use super::days::day_of;
use super::mem::Mem;
use super::merge::tidy;
use super::partition::Piece;
use super::store::{Open, lock};
use crate::journal::sqlite::Result;

impl Open {
    /// Sorts what is in memory into its days, durably, and lets the front go of it. What comes in meanwhile waits for the next time. After
    /// a failure or a crash it is done again, which changes nothing.
    pub(super) fn settle(&self) -> Result<()> {
        let _settling = lock(&self.settling);
        // What a failure left goes first.
        for _ in 0..2 {
            let Some(frozen) = self.freeze() else {
                return Ok(());
            };
            for (day, pieces) in by_day(&frozen) {
                self.days.add(day, &pieces)?;
            }
            lock(&self.front).remove(frozen.seq)?;
            self.mems.write().unwrap_or_else(PoisonError::into_inner).frozen = None;
        }
        Ok(())
    }

    fn freeze(&self) -> Option<Arc<Mem>> {
        let mut mems = self.mems.write().unwrap_or_else(PoisonError::into_inner);
        if mems.frozen.is_none() && mems.active.samples > 0 {
            mems.frozen = Some(Arc::new(std::mem::take(&mut mems.active)));
        }
        mems.frozen.clone()
    }

    /// Makes one run of each day but the newest that has several; at most so many days.
    pub(super) fn finish(&self, most: usize) -> Result<usize> {
        let days = self.days.list(i64::MIN, i64::MAX);
        let mut done = 0;
        for day in days.iter().rev().skip(1) {
            if done == most {
                break;
            }
            let several = self.days.ask(*day, |reader| Ok(reader.runs()?.len() > 1))?;
            if several == Some(true) {
                let _settling = lock(&self.settling);
                self.days.change(*day, super::partition::Partition::finish)?;
                done += 1;
            }
        }
        Ok(done)
    }
}

/// What is in memory, series by series, cut at the ends of days.
fn by_day(mem: &Mem) -> BTreeMap<i64, Vec<Piece<'_>>> {
    let mut days: BTreeMap<i64, Vec<Piece<'_>>> = BTreeMap::new();
    for held in mem.sorted() {
        let mut points = held.points.to_vec();
        tidy(&mut points);
        for points in points.chunk_by(|a, b| day_of(a.at) == day_of(b.at)) {
            let Some(first) = points.first() else { continue };
            days.entry(day_of(first.at)).or_default().push(Piece {
                metric: held.metric,
                entity: held.entity,
                source: held.source,
                points: points.to_vec(),
            });
        }
    }
    days
}
