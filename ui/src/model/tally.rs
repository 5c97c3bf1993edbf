use pedkai_core::{model::Severity, screen::AlarmRow};
use rustc_hash::FxHashMap;
use uuid::Uuid;

use super::Standing;
use crate::theme::Level;

/// Active alarms by severity, critical first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many of each.
    pub counts: [usize; 5],
}

impl Tally {
    /// How many there are in all.
    pub fn total(&self) -> usize {
        self.counts.iter().sum()
    }

    /// The worst severity there is one of.
    pub fn worst(&self) -> Option<Level> {
        self.counts.iter().zip(Level::ALL).find(|(count, _)| **count > 0).map(|(_, level)| level)
    }
}

/// Counts that every frame asks for, kept as the rows come in.
#[derive(Debug, Default)]
pub struct Tallies {
    all: Tally,
    unacked: usize,
    by_entity: FxHashMap<Uuid, Tally>,
    by_link: FxHashMap<Uuid, Tally>,
    revision: u64,
}

impl Tallies {
    pub(super) fn add(&mut self, alarm: &AlarmRow) {
        self.unacked += usize::from(Standing::of(alarm).waits());
        self.change(alarm, |count| count + 1);
    }

    pub(super) fn take(&mut self, alarm: &AlarmRow) {
        self.unacked = self.unacked.saturating_sub(usize::from(Standing::of(alarm).waits()));
        self.change(alarm, |count| count.saturating_sub(1));
        if !alarm.cleared && self.of(alarm.entity_id).total() == 0 {
            self.by_entity.remove(&alarm.entity_id);
        }
        if let Some(link) = alarm.link_id
            && self.by_link.get(&link).is_some_and(|tally| tally.total() == 0)
        {
            self.by_link.remove(&link);
        }
    }

    fn change(&mut self, alarm: &AlarmRow, with: impl Fn(usize) -> usize) {
        if alarm.cleared {
            return;
        }
        self.revision += 1;
        let place = place(alarm.severity);
        let of_entity = self.by_entity.entry(alarm.entity_id).or_default();
        for tally in [&mut self.all, of_entity] {
            tally.counts[place] = with(tally.counts[place]);
        }
        if let Some(link) = alarm.link_id {
            let tally = self.by_link.entry(link).or_default();
            tally.counts[place] = with(tally.counts[place]);
        }
    }

    /// All active alarms.
    pub fn all(&self) -> &Tally {
        &self.all
    }

    /// Alarms that nobody acknowledged, cleared ones among them.
    pub fn unacked(&self) -> usize {
        self.unacked
    }

    /// Active alarms of an entity.
    pub fn of(&self, entity: Uuid) -> Tally {
        self.by_entity.get(&entity).copied().unwrap_or_default()
    }

    /// Entities with active alarms.
    pub fn entities(&self) -> impl Iterator<Item = (Uuid, &Tally)> {
        self.by_entity.iter().map(|(entity, tally)| (*entity, tally))
    }

    /// Links that active alarms are about, also those that one end tells of its port.
    pub fn links(&self) -> impl Iterator<Item = (Uuid, &Tally)> {
        self.by_link.iter().map(|(link, tally)| (*link, tally))
    }

    /// Grows whenever a count changes.
    pub fn revision(&self) -> u64 {
        self.revision
    }
}

fn place(severity: Severity) -> usize {
    match severity {
        Severity::Critical => 0,
        Severity::Major => 1,
        Severity::Minor => 2,
        Severity::Warning => 3,
        Severity::Indeterminate => 4,
    }
}
