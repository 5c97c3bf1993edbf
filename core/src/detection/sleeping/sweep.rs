use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::cell::{Asleep, Cell, State, judge, patience, until};
use crate::model::{Name, Span, Timestamp};
use crate::policy::Sleeping;

/// A source that nothing at all came from any more: its cells may be well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SilentSource {
    /// The source.
    pub source: Name,
    /// The newest sample that any of its cells had.
    pub last: Timestamp,
    /// How many cells fell silent with it.
    pub cells: u32,
}

/// What one look at all cells found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sweep {
    /// Cells that sleep, in the order given.
    pub asleep: Vec<Asleep>,
    /// Sources that fell silent, by name; their cells are not among the above.
    pub silent_sources: Vec<SilentSource>,
    /// Cells that were looked at.
    pub cells: u32,
}

/// The newest samples of one source.
struct Heard {
    last: Timestamp,
    limit: Span,
    each: Vec<Timestamp>,
}

/// Looks at all cells at `at`.
///
/// Where every cell of a source had its last sample of any metric at the same time (to within the patience of that metric) and nothing came since,
/// it is the source that fell silent. A cell that had stopped before then sleeps by itself; zeros that do come are the cell's own.
#[must_use]
pub fn sweep(cells: &[Cell<'_>], at: Timestamp, policy: &Sleeping) -> Sweep {
    let mut sources: BTreeMap<&str, Heard> = BTreeMap::new();
    for cell in cells {
        let Some((last, limit)) = newest(cell, at, policy) else { continue };
        let heard = sources.entry(cell.source).or_insert(Heard { last, limit, each: Vec::new() });
        if last > heard.last {
            (heard.last, heard.limit) = (last, limit);
        }
        heard.each.push(last);
    }
    let oldest = at.minus(Span::seconds(86_400 * i64::from(policy.days)));
    sources.retain(|_, heard| {
        heard.each.retain(|last| heard.last.since(*last) <= heard.limit);
        at.since(heard.last) > heard.limit && heard.last >= oldest && heard.each.len() >= policy.source_cells as usize
    });
    let with_its_source = |cell: &Cell<'_>| {
        sources
            .get(cell.source)
            .is_some_and(|heard| newest(cell, at, policy).is_some_and(|(last, _)| heard.last.since(last) <= heard.limit))
    };
    Sweep {
        asleep: cells
            .iter()
            .filter_map(|cell| match judge(cell, at, policy) {
                State::Asleep(found) if !(found.missing && with_its_source(cell)) => Some(found),
                _ => None,
            })
            .collect(),
        silent_sources: sources
            .into_iter()
            .map(|(source, heard)| SilentSource {
                source: Name::from(source),
                last: heard.last,
                cells: u32::try_from(heard.each.len()).unwrap_or(u32::MAX),
            })
            .collect(),
        cells: u32::try_from(cells.len()).unwrap_or(u32::MAX),
    }
}

/// When anything was last heard of a cell, and for how long that metric may be silent.
fn newest(cell: &Cell<'_>, at: Timestamp, policy: &Sleeping) -> Option<(Timestamp, Span)> {
    let known = cell.series.iter().map(|series| until(series.points, at));
    let latest = known.max_by_key(|points| points.last().map(|point| point.at))?;
    Some((latest.last()?.at, patience(latest, policy).0))
}
