use crate::model::{EntityIx, Span, Timestamp};
use crate::policy::Slo;
use crate::topology::Topology;

/// So far up an entity's parents are asked whether somebody works on them.
const PARENTS: usize = 8;

/// Agreed work, by entity.
#[derive(Clone, Debug, Default)]
pub struct Windows {
    all: Vec<(EntityIx, Timestamp, Timestamp)>,
}

impl Windows {
    /// The policy's windows on entities that the topology knows.
    #[must_use]
    pub fn of(slo: &Slo, topology: &Topology) -> Self {
        let known = |entity: &str| topology.by_external(entity);
        let all = slo
            .maintenance
            .iter()
            .filter_map(|window| Some((known(&window.entity)?, window.from, window.until)));
        Self { all: all.collect() }
    }

    /// These and others: whose entity, from when, until when.
    #[must_use]
    pub fn and(mut self, others: impl IntoIterator<Item = (EntityIx, Timestamp, Timestamp)>) -> Self {
        self.all.extend(others.into_iter().filter(|(_, from, until)| from < until));
        self
    }

    /// When work goes on that takes service from any of `entities`: on it, or on what it is part of. In order, apart from each other.
    #[must_use]
    pub fn over(&self, topology: &Topology, entities: impl IntoIterator<Item = EntityIx>) -> Vec<(Timestamp, Timestamp)> {
        if self.all.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<(Timestamp, Timestamp)> = Vec::new();
        for entity in entities {
            let mut upwards = Some(entity);
            for _ in 0..PARENTS {
                let Some(ix) = upwards else { break };
                found.extend(self.all.iter().filter(|(on, _, _)| *on == ix).map(|(_, from, until)| (*from, *until)));
                upwards = topology.entity(ix).and_then(|entity| entity.parent);
            }
        }
        found.sort_unstable();
        let mut apart: Vec<(Timestamp, Timestamp)> = Vec::with_capacity(found.len());
        for (from, until) in found {
            match apart.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(until),
                _ => apart.push((from, until)),
            }
        }
        apart
    }
}

/// The instant at which `span` has gone by since `from`, time within `windows` (in order, apart) not counted.
#[must_use]
pub fn advance(from: Timestamp, span: Span, windows: &[(Timestamp, Timestamp)]) -> Timestamp {
    let mut end = from.plus(span);
    for (begin, until) in windows {
        if *until <= from {
            continue;
        }
        if *begin >= end {
            break;
        }
        end = end.plus(until.since(from.max(*begin)));
    }
    end
}

/// How much of the time between two instants counts: that outside `windows` (in order, apart). Zero where `until` is not after `from`.
#[must_use]
pub fn counted(from: Timestamp, until: Timestamp, windows: &[(Timestamp, Timestamp)]) -> Span {
    let whole = until.since(from).as_micros().max(0);
    let within = |(begin, end): &(Timestamp, Timestamp)| until.min(*end).since(from.max(*begin)).as_micros().max(0);
    Span::micros(whole - windows.iter().map(within).sum::<i64>().min(whole))
}
