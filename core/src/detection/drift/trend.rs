use statrs::distribution::{ContinuousCDF, Normal};

use super::super::rows::median;

/// A slope with its interval.
pub(super) struct Line {
    pub(super) slope: f64,
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) effective: f64,
}

/// The median of the slopes of pairs, those a whole number of `season`s apart where there is one (to within three quarters of a bin of `width`).
pub(super) fn line(hours: &[f64], values: &[f64], season: Option<f64>, width: f64, confidence: f64) -> Option<Line> {
    let (mut slopes, mut steps) = (Vec::new(), 0.0);
    for (i, (hour, value)) in hours.iter().zip(values).enumerate() {
        for (other, more) in hours.iter().zip(values).skip(i + 1) {
            let apart = other - hour;
            if let Some(season) = season {
                let whole = libm::round(apart / season);
                if whole < 1.0 || (apart - whole * season).abs() > 0.75 * width {
                    continue;
                }
            }
            slopes.push((more - value) / apart);
            steps += 1.0;
        }
    }
    if slopes.is_empty() || slopes.iter().any(|slope| !slope.is_finite()) {
        return None;
    }
    slopes.sort_unstable_by(f64::total_cmp);
    let slope = middle(&slopes);
    let count = hours.len() as f64;
    let flat = without_season(
        hours,
        &values.iter().zip(hours).map(|(value, hour)| value - slope * hour).collect::<Vec<_>>(),
        season,
    );
    let repeat = repeated(&flat).clamp(0.0, 0.95);
    let effective = (count * (1.0 - repeat) / (1.0 + repeat)).max(3.0);
    // Kendall's S of n values has the variance n (n−1) (2n+5)/18 over n (n−1)/2 pairs; with seasons, as many groups as fit add theirs.
    let variance = match season {
        Some(season) => {
            let phases = (season / width).max(1.0);
            let years = count / phases;
            phases * years * (years - 1.0).max(0.5) * (2.0 * years + 5.0) / 18.0
        }
        None => count * (count - 1.0) * (2.0 * count + 5.0) / 18.0,
    } * count
        / effective;
    let z = Normal::standard().inverse_cdf(0.5 + confidence / 2.0);
    let reach = z * variance.sqrt();
    let rank = |rank: f64| slopes[(rank.max(0.0) as usize).min(slopes.len() - 1)];
    Some(Line {
        slope,
        low: rank(libm::floor((steps - reach) / 2.0)),
        high: rank(libm::ceil((steps + reach) / 2.0)),
        effective,
    })
}

/// The values less the median course of a season, their overall level kept. A trend within is not mistaken for it: it is taken out before and put
/// back after.
pub(super) fn without_season(hours: &[f64], values: &[f64], season: Option<f64>) -> Vec<f64> {
    let Some(season) = season else { return values.to_vec() };
    let phase = |hour: f64| ((hour / season - libm::floor(hour / season)) * 48.0) as usize;
    let whole = |hour: f64| libm::floor(hour / season);
    let rounds = hours.last().map_or(0.0, |hour| whole(*hour)) as usize + 1;
    let levels: Vec<f64> = (0..rounds)
        .map(|round| {
            let mine = hours.iter().zip(values).filter(|(hour, _)| whole(**hour) as usize == round);
            median(mine.map(|(_, value)| *value).collect())
        })
        .collect();
    let level = |hour: f64| levels.get(whole(hour) as usize).copied().unwrap_or_default();
    let usual: Vec<f64> = (0..48)
        .map(|wanted| {
            let mine = hours.iter().zip(values).filter(|(hour, _)| phase(**hour) == wanted);
            median(mine.map(|(hour, value)| value - level(*hour)).collect())
        })
        .collect();
    let mean = usual.iter().sum::<f64>() / 48.0;
    let course = |hour: f64| usual.get(phase(hour)).copied().unwrap_or_default() - mean;
    hours.iter().zip(values).map(|(hour, value)| value - course(*hour)).collect()
}

/// How much a value repeats the one before it: 1 + 2 × the correlation of neighbouring differences, which a step or a trend does not feign as it
/// does the plain one.
pub(super) fn repeated(values: &[f64]) -> f64 {
    let differences: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let limit = 4.0 * median(differences.iter().map(|difference| difference.abs()).collect());
    let held: Vec<f64> = differences.iter().map(|difference| difference.clamp(-limit, limit)).collect();
    let power: f64 = held.iter().map(|difference| difference * difference).sum();
    if power <= 0.0 || !power.is_finite() {
        return 0.0;
    }
    1.0 + 2.0 * held.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>() / power
}

fn middle(ordered: &[f64]) -> f64 {
    let half = ordered.len() / 2;
    if ordered.len().is_multiple_of(2) {
        ordered[half - 1] / 2.0 + ordered[half] / 2.0
    } else {
        ordered[half]
    }
}
