use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use pedkai_core::model::TenantId;
use tokio::time::Instant;

/// How a job fares with one tenant.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    /// The job's name.
    pub(crate) name: &'static str,
    /// What is in the way, or to be known, since the newest round.
    pub(crate) trouble: Option<String>,
    /// What it did since the collector started.
    pub(crate) done: u64,
    /// Rounds since the collector started.
    pub(crate) rounds: u64,
    /// When the newest round ended.
    pub(crate) last: Instant,
}

/// How every job fares with every tenant.
#[derive(Default)]
pub(crate) struct Board(Mutex<BTreeMap<(TenantId, &'static str), Standing>>);

impl Board {
    pub(super) fn note(&self, tenant: TenantId, name: &'static str, outcome: Result<u64, String>, remark: Option<String>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let standing = all.entry((tenant, name)).or_insert_with(|| Standing {
            name,
            trouble: None,
            done: 0,
            rounds: 0,
            last: Instant::now(),
        });
        standing.last = Instant::now();
        standing.rounds += 1;
        match outcome {
            Ok(done) => {
                standing.done += done;
                standing.trouble = remark;
            }
            Err(problem) => standing.trouble = Some(problem),
        }
    }

    /// Every job that did a round for this tenant, in the order of names.
    pub(crate) fn of(&self, tenant: TenantId) -> Vec<Standing> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.range((tenant, "")..)
            .take_while(|((of, _), _)| *of == tenant)
            .map(|(_, standing)| standing.clone())
            .collect()
    }
}
