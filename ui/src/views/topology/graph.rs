//! The network as the map draws it: places with what stands in them, and bundles of links between them.

use egui::{Vec2, vec2};
use pedkai_core::screen::EntityRow;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

use crate::{model::Model, theme::Level};

/// Kinds that stand for a place of their own on the map.
const SITES: [&str; 9] = ["SITE", "POP", "BUILDING", "CAMPUS", "STORE", "DATACENTER", "DATA_CENTER", "LOCATION", "SHELTER"];
const LINKS: [&str; 5] = ["LINK", "CABLE", "CIRCUIT", "FIBER", "FIBRE"];
/// Kinds that have no place at all; the panel lists them.
const NOWHERE: [&str; 6] = ["SERVICE", "CUSTOMER", "EMERGENCY_SERVICE", "SLICE", "REGION", "COUNTRY"];
/// Kinds that are parts of something drawn.
const PARTS: [&str; 8] = ["INTERFACE", "PORT", "CARD", "MODULE", "FAN", "SENSOR", "TRANSCEIVER", "PSU"];

/// Whether a kind is a link between two ends.
pub(crate) fn link(kind: &str) -> bool {
    LINKS.iter().any(|link| link.eq_ignore_ascii_case(kind))
}

fn is(row: &EntityRow, kinds: &[&str]) -> bool {
    kinds.iter().any(|kind| row.kind.eq_ignore_ascii_case(kind))
}

/// An element inside a place.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) offset: Vec2,
    pub(super) level: Option<Level>,
}

/// A place on the map.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) geo: Option<(f64, f64)>,
    pub(super) members: Vec<Member>,
    pub(super) degree: usize,
    pub(super) core: bool,
    pub(super) level: Option<Level>,
}

/// Links between two places.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub(super) a: usize,
    pub(super) b: usize,
    pub(super) links: Vec<Uuid>,
    pub(super) level: Option<Level>,
}

/// The whole map, without positions.
#[derive(Clone, Debug, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
    /// Which place an entity is drawn in.
    pub(super) place_of: HashMap<Uuid, usize>,
    /// Which bundle a link is drawn in.
    pub(super) edge_of: HashMap<Uuid, usize>,
    pub(super) neighbours: Vec<Vec<usize>>,
}

/// Distance between elements of an opened place, in world units.
pub(super) const ELEMENT: f32 = 7.0;

impl Graph {
    /// Builds it from the rows; the same rows give the same graph, in whatever order they came.
    pub(super) fn build(model: &Model) -> Self {
        let mut rows: Vec<&EntityRow> = model.entities().iter().collect();
        rows.sort_by(|a, b| a.external_id.cmp(&b.external_id).then(a.id.cmp(&b.id)));
        let mut graph = Self::default();
        let hosts = hosts(model);
        let homes: HashMap<Uuid, (Uuid, Uuid)> = rows
            .iter()
            .filter(|row| !is(row, &LINKS) && !is(row, &NOWHERE))
            .map(|row| (row.id, home(model, &hosts, row)))
            .collect();
        for row in &rows {
            if homes.get(&row.id).is_some_and(|(place, _)| *place == row.id) {
                graph.place_of.insert(row.id, graph.nodes.len());
                graph.nodes.push(node(row));
            }
        }
        for row in &rows {
            let Some((place, device)) = homes.get(&row.id) else { continue };
            let Some(index) = graph.place_of.get(place).copied() else { continue };
            graph.place_of.insert(row.id, index);
            let Some(node) = graph.nodes.get_mut(index) else { continue };
            if node.geo.is_none() {
                node.geo = row.geo.map(|geo| (geo.lat, geo.lon));
            }
            node.core |= core(row);
            if *device == row.id && row.id != *place {
                node.members.push(Member {
                    id: row.id,
                    name: model.name_of(row.id),
                    offset: Vec2::ZERO,
                    level: None,
                });
            }
        }
        for node in &mut graph.nodes {
            arrange(&mut node.members);
        }
        graph.connect(model, &rows);
        graph
    }

    fn connect(&mut self, model: &Model, rows: &[&EntityRow]) {
        let links: HashSet<Uuid> = rows.iter().filter(|row| is(row, &LINKS)).map(|row| row.id).collect();
        let mut ends: BTreeMap<Uuid, Vec<usize>> = BTreeMap::new();
        let mut bundles: BTreeMap<(usize, usize), Vec<Uuid>> = BTreeMap::new();
        for relation in model.relations().iter() {
            let place = |id: Uuid| self.place_of.get(&id).copied();
            match (links.contains(&relation.source), links.contains(&relation.target)) {
                (true, false) => ends.entry(relation.source).or_default().extend(place(relation.target)),
                (false, true) => ends.entry(relation.target).or_default().extend(place(relation.source)),
                _ => {
                    if let (Some(a), Some(b)) = (place(relation.source), place(relation.target))
                        && a != b
                    {
                        bundles.entry((a.min(b), a.max(b))).or_default();
                    }
                }
            }
        }
        for (link, mut places) in ends {
            places.sort_unstable();
            places.dedup();
            match places.as_slice() {
                [a, b] => bundles.entry((*a, *b)).or_default().push(link),
                [a] => drop(self.place_of.insert(link, *a)),
                _ => {}
            }
        }
        self.neighbours = vec![Vec::new(); self.nodes.len()];
        for ((a, b), links) in bundles {
            for link in &links {
                self.edge_of.insert(*link, self.edges.len());
            }
            for (from, to) in [(a, b), (b, a)] {
                self.neighbours[from].push(to);
                self.nodes[from].degree += links.len().max(1);
            }
            self.edges.push(Edge { a, b, links, level: None });
        }
    }

    /// Colours places, elements and bundles by their worst active alarm.
    pub(super) fn recolour(&mut self, model: &Model) {
        for node in &mut self.nodes {
            node.level = None;
            for member in &mut node.members {
                member.level = None;
            }
        }
        self.edges.iter_mut().for_each(|edge| edge.level = None);
        let worse = |old: Option<Level>, new: Level| Some(old.map_or(new, |old| old.min(new)));
        for (entity, tally) in model.tallies().entities() {
            let Some(level) = tally.worst() else { continue };
            if let Some(edge) = self.edge_of.get(&entity).and_then(|index| self.edges.get_mut(*index)) {
                edge.level = worse(edge.level, level);
            } else if let Some(node) = self.place_of.get(&entity).and_then(|index| self.nodes.get_mut(*index)) {
                node.level = worse(node.level, level);
                if let Some(member) = node.members.iter_mut().find(|member| member.id == entity) {
                    member.level = worse(member.level, level);
                }
            }
        }
        self.recolour_links(model);
    }

    /// Colours the bundles of links that an end tells of.
    fn recolour_links(&mut self, model: &Model) {
        for (link, tally) in model.tallies().links() {
            let Some(edge) = self.edge_of.get(&link).and_then(|index| self.edges.get_mut(*index)) else {
                continue;
            };
            edge.level = match (edge.level, tally.worst()) {
                (Some(old), Some(new)) => Some(old.min(new)),
                (old, new) => old.or(new),
            };
        }
    }

    /// The places on the shortest way from one to another, both included.
    pub(super) fn path(&self, from: usize, to: usize) -> Vec<usize> {
        let mut before: HashMap<usize, usize> = HashMap::from([(from, from)]);
        let mut queue = std::collections::VecDeque::from([from]);
        while let Some(here) = queue.pop_front() {
            for next in self.neighbours.get(here).into_iter().flatten() {
                if let std::collections::hash_map::Entry::Vacant(entry) = before.entry(*next) {
                    entry.insert(here);
                    queue.push_back(*next);
                }
            }
        }
        let mut way = vec![to];
        let mut here = to;
        while here != from {
            match before.get(&here) {
                Some(previous) => here = *previous,
                None => return Vec::new(),
            }
            way.push(here);
        }
        way.reverse();
        way
    }
}

fn core(row: &EntityRow) -> bool {
    row.attributes.get("role").is_some_and(|role| role.trim().eq_ignore_ascii_case("core"))
}

fn node(row: &EntityRow) -> Node {
    let name = if row.name.is_empty() { &row.external_id } else { &row.name };
    Node {
        id: row.id,
        name: crate::format::named(name).to_owned(),
        geo: row.geo.map(|geo| (geo.lat, geo.lon)),
        members: Vec::new(),
        degree: 0,
        core: core(row),
        level: None,
    }
}

/// What hosts what, where the inventory says so by relation instead of by parent.
fn hosts(model: &Model) -> HashMap<Uuid, Uuid> {
    let relations = model.relations().iter().filter(|relation| relation.relation.eq_ignore_ascii_case("hosts"));
    relations.map(|relation| (relation.target, relation.source)).collect()
}

/// The place that an entity is drawn in, and the element of it that it is or is a part of.
fn home(model: &Model, hosts: &HashMap<Uuid, Uuid>, row: &EntityRow) -> (Uuid, Uuid) {
    let mut device = row.id;
    let mut here = row;
    for _ in 0..16 {
        if is(here, &SITES) {
            return (here.id, device);
        }
        let above = here.parent_id.or_else(|| hosts.get(&here.id).copied()).and_then(|id| model.entities().get(id));
        let Some(above) = above.filter(|above| above.id != row.id && !is(above, &NOWHERE)) else {
            break;
        };
        if is(here, &PARTS) || !is(above, &SITES) {
            device = above.id;
        }
        here = above;
    }
    (here.id, device)
}

/// Puts elements into rows under each other.
fn arrange(members: &mut [Member]) {
    let columns = (members.len() as f32).sqrt().ceil().max(1.0);
    let rows = (members.len() as f32 / columns).ceil().max(1.0);
    for (index, member) in members.iter_mut().enumerate() {
        let (column, row) = (index as f32 % columns, (index as f32 / columns).floor());
        member.offset = vec2(column - (columns - 1.0) / 2.0, row - (rows - 1.0) / 2.0) * ELEMENT;
    }
}
