use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::{Name, SlaClock, SlaPromise, SlaState, Timestamp};
use crate::pipeline::State;

/// How an instant of breach is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SlaMethod {
    /// It is agreed: the promise is broken then unless service is back.
    #[default]
    Clock,
    /// It is foretold from a series of measured values, with an interval.
    Drift,
}

/// The promise that an incident endangers first. What is left of it is `breach_at` minus now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlaRow {
    /// `running`, `at_risk`, `breached` or `kept`.
    pub state: SlaState,
    /// `time_to_restore` or `availability`.
    pub metric: SlaPromise,
    /// The promise in words.
    pub objective: Name,
    /// Minutes to restore, or percent of the month.
    pub threshold: f64,
    /// Who was promised it.
    pub entity_id: Uuid,
    /// … their external id.
    pub external_id: Name,
    /// … their name.
    pub name: Name,
    /// … their type.
    pub entity_type: Name,
    /// By which tier, type or contract.
    pub tier: Name,
    /// When service went away.
    pub started_at: Timestamp,
    /// From here on little is left.
    pub warn_at: Timestamp,
    /// When the promise is broken.
    pub breach_at: Timestamp,
    /// When service is to be back at the latest, by any promise of a time to restore.
    pub restore_by: Option<Timestamp>,
    /// When service was back.
    pub stopped_at: Option<Timestamp>,
    /// How `breach_at` is known.
    pub method: SlaMethod,
    /// Where it is foretold: from here …
    pub low: Option<Timestamp>,
    /// … to here, nine times in ten.
    pub high: Option<Timestamp>,
    /// Services and customers held to be without service.
    pub without: u32,
}

/// The row of a clock; `None` where the entity is gone.
pub(super) fn sla_row(state: &State, clock: &SlaClock) -> Option<SlaRow> {
    let entity = state.topology().entity(clock.entity)?;
    Some(SlaRow {
        state: clock.state,
        metric: clock.promise,
        objective: objective(clock),
        threshold: clock.threshold,
        entity_id: entity.id.0,
        external_id: entity.external_id.clone(),
        name: entity.name.clone(),
        entity_type: entity.kind.clone(),
        tier: clock.tier.clone(),
        started_at: clock.started_at,
        warn_at: clock.warn_at,
        breach_at: clock.breach_at,
        restore_by: clock.restore_by,
        stopped_at: clock.stopped_at,
        method: SlaMethod::Clock,
        low: None,
        high: None,
        without: clock.without.len() as u32,
    })
}

fn objective(clock: &SlaClock) -> Name {
    let minutes = clock.allowed.as_micros() / 60_000_000;
    let time = match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    };
    Name::from(match clock.promise {
        SlaPromise::TimeToRestore => format!("service back within {time}"),
        SlaPromise::Availability => format!("{} % of the month, {time} without service", clock.threshold),
    })
}
