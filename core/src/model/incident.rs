use serde::{Deserialize, Serialize};

use super::{AlarmId, AlarmIx, EntityIx, Finding, IncidentId, Name, Severity, Shared, SharedList, SlaClock, Timestamp};

/// Slot of an incident in memory; lowest free first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, minicbor::Encode, minicbor::Decode)]
#[cbor(transparent)]
pub struct IncidentIx(#[n(0)] pub u32);

/// Lifecycle of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum IncidentStatus {
    /// Nobody looked at it yet.
    #[n(0)]
    New,
    /// Somebody has seen it.
    #[n(1)]
    Acknowledged,
    /// The cause is being looked for.
    #[n(2)]
    Investigating,
    /// Something is being done.
    #[n(3)]
    Mitigating,
    /// Every alarm is cleared, or an operator says so; a relapse reopens it.
    #[n(4)]
    Resolved,
    /// Over.
    #[n(5)]
    Closed,
}

impl IncidentStatus {
    /// The wire's word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            IncidentStatus::New => "new",
            IncidentStatus::Acknowledged => "acknowledged",
            IncidentStatus::Investigating => "investigating",
            IncidentStatus::Mitigating => "mitigating",
            IncidentStatus::Resolved => "resolved",
            IncidentStatus::Closed => "closed",
        }
    }

    /// Still in work: neither resolved nor closed.
    #[must_use]
    pub const fn open(self) -> bool {
        !matches!(self, IncidentStatus::Resolved | IncidentStatus::Closed)
    }
}

/// Why an alarm hangs in its incident: the rule's name and what it hangs on.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode)]
pub struct Link {
    /// Named reason.
    #[n(0)]
    pub reason: LinkReason,
    /// The entity that ties it to the rest, where there is one.
    #[n(1)]
    pub through: Option<EntityIx>,
    /// The alarm it hangs on, where there is one; it may have left the memory since. (2 was its slot.)
    #[n(3)]
    pub alarm: Option<AlarmId>,
}

/// Named reasons for which an alarm is in an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum LinkReason {
    /// It opened the incident.
    #[n(0)]
    First,
    /// Same entity, close in time.
    #[n(1)]
    SameEntity,
    /// Both ends of one link.
    #[n(2)]
    SameLink,
    /// It names, or sits beside, the element that the rest points to.
    #[n(3)]
    SameNeighbour,
    /// It depends on the element that the rest points to.
    #[n(4)]
    DependsOn,
    /// Same site or parent and the same kind of trouble (power, environment).
    #[n(5)]
    SameSite,
    /// Its peer became unreachable through what the rest points to.
    #[n(6)]
    PathLost,
    /// A relapse of an alarm that was in it.
    #[n(7)]
    Relapse,
    /// An operator put it there.
    #[n(8)]
    ByOperator,
}

/// One alarm's place in an incident.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode)]
pub struct Member {
    /// The alarm.
    #[n(0)]
    pub alarm: AlarmIx,
    /// When it came in, source's time.
    #[n(1)]
    pub at: Timestamp,
    /// Why it is here.
    #[n(2)]
    pub link: Link,
}

/// An open incident.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode)]
pub struct Incident {
    /// Id for the world.
    #[n(0)]
    pub id: IncidentId,
    /// One line that says what is wrong where.
    #[n(1)]
    pub title: Name,
    /// Worst severity of its alarms, or an operator's word.
    #[n(2)]
    pub severity: Severity,
    /// Lifecycle.
    #[n(3)]
    pub status: IncidentStatus,
    /// When it was opened, log's time.
    #[n(4)]
    pub opened_at: Timestamp,
    /// When anything about it last changed, log's time.
    #[n(5)]
    pub changed_at: Timestamp,
    /// Raise of its first and newest alarm, source's time.
    #[n(6)]
    pub first_at: Timestamp,
    /// See `first_at`.
    #[n(7)]
    pub last_at: Timestamp,
    /// Its alarms in the order they joined.
    #[n(8)]
    pub members: Vec<Member>,
    /// Members that are not cleared.
    #[n(9)]
    pub active: u32,
    /// Ranked guesses at the cause, best first.
    #[n(10)]
    pub hypotheses: SharedList<Hypothesis>,
    /// The newest situation report.
    #[n(11)]
    pub sitrep: Option<Shared<Sitrep>>,
    /// Diagnosis is due at this instant.
    #[n(12)]
    pub diagnose_at: Option<Timestamp>,
    /// It closes (or is purged) at this instant unless something happens.
    #[n(13)]
    pub close_at: Option<Timestamp>,
    /// Whose it is; empty is nobody.
    #[n(14)]
    pub owner: Name,
    /// Newest comment.
    #[n(15)]
    pub comment: Name,
    /// Cause that an operator marked.
    #[n(16)]
    pub marked_cause: Option<EntityIx>,
    /// Opened by hand or API, not by correlation.
    #[n(17)]
    pub by_hand: bool,
    /// It touches emergency services.
    #[n(18)]
    pub emergency: bool,
    /// Severity as an operator set it by hand, kept as the floor.
    #[n(19)]
    pub set_severity: Option<Severity>,
    /// What the measurements around it told.
    #[n(22)]
    pub finding: Option<Shared<Finding>>,
    /// The promise it endangers first.
    #[n(20)]
    pub clock: Option<Shared<SlaClock>>,
    /// When a person first took it up, log's time.
    #[n(21)]
    pub acked_at: Option<Timestamp>,
}

/// A guess at the cause with what speaks for and against it.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode)]
pub struct Hypothesis {
    /// The entity held to have failed.
    #[n(0)]
    pub entity: EntityIx,
    /// 0..1.
    #[n(1)]
    pub confidence: f64,
    /// One sentence.
    #[n(2)]
    pub reason: Name,
    /// Facts, for and against.
    #[n(3)]
    pub evidence: Vec<Evidence>,
    /// From the cause to the farthest symptom.
    #[n(4)]
    pub path: Vec<EntityIx>,
}

/// One fact for or against a hypothesis.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode)]
pub struct Evidence {
    /// What kind of fact.
    #[n(0)]
    pub kind: EvidenceKind,
    /// The fact in words.
    #[n(1)]
    pub text: Name,
    /// The alarm it rests on; it may have left the memory since. (2 was its slot.)
    #[n(4)]
    pub alarm: Option<AlarmId>,
    /// The entity it is about.
    #[n(3)]
    pub entity: Option<EntityIx>,
}

/// Kinds of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum EvidenceKind {
    /// An alarm that the hypothesis explains.
    #[n(0)]
    Explains,
    /// An alarm that it should have caused and that nobody heard.
    #[n(1)]
    ExpectedUnheard,
    /// An alarm of the incident that it does not explain.
    #[n(2)]
    Unexplained,
    /// A fact of the topology.
    #[n(3)]
    Topology,
    /// What came first.
    #[n(4)]
    Timing,
    /// An operator's word.
    #[n(5)]
    Operator,
    /// What was measured.
    #[n(6)]
    Measured,
}

/// A situation report.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode)]
pub struct Sitrep {
    /// What, where, who is hit, likely cause, evidence, next step.
    #[n(0)]
    pub text: Name,
    /// Who wrote it.
    #[n(1)]
    pub source: SitrepSource,
    /// When.
    #[n(2)]
    pub at: Timestamp,
}

/// Who wrote a situation report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SitrepSource {
    /// The rules, always at hand.
    #[n(0)]
    Rules,
    /// A language model.
    #[n(1)]
    Llm,
}
