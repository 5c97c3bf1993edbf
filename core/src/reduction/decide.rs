use smallvec::{SmallVec, smallvec};

use super::delta::{AlarmDelta, Heard};
use super::store::{Alarms, identity};
use crate::model::{
    AckUntil, Alarm, AlarmId, AlarmIx, AlarmRef, Anchor, EventRing, Few, HistoryEntry, Name, Reason, Severity, SourceKind, Span, StatusChange, Symptom,
    Timestamp,
};
use crate::policy::Reduce;

/// Longest text kept in memory, bytes; the whole of it is on the log.
const TEXT_KEPT: usize = 160;

/// A raise or clear whose place is known.
#[derive(Clone, Debug)]
pub struct Report {
    /// The event.
    pub heard: Heard,
    /// Id for the alarm, should it be new.
    pub id: AlarmId,
    /// Where.
    pub anchor: Anchor,
    /// Alarm type.
    pub alarm_type: Name,
    /// Qualifier.
    pub qualifier: Name,
    /// Severity, emergency already taken into account.
    pub severity: Severity,
    /// A clear.
    pub cleared: bool,
    /// Sign of what.
    pub symptom: Symptom,
    /// Probable cause.
    pub probable_cause: Name,
    /// Text.
    pub text: Name,
    /// Door.
    pub source: SourceKind,
    /// Reporting system.
    pub source_system: Name,
    /// Mapping rule.
    pub rule: Name,
    /// Source's time, clamped.
    pub at: Timestamp,
    /// The key lacks a part.
    pub unsafe_key: bool,
    /// The entity serves emergency calls.
    pub emergency: bool,
}

/// Mostly one change.
pub type AlarmDeltas = SmallVec<[AlarmDelta; 1]>;

/// What a report does.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Alarms change.
    Change(AlarmDeltas),
    /// It stays an event, for this reason; the alarm it met, if any.
    Event(Reason, Option<AlarmRef>),
}

/// Decides what a raise or a clear does (D1, D2, D5).
#[must_use]
pub fn raise_or_clear(alarms: &Alarms, report: Report, now: Timestamp, policy: &Reduce) -> Verdict {
    let identity = identity(report.anchor.entity, &report.alarm_type, &report.qualifier);
    match (alarms.by_identity(identity), report.cleared) {
        (None, false) => Verdict::Change(smallvec![raise(report, alarms.next_slot(), Reason::Raised, now)]),
        (None, true) => Verdict::Event(Reason::ClearWithoutRaise, None),
        (Some((ix, alarm)), false) => repeat(report, ix, alarm, now, policy),
        (Some((ix, alarm)), true) => clear(&report, ix, alarm, policy),
    }
}

fn raise(report: Report, ix: AlarmIx, reason: Reason, now: Timestamp) -> AlarmDelta {
    let alarm = Alarm {
        id: report.id,
        anchor: report.anchor,
        alarm_type: report.alarm_type,
        qualifier: report.qualifier,
        severity: report.severity,
        cleared: false,
        symptom: report.symptom,
        probable_cause: report.probable_cause,
        text: report.text.shortened(TEXT_KEPT),
        source: report.source,
        source_system: report.source_system,
        rule: report.rule,
        count: 1,
        raised_at: report.at,
        last_raised_at: report.at,
        cleared_at: None,
        changed_at: now,
        ack: None,
        owner: Name::EMPTY,
        incident: None,
        events: EventRing::default(),
        transitions: 0,
        window_start: report.at,
        flapping: false,
        settles_cleared: false,
        comment: Name::EMPTY,
        history: Few::from([HistoryEntry {
            at: report.at,
            change: StatusChange::Raised(report.severity),
        }]),
        emergency: report.emergency,
    };
    AlarmDelta::Raised {
        heard: report.heard,
        ix,
        alarm: Box::new(alarm),
        reason,
    }
}

fn repeat(report: Report, ix: AlarmIx, alarm: &Alarm, now: Timestamp, policy: &Reduce) -> Verdict {
    let at = AlarmRef { ix, id: alarm.id };
    let slack = Span::seconds(policy.order_slack_s);
    if (alarm.cleared || alarm.flapping && alarm.settles_cleared)
        && let Some(cleared_at) = alarm.cleared_at
    {
        if report.at.plus(slack) < cleared_at {
            return Verdict::Event(Reason::RaiseOlderThanClear, Some(at));
        }
        if alarm.cleared && report.at.since(cleared_at) > policy.dedup_ttl() {
            let old = AlarmDelta::Purged {
                alarm: at,
                reason: Reason::Superseded,
            };
            return Verdict::Change(smallvec![old, raise(report, ix, Reason::RaisedAnew, now)]);
        }
    }
    let was_cleared = alarm.cleared || alarm.flapping && alarm.settles_cleared;
    let reason = match was_cleared {
        true => flap_or(alarm, report.at, Reason::Reopened, policy),
        false if alarm.flapping => Reason::FlapCounted,
        false => match report.severity.cmp(&alarm.severity) {
            std::cmp::Ordering::Greater => Reason::Worsened,
            std::cmp::Ordering::Less => Reason::Eased,
            std::cmp::Ordering::Equal => Reason::Repeated,
        },
    };
    let mut deltas: AlarmDeltas = smallvec![AlarmDelta::Repeated {
        heard: report.heard,
        alarm: at,
        at: report.at,
        reason: if reason == Reason::FlapCounted && !was_cleared {
            Reason::Repeated
        } else {
            reason
        },
        severity: (report.severity != alarm.severity).then_some(report.severity),
        text: (!alarm.text.starts_with(head(&report.text)) || report.text.is_empty() != alarm.text.is_empty()).then(|| Name::cut(&report.text, TEXT_KEPT)),
        source: (report.source != alarm.source).then_some(report.source),
    }];
    if let Some(reason) = loses_ack(alarm, report.severity, reason) {
        deltas.push(AlarmDelta::Unacked { alarm: at, reason, by: None });
    }
    Verdict::Change(deltas)
}

fn head(text: &str) -> &str {
    &text[..text.floor_char_boundary(text.len().min(TEXT_KEPT))]
}

fn loses_ack(alarm: &Alarm, severity: Severity, reason: Reason) -> Option<Reason> {
    let ack = alarm.ack.as_ref()?;
    if severity > alarm.severity {
        return Some(Reason::UnackedWorse);
    }
    (ack.until == AckUntil::Clear && reason == Reason::Reopened).then_some(Reason::UnackedCleared)
}

fn clear(report: &Report, ix: AlarmIx, alarm: &Alarm, policy: &Reduce) -> Verdict {
    let at = AlarmRef { ix, id: alarm.id };
    if report.unsafe_key {
        return Verdict::Event(Reason::UnsafeKey, Some(at));
    }
    if alarm.cleared || alarm.flapping && alarm.settles_cleared {
        return Verdict::Event(Reason::AlreadyCleared, Some(at));
    }
    if report.at.plus(Span::seconds(policy.order_slack_s)) < alarm.last_raised_at {
        return Verdict::Event(Reason::ClearOlderThanRaise, Some(at));
    }
    let reason = flap_or(alarm, report.at, Reason::Cleared, policy);
    Verdict::Change(smallvec![AlarmDelta::Cleared {
        heard: Some(report.heard),
        alarm: at,
        at: report.at,
        reason,
        by: None,
    }])
}

/// `plain`, unless this transition makes the alarm flap or it flaps already.
fn flap_or(alarm: &Alarm, at: Timestamp, plain: Reason, policy: &Reduce) -> Reason {
    if alarm.flapping {
        return Reason::FlapCounted;
    }
    let in_window = at.since(alarm.window_start) <= Span::seconds(policy.flap_window_s);
    if policy.flap_transitions > 0 && in_window && alarm.transitions.saturating_add(1) >= policy.flap_transitions {
        Reason::FlapBegan
    } else {
        plain
    }
}

/// The instant at which the clock changes this alarm: an acknowledgement ends, a flapping alarm settles, a cleared one that no
/// incident holds leaves.
#[must_use]
pub fn due(alarm: &Alarm, policy: &Reduce) -> Option<Timestamp> {
    let ack = alarm.ack.as_ref().and_then(|ack| match ack.until {
        AckUntil::Time(at) => Some(at),
        AckUntil::Clear | AckUntil::Worse => None,
    });
    let settle = alarm.flapping.then(|| {
        alarm
            .last_raised_at
            .max(alarm.cleared_at.unwrap_or_default())
            .plus(Span::seconds(policy.flap_quiet_s))
    });
    let purge = (alarm.cleared && alarm.incident.is_none()).then(|| {
        let keep = if alarm.ack.is_some() { policy.purge_acked_s } else { policy.purge_unacked_s };
        // From when it was heard: a clear that its source dates days back must be seen all the same.
        alarm.cleared_at.unwrap_or_default().max(alarm.changed_at).plus(Span::seconds(keep))
    });
    let momentary = momentary_end(alarm, policy);
    [ack, settle, purge, momentary].into_iter().flatten().min()
}

fn momentary_end(alarm: &Alarm, policy: &Reduce) -> Option<Timestamp> {
    let momentary = !alarm.cleared && !alarm.flapping && policy.momentary_types.contains(&alarm.alarm_type);
    momentary.then(|| alarm.last_raised_at.plus(Span::seconds(policy.momentary_s)))
}

/// What the clock does to an alarm at `at`.
#[must_use]
pub fn clock(ix: AlarmIx, alarm: &Alarm, at: Timestamp, policy: &Reduce) -> Vec<AlarmDelta> {
    let target = AlarmRef { ix, id: alarm.id };
    if let Some(AckUntil::Time(until)) = alarm.ack.as_ref().map(|ack| ack.until)
        && until <= at
    {
        return vec![AlarmDelta::Unacked {
            alarm: target,
            reason: Reason::UnackedExpired,
            by: None,
        }];
    }
    if alarm.flapping {
        let quiet_since = alarm.last_raised_at.max(alarm.cleared_at.unwrap_or_default());
        return match alarm.settles_cleared {
            true => vec![AlarmDelta::Cleared {
                heard: None,
                alarm: target,
                at: quiet_since,
                reason: Reason::FlapSettled,
                by: None,
            }],
            false => vec![AlarmDelta::Settled { alarm: target }],
        };
    }
    if let Some(end) = momentary_end(alarm, policy).filter(|end| *end <= at) {
        return vec![AlarmDelta::Cleared {
            heard: None,
            alarm: target,
            at: end,
            reason: Reason::TimedOut,
            by: None,
        }];
    }
    if alarm.cleared && alarm.incident.is_none() {
        return vec![AlarmDelta::Purged {
            alarm: target,
            reason: Reason::Purged,
        }];
    }
    Vec::new()
}
