use super::{AlarmIx, Anchor, IncidentIx, Severity, Symptom, Timestamp};

/// What correlation and diagnosis may know of an alarm.
#[derive(Clone, Copy, Debug)]
pub struct AlarmFacts<'a> {
    /// Its slot.
    pub ix: AlarmIx,
    /// Where it sits.
    pub anchor: Anchor,
    /// What it is a sign of.
    pub symptom: Symptom,
    /// Its type.
    pub alarm_type: &'a str,
    /// Its qualifier.
    pub qualifier: &'a str,
    /// Its severity.
    pub severity: Severity,
    /// It is cleared.
    pub cleared: bool,
    /// First raise, source's time.
    pub raised_at: Timestamp,
    /// Newest raise, source's time.
    pub last_raised_at: Timestamp,
    /// Raises counted.
    pub count: u32,
    /// The incident it belongs to.
    pub incident: Option<IncidentIx>,
    /// It touches emergency services.
    pub emergency: bool,
}

/// Gives the facts of the alarm in a slot.
pub trait AlarmLookup {
    /// The facts, `None` for an empty slot.
    fn facts(&self, ix: AlarmIx) -> Option<AlarmFacts<'_>>;
}
