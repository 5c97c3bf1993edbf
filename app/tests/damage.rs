//! A seat whose own files are damaged, at a real collector: it copies anew, and what waited is sent under the ids it had.
#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test fail by panicking")]

mod noc;

use std::{path::Path, time::Duration};

use noc::{Noc, Seat};
use pedkai_core::model::CommandKind;
use pedkai_seat::{
    platform,
    shelf::{Outbox, Rows},
};

/// What is done to a seat's folder while its window is closed.
type Harm = fn(&Path);

fn truncated(folder: &Path) {
    let file = folder.join("rows.db");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
}

fn overwritten(folder: &Path) {
    let file = folder.join("rows.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 700]
        .iter_mut()
        .zip(0_u32..)
        .for_each(|(byte, at)| *byte = (at.wrapping_mul(2_654_435_761) >> 24) as u8);
    std::fs::write(file, bytes).unwrap();
}

fn of_another_version(folder: &Path) {
    std::fs::remove_file(folder.join("rows.db")).unwrap();
    let other = rusqlite::Connection::open(folder.join("rows.db")).unwrap();
    other
        .execute_batch(
            "CREATE TABLE note (name TEXT PRIMARY KEY, text TEXT); INSERT INTO note VALUES ('version', '9.0.0-7');
             CREATE TABLE row (number INTEGER PRIMARY KEY, packed BLOB); INSERT INTO row VALUES (1, x'00');",
        )
        .unwrap();
}

/// Read-only for whoever is not root, and for root a thing that cannot be written to either.
fn a_folder_in_its_place(folder: &Path) {
    std::fs::remove_file(folder.join("rows.db")).unwrap();
    std::fs::create_dir_all(folder.join("rows.db/in the way")).unwrap();
}

#[test]
fn a_damaged_copy_is_rebuilt_and_what_waited_is_sent() {
    let noc = Noc::start();
    noc.raise(300);
    let cases: [(&str, Harm, bool); 4] = [
        ("truncated", truncated, true),
        ("overwritten", overwritten, true),
        ("of another version", of_another_version, true),
        ("not writable", a_folder_in_its_place, false),
    ];
    for (number, (name, harm, keeps)) in cases.into_iter().enumerate() {
        let folder = noc.folder.path().join(name);
        let mut bob = Seat::open(&noc.url(), "bob", &folder);
        bob.alarms(300);
        let alarm = bob.alarm(&format!("R{number}"));
        bob.link.close(Duration::from_secs(20));
        let mut bob = Seat::open("http://127.0.0.1:9", "bob", &folder);
        bob.act(CommandKind::Own, &[alarm]);
        bob.until("it waits", |seat| seat.replica.model.outbox.waiting() == 1);
        bob.link.close(Duration::from_secs(20));
        let id = Outbox::open(&folder).unwrap().letters().unwrap()[0].requests[0].id;
        harm(&folder);
        let mut bob = Seat::forgiving(&noc.url(), "bob", &folder);
        bob.alarms(300);
        bob.until("what waited is done", |seat| {
            seat.replica.model.outbox.is_empty() && seat.alarm(&format!("R{number}")).owner.as_str() == "bob"
        });
        let told = bob.words.iter().filter(|word| word.contains("does not keep")).count();
        assert_eq!(told, usize::from(!keeps), "{name}: {:?}", bob.words);
        assert_eq!(bob.replica.notes().len(), usize::from(!keeps), "{name}");
        bob.link.close(Duration::from_secs(20));
        assert!(!noc.knows(uuid::Uuid::new_v4()) && noc.knows(id), "{name}: it went out under the id it had");
        if keeps {
            let mut bob = Seat::open("http://127.0.0.1:9", "bob", &folder);
            bob.until("the copy is there again without a collector", |seat| seat.replica.model.alarms().len() == 300);
            bob.link.close(Duration::from_secs(20));
        }
    }
}

#[test]
fn a_damaged_outbox_says_where_it_is_and_what_was_sound_is_sent() {
    let noc = Noc::start();
    noc.raise(40);
    let mut bob = noc.seat("bob");
    bob.alarms(40);
    let alarms: Vec<_> = (0..40).map(|number| bob.alarm(&format!("R{number}"))).collect();
    bob.link.close(Duration::from_secs(20));
    let folder = noc.folder.path().join("bob");
    let mut bob = Seat::open("http://127.0.0.1:9", "bob", &folder);
    for alarm in &alarms {
        bob.act(CommandKind::Own, std::slice::from_ref(alarm));
    }
    bob.until("they wait", |seat| seat.replica.model.outbox.len() == 40);
    bob.link.close(Duration::from_secs(20));
    let file = folder.join("outbox.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 64].fill(0xa5);
    std::fs::write(&file, bytes).unwrap();
    let mut bob = noc.seat("bob");
    bob.until("the sound ones are done", |seat| seat.words.len() >= 2 && seat.replica.model.outbox.is_empty());
    assert!(bob.words[0].contains("outbox.unreadable") && bob.words[0].contains("sound"), "{:?}", bob.words);
    assert!(folder.join("outbox.unreadable").exists());
    assert_eq!(bob.replica.notes().len(), 1, "it stays on the screen");
    bob.until("and seen", |seat| {
        seat.replica.model.alarms().iter().filter(|alarm| alarm.owner.as_str() == "bob").count() >= 20
    });
}

#[test]
fn a_kept_cursor_that_no_collector_knows_is_let_go() {
    let noc = Noc::start();
    noc.raise(30);
    let folder = noc.folder.path().join("bob");
    for cursor in ["nonsense", "c9-00000000-0000-0000-0000-000000000000-1", "\u{1f980}&limit=0"] {
        let mut rows = Rows::open(&folder).unwrap();
        rows.keep(&[], cursor, platform::now()).unwrap();
        drop(rows);
        let mut bob = noc.seat("bob");
        bob.alarms(30);
        bob.until("it is live", |seat| seat.replica.is_live());
        bob.link.close(Duration::from_secs(20));
    }
}
