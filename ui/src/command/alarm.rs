use egui::Key;

use super::{Facts, Keys, Situation};
use crate::{theme::Icon, views::ViewName};

/// What is done to alarms and incidents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AlarmCommand {
    /// Acknowledge.
    Ack,
    /// Acknowledge, after a question until when and with which note.
    AckWith,
    /// Clear by hand.
    Clear,
    /// Write a comment.
    Comment,
    /// Take into own hands.
    Own,
    /// Give back.
    Release,
    /// Take an acknowledgement back.
    Unack,
}

impl AlarmCommand {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Ack, Self::AckWith, Self::Unack, Self::Own, Self::Release, Self::Comment, Self::Clear];

    pub(super) fn facts(self) -> Facts {
        let (label, keys, icon): (_, &'static [Keys], _) = match self {
            Self::Ack => ("Acknowledge", &[Keys::Plain(Key::A)], Icon::CHECK),
            Self::AckWith => ("Acknowledge until …", &[Keys::Shift(Key::A)], Icon::CHECKS),
            Self::Clear => ("Clear by hand …", &[Keys::Plain(Key::X)], Icon::ERASER),
            Self::Comment => ("Comment …", &[Keys::Plain(Key::C)], Icon::CHAT_TEXT),
            Self::Own => ("Own", &[Keys::Plain(Key::O)], Icon::USER_CHECK),
            Self::Release => ("Give back", &[Keys::Shift(Key::O)], Icon::USER_MINUS),
            Self::Unack => ("Unacknowledge", &[Keys::Plain(Key::U)], Icon::ARROW_COUNTER_CLOCKWISE),
        };
        Facts { label, keys, icon }
    }

    pub(super) fn why_not(self, situation: &Situation) -> Option<&'static str> {
        let lists = matches!(situation.view, ViewName::Alarms | ViewName::Incidents | ViewName::Incident);
        if !lists {
            Some("Only in the lists of alarms and incidents")
        } else {
            situation.why_not_act()
        }
    }
}
