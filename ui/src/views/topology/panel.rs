//! What is known about the chosen place or bundle, beside the map.

use egui::{Frame, Margin, ScrollArea, Ui};
use uuid::Uuid;

use super::graph::Graph;
use crate::{
    format::{self, Clock},
    intent::{Fetch, Intent},
    model::{Detail, Model},
    theme::{Icon, Level, Theme, Weight},
    views::impact,
    widgets::{
        badge,
        button::{self, Button},
        card, text,
    },
};

/// What the panel was asked for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) close: bool,
    pub(super) look_at: Option<Uuid>,
    pub(super) reach: bool,
}

/// Width of the panel.
pub(super) const WIDTH: f32 = 300.0;

/// Draws an entity with its elements, alarms and neighbours.
pub(super) fn entity(ui: &mut Ui, model: &Model, graph: &Graph, clock: &Clock, id: Uuid, reach_shown: bool, intents: &mut Vec<Intent>) -> Asked {
    let mut asked = Asked::default();
    frame(ui, |ui| {
        let theme = Theme::of(ui);
        head(ui, model, id, &mut asked);
        ui.horizontal(|ui| {
            let alarms = Button::new("Alarms").icon(Icon::BELL).key("Enter");
            let kpis = Button::new("KPIs").icon(Icon::CHART_LINE).key("P");
            let [alarms, kpis] = button::fitting(ui, ui.available_width(), [alarms, kpis]);
            if alarms.show(ui).clicked() {
                intents.push(Intent::ShowAlarmsOf(id));
            }
            if kpis.show(ui).clicked() {
                intents.push(Intent::ShowKpis(id));
            }
        });
        ui.add_space(theme.scale.space.xs);
        let label = if reach_shown { "Hide reach" } else { "What if it fails" };
        asked.reach |= Button::new(label).icon(Icon::BROADCAST).chosen(reach_shown).show(ui).clicked();
        if reach_shown {
            ui.add_space(theme.scale.space.xs);
            reach(ui, model, id, &mut asked, intents);
        }
        if let Some(row) = model.entities().get(id) {
            ui.add_space(theme.scale.space.s);
            card::fact(ui, "Type", &row.kind);
            card::fact(ui, "External id", &row.external_id);
            if let Some(parent) = row.parent_id {
                card::fact(ui, "Part of", &model.name_of(parent));
            }
            if !row.sla_tier.is_empty() {
                card::fact(ui, "Service tier", &row.sla_tier);
            }
            for (name, value) in row.attributes.iter().take(8) {
                card::fact(ui, name, value);
            }
        }
        let inside = graph.place_of.get(&id).and_then(|index| graph.nodes.get(*index)).filter(|node| node.id == id);
        if let Some(node) = inside.filter(|node| !node.members.is_empty()) {
            ui.add_space(theme.scale.space.s);
            text::caption(ui, &format!("{} inside", format::counted(node.members.len(), "element")));
            let mut members: Vec<_> = node.members.iter().collect();
            members.sort_by_key(|member| member.level.unwrap_or(Level::Cleared));
            for member in members.into_iter().take(12) {
                link(ui, &member.name, member.level, member.id, &mut asked);
            }
        }
        alarms(ui, model, clock, &family(graph, id), intents);
    });
    asked
}

/// Draws a bundle of links.
pub(super) fn bundle(ui: &mut Ui, model: &Model, graph: &Graph, clock: &Clock, edge: usize, intents: &mut Vec<Intent>) -> Asked {
    let mut asked = Asked::default();
    frame(ui, |ui| {
        let Some(edge) = graph.edges.get(edge) else { return };
        let theme = Theme::of(ui);
        let name = |index: usize| graph.nodes.get(index).map_or("", |node| node.name.as_str());
        title(ui, &format!("{} – {}", name(edge.a), name(edge.b)), &mut asked);
        text::soft(ui, &format::counted(edge.links.len(), "link"));
        ui.add_space(theme.scale.space.s);
        for id in edge.links.iter().take(12) {
            link(ui, &model.name_of(*id), model.tallies().of(*id).worst(), *id, &mut asked);
        }
        alarms(ui, model, clock, &edge.links, intents);
    });
    asked
}

fn frame(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    let theme = Theme::of(ui);
    let place = ui.max_rect();
    ui.painter().rect_filled(place, 0.0, theme.palette.ground.surface);
    ui.painter().vline(place.left() + 0.5, place.y_range(), theme.line());
    Frame::new().inner_margin(Margin::same(theme.scale.space.m as i8)).show(ui, |ui| {
        ScrollArea::vertical().id_salt("panel").auto_shrink(false).show(ui, |ui| {
            ui.set_width(ui.available_width());
            contents(ui);
        });
    });
}

fn title(ui: &mut Ui, words: &str, asked: &mut Asked) {
    let theme = Theme::of(ui);
    ui.horizontal(|ui| {
        let room = ui.available_width() - theme.scale.control.height - theme.scale.space.s;
        ui.allocate_ui_with_layout(egui::vec2(room, 28.0), egui::Layout::left_to_right(egui::Align::Center), |ui| {
            ui.set_width(room);
            text::label(ui, words, Weight::Strong.at(theme.scale.text.title), theme.palette.text.strong);
        });
        asked.close |= button::icon(ui, Icon::X, "Close this panel", false).clicked();
    });
}

fn head(ui: &mut Ui, model: &Model, id: Uuid, asked: &mut Asked) {
    title(ui, &model.name_of(id), asked);
    let tally = model.tallies().of(id);
    if tally.total() > 0 {
        ui.horizontal(|ui| {
            for (level, number) in Level::ALL.into_iter().zip(tally.counts).filter(|(_, number)| *number > 0) {
                badge::severity(ui, level);
                text::strong(ui, &format::count(number));
            }
        });
    }
}

fn link(ui: &mut Ui, name: &str, level: Option<Level>, id: Uuid, asked: &mut Asked) {
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 20.0;
        match level {
            Some(level) => drop(badge::severity(ui, level)),
            None => ui.add_space(24.0),
        }
        let response = text::body(ui, name).interact(egui::Sense::click());
        asked.look_at = asked.look_at.or(response.clicked().then_some(id));
    });
}

/// A place with everything in it, or the entity alone.
fn family(graph: &Graph, id: Uuid) -> Vec<Uuid> {
    let node = graph.place_of.get(&id).and_then(|index| graph.nodes.get(*index)).filter(|node| node.id == id);
    let members = node.into_iter().flat_map(|node| node.members.iter().map(|member| member.id));
    std::iter::once(id).chain(members).collect()
}

fn alarms(ui: &mut Ui, model: &Model, clock: &Clock, entities: &[Uuid], intents: &mut Vec<Intent>) {
    if entities.iter().all(|entity| model.tallies().of(*entity).total() == 0) {
        return;
    }
    let mut active: Vec<_> = model
        .alarms()
        .iter()
        .filter(|alarm| !alarm.cleared && entities.contains(&alarm.entity_id))
        .collect();
    active.sort_by_key(|alarm| (Level::from(alarm.severity), std::cmp::Reverse(alarm.raised_at)));
    ui.add_space(8.0);
    text::caption(ui, &format::counted(active.len(), "active alarm"));
    for alarm in active.into_iter().take(10) {
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = 20.0;
            badge::severity(ui, alarm.severity.into());
            text::soft(ui, &clock.age(alarm.raised_at));
            if text::body(ui, &alarm.text).interact(egui::Sense::click()).clicked() {
                intents.push(Intent::ShowAlarm(alarm.id));
            }
        });
    }
}

/// So many names of each kind are written out.
const NAMED: usize = 4;

fn reach(ui: &mut Ui, model: &Model, id: Uuid, asked: &mut Asked, intents: &mut Vec<Intent>) {
    let question = Fetch::Impact(id);
    if model.details.wanted(&question) {
        intents.push(Intent::Fetch(question.clone()));
    }
    match model.details.get(&question) {
        None | Some(Detail::Waiting) => drop(text::soft(ui, "Asking what depends on it …")),
        Some(Detail::Failed(why)) => drop(text::soft(ui, &format!("Not to be had: {why}"))),
        Some(Detail::Here(impact)) => {
            for hit in impact::hits(impact) {
                card::fact(ui, hit.words, &hit.count());
                for entity in hit.named.iter().filter_map(|each| impact::id(each)).take(NAMED) {
                    link(ui, &model.name_of(entity), model.tallies().of(entity).worst(), entity, asked);
                }
                if hit.named.len() > NAMED {
                    text::soft(ui, &format!("and {} more", format::count(hit.named.len() - NAMED)));
                }
            }
        }
    }
}
