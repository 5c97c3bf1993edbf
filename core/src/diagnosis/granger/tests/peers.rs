use super::super::{Direction, Granger, Tail, adf, benjamini_hochberg, changes, chi2_tail, f_tail};
use super::{lines, number, off, pair};

#[test]
fn the_four_statistics_and_their_probabilities_are_those_of_statsmodels() {
    for line in lines(include_str!("granger.csv")) {
        let (x, y) = pair(number(line[0]) as u64, 240, number(line[0]) as u64 + 1);
        let test = Granger::new(&x, &y, 5).test(Direction::Forth, line[1].parse().unwrap()).unwrap();
        for (ours, theirs) in [test.f, test.chi2, test.lr, test.f_params].iter().zip(line[2..].chunks(2)) {
            assert!(off(ours.stat, number(theirs[0])) < 1e-9, "{line:?}: {test:?}");
            let p = number(theirs[1]);
            let off = if p < 1e-12 { off(ours.tail.ln_p, libm::log(p)) } else { off(ours.tail.p, p) };
            assert!(off < 1e-9, "{line:?}: {test:?}");
        }
    }
}

#[test]
fn the_test_for_a_random_walk_is_that_of_statsmodels() {
    for line in lines(include_str!("adf.csv")) {
        let (x, y) = pair(number(line[0]) as u64, 240, number(line[0]) as u64 + 1);
        let mut series = if line[1] == "0" { x } else { y };
        if line[2] == "1" {
            series = changes(&series);
        }
        let ours = adf(&series).unwrap();
        assert!(
            off(ours.stat, number(line[3])) < 1e-9 && off(ours.p, number(line[4])) < 1e-9,
            "{line:?}: {ours:?}"
        );
        assert_eq!([ours.lags.to_string(), ours.rows.to_string()], [line[5], line[6]]);
    }
}

#[test]
fn tails_are_right_where_they_are_too_small_to_write_and_with_a_million_rows() {
    for line in lines(include_str!("tails.csv")) {
        let (one, other, stat, ln_p) = (number(line[1]), number(line[2]), number(line[3]), number(line[4]));
        let Tail { p, ln_p: ours } = if line[0] == "f" { f_tail(stat, one, other) } else { chi2_tail(stat, one) };
        let off = if ln_p < -27.0 { off(ours, ln_p) } else { off(p, libm::exp(ln_p)) };
        assert!(off < 1e-9 && (p - libm::exp(ours)).abs() <= 1e-14 * p, "{line:?}: {p}, {ours}");
    }
}

#[test]
fn tails_of_nothing_and_of_infinity_are_one_and_none() {
    for none in [0.0, -1.0, f64::NEG_INFINITY] {
        assert_eq!((f_tail(none, 2.0, 20.0).p, chi2_tail(none, 2.0).p), (1.0, 1.0));
    }
    for all in [f64::INFINITY, f64::MAX] {
        assert_eq!((f_tail(all, 2.0, 20.0).p, chi2_tail(all, 2.0).p), (0.0, 0.0));
    }
    assert!(f_tail(f64::NAN, 2.0, 20.0).p.is_nan() && chi2_tail(f64::NAN, 2.0).p.is_nan());
}

/// The example of the paper, table 1, with its fifteen probabilities.
#[test]
fn benjamini_and_hochbergs_own_example_rejects_four() {
    let p = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
    ];
    let mut mixed = p.to_vec();
    mixed.reverse();
    mixed.push(f64::NAN);
    let mut q = benjamini_hochberg(&mixed);
    assert!(q.pop().unwrap().is_nan());
    q.reverse();
    assert_eq!(q.iter().filter(|q| **q <= 0.05).count(), 4);
    assert!(q.is_sorted() && q[14] == 1.0 && (q[0] - 0.0015).abs() < 1e-12, "{q:?}");
    assert!(benjamini_hochberg(&[]).is_empty());
}
