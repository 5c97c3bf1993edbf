//! Devices as a table of values, with the ways in which real ones fail.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pedkai_collector::poll::{Agent, Answering, Bound, Trouble};
use pedkai_core::ingest::poll::Value;
use tokio::time::Instant;

pub(crate) type Mib = BTreeMap<Vec<u32>, Value>;

/// How a device takes questions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mood {
    Well,
    /// Answers so many questions more, then none.
    Leaving(usize),
    /// Answers every GETBULK with one and the same cell, again and again.
    Looping,
    /// Answers GETBULK with no value at all.
    Empty,
    /// Never gives more values than this in one answer.
    Short(usize),
    /// Refuses to give more values than this in one answer.
    TooBig(usize),
}

/// A device whose values are a function of the time since it was made.
pub(crate) struct Device {
    pub(crate) mib: Box<dyn Fn(Duration) -> Mib + Send + Sync>,
    pub(crate) mood: Mutex<Mood>,
    pub(crate) born: Instant,
    pub(crate) questions: AtomicUsize,
}

impl Device {
    pub(crate) fn new(mib: impl Fn(Duration) -> Mib + Send + Sync + 'static) -> Self {
        Self {
            mib: Box::new(mib),
            mood: Mutex::new(Mood::Well),
            born: Instant::now(),
            questions: AtomicUsize::new(0),
        }
    }

    pub(crate) fn feels(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// What it answers; `None`: nothing. `repetitions` is `None` for GET.
    pub(crate) fn answer(&self, singles: &[Vec<u32>], columns: &[Vec<u32>], repetitions: Option<u32>) -> Option<Result<Vec<Bound>, Trouble>> {
        self.questions.fetch_add(1, Ordering::SeqCst);
        let mood = {
            let mut mood = self.mood.lock().unwrap();
            match &mut *mood {
                Mood::Leaving(0) => return None,
                Mood::Leaving(left) => *left -= 1,
                _ => {}
            }
            *mood
        };
        let mib = (self.mib)(self.born.elapsed());
        let Some(repetitions) = repetitions else {
            return Some(Ok(singles.iter().map(|oid| get(&mib, oid)).collect()));
        };
        let mut told: Vec<Bound> = singles.iter().map(|oid| next(&mib, oid)).collect();
        let mut asked = columns.to_vec();
        for _ in 0..repetitions {
            for oid in &mut asked {
                let bound = match mood {
                    Mood::Looping => next(&mib, &self::oid(IF)),
                    _ => next(&mib, oid),
                };
                *oid = bound.oid.clone();
                told.push(bound);
            }
        }
        match mood {
            Mood::Empty => told.truncate(singles.len()),
            Mood::Short(most) => told.truncate(most),
            Mood::TooBig(most) if told.len() > most => return Some(Err(Trouble::Refused("tooBig".to_owned(), true))),
            _ => {}
        }
        Some(Ok(told))
    }

    async fn reply(&self, singles: &[Vec<u32>], columns: &[Vec<u32>], repetitions: Option<u32>) -> Result<Vec<Bound>, Trouble> {
        match self.answer(singles, columns, repetitions) {
            Some(answer) => answer,
            None => {
                tokio::time::sleep(Duration::from_secs(3)).await;
                Err(Trouble::Silent)
            }
        }
    }
}

impl Agent for Device {
    fn get<'a>(&'a self, oids: &'a [Vec<u32>]) -> Answering<'a> {
        Box::pin(self.reply(oids, &[], None))
    }

    fn get_bulk<'a>(&'a self, singles: &'a [Vec<u32>], columns: &'a [Vec<u32>], repetitions: u32) -> Answering<'a> {
        Box::pin(self.reply(singles, columns, Some(repetitions)))
    }
}

fn get(mib: &Mib, oid: &[u32]) -> Bound {
    Bound {
        oid: oid.to_vec(),
        value: mib.get(oid).cloned().unwrap_or(Value::Absent),
    }
}

fn next(mib: &Mib, oid: &[u32]) -> Bound {
    let found = mib.range(oid.to_vec()..).find(|(known, _)| known.as_slice() > oid);
    found.map_or_else(
        || Bound {
            oid: oid.to_vec(),
            value: Value::Absent,
        },
        |(oid, value)| Bound {
            oid: oid.clone(),
            value: value.clone(),
        },
    )
}

pub(crate) fn oid(text: &str) -> Vec<u32> {
    text.split('.').map(|arc| arc.parse().unwrap()).collect()
}

/// `sysUpTime.0` after so long.
pub(crate) fn uptime(hundredths: u64) -> (Vec<u32>, Value) {
    (oid("1.3.6.1.2.1.1.3.0"), Value::Integer((hundredths % (1 << 32)) as i64))
}

pub(crate) const IF: &str = "1.3.6.1.2.1.2.2.1";
pub(crate) const IFX: &str = "1.3.6.1.2.1.31.1.1.1";

/// A cell of ifTable or ifXTable.
pub(crate) fn cell(table: &str, column: u32, index: u32, value: Value) -> (Vec<u32>, Value) {
    (oid(&format!("{table}.{column}.{index}")), value)
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.as_bytes().to_vec())
}

/// A recorded walk (`oid|type|value`). What is no value of SNMP (comments, lines of other tools) is passed over.
pub(crate) fn recorded(walk: &str) -> Mib {
    walk.lines()
        .filter_map(|line| {
            let mut parts = line.splitn(3, '|');
            let (id, kind, value) = (parts.next()?, parts.next()?, parts.next()?);
            let number = || value.parse::<u64>().ok();
            let value = match kind {
                "2" => Value::Integer(value.parse().ok()?),
                "66" | "67" => Value::Integer(i64::try_from(number()?).ok()?),
                "65" => Value::Counter32(u32::try_from(number()?).ok()?),
                "70" => Value::Counter64(number()?),
                "4" => text(value),
                "4x" => Value::Text(
                    (0..value.len() / 2)
                        .filter_map(|at| u8::from_str_radix(value.get(2 * at..2 * at + 2)?, 16).ok())
                        .collect(),
                ),
                _ => Value::Other,
            };
            let id: Option<Vec<u32>> = id.split('.').map(|arc| arc.parse().ok()).collect();
            Some((id?, value))
        })
        .collect()
}
