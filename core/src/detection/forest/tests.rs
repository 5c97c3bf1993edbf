use super::*;
use proptest::prelude::*;

fn cloud(count: usize, width: usize, seed: u64) -> Vec<f64> {
    let mut chance = Chance::new(seed);
    (0..count * width).map(|_| (0..6).map(|_| chance.unit()).sum::<f64>() - 3.0).collect()
}

fn scores(values: &[f64], width: usize, seed: u64) -> Vec<f64> {
    let rows = Rows::new(values, width).unwrap();
    Forest::fit(rows, Settings::default(), seed).unwrap().score(rows)
}

#[test]
fn what_stands_apart_is_strangest_and_its_score_is_the_papers() {
    let mut values = cloud(1_000, 4, 1);
    values.extend([6.0, -6.0, 6.0, -6.0]);
    let found = scores(&values, 4, 7);
    let last = found[1_000];
    assert!(found[..1_000].iter().all(|score| *score < last), "{last}");
    assert!(last > 0.75 && found[..1_000].iter().sum::<f64>() / 1_000.0 < 0.5);
}

#[test]
fn a_forest_of_two_rows_is_known_by_hand() {
    let found = scores(&[0.0, 1.0], 1, 3);
    assert_eq!(found, [0.5, 0.5], "one cut sets each apart: path 1, average path 2 H(1) - 1 = 1");
}

#[test]
fn blocks_do_not_change_a_score_and_neither_does_a_second_run() {
    let values = cloud(BLOCK * 2 + 5, 3, 2);
    let rows = Rows::new(&values, 3).unwrap();
    let forest = Forest::fit(rows, Settings::default(), 9).unwrap();
    let all = forest.score(rows);
    for (row, score) in rows.iter().zip(&all) {
        assert_eq!(forest.score(Rows::new(row, 3).unwrap()), [*score]);
    }
    assert_eq!(all, scores(&values, 3, 9));
    assert_ne!(all, scores(&values, 3, 10));
    let kept: Forest = serde_json::from_str(&serde_json::to_string(&forest).unwrap()).unwrap();
    assert!(kept.score(rows).iter().zip(&all).all(|(a, b)| (a - b).abs() < 1e-9));
}

#[test]
fn a_missing_value_makes_nothing_strange_and_an_infinite_one_does() {
    let mut values = cloud(500, 3, 4);
    values[3] = f64::NAN;
    values[7] = f64::INFINITY;
    let found = scores(&values, 3, 1);
    assert!(found[1] < 0.6, "{}", found[1]);
    assert!(found[2] > found.iter().sum::<f64>() / 500.0);
}

#[test]
fn what_cannot_be_grown_says_why() {
    let rows = Rows::new(&[1.0], 1).unwrap();
    let text = |settings| Forest::fit(rows, settings, 0).unwrap_err().to_string();
    assert!(text(Settings::default()).starts_with("not enough data: 1 rows"));
    assert!(text(Settings { trees: 0, sample: 256 }).contains("1 to 10000 trees"));
    assert!(Rows::new(&[1.0, 2.0], 0).is_err() && Rows::new(&[1.0, 2.0, 3.0], 2).is_err());
}

proptest! {
    #[test]
    fn no_rows_break_it(
        values in prop::collection::vec(prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(f64::MAX), Just(-f64::MAX), Just(0.0), -9.0..9.0f64], 0..60),
        width in 1usize..5,
        seed in any::<u64>(),
    ) {
        let whole = values.len() / width * width;
        let rows = Rows::new(&values[..whole], width).unwrap();
        match Forest::fit(rows, Settings { trees: 5, sample: 8 }, seed) {
            Ok(forest) => {
                let scores = forest.score(rows);
                prop_assert_eq!(scores.len(), rows.len());
                prop_assert!(scores.iter().all(|score| (0.0..=1.0).contains(score)));
            }
            Err(why) => prop_assert_eq!(why, Barren::TooFew(rows.len())),
        }
    }
}
