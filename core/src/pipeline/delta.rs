use crate::correlation::IncidentDelta;
use crate::model::{AlarmRef, ChangeId, ChangeRequest, CommandId, EntityIx, Guard, Name, Outcome, Outlook, Reason, Shared, SourceKind, Timestamp};
use crate::reduction::AlarmDelta;
use crate::topology::TopologyDelta;

/// What changed, on which row, and why.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode)]
pub enum Delta {
    /// A source spoke for the first time.
    #[n(0)]
    Source {
        /// Its slot.
        #[n(0)]
        ix: u32,
        /// Its door.
        #[n(1)]
        kind: SourceKind,
        /// Its address or name.
        #[n(2)]
        address: Name,
    },
    /// An event changed no alarm.
    #[n(1)]
    Event {
        /// Its index among the record's inputs.
        #[n(0)]
        index: u32,
        /// Slot of its source.
        #[n(1)]
        source: u32,
        /// Why it is only an event.
        #[n(2)]
        reason: Reason,
        /// The mapping rule that knew it.
        #[n(3)]
        rule: Option<Name>,
        /// The alarm it met.
        #[n(4)]
        alarm: Option<AlarmRef>,
        /// For a duplicate: sequence and index of the first one. For a dead letter: none, but words in `rule`.
        #[n(5)]
        first: Option<(u64, u32)>,
    },
    /// The graph changed.
    #[n(2)]
    Topology(#[n(0)] TopologyDelta),
    /// An alarm changed.
    #[n(3)]
    Alarm(#[n(0)] AlarmDelta),
    /// An incident changed.
    #[n(4)]
    Incident(#[n(0)] IncidentDelta),
    /// A sender's key is remembered.
    #[n(5)]
    Key {
        /// The key.
        #[n(0)]
        key: u64,
        /// Index of the event among the record's inputs.
        #[n(1)]
        index: u32,
    },
    /// A command ended.
    #[n(6)]
    Command {
        /// Which.
        #[n(0)]
        id: CommandId,
        /// How.
        #[n(1)]
        outcome: Outcome,
    },
    /// Keys and commands' answers from before this instant are forgotten.
    #[n(7)]
    KeysForgotten {
        /// The instant.
        #[n(0)]
        before: Timestamp,
    },
    /// A mapping took effect.
    #[n(8)]
    Mapping {
        /// (file's name, text).
        #[n(0)]
        files: Vec<(Name, String)>,
    },
    /// A policy took effect.
    #[n(9)]
    Policy {
        /// (file's name, text).
        #[n(0)]
        files: Vec<(Name, String)>,
    },
    /// A worker saw what a measured value does about its limit.
    #[n(10)]
    Outlook {
        /// Whose.
        #[n(0)]
        entity: EntityIx,
        /// What it saw.
        #[n(1)]
        outlook: Shared<Outlook>,
    },
    /// A change request as it is now.
    #[n(11)]
    Change {
        /// The whole of it.
        #[n(0)]
        change: Box<ChangeRequest>,
        /// Why.
        #[n(1)]
        reason: Reason,
    },
    /// A change request left memory.
    #[n(12)]
    ChangeForgotten {
        /// Which.
        #[n(0)]
        id: ChangeId,
    },
    /// Whether changes may be made, as it is now.
    #[n(13)]
    Guard {
        /// The whole of it.
        #[n(0)]
        guard: Guard,
        /// Why.
        #[n(1)]
        reason: Reason,
    },
}

impl Delta {
    /// Why; `None` for what only keeps the books.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Delta::Source { .. } => Some(Reason::SourceNew),
            Delta::Event { reason, .. } => Some(*reason),
            Delta::Topology(_) => Some(Reason::TopologyPatched),
            Delta::Alarm(delta) => Some(delta.reason()),
            Delta::Incident(delta) => delta.reason(),
            Delta::Key { .. } => None,
            Delta::Command { outcome, .. } => Some(
                if matches!(outcome, Outcome::Done(_) | Outcome::Opened(_) | Outcome::Partly { done: 1.., .. }) {
                    Reason::CommandDone
                } else {
                    Reason::CommandRefused
                },
            ),
            Delta::KeysForgotten { .. } => Some(Reason::KeysForgotten),
            Delta::Mapping { .. } => Some(Reason::MappingSet),
            Delta::Policy { .. } => Some(Reason::PolicySet),
            Delta::Outlook { .. } => Some(Reason::SlaForeseen),
            Delta::Change { reason, .. } | Delta::Guard { reason, .. } => Some(*reason),
            Delta::ChangeForgotten { .. } => Some(Reason::ChangeForgotten),
        }
    }

    /// Something that a screen should show soon: more than another event counted.
    #[must_use]
    pub fn is_news(&self) -> bool {
        match self {
            Delta::Alarm(delta) => !matches!(delta.reason(), Reason::Repeated | Reason::FlapCounted),
            Delta::Event { .. } | Delta::Key { .. } | Delta::KeysForgotten { .. } | Delta::Incident(IncidentDelta::DiagnosisDue { .. }) => false,
            _ => true,
        }
    }
}
