use egui::Key;

use super::{Facts, Keys, Situation};
use crate::{theme::Icon, views::ViewName};

/// What is done among groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FleetCommand {
    /// The next length of the trend.
    Days,
    /// Choose an attribute.
    Search,
    /// How groups stand, or what fails alike.
    Switch,
}

impl FleetCommand {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Search, Self::Switch, Self::Days];

    pub(super) fn facts(self) -> Facts {
        let (label, keys, icon): (_, &'static [Keys], _) = match self {
            Self::Days => ("Next length of the trend", &[Keys::Plain(Key::R)], Icon::CALENDAR_BLANK),
            Self::Search => ("Group by another attribute", &[Keys::Character("/"), Keys::Control(Key::F)], Icon::TAG),
            Self::Switch => ("Groups, or what fails alike", &[Keys::Plain(Key::G)], Icon::TREND_UP),
        };
        Facts { label, keys, icon }
    }

    pub(super) fn why_not(self, situation: &Situation) -> Option<&'static str> {
        (situation.view != ViewName::Fleet).then_some("Only in the fleet")
    }
}
