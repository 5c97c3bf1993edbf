//! Choosing an attribute by typing: a field, and under it those that fit.

use egui::{Align, Area, Id, Key as Press, Modifiers, Order, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};
use pedkai_core::wire::AttributeRow;

use crate::{
    format,
    theme::{Icon, Theme, Weight},
    widgets::{dialog, field, text},
};

/// The field and where in the list it stands.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// The field wants the keys.
    pub(super) write: bool,
    written: String,
    writing: bool,
    place: usize,
}

const ROW: f32 = 30.0;
/// Attributes that are offered.
const MOST: usize = 60;

impl Search {
    /// Draws the field; an attribute that was chosen is returned.
    pub(super) fn show(&mut self, ui: &mut Ui, attributes: &[AttributeRow], by: &str, width: f32) -> Option<String> {
        let (down, up, escape) = if self.writing {
            ui.input_mut(|input| {
                let mut press = |key| input.consume_key(Modifiers::NONE, key);
                (press(Press::ArrowDown), press(Press::ArrowUp), press(Press::Escape))
            })
        } else {
            (false, false, false)
        };
        let written = field::line(ui, &mut self.written, Icon::MAGNIFYING_GLASS, "Group by …", width);
        if std::mem::take(&mut self.write) {
            written.response.request_focus();
        }
        if escape {
            self.written.clear();
            written.response.surrender_focus();
        }
        if written.response.changed() || written.response.gained_focus() {
            self.place = 0;
        }
        self.writing = written.response.has_focus() || written.entered;
        if !(self.writing || written.response.lost_focus()) || escape {
            return None;
        }
        let found = found(attributes, &self.written);
        let most = found.len().saturating_sub(1);
        self.place = (self.place + usize::from(down)).min(most).saturating_sub(usize::from(up));
        let entered = found.get(self.place).filter(|_| written.entered).map(|row| row.attribute.to_string());
        let clicked = self.list(ui, &found, by, written.response.rect, down || up);
        let chosen = clicked.or(entered);
        if chosen.is_some() {
            self.written.clear();
            self.place = 0;
        }
        chosen
    }

    fn list(&self, ui: &Ui, found: &[&AttributeRow], by: &str, under: Rect, moved: bool) -> Option<String> {
        let theme = Theme::of(ui);
        let mut chosen = None;
        let width = under.width().max(420.0).min(ui.ctx().content_rect().right() - under.left() - 16.0);
        let area = Area::new(Id::unique("attributes found"))
            .order(Order::Foreground)
            .fixed_pos(under.left_bottom() + vec2(0.0, 4.0));
        area.show(ui.ctx(), |ui| {
            let frame = dialog::sheet(&theme).corner_radius(theme.corner()).inner_margin(theme.scale.space.xs);
            frame.show(ui, |ui| {
                ui.set_width(width);
                if found.is_empty() {
                    text::soft(ui, "No attribute is called so.");
                }
                ScrollArea::vertical().max_height(ROW * 9.0).show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = 0.0;
                    for (place, row) in found.iter().enumerate() {
                        let response = draw(ui, &theme, row, place == self.place, row.attribute.as_str() == by);
                        if place == self.place && moved {
                            response.scroll_to_me(None);
                        }
                        if response.clicked() {
                            chosen = Some(row.attribute.to_string());
                        }
                    }
                });
            });
        });
        chosen
    }
}

fn draw(ui: &mut Ui, theme: &Theme, row: &AttributeRow, here: bool, chosen: bool) -> egui::Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::CLICK);
    if here || response.hovered() {
        let ground = if here { theme.palette.ground.selected } else { theme.palette.ground.hover };
        ui.painter().rect_filled(rect, theme.small_corner(), ground);
    }
    let inner = rect.shrink2(vec2(theme.scale.space.s, 0.0));
    let glyph = inner.with_max_x(inner.left() + 16.0);
    let icon = if chosen { Icon::CHECK } else { Icon::TAG };
    text::paint_icon(ui.painter(), glyph, icon, 14.0, theme.palette.text.soft);
    let rest = inner.with_min_x(glyph.right() + theme.scale.space.s);
    let small = Weight::Regular.at(theme.scale.text.small);
    let count = |number: u64, noun: &str| format::counted(usize::try_from(number).unwrap_or(usize::MAX), noun);
    let told = format!("{} of {}", count(row.values, "value"), count(row.things, "thing"));
    let third = rest.left() + rest.width() * 0.32;
    let medium = Weight::Medium.at(theme.scale.text.body);
    let name = format::named(&row.attribute);
    let painter = ui.painter();
    text::paint(
        painter,
        rest.with_max_x(third - theme.scale.space.s),
        name,
        medium,
        theme.palette.text.strong,
        Align::Min,
    );
    let middle = rest.with_min_x(third).with_max_x(rest.right() - rest.width() * 0.34);
    let examples: Vec<&str> = row.examples.iter().map(|value| format::named(value)).collect();
    text::paint(painter, middle, &examples.join(", "), small.clone(), theme.palette.text.normal, Align::Min);
    let right = rest.with_min_x(middle.right() + theme.scale.space.s);
    text::paint(painter, right, &told, small, theme.palette.text.faint, Align::Max);
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, here, format!("{name}, {told}")));
    response
}

/// Those whose name holds every word, the ones that begin so first.
fn found<'a>(attributes: &'a [AttributeRow], written: &str) -> Vec<&'a AttributeRow> {
    let written = written.trim().to_lowercase();
    let words: Vec<&str> = written.split_whitespace().collect();
    let mut found: Vec<&AttributeRow> = attributes
        .iter()
        .filter(|row| words.iter().all(|word| row.attribute.to_lowercase().contains(word)))
        .collect();
    found.sort_by_key(|row| !row.attribute.to_lowercase().starts_with(&written));
    found.truncate(MOST);
    found
}
