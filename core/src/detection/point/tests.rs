use proptest::prelude::*;

use super::*;

const FIVE_MINUTES: i64 = 300_000_000;
const A_DAY: usize = 288;

fn at(index: usize) -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000 + index as i64 * FIVE_MINUTES)
}

/// Roughly normal noise from a seed.
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move || {
        (0..12)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 11) as f64 / (1_u64 << 53) as f64
            })
            .sum::<f64>()
            - 6.0
    }
}

fn wave(index: usize) -> f64 {
    100.0 + 40.0 * libm::sin(index as f64 / A_DAY as f64 * std::f64::consts::TAU)
}

fn play(detector: &mut Detector, from: usize, values: impl IntoIterator<Item = f64>) -> Vec<Verdict> {
    let step = |(index, value)| detector.step(at(from + index), value).unwrap();
    values.into_iter().enumerate().map(step).collect()
}

fn alarms(verdicts: &[Verdict]) -> usize {
    verdicts.iter().filter(|verdict| verdict.is_alarm()).count()
}

#[test]
fn the_hours_of_a_day_are_usual_and_a_spike_among_them_is_not() {
    let mut next = noise(1);
    let mut detector = Detector::new();
    let before = play(&mut detector, 0, (0..14 * A_DAY).map(|index| wave(index) + next()));
    assert!(alarms(&before) <= 4, "{}", alarms(&before));
    assert_eq!(alarms(&before[7 * A_DAY..]), 0);
    // Well within what the series does over a day, yet not at this hour.
    let low = 14 * A_DAY + A_DAY / 4;
    let hour = play(&mut detector, 14 * A_DAY, (14 * A_DAY..low).map(|index| wave(index) + next()));
    assert_eq!(alarms(&hour), 0);
    let value = 75.0;
    let spike = detector.step(at(low), value).unwrap();
    assert!((wave(low) - 140.0).abs() < 1.0 && (spike.baseline - wave(low)).abs() < 5.0, "{spike:?}");
    assert!(spike.is_alarm() && spike.is_outside(value) && spike.z < -10.0, "{spike:?}");
    assert!(!spike.is_outside(140.0));
    assert_eq!(spike.reason, Reason::Value);
}

#[test]
fn a_level_shift_is_told_once_and_soon_and_then_becomes_usual() {
    let mut next = noise(2);
    let mut detector = Detector::new();
    let before = play(&mut detector, 0, (0..2_000).map(|_| 50.0 + next()));
    assert!(alarms(&before) <= 2, "{}", alarms(&before));
    let after = play(&mut detector, 2_000, (0..1_000).map(|_| 54.0 + next()));
    let first = after.iter().position(Verdict::is_alarm).unwrap();
    assert!(first < BURST, "{first}");
    assert!(alarms(&after) <= 4, "{}", alarms(&after));
    // The same shift, too small for any single point.
    let mut detector = Detector::new();
    let before = play(&mut detector, 0, (0..2_000).map(|_| 50.0 + next()));
    assert!(alarms(&before) <= 2, "{}", alarms(&before));
    let after = play(&mut detector, 2_000, (0..200).map(|_| 51.5 + next()));
    let first = after.iter().find(|verdict| verdict.is_alarm()).unwrap();
    assert!(matches!(first.reason, Reason::Burst | Reason::Level | Reason::Shift), "{first:?}");
}

#[test]
fn noise_that_grows_is_told_though_its_mean_stays() {
    let mut next = noise(3);
    let mut detector = Detector::new();
    play(&mut detector, 0, (0..2_000).map(|_| 50.0 + next()));
    let after = play(&mut detector, 2_000, (0..100).map(|_| 50.0 + 3.0 * next()));
    assert!(alarms(&after) >= 1);
}

#[test]
fn a_departure_from_a_constant_is_strange_however_small() {
    for constant in [0.0, 0.1, -7.3e9, 1e-12] {
        let mut detector = Detector::new();
        let before = play(&mut detector, 0, std::iter::repeat_n(constant, 1_000));
        assert!(before.iter().all(|verdict| verdict.score == 0.0 && verdict.z == 0.0), "{constant}");
        assert_eq!(before.last().unwrap().range, Some((constant, constant)));
        let other = if constant == 0.0 { 1e-9 } else { constant * 1.000_1 };
        let broken = detector.step(at(1_000), other).unwrap();
        assert!(broken.is_alarm() && broken.is_outside(other), "{constant}: {broken:?}");
        assert_eq!((broken.reason, broken.z.abs()), (Reason::Constant, FARTHEST), "{constant}");
    }
    // Too short a past to call anything constant.
    let mut detector = Detector::new();
    play(&mut detector, 0, std::iter::repeat_n(1.0, 100));
    let early = detector.step(at(100), 2.0).unwrap();
    assert_eq!((early.score, early.range, early.reason), (0.0, None, Reason::Nothing));
}

#[test]
fn mere_noise_raises_few_alarms() {
    let of = |series: &dyn Fn(f64) -> f64| -> usize {
        (0..10)
            .map(|seed| {
                let mut next = noise(100 + seed);
                alarms(&play(&mut Detector::new(), 0, (0..3_000).map(|_| series(next()))))
            })
            .sum()
    };
    let (normal, heavy) = (of(&|value| value), of(&|value| libm::exp(1.5 * value)));
    assert!(normal <= 15, "{normal} alarms in 30,000 points of normal noise");
    assert!(heavy <= 60, "{heavy} alarms in 30,000 points of heavy-tailed noise");
}

#[test]
fn an_alarm_is_not_repeated_unless_it_gets_much_worse() {
    let mut next = noise(4);
    let mut detector = Detector::new();
    play(&mut detector, 0, (0..2_000).map(|_| next()));
    let on = play(&mut detector, 2_000, (0..60).map(|index| next() + if index < 40 { 8.0 } else { 4_000.0 }));
    let told: Vec<usize> = on
        .iter()
        .enumerate()
        .filter(|(_, verdict)| verdict.is_alarm())
        .map(|(index, _)| index)
        .collect();
    assert!(!told.is_empty() && told[0] < BURST, "{told:?}");
    assert!(
        told.contains(&40) && told.iter().filter(|index| (1..40).contains(*index)).count() <= 1,
        "{told:?}"
    );
}

#[test]
fn what_is_no_sample_leaves_no_trace() {
    let mut next = noise(5);
    let mut detector = Detector::new();
    play(&mut detector, 0, (0..300).map(|_| next()));
    let before = detector.clone();
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e151] {
        assert_eq!(detector.step(at(300), value), None);
    }
    assert_eq!(detector.step(at(299), 5.0), None, "a second value of the same instant");
    assert_eq!(detector, before);
    for index in 0..SET_BACK as usize - 1 {
        assert_eq!(detector.step(at(10 + index), 0.0), None, "late");
    }
    assert!(detector.step(at(300), 0.0).is_some());
    // A clock that was set back for good.
    let heard = (0..100).filter(|index| detector.step(at(*index), 0.0).is_some()).count();
    assert_eq!(heard, 100 - (SET_BACK as usize - 1));
}

#[test]
fn a_detector_goes_on_after_a_restart_and_stays_small() {
    let mut next = noise(6);
    let mut detector = Detector::new();
    let mut length = 0;
    for round in 0..4 {
        play(&mut detector, round * 3_000, (0..3_000).map(|index| wave(index) + next()));
        length = serde_json::to_vec(&detector).unwrap().len();
    }
    assert!(length < 24 * 1_024, "{length} bytes");
    let mut restored: Detector = serde_json::from_slice(&serde_json::to_vec(&detector).unwrap()).unwrap();
    for index in 12_000..12_500 {
        let value = wave(index) + next();
        let (one, other) = (detector.step(at(index), value).unwrap(), restored.step(at(index), value).unwrap());
        assert!((one.score - other.score).abs() < 1e-6 && one.reason == other.reason, "{one:?} {other:?}");
    }
}

fn any_series() -> impl Strategy<Value = Vec<(i64, f64)>> {
    let value = prop_oneof![
        4 => -100.0..100.0,
        2 => Just(1.0),
        1 => any::<f64>(),
        1 => prop_oneof![Just(1e150), Just(-1e150), Just(f64::MIN_POSITIVE), Just(5e-324), Just(0.0), Just(f64::NAN)],
    ];
    let pause = prop_oneof![6 => Just(FIVE_MINUTES), 1 => any::<i64>(), 1 => -10_i64..10];
    prop::collection::vec((pause, value), 0..600)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_series_breaks_it(series in any_series()) {
        let mut detector = Detector::new();
        let mut time = 0_i64;
        for (pause, value) in series {
            time = time.wrapping_add(pause);
            if let Some(verdict) = detector.step(Timestamp::from_micros(time), value) {
                prop_assert!((0.0..=1.0).contains(&verdict.score), "{:?}", verdict);
                prop_assert!(verdict.baseline.is_finite() && verdict.z.abs() <= FARTHEST, "{:?}", verdict);
                if let Some((low, high)) = verdict.range {
                    prop_assert!(low <= verdict.baseline && verdict.baseline <= high && low.is_finite() && high.is_finite(), "{:?}", verdict);
                }
            }
        }
        let text = serde_json::to_string(&detector).unwrap();
        prop_assert!(serde_json::from_str::<Detector>(&text).is_ok());
    }

    #[test]
    fn the_unit_does_not_matter(seed in 0_u64..1_000, power in -40_i32..40) {
        let (mut one, mut other, mut next) = (Detector::new(), Detector::new(), noise(seed));
        for index in 0..400 {
            let value = 10.0 + next() + if index == 350 { 30.0 } else { 0.0 };
            let scaled = libm::ldexp(value, power);
            let (one, other) = (one.step(at(index), value).unwrap(), other.step(at(index), scaled).unwrap());
            prop_assert_eq!((one.score, one.z, one.reason), (other.score, other.z, other.reason));
        }
    }
}
