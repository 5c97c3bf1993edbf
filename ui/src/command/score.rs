use egui::Key;

use super::{Facts, Keys, Situation};
use crate::{theme::Icon, views::ViewName};

/// What is done with the scorecard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScoreCommand {
    /// The next period.
    Period,
    /// Keep the figures as a file.
    SaveTable,
}

impl ScoreCommand {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Period, Self::SaveTable];

    pub(super) fn facts(self) -> Facts {
        let (label, keys, icon): (_, &'static [Keys], _) = match self {
            Self::Period => ("Next period", &[Keys::Plain(Key::R)], Icon::CALENDAR_BLANK),
            Self::SaveTable => ("Save the scorecard as CSV", &[Keys::Plain(Key::E)], Icon::DOWNLOAD_SIMPLE),
        };
        Facts { label, keys, icon }
    }

    pub(super) fn why_not(self, situation: &Situation) -> Option<&'static str> {
        (situation.view != ViewName::Scorecard).then_some("Only on the scorecard")
    }
}
