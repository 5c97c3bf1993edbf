use proptest::prelude::*;

use super::*;
use crate::model::{IncidentIx, Span, Timestamp};

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn minutes(minutes: i64) -> Timestamp {
    Timestamp::from_micros(0).plus(Span::minutes(minutes))
}

#[test]
fn months_have_their_own_length() {
    let february = Month::of(at("2028-02-29T23:59:59Z"));
    assert_eq!(february.to_string(), "2028-02");
    assert_eq!(february.begin(), at("2028-02-01T00:00:00Z"));
    assert_eq!(february.length(), Span::minutes(29 * 1_440));
    assert_eq!(Month::of(at("2027-12-31T00:00:00Z")).next().begin(), at("2028-01-01T00:00:00Z"));
    assert_eq!(Month::of(at("2026-04-10T00:00:00Z")).allowed(99.5), Span::minutes(216));
}

fn ended<'a>(at: Timestamp, acked_at: Option<Timestamp>, windows: &'a [(Timestamp, Timestamp)]) -> Ended<'a> {
    Ended {
        at,
        acked_at,
        windows,
        restore: Some(Span::minutes(30)),
    }
}

#[test]
fn an_outage_over_two_incidents_counts_once_and_falls_into_its_months() {
    let mut book = Book::default();
    book.hold(IncidentIx(1), at("2026-01-31T23:30:00Z"));
    book.hold(IncidentIx(2), at("2026-01-31T23:40:00Z"));
    book.release(IncidentIx(1), &ended(at("2026-01-31T23:50:00Z"), None, &[]));
    assert!(book.since.is_some(), "the other still holds it down");
    let work = [(at("2026-02-01T00:10:00Z"), at("2026-02-01T00:20:00Z"))];
    book.release(IncidentIx(2), &ended(at("2026-02-01T00:30:00Z"), Some(at("2026-01-31T23:45:00Z")), &work));
    let of = |month: &str| *book.months.iter().find(|tally| tally.month.to_string() == month).unwrap();
    assert_eq!((of("2026-01").down, of("2026-01").outages), (Span::minutes(30), 0));
    let february = of("2026-02");
    assert_eq!(
        (february.down, february.excluded, february.outages, february.late),
        (Span::minutes(20), Span::minutes(10), 1, 1)
    );
    assert_eq!((february.mttr(), february.mtta()), (Some(Span::minutes(50)), Some(Span::minutes(15))));
    assert!((february.availability() - 100.0 * (1.0 - 20.0 / (28.0 * 1_440.0))).abs() < 1e-9);
}

#[test]
fn what_was_booked_is_not_booked_again_and_what_never_was_is_not() {
    let mut book = Book::default();
    book.hold(IncidentIx(1), minutes(100));
    book.forget(IncidentIx(1));
    assert_eq!(book, Book::default(), "a diagnosis that was wrong leaves nothing");
    book.hold(IncidentIx(1), minutes(100));
    book.release(IncidentIx(1), &ended(minutes(110), None, &[]));
    book.hold(IncidentIx(2), minutes(95));
    assert_eq!(book.since, Some(minutes(110)));
    book.release(IncidentIx(2), &ended(minutes(120), None, &[]));
    assert_eq!(book.months[0].down, Span::minutes(20));
}

#[test]
fn a_month_that_is_spent_no_longer_breaks_and_the_next_one_begins_anew() {
    let mut book = Book::default();
    let since = at("2026-04-30T23:00:00Z");
    // April allows 216 minutes at 99.5 %: the outage meets May, which allows 223.2.
    assert_eq!(book.breach_at(99.5, since, &[]), Some(at("2026-05-01T03:43:12Z")));
    book.hold(IncidentIx(1), at("2026-04-10T00:00:00Z"));
    book.release(IncidentIx(1), &ended(at("2026-04-10T03:00:00Z"), None, &[]));
    assert_eq!(book.breach_at(99.5, since, &[]), Some(at("2026-04-30T23:36:00Z")));
    book.hold(IncidentIx(1), at("2026-04-11T00:00:00Z"));
    book.release(IncidentIx(1), &ended(at("2026-04-11T01:00:00Z"), None, &[]));
    assert_eq!(book.breach_at(99.5, since, &[]), None);
}

#[test]
fn a_year_is_kept_and_what_is_older_goes() {
    let mut book = Book::default();
    for month in 0..30_u32 {
        let from = Month(24_000 + month).begin().plus(Span::minutes(60));
        book.hold(IncidentIx(month), from);
        book.release(IncidentIx(month), &ended(from.plus(Span::minutes(5)), None, &[]));
    }
    assert_eq!(book.months.len(), 13);
    assert_eq!(book.months[12].month, Month(24_029));
}

#[test]
fn outages_are_known_one_by_one_for_a_hundred_days_and_by_the_month_after_that() {
    let mut book = Book::default();
    let begin = at("2026-01-01T00:00:00Z");
    let day = |day: i64| begin.plus(Span::minutes(1_440 * day));
    for number in 0..150_u32 {
        let from = day(i64::from(number));
        book.hold(IncidentIx(number), from);
        book.release(IncidentIx(number), &ended(from.plus(Span::minutes(6)), None, &[]));
    }
    assert!(!book.knows_from(day(20)) && book.knows_from(day(60)));
    let week = book.between(day(100), day(107), &[]);
    assert_eq!((week.down, week.outages, week.incidents), (Span::minutes(42), 7, 7));
    assert!((week.availability(Span::minutes(7 * 1_440)) - 100.0 * (1.0 - 42.0 / 10_080.0)).abs() < 1e-9);
    for number in 0..1_000_u32 {
        let from = day(150).plus(Span::minutes(i64::from(number)));
        book.hold(IncidentIx(number), from);
        book.release(IncidentIx(number), &ended(from.plus(Span::seconds(10)), None, &[]));
    }
    assert!(book.outages.len() <= 256 && !book.knows_from(day(150)), "{}", book.outages.len());
    let bytes = minicbor::to_vec(&book).unwrap();
    assert_eq!(minicbor::decode::<Book>(&bytes).unwrap(), book);
}

#[test]
fn a_diagnosis_that_was_wrong_counts_no_incident() {
    let mut book = Book::default();
    book.hold(IncidentIx(1), minutes(100));
    book.hold(IncidentIx(2), minutes(101));
    book.forget(IncidentIx(2));
    book.release(IncidentIx(1), &ended(minutes(110), None, &[]));
    assert_eq!(book.between(minutes(0), minutes(200), &[]).incidents, 1);
}

#[test]
fn windows_of_another_origin_count_like_those_of_the_policy() {
    let (one, other) = (crate::model::EntityIx(1), crate::model::EntityIx(2));
    let windows = Windows::default().and([(one, minutes(5), minutes(10)), (one, minutes(8), minutes(12)), (other, minutes(9), minutes(9))]);
    let topology = crate::topology::Topology::default();
    assert_eq!(windows.over(&topology, [one]), [(minutes(5), minutes(12))]);
    assert_eq!(windows.over(&topology, [other]), []);
}

proptest! {
    /// What is counted until the instant that `advance` gives is the span that was asked.
    #[test]
    fn maintenance_moves_a_deadline_by_what_it_takes(from in 0_i64..5_000, span in 1_i64..3_000, starts in prop::collection::vec((0_i64..9_000, 1_i64..400), 0..8)) {
        let mut windows: Vec<(Timestamp, Timestamp)> = Vec::new();
        let mut sorted = starts;
        sorted.sort_unstable();
        for (begin, length) in sorted {
            if windows.last().is_none_or(|last| last.1 < minutes(begin)) {
                windows.push((minutes(begin), minutes(begin + length)));
            }
        }
        let end = advance(minutes(from), Span::minutes(span), &windows);
        prop_assert_eq!(counted(minutes(from), end, &windows), Span::minutes(span));
    }
}
