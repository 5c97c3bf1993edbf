use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::answers::{Answered, Answers};
use super::delta::Delta;
use super::dirt::Dirt;
use super::flow::{Flow, Flows};
use super::promise::Books;
use crate::correlation::{self, Footing, IncidentDelta, Incidents, Index};
use crate::ingest::Mapping;
use crate::model::{
    AlarmFacts, AlarmIx, AlarmLookup, CommandId, EntityIx, Guard, IncidentIx, Member, Minter, Name, Reason, Severity, SourceKind, Span, Symptom, TenantId,
    Timestamp,
};
use crate::policy::Policy;
use crate::reduction::{AlarmDelta, Alarms};
use crate::remediation::Changes;
use crate::topology::{ImpactIndex, Topology, TopologyDelta, Wires};

/// What is known of a source of events.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct SourceStat {
    /// Its door.
    #[n(0)]
    pub kind: SourceKind,
    /// Its address, or the name of its credential.
    #[n(1)]
    pub address: Name,
    /// First word, log's time.
    #[n(2)]
    pub first_at: Timestamp,
    /// Newest word, log's time.
    #[n(3)]
    pub last_at: Timestamp,
    /// Events.
    #[n(4)]
    pub received: u64,
    /// … of which raised, repeated or cleared an alarm.
    #[n(5)]
    pub alarms: u64,
    /// … of which no rule knew.
    #[n(6)]
    pub unmapped: u64,
    /// … of which could not be read.
    #[n(7)]
    pub unreadable: u64,
    /// … of which the sender's key was seen before.
    #[n(8)]
    pub duplicates: u64,
    /// … of which changed nothing for another reason.
    #[n(9)]
    pub ignored: u64,
    /// When it last said that somebody works on the device, newest last, log's time; at most eight.
    #[n(10)]
    #[cbor(default)]
    pub hands: Vec<Timestamp>,
}

/// So many moments at which somebody worked on a device are kept.
pub(super) const HANDS_KEPT: usize = 8;

/// Keys and answers are forgotten together, not one by one.
const FORGET_EVERY: Span = Span::minutes(5);

/// Everything that one tenant's decisions rest on.
#[derive(Clone, Debug)]
pub struct State {
    pub(super) tenant: TenantId,
    pub(super) minter: Minter,
    pub(super) seq: u64,
    pub(super) at: Timestamp,
    pub(super) minted: u32,
    pub(super) topology: Topology,
    pub(super) mapping: Arc<Mapping>,
    pub(super) mapping_files: Vec<(Name, String)>,
    pub(super) policy: Arc<Policy>,
    pub(super) policy_files: Vec<(Name, String)>,
    pub(super) alarms: Alarms,
    pub(super) incidents: Incidents,
    /// Derived from incidents and alarms, hence never kept.
    pub(super) index: Index,
    /// Derived from the topology.
    pub(super) wires: Wires,
    /// Derived from the topology.
    pub(super) impact: ImpactIndex,
    pub(super) sources: Vec<SourceStat>,
    pub(super) source_of: [FxHashMap<Name, u32>; SourceKind::ALL.len()],
    pub(super) keys: FxHashMap<u64, (u64, u32)>,
    pub(super) key_order: BTreeMap<(u64, u32), (Timestamp, u64)>,
    pub(super) commands: Answers,
    pub(super) books: Books,
    pub(super) changes: Changes,
    pub(super) guard: Guard,
    pub(super) flows: Flows,
    pub(super) dirt: Dirt,
}

/// A kept state that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("item {kind} {slot} of the kept state cannot be read: {problem}")]
pub struct RestoreError {
    /// Kind of the item.
    pub kind: u8,
    /// Slot of the item.
    pub slot: u64,
    /// What is wrong.
    pub problem: String,
}

impl State {
    /// The state of a tenant to which nothing has happened yet.
    #[must_use]
    pub fn new(tenant: TenantId, epoch: u16, mapping: Arc<Mapping>) -> Self {
        Self {
            tenant,
            minter: Minter::new(tenant, epoch),
            seq: 0,
            at: Timestamp::EPOCH,
            minted: 0,
            topology: Topology::default(),
            mapping,
            mapping_files: Vec::new(),
            policy: Arc::new(Policy::default()),
            policy_files: Vec::new(),
            alarms: Alarms::default(),
            incidents: Incidents::default(),
            index: Index::default(),
            wires: Wires::default(),
            impact: ImpactIndex::default(),
            sources: Vec::new(),
            source_of: Default::default(),
            keys: FxHashMap::default(),
            key_order: BTreeMap::new(),
            commands: Answers::default(),
            books: Books::default(),
            changes: Changes::default(),
            guard: Guard::default(),
            flows: Flows::default(),
            dirt: Dirt::default(),
        }
    }

    /// Whose state this is.
    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Makes and reads this tenant's ids.
    #[must_use]
    pub fn minter(&self) -> &Minter {
        &self.minter
    }

    /// Begins another life of the log, as after a restore: ids made from now on are of that life.
    pub fn begin_epoch(&mut self, epoch: u16) {
        self.minter = Minter::new(self.tenant, epoch);
    }

    /// Sequence of the newest record in it; 0 before the first.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Log's time of the newest record in it.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The graph.
    #[must_use]
    pub fn topology(&self) -> &Topology {
        &self.topology
    }

    /// The alarms in memory.
    #[must_use]
    pub fn alarms(&self) -> &Alarms {
        &self.alarms
    }

    /// The incidents in memory.
    #[must_use]
    pub fn incidents(&self) -> &Incidents {
        &self.incidents
    }

    /// Every source that ever spoke.
    #[must_use]
    pub fn sources(&self) -> &[SourceStat] {
        &self.sources
    }

    /// The rules in force.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The mapping in force.
    #[must_use]
    pub fn mapping(&self) -> &Arc<Mapping> {
        &self.mapping
    }

    /// The tenant's own mapping files; empty while only the built-in ones are in force.
    #[must_use]
    pub fn mapping_files(&self) -> &[(Name, String)] {
        &self.mapping_files
    }

    /// The tenant's own policy files; empty while the defaults are in force.
    #[must_use]
    pub fn policy_files(&self) -> &[(Name, String)] {
        &self.policy_files
    }

    /// Sequence of the record that carried a command out, as long as its answer is remembered.
    #[must_use]
    pub fn command_seq(&self, id: CommandId) -> Option<u64> {
        self.commands.get(id).map(|answered| answered.seq)
    }

    /// What came in and what became of it between two instants, in whole hours of the log's time; a hundred days are kept.
    #[must_use]
    pub fn flow(&self, from: Timestamp, to: Timestamp) -> Flow {
        self.flows.between(from, to)
    }

    /// The instant at which the clock next changes something; feed `Input::Clock` then.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let keys = self
            .oldest_key()
            .map(|at| at.plus(Span::seconds(self.policy.ingest.key_ttl_s)).plus(FORGET_EVERY));
        [self.alarms.next_due(), self.incidents.next_due(), self.changes.next_due(), keys]
            .into_iter()
            .flatten()
            .min()
    }

    pub(super) fn oldest_key(&self) -> Option<Timestamp> {
        let key = self.key_order.first_key_value().map(|(_, (at, _))| *at);
        [key, self.commands.oldest()].into_iter().flatten().min()
    }

    /// Begins a record: its sequence and time. Both deciding and recovering begin with it.
    pub fn begin(&mut self, seq: u64, at: Timestamp) {
        self.seq = seq;
        self.at = self.at.max(at);
        self.minted = 0;
    }

    /// Carries a change out; the only thing that changes state. Thinks nothing.
    pub fn fold(&mut self, delta: &Delta) {
        match delta {
            Delta::Source { ix, kind, address } => self.fold_source(*ix, *kind, address),
            Delta::Event { source, reason, .. } => self.count(*source, *reason),
            Delta::Topology(delta) => {
                if let TopologyDelta::EntityRemoved { ix } | TopologyDelta::EntityPut { ix, .. } = delta
                    && let Some(entity) = self.topology.entity(*ix)
                {
                    self.dirt.shown(*ix, entity);
                    if matches!(delta, TopologyDelta::EntityRemoved { .. }) {
                        self.dirt.gone(*ix, entity.clone());
                        self.book_gone(*ix);
                    }
                }
                self.topology.fold(delta);
                self.dirt.topology(delta);
            }
            Delta::Alarm(delta) => self.fold_alarm(delta),
            Delta::Incident(delta) => self.fold_incident(delta),
            Delta::Key { key, index } => {
                self.keys.insert(*key, (self.seq, *index));
                self.key_order.insert((self.seq, *index), (self.at, *key));
                self.dirt.keys.insert((self.seq, *index));
            }
            Delta::Command { id, outcome } => {
                let answered = Answered {
                    at: self.at,
                    seq: self.seq,
                    outcome: outcome.clone(),
                };
                self.dirt.commands.extend(self.commands.keep(*id, answered));
                self.dirt.commands.insert(*id);
            }
            Delta::KeysForgotten { before } => self.forget(*before),
            Delta::Outlook { entity, outlook } => self.fold_outlook(*entity, outlook),
            Delta::Change { change, .. } => self.changes.put(change.as_ref().clone(), self.policy.remediate.preview_min),
            Delta::ChangeForgotten { id } => {
                let row = self.changes.get(*id).map(|change| crate::screen::change_row(self, change));
                self.dirt.forgotten.extend(row);
                self.changes.remove(*id, self.policy.remediate.preview_min);
            }
            Delta::Guard { guard, .. } => {
                self.guard = guard.clone();
                self.dirt.guard = true;
            }
            Delta::Mapping { files } => {
                self.mapping_files.clone_from(files);
                self.mapping = super::place::mapping_of(files);
                self.dirt.documents = true;
            }
            Delta::Policy { files } => {
                self.policy_files.clone_from(files);
                self.policy = super::place::policy_of(files);
                self.changes.relist(self.policy.remediate.preview_min);
                self.dirt.documents = true;
                self.dirt.guard = true;
                self.books.mark_foretold();
            }
        }
    }

    fn fold_source(&mut self, ix: u32, kind: SourceKind, address: &Name) {
        self.source_of[kind as usize].insert(address.clone(), ix);
        self.sources.push(SourceStat {
            kind,
            address: address.clone(),
            first_at: self.at,
            last_at: self.at,
            received: 0,
            alarms: 0,
            unmapped: 0,
            unreadable: 0,
            duplicates: 0,
            ignored: 0,
            hands: Vec::new(),
        });
        self.dirt.source(ix);
    }

    fn count(&mut self, source: u32, reason: Reason) {
        let at = self.at;
        self.flows.count(at, |flow| flow.events += 1);
        if let Some(stat) = self.sources.get_mut(source as usize) {
            stat.received += 1;
            stat.last_at = at;
            match reason {
                Reason::Unmapped => stat.unmapped += 1,
                Reason::Unreadable => stat.unreadable += 1,
                Reason::Duplicate => stat.duplicates += 1,
                Reason::HandsOn => {
                    stat.ignored += 1;
                    if stat.hands.len() >= HANDS_KEPT {
                        stat.hands.remove(0);
                    }
                    stat.hands.push(at);
                }
                Reason::EventOnly
                | Reason::ClearWithoutRaise
                | Reason::AlreadyCleared
                | Reason::ClearOlderThanRaise
                | Reason::RaiseOlderThanClear
                | Reason::UnsafeKey => stat.ignored += 1,
                _ => stat.alarms += 1,
            }
            self.dirt.source(source);
        }
    }

    fn fold_alarm(&mut self, delta: &AlarmDelta) {
        if let Some(heard) = delta.heard() {
            self.count(heard.source, delta.reason());
        }
        let ix = delta.alarm().ix;
        let before = self.alarms.facts(ix).map(|alarm| (Footing::of(&alarm), correlation::is_loose(&alarm)));
        if let (AlarmDelta::Purged { .. }, Some((_, true)), Some(alarm)) = (delta, before, self.alarms.facts(ix)) {
            self.index.set_loose(&alarm, false);
        }
        self.alarms.fold(delta, self.seq, self.at, &self.policy.reduce);
        let Some(alarm) = self.alarms.facts(ix) else { return };
        if before.is_none() {
            self.flows.count(self.at, |flow| flow.alarms += 1);
        }
        let loose = correlation::is_loose(&alarm);
        if loose != before.is_some_and(|(_, loose)| loose) {
            self.index.set_loose(&alarm, loose);
        }
        if let (Some(incident), Some((before, _))) = (alarm.incident, before)
            && before != Footing::of(&alarm)
        {
            self.index.follow(incident, &alarm, before);
            self.recount(incident);
        }
    }

    fn recount(&mut self, ix: IncidentIx) {
        if let Some(group) = self.index.group(ix) {
            self.incidents.set_active(ix, group.standing().active());
        }
    }

    fn fold_incident(&mut self, delta: &IncidentDelta) {
        let (ix, _) = delta.incident();
        if let IncidentDelta::Purged { .. } = delta
            && let Some(incident) = self.incidents.get(ix)
        {
            // Its row stays: this is the last moment at which it can be told.
            let row = crate::screen::incident_row(self, incident);
            self.dirt.purged(row);
        }
        let live = |incidents: &Incidents| incidents.get(ix).is_some_and(correlation::live);
        let before = live(&self.incidents);
        let clock = self.incidents.get(ix).and_then(|incident| incident.clock.clone());
        self.incidents.fold(delta, self.at, &self.policy.correlate);
        match delta {
            IncidentDelta::Opened { .. } => {
                self.index.open(ix);
                self.flows.count(self.at, |flow| flow.incidents += 1);
            }
            IncidentDelta::Purged { .. } => self.index.forget(ix),
            IncidentDelta::Joined { member, .. } => self.fold_joined(ix, member),
            IncidentDelta::Clock { reason, .. } => self.fold_clock(ix, clock.as_ref(), *reason),
            IncidentDelta::Left { alarm, .. } if self.alarms.get(*alarm).is_some_and(|alarm| alarm.incident == Some(ix)) => self.fold_left(ix, *alarm),
            _ => {}
        }
        if !matches!(delta, IncidentDelta::Opened { .. }) && before != live(&self.incidents) {
            self.index.reconsider(ix);
        }
    }

    fn fold_joined(&mut self, ix: IncidentIx, member: &Member) {
        if let Some(alarm) = self.alarms.facts(member.alarm)
            && correlation::is_loose(&alarm)
        {
            self.index.set_loose(&alarm, false);
        }
        self.alarms.set_incident(member.alarm, Some(ix), &self.policy.reduce);
        let live = self.incidents.get(ix).is_some_and(correlation::live);
        if let Some(alarm) = self.alarms.facts(member.alarm) {
            self.index.join(ix, live, member, &alarm);
        }
        self.recount(ix);
    }

    fn fold_left(&mut self, ix: IncidentIx, alarm: AlarmIx) {
        self.alarms.set_incident(alarm, None, &self.policy.reduce);
        if let Some(alarm) = self.alarms.facts(alarm) {
            self.index.leave(ix, Footing::of(&alarm));
            if correlation::is_loose(&alarm) {
                self.index.set_loose(&alarm, true);
            }
        }
        self.recount(ix);
    }

    /// How often the device told that somebody was at work on it, between these.
    pub(super) fn hands_on(&self, device: EntityIx, from: Timestamp, upto: Timestamp) -> usize {
        let Some(entity) = self.topology.entity(device) else { return 0 };
        let sources = entity
            .addresses()
            .flat_map(|address| [SourceKind::Snmp, SourceKind::Syslog].map(|kind| self.source_of[kind as usize].get(&address).copied()));
        let stats = sources.flatten().filter_map(|ix| self.sources.get(ix as usize));
        stats.flat_map(|stat| stat.hands.iter()).filter(|at| (from..=upto).contains(at)).count()
    }

    fn forget(&mut self, before: Timestamp) {
        while let Some((place, (at, key))) = self.key_order.first_key_value().map(|(place, kept)| (*place, *kept)) {
            if at >= before {
                break;
            }
            self.key_order.remove(&place);
            if self.keys.get(&key) == Some(&place) {
                self.keys.remove(&key);
            }
            self.dirt.keys.insert(place);
        }
        self.dirt.commands.extend(self.commands.forget(before));
    }
}

impl AlarmLookup for Alarms {
    fn facts(&self, ix: AlarmIx) -> Option<AlarmFacts<'_>> {
        self.get(ix).map(|alarm| AlarmFacts {
            ix,
            id: alarm.id,
            anchor: alarm.anchor,
            symptom: alarm.symptom,
            alarm_type: &alarm.alarm_type,
            qualifier: &alarm.qualifier,
            severity: alarm.severity,
            shut: alarm.symptom == Symptom::InterfaceDown && alarm.mildest() <= Severity::Warning,
            cleared: alarm.cleared,
            raised_at: alarm.raised_at,
            last_raised_at: alarm.last_raised_at,
            count: alarm.count,
            incident: alarm.incident,
            emergency: alarm.emergency,
            source: alarm.source,
            changed_at: alarm.changed_at,
        })
    }
}
