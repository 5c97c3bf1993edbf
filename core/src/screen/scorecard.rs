use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::{EntityIx, Name, Span, Timestamp};
use crate::pipeline::State;
use crate::sla::{self, Tally, Windows};
use crate::topology::Entity;

/// How well a service that was promised something did in a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScoreRow {
    /// Id of the service or customer.
    pub id: Uuid,
    /// … its external id.
    pub external_id: Name,
    /// … its name.
    pub service: Name,
    /// … its type.
    pub entity_type: Name,
    /// By which tier, type or contract it was promised something.
    pub tier: Name,
    /// Percent of a calendar month in which it was promised to be there.
    pub promised: Option<f64>,
    /// Counted from then: the begin of the period, or when it was first heard of.
    pub from: Timestamp,
    /// Percent of the time counted in which it was there; agreed work does not count against it.
    pub availability: f64,
    /// Whether that is what was promised.
    pub kept: Option<bool>,
    /// Seconds that it was without service, agreed work not counted.
    pub down_s: f64,
    /// Seconds that it was without service within agreed work.
    pub excluded_s: f64,
    /// Incidents held to have taken it away.
    pub incidents: u32,
    /// Outages that ended.
    pub outages: u32,
    /// … of which lasted longer than was promised.
    pub late: u32,
    /// Mean seconds from the begin of those outages to their end, agreed work not counted.
    pub mttr_s: Option<f64>,
    /// Mean seconds from the begin of those outages until a person took them up.
    pub mtta_s: Option<f64>,
    /// Without service since then.
    pub down_since: Option<Timestamp>,
    /// False where outages of the period are so many or so old that some are known by the month alone: the figures are too good then.
    pub complete: bool,
}

/// All services together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScoreTotal {
    /// Services and customers that were promised something.
    pub services: u32,
    /// … that were promised a share of the month.
    pub promised: u32,
    /// … that were there as much as that.
    pub kept: u32,
    /// Without service now.
    pub down: u32,
    /// Mean of their availabilities, percent.
    pub availability: Option<f64>,
    /// Outages that ended.
    pub outages: u32,
    /// … of which lasted longer than was promised.
    pub late: u32,
    /// Mean seconds over all outages that ended.
    pub mttr_s: Option<f64>,
    /// Mean seconds over all outages that a person took up.
    pub mtta_s: Option<f64>,
}

/// How much came in, and how little of it was left for people.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Noise {
    /// Events.
    pub events: u64,
    /// Alarms that were made of them.
    pub alarms: u64,
    /// Incidents that were opened.
    pub incidents: u64,
    /// Percent of the events for which nobody had to look: 100 × (1 − incidents / events).
    pub reduction: Option<f64>,
}

/// How a period went.
#[derive(Clone, Debug, PartialEq)]
pub struct Scorecard {
    /// Begin.
    pub from: Timestamp,
    /// End; never later than now.
    pub to: Timestamp,
    /// The network as a whole.
    pub total: ScoreTotal,
    /// What came in, in the whole hours in which the period begins and ends and those between.
    pub noise: Noise,
    /// Services, those that fell short first, and of these the least available.
    pub services: Vec<ScoreRow>,
}

impl ScoreRow {
    /// Its place in the list.
    #[must_use]
    pub fn order(&self) -> (u8, u64, Uuid) {
        let rank = match self.kept {
            Some(false) => 0,
            Some(true) => 1,
            None => 2,
        };
        // Never negative: the bits are in the order of the numbers.
        (rank, self.availability.max(0.0).to_bits(), self.id)
    }
}

/// How each service and the network did between two instants, the later of which is `now` at the latest.
#[must_use]
pub fn scorecard(state: &State, from: Timestamp, to: Timestamp, now: Timestamp) -> Scorecard {
    let to = to.min(now);
    let from = from.min(to);
    let (mut sum, mut services) = (Tally::default(), Vec::new());
    let windows = state.windows();
    for (ix, entity) in state.topology().entities() {
        if let Some((row, tally)) = score(state, &windows, (ix, entity), (from, to)) {
            sum = sum.plus(tally);
            services.push(row);
        }
    }
    services.sort_by_key(ScoreRow::order);
    let number = |of: &dyn Fn(&ScoreRow) -> bool| services.iter().filter(|row| of(row)).count() as u32;
    let seconds = |span: Option<Span>| span.map(Span::as_seconds);
    let available: f64 = services.iter().map(|row| row.availability).sum();
    let total = ScoreTotal {
        services: services.len() as u32,
        promised: number(&|row| row.kept.is_some()),
        kept: number(&|row| row.kept == Some(true)),
        down: number(&|row| row.down_since.is_some()),
        availability: (!services.is_empty()).then(|| available / services.len() as f64),
        outages: sum.outages,
        late: sum.late,
        mttr_s: seconds(sum.mttr()),
        mtta_s: seconds(sum.mtta()),
    };
    let flow = state.flow(from, to);
    let noise = Noise {
        events: flow.events,
        alarms: flow.alarms,
        incidents: flow.incidents,
        reduction: (flow.events > 0).then(|| 100.0 * (1.0 - flow.incidents as f64 / flow.events as f64)),
    };
    Scorecard {
        from,
        to,
        total,
        noise,
        services,
    }
}

fn score(state: &State, windows: &Windows, (ix, entity): (EntityIx, &Entity), (from, to): (Timestamp, Timestamp)) -> Option<(ScoreRow, Tally)> {
    let slo = &state.policy().slo;
    let terms = sla::terms(slo, entity).filter(|_| sla::is_served(slo, entity))?;
    let from = from.max(entity.created_at).min(to);
    let book = state.book(ix);
    let tally = book.map_or(Tally::default(), |book| book.between(from, to, &state.work_on_service(windows, ix)));
    let availability = tally.availability(to.since(from));
    let seconds = |span: Option<Span>| span.map(Span::as_seconds);
    let row = ScoreRow {
        id: entity.id.0,
        external_id: entity.external_id.clone(),
        service: entity.name.clone(),
        entity_type: entity.kind.clone(),
        tier: terms.tier.clone(),
        promised: terms.objective.availability,
        from,
        availability,
        kept: terms.objective.availability.map(|promised| availability >= promised),
        down_s: tally.down.as_seconds(),
        excluded_s: tally.excluded.as_seconds(),
        incidents: tally.incidents,
        outages: tally.outages,
        late: tally.late,
        mttr_s: seconds(tally.mttr()),
        mtta_s: seconds(tally.mtta()),
        down_since: book.and_then(|book| book.since),
        complete: book.is_none_or(|book| book.knows_from(from)),
    };
    Some((row, tally))
}
