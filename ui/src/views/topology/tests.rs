use super::*;
use crate::{model::samples, theme::Level};

#[test]
fn places_hold_their_elements_and_links_their_bundle() {
    let model = samples::typical();
    let graph = Graph::build(&model);
    assert_eq!((graph.nodes.len(), graph.edges.len()), (16, 22));
    let zurich = graph.nodes.iter().find(|node| node.name == "Zürich").unwrap();
    assert_eq!(zurich.members.len(), 5);
    assert_eq!(Plan::fitting(&graph), Plan::Geographic);
}

#[test]
fn the_worst_alarm_colours_its_place_and_its_link() {
    let model = samples::typical();
    let mut graph = Graph::build(&model);
    graph.recolour(&model);
    let level = |name: &str| graph.nodes.iter().find(|node| node.name == name).and_then(|node| node.level);
    assert_eq!((level("Luzern"), level("Zürich")), (Some(Level::Major), None));
    assert_eq!(graph.edges.iter().filter(|edge| edge.level == Some(Level::Critical)).count(), 1);
}

#[test]
fn a_path_is_the_shortest_one() {
    let graph = Graph::build(&samples::typical());
    let place = |name: &str| graph.nodes.iter().position(|node| node.name == name).unwrap();
    let path = graph.path(place("Basel"), place("Bern"));
    assert_eq!(path.len(), 3);
}

#[test]
fn every_plan_gives_every_place_a_finite_position() {
    let graph = Graph::build(&samples::typical());
    let (mut forced, mut forces) = layout::forces(&graph);
    while !forces.settled() {
        forces.advance(&graph, &mut forced);
    }
    for places in [layout::geographic(&graph).0, layout::layers(&graph), forced] {
        assert_eq!(places.len(), graph.nodes.len());
        assert!(places.iter().all(|place| place.is_finite()));
        let least = places
            .iter()
            .enumerate()
            .flat_map(|(a, here)| places[..a].iter().map(move |there| here.distance(*there)));
        assert!(least.fold(f32::MAX, f32::min) > 10.0);
    }
}
