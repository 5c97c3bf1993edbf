//! Events of one batch, gathered by tenant and handed in together.

use std::sync::Arc;

use pedkai_core::model::{Event, SourceKind, TenantId};

use super::counters::{Counters, Dropped};
use super::door::{Door, Doors};
use crate::engine::NotTaken;

/// Collects events by tenant. A batch seldom has more than one.
pub(super) struct Gather {
    source: SourceKind,
    doors: Arc<dyn Doors>,
    counters: Arc<Counters>,
    tenants: Vec<(TenantId, Vec<Event>)>,
}

impl Gather {
    pub(super) fn new(source: SourceKind, doors: Arc<dyn Doors>, counters: Arc<Counters>) -> Self {
        Self {
            source,
            doors,
            counters,
            tenants: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, tenant: TenantId, event: Event) {
        match self.tenants.iter_mut().find(|(held, _)| *held == tenant) {
            Some((_, events)) => events.push(event),
            None => self.tenants.push((tenant, vec![event])),
        }
    }

    /// Offers what was gathered; what finds no room is counted.
    pub(super) fn offer(&mut self) {
        for (tenant, events) in &mut self.tenants {
            if events.is_empty() {
                continue;
            }
            let capacity = events.len();
            let batch = std::mem::replace(events, Vec::with_capacity(capacity));
            let refused = match self.doors.door(*tenant) {
                Some(door) => door.offer(batch).err(),
                None => Some(batch),
            };
            if let Some(refused) = refused {
                self.counters.count_dropped(self.source, Dropped::Queue, refused.len() as u64);
            }
        }
        self.tenants.truncate(16);
    }
}

/// Finds the door of a tenant and remembers it, for a connection.
pub(super) fn door(doors: &Arc<dyn Doors>, tenant: TenantId) -> Result<Arc<dyn Door>, NotTaken> {
    doors.door(tenant).ok_or(NotTaken::Stopping)
}

/// The counter that a refusal belongs to.
pub(super) const fn dropped(why: &NotTaken) -> Dropped {
    match why {
        NotTaken::Full(_) => Dropped::Queue,
        NotTaken::Log(_) => Dropped::Log,
        NotTaken::Stopping => Dropped::Stopping,
    }
}
