use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use uuid::Uuid;

use super::{Impact, ImpactIndex};
use crate::model::{EntityIx, Minter, TenantId, Timestamp};
use crate::topology::{Dependency, EntitySpec, Neighbour, RelationKind, RelationSpec, Topology, TopologyPatch, import};

type Slots = BTreeSet<u32>;

/// The same questions answered from the definitions, one walk per failure.
struct Naive<'a> {
    graph: &'a Topology,
    near: BTreeMap<u32, Slots>,
    chosen: Slots,
    marked: bool,
}

impl<'a> Naive<'a> {
    fn new(graph: &'a Topology, index: &ImpactIndex) -> Self {
        let mut near: BTreeMap<u32, Slots> = BTreeMap::new();
        let mut join = |a: u32, b: u32| {
            near.entry(a).or_default().insert(b);
            near.entry(b).or_default().insert(a);
        };
        let mut bearing = Vec::new();
        for (_, relation) in graph.relations().filter(|(_, r)| r.kind == "connects") {
            join(relation.source.0, relation.target.0);
            bearing.extend([relation.source, relation.target]);
        }
        while let Some(end) = bearing.pop() {
            if let Some(holder) = graph.holder(end) {
                join(end.0, holder.0);
                bearing.push(holder);
            }
        }
        Self {
            graph,
            near,
            chosen: (0..graph.slots() as u32).filter(|slot| index.mesh.root[*slot as usize]).collect(),
            marked: graph.entities().any(|(_, entity)| entity.is_root()),
        }
    }

    fn walk(&self, from: impl IntoIterator<Item = u32>, without: &Slots) -> Slots {
        let mut found: Slots = from.into_iter().filter(|slot| !without.contains(slot)).collect();
        let mut open: Vec<u32> = found.iter().copied().collect();
        while let Some(slot) = open.pop() {
            for next in self.near.get(&slot).into_iter().flatten() {
                if !without.contains(next) && found.insert(*next) {
                    open.push(*next);
                }
            }
        }
        found
    }

    fn device(&self, slot: u32) -> bool {
        self.graph.entity(EntityIx(slot)).is_some_and(|entity| !entity.is_link() && !entity.is_part())
    }

    fn falls(&self, slot: u32, down: &Slots) -> bool {
        let ix = EntityIx(slot);
        let with_parent = self
            .graph
            .entity(ix)
            .and_then(|entity| entity.parent)
            .is_some_and(|parent| down.contains(&parent.0));
        let near = self.graph.neighbours(ix);
        let needs = |n: &Neighbour| match n.kind.dependency() {
            Dependency::TargetOnSource => !n.out,
            Dependency::SourceOnTarget => n.out,
            Dependency::TargetOnAllSources | Dependency::None => false,
        };
        let members: Vec<u32> = near.iter().filter(|n| n.kind == RelationKind::MemberOf && !n.out).map(|n| n.other.0).collect();
        with_parent || near.iter().any(|n| needs(n) && down.contains(&n.other.0)) || !members.is_empty() && members.iter().all(|member| down.contains(member))
    }

    fn lost(&self, down: &Slots) -> Slots {
        let none = Slots::new();
        if self.marked {
            let before = self.walk(self.chosen.iter().copied(), &none);
            let after = self.walk(self.chosen.iter().copied(), down);
            return before.into_iter().filter(|slot| !after.contains(slot) && !down.contains(slot)).collect();
        }
        let mut lost = Slots::new();
        for root in &self.chosen {
            let mut rest: Slots = self.walk([*root], &none).difference(down).copied().collect();
            let mut pieces = Vec::new();
            while let Some(first) = rest.first().copied() {
                let piece = self.walk([first], down);
                rest = rest.difference(&piece).copied().collect();
                pieces.push(piece);
            }
            pieces.sort_by_key(|piece| {
                let devices = piece.iter().filter(|slot| self.device(**slot)).count();
                (devices, piece.len(), piece.contains(root), Reverse(piece.first().copied()))
            });
            pieces.pop();
            lost.extend(pieces.into_iter().flatten());
        }
        lost
    }

    fn down(&self, failed: &[u32]) -> Slots {
        let mut down: Slots = failed.iter().copied().collect();
        loop {
            let more: Slots = self
                .graph
                .entities()
                .map(|(ix, _)| ix.0)
                .filter(|slot| !down.contains(slot) && self.falls(*slot, &down))
                .collect();
            let more = if more.is_empty() { self.lost(&down) } else { more };
            if more.is_empty() {
                return down;
            }
            down.extend(more);
        }
    }

    fn redundant(&self, roots: &Slots, down: &Slots) -> Slots {
        let mut left = self.walk(roots.iter().copied(), down);
        for single in left.clone().difference(roots) {
            let mut without = down.clone();
            without.insert(*single);
            let reached = self.walk(roots.iter().copied(), &without);
            left.retain(|slot| slot == single || reached.contains(slot));
        }
        left
    }

    fn degraded(&self, down: &Slots) -> Vec<EntityIx> {
        let before = self.redundant(&self.chosen, &Slots::new());
        let mut roots: Slots = self.chosen.difference(down).copied().collect();
        if !self.marked {
            for root in self.chosen.intersection(down) {
                let rest = self.walk([*root], &Slots::new());
                let ways = |slot: &u32| self.near[slot].difference(down).count();
                roots.extend(
                    rest.difference(down)
                        .copied()
                        .max_by_key(|slot| (self.device(*slot), ways(slot), Reverse(*slot))),
                );
            }
        }
        let after = self.redundant(&roots, down);
        let mut degraded: Slots = before.difference(&after).copied().filter(|slot| !down.contains(slot)).collect();
        for (ix, _) in self.graph.entities().filter(|(ix, _)| !down.contains(&ix.0)) {
            let near = self.graph.neighbours(ix);
            if near.iter().any(|n| n.kind == RelationKind::MemberOf && !n.out && down.contains(&n.other.0)) {
                degraded.insert(ix.0);
                let follow = near
                    .iter()
                    .filter(|n| n.falls_with_me())
                    .map(|n| n.other)
                    .chain(self.graph.children(ix).iter().copied());
                degraded.extend(follow.map(|ix| ix.0).filter(|slot| !down.contains(slot)));
            }
        }
        degraded.into_iter().map(EntityIx).collect()
    }
}

fn graph_of(patch: &TopologyPatch) -> Topology {
    let mut graph = Topology::default();
    let (deltas, _) = graph.plan(patch, &Minter::new(TenantId(Uuid::from_u128(7)), 1), 1, 0, Timestamp::EPOCH);
    deltas.iter().for_each(|delta| graph.fold(delta));
    graph
}

fn of_csv(entities: &str, relations: &str) -> (Topology, ImpactIndex) {
    let (patch, _) = import::csv(entities, relations).unwrap();
    let graph = graph_of(&patch);
    let index = ImpactIndex::build(&graph);
    (graph, index)
}

fn names(graph: &Topology, list: impl IntoIterator<Item = EntityIx>) -> Vec<String> {
    list.into_iter().map(|ix| graph.entity(ix).unwrap().external_id.to_string()).collect()
}

fn told(graph: &Topology, index: &ImpactIndex, failed: &[&str]) -> (Vec<String>, Vec<String>, Impact) {
    let failed: Vec<EntityIx> = failed.iter().map(|id| graph.by_external(id).unwrap()).collect();
    let impact = index.impact_of_set(&failed);
    (
        names(graph, impact.down.iter().map(|(ix, _)| *ix)),
        names(graph, impact.degraded.iter().copied()),
        impact,
    )
}

const RING: &str = "external_id,type,role\na,ROUTER,core\nb,ROUTER,\nc,ROUTER,\nd,ROUTER,\nspur,ROUTER,\n";
const RING_LINKS: &str = "source,target,relation\na,b,\nb,c,\nc,d,\nd,a,\nc,spur,\n";

#[test]
fn a_ring_with_one_cut_is_degraded_not_down() {
    for entities in [RING.to_owned(), RING.replace("core", "")] {
        let (graph, index) = of_csv(&entities, RING_LINKS);
        let (down, degraded, _) = told(&graph, &index, &["a--b"]);
        assert_eq!(down, Vec::<String>::new());
        for id in ["b", "d", "b--c", "c--d"] {
            let marked = entities == RING;
            assert!(degraded.contains(&id.to_owned()) || !marked && !degraded.is_empty(), "{id} in {degraded:?}");
        }
        let (down, _, impact) = told(&graph, &index, &["a--b", "c--d"]);
        assert_eq!(down.len(), if entities == RING { 5 } else { 3 }, "{down:?}");
        assert!(impact.down.iter().all(|(_, hops)| *hops > 0));
        let (down, _, _) = told(&graph, &index, &["c"]);
        assert_eq!(down, ["c--spur", "spur"]);
    }
}

#[test]
fn a_group_is_down_with_its_last_member_and_degraded_before() {
    let (graph, index) = of_csv(
        "external_id,type,parent\nfeed1,PSU,\nfeed2,PSU,\nfeeds,GROUP,\nr1,ROUTER,\np1,INTERFACE,r1\nsvc,SERVICE,\ncust,CUSTOMER,\n",
        "source,target,relation\nfeed1,feeds,member of redundancy group\nfeed2,feeds,member_of\nfeeds,r1,powers\nr1,svc,serves\ncust,svc,depends on\n",
    );
    let (down, degraded, _) = told(&graph, &index, &["feed1"]);
    assert_eq!((down, degraded), (vec![], vec!["feeds".to_owned(), "r1".to_owned()]));
    let (down, degraded, impact) = told(&graph, &index, &["feed1", "feed2"]);
    assert_eq!((down, degraded.len()), (["feeds", "r1", "p1", "svc", "cust"].map(str::to_owned).to_vec(), 0));
    assert_eq!(impact.down.iter().map(|(_, hops)| *hops).collect::<Vec<_>>(), [1, 2, 3, 3, 4]);
    assert_eq!(names(&graph, impact.services), ["svc"]);
    assert_eq!(names(&graph, impact.customers), ["cust"]);
}

#[test]
fn what_loses_its_path_takes_along_what_depends_on_it() {
    let (graph, index) = of_csv(
        "external_id,type,role\ncore,ROUTER,core\nedge,ROUTER,\nvm,VM,\nfar,ROUTER,\nisland,ROUTER,\nisle,ROUTER,\n",
        "source,target,relation\ncore,edge,\nedge,vm,hosts\nvm,far,powers\ncore,far,\nisland,isle,\n",
    );
    let (down, _, _) = told(&graph, &index, &["core--edge"]);
    assert_eq!(down, ["edge", "vm", "far"], "far keeps its link but falls with what powers it");
    let (down, _, _) = told(&graph, &index, &["island"]);
    assert_eq!(down, Vec::<String>::new(), "what had no path to a root cannot lose it");
    assert_eq!(*index.impact(EntityIx(9_999)), Impact::default());
}

#[test]
fn an_index_knows_when_it_is_stale() {
    let (mut graph, index) = of_csv(RING, RING_LINKS);
    assert!(!index.is_stale(&graph));
    let minter = Minter::new(TenantId(Uuid::from_u128(7)), 1);
    let (ix, unplaced) = graph.plan_unplaced("10.0.0.1", None, &minter, 9, 0, Timestamp::EPOCH);
    graph.fold(&unplaced);
    assert!(!index.is_stale(&graph), "an unplaced entity alone changes no impact");
    assert_eq!(*index.impact(ix), Impact::default());
    let patch = TopologyPatch {
        relations: vec![RelationSpec {
            source: "a".into(),
            target: "c".into(),
            kind: "connects".into(),
        }],
        ..TopologyPatch::default()
    };
    let (deltas, _) = graph.plan(&patch, &minter, 10, 0, Timestamp::EPOCH);
    deltas.iter().for_each(|delta| graph.fold(delta));
    assert!(index.is_stale(&graph));
}

/// A small network: devices, links between them (some through ports), a few dependencies, perhaps roots.
fn network() -> impl Strategy<Value = TopologyPatch> {
    let edges = prop::collection::vec((0..9u8, 0..9u8, 0..4u8), 0..22);
    let typed = prop::collection::vec((0..12u8, 0..12u8, 0..5usize), 0..5);
    let roots = prop::collection::btree_set(0..9u8, 0..3);
    let parents = prop::collection::vec((0..9u8, 0..3u8), 0..3);
    (edges, typed, roots, parents).prop_map(|(edges, typed, roots, parents)| {
        let mut patch = TopologyPatch::default();
        let entity = |id: String, kind: &str, parent: Option<String>| EntitySpec {
            external_id: id.into(),
            kind: kind.into(),
            parent: parent.map(Into::into),
            ..EntitySpec::default()
        };
        let relate = |source: &str, kind: &str, target: &str| RelationSpec {
            source: source.into(),
            target: target.into(),
            kind: kind.into(),
        };
        for n in 0..12u8 {
            let mut device = entity(format!("d{n}"), if n < 9 { "ROUTER" } else { "THING" }, None);
            if roots.contains(&n) {
                device.attributes.insert("role".into(), "core".into());
            }
            device.parent = parents.iter().find(|(child, _)| *child == n).map(|(_, place)| format!("s{place}").into());
            patch.entities.push(device);
        }
        patch.entities.extend((0..3).map(|n| entity(format!("s{n}"), "SITE", None)));
        for (n, (a, b, how)) in edges.into_iter().enumerate() {
            let (mut a, mut b) = (format!("d{a}"), format!("d{b}"));
            if a == b {
                continue;
            }
            if how == 0 {
                patch.relations.push(relate(&a, "connects", &b));
                continue;
            }
            for end in [&mut a, &mut b].into_iter().take(how as usize - 1) {
                let port = format!("{end}p{n}");
                patch.entities.push(entity(port.clone(), "INTERFACE", Some(end.clone())));
                *end = port;
            }
            let link = format!("l{n}");
            patch.entities.push(entity(link.clone(), "LINK", None));
            patch.relations.extend([relate(&link, "connects", &a), relate(&link, "connects", &b)]);
        }
        for (a, b, kind) in typed {
            let kind = ["powers", "hosts", "depends_on", "member_of", "serves"][kind];
            patch.relations.push(relate(&format!("d{a}"), kind, &format!("d{b}")));
        }
        patch
    })
}

fn agree(naive: &Naive<'_>, index: &ImpactIndex, failed: &[u32]) -> Result<(), TestCaseError> {
    let impact = index.impact_of_set(&failed.iter().map(|slot| EntityIx(*slot)).collect::<Vec<_>>());
    let mut down: Slots = impact.down.iter().map(|(ix, _)| ix.0).collect();
    prop_assert_eq!(down.len(), impact.down.len());
    prop_assert!(failed.iter().all(|slot| !down.contains(slot)));
    down.extend(failed);
    prop_assert_eq!(&down, &naive.down(failed), "down, failed {:?}", failed);
    prop_assert_eq!(&impact.degraded, &naive.degraded(&down), "degraded, failed {:?}", failed);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_impact_is_what_the_definition_says(patch in network(), sets in prop::collection::vec(prop::collection::btree_set(0..40u32, 2..5), 4)) {
        let graph = graph_of(&patch);
        let index = ImpactIndex::build(&graph);
        let naive = Naive::new(&graph, &index);
        let slots = graph.slots() as u32;
        for slot in 0..slots {
            agree(&naive, &index, &[slot])?;
            let (ix, whole) = (EntityIx(slot), index.impact_of_set(&[EntityIx(slot)]));
            prop_assert_eq!(&*index.impact(ix), &whole);
            prop_assert_eq!(&*index.impact(ix), &whole, "told from what was kept");
        }
        for set in sets {
            let failed: Vec<u32> = set.into_iter().filter(|slot| *slot < slots).collect();
            agree(&naive, &index, &failed)?;
        }
    }
}
