use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the buckets of every duration, seconds.
const BOUNDS: [f64; 14] = [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// The figures of this process. One set a process, as Prometheus sees it.
#[derive(Debug, Default)]
pub struct Metrics {
    received: Counters<1>,
    dropped: Counters<2>,
    dead_letters: Counters<2>,
    requests: Counters<3>,
    commit: Histogram,
    stages: Family<1, Histogram>,
    queues: Family<1, AtomicU64>,
    rows_lag: AtomicU64,
    streams: AtomicU64,
}

/// The figures of this process.
#[must_use]
pub fn metrics() -> &'static Metrics {
    static METRICS: std::sync::OnceLock<Metrics> = std::sync::OnceLock::new();
    METRICS.get_or_init(Metrics::default)
}

impl Metrics {
    /// Messages that came in at a door (`snmp`, `syslog_udp`, `webhook` …).
    pub fn received(&self, source: &str, count: u64) {
        self.received.add([source], count);
    }

    /// Messages that were lost, and why (`queue_full`, `kernel` …).
    pub fn dropped(&self, source: &str, reason: &str, count: u64) {
        self.dropped.add([source, reason], count);
    }

    /// Messages kept as dead letters, and why.
    pub fn dead_letter(&self, source: &str, reason: &str, count: u64) {
        self.dead_letters.add([source, reason], count);
    }

    /// An HTTP request that was answered; `route` is the template, never the path.
    pub fn request(&self, method: &str, route: &str, status: u16) {
        self.requests.add([method, route, status_text(status)], 1);
    }

    /// One group commit, from encoding to durable.
    pub fn commit(&self, took: Duration) {
        self.commit.observe(took.as_secs_f64());
    }

    /// One run of a stage (`decide`, `encode`, `rows` …).
    pub fn stage(&self, stage: &str, took: Duration) {
        self.stages.with([stage], |histogram| histogram.observe(took.as_secs_f64()));
    }

    /// How many wait in a queue now.
    pub fn queue_depth(&self, queue: &str, depth: u64) {
        self.queues.with([queue], |gauge| gauge.store(depth, Ordering::Relaxed));
    }

    /// How far the rows of the slowest tenant lag behind its log.
    pub fn rows_lag(&self, lag: Duration) {
        self.rows_lag.store(lag.as_secs_f64().to_bits(), Ordering::Relaxed);
    }

    /// How many streams are open.
    pub fn streams(&self, open: u64) {
        self.streams.store(open, Ordering::Relaxed);
    }

    /// Prometheus' text format.
    #[must_use]
    pub fn text(&self) -> String {
        let mut out = String::with_capacity(8_192);
        self.received.write(&mut out, "pedkai_received_total", "Messages received.", ["source"]);
        self.dropped
            .write(&mut out, "pedkai_dropped_total", "Messages lost before they were kept.", ["source", "reason"]);
        self.dead_letters
            .write(&mut out, "pedkai_dead_letters_total", "Messages kept as dead letters.", ["source", "reason"]);
        self.requests
            .write(&mut out, "pedkai_http_requests_total", "HTTP requests answered.", ["method", "route", "status"]);
        head(&mut out, "pedkai_log_commit_seconds", "histogram", "One group commit of a tenant's log.");
        self.commit.write(&mut out, "pedkai_log_commit_seconds", "");
        head(&mut out, "pedkai_stage_seconds", "histogram", "One run of a stage.");
        self.stages
            .each(["stage"], |labels, histogram| histogram.write(&mut out, "pedkai_stage_seconds", labels));
        head(&mut out, "pedkai_queue_depth", "gauge", "How many wait in a queue.");
        self.queues.each(["queue"], |labels, gauge| {
            let _ = writeln!(out, "pedkai_queue_depth{{{labels}}} {}", gauge.load(Ordering::Relaxed));
        });
        head(&mut out, "pedkai_rows_lag_seconds", "gauge", "How far rows lag behind the log.");
        let _ = writeln!(out, "pedkai_rows_lag_seconds {}", f64::from_bits(self.rows_lag.load(Ordering::Relaxed)));
        head(&mut out, "pedkai_streams_open", "gauge", "Open event streams.");
        let _ = writeln!(out, "pedkai_streams_open {}", self.streams.load(Ordering::Relaxed));
        out
    }
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn status_text(status: u16) -> &'static str {
    match status {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400 => "400",
        401 => "401",
        403 => "403",
        404 => "404",
        409 => "409",
        410 => "410",
        413 => "413",
        422 => "422",
        429 => "429",
        503 => "503",
        402..=499 => "4xx",
        _ => "5xx",
    }
}

/// Values by label; labels come from a small closed set, so the map stays small.
#[derive(Debug)]
struct Family<const N: usize, T> {
    values: Mutex<BTreeMap<[String; N], T>>,
}

impl<const N: usize, T> Default for Family<N, T> {
    fn default() -> Self {
        Self {
            values: Mutex::new(BTreeMap::new()),
        }
    }
}

impl<const N: usize, T: Default> Family<N, T> {
    fn with(&self, labels: [&str; N], act: impl FnOnce(&T)) {
        let mut values = self.values.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        act(values.entry(labels.map(str::to_owned)).or_default());
    }

    fn each(&self, names: [&str; N], mut act: impl FnMut(&str, &T)) {
        let values = self.values.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for (labels, value) in values.iter() {
            let pairs: Vec<String> = names.iter().zip(labels).map(|(name, label)| format!("{name}=\"{}\"", escaped(label))).collect();
            act(&pairs.join(","), value);
        }
    }
}

fn escaped(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

type Counters<const N: usize> = Family<N, AtomicU64>;

impl<const N: usize> Counters<N> {
    fn add(&self, labels: [&str; N], count: u64) {
        self.with(labels, |counter| {
            counter.fetch_add(count, Ordering::Relaxed);
        });
    }

    fn write(&self, out: &mut String, name: &str, help: &str, labels: [&str; N]) {
        head(out, name, "counter", help);
        self.each(labels, |labels, counter| {
            let _ = writeln!(out, "{name}{{{labels}}} {}", counter.load(Ordering::Relaxed));
        });
    }
}

#[derive(Debug, Default)]
struct Histogram {
    buckets: [AtomicU64; BOUNDS.len()],
    count: AtomicU64,
    sum_nanos: AtomicU64,
}

impl Histogram {
    fn observe(&self, seconds: f64) {
        if let Some(bucket) = BOUNDS.iter().position(|bound| seconds <= *bound) {
            self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        }
        self.count.fetch_add(1, Ordering::Relaxed);
        self.sum_nanos.fetch_add((seconds * 1e9) as u64, Ordering::Relaxed);
    }

    fn write(&self, out: &mut String, name: &str, labels: &str) {
        let comma = if labels.is_empty() { "" } else { "," };
        let mut below = 0;
        for (bound, bucket) in BOUNDS.iter().zip(&self.buckets) {
            below += bucket.load(Ordering::Relaxed);
            let _ = writeln!(out, "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {below}");
        }
        let count = self.count.load(Ordering::Relaxed);
        let sum = self.sum_nanos.load(Ordering::Relaxed) as f64 / 1e9;
        let braces = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
        let _ = writeln!(out, "{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {count}");
        let _ = writeln!(out, "{name}_sum{braces} {sum}\n{name}_count{braces} {count}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_holds_every_contracted_name_and_escapes_labels() {
        let figures = Metrics::default();
        figures.received("snmp", 2);
        figures.received("snmp", 3);
        figures.dropped("syslog", "queue_full", 1);
        figures.dead_letter("snmp", "odd \"quote\"", 1);
        figures.commit(Duration::from_millis(3));
        figures.stage("decide", Duration::from_micros(200));
        figures.queue_depth("events", 7);
        figures.rows_lag(Duration::from_millis(500));
        let text = figures.text();
        for line in [
            "pedkai_received_total{source=\"snmp\"} 5",
            "pedkai_dropped_total{source=\"syslog\",reason=\"queue_full\"} 1",
            "pedkai_dead_letters_total{source=\"snmp\",reason=\"odd \\\"quote\\\"\"} 1",
            "pedkai_log_commit_seconds_bucket{le=\"0.0025\"} 0",
            "pedkai_log_commit_seconds_bucket{le=\"0.005\"} 1",
            "pedkai_log_commit_seconds_count 1",
            "pedkai_stage_seconds_bucket{stage=\"decide\",le=\"0.00025\"} 1",
            "pedkai_stage_seconds_count{stage=\"decide\"} 1",
            "pedkai_queue_depth{queue=\"events\"} 7",
            "pedkai_rows_lag_seconds 0.5",
        ] {
            assert!(text.lines().any(|found| found == line), "no line {line} in\n{text}");
        }
    }
}
