use super::super::{Asked, Judgement, Track, Verdict, links};
use super::Chance;
use crate::model::{EntityId, Name, Point, SeriesName, Span, Timestamp};

fn series(entity: &str, metric: &str) -> SeriesName {
    SeriesName {
        entity_id: EntityId(uuid::Uuid::from_u128(entity.bytes().fold(1, |sum, byte| 31 * sum + u128::from(byte)))),
        entity: Name::from(entity),
        metric: Name::from(metric),
    }
}

fn quarters(values: &[f64]) -> Vec<Point> {
    let start = Timestamp::parse("2026-01-31T00:00:00Z").unwrap();
    let at = |slot: usize| start.plus(Span::minutes(15 * i64::try_from(slot).unwrap()));
    values.iter().enumerate().map(|(slot, value)| Point { at: at(slot), value: *value }).collect()
}

/// A week of a KPI with the day's curve: noise with memory, and what the driver was `lag` steps before.
fn week(chance: &mut Chance, hour: f64, driver: Option<(&[f64], usize, f64)>) -> Vec<f64> {
    let mut value = 0.0;
    let mut values = Vec::new();
    for at in 0..672_usize {
        let drive = driver.map_or(0.0, |(driver, lag, strength)| {
            at.checked_sub(lag).map_or(0.0, |before| strength * driver[before])
        });
        value = 0.5 * value + chance.next() + chance.next() + drive;
        values.push(value + 3.0 * libm::sin(std::f64::consts::TAU * (at as f64 / 96.0 + hour / 24.0)));
    }
    values
}

fn judged(root: &[(SeriesName, Vec<Point>)], others: &[(SeriesName, Vec<Point>)]) -> Vec<Judgement> {
    let tracks = |tracks: &[(SeriesName, Vec<Point>)]| tracks.iter().map(|(series, points)| (series.clone(), points.clone())).collect::<Vec<_>>();
    let (root, others) = (tracks(root), tracks(others));
    fn of(tracks: &[(SeriesName, Vec<Point>)]) -> Vec<Track<'_>> {
        tracks
            .iter()
            .map(|(series, points)| Track {
                series: series.clone(),
                points,
            })
            .collect()
    }
    links(&of(&root), &of(&others), &Asked::default())
}

#[test]
fn a_driven_series_is_told_in_plain_words_with_its_lead() {
    let mut chance = Chance(11);
    let load = week(&mut chance, 0.0, None);
    let throughput = week(&mut chance, 5.0, Some((&load, 1, -0.5)));
    let judged = judged(
        &[(series("X", "PRB utilisation"), quarters(&load))],
        &[(series("Y", "DL throughput"), quarters(&throughput))],
    );
    let judgement = &judged[0];
    assert_eq!(judgement.verdict, Verdict::Leads, "{judgement:?}");
    let sentence = judgement.sentence();
    assert!(
        sentence.starts_with("PRB utilisation of X led DL throughput of Y by 15 minutes, more of the one before less of the other (F ")
            && sentence.ends_with(", n 672)"),
        "{sentence}"
    );
    let link = judgement.link().unwrap();
    assert_eq!((link.lag, link.step_s, link.n, link.differences), (1, 900, 672, 0));
    assert!(link.q < 1e-6 && link.reverse_p.unwrap() > 0.01 && *link.sentence == *sentence);
    let bytes = minicbor::to_vec(&link).unwrap();
    assert_eq!(minicbor::decode::<crate::model::CausalLink>(&bytes).unwrap(), link);
}

#[test]
fn the_other_way_round_it_follows() {
    let mut chance = Chance(12);
    let load = week(&mut chance, 0.0, None);
    let delay = week(&mut chance, 5.0, Some((&load, 4, 0.5)));
    let judged = judged(&[(series("Y", "delay"), quarters(&delay))], &[(series("X", "load"), quarters(&load))]);
    assert_eq!(judged[0].verdict, Verdict::Follows);
    let link = judged[0].link().unwrap();
    assert_eq!((&*link.cause.entity, link.lag), ("X", 4));
    assert!(
        link.sentence.starts_with("load of X led delay of Y by 1 hour and not the other way round"),
        "{:?}",
        link.sentence
    );
}

/// Ten of twenty are driven: nearly all of them are found, at the right lag, and hardly any other, though all share the hours of the day.
#[test]
fn power_and_false_discoveries_are_as_promised() {
    let (mut found, mut right, mut wrong, mut told) = (0, 0, 0, 0);
    for seed in 0..4 {
        let mut chance = Chance(1_000 + seed);
        let root = week(&mut chance, 0.0, None);
        let others: Vec<(SeriesName, Vec<Point>)> = (0..20_usize)
            .map(|which| {
                let driver = (which < 10).then_some((&root[..], 1 + which % 5, 0.35));
                (series(&format!("{which:02}"), "kpi"), quarters(&week(&mut chance, which as f64, driver)))
            })
            .collect();
        for judgement in judged(&[(series("root", "kpi"), quarters(&root))], &others) {
            let which: usize = judgement.effect.entity.parse().unwrap();
            let link = judgement.link();
            told += usize::from(link.is_some());
            match (which < 10, judgement.verdict) {
                (true, Verdict::Leads | Verdict::Both) => {
                    found += 1;
                    right += usize::from(link.unwrap().lag as usize == 1 + which % 5);
                }
                (false, Verdict::Leads | Verdict::Both | Verdict::Follows) | (true, Verdict::Follows) => wrong += 1,
                _ => {}
            }
        }
    }
    assert!(found >= 38 && right >= 36, "of 40 links {found} were found, {right} at their lag");
    assert!(wrong as f64 <= 0.1 * told as f64, "{wrong} of {told} are false");
}

#[test]
fn walks_are_differenced_and_not_taken_for_causes() {
    let mut found = 0;
    for seed in 0..30 {
        let mut chance = Chance(seed);
        let mut walk = || {
            let mut at = 0.0;
            (0..400)
                .map(|_| {
                    at += chance.next();
                    at
                })
                .collect::<Vec<f64>>()
        };
        let (one, other) = (walk(), walk());
        let judged = judged(&[(series("a", "kpi"), quarters(&one))], &[(series("b", "kpi"), quarters(&other))]);
        found += usize::from(judged[0].link().is_some());
        assert!(judged[0].differences <= 2 && judged[0].n == 400 - judged[0].differences);
    }
    assert!(found <= 5, "{found} of 30 pairs of random walks are held to be linked");
}

#[test]
fn what_cannot_be_tested_says_why_and_comes_last() {
    let mut chance = Chance(5);
    let load = week(&mut chance, 0.0, None);
    let root = [(series("root", "load"), quarters(&load))];
    let mut holes = quarters(&week(&mut chance, 1.0, Some((&load, 2, 0.5))));
    holes.retain(|point| point.at.as_micros() / 900_000_000 % 50 != 0);
    let others = [
        (series("a", "few"), quarters(&load[..29])),
        (series("b", "still"), quarters(&[4.0; 672])),
        (series("c", "none"), Vec::new()),
        (series("d", "holes"), holes),
        (series("root", "load"), quarters(&load)),
    ];
    let judged = judged(&root, &others);
    let told: Vec<(&str, Verdict, String)> = judged
        .iter()
        .map(|judgement| (&*judgement.effect.metric, judgement.verdict, judgement.sentence()))
        .collect();
    assert_eq!(told.len(), 4, "a series is not tested with itself");
    assert_eq!((told[0].0, told[0].1), ("holes", Verdict::Leads), "{told:?}");
    assert!(judged[0].left_out >= 12 && judged[0].warnings.len() == 2, "{:?}", judged[0]);
    for (metric, why) in [
        ("few", "not enough data: 29 points in common, 30 are needed"),
        ("still", "the effect never changes"),
        ("none", "not enough data"),
    ] {
        let (_, verdict, sentence) = told.iter().find(|told| told.0 == metric).unwrap();
        assert!(*verdict == Verdict::Untested && sentence.contains(why), "{sentence}");
    }
}
