use super::*;

fn kept(number: u128, line: Option<&str>) -> Kept {
    Kept {
        kind: Kind::Alarm,
        id: Uuid::from_u128(number),
        line: line.map(str::to_owned),
    }
}

fn lines(rows: &Rows) -> Vec<String> {
    let mut lines = Vec::new();
    rows.each(|line| lines.push(line.to_owned())).unwrap();
    lines.sort();
    lines
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000)
}

#[test]
fn rows_come_back_with_the_cursor_that_they_reach() {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = Rows::open(folder.path()).unwrap();
    assert_eq!(rows.reached().unwrap(), None);
    rows.keep(&[kept(1, Some("a")), kept(2, Some("b"))], "c1", at(7)).unwrap();
    rows.keep(&[kept(1, None), kept(2, Some("b2")), kept(3, Some("c"))], "c2", at(8)).unwrap();
    drop(rows);
    let mut rows = Rows::open(folder.path()).unwrap();
    assert_eq!(rows.reached().unwrap(), Some(("c2".to_owned(), at(8))));
    assert_eq!(lines(&rows), ["b2", "c"]);
    rows.forget().unwrap();
    assert_eq!((rows.reached().unwrap(), lines(&rows).len()), (None, 0));
}

#[test]
fn a_damaged_copy_and_one_of_another_version_are_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = Rows::open(folder.path()).unwrap();
    rows.keep(&[kept(1, Some("a"))], "c1", at(7)).unwrap();
    rows.write("version", "0.0.1").unwrap();
    drop(rows);
    let mut rows = Rows::open(folder.path()).unwrap();
    assert_eq!((rows.reached().unwrap(), lines(&rows).len()), (None, 0));
    rows.keep(&[kept(1, Some("a"))], "c1", at(7)).unwrap();
    drop(rows);
    std::fs::write(folder.path().join("rows.db"), b"no database at all, but long enough to be looked at").unwrap();
    let rows = Rows::open(folder.path()).unwrap();
    assert_eq!((rows.reached().unwrap(), lines(&rows).len()), (None, 0));
}

#[test]
fn a_second_window_is_refused_and_the_first_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut rows = Rows::open(folder.path()).unwrap();
    assert!(Rows::open(folder.path()).is_err_and(|error| taken(&error)));
    rows.keep(&[kept(1, Some("a"))], "c1", at(7)).unwrap();
    assert_eq!(lines(&rows), ["a"]);
}

#[test]
fn a_writer_has_kept_everything_when_it_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let writer = Writer::new(Rows::open(folder.path()).unwrap(), |why| panic!("{why}")).unwrap();
    for number in 1..=500 {
        writer.keep(vec![kept(number, Some("x"))], &number.to_string(), at(number as i64));
    }
    drop(writer);
    let rows = Rows::open(folder.path()).unwrap();
    assert_eq!(rows.reached().unwrap(), Some(("500".to_owned(), at(500))));
    assert_eq!(lines(&rows).len(), 500);
}
