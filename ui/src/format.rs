//! Figures, lengths of time and instants in words, the same on every screen.

use jiff::tz::TimeZone;
use pedkai_core::model::{Span, Timestamp};

/// The time a frame is drawn for, and the zone it is told in.
#[derive(Clone, Debug)]
pub struct Clock {
    /// Now, on the collector's clock.
    pub now: Timestamp,
    /// The zone of every time on screen.
    pub zone: TimeZone,
    /// Nobody is at the seat, and it is looked at less often: the time of day is told without seconds.
    pub rests: bool,
}

impl Clock {
    /// A clock in UTC.
    pub fn utc(now: Timestamp) -> Self {
        Self {
            now,
            zone: TimeZone::UTC,
            rests: false,
        }
    }

    /// The time of day, as exact as it is kept.
    pub fn of_day(&self) -> String {
        if self.rests { self.minute(self.now) } else { self.time(self.now) }
    }

    /// Hours, minutes, seconds.
    pub fn time(&self, at: Timestamp) -> String {
        self.strftime(at, "%H:%M:%S")
    }

    /// Date and time, for tooltips and trails.
    pub fn full(&self, at: Timestamp) -> String {
        format!("{} {}", self.exact(at), self.zone_name())
    }

    /// Date and time to the second, where the zone stands elsewhere.
    pub fn exact(&self, at: Timestamp) -> String {
        self.strftime(at, "%Y-%m-%d %H:%M:%S")
    }

    /// Time for today, date and time for any other day of this year, the date alone for other years.
    pub fn short(&self, at: Timestamp) -> String {
        let same = |pattern: &str| self.strftime(self.now, pattern) == self.strftime(at, pattern);
        let pattern = if same("%Y-%m-%d") {
            "%H:%M:%S"
        } else if same("%Y") {
            "%d %b %H:%M"
        } else {
            "%Y-%m-%d"
        };
        self.strftime(at, pattern)
    }

    /// Hours and minutes.
    pub fn minute(&self, at: Timestamp) -> String {
        self.strftime(at, "%H:%M")
    }

    /// The date alone.
    pub fn date(&self, at: Timestamp) -> String {
        self.strftime(at, "%Y-%m-%d")
    }

    /// Weekday and day of a time of these weeks, day and month of any other.
    pub fn day_of(&self, at: Timestamp) -> String {
        let near = self.now.since(at).abs() < Span::minutes(20 * 24 * 60);
        self.strftime(at, if near { "%a %d" } else { "%d %b" })
    }

    /// The day in words.
    pub fn day(&self) -> String {
        self.strftime(self.now, "%a %d %b %Y")
    }

    /// The zone's short name.
    pub fn zone_name(&self) -> String {
        self.strftime(self.now, "%Z")
    }

    /// How long ago `at` was.
    pub fn age(&self, at: Timestamp) -> String {
        span(self.now.since(at))
    }

    fn strftime(&self, at: Timestamp, pattern: &str) -> String {
        jiff::Timestamp::from_microsecond(at.as_micros())
            .map(|at| at.to_zoned(self.zone.clone()).strftime(pattern).to_string())
            .unwrap_or_default()
    }
}

/// A length of time in its two largest units at most; what lies ahead counts as none.
pub fn span(span: Span) -> String {
    let seconds = (span.as_micros() / 1_000_000).max(0);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) if minutes < 10 => format!("{minutes} m {:02} s", seconds % 60),
        (0, 0, _) => format!("{minutes} m"),
        (0, _, _) => format!("{hours} h {minutes:02} m"),
        (1..=9, _, _) => format!("{days} d {hours} h"),
        (10..=999, _, _) => format!("{days} d"),
        _ => format!("{} y", count((days / 365) as usize)),
    }
}

/// A length of time that is known to lie between two others, in their largest unit: `91–103 m`, `1.5–1.8 h`. Never a bare number.
pub fn between(low: Span, high: Span) -> String {
    let (low, high) = (low.as_seconds().max(0.0), high.as_seconds().max(0.0));
    if high <= 0.0 {
        return "any moment".to_owned();
    }
    let (unit, word) = match high {
        ..7_200.0 => (60.0, "m"),
        ..360_000.0 => (3_600.0, "h"),
        _ => (86_400.0, "d"),
    };
    // Outwards, so that the interval never looks surer than it is.
    if word == "m" || high >= 10.0 * unit {
        return format!("{:.0}–{:.0} {word}", (low / unit).floor(), (high / unit).ceil());
    }
    format!("{:.1}–{:.1} {word}", (low / unit * 10.0).floor() / 10.0, (high / unit * 10.0).ceil() / 10.0)
}

/// A name as it is shown, where it may be empty or nothing that can be seen.
pub fn named(name: &str) -> &str {
    let seen = |letter: char| {
        !letter.is_whitespace() && !letter.is_control() && !('\u{200b}'..='\u{200f}').contains(&letter) && !('\u{2060}'..='\u{2064}').contains(&letter)
    };
    if name.chars().any(seen) { name } else { "(no name)" }
}

/// A number with thin spaces between its thousands.
pub fn count(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// A number in four letters at most, never more than there are: `999`, `2.8k`, `126k`, `3M`, `4G`.
pub fn short(number: usize) -> String {
    match number {
        0..=999 => number.to_string(),
        1_000..=9_999 => format!("{}.{}k", number / 1_000, number / 100 % 10),
        10_000..=999_999 => format!("{}k", number / 1_000),
        1_000_000..=999_999_999 => format!("{}M", number / 1_000_000),
        _ => format!("{}G", (number / 1_000_000_000).min(999)),
    }
}

/// A number in full, or in short from the size on at which it would push others away.
pub fn written(number: usize) -> String {
    if number < 100_000_000 { count(number) } else { short(number) }
}

/// A number in full while its column has room for it, else in short.
pub fn in_column(number: usize) -> String {
    if number < 100_000 { count(number) } else { short(number) }
}

/// So many bytes, in the unit that keeps three digits.
pub fn bytes(number: u64) -> String {
    let (mut size, mut unit) = (number as f64, "B");
    for larger in ["kB", "MB", "GB", "TB"] {
        if size < 999.5 {
            break;
        }
        (size, unit) = (size / 1_000.0, larger);
    }
    let digits = usize::from(unit != "B" && size < 99.5);
    format!("{size:.digits$} {unit}")
}

/// A number with its noun: `1 alarm`, `2 alarms`.
pub fn counted(number: usize, noun: &str) -> String {
    let ending = match (number, noun) {
        (1, _) => "",
        _ => "s",
    };
    format!("{} {noun}{ending}", count(number))
}

/// A share as whole percent.
pub fn percent(share: f64) -> String {
    format!("{:.0} %", (share.clamp(0.0, 1.0) * 100.0).round())
}

/// A rate per second.
pub fn rate(per_second: f64) -> String {
    if per_second >= 100.0 {
        format!("{}/s", count(per_second.round() as usize))
    } else if per_second >= 0.05 {
        format!("{per_second:.1}/s")
    } else {
        "0/s".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_keep_two_units() {
        for (seconds, words) in [
            (-5, "0 s"),
            (42, "42 s"),
            (125, "2 m 05 s"),
            (3_540, "59 m"),
            (7_500, "2 h 05 m"),
            (200_000, "2 d 7 h"),
            (9_000_000, "104 d"),
            (1_795_200_000, "56 y"),
        ] {
            assert_eq!(span(Span::seconds(seconds)), words);
        }
    }

    #[test]
    fn an_interval_is_told_in_one_unit_and_outwards() {
        for (low, high, words) in [
            (-600, -1, "any moment"),
            (-5, 42, "0–1 m"),
            (5_461, 6_179, "91–103 m"),
            (7_300, 9_000, "2.0–2.5 h"),
            (40_000, 80_000, "11–23 h"),
            (200_000, 400_000, "2.3–4.7 d"),
        ] {
            assert_eq!(between(Span::seconds(low), Span::seconds(high)), words);
        }
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!((counted(1, "alarm"), counted(2, "alarm")), ("1 alarm".to_owned(), "2 alarms".to_owned()));
    }

    #[test]
    fn short_numbers_and_bytes_keep_their_size() {
        for (number, words) in [
            (0, "0"),
            (999, "999"),
            (2_874, "2.8k"),
            (99_988, "99k"),
            (126_193, "126k"),
            (3_400_000, "3M"),
            (4_294_967_295, "4G"),
            (usize::MAX, "999G"),
        ] {
            assert_eq!(short(number), words);
        }
        for (number, words) in [
            (0, "0 B"),
            (820, "820 B"),
            (22_888_872, "22.9 MB"),
            (154_135_440, "154 MB"),
            (1_435_521_110, "1.4 GB"),
            (999_999, "1.0 MB"),
        ] {
            assert_eq!(bytes(number), words);
        }
    }

    #[test]
    fn a_name_that_cannot_be_seen_is_told() {
        for name in ["", "  ", "\u{200b}\u{2060}\u{3000}", "\n\0"] {
            assert_eq!(named(name), "(no name)");
        }
        assert_eq!(named(" a"), " a");
    }

    #[test]
    fn another_day_shows_its_date() {
        let clock = Clock::utc(Timestamp::parse("2026-11-21T14:00:00Z").unwrap());
        assert_eq!(clock.short(Timestamp::parse("2026-11-21T09:03:00Z").unwrap()), "09:03:00");
        assert_eq!(clock.short(Timestamp::parse("2026-11-20T09:03:00Z").unwrap()), "20 Nov 09:03");
        assert_eq!(
            (clock.short(Timestamp::EPOCH), clock.short(Timestamp::MAX)),
            ("1970-01-01".to_owned(), "9999-01-01".to_owned())
        );
        assert_eq!(clock.zone_name(), "UTC");
    }
}
