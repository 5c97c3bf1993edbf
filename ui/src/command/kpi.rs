use egui::Key;

use super::{Facts, Keys, Situation};
use crate::{theme::Icon, views::ViewName};

/// What is done among plots of KPIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KpiCommand {
    /// Show the alarms of the chosen series' entity.
    Alarms,
    /// Bands of what is expected on or off.
    Band,
    /// The same of a week before, as a ghost.
    Compare,
    /// The cursor a little earlier.
    CursorBack,
    /// The cursor a little later.
    CursorOn,
    /// Earlier.
    Earlier,
    /// Later.
    Later,
    /// Choose the next series.
    Next,
    /// Choose the previous series.
    Previous,
    /// Take the chosen series away.
    Remove,
    /// Keep a picture as a file.
    SavePicture,
    /// Keep the values as a file.
    SaveTable,
    /// Find a series.
    Search,
    /// The next length of time.
    Span,
    /// Back to all of it, up to now.
    Whole,
    /// Nearer.
    ZoomIn,
    /// Farther.
    ZoomOut,
}

impl KpiCommand {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Search,
        Self::ZoomIn,
        Self::ZoomOut,
        Self::Whole,
        Self::Earlier,
        Self::Later,
        Self::Span,
        Self::CursorBack,
        Self::CursorOn,
        Self::Compare,
        Self::Band,
        Self::Next,
        Self::Previous,
        Self::Remove,
        Self::Alarms,
        Self::SaveTable,
        Self::SavePicture,
    ];

    pub(super) fn facts(self) -> Facts {
        let (label, keys, icon): (_, &'static [Keys], _) = match self {
            Self::Alarms => ("Alarms of the chosen series", &[Keys::Plain(Key::Enter)], Icon::BELL),
            Self::Band => ("Expected range on or off", &[Keys::Plain(Key::B)], Icon::WAVE_SINE),
            Self::Compare => ("Compare with last week", &[Keys::Plain(Key::W)], Icon::CLOCK_COUNTER_CLOCKWISE),
            Self::CursorBack => ("Cursor back", &[Keys::Shift(Key::ArrowLeft)], Icon::CROSSHAIR_SIMPLE),
            Self::CursorOn => ("Cursor on", &[Keys::Shift(Key::ArrowRight)], Icon::CROSSHAIR_SIMPLE),
            Self::Earlier => ("Earlier", &[Keys::Plain(Key::ArrowLeft)], Icon::CARET_LEFT),
            Self::Later => ("Later", &[Keys::Plain(Key::ArrowRight)], Icon::CARET_RIGHT),
            Self::Next => ("Next series", &[Keys::Plain(Key::J), Keys::Plain(Key::ArrowDown)], Icon::CARET_DOWN),
            Self::Previous => ("Previous series", &[Keys::Plain(Key::K), Keys::Plain(Key::ArrowUp)], Icon::CARET_UP),
            Self::Remove => ("Take the series away", &[Keys::Plain(Key::X), Keys::Plain(Key::Delete)], Icon::MINUS_CIRCLE),
            Self::SavePicture => ("Save a picture", &[Keys::Shift(Key::E)], Icon::EXPORT),
            Self::SaveTable => ("Save the values as CSV", &[Keys::Plain(Key::E)], Icon::DOWNLOAD_SIMPLE),
            Self::Search => ("Find a series", &[Keys::Character("/")], Icon::MAGNIFYING_GLASS),
            Self::Span => ("Next length of time", &[Keys::Plain(Key::R)], Icon::CALENDAR_BLANK),
            Self::Whole => ("All of it, up to now", &[Keys::Plain(Key::Num0), Keys::Plain(Key::Home)], Icon::CORNERS_OUT),
            Self::ZoomIn => ("Nearer", &[Keys::Character("+")], Icon::MAGNIFYING_GLASS_PLUS),
            Self::ZoomOut => ("Farther", &[Keys::Character("-")], Icon::MAGNIFYING_GLASS_MINUS),
        };
        Facts { label, keys, icon }
    }

    /// Whether it only moves what is seen, so that the next press means the same after it.
    pub(super) fn steps(self) -> bool {
        matches!(
            self,
            Self::CursorBack | Self::CursorOn | Self::Earlier | Self::Later | Self::Next | Self::Previous | Self::ZoomIn | Self::ZoomOut
        )
    }

    pub(super) fn why_not(self, situation: &Situation) -> Option<&'static str> {
        (situation.view != ViewName::Kpis).then_some("Only among KPIs")
    }
}
