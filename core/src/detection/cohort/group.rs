use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::rows::median;
use crate::model::{EntityId, Name};

/// Spreads from the baseline beyond which a group's utilisation is unusual.
const UNUSUAL: f64 = 3.0;
/// Days with readings before there is a baseline.
const LEAST_DAYS: usize = 7;
/// Days before today that the baseline may rest on.
pub const DAYS: u16 = 30;

/// Whether a thing does its work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// Nothing says that it does not.
    #[default]
    Active,
    /// It was measured, and has said nothing for longer than it ever should.
    Silent,
    /// It is out of service, by an alarm of its own or because of what it depends on.
    Down,
}

/// A thing of a group: what it is doing today, and what it did.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The thing.
    pub entity: EntityId,
    /// The value of the attribute that it is grouped by; empty: none, and in no group.
    pub value: Name,
    /// Whether it works.
    pub service: Service,
    /// How much of it is used now, in the metric's own unit; none where that is not measured.
    pub utilisation: Option<f64>,
    /// How much of it was used on average on earlier days: days ago (1 to 30) and utilisation.
    pub history: Vec<(u16, f64)>,
}

/// A group that uses more or less than it used to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupAnomaly {
    /// Spreads from the baseline's median; a departure from a constant baseline is told as ±1000.
    pub away: f64,
}

/// How the things of one value stand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// The value that they share.
    pub value: Name,
    /// Things that work.
    pub active: u32,
    /// Things that were measured and are silent.
    pub silent: u32,
    /// Things that are out of service.
    pub down: u32,
    /// Things: active, silent and down.
    pub total: u32,
    /// Things whose utilisation is measured now.
    pub measured: u32,
    /// Mean utilisation of those measured.
    pub utilisation: Option<f64>,
    /// Median over up to 30 earlier days of the group's mean utilisation; none with fewer than 7 days.
    pub baseline: Option<f64>,
    /// Days that the baseline rests on.
    pub days: u32,
    /// The group's mean utilisation of each of the 30 earlier days, the oldest first; none where nothing was measured.
    pub daily: Vec<Option<f64>>,
    /// More than three spreads (1.4826 × the median distance) from the baseline.
    pub anomaly: Option<GroupAnomaly>,
    /// Things whose own utilisation lies as far from their own baseline, in the order given.
    pub strange: Vec<EntityId>,
}

/// The groups, by value.
#[must_use]
pub fn groups(readings: &[Reading]) -> Vec<Group> {
    let mut found: BTreeMap<&Name, Vec<&Reading>> = BTreeMap::new();
    for reading in readings.iter().filter(|reading| !reading.value.is_empty()) {
        found.entry(&reading.value).or_default().push(reading);
    }
    found.into_iter().map(|(value, members)| group(value, &members)).collect()
}

fn group(value: &Name, members: &[&Reading]) -> Group {
    let used = || members.iter().filter_map(|member| member.utilisation).filter(|used| used.is_finite());
    let now = mean(used());
    let mut daily = vec![(0.0, 0.0); usize::from(DAYS)];
    for (day, used) in members.iter().flat_map(|member| &member.history) {
        if (1..=DAYS).contains(day) && used.is_finite() {
            let (sum, count) = &mut daily[usize::from(DAYS - day)];
            (*sum, *count) = (*sum + used, *count + 1.0);
        }
    }
    let daily: Vec<Option<f64>> = daily.into_iter().map(|(sum, count)| finite(sum, count)).collect();
    let days: Vec<f64> = daily.iter().flatten().copied().collect();
    let count = |wanted: Service| number(members.iter().filter(|member| member.service == wanted).count());
    Group {
        value: value.clone(),
        active: count(Service::Active),
        silent: count(Service::Silent),
        down: count(Service::Down),
        total: number(members.len()),
        measured: number(used().count()),
        utilisation: now,
        baseline: (days.len() >= LEAST_DAYS).then(|| median(days.clone())),
        days: number(days.len()),
        anomaly: anomaly(now, &days),
        daily,
        strange: members.iter().filter(|member| strange(member)).map(|member| member.entity).collect(),
    }
}

fn strange(member: &Reading) -> bool {
    let mut days: BTreeMap<u16, f64> = BTreeMap::new();
    days.extend(member.history.iter().filter(|(day, _)| (1..=DAYS).contains(day)).copied());
    let days: Vec<f64> = days.into_values().filter(|used| used.is_finite()).collect();
    anomaly(member.utilisation, &days).is_some()
}

fn anomaly(now: Option<f64>, days: &[f64]) -> Option<GroupAnomaly> {
    let now = now.filter(|now| now.is_finite())?;
    if days.len() < LEAST_DAYS {
        return None;
    }
    let usual = median(days.to_vec());
    let spread = 1.4826 * median(days.iter().map(|day| (day - usual).abs()).collect());
    let away = ((now - usual) / spread).clamp(-1_000.0, 1_000.0);
    (away.abs() > UNUSUAL).then_some(GroupAnomaly { away })
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The mean of what is finite.
fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values
        .filter(|value| value.is_finite())
        .fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    finite(sum, count)
}

fn finite(sum: f64, count: f64) -> Option<f64> {
    (count > 0.0).then(|| sum / count).filter(|mean| mean.is_finite())
}
