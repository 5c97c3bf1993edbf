use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::sla::SlaMethod;
use crate::model::{EntityIx, Incident, Name, Outlook, SlaClock, SlaPromise, SlaState, Span, Timestamp};
use crate::pipeline::State;
use crate::policy::Direction;
use crate::sla::{self, Month, MonthTally, Windows};
use crate::topology::Entity;

/// A promise as the list of them shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PromiseRow {
    /// Id: for a time to restore the incident's, for an availability the entity's, for a measured value its own.
    pub id: Uuid,
    /// Who was promised it.
    pub entity_id: Uuid,
    /// … their external id.
    pub external_id: Name,
    /// … their name.
    pub service: Name,
    /// … their type.
    pub entity_type: Name,
    /// By which tier, type or contract.
    pub tier: Name,
    /// What was promised.
    pub objective: ObjectiveRow,
    /// Where it stands, in the threshold's unit: minutes without service, percent of the month in which service was there if nothing further
    /// happens.
    pub value: Option<f64>,
    /// How it stands.
    pub state: SlaState,
    /// When it is broken, should things go on as they do.
    pub predicted_breach_time: Option<Timestamp>,
    /// Nine times in ten that is between this …
    pub low: Option<Timestamp>,
    /// … and this; the same instant where it is agreed rather than foretold.
    pub high: Option<Timestamp>,
    /// How that is known.
    pub method: SlaMethod,
    /// From here on little is left, where that is known ahead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warn_at: Option<Timestamp>,
    /// Of a measured value: when the newest of those was measured that this rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
    /// The incident that endangers it.
    pub incident_id: Option<Uuid>,
    /// Without service since then.
    pub since: Option<Timestamp>,
    /// This month in figures.
    pub month: Option<MonthRow>,
}

/// What was promised, as a threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ObjectiveRow {
    /// `time_to_restore`, `availability`, or a measured metric.
    pub metric: Name,
    /// Minutes, percent of the month, or the metric's unit.
    pub threshold: f64,
    /// On which side of it the promise is broken.
    pub direction: Direction,
}

/// A month of one service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MonthRow {
    /// `2026-01`, in UTC.
    pub month: Name,
    /// Seconds that it may be without service.
    pub allowed_s: f64,
    /// Seconds that it was, maintenance not counted.
    pub down_s: f64,
    /// Seconds that it was within maintenance.
    pub excluded_s: f64,
    /// Outages that ended.
    pub outages: u32,
    /// Outages that lasted longer than was promised.
    pub late: u32,
    /// Mean seconds from the begin of an outage to its end.
    pub mttr_s: Option<f64>,
    /// Mean seconds from the begin of an outage until a person took it up.
    pub mtta_s: Option<f64>,
}

impl PromiseRow {
    /// Its place in the list: what breaks first comes first, then what is broken for the month, what is not endangered last.
    #[must_use]
    pub fn order(&self) -> (Timestamp, Uuid) {
        let none = match self.state {
            SlaState::Breached => Timestamp::MAX.minus(Span::seconds(2)),
            SlaState::AtRisk => Timestamp::MAX.minus(Span::seconds(1)),
            SlaState::Running | SlaState::Kept => Timestamp::MAX,
        };
        (self.predicted_breach_time.unwrap_or(none), self.id)
    }
}

/// Every promise at an instant, in order: the clock of each incident in work, the availability of this month of everybody who was promised one.
#[must_use]
pub fn promises(state: &State, now: Timestamp) -> Vec<PromiseRow> {
    let incidents = state.incidents().iter().filter(|(_, incident)| incident.status.open());
    let restoring = incidents.filter_map(|(_, incident)| restoring(state, incident, now));
    let windows = state.windows();
    let there = state.topology().entities();
    let there = there.filter_map(|(ix, entity)| availability(state, &windows, (ix, entity), now));
    let measured = state
        .books()
        .flat_map(|(ix, book)| book.outlooks.iter().filter_map(move |outlook| measured(state, ix, outlook, Some(now))));
    let mut all: Vec<PromiseRow> = restoring.chain(there).chain(measured).collect();
    all.sort_by_key(PromiseRow::order);
    all
}

fn minutes(span: Span) -> f64 {
    span.as_seconds() / 60.0
}

/// The clock of an incident, where it is of a time to restore: that of a month stands with whom it was promised to.
fn restoring(state: &State, incident: &Incident, now: Timestamp) -> Option<PromiseRow> {
    let clock: &SlaClock = incident.clock.as_deref()?;
    let entity = state.topology().entity(clock.entity)?;
    let by = clock.restore_by?;
    let terms = sla::terms(&state.policy().slo, entity);
    let allowed = match clock.promise {
        SlaPromise::TimeToRestore => clock.allowed,
        SlaPromise::Availability => terms.as_ref().and_then(sla::Terms::restore).unwrap_or(by.since(clock.started_at)),
    };
    let excluded = Span::micros((by.since(clock.started_at).as_micros() - allowed.as_micros()).max(0));
    let without = Span::micros((now.since(clock.started_at).as_micros() - excluded.as_micros()).max(0));
    let stands = if now >= by {
        SlaState::Breached
    } else if clock.promise == SlaPromise::TimeToRestore {
        clock.state
    } else {
        SlaState::Running
    };
    Some(PromiseRow {
        id: incident.id.0,
        entity_id: entity.id.0,
        external_id: entity.external_id.clone(),
        service: entity.name.clone(),
        entity_type: entity.kind.clone(),
        tier: clock.tier.clone(),
        objective: ObjectiveRow {
            metric: Name::from(SlaPromise::TimeToRestore.word()),
            threshold: minutes(allowed),
            direction: Direction::Above,
        },
        value: Some(minutes(without)),
        state: stands,
        predicted_breach_time: Some(by),
        low: Some(by),
        high: Some(by),
        method: SlaMethod::Clock,
        warn_at: None,
        seen_at: None,
        incident_id: Some(incident.id.0),
        since: Some(clock.started_at),
        month: None,
    })
}

fn availability(state: &State, windows: &Windows, (ix, entity): (EntityIx, &Entity), now: Timestamp) -> Option<PromiseRow> {
    let slo = &state.policy().slo;
    let terms = sla::terms(slo, entity).filter(|_| sla::is_served(slo, entity))?;
    let percent = terms.objective.availability?;
    let book = state.book(ix);
    let holder = book
        .and_then(|book| book.holders.first())
        .and_then(|holder| state.incidents().get(holder.incident));
    let work = state.work_on_service(windows, ix);
    let month = Month::of(now);
    let tally = book.map(|book| book.month(month, now, &work));
    let since = book.and_then(|book| book.since);
    let breach = since.and_then(|since| book.and_then(|book| book.breach_at(percent, since.max(month.begin()), &work)));
    let allowed = month.allowed(percent);
    let down = tally.map_or(Span::ZERO, |tally| tally.down);
    let left = allowed.as_micros() - down.as_micros();
    let stands = if left < 0 || left == 0 && percent < 100.0 {
        SlaState::Breached
    } else if (left as f64) < slo.warn_share * allowed.as_micros() as f64 {
        SlaState::AtRisk
    } else if since.is_some() {
        SlaState::Running
    } else {
        SlaState::Kept
    };
    let breach = breach.filter(|_| stands != SlaState::Breached);
    Some(PromiseRow {
        id: entity.id.0,
        entity_id: entity.id.0,
        external_id: entity.external_id.clone(),
        service: entity.name.clone(),
        entity_type: entity.kind.clone(),
        tier: terms.tier.clone(),
        objective: ObjectiveRow {
            metric: Name::from(SlaPromise::Availability.word()),
            threshold: percent,
            direction: Direction::Below,
        },
        value: Some(tally.map_or(100.0, |tally| tally.availability())),
        state: stands,
        predicted_breach_time: breach,
        low: breach,
        high: breach,
        method: SlaMethod::Clock,
        warn_at: None,
        seen_at: None,
        incident_id: holder.map(|incident| incident.id.0),
        since,
        month: Some(month_row(month, allowed, tally)),
    })
}

/// The rows of an entity's measured values that are beyond their limits or drift towards them, as the feed tells them: instants only, so that
/// they say the same whenever they are read.
pub(crate) fn foretold(state: &State, ix: EntityIx) -> impl Iterator<Item = PromiseRow> + '_ {
    let outlooks = state.book(ix).map_or(&[][..], |book| book.outlooks.as_slice());
    outlooks.iter().filter_map(move |outlook| measured(state, ix, outlook, None))
}

/// Whom an incident is about: its causes as they are held, where its alarms are, who is without service. Some more than once.
pub(crate) fn about<'a>(state: &'a State, incident: &'a Incident) -> impl Iterator<Item = EntityIx> + 'a {
    let alarms = incident.members.iter().filter_map(|member| state.alarms().get(member.alarm));
    let places = alarms.flat_map(|alarm| [Some(alarm.anchor.entity), Some(alarm.anchor.device), alarm.anchor.link].into_iter().flatten());
    let without = incident.clock.iter().flat_map(|clock| clock.without.iter().copied());
    incident.hypotheses.iter().map(|guess| guess.entity).chain(places).chain(without)
}

/// Of whom an incident in work is about: the measured value whose limit is crossed first; one that is beyond it where none will be.
pub(super) fn nearest(state: &State, incident: &Incident) -> Option<Box<PromiseRow>> {
    if !incident.status.open() || state.foretold().is_empty() {
        return None;
    }
    let entities = about(state, incident).filter(|ix| state.foretold().contains(ix));
    let mut first = entities.flat_map(|ix| foretold(state, ix)).min_by_key(PromiseRow::order)?;
    first.incident_id = Some(incident.id.0);
    Some(Box::new(first))
}

/// A measured value that is beyond its limit, or drifts towards it; how it stands at an instant, or as it was seen last.
fn measured(state: &State, ix: EntityIx, outlook: &Outlook, now: Option<Timestamp>) -> Option<PromiseRow> {
    let entity = state.topology().entity(ix)?;
    let name = [entity.id.0.as_bytes(), outlook.metric.as_bytes()].concat();
    let id = uuid::Builder::from_custom_bytes(xxhash_rust::xxh3::xxh3_128(&name).to_be_bytes()).into_uuid();
    let (at, low, high) = outlook.breach.map_or((None, None, None), |(at, low, high)| (Some(at), Some(low), Some(high)));
    let warn_at = low.map(|low| low.minus(Span::seconds(state.policy().slo.warn_s)));
    let soon = now.is_some_and(|now| warn_at.is_some_and(|warn_at| warn_at <= now));
    Some(PromiseRow {
        id,
        entity_id: entity.id.0,
        external_id: entity.external_id.clone(),
        service: entity.name.clone(),
        entity_type: entity.kind.clone(),
        tier: sla::terms(&state.policy().slo, entity).map_or_else(|| entity.sla_tier.clone(), |terms| terms.tier.clone()),
        objective: ObjectiveRow {
            metric: outlook.metric.clone(),
            threshold: outlook.threshold,
            direction: if outlook.above { Direction::Above } else { Direction::Below },
        },
        value: Some(outlook.value),
        state: if soon { outlook.state.max(SlaState::AtRisk) } else { outlook.state },
        predicted_breach_time: at,
        low,
        high,
        method: SlaMethod::Drift,
        warn_at,
        seen_at: Some(outlook.at),
        incident_id: None,
        since: outlook.since,
        month: None,
    })
}

fn month_row(month: Month, allowed: Span, tally: Option<MonthTally>) -> MonthRow {
    let seconds = |span: Option<Span>| span.map(Span::as_seconds);
    MonthRow {
        month: Name::from(month.to_string()),
        allowed_s: allowed.as_seconds(),
        down_s: tally.map_or(0.0, |tally| tally.down.as_seconds()),
        excluded_s: tally.map_or(0.0, |tally| tally.excluded.as_seconds()),
        outages: tally.map_or(0, |tally| tally.outages),
        late: tally.map_or(0, |tally| tally.late),
        mttr_s: seconds(tally.and_then(|tally| tally.mttr())),
        mtta_s: seconds(tally.and_then(|tally| tally.mtta())),
    }
}
