use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000)
}

fn dot(second: i64, value: f64) -> Dot {
    Dot { at: at(second), value }
}

/// A noise that is the same in every run.
fn noise(number: u64) -> f64 {
    let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    ((mixed ^ (mixed >> 29)) % 1_000) as f64
}

fn points(drawn: &Drawn) -> Vec<PlotPoint> {
    drawn.runs.iter().flatten().copied().collect()
}

#[test]
fn however_far_away_no_peak_is_lost_and_no_more_is_drawn_than_columns_hold() {
    let mut dots: Vec<Dot> = (0..200_000).map(|second| dot(second, noise(second as u64))).collect();
    dots[77_777].value = 1e6;
    dots[123_456].value = -1e6;
    let curve = Curve::new(dots.clone());
    for (from, to, columns) in [(0, 199_999, 800), (70_000, 130_000, 333), (77_000, 78_000, 100)] {
        let drawn = curve.drawn(at(from), at(to), columns, Span::ZERO);
        let seen = &dots[(from as usize).saturating_sub(1)..=(to as usize + 1).min(199_999)];
        let low = seen.iter().map(|dot| dot.value).fold(f64::INFINITY, f64::min);
        let high = seen.iter().map(|dot| dot.value).fold(f64::NEG_INFINITY, f64::max);
        assert_eq!(drawn.range, Some([low, high]), "{from} to {to}");
        let points = points(&drawn);
        assert!(points.len() <= columns * 4 + 8, "{} points on {columns} columns", points.len());
        assert!(points.windows(2).all(|pair| pair[0].x < pair[1].x), "in order of time, none twice");
        assert_eq!(drawn.runs.len(), 1, "there is no hole in it");
    }
}

#[test]
fn each_column_keeps_its_own_lowest_and_highest() {
    let dots: Vec<Dot> = (0..10_000).map(|second| dot(second, noise(second as u64))).collect();
    let curve = Curve::new(dots.clone());
    let points = points(&curve.drawn(at(0), at(10_000), 100, Span::ZERO));
    for column in 0..100_usize {
        let of_dots = &dots[column * 100..column * 100 + 100];
        let of_points: Vec<f64> = points
            .iter()
            .filter(|point| (point.x / 100.0) as usize == column)
            .map(|point| point.y)
            .collect();
        let ends = |values: &[f64]| {
            (
                values.iter().copied().fold(f64::INFINITY, f64::min),
                values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            )
        };
        let all: Vec<f64> = of_dots.iter().map(|dot| dot.value).collect();
        assert_eq!(ends(&of_points), ends(&all), "column {column}");
    }
}

#[test]
fn what_comes_in_any_order_twice_or_not_finite_makes_a_curve_all_the_same() {
    let curve = Curve::new(vec![
        dot(30, 3.0),
        dot(10, 1.0),
        dot(20, f64::NAN),
        dot(20, 2.0),
        dot(10, 9.0),
        dot(40, f64::INFINITY),
    ]);
    assert_eq!(curve.dots(), [dot(10, 9.0), dot(20, 2.0), dot(30, 3.0)]);
    assert_eq!(Curve::new(Vec::new()).drawn(at(0), at(9), 10, Span::ZERO), Drawn::default());
}

#[test]
fn a_hole_breaks_the_line_and_holds_no_value() {
    let near = (0..100).map(|step| dot(step * 60, 1.0));
    let far = (200..300).map(|step| dot(step * 60, 2.0));
    let curve = Curve::new(near.chain(far).collect());
    for columns in [20, 2_000] {
        let drawn = curve.drawn(at(0), at(300 * 60), columns, Span::ZERO);
        assert_eq!(drawn.runs.len(), 2, "on {columns} columns");
    }
    assert_eq!(curve.at(at(61)).map(|(dot, _)| dot.at), Some(at(60)));
    assert_eq!(curve.at(at(150 * 60)), None, "in the middle of the hole nothing is known");
}

#[test]
fn what_is_strange_is_marked_where_it_is_and_a_crowd_of_it_once() {
    let dots: Vec<Dot> = (0..1_000).map(|second| dot(second, 5.0)).collect();
    let expected = |place: usize| Expected {
        range: (place != 503).then_some([4.0, 6.0]),
        score: match place {
            300 | 302 => 0.8,
            301 => 0.9,
            700 => 0.6,
            _ => 0.1,
        },
    };
    let curve = Curve::new(dots).expecting((0..1_000).map(expected).collect());
    let strange = |columns| {
        curve
            .drawn(at(0), at(1_000), columns, Span::ZERO)
            .strange
            .iter()
            .map(|point| point.x)
            .collect::<Vec<_>>()
    };
    assert_eq!(strange(1_000), [301.0, 700.0]);
    assert_eq!(curve.drawn(at(0), at(1_000), 100, Span::seconds(7)).strange.len(), 2);
    assert_eq!(
        curve.drawn(at(0), at(1_000), 100, Span::ZERO).bands.len(),
        1,
        "a place of which nothing is known is thinned away"
    );
    assert_eq!(
        curve.drawn(at(0), at(1_000), 1_000, Span::ZERO).bands.len(),
        2,
        "and is a hole where it is seen"
    );
}
