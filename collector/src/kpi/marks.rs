//! Whether a day changed.

use std::collections::BTreeMap;

use pedkai_core::model::Timestamp;
use xxhash_rust::xxh3::xxh3_64;

use super::days::day_of;
use super::store::Store;
use crate::journal::sqlite::Result;

impl Store {
    /// A mark for each day (counted from 1970, UTC) of `from ≤ at < to` that has samples: it is another one after every change of that day's samples.
    /// It may be another one, too, where samples were only moved.
    ///
    /// # Errors
    /// A store that cannot be opened.
    pub fn marks(&self, from: Timestamp, to: Timestamp) -> Result<BTreeMap<i64, u64>> {
        let Some(using) = self.inner.existing()?.filter(|_| from < to) else {
            return Ok(BTreeMap::new());
        };
        let open = using.get()?;
        let (first, last) = (day_of(from), day_of(to.minus(pedkai_core::model::Span::micros(1))));
        let mut held: BTreeMap<i64, [u64; 2]> = BTreeMap::new();
        {
            let mems = open.mems();
            for (place, mem) in [mems.frozen.as_deref(), Some(&mems.active)].into_iter().enumerate() {
                let Some(mem) = mem else { continue };
                mem.each(
                    None,
                    |_| true,
                    |series| {
                        for points in series.points.chunk_by(|a, b| day_of(a.at) == day_of(b.at)) {
                            let day = points.first().map(|point| day_of(point.at)).filter(|day| (first..=last).contains(day));
                            if let Some(day) = day {
                                held.entry(day).or_default()[place] += points.len() as u64;
                            }
                        }
                    },
                );
            }
        }
        let mut marks = BTreeMap::new();
        for day in open.days.list(first, last) {
            marks.insert(day, open.days.mark(day));
        }
        for (day, [frozen, active]) in held {
            let mark = marks.entry(day).or_default();
            let told: Vec<u8> = [*mark, frozen, active].into_iter().flat_map(u64::to_be_bytes).collect();
            *mark = xxh3_64(&told);
        }
        Ok(marks)
    }
}

#[cfg(test)]
mod tests {
    use pedkai_core::model::{EntityId, Name, Sample, Span};

    use super::super::Limits;
    use super::*;

    #[test]
    fn a_mark_is_another_one_after_every_change_of_its_day_and_of_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), Limits::default()).unwrap();
        let day = |number: i64| Timestamp::from_micros(number * 86_400_000_000);
        let write = |number: i64, value: f64| {
            let sample = Sample {
                entity: EntityId(uuid::Uuid::from_u128(1)),
                metric: Name::from("load"),
                at: day(number).plus(Span::minutes(5)),
                value,
                source: Name::EMPTY,
            };
            store.write(&[sample]).unwrap();
        };
        let marks = || store.marks(day(3), day(6)).unwrap();
        assert!(marks().is_empty());
        write(4, 1.0);
        write(9, 1.0);
        let first = marks();
        assert_eq!(first.keys().collect::<Vec<_>>(), [&4]);
        write(5, 1.0);
        assert_eq!(marks()[&4], first[&4]);
        write(4, 2.0);
        let second = marks();
        assert_ne!(second[&4], first[&4]);
        store.settle().unwrap();
        let settled = marks();
        assert_eq!(marks(), settled, "what is not changed keeps its mark");
        write(4, 3.0);
        store.settle().unwrap();
        assert_ne!(marks()[&4], settled[&4]);
        assert_eq!(marks()[&5], settled[&5]);
    }
}
