//! A change of the network that is proposed, judged, carried out and confirmed, or undone.

use serde::{Deserialize, Serialize};

use super::{ChangeId, EntityId, IncidentId, Name, Role, Span, Timestamp};

/// How far a change request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ChangeState {
    /// Written down; nobody looked yet at what it would do.
    #[n(0)]
    Drafted,
    /// The device was asked what would change, the twin who would feel it: waits for approvals.
    #[n(1)]
    Simulated,
    /// Enough people said yes.
    #[n(2)]
    Approved,
    /// Somebody, or the policy, said no.
    #[n(3)]
    Rejected,
    /// On its way to the device.
    #[n(4)]
    Executing,
    /// On the device, and undone by itself unless somebody confirms it.
    #[n(5)]
    AwaitingConfirmation,
    /// It stays.
    #[n(6)]
    Confirmed,
    /// Undone.
    #[n(7)]
    RolledBack,
    /// It could not be carried out.
    #[n(8)]
    Failed,
    /// Nobody took it up in time.
    #[n(9)]
    Expired,
    /// The kill switch, or whoever asked for it, stopped it.
    #[n(10)]
    Killed,
}

impl ChangeState {
    /// Every state.
    pub const ALL: [ChangeState; 11] = [
        ChangeState::Drafted,
        ChangeState::Simulated,
        ChangeState::Approved,
        ChangeState::Rejected,
        ChangeState::Executing,
        ChangeState::AwaitingConfirmation,
        ChangeState::Confirmed,
        ChangeState::RolledBack,
        ChangeState::Failed,
        ChangeState::Expired,
        ChangeState::Killed,
    ];

    /// The word of the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            ChangeState::Drafted => "drafted",
            ChangeState::Simulated => "simulated",
            ChangeState::Approved => "approved",
            ChangeState::Rejected => "rejected",
            ChangeState::Executing => "executing",
            ChangeState::AwaitingConfirmation => "awaiting_confirmation",
            ChangeState::Confirmed => "confirmed",
            ChangeState::RolledBack => "rolled_back",
            ChangeState::Failed => "failed",
            ChangeState::Expired => "expired",
            ChangeState::Killed => "killed",
        }
    }

    /// Whether it has ended, for good.
    #[must_use]
    pub const fn ended(self) -> bool {
        !matches!(
            self,
            ChangeState::Drafted | ChangeState::Simulated | ChangeState::Approved | ChangeState::Executing | ChangeState::AwaitingConfirmation
        )
    }

    /// Whether the device may hold it, unconfirmed.
    #[must_use]
    pub const fn on_device(self) -> bool {
        matches!(self, ChangeState::Executing | ChangeState::AwaitingConfirmation)
    }
}

/// How much may be done without people. The more careful one is the lesser one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cbor(index_only)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Mode {
    /// Only what people approved beforehand is carried out.
    #[n(0)]
    #[default]
    RecommendOnly,
    /// Carried out at once; undone unless a person confirms it in time.
    #[n(1)]
    AutoWithApproval,
    /// Carried out and confirmed without people, under a signed override that expires.
    #[n(2)]
    FullyAutonomous,
}

impl Mode {
    /// The word of the wire and of policies.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Mode::RecommendOnly => "RECOMMEND_ONLY",
            Mode::AutoWithApproval => "AUTO_WITH_APPROVAL",
            Mode::FullyAutonomous => "FULLY_AUTONOMOUS",
        }
    }
}

/// How bad it would be if an action went wrong; says its profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Risk {
    /// Nobody would feel it.
    #[n(0)]
    Low,
    /// Some would, for a short time.
    #[n(1)]
    Medium,
    /// Many would.
    #[n(2)]
    High,
    /// It could take service away for long.
    #[n(3)]
    Critical,
}

impl Risk {
    /// The word of the wire and of policies.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Risk::Low => "low",
            Risk::Medium => "medium",
            Risk::High => "high",
            Risk::Critical => "critical",
        }
    }
}

/// Who asks for a change: a person, or the machine by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Origin {
    /// A person.
    #[n(0)]
    Person,
    /// A detector, a diagnosis or a machine key.
    #[n(1)]
    Machine,
}

/// What is to be done, as whoever asks for it wrote it down.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode)]
pub struct Draft {
    /// One line.
    #[n(0)]
    pub title: Name,
    /// Action of a profile; `set_interface`.
    #[n(1)]
    pub action: Name,
    /// Its parameters, in the order of names.
    #[n(2)]
    pub params: Vec<(Name, Name)>,
    /// What it is done to, in order, no two the same.
    #[n(3)]
    pub targets: Vec<EntityId>,
    /// Says the action's profile.
    #[n(4)]
    pub risk: Risk,
    /// The action takes its target out of service while it runs.
    #[n(5)]
    pub interrupts: bool,
    /// For which incident.
    #[n(6)]
    pub incident: Option<IncidentId>,
    /// Why.
    #[n(7)]
    pub reason: Name,
    /// Who asks.
    #[n(8)]
    pub origin: Origin,
}

/// Who undoes a change that nobody confirms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Protection {
    /// The device itself (RFC 6241 §8.4, confirmed commit).
    #[n(0)]
    DeviceTimer,
    /// The collector, as long as it lives and reaches the device.
    #[n(1)]
    CollectorTimer,
    /// Nobody.
    #[n(2)]
    Nobody,
}

/// What the device says that would change.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct Preview {
    /// When the device was asked.
    #[n(0)]
    pub at: Timestamp,
    /// Lines with `+`, `-` or a space before them, as the device would hold them.
    #[n(1)]
    pub diff: Name,
    /// Of the configuration that it was made against.
    #[n(2)]
    pub config: u64,
    /// Who would undo it.
    #[n(3)]
    pub protection: Protection,
    /// How it would be undone, in words.
    #[n(4)]
    pub rollback: Name,
}

/// What the twin says about it.
#[derive(Clone, Debug, Default, PartialEq, minicbor::Encode, minicbor::Decode)]
pub struct Twin {
    /// Entities that would be without service while it runs, or if it went wrong: at most so many are named.
    #[n(0)]
    pub down: Vec<EntityId>,
    /// All of them.
    #[n(1)]
    pub down_count: u32,
    /// How many would be left with one way only.
    #[n(2)]
    pub degraded: u32,
    /// Services among those that would be down.
    #[n(3)]
    pub services: u32,
    /// Customers among them.
    #[n(4)]
    pub customers: u32,
    /// An emergency service is among them.
    #[n(5)]
    pub emergency: bool,
    /// What like changes did to measured values.
    #[n(6)]
    pub effects: Vec<Effect>,
}

/// What a change is expected to do to a measured value, from like ones before.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode)]
pub struct Effect {
    /// The metric.
    #[n(0)]
    pub metric: Name,
    /// After divided by before, half of like changes above it.
    #[n(1)]
    pub ratio: f64,
    /// Nine in ten lie between these …
    #[n(2)]
    pub low: f64,
    /// … and these.
    #[n(3)]
    pub high: f64,
    /// From so many.
    #[n(4)]
    pub of: u32,
}

/// What the policy says about it.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct PolicyVerdict {
    /// It may be carried out at all.
    #[n(0)]
    pub allowed: bool,
    /// How much without people.
    #[n(1)]
    pub mode: Mode,
    /// So many people must say yes beforehand.
    #[n(2)]
    pub approvals: u8,
    /// They must be at least this.
    #[n(3)]
    pub role: Role,
    /// The rules that made it, each in a sentence.
    #[n(4)]
    pub rules: Vec<Name>,
}

/// Somebody said yes to what the preview showed.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct Approval {
    /// Who.
    #[n(0)]
    pub by: Name,
    /// When.
    #[n(1)]
    pub at: Timestamp,
    /// What they wrote.
    #[n(2)]
    pub text: Name,
}

/// What a worker is asked to do about a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum WorkKind {
    /// Ask the device what would change.
    #[n(0)]
    Preview,
    /// Carry it out, if the device is as it was when it was approved.
    #[n(1)]
    Execute,
    /// Make it stay.
    #[n(2)]
    Confirm,
    /// Undo it.
    #[n(3)]
    RollBack,
    /// Look whether it is on the device.
    #[n(4)]
    LookAfter,
}

/// Work that is asked for. The first answer to its number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct Work {
    /// Number, from 1, of this change.
    #[n(0)]
    pub number: u32,
    /// What.
    #[n(1)]
    pub kind: WorkKind,
    /// Not before.
    #[n(2)]
    pub from: Timestamp,
    /// Nobody waits longer for the answer.
    #[n(3)]
    pub until: Timestamp,
}

/// How a worker's work ended.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub enum WorkOutcome {
    /// What would change.
    #[n(0)]
    Previewed(#[n(0)] Preview),
    /// It is on the device; undone at `until` unless confirmed.
    #[n(1)]
    Applied {
        /// Who undoes it.
        #[n(0)]
        protection: Protection,
        /// How long the window is.
        #[n(1)]
        window: Span,
    },
    /// The device is not as it was when it was approved; nothing was done.
    #[n(2)]
    Stale,
    /// It stays.
    #[n(3)]
    Confirmed,
    /// It is not on the device (any more).
    #[n(4)]
    Absent,
    /// It could not be done, and nothing stays behind.
    #[n(5)]
    Failed,
    /// The device could not be asked: nobody knows.
    #[n(6)]
    Unknown,
}

/// A worker's answer.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct WorkDone {
    /// Of which change.
    #[n(0)]
    pub change: ChangeId,
    /// Which work.
    #[n(1)]
    pub number: u32,
    /// How it ended.
    #[n(2)]
    pub outcome: WorkOutcome,
    /// What was done, step by step, each in a line.
    #[n(3)]
    pub steps: Vec<Name>,
    /// What went wrong, or else nothing.
    #[n(4)]
    pub problem: Name,
}

/// A change request.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode)]
pub struct ChangeRequest {
    /// Its id.
    #[n(0)]
    pub id: ChangeId,
    /// What is to be done.
    #[n(1)]
    pub draft: Draft,
    /// Who asked for it.
    #[n(2)]
    pub requester: Name,
    /// How far it is.
    #[n(3)]
    pub state: ChangeState,
    /// When it was asked for, log's time.
    #[n(4)]
    pub created_at: Timestamp,
    /// Newest change of it, log's time.
    #[n(5)]
    pub changed_at: Timestamp,
    /// It expires then, unless it is on its way before.
    #[n(6)]
    pub expires_at: Timestamp,
    /// What the device says.
    #[n(7)]
    pub preview: Option<Preview>,
    /// What the twin says.
    #[n(8)]
    pub twin: Option<Twin>,
    /// What the policy says.
    #[n(9)]
    pub verdict: Option<PolicyVerdict>,
    /// Who said yes to this preview.
    #[n(10)]
    pub approvals: Vec<Approval>,
    /// What a worker is asked to do now.
    #[n(11)]
    pub work: Option<Work>,
    /// Number of the newest work.
    #[n(12)]
    pub works: u32,
    /// Times in a row that a device could not be asked.
    #[n(13)]
    pub tries: u32,
    /// Undone then, unless somebody confirms it.
    #[n(14)]
    pub confirm_until: Option<Timestamp>,
    /// Who confirmed it.
    #[n(15)]
    pub confirmed_by: Name,
    /// Who undoes it, once it is on the device.
    #[n(16)]
    pub protection: Option<Protection>,
    /// Why it is where it is, in a sentence.
    #[n(17)]
    pub why: Name,
    /// What was done on the device, newest last; at most 64 lines.
    #[n(18)]
    pub steps: Vec<Name>,
    /// It was handed to a device at least once.
    #[n(19)]
    pub executed: bool,
}

impl ChangeRequest {
    /// Lines of what was done that are kept.
    pub const STEPS: usize = 64;
}

/// Whether the machine may touch the network at all, and how much of it by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct Guard {
    /// Somebody stopped everything: who, when and why. Nothing is written to any device until it is armed again.
    #[n(0)]
    pub killed: Option<Killed>,
    /// Changes that failed or were undone by themselves since it was last armed: when, oldest first; at most 16.
    #[n(1)]
    pub failures: Vec<Timestamp>,
    /// So many failures in so short a time that only people decide, until it is armed again.
    #[n(2)]
    pub tripped_at: Option<Timestamp>,
}

/// Who stopped everything.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct Killed {
    /// Who.
    #[n(0)]
    pub by: Name,
    /// When, log's time.
    #[n(1)]
    pub at: Timestamp,
    /// Why.
    #[n(2)]
    pub reason: Name,
}
