use super::*;
use samples::{alarm, id};

#[test]
fn counts_follow_the_rows() {
    let mut model = Model::default();
    let mut row = alarm(1, id(2, 0), "A", Severity::Critical, "", 60);
    model.apply(Change::Put(Box::new(Row::Alarm(row.clone()))));
    assert_eq!((model.tallies().all().counts, model.tallies().unacked()), ([1, 0, 0, 0, 0], 1));
    row.severity = Severity::Minor;
    row.ack_state = AckState::Acked;
    model.apply(Change::Put(Box::new(Row::Alarm(row.clone()))));
    assert_eq!((model.tallies().all().counts, model.tallies().unacked()), ([0, 0, 1, 0, 0], 0));
    assert_eq!(model.tallies().of(row.entity_id).worst(), Some(Level::Minor));
    model.apply(Change::Gone(Kind::Alarm, row.id));
    assert_eq!(
        (model.tallies().all().total(), model.tallies().entities().count(), model.alarms().len()),
        (0, 0, 0)
    );
}

#[test]
fn lines_of_the_feed_are_read() {
    let row = Row::Alarm(alarm(1, id(2, 0), "A", Severity::Critical, "text", 60));
    let line = serde_json::json!({"kind": "alarm", "id": row.id(), "row": serde_json::to_value(&row).unwrap()["row"]}).to_string();
    assert_eq!(Change::parse(&line).unwrap(), Some(Change::Put(Box::new(row))));
    let gone = format!(r#"{{"kind":"source","id":"{}","row":null}}"#, id(10, 1));
    assert_eq!(Change::parse(&gone).unwrap(), Some(Change::Gone(Kind::Source, id(10, 1))));
    assert_eq!(Change::parse(r#"{"kind":"weather","id":null,"row":{}}"#).unwrap(), None);
    assert!(Change::parse("{").is_err());
}

#[test]
fn what_is_foretold_comes_by_the_feed_and_goes_by_it() {
    let row = samples::foretold(3);
    let line = serde_json::json!({"kind": "sla", "id": row.id, "row": row}).to_string();
    let change = Change::parse(&line).unwrap().unwrap();
    assert_eq!(change.key(), (Kind::Sla, row.id));
    let mut model = Model::default();
    model.apply(change);
    assert_eq!(model.foretold().get(row.id), Some(&row));
    let gone = format!(r#"{{"kind":"sla","id":"{}","row":null}}"#, row.id);
    model.apply(Change::parse(&gone).unwrap().unwrap());
    assert!(model.foretold().is_empty());
}

#[test]
fn a_hole_is_filled_by_the_last_row() {
    let mut table = Table::default();
    for number in 0..3 {
        table.put(id(1, number), number);
    }
    table.remove(id(1, 0));
    assert_eq!((table.get(id(1, 2)), table.get(id(1, 0)), table.len()), (Some(&2), None, 2));
}
