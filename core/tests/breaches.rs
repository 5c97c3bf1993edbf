//! Foretold breaches against drifts that are known: the figure of the product's promise.
//!
//! What is simulated was fixed before the method was tuned, and is not to be changed to please it. A value a minute; noise of standard
//! deviation 1, each value resembling the one before by a factor drawn from 0 to 0.5 (AR(1)).
//! - *linear* (100): four hours are known; the drift begins somewhere in the first of them;
//! - *seasonal* (100): three days are known, with a season of a day (a sine of amplitude 5 to 20 and 0.3 of that at half the period, phases
//!   drawn); the drift began three to four hours ago.
//!
//! The drift is 0.25 to 1 a minute; the limit is where the level will be 30 to 120 minutes after the newest value. True is the instant
//! of the first measured value beyond it. Demanded: within five minutes in 95 % of all, within the 90 % interval in 85 %; and of 200 series
//! of the same kinds without any drift not one in fifty is foretold to break.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::f64::consts::TAU;

use pedkai_core::model::{Point, Span, Timestamp};
use pedkai_core::policy::Direction;
use pedkai_core::sla::{Forecast, Unforeseen, forecast};

struct Chance(u64);

impl Chance {
    fn between(&mut self, from: f64, to: f64) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        from + (to - from) * ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * libm::log(self.between(0.0, 1.0))).sqrt() * libm::cos(TAU * self.between(0.0, 1.0))
    }
}

struct Story {
    known: usize,
    onset: f64,
    slope: f64,
    amplitude: f64,
    phases: (f64, f64),
    lead: f64,
    alike: f64,
    noise: f64,
    chance: Chance,
}

impl Story {
    fn new(seed: u64, seasonal: bool) -> Self {
        let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..20 {
            let _ = chance.between(0.0, 1.0);
        }
        let known = if seasonal { 4_320 } else { 240 };
        Self {
            known,
            onset: if seasonal {
                known as f64 - chance.between(180.0, 240.0)
            } else {
                chance.between(0.0, 60.0)
            },
            slope: chance.between(0.25, 1.0),
            amplitude: if seasonal { chance.between(5.0, 20.0) } else { 0.0 },
            phases: (chance.between(0.0, TAU), chance.between(0.0, TAU)),
            lead: chance.between(30.0, 120.0),
            alike: chance.between(0.0, 0.5),
            noise: chance.normal(),
            chance,
        }
    }

    fn level(&self, minute: f64) -> f64 {
        let season = libm::sin(minute / 1_440.0 * TAU + self.phases.0) + 0.3 * libm::sin(minute / 720.0 * TAU + self.phases.1);
        50.0 + self.slope * (minute - self.onset).max(0.0) + self.amplitude * season
    }

    fn value(&mut self, minute: usize) -> f64 {
        let fresh = self.chance.normal() * (1.0 - self.alike * self.alike).sqrt();
        self.noise = self.alike * self.noise + fresh;
        self.level(minute as f64) + self.noise
    }

    fn limit(&self) -> f64 {
        self.level(self.known as f64 - 1.0 + self.lead)
    }

    fn points(&mut self) -> Vec<Point> {
        (0..self.known)
            .map(|minute| Point {
                at: at(minute),
                value: self.value(minute),
            })
            .collect()
    }

    /// The minute of the first value beyond the limit.
    fn breach(&mut self, limit: f64) -> usize {
        (self.known..).find(|minute| self.value(*minute) >= limit).unwrap()
    }
}

fn at(minute: usize) -> Timestamp {
    Timestamp::parse("2026-03-02T07:11:00Z").unwrap().plus(Span::minutes(minute as i64))
}

const HORIZON: Span = Span::minutes(1_440);

#[test]
fn breaches_are_foretold_within_five_minutes_and_the_interval_holds() {
    let (mut near, mut held, mut told) = (0, 0, 0);
    for number in 0..200_u64 {
        let mut story = Story::new(number + 1, number % 2 == 1);
        let (points, limit) = (story.points(), story.limit());
        // A value that falls is the same upside down.
        let falls = number % 4 >= 2;
        let sign = if falls { -1.0 } else { 1.0 };
        let turned: Vec<Point> = points
            .iter()
            .map(|point| Point {
                at: point.at,
                value: sign * point.value,
            })
            .collect();
        let direction = if falls { Direction::Below } else { Direction::Above };
        let found = forecast(&turned, sign * limit, direction, HORIZON);
        let truth = at(story.breach(limit));
        let Ok(Forecast { at, low, high, .. }) = found else { continue };
        assert!(low <= at && at <= high);
        told += 1;
        near += usize::from(at.since(truth).abs() <= Span::minutes(5));
        held += usize::from(low <= truth && truth <= high);
    }
    println!("of 200: foretold {told}, within five minutes {near}, within the interval {held}");
    assert!(near >= 190 && held >= 170, "foretold {told}, near {near}, held {held}");
}

#[test]
fn where_nothing_drifts_nothing_is_foretold() {
    let mut told = 0;
    for number in 0..200_u64 {
        let mut story = Story::new(10_000 + number, number % 2 == 1);
        story.slope = 0.0;
        let limit = 55.0 + 1.3 * story.amplitude;
        told += usize::from(forecast(&story.points(), limit, Direction::Above, HORIZON).is_ok());
    }
    println!("of 200 without a drift {told} were foretold to break");
    assert!(told <= 4, "{told} of 200");
}

#[test]
fn what_cannot_be_told_says_why() {
    let mut story = Story::new(7, false);
    let (points, limit) = (story.points(), story.limit());
    let why = |points: &[Point], limit: f64, direction: Direction| forecast(points, limit, direction, HORIZON).unwrap_err();
    assert_eq!(why(&points[..20], limit, Direction::Above), Unforeseen::TooFew { have: 20 });
    assert_eq!(why(&[], limit, Direction::Above), Unforeseen::TooFew { have: 0 });
    assert_eq!(why(&points, 20.0, Direction::Below), Unforeseen::Away);
    assert_eq!(why(&points, 20.0, Direction::Above), Unforeseen::Crossed);
    assert_eq!(why(&points, limit + 1e6, Direction::Above), Unforeseen::Beyond);
    let flat: Vec<Point> = points.iter().map(|point| Point { value: 3.0, ..*point }).collect();
    assert_eq!(why(&flat, 5.0, Direction::Above), Unforeseen::Constant);
    let spoilt: Vec<Point> = points.iter().map(|point| Point { value: f64::NAN, ..*point }).collect();
    assert_eq!(why(&spoilt, 5.0, Direction::Above), Unforeseen::TooFew { have: 0 });
    let twice: Vec<Point> = points.iter().flat_map(|point| [*point, *point]).collect();
    assert_eq!(
        forecast(&twice, limit, Direction::Above, HORIZON),
        forecast(&points, limit, Direction::Above, HORIZON)
    );
}
