//! How everything looks.
//!
//! - does: reads the tokens and turns them into colours, sizes, faces, icons and severities
//! - takes: the data files beside this crate and the operator's choice of theme, density and motion
//! - gives: a [`Theme`] per window, and egui's style made from it
//! - never knows: alarms, screens, or why something is drawn
#![allow(clippy::disallowed_methods, reason = "the one room that builds colours")]

mod contrast;
mod fonts;
mod icon;
mod level;
mod plain;
mod tokens;
mod visuals;

use egui::{Color32, Context, CornerRadius, Id, Stroke, Ui};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub use contrast::{greyscale, ratio};
pub use fonts::Weight;
pub use icon::Icon;
pub use level::{Level, Silhouette};
pub use tokens::{Accent, ControlScale, Ground, Ink, LevelInk, LevelInks, MapInk, Palette, PlotInk, RadiusScale, RowScale, Scale, SpaceScale, TypeScale};

/// Which palette.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThemeName {
    /// For rooms with screens as their light.
    #[default]
    Dark,
    /// For rooms with windows.
    Light,
    /// For eyes that need it.
    HighContrast,
}

impl ThemeName {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Dark, Self::Light, Self::HighContrast];

    /// Whether the ground is dark.
    pub fn is_dark(self) -> bool {
        self != Self::Light
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::HighContrast => "high contrast",
        }
    }

    /// The one after it.
    pub fn next(self) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::HighContrast,
            Self::HighContrast => Self::Dark,
        }
    }

    fn source(self) -> &'static str {
        match self {
            Self::Dark => include_str!("../../data/dark.toml"),
            Self::Light => include_str!("../../data/light.toml"),
            Self::HighContrast => include_str!("../../data/high_contrast.toml"),
        }
    }
}

/// How tall rows are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Density {
    /// As many rows as can be read.
    Compact,
    /// The default.
    #[default]
    Normal,
    /// For touch and for distance.
    Roomy,
}

impl Density {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Compact => "compact",
            Self::Normal => "normal",
            Self::Roomy => "roomy",
        }
    }

    /// The one after it.
    pub fn next(self) -> Self {
        match self {
            Self::Compact => Self::Normal,
            Self::Normal => Self::Roomy,
            Self::Roomy => Self::Compact,
        }
    }
}

/// What the operator chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Look {
    /// Palette.
    pub theme: ThemeName,
    /// Row height.
    pub density: Density,
    /// Whether anything moves or flashes.
    pub motion: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            theme: ThemeName::default(),
            density: Density::default(),
            motion: true,
        }
    }
}

/// Everything a widget needs to know about how it looks.
#[derive(Clone, Debug)]
pub struct Theme {
    /// Which palette this is.
    pub name: ThemeName,
    /// Row height.
    pub density: Density,
    /// Whether anything moves or flashes.
    pub motion: bool,
    /// Sizes.
    pub scale: Scale,
    /// Colours.
    pub palette: Palette,
}

/// A token file that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadTokens(String);

impl std::fmt::Display for BadTokens {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "design tokens: {}", self.0)
    }
}

impl std::error::Error for BadTokens {}

impl Theme {
    /// Reads the tokens for a choice.
    pub fn load(look: Look) -> Result<Self, BadTokens> {
        let scale = toml::from_str(include_str!("../../data/scale.toml"));
        let palette = toml::from_str(look.theme.source());
        Ok(Self {
            name: look.theme,
            density: look.density,
            motion: look.motion,
            scale: scale.map_err(|error| BadTokens(error.to_string()))?,
            palette: palette.map_err(|error| BadTokens(error.to_string()))?,
        })
    }

    /// Makes `ctx` look like this theme from the next frame on.
    pub fn install(self, ctx: &Context) {
        ctx.set_fonts(fonts::definitions());
        self.apply(ctx);
    }

    /// Changes the look of a context whose fonts are installed.
    pub fn apply(self, ctx: &Context) {
        ctx.set_theme(if self.name.is_dark() { egui::Theme::Dark } else { egui::Theme::Light });
        let style = visuals::style(&self);
        ctx.all_styles_mut(|each| *each = style.clone());
        ctx.data_mut(|data| data.insert_temp(Id::NULL, Arc::new(self)));
    }

    /// The theme that `ui` is drawn in.
    pub fn of(ui: &Ui) -> Arc<Self> {
        Self::in_context(ui.ctx())
    }

    /// The theme that `ctx` is drawn in.
    pub fn in_context(ctx: &Context) -> Arc<Self> {
        let installed = ctx.data(|data| data.get_temp::<Arc<Self>>(Id::NULL));
        installed.unwrap_or_else(|| Arc::new(Self::plain()))
    }

    /// Colours of a severity.
    pub fn level(&self, level: Level) -> &LevelInk {
        level.ink(&self.palette.level)
    }

    /// Height of a row at the chosen density.
    pub fn row_height(&self) -> f32 {
        match self.density {
            Density::Compact => self.scale.row.compact,
            Density::Normal => self.scale.row.normal,
            Density::Roomy => self.scale.row.roomy,
        }
    }

    /// How many rows of a list a screen of this height holds below their head.
    pub fn rows_in(&self, height: f32) -> usize {
        let row = self.row_height();
        ((height - row) / row).max(1.0) as usize
    }

    /// A line that only parts things.
    pub fn line(&self) -> Stroke {
        Stroke::new(self.scale.space.hair, self.palette.ground.line)
    }

    /// Corners of chips, fields and buttons.
    pub fn small_corner(&self) -> CornerRadius {
        CornerRadius::same(self.scale.radius.small)
    }

    /// Corners of cards.
    pub fn corner(&self) -> CornerRadius {
        CornerRadius::same(self.scale.radius.medium)
    }

    /// A colour that lets `share` of itself through, 0 to 1.
    pub fn veil(colour: Color32, share: f32) -> Color32 {
        colour.gamma_multiply(share)
    }

    /// What is drawn with when no theme was installed: sizes of the scale, black on white.
    fn plain() -> Self {
        let look = Look::default();
        Self::load(look).unwrap_or_else(|_| Self {
            name: look.theme,
            density: look.density,
            motion: look.motion,
            scale: Scale::plain(),
            palette: Palette::plain(),
        })
    }
}

#[cfg(test)]
mod tests;
