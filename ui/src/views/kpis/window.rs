//! Which stretch of time is seen, and for which one the collector is asked.

use pedkai_core::model::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// What is seen: up to now, and going on with it, or a stretch that stays.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Window {
    /// The length that was chosen.
    pub(super) chosen: usize,
    #[serde(skip, default = "day")]
    span: Span,
    #[serde(skip)]
    end: Option<Timestamp>,
}

fn day() -> Span {
    LENGTHS[2].1
}

/// Lengths to choose from.
pub(super) const LENGTHS: [(&str, Span); 5] = [
    ("1 h", Span::minutes(60)),
    ("6 h", Span::minutes(6 * 60)),
    ("24 h", Span::minutes(24 * 60)),
    ("7 d", Span::minutes(7 * 24 * 60)),
    ("30 d", Span::minutes(30 * 24 * 60)),
];
/// A week.
pub(super) const WEEK: Span = LENGTHS[3].1;
const SHORTEST: Span = Span::seconds(10);
const LONGEST: Span = Span::minutes(400 * 24 * 60);
/// Up to this length samples are asked for one by one; beyond, in buckets.
const ONE_BY_ONE: Span = Span::minutes(16 * 24 * 60);
/// Buckets of a window.
const BUCKETS: i64 = 2_000;
/// Lengths of buckets, in seconds.
const STEPS: [i64; 8] = [60, 300, 900, 1_800, 3_600, 10_800, 21_600, 86_400];

/// What the collector is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) step: Option<Span>,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            chosen: 2,
            span: day(),
            end: None,
        }
    }
}

impl Window {
    /// All of one of the lengths, up to now.
    pub(super) fn choose(&mut self, length: usize) {
        self.chosen = length.min(LENGTHS.len() - 1);
        (self.span, self.end) = (LENGTHS[self.chosen].1, None);
    }

    /// Whether it goes on with the time.
    pub(super) fn follows(&self) -> bool {
        self.end.is_none()
    }

    /// Its edges.
    pub(super) fn seen(&self, now: Timestamp) -> (Timestamp, Timestamp) {
        let end = self.end.unwrap_or(now);
        (end.minus(self.span), end)
    }

    /// Its edges as they are drawn on so many columns: while it follows the time it goes on by whole columns, so that what is drawn stays as
    /// it is in between.
    pub(super) fn drawn(&self, now: Timestamp, columns: usize) -> (Timestamp, Timestamp) {
        let column = (self.span.as_micros() / columns.max(1) as i64).max(1);
        let end = self
            .end
            .unwrap_or_else(|| Timestamp::from_micros(now.as_micros().saturating_add(column - 1).div_euclid(column) * column));
        (end.minus(self.span), end)
    }

    /// Goes nearer (above 1) or farther about a time; without one about the middle, or about now while it follows.
    pub(super) fn zoom(&mut self, by: f64, about: Option<Timestamp>, now: Timestamp) {
        let (from, to) = self.seen(now);
        let middle = if self.follows() { to } else { from.plus(self.span.half()) };
        let about = about.unwrap_or(middle);
        let share = (about.since(from).as_seconds() / self.span.as_seconds()).clamp(0.0, 1.0);
        let span = Span::micros((self.span.as_micros() as f64 / by.clamp(1e-3, 1e3)) as i64);
        self.span = span.max(SHORTEST).min(LONGEST);
        let after = Span::micros((self.span.as_micros() as f64 * (1.0 - share)) as i64);
        self.settle(about.plus(after), now);
    }

    /// Moves on by a length of time; back where it is negative.
    pub(super) fn pan(&mut self, by: Span, now: Timestamp) {
        let (_, to) = self.seen(now);
        self.settle(to.plus(by), now);
    }

    /// Moves on by a share of itself.
    pub(super) fn step(&mut self, share: f64, now: Timestamp) {
        self.pan(Span::micros((self.span.as_micros() as f64 * share) as i64), now);
    }

    /// Shows a stretch.
    pub(super) fn show(&mut self, from: Timestamp, to: Timestamp, now: Timestamp) {
        self.span = to.since(from).max(SHORTEST).min(LONGEST);
        self.settle(to, now);
    }

    fn settle(&mut self, end: Timestamp, now: Timestamp) {
        let first = Timestamp::EPOCH.plus(self.span);
        self.end = (end < now).then_some(end.max(first));
    }

    /// How long samples are good before newer ones are asked for.
    fn renewal(&self) -> i64 {
        floor_power(self.span.as_micros() / 240_000_000).clamp(16, 512)
    }

    /// What to ask for: more than is seen, on round times, so that it is the same for a while.
    pub(super) fn wanted(&self, now: Timestamp) -> Wanted {
        let (from, to) = self.seen(now);
        let half = self.span.half();
        let round = floor_power(self.span.as_micros() / 8_000_000);
        let from = down(from.minus(half), round);
        let to = if to.plus(half) >= now {
            up(now, self.renewal())
        } else {
            up(to.plus(half), round)
        };
        let length = to.since(from);
        let wanted = length.as_micros() / 1_000_000 / BUCKETS;
        let step = STEPS.into_iter().find(|step| *step >= wanted).unwrap_or(STEPS[STEPS.len() - 1]);
        let step = (length > ONE_BY_ONE).then(|| Span::seconds(step));
        let on_step = |at: Timestamp| step.map_or(at, |step| down(at, step.as_micros() / 1_000_000));
        Wanted { from: on_step(from), to, step }
    }

    /// Whether what was asked for is still enough for what is seen.
    pub(super) fn enough(&self, had: &Wanted, now: Timestamp) -> bool {
        let (from, to) = self.seen(now);
        let fine = had.step.is_none_or(|step| step.as_micros() <= self.span.as_micros() / 300);
        fine && had.from <= from && had.to >= to.min(down(now, self.renewal()))
    }
}

/// The largest power of two up to a number, and never none.
fn floor_power(number: i64) -> i64 {
    1 << number.max(1).ilog2()
}

fn down(at: Timestamp, seconds: i64) -> Timestamp {
    let step = seconds.max(1).saturating_mul(1_000_000);
    Timestamp::from_micros(at.as_micros().div_euclid(step) * step)
}

fn up(at: Timestamp, seconds: i64) -> Timestamp {
    let below = down(at, seconds);
    if below == at { at } else { below.plus(Span::seconds(seconds.max(1))) }
}

trait Half {
    fn half(self) -> Self;
}

impl Half for Span {
    fn half(self) -> Self {
        Span::micros(self.as_micros() / 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-21T14:03:21Z").unwrap()
    }

    #[test]
    fn the_same_is_asked_for_a_while_and_then_what_came_since() {
        for (length, (words, _)) in LENGTHS.iter().enumerate() {
            let mut window = Window::default();
            window.choose(length);
            let wanted = window.wanted(now());
            let (from, to) = window.seen(now());
            assert!(wanted.from <= from && wanted.to >= to, "{words}");
            assert!(window.enough(&wanted, now()) && window.enough(&wanted, now().plus(Span::seconds(10))));
            assert!(!window.enough(&wanted, now().plus(window.span)), "what comes in the meantime is asked for");
            assert_eq!(wanted.step.is_some(), length == 4, "a month comes in buckets");
        }
    }

    #[test]
    fn what_follows_the_time_is_drawn_anew_only_when_a_column_went_by() {
        let window = Window::default();
        let (_, first) = window.drawn(now(), 1_000);
        let moves = (0..864).filter(|tenth| window.drawn(now().plus(Span::millis(tenth * 100)), 1_000).1 != first);
        assert!(first >= now() && first.since(now()) <= Span::millis(86_400));
        assert!(moves.count() < 864, "within a column of 86.4 seconds it stays for a while");
        let later = window.drawn(now().plus(Span::millis(86_400)), 1_000);
        assert_eq!(later.1.since(first), Span::millis(86_400), "and goes on by one");
    }

    #[test]
    fn nearer_asks_for_no_more_until_it_is_too_coarse() {
        let mut window = Window::default();
        window.choose(4);
        let coarse = window.wanted(now());
        window.zoom(2.0, None, now());
        assert!(window.enough(&coarse, now()));
        window.zoom(50.0, None, now());
        assert!(!window.enough(&coarse, now()) && window.wanted(now()).step.is_none());
        assert!(window.follows(), "it goes nearer about now while it follows");
    }

    #[test]
    fn zooming_keeps_the_time_under_the_pointer_and_reset_goes_back() {
        let mut window = Window::default();
        let (from, _) = window.seen(now());
        let about = from.plus(Span::minutes(6 * 60));
        window.zoom(4.0, Some(about), now());
        let (from, to) = window.seen(now());
        assert!((about.since(from).as_seconds() / to.since(from).as_seconds() - 0.25).abs() < 1e-6);
        window.choose(window.chosen);
        assert!(window.follows());
        assert_eq!(window.seen(now()), (now().minus(LENGTHS[2].1), now()));
    }

    #[test]
    fn it_never_leaves_the_times_there_are() {
        let mut window = Window::default();
        window.pan(Span::micros(i64::MIN / 2), now());
        assert_eq!(window.seen(now()).0, Timestamp::EPOCH);
        window.pan(Span::micros(i64::MAX / 2), now());
        assert!(window.follows());
        (0..100).for_each(|_| window.zoom(1e3, None, now()));
        assert_eq!(window.seen(now()).1.since(window.seen(now()).0), SHORTEST);
        (0..100).for_each(|_| window.zoom(0.0, None, now()));
        assert_eq!(window.seen(now()).1.since(window.seen(now()).0), LONGEST);
        window.show(Timestamp::MAX, Timestamp::EPOCH, now());
        assert!(window.wanted(now()).from < window.wanted(now()).to);
    }
}
