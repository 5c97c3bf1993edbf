use pedkai_core::detection::point::Reason;
use pedkai_core::detection::watch::{Unusual, Watcher};
use pedkai_core::model::{AlarmReport, Name, Severity, Timestamp};
use pedkai_core::policy::Anomalies as Policy;

use super::super::verdict::{self, Key, short};
use super::ANOMALY;

/// The alarm, with the figures that were seen.
pub(super) fn raised(key: &Key, unusual: &Unusual, severity: Severity) -> AlarmReport {
    let Unusual {
        since,
        value,
        low,
        high,
        score,
        z,
        strange,
        of,
        samples,
        ..
    } = unusual;
    let expected = match unusual.reason {
        Reason::Constant => format!("it was always {}", short(unusual.expected)),
        _ => format!("{} to {} was expected", short(*low), short(*high)),
    };
    let text = format!(
        "{} is unlike its usual since {since}: {} where {expected} ({strange} of {of} samples, score {score:.2}, z {z:.1}, n {samples}).",
        key.0,
        short(*value)
    );
    AlarmReport {
        text: Name::from(text),
        attributes: verdict::attributes([
            ("metric", key.0.to_string()),
            ("value", value.to_string()),
            ("expected", unusual.expected.to_string()),
            ("low", low.to_string()),
            ("high", high.to_string()),
            ("score", score.to_string()),
            ("z", z.to_string()),
            ("reason", word(unusual.reason).to_owned()),
            ("since", since.to_string()),
            ("at", unusual.at.to_string()),
            ("strange", format!("{strange} of {of}")),
            ("samples", samples.to_string()),
        ]),
        ..verdict::report(key, ANOMALY, severity, *since)
    }
}

fn word(reason: Reason) -> &'static str {
    match reason {
        Reason::Nothing => "nothing",
        Reason::Constant => "constant",
        Reason::Value => "value",
        Reason::Burst => "burst",
        Reason::Level => "level",
        Reason::Shift => "shift",
        Reason::Spread => "spread",
    }
}

/// It is over: the series is back, or nothing can be said of it any more.
pub(super) fn over(key: &Key, watcher: &Watcher, silent: bool, policy: &Policy, now: Timestamp) -> AlarmReport {
    let text = match (silent, watcher.last()) {
        (true, Some(last)) => format!("No sample of {} came since {last}: it cannot be judged any more.", key.0),
        (true, None) => format!("No sample of {} came for {} days: it cannot be judged any more.", key.0, policy.days),
        (false, _) => format!("{} is within what is expected of it again, for {} minutes.", key.0, policy.settle_s / 60),
    };
    verdict::over(key, ANOMALY, policy.severity, now, &text)
}

/// Policy does not name it any more.
pub(super) fn unwatched(key: &Key, severity: Severity, now: Timestamp) -> AlarmReport {
    let text = format!("{} is not watched any more.", key.0);
    verdict::over(key, ANOMALY, severity, now, &text)
}
