//! The map: places and the links between them, with what is abnormal drawn over a muted rest.

mod camera;
mod graph;
mod labels;
mod layout;
mod near;
mod paint;
mod panel;
mod tools;

use egui::{Pos2, Rect, Sense, Ui, UiBuilder, vec2};
use pedkai_core::model::{Span, Timestamp};
use std::collections::HashSet;
use uuid::Uuid;

use self::{
    camera::Camera,
    graph::Graph,
    layout::{Forces, Plan, Projection},
    near::{nearest, nearest_edge},
    paint::{Emphasis, Scene},
};
use crate::{
    command::{Command, MapCommand},
    format::{self, Clock},
    intent::{Fetch, Intent},
    model::{Detail, Model},
    theme::{Icon, Theme},
    widgets::{empty, text},
};

pub(crate) use graph::link;
pub use tools::find;

/// From how many places on a network that grows is laid out anew at leisure.
const MANY: usize = 2_000;
const LEISURE: Span = Span::seconds(2);

/// What is chosen on the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Entity(Uuid),
    Bundle(usize),
}

/// The map.
#[derive(Default)]
pub struct Topology {
    graph: Graph,
    places: Vec<Pos2>,
    plan: Option<Plan>,
    projection: Option<Projection>,
    forces: Option<Forces>,
    camera: Option<Camera>,
    built_for: Option<(u64, u64)>,
    built_at: Timestamp,
    coloured_for: Option<u64>,
    choice: Option<Choice>,
    look_at: Option<Uuid>,
    reach: bool,
    path: Vec<usize>,
    written: String,
    write: bool,
}

impl std::fmt::Debug for Topology {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Topology")
            .field("places", &self.places.len())
            .field("choice", &self.choice)
            .finish_non_exhaustive()
    }
}

impl Topology {
    /// Chooses an entity and brings it into sight.
    pub fn focus(&mut self, entity: Uuid) {
        self.choice = Some(Choice::Entity(entity));
        self.look_at = Some(entity);
        self.reach = false;
    }

    /// Chooses an entity and shows what its failure takes with it; as much of the map as before stays in sight.
    pub fn reach_of(&mut self, entity: Uuid) {
        self.choice = Some(Choice::Entity(entity));
        self.reach = true;
    }

    /// Carries out commands, then draws.
    pub fn show(&mut self, ui: &mut Ui, model: &Model, clock: &Clock, commands: &[Command]) -> Vec<Intent> {
        let mut intents = Vec::new();
        self.refresh(model, clock);
        let theme = Theme::of(ui);
        let mut screen = ui.available_rect_before_wrap();
        if self.graph.nodes.is_empty() {
            let why = "Import a topology, or let alarms name their entities: every one that is heard of appears here.";
            empty::empty(ui, Icon::GRAPH, "No network is known yet", why, None);
            return intents;
        }
        let whole = screen;
        if self.choice.is_some() && screen.width() > 2.0 * panel::WIDTH {
            screen.max.x -= panel::WIDTH;
        }
        for command in commands {
            self.command(*command, screen, &mut intents);
        }
        self.settle(ui);
        self.map(ui, &theme, model, screen, &mut intents);
        self.tools(ui, &theme, model, screen);
        if screen.right() < whole.right() {
            let place = whole.with_min_x(screen.right());
            let mut beside = ui.new_child(UiBuilder::new().max_rect(place).id_salt("beside"));
            beside.set_clip_rect(place);
            self.beside(&mut beside, model, clock, &mut intents);
        }
        intents
    }

    fn refresh(&mut self, model: &Model, clock: &Clock) {
        let shape = (model.entities().revision(), model.relations().revision());
        let early = self.graph.nodes.len() > MANY && clock.now.since(self.built_at).abs() < LEISURE;
        if self.built_for != Some(shape) && !early {
            self.built_at = clock.now;
            self.graph = Graph::build(model);
            self.built_for = Some(shape);
            self.coloured_for = None;
            self.path.clear();
            if matches!(self.choice, Some(Choice::Bundle(_))) {
                self.choice = None;
            }
            let plan = self.plan.unwrap_or_else(|| Plan::fitting(&self.graph));
            self.lay_out(plan);
        }
        if self.coloured_for != Some(model.tallies().revision()) {
            self.graph.recolour(model);
            self.coloured_for = Some(model.tallies().revision());
        }
    }

    fn lay_out(&mut self, plan: Plan) {
        (self.projection, self.forces) = (None, None);
        match plan {
            Plan::Geographic => (self.places, self.projection) = layout::geographic(&self.graph),
            Plan::Layers => self.places = layout::layers(&self.graph),
            Plan::Forces => {
                let (places, forces) = layout::forces(&self.graph);
                (self.places, self.forces) = (places, Some(forces));
            }
        }
    }

    fn settle(&mut self, ui: &Ui) {
        if let Some(forces) = self.forces.as_mut().filter(|forces| !forces.settled()) {
            forces.advance(&self.graph, &mut self.places);
            ui.ctx().request_repaint();
        }
    }

    fn map(&mut self, ui: &mut Ui, theme: &Theme, model: &Model, screen: Rect, intents: &mut Vec<Intent>) {
        let bounds = layout::bounds(&self.places);
        let response = ui.interact(screen, ui.scope_id().with("map"), Sense::click_and_drag());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Canvas, true, format!("Map of {}", format::counted(self.graph.nodes.len(), "place"))));
        let settling = self.forces.as_ref().is_some_and(|forces| !forces.settled());
        let fresh = Camera::over(bounds, screen.shrink2(vec2(56.0, 64.0)));
        let mut camera = if settling { fresh } else { self.camera.unwrap_or(fresh) };
        if let Some(place) = self.look_at.take().and_then(|entity| self.place_of(entity)) {
            camera.look_at(place);
        }
        camera.steer(ui, screen, &response);
        self.camera = Some(camera);
        let scene = Scene {
            graph: &self.graph,
            places: &self.places,
            camera,
            screen,
            theme,
        };
        let mut emphasis = self.emphasis(model);
        if let Some(pointer) = response.hover_pos() {
            emphasis.hovered = nearest(&scene, pointer);
            emphasis.hovered_edge = if emphasis.hovered.is_none() { nearest_edge(&scene, pointer) } else { None };
        }
        let painter = ui.painter_at(screen);
        painter.rect_filled(screen, 0.0, theme.palette.map.land);
        if let Some(projection) = &self.projection {
            scene.grid(&painter, projection);
        }
        scene.draw(&painter, &emphasis);
        let corner = Rect::from_min_size(screen.right_bottom() - vec2(176.0, 122.0), vec2(164.0, 110.0));
        scene.minimap(&painter, corner, bounds);
        if (response.clicked() || response.dragged())
            && let Some(point) = response.interact_pointer_pos().filter(|point| corner.contains(*point))
        {
            let place = Camera::over(bounds, corner.shrink(6.0)).to_world(corner, point);
            if let Some(camera) = &mut self.camera {
                camera.move_to(place);
            }
            return;
        }
        self.clicks(ui, &response, &emphasis, intents);
        if let Some(words) = self.tip(model, &emphasis) {
            text::hover_at_pointer(response, &words);
        }
    }

    fn clicks(&mut self, ui: &Ui, response: &egui::Response, emphasis: &Emphasis, intents: &mut Vec<Intent>) {
        let node = emphasis.hovered.and_then(|index| Some((index, self.graph.nodes.get(index)?.id)));
        if response.double_clicked() {
            intents.extend(node.map(|(_, id)| Intent::ShowAlarmsOf(id)));
        } else if response.clicked() {
            let shift = ui.input(|input| input.modifiers.shift);
            if let (true, Some((to, _)), Some(from)) = (shift, node, emphasis.selected) {
                self.path = self.graph.path(from, to);
                return;
            }
            self.path.clear();
            self.reach = false;
            self.choice = node.map(|(_, id)| Choice::Entity(id)).or(emphasis.hovered_edge.map(Choice::Bundle));
        }
    }

    fn emphasis(&self, model: &Model) -> Emphasis {
        let mut emphasis = Emphasis {
            path: self.path.clone(),
            lit: self.path.iter().copied().collect(),
            ..Emphasis::default()
        };
        match self.choice {
            Some(Choice::Entity(id)) => {
                emphasis.selected = self.graph.place_of.get(&id).copied().filter(|_| !self.graph.edge_of.contains_key(&id));
                emphasis.selected_edge = self.graph.edge_of.get(&id).copied();
                if self.reach {
                    emphasis.lit = self.reached(model, id);
                    emphasis.lit.extend(emphasis.selected);
                }
            }
            Some(Choice::Bundle(edge)) => emphasis.selected_edge = Some(edge),
            None => {}
        }
        emphasis
    }

    /// Places that the failure of an entity takes with it, where the collector has said so.
    fn reached(&self, model: &Model, entity: Uuid) -> HashSet<usize> {
        let Some(Detail::Here(impact)) = model.details.get(&Fetch::Impact(entity)) else {
            return HashSet::new();
        };
        let lists = ["down", "degraded"].iter().filter_map(|name| impact.get(name)?.as_array());
        let ids = lists.flatten().filter_map(|each| each.get("entity_id")?.as_str()?.parse::<Uuid>().ok());
        ids.filter_map(|id| self.graph.place_of.get(&id).copied()).collect()
    }

    fn tip(&self, model: &Model, emphasis: &Emphasis) -> Option<String> {
        if let Some(node) = emphasis.hovered.and_then(|index| self.graph.nodes.get(index)) {
            let inside = if node.members.is_empty() {
                String::new()
            } else {
                format!("\n{} inside", format::counted(node.members.len(), "element"))
            };
            let state = node
                .level
                .map_or("no active alarm".to_owned(), |level| format!("worst alarm {}", level.word().to_lowercase()));
            return Some(format!("{}{inside}\n{}\n{state}", node.name, format::counted(node.degree, "link")));
        }
        let edge = emphasis.hovered_edge.and_then(|index| self.graph.edges.get(index))?;
        let names: Vec<String> = edge.links.iter().take(4).map(|id| model.name_of(*id)).collect();
        let name = |index: usize| self.graph.nodes.get(index).map_or("", |node| node.name.as_str());
        Some(format!("{} – {}\n{}", name(edge.a), name(edge.b), names.join("\n")))
    }

    fn beside(&mut self, ui: &mut Ui, model: &Model, clock: &Clock, intents: &mut Vec<Intent>) {
        let asked = match self.choice {
            Some(Choice::Entity(id)) => panel::entity(ui, model, &self.graph, clock, id, self.reach, intents),
            Some(Choice::Bundle(edge)) => panel::bundle(ui, model, &self.graph, clock, edge, intents),
            None => return,
        };
        if asked.close {
            self.choice = None;
            self.path.clear();
        }
        if asked.reach {
            self.reach = !self.reach;
        }
        if let Some(id) = asked.look_at {
            self.focus(id);
        }
    }

    fn place_of(&self, entity: Uuid) -> Option<Pos2> {
        if let Some(edge) = self.graph.edge_of.get(&entity).and_then(|index| self.graph.edges.get(*index)) {
            let (a, b) = (self.places.get(edge.a)?, self.places.get(edge.b)?);
            return Some(*a + (*b - *a) / 2.0);
        }
        self.graph.place_of.get(&entity).and_then(|index| self.places.get(*index)).copied()
    }

    fn command(&mut self, command: Command, screen: Rect, intents: &mut Vec<Intent>) {
        let Command::Map(command) = command else { return };
        let mut zoom = |by: f32| {
            if let Some(camera) = &mut self.camera {
                camera.zoom(screen, screen.center(), by);
            }
        };
        match command {
            MapCommand::ZoomIn => zoom(1.4),
            MapCommand::ZoomOut => zoom(1.0 / 1.4),
            MapCommand::Whole => self.camera = None,
            MapCommand::Search => self.write = true,
            MapCommand::Layout => {
                let here = self.plan.unwrap_or_else(|| Plan::fitting(&self.graph));
                let place = Plan::ALL.iter().position(|plan| *plan == here).unwrap_or_default();
                self.choose(Plan::ALL[(place + 1) % Plan::ALL.len()]);
            }
            MapCommand::ShowKpis => {
                if let Some(Choice::Entity(id)) = self.choice {
                    intents.push(Intent::ShowKpis(id));
                }
            }
            MapCommand::ShowAlarms => {
                if let Some(Choice::Entity(id)) = self.choice {
                    intents.push(Intent::ShowAlarmsOf(id));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
