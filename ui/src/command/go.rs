use egui::Key;

use super::{Facts, Keys};
use crate::{theme::Icon, views::ViewName};

/// To which screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GoCommand {
    /// The live list.
    Alarms,
    /// The screen before.
    Back,
    /// How everything of one region, site or model stands.
    Fleet,
    /// The design system.
    Gallery,
    /// The list of incidents.
    Incidents,
    /// Values over time.
    Kpis,
    /// What was asked and is not done.
    Outbox,
    /// What needs me now.
    Overview,
    /// How well it went.
    Scorecard,
    /// What was promised, and when it breaks.
    Sla,
    /// How the product itself is.
    System,
    /// The map.
    Topology,
}

impl GoCommand {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Alarms,
        Self::Incidents,
        Self::Topology,
        Self::Overview,
        Self::Kpis,
        Self::Sla,
        Self::Scorecard,
        Self::Fleet,
        Self::System,
        Self::Outbox,
        Self::Gallery,
        Self::Back,
    ];

    /// The screen it goes to; none for the one before.
    pub fn view(self) -> Option<ViewName> {
        match self {
            Self::Alarms => Some(ViewName::Alarms),
            Self::Back => None,
            Self::Fleet => Some(ViewName::Fleet),
            Self::Gallery => Some(ViewName::Gallery),
            Self::Incidents => Some(ViewName::Incidents),
            Self::Kpis => Some(ViewName::Kpis),
            Self::Outbox => Some(ViewName::Outbox),
            Self::Overview => Some(ViewName::Overview),
            Self::Scorecard => Some(ViewName::Scorecard),
            Self::Sla => Some(ViewName::Sla),
            Self::System => Some(ViewName::System),
            Self::Topology => Some(ViewName::Topology),
        }
    }

    /// Its foremost key in words, empty when it has none.
    pub fn facts_keys(self) -> String {
        self.facts().keys.first().map_or(String::new(), |keys| keys.words())
    }

    pub(super) fn facts(self) -> Facts {
        let (label, keys): (_, &'static [Keys]) = match self {
            Self::Alarms => ("Alarms", &[Keys::Control(Key::Num1)]),
            Self::Back => ("Back", &[Keys::Plain(Key::Backspace)]),
            Self::Fleet => ("Fleet by groups", &[Keys::Control(Key::G)]),
            Self::Gallery => ("Design system", &[]),
            Self::Incidents => ("Incidents", &[Keys::Control(Key::Num2)]),
            Self::Kpis => ("KPIs", &[Keys::Control(Key::Num7)]),
            Self::Outbox => ("Outbox: what is not done", &[Keys::Control(Key::Num6)]),
            Self::Overview => ("Overview", &[Keys::Control(Key::Num4)]),
            Self::Scorecard => ("Scorecard: how well it went", &[Keys::Control(Key::Num9)]),
            Self::Sla => ("SLA: what was promised", &[Keys::Control(Key::Num8)]),
            Self::System => ("System", &[Keys::Control(Key::Num5)]),
            Self::Topology => ("Topology", &[Keys::Control(Key::Num3)]),
        };
        Facts {
            label,
            keys,
            icon: self.view().map_or(Icon::ARROW_LEFT, ViewName::icon),
        }
    }
}
