//! Two seats on one real collector: what one refuses the other is shown, outlives the window, and passes when it is tried again.
#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test fail by panicking")]

mod noc;

use std::time::{Duration, Instant};

use noc::{ACK, Noc, Seat};
use pedkai_core::{model::CommandKind, screen::AlarmRow};
use pedkai_seat::link::Order;
use pedkai_ui::model::Fate;

#[test]
fn what_another_seat_forestalled_is_shown_outlives_the_window_and_passes_when_tried_again() {
    let noc = Noc::start();
    noc.raise(3);
    let (mut ann, mut bob) = (noc.seat("ann"), noc.seat("bob"));
    ann.alarms(3);
    bob.alarms(3);
    let seen_by_bob = bob.alarm("R1");
    ann.act(CommandKind::Comment, &[ann.alarm("R1")]);
    ann.until("ann's comment is there", |seat| seat.alarm("R1").comment.as_str() == "looked at");
    bob.act(ACK, std::slice::from_ref(&seen_by_bob));
    bob.until("bob is told that it was refused", |seat| seat.refused().len() == 1 && !seat.words.is_empty());
    let told = bob.refused();
    assert_eq!(
        (told[0].what.as_str(), told[0].by.as_str(), told[0].text.as_str()),
        ("Acknowledge", "bob", "looked at")
    );
    assert_eq!(told[0].aims[0].name, "FAN on R1");
    assert!(matches!(&told[0].fate, Fate::Refused { why, .. } if why.contains("changed")), "{told:?}");
    assert_eq!(ann.alarm("R1").ack_state, pedkai_core::screen::AckState::None);
    bob.link.close(Duration::from_secs(20));
    let mut bob = noc.seat("bob");
    bob.until("the refusal is there in the next window", |seat| !seat.refused().is_empty());
    assert_eq!(bob.refused(), told);
    bob.link.order(Order::Retry(vec![told[0].id], "bob".to_owned()));
    bob.until("it passes", |seat| seat.replica.model.outbox.is_empty() && !seat.words.is_empty());
    assert_eq!(bob.words, [r#"Done("Acknowledged 1")"#]);
    ann.until("ann sees it", |seat| seat.alarm("R1").ack.is_some_and(|ack| ack.by.as_str() == "bob"));
    bob.link.close(Duration::from_secs(20));
    let mut bob = noc.seat("bob");
    bob.alarms(3);
    assert!(bob.replica.model.outbox.is_empty(), "nothing is left of it");
}

#[test]
fn thousands_are_one_command_and_those_of_another_are_named() {
    let noc = Noc::start();
    noc.raise(5_000);
    let (mut ann, mut bob) = (noc.seat("ann"), noc.seat("bob"));
    ann.alarms(5_000);
    bob.alarms(5_000);
    ann.act(CommandKind::Own, &[ann.alarm("R7"), ann.alarm("R4321")]);
    let hers = |seat: &Seat| ["R7", "R4321"].iter().all(|entity| seat.alarm(entity).owner.as_str() == "ann");
    ann.until("she owns two", hers);
    let all: Vec<AlarmRow> = bob.replica.model.alarms().iter().cloned().collect();
    let began = Instant::now();
    bob.act(CommandKind::Clear, &all);
    bob.until("it is answered", |seat| !seat.words.is_empty());
    let answered = began.elapsed();
    assert!(
        bob.words[0].contains("Cleared 4") && bob.words[0].contains("998") && bob.words[0].contains("ann"),
        "{:?}",
        bob.words
    );
    let refused = bob.refused();
    let mut names: Vec<&str> = refused.iter().flat_map(|asked| &asked.aims).map(|aim| aim.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["FAN on R4321", "FAN on R7"]);
    let cleared = |seat: &Seat| seat.replica.model.alarms().iter().filter(|alarm| alarm.cleared).count();
    ann.until("she sees it", |seat| cleared(seat) == 4_998);
    assert!(answered < Duration::from_secs(15), "{answered:?}");
    println!("5,000 alarms cleared by one command in {answered:?}");
}

#[test]
fn what_was_asked_without_a_collector_waits_by_name_and_merges_with_one_quiet_word() {
    let noc = Noc::start();
    noc.raise(2);
    let mut bob = noc.seat("bob");
    bob.alarms(2);
    let rows = [bob.alarm("R0"), bob.alarm("R1")];
    bob.link.close(Duration::from_secs(20));
    let folder = noc.folder.path().join("bob");
    let mut bob = Seat::open("http://127.0.0.1:9", "bob", &folder);
    bob.act(CommandKind::Own, &rows[..1]);
    bob.act(ACK, &rows);
    bob.until("both wait by name", |seat| {
        seat.replica.model.outbox.len() == 2 && seat.replica.model.outbox.waiting() == 2
    });
    assert!(bob.refused().is_empty());
    bob.link.close(Duration::from_secs(20));
    let mut bob = noc.seat("bob");
    bob.until("both are done", |seat| !seat.words.is_empty() && seat.replica.model.outbox.is_empty());
    assert_eq!(bob.words, [r#"Done("2 commands that had waited: done")"#]);
    bob.until("and seen", |seat| {
        seat.replica.model.alarms().len() == 2 && seat.alarm("R0").owner.as_str() == "bob" && seat.alarm("R1").ack.is_some()
    });
}
