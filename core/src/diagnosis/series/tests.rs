use proptest::prelude::*;

use super::*;

/// Noise of one seed: roughly normal with deviation 1.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        (0..12)
            .map(|_| {
                self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (self.0 >> 33) as f64 / f64::from(1_u32 << 31)
            })
            .sum::<f64>()
            - 6.0
    }
}

const AT: i64 = 100_000;

/// A point a minute for four hours up to ten minutes after AT; from `from` on, `rise` is added.
fn points(seed: u64, level: f64, noise: f64, rise: f64, from: i64) -> Vec<Point> {
    let mut chance = Noise(seed);
    (-240..10)
        .map(|minute| AT + 60 * minute)
        .map(|second| Point {
            at: Timestamp::from_micros(second * 1_000_000),
            value: level + noise * chance.next() + if second >= from { rise } else { 0.0 },
        })
        .collect()
}

fn series<'a>(of: &'a [(&'a str, &'a str, Vec<Point>)]) -> Vec<Series<'a>> {
    of.iter().map(|(entity, metric, points)| Series { entity, metric, points }).collect()
}

fn ask(measured: &[(&str, &str, Vec<Point>)], depends: &[(&str, &str)], symptom: Option<(&str, Option<&str>)>) -> Ranking {
    rank(&Question {
        series: &series(measured),
        depends,
        at: Timestamp::from_micros(AT * 1_000_000),
        symptom,
        silence: None,
    })
}

/// A front that calls a shop and a search, of which the shop calls a store; the store's trouble began five minutes before.
fn story() -> Vec<(&'static str, &'static str, Vec<Point>)> {
    let from = AT - 300;
    vec![
        ("front", "latency", points(1, 100.0, 3.0, 60.0, from)),
        ("shop", "latency", points(2, 40.0, 2.0, 90.0, from)),
        ("store", "latency", points(3, 8.0, 1.0, 85.0, from)),
        ("search", "latency", points(4, 20.0, 1.0, 0.0, from)),
        ("elsewhere", "latency", points(5, 20.0, 1.0, 500.0, from)),
    ]
}

const CALLS: [(&str, &str); 3] = [("front", "shop"), ("shop", "store"), ("front", "search")];

#[test]
fn the_deepest_anomalous_dependency_of_the_symptom_is_first() {
    let ranking = ask(&story(), &CALLS, Some(("front", Some("latency"))));
    let names: Vec<&str> = ranking.causes.iter().map(|cause| cause.entity.as_str()).collect();
    assert_eq!(names[0], "store", "{ranking:#?}");
    assert_eq!(names.last(), Some(&"search"));
    assert_eq!(ranking.onset.as_micros() / 1_000_000, AT - 300);
    let why = &ranking.causes[0].why;
    assert!(why.starts_with("latency rose to 9"), "{why}");
    assert!(
        why.contains("from a usual 8") && why.contains("1970-01-02T03:41:40Z on; nothing that it depends on departs with it; 2 that"),
        "{why}"
    );
    let shop = ranking.causes.iter().find(|cause| cause.entity == "shop").unwrap();
    assert_eq!(shop.explained_by.as_ref().unwrap().0, "store");
    let elsewhere = ranking.causes.iter().find(|cause| cause.entity == "elsewhere").unwrap();
    assert!(
        elsewhere.why.contains("no way of departures leads here from front") && elsewhere.score < 0.1,
        "{elsewhere:?}"
    );
}

#[test]
fn what_is_not_measured_is_passed_through() {
    let mut measured = story();
    measured.remove(1);
    let ranking = ask(&measured, &CALLS, Some(("front", Some("latency"))));
    assert_eq!(ranking.causes[0].entity, "store");
    let shop = ranking.causes.iter().find(|cause| cause.entity == "shop").unwrap();
    assert_eq!((shop.score, shop.why.as_str()), (0.0, "Nothing of it was measured often enough to be judged."));
}

#[test]
fn a_departure_from_a_constant_counts_and_a_drop_is_one() {
    let measured = [
        ("cell", "availability", points(1, 100.0, 0.0, -4.0, AT - 120)),
        ("other", "availability", points(2, 100.0, 0.0, 0.0, AT)),
        ("errors", "lost", points(3, 0.0, 0.0, 2.0, AT - 120)),
    ];
    let ranking = ask(&measured, &[], None);
    let z = |name: &str| ranking.causes.iter().find(|cause| cause.entity == name).unwrap().departure.as_ref().unwrap().z;
    assert!(z("cell") >= 3.0 && z("errors") >= 3.0 && z("other") == 0.0, "{ranking:#?}");
    assert!(
        ranking
            .causes
            .iter()
            .any(|cause| cause.why.starts_with("availability fell to 96 from a usual 100")),
        "{ranking:#?}"
    );
}

#[test]
fn what_was_so_before_is_not_the_cause() {
    let long_since = AT - 2_400;
    let mut measured = story();
    measured[2].2 = points(3, 8.0, 0.2, 20.0, long_since);
    let ranking = ask(&measured, &CALLS, Some(("front", Some("latency"))));
    assert_eq!(ranking.causes[0].entity, "shop", "{ranking:#?}");
}

#[test]
fn those_who_depend_on_each_other_do_not_explain_each_other_away() {
    let measured = &story()[..2];
    let ring = [("front", "shop"), ("shop", "front")];
    let ranking = ask(measured, &ring, Some(("front", Some("latency"))));
    assert!(
        ranking.causes.iter().all(|cause| cause.score > 0.3 && cause.explained_by.is_none()),
        "{ranking:#?}"
    );
}

/// A point every five minutes of eight days up to twenty minutes after `at`: the course of a day with noise, and `rise` from the trouble on.
fn days(seed: u64, at: i64, rise: f64) -> Vec<Point> {
    let mut chance = Noise(seed);
    (-8 * 288..5)
        .map(|step| at + 300 * step)
        .map(|second| Point {
            at: Timestamp::from_micros(second * 1_000_000),
            value: 40.0 + 35.0 * libm::sin(second as f64 / 86_400.0 * std::f64::consts::TAU) + 0.5 * chance.next() + if second >= at { rise } else { 0.0 },
        })
        .collect()
}

fn at_hour(hour: i64, rises: [f64; 2]) -> Ranking {
    let at = 30 * 86_400 + hour * 3_600;
    let measured = [("hub", "load", days(1, at, rises[0])), ("leaf", "load", days(2, at, rises[1]))];
    rank(&Question {
        series: &series(&measured),
        depends: &[("leaf", "hub")],
        at: Timestamp::from_micros(at * 1_000_000),
        symptom: None,
        silence: None,
    })
}

#[test]
fn the_time_of_day_is_no_departure_and_hides_none() {
    // At its lowest, at its highest, and where it rises and falls fastest.
    for hour in [0, 6, 12, 18] {
        let still = at_hour(hour, [0.0, 0.0]);
        for cause in &still.causes {
            let departure = cause.departure.as_ref().unwrap();
            assert!(departure.z < 3.0 && departure.after >= 2, "at {hour}: {cause:?}");
            assert!(
                cause.why.contains("stayed near its usual") && cause.why.contains("at that time of day"),
                "{}",
                cause.why
            );
        }
        // Well within what it does over a day, yet not at this hour.
        let found = at_hour(hour, [if hour == 6 { -15.0 } else { 15.0 }, 0.0]);
        assert_eq!(found.causes[0].entity, "hub", "at {hour}: {found:#?}");
        let departure = found.causes[0].departure.as_ref().unwrap();
        assert!(
            departure.z >= 5.0 && found.causes[1].departure.as_ref().unwrap().z < 3.0,
            "at {hour}: {found:#?}"
        );
    }
    let night = at_hour(18, [15.0, 0.0]);
    let usual = night.causes[0].departure.as_ref().unwrap().usual;
    assert!((usual - 5.0).abs() < 1.0, "the usual told is that of the hour: {usual}");
}

#[test]
fn samples_that_ended_are_a_departure() {
    let mut measured = story();
    for (entity, .., points) in &mut measured {
        let (level, ends) = (points[0].value, *entity == "store");
        points.retain(|point| !ends || point.at.as_micros() < AT * 1_000_000);
        points.iter_mut().for_each(|point| point.value = level + (point.value * 7.0).fract());
    }
    let ended = |of: &[(&str, &str)]| {
        rank(&Question {
            series: &series(&measured),
            depends: &CALLS,
            at: Timestamp::from_micros(AT * 1_000_000),
            symptom: Some(("front", None)),
            silence: Some(Silence {
                of,
                until: Timestamp::from_micros((AT + 600) * 1_000_000),
            }),
        })
    };
    let store = |ranking: &Ranking| ranking.causes.iter().find(|cause| cause.entity == "store").unwrap().clone();
    let (found, unknown) = (store(&ended(&[("store", "latency")])), store(&ended(&[])));
    let departure = found.departure.as_ref().unwrap();
    assert_eq!(departure.ended, Some(Timestamp::from_micros((AT - 60) * 1_000_000)), "{found:?}");
    assert!(departure.z >= 10.0 && departure.after == 0 && found.score > unknown.score, "{found:?}");
    assert!(
        found
            .why
            .starts_with("latency ended: nothing came after 1970-01-02T03:45:40Z, 11 samples are missing"),
        "{}",
        found.why
    );
    assert_eq!(unknown.why, "No sample of latency has come since.");
}

#[test]
fn nothing_to_go_by_is_said() {
    assert!(ask(&[], &[], None).causes.is_empty());
    let ranking = ask(&[("a", "m", Vec::new())], &[("a", "b")], Some(("c", None)));
    assert_eq!(ranking.causes.len(), 3);
    assert!(ranking.causes.iter().all(|cause| cause.score == 0.0 && cause.departure.is_none()));
    assert_eq!(ranking.onset.as_micros(), AT * 1_000_000);
}

#[test]
fn the_series_word_moves_a_confidence_both_ways_and_not_for_ever() {
    assert!(combine(0.5, 0.9) > 0.85 && combine(0.5, 0.0) < 0.15);
    assert!((combine(0.3, 0.241) - 0.3).abs() < 0.01);
    assert_eq!((combine(0.0, 1.0), combine(1.0, 0.0), combine(0.4, f64::NAN)), (0.0, 1.0, 0.4));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_input_has_scores_from_0_to_1(
        points in prop::collection::vec((0_usize..5, 0_usize..3, 0_i64..500, prop::num::f64::ANY), 0..200),
        depends in prop::collection::vec((0_usize..6, 0_usize..6), 0..10),
        symptom in prop::option::of((0_usize..6, prop::option::of(0_usize..3))),
        scale in prop::sample::select(vec![0_i64, 1, 1_000, 60_000_000, 86_400_000_000]),
        at in 0_i64..500,
    ) {
        let names = ["a", "b", "c", "d", "e", "f"];
        let single: Vec<Point> = points.iter().map(|point| Point { at: Timestamp::from_micros(point.2 * scale), value: point.3 }).collect();
        let measured: Vec<Series<'_>> = points.iter().zip(&single).map(|(point, at)| Series { entity: names[point.0], metric: names[point.1], points: std::slice::from_ref(at) }).collect();
        let depends: Vec<(&str, &str)> = depends.into_iter().map(|(one, other)| (names[one], names[other])).collect();
        let symptom = symptom.map(|(entity, metric)| (names[entity], metric.map(|metric| names[metric])));
        let ranking = rank(&Question { series: &measured, depends: &depends, at: Timestamp::from_micros(at * scale), symptom, silence: None });
        for cause in &ranking.causes {
            prop_assert!((0.0..=1.0).contains(&cause.score), "{:?}", cause);
        }
        prop_assert!(ranking.causes.is_sorted_by(|a, b| a.score >= b.score));
        prop_assert!((0.0..=1.0).contains(&combine(0.5, ranking.causes.first().map_or(0.0, |cause| cause.score))));
    }
}
