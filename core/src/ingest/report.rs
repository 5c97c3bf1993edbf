//! Alarms that come in Pedkai's own form.

use super::{Mapped, Mapping, Meaning, Speaker};
use crate::model::{AlarmReport, Event, Name};

pub(super) fn read(_event: &Event, alarm: &AlarmReport, mapping: &Mapping) -> Meaning {
    let attribute = |key: &str| {
        alarm
            .attributes
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.clone())
            .unwrap_or_default()
    };
    let interface = attribute("interface");
    let neighbor = attribute("neighbor");
    Meaning::Alarm(Box::new(Mapped {
        speaker: Speaker {
            address: Name::EMPTY,
            name: alarm.entity_id.clone(),
        },
        alarm_type: alarm.alarm_type.clone(),
        qualifier: alarm.qualifier.clone(),
        severity: alarm.severity,
        cleared: alarm.cleared,
        symptom: mapping.symptom_of_type(&alarm.alarm_type),
        probable_cause: alarm.probable_cause.clone(),
        text: alarm.text.clone(),
        raised_at: alarm.raised_at,
        source_system: alarm.source_system.clone(),
        rule: Name::from("report"),
        interface,
        if_index: None,
        neighbor,
        link: attribute("link"),
        unsafe_key: false,
    }))
}
