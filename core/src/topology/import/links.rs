use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::patch::{EntitySpec, Problems, RelationSpec, TopologyPatch};
use crate::model::Name;

/// An edge of an inventory, on its way to become a LINK.
#[derive(Clone, Debug, Default)]
pub(super) struct Edge {
    /// Id that numbers and names the link: of a node or device.
    pub source: Name,
    /// The other end's.
    pub target: Name,
    /// External ids of what the link connects, where that is not the two ends themselves but ports of theirs.
    pub ports: Option<(Name, Name)>,
    /// Attributes of the link; those named `source_…` and `target_…` turn with it.
    pub attributes: BTreeMap<Name, Name>,
    /// Where it stands in the file.
    pub at: String,
}

/// Makes a LINK of every edge: external id `source--target`, `#2`, `#3` … for further ones of the same unordered pair, in file order
/// and in the first one's orientation; named after its two ends; connecting them.
pub(super) fn add(patch: &mut TopologyPatch, edges: Vec<Edge>, problems: &mut Problems) {
    let mut taken: FxHashSet<Name> = patch.entities.iter().map(|spec| spec.external_id.clone()).collect();
    let names: FxHashMap<Name, Name> = patch
        .entities
        .iter()
        .filter(|spec| !spec.name.is_empty())
        .map(|spec| (spec.external_id.clone(), spec.name.clone()))
        .collect();
    let name_of = |id: &Name| names.get(id).unwrap_or(id).clone();
    let mut pairs: FxHashMap<(Name, Name), Pair> = FxHashMap::default();
    for mut edge in edges {
        let key = match edge.source <= edge.target {
            true => (edge.source.clone(), edge.target.clone()),
            false => (edge.target.clone(), edge.source.clone()),
        };
        let pair = pairs.entry(key).or_insert_with(|| Pair {
            source: edge.source.clone(),
            count: 0,
        });
        if pair.source != edge.source {
            edge.turn();
        }
        let stem = format!("{}--{}", edge.source, edge.target);
        let external_id = pair.next(&stem, &mut taken);
        let number = external_id.strip_prefix(stem.as_str()).map(|rest| rest.replace('#', " #")).unwrap_or_default();
        patch.entities.push(EntitySpec {
            external_id: external_id.clone(),
            name: Name::from(format!("{} – {}{number}", name_of(&edge.source), name_of(&edge.target))),
            kind: Name::from("LINK"),
            attributes: edge.attributes,
            ..EntitySpec::default()
        });
        let (from, to) = edge.ports.unwrap_or((edge.source, edge.target));
        let connects = |target: Name| RelationSpec {
            source: external_id.clone(),
            target,
            kind: Name::from("connects"),
        };
        if from == to {
            problems.add(edge.at, format!("both ends are '{from}': kept as a link with one end"));
        } else {
            patch.relations.push(connects(from));
        }
        patch.relations.push(connects(to));
    }
}

struct Pair {
    /// Source of the first edge of the pair.
    source: Name,
    count: u32,
}

impl Pair {
    fn next(&mut self, stem: &str, taken: &mut FxHashSet<Name>) -> Name {
        loop {
            self.count += 1;
            let id = match self.count {
                1 => Name::from(stem),
                n => Name::from(format!("{stem}#{n}")),
            };
            if taken.insert(id.clone()) {
                return id;
            }
        }
    }
}

impl Edge {
    /// The same edge seen from its other end.
    fn turn(&mut self) {
        std::mem::swap(&mut self.source, &mut self.target);
        self.ports = self.ports.take().map(|(from, to)| (to, from));
        self.attributes = std::mem::take(&mut self.attributes)
            .into_iter()
            .map(|(key, value)| {
                let turned = match (key.strip_prefix("source_"), key.strip_prefix("target_")) {
                    (Some(what), _) => Name::from(format!("target_{what}")),
                    (_, Some(what)) => Name::from(format!("source_{what}")),
                    _ => key,
                };
                (turned, value)
            })
            .collect();
    }
}
