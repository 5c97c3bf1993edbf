use super::judgement::{Judgement, Told, Verdict};
use crate::model::SeriesName;

/// What a judgement says, in one sentence without its full stop.
pub(super) fn sentence(judgement: &Judgement) -> String {
    let (cause, effect) = (named(&judgement.cause), named(&judgement.effect));
    let n = judgement.n;
    match (judgement.verdict, &judgement.forth, &judgement.back) {
        (Verdict::Leads, Some(forth), _) => format!("{} ({}, n {n})", led(&cause, &effect, forth), figures(forth)),
        (Verdict::Follows, _, Some(back)) => {
            format!("{} and not the other way round ({}, n {n})", led(&effect, &cause, back), figures(back))
        }
        (Verdict::Both, Some(forth), Some(back)) => format!(
            "{} ({}), and {} ({}, n {n}): which comes first cannot be told",
            led(&cause, &effect, forth),
            figures(forth),
            led(&effect, &cause, back),
            figures(back)
        ),
        (Verdict::Nothing, Some(forth), _) => {
            format!("{cause} told nothing of {effect} that its own past did not ({}, n {n})", figures(forth))
        }
        _ => {
            let why = judgement.warnings.last().map_or("no test was possible", String::as_str);
            format!("Whether {cause} led {effect} cannot be told: {why}")
        }
    }
}

fn named(series: &SeriesName) -> String {
    format!("{} of {}", series.metric.as_str(), series.entity.as_str())
}

fn led(one: &str, other: &str, test: &Told) -> String {
    let way = if test.opposite { ", more of the one before less of the other" } else { "" };
    format!("{one} led {other} by {}{way}", length(test.lag_seconds))
}

/// `F 42.2, p 1e-10`.
fn figures(test: &Told) -> String {
    let p = match test.p {
        0.0 => "p below 1e-300".to_owned(),
        p if p >= 0.001 => format!("p {p:.3}"),
        p => format!("p {p:.0e}"),
    };
    format!("F {:.1}, {p}", test.f)
}

/// `15 minutes`, `1 hour`, `1 hour 30 minutes`.
fn length(seconds: f64) -> String {
    let whole = seconds.round().max(0.0) as u64;
    if seconds < 1.0 {
        return format!("{seconds} seconds");
    }
    let parts = [
        (whole / 86_400, "day"),
        (whole / 3_600 % 24, "hour"),
        (whole / 60 % 60, "minute"),
        (whole % 60, "second"),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}{}", if count == 1 { "" } else { "s" }))
        .collect();
    said.join(" ")
}
