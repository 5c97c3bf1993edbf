//! The screens.
//!
//! - does: draws the model, one folder per screen, and turns gestures and commands into intents
//! - takes: `&Model`, the clock, its own small state
//! - gives: [`crate::intent::Intent`]s
//! - never knows: sockets, files, threads, colours as numbers

pub mod acting;
pub mod alarms;
pub mod fleet;
mod foretold;
pub mod gallery;
mod impact;
pub mod incident;
pub mod incidents;
pub mod kpis;
pub mod outbox;
pub mod overview;
mod promise;
pub mod scorecard;
pub mod sla;
pub mod system;
pub mod topology;

use serde::{Deserialize, Serialize};

use crate::theme::Icon;

/// A screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ViewName {
    /// The live list, opened first.
    #[default]
    Alarms,
    /// How everything of one region, site or model stands.
    Fleet,
    /// The design system.
    Gallery,
    /// One incident.
    Incident,
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

impl ViewName {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Alarms,
        Self::Fleet,
        Self::Gallery,
        Self::Incident,
        Self::Incidents,
        Self::Kpis,
        Self::Outbox,
        Self::Overview,
        Self::Scorecard,
        Self::Sla,
        Self::System,
        Self::Topology,
    ];

    /// Those of the navigation rail, from top to bottom.
    pub const RAIL: &[Self] = &[
        Self::Alarms,
        Self::Incidents,
        Self::Topology,
        Self::Overview,
        Self::Kpis,
        Self::Sla,
        Self::Scorecard,
        Self::Fleet,
        Self::System,
    ];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Alarms => "Alarms",
            Self::Fleet => "Fleet",
            Self::Gallery => "Gallery",
            Self::Incident => "Incident",
            Self::Incidents => "Incidents",
            Self::Kpis => "KPIs",
            Self::Outbox => "Outbox",
            Self::Overview => "Overview",
            Self::Scorecard => "Scorecard",
            Self::Sla => "SLA",
            Self::System => "System",
            Self::Topology => "Topology",
        }
    }

    /// The screen of a word in any case.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|view| view.word().eq_ignore_ascii_case(word))
    }

    /// Its icon.
    pub fn icon(self) -> Icon {
        match self {
            Self::Alarms => Icon::BELL,
            Self::Fleet => Icon::HARD_DRIVES,
            Self::Gallery => Icon::BOUNDING_BOX,
            Self::Incident | Self::Incidents => Icon::STACK,
            Self::Kpis => Icon::CHART_LINE,
            Self::Outbox => Icon::TRAY,
            Self::Overview => Icon::SQUARES_FOUR,
            Self::Scorecard => Icon::GAUGE,
            Self::Sla => Icon::TIMER,
            Self::System => Icon::HEARTBEAT,
            Self::Topology => Icon::GRAPH,
        }
    }
}
