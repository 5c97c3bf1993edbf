use super::super::chance::Chance;
use super::*;

const MINUTES: i64 = 5;
const DAY: i64 = 24 * 60 / MINUTES;

fn at(step: i64) -> Timestamp {
    Timestamp::from_micros(1_700_006_400_000_000).plus(Span::minutes(MINUTES * step))
}

fn usual(chance: &mut Chance, step: i64) -> f64 {
    let noise = (0..12).map(|_| chance.unit()).sum::<f64>() - 6.0;
    100.0 + 40.0 * libm::sin(step as f64 / DAY as f64 * std::f64::consts::TAU) + noise
}

/// A watcher that knows `days` of a series.
fn knowing(days: i64, chance: &mut Chance) -> Watcher {
    let mut watcher = Watcher::default();
    for step in -days * DAY..0 {
        watcher.step(at(step), usual(chance, step), &Anomalies::default());
    }
    watcher
}

#[test]
fn it_is_told_when_it_lasts_with_the_figures_and_is_over_when_it_was_usual_for_long_enough() {
    let (rules, mut chance) = (Anomalies::default(), Chance::new(1));
    let mut watcher = knowing(8, &mut chance);
    assert_eq!(watcher.stands(), None);
    // One point by itself, however far, and a second one later.
    for (step, off) in [(0, 30.0), (1, 0.0), (2, 0.0), (3, 30.0), (4, 0.0), (5, 0.0)] {
        watcher.step(at(step), usual(&mut chance, step) + off, &rules);
        assert_eq!(watcher.stands(), None, "{step}");
    }
    for step in 6..12 {
        watcher.step(at(step), usual(&mut chance, step), &rules);
    }
    for step in 12..=14 {
        assert_eq!(watcher.stands(), None);
        watcher.step(at(step), usual(&mut chance, step) - 40.0, &rules);
    }
    let told = *watcher.stands().unwrap();
    assert_eq!((told.since, told.at, told.strange, told.of), (at(12), at(14), 3, 5), "{told:?}");
    assert!(told.value < told.low && told.low < told.expected && told.expected < told.high, "{told:?}");
    assert!((told.expected - 110.0).abs() < 12.0 && told.score >= 0.5 && told.z < -3.0, "{told:?}");
    assert_eq!(told.samples, 8 * DAY as u64 + 15);
    // Back; but not for half an hour yet.
    for step in 15..=19 {
        watcher.step(at(step), usual(&mut chance, step), &rules);
        assert_eq!(watcher.stands(), Some(&told), "what it saw then stays what is told");
    }
    watcher.step(at(20), usual(&mut chance, 20), &rules);
    assert_eq!(watcher.stands(), None);
}

#[test]
fn a_departure_from_a_constant_counts() {
    let rules = Anomalies::default();
    let mut watcher = Watcher::default();
    for step in -8 * DAY..0 {
        watcher.step(at(step), 100.0, &rules);
    }
    for step in 0..3 {
        watcher.step(at(step), 99.5, &rules);
    }
    let told = watcher.stands().unwrap();
    assert_eq!((told.reason, told.value, told.strange), (Reason::Constant, 99.5, 3));
    assert!((told.expected - 100.0).abs() < 0.01 && told.low == told.high, "{told:?}");
}

#[test]
fn what_is_no_sample_and_what_is_late_changes_nothing() {
    let (rules, mut chance) = (Anomalies::default(), Chance::new(3));
    let mut watcher = knowing(4, &mut chance);
    let before = watcher.clone();
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
        watcher.step(at(5), value, &rules);
    }
    for step in -40..0 {
        watcher.step(at(step), 9_999.0, &rules);
    }
    assert_eq!(watcher, before);
}

#[test]
fn a_young_series_is_learnt_and_not_told_of() {
    let (rules, mut chance) = (Anomalies::default(), Chance::new(4));
    let mut watcher = knowing(2, &mut chance);
    for step in 0..6 {
        watcher.step(at(step), 500.0, &rules);
        assert_eq!(watcher.stands(), None);
    }
    let eager = Anomalies { least_days: 0, ..rules };
    let mut watcher = knowing(1, &mut chance);
    for step in 0..3 {
        watcher.step(at(step), 500.0, &eager);
    }
    assert!(watcher.stands().is_some());
}

#[test]
fn it_goes_on_from_where_it_stood_and_weeks_of_noise_hold_next_to_nothing() {
    let (rules, mut told) = (Anomalies::default(), 0);
    for seed in 0..20 {
        let mut chance = Chance::new(100 + seed);
        let mut watcher = knowing(8, &mut chance);
        let mut restored: Watcher = serde_json::from_str(&serde_json::to_string(&watcher).unwrap()).unwrap();
        let mut stood = false;
        for step in 0..7 * DAY {
            let value = usual(&mut chance, step);
            watcher.step(at(step), value, &rules);
            restored.step(at(step), value, &rules);
            assert_eq!(watcher.stands().is_some(), restored.stands().is_some());
            told += u32::from(watcher.stands().is_some() && !stood);
            stood = watcher.stands().is_some();
        }
        assert!(serde_json::to_vec(&watcher).unwrap().len() < 26 * 1_024);
    }
    assert!(told <= 2, "{told} in twenty weeks of noise");
}
