//! The times devices write into their messages. Integers only, no zone but UTC.

/// A time on a device's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    micros: i64,
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A time taken apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts {
    pub(super) year: i64,
    pub(super) month: usize,
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) micros: i64,
}

impl Parts {
    pub(super) const fn month_name(&self) -> &'static str {
        MONTHS[self.month % 12]
    }
}

impl Clock {
    /// So many microseconds after 1970.
    #[must_use]
    pub const fn new(micros: i64) -> Self {
        Self { micros }
    }

    pub(super) const fn parts(self) -> Parts {
        let seconds = self.micros.div_euclid(1_000_000);
        let days = seconds.div_euclid(86_400);
        let in_day = seconds.rem_euclid(86_400);
        // The civil calendar, counted from 1 March of year 0.
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 2 } else { shifted_month - 10 };
        let year = year_of_era + era * 400 + if month < 2 { 1 } else { 0 };
        Parts {
            year,
            month: month as usize,
            day,
            hour: in_day / 3_600,
            minute: in_day / 60 % 60,
            second: in_day % 60,
            micros: self.micros.rem_euclid(1_000_000),
        }
    }

    /// `Oct  4 22:52:47`
    pub(super) fn bsd(self) -> String {
        let t = self.parts();
        format!("{} {:>2} {:02}:{:02}:{:02}", t.month_name(), t.day, t.hour, t.minute, t.second)
    }

    /// `22:52:47.123`
    pub(super) fn millis(self) -> String {
        format!("{}.{:03}", self.bsd(), self.parts().micros / 1_000)
    }

    /// RFC 3339 with microseconds.
    #[must_use]
    pub fn rfc3339(self) -> String {
        let t = self.parts();
        let date = format!("{:04}-{:02}-{:02}", t.year, t.month + 1, t.day);
        format!("{date}T{:02}:{:02}:{:02}.{:06}Z", t.hour, t.minute, t.second, t.micros)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_is_right() {
        assert_eq!(Clock::new(0).rfc3339(), "1970-01-01T00:00:00.000000Z");
        assert_eq!(Clock::new(951_782_400_000_000).rfc3339(), "2000-02-29T00:00:00.000000Z");
        assert_eq!(Clock::new(1_767_225_599_250_001).rfc3339(), "2025-12-31T23:59:59.250001Z");
        assert_eq!(Clock::new(1_767_225_599_250_001).bsd(), "Dec 31 23:59:59");
        assert_eq!(Clock::new(-1).rfc3339(), "1969-12-31T23:59:59.999999Z");
    }
}
