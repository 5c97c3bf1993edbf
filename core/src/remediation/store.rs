use std::collections::{BTreeMap, BTreeSet};

use super::machine::due;
use crate::model::{ChangeId, ChangeRequest, EntityId, Timestamp};

/// The change requests of one tenant that go on, or ended a while ago.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    all: BTreeMap<ChangeId, ChangeRequest>,
    due: BTreeSet<(Timestamp, ChangeId)>,
    dirty: BTreeSet<ChangeId>,
}

impl Changes {
    /// The request of an id.
    #[must_use]
    pub fn get(&self, id: ChangeId) -> Option<&ChangeRequest> {
        self.all.get(&id)
    }

    /// Every request, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &ChangeRequest> {
        self.all.values()
    }

    /// Takes a request as it is now.
    pub fn put(&mut self, change: ChangeRequest, preview_min: i64) {
        self.unlist(change.id, preview_min);
        if let Some(at) = due(&change, preview_min) {
            self.due.insert((at, change.id));
        }
        self.dirty.insert(change.id);
        self.all.insert(change.id, change);
    }

    /// Lets one go.
    pub fn remove(&mut self, id: ChangeId, preview_min: i64) -> Option<ChangeRequest> {
        self.unlist(id, preview_min);
        self.dirty.insert(id);
        self.all.remove(&id)
    }

    fn unlist(&mut self, id: ChangeId, preview_min: i64) {
        if let Some(at) = self.all.get(&id).and_then(|known| due(known, preview_min)) {
            self.due.remove(&(at, id));
        }
    }

    /// Another policy: other deadlines.
    pub fn relist(&mut self, preview_min: i64) {
        self.due = self
            .all
            .values()
            .filter_map(|change| due(change, preview_min).map(|at| (at, change.id)))
            .collect();
    }

    /// When the clock next changes something.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        self.due.first().map(|(at, _)| *at)
    }

    /// What is due by then.
    #[must_use]
    pub fn due(&self, at: Timestamp) -> Vec<ChangeId> {
        self.due.range(..=(at, ChangeId(uuid::Uuid::max()))).map(|(_, id)| *id).collect()
    }

    /// Another request that is on its way to one of these, or there and unconfirmed.
    #[must_use]
    pub fn busy(&self, id: ChangeId, targets: &[EntityId]) -> Option<&ChangeRequest> {
        self.all
            .values()
            .find(|change| change.id != id && change.state.on_device() && change.draft.targets.iter().any(|target| targets.contains(target)))
    }

    /// Which changed since the last call.
    pub fn take_dirty(&mut self) -> BTreeSet<ChangeId> {
        std::mem::take(&mut self.dirty)
    }

    /// Says that all of them changed.
    pub fn mark_all(&mut self) {
        self.dirty.extend(self.all.keys().copied());
    }
}
