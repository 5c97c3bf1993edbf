//! Whether a source has gone silent.

use pedkai_core::{
    model::{Span, Timestamp},
    screen::SourceRow,
};

/// A source is never called silent before this.
const LEAST: Span = Span::minutes(15);
/// … and always after this.
const MOST: Span = Span::minutes(24 * 60);
/// How many of its usual gaps a source may stay silent.
const GAPS: i64 = 20;

/// How long a source may stay silent: twenty of its usual gaps, from fifteen minutes to a day.
pub fn patience(source: &SourceRow) -> Span {
    let life = source.last_at.since(source.first_at).as_micros();
    let gap = life / i64::try_from(source.received.max(1)).unwrap_or(i64::MAX);
    Span::micros(gap.saturating_mul(GAPS).clamp(LEAST.as_micros(), MOST.as_micros()))
}

/// How long a source has been silent, when that is too long.
pub fn silence(source: &SourceRow, now: Timestamp) -> Option<Span> {
    let silent = now.since(source.last_at);
    (silent > patience(source)).then_some(silent)
}
