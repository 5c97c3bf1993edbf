//! The nouns every other room speaks in.
//!
//! - **does**: gives shape to time, ids, names, severities, events, alarms, incidents, samples and commands.
//! - **takes**: nothing; it is where the vocabulary starts.
//! - **gives**: plain data that encodes to tagged CBOR (the log) and to JSON (the wire).
//! - **never knows**: how an alarm is decided, stored, sent or drawn.

mod alarm;
mod change;
mod command;
mod counted;
mod event;
mod facts;
mod few;
mod finding;
mod id;
mod incident;
mod marks;
mod name;
mod reason;
mod sample;
mod severity;
mod shared;
mod sla;
mod subject;
mod time;

pub use alarm::{Ack, AckUntil, Alarm, AlarmIx, AlarmRef, Anchor, EventRing, HistoryEntry, StatusChange, Symptom};
pub use change::{
    Approval, ChangeRequest, ChangeState, Draft, Effect, Guard, Killed, Mode, Origin, PolicyVerdict, Preview, Protection, Risk, Twin, Work, WorkDone, WorkKind,
    WorkOutcome,
};
pub use command::{Actor, ChangeAct, Command, CommandKind, CommandTarget, Outcome, Refused, Role};
pub use counted::Counted;
pub use event::{AlarmReport, Event, Payload, SnmpNotification, SnmpVersion, SourceKind, VarBind, VarValue};
pub use facts::{AlarmFacts, AlarmLookup};
pub use few::Few;
pub use finding::{CausalLink, Finding, SeriesName, Suspect};
pub use id::{AlarmId, ChangeId, CommandId, EntityId, EventId, IdKind, IncidentId, Minter, Position, TenantId, TrackingId};
pub use incident::{Evidence, EvidenceKind, Hypothesis, Incident, IncidentIx, IncidentStatus, Link, LinkReason, Member, Sitrep, SitrepSource};
pub use marks::Marks;
pub use name::Name;
pub use reason::Reason;
pub use sample::{Point, Sample};
pub use severity::Severity;
pub use shared::{Shared, SharedList};
pub use sla::{Outlook, SlaClock, SlaPromise, SlaState};
pub use subject::{Subject, Trouble};
pub use time::{Span, Timestamp};

/// Slot of an entity in the tenant's topology. Slots are reused only after the entity is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityIx(pub u32);

impl<C> minicbor::Encode<C> for EntityIx {
    fn encode<W: minicbor::encode::Write>(&self, e: &mut minicbor::Encoder<W>, _: &mut C) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.u32(self.0)?.ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for EntityIx {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        d.u32().map(Self)
    }
}
