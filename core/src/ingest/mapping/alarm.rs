//! RFC 5674: alarms in syslog's structured data.

use super::super::interface::names_interface;
use super::super::itu;
use super::super::syslog::Line;
use super::super::{Mapped, Meaning, Speaker};
use super::kinds::Kinds;
use crate::model::{Event, Name, Severity, Symptom};

/// The alarm that the SD-ID `alarm` describes; `None` where there is none. Its identity is the resource and the probable cause, as in
/// X.733: a message id need not be the same for raise and clear.
pub(super) fn read(event: &Event, line: &Line, speaker: &Speaker, kinds: &Kinds) -> Option<Meaning> {
    let message = &line.message;
    let (_, params) = message.structured_data.iter().find(|(id, _)| id.split('@').next() == Some("alarm"))?;
    let get = |name: &str| {
        params
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map_or("", |(_, value)| value.trim())
    };
    let perceived = get("perceivedSeverity");
    let cleared = perceived.eq_ignore_ascii_case("cleared") || perceived == "1";
    let severity = severity(perceived).unwrap_or(Severity::of_syslog(message.severity));
    let resource = get("resource");
    let resource_uri = get("resourceURI");
    let resource = if resource.is_empty() { resource_uri } else { resource };
    let cause = itu::cause(get("probableCause"));
    let event_type = itu::event_type(get("eventType"));
    let alarm_type = [cause.as_str(), message.msgid.as_str(), event_type.as_str()]
        .into_iter()
        .find(|t| !t.is_empty())
        .unwrap_or("");
    let own = resource.is_empty() || resource.eq_ignore_ascii_case(&message.host);
    let symptom = [alarm_type, message.msgid.as_str(), message.text.as_str()]
        .into_iter()
        .map(|text| kinds.symptom(text))
        .find(|s| *s != Symptom::Other);
    Some(Meaning::Alarm(Box::new(Mapped {
        speaker: speaker.clone(),
        alarm_type: Name::cut(alarm_type, 100),
        qualifier: if own { Name::EMPTY } else { Name::cut(resource, 120) },
        severity,
        cleared,
        symptom: symptom.unwrap_or_default(),
        probable_cause: cause.clone(),
        text: Name::cut(&message.text, 200),
        raised_at: message.timestamp.unwrap_or(event.received_at),
        source_system: Name::from(event.source.word()),
        rule: Name::from("rfc5674"),
        interface: if names_interface(resource) { Name::from(resource) } else { Name::EMPTY },
        if_index: None,
        neighbor: Name::EMPTY,
        link: Name::EMPTY,
        unsafe_key: cause.is_empty(),
    })))
}

/// RFC 5674's words, and ITUPerceivedSeverity's numbers (RFC 3877).
fn severity(word: &str) -> Option<Severity> {
    match word {
        "2" => Some(Severity::Indeterminate),
        "3" => Some(Severity::Critical),
        "4" => Some(Severity::Major),
        "5" => Some(Severity::Minor),
        "6" => Some(Severity::Warning),
        word => Severity::parse(word),
    }
}
