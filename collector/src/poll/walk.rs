use pedkai_core::ingest::poll::{Moment, Read, Value};
use tokio::time::Instant;

use super::agent::{Agent, Bound, Trouble};
use crate::engine::Clock;

/// `sysUpTime`, asked for along with every part of a walk.
const UPTIME: [u32; 8] = [1, 3, 6, 1, 2, 1, 1, 3];

/// Why a walk ended before its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Broken {
    #[error("{0}")]
    Trouble(#[from] Trouble),
    #[error("object ids do not increase after {0}: the walk would never end")]
    NotIncreasing(String),
    #[error("more than {0} rows; [poll] rows says how many are read")]
    TooManyRows(usize),
    #[error("the poll takes longer than its interval")]
    TooSlow,
}

impl Broken {
    /// Whether the device still answers, so that something else may be asked.
    pub(super) const fn answers(&self) -> bool {
        matches!(self, Broken::NotIncreasing(_) | Broken::TooManyRows(_) | Broken::Trouble(Trouble::Refused(..)))
    }
}

/// How a device is asked.
pub(super) struct Manner<'a> {
    pub(super) agent: &'a dyn Agent,
    pub(super) clock: &'a dyn Clock,
    /// What the steady clock counts from.
    pub(super) started: Instant,
    /// When the poll must have ended.
    pub(super) deadline: Instant,
    /// Most values asked for in one request.
    pub(super) varbinds: usize,
    /// Most rows of a table.
    pub(super) rows: usize,
}

struct Lane<'a> {
    number: usize,
    column: &'a [u32],
    last: Vec<u32>,
    rows: usize,
}

impl Manner<'_> {
    pub(super) fn read(&self, uptime: Option<u32>) -> Read {
        let steady = Instant::now().saturating_duration_since(self.started).as_micros();
        Read {
            at: self.clock.now(),
            moment: Moment {
                steady: u64::try_from(steady).unwrap_or(u64::MAX),
                uptime,
            },
        }
    }

    /// Walks columns side by side to their ends: each cell with its column's number, its row and when it was read. What was read before
    /// it broke off was given all the same.
    pub(super) async fn walk(&self, columns: &[Vec<u32>], mut cell: impl FnMut(usize, &[u32], Value, &Read)) -> Result<(), Broken> {
        let lane = |(number, column)| Lane {
            number,
            column,
            last: column.to_vec(),
            rows: 0,
        };
        let mut lanes: Vec<Lane<'_>> = columns.iter().map(Vec::as_slice).enumerate().map(lane).collect();
        let mut most = self.varbinds.max(2);
        let singles = [UPTIME.to_vec()];
        while !lanes.is_empty() {
            if Instant::now() >= self.deadline {
                return Err(Broken::TooSlow);
            }
            let abreast = lanes.len().min(most - 1).max(1);
            let asked: Vec<Vec<u32>> = lanes[..abreast].iter().map(|lane| lane.last.clone()).collect();
            let repetitions = ((most - 1) / abreast).max(1);
            let answer = match self.agent.get_bulk(&singles, &asked, repetitions as u32).await {
                Ok(answer) => answer,
                Err(Trouble::Refused(_, true)) if most > 2 => {
                    most = (most / 2).max(2);
                    continue;
                }
                Err(trouble) => return Err(trouble.into()),
            };
            let read = self.read(answer.first().and_then(uptime));
            let mut ended = vec![false; abreast];
            let mut told = false;
            for (at, bound) in answer.into_iter().skip(1).take(abreast * repetitions).enumerate() {
                told = true;
                let lane = &mut lanes[at % abreast];
                if ended[at % abreast] {
                    continue;
                }
                ended[at % abreast] = !self.step(lane, bound, &read, &mut cell)?;
            }
            if !told {
                return Err(Trouble::Nonsense("GETBULK was answered with nothing".to_owned()).into());
            }
            let mut at = 0;
            lanes.retain(|_| {
                at += 1;
                !ended.get(at - 1).copied().unwrap_or(false)
            });
        }
        Ok(())
    }

    /// Takes one value of a column in; false at the column's end.
    fn step(&self, lane: &mut Lane<'_>, bound: Bound, read: &Read, cell: &mut impl FnMut(usize, &[u32], Value, &Read)) -> Result<bool, Broken> {
        if bound.value == Value::Absent && bound.oid <= lane.last {
            // endOfMibView repeats the id that was asked for (RFC 3416, 4.2.2).
            return Ok(false);
        }
        if bound.oid <= lane.last {
            return Err(Broken::NotIncreasing(dotted(&lane.last)));
        }
        let Some(row) = bound.oid.strip_prefix(lane.column) else {
            return Ok(false);
        };
        lane.rows += 1;
        if lane.rows > self.rows {
            return Err(Broken::TooManyRows(self.rows));
        }
        cell(lane.number, row, bound.value, read);
        lane.last = bound.oid;
        Ok(true)
    }
}

/// The uptime that this is.
pub(super) fn uptime(bound: &Bound) -> Option<u32> {
    let ours = bound.oid.strip_prefix(&UPTIME[..]) == Some(&[0]);
    match bound.value {
        Value::Integer(ticks) if ours => u32::try_from(ticks).ok(),
        _ => None,
    }
}

/// `sysUpTime.0`.
pub(super) fn uptime_oid() -> Vec<u32> {
    [&UPTIME[..], &[0]].concat()
}

fn dotted(oid: &[u32]) -> String {
    oid.iter().map(u32::to_string).collect::<Vec<_>>().join(".")
}
