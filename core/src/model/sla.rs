use serde::{Deserialize, Serialize};

use super::{EntityId, EntityIx, Name, SharedList, Span, Timestamp};

/// What was promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SlaPromise {
    /// Service is back within a time.
    #[n(0)]
    TimeToRestore,
    /// Service is there for a share of the month.
    #[n(1)]
    Availability,
}

impl SlaPromise {
    /// The wire's word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            SlaPromise::TimeToRestore => "time_to_restore",
            SlaPromise::Availability => "availability",
        }
    }
}

/// How a promise stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SlaState {
    /// Kept: service was back in time.
    #[n(0)]
    Kept,
    /// The clock runs, and there is time.
    #[n(1)]
    Running,
    /// Little time is left.
    #[n(2)]
    AtRisk,
    /// Broken.
    #[n(3)]
    Breached,
}

impl SlaState {
    /// The wire's word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            SlaState::Kept => "kept",
            SlaState::Running => "running",
            SlaState::AtRisk => "at_risk",
            SlaState::Breached => "breached",
        }
    }
}

/// The promise that an incident endangers first. Holds instants only: what is left of it is reckoned where it is shown.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode)]
pub struct SlaClock {
    /// What was promised.
    #[n(0)]
    pub promise: SlaPromise,
    /// To whom.
    #[n(1)]
    pub entity: EntityIx,
    /// By which tier, type or contract of its own; in the operator's words.
    #[n(2)]
    pub tier: Name,
    /// The time that was promised: to restore, or that a month allows to be without service.
    #[n(3)]
    pub allowed: Span,
    /// When service went away.
    #[n(4)]
    pub started_at: Timestamp,
    /// When little is left of it.
    #[n(5)]
    pub warn_at: Timestamp,
    /// When it is broken.
    #[n(6)]
    pub breach_at: Timestamp,
    /// When the time to restore that was promised to any of those hit is over; that of `breach_at` where nothing else was promised.
    #[n(7)]
    pub restore_by: Option<Timestamp>,
    /// How it stands.
    #[n(8)]
    pub state: SlaState,
    /// When service was back.
    #[n(9)]
    pub stopped_at: Option<Timestamp>,
    /// So long it was back in between.
    #[n(10)]
    pub paused: Span,
    /// Services and customers held to be without service, by slot.
    #[n(11)]
    pub without: SharedList<EntityIx>,
    /// The threshold in the promise's unit: minutes to restore, or percent of the month.
    #[n(12)]
    pub threshold: f64,
    /// Since when service is away without a break: `started_at`, or the relapse.
    #[n(13)]
    pub since: Timestamp,
}

impl SlaClock {
    /// When the clock changes its state unless something happens.
    #[must_use]
    pub const fn next_at(&self) -> Option<Timestamp> {
        match (self.stopped_at, self.state) {
            (None, SlaState::Running) => Some(self.warn_at),
            (None, SlaState::AtRisk) => Some(self.breach_at),
            _ => None,
        }
    }
}

/// What a measured value does that was promised to keep to a limit, as a worker saw it.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode)]
pub struct Outlook {
    /// Whose.
    #[n(0)]
    pub entity: EntityId,
    /// Which metric.
    #[n(1)]
    pub metric: Name,
    /// The limit, in the metric's unit.
    #[n(2)]
    pub threshold: f64,
    /// Values above it break the promise, not those below.
    #[n(3)]
    pub above: bool,
    /// The newest value that was read was measured then.
    #[n(4)]
    pub at: Timestamp,
    /// Its level, noise left out; the metric's unit.
    #[n(5)]
    pub value: f64,
    /// How the promise stands: `kept` where nothing endangers it.
    #[n(6)]
    pub state: SlaState,
    /// When the value will be beyond the limit, where it drifts towards it, and the ends of the 90 % interval.
    #[n(7)]
    pub breach: Option<(Timestamp, Timestamp, Timestamp)>,
    /// Since when it drifts.
    #[n(8)]
    pub since: Option<Timestamp>,
    /// From when on values were read.
    #[n(9)]
    pub from: Timestamp,
    /// How many.
    #[n(10)]
    pub points: u32,
    /// Hash of what was read.
    #[n(11)]
    pub digest: u64,
}
