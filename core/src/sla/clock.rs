use super::book::Book;
use super::maintenance::{Windows, advance};
use super::month::Month;
use super::terms::{Terms, is_served, terms};
use crate::model::{AlarmFacts, EntityIx, Incident, IncidentStatus, Reason, Shared, SlaClock, SlaPromise, SlaState, Span, Timestamp};
use crate::policy::Slo;
use crate::topology::{Impact, Topology};

/// What a clock is set by.
#[derive(Clone, Copy)]
pub struct Matter<'a> {
    /// The graph.
    pub topology: &'a Topology,
    /// The promises.
    pub slo: &'a Slo,
    /// Agreed work.
    pub windows: &'a Windows,
    /// The incident, before the clock is set.
    pub incident: &'a Incident,
    /// Its alarms.
    pub alarms: &'a [AlarmFacts<'a>],
    /// The likeliest cause.
    pub root: Option<EntityIx>,
    /// What that takes down.
    pub impact: &'a Impact,
    /// What an entity was without so far.
    pub book: &'a dyn Fn(EntityIx) -> Option<&'a Book>,
    /// An alarm's own time is believed this far before the incident opened.
    pub window: Span,
    /// Log's time.
    pub now: Timestamp,
}

/// A change of an incident's clock and why.
pub type Change = (Reason, Option<Shared<SlaClock>>);

/// Sets the clock of an incident whose causes were just ranked: by the promise that breaks first among those to its likeliest cause, to the
/// entities of its alarms, and to what the cause takes down. Time since the first alarm that takes service away counts, maintenance and
/// time in which it was resolved do not. `None` where nothing changes.
#[must_use]
pub fn watch(matter: &Matter<'_>) -> Option<Change> {
    let incident = matter.incident;
    let before = incident.clock.as_deref();
    if !incident.status.open() || before.is_some_and(|clock| clock.stopped_at.is_some()) {
        return None;
    }
    let after = found(matter);
    match (before, after) {
        (None, None) => None,
        (None, Some(clock)) => Some((Reason::SlaStarted, Some(clock.into()))),
        (Some(_), None) => Some((Reason::SlaLifted, None)),
        (Some(before), Some(after)) if *before == after => None,
        (Some(_), Some(after)) => Some((Reason::SlaChanged, Some(after.into()))),
    }
}

/// When the first alarm took service away.
fn started(matter: &Matter<'_>) -> Option<Timestamp> {
    let incident = matter.incident;
    let affects = |alarm: &&AlarmFacts<'_>| alarm.severity >= matter.slo.affects_from;
    let of_alarm = |alarm: &AlarmFacts<'_>| incident.members.iter().find(|member| member.alarm == alarm.ix).map(|member| member.at);
    let first = matter.alarms.iter().filter(affects).filter_map(of_alarm).min()?;
    let believed = first.clamp(incident.opened_at.minus(matter.window), matter.now.max(incident.opened_at));
    Some(incident.clock.as_ref().map_or(believed, |clock| clock.started_at.min(believed)))
}

struct Candidate<'a> {
    entity: EntityIx,
    terms: Terms<'a>,
    promise: SlaPromise,
    allowed: Span,
    breach_at: Timestamp,
    threshold: f64,
}

fn found(matter: &Matter<'_>) -> Option<SlaClock> {
    let started_at = started(matter)?;
    let paused = matter.incident.clock.as_ref().map_or(Span::ZERO, |clock| clock.paused);
    let relapsed = matter.incident.clock.as_ref().filter(|_| paused > Span::ZERO).map(|clock| clock.since);
    let since = relapsed.unwrap_or(started_at);
    let mut without: Vec<EntityIx> = Vec::new();
    let mut first: Option<Candidate<'_>> = None;
    let mut restore_by: Option<Timestamp> = None;
    for entity in hit(matter) {
        let Some(content) = matter.topology.entity(entity) else { continue };
        let Some(terms) = terms(matter.slo, content) else { continue };
        let work = matter.windows.over(matter.topology, [Some(entity), matter.root].into_iter().flatten());
        let served = is_served(matter.slo, content);
        if served {
            without.push(entity);
        }
        let restore = terms.restore().map(|allowed| Candidate {
            entity,
            promise: SlaPromise::TimeToRestore,
            allowed,
            breach_at: advance(started_at, Span::micros(allowed.as_micros().saturating_add(paused.as_micros())), &work),
            threshold: allowed.as_seconds() / 60.0,
            terms: terms.clone(),
        });
        if let Some(restore) = &restore {
            restore_by = Some(restore_by.map_or(restore.breach_at, |by| by.min(restore.breach_at)));
        }
        let month = if served { availability(matter, entity, terms, since, &work) } else { None };
        for candidate in [restore, month].into_iter().flatten() {
            if first.as_ref().is_none_or(|first| candidate.breach_at < first.breach_at) {
                first = Some(candidate);
            }
        }
    }
    without.sort_unstable();
    let first = first?;
    let warn_at = warn_at(matter.slo, started_at, first.breach_at);
    let mut clock = SlaClock {
        promise: first.promise,
        entity: first.entity,
        tier: first.terms.tier.clone(),
        allowed: first.allowed,
        started_at,
        warn_at,
        breach_at: first.breach_at,
        restore_by,
        state: SlaState::Running,
        stopped_at: None,
        paused,
        without: without.into(),
        threshold: first.threshold,
        since,
    };
    clock.state = state_at(&clock, matter.now);
    Some(clock)
}

fn availability<'a>(matter: &Matter<'a>, entity: EntityIx, terms: Terms<'a>, since: Timestamp, work: &[(Timestamp, Timestamp)]) -> Option<Candidate<'a>> {
    let percent = terms.objective.availability?;
    let none = Book::default();
    let book = (matter.book)(entity).unwrap_or(&none);
    let since = book.since.map_or(since, |down| down.min(since));
    Some(Candidate {
        entity,
        promise: SlaPromise::Availability,
        allowed: Month::of(since).allowed(percent),
        breach_at: book.breach_at(percent, since, work)?,
        threshold: percent,
        terms,
    })
}

/// Each entity that is hit, once: who is served first, so that of equal promises theirs is named.
fn hit(matter: &Matter<'_>) -> Vec<EntityIx> {
    let affects = |alarm: &&AlarmFacts<'_>| alarm.severity >= matter.slo.affects_from;
    let of_alarms = matter.alarms.iter().filter(affects).flat_map(|alarm| {
        let anchor = alarm.anchor;
        [Some(anchor.entity), Some(anchor.device), anchor.link].into_iter().flatten()
    });
    let down = matter.impact.down.iter().map(|(entity, _)| *entity);
    let mut seen = rustc_hash::FxHashSet::default();
    let mut all: Vec<EntityIx> = matter
        .root
        .into_iter()
        .chain(of_alarms)
        .chain(down)
        .filter(|entity| seen.insert(*entity))
        .collect();
    all.retain(|entity| matter.topology.entity(*entity).is_some());
    let served = |entity: &EntityIx| matter.topology.entity(*entity).is_some_and(|entity| is_served(matter.slo, entity));
    all.sort_by_key(|entity| !served(entity));
    all
}

fn warn_at(slo: &Slo, started_at: Timestamp, breach_at: Timestamp) -> Timestamp {
    let whole = breach_at.since(started_at).as_micros().max(0);
    let share = (slo.warn_share * whole as f64) as i64;
    let before = share.max(Span::seconds(slo.warn_s).as_micros()).min(whole / 2);
    breach_at.minus(Span::micros(before))
}

/// How a promise stands at an instant.
fn state_at(clock: &SlaClock, now: Timestamp) -> SlaState {
    let at = clock.stopped_at.unwrap_or(now);
    if at >= clock.breach_at {
        SlaState::Breached
    } else if clock.stopped_at.is_some() {
        SlaState::Kept
    } else if at >= clock.warn_at {
        SlaState::AtRisk
    } else {
        SlaState::Running
    }
}

/// What the passing of time does to a clock.
#[must_use]
pub fn turn(clock: &SlaClock, now: Timestamp) -> Option<Change> {
    let state = state_at(clock, now);
    if state == clock.state {
        return None;
    }
    let reason = if state == SlaState::Breached {
        Reason::SlaBreached
    } else {
        Reason::SlaAtRisk
    };
    Some((reason, Some(SlaClock { state, ..clock.clone() }.into())))
}

/// What a change of its status does to an incident's clock: it stands while the incident is resolved or closed, and runs on, later by the
/// time it stood, when it relapses. `moved`: its alarms are in another incident now.
#[must_use]
pub fn follow(incident: &Incident, moved: bool, now: Timestamp) -> Option<Change> {
    let clock = incident.clock.as_deref()?;
    if moved {
        return clock.stopped_at.is_none().then_some((Reason::SlaLifted, None));
    }
    match (incident.status, clock.stopped_at) {
        (IncidentStatus::Resolved | IncidentStatus::Closed, None) => {
            let mut stopped = SlaClock {
                stopped_at: Some(now),
                ..clock.clone()
            };
            stopped.state = state_at(&stopped, now);
            Some((Reason::SlaStopped, Some(stopped.into())))
        }
        (status, Some(stopped_at)) if status.open() => {
            let stood = now.since(stopped_at);
            let later = |at: Timestamp| at.plus(stood);
            let mut running = SlaClock {
                stopped_at: None,
                since: now,
                paused: Span::micros(clock.paused.as_micros().saturating_add(stood.as_micros())),
                warn_at: later(clock.warn_at),
                breach_at: later(clock.breach_at),
                restore_by: clock.restore_by.map(later),
                ..clock.clone()
            };
            // What is broken stays broken.
            running.state = state_at(&running, now).max(if clock.state == SlaState::Breached {
                SlaState::Breached
            } else {
                SlaState::Running
            });
            Some((Reason::SlaResumed, Some(running.into())))
        }
        _ => None,
    }
}
