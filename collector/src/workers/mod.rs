//! The insight path: what looks at a tenant's history now and then and says what it found.
//!
//! - **does**: lets every job do its round over every tenant when it is due, starts again what fell over, knows how each fares.
//! - **takes**: jobs: a name, a period, one round over one tenant.
//! - **gives**: the standing of every job of a tenant, for the system's screen.
//! - **never knows**: what a job looks at, or what it finds.

mod anomalies;
mod board;
mod breach;
mod causality;
mod drift;
mod gone;
mod joint;
mod sleeping;
mod verdict;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use pedkai_core::model::TenantId;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::engine::{Clock, Engine, Tenant};

pub(crate) use board::Board;

/// One round over one tenant, as work in progress: how many things it did, or what is in the way, in a sentence that says what to do.
pub(crate) type Round = Pin<Box<dyn Future<Output = Result<u64, String>> + Send>>;

/// Something that is done again and again for every tenant.
pub(crate) trait Job: Send + Sync + 'static {
    /// What it is called; `detect/sleeping`, for one.
    fn name(&self) -> &'static str;

    /// How long from the end of one round to the begin of the next.
    fn every(&self) -> Duration;

    /// One round. A tenant that gives it nothing to do must not be opened for it.
    fn round(&self, tenant: Tenant) -> Round;

    /// What is to be known of a tenant's rounds although they went well, in a sentence that says what to do.
    fn remark(&self, _tenant: TenantId) -> Option<String> {
        None
    }
}

/// Every job, in the order of names.
pub(crate) fn all(clock: &Arc<dyn Clock>) -> Vec<Arc<dyn Job>> {
    vec![
        Arc::<anomalies::Anomalies>::default(),
        Arc::<drift::Drift>::default(),
        Arc::<joint::Joint>::default(),
        Arc::<sleeping::Sleeping>::default(),
        Arc::<causality::Causality>::default(),
        Arc::<gone::Gone>::default(),
        Arc::new(breach::Breach::new(clock.clone())),
    ]
}

/// The first round comes this long after the start, so that the start is not slowed down.
const SETTLE: Duration = Duration::from_secs(5);
/// How long rounds that have begun may take when the collector stops.
const GRACE: Duration = Duration::from_secs(10);
/// After a round that failed or fell over, the next comes no later than after this.
const PATIENCE: Duration = Duration::from_secs(300);

/// The jobs of a collector, while they run.
pub(crate) struct Workers {
    board: Arc<Board>,
    tasks: Vec<JoinHandle<()>>,
    stopping: watch::Sender<bool>,
}

impl Workers {
    /// Starts every job. Call it inside a tokio runtime.
    pub(crate) fn start(engine: &Engine, jobs: Vec<Arc<dyn Job>>) -> Self {
        let board = Arc::new(Board::default());
        let stopping = watch::Sender::new(false);
        let begin = |job| tokio::spawn(work(engine.clone(), job, board.clone(), stopping.subscribe()));
        let tasks = jobs.into_iter().map(begin).collect();
        Self { board, tasks, stopping }
    }

    /// How each job fares.
    pub(crate) fn board(&self) -> Arc<Board> {
        self.board.clone()
    }

    /// Stops them. Rounds that have begun are waited for, so that nobody reads or writes a tenant afterwards; one that takes long is cut short,
    /// and what it handed in stays handed in.
    pub(crate) async fn stop(mut self) {
        self.stopping.send_replace(true);
        let until = tokio::time::Instant::now() + GRACE;
        for mut task in std::mem::take(&mut self.tasks) {
            if tokio::time::timeout_at(until, &mut task).await.is_err() {
                tracing::warn!("a job's round takes long: not waited for");
                task.abort();
            }
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn work(engine: Engine, job: Arc<dyn Job>, board: Arc<Board>, mut stopping: watch::Receiver<bool>) {
    let mut failed = 0;
    let mut wait = SETTLE;
    loop {
        // An error says that whoever stops jobs is gone, which is a stop too.
        if tokio::time::timeout(wait, stopping.wait_for(|stopping| *stopping)).await.is_ok() {
            return;
        }
        let mut well = true;
        for info in engine.tenants() {
            if *stopping.borrow() {
                return;
            }
            let Some(tenant) = engine.tenant(info.id) else { continue };
            // In a task of its own: a round that falls over takes neither the job nor another tenant's round with it.
            let (id, round) = (tenant.id(), Guard(tokio::spawn(job.round(tenant))));
            let outcome = round.join().await;
            if let Err(problem) = &outcome {
                well = false;
                tracing::warn!(tenant = %info.name, worker = job.name(), %problem, "a round failed; it will be tried again");
            }
            board.note(id, job.name(), outcome, job.remark(id));
        }
        failed = if well { 0 } else { failed + 1 };
        wait = pause(job.every(), failed);
    }
}

/// How long until the next round: after failures sooner than usual, but less and less often.
fn pause(every: Duration, failed: u32) -> Duration {
    match failed {
        0 => every,
        _ => Duration::from_secs(5).saturating_mul(1_u32 << failed.min(8)).min(PATIENCE).min(every),
    }
}

/// A round that is cut short together with its job.
struct Guard(JoinHandle<Result<u64, String>>);

impl Guard {
    async fn join(mut self) -> Result<u64, String> {
        match (&mut self.0).await {
            Ok(outcome) => outcome,
            Err(error) => Err(format!(
                "the round was cut short by a fault in this build ({error}); it is tried again by itself"
            )),
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests;
