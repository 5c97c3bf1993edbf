use super::{Count, Pace, Read, Value, Width};
use crate::model::{Name, Timestamp};

/// Columns of IF-MIB (RFC 2863) that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// ifDescr.
    Descr,
    /// ifSpeed, bit/s.
    Speed,
    /// ifOperStatus.
    OperStatus,
    /// ifName.
    Name,
    /// ifAlias.
    Alias,
    /// ifHighSpeed, Mbit/s.
    HighSpeed,
    /// ifCounterDiscontinuityTime, uptime.
    Discontinuity,
    /// A counter.
    Count(Counter),
}

/// Counters of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// ifHCInOctets, else ifInOctets.
    InOctets,
    /// ifHCOutOctets, else ifOutOctets.
    OutOctets,
    /// ifInErrors.
    InErrors,
    /// ifOutErrors.
    OutErrors,
    /// ifInDiscards.
    InDiscards,
    /// ifOutDiscards.
    OutDiscards,
}

const IF: [u32; 9] = [1, 3, 6, 1, 2, 1, 2, 2, 1];
const IFX: [u32; 10] = [1, 3, 6, 1, 2, 1, 31, 1, 1, 1];

/// What is asked of every interface: object ids are `ifEntry` or `ifXEntry` and the number.
pub const WIDE: [Column; 13] = [
    Column::Name,
    Column::Descr,
    Column::Alias,
    Column::HighSpeed,
    Column::Speed,
    Column::OperStatus,
    Column::Discontinuity,
    Column::Count(Counter::InOctets),
    Column::Count(Counter::OutOctets),
    Column::Count(Counter::InErrors),
    Column::Count(Counter::OutErrors),
    Column::Count(Counter::InDiscards),
    Column::Count(Counter::OutDiscards),
];

/// What is asked further where an interface has no 64-bit counters of octets; see [`Column::narrow_oid`].
pub const NARROW: [Counter; 2] = [Counter::InOctets, Counter::OutOctets];

impl Counter {
    pub(super) const ALL: [Counter; 6] = [
        Counter::InOctets,
        Counter::OutOctets,
        Counter::InErrors,
        Counter::OutErrors,
        Counter::InDiscards,
        Counter::OutDiscards,
    ];

    /// The metric of its rate, and what one unit of the counter is in it.
    pub(super) const fn metric(self) -> (&'static str, f64) {
        match self {
            Counter::InOctets => ("in_bps", 8.0),
            Counter::OutOctets => ("out_bps", 8.0),
            Counter::InErrors => ("in_errors_ps", 1.0),
            Counter::OutErrors => ("out_errors_ps", 1.0),
            Counter::InDiscards => ("in_discards_ps", 1.0),
            Counter::OutDiscards => ("out_discards_ps", 1.0),
        }
    }

    /// How fast it may count on a line of this speed (bit/s). A frame takes at least 672 bit times on Ethernet.
    pub(super) fn pace(self, speed: Option<f64>) -> Pace {
        match (speed, self) {
            (None, _) => Pace::Unknown,
            (Some(speed), Counter::InOctets | Counter::OutOctets) => Pace::Line(speed / 8.0),
            (Some(speed), _) => Pace::Rare(speed / 672.0),
        }
    }

    /// The 32-bit column of a counter of octets (`ifInOctets`, `ifOutOctets`); of the others, which have 32 bits anyway, their own.
    #[must_use]
    pub fn narrow_oid(self) -> Vec<u32> {
        match self {
            Counter::InOctets => [&IF[..], &[10]].concat(),
            Counter::OutOctets => [&IF[..], &[16]].concat(),
            other => Column::Count(other).oid(),
        }
    }
}

impl Column {
    /// Its object id, without the interface's index.
    #[must_use]
    pub fn oid(self) -> Vec<u32> {
        let (entry, number) = match self {
            Column::Descr => (&IF[..], 2),
            Column::Speed => (&IF[..], 5),
            Column::OperStatus => (&IF[..], 8),
            Column::Count(Counter::InDiscards) => (&IF[..], 13),
            Column::Count(Counter::InErrors) => (&IF[..], 14),
            Column::Count(Counter::OutDiscards) => (&IF[..], 19),
            Column::Count(Counter::OutErrors) => (&IF[..], 20),
            Column::Name => (&IFX[..], 1),
            Column::Count(Counter::InOctets) => (&IFX[..], 6),
            Column::Count(Counter::OutOctets) => (&IFX[..], 10),
            Column::HighSpeed => (&IFX[..], 15),
            Column::Alias => (&IFX[..], 18),
            Column::Discontinuity => (&IFX[..], 19),
        };
        [entry, &[number]].concat()
    }
}

/// An interface as one poll found it; what was not answered is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Interface {
    pub(super) name: Option<Name>,
    pub(super) descr: Option<Name>,
    pub(super) alias: Option<Name>,
    pub(super) high_speed: Option<f64>,
    pub(super) plain_speed: Option<f64>,
    pub(super) oper_status: Option<(f64, Timestamp)>,
    pub(super) discontinuity: Option<i64>,
    pub(super) counts: [Option<(Count, Timestamp)>; 6],
}

/// How an interface is known to people and inventories.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Port {
    /// `ifIndex`.
    pub index: u32,
    /// `ifName`, may be empty.
    pub name: Name,
    /// `ifDescr`, may be empty.
    pub descr: Name,
    /// `ifAlias`, may be empty.
    pub alias: Name,
}

impl Port {
    /// What an inventory may call it, the better first.
    #[must_use]
    pub fn names(&self) -> [&Name; 3] {
        [&self.name, &self.descr, &self.alias]
    }
}

impl Interface {
    /// Takes one cell in. A value of a kind that the column does not have is as good as none.
    pub fn put(&mut self, column: Column, value: &Value, read: &Read) {
        let text = || value.text().map(Name::from);
        let positive = || value.number().filter(|number| *number > 0.0);
        match column {
            Column::Name => self.name = text(),
            Column::Descr => self.descr = text(),
            Column::Alias => self.alias = text(),
            Column::HighSpeed => self.high_speed = positive().map(|mega| mega * 1e6),
            // The largest number says "more than I can tell" (RFC 2863).
            Column::Speed => self.plain_speed = positive().filter(|speed| *speed < 4_294_967_295.0),
            Column::OperStatus => self.oper_status = value.number().map(|status| (status, read.at)),
            Column::Discontinuity => {
                if let Value::Integer(uptime) = value {
                    self.discontinuity = Some(*uptime);
                }
            }
            Column::Count(counter) => {
                if let Some(count) = value.count(read.moment) {
                    self.counts[counter as usize] = Some((count, read.at));
                }
            }
        }
    }

    /// Takes a 32-bit counter in, unless there is one of 64 bits.
    pub fn put_narrow(&mut self, counter: Counter, value: &Value, read: &Read) {
        let wide = self.counts[counter as usize].is_some_and(|(count, _)| count.width == Width::Bits64);
        if !wide {
            self.put(Column::Count(counter), value, read);
        }
    }

    /// One of its counters of octets is missing.
    #[must_use]
    pub fn lacks_octets(&self) -> bool {
        NARROW.iter().any(|counter| self.counts[*counter as usize].is_none())
    }

    /// Its speed in bit/s. Below 10 Gbit/s `ifSpeed` is exact where `ifHighSpeed` is rounded to whole Mbit/s.
    #[must_use]
    pub fn speed(&self) -> Option<f64> {
        match (self.high_speed, self.plain_speed) {
            (Some(high), Some(plain)) if high > 4_000e6 || (plain - high).abs() > 1e6 => Some(high),
            (high, plain) => plain.or(high),
        }
    }
}
