//! Severities as they look: a shape, a letter, a word and a colour, each of which is enough alone.

use egui::{Pos2, Rect, Shape, Stroke, Vec2, pos2, vec2};
use std::f32::consts::{FRAC_PI_2, TAU};

use super::tokens::{LevelInk, LevelInks};

/// A severity as it is drawn, the worst first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Service is gone.
    Critical,
    /// Service suffers.
    Major,
    /// Something is wrong.
    Minor,
    /// Something may go wrong.
    Warning,
    /// The source did not say.
    #[default]
    Indeterminate,
    /// It is over.
    Cleared,
}

/// The outline of a severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Silhouette {
    /// Stop sign.
    Octagon,
    /// Warning sign.
    Triangle,
    /// Standing square.
    Diamond,
    /// Square with round corners.
    Square,
    /// Disc.
    Disc,
    /// Empty ring.
    Ring,
}

impl Level {
    /// All of them, the worst first.
    pub const ALL: [Self; 6] = [Self::Critical, Self::Major, Self::Minor, Self::Warning, Self::Indeterminate, Self::Cleared];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Critical => "Critical",
            Self::Major => "Major",
            Self::Minor => "Minor",
            Self::Warning => "Warning",
            Self::Indeterminate => "Indeterminate",
            Self::Cleared => "Cleared",
        }
    }

    /// The letter for it: capitals for what hurts service, so that M and m differ in size as in weight.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Critical => "C",
            Self::Major => "M",
            Self::Minor => "m",
            Self::Warning => "W",
            Self::Indeterminate => "?",
            Self::Cleared => "–",
        }
    }

    /// The outline for it.
    pub fn silhouette(self) -> Silhouette {
        match self {
            Self::Critical => Silhouette::Octagon,
            Self::Major => Silhouette::Triangle,
            Self::Minor => Silhouette::Diamond,
            Self::Warning => Silhouette::Square,
            Self::Indeterminate => Silhouette::Disc,
            Self::Cleared => Silhouette::Ring,
        }
    }

    /// Its colours in a palette.
    pub fn ink(self, inks: &LevelInks) -> &LevelInk {
        match self {
            Self::Critical => &inks.critical,
            Self::Major => &inks.major,
            Self::Minor => &inks.minor,
            Self::Warning => &inks.warning,
            Self::Indeterminate => &inks.indeterminate,
            Self::Cleared => &inks.cleared,
        }
    }
}

impl Silhouette {
    /// The outline as a shape that fills `rect`.
    pub fn shape(self, rect: Rect, ink: &LevelInk) -> Shape {
        let centre = rect.center();
        let radius = rect.width().min(rect.height()) / 2.0;
        let fill = ink.fill;
        match self {
            Self::Octagon => Shape::convex_polygon(polygon(centre, radius * 1.04, 8, TAU / 16.0), fill, Stroke::NONE),
            Self::Triangle => {
                let points = vec![
                    centre + vec2(0.0, -radius * 1.06),
                    centre + vec2(radius * 1.12, radius * 0.92),
                    centre + vec2(-radius * 1.12, radius * 0.92),
                ];
                Shape::convex_polygon(points, fill, Stroke::new(radius * 0.14, fill))
            }
            Self::Diamond => Shape::convex_polygon(polygon(centre, radius * 1.12, 4, 0.0), fill, Stroke::NONE),
            Self::Square => {
                let side = Rect::from_center_size(centre, Vec2::splat(radius * 1.76));
                Shape::rect_filled(side, radius * 0.3, fill)
            }
            Self::Disc => Shape::circle_filled(centre, radius * 0.94, fill),
            Self::Ring => Shape::circle_stroke(centre, radius * 0.86, Stroke::new((radius * 0.2).max(1.0), fill)),
        }
    }

    /// Where the letter's centre goes: a triangle carries its letter low.
    pub fn letter_centre(self, rect: Rect) -> Pos2 {
        let drop = if self == Self::Triangle { rect.height() * 0.17 } else { 0.0 };
        pos2(rect.center().x, rect.center().y + drop)
    }

    /// Size of the letter as a share of the shape's height: what tapers holds a smaller one.
    pub fn letter_share(self) -> f32 {
        match self {
            Self::Triangle => 0.52,
            Self::Diamond => 0.6,
            Self::Octagon | Self::Square | Self::Disc | Self::Ring => 0.66,
        }
    }
}

fn polygon(centre: Pos2, radius: f32, corners: usize, turn: f32) -> Vec<Pos2> {
    (0..corners)
        .map(|corner| {
            let angle = turn - FRAC_PI_2 + TAU * corner as f32 / corners as f32;
            centre + radius * Vec2::angled(angle)
        })
        .collect()
}
