use egui::Key;

use super::{Facts, Keys, Situation};
use crate::{theme::Icon, views::ViewName};

/// How one moves in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListCommand {
    /// Select every row of the filter.
    All,
    /// Nothing selected, nothing open, no filter: one step a press.
    Escape,
    /// Write a filter.
    Filter,
    /// First row.
    First,
    /// Group rows by incident.
    Group,
    /// Last row.
    Last,
    /// Next row.
    Next,
    /// Next row, selected too.
    NextToo,
    /// Open the row, or its incident.
    Open,
    /// A screenful on.
    PageDown,
    /// A screenful back.
    PageUp,
    /// Previous row.
    Previous,
    /// Previous row, selected too.
    PreviousToo,
    /// Show what is measured on it.
    ShowKpis,
    /// Show it on the map.
    ShowOnMap,
    /// Show the inside of the row.
    Unfold,
}

impl ListCommand {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Next,
        Self::Previous,
        Self::NextToo,
        Self::PreviousToo,
        Self::All,
        Self::Open,
        Self::Unfold,
        Self::ShowOnMap,
        Self::ShowKpis,
        Self::Filter,
        Self::Group,
        Self::First,
        Self::Last,
        Self::PageDown,
        Self::PageUp,
        Self::Escape,
    ];

    /// By how many rows it moves the cursor, and whether it takes the range along; `None` for what does something else. A screenful holds
    /// `page` rows.
    pub fn steps(self, page: usize) -> Option<(isize, bool)> {
        let page = isize::try_from(page.max(1)).unwrap_or(isize::MAX);
        Some(match self {
            Self::Next => (1, false),
            Self::Previous => (-1, false),
            Self::NextToo => (1, true),
            Self::PreviousToo => (-1, true),
            Self::PageDown => (page, false),
            Self::PageUp => (-page, false),
            Self::First => (isize::MIN, false),
            Self::Last => (isize::MAX, false),
            _ => return None,
        })
    }

    pub(super) fn facts(self) -> Facts {
        let (label, keys, icon): (_, &'static [Keys], _) = match self {
            Self::All => ("Select all in the filter", &[Keys::Control(Key::A)], Icon::SELECTION_ALL),
            Self::Escape => ("Let go", &[Keys::Plain(Key::Escape)], Icon::X),
            Self::Filter => ("Filter", &[Keys::Character("/"), Keys::Control(Key::F)], Icon::FUNNEL),
            Self::First => ("First row", &[Keys::Plain(Key::Home)], Icon::ARROW_UP),
            Self::Group => ("Group by incident", &[Keys::Plain(Key::G)], Icon::STACK),
            Self::Last => ("Last row", &[Keys::Plain(Key::End)], Icon::ARROW_DOWN),
            Self::Next => ("Next row", &[Keys::Plain(Key::J), Keys::Plain(Key::ArrowDown)], Icon::CARET_DOWN),
            Self::NextToo => ("Next row too", &[Keys::Shift(Key::J), Keys::Shift(Key::ArrowDown)], Icon::CARET_DOWN),
            Self::Open => ("Open incident", &[Keys::Plain(Key::Enter)], Icon::ARROW_RIGHT),
            Self::PageDown => ("A screenful on", &[Keys::Plain(Key::PageDown)], Icon::CARET_DOWN),
            Self::PageUp => ("A screenful back", &[Keys::Plain(Key::PageUp)], Icon::CARET_UP),
            Self::Previous => ("Previous row", &[Keys::Plain(Key::K), Keys::Plain(Key::ArrowUp)], Icon::CARET_UP),
            Self::PreviousToo => ("Previous row too", &[Keys::Shift(Key::K), Keys::Shift(Key::ArrowUp)], Icon::CARET_UP),
            Self::ShowKpis => ("Show KPIs", &[Keys::Plain(Key::P)], Icon::CHART_LINE),
            Self::ShowOnMap => ("Show on the map", &[Keys::Plain(Key::M)], Icon::MAP_PIN),
            Self::Unfold => ("Unfold the row", &[Keys::Plain(Key::Space), Keys::Plain(Key::E)], Icon::ARROWS_OUT),
        };
        Facts { label, keys, icon }
    }

    pub(super) fn why_not(self, situation: &Situation) -> Option<&'static str> {
        let alarms = situation.view == ViewName::Alarms;
        match self {
            Self::Escape => None,
            Self::Group | Self::Unfold if !alarms => Some("Only in the alarm list"),
            Self::Filter | Self::ShowOnMap if situation.view == ViewName::Fleet => Some("Only in the lists of alarms and incidents"),
            Self::Filter if matches!(situation.view, ViewName::Scorecard | ViewName::Sla) => Some("Only in the lists of alarms and incidents"),
            Self::Filter | Self::ShowKpis | Self::ShowOnMap if situation.view == ViewName::Outbox => Some("Only in the lists of alarms and incidents"),
            _ if matches!(situation.view, ViewName::Fleet | ViewName::Outbox | ViewName::Scorecard | ViewName::Sla) => None,
            _ if alarms || matches!(situation.view, ViewName::Incidents | ViewName::Incident) => None,
            _ => Some("Only in a list"),
        }
    }
}
