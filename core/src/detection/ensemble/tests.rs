use super::*;
use proptest::prelude::*;

/// Four columns: two that go together, their difference with noise, and one by itself.
fn usual(count: usize, seed: u64) -> Vec<f64> {
    let mut chance = Chance::new(seed);
    let mut normal = move || (0..12).map(|_| chance.unit()).sum::<f64>() - 6.0;
    let mut values = Vec::new();
    for _ in 0..count {
        let (a, b) = (normal(), normal());
        values.extend([a, b, a - b + 0.1 * normal(), normal()]);
    }
    values
}

fn small() -> Settings {
    Settings {
        forest: forest::Settings { trees: 40, sample: 128 },
        ..Settings::default()
    }
}

#[test]
fn the_chance_told_is_how_often_usual_rows_reach_it() {
    let (mut tenth, mut hundredth, mut all) = (0.0, 0.0, 0.0);
    for seed in 0..6 {
        let values = usual(600, seed);
        let ensemble = Ensemble::fit(Rows::new(&values, 4).unwrap(), small(), seed, None).unwrap();
        let fresh = usual(1_000, 100 + seed);
        for verdict in ensemble.judge(Rows::new(&fresh, 4).unwrap()) {
            tenth += f64::from(u8::from(verdict.chance <= 0.1));
            hundredth += f64::from(u8::from(verdict.chance <= 0.01));
            all += 1.0;
        }
    }
    assert!((0.05..0.17).contains(&(tenth / all)), "{}", tenth / all);
    assert!((0.002..0.03).contains(&(hundredth / all)), "{}", hundredth / all);
}

#[test]
fn a_stream_finds_what_is_strange_keeps_little_and_looks_only_back() {
    let settings = Settings {
        memory: 300,
        refit: 150,
        ..small()
    };
    let values = usual(900, 5);
    let run = |until: usize| -> (Vec<Option<Verdict>>, Stream) {
        let mut stream = Stream::new(4, settings, 1).unwrap();
        let verdicts = values.chunks_exact(4).take(until).map(|row| stream.push(row)).collect();
        (verdicts, stream)
    };
    let (verdicts, mut stream) = run(900);
    assert!(verdicts[..128].iter().all(Option::is_none) && verdicts[128..].iter().all(Option::is_some));
    assert_eq!((stream.kept(), stream.seen()), (300, 900));
    let alarms = verdicts.iter().flatten().filter(|verdict| verdict.strange).count();
    assert!(alarms <= 12, "{alarms} of 772 usual rows");
    assert_eq!(run(500).0, verdicts[..500]);
    let broken = stream.push(&[1.5, -1.5, -3.0, 0.0]).unwrap();
    assert!(
        broken.strange && broken.subspace.chance < 1e-3,
        "usual values that do not go together: {broken:?}"
    );
    let far = stream.push(&[0.0, 0.0, 0.0, 40.0]).unwrap();
    assert!(far.strange && far.columns[0].index == 3 && far.columns[0].away > 10.0, "{far:?}");
    let hole = stream.push(&[f64::NAN; 4]).unwrap();
    assert!(!hole.strange, "a missing row is nothing strange: {hole:?}");
    assert_eq!(stream.push(&[1.0]), None);
}

#[test]
fn a_departure_from_a_constant_counts() {
    let values = [3.0, 7.0].repeat(200);
    let ensemble = Ensemble::fit(Rows::new(&values, 2).unwrap(), small(), 1, None).unwrap();
    let found = ensemble.judge(Rows::new(&[3.0, 7.0, 3.0, 7.01], 2).unwrap());
    assert!(!found[0].strange && found[1].strange, "{found:?}");
}

#[test]
fn what_cannot_be_judged_says_why() {
    assert!(Stream::new(0, Settings::default(), 0).is_err());
    assert!(
        Stream::new(
            4,
            Settings {
                memory: 5,
                ..Settings::default()
            },
            0
        )
        .is_err()
    );
    let values = usual(29, 1);
    let error = Ensemble::fit(Rows::new(&values, 4).unwrap(), small(), 1, None).unwrap_err();
    assert_eq!(error, Barren::TooFew(29));
    let values = usual(60, 1);
    let ensemble = Ensemble::fit(Rows::new(&values, 4).unwrap(), small(), 1, None).unwrap();
    let text = serde_json::to_string(&ensemble.judge(Rows::new(&values[..4], 4).unwrap())).unwrap();
    assert!(text.contains("\"strange\":") && serde_json::from_str::<Vec<Verdict>>(&text).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn no_rows_break_it(
        values in prop::collection::vec(prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::MAX), Just(-f64::MAX), Just(0.0), -9.0..9.0f64], 0..140),
        width in 1usize..4,
    ) {
        let whole = values.len() / width * width;
        let rows = Rows::new(&values[..whole], width).unwrap();
        let settings = Settings { forest: forest::Settings { trees: 5, sample: 16 }, ..Settings::default() };
        if let Ok(ensemble) = Ensemble::fit(rows, settings, 1, None) {
            for verdict in ensemble.judge(rows) {
                prop_assert!((0.0..=1.0).contains(&verdict.chance), "{verdict:?}");
                prop_assert!(verdict.encoder.score.is_finite() && verdict.subspace.score.is_finite());
            }
        } else {
            prop_assert!(rows.len() < 30);
        }
    }
}
