use super::{AlarmId, AlarmIx, Anchor, IncidentIx, Severity, SourceKind, Span, Subject, Symptom, Timestamp};

/// What correlation and diagnosis may know of an alarm.
#[derive(Clone, Copy, Debug)]
pub struct AlarmFacts<'a> {
    /// Its slot.
    pub ix: AlarmIx,
    /// Its id.
    pub id: AlarmId,
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
    /// A port that its device says was shut by hand: it was told so at one time since it was raised last, whatever was told besides.
    pub shut: bool,
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
    /// The door of its newest event.
    pub source: SourceKind,
    /// When anything about it last changed, log's time.
    pub changed_at: Timestamp,
}

/// A device's own stamp that lies further back than this is a wrong clock rather than a late message: syslog stamps bear no zone.
const WRONG_CLOCK: Span = Span::minutes(15);

/// A lesser condition of this kind that is told this often without an end is worth a look.
const PERSISTS: u32 = 3;
/// … and this often of a link of the network: light that fades there goes on to fade.
const PERSISTS_ON_LINK: u32 = 2;

impl AlarmFacts<'_> {
    /// Trouble of the network that stands and was told again and again, however lesser: light that fades, heat that stays.
    #[must_use]
    pub fn persists(&self) -> bool {
        let often = match self.subject() {
            Subject::Worse { .. } => PERSISTS_ON_LINK,
            _ => PERSISTS,
        };
        !self.cleared && self.count >= often && !matches!(self.symptom, Symptom::Administrative | Symptom::Restarted | Symptom::Other)
    }

    /// When its newest raise happened, as far as one can tell: the source's time, but not the future, and for syslog not another hour.
    #[must_use]
    pub fn when(&self) -> Timestamp {
        let raised = self.last_raised_at;
        if raised > self.changed_at || self.source == SourceKind::Syslog && self.changed_at.since(raised) > WRONG_CLOCK {
            self.changed_at
        } else {
            raised
        }
    }
}

/// Gives the facts of the alarm in a slot.
pub trait AlarmLookup {
    /// The facts, `None` for an empty slot.
    fn facts(&self, ix: AlarmIx) -> Option<AlarmFacts<'_>>;
}
