//! What becomes of a seat whose token, login, key or role does not hold any more in the middle of a shift, at a real collector.
#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test fail by panicking")]

mod noc;

use std::time::Duration;

use noc::{ACK, Noc, PASSWORD, Seat, login};
use pedkai_collector::identity::UserChange;
use pedkai_core::model::{CommandKind, Role};
use pedkai_seat::{
    link::{Credential, Order},
    platform,
};
use pedkai_ui::{
    model::Fate,
    shell::{Link, Shut},
};

const OTHER: &str = "another long password";

fn change(noc: &Noc, name: &str, change: &UserChange) {
    let tenant = noc.handle.engine().find("default").unwrap().id();
    let users = noc.handle.identity().users(tenant, None, 100).unwrap();
    let user = users.iter().find(|user| user.name == name).unwrap();
    noc.handle.identity().change_user(tenant, user.id, change).unwrap();
}

fn set_password(noc: &Noc, name: &str, password: &str) {
    let new = UserChange {
        role: None,
        active: None,
        password: Some(password.to_owned()),
    };
    change(noc, name, &new);
}

fn shut(seat: &Seat) -> Option<String> {
    match seat.replica.link(platform::now()) {
        Link::Shut(_, Shut::Login(why)) => Some(why),
        _ => None,
    }
}

fn live(seat: &Seat) -> bool {
    seat.replica.link(platform::now()) == Link::Live
}

#[test]
fn a_token_that_expires_is_renewed_without_a_word() {
    let noc = Noc::start();
    noc.raise(2);
    let mut bob = noc.seat("bob");
    bob.alarms(2);
    bob.until("it is live", live);
    for (time, alarm) in [(Duration::from_secs(16 * 60), "R0"), (Duration::from_secs(31 * 86_400), "R1")] {
        noc.clock.pass(time);
        bob.words.clear();
        bob.act(ACK, &[bob.alarm(alarm)]);
        bob.until("it is done as if nothing had been", |seat| {
            assert_eq!(shut(seat), None);
            !seat.words.is_empty()
        });
        assert_eq!(bob.words, [r#"Done("Acknowledged 1")"#]);
    }
}

#[test]
fn a_login_that_is_over_leaves_all_readable_and_what_is_given_meanwhile_is_sent_after_the_next() {
    let noc = Noc::start();
    noc.raise(8);
    let mut bob = noc.seat("bob");
    bob.alarms(8);
    bob.until("it is live", live);
    set_password(&noc, "bob", OTHER);
    // Each one tries the line anew; were the old password sent each time, bob would be locked out.
    for number in 0..8 {
        bob.act(CommandKind::Own, &[bob.alarm(&format!("R{number}"))]);
        bob.until("it waits", |seat| {
            seat.replica.model.outbox.iter().filter(|asked| !asked.refused()).count() == number + 1
        });
    }
    bob.until("it says that it is logged out", |seat| shut(seat).is_some());
    assert_eq!(bob.refused(), [], "the credential is no reason to refuse a command");
    assert_eq!(bob.words, [""; 0], "and nothing else is said");
    assert_eq!(bob.replica.model.alarms().len(), 8, "everything is readable");
    bob.link.order(Order::Login(login("bob", "not the password at all")));
    bob.until("a wrong password says so", |seat| shut(seat).is_some_and(|why| why.contains("wrong")));
    bob.link.order(Order::Login(login("bob", OTHER)));
    bob.until("all went out", |seat| seat.replica.model.outbox.is_empty() && !seat.words.is_empty());
    assert_eq!(bob.words, [r#"Done("8 commands that had waited: done")"#]);
    bob.until("and it is live", |seat| {
        live(seat) && (0..8).all(|number| seat.alarm(&format!("R{number}")).owner.as_str() == "bob")
    });
}

#[test]
fn what_waits_for_a_login_outlives_the_window() {
    let noc = Noc::start();
    noc.raise(1);
    let mut bob = noc.seat("bob");
    bob.alarms(1);
    bob.until("it is live", live);
    set_password(&noc, "bob", OTHER);
    bob.act(CommandKind::Own, &[bob.alarm("R0")]);
    bob.until("it waits", |seat| seat.replica.model.outbox.waiting() == 1);
    bob.link.close(Duration::from_secs(20));
    let mut bob = Seat::with(&noc.url(), "bob", login("bob", OTHER), &noc.folder.path().join("bob"));
    bob.until("it is done", |seat| seat.replica.model.outbox.is_empty() && !seat.words.is_empty());
    assert_eq!(bob.words, [r#"Done("1 command that had waited: done")"#]);
}

#[test]
fn a_revoked_key_shuts_the_seat_and_whoever_logs_in_there_sends_what_waits() {
    let noc = Noc::start();
    noc.raise(1);
    let folder = noc.folder.path().join("keyed");
    let mut seat = Seat::with(&noc.url(), "desk", Credential::Token(noc.key.clone()), &folder);
    seat.alarms(1);
    seat.until("it is live", live);
    let tenant = noc.handle.engine().find("default").unwrap().id();
    let key = noc.handle.identity().keys(tenant).unwrap()[0].id;
    noc.handle.identity().revoke_key(tenant, key).unwrap();
    seat.act(CommandKind::Own, &[seat.alarm("R0")]);
    seat.until("it is shut, and the command waits", |seat| {
        shut(seat).is_some() && seat.replica.model.outbox.waiting() == 1
    });
    assert_eq!((seat.refused().len(), seat.replica.model.alarms().len()), (0, 1));
    seat.link.order(Order::Login(login("bob", PASSWORD)));
    seat.until("it is done", |seat| seat.replica.model.outbox.is_empty() && !seat.words.is_empty());
    seat.until("as bob", |seat| live(seat) && seat.alarm("R0").owner.as_str() == "bob");
}

#[test]
fn a_role_that_was_lowered_refuses_with_a_word() {
    let noc = Noc::start();
    noc.raise(1);
    let mut bob = noc.seat("bob");
    bob.alarms(1);
    let viewer = UserChange {
        role: Some(Role::Viewer),
        active: None,
        password: None,
    };
    change(&noc, "bob", &viewer);
    bob.act(CommandKind::Own, &[bob.alarm("R0")]);
    bob.until("it came back", |seat| !seat.refused().is_empty() && !seat.words.is_empty());
    assert!(
        matches!(&bob.refused()[0].fate, Fate::Refused { why, .. } if why.contains("your role")),
        "{:?}",
        bob.refused()
    );
    assert_eq!(shut(&bob), None, "reading goes on");
}
