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
const MOST: usize = 400;

/// What is taken already, in a grid so that asking is quick.
#[derive(Default)]
pub(super) struct Taken {
    cells: std::collections::HashMap<(i32, i32), Vec<Rect>>,
}

impl Taken {
    pub(super) fn take(&mut self, rect: Rect) {
        for cell in cells(rect) {
            self.cells.entry(cell).or_default().push(rect);
        }
    }

    fn free(&self, rect: Rect) -> bool {
        cells(rect).all(|cell| self.cells.get(&cell).is_none_or(|taken| taken.iter().all(|other| !other.intersects(rect))))
    }
}

fn cells(rect: Rect) -> impl Iterator<Item = (i32, i32)> {
    let cell = |value: f32| (value / CELL).floor() as i32;
    let (left, right, top, bottom) = (cell(rect.left()), cell(rect.right()), cell(rect.top()), cell(rect.bottom()));
    (left..=right).flat_map(move |x| (top..=bottom).map(move |y| (x, y)))
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
