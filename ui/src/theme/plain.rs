//! Tokens for the case that there are none: legible, and nothing more.

use egui::Color32;

use super::tokens::{Accent, ControlScale, Ground, Ink, LevelInk, LevelInks, MapInk, Palette, PlotInk, RadiusScale, RowScale, Scale, SpaceScale, TypeScale};

const PAPER: Color32 = Color32::BLACK;
const INK: Color32 = Color32::WHITE;
const MIDDLE: Color32 = Color32::GRAY;

impl Scale {
    /// Sizes to fall back to.
    pub(super) fn plain() -> Self {
        Self {
            text: TypeScale {
                caption: 11.0,
                small: 12.0,
                body: 13.0,
                title: 15.0,
                heading: 19.0,
                display: 28.0,
                mono: 12.0,
            },
            space: SpaceScale {
                hair: 1.0,
                xxs: 2.0,
                xs: 4.0,
                s: 8.0,
                m: 12.0,
                l: 16.0,
                xl: 24.0,
                xxl: 32.0,
            },
            radius: RadiusScale {
                small: 4,
                medium: 6,
                large: 10,
            },
            row: RowScale {
                compact: 22.0,
                normal: 28.0,
                roomy: 36.0,
            },
            control: ControlScale {
                height: 28.0,
                rail: 84.0,
                header: 48.0,
                badge: 16.0,
            },
        }
    }
}

impl Palette {
    /// Colours to fall back to.
    pub(super) fn plain() -> Self {
        let level = LevelInk {
            fill: INK,
            on_fill: PAPER,
            text: INK,
            tint: PAPER,
        };
        Self {
            ground: Ground {
                ground: PAPER,
                surface: PAPER,
                raised: PAPER,
                sunken: PAPER,
                hover: PAPER,
                selected: MIDDLE,
                line: MIDDLE,
                line_strong: INK,
                backdrop: PAPER,
                shadow: PAPER,
            },
            text: Ink {
                strong: INK,
                normal: INK,
                soft: INK,
                faint: INK,
            },
            accent: Accent {
                focus: INK,
                primary: INK,
                on_primary: PAPER,
                danger: INK,
            },
            map: MapInk {
                land: PAPER,
                edge: MIDDLE,
                node: INK,
                node_line: PAPER,
            },
            plot: PlotInk { grid: MIDDLE, lines: [INK; 8] },
            level: LevelInks {
                critical: level.clone(),
                major: level.clone(),
                minor: level.clone(),
                warning: level.clone(),
                indeterminate: level.clone(),
                cleared: level,
            },
        }
    }
}
