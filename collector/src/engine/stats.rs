use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Upper bounds of the buckets, seconds.
const BOUNDS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// How long something took, counted in buckets.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

/// A histogram as of a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct HistogramView {
    /// (upper bound in seconds, how many took at most that long).
    pub buckets: Vec<(f64, u64)>,
    /// How many in all.
    pub count: u64,
    /// Seconds in all.
    pub sum: f64,
}

impl Histogram {
    /// Counts one.
    pub fn add(&self, took: Duration) {
        let seconds = took.as_secs_f64();
        let bucket = BOUNDS.iter().position(|bound| seconds <= *bound).unwrap_or(BOUNDS.len());
        if let Some(bucket) = self.buckets.get(bucket) {
            bucket.fetch_add(1, Relaxed);
        }
        self.micros.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Relaxed);
    }

    /// What was counted so far.
    #[must_use]
    pub fn view(&self) -> HistogramView {
        let mut count = 0;
        let mut counts = self.buckets.iter().map(|bucket| {
            count += bucket.load(Relaxed);
            count
        });
        let buckets = BOUNDS.iter().zip(&mut counts).map(|(bound, count)| (*bound, count)).collect();
        let count = counts.next().unwrap_or_default();
        HistogramView {
            buckets,
            count,
            sum: self.micros.load(Relaxed) as f64 / 1e6,
        }
    }
}

/// Counters of one tenant, kept while it runs.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) commit: Histogram,
    pub(super) decide: Histogram,
    pub(super) encode: Histogram,
    pub(super) append: Histogram,
    pub(super) rows: Histogram,
    pub(super) records: AtomicU64,
    pub(super) inputs: AtomicU64,
    pub(super) bytes: AtomicU64,
    pub(super) kept_bytes: AtomicU64,
    pub(super) failed: AtomicU64,
    pub(super) rows_written: AtomicU64,
}

/// The numbers of one tenant as of a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Stats {
    /// Events waiting.
    pub queued_events: usize,
    /// Commands and the like waiting.
    pub queued_inputs: usize,
    /// From taking a batch to its record being durable (`pedkai_log_commit_seconds`).
    pub commit: HistogramView,
    /// By stage: `decide`, `encode`, `append`, `rows` (`pedkai_stage_seconds{stage}`).
    pub stages: [(&'static str, HistogramView); 4],
    /// Seconds for which the oldest record that is not in the rows has waited; 0 when all are (`pedkai_rows_lag_seconds`).
    pub rows_lag_seconds: f64,
    /// Records appended since start.
    pub records: u64,
    /// Inputs in them.
    pub inputs: u64,
    /// Bytes of them before compression.
    pub bytes: u64,
    /// Bytes of them as kept.
    pub kept_bytes: u64,
    /// Appends that failed.
    pub failed: u64,
    /// Rows written.
    pub rows_written: u64,
}
