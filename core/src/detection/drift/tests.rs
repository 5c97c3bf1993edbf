use super::super::chance::Chance;
use super::*;
use proptest::prelude::*;

fn series(count: i64, step_s: i64, value: impl Fn(f64) -> f64) -> Vec<Point> {
    (0..count)
        .map(|i| Point {
            at: Timestamp::from_micros((1_700_006_400 + i * step_s) * 1_000_000),
            value: value((i * step_s) as f64 / 3_600.0),
        })
        .collect()
}

/// Noise in which each value repeats `repeat` of the one before.
fn noisy(mut points: Vec<Point>, seed: u64, size: f64, repeat: f64) -> Vec<Point> {
    let mut chance = Chance::new(seed);
    let mut held = 0.0;
    for point in &mut points {
        let fresh = (0..12).map(|_| chance.unit()).sum::<f64>() - 6.0;
        held = repeat * held + (1.0 - repeat * repeat).sqrt() * fresh;
        point.value += size * held;
    }
    points
}

fn plain() -> Settings {
    Settings {
        season_s: 0,
        ..Settings::default()
    }
}

#[test]
fn a_straight_line_is_told_exactly_by_hand() {
    let found = drift(&series(48, 900, |hour| 10.0 + 2.0 * hour), &plain()).unwrap();
    assert!(
        (found.slope - 2.0).abs() < 1e-9 && (found.low - 2.0).abs() < 1e-9 && (found.high - 2.0).abs() < 1e-9,
        "{found:?}"
    );
    assert!(found.drifts && found.change_points.is_empty() && found.n == 48 && found.spread < 1e-9);
    assert!((found.level - (10.0 + 2.0 * 11.75)).abs() < 1e-9);
}

#[test]
fn the_interval_holds_the_slope_as_often_as_it_says() {
    for repeat in [0.0, 0.6] {
        let held = (0..100).filter(|seed| {
            let points = noisy(series(200, 300, |hour| 50.0 + 0.3 * hour), *seed, 2.0, repeat);
            drift(&points, &plain()).is_some_and(|found| found.low <= 0.3 && 0.3 <= found.high)
        });
        let held = held.count();
        assert!(held >= 82, "{held} of 100 at a repeat of {repeat}");
    }
}

#[test]
fn a_season_is_no_trend_and_hides_none() {
    let day = |hour: f64| 20.0 * libm::sin(hour / 24.0 * std::f64::consts::TAU);
    let mut wrong = 0;
    for seed in 0..30 {
        let still = drift(&noisy(series(700, 900, day), seed, 2.0, 0.3), &Settings::default()).unwrap();
        wrong += u32::from(still.drifts);
        let moving = drift(&noisy(series(700, 900, |hour| day(hour) + 0.1 * hour), seed, 2.0, 0.3), &Settings::default()).unwrap();
        assert!(moving.drifts && (moving.slope - 0.1).abs() < 0.03, "{moving:?}");
    }
    assert!(wrong <= 7, "{wrong} of 30 windows without a trend, at nine in ten");
}

#[test]
fn a_step_is_a_change_point_and_not_a_trend() {
    for seed in 0..20 {
        let points = noisy(series(300, 300, |hour| if hour < 15.0 { 10.0 } else { 18.0 }), seed, 1.0, 0.2);
        let found = drift(&points, &plain()).unwrap();
        assert_eq!(found.change_points.len(), 1, "{found:?}");
        let change = found.change_points[0];
        let hours = change.at.since(points[0].at).as_seconds() / 3_600.0;
        assert!((hours - 15.0).abs() < 0.5 && (change.after - change.before - 8.0).abs() < 1.5, "{change:?}");
        assert!(found.since == change.at && found.slope.abs() < 0.3);
    }
    let quiet = (0..50).filter(|seed| drift(&noisy(series(300, 300, |_| 5.0), *seed, 1.0, 0.4), &plain()).is_some_and(|found| !found.change_points.is_empty()));
    assert!(quiet.count() <= 3, "changes of course in plain noise");
}

#[test]
fn a_bend_is_found_and_the_slope_is_that_since_then() {
    let points = noisy(series(240, 300, |hour| 40.0 + (hour - 10.0).max(0.0) * 4.0), 3, 0.5, 0.0);
    let found = drift(&points, &plain()).unwrap();
    assert!(!found.change_points.is_empty() && (found.slope - 4.0).abs() < 0.4, "{found:?}");
}

#[test]
fn too_little_has_no_trend_and_a_verdict_goes_over_the_wire() {
    assert_eq!(drift(&series(11, 300, |hour| hour), &plain()), None);
    assert_eq!(drift(&[], &plain()), None);
    let same = vec![series(1, 1, |_| 1.0)[0]; 40];
    assert_eq!(drift(&same, &plain()), None, "no time goes by");
    let found = drift(&series(40, 300, |_| 3.0), &plain()).unwrap();
    assert_eq!((found.slope, found.low, found.high, found.drifts, found.level), (0.0, 0.0, 0.0, false, 3.0));
    assert_eq!(serde_json::from_str::<Drift>(&serde_json::to_string(&found).unwrap()).unwrap(), found);
}

#[test]
fn a_trend_is_told_when_it_lasts_and_leaves_its_scatter_and_neither_a_season_nor_a_step_is_one() {
    let rule = DriftRule::default();
    let day = |hour: f64| 20.0 * libm::sin(hour / 24.0 * std::f64::consts::TAU);
    let told = |points: &[Point]| worth_telling(points, &rule, points[points.len() - 1].at, false).is_some();
    let (mut still, mut stepped, mut late) = (0, 0, 0);
    for seed in 0..40 {
        let size = if seed % 2 == 0 { 2.0 } else { 0.05 };
        let played = |value: &dyn Fn(f64) -> f64| noisy(series(672, 900, value), seed, size, 0.3);
        still += u32::from(told(&played(&day)));
        stepped += u32::from(told(&played(&|hour| day(hour) + if hour < 70.0 + seed as f64 { 0.0 } else { 30.0 })));
        late += u32::from(!told(&played(&|hour| day(hour) - 0.1 * hour)));
    }
    assert!(
        still <= 1 && stepped <= 1 && late <= 1,
        "{still} still ones and {stepped} steps were told, {late} trends were not"
    );
    let line = series(48, 900, |hour| 10.0 + 2.0 * hour);
    let (end, found) = (line[47].at, drift(&line, &plain()).unwrap());
    assert!(!found.tells(&rule, end, false), "half a day is no drift yet");
    let few = DriftRule { hours: 12, ..rule };
    assert!(
        !found.tells(&few, end, false) && found.tells(&few, end, true),
        "what is told stays told a little longer"
    );
    assert!(found.moved(end) > 1e6);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_points_break_it(rows in prop::collection::vec((0i64..500_000, prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::MAX), Just(0.0), Just(1e149), -9.0..9.0f64]), 0..80), season in 0i64..100_000) {
        let points: Vec<Point> = rows.iter().map(|(t, value)| Point { at: Timestamp::from_micros(t * 1_000_000), value: *value }).collect();
        if let Some(found) = drift(&points, &Settings { season_s: season, ..Settings::default() }) {
            prop_assert!(found.low <= found.high && found.slope.is_finite() && found.n >= 12);
        }
    }
}
