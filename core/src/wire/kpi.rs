use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::{Name, Timestamp};

/// A series that has samples: an item of `GET /api/v1/kpi/series`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KpiSeries {
    /// What was measured.
    pub entity_id: Uuid,
    /// The metric's name as its source writes it.
    pub metric: Name,
    /// The system that it came from last; may be empty.
    #[serde(default)]
    pub source: Name,
    /// Its oldest sample that is kept.
    pub first_at: Timestamp,
    /// Its newest sample.
    pub last_at: Timestamp,
}

/// A sample of a series.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KpiPoint {
    /// When it was measured, source's time.
    pub at: Timestamp,
    /// The value; always finite.
    pub value: f64,
}

/// What the samples of a stretch of time come to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KpiBucket {
    /// Where the stretch begins; it ends a step later, and that end is not in it.
    pub at: Timestamp,
    /// How many samples; never none.
    pub n: u64,
    /// The lowest.
    pub min: f64,
    /// The highest.
    pub max: f64,
    /// Their mean.
    pub mean: f64,
    /// The newest.
    pub last: f64,
}

/// The answer to `GET /api/v1/kpi/query`, in order of time: every sample, or one bucket for each step that has any.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KpiAnswer {
    /// What was measured.
    pub entity_id: Uuid,
    /// Which metric.
    pub metric: Name,
    /// Length of a bucket in seconds; none where the samples themselves were asked for.
    #[serde(default)]
    pub step: Option<u64>,
    /// The samples, where no step was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Vec<KpiPoint>>,
    /// The buckets, where a step was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buckets: Option<Vec<KpiBucket>>,
}
