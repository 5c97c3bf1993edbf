//! The only harness of this crate: one size of pixel, one instant, any theme.

use egui::{Context, Ui, UiBuilder, Vec2, vec2};
use egui_kittest::{Harness, SnapshotOptions, SnapshotResults};
use pedkai_core::model::Timestamp;

use crate::{
    format::Clock,
    theme::{Look, Theme, ThemeName},
};

/// The window that most screens are judged in.
pub(crate) const DESK: Vec2 = vec2(1280.0, 720.0);

/// The instant at which every picture is taken.
pub(crate) fn clock() -> Clock {
    Clock::utc(Timestamp::parse("2026-11-21T14:03:21Z").unwrap())
}

/// A window that draws `ui` in a theme.
pub(crate) fn window<'a>(theme: ThemeName, size: Vec2, draw: impl FnMut(&mut Ui) + 'a) -> Harness<'a> {
    window_at(theme, size, 1.0, draw)
}

/// The same on a screen with so many pixels to a point.
pub(crate) fn window_at<'a>(theme: ThemeName, size: Vec2, pixels: f32, mut draw: impl FnMut(&mut Ui) + 'a) -> Harness<'a> {
    let mut harness = Harness::builder()
        .with_size(size)
        .with_pixels_per_point(pixels)
        .with_max_steps(12)
        .with_render_cursor(false)
        .with_options(SnapshotOptions::new().output_path("tests/snapshots"))
        .with_context_setup(move |ctx: &Context| {
            let look = Look {
                theme,
                motion: false,
                ..Look::default()
            };
            Theme::load(look).unwrap().install(ctx);
        })
        .build_ui(move |ui| {
            let ground = Theme::of(ui).palette.ground.ground;
            ui.painter().rect_filled(ui.ctx().content_rect(), 0.0, ground);
            let whole = ui.ctx().content_rect();
            let mut root = ui.new_child(UiBuilder::new().max_rect(whole));
            root.set_clip_rect(whole);
            draw(&mut root);
        });
    harness.run();
    harness
}

/// Takes a picture of `draw` in both everyday themes.
pub(crate) fn picture(results: &mut SnapshotResults, name: &str, size: Vec2, mut draw: impl FnMut(&mut Ui)) {
    for theme in [ThemeName::Dark, ThemeName::Light] {
        let mut harness = window(theme, size, &mut draw);
        harness.snapshot(format!("{name}_{}", theme.word()));
        results.extend_harness(&mut harness);
    }
}

mod fleet;
mod gestures;
mod kpis;
mod outbox;
mod pictures;
mod sizes;
mod strange;
