//! Series and their samples, as the collector answered: the feed does not bring them.

use pedkai_core::{
    detection::point::Detector,
    model::{Name, Span, Timestamp},
    wire::{KpiAnswer, KpiSeries, Page},
};
use serde::Deserialize;
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

use crate::widgets::plot::curve::{Curve, Dot, Expected};

/// Of longer answers nothing is said about what was to be expected: that would take too long.
const JUDGED: usize = 200_000;

/// A question about series.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KpiQuestion {
    /// Which series there are.
    Series {
        /// Of this entity; of any without one.
        entity: Option<Uuid>,
        /// That fit these words; all where there are none.
        words: String,
    },
    /// The samples of a series.
    Samples {
        /// What was measured.
        entity: Uuid,
        /// Which metric.
        metric: Name,
        /// From when.
        from: Timestamp,
        /// Until when.
        to: Timestamp,
        /// In buckets of this length; the samples themselves without one.
        step: Option<Span>,
    },
}

/// What the collector answered, made ready to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Learned {
    /// Series.
    Series(Vec<KpiSeries>),
    /// Samples.
    Samples(Curve),
}

/// Reads the collector's answer to a question, and makes it ready to be drawn. It may take long: not for the thread that draws.
///
/// # Errors
/// A sentence that says that it cannot be read.
pub fn learn(question: &KpiQuestion, answer: &[u8]) -> Result<Learned, String> {
    fn read<'a, T: Deserialize<'a>>(answer: &'a [u8]) -> Result<T, String> {
        serde_json::from_slice(answer).map_err(|error| format!("the collector's answer is not one that this version knows ({error})"))
    }
    match question {
        KpiQuestion::Series { .. } => Ok(Learned::Series(read::<Page<KpiSeries>>(answer)?.items)),
        KpiQuestion::Samples { .. } => Ok(Learned::Samples(curve(read(answer)?))),
    }
}

fn curve(answer: KpiAnswer) -> Curve {
    let dot = |at, value| Dot { at, value };
    let points = answer.points.unwrap_or_default();
    if let Some(buckets) = answer.buckets.filter(|_| points.is_empty()) {
        // A bucket stands where its middle is.
        let half = Span::micros(i64::try_from(answer.step.unwrap_or_default()).unwrap_or(i64::MAX).saturating_mul(500_000));
        let buckets = buckets
            .into_iter()
            .map(|bucket| (dot(bucket.at.plus(half), bucket.mean), [bucket.min, bucket.max]));
        return judged(Curve::of_buckets(buckets.collect()));
    }
    judged(Curve::new(points.into_iter().map(|point| dot(point.at, point.value)).collect()))
}

/// With what the detector expected of each dot by those before it, as far as the answer reaches back.
fn judged(curve: Curve) -> Curve {
    if curve.dots().len() > JUDGED {
        return curve;
    }
    let mut detector = Detector::new();
    let expected = curve.dots().iter().map(|dot| {
        let verdict = detector.step(dot.at, dot.value);
        Expected {
            range: verdict.as_ref().and_then(|verdict| verdict.range).map(|(low, high)| [low, high]),
            score: verdict.map_or(0.0, |verdict| verdict.score),
        }
    });
    let expected = expected.collect();
    curve.expecting(expected)
}

/// How it stands with a question.
#[derive(Clone, Debug, PartialEq)]
pub enum Known<T> {
    /// Asked, not answered yet.
    Waiting,
    /// The answer.
    Here(Arc<T>),
    /// There is none, because of this.
    Failed(Arc<str>),
}

#[derive(Debug)]
struct Kept<T> {
    known: Known<T>,
    number: u64,
}

/// Answers about series: the newest few hundred lists, and as many samples as the memory of a seat has room for.
#[derive(Debug, Default)]
pub struct Kpis {
    series: BTreeMap<KpiQuestion, Kept<Vec<KpiSeries>>>,
    samples: BTreeMap<KpiQuestion, Kept<Curve>>,
    count: u64,
}

/// Lists of series that are kept.
const LISTS: usize = 300;
/// Samples that are kept beside those on screen.
const SAMPLES: usize = 8_000_000;

impl Kpis {
    /// What is known about a question for series.
    pub fn series(&self, question: &KpiQuestion) -> Option<&Known<Vec<KpiSeries>>> {
        self.series.get(question).map(|kept| &kept.known)
    }

    /// What is known about a question for samples.
    pub fn samples(&self, question: &KpiQuestion) -> Option<&Known<Curve>> {
        self.samples.get(question).map(|kept| &kept.known)
    }

    /// Every series that any answer named.
    pub fn all_series(&self) -> impl Iterator<Item = &KpiSeries> {
        let lists = self.series.values().filter_map(|kept| match &kept.known {
            Known::Here(list) => Some(list.iter()),
            Known::Waiting | Known::Failed(_) => None,
        });
        lists.flatten()
    }

    /// Whether any question is not answered yet.
    pub fn waiting(&self) -> bool {
        self.series.values().any(|kept| kept.known == Known::Waiting) || self.samples.values().any(|kept| matches!(kept.known, Known::Waiting))
    }

    /// Grows with every answer.
    pub fn revision(&self) -> u64 {
        self.count
    }

    /// A question is about to be asked; false when it is already on its way. An answer that there is stays until the next one.
    pub fn ask(&mut self, question: &KpiQuestion) -> bool {
        fn note<T>(all: &mut BTreeMap<KpiQuestion, Kept<T>>, question: &KpiQuestion, number: u64) -> bool {
            match all.get_mut(question) {
                Some(Kept { known: Known::Waiting, .. }) => false,
                Some(Kept { known: Known::Here(_), .. }) => true,
                other => {
                    let waiting = Kept { known: Known::Waiting, number };
                    match other {
                        Some(kept) => *kept = waiting,
                        None => drop(all.insert(question.clone(), waiting)),
                    }
                    true
                }
            }
        }
        self.count += 1;
        match question {
            KpiQuestion::Series { .. } => note(&mut self.series, question, self.count),
            KpiQuestion::Samples { .. } => note(&mut self.samples, question, self.count),
        }
    }

    /// Takes an answer in; the oldest ones give way. One that failed does not displace one that did not.
    pub fn put(&mut self, question: KpiQuestion, answer: Result<Learned, String>) {
        fn keep<T>(all: &mut BTreeMap<KpiQuestion, Kept<T>>, question: KpiQuestion, known: Known<T>, number: u64) {
            let stays = matches!(known, Known::Failed(_)) && matches!(all.get(&question), Some(Kept { known: Known::Here(_), .. }));
            if !stays {
                all.insert(question, Kept { known, number });
            }
        }
        self.count += 1;
        match (question, answer) {
            (question, Ok(Learned::Series(list))) => keep(&mut self.series, question, Known::Here(Arc::new(list)), self.count),
            (question, Ok(Learned::Samples(curve))) => keep(&mut self.samples, question, Known::Here(Arc::new(curve)), self.count),
            (question @ KpiQuestion::Series { .. }, Err(why)) => keep(&mut self.series, question, Known::Failed(why.into()), self.count),
            (question @ KpiQuestion::Samples { .. }, Err(why)) => keep(&mut self.samples, question, Known::Failed(why.into()), self.count),
        }
        self.forget();
    }

    fn forget(&mut self) {
        while self.series.len() > LISTS {
            let oldest = self.series.iter().min_by_key(|(_, kept)| kept.number).map(|(question, _)| question.clone());
            oldest.map(|oldest| self.series.remove(&oldest));
        }
        let weight = |kept: &Kept<Curve>| match &kept.known {
            Known::Here(curve) => curve.dots().len(),
            Known::Waiting | Known::Failed(_) => 0,
        };
        let mut all: usize = self.samples.values().map(weight).sum();
        while (all > SAMPLES || self.samples.len() > LISTS) && self.samples.len() > 1 {
            let oldest = self.samples.iter().min_by_key(|(_, kept)| kept.number).map(|(question, _)| question.clone());
            let Some(gone) = oldest.and_then(|oldest| self.samples.remove(&oldest)) else {
                break;
            };
            all -= weight(&gone);
        }
    }
}

#[cfg(test)]
mod tests {
    use pedkai_core::detection::point::Verdict;

    use super::*;

    fn samples(number: i64) -> KpiQuestion {
        KpiQuestion::Samples {
            entity: Uuid::from_u128(1),
            metric: "rx".into(),
            from: Timestamp::from_micros(number),
            to: Timestamp::MAX,
            step: None,
        }
    }

    #[test]
    fn answers_of_the_wire_are_read_and_anything_else_is_told() {
        let id = Uuid::from_u128(1);
        let points = format!(
            r#"{{"entity_id":"{id}","metric":"rx","step":null,"points":[{{"at":"2026-11-21T14:00:00Z","value":2.5}},{{"at":"2026-11-21T13:00:00Z","value":1}}]}}"#
        );
        let Ok(Learned::Samples(curve)) = learn(&samples(0), points.as_bytes()) else {
            panic!("{points}")
        };
        assert_eq!(curve.dots().iter().map(|dot| dot.value).collect::<Vec<_>>(), [1.0, 2.5]);
        let buckets =
            format!(r#"{{"entity_id":"{id}","metric":"rx","step":60,"buckets":[{{"at":"2026-11-21T14:00:00Z","n":3,"min":1,"max":9,"mean":4,"last":2}}]}}"#);
        let Ok(Learned::Samples(curve)) = learn(&samples(0), buckets.as_bytes()) else {
            panic!("{buckets}")
        };
        assert_eq!(
            curve.dots(),
            [Dot {
                at: Timestamp::parse("2026-11-21T14:00:30Z").unwrap(),
                value: 4.0
            }]
        );
        for bad in ["", "{}", "[1,2]", r#"{"items":[{"entity_id":3}]}"#, "\u{0}"] {
            assert!(learn(&samples(0), bad.as_bytes()).is_err_and(|why| why.contains("answer")), "{bad}");
        }
    }

    #[test]
    fn a_question_is_asked_once_and_a_failure_displaces_no_answer() {
        let mut kpis = Kpis::default();
        assert!(kpis.ask(&samples(1)) && !kpis.ask(&samples(1)) && kpis.waiting());
        kpis.put(samples(1), Err("away".to_owned()));
        assert_eq!(kpis.samples(&samples(1)), Some(&Known::Failed("away".into())));
        assert!(kpis.ask(&samples(1)), "it may be asked again");
        kpis.put(samples(1), Ok(Learned::Samples(Curve::default())));
        kpis.put(samples(1), Err("away".to_owned()));
        assert!(matches!(kpis.samples(&samples(1)), Some(Known::Here(_))) && !kpis.waiting());
    }

    #[test]
    fn what_was_asked_long_ago_gives_way() {
        let mut kpis = Kpis::default();
        let dots: Vec<Dot> = (0..SAMPLES as i64 / 4)
            .map(|at| Dot {
                at: Timestamp::from_micros(at),
                value: 0.0,
            })
            .collect();
        let curve = Curve::new(dots);
        for number in 0..6 {
            kpis.put(samples(number), Ok(Learned::Samples(curve.clone())));
        }
        let kept: Vec<bool> = (0..6).map(|number| kpis.samples(&samples(number)).is_some()).collect();
        assert_eq!(kept, [false, false, true, true, true, true]);
    }
    #[test]
    fn what_was_to_be_expected_is_told_of_each_dot_by_those_before_it() {
        let value = |place: usize| if place == 599 { 400.0 } else { 50.0 + (place * 7_919 % 13) as f64 };
        let points: Vec<_> = (0..600)
            .map(|place| serde_json::json!({"at": Timestamp::EPOCH.plus(Span::minutes(5 * place as i64)), "value": value(place)}))
            .collect();
        let answer = serde_json::json!({"entity_id": Uuid::nil(), "metric": "load", "step": null, "points": points});
        let Ok(Learned::Samples(curve)) = learn(&samples(0), answer.to_string().as_bytes()) else {
            panic!("no samples")
        };
        let (last, before) = (curve.expected()[599], curve.expected()[598]);
        assert!(last.score >= Verdict::ALARM && before.score < Verdict::ALARM, "{before:?} {last:?}");
        assert!(last.range.is_some_and(|[low, high]| low < 50.0 && high < 100.0), "{last:?}");
    }
}
