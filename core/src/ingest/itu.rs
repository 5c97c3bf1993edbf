//! X.733's words for probable causes and event types, by the numbers that RFC 3877 and RFC 5674 give them.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::model::Name;

static CAUSES: LazyLock<FxHashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let table = include_str!("../../../assets/mappings/itu.tsv");
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .collect()
});

const EVENT_TYPES: [&str; 11] = [
    "other",
    "communicationsAlarm",
    "qualityOfServiceAlarm",
    "processingErrorAlarm",
    "equipmentAlarm",
    "environmentalAlarm",
    "integrityViolation",
    "operationalViolation",
    "physicalViolation",
    "securityServiceOrMechanismViolation",
    "timeDomainViolation",
];

/// The name of a probable cause given by number or name; a number that is not known and a name stay as they are.
pub(super) fn cause(word: &str) -> Name {
    Name::cut(CAUSES.get(word).copied().unwrap_or(word), 100)
}

/// The name of an event type given by IANAItuEventType's number or name.
pub(super) fn event_type(word: &str) -> Name {
    let named = word.parse::<usize>().ok().and_then(|number| EVENT_TYPES.get(number.wrapping_sub(1)));
    Name::cut(named.copied().unwrap_or(word), 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_names() {
        assert_eq!(cause("8"), "lossOfSignal");
        assert_eq!(cause("549"), "thresholdCrossed");
        assert_eq!(cause("614"), "unauthorizedAccessAttempt");
        assert_eq!(cause("lossOfSignal"), "lossOfSignal");
        assert_eq!(event_type("2"), "communicationsAlarm");
        assert_eq!(event_type("0"), "0");
    }
}
