use std::collections::BTreeSet;

use pedkai_core::model::{AlarmReport, EntityId, Event, Name, Payload, Severity, SourceKind, Timestamp};
use pedkai_core::pipeline::State;

use crate::engine::Tenant;
use crate::journal::JournalError;

/// A series, or what else an alarm of a detector is about: the alarm's qualifier, and the entity.
pub(super) type Key = (Name, EntityId);

/// So many alarms are handed in at once.
const BATCH: usize = 500;

/// The alarms of one type that stand, by what they are about.
pub(super) fn standing(state: &State, alarm_type: &str) -> BTreeSet<Key> {
    let alarms = state.alarms().iter().map(|(_, alarm)| alarm);
    alarms
        .filter(|alarm| !alarm.cleared && alarm.alarm_type == alarm_type)
        .filter_map(|alarm| Some((alarm.qualifier.clone(), state.topology().entity(alarm.anchor.entity)?.id)))
        .collect()
}

/// What a detector says of a key: the rest is for the caller to fill in.
pub(super) fn report(key: &Key, alarm_type: &str, severity: Severity, at: Timestamp) -> AlarmReport {
    AlarmReport {
        entity_id: Name::from(key.1.0.to_string()),
        alarm_type: Name::from(alarm_type),
        severity,
        raised_at: at,
        source_system: Name::from("detection"),
        qualifier: key.0.clone(),
        // X.733's word for what a quality of service alarm of this kind has for a cause.
        probable_cause: Name::from("thresholdCrossed"),
        text: Name::EMPTY,
        cleared: false,
        attributes: Vec::new(),
    }
}

/// That it is over.
pub(super) fn over(key: &Key, alarm_type: &str, severity: Severity, at: Timestamp, text: &str) -> AlarmReport {
    AlarmReport {
        text: Name::from(text),
        cleared: true,
        ..report(key, alarm_type, severity, at)
    }
}

pub(super) fn attributes(figures: impl IntoIterator<Item = (&'static str, String)>) -> Vec<(Name, Name)> {
    figures.into_iter().map(|(name, value)| (Name::from(name), Name::from(value))).collect()
}

pub(super) fn event(report: AlarmReport, now: Timestamp) -> Event {
    Event {
        received_at: now,
        source: SourceKind::Internal,
        source_address: Name::from("detection"),
        relay: false,
        key: None,
        payload: Payload::Alarm(Box::new(report)),
    }
}

/// Hands them in; each piece is on the log when this returns.
pub(super) async fn tell(tenant: &Tenant, job: &'static str, reports: Vec<AlarmReport>) -> Result<(), JournalError> {
    let now = tenant.now();
    let mut reports = reports.into_iter().peekable();
    while reports.peek().is_some() {
        let events = reports.by_ref().take(BATCH).map(|report| event(report, now)).collect();
        tenant.events(events).await.map_err(|error| JournalError::Unusable {
            file: job.into(),
            problem: error.to_string(),
        })?;
    }
    Ok(())
}

/// Four digits that count.
pub(super) fn short(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-3..1e7).contains(&size) {
        return format!("{value:.3e}");
    }
    let whole = if size >= 1.0 { size.log10() as usize + 1 } else { 0 };
    let text = format!("{value:.*}", 4_usize.saturating_sub(whole));
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn figures_are_short() {
        let told: Vec<String> = [0.0, 0.5, 20.833_33, 123.456, 98_765.4, -7.0, 1e-9, 4e12].map(short).to_vec();
        assert_eq!(told, ["0", "0.5", "20.83", "123.5", "98765", "-7", "1.000e-9", "4.000e12"]);
    }
}
