use super::align::{Aligned, DAY, align};
use super::discovery::benjamini_hochberg;
use super::judgement::{Judgement, Told, Verdict};
use super::lags::{Direction, Granger, LagTest, Untestable};
use super::stationary::stationary;
use crate::model::{Point, SeriesName};

/// A series and whose it is.
#[derive(Clone, Debug)]
pub struct Track<'a> {
    /// Whose.
    pub series: SeriesName,
    /// Its points in any order.
    pub points: &'a [Point],
}

/// What is asked of the series of an incident.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Asked {
    /// Steps back that are looked at, at most; never more than a tenth of the points.
    pub deepest: usize,
    /// The share of links that may be false, 0..1. Real KPIs are rougher than the test supposes, and a false cause sends people to the wrong
    /// place: one in a hundred unless said.
    pub false_share: f64,
}

impl Default for Asked {
    fn default() -> Self {
        Self {
            deepest: 12,
            false_share: 0.01,
        }
    }
}

/// Fewer points say nothing.
pub const FEWEST: usize = 30;
/// Waves of the day that every model follows, where there is a day of points and more than `POINTS_A_WAVE` for each.
const WAVES: usize = 3;
const POINTS_A_WAVE: usize = 30;
/// A wave's points in its time, at least; below that it is no wave.
const POINTS_A_TURN: i64 = 4;

/// One pair's tests before they are weighed together.
#[derive(Default)]
struct Pair {
    forth: Option<LagTest>,
    back: Option<LagTest>,
    step: f64,
    n: usize,
    differences: usize,
    left_out: usize,
    warnings: Vec<String>,
}

/// Did a series of the root lead those downstream, or they it? Every root's series is tested with every other one, both ways; both are differenced
/// until they return to a mean, the Bayesian criterion chooses how far back to look, waves of the day take out what merely shares the hours.
/// The surest links come first; a pair that cannot be tested says why and comes last.
#[must_use]
pub fn links(root: &[Track<'_>], downstream: &[Track<'_>], asked: &Asked) -> Vec<Judgement> {
    let pairs: Vec<(&Track<'_>, &Track<'_>)> = root
        .iter()
        .flat_map(|cause| downstream.iter().map(move |effect| (cause, effect)))
        .filter(|(cause, effect)| (cause.series.entity_id, &cause.series.metric) != (effect.series.entity_id, &effect.series.metric))
        .collect();
    let tested: Vec<Pair> = pairs.iter().map(|(cause, effect)| test(cause.points, effect.points, asked)).collect();
    let p = |test: &Option<LagTest>| test.as_ref().map_or(f64::NAN, |test| test.f.tail.p);
    let q = benjamini_hochberg(&tested.iter().flat_map(|pair| [p(&pair.forth), p(&pair.back)]).collect::<Vec<_>>());
    let judged = pairs.into_iter().zip(tested).zip(q.chunks_exact(2));
    let mut judged: Vec<Judgement> = judged
        .map(|(((cause, effect), pair), q)| judge(cause, effect, pair, (q[0], q[1]), asked))
        .collect();
    let q = |judgement: &Judgement| {
        [&judgement.forth, &judgement.back]
            .into_iter()
            .flatten()
            .fold(1.0, |least: f64, told| least.min(told.q))
    };
    judged.sort_by(|a, b| {
        let names = || (&a.cause, &a.effect).cmp(&(&b.cause, &b.effect));
        a.verdict.cmp(&b.verdict).then(q(a).total_cmp(&q(b))).then_with(names)
    });
    judged
}

fn judge(cause: &Track<'_>, effect: &Track<'_>, pair: Pair, (forth, back): (f64, f64), asked: &Asked) -> Judgement {
    let told = |test: &Option<LagTest>, q: f64| {
        test.as_ref().map(|test| Told {
            f: test.f.stat,
            p: test.f.tail.p,
            q,
            lags: test.lag,
            lag: test.lead,
            lag_seconds: test.lead as f64 * pair.step,
            opposite: test.opposite,
        })
    };
    let (forth, back) = (told(&pair.forth, forth), told(&pair.back, back));
    let sure = |test: &Option<Told>| test.is_some_and(|test| test.q <= asked.false_share);
    let verdict = match (&forth, sure(&forth), sure(&back)) {
        (_, true, true) => Verdict::Both,
        (_, true, false) => Verdict::Leads,
        (_, false, true) => Verdict::Follows,
        (Some(_), false, false) => Verdict::Nothing,
        (None, false, false) => Verdict::Untested,
    };
    Judgement {
        cause: cause.series.clone(),
        effect: effect.series.clone(),
        verdict,
        forth,
        back,
        n: pair.n,
        step_seconds: pair.step,
        differences: pair.differences,
        left_out: pair.left_out,
        warnings: pair.warnings,
    }
}

fn test(cause: &[Point], effect: &[Point], asked: &Asked) -> Pair {
    let mut pair = Pair::default();
    let Some(aligned) = align(cause, effect) else {
        pair.warnings.push("not enough data: a series has no two points".to_owned());
        return pair;
    };
    pair.step = aligned.step.as_seconds();
    pair.left_out = aligned.left_out;
    if pair.left_out > 0 {
        pair.warnings.push(format!("{} points had no counterpart and were left out", pair.left_out));
    }
    if aligned.gaps > 0 {
        pair.warnings.push(format!("gaps in time: {}; no point looks back over one", aligned.gaps));
    }
    pair.n = points(&aligned.cause, &aligned.effect);
    if pair.n >= FEWEST {
        measure(&aligned, asked, &mut pair);
    }
    if pair.n < FEWEST {
        pair.warnings.push(format!("not enough data: {} points in common, {FEWEST} are needed", pair.n));
    }
    pair
}

fn points(one: &[f64], other: &[f64]) -> usize {
    one.iter().zip(other).filter(|(one, other)| one.is_finite() && other.is_finite()).count()
}

fn measure(aligned: &Aligned, asked: &Asked, pair: &mut Pair) {
    let still = stationary(&aligned.cause, &aligned.effect);
    pair.differences = still.differences;
    pair.n = points(&still.cause, &still.effect);
    if pair.n < FEWEST {
        return;
    }
    if !still.sure {
        pair.warnings
            .push("the series wander even after being differenced twice: chance alone may tie them".to_owned());
    }
    let granger = Granger::new(&still.cause, &still.effect, asked.deepest.clamp(1, pair.n / 10));
    let granger = granger.with_day(&aligned.day[still.differences..], waves(aligned, pair.n));
    let mut ask = |direction| {
        let lag = granger.best_lag(direction).unwrap_or(1);
        granger.test(direction, lag).map_err(|why: Untestable| {
            let warning = why.to_string();
            if !pair.warnings.contains(&warning) {
                pair.warnings.push(warning);
            }
        })
    };
    let (forth, back) = (ask(Direction::Forth).ok(), ask(Direction::Back).ok());
    (pair.forth, pair.back) = (forth, back);
}

/// How many waves of the day there are points for.
fn waves(aligned: &Aligned, n: usize) -> usize {
    let (step, day) = (aligned.step.as_micros().max(1), DAY.as_micros());
    if n as f64 * (step as f64) < day as f64 {
        return 0;
    }
    let by_step = usize::try_from(day / (POINTS_A_TURN * step)).unwrap_or(WAVES);
    WAVES.min(n / POINTS_A_WAVE).min(by_step)
}
