use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::model::{EntityIx, Minter, Name, TenantId, Timestamp};

fn minter() -> Minter {
    Minter::new(TenantId(Uuid::from_u128(7)), 1)
}

fn spec(external_id: &str, name: &str, kind: &str) -> EntitySpec {
    EntitySpec {
        external_id: external_id.into(),
        name: name.into(),
        kind: kind.into(),
        ..EntitySpec::default()
    }
}

fn with(mut spec: EntitySpec, key: &str, value: &str) -> EntitySpec {
    spec.attributes.insert(key.into(), value.into());
    spec
}

fn relation(source: &str, kind: &str, target: &str) -> RelationSpec {
    RelationSpec {
        source: source.into(),
        target: target.into(),
        kind: kind.into(),
    }
}

fn apply(graph: &mut Topology, patch: &TopologyPatch, seq: u64) -> (TopologyDiff, Vec<PatchProblem>) {
    let (deltas, problems) = graph.plan(patch, &minter(), seq, 0, Timestamp::EPOCH);
    let diff = TopologyDiff::of(graph, &deltas);
    deltas.iter().for_each(|delta| graph.fold(delta));
    (diff, problems)
}

fn heard(graph: &mut Topology, word: &str, address: Option<&str>, seq: u64) -> EntityIx {
    let (ix, delta) = graph.plan_unplaced(word, address, &minter(), seq, 0, Timestamp::EPOCH);
    graph.fold(&delta);
    ix
}

#[test]
fn the_same_patch_again_changes_nothing() {
    let mut graph = Topology::default();
    let patch = TopologyPatch {
        entities: vec![
            spec("s1", "Bern", "SITE"),
            with(spec("r1", "bern-1", "ROUTER"), "address", "10.0.0.1; 2001:DB8::0:1"),
            EntitySpec {
                parent: Some("s1".into()),
                ..spec("r2", "", "")
            },
        ],
        relations: vec![relation("s1", "hosts", "r1"), relation("r1", "", "r2"), relation("r2", "connects", "r1")],
        remove: vec![],
    };
    let (diff, problems) = apply(&mut graph, &patch, 1);
    assert_eq!((diff.entities_added, diff.relations_added, problems.len()), (3, 2, 0));
    assert_eq!(graph.plan(&patch, &minter(), 2, 0, Timestamp::EPOCH), (vec![], vec![]));
    let r2 = graph.entity(graph.by_external("r2").unwrap()).unwrap();
    assert_eq!((r2.name.as_str(), r2.kind.as_str(), r2.parent), ("r2", "NODE", graph.by_external("s1")));
    assert_eq!(graph.by_address("2001:db8::1"), graph.by_external("r1"));
    assert_eq!(graph.by_address("::ffff:10.0.0.1"), graph.by_external("r1"));
}

#[test]
fn an_unplaced_entity_finds_its_place_and_keeps_its_id() {
    let adopters: [(&str, EntitySpec); 3] = [
        ("r1", spec("r1", "bern-1", "ROUTER")),
        ("bern-1", spec("r1", "bern-1", "ROUTER")),
        ("10.0.0.9", with(spec("r1", "bern-1", "ROUTER"), "address", "10.0.0.1;10.0.0.9")),
    ];
    for (word, adopter) in adopters {
        let mut graph = Topology::default();
        let ix = heard(&mut graph, word, None, 1);
        let id = graph.entity(ix).unwrap().id;
        let patch = TopologyPatch {
            entities: vec![spec("r0", "other", "ROUTER"), adopter],
            ..TopologyPatch::default()
        };
        let (diff, problems) = apply(&mut graph, &patch, 2);
        assert_eq!((diff.entities_added, diff.entities_adopted, problems.len()), (1, 1, 0), "{word}");
        assert_eq!(graph.find("r1"), Found::One(ix), "{word}");
        let entity = graph.entity(ix).unwrap();
        assert_eq!((entity.id, entity.placed, entity.kind.as_str()), (id, true, "ROUTER"));
    }
}

#[test]
fn a_name_of_several_is_ambiguous_until_one_is_left() {
    let mut graph = Topology::default();
    let patch = TopologyPatch {
        entities: vec![spec("a", "Sucre", "NODE"), spec("b", "Sucre", "NODE")],
        ..TopologyPatch::default()
    };
    apply(&mut graph, &patch, 1);
    assert_eq!(graph.find("Sucre"), Found::Ambiguous);
    let ix = heard(&mut graph, "Sucre", None, 2);
    assert_eq!(graph.find("Sucre"), Found::One(ix), "what was heard under that word stays with what it made");
    assert_eq!(heard(&mut graph, "Sucre", None, 3), ix, "never two of the same external id");
    let gone = TopologyPatch {
        remove: vec!["b".into()],
        ..TopologyPatch::default()
    };
    apply(&mut graph, &gone, 4);
    assert_eq!(graph.find("Sucre"), Found::One(graph.by_external("a").unwrap()));
}

#[test]
fn what_cannot_be_taken_is_named_and_the_rest_goes_in() {
    let mut graph = Topology::default();
    let mut many = spec("many", "many", "NODE");
    for n in 0..70_000 {
        many.attributes.insert(Name::from(format!("k{n}")), "v".into());
    }
    let child = |id: &str, parent: &str| EntitySpec {
        parent: Some(parent.into()),
        ..spec(id, id, "NODE")
    };
    let patch = TopologyPatch {
        entities: vec![
            spec("", "nobody", "NODE"),
            spec("a", "first", "NODE"),
            spec("a", "second", "NODE"),
            spec("long", &"x".repeat(300), "NODE"),
            EntitySpec {
                geo: Some(Geo { lat: 91.0, lon: f64::NAN }),
                revenue_weight: Some(f64::INFINITY),
                ..spec("mars", "mars", "NODE")
            },
            child("c1", "c2"),
            child("c2", "c3"),
            child("c3", "c1"),
            child("self", "self"),
            child("lost", "nowhere"),
            many,
        ],
        relations: vec![
            relation("a", "connects", "a"),
            relation("a", "connects", "nowhere"),
            relation("a", "powers", "long"),
        ],
        remove: vec!["nothing".into(), "a".into()],
    };
    let (diff, problems) = apply(&mut graph, &patch, 1);
    assert_eq!((diff.entities_added, diff.relations_added), (9, 1));
    for (at, word) in [
        ("", "no external id"),
        ("a", "twice"),
        ("long", "cut to 255"),
        ("mars", "Earth"),
        ("mars", "revenue"),
        ("c3", "circle"),
        ("self", "circle"),
        ("lost", "not known"),
        ("a connects a", "itself"),
        ("a connects nowhere", "not known"),
        ("nothing", "cannot be removed"),
        ("a", "it stays"),
        ("many", "69000 are left out"),
    ] {
        assert!(problems.iter().any(|p| p.at == at && p.problem.contains(word)), "{at}: {word} in {problems:#?}");
    }
    assert_eq!(graph.entity(graph.by_external("a").unwrap()).unwrap().name.as_str(), "first");
}

#[test]
fn more_new_entities_than_an_index_can_number_are_refused() {
    let graph = Topology::default();
    let patch = TopologyPatch {
        entities: (0..5).map(|n| spec(&format!("e{n}"), "", "")).collect(),
        ..TopologyPatch::default()
    };
    let (deltas, problems) = graph.plan(&patch, &minter(), 1, (1 << 20) - 3, Timestamp::EPOCH);
    assert_eq!((deltas.len(), problems.len()), (3, 2));
}

#[test]
fn removal_takes_relations_along_and_leaves_children_alone() {
    let mut graph = Topology::default();
    let patch = TopologyPatch {
        entities: vec![
            spec("s", "", "SITE"),
            EntitySpec {
                parent: Some("s".into()),
                ..spec("r", "", "ROUTER")
            },
            spec("t", "", "ROUTER"),
        ],
        relations: vec![relation("s", "hosts", "r"), relation("s", "powers", "t"), relation("r", "connects", "t")],
        remove: vec![],
    };
    apply(&mut graph, &patch, 1);
    let gone = TopologyPatch {
        remove: vec!["s".into()],
        ..TopologyPatch::default()
    };
    let (diff, problems) = apply(&mut graph, &gone, 2);
    assert_eq!(
        (diff.entities_removed, diff.relations_removed, diff.entities_changed, problems.len()),
        (1, 2, 1, 0)
    );
    assert_eq!((graph.len(), graph.relations().count()), (2, 1));
    assert_eq!(graph.entity(graph.by_external("r").unwrap()).unwrap().parent, None);
    let (ix, _) = graph.plan_unplaced("new", None, &minter(), 3, 0, Timestamp::EPOCH);
    assert_eq!(ix, EntityIx(0), "the lowest free slot is taken next");
}

/// One step of a random history.
#[derive(Clone, Debug)]
enum Step {
    Patch(TopologyPatch),
    Heard(String, Option<String>),
}

fn step() -> impl Strategy<Value = Step> {
    let id = || (0..12u8).prop_map(|n| format!("e{n}"));
    let name = || (0..5u8).prop_map(|n| if n == 0 { String::new() } else { format!("n{n}") });
    let address = || prop::collection::vec((0..6u8).prop_map(|n| format!("10.0.0.{n}")), 0..3).prop_map(|list| list.join(";"));
    let entity = (id(), name(), prop::option::of(id()), address(), any::<bool>()).prop_map(|(external_id, name, parent, address, core)| {
        let mut made = spec(&external_id, &name, "ROUTER");
        made.parent = parent.map(Name::from);
        made.attributes.insert("address".into(), address.into());
        made.attributes.insert("role".into(), if core { "core" } else { "" }.into());
        made
    });
    let kinds = prop::sample::select(vec!["connects", "hosts", "member_of", "", "odd"]);
    let relations = (id(), kinds, id()).prop_map(|(source, kind, target)| relation(&source, kind, &target));
    let patch = (
        prop::collection::vec(entity, 0..6),
        prop::collection::vec(relations, 0..8),
        prop::collection::vec(id().prop_map(Name::from), 0..3),
    )
        .prop_map(|(entities, relations, remove)| Step::Patch(TopologyPatch { entities, relations, remove }));
    let word = prop_oneof![id(), name(), (0..6u8).prop_map(|n| format!("10.0.0.{n}"))];
    prop_oneof![3 => patch, 1 => (word, prop::option::of(address())).prop_map(|(word, address)| Step::Heard(word, address))]
}

/// Everything that can be asked of a graph.
fn answers(graph: &Topology) -> Vec<String> {
    let mut all = Vec::new();
    for ix in (0..graph.slots() as u32 + 2).map(EntityIx) {
        all.push(format!("{:?} {:?} {:?}", graph.entity(ix), graph.neighbours(ix), graph.children(ix)));
    }
    all.extend(graph.relations().map(|(ix, relation)| format!("{ix:?} {relation:?}")));
    for n in 0..12 {
        for word in [format!("e{n}"), format!("n{n}"), format!("10.0.0.{n}")] {
            all.push(format!(
                "{word} {:?} {:?} {:?}",
                graph.find(&word),
                graph.by_address(&word),
                graph.by_name(&word)
            ));
        }
    }
    let (entities, relations) = graph.vacant();
    all.push(format!(
        "{:?} {:?}",
        entities.take(20).collect::<Vec<_>>(),
        relations.take(20).collect::<Vec<_>>()
    ));
    all.push(graph.version().to_string());
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_graph_restored_from_its_rows_is_the_one_that_folded_there(history in prop::collection::vec(step(), 1..14)) {
        let mut graph = Topology::default();
        for (seq, step) in history.iter().enumerate() {
            match step {
                Step::Patch(patch) => drop(apply(&mut graph, patch, seq as u64)),
                Step::Heard(word, address) => drop(heard(&mut graph, word, address.as_deref(), seq as u64)),
            }
            let entities: BTreeMap<_, _> = graph.entities().map(|(ix, entity)| (ix, entity.clone())).collect();
            let relations: Vec<_> = graph.relations().map(|(ix, relation)| (ix, relation.clone())).collect();
            let again = Topology::restore(graph.version(), entities.into_iter().rev(), relations.into_iter().rev());
            prop_assert_eq!(answers(&again), answers(&graph));
        }
    }

    #[test]
    fn the_graph_stays_whole(history in prop::collection::vec(step(), 1..14)) {
        let mut graph = Topology::default();
        for (seq, step) in history.iter().enumerate() {
            match step {
                Step::Patch(patch) => drop(apply(&mut graph, patch, seq as u64)),
                Step::Heard(word, address) => drop(heard(&mut graph, word, address.as_deref(), seq as u64)),
            }
            let ids: BTreeSet<_> = graph.entities().map(|(_, entity)| entity.id).collect();
            let external: BTreeSet<_> = graph.entities().map(|(_, entity)| entity.external_id.clone()).collect();
            prop_assert_eq!((ids.len(), external.len()), (graph.len(), graph.len()));
            for (_, relation) in graph.relations() {
                prop_assert!(graph.entity(relation.source).is_some() && graph.entity(relation.target).is_some());
                prop_assert!(relation.source != relation.target);
            }
            for (ix, entity) in graph.entities() {
                prop_assert_eq!(graph.by_id(entity.id), Some(ix));
                prop_assert_eq!(graph.by_external(&entity.external_id), Some(ix));
                prop_assert!(graph.by_name(&entity.name).contains(&ix));
                prop_assert!(entity.addresses().all(|address| graph.by_address(&address).is_some()));
                let mut above = entity.parent;
                for _ in 0..20 {
                    above = above.and_then(|parent| graph.entity(parent)).and_then(|parent| parent.parent);
                }
                prop_assert!(above.is_none(), "a circle of parents");
            }
        }
    }
}
