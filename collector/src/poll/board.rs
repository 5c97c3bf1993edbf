use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pedkai_core::model::{EntityId, Name, Span, TenantId, Timestamp};

use uuid::Uuid;

use super::Target;

/// How a target is.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// Where it is asked.
    pub address: SocketAddr,
    /// Whose it is.
    pub tenant: TenantId,
    /// What the configuration calls it; empty where its address tells.
    pub configured: Name,
    /// Its entity, once it was found.
    pub entity: Option<EntityId>,
    /// … and its name.
    pub name: Name,
    /// It is asked once in so long.
    pub interval: Duration,
    /// When it was first meant to be asked.
    pub first_at: Timestamp,
    /// The end of the newest poll that was answered to its end.
    pub whole_at: Option<Timestamp>,
    /// Polls that were answered to their end.
    pub whole: u64,
    /// … that broke off, and what came until then was kept.
    pub partial: u64,
    /// … without any answer.
    pub failed: u64,
    /// Samples kept.
    pub samples: u64,
    /// Samples that could not be kept.
    pub lost: u64,
    /// Samples that nobody is known to whom they belong.
    pub homeless: u64,
    /// What is wrong with it now.
    pub problem: Option<String>,
}

impl Status {
    /// Its id: the same for the same address and tenant, on every collector.
    #[must_use]
    pub fn id(&self) -> Uuid {
        let hash = blake3::hash(format!("poll {} {}", self.tenant.0, self.address).as_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.as_bytes()[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    /// Nothing whole came from it for more than two intervals and a half.
    #[must_use]
    pub fn stale(&self, now: Timestamp) -> bool {
        let patience = i64::try_from(self.interval.as_micros()).unwrap_or(i64::MAX).saturating_mul(5) / 2;
        now.since(self.whole_at.unwrap_or(self.first_at)) > Span::micros(patience)
    }
}

/// Sums over targets: polls by how they ended, samples by what became of them, and how many targets are stale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Polls answered to their end.
    pub whole: u64,
    /// Polls that broke off.
    pub partial: u64,
    /// Polls without any answer.
    pub failed: u64,
    /// Samples kept.
    pub samples: u64,
    /// Samples that could not be kept.
    pub lost: u64,
    /// Samples that nobody is known to whom they belong.
    pub homeless: u64,
    /// Targets that are stale now.
    pub stale: u64,
}

/// The state of every target.
#[derive(Debug)]
pub struct Board(Mutex<Vec<Status>>);

impl Board {
    pub(super) fn new(targets: &[Target], now: Timestamp) -> Self {
        let status = |target: &Target| Status {
            address: target.address,
            tenant: target.tenant,
            configured: target.entity.clone().unwrap_or_default(),
            entity: None,
            name: Name::EMPTY,
            interval: target.interval,
            first_at: now,
            whole_at: None,
            whole: 0,
            partial: 0,
            failed: 0,
            samples: 0,
            lost: 0,
            homeless: 0,
            problem: None,
        };
        Self(Mutex::new(targets.iter().map(status).collect()))
    }

    /// The targets of a tenant, in the order of the configuration.
    #[must_use]
    pub fn of(&self, tenant: TenantId) -> Vec<Status> {
        self.lock().iter().filter(|status| status.tenant == tenant).cloned().collect()
    }

    /// Sums over all targets.
    #[must_use]
    pub fn sums(&self, now: Timestamp) -> Sums {
        let mut sums = Sums::default();
        for status in self.lock().iter() {
            sums.whole += status.whole;
            sums.partial += status.partial;
            sums.failed += status.failed;
            sums.samples += status.samples;
            sums.lost += status.lost;
            sums.homeless += status.homeless;
            sums.stale += u64::from(status.stale(now));
        }
        sums
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Status>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, ix: usize, change: impl FnOnce(&mut Status)) {
        if let Some(status) = self.lock().get_mut(ix) {
            change(status);
        }
    }

    /// A poll was answered; to its end, unless the problem says that it is partial.
    pub(super) fn answered(&self, ix: usize, at: Timestamp, whole: bool, problem: Option<String>) {
        self.change(ix, |status| {
            match whole {
                true => (status.whole, status.whole_at) = (status.whole + 1, Some(at)),
                false => status.partial += 1,
            }
            status.problem = problem;
        });
    }

    pub(super) fn failed(&self, ix: usize, problem: String) {
        self.change(ix, |status| {
            status.failed += 1;
            status.problem = Some(problem);
        });
    }

    pub(super) fn placed(&self, ix: usize, entity: EntityId, name: &Name) {
        self.change(ix, |status| {
            status.entity = Some(entity);
            if status.name != *name {
                status.name = name.clone();
            }
        });
    }

    pub(super) fn nowhere(&self, ix: usize, measures: usize) {
        self.change(ix, |status| {
            (status.entity, status.name) = (None, Name::EMPTY);
            status.homeless += measures as u64;
        });
    }

    pub(super) fn kept(&self, ix: usize, samples: usize) {
        self.change(ix, |status| status.samples += samples as u64);
    }

    pub(super) fn lost(&self, ix: usize, samples: usize, why: &str) {
        self.change(ix, |status| {
            status.lost += samples as u64;
            status.problem = Some(format!("its samples could not be kept: {why}"));
        });
    }
}
