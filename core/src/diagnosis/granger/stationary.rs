use super::factor::Factor;
use super::moments::{runs, standard};

/// What the augmented Dickey-Fuller test says of a series (Said and Dickey, Biometrika 71, 1984).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adf {
    /// The t statistic of the level; the further below zero, the surer it returns to a mean.
    pub stat: f64,
    /// The probability of one as low were the series a random walk (MacKinnon, 1994).
    pub p: f64,
    /// Lagged changes in the regression.
    pub lags: usize,
    /// Rows of the regression.
    pub rows: usize,
}

/// A series is held to return to its mean below this probability of a random walk.
const SURE: f64 = 0.05;
/// A series is differenced so many times at most.
const MOST: usize = 2;

/// The augmented Dickey-Fuller test with a constant, as statsmodels' `adfuller` with what it takes unasked: up to `12·(n/100)^¼` lagged
/// changes (Schwert, 1989), so many as give the least Akaike criterion, on the same rows. NaN is a gap that no row reaches over.
/// `None` where the series is constant, follows a rule without error, or is too short to say.
#[must_use]
pub fn adf(values: &[f64]) -> Option<Adf> {
    let runs = runs(values, values);
    let n: usize = runs.iter().map(std::ops::Range::len).sum();
    let level = standard(values, &runs);
    let most = (12.0 * libm::pow(n as f64 / 100.0, 0.25)).ceil() as usize;
    let mut deepest = most.min((n / 2).checked_sub(2)?);
    // Gaps take rows away.
    let rows = |lags: usize| runs.iter().map(|run| run.len().saturating_sub(lags + 1)).sum::<usize>();
    while rows(deepest) < deepest + 4 {
        deepest = deepest.checked_sub(1)?;
    }
    let lags = least_aic(&regression(&level, &runs, deepest, Order::LevelFirst)?, rows(deepest), deepest);
    let factor = regression(&level, &runs, lags, Order::LevelLast)?;
    let (at, target, rows) = (lags + 1, lags + 2, rows(lags));
    let left = factor.at(target, target);
    let error = left.abs() / ((rows - lags - 2) as f64).sqrt();
    // The sign is that of the coefficient, whichever way the reflections turned.
    let stat = factor.at(at, target) * factor.at(at, at).signum() / error;
    Some(Adf {
        stat,
        p: mackinnon(stat),
        lags,
        rows,
    })
}

/// Where the level stands among the columns: constant and level first to compare models that end after any lag, last to ask for its t.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    LevelFirst,
    LevelLast,
}

fn regression(level: &[f64], runs: &[std::ops::Range<usize>], lags: usize, order: Order) -> Option<Factor> {
    let mut design: Vec<f64> = Vec::new();
    let mut column = |value: &dyn Fn(usize) -> f64| {
        for run in runs.iter().filter(|run| run.len() > lags + 1) {
            design.extend((run.start + lags + 1..run.end).map(value));
        }
    };
    column(&|_| 1.0);
    if order == Order::LevelFirst {
        column(&|at| level[at - 1]);
    }
    for back in 1..=lags {
        column(&|at| level[at - back] - level[at - back - 1]);
    }
    if order == Order::LevelLast {
        column(&|at| level[at - 1]);
    }
    column(&|at| level[at] - level[at - 1]);
    Factor::of_columns(design, lags + 3).ok()
}

/// How many lagged changes have the least criterion: what each further column leaves is in the target's column of `R`.
fn least_aic(factor: &Factor, rows: usize, deepest: usize) -> usize {
    let target = deepest + 2;
    let mut left: f64 = (2..=target).map(|row| factor.at(row, target) * factor.at(row, target)).sum();
    let mut best = (f64::INFINITY, 0);
    for lags in 0..=deepest {
        let aic = rows as f64 * libm::log(left) + 2.0 * (lags + 2) as f64;
        if aic < best.0 {
            best = (aic, lags);
        }
        left -= factor.at(lags + 2, target) * factor.at(lags + 2, target);
    }
    best.1
}

/// The approximate distribution of the statistic with a constant (MacKinnon, Journal of Business and Economic Statistics 12, 1994, table 3).
fn mackinnon(stat: f64) -> f64 {
    let polynomial: &[f64] = match stat {
        above if above > 2.74 => return 1.0,
        below if below < -18.83 => return 0.0,
        small if small <= -1.61 => &[2.1659, 1.4412, 0.038_269],
        _ => &[1.7339, 0.932_02, -0.127_45, -0.010_368],
    };
    let normal = polynomial.iter().rev().fold(0.0, |sum, factor| sum * stat + factor);
    0.5 * libm::erfc(-normal / std::f64::consts::SQRT_2)
}

/// Each value less the one before it, one shorter; a gap stays one.
#[must_use]
pub fn changes(values: &[f64]) -> Vec<f64> {
    values.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// Two series, differenced together until both return to a mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Stationary {
    /// The one.
    pub cause: Vec<f64>,
    /// The other.
    pub effect: Vec<f64>,
    /// How many times, 0..=2; the same for both.
    pub differences: usize,
    /// Both return to a mean; `false`: not even so.
    pub sure: bool,
}

/// Differences both series as often as the one needs that needs it more, at most twice. A series of which the test cannot say anything does not
/// ask for it.
#[must_use]
pub fn stationary(cause: &[f64], effect: &[f64]) -> Stationary {
    let wanders = |values: &[f64]| adf(values).is_some_and(|adf| adf.p >= SURE);
    let mut stationary = Stationary {
        cause: cause.to_vec(),
        effect: effect.to_vec(),
        differences: 0,
        sure: false,
    };
    loop {
        stationary.sure = !wanders(&stationary.cause) && !wanders(&stationary.effect);
        if stationary.sure || stationary.differences == MOST {
            return stationary;
        }
        stationary.cause = changes(&stationary.cause);
        stationary.effect = changes(&stationary.effect);
        stationary.differences += 1;
    }
}
