use std::sync::Arc;

use pedkai_core::model::{Sample, TenantId};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::Sink;
use super::board::Board;

/// Samples of one poll.
pub(super) struct Batch {
    pub(super) ix: usize,
    pub(super) tenant: TenantId,
    pub(super) samples: Vec<Sample>,
}

/// Polls whose samples wait; when it is full, polls wait too.
const WAITING: usize = 1_024;

/// Starts to hand in what polls found: whatever came while the sink was busy goes together, tenant by tenant. Ends when all senders are gone and
/// everything is handed in.
pub(super) fn start(sink: Arc<dyn Sink>, board: Arc<Board>) -> (mpsc::Sender<Batch>, JoinHandle<()>) {
    let (sender, mut receiver) = mpsc::channel(WAITING);
    let task = tokio::spawn(async move {
        let mut batches = Vec::with_capacity(WAITING);
        while receiver.recv_many(&mut batches, WAITING).await > 0 {
            batches.sort_by_key(|batch: &Batch| batch.tenant);
            while let Some(tenant) = batches.first().map(|batch| batch.tenant) {
                let mine = batches.partition_point(|batch| batch.tenant <= tenant);
                let mut counts = Vec::with_capacity(mine);
                let mut samples = Vec::new();
                for batch in batches.drain(..mine) {
                    counts.push((batch.ix, batch.samples.len()));
                    samples.extend(batch.samples);
                }
                let kept = sink.keep(tenant, samples).await;
                if let Err(error) = &kept {
                    tracing::error!(%error, "polled samples could not be kept");
                }
                for (ix, count) in counts {
                    match &kept {
                        Ok(()) => board.kept(ix, count),
                        Err(why) => board.lost(ix, count, why),
                    }
                }
            }
        }
    });
    (sender, task)
}
