use super::factor::{Dependent, Factor};
use super::moments::{Column, Pair, Series};
use super::tails::{Tail, chi2_tail, f_tail};

/// A statistic and the probability of one as large by chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statistic {
    /// The statistic, 0 or more.
    pub stat: f64,
    /// Its upper tail.
    pub tail: Tail,
}

/// Does the past of the cause, `1..=lag` steps back, tell more of the effect than the effect's own past?
#[derive(Clone, Debug, PartialEq)]
pub struct LagTest {
    /// Steps back.
    pub lag: usize,
    /// Rows of the regression.
    pub rows: usize,
    /// F test on the sums of squares: `lag` and `rows − 2·lag − 1` degrees of freedom.
    pub f: Statistic,
    /// Chi-squared test on the sums of squares, `lag` degrees of freedom.
    pub chi2: Statistic,
    /// Likelihood ratio test, `lag` degrees of freedom.
    pub lr: Statistic,
    /// F test that the cause's coefficients are all zero; in exact arithmetic the same as `f`.
    pub f_params: Statistic,
    /// The step back whose coefficient is the surest, 1..=lag.
    pub lead: usize,
    /// That coefficient is below zero: more of the cause, less of the effect.
    pub opposite: bool,
}

/// Why a lag cannot be tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untestable {
    /// The cause never changes.
    #[error("the cause never changes")]
    ConstantCause,
    /// The effect never changes.
    #[error("the effect never changes")]
    ConstantEffect,
    /// One of the columns follows from the others.
    #[error("the two series, or their pasts, are combinations of each other: their effects cannot be told apart")]
    Collinear,
    /// The effect follows from the columns without any error.
    #[error("the effect follows from the pasts without any error: there is no chance to compare with")]
    Exact,
    /// Rows there are, and rows there should be.
    #[error("{rows} rows have all values, {needed} are needed")]
    TooFew {
        /// Rows there are.
        rows: usize,
        /// Rows there should be.
        needed: usize,
    },
}

/// Which series is asked to be the cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// As given.
    Forth,
    /// The effect is asked to be the cause of the cause.
    Back,
}

impl Direction {
    const fn series(self) -> (Series, Series) {
        match self {
            Direction::Forth => (Series::Cause, Series::Effect),
            Direction::Back => (Series::Effect, Series::Cause),
        }
    }
}

/// Granger's question (Econometrica 37, 1969) for one pair of series at every lag.
///
/// Both are sampled at one step and of one length; a value that is not finite is missing, and the rows that would need it are left out. The
/// four statistics are those of statsmodels' `grangercausalitytests`.
pub struct Granger {
    pair: Pair,
    deepest: usize,
}

/// A regression's sums of squares and what its coefficients say.
struct Fit {
    rows: usize,
    /// What the cause's past takes off the restricted model's sum of squares, over what is left.
    gain: f64,
    lead: usize,
    opposite: bool,
}

impl Granger {
    /// For lags up to `deepest`, in steps.
    #[must_use]
    pub fn new(cause: &[f64], effect: &[f64], deepest: usize) -> Self {
        Self {
            pair: Pair::new(cause, effect, deepest),
            deepest,
        }
    }

    /// Lets every model follow the day: so many waves of a day, half a day, a third … are columns of it, so that two series which merely share the
    /// hours of the day are not held for cause and effect. `day` is the part of the day, 0..1, at each step.
    #[must_use]
    pub fn with_day(mut self, day: &[f64], waves: usize) -> Self {
        for wave in 1..=waves {
            let turn = |part: f64| std::f64::consts::TAU * wave as f64 * part;
            self.pair.waves.push(day.iter().map(|part| libm::sin(turn(*part))).collect());
            self.pair.waves.push(day.iter().map(|part| libm::cos(turn(*part))).collect());
        }
        self
    }

    /// Steps at which both have a value.
    #[must_use]
    pub fn n(&self) -> usize {
        self.pair.rows(0)
    }

    /// Runs of steps without a gap.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.pair.runs.len()
    }

    /// One lag, 1..=deepest.
    ///
    /// # Errors
    /// What is wrong with the series at this lag.
    pub fn test(&self, direction: Direction, lag: usize) -> Result<LagTest, Untestable> {
        let fit = self.fit(direction, lag)?;
        let (rows, between) = (fit.rows as f64, lag as f64);
        let within = rows - 2.0 * between - 1.0 - self.pair.waves.len() as f64;
        let f = fit.gain / between * within;
        let chi2 = fit.gain * rows;
        let lr = rows * libm::log1p(fit.gain);
        let f = Statistic {
            stat: f,
            tail: f_tail(f, between, within),
        };
        let by_chi2 = |stat| Statistic {
            stat,
            tail: chi2_tail(stat, between),
        };
        Ok(LagTest {
            lag,
            rows: fit.rows,
            f,
            chi2: by_chi2(chi2),
            lr: by_chi2(lr),
            f_params: f,
            lead: fit.lead,
            opposite: fit.opposite,
        })
    }

    /// The lag whose model of the effect by both pasts has the least Bayesian information criterion (Schwarz, 1978), all lags on the same rows.
    /// `None` where none can be fitted.
    #[must_use]
    pub fn best_lag(&self, direction: Direction) -> Option<usize> {
        let (cause, effect) = direction.series();
        let (mut columns, mut deepest) = (self.known(), self.deepest);
        let known = columns.len();
        columns.extend((1..=deepest).flat_map(|back| [(effect, back), (cause, back)]));
        columns.push((effect, 0));
        // What depends on shorter lags ends the search.
        let factor = loop {
            let target = columns.len() - 1;
            if deepest == 0 || self.pair.rows(self.deepest) <= target {
                return None;
            }
            match Factor::of(&self.pair, &columns, self.deepest) {
                Ok(factor) => break factor,
                Err(Dependent { column }) if column < target => deepest = column.saturating_sub(known) / 2,
                Err(_) => deepest -= 1,
            }
            columns.drain(known + 2 * deepest..target);
        };
        let (target, rows) = (columns.len() - 1, self.pair.rows(self.deepest) as f64);
        let mut left: f64 = (known..=target).map(|row| factor.at(row, target) * factor.at(row, target)).sum();
        let mut best = (f64::INFINITY, None);
        for lag in 1..=deepest {
            let at = known + 2 * lag;
            left -= (at - 2..at).map(|row| factor.at(row, target) * factor.at(row, target)).sum::<f64>();
            let bic = rows * libm::log(left / rows) + at as f64 * libm::log(rows);
            if bic < best.0 {
                best = (bic, Some(lag));
            }
        }
        best.1
    }

    /// Columns that every model has.
    fn known(&self) -> Vec<Column> {
        let mut columns = vec![(Series::One, 0)];
        columns.extend((0..self.pair.waves.len()).map(|wave| (Series::Wave(wave), 0)));
        columns
    }

    fn fit(&self, direction: Direction, lag: usize) -> Result<Fit, Untestable> {
        let (cause, effect) = direction.series();
        let rows = self.pair.rows(lag);
        let needed = 2 * lag + 2 + self.pair.waves.len();
        if rows < needed || lag == 0 || lag > self.deepest {
            return Err(Untestable::TooFew { rows, needed });
        }
        let still = |series: Series| {
            self.pair
                .runs
                .iter()
                .flat_map(|run| &self.pair.series(series)[run.clone()])
                .all(|value| *value == 0.0)
        };
        if still(cause) {
            return Err(if direction == Direction::Forth {
                Untestable::ConstantCause
            } else {
                Untestable::ConstantEffect
            });
        }
        if still(effect) {
            return Err(if direction == Direction::Forth {
                Untestable::ConstantEffect
            } else {
                Untestable::ConstantCause
            });
        }
        let mut columns = self.known();
        let own = columns.len() + lag;
        columns.extend((1..=lag).map(|back| (effect, back)));
        columns.extend((1..=lag).map(|back| (cause, back)));
        columns.push((effect, 0));
        let target = columns.len() - 1;
        let factor =
            Factor::of(&self.pair, &columns, lag).map_err(|Dependent { column }| if column == target { Untestable::Exact } else { Untestable::Collinear })?;
        let left = factor.at(target, target) * factor.at(target, target);
        let gained: f64 = (own..target).map(|row| factor.at(row, target) * factor.at(row, target)).sum();
        let (lead, opposite) = surest(&factor, own..target, target);
        Ok(Fit {
            rows,
            gain: gained / left,
            lead: lead + 1 - own,
            opposite,
        })
    }
}

/// The column among the last ones whose coefficient is the most of its standard error, and whether it is below zero.
fn surest(factor: &Factor, columns: std::ops::Range<usize>, target: usize) -> (usize, bool) {
    let mut coefficients = vec![0.0; target + 1];
    let mut best = (columns.start, 0.0);
    for column in columns.clone().rev() {
        let known: f64 = (column + 1..columns.end).map(|other| factor.at(column, other) * coefficients[other]).sum();
        coefficients[column] = (factor.at(column, target) - known) / factor.at(column, column);
    }
    for column in columns.clone() {
        // The row of R's inverse: its length is the coefficient's standard error over the residual's.
        let mut row = vec![0.0; columns.end];
        row[column] = 1.0 / factor.at(column, column);
        let mut square = row[column] * row[column];
        for other in column + 1..columns.end {
            let sum: f64 = (column..other).map(|between| row[between] * factor.at(between, other)).sum();
            row[other] = -sum / factor.at(other, other);
            square += row[other] * row[other];
        }
        let sure = coefficients[column] / square.sqrt();
        if sure.abs() > f64::abs(best.1) {
            best = (column, sure);
        }
    }
    (best.0, best.1 < 0.0)
}
