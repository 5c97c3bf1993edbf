use egui::Key;

use super::{Facts, Keys, Situation};
use crate::{theme::Icon, views::ViewName};

/// What is done to commands that are not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutboxCommand {
    /// Ask once more, for things as they are now.
    Again,
    /// Take note of a refusal and let it go.
    Dismiss,
    /// Take back what waits, before it goes out.
    Withdraw,
}

impl OutboxCommand {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Again, Self::Dismiss, Self::Withdraw];

    pub(super) fn facts(self) -> Facts {
        let (label, keys, icon): (_, &'static [Keys], _) = match self {
            Self::Again => ("Try again", &[Keys::Plain(Key::R)], Icon::ARROW_CLOCKWISE),
            Self::Dismiss => ("Dismiss", &[Keys::Plain(Key::Delete)], Icon::TRASH),
            Self::Withdraw => ("Take back", &[Keys::Plain(Key::U)], Icon::ARROW_COUNTER_CLOCKWISE),
        };
        Facts { label, keys, icon }
    }

    pub(super) fn why_not(self, situation: &Situation) -> Option<&'static str> {
        if situation.view != ViewName::Outbox {
            Some("Only in the outbox")
        } else {
            situation.why_not_act()
        }
    }
}
