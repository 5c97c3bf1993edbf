use pedkai_core::model::Name;
use pedkai_core::pipeline::{Input, Record, RecordHeader};

use super::*;

fn record(seq: u64, previous: Hash, inputs: usize) -> Record {
    Record {
        header: RecordHeader {
            epoch: 1,
            seq,
            at: at(seq),
            build: Name::from("test"),
            policy: 0,
            mapping: 0,
            topology: 0,
            previous,
        },
        inputs: vec![Input::Clock; inputs],
        deltas: Vec::new(),
    }
}

fn at(seq: u64) -> Timestamp {
    Timestamp::from_micros(seq as i64 / 2 * 1_000_000)
}

fn append(log: &mut Log, inputs: usize) -> Result<Hash> {
    let head = log.head();
    let record = record(head.seq + 1, head.hash, inputs);
    log.append(&Entry {
        seq: head.seq + 1,
        at: record.header.at,
        epoch: 1,
        events: 1,
        unmapped: u64::from(head.seq.is_multiple_of(3)),
        unreadable: 0,
        bytes: &record.encode(),
    })
}

fn filled(file: &Path, records: u64) -> Log {
    let mut log = Log::open(file).unwrap();
    for _ in 0..records {
        append(&mut log, 1).unwrap();
    }
    log
}

#[test]
fn records_come_back_by_number_and_time() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.db");
    let log = filled(&file, 20);
    let reader = LogReader::open(&file).unwrap();
    assert_eq!(reader.head().unwrap(), log.head());
    assert_eq!(reader.record(7).unwrap().unwrap().header.seq, 7);
    assert_eq!(reader.record(21).unwrap(), None);
    assert_eq!(reader.seek(at(8)).unwrap(), 8);
    assert_eq!(reader.seek(at(0)).unwrap(), 1);
    assert_eq!(reader.seek(Timestamp::MAX).unwrap(), 21);
    assert_eq!(reader.with_events(15, true, 3).unwrap(), [13, 10, 7]);
    let mut seen = Vec::new();
    reader
        .each(18, |record| {
            seen.push(record.header.seq);
            Ok(true)
        })
        .unwrap();
    assert_eq!(seen, [18, 19, 20]);
    assert_eq!(reader.verify().unwrap().records, 20);
    drop(log);
    assert_eq!(Log::open(&file).unwrap().head().seq, 20);
}

#[test]
fn the_chain_names_the_first_record_that_was_tampered_with() {
    let folder = tempfile::tempdir().unwrap();
    let tampered = |sql: &str| {
        let file = folder.path().join(format!("{}.db", blake3::hash(sql.as_bytes())));
        drop(filled(&file, 12));
        rusqlite::Connection::open(&file).unwrap().execute_batch(sql).unwrap();
        match LogReader::open(&file).unwrap().verify() {
            Err(JournalError::Chain { seq, problem, .. }) => (seq, problem),
            other => panic!("{other:?}"),
        }
    };
    let flip = "UPDATE record SET blob = CAST(substr(blob, 1, length(blob) - 1) || x'ff' AS BLOB) WHERE seq = 5";
    assert_eq!(tampered(flip).0, 5);
    assert_eq!(tampered("DELETE FROM record WHERE seq = 7"), (7, "is missing".to_owned()));
    assert_eq!(tampered("DELETE FROM record WHERE seq = 1"), (1, "is missing".to_owned()));
    let swap = "UPDATE record SET seq = -1 WHERE seq = 4; UPDATE record SET seq = 4 WHERE seq = 9; UPDATE record SET seq = 9 WHERE seq = -1;";
    assert_eq!(tampered(swap).0, 4);
    assert_eq!(tampered("UPDATE record SET hash = zeroblob(32) WHERE seq = 12").0, 12);
}

#[test]
fn a_full_disk_refuses_a_record_whole_and_the_log_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.db");
    let mut log = filled(&file, 3);
    log.limit_size(64 * 1024);
    let noise: Vec<u8> = (0..200_000_u32).map(|n| blake3::hash(&n.to_le_bytes()).as_bytes()[0]).collect();
    let big = Entry {
        seq: 4,
        at: at(4),
        epoch: 1,
        events: 0,
        unmapped: 0,
        unreadable: 0,
        bytes: &noise,
    };
    let error = log.append(&big).unwrap_err();
    assert!(matches!(error, JournalError::Full(_)), "{error}");
    assert!(error.to_string().contains("make room"));
    assert_eq!(log.head().seq, 3);
    assert_eq!(LogReader::open(&file).unwrap().verify().unwrap().last, 3);
    log.limit_size(1 << 30);
    append(&mut log, 1).unwrap();
    log.integrity().unwrap();
    assert_eq!(LogReader::open(&file).unwrap().verify().unwrap().last, 4);
}

#[test]
fn a_file_of_a_newer_version_or_of_noise_is_refused_with_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.db");
    drop(filled(&file, 1));
    rusqlite::Connection::open(&file).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
    let newer = Log::open(&file).err().unwrap();
    assert!(matches!(newer, JournalError::Newer { found: 99, .. }), "{newer}");
    let noise = folder.path().join("noise.db");
    std::fs::write(&noise, vec![7; 8_192]).unwrap();
    let corrupt = Log::open(&noise).err().unwrap();
    assert!(matches!(corrupt, JournalError::Corrupt { .. }), "{corrupt}");
}

#[test]
fn retired_records_go_a_few_at_a_time_and_the_chain_holds_from_the_anchor() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.db");
    let mut log = filled(&file, 100);
    let reader = LogReader::open(&file).unwrap();
    assert_eq!(reader.anchor().unwrap(), None);
    let items = vec![(pedkai_core::pipeline::ItemKind::Head, 0, vec![1, 2, 3])];
    log.retire(60, 1, items.clone()).unwrap();
    assert_eq!(reader.first().unwrap(), 61);
    assert_eq!(reader.anchor().unwrap().unwrap().items, items);
    assert_eq!(
        reader.verify().unwrap(),
        Verified {
            records: 40,
            first: 61,
            last: 100,
            hash: log.head().hash
        }
    );
    append(&mut log, 1).unwrap();
    assert_eq!(count(&file), 93);
    for _ in 0..40 {
        append(&mut log, 1).unwrap();
    }
    assert_eq!(count(&file), 81);
    assert_eq!(reader.verify().unwrap().last, 141);
    assert_eq!(reader.record(60).unwrap(), None);
    drop(log);
    let log = Log::open(&file).unwrap();
    assert_eq!(log.head().seq, 141);
}

fn count(file: &Path) -> i64 {
    rusqlite::Connection::open(file)
        .unwrap()
        .query_row("SELECT count(*) FROM record", [], |row| row.get(0))
        .unwrap()
}

#[test]
fn the_file_beside_the_log_does_not_grow_without_end() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.db");
    let mut log = Log::open(&file).unwrap();
    let mut noise = vec![0; 1_000_000];
    blake3::Hasher::new().finalize_xof().fill(&mut noise);
    let mut largest = 0;
    for seq in 1..=80 {
        let entry = Entry {
            seq,
            at: at(seq),
            epoch: 1,
            events: 0,
            unmapped: 0,
            unreadable: 0,
            bytes: &noise,
        };
        log.append(&entry).unwrap();
        log.tidy().unwrap();
        largest = largest.max(std::fs::metadata(folder.path().join("log.db-wal")).unwrap().len());
    }
    assert!(log.written() > 40_000_000, "{}", log.written());
    assert!(largest < 20_000_000, "{largest}");
}
