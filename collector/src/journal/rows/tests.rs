use pedkai_core::model::*;
use pedkai_core::pipeline::{Changes, RowChange};
use pedkai_core::screen::{AckRow, AckState, AlarmRow, Row};

use super::*;

const TENANT: TenantId = TenantId(Uuid::from_u128(11));

fn minter() -> Minter {
    Minter::new(TENANT, 1)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

/// A row in which every field says something.
fn full(n: u32) -> AlarmRow {
    let ids = |kind| (0..32).map(|back| minter().mint(kind, 900 - back, n)).collect();
    AlarmRow {
        id: minter().mint(IdKind::Alarm, 5, n),
        entity_id: minter().mint(IdKind::Entity, 2, n % 10),
        external_id: Name::from(format!("router-{n}")),
        entity_name: Name::from("Router with a name longer than twenty-four bytes"),
        entity_type: Name::from("ROUTER"),
        device_id: Some(minter().mint(IdKind::Entity, 2, 77)),
        link_id: Some(minter().mint(IdKind::Entity, 2, 78)),
        peer_id: Some(minter().mint(IdKind::Entity, 2, 79)),
        alarm_type: Name::from(["LINK_DOWN", "FAN"][n as usize % 2]),
        qualifier: Name::from("ge-0/0/1"),
        severity: Severity::ALL[n as usize % 5],
        cleared: n.is_multiple_of(3),
        flapping: true,
        ack_state: AckState::Acked,
        ack: Some(AckRow {
            by: Name::from("kim"),
            at: at(50),
            until: AckUntil::Time(at(60)),
            note: Name::from("on it"),
        }),
        shelved: true,
        suppressed_by: Some(Name::from("maintenance")),
        count: 9,
        raised_at: at(40),
        last_raised_at: at(45),
        cleared_at: Some(at(46)),
        changed_at: at(1_000 + i64::from(n)),
        text: Name::from("Carrier lost"),
        probable_cause: Name::from("loss of signal"),
        symptom: Symptom::InterfaceDown,
        source: SourceKind::Snmp,
        source_system: Name::from("snmp"),
        rule: Name::from("if-mib"),
        tracking_ids: ids(IdKind::Tracking),
        event_ids: ids(IdKind::Event),
        incident_id: Some(minter().mint(IdKind::Incident, 5, n % 4)),
        owner: Name::from("lee"),
        comment: Name::from("seen"),
        emergency: true,
        history: vec![
            (at(40), StatusChange::Raised(Severity::Minor)),
            (at(41), StatusChange::Severity(Severity::Major)),
            (at(46), StatusChange::Cleared),
        ],
    }
}

fn batch(seq: u64, rows: impl IntoIterator<Item = AlarmRow>, live: bool) -> Batch {
    Batch {
        changes: Changes {
            seq,
            at: at(seq as i64),
            items: Vec::new(),
            rows: rows.into_iter().map(|row| RowChange { row: Row::Alarm(row), live }).collect(),
        },
        epoch: 1,
        life: minter().life(),
        ..Batch::default()
    }
}

fn opened() -> (tempfile::TempDir, RowsWriter, Rows) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rows.db");
    let writer = RowsWriter::open(&file, minter()).unwrap().unwrap();
    (folder, writer, Rows::new(&file, TENANT))
}

#[test]
fn a_row_comes_back_as_it_was_written() {
    let (_folder, mut writer, rows) = opened();
    writer.apply(&batch(1, (0..20).map(full), true)).unwrap();
    for n in 0..20 {
        assert_eq!(rows.alarm(full(n).id).unwrap(), Some(full(n)));
    }
    assert_eq!(rows.alarm(full(21).id).unwrap(), None);
    assert_eq!(rows.incident(full(1).id).unwrap(), None);
}

#[test]
fn the_form_of_an_alarms_body_changes_only_with_the_format() {
    let mut bytes = Vec::new();
    alarm_body::encode(&full(1), &minter(), &mut bytes);
    let kept = (4_i64, "2e00a13318aac138003adcceb07a192ce5b4b8a8aa66bd0c154d5745806b94b9");
    let found = (schema::VERSION, blake3::hash(&bytes).to_hex().to_string());
    assert_eq!((found.0, found.1.as_str()), kept, "raise schema::VERSION and keep the new hash here");
}

#[test]
fn filters_give_what_they_say_and_pages_join_without_a_gap() {
    let (_folder, mut writer, rows) = opened();
    writer.apply(&batch(1, (0..50).map(full), true)).unwrap();
    writer.apply(&batch(2, [full(50)], false)).unwrap();
    let all: Vec<AlarmRow> = (0..50).rev().map(full).collect();
    let check = |filter: AlarmFilter, keep: &dyn Fn(&AlarmRow) -> bool| {
        let expected: Vec<AlarmRow> = all.iter().filter(|row| keep(row)).cloned().collect();
        assert!(!expected.is_empty());
        for limit in [1, 7, 100] {
            let mut found = Vec::new();
            let mut next = None;
            loop {
                let page = rows.alarms(&filter, next.as_deref(), limit).unwrap();
                assert!(page.items.len() <= limit);
                found.extend(page.items);
                next = page.next;
                if next.is_none() {
                    break;
                }
            }
            assert_eq!(found, expected, "{filter:?}");
        }
    };
    let none = AlarmFilter::default;
    check(none(), &|_| true);
    check(
        AlarmFilter {
            severity: vec![Severity::Major, Severity::Minor],
            ..none()
        },
        &|row| matches!(row.severity, Severity::Major | Severity::Minor),
    );
    check(
        AlarmFilter {
            cleared: Some(false),
            ..none()
        },
        &|row| !row.cleared,
    );
    check(
        AlarmFilter {
            since: Some(at(1_030)),
            ..none()
        },
        &|row| row.changed_at >= at(1_030),
    );
    let ids = vec![full(3).id, full(31).id, full(99).id];
    check(AlarmFilter { ids, ..none() }, &|row| [full(3).id, full(31).id].contains(&row.id));
    let entity = full(3).entity_id;
    check(
        AlarmFilter {
            entity: Some(entity),
            ..none()
        },
        &|row| row.entity_id == entity,
    );
    let incident = full(2).incident_id;
    check(AlarmFilter { incident, ..none() }, &|row| row.incident_id == incident);
    check(
        AlarmFilter {
            alarm_type: Some("FAN".to_owned()),
            cleared: Some(true),
            ..none()
        },
        &|row| row.alarm_type.as_str() == "FAN" && row.cleared,
    );
    let history = rows.alarms(&AlarmFilter { history: true, ..none() }, None, 100).unwrap();
    assert_eq!(history.items.len(), 51);
    assert!(matches!(
        rows.alarms(&none(), Some("rubbish"), 10),
        Err(crate::journal::JournalError::BadRequest(_))
    ));
}

#[test]
fn counts_add_up() {
    let (_folder, mut writer, rows) = opened();
    let plain = |n| AlarmRow {
        shelved: n == 3,
        ack: None,
        ack_state: AckState::None,
        ..full(n)
    };
    writer.apply(&batch(1, (0..30).map(plain), true)).unwrap();
    let by_severity = rows.by_severity().unwrap();
    assert_eq!(by_severity.len(), 5);
    assert_eq!(by_severity[0].severity, Severity::Critical);
    let sum: u64 = by_severity.iter().map(|count| count.standing + count.cleared + count.shelved).sum();
    assert_eq!(sum, 30);
    let by_type = rows.by_type(10).unwrap();
    assert_eq!(by_type.iter().map(|count| count.standing + count.cleared).sum::<u64>(), 30);
    let stats = rows.alarm_stats().unwrap();
    assert_eq!((stats.alarms, stats.raises, stats.duplicates, stats.shelved), (30, 270, 240, 1));
}

#[test]
fn an_older_batch_is_passed_over_and_a_deletion_reaches_who_had_the_row() {
    let (_folder, mut writer, rows) = opened();
    writer.apply(&batch(5, [full(1), full(2)], true)).unwrap();
    writer.apply(&batch(4, [AlarmRow { count: 1, ..full(1) }], true)).unwrap();
    assert_eq!(rows.alarm(full(1).id).unwrap(), Some(full(1)));
    let page = rows.changes(None, 10, 5).unwrap();
    assert_eq!(page.changes.len(), 2);
    writer.apply(&batch(6, [full(1)], false)).unwrap();
    let tail = rows.changes(Some(&page.cursor), 10, 6).unwrap();
    assert_eq!(
        tail.changes,
        [Change {
            kind: Kind::Alarm,
            id: full(1).id,
            row: None
        }]
    );
    let fresh = rows.changes(None, 10, 6).unwrap();
    assert_eq!(fresh.changes.len(), 1, "a snapshot holds no deletions");
    writer.apply(&batch(7, [full(3)], true)).unwrap();
    writer.retire(6).unwrap();
    assert!(matches!(rows.changes(Some(&page.cursor), 10, 7), Err(crate::journal::JournalError::Gone)));
    assert!(rows.changes(Some(&tail.cursor), 10, 7).is_ok());
    assert_eq!(rows.alarm(full(1).id).unwrap(), None, "history goes with the log");
}

#[test]
fn fifty_thousand_rows_are_written_in_one_go() {
    let (_folder, mut writer, rows) = opened();
    for seq in 1..=3 {
        let batch = batch(seq, (0..50_000).map(|n| AlarmRow { count: seq as u32, ..full(n) }), true);
        let began = std::time::Instant::now();
        writer.apply(&batch).unwrap();
        println!("50,000 rows: {:?}", began.elapsed());
    }
    let began = std::time::Instant::now();
    assert_eq!(rows.alarm_stats().unwrap().alarms, 50_000);
    println!("counted: {:?}", began.elapsed());
    assert_eq!(rows.alarm(full(49_999).id).unwrap().map(|row| row.count), Some(3));
}
