use serde::{Deserialize, Serialize};

use super::{EntityId, IncidentId, Name, Timestamp};

/// One metric of one entity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeriesName {
    /// Whose.
    #[n(0)]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Uuid))]
    pub entity_id: EntityId,
    /// … its name.
    #[n(1)]
    pub entity: Name,
    /// Which metric.
    #[n(2)]
    pub metric: Name,
}

/// The past of one series tells of another's future (Granger, Econometrica 37, 1969).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CausalLink {
    /// Whose past.
    #[n(0)]
    pub cause: SeriesName,
    /// Whose future.
    #[n(1)]
    pub effect: SeriesName,
    /// By how many steps.
    #[n(2)]
    pub lag: u32,
    /// Length of a step, seconds.
    #[n(3)]
    pub step_s: u32,
    /// Statistic of the F test at that lag.
    #[n(4)]
    pub f: f64,
    /// Its probability if the one told nothing of the other.
    #[n(5)]
    pub p: f64,
    /// The share of false ones among all pairs that are told with a probability as small as this (Benjamini and Hochberg, 1995).
    #[n(6)]
    pub q: f64,
    /// Points that went into the test.
    #[n(7)]
    pub n: u32,
    /// How often both were differenced to be stationary.
    #[n(8)]
    pub differences: u32,
    /// The probability of the other direction; `None` where it could not be tested.
    #[n(9)]
    pub reverse_p: Option<f64>,
    /// What to mind.
    #[n(10)]
    pub warnings: Vec<Name>,
    /// The finding in one sentence.
    #[n(11)]
    pub sentence: Name,
}

/// An entity whose measurements left their usual range, ranked as a cause; or one that is held to be a cause and whose measurements did not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Suspect {
    /// Which.
    #[n(0)]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Uuid))]
    pub entity_id: EntityId,
    /// … its name.
    #[n(1)]
    pub entity: Name,
    /// From 0 to 1, higher is a likelier cause; to be compared within one finding only.
    #[n(2)]
    pub score: f64,
    /// In one sentence, with the figures.
    #[n(3)]
    pub why: Name,
    /// Its measurements stayed near their usual: that speaks against it.
    #[n(4)]
    #[cbor(default)]
    #[serde(default)]
    pub quiet: bool,
}

/// What a worker found in the measurements around an incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Finding {
    /// Of which incident.
    #[n(0)]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Uuid))]
    pub incident: IncidentId,
    /// When it was looked at, log's time.
    #[n(1)]
    pub at: Timestamp,
    /// From when to when measurements were read.
    #[n(2)]
    pub from: Timestamp,
    /// See `from`.
    #[n(3)]
    pub to: Timestamp,
    /// Series that were read.
    #[n(4)]
    pub series: u32,
    /// Pairs of series that were tested.
    #[n(5)]
    pub tested: u32,
    /// Hash of what was read, so that it can be told whether it would still be the same.
    #[n(6)]
    pub digest: u64,
    /// Pairs that hold after the false ones among them are reckoned with, surest first.
    #[n(7)]
    pub links: Vec<CausalLink>,
    /// What measurements and dependencies say of causes, likeliest first; the entities that the hypotheses name are among them where they were
    /// measured since, also those that stayed `quiet`.
    #[n(8)]
    pub suspects: Vec<Suspect>,
    /// What could not be tested, and why; empty where all could.
    #[n(9)]
    pub note: Name,
}
