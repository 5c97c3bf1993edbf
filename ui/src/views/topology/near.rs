//! What lies under the pointer.

use egui::Pos2;

use super::paint::Scene;

/// The nearest place within reach of the pointer.
pub(super) fn nearest(scene: &Scene<'_>, pointer: Pos2) -> Option<usize> {
    let distances = (0..scene.graph.nodes.len()).map(|index| (index, scene.at(index).distance(pointer)));
    let near = distances.filter(|(index, distance)| *distance < scene.radius(*index).max(6.0) + 4.0);
    near.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(index, _)| index)
}

/// The nearest bundle of links within reach of the pointer.
pub(super) fn nearest_edge(scene: &Scene<'_>, pointer: Pos2) -> Option<usize> {
    let distance = |index: usize| {
        let edge = &scene.graph.edges[index];
        let (a, b) = (scene.at(edge.a), scene.at(edge.b));
        let along = b - a;
        let share = ((pointer - a).dot(along) / along.length_sq().max(1.0)).clamp(0.0, 1.0);
        (a + along * share).distance(pointer)
    };
    let near = (0..scene.graph.edges.len())
        .map(|index| (index, distance(index)))
        .filter(|(_, distance)| *distance < 6.0);
    near.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(index, _)| index)
}
