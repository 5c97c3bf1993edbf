use crate::model::{Actor, Command, Event, Finding, Name, Outlook, Timestamp, WorkDone};
use crate::topology::TopologyPatch;

/// Documents set together: policies or mappings, each with its file's name.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode)]
pub struct Documents {
    /// (file's name, text), in the order of names.
    #[n(0)]
    pub files: Vec<(Name, String)>,
    /// Who set them.
    #[n(1)]
    pub actor: Actor,
}

/// Anything that can alter a tenant's state.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode)]
pub enum Input {
    /// An event from the network.
    #[n(0)]
    Event(#[n(0)] Event),
    /// An operator's command.
    #[n(1)]
    Command(#[n(0)] Box<Command>),
    /// A change of the topology.
    #[n(2)]
    Topology {
        /// What.
        #[n(0)]
        patch: Box<TopologyPatch>,
        /// Who.
        #[n(1)]
        actor: Actor,
    },
    /// A mapping, whole.
    #[n(3)]
    Mapping(#[n(0)] Box<Documents>),
    /// A policy, whole.
    #[n(4)]
    Policy(#[n(0)] Box<Documents>),
    /// A deadline came due.
    #[n(5)]
    Clock,
    /// The wall clock jumped.
    #[n(6)]
    Jumped {
        /// What it should have been.
        #[n(0)]
        from: Timestamp,
        /// What it is.
        #[n(1)]
        to: Timestamp,
    },
    /// What a worker found in the measurements around an incident.
    #[n(7)]
    Finding(#[n(0)] Box<Finding>),
    /// Words by which something else than an event, such as a sample, names entities: those never heard of are made as UNPLACED.
    #[n(8)]
    Names(#[n(0)] Vec<Name>),
    /// What a worker saw measured values do about their limits.
    #[n(9)]
    Outlooks(#[n(0)] Vec<Outlook>),
    /// A worker's answer about a change.
    #[n(10)]
    WorkDone(#[n(0)] Box<WorkDone>),
}
