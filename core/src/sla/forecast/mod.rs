//! When a measured value will cross its limit, if it drifts on as it does.
//!
//! The value is held to be a level, a season of a day (four harmonics, where two days or more are known) and a drift that began at some
//! instant, under noise whose neighbours may resemble each other (AR(1)). The instant is looked for on a grid, first coarse, then fine. Where
//! the drift explains no more than chance would, nothing is foretold.
//!
//! What is foretold is the first *measured* value beyond the limit, which noise makes come before the level itself does: for each of many
//! draws of the coefficients (normal, around the least-squares fit; the onset by its likelihood) the chance that no value up to an instant
//! is beyond is the product of the chances of each; the mean over the draws is the distribution of the crossing. Told are its median and
//! the 90 % between its ends. The draws are the same for every series: equal input, equal output.

mod fit;
mod passage;

use crate::model::{Point, Span, Timestamp};
use crate::policy::Direction;
use fit::Frame;
use passage::Ahead;

/// Fewer points than this tell nothing.
pub const FEWEST: usize = 30;
/// Two days let a season of one be seen, seconds.
const SEASONAL: f64 = 172_800.0;
/// So many times its own noise must the drift explain (a likelihood ratio, neighbours that resemble each other allowed for). Chance alone goes
/// over 20 once in some thousand series, the onset being free.
const FIRM: f64 = 20.0;
/// The horizon is cut into no more steps than this.
const STEPS: f64 = 2_000.0;

/// When a value crosses its limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    /// As likely before as after.
    pub at: Timestamp,
    /// Nine times in ten it lies between this …
    pub low: Timestamp,
    /// … and this.
    pub high: Timestamp,
    /// The level now, noise left out; the metric's unit.
    pub level: f64,
    /// Drift, the metric's unit per hour.
    pub per_hour: f64,
    /// Since when it drifts.
    pub since: Timestamp,
    /// Standard deviation of the noise, the metric's unit.
    pub noise: f64,
    /// A season of a day was allowed for.
    pub seasonal: bool,
}

/// Why nothing is foretold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unforeseen {
    /// Too few points.
    #[error("{have} points: at least 30 are needed")]
    TooFew {
        /// How many there are.
        have: usize,
    },
    /// It does not change.
    #[error("it does not change")]
    Constant,
    /// No drift that chance would not explain.
    #[error("it does not drift")]
    NoDrift,
    /// It drifts away from the limit.
    #[error("it drifts away from the limit")]
    Away,
    /// It is beyond the limit now.
    #[error("it is beyond the limit already")]
    Crossed,
    /// It will not, or not surely, be there within the horizon.
    #[error("it is not there within the horizon")]
    Beyond,
}

/// Foretells when a series crosses `threshold`, looking `horizon` ahead of its newest point. `points` in the order of time, values finite; what
/// is not is left out.
///
/// # Errors
/// Why nothing can be said.
pub fn forecast(points: &[Point], threshold: f64, direction: Direction, horizon: Span) -> Result<Forecast, Unforeseen> {
    let sign = if direction == Direction::Above { 1.0 } else { -1.0 };
    let Some(newest) = points.last().map(|point| point.at) else {
        return Err(Unforeseen::TooFew { have: 0 });
    };
    let mut series: Vec<(f64, f64)> = Vec::with_capacity(points.len());
    for point in points.iter().filter(|point| point.value.is_finite() && point.at <= newest) {
        let time = point.at.since(newest).as_seconds();
        if series.last().is_none_or(|(before, _)| *before < time) {
            series.push((time, sign * point.value));
        }
    }
    // The season is that of the day in UTC, whenever the series ends.
    let of_day = (newest.as_micros() % 86_400_000_000) as f64 / 1e6;
    let crossing = crossing(&series, of_day, sign * threshold, horizon.as_seconds())?;
    let instant = |seconds: f64| newest.plus(Span::micros((seconds * 1e6) as i64));
    Ok(Forecast {
        at: instant(crossing.after),
        low: instant(crossing.low.max(0.0)),
        high: instant(crossing.high),
        level: sign * crossing.level,
        per_hour: sign * crossing.slope * 3_600.0,
        since: instant(crossing.onset),
        noise: crossing.noise,
        seasonal: crossing.seasonal,
    })
}

/// The same in seconds after the newest point, upwards.
struct Crossing {
    after: f64,
    low: f64,
    high: f64,
    level: f64,
    slope: f64,
    onset: f64,
    noise: f64,
    seasonal: bool,
}

fn crossing(series: &[(f64, f64)], of_day: f64, threshold: f64, horizon: f64) -> Result<Crossing, Unforeseen> {
    let have = series.len();
    let (Some((first, _)), true) = (series.first(), have >= FEWEST) else {
        return Err(Unforeseen::TooFew { have });
    };
    let centre = series.iter().map(|(_, value)| value).sum::<f64>() / have as f64;
    let values: Vec<f64> = series.iter().map(|(_, value)| value - centre).collect();
    let times: Vec<f64> = series.iter().map(|(time, _)| *time).collect();
    let total: f64 = values.iter().map(|value| value * value).sum();
    let tiny = 1e-18 * centre * centre * have as f64;
    if !total.is_finite() || total <= tiny || *first >= 0.0 {
        return Err(Unforeseen::Constant);
    }
    let seasonal = -first >= SEASONAL;
    let frame = Frame::new(&times, &values, of_day, seasonal);
    let flat = frame.fit(None).ok_or(Unforeseen::Constant)?;
    let fits = frame.drifts();
    let best = fits.iter().min_by(|a, b| a.error.total_cmp(&b.error)).ok_or(Unforeseen::NoDrift)?;
    let free = have.saturating_sub(frame.size()).max(1) as f64;
    let variance = (best.error / free).max(1e-12 * total / have as f64);
    let sure = variance * frame.inflation(best);
    if (flat.error - best.error) / sure < FIRM {
        return Err(Unforeseen::NoDrift);
    }
    if best.slope() <= 0.0 {
        return Err(Unforeseen::Away);
    }
    let level = frame.value(best, 0.0);
    if level + centre >= threshold {
        return Err(Unforeseen::Crossed);
    }
    let step = usual_gap(&times).max(horizon / STEPS).max(1e-3);
    let weights: Vec<f64> = fits.iter().map(|fit| libm::exp((best.error - fit.error) / (2.0 * sure))).collect();
    let ahead = Ahead {
        fits: &fits,
        weights: &weights,
        noise: variance.sqrt(),
        unsure: sure.sqrt(),
        step,
        steps: (horizon / step).ceil().clamp(1.0, 10.0 * STEPS) as usize,
        threshold: threshold - centre,
    };
    let (low, after, high) = ahead.crossing(&frame).ok_or(Unforeseen::Beyond)?;
    Ok(Crossing {
        after,
        low,
        high,
        level: level + centre,
        slope: best.slope() / frame.span(),
        onset: best.onset,
        noise: variance.sqrt(),
        seasonal,
    })
}

fn usual_gap(times: &[f64]) -> f64 {
    let mut gaps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort_by(f64::total_cmp);
    gaps.get(gaps.len() / 2).copied().unwrap_or(1.0)
}
