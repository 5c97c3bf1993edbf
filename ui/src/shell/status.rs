use pedkai_core::model::{Span, Timestamp};

use crate::{
    format,
    theme::{Icon, Level},
    widgets::chip::Tone,
};

/// How the window stands to its collector.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Link {
    /// No answer yet, no data of its own.
    #[default]
    Connecting,
    /// Behind, and catching up: rows that came so far.
    Syncing(usize),
    /// Up to date.
    Live,
    /// Connected, but nothing has been heard for this long.
    Stale(Span),
    /// The collector answers, but cannot give what is asked, for this long and because of this; what is shown is as old.
    Failing(Span, String),
    /// No connection for this long; what is shown is as old.
    Offline(Span, String),
    /// The collector answers and gives this window nothing; what is shown is as old.
    Shut(Span, Shut),
}

/// Why a collector that answers gives a window nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shut {
    /// It does not take our login or key any more, because of this.
    Login(String),
    /// It speaks another version; a sentence that says which, and what to do.
    Version(String),
}

impl Link {
    /// Icon, word, detail and how loud.
    pub(super) fn words(&self) -> (Icon, &'static str, String, Tone) {
        match self {
            Self::Connecting => (Icon::CIRCLE_NOTCH, "Connecting", String::new(), Tone::Quiet),
            Self::Syncing(rows) => (Icon::ARROWS_CLOCKWISE, "Syncing", format::counted(*rows, "row"), Tone::Quiet),
            Self::Live => (Icon::PULSE, "Live", String::new(), Tone::Quiet),
            Self::Stale(age) => (
                Icon::HOURGLASS_MEDIUM,
                "Stale",
                format!("{} old", format::span(*age)),
                Tone::Level(Level::Minor),
            ),
            Self::Failing(age, _) => (Icon::WARNING, "Failing", format!("{} old", format::span(*age)), Tone::Level(Level::Critical)),
            Self::Offline(age, _) => (
                Icon::CLOUD_SLASH,
                "Offline",
                format!("{} old", format::span(*age)),
                Tone::Level(Level::Critical),
            ),
            Self::Shut(age, shut) => {
                let (icon, word) = match shut {
                    Shut::Login(_) => (Icon::USER, "Logged out"),
                    Shut::Version(_) => (Icon::WARNING, "Other version"),
                };
                (icon, word, format!("{} old", format::span(*age)), Tone::Level(Level::Critical))
            }
        }
    }

    /// What the state means, for its tooltip.
    pub(super) fn meaning(&self) -> String {
        match self {
            Self::Connecting => "The collector has not answered yet.".to_owned(),
            Self::Syncing(_) => "The collector's state is being copied; counts may still grow.".to_owned(),
            Self::Live => "Every change arrives the moment it is kept.".to_owned(),
            Self::Stale(_) => "Connected, but nothing was heard, not even a heartbeat. What you see may be old.".to_owned(),
            Self::Failing(_, why) => format!("The collector answers, but not with what is asked: {why}. What you see is the last state that came."),
            Self::Offline(_, why) => {
                format!("No connection to the collector: {why}. What you see is the last state that came; commands wait until it is back.")
            }
            Self::Shut(_, Shut::Login(why)) => {
                format!("The collector does not take this seat's login any more: {why}. What you see is the last state that came; commands wait for the login.")
            }
            Self::Shut(_, Shut::Version(words)) => words.clone(),
        }
    }
}

/// How far the machine may act by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// It says what it would do.
    #[default]
    Recommend,
    /// It acts after somebody agreed.
    Approval,
    /// It acts within its policy.
    Autonomous,
}

impl Mode {
    /// Icon, word and meaning.
    pub(super) fn words(self) -> (Icon, &'static str, &'static str) {
        match self {
            Self::Recommend => (Icon::LIGHTBULB, "RECOMMEND", "The machine recommends and never acts on the network."),
            Self::Approval => (Icon::HANDSHAKE, "AUTO + APPROVAL", "The machine acts only after a person agreed."),
            Self::Autonomous => (Icon::ROBOT, "AUTONOMOUS", "The machine acts by itself within its policy."),
        }
    }
}

/// What the header and the rail tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// Whose network.
    pub tenant: String,
    /// Who is on seat.
    pub user: String,
    /// How the window stands to its collector.
    pub link: Link,
    /// Active alarms by severity, critical first, without cleared ones.
    pub counts: [usize; 5],
    /// Severity that the list is narrowed to from the header.
    pub chosen: Option<Level>,
    /// Alarms that nobody acknowledged.
    pub unacked: usize,
    /// Incidents in work.
    pub incidents: usize,
    /// Sources that should have spoken and did not.
    pub stale_sources: usize,
    /// Commands that wait for the collector.
    pub waiting: usize,
    /// Commands that were refused, and nobody took note yet.
    pub refused: usize,
    /// How far the machine may act.
    pub mode: Mode,
    /// What the collector says goes wrong with it, such as a disk that is full.
    pub troubles: Vec<String>,
    /// What is not right with this window itself, each as a sentence.
    pub notes: Vec<String>,
    /// When the state that is shown was current.
    pub as_of: Option<Timestamp>,
}
