//! Promises: an incident's clock, and the books of who was without service.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::changes::RowChange;
use super::delta::Delta;
use super::state::State;
use super::turn::Turn;
use crate::correlation::IncidentDelta;
use crate::model::{AlarmFacts, AlarmLookup, EntityIx, Incident, IncidentIx, Outlook, Reason, Shared, SlaClock, SlaState, Span, Timestamp};
use crate::screen::{self, PromiseRow, Row};
use crate::sla::{self, Book, Ended, Windows};

/// Books by entity, and which of them changed.
#[derive(Clone, Debug, Default)]
pub(super) struct Books {
    pub(super) all: BTreeMap<EntityIx, Book>,
    pub(super) dirty: BTreeSet<EntityIx>,
    /// Whose measured values endanger a promise. Follows from `all`.
    foretold: BTreeSet<EntityIx>,
    /// Of whom rows are to be told anew.
    told: BTreeSet<EntityIx>,
    /// Rows that were told and are over.
    over: BTreeMap<Uuid, PromiseRow>,
}

impl Books {
    /// Takes kept books in.
    pub(super) fn restore(&mut self, kept: impl IntoIterator<Item = (EntityIx, Book)>) {
        self.all.extend(kept);
        let foretold = self.all.iter().filter(|(_, book)| !book.outlooks.is_empty());
        self.foretold = foretold.map(|(ix, _)| *ix).collect();
    }

    /// Everything is to be told anew.
    pub(super) fn mark_all(&mut self) {
        self.dirty.extend(self.all.keys());
        self.mark_foretold();
    }

    /// Rows of measured values are to be told anew.
    pub(super) fn mark_foretold(&mut self) {
        self.told.extend(&self.foretold);
    }
}

fn emit(turn: &mut Turn<'_>, ix: IncidentIx, change: Option<sla::Change>) {
    if let (Some((reason, clock)), Some(incident)) = (change, turn.state.incidents.get(ix)) {
        let id = incident.id;
        turn.emit(Delta::Incident(IncidentDelta::Clock { ix, id, reason, clock }));
    }
}

/// Sets the clock of an incident whose causes were just ranked.
pub(super) fn watch(turn: &mut Turn<'_>, ix: IncidentIx) {
    let state = &*turn.state;
    let Some(incident) = state.incidents.get(ix) else { return };
    let alarms: Vec<AlarmFacts<'_>> = incident.members.iter().filter_map(|member| state.alarms.facts(member.alarm)).collect();
    let root = incident.hypotheses.first().map(|first| first.entity);
    let impact = root.map(|root| state.impact.impact(root)).unwrap_or_default();
    let change = sla::watch(&sla::Matter {
        topology: &state.topology,
        slo: &state.policy.slo,
        windows: &state.windows(),
        incident,
        alarms: &alarms,
        root,
        impact: &impact,
        book: &|entity| state.books.all.get(&entity),
        window: Span::seconds(state.policy.correlate.window_s),
        now: state.at,
    });
    emit(turn, ix, change);
}

/// What the passing of time does to it.
pub(super) fn pass(turn: &mut Turn<'_>, ix: IncidentIx) {
    let now = turn.state.at;
    let clock = turn.state.incidents.get(ix).and_then(|incident| incident.clock.as_ref());
    let change = clock.and_then(|clock| sla::turn(clock, now));
    emit(turn, ix, change);
}

/// What follows for it from a change of its incident.
pub(super) fn follow(turn: &mut Turn<'_>, delta: &IncidentDelta) {
    let moved = matches!(delta, IncidentDelta::MergedInto { .. });
    if moved || matches!(delta, IncidentDelta::Changed { status: Some(_), .. }) {
        let (ix, _) = delta.incident();
        let change = turn.state.incidents.get(ix).and_then(|incident| sla::follow(incident, moved, turn.state.at));
        emit(turn, ix, change);
    }
}

/// Other promises hold from now on: causes are ranked, and clocks set, anew.
pub(super) fn renew(turn: &mut Turn<'_>) {
    let at = turn.state.at.plus(Span::millis(turn.state.policy.correlate.diagnose_delay_ms));
    let watched = |incident: &Incident| incident.status.open() && incident.diagnose_at.is_none_or(|due| due > at);
    let open: Vec<_> = turn
        .state
        .incidents
        .iter()
        .filter(|(_, incident)| watched(incident))
        .map(|(ix, incident)| (ix, incident.id))
        .collect();
    for (ix, id) in open {
        turn.emit(Delta::Incident(IncidentDelta::DiagnosisDue { ix, id, at }));
    }
}

/// Keeps what is news of measured values: that one endangers its promise, how it does now, or that it no longer does.
pub(super) fn foresee(turn: &mut Turn<'_>, outlooks: &[Outlook]) {
    for outlook in outlooks {
        let Some(entity) = turn.state.topology.by_id(outlook.entity) else { continue };
        let known = turn.state.books.all.get(&entity).map_or(&[][..], |book| book.outlooks.as_slice());
        let known = known.iter().find(|known| known.metric == outlook.metric);
        let news = known.map_or(outlook.state != SlaState::Kept, |known| known.digest != outlook.digest);
        if news {
            turn.emit(Delta::Outlook {
                entity,
                outlook: Shared::from(outlook.clone()),
            });
        }
    }
}

impl State {
    /// An entity goes: its slot may be another's.
    pub(super) fn book_gone(&mut self, ix: EntityIx) {
        let rows: Vec<PromiseRow> = screen::foretold(self, ix).collect();
        let books = &mut self.books;
        if books.foretold.remove(&ix) {
            books.told.insert(ix);
        }
        books.over.extend(rows.into_iter().map(|row| (row.id, row)));
        if books.all.remove(&ix).is_some() {
            books.dirty.insert(ix);
        }
    }

    /// Whose measured values endanger a promise.
    pub(crate) fn foretold(&self) -> &BTreeSet<EntityIx> {
        &self.books.foretold
    }

    /// Rows of incidents tell of measured values of those they are about; rows of measured values tell names of entities.
    pub(super) fn mark_what_shows_foretold(&mut self) {
        let renamed = self.dirt.entities.intersection(&self.books.foretold);
        let renamed: Vec<EntityIx> = renamed.copied().collect();
        self.books.told.extend(renamed);
        let told = &self.books.told;
        if told.is_empty() {
            return;
        }
        let open = self.incidents.iter().filter(|(_, incident)| incident.status.open());
        let shows = open.filter(|(_, incident)| screen::about(self, incident).any(|ix| told.contains(&ix)));
        let shows: Vec<IncidentIx> = shows.map(|(ix, _)| ix).collect();
        for ix in shows {
            self.incidents.mark(ix);
        }
    }

    /// Rows of measured values that changed, and whether each still stands.
    pub(super) fn take_foretold(&mut self) -> Vec<RowChange> {
        let told = std::mem::take(&mut self.books.told);
        let mut over = std::mem::take(&mut self.books.over);
        let state = &*self;
        let stand: Vec<PromiseRow> = told.into_iter().flat_map(|ix| screen::foretold(state, ix)).collect();
        for row in &stand {
            over.remove(&row.id);
        }
        let change = |row, live| RowChange { row: Row::Sla(row), live };
        let stand = stand.into_iter().map(|row| change(row, true));
        stand.chain(over.into_values().map(|row| change(row, false))).collect()
    }

    /// Whoever was without what was promised, or may be soon, in the order of slots.
    pub fn books(&self) -> impl Iterator<Item = (EntityIx, &Book)> {
        self.books.all.iter().map(|(ix, book)| (*ix, book))
    }

    pub(super) fn fold_outlook(&mut self, entity: EntityIx, outlook: &Outlook) {
        if outlook.state == SlaState::Kept {
            let before: Vec<PromiseRow> = screen::foretold(self, entity).filter(|row| row.objective.metric == outlook.metric).collect();
            self.books.over.extend(before.into_iter().map(|row| (row.id, row)));
        }
        let book = self.books.all.entry(entity).or_default();
        book.foresee(outlook);
        if book.outlooks.is_empty() {
            self.books.foretold.remove(&entity);
        } else {
            self.books.foretold.insert(entity);
        }
        self.books.dirty.insert(entity);
        self.books.told.insert(entity);
    }

    /// What an entity that was promised something was without.
    #[must_use]
    pub fn book(&self, entity: EntityIx) -> Option<&Book> {
        self.books.all.get(&entity)
    }

    /// Agreed work. The one place that says where its windows come from: whatever else agrees on work adds to it here ([`Windows::and`]).
    #[must_use]
    pub fn windows(&self) -> Windows {
        Windows::of(&self.policy.slo, &self.topology)
    }

    /// When agreed work takes service from an entity.
    #[must_use]
    pub fn work_on(&self, entities: &[EntityIx]) -> Vec<(Timestamp, Timestamp)> {
        self.windows().over(&self.topology, entities.iter().copied())
    }

    /// The same of a service: work on it, and on what is held to be the cause of its being down.
    #[must_use]
    pub fn work_on_service(&self, windows: &Windows, service: EntityIx) -> Vec<(Timestamp, Timestamp)> {
        let holder = self.book(service).and_then(|book| book.holders.first());
        let incident = holder.and_then(|holder| self.incidents.get(holder.incident));
        let root = incident.and_then(|incident| incident.hypotheses.first()).map(|first| first.entity);
        windows.over(&self.topology, [Some(service), root].into_iter().flatten())
    }

    /// Keeps the books after an incident's clock changed from `before`.
    pub(super) fn fold_clock(&mut self, ix: IncidentIx, before: Option<&Shared<SlaClock>>, reason: Reason) {
        let incident = self.incidents.get(ix);
        let after = incident.and_then(|incident| incident.clock.clone());
        let runs = |clock: &&Shared<SlaClock>| clock.stopped_at.is_none();
        let (was, is) = (before.filter(runs), after.as_ref().filter(runs));
        let held = |clock: Option<&Shared<SlaClock>>| clock.map(|clock| clock.without.clone()).unwrap_or_default();
        let (was_held, is_held) = (held(was), held(is));
        for entity in was_held.iter().filter(|entity| is_held.binary_search(entity).is_err()) {
            if reason == Reason::SlaStopped {
                self.release(ix, *entity);
            } else if let Some(book) = self.books.all.get_mut(entity) {
                book.forget(ix);
            }
            self.books.dirty.insert(*entity);
        }
        let Some(clock) = is else { return };
        let same_begin = was.is_some_and(|was| was.since == clock.since);
        for entity in &is_held {
            if same_begin && was_held.binary_search(entity).is_ok() {
                continue;
            }
            self.books.all.entry(*entity).or_default().hold(ix, clock.since);
            self.books.dirty.insert(*entity);
        }
    }

    fn release(&mut self, ix: IncidentIx, entity: EntityIx) {
        let Some(incident) = self.incidents.get(ix) else { return };
        let root = incident.hypotheses.first().map(|first| first.entity);
        let acked_at = incident.acked_at;
        let windows = self.work_on(&[Some(entity), root].into_iter().flatten().collect::<Vec<_>>());
        let policy = self.policy.clone();
        let terms = self.topology.entity(entity).and_then(|entity| sla::terms(&policy.slo, entity));
        let ended = Ended {
            at: self.at,
            acked_at,
            windows: &windows,
            restore: terms.and_then(|terms| terms.restore()),
        };
        if let Some(book) = self.books.all.get_mut(&entity) {
            book.release(ix, &ended);
        }
    }
}
