use std::collections::BTreeMap;
use std::path::Path;

use pedkai_core::model::{EntityId, Name, Point, Sample, Span, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use super::block::{self, Group, Key};
use super::{Limits, Store, Which, Window};
use crate::journal::JournalError;

const DAY: i64 = 86_400;

fn entity(number: u128) -> EntityId {
    EntityId(Uuid::from_u128(number))
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn sample(number: u128, metric: &str, seconds: i64, value: f64) -> Sample {
    Sample {
        entity: entity(number),
        metric: Name::from(metric),
        at: at(seconds),
        value,
        source: Name::from("test"),
    }
}

fn open(folder: &Path) -> Store {
    Store::open(folder, Limits::default()).unwrap()
}

fn values(store: &Store, number: u128, metric: &str) -> Vec<(i64, f64)> {
    let points = store.range(entity(number), metric, Timestamp::EPOCH, Timestamp::MAX).unwrap();
    points.iter().map(|point| (point.at.as_micros() / 1_000_000, point.value)).collect()
}

/// What was done to a store, and what it must then say.
#[derive(Clone, Debug)]
enum Act {
    Write(Vec<(u128, u8, i64, i32)>),
    Settle,
    Tidy,
    Reopen,
    Forget(u128),
    Drop(i64),
}

fn act() -> impl Strategy<Value = Act> {
    let some = (0..4_u128, 0..3_u8, 0..4 * DAY, -50..50_i32);
    prop_oneof![
        6 => proptest::collection::vec(some, 1..60).prop_map(Act::Write),
        3 => Just(Act::Settle),
        1 => Just(Act::Tidy),
        1 => Just(Act::Reopen),
        1 => (0..4_u128).prop_map(Act::Forget),
        1 => (0..5_i64).prop_map(Act::Drop),
    ]
}

type Model = BTreeMap<(u128, u8), BTreeMap<i64, f64>>;

fn apply(store: &mut Store, folder: &Path, model: &mut Model, act: &Act) {
    match act {
        Act::Write(samples) => {
            // Times fall on a coarse grid, so that many are written again.
            let samples: Vec<Sample> = samples
                .iter()
                .map(|(number, metric, time, value)| sample(*number, &format!("m{metric}"), time / 7_200 * 7_200, f64::from(*value) / 4.0))
                .collect();
            store.write(&samples).unwrap();
            for one in samples {
                let metric = one.metric.as_bytes()[1] - b'0';
                let series = model.entry((one.entity.0.as_u128(), metric)).or_default();
                series.insert(one.at.as_micros() / 1_000_000, one.value);
            }
        }
        Act::Settle => store.settle().unwrap(),
        Act::Tidy => drop(store.tidy(9).unwrap()),
        Act::Reopen => {
            *store = Store::new(folder.join("none"), Limits::default());
            *store = open(folder);
        }
        Act::Forget(number) => {
            store.forget(entity(*number)).unwrap();
            model.retain(|(known, _), _| known != number);
        }
        Act::Drop(day) => {
            store.settle().unwrap();
            store.drop_before(at(day * DAY)).unwrap();
            for series in model.values_mut() {
                series.retain(|time, _| *time >= day * DAY);
            }
            model.retain(|_, series| !series.is_empty());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever was written, in whatever order, over whatever crashes: every question gives what a plain map would.
    #[test]
    fn a_store_says_what_was_written_last(acts in proptest::collection::vec(act(), 1..14), from in 0..4 * DAY, length in 0..4 * DAY, step in 1..90_000_i64) {
        let folder = tempfile::tempdir().unwrap();
        let mut store = open(folder.path());
        let mut model = Model::new();
        for act in &acts {
            apply(&mut store, folder.path(), &mut model, act);
        }
        let within = |series: &BTreeMap<i64, f64>| series.range(from..from + length).map(|(time, value)| (*time, *value)).collect::<Vec<_>>();
        for ((number, metric), series) in &model {
            let metric = format!("m{metric}");
            let all: Vec<(i64, f64)> = series.iter().map(|(time, value)| (*time, *value)).collect();
            prop_assert_eq!(values(&store, *number, &metric), all);
            let some = store.range(entity(*number), &metric, at(from), at(from + length)).unwrap();
            prop_assert_eq!(some.iter().map(|p| (p.at.as_micros() / 1_000_000, p.value)).collect::<Vec<_>>(), within(series));
            let windows = store.windows(entity(*number), &metric, at(from), at(from + length), Span::seconds(step)).unwrap();
            prop_assert_eq!(windows, plain_windows(&within(series), from, step));
        }
        let listed = store.series(&Which::default(), Timestamp::EPOCH, Timestamp::MAX, 1_000).unwrap();
        let mut known: Vec<(String, u128, i64, i64)> = model
            .iter()
            .map(|((number, metric), series)| (format!("m{metric}"), *number, *series.first_key_value().unwrap().0, *series.last_key_value().unwrap().0))
            .collect();
        known.sort();
        let told: Vec<_> = listed
            .iter()
            .map(|s| (s.metric.to_string(), s.entity.0.as_u128(), s.first.as_micros() / 1_000_000, s.last.as_micros() / 1_000_000))
            .collect();
        prop_assert_eq!(told, known);
        let metrics = ["m0", "m1", "m2"].map(Name::from);
        let mut swept = Vec::new();
        store.sweep(&metrics, at(from), at(from + length), |entity, metric, points| {
            swept.push((metric.to_string(), entity.0.as_u128(), points.iter().map(|p| (p.at.as_micros() / 1_000_000, p.value)).collect::<Vec<_>>()));
        }).unwrap();
        let mut expected: Vec<_> = model.iter().map(|((number, metric), series)| (format!("m{metric}"), *number, within(series))).collect();
        expected.retain(|(_, _, points)| !points.is_empty());
        expected.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        prop_assert_eq!(swept, expected);
    }

    /// Any finite values at any times come back bit for bit, but for the sign of zero.
    #[test]
    fn a_block_gives_back_what_it_took(values in proptest::collection::vec((0..DAY * 1_000_000, prop_oneof![
        any::<f64>().prop_filter("finite", |value| value.is_finite()),
        (-1_000_000..1_000_000_i64).prop_map(|value| value as f64 / 1_000.0),
        Just(0.0),
    ]), 0..300), cut in 1..40_usize) {
        let mut times: Vec<i64> = values.iter().map(|(time, _)| *time).collect();
        times.sort_unstable();
        let points: Vec<Point> = times.iter().zip(&values).map(|(time, (_, value))| Point { at: Timestamp::from_micros(DAY * 1_000_000 + time), value: value + 0.0 }).collect();
        let groups: Vec<Group> = points.chunks(cut).enumerate().map(|(number, points)| Group {
            key: Key { metric: number as u32 / 3, entity: entity(number as u128) },
            points: points.to_vec(),
        }).collect();
        let bytes = block::encode(&groups, DAY * 1_000_000).unwrap();
        let back = block::decode(&bytes, DAY * 1_000_000, |_| true).unwrap();
        let bits = |groups: &[Group]| groups.iter().flat_map(|group| group.points.iter().map(|p| (p.at, p.value.to_bits()))).collect::<Vec<_>>();
        prop_assert_eq!(bits(&back), bits(&groups));
        prop_assert_eq!(back.iter().map(|group| group.key).collect::<Vec<_>>(), groups.iter().map(|group| group.key).collect::<Vec<_>>());
        for flipped in 0..bytes.len().min(64) {
            let mut broken = bytes.clone();
            broken[flipped] ^= 0x10;
            prop_assert!(block::decode(&broken, DAY * 1_000_000, |_| true).is_err());
        }
    }
}

fn plain_windows(points: &[(i64, f64)], from: i64, step: i64) -> Vec<Window> {
    let mut windows = BTreeMap::<i64, Vec<f64>>::new();
    for (time, value) in points {
        windows.entry(from + (time - from) / step * step).or_default().push(*value);
    }
    let window = |(time, values): (&i64, &Vec<f64>)| {
        let sum: f64 = values.iter().sum();
        Window {
            at: at(*time),
            n: values.len() as u64,
            min: values.iter().copied().fold(f64::INFINITY, f64::min),
            max: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            mean: sum / values.len() as f64,
            sum,
            last: *values.last().unwrap(),
        }
    };
    windows.iter().map(window).collect()
}

/// A copy of the folder as a process that is killed leaves it.
fn killed(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if !path.to_string_lossy().ends_with("-shm") {
            std::fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    copy
}

#[test]
fn what_a_write_returned_for_is_there_after_a_kill_at_any_moment() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for round in 0..12 {
        let samples: Vec<Sample> = (0..50)
            .map(|n| sample(n % 5, "load", round * 20_000 + i64::try_from(n).unwrap(), 1.5))
            .collect();
        store.write(&samples).unwrap();
        if round % 3 == 2 {
            store.settle().unwrap();
        }
        let copy = killed(folder.path());
        let after = open(copy.path());
        let found: usize = (0..5).map(|number| values(&after, number, "load").len()).sum();
        assert_eq!(found, (usize::try_from(round).unwrap() + 1) * 50);
    }
}

#[test]
fn many_writers_and_readers_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits {
        front_samples: 500,
        ..Limits::default()
    };
    let store = Store::open(folder.path(), limits).unwrap();
    std::thread::scope(|scope| {
        for writer in 0..4_u128 {
            let store = &store;
            scope.spawn(move || {
                for round in 0..20 {
                    let samples: Vec<Sample> = (0..50).map(|n| sample(writer, "load", round * 9_000 + n, n as f64)).collect();
                    store.write(&samples).unwrap();
                    let seen = values(store, writer, "load").len();
                    assert_eq!(seen, (usize::try_from(round).unwrap() + 1) * 50, "a writer sees all that it wrote");
                }
            });
        }
    });
    store.settle().unwrap();
    assert_eq!(store.usage().unwrap().samples, 4_000);
}

#[test]
fn a_damaged_day_is_put_aside_and_the_others_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let samples: Vec<Sample> = (0..6).map(|n| sample(1, "load", n * DAY / 2, n as f64)).collect();
    store.write(&samples).unwrap();
    assert!(store.rest().unwrap());
    std::fs::write(folder.path().join("1970-01-02.db"), vec![0x5a; 40_000]).unwrap();
    let far = [(0, 0.0), (DAY / 2, 1.0), (2 * DAY, 4.0), (2 * DAY + DAY / 2, 5.0)];
    assert_eq!(values(&store, 1, "load"), far);
    assert_eq!(store.usage().unwrap().aside, ["1970-01-02.db.damaged-1"]);
    store.write(&[sample(1, "load", DAY + 5, 9.0)]).unwrap();
    store.settle().unwrap();
    assert_eq!(values(&store, 1, "load").len(), 5, "the day takes samples again");
    assert!(folder.path().join("1970-01-02.db.damaged-1").is_file());
}

#[test]
fn a_day_that_turns_out_damaged_when_it_is_added_to_is_put_aside() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.write(&[sample(1, "load", 5, 1.0)]).unwrap();
    assert!(store.rest().unwrap());
    std::fs::write(folder.path().join("1970-01-01.db"), b"nothing of the kind, and long enough for a header").unwrap();
    store.write(&[sample(1, "load", 6, 2.0)]).unwrap();
    store.settle().unwrap();
    assert_eq!(values(&store, 1, "load"), [(6, 2.0)]);
}

#[test]
fn a_damaged_front_is_put_aside_and_the_days_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.write(&[sample(1, "load", 5, 1.0)]).unwrap();
    assert!(store.rest().unwrap());
    drop(store);
    std::fs::write(folder.path().join("front.db"), vec![0x5a; 9_000]).unwrap();
    let store = open(folder.path());
    assert_eq!(values(&store, 1, "load"), [(5, 1.0)]);
    assert_eq!(store.usage().unwrap().aside, ["front.db.damaged-1"]);
    store.write(&[sample(1, "load", 6, 2.0)]).unwrap();
    assert_eq!(values(&store, 1, "load").len(), 2);
}

#[test]
fn a_damaged_block_is_left_out_and_survives_what_is_added_later() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for n in 0..9 {
        store.write(&[sample(1, "load", n, n as f64)]).unwrap();
        store.settle().unwrap();
        if n == 3 {
            assert!(store.rest().unwrap());
            let file = rusqlite::Connection::open(folder.path().join("1970-01-01.db")).unwrap();
            file.execute("UPDATE block SET body = x'00112233445566778899' WHERE id = 2", []).unwrap();
        }
    }
    store.tidy(9).unwrap();
    let times: Vec<i64> = values(&store, 1, "load").iter().map(|(time, _)| *time).collect();
    assert_eq!(times, [0, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn many_runs_of_a_day_become_few_and_say_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for n in 0..40 {
        let samples: Vec<Sample> = (0..30).map(|k| sample(k, "load", n * 60, n as f64)).collect();
        store.write(&samples).unwrap();
        store.settle().unwrap();
    }
    store.write(&[sample(1, "load", DAY, 0.0)]).unwrap();
    let runs = || {
        let file = rusqlite::Connection::open(folder.path().join("1970-01-01.db")).unwrap();
        file.query_row("SELECT count(*) FROM run", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert!(runs() <= 8, "{} runs", runs());
    assert_eq!(store.tidy(9).unwrap(), 1);
    assert_eq!(runs(), 1);
    assert_eq!(values(&store, 7, "load").len(), 40);
}

#[test]
fn nothing_that_is_not_finite_gets_in() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let refused = store.write(&[sample(1, "load", 1, 2.0), sample(1, "load", 2, value)]);
        assert!(matches!(refused, Err(JournalError::BadRequest(_))), "{refused:?}");
    }
    assert_eq!(values(&store, 1, "load"), []);
}

#[test]
fn a_store_that_never_got_a_sample_has_no_file_and_one_that_rests_has_none_open() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path().join("kpi"), Limits::default());
    assert_eq!(values(&store, 1, "load"), []);
    assert!(store.rest().unwrap() && !folder.path().join("kpi").exists());
    store.write(&[sample(1, "load", 1, 2.0)]).unwrap();
    assert!(store.is_open());
    assert!(store.rest().unwrap() && !store.is_open());
    assert_eq!(values(&store, 1, "load"), [(1, 2.0)], "it opens again by itself");
}

#[test]
fn pages_of_series_come_in_order_and_say_first_and_last() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for day in 0..3 {
        for number in 0..5 {
            let samples = ["cpu_load", "prb", "Load_avg"].map(|metric| sample(number, metric, day * DAY + 9, 1.0));
            store.write(&samples).unwrap();
        }
        if day < 2 {
            store.settle().unwrap();
        }
    }
    let mut which = Which {
        text: "LOAD".to_owned(),
        ..Which::default()
    };
    let mut all = Vec::new();
    loop {
        let page = store.series(&which, Timestamp::EPOCH, Timestamp::MAX, 3).unwrap();
        let Some(last) = page.last() else { break };
        which.after = Some((last.metric.clone(), last.entity));
        all.extend(page);
    }
    assert_eq!(all.len(), 10);
    assert!(all.windows(2).all(|pair| (&pair[0].metric, pair[0].entity) < (&pair[1].metric, pair[1].entity)));
    assert!(
        all.iter()
            .all(|series| (series.first, series.last) == (at(9), at(2 * DAY + 9)) && series.source == "test")
    );
    let one = Which {
        entity: Some(entity(3)),
        ..Which::default()
    };
    assert_eq!(store.series(&one, at(DAY), at(2 * DAY), 10).unwrap().len(), 3);
    assert_eq!(
        store.metrics(Timestamp::EPOCH, Timestamp::MAX).unwrap(),
        ["Load_avg", "cpu_load", "prb"].map(Name::from)
    );
}
