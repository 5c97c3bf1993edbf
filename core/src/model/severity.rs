use serde::{Deserialize, Serialize};

/// Perceived severity, ordered as RFC 8632 orders it. "Cleared" is no severity but a state of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Severity {
    /// Not known; to be avoided.
    #[n(2)]
    Indeterminate,
    /// A potential fault.
    #[n(3)]
    Warning,
    /// Not service-affecting; correct it before it worsens.
    #[n(4)]
    Minor,
    /// Service-affecting; urgent.
    #[n(5)]
    Major,
    /// Service-affecting; immediate action.
    #[n(6)]
    Critical,
}

impl Severity {
    /// Every severity, mildest first.
    pub const ALL: [Severity; 5] = [Severity::Indeterminate, Severity::Warning, Severity::Minor, Severity::Major, Severity::Critical];

    /// The X.733 word, lower case.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Severity::Indeterminate => "indeterminate",
            Severity::Warning => "warning",
            Severity::Minor => "minor",
            Severity::Major => "major",
            Severity::Critical => "critical",
        }
    }

    /// RFC 8632's number: indeterminate 2 … critical 6.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Severity::Indeterminate => 2,
            Severity::Warning => 3,
            Severity::Minor => 4,
            Severity::Major => 5,
            Severity::Critical => 6,
        }
    }

    /// The severity of RFC 8632's number.
    #[must_use]
    pub const fn of_number(number: u8) -> Option<Severity> {
        match number {
            2 => Some(Severity::Indeterminate),
            3 => Some(Severity::Warning),
            4 => Some(Severity::Minor),
            5 => Some(Severity::Major),
            6 => Some(Severity::Critical),
            _ => None,
        }
    }

    /// From a syslog severity 0–7, by RFC 5674. Syslog severity alone never says "cleared".
    #[must_use]
    pub const fn of_syslog(level: u8) -> Severity {
        match level {
            0 | 1 => Severity::Critical,
            2 => Severity::Major,
            3 => Severity::Minor,
            4 => Severity::Warning,
            _ => Severity::Indeterminate,
        }
    }

    /// The severity of an X.733 word in any case; `None` for anything else, "cleared" included.
    #[must_use]
    pub fn parse(word: &str) -> Option<Severity> {
        Self::ALL.into_iter().find(|s| s.word().eq_ignore_ascii_case(word))
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}
