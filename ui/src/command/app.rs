use egui::Key;

use super::{Facts, Keys};
use crate::theme::Icon;

/// What is done to the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AppCommand {
    /// Next row height.
    Density,
    /// Show the sheet of keys.
    KeySheet,
    /// Times in UTC or here.
    LocalTime,
    /// Moving and flashing on or off.
    Motion,
    /// Find a command, a screen or an entity by name.
    Palette,
    /// Next palette.
    Theme,
}

impl AppCommand {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Palette, Self::KeySheet, Self::Theme, Self::Density, Self::Motion, Self::LocalTime];

    pub(super) fn facts(self) -> Facts {
        let (label, keys, icon): (_, &'static [Keys], _) = match self {
            Self::Density => ("Next row height", &[Keys::Control(Key::D)], Icon::ROWS),
            Self::KeySheet => ("Show every key", &[Keys::Character("?")], Icon::KEYBOARD),
            Self::LocalTime => ("Times in UTC or local", &[Keys::Control(Key::U)], Icon::GLOBE_SIMPLE),
            Self::Motion => ("Moving and flashing on or off", &[], Icon::WAVES),
            Self::Palette => ("Find a command", &[Keys::Control(Key::K)], Icon::COMMAND),
            Self::Theme => ("Next theme", &[Keys::Control(Key::T)], Icon::CIRCLE_HALF),
        };
        Facts { label, keys, icon }
    }
}
