use super::*;
use crate::model::*;

fn empty_incident() -> Incident {
    Incident {
        id: IncidentId(uuid::Uuid::from_u128(1)),
        title: Name::from("something by hand"),
        severity: Severity::Major,
        status: IncidentStatus::New,
        opened_at: Timestamp::EPOCH,
        changed_at: Timestamp::EPOCH,
        first_at: Timestamp::from_micros(1_767_592_800_000_000),
        last_at: Timestamp::EPOCH,
        members: Vec::new(),
        active: 0,
        hypotheses: SharedList::default(),
        sitrep: None,
        diagnose_at: None,
        close_at: None,
        owner: Name::EMPTY,
        comment: Name::EMPTY,
        marked_cause: None,
        by_hand: true,
        emergency: true,
        set_severity: None,
        finding: None,
        clock: None,
        acked_at: None,
    }
}

#[test]
fn a_report_without_alarms_says_what_it_does_not_know() {
    let (topology, impact, incident) = (Topology::default(), Impact::default(), empty_incident());
    let report = write(&Matter {
        topology: &topology,
        incident: &incident,
        alarms: &[],
        hypotheses: &[],
        impact: &impact,
    });
    assert_eq!(report.title, "something by hand", "a title given by hand stays");
    for part in ["What: ", "Since: 2026-01-05 06:00:00 UTC", "EMERGENCY", "Cause: not known", "Next: "] {
        assert!(report.text.contains(part), "{part} in {}", report.text);
    }
    assert!(report.text.len() <= LONGEST);
}
