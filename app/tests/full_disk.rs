//! A seat whose disk takes nothing: it says so once, goes on live, and loses nothing that is given while the window is open.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test fail by panicking")]

mod noc;

use std::{path::Path, process::Command, time::Duration};

use noc::{ACK, Noc, PASSWORD, Seat, login};
use pedkai_core::model::CommandKind;

const URL: &str = "PEDKAI_TEST_URL";
const FOLDER: &str = "PEDKAI_TEST_FOLDER";

/// What an operator does, and is told, on such a disk.
fn goes_on(url: &str, folder: &Path, alarms: usize) {
    let mut bob = Seat::forgiving(url, "bob", folder);
    bob.alarms(alarms);
    bob.until("it is live", |seat| seat.replica.is_live());
    bob.until("it was told", |seat| !seat.replica.notes().is_empty());
    for number in 0..20 {
        bob.act(CommandKind::Own, &[bob.alarm(&format!("R{number}"))]);
    }
    bob.until("all of it is done", |seat| {
        (0..20).all(|number| seat.alarm(&format!("R{number}")).owner.as_str() == "bob")
    });
    bob.until("and answered", |seat| {
        seat.replica.model.outbox.is_empty() && seat.replica.model.outbox.waiting() == 0
    });
    let told = bob.words.iter().filter(|word| word.contains("This disk does not keep")).count();
    assert_eq!((told, bob.replica.notes().len()), (1, 1), "{:?}", bob.words);
    assert!(
        bob.words.iter().all(|word| word.contains("This disk") || word.contains("Owned")),
        "{:?}",
        bob.words
    );
}

#[test]
fn a_file_where_the_folder_should_be() {
    let noc = Noc::start();
    noc.raise(30);
    let file = noc.folder.path().join("file");
    std::fs::write(&file, "no folder").unwrap();
    goes_on(&noc.url(), &file.join("seat"), 30);
}

#[test]
fn a_disk_that_is_full_from_the_start_or_becomes_so() {
    // Started below in a process that may write only small files, as on a disk that is full.
    if let (Ok(url), Some(folder)) = (std::env::var(URL), std::env::var_os(FOLDER)) {
        return goes_on(&url, Path::new(&folder), 3_000);
    }
    let noc = Noc::start();
    noc.raise(3_000);
    // In blocks of 512 or 1,024 bytes, as the shell has it: too little for anything, enough for a part of the rows.
    for blocks in [8, 1_000] {
        let folder = noc.folder.path().join(format!("limit {blocks}"));
        let ran = Command::new("sh")
            .args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""), "sh"])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", "a_disk_that_is_full_from_the_start_or_becomes_so"])
            .env(URL, noc.url())
            .env(FOLDER, &folder)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success() && said.contains("1 passed"), "{blocks}: {said}");
        // There is room again: the next window is whole.
        let mut bob = Seat::with(&noc.url(), "bob", login("bob", PASSWORD), &folder);
        bob.alarms(3_000);
        bob.until("it is live", |seat| seat.replica.is_live());
        assert_eq!(bob.replica.notes(), [""; 0]);
        bob.link.close(Duration::from_secs(20));
        let mut away = Seat::open("http://127.0.0.1:9", "bob", &folder);
        away.alarms(3_000);
        away.link.close(Duration::from_secs(20));
    }
}

#[test]
fn what_waits_on_a_disk_that_keeps_nothing_is_sent_when_the_login_is_there() {
    let noc = Noc::start();
    noc.raise(1);
    let mut bob = noc.seat("bob");
    bob.alarms(1);
    let alarm = bob.alarm("R0");
    let file = noc.folder.path().join("file");
    std::fs::write(&file, "no folder").unwrap();
    let mut bob = Seat::with(&noc.url(), "bob", login("bob", "not the password at all"), &file.join("seat"));
    bob.forgiving = true;
    bob.act(ACK, &[alarm]);
    bob.until("it waits", |seat| seat.replica.model.outbox.len() == 1);
    bob.link.order(pedkai_seat::link::Order::Login(login("bob", PASSWORD)));
    bob.until("it is done", |seat| {
        seat.replica.model.outbox.is_empty() && seat.words.iter().any(|word| word.contains("had waited"))
    });
}
