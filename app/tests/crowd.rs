//! The real line with nothing to show, with very much, and with names that do not end.
#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test fail by panicking")]

mod noc;

use noc::{Noc, Seat};
use pedkai_core::model::CommandKind;
use serde_json::json;

#[test]
fn an_empty_network_is_live_and_stays_empty_over_a_restart() {
    let noc = Noc::start();
    for _ in 0..2 {
        let mut bob = noc.seat("bob");
        bob.until("it is live", |seat| seat.replica.is_live());
        assert_eq!((bob.replica.model.alarms().len(), bob.replica.model.incidents().len()), (0, 0));
        assert_eq!((bob.words.len(), bob.replica.notes().len()), (0, 0));
        bob.link.close(std::time::Duration::from_secs(20));
    }
}

#[test]
fn names_of_300_characters_come_are_kept_and_can_be_acted_on() {
    let noc = Noc::start();
    let long = |end: &str| {
        format!(
            "{}{end}",
            "ääkköskaapeli-\u{5e9}\u{5dc}\u{5d5}\u{5dd}-"
                .repeat(20)
                .chars()
                .take(300 - end.len())
                .collect::<String>()
        )
    };
    let alarm = json!({"entity_id": long("-R1"), "alarm_type": long("-FAN"), "severity": "minor", "raised_at": "2026-11-21T10:00:00Z",
        "source_system": long("-probe"), "qualifier": long("-slot"), "text": long("-text")});
    noc.send(&[alarm]);
    let mut bob = noc.seat("bob");
    bob.alarms(1);
    let only = |seat: &Seat| seat.replica.model.alarms().iter().next().unwrap().clone();
    let row = only(&bob);
    // An element that is heard of by an alarm alone is named by as much of it as an identifier may have.
    assert!(
        long("-R1").starts_with(row.external_id.as_str()) && row.external_id.len() >= 255,
        "{}",
        row.external_id
    );
    assert_eq!((row.alarm_type.to_string(), row.qualifier.to_string()), (long("-FAN"), long("-slot")));
    // So is a row's text; all of it is with the event.
    assert!(long("-text").starts_with(row.text.as_str()) && row.text.chars().count() >= 100, "{}", row.text);
    bob.act(CommandKind::Own, &[row]);
    bob.until("it is owned", |seat| only(seat).owner.as_str() == "bob");
    let kept = only(&bob);
    bob.link.close(std::time::Duration::from_secs(20));
    let mut away = Seat::open("http://127.0.0.1:9", "bob", &noc.folder.path().join("bob"));
    away.alarms(1);
    assert_eq!(only(&away), kept);
}

#[test]
fn a_hundred_thousand_alarms_come_and_are_kept_each_once() {
    let noc = Noc::start();
    for part in 0..20 {
        noc.raise_from(part * 5_000, 5_000);
    }
    let mut bob = noc.seat("bob");
    bob.patient = true;
    bob.alarms(100_000);
    bob.until("it is live", |seat| seat.replica.is_live());
    bob.link.close(std::time::Duration::from_secs(60));
    let mut away = Seat::open("http://127.0.0.1:9", "bob", &noc.folder.path().join("bob"));
    away.patient = true;
    away.alarms(100_000);
    let entities: std::collections::HashSet<_> = away.replica.model.alarms().iter().map(|alarm| alarm.external_id.clone()).collect();
    assert_eq!(entities.len(), 100_000);
}
