//! Dates of syslog headers: RFC 3339, RFC 3164 and vendors' variants.

use crate::model::{Span, Timestamp};

/// What a header says about the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stamp {
    /// A date; believed only after [`settle`].
    Date {
        /// Microseconds since 1970, as if the zone were UTC where `zoned` is false.
        at: Timestamp,
        /// The zone was given.
        zoned: bool,
    },
    /// A time that cannot be used: uptime, or a clock that the device itself says is not set.
    Unusable,
}

/// Furthest a believed date may lie behind receipt; what was queued longer is as old as a clock that was never set.
const OLDEST: Span = Span::seconds(31 * 86_400);
/// Furthest a believed date may lie ahead of receipt.
const AHEAD: Span = Span::seconds(86_400);

/// The instant to believe. A date without a zone is UTC, unless a whole number of half hours (a zone's offset) puts it within two minutes
/// of receipt: devices write local time without saying so far more often than they deliver late by exactly that much.
pub(super) fn settle(stamp: Stamp, received_at: Timestamp) -> Option<Timestamp> {
    let Stamp::Date { at, zoned } = stamp else { return None };
    let mut at = at;
    let late = received_at.since(at).as_micros();
    if !zoned {
        const HALF_HOUR: i64 = 1_800_000_000;
        let steps = late.saturating_add(HALF_HOUR / 2).div_euclid(HALF_HOUR);
        let rest = late - steps.saturating_mul(HALF_HOUR);
        // Offsets run from UTC-12 (the date reads 12 h late) to UTC+14 (14 h ahead).
        if (-28..=24).contains(&steps) && rest.abs() <= 120_000_000 {
            at = Timestamp::from_micros(at.as_micros() + steps * HALF_HOUR);
        }
    }
    let late = received_at.since(at);
    (late <= OLDEST && late.as_micros() >= -AHEAD.as_micros()).then_some(at)
}

/// Reads a date at the start of `text`; gives it and what follows it.
pub(super) fn read(text: &str, received_at: Timestamp) -> Option<(Stamp, &str)> {
    match text.as_bytes().first()? {
        // Cisco: not authoritative (*), or authoritative once but not synchronised now (.).
        b'*' => read(&text[1..], received_at).map(|(_, rest)| (Stamp::Unusable, rest)),
        b'.' => read(&text[1..], received_at),
        b'0'..=b'9' => digits_first(text),
        b'A'..=b'Z' | b'a'..=b'z' => month_first(text, received_at),
        _ => None,
    }
}

/// RFC 3339 at the start of `text`, as RFC 5424 writes it.
pub(super) fn rfc3339(text: &str) -> Option<(Stamp, &str)> {
    let mut cursor = Cursor(text);
    let (year, month, day) = (cursor.number(4)?, cursor.past(b'-')?.number(2)?, cursor.past(b'-')?.number(2)?);
    if !matches!(cursor.peek()?, b'T' | b't') {
        return None;
    }
    cursor.skip(1);
    let clock = cursor.clock()?;
    let offset = cursor.offset();
    let at = instant(year, month, day, clock)?;
    Some((Stamp::zoned(at, offset), cursor.0))
}

fn digits_first(text: &str) -> Option<(Stamp, &str)> {
    if let Some(found) = rfc3339(text).or_else(|| uptime(text)) {
        return Some(found);
    }
    let mut cursor = Cursor(text);
    let year = cursor.number(4).filter(|_| !matches!(cursor.peek(), Some(b'0'..=b'9')))?;
    let separator = cursor.peek()?;
    if !matches!(separator, b'-' | b'/' | b' ') {
        return None;
    }
    cursor.skip(1);
    // 2018-7-23 (Huawei), 2018/07/23 (Palo Alto), 2018 Oct 31 (NX-OS), 2018-Nov-12 (Opengear)
    let month = match cursor.month() {
        Some(month) => month,
        None => cursor.number_up_to(2)?,
    };
    cursor.past(separator)?.blanks();
    let day = cursor.number_up_to(2)?;
    if !matches!(cursor.peek()?, b' ' | b'T') {
        return None;
    }
    cursor.skip(1);
    let clock = cursor.clock()?;
    let offset = cursor.zone();
    let at = instant(year, month, day, clock)?;
    Some((Stamp::zoned(at, offset), cursor.0))
}

/// `1w2d:`, `2d03h:`, `00:00:46:` – time since start, which says nothing about the date.
fn uptime(text: &str) -> Option<(Stamp, &str)> {
    let (head, rest) = text.split_at(text.find(' ')?);
    let head = head.strip_suffix(':').unwrap_or(head);
    let spans = head.len() <= 8 && head.bytes().any(|b| b.is_ascii_lowercase()) && head.bytes().all(|b| b.is_ascii_digit() || b"ywdhms".contains(&b));
    let clock = head.len() >= 8 && head.bytes().filter(|b| *b == b':').count() == 2 && head.bytes().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.'));
    (spans || clock).then_some((Stamp::Unusable, rest))
}

/// `Nov 21 [2026] 10:00:00[.123] [2026] [CET]`.
fn month_first(text: &str, received_at: Timestamp) -> Option<(Stamp, &str)> {
    let mut cursor = Cursor(text);
    let month = cursor.month()?;
    cursor.past(b' ')?.blanks();
    let day = cursor.number_up_to(2)?;
    cursor.past(b' ')?.blanks();
    let mut year = cursor.year();
    let clock = cursor.clock()?;
    if year.is_none() && cursor.peek() == Some(b' ') {
        let mut ahead = Cursor(&cursor.0[1..]);
        year = ahead.year();
        if year.is_some() {
            cursor.skip(5);
        }
    }
    let offset = cursor.zone();
    let at = match year {
        Some(year) => instant(year, month, day, clock)?,
        None => nearest_year(month, day, clock, received_at)?,
    };
    Some((Stamp::zoned(at, offset), cursor.0))
}

/// The year that puts the date nearest to receipt.
fn nearest_year(month: u32, day: u32, clock: i64, received_at: Timestamp) -> Option<Timestamp> {
    let this = year_of(received_at);
    (this.saturating_sub(1)..=this + 1)
        .filter_map(|year| instant(year, month, day, clock))
        .min_by_key(|at| received_at.since(*at).abs())
}

impl Stamp {
    /// A date with the zone's offset in seconds, if one was given.
    fn zoned(at: Timestamp, offset: Option<i64>) -> Stamp {
        Stamp::Date {
            at: Timestamp::from_micros(at.as_micros() - offset.unwrap_or(0) * 1_000_000),
            zoned: offset.is_some(),
        }
    }
}

fn year_of(at: Timestamp) -> u32 {
    // Howard Hinnant's civil_from_days, the year alone.
    let z = at.as_micros().div_euclid(86_400_000_000) + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let year = yoe + era * 400 + i64::from((5 * doy + 2) / 153 >= 10);
    u32::try_from(year).unwrap_or(1970)
}

/// Microseconds since 1970 of a date and a time of day in microseconds; `None` where there is no such day.
fn instant(year: u32, month: u32, day: u32, clock: i64) -> Option<Timestamp> {
    const LENGTHS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let longest = *LENGTHS.get(month.checked_sub(1)? as usize)? - u32::from(month == 2 && !leap);
    if day == 0 || day > longest || !(1970..9999).contains(&year) {
        return None;
    }
    // Howard Hinnant's days_from_civil.
    let y = i64::from(year) - i64::from(month <= 2);
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let shifted = i64::from((month + 9) % 12);
    let doy = (153 * shifted + 2) / 5 + i64::from(day) - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    let days = era * 146_097 + doe - 719_468;
    Some(Timestamp::from_micros(days * 86_400_000_000 + clock))
}

/// Offsets of zone names that mean one thing only; others count as no zone.
const ZONES: [(&str, i64); 26] = [
    ("AEDT", 39_600),
    ("AEST", 36_000),
    ("AKST", -32_400),
    ("CDT", -18_000),
    ("CEST", 7_200),
    ("CET", 3_600),
    ("EDT", -14_400),
    ("EEST", 10_800),
    ("EET", 7_200),
    ("EST", -18_000),
    ("GMT", 0),
    ("HKT", 28_800),
    ("JST", 32_400),
    ("KST", 32_400),
    ("MDT", -21_600),
    ("MESZ", 7_200),
    ("MEST", 7_200),
    ("MEZ", 3_600),
    ("MSK", 10_800),
    ("NZDT", 46_800),
    ("NZST", 43_200),
    ("PDT", -25_200),
    ("PST", -28_800),
    ("UTC", 0),
    ("WEST", 3_600),
    ("WET", 0),
];
/// Zone names with more than one meaning: recognised, so that they are no host, but worth nothing.
const AMBIGUOUS: [&str; 8] = ["BST", "CST", "IST", "MST", "SST", "SGT", "LOCAL", "WAST"];

struct Cursor<'a>(&'a str);

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.0.as_bytes().first().copied()
    }

    fn skip(&mut self, bytes: usize) {
        self.0 = self.0.get(bytes..).unwrap_or("");
    }

    fn past(&mut self, byte: u8) -> Option<&mut Self> {
        (self.peek() == Some(byte)).then(|| {
            self.skip(1);
            self
        })
    }

    fn blanks(&mut self) {
        self.0 = self.0.trim_start_matches(' ');
    }

    fn number_up_to(&mut self, digits: usize) -> Option<u32> {
        let count = self.0.bytes().take(digits).take_while(u8::is_ascii_digit).count();
        self.number(count)
    }

    /// Exactly `digits` of them.
    fn number(&mut self, digits: usize) -> Option<u32> {
        let head = self.0.as_bytes().get(..digits).filter(|h| !h.is_empty())?;
        let mut value = 0_u32;
        for byte in head {
            value = value * 10 + u32::from(byte.checked_sub(b'0').filter(|d| *d < 10)?);
        }
        self.skip(digits);
        Some(value)
    }

    fn month(&mut self) -> Option<u32> {
        const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
        let head = self.0.get(..3)?;
        let index = MONTHS.iter().position(|m| m.eq_ignore_ascii_case(head))?;
        if self.0.as_bytes().get(3).is_some_and(u8::is_ascii_alphanumeric) {
            return None;
        }
        self.skip(3);
        u32::try_from(index + 1).ok()
    }

    /// `2026` followed by a blank or the end, as a date writes it.
    fn year(&mut self) -> Option<u32> {
        let mut ahead = Cursor(self.0);
        let year = ahead.number(4).filter(|y| (1970..9999).contains(y))?;
        if !matches!(ahead.peek(), Some(b' ' | b':') | None) {
            return None;
        }
        if ahead.peek() == Some(b' ') {
            let next = ahead.0.trim_start_matches(' ');
            self.0 = next;
        } else {
            self.skip(4);
        }
        Some(year)
    }

    /// `10:00:00[.123456[.7]]` as microseconds; a leap second counts as the last one of its minute.
    fn clock(&mut self) -> Option<i64> {
        let (hour, minute, second) = (self.number_up_to(2)?, self.past(b':')?.number(2)?, self.past(b':')?.number(2)?);
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let mut micros = 0_i64;
        if matches!(self.peek(), Some(b'.' | b',')) && self.0.as_bytes().get(1).is_some_and(u8::is_ascii_digit) {
            self.skip(1);
            let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
            for place in 0..6 {
                let digit = self.0.as_bytes().get(place).filter(|_| place < digits).map_or(0, |b| i64::from(b - b'0'));
                micros = micros * 10 + digit;
            }
            self.skip(digits);
            // Huawei counts messages of one millisecond behind a second point.
            if self.peek() == Some(b'.') && self.0.as_bytes().get(1).is_some_and(u8::is_ascii_digit) {
                self.skip(1);
                let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
                self.skip(digits);
            }
        }
        Some((i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second.min(59))) * 1_000_000 + micros)
    }

    /// `Z`, `+08:00`, `+0800`, `-5` directly after the time, in seconds.
    fn offset(&mut self) -> Option<i64> {
        match self.peek()? {
            b'Z' | b'z' => {
                self.skip(1);
                Some(0)
            }
            sign @ (b'+' | b'-') if self.0.as_bytes().get(1).is_some_and(u8::is_ascii_digit) => {
                self.skip(1);
                let hours = i64::from(self.number_up_to(2)?);
                if self.peek() == Some(b':') && self.0.as_bytes().get(1).is_some_and(u8::is_ascii_digit) {
                    self.skip(1);
                }
                let minutes = self.number(2).map_or(0, i64::from);
                let seconds = (hours * 3_600 + minutes * 60).min(50_400);
                Some(if sign == b'-' { -seconds } else { seconds })
            }
            _ => None,
        }
    }

    /// An offset, or the name of a zone behind a blank.
    fn zone(&mut self) -> Option<i64> {
        if let Some(offset) = self.offset() {
            return Some(offset);
        }
        let name = self.0.strip_prefix(' ')?;
        let length = name.bytes().take_while(u8::is_ascii_uppercase).count();
        let (name, after) = name.split_at(length);
        if !after.is_empty() && !after.starts_with([' ', ':']) {
            return None;
        }
        let offset = ZONES.iter().find(|(zone, _)| *zone == name).map(|(_, offset)| *offset);
        if offset.is_some() || AMBIGUOUS.contains(&name) || (length >= 3 && after.starts_with(": %")) {
            self.skip(1 + length);
        }
        offset
    }
}
