use serde::{Deserialize, Serialize};

use super::{AckUntil, AlarmId, ChangeId, CommandId, Draft, IncidentId, Name, Severity, Timestamp};

/// Role of a person. Later ones may do what earlier ones may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Role {
    /// Reads.
    #[n(0)]
    Viewer,
    /// Works alarms and incidents.
    #[n(1)]
    Operator,
    /// Overrides ownership, approves.
    #[n(2)]
    Supervisor,
    /// Users, policies, mappings, topology.
    #[n(3)]
    Admin,
}

impl Role {
    /// Reads the word of the wire and the command line.
    #[must_use]
    pub fn parse(word: &str) -> Option<Role> {
        match word {
            "viewer" => Some(Role::Viewer),
            "operator" => Some(Role::Operator),
            "supervisor" => Some(Role::Supervisor),
            "admin" => Some(Role::Admin),
            _ => None,
        }
    }

    /// The word of the wire and the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Operator => "operator",
            Role::Supervisor => "supervisor",
            Role::Admin => "admin",
        }
    }
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct Actor {
    /// User's or key's name.
    #[n(0)]
    pub name: Name,
    /// Role; a machine key acts as a viewer unless its scope says more.
    #[n(1)]
    pub role: Role,
    /// Address the command came from.
    #[n(2)]
    pub from: Name,
}

/// An operator's command: already authenticated and allowed by role and scope.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode)]
pub struct Command {
    /// Chosen by the sender; a repeated one gives the first answer.
    #[n(0)]
    pub id: CommandId,
    /// Who.
    #[n(1)]
    pub actor: Actor,
    /// What.
    #[n(2)]
    pub kind: CommandKind,
    /// On what; a filter is resolved to ids before it comes here.
    #[n(3)]
    pub targets: Vec<CommandTarget>,
    /// `changed_at` of the (single) target as last seen.
    #[n(4)]
    pub expect: Option<Timestamp>,
    /// Comment or reason.
    #[n(5)]
    pub text: Name,
}

/// What a command is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub enum CommandTarget {
    /// An alarm.
    #[n(0)]
    Alarm(#[n(0)] AlarmId),
    /// An incident.
    #[n(1)]
    Incident(#[n(0)] IncidentId),
    /// A change request.
    #[n(2)]
    Change(#[n(0)] ChangeId),
}

/// What a command does.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode)]
pub enum CommandKind {
    /// Acknowledge alarms, or an incident and every alarm in it.
    #[n(0)]
    Ack {
        /// How long it holds.
        #[n(0)]
        until: AckUntil,
    },
    /// Take an acknowledgement back.
    #[n(1)]
    Unack,
    /// Take into own hands.
    #[n(2)]
    Own,
    /// Give to somebody; an empty name gives it to nobody.
    #[n(3)]
    Assign {
        /// New owner.
        #[n(0)]
        to: Name,
    },
    /// Add a comment (the command's text).
    #[n(4)]
    Comment,
    /// Clear by hand.
    #[n(5)]
    Clear,
    /// Change an incident's lifecycle.
    #[n(6)]
    SetStatus {
        /// New status.
        #[n(0)]
        status: super::IncidentStatus,
    },
    /// Open an incident by hand over the target alarms.
    #[n(7)]
    OpenIncident {
        /// Title.
        #[n(0)]
        title: Name,
        /// Severity.
        #[n(1)]
        severity: Severity,
    },
    /// Something about a change of the network.
    #[n(8)]
    Change(#[n(0)] ChangeAct),
}

/// What people do about changes of the network.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode)]
pub enum ChangeAct {
    /// Ask for one.
    #[n(0)]
    Propose(#[n(0)] Box<Draft>),
    /// Agree to it, as its preview shows it.
    #[n(1)]
    Approve,
    /// Say no to it.
    #[n(2)]
    Reject,
    /// Take the own request back.
    #[n(3)]
    Withdraw,
    /// Let it stay.
    #[n(4)]
    Confirm,
    /// Undo it.
    #[n(5)]
    RollBack,
    /// Stop every one.
    #[n(6)]
    Kill,
    /// Let them be made again.
    #[n(7)]
    Rearm,
}

impl ChangeAct {
    /// The word of the wire.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            ChangeAct::Propose(_) => "propose",
            ChangeAct::Approve => "approve",
            ChangeAct::Reject => "reject",
            ChangeAct::Withdraw => "withdraw",
            ChangeAct::Confirm => "confirm",
            ChangeAct::RollBack => "rollback",
            ChangeAct::Kill => "kill",
            ChangeAct::Rearm => "rearm",
        }
    }
}

impl CommandKind {
    /// The word of the wire.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            CommandKind::Ack { .. } => "ack",
            CommandKind::Unack => "unack",
            CommandKind::Own => "own",
            CommandKind::Assign { .. } => "assign",
            CommandKind::Comment => "comment",
            CommandKind::Clear => "clear",
            CommandKind::SetStatus { .. } => "set_status",
            CommandKind::OpenIncident { .. } => "open_incident",
            CommandKind::Change(act) => act.word(),
        }
    }
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub enum Outcome {
    /// Done; how many targets changed.
    #[n(0)]
    Done(#[n(0)] u32),
    /// The state machine's no, with its reason.
    #[n(1)]
    Refused(#[n(0)] Name),
    /// `expect` was not met.
    #[n(2)]
    Conflict(#[n(0)] Name),
    /// No such target here.
    #[n(3)]
    NotFound,
    /// Of many targets some refused; the others changed.
    #[n(4)]
    Partly {
        /// How many changed; may be none.
        #[n(0)]
        done: u32,
        /// Those that did not, by reason.
        #[n(1)]
        refused: Vec<Refused>,
    },
    /// A change request was opened.
    #[n(5)]
    Opened(#[n(0)] ChangeId),
}

/// Targets of a command that refused for one reason.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct Refused {
    /// The state machine's no.
    #[n(0)]
    pub reason: Name,
    /// Who said it.
    #[n(1)]
    pub targets: Vec<CommandTarget>,
}
