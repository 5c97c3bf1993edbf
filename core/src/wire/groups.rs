use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::detection::cohort::Trend;
use crate::model::{Name, Severity};

/// Something that things can be grouped by: an item of `GET /api/v1/groups/attributes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttributeRow {
    /// An attribute's name; `type`, `sla_tier`, or a type of place in lower case (`site`: by the site that things stand in).
    pub attribute: Name,
    /// Different values.
    pub values: u64,
    /// Things that are in a group by it.
    pub things: u64,
    /// The values that most things share, the most frequent first; at most five.
    pub examples: Vec<Name>,
}

/// A thing that uses more or less than it used to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StrangeThing {
    /// Its id.
    pub entity_id: Uuid,
    /// Its external id.
    pub external_id: Name,
    /// Its name.
    pub name: Name,
}

/// How the things of one value stand: an item of `GET /api/v1/groups`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupRow {
    /// The value that they share.
    pub value: Name,
    /// Things: active, silent and down.
    pub total: u32,
    /// Things that nothing says is out of service: neither down nor silent.
    pub active: u32,
    /// Things that were measured in the last 30 days, have no sample for longer than they ever should, and sent no event in that time either.
    pub silent: u32,
    /// Things that are out of service: a critical alarm (ITU-T X.733) stands on the thing itself, or what it depends on is out of service.
    pub down: u32,
    /// Alarms that stand on the things and their parts.
    pub alarms: u32,
    /// The worst of them.
    pub severity: Option<Severity>,
    /// What utilisation is told by; none where nothing of the kind is measured.
    pub metric: Option<Name>,
    /// Things whose utilisation was measured in the last 24 hours.
    pub measured: u32,
    /// Mean over those things of their mean of the last 24 hours, in the metric's own unit.
    pub utilisation: Option<f64>,
    /// Median of `daily`: what the group usually uses; none with fewer than 7 days.
    pub baseline: Option<f64>,
    /// Days that the baseline rests on.
    pub baseline_days: u32,
    /// The group's mean of each of the 30 days (UTC) before today, the oldest first; none where nothing was measured.
    pub daily: Vec<Option<f64>>,
    /// How far utilisation is from the baseline, in spreads (1.4826 × the median distance of `daily` from it), where that is more than three:
    /// an anomaly. A departure from a constant baseline is told as ±1000.
    pub away: Option<f64>,
    /// How many things are as far from their own baseline.
    pub strange_count: u32,
    /// The first twenty of them.
    pub strange: Vec<StrangeThing>,
}

/// Things of one value that fail alike: an item of `GET /api/v1/cohorts`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CohortRow {
    /// What they share, in the order of `by`.
    pub values: Vec<Name>,
    /// How they fail: the type of their alarms.
    pub alarm_type: Name,
    /// Things that failed so within 30 days.
    pub failed: u32,
    /// Things that share these values.
    pub members: u32,
    /// Alarms of this type a member in 30 days, in units of what all things together have: 2 fails twice as often.
    pub ratio: f64,
    /// Days of the window: 24 hours each, counted back from now.
    pub days: u16,
    /// Alarms raised in the window.
    pub count: u32,
    /// Least-squares slope of the daily counts, alarms a day a day.
    pub slope: f64,
    /// What that means: worsening above 0.1, improving below −0.1, else stable.
    pub trend: Trend,
    /// Alarms raised on each day of the window, the oldest first.
    pub daily: Vec<u32>,
}
