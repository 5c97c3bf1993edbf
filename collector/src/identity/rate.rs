use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::config::Limits;

/// Whose allowance it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Allowance {
    /// A user's.
    User(u128),
    /// A machine key's.
    Key(u128),
    /// An address's, for attempts without a good credential.
    Address(IpAddr),
}

/// Slows down who asks too often: a token bucket each (as GCRA, the generic cell rate algorithm of ITU-T I.371: one instant a bucket),
/// that holds ten seconds' worth.
#[derive(Debug)]
pub struct Limiter {
    user: Duration,
    key: Duration,
    address: Duration,
    start: Instant,
    /// When each bucket will be full again, from `start`.
    full_at: Mutex<HashMap<Allowance, Duration>>,
}

const BURST: u32 = 10;

/// Buckets in memory; beyond it those that are full are forgotten, which changes nothing.
const KEPT: usize = 65_536;

impl Limiter {
    /// With the configuration's rates.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let each = |per_second: u32| Duration::from_secs(1) / per_second.max(1);
        Self {
            user: each(limits.user_per_s),
            key: each(limits.key_per_s),
            address: each(limits.address_per_s),
            start: Instant::now(),
            full_at: Mutex::new(HashMap::new()),
        }
    }

    /// Takes `cost` from an allowance; how many seconds to wait where it is used up, and then nothing is taken.
    ///
    /// # Errors
    /// The seconds after which to try again, at least 1.
    pub fn take(&self, whose: Allowance, cost: u32) -> Result<(), u32> {
        self.take_at(whose, cost, self.start.elapsed())
    }

    fn take_at(&self, whose: Allowance, cost: u32, now: Duration) -> Result<(), u32> {
        let each = match whose {
            Allowance::User(_) => self.user,
            Allowance::Key(_) => self.key,
            Allowance::Address(_) => self.address,
        };
        let burst = Duration::from_secs(1) * BURST;
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if full_at.len() >= KEPT {
            full_at.retain(|_, at| *at > now);
        }
        let at = full_at.get(&whose).copied().unwrap_or(now).max(now);
        let next = at + each * cost;
        if next > now + burst && at > now {
            let wait = (next - now).saturating_sub(burst);
            return Err(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1));
        }
        full_at.insert(whose, next);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_the_rate_holds_and_others_are_not_touched() {
        let limiter = Limiter::new(&Limits {
            user_per_s: 5,
            ..Limits::default()
        });
        let start = Duration::from_secs(100);
        let passed = (0..1_000).filter(|_| limiter.take_at(Allowance::User(1), 1, start).is_ok()).count();
        assert_eq!(passed, 50, "ten seconds' worth");
        assert_eq!(limiter.take_at(Allowance::User(1), 1, start), Err(1));
        assert_eq!(limiter.take_at(Allowance::User(2), 1, start), Ok(()));
        let passed = (0..100)
            .filter(|step| limiter.take_at(Allowance::User(1), 1, start + Duration::from_millis(100) * (step + 1)).is_ok())
            .count();
        assert!((49..=51).contains(&passed), "five a second for ten seconds, {passed} passed");
    }

    #[test]
    fn memory_is_bounded() {
        let limiter = Limiter::new(&Limits::default());
        for number in 0..200_000_u32 {
            let address = IpAddr::V4(std::net::Ipv4Addr::from_bits(number));
            let _ = limiter.take_at(Allowance::Address(address), 1, Duration::from_millis(u64::from(number)));
        }
        assert!(limiter.full_at.lock().unwrap().len() <= KEPT);
    }
}
