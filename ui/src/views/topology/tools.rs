//! The strip over the map: search, layouts, zoom.

use egui::{Rect, Sense, Ui, UiBuilder, pos2, vec2};
use uuid::Uuid;

use super::{Topology, layout::Plan};
use crate::{
    command::{Command, MapCommand},
    format,
    model::Model,
    theme::{Icon, Level, Theme, Weight},
    widgets::{badge, button, dialog, field, text},
};

/// Below this width the tools stand in two rows.
const NARROW: f32 = 540.0;

impl Topology {
    pub(super) fn tools(&mut self, ui: &mut Ui, theme: &Theme, model: &Model, screen: Rect) {
        let gap = theme.scale.space.m;
        let strip = Rect::from_min_max(
            screen.min + vec2(gap, gap),
            pos2(screen.right() - gap, screen.top() + gap + theme.scale.control.height),
        );
        let mut bar = ui.new_child(
            UiBuilder::new()
                .max_rect(strip)
                .layout(egui::Layout::left_to_right(egui::Align::Center))
                .id_salt("tools"),
        );
        let written = field::line(
            &mut bar,
            &mut self.written,
            Icon::MAGNIFYING_GLASS,
            "Find a place or element",
            220.0_f32.min(strip.width() * 0.3),
        );
        if std::mem::take(&mut self.write) {
            written.response.request_focus();
        }
        let place = written.response.rect;
        let plan = self.plan.unwrap_or_else(|| Plan::fitting(&self.graph));
        let here = Plan::ALL.iter().position(|each| *each == plan).unwrap_or_default();
        if let Some(chosen) = button::segments(&mut bar, &Plan::WORDS, here).and_then(|index| Plan::ALL.get(index).copied()) {
            self.choose(chosen);
        }
        if strip.width() < NARROW {
            let below = strip.translate(vec2(0.0, strip.height() + theme.scale.space.xs));
            let layout = egui::Layout::left_to_right(egui::Align::Center);
            bar = ui.new_child(UiBuilder::new().max_rect(below).layout(layout).id_salt("more tools"));
        }
        for (icon, meaning, command) in [
            (Icon::CORNERS_OUT, "Everything in sight (0)", MapCommand::Whole),
            (Icon::MAGNIFYING_GLASS_PLUS, "Nearer (+)", MapCommand::ZoomIn),
            (Icon::MAGNIFYING_GLASS_MINUS, "Farther (-)", MapCommand::ZoomOut),
        ] {
            if button::icon(&mut bar, icon, meaning, false).clicked() {
                self.command(Command::Map(command), screen, &mut Vec::new());
            }
        }
        let links: usize = self.graph.edges.iter().map(|edge| edge.links.len()).sum();
        let words = format!("{} · {}", format::counted(self.graph.nodes.len(), "place"), format::counted(links, "link"));
        text::label(&mut bar, &words, Weight::Regular.at(theme.scale.text.small), theme.palette.text.soft);
        if !self.written.trim().is_empty() {
            self.found(ui, theme, model, place, written.entered);
        }
    }

    fn found(&mut self, ui: &Ui, theme: &Theme, model: &Model, under: Rect, entered: bool) {
        let found = find(model, self.written.trim(), 8);
        let mut chosen = if entered { found.first().map(|(id, ..)| *id) } else { None };
        let area = egui::Area::new(egui::Id::unique("map search"))
            .order(egui::Order::Foreground)
            .fixed_pos(under.left_bottom() + vec2(0.0, 4.0));
        area.show(ui.ctx(), |ui| {
            dialog::sheet(theme)
                .corner_radius(theme.corner())
                .inner_margin(theme.scale.space.s)
                .show(ui, |ui| {
                    ui.set_width(300.0);
                    if found.is_empty() {
                        text::soft(ui, "Nothing has this name.");
                    }
                    for (id, name, kind, level) in &found {
                        ui.horizontal(|ui| {
                            match level {
                                Some(level) => drop(badge::severity(ui, *level)),
                                None => ui.add_space(24.0),
                            }
                            if text::body(ui, &format!("{name}  {kind}")).interact(Sense::click()).clicked() {
                                chosen = Some(*id);
                            }
                        });
                    }
                });
        });
        if let Some(id) = chosen {
            self.written.clear();
            self.focus(id);
        }
    }

    pub(super) fn choose(&mut self, plan: Plan) {
        (self.plan, self.camera) = (Some(plan), None);
        self.lay_out(plan);
    }
}

/// Entities whose name or external id holds `wanted`: the best fit first, with type and worst alarm.
pub fn find(model: &Model, wanted: &str, most: usize) -> Vec<(Uuid, String, String, Option<Level>)> {
    let wanted = wanted.to_lowercase();
    let mut found: Vec<(bool, usize, Uuid)> = model
        .entities()
        .iter()
        .filter_map(|row| {
            let name = row.name.to_lowercase();
            let fits = name.contains(&wanted) || row.external_id.to_lowercase().contains(&wanted);
            fits.then(|| (!name.starts_with(&wanted), name.len(), row.id))
        })
        .collect();
    found.sort_unstable();
    let row = |id: Uuid| model.entities().get(id);
    let told = found.into_iter().take(most).filter_map(|(_, _, id)| row(id));
    told.map(|row| (row.id, row.name.to_string(), row.kind.to_string(), model.tallies().of(row.id).worst()))
        .collect()
}
