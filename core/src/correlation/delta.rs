use crate::model::{
    AlarmIx, EntityIx, Finding, Hypothesis, Incident, IncidentId, IncidentIx, IncidentStatus, Member, Name, Reason, Severity, Shared, SharedList, Sitrep,
    SlaClock, Timestamp,
};

/// A change of an incident.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode)]
pub enum IncidentDelta {
    /// A new incident; its members join by deltas of their own.
    #[n(0)]
    Opened {
        /// Its slot.
        #[n(0)]
        ix: IncidentIx,
        /// Its content.
        #[n(1)]
        incident: Box<Incident>,
        /// `incident_opened` or `incident_by_hand`.
        #[n(2)]
        reason: Reason,
    },
    /// An alarm joins.
    #[n(1)]
    Joined {
        /// Which incident.
        #[n(0)]
        ix: IncidentIx,
        /// Its id.
        #[n(1)]
        id: IncidentId,
        /// The alarm and why it hangs here.
        #[n(2)]
        member: Member,
    },
    /// An alarm leaves.
    #[n(2)]
    Left {
        /// Which incident.
        #[n(0)]
        ix: IncidentIx,
        /// Its id.
        #[n(1)]
        id: IncidentId,
        /// The alarm.
        #[n(2)]
        alarm: AlarmIx,
        /// `incident_left`, `incident_merged`, `incident_split`, `purged` or `superseded`.
        #[n(3)]
        reason: Reason,
    },
    /// An incident is over because its alarms went into another.
    #[n(3)]
    MergedInto {
        /// Which incident.
        #[n(0)]
        ix: IncidentIx,
        /// Its id.
        #[n(1)]
        id: IncidentId,
        /// Where its alarms are now.
        #[n(2)]
        into: IncidentId,
    },
    /// Its status, severity or title changed.
    #[n(4)]
    Changed {
        /// Which incident.
        #[n(0)]
        ix: IncidentIx,
        /// Its id.
        #[n(1)]
        id: IncidentId,
        /// Why.
        #[n(2)]
        reason: Reason,
        /// New status.
        #[n(3)]
        status: Option<IncidentStatus>,
        /// New severity.
        #[n(4)]
        severity: Option<Severity>,
        /// New title.
        #[n(5)]
        title: Option<Name>,
        /// Who, where it was a person.
        #[n(6)]
        by: Option<Name>,
        /// Number of members not cleared, where it changed.
        #[n(7)]
        active: Option<u32>,
        /// It touches emergency services now.
        #[n(8)]
        emergency: Option<bool>,
    },
    /// Owner changed.
    #[n(5)]
    Owned {
        /// Which incident.
        #[n(0)]
        ix: IncidentIx,
        /// Its id.
        #[n(1)]
        id: IncidentId,
        /// New owner; empty is nobody.
        #[n(2)]
        owner: Name,
        /// Who did it.
        #[n(3)]
        by: Name,
    },
    /// A comment.
    #[n(6)]
    Commented {
        /// Which incident.
        #[n(0)]
        ix: IncidentIx,
        /// Its id.
        #[n(1)]
        id: IncidentId,
        /// The comment.
        #[n(2)]
        text: Name,
        /// Who wrote it.
        #[n(3)]
        by: Name,
    },
    /// Diagnosis is due at this instant.
    #[n(7)]
    DiagnosisDue {
        /// Which incident.
        #[n(0)]
        ix: IncidentIx,
        /// Its id.
        #[n(1)]
        id: IncidentId,
        /// When.
        #[n(2)]
        at: Timestamp,
    },
    /// Causes ranked, report written.
    #[n(8)]
    Diagnosed {
        /// Which incident.
        #[n(0)]
        ix: IncidentIx,
        /// Its id.
        #[n(1)]
        id: IncidentId,
        /// Best first.
        #[n(2)]
        hypotheses: SharedList<Hypothesis>,
        /// The rules' report.
        #[n(3)]
        sitrep: Shared<Sitrep>,
        /// New title.
        #[n(4)]
        title: Name,
        /// When to look again, if at all.
        #[n(5)]
        again_at: Option<Timestamp>,
    },
    /// An operator marked the cause.
    #[n(9)]
    CauseMarked {
        /// Which incident.
        #[n(0)]
        ix: IncidentIx,
        /// Its id.
        #[n(1)]
        id: IncidentId,
        /// The cause.
        #[n(2)]
        entity: EntityIx,
        /// Who.
        #[n(3)]
        by: Name,
    },
    /// The promise that it endangers first, or how that stands, changed.
    #[n(11)]
    Clock {
        /// Which incident.
        #[n(0)]
        ix: IncidentIx,
        /// Its id.
        #[n(1)]
        id: IncidentId,
        /// Why.
        #[n(2)]
        reason: Reason,
        /// The clock; `None` where it endangers no promise.
        #[n(3)]
        clock: Option<Shared<SlaClock>>,
    },
    /// Out of memory; its row stays.
    #[n(10)]
    Purged {
        /// Which incident.
        #[n(0)]
        ix: IncidentIx,
        /// Its id.
        #[n(1)]
        id: IncidentId,
    },
    /// A worker looked at the measurements around it.
    #[n(12)]
    Found {
        /// Which incident.
        #[n(0)]
        ix: IncidentIx,
        /// Its id.
        #[n(1)]
        id: IncidentId,
        /// What it found.
        #[n(2)]
        finding: Shared<Finding>,
    },
}

impl IncidentDelta {
    /// Slot and id of the incident that changes.
    #[must_use]
    pub fn incident(&self) -> (IncidentIx, IncidentId) {
        match self {
            IncidentDelta::Opened { ix, incident, .. } => (*ix, incident.id),
            IncidentDelta::Joined { ix, id, .. }
            | IncidentDelta::Left { ix, id, .. }
            | IncidentDelta::MergedInto { ix, id, .. }
            | IncidentDelta::Changed { ix, id, .. }
            | IncidentDelta::Owned { ix, id, .. }
            | IncidentDelta::Commented { ix, id, .. }
            | IncidentDelta::DiagnosisDue { ix, id, .. }
            | IncidentDelta::Diagnosed { ix, id, .. }
            | IncidentDelta::CauseMarked { ix, id, .. }
            | IncidentDelta::Found { ix, id, .. }
            | IncidentDelta::Clock { ix, id, .. }
            | IncidentDelta::Purged { ix, id } => (*ix, *id),
        }
    }

    /// Why; `None` for a mere appointment.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        match self {
            IncidentDelta::Opened { reason, .. }
            | IncidentDelta::Left { reason, .. }
            | IncidentDelta::Changed { reason, .. }
            | IncidentDelta::Clock { reason, .. } => Some(*reason),
            IncidentDelta::Joined { .. } => Some(Reason::IncidentJoined),
            IncidentDelta::MergedInto { .. } => Some(Reason::IncidentMerged),
            IncidentDelta::Owned { .. } => Some(Reason::Owned),
            IncidentDelta::Commented { .. } => Some(Reason::Commented),
            IncidentDelta::DiagnosisDue { .. } => None,
            IncidentDelta::Diagnosed { .. } => Some(Reason::Diagnosed),
            IncidentDelta::CauseMarked { .. } => Some(Reason::CauseMarked),
            IncidentDelta::Found { .. } => Some(Reason::Measured),
            IncidentDelta::Purged { .. } => Some(Reason::Purged),
        }
    }
}
