use uuid::Uuid;

use crate::model::{EntityIx, Minter, Name, TenantId, Timestamp};
use crate::topology::{Linked, Topology, import};

/// r1 and r2 have two links by attributes; r2 and r3 one between port entities; r3 and r4 are joined without a LINK.
const ENTITIES: &str = "external_id,name,type,parent,address,router_id\n\
    bern,Bern,SITE,,,\nroom,Room 1,ROOM,bern,,\nrack,Rack 3,RACK,room,,\n\
    r1,r1,ROUTER,rack,10.0.0.1,1.1.1.1\nr2,r2,ROUTER,bern,10.0.0.2,\nr3,r3,ROUTER,,10.0.0.3,\nr4,r4,ROUTER,,10.0.0.4,\n\
    r2c0,Card 0,CARD,r2,,\nr2p,GigabitEthernet0/7,INTERFACE,r2c0,,\nr3p,xe-0/0/0,INTERFACE,r3,10.9.9.3,\nl,r2--r3,LINK,,,\n\
    112-EMERGENCY,112,SERVICE,,,\n";
const RELATIONS: &str = "source,target,relation,source_interface,target_interface,source_address,target_address\n\
    r1,r2,connects,GigabitEthernet0/0/1,xe-0/0/1,10.1.0.1,10.1.0.2\nr2,r1,connects,xe-0/0/2,GigabitEthernet0/0/2,10.1.1.1,10.1.1.2\n\
    l,r2p,connects,,,,\nr3p,l,connects,,,,\nr4,112-EMERGENCY,serves,,,,\nr3,r4,hosts,,,,\n";

fn graph() -> Topology {
    let (patch, problems) = import::csv(ENTITIES, RELATIONS).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    let mut graph = Topology::default();
    let (deltas, problems) = graph.plan(&patch, &Minter::new(TenantId(Uuid::from_u128(7)), 1), 1, 0, Timestamp::EPOCH);
    assert!(problems.is_empty(), "{problems:?}");
    deltas.iter().for_each(|delta| graph.fold(delta));
    graph
}

fn of(graph: &Topology, id: &str) -> EntityIx {
    graph.by_external(id).unwrap_or_else(|| panic!("no {id}"))
}

#[test]
fn links_are_found_between_devices_and_at_their_interfaces() {
    let graph = graph();
    let [r1, r2, r3, first, second, ported] = ["r1", "r2", "r3", "r1--r2", "r1--r2#2", "l"].map(|id| of(&graph, id));
    assert_eq!(graph.ends(first), Some((r1, r2)));
    assert_eq!(graph.ends(second), Some((r1, r2)), "turned into the first one's orientation");
    assert_eq!(graph.ends(ported), Some((r2, r3)), "through ports and card");
    assert_eq!(graph.links_between(r2, r1), [first, second]);
    assert_eq!(graph.links_between(r3, r2), [ported]);
    assert_eq!(graph.links_between(r1, r3), []);
    for (device, name, link) in [
        (r1, "Gi0/0/1", Some(first)),
        (r1, "GigabitEthernet0/0/2.300", Some(second)),
        (r2, "xe-0/0/1.0", Some(first)),
        (r2, "xe-0/0/2", Some(second)),
        (r2, "Gi0/0/1", None),
        (r2, "Gi0/7", Some(ported)),
        (r2, "Gi0/7.100", Some(ported)),
        (r3, "xe-0/0/0.0", Some(ported)),
        (r3, "xe-0/0/9", None),
        (r1, "", None),
    ] {
        assert_eq!(graph.link_at(device, name), link, "{name}");
    }
    let ways: Vec<EntityIx> = graph.links_of(r2).iter().map(|Linked { other, .. }| *other).collect();
    assert_eq!(ways, [r3, r1, r1]);
}

#[test]
fn parts_know_their_device_and_devices_their_site() {
    let graph = graph();
    let [bern, r1, r2, card, port, far] = ["bern", "r1", "r2", "r2c0", "r2p", "r3p"].map(|id| of(&graph, id));
    assert_eq!((graph.device_of(port), graph.device_of(card), graph.device_of(r1)), (r2, r2, r1));
    assert_eq!(
        (graph.site_of(port), graph.site_of(r1), graph.site_of(bern), graph.site_of(far)),
        (Some(bern), Some(bern), Some(bern), None)
    );
    assert_eq!(
        (graph.below(r2, "gi 0/7"), graph.below(r2, "Card 0"), graph.below(r2, "Gi0/8")),
        (Some(port), Some(card), None)
    );
}

#[test]
fn a_neighbour_is_known_by_any_of_its_words() {
    let graph = graph();
    let [r1, r2, r3] = ["r1", "r2", "r3"].map(|id| of(&graph, id));
    for (word, device) in [
        ("1.1.1.1", Some(r1)),
        ("10.0.0.2", Some(r2)),
        ("10.1.0.2", Some(r2)),
        ("10.1.1.1", Some(r2)),
        ("10.1.1.2", Some(r1)),
        ("10.9.9.3", Some(r3)),
        ("r3", Some(r3)),
        ("10.99.0.1", None),
        ("", None),
    ] {
        assert_eq!(graph.find_neighbor(word), device, "{word}");
    }
    assert_eq!(graph.by_port_address("10.1.0.1"), Some((of(&graph, "r1--r2"), r1)));
}

#[test]
fn the_shortest_path_goes_around_what_is_to_be_avoided() {
    let graph = graph();
    let [r1, r2, first, second] = ["r1", "r2", "r1--r2", "r1--r2#2"].map(|id| of(&graph, id));
    assert_eq!(graph.path(r1, r2, &[]), Some(vec![r1, first, r2]));
    assert_eq!(graph.path(r1, r2, &[first]), Some(vec![r1, second, r2]));
    let longer = graph.path(r1, r2, &[first, second]).unwrap();
    assert_eq!(
        longer.iter().map(|ix| &*graph.entity(*ix).unwrap().external_id).collect::<Vec<_>>(),
        ["r1", "rack", "room", "bern", "r2"]
    );
    assert_eq!(graph.path(r1, r2, &[r2]), None);
}

#[test]
fn emergency_is_seen_from_what_it_depends_on_directly() {
    let graph = graph();
    let served: Vec<bool> = ["112-EMERGENCY", "r4", "r3", "r1"].map(|id| graph.serves_emergency(of(&graph, id))).to_vec();
    assert_eq!(served, [true, true, false, false]);
}

#[test]
fn interfaces_find_their_entities_and_no_entity_is_two() {
    let graph = graph();
    let [r2, r3, r2p, r3p] = ["r2", "r3", "r2p", "r3p"].map(|id| of(&graph, id));
    let found = |device, names: &[(u32, [&str; 2])]| {
        let names: Vec<(u32, [Name; 2])> = names.iter().map(|(number, words)| (*number, words.map(Name::from))).collect();
        let asked: Vec<(u32, [&Name; 2])> = names.iter().map(|(number, [name, alias])| (*number, [name, alias])).collect();
        graph.interfaces(device, &asked).into_iter().collect::<Vec<_>>()
    };
    assert_eq!(
        found(r2, &[(7, ["Gi0/7", ""]), (8, ["Gi0/8", "Card"])]),
        [(7, r2p)],
        "below a card, in another spelling"
    );
    assert_eq!(
        found(r3, &[(1, ["xe-0/0/0.0", ""]), (2, ["xe-0/0/0", ""])]),
        [(2, r3p)],
        "as written comes first"
    );
    assert_eq!(found(r3, &[(1, ["xe-0/0/0.0", ""])]), [(1, r3p)]);
    assert_eq!(found(r3, &[(1, ["lan", "r3p"])]), [(1, r3p)], "by alias and external id");
    assert_eq!(found(r3, &[(1, ["", ""])]), []);
}
