use super::*;
use pedkai_core::{
    model::Name,
    wire::{Target, TargetKind},
};

fn request(number: u128, kind: &str) -> CommandRequest {
    CommandRequest {
        id: Uuid::from_u128(number),
        kind: kind.to_owned(),
        target: None,
        filter: None,
        expect: None,
        text: Name::EMPTY,
        until: None,
        to: None,
        status: None,
    }
}

fn asked(number: u128, fate: Fate) -> Asked {
    Asked {
        id: Uuid::from_u128(number),
        what: "Acknowledge".to_owned(),
        aims: vec![Aim {
            target: Target {
                kind: TargetKind::Alarm,
                id: Uuid::from_u128(700),
            },
            name: "FAN on R1".to_owned(),
        }],
        text: "ordered".to_owned(),
        by: "mira".to_owned(),
        at: Timestamp::from_micros(1_000),
        fate,
    }
}

fn waiting(number: u128) -> Asked {
    asked(number, Fate::Waiting { answered: 0 })
}

fn letter(number: u128, requests: &[CommandRequest]) -> Letter {
    Letter {
        number: 0,
        sent: false,
        asked: waiting(number),
        requests: requests.to_vec(),
    }
}

fn returned(number: u128) -> Returned {
    let fate = Fate::Refused {
        at: Timestamp::from_micros(2_000),
        why: "owned by jan".to_owned(),
    };
    Returned {
        asked: asked(number, fate),
        from: Uuid::from_u128(90),
        request: request(0, "ack"),
    }
}

#[test]
fn what_was_not_answered_is_there_after_a_crash_in_the_order_it_was_done() {
    let folder = tempfile::tempdir().unwrap();
    let mut outbox = Outbox::open(folder.path()).unwrap();
    outbox.put(&mut [letter(90, &[request(1, "ack"), request(2, "ack")])], &[]).unwrap();
    outbox.put(&mut [letter(91, &[request(3, "own")])], &[]).unwrap();
    outbox.answered(&[request(1, "ack")], &[]).unwrap();
    drop(outbox);
    let letters = Outbox::open(folder.path()).unwrap().letters().unwrap();
    let found: Vec<Vec<u128>> = letters
        .iter()
        .map(|letter| letter.requests.iter().map(|one| one.id.as_u128()).collect())
        .collect();
    assert_eq!(found, [vec![2], vec![3]]);
    assert_eq!(letters[0].asked, waiting(90), "with who asked what, and when");
}

#[test]
fn a_refusal_is_there_after_a_crash_until_it_is_dismissed_or_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut outbox = Outbox::open(folder.path()).unwrap();
    outbox.put(&mut [letter(90, &[request(1, "ack")])], &[]).unwrap();
    outbox.answered(&[request(1, "ack")], &[&returned(10), &returned(11), &returned(12)]).unwrap();
    drop(outbox);
    let mut outbox = Outbox::open(folder.path()).unwrap();
    assert_eq!(outbox.returned().unwrap(), [returned(10), returned(11), returned(12)]);
    assert!(outbox.letters().unwrap().is_empty());
    outbox.dismiss(&[Uuid::from_u128(11)]).unwrap();
    outbox.put(&mut [letter(92, &[request(4, "ack")])], &[Uuid::from_u128(12)]).unwrap();
    drop(outbox);
    let outbox = Outbox::open(folder.path()).unwrap();
    assert_eq!(outbox.returned().unwrap(), [returned(10)]);
    assert_eq!(outbox.letters().unwrap().len(), 1);
}

#[test]
fn a_letter_never_takes_over_the_words_of_one_before() {
    let folder = tempfile::tempdir().unwrap();
    let mut outbox = Outbox::open(folder.path()).unwrap();
    for number in 1..5 {
        outbox.put(&mut [letter(90 + number, &[request(number, "ack")])], &[]).unwrap();
        assert_eq!(outbox.letters().unwrap()[0].asked.id, Uuid::from_u128(90 + number));
        outbox.answered(&[request(number, "ack")], &[]).unwrap();
    }
}

#[test]
fn commands_that_an_earlier_version_kept_are_still_sent_and_shown() {
    let folder = tempfile::tempdir().unwrap();
    let target = |number: u128| Target {
        kind: TargetKind::Alarm,
        id: Uuid::from_u128(number),
    };
    let before = Connection::open(folder.path().join("outbox.db")).unwrap();
    before
        .execute_batch(
            "CREATE TABLE command (number INTEGER PRIMARY KEY AUTOINCREMENT, letter INTEGER NOT NULL, id BLOB NOT NULL UNIQUE, request TEXT NOT NULL)",
        )
        .unwrap();
    for number in [1, 2] {
        let request = CommandRequest {
            target: Some(target(number)),
            ..request(number, "own")
        };
        let kept = params![request.id.as_bytes(), text(&request).unwrap()];
        before.execute("INSERT INTO command (letter, id, request) VALUES (1, ?1, ?2)", kept).unwrap();
    }
    drop(before);
    for _ in 0..2 {
        let outbox = Outbox::open(folder.path()).unwrap();
        let letters = outbox.letters().unwrap();
        assert_eq!((letters.len(), outbox.aside()), (1, None));
        assert_eq!((letters[0].asked.what.as_str(), letters[0].asked.aims.len()), ("own", 2));
    }
}

#[test]
fn a_damaged_outbox_is_put_aside_and_not_deleted_however_often() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["outbox.unreadable", "outbox.unreadable.2"] {
        std::fs::write(folder.path().join("outbox.db"), b"no database at all, but long enough to be looked at").unwrap();
        let mut outbox = Outbox::open(folder.path()).unwrap();
        let aside = Aside {
            file: folder.path().join(name),
            saved: 0,
        };
        assert_eq!(outbox.aside(), Some(&aside));
        outbox.put(&mut [letter(90, &[request(1, "ack")])], &[]).unwrap();
        assert_eq!(outbox.letters().unwrap().len(), 1);
        assert!(aside.file.exists());
    }
}

#[test]
fn a_command_that_was_changed_is_never_sent_and_the_others_are() {
    let folder = tempfile::tempdir().unwrap();
    let mut outbox = Outbox::open(folder.path()).unwrap();
    for number in 1..=3 {
        outbox.put(&mut [letter(90 + number, &[request(number, "ack")])], &[]).unwrap();
    }
    outbox
        .connection
        .execute("UPDATE command SET request = replace(request, 'ack', 'own') WHERE letter = 2", [])
        .unwrap();
    drop(outbox);
    let outbox = Outbox::open(folder.path()).unwrap();
    let left: Vec<u128> = outbox.letters().unwrap().iter().map(|letter| letter.asked.id.as_u128()).collect();
    assert_eq!((left, outbox.aside().unwrap().saved), (vec![91, 93], 2));
}

#[test]
fn a_command_that_is_missing_is_noticed() {
    for damage in [
        "DELETE FROM command WHERE letter = 1",
        "DELETE FROM letter",
        "DELETE FROM seal",
        "UPDATE seal SET sum = sum + 1",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut outbox = Outbox::open(folder.path()).unwrap();
        outbox
            .put(&mut [letter(91, &[request(1, "ack")]), letter(92, &[request(2, "ack")])], &[])
            .unwrap();
        outbox.connection.execute_batch("DROP TRIGGER command_out; DROP TRIGGER letter_out;").unwrap();
        outbox.connection.execute_batch(damage).unwrap();
        drop(outbox);
        assert!(Outbox::open(folder.path()).unwrap().aside().is_some(), "{damage}");
        assert_eq!(Outbox::open(folder.path()).unwrap().aside(), None, "{damage}: the new one is whole");
    }
}

#[test]
fn a_second_window_does_not_send_what_the_first_holds() {
    let folder = tempfile::tempdir().unwrap();
    let mut outbox = Outbox::open(folder.path()).unwrap();
    outbox.put(&mut [letter(90, &[request(1, "ack")])], &[]).unwrap();
    assert!(Outbox::open(folder.path()).is_err_and(|error| taken(&error)));
}
