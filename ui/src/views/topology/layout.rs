//! Where places stand: by their coordinates, by layers from the core, or by forces.

use egui::{Pos2, Vec2, pos2, vec2};
use std::collections::{HashMap, VecDeque};

use super::graph::Graph;

/// Distance that two neighbours keep, in world units.
pub(super) const APART: f32 = 100.0;

/// How places are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    Geographic,
    Layers,
    Forces,
}

impl Plan {
    pub(super) const ALL: [Self; 3] = [Self::Geographic, Self::Layers, Self::Forces];
    pub(super) const WORDS: [&'static str; 3] = ["Geographic", "Layers", "Network"];

    /// The plan that suits a graph: coordinates where most places have them.
    pub(super) fn fitting(graph: &Graph) -> Self {
        let placed = graph.nodes.iter().filter(|node| node.geo.is_some()).count();
        if placed > 0 && placed * 10 >= graph.nodes.len() * 6 {
            Self::Geographic
        } else {
            Self::Forces
        }
    }
}

/// How coordinates became positions, so that a grid can be drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Projection {
    centre: (f64, f64),
    scale: f64,
}

impl Projection {
    /// Position of degrees north and east.
    pub(super) fn place(&self, lat: f64, lon: f64) -> Pos2 {
        let (x, y) = mercator(lat, lon);
        pos2(((x - self.centre.0) * self.scale) as f32, ((self.centre.1 - y) * self.scale) as f32)
    }
}

fn mercator(lat: f64, lon: f64) -> (f64, f64) {
    let lat = lat.clamp(-85.0, 85.0).to_radians();
    (lon.to_radians(), (std::f64::consts::FRAC_PI_4 + lat / 2.0).tan().ln())
}

/// Positions by coordinates. A place without any stands beside its neighbours.
pub(super) fn geographic(graph: &Graph) -> (Vec<Pos2>, Option<Projection>) {
    let known: Vec<(f64, f64)> = graph.nodes.iter().filter_map(|node| node.geo).map(|(lat, lon)| mercator(lat, lon)).collect();
    if known.is_empty() {
        return (forces(graph).0, None);
    }
    let bounds = known.iter().fold((f64::MAX, f64::MIN, f64::MAX, f64::MIN), |b, (x, y)| {
        (b.0.min(*x), b.1.max(*x), b.2.min(*y), b.3.max(*y))
    });
    let extent = (bounds.1 - bounds.0).max(bounds.3 - bounds.2).max(1e-6);
    let side = f64::from(APART) * (known.len() as f64).sqrt().max(1.0) * 1.6;
    let projection = Projection {
        centre: ((bounds.0 + bounds.1) / 2.0, (bounds.2 + bounds.3) / 2.0),
        scale: side / extent,
    };
    let mut places: Vec<Option<Pos2>> = graph.nodes.iter().map(|node| node.geo.map(|(lat, lon)| projection.place(lat, lon))).collect();
    for round in 0..4 {
        for index in 0..places.len() {
            if places[index].is_none() {
                let near: Vec<Pos2> = graph.neighbours[index].iter().filter_map(|other| places[*other]).collect();
                if !near.is_empty() {
                    let sum = near.iter().fold(Vec2::ZERO, |sum, place| sum + place.to_vec2());
                    places[index] = Some((sum / near.len() as f32).to_pos2() + beside(index) * (0.3 + 0.1 * round as f32) * APART);
                }
            }
        }
    }
    let aside = side as f32 * 0.62;
    let lonely = |index: usize| pos2(aside + (index % 7) as f32 * 40.0, -aside + (index / 7 % 40) as f32 * 40.0);
    (
        places
            .into_iter()
            .enumerate()
            .map(|(index, place)| place.unwrap_or_else(|| lonely(index)))
            .collect(),
        Some(projection),
    )
}

/// Spreads things that would lie on each other, the same way every time.
fn beside(index: usize) -> Vec2 {
    Vec2::angled(index as f32 * 2.399_963)
}

/// Rows by distance from the core; the best-connected place where none is marked as core.
pub(super) fn layers(graph: &Graph) -> Vec<Pos2> {
    let mut depth: Vec<Option<usize>> = vec![None; graph.nodes.len()];
    let mut queue: VecDeque<usize> = graph.nodes.iter().enumerate().filter(|(_, node)| node.core).map(|(index, _)| index).collect();
    let best = graph
        .nodes
        .iter()
        .enumerate()
        .max_by_key(|(index, node)| (node.degree, std::cmp::Reverse(*index)))
        .map(|(index, _)| index);
    if queue.is_empty() {
        queue.extend(best);
    }
    queue.iter().for_each(|index| depth[*index] = Some(0));
    while let Some(here) = queue.pop_front() {
        for next in &graph.neighbours[here] {
            if depth[*next].is_none() {
                depth[*next] = depth[here].map(|depth| depth + 1);
                queue.push_back(*next);
            }
        }
    }
    let deepest = depth.iter().flatten().max().copied().unwrap_or(0);
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); deepest + 2];
    for (index, depth) in depth.iter().enumerate() {
        rows[depth.unwrap_or(deepest + 1)].push(index);
    }
    let mut x = vec![0.0_f32; graph.nodes.len()];
    for row in &rows {
        spread(row, &mut x);
    }
    for _ in 0..4 {
        for row in &mut rows {
            let pull = |index: usize| {
                let near = &graph.neighbours[index];
                if near.is_empty() {
                    x[index]
                } else {
                    near.iter().map(|other| x[*other]).sum::<f32>() / near.len() as f32
                }
            };
            let mut pulled: Vec<(f32, usize)> = row.iter().map(|index| (pull(*index), *index)).collect();
            pulled.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            *row = pulled.into_iter().map(|(_, index)| index).collect();
            spread(row, &mut x);
        }
    }
    let mut places = vec![Pos2::ZERO; graph.nodes.len()];
    for (depth, row) in rows.iter().enumerate() {
        for (order, index) in row.iter().enumerate() {
            let stagger = if row.len() > 12 { (order % 3) as f32 * 34.0 } else { 0.0 };
            places[*index] = pos2(x[*index], depth as f32 * APART * 1.5 + stagger);
        }
    }
    places
}

fn spread(row: &[usize], x: &mut [f32]) {
    for (order, index) in row.iter().enumerate() {
        x[*index] = (order as f32 - (row.len() as f32 - 1.0) / 2.0) * APART;
    }
}

/// A layout by forces under way.
#[derive(Clone, Debug)]
pub(super) struct Forces {
    step: usize,
}

const STEPS: usize = 260;

/// Where a layout by forces begins: each place beside the one it was reached from.
pub(super) fn forces(graph: &Graph) -> (Vec<Pos2>, Forces) {
    let mut places: Vec<Option<Pos2>> = vec![None; graph.nodes.len()];
    let mut order: Vec<usize> = (0..graph.nodes.len()).collect();
    order.sort_by_key(|index| (std::cmp::Reverse(graph.nodes[*index].degree), *index));
    let mut islands = 0_usize;
    for start in order {
        if places[start].is_some() {
            continue;
        }
        places[start] = Some((beside(islands) * (islands as f32).sqrt() * APART * 3.0).to_pos2());
        islands += 1;
        let mut queue = VecDeque::from([start]);
        while let Some(here) = queue.pop_front() {
            let centre = places[here].unwrap_or_default();
            for (turn, next) in graph.neighbours[here].iter().enumerate() {
                if places[*next].is_none() {
                    places[*next] = Some(centre + beside(*next + turn) * APART);
                    queue.push_back(*next);
                }
            }
        }
    }
    (places.into_iter().map(Option::unwrap_or_default).collect(), Forces { step: 0 })
}

impl Forces {
    /// Whether nothing moves any more.
    pub(super) fn settled(&self) -> bool {
        self.step >= STEPS
    }

    /// Moves places for as many steps as one frame can bear.
    pub(super) fn advance(&mut self, graph: &Graph, places: &mut [Pos2]) {
        let work = graph.nodes.len() * 12 + graph.edges.len() * 2 + 1;
        let steps = (600_000 / work).clamp(1, STEPS);
        for _ in 0..steps {
            if self.settled() {
                return;
            }
            let heat = APART * 0.6 * (1.0 - self.step as f32 / STEPS as f32).powf(1.4) + 0.2;
            once(graph, places, heat);
            self.step += 1;
        }
    }
}

fn once(graph: &Graph, places: &mut [Pos2], heat: f32) {
    const REACH: f32 = APART * 2.4;
    let cell = |place: Pos2| ((place.x / REACH).floor() as i32, (place.y / REACH).floor() as i32);
    let mut grid: HashMap<(i32, i32), Vec<usize>> = HashMap::new();
    for (index, place) in places.iter().enumerate() {
        grid.entry(cell(*place)).or_default().push(index);
    }
    let mut pushes = vec![Vec2::ZERO; places.len()];
    for (index, place) in places.iter().enumerate() {
        let (column, row) = cell(*place);
        for near in (-1..=1)
            .flat_map(|x| (-1..=1).map(move |y| (column + x, row + y)))
            .filter_map(|key| grid.get(&key))
        {
            for other in near.iter().take(60).filter(|other| **other != index) {
                let apart = *place - places[*other];
                let distance = apart.length().max(1.0);
                if distance < REACH {
                    let away = if distance > 1.0 { apart / distance } else { beside(index) };
                    pushes[index] += away * (APART * APART / distance).min(APART * 2.0);
                }
            }
        }
        pushes[index] -= place.to_vec2() * 0.02;
    }
    for edge in &graph.edges {
        let apart = places[edge.b] - places[edge.a];
        let pull = apart * (apart.length() / APART) * 0.9;
        pushes[edge.a] += pull;
        pushes[edge.b] -= pull;
    }
    for (place, push) in places.iter_mut().zip(pushes) {
        let length = push.length().max(1e-3);
        *place += push / length * length.min(heat);
    }
}

/// The rectangle around all places, never empty.
pub(super) fn bounds(places: &[Pos2]) -> egui::Rect {
    let around = places
        .iter()
        .fold(egui::Rect::NOTHING, |around, place| around.union(egui::Rect::from_min_max(*place, *place)));
    if around.is_finite() {
        around.expand2(vec2(APART * 0.5, APART * 0.5))
    } else {
        egui::Rect::from_center_size(Pos2::ZERO, vec2(APART, APART))
    }
}
