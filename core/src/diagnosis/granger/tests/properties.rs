use proptest::prelude::*;

use super::super::factor::Factor;
use super::super::moments::{Column, Pair, Series};
use super::super::{Asked, Direction, Granger, LagTest, Statistic, Track, Untestable, Verdict, adf, align, links};
use super::{off, pair};
use crate::model::{EntityId, Name, Point, SeriesName, Span, Timestamp};

/// Anything that a column of a file may hold.
fn anything() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => -3.0..3.0_f64,
        2 => Just(1.0),
        1 => Just(f64::NAN),
        1 => prop_oneof![Just(f64::INFINITY), Just(f64::MAX), Just(f64::MIN), Just(f64::MIN_POSITIVE), Just(5e-324), Just(0.0), Just(-0.0)],
        1 => any::<f64>(),
    ]
}

fn sound(statistic: &Statistic) -> bool {
    statistic.stat >= 0.0 && statistic.stat.is_finite() && (0.0..=1.0).contains(&statistic.tail.p) && statistic.tail.ln_p <= 0.0
}

fn all_sound(test: &LagTest) -> bool {
    (1..=test.lag).contains(&test.lead) && [test.f, test.chi2, test.lr, test.f_params].iter().all(sound)
}

fn name(metric: &str) -> SeriesName {
    SeriesName {
        entity_id: EntityId(uuid::Uuid::from_u128(7)),
        entity: Name::from("cell"),
        metric: Name::from(metric),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn no_series_panics_and_what_is_told_is_a_number(
        x in prop::collection::vec(anything(), 0..90),
        y in prop::collection::vec(anything(), 0..90),
        deepest in 0_usize..8,
        waves in 0_usize..3,
    ) {
        let day: Vec<f64> = (0..90).map(|at| f64::from(at) / 24.0 % 1.0).collect();
        let granger = Granger::new(&x, &y, deepest).with_day(&day, waves);
        for direction in [Direction::Forth, Direction::Back] {
            for lag in 0..deepest + 2 {
                if let Ok(test) = granger.test(direction, lag) {
                    prop_assert!(all_sound(&test), "{test:?}");
                }
            }
            if let Some(lag) = granger.best_lag(direction) {
                prop_assert!((1..=deepest).contains(&lag));
            }
        }
        if let Some(adf) = adf(&x) {
            prop_assert!(adf.stat.is_finite() && (0.0..=1.0).contains(&adf.p), "{adf:?}");
        }
    }

    #[test]
    fn no_points_panic(
        one in prop::collection::vec((any::<i64>(), anything()), 0..60),
        other in prop::collection::vec((0_i64..4_000_000_000, anything()), 0..60),
        dense in prop::collection::vec(anything(), 0..120),
    ) {
        let points = |points: &[(i64, f64)]| points.iter().map(|(at, value)| Point { at: Timestamp::from_micros(*at), value: *value }).collect::<Vec<_>>();
        let dense: Vec<(i64, f64)> = dense.iter().zip(0..).map(|(value, at)| (at * 3_600_000_000, *value)).collect();
        let series = [points(&one), points(&other), points(&dense)];
        let tracks = ["a", "b", "c"].iter().zip(&series).map(|(metric, points)| Track { series: name(metric), points }).collect::<Vec<_>>();
        let judged = links(&tracks, &tracks, &Asked::default());
        prop_assert_eq!(judged.len(), 6);
        for judgement in &judged {
            prop_assert!(!judgement.sentence().is_empty());
            prop_assert_eq!(judgement.link().is_some(), judgement.verdict < Verdict::Nothing);
        }
        if let Some(aligned) = align(&series[0], &series[1]) {
            prop_assert!(aligned.cause.len() == aligned.effect.len() && aligned.cause.len() == aligned.day.len());
        }
    }

    #[test]
    fn units_do_not_matter(seed in any::<u64>(), kind in 0_u64..3, factor in prop_oneof![-1e9..-1e-9, 1e-9..1e9_f64], offset in -1e3..1e3_f64) {
        let (x, y) = pair(kind, 120, seed);
        let scaled: Vec<f64> = x.iter().map(|value| factor * (value + offset)).collect();
        for lag in 1..=4 {
            let [one, other] = [&x, &scaled].map(|x| Granger::new(x, &y, 4).test(Direction::Forth, lag).unwrap().f.stat);
            prop_assert!((one - other).abs() < 1e-7 * one.max(1e-3), "{one} {other}");
        }
    }

    #[test]
    fn the_fast_way_and_the_exact_way_agree(seed in any::<u64>(), kind in 0_u64..3, holes in prop::collection::vec(0_usize..150, 0..6), lag in 1_usize..6) {
        let (mut x, y) = pair(kind, 150, seed);
        holes.iter().for_each(|hole| x[*hole] = f64::NAN);
        let pair = Pair::new(&x, &y, 5);
        let mut columns: Vec<Column> = vec![(Series::One, 0)];
        columns.extend((1..=lag).flat_map(|back| [(Series::Effect, back), (Series::Cause, back)]));
        columns.push((Series::Effect, 0));
        let (Ok(fast), Ok(exact)) = (Factor::of(&pair, &columns, lag), Factor::of_columns(pair.design(&columns, lag), columns.len())) else {
            return Err(TestCaseError::fail("no factor"));
        };
        for row in 0..columns.len() {
            for column in row..columns.len() {
                prop_assert!((fast.at(row, column).abs() - exact.at(row, column).abs()).abs() < 1e-11);
            }
        }
    }

    #[test]
    fn a_series_with_a_hole_is_two_series(seed in any::<u64>(), at in 20_usize..100) {
        let (mut x, y) = pair(0, 120, seed);
        x[at] = f64::NAN;
        let whole = Granger::new(&x, &y, 3).test(Direction::Forth, 3).unwrap();
        prop_assert_eq!(whole.rows, 120 - 1 - 6);
        let (mut before, mut after) = ((x[..at].to_vec(), y[..at].to_vec()), (x[at + 1..].to_vec(), y[at + 1..].to_vec()));
        after.0.push(f64::NAN);
        after.1.push(0.0);
        after.0.append(&mut before.0);
        after.1.append(&mut before.1);
        let turned = Granger::new(&after.0, &after.1, 3).test(Direction::Forth, 3).unwrap();
        prop_assert!(off(whole.f.stat, turned.f.stat) < 1e-9);
    }
}

#[test]
fn what_cannot_be_told_is_named() {
    let (x, y) = pair(0, 60, 5);
    let still = vec![7.25; 60];
    let test = |x: &[f64], y: &[f64], lag| Granger::new(x, y, 20).test(Direction::Forth, lag).unwrap_err();
    assert_eq!(test(&still, &y, 1), Untestable::ConstantCause);
    assert_eq!(test(&x, &still, 1), Untestable::ConstantEffect);
    assert_eq!(test(&x, &x.iter().map(|value| 3.0 - 2.0 * value).collect::<Vec<_>>(), 1), Untestable::Collinear);
    assert_eq!(
        test(&x[..59], &x[1..].iter().map(|value| value - 1.0).collect::<Vec<_>>(), 2),
        Untestable::Collinear
    );
    let delayed: Vec<f64> = std::iter::once(0.0).chain(x.iter().map(|value| 5.0 * value)).take(60).collect();
    assert_eq!(test(&x, &delayed, 1), Untestable::Exact);
    assert_eq!(test(&x, &y, 20), Untestable::TooFew { rows: 40, needed: 42 });
    assert_eq!(adf(&still), None);
    assert_eq!(adf(&[]), None);
}

/// statsmodels tells F = −44 here: the mean is a billion times the changes.
#[test]
fn a_mean_far_from_zero_takes_no_digits_away() {
    let (x, y) = pair(0, 240, 1);
    let far: Vec<f64> = x.iter().map(|value| 1_048_576.0 + value / 1_024.0).collect();
    // What is left of the values after adding the mean.
    let near: Vec<f64> = far.iter().map(|value| value - 1_048_576.0).collect();
    for lag in 1..=5 {
        let [one, other] = [&near, &far].map(|x| Granger::new(x, &y, 5).test(Direction::Forth, lag).unwrap().f.stat);
        assert!(off(one, other) < 1e-9, "lag {lag}: {one} {other}");
    }
}

#[test]
fn a_finer_series_and_a_wavering_clock_come_on_one_grid() {
    let start = Timestamp::parse("2026-01-31T06:00:00Z").unwrap();
    let at = |seconds: i64| start.plus(Span::seconds(seconds));
    let coarse: Vec<Point> = (0..40)
        .map(|slot| Point {
            at: at(900 * slot + slot % 7 - 3),
            value: slot as f64,
        })
        .collect();
    let fine: Vec<Point> = (0..120)
        .rev()
        .filter(|slot| !(30..36).contains(slot))
        .map(|slot| Point {
            at: at(300 * slot),
            value: (slot / 3) as f64,
        })
        .collect();
    let aligned = align(&coarse, &fine).unwrap();
    assert_eq!((aligned.step, aligned.gaps), (Span::seconds(900), 1));
    let both = aligned.cause.iter().zip(&aligned.effect).filter(|(cause, _)| cause.is_finite());
    assert!(
        both.clone().count() >= 37 && both.clone().all(|(cause, effect)| (cause - effect).abs() <= 1.0),
        "{aligned:?}"
    );
    assert!((aligned.day[0] - 0.25).abs() < 1e-3);
    assert!(align(&coarse[..1], &fine).is_none() && align(&[], &[]).is_none());
}
