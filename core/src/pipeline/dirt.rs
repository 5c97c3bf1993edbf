//! Which pieces of a state changed since rows were last told.

use std::collections::BTreeSet;

use super::state::State;
use crate::model::{AlarmIx, CommandId, EntityIx, Hypothesis, IncidentIx, Marks, Name};
use crate::screen::{ChangeRow, IncidentRow};
use crate::topology::{Entity, RelationIx, TopologyDelta};

/// Which pieces changed; alarms and incidents keep their own list.
#[derive(Clone, Debug, Default)]
pub(super) struct Dirt {
    pub(super) entities: BTreeSet<EntityIx>,
    pub(super) relations: BTreeSet<RelationIx>,
    pub(super) sources: Marks,
    pub(super) keys: BTreeSet<(u64, u32)>,
    pub(super) commands: BTreeSet<CommandId>,
    pub(super) documents: bool,
    pub(super) guard: bool,
    /// Rows of change requests that left memory: the last moment at which they can be told.
    pub(super) forgotten: Vec<ChangeRow>,
    pub(super) gone: Vec<(EntityIx, Entity)>,
    pub(super) purged: Vec<IncidentRow>,
    pub(super) shown: BTreeSet<EntityIx>,
    pub(super) addresses: BTreeSet<Name>,
}

impl Dirt {
    pub(super) fn topology(&mut self, delta: &TopologyDelta) {
        match delta {
            TopologyDelta::EntityPut { ix, .. } | TopologyDelta::EntityRemoved { ix } => {
                self.entities.insert(*ix);
            }
            TopologyDelta::RelationPut { ix, .. } | TopologyDelta::RelationRemoved { ix } => {
                self.relations.insert(*ix);
            }
        }
    }

    pub(super) fn purged(&mut self, row: IncidentRow) {
        self.purged.push(row);
    }

    /// An entity that rows of others may show gets new content, or goes.
    pub(super) fn shown(&mut self, ix: EntityIx, before: &Entity) {
        self.shown.insert(ix);
        self.addresses.extend(before.addresses());
    }

    pub(super) fn source(&mut self, ix: u32) {
        self.sources.mark(ix);
    }

    pub(super) fn gone(&mut self, ix: EntityIx, entity: Entity) {
        self.gone.push((ix, entity));
    }
}

impl State {
    /// Says that everything in it changed, so that rows can be written from nothing.
    pub fn mark_all(&mut self) {
        let entities = self.topology.entities().map(|(ix, _)| ix);
        self.dirt.entities.extend(entities);
        let relations = self.topology.relations().map(|(ix, _)| ix);
        self.dirt.relations.extend(relations);
        for ix in 0..self.sources.len() as u32 {
            self.dirt.source(ix);
        }
        self.dirt.keys.extend(self.key_order.keys().copied());
        self.dirt.commands.extend(self.commands.iter().map(|(id, _)| id));
        let alarms: Vec<AlarmIx> = self.alarms.iter().map(|(ix, _)| ix).collect();
        for ix in alarms {
            self.alarms.mark(ix);
        }
        let incidents: Vec<IncidentIx> = self.incidents.iter().map(|(ix, _)| ix).collect();
        for ix in incidents {
            self.incidents.mark(ix);
        }
        self.changes.mark_all();
        self.dirt.guard = self.guarded();
        self.books.mark_all();
        self.flows.mark_all();
    }

    /// Rows of alarms, incidents and sources show names and ids of entities: they change with them.
    pub(super) fn mark_what_shows_entities(&mut self) {
        for ix in &self.dirt.entities {
            if let Some(entity) = self.topology.entity(*ix) {
                self.dirt.addresses.extend(entity.addresses());
            }
        }
        for address in std::mem::take(&mut self.dirt.addresses) {
            for of_kind in &self.source_of {
                if let Some(ix) = of_kind.get(&address) {
                    self.dirt.sources.mark(*ix);
                }
            }
        }
        let shown = std::mem::take(&mut self.dirt.shown);
        if shown.is_empty() {
            return;
        }
        let shows = |ix: Option<EntityIx>| ix.is_some_and(|ix| shown.contains(&ix));
        let alarms: Vec<AlarmIx> = self
            .alarms
            .iter()
            .filter(|(_, alarm)| {
                let anchor = &alarm.anchor;
                shows(Some(anchor.entity)) || shows(Some(anchor.device)) || shows(anchor.link) || shows(anchor.peer)
            })
            .map(|(ix, _)| ix)
            .collect();
        for ix in alarms {
            self.alarms.mark(ix);
        }
        let incidents: Vec<IncidentIx> = self
            .incidents
            .iter()
            .filter(|(_, incident)| {
                let guessed = |guess: &Hypothesis| shows(Some(guess.entity)) || guess.path.iter().any(|ix| shows(Some(*ix)));
                incident.hypotheses.iter().any(guessed) || incident.members.iter().any(|member| shows(member.link.through))
            })
            .map(|(ix, _)| ix)
            .collect();
        for ix in incidents {
            self.incidents.mark(ix);
        }
    }
}
