use crate::model::{Span, Timestamp};

/// A calendar month in UTC: months since January of the year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, minicbor::Encode, minicbor::Decode)]
#[cbor(transparent)]
pub struct Month(#[n(0)] pub u32);

impl Month {
    /// The month of an instant.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        let date = jiff::Timestamp::from_microsecond(at.as_micros()).map(|at| jiff::tz::Offset::UTC.to_datetime(at).date());
        date.map_or(Self(1_970 * 12), |date| {
            Self(date.year().max(0) as u32 * 12 + (date.month() as u32).saturating_sub(1))
        })
    }

    /// Its first instant.
    #[must_use]
    pub fn begin(self) -> Timestamp {
        let (year, month) = (i16::try_from(self.0 / 12).unwrap_or(9_998), (self.0 % 12) as i8 + 1);
        let first = jiff::civil::Date::new(year, month, 1).ok();
        let first = first.and_then(|date| jiff::tz::Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok());
        Timestamp::from_micros(first.map_or(0, jiff::Timestamp::as_microsecond))
    }

    /// The month after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// How long it is.
    #[must_use]
    pub fn length(self) -> Span {
        self.next().begin().since(self.begin())
    }

    /// How long one may be without service in it when `percent` of it was promised.
    #[must_use]
    pub fn allowed(self, percent: f64) -> Span {
        let share = ((100.0 - percent) / 100.0).clamp(0.0, 1.0);
        Span::micros((share * self.length().as_micros() as f64).round() as i64)
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.0 / 12, self.0 % 12 + 1)
    }
}
