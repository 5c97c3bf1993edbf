use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::model::{Minter, TenantId, Timestamp};
use crate::topology::{Found, Topology, TopologyDiff};

fn graph_of(patch: &TopologyPatch) -> (Topology, Vec<PatchProblem>) {
    let minter = Minter::new(TenantId(Uuid::from_u128(7)), 1);
    let mut graph = Topology::default();
    let (deltas, problems) = graph.plan(patch, &minter, 1, 0, Timestamp::EPOCH);
    deltas.iter().for_each(|delta| graph.fold(delta));
    let again = graph.plan(patch, &minter, 2, 0, Timestamp::EPOCH).0;
    assert!(TopologyDiff::of(&graph, &again).is_empty(), "the same import again changes nothing");
    (graph, problems)
}

fn ids(patch: &TopologyPatch, kind: &str) -> Vec<String> {
    patch
        .entities
        .iter()
        .filter(|spec| spec.kind == kind)
        .map(|spec| spec.external_id.to_string())
        .collect()
}

fn drawing(body: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">
        <key attr.name="label" for="node" id="l"/><key attr.name="type" for="node" id="t"/><key attr.name="address" for="node" id="a"/>
        <key attr.name="Latitude" for="node" id="lat"/><key attr.name="Longitude" for="node" id="lon"/>
        <key attr.name="speed" for="edge" id="s"><default>10G</default></key><key for="node" id="y" yfiles.type="nodegraphics"/>
        <graph edgedefault="undirected" id="G">{body}</graph></graphml>"#
    )
}

#[test]
fn graphml_edges_become_numbered_links_in_the_first_ones_orientation() {
    let text = drawing(
        r#"<edge source="B" target="A"/><node id="A"><data key="l">Bern &amp; Thun</data><data key="t">ROUTER</data><data key="a">10.0.0.1</data>
        <data key="lat">46.9</data><data key="lon">7.4</data></node>
        <node id="B"><data key="y"><y:ShapeNode><y:Geometry x="1"/><y:NodeLabel>Olten<y:LabelModel> </y:LabelModel></y:NodeLabel></y:ShapeNode></data></node>
        <node id="C"/><edge source="A" target="B" sourceport="xe-0/0/1"><data key="s">100G</data></edge><edge source="B" target="A"/><edge source="C" target="C"/>"#,
    );
    let (patch, problems) = graphml("x.graphml", &text).unwrap();
    assert_eq!(ids(&patch, "LINK"), ["B--A", "B--A#2", "B--A#3", "C--C"]);
    assert_eq!(problems.len(), 1, "{problems:?}");
    let a = &patch.entities[0];
    assert_eq!(
        (a.name.as_str(), a.kind.as_str(), a.attributes["address"].as_str()),
        ("Bern & Thun", "ROUTER", "10.0.0.1")
    );
    assert_eq!(a.geo.map(|geo| geo.lat), Some(46.9));
    assert_eq!((patch.entities[1].name.as_str(), patch.entities[1].kind.as_str()), ("Olten", "NODE"));
    let second = patch.entities.iter().find(|spec| spec.external_id == "B--A#2").unwrap();
    assert_eq!(second.name, "Olten – Bern & Thun #2");
    assert_eq!(
        (second.attributes["target_interface"].as_str(), second.attributes["speed"].as_str()),
        ("xe-0/0/1", "100G")
    );
    let (graph, problems) = graph_of(&patch);
    assert!(problems.is_empty(), "{problems:?}");
    let Found::One(link) = graph.find("B--A") else { panic!("no link") };
    assert_eq!(graph.neighbours(link).len(), 2);
}

#[test]
fn a_node_that_bears_a_links_id_does_not_lose_the_link() {
    let text = drawing(r#"<node id="A"/><node id="B"/><node id="A--B"/><edge source="A" target="B"/><edge source="A" target="nowhere"/><node id="A"/>"#);
    let (patch, problems) = graphml("x", &text).unwrap();
    assert_eq!(ids(&patch, "LINK"), ["A--B#2"]);
    assert_eq!(problems.len(), 2, "{problems:?}");
}

#[test]
fn broken_xml_is_refused_with_its_line_and_bombs_stay_small() {
    let deep = format!("<graphml>{}", "<a>".repeat(200));
    for (text, word) in [
        ("<graphml><graph><node id='a'></graph></graphml>", "well-formed"),
        ("<graphml>\n<graph>", "x:2"),
        ("<html></html>", "no GraphML"),
        ("", "no GraphML"),
        (deep.as_str(), "128"),
    ] {
        let problem = graphml("x", text).unwrap_err();
        assert!(format!("{} {}", problem.at, problem.problem).contains(word), "{text}: {problem:?}");
    }
    let bomb = r#"<!DOCTYPE graphml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>
        <graphml><key id="l" for="node" attr.name="label"/><graph><node id="n"><data key="l">&b;&x;here</data></node><node id="&b;"/></graph></graphml>"#;
    let (patch, problems) = graphml("x", bomb).unwrap();
    assert_eq!((patch.entities.len(), patch.entities[0].name.as_str(), problems.len()), (1, "here", 4));
}

#[test]
fn csv_edges_become_links_and_typed_relations_stay() {
    let entities = "\u{feff}external_id,name,type,parent,lat,lon,sla_tier,revenue_weight,address,role\n\
        s1,Bern,SITE,,46.9,7.4,,,,\nr1,r1,ROUTER,s1,,,gold,1.5,10.0.0.1;10.0.0.2,core\nr2,\"r,2\",ROUTER,s1,north,,,,,\n,lost,NODE,,,,,,,\n\n";
    let relations =
        "source,target,relation,source_interface,target_interface\nr1,r2,connects,xe-0/0/1,Gi0/1\nr2,r1,,Gi0/2,xe-0/0/2\ns1,r1,hosts,,\nr1,,connects,,\n";
    let files = [("relations.csv", relations), ("entities.csv", entities)].map(|(name, text)| ImportFile { name, bytes: text.as_bytes() });
    let (patch, problems) = import(&files).unwrap();
    assert_eq!(ids(&patch, "LINK"), ["r1--r2", "r1--r2#2"]);
    let second = &patch.entities[4].attributes;
    assert_eq!(
        (second["source_interface"].as_str(), second["target_interface"].as_str()),
        ("xe-0/0/2", "Gi0/2")
    );
    let places: Vec<_> = problems.iter().map(|p| p.at.as_str()).collect();
    assert_eq!(places, ["entities.csv:4", "entities.csv:5", "relations.csv:5"]);
    assert_eq!(patch.relations.iter().filter(|r| r.kind == "hosts").count(), 1);
    let (graph, problems) = graph_of(&patch);
    assert!(problems.is_empty(), "{problems:?}");
    let r1 = graph.entity(graph.by_address("10.0.0.2").unwrap()).unwrap();
    assert_eq!((r1.external_id.as_str(), r1.revenue_weight, r1.is_root()), ("r1", Some(1.5), true));
}

#[test]
fn what_is_no_finite_number_is_left_out_and_told() {
    let (patch, problems) = csv("external_id,lat,lon,revenue_weight\nr1,inf,7,nan\n", "").unwrap();
    assert_eq!((patch.entities[0].revenue_weight, patch.entities[0].geo), (None, None));
    assert_eq!(problems.len(), 3, "{problems:?}");
}

#[test]
fn a_csv_without_its_columns_is_refused_in_words() {
    let problem = csv("id;name\nr1;x\n", "").unwrap_err();
    assert!(problem.problem.contains("external_id"), "{problem:?}");
    let bad = [ImportFile {
        name: "entities.csv",
        bytes: b"external_id\nr1\n\xff\n",
    }];
    assert_eq!(import(&bad).unwrap_err().at, "entities.csv:3");
    assert!(import(&[]).unwrap_err().problem.contains("holds no inventory"));
}

#[test]
fn netbox_devices_interfaces_and_both_cable_formats() {
    let devices = r#"{"count":3,"next":null,"results":[
        {"id":1,"name":"r1","site":{"id":5,"name":"Bern","slug":"bern"},"role":{"id":1,"slug":"core"},"primary_ip4":{"address":"10.0.0.1/32"},
         "primary_ip6":{"address":"2001:db8::1/128"},"device_type":{"id":1,"model":"MX204","manufacturer":{"id":1,"name":"Juniper","slug":"juniper"}},"status":{"value":"active","label":"Active"},"custom_fields":{"shelf":3}},
        {"id":2,"name":"r2","site":{"id":5},"device_role":{"slug":"edge"},"status":1},
        {"id":3,"name":null,"site":{"id":9}}, {"id":"x"}]}"#;
    let sites = r#"[{"id":5,"name":"Bern","slug":"bern","latitude":"46.9","longitude":7.4}]"#;
    let interfaces = r#"{"results":[{"id":11,"device":{"id":1,"name":"r1"},"name":"xe-0/0/1","type":{"value":"10gbase-x-sfpp"}},
        {"id":12,"device":{"id":2,"name":"r2"},"name":"Gi0/1"},{"id":13,"device":{"id":2},"name":"Gi0/2"},{"id":14,"device":{"id":77},"name":"lost"}]}"#;
    let cables = r#"{"results":[
        {"id":1,"a_terminations":[{"object_type":"dcim.interface","object_id":12,"object":{"id":12,"device":{"id":2},"name":"Gi0/1"}}],
         "b_terminations":[{"object_type":"dcim.interface","object_id":11}],"status":{"value":"connected"}},
        {"id":2,"termination_a_type":"dcim.interface","termination_a":{"id":11,"device":{"id":1},"name":"xe-0/0/1"},
         "termination_b_type":"dcim.interface","termination_b":{"id":13,"device":{"id":2},"name":"Gi0/2"}},
        {"id":3,"a_terminations":[{"object_type":"circuits.circuittermination","object_id":4,"object":{"id":4}}],"b_terminations":[]}]}"#;
    let files = NetBoxFiles {
        sites: Some(sites),
        devices,
        interfaces: Some(interfaces),
        cables: Some(cables),
    };
    let (patch, problems) = netbox(&files).unwrap();
    assert_eq!(ids(&patch, "LINK"), ["r2--r1", "r2--r1#2"]);
    assert_eq!(ids(&patch, "DEVICE"), ["r1", "r2", "device"]);
    assert_eq!(ids(&patch, "INTERFACE"), ["r1:xe-0/0/1", "r2:Gi0/1", "r2:Gi0/2"]);
    assert_eq!(problems.len(), 5, "{problems:#?}");
    let r1 = &patch.entities[1];
    let said = |key: &str| r1.attributes[key].as_str();
    assert_eq!(
        (said("address"), said("role"), said("vendor"), said("shelf")),
        ("10.0.0.1;2001:db8::1", "core", "juniper", "3")
    );
    let second = &patch.entities.last().unwrap().attributes;
    assert_eq!(
        (second["source_interface"].as_str(), second["target_interface"].as_str()),
        ("Gi0/2", "xe-0/0/1")
    );
    let (graph, problems) = graph_of(&patch);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(graph.children(graph.by_external("bern").unwrap()).len(), 2);
}

#[test]
fn deep_json_is_refused() {
    let deep = format!("[{}", "[".repeat(100_000));
    let files = NetBoxFiles {
        sites: None,
        devices: &deep,
        interfaces: None,
        cables: None,
    };
    assert!(netbox(&files).unwrap_err().problem.contains("no list answer"));
}

/// Pieces that a drawing could be made of, in any order.
fn piece() -> impl Strategy<Value = String> {
    let id = || prop::sample::select(vec!["A", "B", "A--B", "", "A--B#2", "ü"]);
    prop_oneof![
        (id(), id()).prop_map(|(id, label)| format!("<node id='{id}'><data key='l'>{label}</data></node>")),
        (id(), id()).prop_map(|(a, b)| format!("<edge source='{a}' target='{b}'/>")),
        prop::sample::select(vec![
            "<node>",
            "</node>",
            "<graph>",
            "</graph>",
            "&x;",
            "<![CDATA[",
            "]]>",
            "<!--",
            "<data key='l'>",
            "<",
            "\0",
            "<node id='N'><graph>"
        ])
        .prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_drawing_panics_and_what_comes_out_can_be_planned(pieces in prop::collection::vec(piece(), 0..20)) {
        if let Ok((patch, _)) = graphml("x", &drawing(&pieces.concat())) {
            let links = ids(&patch, "LINK").len();
            let (graph, _) = graph_of(&patch);
            prop_assert_eq!(graph.entities().filter(|(_, entity)| entity.kind == "LINK").count(), links);
        }
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), name in prop::sample::select(vec!["x.graphml", "entities.csv", "devices.json"])) {
        let _ = import(&[ImportFile { name, bytes: &bytes }]);
    }

    #[test]
    fn no_mutilated_file_panics(cut in 0usize..3_000, flip in 0usize..3_000, to in any::<u8>(), which in 0usize..2) {
        let text = [drawing("<node id='A'><data key='l'>x</data></node><edge source='A' target='A'/>"), "external_id,lat\n\"a\",1\nb,\"2".to_owned()][which].clone();
        let mut bytes = text.into_bytes();
        bytes.truncate(cut);
        if let Some(byte) = bytes.get_mut(flip) {
            *byte = to;
        }
        let name = ["x.graphml", "entities.csv"][which];
        let _ = import(&[ImportFile { name, bytes: &bytes }]);
    }
}
