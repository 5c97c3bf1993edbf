use egui::{Context, Id, Key, Modal, Modifiers, Ui, vec2};

use crate::{
    command::{Command, Situation},
    theme::{Icon, Theme, Weight},
    widgets::{button, dialog, key, text},
};

/// Draws every key there is; what cannot be given on this screen is faint. Returns whether it stays open.
pub(super) fn show(ctx: &Context, situation: &Situation) -> bool {
    let theme = Theme::in_context(ctx);
    let mut open = true;
    let room = ctx.content_rect().size();
    let modal = Modal::new(Id::unique("key sheet"))
        .frame(dialog::sheet(&theme))
        .backdrop_color(theme.palette.ground.backdrop);
    let shown = modal.show(ctx, |ui| {
        ui.set_width(900.0_f32.min(room.x - 80.0));
        ui.horizontal(|ui| {
            text::icon(ui, Icon::KEYBOARD, theme.palette.text.soft, "");
            text::label(ui, "Keys", Weight::Strong.at(theme.scale.text.title), theme.palette.text.strong);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                open &= !button::icon(ui, Icon::X, "Close the sheet of keys", false).clicked();
            });
        });
        ui.add_space(theme.scale.space.s);
        egui::ScrollArea::vertical()
            .max_height(room.y - 180.0)
            .min_scrolled_height(room.y - 180.0)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.x = theme.scale.space.xxl;
                ui.columns(3, |columns| {
                    for (column, families) in columns.iter_mut().zip([
                        &["Screens", "Window", "In the outbox"][..],
                        &["Alarms and incidents", "On the map", "Among KPIs"],
                        &["In a list"],
                    ]) {
                        for family in families {
                            list(column, &theme, family, situation);
                        }
                    }
                });
            });
    });
    let again = ctx.input_mut(|input| {
        let before = input.events.len();
        input.events.retain(|event| !matches!(event, egui::Event::Text(text) if text == "?"));
        before != input.events.len() || input.consume_key(Modifiers::NONE, Key::Escape)
    });
    open && !again && !shown.backdrop_response.clicked()
}

fn list(ui: &mut Ui, theme: &Theme, family: &str, situation: &Situation) {
    ui.spacing_mut().item_spacing = vec2(theme.scale.space.s, theme.scale.space.xxs);
    text::caption(ui, family);
    ui.add_space(theme.scale.space.xxs);
    for command in Command::all().filter(|command| command.family() == family && !command.facts().keys.is_empty()) {
        let facts = command.facts();
        let dead = command.why_not(situation).is_some();
        ui.horizontal(|ui| {
            ui.set_min_height(24.0);
            let ink = if dead { theme.palette.text.faint } else { theme.palette.text.normal };
            ui.allocate_ui_with_layout(
                vec2((ui.available_width() - 110.0).max(60.0), 24.0),
                egui::Layout::left_to_right(egui::Align::Center),
                |ui| {
                    text::label(ui, facts.label, Weight::Regular.at(theme.scale.text.body), ink);
                },
            );
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                for keys in facts.keys.iter().rev() {
                    key::keys(ui, &keys.words());
                }
            });
        });
    }
    ui.add_space(theme.scale.space.l);
}
