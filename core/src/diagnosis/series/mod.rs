//! Which entity's measurements depart first, most, and without a dependency to blame.
//!
//! - **does**: finds when trouble began, scores every series by how far it departed from its usual and from its level just before,
//!   follows the departures along the dependencies, and ranks entities as causes.
//! - **takes**: series of points, who depends on whom, when trouble was noticed, and the symptom where it is known.
//! - **gives**: entities, the likeliest cause first, each with a score from 0 to 1 and its reason in a sentence with the numbers.
//! - **never knows**: alarms, incidents, or where the points came from.
//!
//! Scores are robust: median and interquartile range of a reference outside the trouble (N-Sigma's robust form; Pham et al., "BARO", FSE
//! 2024); where three earlier days have points at that time of day, the reference is those, each taken by how far it lies from the median of
//! its own time of day; from a constant, any departure counts. The onset is the most likely change of all series together within a quarter of an hour
//! before the moment of notice; few of many series change, so that each counts as a mixture (Xie & Siegmund, Annals of Statistics 41,
//! 2013): a moment near the onset is known here, so that one pass over sums does what Bayesian online detection needs run lengths for.
//! A cause is anomalous, explains the symptom over a way of anomalous dependencies, moves in time as what it explains
//! does, and depends on nothing that departs as much itself (the traversal of Hardt et al., "The PetShop Dataset", CLeaR 2024, with
//! shares in place of yes and no).

mod combine;
mod depart;
mod onset;
mod path;
mod season;
mod tell;
mod window;

pub use combine::combine;

use crate::model::{Point, Timestamp};

/// One metric of one entity.
#[derive(Clone, Debug)]
pub struct Series<'a> {
    /// Of whom.
    pub entity: &'a str,
    /// Of what; a unit is part of the name. Series of one name are taken to be in one unit.
    pub metric: &'a str,
    /// In any order; values that are not finite are no samples.
    pub points: &'a [Point],
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// Everything measured, with an hour or more from before the trouble. Several of one entity and metric are one.
    pub series: &'a [Series<'a>],
    /// Pairs (one, other): the one depends on the other; what is measured of neither is passed through.
    pub depends: &'a [(&'a str, &'a str)],
    /// When trouble was noticed; it may have begun up to a quarter of an hour earlier, and points after it are read.
    pub at: Timestamp,
    /// Where it was noticed: the entity, and the metric where one is known.
    pub symptom: Option<(&'a str, Option<&'a str>)>,
    /// Series whose samples ended, where that is known.
    pub silence: Option<Silence<'a>>,
}

/// Series that fell silent while others of their kind are still heard.
#[derive(Clone, Debug)]
pub struct Silence<'a> {
    /// Entity and metric of each.
    pub of: &'a [(&'a str, &'a str)],
    /// Up to when samples would have been heard.
    pub until: Timestamp,
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    /// When the trouble began, as the series have it.
    pub onset: Timestamp,
    /// The likeliest first; every entity that series or dependencies name is there.
    pub causes: Vec<Cause>,
}

/// An entity as a cause.
#[derive(Clone, Debug, PartialEq)]
pub struct Cause {
    /// Who.
    pub entity: String,
    /// From 0 to 1; comparable within one answer, no probability: see [`combine`].
    pub score: f64,
    /// The reason in one sentence.
    pub why: String,
    /// The strongest departure, where one could be measured.
    pub departure: Option<Departure>,
    /// The dependency that explains most of the departure, and how much of it, 0 to 1.
    pub explained_by: Option<(String, f64)>,
}

/// How a series departed from its usual.
#[derive(Clone, Debug, PartialEq)]
pub struct Departure {
    /// The metric.
    pub metric: String,
    /// Departures in units of the usual spread; 1000 at most. From 3 on it is anomalous.
    pub z: f64,
    /// The median of the reference.
    pub usual: f64,
    /// The mean of the farther half of the points since the onset.
    pub seen: f64,
    /// Points later than the moment of notice; with fewer than two, that nothing departed means little.
    pub after: u32,
    /// The last sample, where the departure is that nothing came any more; `z` is the number of those that are missing then.
    pub ended: Option<Timestamp>,
}

/// Ranks causes. Without a series that can be judged, the answer is every entity with a score of 0.
#[must_use]
pub fn rank(question: &Question<'_>) -> Ranking {
    let frame = window::Frame::of(question);
    let onset = onset::find(&frame);
    let departures = depart::measure(&frame, onset);
    let scored = path::score(&frame, &departures);
    tell::tell(&frame, onset, &departures, &scored)
}

#[cfg(test)]
mod tests;
