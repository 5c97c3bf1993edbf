use egui::{Align, CursorIcon, Id, PointerButton, Popup, PopupCloseBehavior, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::{Column, Table, TableState, draw::PAD, state::NARROWEST};
use crate::{
    theme::{Icon, Theme, Weight},
    widgets::text,
};

impl Table<'_> {
    /// Draws the heads of the columns; true when the order of rows is another one now.
    pub(super) fn head(self, ui: &mut Ui, theme: &Theme, state: &mut TableState, shown: &[(&Column, f32)], head: Rect) -> bool {
        let mut sorted = false;
        let mut left = head.left() - state.scroll_x;
        let id = ui.scope_id().with((self.id, "head"));
        let mut heads = ui.new_child(egui::UiBuilder::new().max_rect(head));
        heads.set_clip_rect(head.intersect(ui.clip_rect()));
        for (column, width) in shown {
            let place = Rect::from_min_size(pos2(left, head.top()), vec2(*width, head.height()));
            left += width;
            sorted |= head_cell(&mut heads, theme, state, column, place, id.with(column.id));
            let response = heads.interact(place, id.with((column.id, "menu")), Sense::hover());
            Popup::context_menu(&response)
                .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
                .show(|ui| self.columns_menu(ui, state));
        }
        sorted
    }
}

fn head_cell(ui: &mut Ui, theme: &Theme, state: &mut TableState, column: &Column, place: Rect, id: Id) -> bool {
    let response = ui.interact(place, id, Sense::click_and_drag());
    let key = state.sort.iter().position(|key| key.column == column.id);
    let ink = if key.is_some() || response.hovered() {
        theme.palette.text.strong
    } else {
        theme.palette.text.soft
    };
    let mut inner = place.shrink2(vec2(PAD, 0.0));
    let font = Weight::Medium.at(theme.scale.text.caption);
    if let Some(index) = key {
        let descending = state.sort[index].descending;
        let icon = if descending { Icon::ARROW_DOWN } else { Icon::ARROW_UP };
        let words = text::line(ui.painter(), column.label, font.clone(), ink, (inner.width() - 16.0).max(0.0));
        let arrow = match column.align {
            Align::Max => {
                let arrow = inner.with_min_x(inner.right() - 12.0);
                inner.max.x -= 16.0;
                arrow
            }
            _ => Rect::from_center_size(pos2(inner.left() + words.size().x + 9.0, inner.center().y), vec2(12.0, 12.0)),
        };
        text::paint_icon(ui.painter(), arrow, icon, theme.scale.text.small, ink);
        if state.sort.len() > 1 {
            let number = Rect::from_center_size(arrow.center() + vec2(9.0, -3.0), vec2(8.0, 10.0));
            text::paint(ui.painter(), number, &(index + 1).to_string(), Weight::Regular.at(9.0), ink, Align::Center);
        }
    }
    text::paint(ui.painter(), inner, column.label, font, ink, column.align);
    if response.dragged_by(PointerButton::Primary) {
        ui.painter().rect_filled(place, 0.0, Theme::veil(theme.palette.accent.focus, 0.12));
        let pulled = response.interact_pointer_pos().map_or(0.0, |pointer| {
            if pointer.x < place.left() {
                -1.0
            } else if pointer.x > place.right() {
                1.0
            } else {
                0.0
            }
        });
        if pulled != 0.0 {
            state.shift(column.id, pulled as isize);
        }
    }
    let clicked = response.clicked() && column.sortable;
    if clicked {
        let more = ui.input(|input| input.modifiers.shift);
        state.sort_by(column.id, more);
    }
    let order = key.map(|index| {
        if state.sort.get(index).is_some_and(|key| key.descending) {
            ", greatest first"
        } else {
            ", smallest first"
        }
    });
    response.widget_info(|| WidgetInfo::labeled(Role::ColumnHeader, true, format!("Column {}{}", column.label, order.unwrap_or(""))));
    if !response.dragged() {
        response.on_hover_text(if column.sortable {
            format!("{} · click sorts, Shift-click adds a key", column.hint)
        } else {
            column.hint.to_owned()
        });
    }
    let edge = Rect::from_min_max(pos2(place.right() - 4.0, place.top()), pos2(place.right() + 3.0, place.bottom()));
    let handle = ui
        .interact(edge, id.with("edge"), Sense::drag())
        .on_hover_and_drag_cursor(CursorIcon::ResizeHorizontal);
    if handle.hovered() || handle.dragged() {
        ui.painter()
            .vline(place.right() - 0.5, place.y_range().shrink(4.0), (1.5, theme.palette.ground.line_strong));
    }
    if handle.dragged()
        && let Some(each) = state.columns.iter_mut().find(|each| each.id == column.id)
    {
        each.width = (place.width() + handle.drag_delta().x).max(NARROWEST);
    }
    clicked
}
