/// How many bits a counter has before it starts at 0 again (RFC 2578, 7.1.6 and 7.1.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// Counter32.
    Bits32,
    /// Counter64.
    Bits64,
}

/// When something was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The reader's steady clock, microseconds since any fixed instant.
    pub steady: u64,
    /// `sysUpTime.0` in the same answer, hundredths of a second; `None` where the device did not tell.
    pub uptime: Option<u32>,
}

/// A counter as it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Its value.
    pub value: u64,
    /// Its size.
    pub width: Width,
    /// When.
    pub read: Moment,
}

/// How fast a counter may count, per second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// Nothing is known.
    Unknown,
    /// Up to this, and it may well do so (octets of a line of known speed).
    Line(f64),
    /// Never more than this, and by custom far less (errors, discards).
    Rare(f64),
}

/// Why two readings give no rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRate {
    /// The later reading is not later.
    NoTime,
    /// The device, or this counter, began anew in between.
    Restarted,
    /// It is another counter now: 32 bits instead of 64, or the other way round.
    Changed,
    /// It went back in a way that a wrap does not explain.
    Doubtful,
    /// A 32-bit counter on a line so fast that it may have wrapped more than once in between (RFC 2863, 3.1.6).
    TooFast,
}

/// A line may seem this much faster than it is: clocks and caches of agents are not exact.
const MARGIN: f64 = 1.05;

/// Whether the device began anew between two moments; `None` when its uptime does not tell (missing, or standing still).
///
/// An uptime that went back is a restart; the wrap of `sysUpTime` after 497 days looks the same and costs one rate. So is one that
/// advanced by far less than the time that went by: the device was restarted soon after the earlier reading.
#[must_use]
pub fn restarted(before: Moment, now: Moment) -> Option<bool> {
    let (then, later) = (before.uptime?, now.uptime?);
    if later < then {
        return Some(true);
    }
    let passed = now.steady.saturating_sub(before.steady);
    let slack = 10_000_000 + passed / 50;
    let advanced = u64::from(later - then) * 10_000;
    match advanced + slack >= passed {
        true => Some(false),
        false if later == then => None,
        false => Some(true),
    }
}

/// Units per second between two readings of one counter. A counter that went back is held to have wrapped once only where the
/// device says that it did not begin anew and the difference is one that the counter can have counted.
///
/// # Errors
/// Why there is no rate.
pub fn rate(before: &Count, now: &Count, pace: Pace) -> Result<f64, NoRate> {
    let passed = now.read.steady.saturating_sub(before.read.steady);
    if passed == 0 {
        return Err(NoRate::NoTime);
    }
    if before.width != now.width {
        return Err(NoRate::Changed);
    }
    let anew = restarted(before.read, now.read);
    if anew == Some(true) {
        return Err(NoRate::Restarted);
    }
    let seconds = passed as f64 / 1e6;
    if let (Width::Bits32, Pace::Line(most)) = (now.width, pace)
        && most * seconds >= 4_294_967_296.0
    {
        return Err(NoRate::TooFast);
    }
    if now.value >= before.value {
        return Ok((now.value - before.value) as f64 / seconds);
    }
    let (counted, half) = match now.width {
        Width::Bits32 => (now.value.wrapping_sub(before.value) & 0xffff_ffff, 1 << 31),
        Width::Bits64 => (now.value.wrapping_sub(before.value), 1 << 63),
    };
    let per_second = counted as f64 / seconds;
    let believed = anew == Some(false)
        && match pace {
            Pace::Unknown => counted < half,
            Pace::Line(most) => per_second <= most * MARGIN,
            Pace::Rare(most) => counted < half && per_second <= most * MARGIN,
        };
    if believed { Ok(per_second) } else { Err(NoRate::Doubtful) }
}
