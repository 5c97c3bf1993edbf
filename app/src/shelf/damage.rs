//! What a bad disk may do to the files of a seat, by chance: nothing that comes back was changed, and nothing is lost without a word.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use pedkai_core::{
    model::{Name, Timestamp},
    wire::CommandRequest,
};
use pedkai_ui::model::{Asked, Fate, Kind};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use uuid::Uuid;

use super::{Kept, Letter, Outbox, Returned, Rows};

const ROUNDS: u64 = 60;

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000)
}

/// Does something to a file. False when there is nothing to do it to.
fn harm(chance: &mut StdRng, file: &Path) -> bool {
    let Ok(mut bytes) = std::fs::read(file) else { return false };
    if bytes.is_empty() {
        return false;
    }
    let (from, kind) = (chance.random_range(0..bytes.len()), chance.random_range(0..5));
    let to = (from + chance.random_range(1..4_000)).min(bytes.len());
    match kind {
        0 => bytes.truncate(from),
        1 => bytes[from..to].fill_with(|| chance.random()),
        2 => bytes[from..to].fill(0),
        3 => bytes[from] ^= 1 << chance.random_range(0..8),
        _ => bytes[from] = bytes[from].wrapping_add(1),
    }
    std::fs::write(file, bytes).unwrap();
    true
}

/// Copies files as a crash leaves them: what is not in the database yet is in the log beside it.
fn crashed(from: &Path, to: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(from).unwrap().map(|entry| entry.unwrap());
    let copied = files.map(|file| {
        let copy = to.join(file.file_name());
        std::fs::copy(file.path(), &copy).unwrap();
        copy
    });
    copied.filter(|copy| !copy.to_string_lossy().ends_with("-shm")).collect()
}

type Held = (Option<(String, Timestamp)>, BTreeSet<String>);

fn held(rows: &Rows) -> super::Result<Held> {
    let reached = rows.reached()?;
    let mut lines = BTreeSet::new();
    if reached.is_some() {
        rows.each(|line| {
            lines.insert(line.to_owned());
        })?;
    }
    Ok((reached, lines))
}

/// Rows at the end of each of some pages.
fn filled(chance: &mut StdRng, rows: &mut Rows) -> Vec<Held> {
    let mut history = vec![(None, BTreeSet::new())];
    for page in 0..6 {
        let change = |number: u64, chance: &mut StdRng| Kept {
            kind: if number.is_multiple_of(3) { Kind::Entity } else { Kind::Alarm },
            id: Uuid::from_u64_pair(7, number),
            line: (!chance.random_ratio(1, 8)).then(|| format!("{number} of page {page} {}", "x".repeat(chance.random_range(0..300)))),
        };
        let changes: Vec<Kept> = (0..60).map(|_| change(chance.random_range(0..90), chance)).collect();
        rows.keep(&changes, &format!("cursor {page}"), at(page)).unwrap();
        history.push(held(rows).unwrap());
    }
    history
}

#[test]
fn a_copy_of_rows_is_whole_or_made_anew_whatever_is_done_to_its_files() {
    let (mut anew, mut whole) = (0, 0);
    for seed in 0..ROUNDS {
        let chance = &mut StdRng::seed_from_u64(seed);
        let (folder, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut rows = Rows::open(folder.path()).unwrap();
        let history = filled(chance, &mut rows);
        let place = if chance.random() {
            crashed(folder.path(), copy.path());
            copy.path()
        } else {
            drop(rows);
            folder.path()
        };
        let file = place.join(if chance.random_ratio(1, 3) { "rows.db-wal" } else { "rows.db" });
        harm(chance, &file);
        let rows = Rows::open(place).unwrap();
        let rows = match held(&rows) {
            Ok(found) => {
                assert!(history.contains(&found), "seed {seed}: what is given was never so: {:?}", found.0);
                *(if found.0.is_some() { &mut whole } else { &mut anew }) += 1;
                rows
            }
            Err(_) => {
                anew += 1;
                rows.anew().unwrap()
            }
        };
        let mut rows = if held(&rows).unwrap().0.is_some() { rows.anew().unwrap() } else { rows };
        filled(chance, &mut rows);
        drop(rows);
        assert_eq!(
            held(&Rows::open(place).unwrap()).unwrap().0,
            Some(("cursor 5".to_owned(), at(5))),
            "seed {seed}: it keeps again"
        );
    }
    assert!(anew > 10 && whole > 10, "chance did neither much harm nor none: {anew}, {whole}");
}

fn asked(number: u128) -> Asked {
    Asked {
        id: Uuid::from_u128(number),
        what: format!("Acknowledge {}", "y".repeat((number % 97) as usize)),
        aims: Vec::new(),
        text: "ordered".to_owned(),
        by: "mira".to_owned(),
        at: at(1),
        fate: Fate::Waiting { answered: 0 },
    }
}

fn request(number: u128) -> CommandRequest {
    CommandRequest {
        id: Uuid::from_u128(number),
        kind: "ack".to_owned(),
        target: None,
        filter: None,
        expect: None,
        text: Name::from("z".repeat((number % 89) as usize).as_str()),
        until: None,
        to: None,
        status: None,
    }
}

#[test]
fn a_command_comes_back_as_it_was_or_the_operator_is_told_whatever_is_done_to_the_file() {
    let (mut told, mut saved) = (0, 0);
    for seed in 0..ROUNDS {
        let chance = &mut StdRng::seed_from_u64(seed);
        let folder = tempfile::tempdir().unwrap();
        let mut outbox = Outbox::open(folder.path()).unwrap();
        let letters: Vec<Letter> = (0..60)
            .map(|number| Letter {
                number: 0,
                sent: false,
                asked: asked(1_000 + number),
                requests: vec![request(number)],
            })
            .collect();
        for letter in &letters {
            outbox.put(&mut [letter.clone()], &[]).unwrap();
        }
        let refusals: Vec<Returned> = (0..20)
            .map(|number| Returned {
                asked: asked(2_000 + number),
                from: Uuid::from_u128(1_000),
                request: request(3_000 + number),
            })
            .collect();
        outbox.answered(&[request(0), request(30)], &refusals.iter().collect::<Vec<_>>()).unwrap();
        drop(outbox);
        assert!(harm(chance, &folder.path().join("outbox.db")));
        let outbox = Outbox::open(folder.path()).unwrap();
        let (back, refused) = (outbox.letters().unwrap(), outbox.returned().unwrap());
        for letter in &back {
            let sent = &letter.requests[0];
            assert!(letters.iter().any(|one| one.requests[0] == *sent), "seed {seed}: {sent:?} was never given");
        }
        assert!(refused.iter().all(|one| refusals.contains(one)), "seed {seed}");
        match outbox.aside() {
            Some(aside) => {
                assert!(aside.file.exists(), "seed {seed}");
                assert_eq!(aside.saved, back.len() + refused.len(), "seed {seed}");
                told += 1;
                saved += aside.saved;
            }
            None => assert_eq!((back.len(), refused.len()), (58, 20), "seed {seed}: something is lost without a word"),
        }
    }
    assert!(told > 20 && saved > told * 10, "{told} told, {saved} saved");
}
