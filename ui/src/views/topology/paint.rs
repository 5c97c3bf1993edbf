//! The picture: one mesh of links, one of places, shapes and letters over what is abnormal.

use egui::{Color32, Mesh, Painter, Pos2, Rect, Shape, Stroke, Vec2, pos2, vec2};
use std::{cmp::Reverse, collections::HashSet};

use super::{
    camera::Camera,
    graph::{ELEMENT, Graph, Node},
    labels::{self, Taken, Wish},
    layout::Projection,
};
use crate::{
    theme::{Level, Theme, Weight},
    widgets::badge,
};

/// What is drawn over the network at rest.
#[derive(Default)]
pub(super) struct Emphasis {
    pub(super) hovered: Option<usize>,
    pub(super) selected: Option<usize>,
    pub(super) hovered_edge: Option<usize>,
    pub(super) selected_edge: Option<usize>,
    /// Places on a path or in reach of a failure; the rest steps back when there are any.
    pub(super) lit: HashSet<usize>,
    pub(super) path: Vec<usize>,
}

/// The map and how it is looked at.
pub(super) struct Scene<'a> {
    pub(super) graph: &'a Graph,
    pub(super) places: &'a [Pos2],
    pub(super) camera: Camera,
    pub(super) screen: Rect,
    pub(super) theme: &'a Theme,
}

/// From which scale on an opened place shows its elements.
const OPEN: f32 = 2.2;
/// From which scale on the elements are named.
const NAMED: f32 = 6.0;
/// Abnormal places that are drawn as shapes with letters; more than these are dots.
const SHAPES: usize = 500;
/// Places this close together on the small map are one dot of it.
const FINE: f32 = 2.0;

impl Scene<'_> {
    /// Where a place is on the screen.
    pub(super) fn at(&self, index: usize) -> Pos2 {
        self.places.get(index).map_or(Pos2::ZERO, |place| self.camera.to_screen(self.screen, *place))
    }

    /// Radius of a place at rest.
    pub(super) fn radius(&self, index: usize) -> f32 {
        let degree = self.graph.nodes.get(index).map_or(0, |node| node.degree) as f32;
        let zoom = (self.camera.scale / 0.6).clamp(0.35, 1.5);
        ((3.0 + degree.sqrt() * 0.9) * zoom).clamp(1.6, 10.0)
    }

    pub(super) fn draw(&self, painter: &Painter, emphasis: &Emphasis) {
        let dim = !emphasis.lit.is_empty();
        self.links(painter, emphasis, dim);
        let seen = self.seen(emphasis);
        let mut taken = Taken::over(self.screen);
        let mut wishes = Vec::new();
        for (index, at) in &seen.open {
            self.elements(painter, *index, *at, &mut taken, &mut wishes);
        }
        let mut mesh = Mesh::default();
        let spokes = Spokes::default();
        mesh.reserve_vertices(seen.dots.len() * 36);
        mesh.reserve_triangles(seen.dots.len() * 48);
        for (index, at) in &seen.dots {
            let level = self.graph.nodes.get(*index).and_then(|node| node.level);
            let ink = level.map_or(self.theme.palette.map.node, |level| self.theme.level(level).fill);
            let stepped_back = dim && !emphasis.lit.contains(index);
            let ink = if stepped_back { Theme::veil(ink, 0.3) } else { ink };
            let radius = self.radius(*index);
            spokes.disc(&mut mesh, *at, radius, ink, self.theme.palette.map.node_line);
            if radius > 3.0 {
                taken.take(Rect::from_center_size(*at, Vec2::splat(radius * 2.0)));
            }
        }
        painter.add(Shape::mesh(mesh));
        for (level, index, at) in seen.shapes.iter().rev() {
            let radius = self.radius(*index);
            let side = (radius * 2.0).clamp(if seen.shapes.len() < 60 { 15.0 } else { 9.0 }, 20.0);
            badge::paint(painter, self.theme, Rect::from_center_size(*at, Vec2::splat(side)), *level);
            taken.take(Rect::from_center_size(*at, Vec2::splat(radius.max(7.0) * 2.0)));
        }
        self.rings(painter, emphasis);
        for (_, index) in seen.names {
            let chosen = emphasis.selected == Some(index) || emphasis.hovered == Some(index);
            wishes.push(self.wish(index, self.at(index), self.radius(index), chosen, dim && !emphasis.lit.contains(&index)));
        }
        labels::draw(painter, self.screen, wishes, taken, Theme::veil(self.theme.palette.map.land, 0.75));
    }

    /// What of the network is on the screen, and how each place is drawn.
    fn seen(&self, emphasis: &Emphasis) -> Seen {
        let mut seen = Seen::default();
        let near = self.screen.expand(40.0);
        let open = self.camera.scale >= OPEN;
        for (index, node) in self.graph.nodes.iter().enumerate() {
            let at = self.at(index);
            if !near.contains(at) {
                continue;
            }
            match node.level {
                _ if open && !node.members.is_empty() => seen.open.push((index, at)),
                Some(level) => seen.shapes.push((level, index, at)),
                None => seen.dots.push((index, at)),
            }
            let chosen = emphasis.selected == Some(index) || emphasis.hovered == Some(index);
            if chosen || node.level.is_some() || self.camera.scale > 0.35 || node.degree > 6 {
                seen.names.push((Reverse(rank(node, chosen)), index));
            }
        }
        if seen.shapes.len() > SHAPES {
            seen.shapes.select_nth_unstable_by_key(SHAPES, |(level, index, _)| (*level, *index));
            seen.dots.extend(seen.shapes.drain(SHAPES..).map(|(_, index, at)| (index, at)));
        }
        seen.shapes.sort_unstable_by_key(|(level, index, _)| (*level, *index));
        if seen.names.len() > labels::MOST {
            seen.names.select_nth_unstable(labels::MOST);
            seen.names.truncate(labels::MOST);
        }
        seen
    }

    fn wish(&self, index: usize, at: Pos2, radius: f32, chosen: bool, stepped_back: bool) -> Wish {
        let node = &self.graph.nodes[index];
        let ink = &self.theme.palette.text;
        let loud = chosen || node.level.is_some();
        let colour = if stepped_back && !chosen {
            Theme::veil(ink.soft, 0.5)
        } else if loud {
            ink.strong
        } else {
            ink.soft
        };
        let weight = if loud { Weight::Medium } else { Weight::Regular };
        let open = self.camera.scale >= OPEN && !node.members.is_empty();
        let radius = if open {
            self.reach(index)
        } else {
            radius.max(if node.level.is_some() { 8.0 } else { 0.0 })
        };
        Wish {
            at,
            radius,
            words: node.name.clone(),
            ink: colour,
            font: weight.at(self.theme.scale.text.small),
            weight: rank(node, chosen),
        }
    }

    fn reach(&self, index: usize) -> f32 {
        let columns = (self.graph.nodes[index].members.len() as f32).sqrt().ceil();
        columns * ELEMENT * self.camera.scale / 2.0 + 6.0
    }

    fn links(&self, painter: &Painter, emphasis: &Emphasis, dim: bool) {
        let mut mesh = Mesh::default();
        mesh.reserve_vertices(self.graph.edges.len() * 8);
        mesh.reserve_triangles(self.graph.edges.len() * 6);
        let mut loud = Mesh::default();
        let width = (self.camera.scale * 1.6).clamp(0.7, 1.8);
        for (index, edge) in self.graph.edges.iter().enumerate() {
            let (a, b) = (self.at(edge.a), self.at(edge.b));
            if !self.screen.intersects(Rect::from_two_pos(a, b).expand(2.0)) {
                continue;
            }
            let lit = emphasis
                .path
                .windows(2)
                .any(|pair| (pair[0], pair[1]) == (edge.a, edge.b) || (pair[1], pair[0]) == (edge.a, edge.b));
            let chosen = emphasis.selected_edge == Some(index) || emphasis.hovered_edge == Some(index);
            let bundle = (edge.links.len().saturating_sub(1) as f32 * 0.6).min(3.0);
            if lit || chosen {
                quad(&mut loud, a, b, width + 2.0 + bundle, self.theme.palette.accent.focus);
            }
            match edge.level {
                Some(level) => quad(&mut loud, a, b, width + 1.4 + bundle, self.theme.level(level).fill),
                None if !(lit || chosen) => {
                    let ink = self.theme.palette.map.edge;
                    quad(&mut mesh, a, b, width + bundle, if dim { Theme::veil(ink, 0.4) } else { ink });
                }
                None => {}
            }
        }
        painter.add(Shape::mesh(mesh));
        painter.add(Shape::mesh(loud));
        for edge in self.graph.edges.iter().filter(|edge| edge.level.is_some()).take(SHAPES) {
            let middle = self.at(edge.a) + (self.at(edge.b) - self.at(edge.a)) / 2.0;
            if let Some(level) = edge.level.filter(|_| self.screen.contains(middle)) {
                let side = if self.camera.scale > 0.3 { 16.0 } else { 10.0 };
                let place = Rect::from_center_size(middle, Vec2::splat(side));
                painter.circle_filled(middle, side * 0.75, self.theme.palette.map.land);
                badge::paint(painter, self.theme, place, level);
            }
        }
    }

    fn elements(&self, painter: &Painter, index: usize, at: Pos2, taken: &mut Taken, wishes: &mut Vec<Wish>) {
        let node = &self.graph.nodes[index];
        let reach = self.reach(index);
        let rows = (node.members.len() as f32 / (node.members.len() as f32).sqrt().ceil()).ceil();
        let place = Rect::from_center_size(at, vec2(reach * 2.0, rows * ELEMENT * self.camera.scale + 12.0));
        painter.rect_filled(place, 6.0, self.theme.palette.ground.surface);
        painter.rect_stroke(place, 6.0, Stroke::new(1.0, self.theme.palette.map.edge), egui::StrokeKind::Inside);
        taken.take(place);
        let side = (self.camera.scale * 2.6).clamp(7.0, 16.0);
        for member in &node.members {
            let middle = at + member.offset * self.camera.scale;
            match member.level {
                Some(level) => badge::paint(painter, self.theme, Rect::from_center_size(middle, Vec2::splat(side.max(10.0))), level),
                None => drop(painter.circle_filled(middle, side * 0.42, self.theme.palette.map.node)),
            }
            if self.camera.scale >= NAMED {
                let ink = if member.level.is_some() {
                    self.theme.palette.text.strong
                } else {
                    self.theme.palette.text.soft
                };
                let font = Weight::Regular.at(self.theme.scale.text.caption);
                let weight = member.level.map_or(1, |level| 50_000 * (6 - level as u32));
                wishes.push(Wish {
                    at: middle + vec2(0.0, side * 0.5),
                    radius: 0.0,
                    words: member.name.clone(),
                    ink,
                    font,
                    weight,
                });
            }
        }
    }

    fn rings(&self, painter: &Painter, emphasis: &Emphasis) {
        let focus = self.theme.palette.accent.focus;
        for index in &emphasis.lit {
            painter.circle_stroke(
                self.at(*index),
                self.radius(*index).max(7.0) + 4.0,
                Stroke::new(1.2, self.theme.palette.text.soft),
            );
        }
        for (index, width) in [(emphasis.hovered, 1.2), (emphasis.selected, 2.0)] {
            if let Some(index) = index {
                painter.circle_stroke(self.at(index), self.radius(index).max(8.0) + 4.0, Stroke::new(width, focus));
            }
        }
    }

    /// A grid of degrees under a geographic map.
    pub(super) fn grid(&self, painter: &Painter, projection: &Projection) {
        let ink = Theme::veil(self.theme.palette.ground.line, 0.7);
        let span = |step: f64| (projection.place(0.0, step).x - projection.place(0.0, 0.0).x) * self.camera.scale;
        let step = [0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0]
            .into_iter()
            .find(|step| span(*step) > 90.0)
            .unwrap_or(30.0);
        let line = |lat: f64, lon: f64| self.camera.to_screen(self.screen, projection.place(lat, lon));
        let mut drawn = 0;
        for index in -(180.0 / step) as i32..=(180.0 / step) as i32 {
            let degree = f64::from(index) * step;
            let x = line(0.0, degree).x;
            if self.screen.x_range().contains(x) && drawn < 200 {
                painter.vline(x, self.screen.y_range(), Stroke::new(1.0, ink));
                drawn += 1;
            }
            let y = line(degree.clamp(-85.0, 85.0), 0.0).y;
            if degree.abs() <= 85.0 && self.screen.y_range().contains(y) && drawn < 200 {
                painter.hline(self.screen.x_range(), y, Stroke::new(1.0, ink));
                drawn += 1;
            }
        }
    }

    /// The whole network in a corner, and which part of it is seen.
    pub(super) fn minimap(&self, painter: &Painter, corner: Rect, bounds: Rect) {
        let camera = Camera::over(bounds, corner.shrink(6.0));
        painter.rect_filled(corner, 4.0, self.theme.palette.ground.surface);
        painter.rect_stroke(corner, 4.0, self.theme.line(), egui::StrokeKind::Inside);
        let columns = (corner.width() / FINE).ceil() as usize + 1;
        let rows = (corner.height() / FINE).ceil() as usize + 1;
        let mut dots: Vec<Option<Option<Level>>> = vec![None; columns * rows];
        for (place, node) in self.places.iter().zip(&self.graph.nodes) {
            let at = (camera.to_screen(corner, *place) - corner.min) / FINE;
            if let Some(dot) = dots.get_mut(at.y.max(0.0) as usize * columns + at.x.max(0.0) as usize) {
                let worst = dot.flatten().into_iter().chain(node.level).min();
                *dot = Some(worst);
            }
        }
        let mut mesh = Mesh::default();
        for loud in [false, true] {
            for (place, level) in dots.iter().enumerate().filter_map(|(place, level)| Some((place, (*level)?))) {
                let (radius, ink) = match level {
                    Some(level) => (2.2, self.theme.level(level).fill),
                    None => (1.0, self.theme.palette.map.node),
                };
                if level.is_some() == loud {
                    let at = vec2((place % columns) as f32 + 0.5, (place / columns) as f32 + 0.5) * FINE;
                    dot(&mut mesh, corner.min + at, radius, ink);
                }
            }
        }
        painter.add(Shape::mesh(mesh));
        let seen = Rect::from_two_pos(
            self.camera.to_world(self.screen, self.screen.min),
            self.camera.to_world(self.screen, self.screen.max),
        );
        let frame = Rect::from_two_pos(camera.to_screen(corner, seen.min), camera.to_screen(corner, seen.max)).intersect(corner);
        painter.rect_stroke(frame, 2.0, Stroke::new(1.0, self.theme.palette.text.soft), egui::StrokeKind::Inside);
    }
}

/// What of the network is on the screen.
#[derive(Default)]
struct Seen {
    /// Places that show what stands in them.
    open: Vec<(usize, Pos2)>,
    /// Places drawn as dots: those at rest, and what is abnormal beyond the worst few hundred.
    dots: Vec<(usize, Pos2)>,
    /// The worst places, worst first.
    shapes: Vec<(Level, usize, Pos2)>,
    /// Places whose names may be read.
    names: Vec<(Reverse<u32>, usize)>,
}

/// How much the name of a place matters.
fn rank(node: &Node, chosen: bool) -> u32 {
    u32::from(chosen) * 1_000_000 + node.level.map_or(0, |level| 100_000 * (6 - level as u32)) + node.degree.min(9_999) as u32
}

/// A line with soft edges: a mesh has no other smoothing.
fn quad(mesh: &mut Mesh, a: Pos2, b: Pos2, width: f32, ink: Color32) {
    let along = (b - a).normalized();
    let across = vec2(-along.y, along.x);
    let (core, edge) = (width / 2.0 - 0.5, width / 2.0 + 0.5);
    let first = mesh.vertices.len() as u32;
    let strips = if core > 0.05 { 3 } else { 2 };
    for end in [a, b] {
        mesh.colored_vertex(end + across * edge, Color32::TRANSPARENT);
        if strips == 3 {
            mesh.colored_vertex(end + across * core, ink);
            mesh.colored_vertex(end - across * core, ink);
        } else {
            mesh.colored_vertex(end, ink);
        }
        mesh.colored_vertex(end - across * edge, Color32::TRANSPARENT);
    }
    for strip in 0..strips {
        let (near, far) = (first + strip, first + strip + strips + 1);
        mesh.add_triangle(near, near + 1, far);
        mesh.add_triangle(near + 1, far + 1, far);
    }
}

/// The directions of a disc's corners, reckoned once a picture.
struct Spokes {
    few: [Vec2; 6],
    some: [Vec2; 12],
    many: [Vec2; 20],
}

impl Default for Spokes {
    fn default() -> Self {
        fn around<const N: usize>() -> [Vec2; N] {
            std::array::from_fn(|corner| Vec2::angled(std::f32::consts::TAU * corner as f32 / N as f32))
        }
        Self {
            few: around(),
            some: around(),
            many: around(),
        }
    }
}

impl Spokes {
    /// A disc with a soft rim; one that is large enough has a line around it that parts it from the links.
    fn disc(&self, mesh: &mut Mesh, centre: Pos2, radius: f32, ink: Color32, line: Color32) {
        let rings = [(radius - 0.5, ink), (radius + 0.5, line), (radius + 1.7, Color32::TRANSPARENT)];
        let (spokes, rings): (&[Vec2], &[(f32, Color32)]) = if radius > 4.0 {
            (&self.many, &rings)
        } else if radius > 2.5 {
            (&self.some, &rings)
        } else {
            (&self.few, &[(radius - 0.3, ink), (radius + 0.7, Color32::TRANSPARENT)])
        };
        let (first, corners) = (mesh.vertices.len() as u32, spokes.len() as u32);
        for (reach, ink) in rings {
            for spoke in spokes {
                mesh.colored_vertex(centre + *spoke * *reach, *ink);
            }
        }
        for corner in 1..corners - 1 {
            mesh.add_triangle(first, first + corner, first + corner + 1);
        }
        for ring in 1..rings.len() as u32 {
            let (inner, outer) = (first + (ring - 1) * corners, first + ring * corners);
            for corner in 0..corners {
                let next = (corner + 1) % corners;
                mesh.add_triangle(inner + corner, outer + corner, outer + next);
                mesh.add_triangle(inner + corner, outer + next, inner + next);
            }
        }
    }
}

fn dot(mesh: &mut Mesh, centre: Pos2, half: f32, ink: Color32) {
    let first = mesh.vertices.len() as u32;
    for corner in [vec2(-half, -half), vec2(half, -half), vec2(half, half), vec2(-half, half)] {
        mesh.colored_vertex(pos2(centre.x, centre.y) + corner, ink);
    }
    mesh.add_triangle(first, first + 1, first + 2);
    mesh.add_triangle(first, first + 2, first + 3);
}
