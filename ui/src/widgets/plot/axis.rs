//! Where labels stand beside a plot, and how they read.

use jiff::{Span as Days, tz::TimeZone};
use pedkai_core::model::{Span, Timestamp};

use crate::format::Clock;

const DAY: i64 = 86_400;
const STEPS: [i64; 18] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, DAY];
const DAYS: [i64; 12] = [2, 7, 14, 28, 61, 122, 365, 730, 3_650, 36_500, 365_000, 3_650_000];
/// No axis has more labels.
const MOST: usize = 64;

/// A label on the axis of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// When.
    pub at: Timestamp,
    /// Its words.
    pub words: String,
    /// A day begins here.
    pub day: bool,
}

/// Labels between two times, at most `most`, on round times of the clock's zone.
pub fn ticks(from: Timestamp, to: Timestamp, most: usize, clock: &Clock) -> Vec<Tick> {
    let wanted = to.since(from).as_seconds() / most.clamp(1, MOST) as f64;
    let step = STEPS.into_iter().find(|step| *step as f64 >= wanted);
    let ticks = match step.filter(|step| *step < DAY) {
        Some(step) => within_days(from, to, step, clock),
        None => {
            let days = step.map(|_| 1);
            let days = days.or_else(|| DAYS.into_iter().find(|days| (days * DAY) as f64 >= wanted));
            whole_days(from, to, days.unwrap_or(DAYS[DAYS.len() - 1]), clock)
        }
    };
    ticks.unwrap_or_default()
}

fn instant(at: Timestamp) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_microsecond(at.as_micros()).ok()
}

fn within_days(from: Timestamp, to: Timestamp, step: i64, clock: &Clock) -> Option<Vec<Tick>> {
    let offset = i64::from(clock.zone.to_offset(instant(from)?).seconds());
    let first = (from.as_micros().div_euclid(1_000_000) + offset).div_euclid(step);
    let mut ticks = Vec::new();
    for number in 0..=2 * MOST as i64 {
        let at = Timestamp::from_micros(((first + number) * step - offset).saturating_mul(1_000_000));
        if at > to {
            break;
        }
        if at < from || ticks.last().is_some_and(|last: &Tick| last.at == at) {
            continue;
        }
        let day = clock.time(at) == "00:00:00";
        let words = match step {
            _ if day => clock.day_of(at),
            0..60 => clock.time(at),
            _ => clock.minute(at),
        };
        ticks.push(Tick { at, words, day });
    }
    Some(ticks)
}

fn whole_days(from: Timestamp, to: Timestamp, days: i64, clock: &Clock) -> Option<Vec<Tick>> {
    let first = instant(from)?.to_zoned(clock.zone.clone()).date();
    // On the same days, wherever the plot begins.
    let since = i64::from(first.since(jiff::civil::date(1970, 1, 1)).ok()?.get_days());
    let mut date = first.checked_sub(Days::new().try_days(since.rem_euclid(days)).ok()?).ok()?;
    let mut ticks = Vec::new();
    for _ in 0..2 * MOST {
        if let Some(at) = midnight(date, &clock.zone)
            && at >= from
        {
            if at > to {
                break;
            }
            let words = if days < 300 { clock.day_of(at) } else { clock.date(at) };
            ticks.push(Tick { at, words, day: true });
        }
        let Some(next) = Days::new().try_days(days).ok().and_then(|days| date.checked_add(days).ok()) else {
            break;
        };
        date = next;
    }
    Some(ticks)
}

fn midnight(date: jiff::civil::Date, zone: &TimeZone) -> Option<Timestamp> {
    let at = date.to_zoned(zone.clone()).ok()?.timestamp().as_microsecond();
    (at >= 0).then(|| Timestamp::from_micros(at))
}

/// Round values from `low` to `high`, at most `most`; the second says how far apart they are.
pub fn values(low: f64, high: f64, most: usize) -> (Vec<f64>, f64) {
    let span = high - low;
    if !(span.is_finite() && span > 0.0) {
        return (vec![low], 1.0);
    }
    let wanted = span / most.clamp(1, MOST) as f64;
    let unit = 10_f64.powf(wanted.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|times| times * unit)
        .find(|step| *step >= wanted * 0.999_999);
    let step = step.unwrap_or(unit * 10.0);
    let first = (low / step).ceil();
    let all = (0..=MOST).map(|number| (first + number as f64) * step);
    (all.take_while(|value| *value <= high + step * 1e-9).collect(), step)
}

/// A value as its axis has room for it, told apart from one that is `step` away: `0.25`, `1 250`, `3.5M`.
pub fn figure(value: f64, step: f64) -> String {
    let size = value.abs().max(step.abs());
    let (unit, mark) = match size {
        _ if size >= 1e15 || (size > 0.0 && size < 1e-6) => return format!("{value:.1e}"),
        1e12.. => (1e12, "T"),
        1e9.. => (1e9, "G"),
        1e6.. => (1e6, "M"),
        1e4.. => (1e3, "k"),
        _ => (1.0, ""),
    };
    let digits = (-(step / unit).abs().log10()).ceil();
    let digits = if digits.is_finite() { digits.clamp(0.0, 6.0) as usize } else { 0 };
    let words = format!("{:.digits$}", value / unit);
    if words.trim_start_matches(['-', '0', '.']).is_empty() {
        return "0".to_owned();
    }
    format!("{}{mark}", words.replace('-', "\u{2212}"))
}

/// A value by itself, in five significant figures.
pub fn alone(value: f64) -> String {
    let size = value.abs();
    if size > 0.0 && size < 1e-5 {
        return format!("{value:.1e}");
    }
    let step = if size > 0.0 { 10_f64.powf(size.log10().floor() - 4.0) } else { 1.0 };
    let words = figure(value, step.max(1e-6));
    let (number, unit) = words.split_at(words.trim_end_matches(char::is_alphabetic).len());
    if number.contains('.') && !number.contains('e') {
        return format!("{}{unit}", number.trim_end_matches('0').trim_end_matches('.'));
    }
    words
}

/// The words for a length of time as one would choose it: `6 h`, `7 d`.
pub fn length(span: Span) -> String {
    let seconds = span.as_seconds();
    let (number, unit) = match seconds {
        _ if seconds >= 2.0 * DAY as f64 => (seconds / DAY as f64, "d"),
        _ if seconds >= 3_600.0 => (seconds / 3_600.0, "h"),
        _ if seconds >= 60.0 => (seconds / 60.0, "min"),
        _ => (seconds, "s"),
    };
    let tenths = (number * 10.0).round() / 10.0;
    format!("{tenths} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn words(from: &str, to: &str, most: usize, clock: &Clock) -> Vec<String> {
        ticks(at(from), at(to), most, clock).into_iter().map(|tick| tick.words).collect()
    }

    #[test]
    fn labels_stand_on_round_times_of_the_zone() {
        let clock = Clock::utc(at("2026-11-21T14:00:00Z"));
        assert_eq!(
            words("2026-11-21T13:02:00Z", "2026-11-21T14:02:00Z", 4, &clock),
            ["13:15", "13:30", "13:45", "14:00"]
        );
        assert_eq!(
            words("2026-11-20T14:00:00Z", "2026-11-21T14:00:00Z", 5, &clock),
            ["18:00", "Sat 21", "06:00", "12:00"]
        );
        assert_eq!(words("2026-11-18T14:00:00Z", "2026-11-21T14:00:00Z", 4, &clock), ["Thu 19", "Fri 20", "Sat 21"]);
        let india = Clock {
            zone: TimeZone::fixed(jiff::tz::Offset::from_seconds(19_800).unwrap()),
            ..clock
        };
        assert_eq!(
            words("2026-11-20T14:00:00Z", "2026-11-21T14:00:00Z", 5, &india),
            ["Sat 21", "06:00", "12:00", "18:00"]
        );
        assert_eq!(words("2026-11-18T14:00:00Z", "2026-11-21T14:00:00Z", 4, &india), ["Thu 19", "Fri 20", "Sat 21"]);
    }

    #[test]
    fn there_are_never_more_labels_than_asked_for_from_a_second_to_eight_thousand_years() {
        let clock = Clock::utc(at("2026-11-21T14:00:00Z"));
        for (from, to) in [(at("2026-11-21T14:00:00Z"), at("2026-11-21T14:00:01Z")), (Timestamp::EPOCH, Timestamp::MAX)] {
            for most in [1, 5, 12] {
                let ticks = ticks(from, to, most, &clock);
                assert!(ticks.len() <= most + 1, "{} of {most}", ticks.len());
            }
        }
    }

    #[test]
    fn values_are_round_and_told_apart() {
        let told = |low: f64, high: f64| {
            let (all, step) = values(low, high, 5);
            all.into_iter().map(|value| figure(value, step)).collect::<Vec<_>>()
        };
        assert_eq!(told(0.0, 1.0), ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(told(-3.2, 4.1), ["\u{2212}2", "0", "2", "4"]);
        assert_eq!(told(11_000.0, 42_000.0), ["20k", "30k", "40k"]);
        assert_eq!(told(1.1e9, 2.4e9), ["1.5G", "2.0G"]);
        assert_eq!(told(99.97, 100.0), ["99.97", "99.98", "99.99", "100.00"]);
        assert_eq!(told(5.0, 5.0).len(), 1);
        assert!(told(f64::MIN, f64::MAX).len() <= 65 && told(0.0, f64::INFINITY).len() == 1);
    }

    #[test]
    fn a_value_alone_keeps_five_figures() {
        for (value, words) in [
            (0.0, "0"),
            (12.0, "12"),
            (0.123_456, "0.12346"),
            (-70.25, "\u{2212}70.25"),
            (1_234_567.0, "1.2346M"),
            (2.5e-9, "2.5e-9"),
        ] {
            assert_eq!(alone(value), words);
        }
    }
}
