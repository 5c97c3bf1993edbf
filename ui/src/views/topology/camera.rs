//! Which part of the world is seen, and how large.

use egui::{Pos2, Rect, Response, Ui, Vec2};

/// The camera over the map.
#[derive(Clone, Copy, Debug)]
pub(super) struct Camera {
    centre: Vec2,
    /// Points of the screen a world unit takes.
    pub(super) scale: f32,
}

const NEAREST: f32 = 12.0;

impl Camera {
    /// A camera that sees all of `bounds` on `screen`.
    pub(super) fn over(bounds: Rect, screen: Rect) -> Self {
        let scale = (screen.width() / bounds.width()).min(screen.height() / bounds.height()).clamp(1e-4, 3.0);
        Self {
            centre: bounds.center().to_vec2(),
            scale,
        }
    }

    /// Looks at a place from near enough to read it.
    pub(super) fn look_at(&mut self, place: Pos2) {
        self.centre = place.to_vec2();
        self.scale = self.scale.max(1.6);
    }

    /// Where a place of the world is on the screen.
    pub(super) fn to_screen(self, screen: Rect, place: Pos2) -> Pos2 {
        screen.center() + (place.to_vec2() - self.centre) * self.scale
    }

    /// Which place of the world is at a point of the screen.
    pub(super) fn to_world(self, screen: Rect, point: Pos2) -> Pos2 {
        (self.centre + (point - screen.center()) / self.scale).to_pos2()
    }

    /// Goes nearer (above 1) or farther, keeping the place under `point` where it is.
    pub(super) fn zoom(&mut self, screen: Rect, point: Pos2, by: f32) {
        let before = self.to_world(screen, point);
        self.scale = (self.scale * by).clamp(1e-4, NEAREST);
        self.centre += before - self.to_world(screen, point);
    }

    /// Follows drags and the wheel.
    pub(super) fn steer(&mut self, ui: &Ui, screen: Rect, response: &Response) {
        if response.dragged() {
            self.centre -= response.drag_delta() / self.scale;
        }
        if let Some(point) = response.hover_pos() {
            let (wheel, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
            let by = (wheel * 0.004).exp() * pinch;
            if (by - 1.0).abs() > 1e-4 {
                self.zoom(screen, point, by);
            }
        }
    }

    /// Puts the middle of the view at a place of the world.
    pub(super) fn move_to(&mut self, place: Pos2) {
        self.centre = place.to_vec2();
    }
}
