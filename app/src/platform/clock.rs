use std::{sync::OnceLock, time::Duration};

use pedkai_core::model::{Span, Timestamp};

/// What this machine's clock says, which somebody may set at any moment.
pub fn wall() -> Timestamp {
    Timestamp::from_micros(jiff::Timestamp::now().as_microsecond())
}

/// Now, on a clock that goes on evenly: what this machine's clock said when the program began, and what went by since, also while the machine
/// was suspended. Setting the machine's clock does not move it, so what it measures is never an hour too old.
pub fn now() -> Timestamp {
    static BEGAN: OnceLock<(Timestamp, Duration)> = OnceLock::new();
    let elapsed = elapsed();
    let (wall, since) = *BEGAN.get_or_init(|| (wall(), elapsed));
    let gone = elapsed.saturating_sub(since).as_micros();
    wall.plus(Span::micros(i64::try_from(gone).unwrap_or(i64::MAX)))
}

/// Time since the machine was started, suspended or not.
#[cfg(target_os = "linux")]
fn elapsed() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// Time since the program first asked; on Windows it counts a suspended machine too.
#[cfg(not(target_os = "linux"))]
fn elapsed() -> Duration {
    static FIRST: OnceLock<std::time::Instant> = OnceLock::new();
    FIRST.get_or_init(std::time::Instant::now).elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_forward_and_begins_where_the_machines_clock_is() {
        let (first, second) = (now(), now());
        assert!(first <= second);
        assert!(wall().since(second).abs() < Span::seconds(60));
    }
}
