use egui::Key;

use super::{Facts, Keys, Situation};
use crate::{theme::Icon, views::ViewName};

/// How one moves on the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MapCommand {
    /// Next layout.
    Layout,
    /// Show the alarms of what is selected.
    ShowAlarms,
    /// Show what is measured on what is selected.
    ShowKpis,
    /// Find an entity.
    Search,
    /// Everything in sight.
    Whole,
    /// Nearer.
    ZoomIn,
    /// Farther.
    ZoomOut,
}

impl MapCommand {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Search,
        Self::Whole,
        Self::ZoomIn,
        Self::ZoomOut,
        Self::Layout,
        Self::ShowAlarms,
        Self::ShowKpis,
    ];

    pub(super) fn facts(self) -> Facts {
        let (label, keys, icon): (_, &'static [Keys], _) = match self {
            Self::Layout => ("Next layout", &[Keys::Plain(Key::L)], Icon::TREE_STRUCTURE),
            Self::ShowAlarms => ("Alarms of what is selected", &[Keys::Plain(Key::Enter)], Icon::BELL),
            Self::ShowKpis => ("KPIs of what is selected", &[Keys::Plain(Key::P)], Icon::CHART_LINE),
            Self::Search => ("Find an entity", &[Keys::Character("/")], Icon::MAGNIFYING_GLASS),
            Self::Whole => ("Everything in sight", &[Keys::Plain(Key::Num0), Keys::Plain(Key::Home)], Icon::CORNERS_OUT),
            Self::ZoomIn => ("Nearer", &[Keys::Character("+")], Icon::MAGNIFYING_GLASS_PLUS),
            Self::ZoomOut => ("Farther", &[Keys::Character("-")], Icon::MAGNIFYING_GLASS_MINUS),
        };
        Facts { label, keys, icon }
    }

    pub(super) fn why_not(self, situation: &Situation) -> Option<&'static str> {
        (situation.view != ViewName::Topology).then_some("Only on the map")
    }
}
