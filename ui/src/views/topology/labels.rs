//! Names beside places, none of them over another.

use egui::{Color32, FontId, Painter, Pos2, Rect, vec2};

use crate::widgets::text;

/// A name that would like to be read.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) at: Pos2,
    pub(super) radius: f32,
    pub(super) words: String,
    pub(super) ink: Color32,
    pub(super) font: FontId,
    /// Greater ones are placed first.
    pub(super) weight: u32,
}

const CELL: f32 = 48.0;
/// Names that are tried; there is never room for more.
pub(super) const MOST: usize = 400;

/// What is taken already, in a grid over the screen so that asking is quick. What lies outside of the screen takes nothing.
pub(super) struct Taken {
    screen: Rect,
    columns: usize,
    rows: usize,
    cells: Vec<Vec<Rect>>,
}

impl Taken {
    pub(super) fn over(screen: Rect) -> Self {
        let many = |length: f32| (length / CELL).ceil().clamp(1.0, 512.0) as usize;
        let (columns, rows) = (many(screen.width()), many(screen.height()));
        let cells = vec![Vec::new(); columns * rows];
        Self { screen, columns, rows, cells }
    }

    pub(super) fn take(&mut self, rect: Rect) {
        for cell in self.touched(rect) {
            if let Some(taken) = self.cells.get_mut(cell) {
                taken.push(rect);
            }
        }
    }

    fn free(&self, rect: Rect) -> bool {
        let mut taken = self.touched(rect).filter_map(|cell| self.cells.get(cell)).flatten();
        taken.all(|other| !other.intersects(rect))
    }

    fn touched(&self, rect: Rect) -> impl Iterator<Item = usize> + use<> {
        let seen = rect.intersect(self.screen);
        let cell = |value: f32, most: usize| ((value / CELL).floor().max(0.0) as usize).min(most - 1);
        let columns = self.columns;
        let (left, right) = (
            cell(seen.left() - self.screen.left(), columns),
            cell(seen.right() - self.screen.left(), columns),
        );
        let (top, bottom) = (
            cell(seen.top() - self.screen.top(), self.rows),
            cell(seen.bottom() - self.screen.top(), self.rows),
        );
        let rows = if seen.is_positive() { top..bottom + 1 } else { 0..0 };
        rows.flat_map(move |row| (left..=right).map(move |column| row * columns + column))
    }
}

/// Draws as many names as there is room for, the weightiest first.
pub(super) fn draw(painter: &Painter, screen: Rect, mut wishes: Vec<Wish>, mut taken: Taken, halo: Color32) {
    wishes.sort_by(|a, b| b.weight.cmp(&a.weight).then(a.words.cmp(&b.words)));
    for wish in wishes.into_iter().take(MOST) {
        let galley = text::line(painter, &wish.words, wish.font.clone(), wish.ink, 180.0);
        let size = galley.size();
        let gap = wish.radius + 5.0;
        let corners = [
            wish.at + vec2(gap, -size.y / 2.0),
            wish.at + vec2(-gap - size.x, -size.y / 2.0),
            wish.at + vec2(-size.x / 2.0, gap - 2.0),
            wish.at + vec2(-size.x / 2.0, -gap - size.y + 2.0),
        ];
        let place = corners
            .into_iter()
            .map(|corner| Rect::from_min_size(corner, size))
            .find(|place| screen.contains_rect(*place) && taken.free(place.expand(1.0)));
        if let Some(place) = place {
            taken.take(place.expand2(vec2(3.0, 0.0)));
            painter.rect_filled(place.expand2(vec2(2.0, 0.0)), 3.0, halo);
            painter.galley(place.min, galley, wish.ink);
        }
    }
}
