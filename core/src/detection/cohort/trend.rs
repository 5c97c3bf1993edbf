use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::model::{EntityId, Name};

/// Slopes of daily counts above this are worsening, below its opposite improving.
const STEADY: f64 = 0.1;
/// The windows, days.
pub const WINDOWS: [u16; 3] = [7, 14, 30];
/// Fewer things than this that failed are no group that fails alike.
const ALIKE: usize = 2;

/// Something that befell a thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The thing.
    pub entity: EntityId,
    /// The value that it is grouped by: its model, firmware, site.
    pub value: Name,
    /// How it failed: the type of the alarm.
    pub kind: Name,
    /// How many days ago, 0 for the last 24 hours; more than 29 is not looked at.
    pub days_ago: u16,
}

/// Where daily counts are going.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Trend {
    /// The slope is above 0.1 a day.
    Worsening,
    /// The slope is below −0.1 a day.
    Improving,
    /// Neither.
    Stable,
}

impl Trend {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Trend::Worsening => "worsening",
            Trend::Improving => "improving",
            Trend::Stable => "stable",
        }
    }
}

/// The course of one window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slope {
    /// Days of the window, today the last.
    pub days: u16,
    /// What befell the cohort in it.
    pub count: u32,
    /// Least-squares slope of the daily counts, a day.
    pub slope: f64,
    /// What that means.
    pub trend: Trend,
}

/// Things of one value that fail alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cohort {
    /// The value they share.
    pub value: Name,
    /// How they fail.
    pub kind: Name,
    /// Things that failed so within 30 days.
    pub failed: u32,
    /// Things of this value there are.
    pub members: u32,
    /// Failures of a member in 30 days, in units of what all things together have: 2 fails twice as often.
    pub ratio: f64,
    /// 7, 14 and 30 days.
    pub slopes: Vec<Slope>,
    /// What befell it on each of the 30 days, today the last.
    pub daily: Vec<u32>,
}

/// The things that failed, and how many failures each day had, today the last.
type Befallen = (BTreeSet<EntityId>, Vec<u32>);

/// The cohorts in which at least two things failed alike, by value and kind. `members` says how many things of each value there are; a value that it
/// lacks has as many as failed.
#[must_use]
pub fn cohorts(failures: &[Failure], members: &BTreeMap<Name, u32>) -> Vec<Cohort> {
    let longest = WINDOWS[WINDOWS.len() - 1];
    let mut found: BTreeMap<(&Name, &Name), Befallen> = BTreeMap::new();
    let mut kinds: BTreeMap<&Name, u32> = BTreeMap::new();
    for failure in failures.iter().filter(|failure| failure.days_ago < longest) {
        let (things, daily) = found
            .entry((&failure.value, &failure.kind))
            .or_insert_with(|| (BTreeSet::new(), vec![0; usize::from(longest)]));
        things.insert(failure.entity);
        daily[usize::from(longest - 1 - failure.days_ago)] += 1;
        *kinds.entry(&failure.kind).or_default() += 1;
    }
    let all = members.values().fold(0u64, |sum, count| sum + u64::from(*count));
    let enough = found.into_iter().filter(|(_, (things, _))| things.len() >= ALIKE);
    enough
        .map(|((value, kind), (things, daily))| {
            let failed = u32::try_from(things.len()).unwrap_or(u32::MAX);
            let count = members.get(value).copied().unwrap_or_default().max(failed);
            let mine = f64::from(daily.iter().sum::<u32>()) / f64::from(count);
            let usual = f64::from(kinds.get(kind).copied().unwrap_or_default()) / (all as f64).max(f64::from(count));
            Cohort {
                value: value.clone(),
                kind: kind.clone(),
                failed,
                members: count,
                ratio: mine / usual,
                slopes: WINDOWS.iter().map(|days| slope(&daily, *days)).collect(),
                daily,
            }
        })
        .collect()
}

fn slope(daily: &[u32], days: u16) -> Slope {
    let counts = &daily[daily.len() - usize::from(days)..];
    let middle = f64::from(days - 1) / 2.0;
    let (mut along, mut across) = (0.0, 0.0);
    for (day, count) in counts.iter().enumerate() {
        let day = day as f64 - middle;
        along += day * day;
        across += day * f64::from(*count);
    }
    let slope = across / along;
    let trend = match slope {
        slope if slope > STEADY => Trend::Worsening,
        slope if slope < -STEADY => Trend::Improving,
        _ => Trend::Stable,
    };
    Slope {
        days,
        count: counts.iter().sum(),
        slope,
        trend,
    }
}
