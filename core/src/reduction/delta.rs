use crate::model::{Ack, Alarm, AlarmIx, AlarmRef, Name, Reason, Severity, SourceKind, Timestamp};

/// The event that brought a change about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct Heard {
    /// Its index among the record's inputs.
    #[n(0)]
    pub index: u32,
    /// Slot of its source.
    #[n(1)]
    pub source: u32,
}

/// A change of an alarm.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode)]
pub enum AlarmDelta {
    /// A new alarm.
    #[n(0)]
    Raised {
        /// The event.
        #[n(0)]
        heard: Heard,
        /// Its slot.
        #[n(1)]
        ix: AlarmIx,
        /// Its content.
        #[n(2)]
        alarm: Box<Alarm>,
        /// `raised` or `raised_anew`.
        #[n(3)]
        reason: Reason,
    },
    /// A raise of an alarm that stands, or stands again.
    #[n(1)]
    Repeated {
        /// The event.
        #[n(0)]
        heard: Heard,
        /// Which alarm.
        #[n(1)]
        alarm: AlarmRef,
        /// Source's time.
        #[n(2)]
        at: Timestamp,
        /// `repeated`, `worsened`, `eased`, `reopened`, `flap_began` or `flap_counted`.
        #[n(3)]
        reason: Reason,
        /// Severity where it changed.
        #[n(4)]
        severity: Option<Severity>,
        /// Text where it changed.
        #[n(5)]
        text: Option<Name>,
        /// Door where it changed.
        #[n(6)]
        source: Option<SourceKind>,
    },
    /// The condition is over, or said to be while flapping.
    #[n(2)]
    Cleared {
        /// The event, unless an operator or the clock did it.
        #[n(0)]
        heard: Option<Heard>,
        /// Which alarm.
        #[n(1)]
        alarm: AlarmRef,
        /// Source's time.
        #[n(2)]
        at: Timestamp,
        /// `cleared`, `cleared_by_operator`, `timed_out`, `flap_began`, `flap_counted` or `flap_settled`.
        #[n(3)]
        reason: Reason,
        /// The operator.
        #[n(4)]
        by: Option<Name>,
    },
    /// A flapping alarm that is quiet now and still stands.
    #[n(3)]
    Settled {
        /// Which alarm.
        #[n(0)]
        alarm: AlarmRef,
    },
    /// Acknowledged.
    #[n(4)]
    Acked {
        /// Which alarm.
        #[n(0)]
        alarm: AlarmRef,
        /// The acknowledgement.
        #[n(1)]
        ack: Box<Ack>,
    },
    /// No longer acknowledged.
    #[n(5)]
    Unacked {
        /// Which alarm.
        #[n(0)]
        alarm: AlarmRef,
        /// `unacked`, `unacked_worse`, `unacked_expired` or `unacked_cleared`.
        #[n(1)]
        reason: Reason,
        /// The operator.
        #[n(2)]
        by: Option<Name>,
    },
    /// Owner changed.
    #[n(6)]
    Owned {
        /// Which alarm.
        #[n(0)]
        alarm: AlarmRef,
        /// New owner; empty is nobody.
        #[n(1)]
        owner: Name,
        /// Who did it.
        #[n(2)]
        by: Name,
    },
    /// A comment.
    #[n(7)]
    Commented {
        /// Which alarm.
        #[n(0)]
        alarm: AlarmRef,
        /// The comment.
        #[n(1)]
        text: Name,
        /// Who wrote it.
        #[n(2)]
        by: Name,
    },
    /// Out of memory and the live list.
    #[n(8)]
    Purged {
        /// Which alarm.
        #[n(0)]
        alarm: AlarmRef,
        /// `purged` or `superseded`.
        #[n(1)]
        reason: Reason,
    },
}

impl AlarmDelta {
    /// The alarm that changes.
    #[must_use]
    pub fn alarm(&self) -> AlarmRef {
        match self {
            AlarmDelta::Raised { ix, alarm, .. } => AlarmRef { ix: *ix, id: alarm.id },
            AlarmDelta::Repeated { alarm, .. }
            | AlarmDelta::Cleared { alarm, .. }
            | AlarmDelta::Settled { alarm }
            | AlarmDelta::Acked { alarm, .. }
            | AlarmDelta::Unacked { alarm, .. }
            | AlarmDelta::Owned { alarm, .. }
            | AlarmDelta::Commented { alarm, .. }
            | AlarmDelta::Purged { alarm, .. } => *alarm,
        }
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self {
            AlarmDelta::Raised { reason, .. }
            | AlarmDelta::Repeated { reason, .. }
            | AlarmDelta::Cleared { reason, .. }
            | AlarmDelta::Unacked { reason, .. }
            | AlarmDelta::Purged { reason, .. } => *reason,
            AlarmDelta::Settled { .. } => Reason::FlapSettled,
            AlarmDelta::Acked { .. } => Reason::Acked,
            AlarmDelta::Owned { .. } => Reason::Owned,
            AlarmDelta::Commented { .. } => Reason::Commented,
        }
    }

    /// The event behind it.
    #[must_use]
    pub fn heard(&self) -> Option<Heard> {
        match self {
            AlarmDelta::Raised { heard, .. } | AlarmDelta::Repeated { heard, .. } => Some(*heard),
            AlarmDelta::Cleared { heard, .. } => *heard,
            _ => None,
        }
    }
}
