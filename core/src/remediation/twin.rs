use std::collections::BTreeSet;

use crate::model::{Draft, EntityIx, Twin};
use crate::topology::{ImpactIndex, Topology};

/// The network as it is now: what a change would meet.
#[derive(Debug)]
pub struct Shadow<'a> {
    /// The graph.
    pub topology: &'a Topology,
    /// Who falls with whom; of that graph.
    pub impact: &'a ImpactIndex,
    /// What is out of service already, as standing alarms tell.
    pub out: &'a [EntityIx],
}

/// Entities that are named one by one.
const NAMED: usize = 50;

/// Who would be without service, or left with one way only, while the targets are out, beside what is out already.
#[must_use]
pub fn simulate(shadow: &Shadow<'_>, draft: &Draft) -> Twin {
    let topology = shadow.topology;
    let targets: Vec<EntityIx> = draft.targets.iter().filter_map(|id| topology.by_id(*id)).collect();
    // What is out already may turn a second way into none; who is without because of that alone is not laid to the change.
    let without: BTreeSet<EntityIx> = match shadow.out {
        [] => BTreeSet::new(),
        out => shadow
            .impact
            .impact_of_set(out)
            .down
            .iter()
            .map(|(ix, _)| *ix)
            .chain(out.iter().copied())
            .collect(),
    };
    let failed: Vec<EntityIx> = targets.iter().chain(shadow.out).copied().collect::<BTreeSet<_>>().into_iter().collect();
    let impact = shadow.impact.impact_of_set(&failed);
    let mut down: Vec<(EntityIx, u32)> = targets.iter().map(|ix| (*ix, 0)).collect();
    down.extend(impact.down.iter().copied());
    down.retain(|(ix, _)| !without.contains(ix));
    down.sort_by_key(|(ix, hops)| (*hops, *ix));
    down.dedup_by_key(|(ix, _)| *ix);
    let new = |list: &[EntityIx]| list.iter().filter(|ix| !without.contains(ix)).count() as u32;
    let emergency = |ix: &EntityIx| topology.entity(*ix).is_some_and(|entity| entity.emergency());
    Twin {
        down_count: down.len() as u32,
        degraded: new(&impact.degraded),
        services: new(&impact.services),
        customers: new(&impact.customers),
        emergency: down.iter().map(|(ix, _)| ix).chain(&impact.degraded).any(emergency),
        down: down
            .iter()
            .take(NAMED)
            .filter_map(|(ix, _)| topology.entity(*ix).map(|entity| entity.id))
            .collect(),
        effects: Vec::new(),
    }
}
