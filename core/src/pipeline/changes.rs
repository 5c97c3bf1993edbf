//! What a screen's rows and a restart need to be told after records were folded.

use super::answers::Answered;
use super::flow::Flow;
use super::state::{RestoreError, SourceStat, State};
use crate::ingest::Mapping;
use crate::model::{Alarm, AlarmIx, ChangeId, ChangeRequest, CommandId, EntityIx, Guard, Incident, IncidentIx, Name, Outcome, TenantId, Timestamp};
use crate::screen::{self, Row};
use crate::sla::Book;
use crate::topology::{Entity, Relation, RelationIx, Topology};
use std::sync::Arc;

/// Kinds of items that a state is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ItemKind {
    /// Sequence, time, documents: one item, slot 0.
    Head = 0,
    /// An entity.
    Entity = 1,
    /// A relation.
    Relation = 2,
    /// An alarm.
    Alarm = 3,
    /// An incident.
    Incident = 4,
    /// A source.
    Source = 5,
    /// A sender's key; its slot is (sequence << 20 | index).
    Key = 6,
    /// A command's answer; its slot is a hash of its id.
    Command = 7,
    /// What an entity was without, by month; its slot is the entity's.
    Book = 8,
    /// What one hour brought; its slot is the hours since 1970.
    Flow = 9,
    /// A change request; its slot is a hash of its id.
    Change = 10,
    /// Whether changes may be made: one item, slot 0.
    Guard = 11,
}

impl ItemKind {
    /// Every kind, in the order in which a state is restored.
    pub const ALL: [ItemKind; 12] = [
        ItemKind::Head,
        ItemKind::Entity,
        ItemKind::Relation,
        ItemKind::Alarm,
        ItemKind::Incident,
        ItemKind::Source,
        ItemKind::Key,
        ItemKind::Command,
        ItemKind::Book,
        ItemKind::Flow,
        ItemKind::Change,
        ItemKind::Guard,
    ];

    /// The kind of a number.
    #[must_use]
    pub fn of_number(number: u8) -> Option<ItemKind> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == number)
    }
}

/// A piece of the state that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemChange {
    /// What it is.
    pub kind: ItemKind,
    /// Which.
    pub slot: u64,
    /// Its tagged CBOR; `None` when it is gone.
    pub body: Option<Vec<u8>>,
}

/// A row of a screen that changed.
#[derive(Clone, Debug, PartialEq)]
pub struct RowChange {
    /// Its content as of now.
    pub row: Row,
    /// False when it left the live list and only history keeps it.
    pub live: bool,
}

/// Everything that changed since the last time it was asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// Sequence of the newest record in it.
    pub seq: u64,
    /// Log's time of that record.
    pub at: Timestamp,
    /// For a restart.
    pub items: Vec<ItemChange>,
    /// For screens.
    pub rows: Vec<RowChange>,
}

#[derive(minicbor::Encode, minicbor::Decode)]
struct Head {
    #[n(0)]
    tenant: TenantId,
    #[n(1)]
    epoch: u16,
    #[n(2)]
    seq: u64,
    #[n(3)]
    at: Timestamp,
    #[n(4)]
    mapping_files: Vec<(Name, String)>,
    #[n(5)]
    policy_files: Vec<(Name, String)>,
    #[n(6)]
    topology: u64,
}

#[derive(minicbor::Encode, minicbor::Decode)]
struct KeptKey {
    #[n(0)]
    at: Timestamp,
    #[n(1)]
    key: u64,
}

#[derive(minicbor::Encode, minicbor::Decode)]
struct KeptCommand {
    #[n(0)]
    id: CommandId,
    #[n(1)]
    at: Timestamp,
    #[n(2)]
    seq: u64,
    #[n(3)]
    outcome: Outcome,
}

fn kept_command(id: CommandId, answered: &Answered) -> KeptCommand {
    KeptCommand {
        id,
        at: answered.at,
        seq: answered.seq,
        outcome: answered.outcome.clone(),
    }
}

/// Bytes that most items need.
const USUAL: usize = 384;

pub(super) fn bytes<T: minicbor::Encode<()>>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(USUAL);
    // Writing to a Vec cannot fail, and no encoder here refuses a value.
    let _ = minicbor::encode(value, &mut bytes);
    bytes
}

fn command_slot(id: CommandId) -> u64 {
    xxhash_rust::xxh3::xxh3_64(id.0.as_bytes()) >> 1
}

pub(super) fn change_slot(id: ChangeId) -> u64 {
    xxhash_rust::xxh3::xxh3_64(id.0.as_bytes()) >> 1
}

const fn key_slot(place: (u64, u32)) -> u64 {
    (place.0 << 20) | place.1 as u64
}

impl State {
    /// What changed since the last call. Empty but for `seq` and `at` when nothing did.
    pub fn take_changes(&mut self) -> Changes {
        let mut changes = Changes {
            seq: self.seq,
            at: self.at,
            ..Changes::default()
        };
        changes.items.push(ItemChange {
            kind: ItemKind::Head,
            slot: 0,
            body: Some(bytes(&self.head())),
        });
        self.mark_what_shows_foretold();
        self.mark_what_shows_entities();
        self.take_topology(&mut changes);
        self.take_alarms(&mut changes);
        let mut sources = self.dirt.sources.take();
        sources.sort_unstable();
        for ix in sources {
            if let Some(stat) = self.sources.get(ix as usize) {
                changes.items.push(ItemChange {
                    kind: ItemKind::Source,
                    slot: u64::from(ix),
                    body: Some(bytes(stat)),
                });
                changes.rows.push(RowChange {
                    row: Row::Source(screen::source_row(self, ix, stat)),
                    live: true,
                });
            }
        }
        for ix in std::mem::take(&mut self.books.dirty) {
            changes.items.push(ItemChange {
                kind: ItemKind::Book,
                slot: u64::from(ix.0),
                body: self.books.all.get(&ix).map(bytes),
            });
        }
        self.take_change_requests(&mut changes);
        changes.rows.append(&mut self.take_foretold());
        for (hour, flow) in self.flows.take() {
            changes.items.push(ItemChange {
                kind: ItemKind::Flow,
                slot: u64::from(hour),
                body: flow.as_ref().map(bytes),
            });
        }
        let dirt = std::mem::take(&mut self.dirt);
        for place in dirt.keys {
            let body = self.key_order.get(&place).map(|(at, key)| bytes(&KeptKey { at: *at, key: *key }));
            changes.items.push(ItemChange {
                kind: ItemKind::Key,
                slot: key_slot(place),
                body,
            });
        }
        for id in dirt.commands {
            let body = self.commands.get(id).map(|answered| bytes(&kept_command(id, answered)));
            changes.items.push(ItemChange {
                kind: ItemKind::Command,
                slot: command_slot(id),
                body,
            });
        }
        changes
    }

    fn head(&self) -> Head {
        Head {
            tenant: self.tenant,
            epoch: self.minter.epoch(),
            seq: self.seq,
            at: self.at,
            mapping_files: self.mapping_files.clone(),
            policy_files: self.policy_files.clone(),
            topology: self.topology.version(),
        }
    }

    fn take_topology(&mut self, changes: &mut Changes) {
        for (_, entity) in std::mem::take(&mut self.dirt.gone) {
            changes.rows.push(RowChange {
                row: Row::Entity(screen::entity_row(self, &entity)),
                live: false,
            });
        }
        for ix in std::mem::take(&mut self.dirt.entities) {
            let entity = self.topology.entity(ix);
            changes.items.push(ItemChange {
                kind: ItemKind::Entity,
                slot: u64::from(ix.0),
                body: entity.map(bytes),
            });
            if let Some(entity) = entity {
                changes.rows.push(RowChange {
                    row: Row::Entity(screen::entity_row(self, entity)),
                    live: true,
                });
            }
        }
        for ix in std::mem::take(&mut self.dirt.relations) {
            let relation = self.topology.relation(ix);
            changes.items.push(ItemChange {
                kind: ItemKind::Relation,
                slot: u64::from(ix.0),
                body: relation.map(bytes),
            });
            changes.rows.push(match relation {
                Some(relation) => RowChange {
                    row: Row::Relation(screen::relation_row(self, ix, relation)),
                    live: true,
                },
                None => RowChange {
                    row: Row::Relation(screen::relation_gone(self, ix)),
                    live: false,
                },
            });
        }
    }

    fn take_alarms(&mut self, changes: &mut Changes) {
        for row in std::mem::take(&mut self.dirt.purged) {
            changes.rows.push(RowChange {
                row: Row::Incident(row),
                live: true,
            });
        }
        let (incidents, purged) = self.incidents.take_dirty();
        changes.items.reserve(incidents.len() + purged.len());
        changes.rows.reserve(incidents.len());
        for ix in purged {
            changes.items.push(ItemChange {
                kind: ItemKind::Incident,
                slot: u64::from(ix.0),
                body: None,
            });
        }
        for ix in incidents {
            if let Some(incident) = self.incidents.get(ix) {
                changes.items.push(ItemChange {
                    kind: ItemKind::Incident,
                    slot: u64::from(ix.0),
                    body: Some(bytes(incident)),
                });
                changes.rows.push(RowChange {
                    row: Row::Incident(screen::incident_row(self, incident)),
                    live: true,
                });
            }
        }
        let (alarms, purged) = self.alarms.take_dirty();
        changes.items.reserve(alarms.len());
        changes.rows.reserve(alarms.len() + purged.len());
        for (_, alarm) in &purged {
            changes.rows.push(RowChange {
                row: Row::Alarm(screen::alarm_row(self, alarm)),
                live: false,
            });
        }
        for ix in alarms {
            let alarm = self.alarms.get(ix);
            changes.items.push(ItemChange {
                kind: ItemKind::Alarm,
                slot: u64::from(ix.0),
                body: alarm.map(bytes),
            });
            if let Some(alarm) = alarm {
                changes.rows.push(RowChange {
                    row: Row::Alarm(screen::alarm_row(self, alarm)),
                    live: true,
                });
            }
        }
    }

    /// The whole state as items, in the order of kinds and slots.
    #[must_use]
    pub fn items(&self) -> Vec<ItemChange> {
        let item = |kind, slot, body| ItemChange { kind, slot, body: Some(body) };
        let mut items = vec![item(ItemKind::Head, 0, bytes(&self.head()))];
        items.extend(
            self.topology
                .entities()
                .map(|(ix, entity)| item(ItemKind::Entity, u64::from(ix.0), bytes(entity))),
        );
        items.extend(
            self.topology
                .relations()
                .map(|(ix, relation)| item(ItemKind::Relation, u64::from(ix.0), bytes(relation))),
        );
        items.extend(self.alarms.iter().map(|(ix, alarm)| item(ItemKind::Alarm, u64::from(ix.0), bytes(alarm))));
        items.extend(
            self.incidents
                .iter()
                .map(|(ix, incident)| item(ItemKind::Incident, u64::from(ix.0), bytes(incident))),
        );
        items.extend(self.sources.iter().enumerate().map(|(ix, stat)| item(ItemKind::Source, ix as u64, bytes(stat))));
        items.extend(
            self.key_order
                .iter()
                .map(|(place, (at, key))| item(ItemKind::Key, key_slot(*place), bytes(&KeptKey { at: *at, key: *key }))),
        );
        for (id, answered) in self.commands.iter() {
            items.push(item(ItemKind::Command, command_slot(id), bytes(&kept_command(id, answered))));
        }
        items.extend(self.books.all.iter().map(|(ix, book)| item(ItemKind::Book, u64::from(ix.0), bytes(book))));
        items.extend(self.changes.iter().map(|change| item(ItemKind::Change, change_slot(change.id), bytes(change))));
        if self.guard != Guard::default() {
            items.push(item(ItemKind::Guard, 0, bytes(&self.guard)));
        }
        items.extend(self.flows.all().map(|(hour, flow)| item(ItemKind::Flow, u64::from(hour), bytes(&flow))));
        items
    }

    /// One number for the whole state: equal states have equal ones, on every platform.
    #[must_use]
    pub fn hash(&self) -> u128 {
        let mut hasher = xxhash_rust::xxh3::Xxh3::new();
        for item in self.items() {
            hasher.update(&[item.kind as u8]);
            hasher.update(&item.slot.to_le_bytes());
            hasher.update(item.body.as_deref().unwrap_or_default());
        }
        hasher.digest128()
    }

    /// Builds a state from kept items, in the order of kinds. Records after its sequence are then folded.
    ///
    /// # Errors
    /// The first item that cannot be read, or that there is no head.
    pub fn restore(mapping: Arc<Mapping>, items: impl IntoIterator<Item = (ItemKind, u64, Vec<u8>)>) -> Result<Self, RestoreError> {
        let mut kept = Kept::default();
        for (kind, slot, body) in items {
            kept.take(kind, slot, &body).map_err(|error| RestoreError {
                kind: kind as u8,
                slot,
                problem: error.to_string(),
            })?;
        }
        let Some(head) = kept.head else {
            return Err(RestoreError {
                kind: 0,
                slot: 0,
                problem: "there is none".to_owned(),
            });
        };
        let mut state = State::new(head.tenant, head.epoch, mapping);
        state.seq = head.seq;
        state.at = head.at;
        if !head.mapping_files.is_empty() {
            state.mapping = super::place::mapping_of(&head.mapping_files);
        }
        if !head.policy_files.is_empty() {
            state.policy = super::place::policy_of(&head.policy_files);
        }
        state.mapping_files = head.mapping_files;
        state.policy_files = head.policy_files;
        state.topology = Topology::restore(head.topology, kept.entities, kept.relations);
        for (ix, alarm) in kept.alarms {
            state.alarms.restore(ix, alarm, &state.policy.reduce);
        }
        for (ix, incident) in kept.incidents {
            state.incidents.restore(ix, incident);
        }
        state.index = state.index_anew();
        kept.sources.sort_by_key(|(slot, _)| *slot);
        for (slot, stat) in kept.sources {
            state.source_of[stat.kind as usize].insert(stat.address.clone(), slot as u32);
            state.sources.push(stat);
        }
        for (place, key) in kept.keys {
            state.keys.insert(key.key, place);
            state.key_order.insert(place, (key.at, key.key));
        }
        for command in kept.commands {
            let answered = Answered {
                at: command.at,
                seq: command.seq,
                outcome: command.outcome,
            };
            let _ = state.commands.keep(command.id, answered);
        }
        for change in kept.changes {
            state.changes.put(change, state.policy.remediate.preview_min);
        }
        state.changes.take_dirty();
        state.guard = kept.guard;
        state.books.restore(kept.books);
        kept.flows.sort_by_key(|(hour, _)| *hour);
        for (hour, flow) in kept.flows {
            state.flows.restore(hour, flow);
        }
        Ok(state)
    }
}

#[derive(Default)]
struct Kept {
    head: Option<Head>,
    entities: Vec<(EntityIx, Entity)>,
    relations: Vec<(RelationIx, Relation)>,
    alarms: Vec<(AlarmIx, Alarm)>,
    incidents: Vec<(IncidentIx, Incident)>,
    sources: Vec<(u64, SourceStat)>,
    keys: Vec<((u64, u32), KeptKey)>,
    commands: Vec<KeptCommand>,
    books: Vec<(EntityIx, Book)>,
    changes: Vec<ChangeRequest>,
    guard: Guard,
    flows: Vec<(u32, Flow)>,
}

impl Kept {
    fn take(&mut self, kind: ItemKind, slot: u64, body: &[u8]) -> Result<(), minicbor::decode::Error> {
        let ix = slot as u32;
        match kind {
            ItemKind::Head => self.head = Some(minicbor::decode(body)?),
            ItemKind::Entity => self.entities.push((EntityIx(ix), minicbor::decode(body)?)),
            ItemKind::Relation => self.relations.push((RelationIx(ix), minicbor::decode(body)?)),
            ItemKind::Alarm => self.alarms.push((AlarmIx(ix), minicbor::decode(body)?)),
            ItemKind::Incident => self.incidents.push((IncidentIx(ix), minicbor::decode(body)?)),
            ItemKind::Source => self.sources.push((slot, minicbor::decode(body)?)),
            ItemKind::Key => self.keys.push(((slot >> 20, (slot & 0xf_ffff) as u32), minicbor::decode(body)?)),
            ItemKind::Command => self.commands.push(minicbor::decode(body)?),
            ItemKind::Book => self.books.push((EntityIx(ix), minicbor::decode(body)?)),
            ItemKind::Change => self.changes.push(minicbor::decode(body)?),
            ItemKind::Guard => self.guard = minicbor::decode(body)?,
            ItemKind::Flow => self.flows.push((ix, minicbor::decode(body)?)),
        }
        Ok(())
    }
}
