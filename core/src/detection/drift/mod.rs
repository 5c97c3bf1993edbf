//! Values that creep.
//!
//! - **does**: the trend of a window with an interval, and the moments at which its course changed.
//! - **takes**: the points of one series, ordered; the season that they repeat with, where they do; how sure the interval is to be.
//! - **gives**: slope an hour, lower and upper end, change points, the figures they rest on; none of fewer than 12 points.
//! - **never knows**: what is a good or a bad direction, where a limit lies, or what becomes of it.
//!
//! The window becomes at most 256 bins of equal length, each the median of its points. The slope is Theil's and Sen's: the median of the slopes of all
//! pairs; with a season, of those pairs a whole number of seasons apart (Hirsch, Slack, Water Resources Research 20, 1984), so that a morning is never
//! compared with a night. Its interval is Sen's (JASA 63, 1968): ranks of the pair slopes by the variance of Kendall's S, widened by how much
//! neighbours repeat each other (effective number (1−r)/(1+r), Hamed and Rao, Journal of Hydrology 204, 1998).
//!
//! Change points: the cuts into straight pieces with the least squared error and a price for each cut (optimal partitioning with PELT's pruning,
//! Killick, Fearnhead, Eckley, JASA 107, 2012). A plain trend is one piece and no change; the slope told is that since the last change, where enough is
//! left of it. Nothing is assumed of the noise but that its size is that of differences between neighbours.

mod change;
#[cfg(test)]
mod tests;
mod trend;

use serde::{Deserialize, Serialize};

use super::rows::median;
use crate::model::{Point, Timestamp};
use crate::policy::DriftRule;
use trend::Line;

/// The most bins of a window.
const BINS: usize = 256;
/// Fewer bins with points than this have no trend.
const LEAST: usize = 12;

/// How a window is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The length (seconds) after which the course repeats; 0: it does not. Counts where the window holds at least two.
    pub season_s: i64,
    /// How sure the interval is to hold the slope; .5 to .999.
    pub confidence: f64,
    /// The slope is that of the whole window, whatever changed within.
    pub whole: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            season_s: 86_400,
            confidence: 0.9,
            whole: false,
        }
    }
}

/// A moment at which the course changed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangePoint {
    /// The first moment of what came after.
    pub at: Timestamp,
    /// Where the course before led to at that moment.
    pub before: f64,
    /// Where the one after begins.
    pub after: f64,
}

/// The course of a window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// Change an hour, in the metric's unit.
    pub slope: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end of its interval.
    pub high: f64,
    /// The interval does not hold zero.
    pub drifts: bool,
    /// The value moved in every third of the time: a step does not.
    pub steady: bool,
    /// The trend's value at the end of the window.
    pub level: f64,
    /// How far values lie from the trend: 1.4826 times their median distance.
    pub spread: f64,
    /// Changes of course, in order.
    pub change_points: Vec<ChangePoint>,
    /// Since when the slope holds.
    pub since: Timestamp,
    /// Points that it rests on.
    pub n: u32,
    /// As many independent ones say as much.
    pub effective: f64,
}

/// A trend that is told of stays told until it has moved the value by less than this part of what it took to be told.
const LESS: f64 = 0.75;

impl Drift {
    /// For how many hours the slope holds.
    #[must_use]
    pub fn hours(&self, until: Timestamp) -> f64 {
        until.since(self.since).as_seconds() / 3_600.0
    }

    /// By how many times its scatter the trend moved the value since it holds.
    #[must_use]
    pub fn moved(&self, until: Timestamp) -> f64 {
        let by = (self.slope * self.hours(until)).abs();
        // Rounding scatters a line that is none otherwise.
        by / self.spread.max(1e-9 * self.level.abs()).max(f64::MIN_POSITIVE)
    }

    /// Whether the trend is worth telling: sure enough, for long enough, and more than what the value scatters by anyway. What `stands` is held
    /// to a little less, so that it does not come and go.
    #[must_use]
    pub fn tells(&self, rule: &DriftRule, until: Timestamp, stands: bool) -> bool {
        let part = if stands { LESS } else { 1.0 };
        self.drifts && self.steady && self.hours(until) >= part * f64::from(rule.hours) && self.moved(until) >= part * rule.spreads
    }
}

/// The trend that is worth telling, where there is one: since the last change of course, else that of the whole window.
#[must_use]
pub fn worth_telling(points: &[Point], rule: &DriftRule, until: Timestamp, stands: bool) -> Option<Drift> {
    [false, true].into_iter().find_map(|whole| {
        let settings = Settings {
            confidence: rule.confidence,
            whole,
            ..Settings::default()
        };
        drift(points, &settings).filter(|found| found.tells(rule, until, stands))
    })
}

/// Whether the values go the slope's way from each third to the next, by a fifth of the whole way at least.
fn steady(flat: &[f64], slope: f64) -> bool {
    let third = flat.len() / 3;
    let level = |from: usize| median(flat.iter().skip(from).take(third).copied().collect());
    let (first, middle, last) = (level(0), level(third), level(flat.len() - third));
    let whole = last - first;
    let least = 0.2 * whole.abs();
    whole * slope > 0.0 && (middle - first) * slope.signum() >= least && (last - middle) * slope.signum() >= least
}

/// The bins of a window: hours since its first point, and values.
struct Bins {
    /// The first point of each.
    starts: Vec<Timestamp>,
    /// Length of a bin, hours.
    width: f64,
    /// Mean time of each bin's points.
    hours: Vec<f64>,
    values: Vec<f64>,
    counts: Vec<u32>,
}

/// The course of the points; values that are not finite are left out. None of fewer than 12 bins with points, or of no time at all.
#[must_use]
pub fn drift(points: &[Point], settings: &Settings) -> Option<Drift> {
    let bins = bins(points)?;
    let season = season(&bins, settings);
    let flat = trend::without_season(&bins.hours, &bins.values, season);
    let cuts = change::points(&bins.hours, &flat);
    let last = cuts.last().map_or(0, |cut| cut.at);
    let from = if bins.hours.len() - last >= LEAST && !settings.whole { last } else { 0 };
    let (hours, values) = (&bins.hours[from..], &bins.values[from..]);
    let repeated = season.filter(|season| hours.last().zip(hours.first()).is_some_and(|(end, start)| end - start >= 2.0 * season));
    let values = if repeated.is_some() { values } else { &flat[from..] };
    let Line { slope, low, high, effective } = trend::line(hours, values, repeated, bins.width, settings.confidence.clamp(0.5, 0.999))?;
    let rest = |values: &[f64]| -> Vec<f64> { hours.iter().zip(values).map(|(hour, value)| value - slope * hour).collect() };
    let rests = rest(&flat[from..]);
    let middle = median(rests.clone());
    let end = hours.last().copied().unwrap_or_default();
    let found = Drift {
        slope,
        low,
        high,
        drifts: low > 0.0 || high < 0.0,
        steady: steady(&flat[from..], slope),
        level: middle + slope * end,
        spread: 1.4826 * median(rests.iter().map(|rest| (rest - middle).abs()).collect()),
        change_points: cuts
            .iter()
            .map(|cut| ChangePoint {
                at: bins.at(cut.at),
                before: cut.before,
                after: cut.after,
            })
            .collect(),
        since: bins.at(from),
        n: bins.counts[from..].iter().sum(),
        effective,
    };
    let told = [found.slope, found.low, found.high, found.level, found.spread, found.effective];
    told.iter().all(|figure| figure.is_finite()).then_some(found)
}

impl Bins {
    fn at(&self, bin: usize) -> Timestamp {
        self.starts.get(bin).copied().unwrap_or_default()
    }
}

fn bins(points: &[Point]) -> Option<Bins> {
    let sound: Vec<&Point> = points.iter().filter(|point| point.value.is_finite() && point.value.abs() < 1e150).collect();
    let (first, last) = (sound.iter().map(|point| point.at).min()?, sound.iter().map(|point| point.at).max()?);
    let whole = last.since(first).as_micros();
    if whole <= 0 {
        return None;
    }
    let count = sound.len().min(BINS);
    let width = whole / count as i64 + 1;
    let mut held: Vec<Vec<Point>> = vec![Vec::new(); count];
    for point in sound {
        if let Some(bin) = held.get_mut((point.at.since(first).as_micros() / width) as usize) {
            bin.push(*point);
        }
    }
    let width = width as f64 / 3.6e9;
    let mut bins = Bins {
        starts: Vec::new(),
        width,
        hours: Vec::new(),
        values: Vec::new(),
        counts: Vec::new(),
    };
    for points in held {
        let Some(start) = points.iter().map(|point| point.at).min() else { continue };
        let hours: f64 = points.iter().map(|point| point.at.since(first).as_seconds() / 3_600.0).sum();
        bins.starts.push(start);
        bins.hours.push(hours / points.len() as f64);
        bins.counts.push(u32::try_from(points.len()).unwrap_or(u32::MAX));
        bins.values.push(median(points.iter().map(|point| point.value).collect()));
    }
    (bins.hours.len() >= LEAST).then_some(bins)
}

/// The season in hours, where the window holds two of it and a bin is short beside it.
fn season(bins: &Bins, settings: &Settings) -> Option<f64> {
    let season = settings.season_s as f64 / 3_600.0;
    let whole = bins.hours.last()? - bins.hours.first()? + bins.width;
    (season >= 4.0 * bins.width && whole >= 2.0 * season).then_some(season)
}
