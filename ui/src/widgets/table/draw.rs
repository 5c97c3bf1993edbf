use std::cell::RefCell;

use egui::{Align, Color32, Modifiers, Painter, Rect, Role, ScrollArea, Sense, Ui, Vec2, WidgetInfo, pos2, vec2};

use super::{Column, TableState};
use crate::{
    theme::{Icon, Level, Theme, Weight},
    widgets::{badge, text},
};

const HEAD: f32 = 28.0;
pub(super) const PAD: f32 = 8.0;
const HEAD_OF_GROUP: Column = Column::new("", "", 0.0);

/// What fills a table: every question is about one row by its place.
pub trait Rows {
    /// How many there are.
    fn len(&self) -> usize;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The row in one sentence, for screen readers.
    fn name(&self, row: usize) -> String;
    /// Whether it is selected.
    fn selected(&self, row: usize) -> bool;
    /// Whether the cursor is on it.
    fn cursor(&self, row: usize) -> bool;
    /// A bar at its left edge.
    fn mark(&self, _row: usize) -> Option<Color32> {
        None
    }
    /// Whether it is one cell over the whole width, such as a head over a group.
    fn spans(&self, _row: usize) -> bool {
        false
    }
    /// Draws one cell.
    fn cell(&self, cell: &Cell<'_>, row: usize, column: &str);
    /// The row that is open, and how high its inside is.
    fn open(&self) -> Option<(usize, f32)> {
        None
    }
    /// Draws the inside of the open row.
    fn inside(&mut self, _ui: &mut Ui, _row: usize) {}
}

/// The place of one cell, and how to write into it.
pub struct Cell<'a> {
    /// What to paint with.
    pub painter: &'a Painter,
    /// Its place without padding.
    pub rect: Rect,
    /// How it looks.
    pub theme: &'a Theme,
    align: Align,
    pointer: Option<egui::Pos2>,
    tip: &'a RefCell<Option<String>>,
}

impl Cell<'_> {
    /// Text in the usual ink.
    pub fn text(&self, words: &str) {
        self.write(words, Weight::Regular, self.theme.palette.text.normal);
    }

    /// Text that explains.
    pub fn soft(&self, words: &str) {
        self.write(words, Weight::Regular, self.theme.palette.text.soft);
    }

    /// Text in a face and an ink.
    pub fn write(&self, words: &str, weight: Weight, ink: Color32) {
        let scale = &self.theme.scale.text;
        let size = if matches!(weight, Weight::Mono | Weight::MonoMedium) {
            scale.mono
        } else {
            scale.body
        };
        if text::paint(self.painter, self.rect, words, weight.at(size), ink, self.align) {
            self.tip(words);
        }
    }

    /// A tooltip for the cell.
    pub fn tip(&self, words: &str) {
        if self.pointer.is_some_and(|pointer| self.rect.contains(pointer)) {
            *self.tip.borrow_mut() = Some(words.to_owned());
        }
    }

    /// A severity's shape and letter at the left, and the rest of the cell.
    pub fn badge(&self, level: Level) -> Rect {
        let side = self.theme.scale.control.badge.min(self.rect.height() - 4.0);
        let place = Rect::from_min_size(pos2(self.rect.left(), self.rect.center().y - side / 2.0), Vec2::splat(side));
        badge::paint(self.painter, self.theme, place, level);
        self.tip(level.word());
        self.rect.with_min_x(place.right() + 6.0)
    }

    /// An icon at the left, and the rest of the cell.
    pub fn icon(&self, icon: Icon, ink: Color32, meaning: &str) -> Rect {
        let side = self.theme.scale.text.title;
        let place = self.rect.with_max_x(self.rect.left() + side);
        text::paint_icon(self.painter, place, icon, side, ink);
        if self.pointer.is_some_and(|pointer| place.contains(pointer)) {
            *self.tip.borrow_mut() = Some(meaning.to_owned());
        }
        self.rect.with_min_x(place.right() + 4.0)
    }

    /// The same cell with another place, for what stands beside an icon.
    pub fn within(&self, rect: Rect) -> Cell<'_> {
        Cell {
            painter: self.painter,
            rect,
            theme: self.theme,
            align: self.align,
            pointer: self.pointer,
            tip: self.tip,
        }
    }
}

/// What was done to a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableResponse {
    /// A row was clicked, with these modifiers.
    pub clicked: Option<(usize, Modifiers)>,
    /// A row was double-clicked.
    pub opened: Option<usize>,
    /// A row was clicked with the other button.
    pub asked: Option<usize>,
    /// The order of rows is another one now.
    pub sorted: bool,
}

/// A table of columns.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    pub(super) id: &'static str,
    pub(super) columns: &'a [Column],
}

impl<'a> Table<'a> {
    /// A table with these columns; `id` is unique on its screen.
    pub fn new(id: &'static str, columns: &'a [Column]) -> Self {
        Self { id, columns }
    }

    /// Draws it into all the room there is.
    pub fn show(self, ui: &mut Ui, state: &mut TableState, rows: &mut dyn Rows) -> TableResponse {
        state.reconcile(self.columns);
        let theme = Theme::of(ui);
        let mut done = TableResponse::default();
        let room = ui.available_width();
        let inner = room - ui.spacing().scroll.allocated_width();
        let shown = state.layout(self.columns, inner);
        let width = shown.iter().map(|(_, width)| width).sum::<f32>().max(inner);
        ui.spacing_mut().item_spacing.y = 0.0;
        let (head, _) = ui.allocate_exact_size(vec2(room, HEAD), Sense::hover());
        ui.painter().hline(head.x_range(), head.bottom() - 0.5, theme.line());
        let frame = Body {
            theme: &theme,
            shown: &shown,
            width,
            top: f64::from(ui.cursor().top()),
            height: theme.row_height(),
        };
        let target = state.scroll_to.take();
        let area = ScrollArea::both().id_salt(self.id).auto_shrink(false);
        let output = area.show_viewport(ui, |ui, viewport| frame.show(ui, viewport, rows, target, &mut done));
        state.scroll_x = output.state.clamped_offset().x;
        done.sorted = self.head(ui, &theme, state, &shown, head);
        done
    }

    /// The switches for which columns are shown, for a menu.
    pub fn columns_menu(self, ui: &mut Ui, state: &mut TableState) {
        state.reconcile(self.columns);
        for column in self.columns {
            if let Some(each) = state.columns.iter_mut().find(|each| each.id == column.id) {
                ui.checkbox(&mut each.shown, column.hint);
            }
        }
        if state.columns.iter().all(|column| !column.shown) {
            state.columns.clear();
        }
        ui.separator();
        if ui.button("Columns as they were made").clicked() {
            state.columns.clear();
        }
    }
}

struct Body<'a> {
    theme: &'a Theme,
    shown: &'a [(&'a Column, f32)],
    width: f32,
    top: f64,
    height: f32,
}

impl Body<'_> {
    fn show(&self, ui: &mut Ui, viewport: Rect, rows: &mut dyn Rows, target: Option<usize>, done: &mut TableResponse) {
        let height = f64::from(self.height);
        let open = rows.open();
        let extra = |row: usize| open.filter(|(place, _)| row > *place).map_or(0.0, |(_, inside)| f64::from(inside));
        let above = |row: usize| row as f64 * height + extra(row);
        ui.set_width(self.width);
        ui.set_height(above(rows.len()) as f32);
        let origin = ui.max_rect().left();
        if let Some(target) = target.filter(|target| *target < rows.len()) {
            let top = ui.max_rect().top() + above(target) as f32;
            let whole = Rect::from_min_size(pos2(ui.clip_rect().left(), top), vec2(1.0, self.height));
            ui.scroll_to_rect_animation(whole, None, egui::style::ScrollAnimation::none());
        }
        let seen = f64::from(viewport.min.y);
        let start = open.filter(|(place, _)| above(place + 1) <= seen).map_or(0.0, |(_, inside)| f64::from(inside));
        let mut row = ((seen - start) / height).floor().max(0.0) as usize;
        if let Some((place, _)) = open.filter(|(place, _)| row > *place && seen < above(place + 1)) {
            row = place;
        }
        while row < rows.len() && above(row) < f64::from(viewport.max.y) {
            let top = (self.top + above(row) - seen) as f32;
            let place = Rect::from_min_size(pos2(origin, top), vec2(self.width, self.height));
            self.row(ui, place, rows, row, done);
            if let Some((_, inside)) = open.filter(|(open, _)| *open == row) {
                self.inside(ui, place, inside, rows, row);
            }
            row += 1;
        }
    }

    fn row(&self, ui: &mut Ui, place: Rect, rows: &dyn Rows, row: usize, done: &mut TableResponse) {
        let theme = self.theme;
        let response = ui.interact(place.intersect(ui.clip_rect()), ui.scope_id().with(("row", row)), Sense::CLICK);
        let (selected, cursor) = (rows.selected(row), rows.cursor(row));
        let painter = ui.painter();
        if selected || response.hovered() {
            let ground = if selected {
                theme.palette.ground.selected
            } else {
                theme.palette.ground.hover
            };
            painter.rect_filled(place, 0.0, ground);
        }
        if cursor {
            painter.rect_stroke(place.shrink2(vec2(0.0, 0.5)), 2.0, (1.0, theme.palette.accent.focus), egui::StrokeKind::Inside);
        }
        if let Some(mark) = rows.mark(row) {
            painter.rect_filled(place.with_max_x(place.left() + 3.0).shrink2(vec2(0.0, 3.0)), 1.5, mark);
        }
        let tip = RefCell::new(None);
        let pointer = response.hover_pos();
        let mut left = place.left();
        let across = [(&HEAD_OF_GROUP, ui.clip_rect().width())];
        let spans = rows.spans(row);
        if spans {
            painter.rect_filled(place, 0.0, theme.palette.ground.ground);
            left = ui.clip_rect().left();
        }
        for (column, width) in if spans { &across[..] } else { self.shown } {
            let rect = Rect::from_min_size(pos2(left, place.top()), vec2(*width, place.height()));
            left += width;
            let inner = rect.shrink2(vec2(PAD, 0.0));
            if inner.width() > 0.0 && rect.intersects(ui.clip_rect()) {
                let clipped = painter.with_clip_rect(rect.intersect(ui.clip_rect()));
                let cell = Cell {
                    painter: &clipped,
                    rect: inner,
                    theme,
                    align: column.align,
                    pointer,
                    tip: &tip,
                };
                rows.cell(&cell, row, column.id);
            }
        }
        response.widget_info(|| WidgetInfo::selected(Role::Row, true, selected, rows.name(row)));
        if response.double_clicked() {
            done.opened = Some(row);
        } else if response.clicked() {
            done.clicked = Some((row, ui.input(|input| input.modifiers)));
        }
        if response.secondary_clicked() {
            done.asked = Some(row);
        }
        if let Some(words) = tip.into_inner() {
            text::hover_at_pointer(response, &words);
        }
    }

    fn inside(&self, ui: &mut Ui, above: Rect, height: f32, rows: &mut dyn Rows, row: usize) {
        let clip = ui.clip_rect();
        let place = Rect::from_min_max(pos2(clip.left(), above.bottom()), pos2(clip.right(), above.bottom() + height));
        ui.painter().rect_filled(place, 0.0, self.theme.palette.ground.sunken);
        ui.painter().hline(place.x_range(), place.bottom() - 0.5, self.theme.line());
        let margin = self.theme.scale.space.m;
        let builder = egui::UiBuilder::new().id_salt(("inside", row)).max_rect(place.shrink(margin));
        let mut child = ui.new_child(builder);
        child.set_clip_rect(place.intersect(clip));
        child.spacing_mut().item_spacing.y = self.theme.scale.space.xs;
        rows.inside(&mut child, row);
    }
}
