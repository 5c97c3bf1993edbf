use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::graph::Topology;
use super::ifname::InterfaceName;
use crate::model::{EntityIx, Name};

impl Topology {
    /// The entities in or on a device that are its interfaces, by the number that the caller gives each interface along with its names,
    /// the better first: as written (name or external id), else in another spelling (`Gi0/1` = `GigabitEthernet0/1`). No entity is two
    /// interfaces: `xe-0/0/1` is not also `xe-0/0/1.0`.
    #[must_use]
    pub fn interfaces<const N: usize>(&self, device: EntityIx, asked: &[(u32, [&Name; N])]) -> BTreeMap<u32, EntityIx> {
        let mut exact: FxHashMap<&str, EntityIx> = FxHashMap::default();
        let mut alike = Vec::new();
        for ix in self.inside(device) {
            if let Some(entity) = self.entity(ix) {
                exact.entry(entity.name.as_str()).or_insert(ix);
                exact.entry(entity.external_id.as_str()).or_insert(ix);
                alike.push((InterfaceName::of(&entity.name), ix));
            }
        }
        let mut found: BTreeMap<u32, EntityIx> = BTreeMap::new();
        let mut taken: BTreeSet<EntityIx> = BTreeSet::new();
        for as_written in [true, false] {
            for nth in 0..N {
                for (number, names) in asked {
                    let name = names[nth].as_str();
                    if name.is_empty() || found.contains_key(number) {
                        continue;
                    }
                    let bearer = if as_written {
                        exact.get(name).copied().filter(|ix| !taken.contains(ix))
                    } else {
                        let spelled = InterfaceName::of(name);
                        let mut bearers = alike.iter().filter(|(name, ix)| *name == spelled && !taken.contains(ix));
                        bearers.next().map(|(_, ix)| *ix)
                    };
                    if let Some(ix) = bearer {
                        taken.insert(ix);
                        found.insert(*number, ix);
                    }
                }
            }
        }
        found
    }
}
