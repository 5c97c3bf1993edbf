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
fn an_alarm_of_a_port_colours_the_link_that_ends_there() {
    let mut model = samples::typical();
    let mut graph = Graph::build(&model);
    let (link, edge) = graph
        .edge_of
        .iter()
        .map(|(link, edge)| (*link, *edge))
        .find(|(link, _)| model.tallies().of(*link).total() == 0)
        .unwrap();
    let mut alarm = model.alarms().iter().find(|alarm| !alarm.cleared).unwrap().clone();
    alarm.id = uuid::Uuid::from_u128(1);
    alarm.link_id = Some(link);
    alarm.severity = pedkai_core::model::Severity::Critical;
    let put = |alarm: &pedkai_core::screen::AlarmRow| crate::model::Change::Put(Box::new(pedkai_core::screen::Row::Alarm(alarm.clone())));
    model.apply(put(&alarm));
    graph.recolour(&model);
    assert_eq!(graph.edges[edge].level, Some(Level::Critical));
    alarm.cleared = true;
    model.apply(put(&alarm));
    graph.recolour(&model);
    assert_ne!(graph.edges[edge].level, Some(Level::Critical));
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
