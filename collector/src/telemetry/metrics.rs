use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// What this process counts about itself beside what listeners and engine count.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: Mutex<BTreeMap<(String, String, u16), u64>>,
    streams: AtomicU64,
}

/// The figures of this process.
#[must_use]
pub fn metrics() -> &'static Metrics {
    static METRICS: OnceLock<Metrics> = OnceLock::new();
    METRICS.get_or_init(Metrics::default)
}

impl Metrics {
    /// An HTTP request that was answered; `route` is the template, never the path, so that the series stay few.
    pub fn request(&self, method: &str, route: &str, status: u16) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((method.to_owned(), route.to_owned(), status)).or_default() += 1;
    }

    /// How many streams are open.
    pub fn streams(&self, open: u64) {
        self.streams.store(open, Ordering::Relaxed);
    }

    /// Adds them to a page.
    pub fn write(&self, text: &mut Text) {
        text.head("pedkai_http_requests_total", "counter", "HTTP requests answered.");
        for ((method, route, status), count) in self.requests.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let status = status.to_string();
            let labels = [("method", method.as_str()), ("route", route.as_str()), ("status", status.as_str())];
            text.value("pedkai_http_requests_total", &labels, *count as f64);
        }
        text.head("pedkai_streams_open", "gauge", "Open event streams.");
        text.value("pedkai_streams_open", &[], self.streams.load(Ordering::Relaxed) as f64);
    }
}

/// A page in Prometheus' text format, version 0.0.4.
#[derive(Debug, Default)]
pub struct Text(String);

impl Text {
    /// What a series means; comes before its values.
    pub fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// One value.
    pub fn value(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        let labels = joined(labels);
        let braced = if labels.is_empty() { labels } else { format!("{{{labels}}}") };
        let _ = writeln!(self.0, "{name}{braced} {value}");
    }

    /// A histogram: (upper bound, how many at most that), how many in all, their sum.
    pub fn histogram(&mut self, name: &str, labels: &[(&str, &str)], buckets: &[(f64, u64)], count: u64, sum: f64) {
        let own = joined(labels);
        let comma = if own.is_empty() { "" } else { "," };
        for (bound, below) in buckets {
            let _ = writeln!(self.0, "{name}_bucket{{{own}{comma}le=\"{bound}\"}} {below}");
        }
        let _ = writeln!(self.0, "{name}_bucket{{{own}{comma}le=\"+Inf\"}} {count}");
        self.value(&format!("{name}_sum"), labels, sum);
        self.value(&format!("{name}_count"), labels, count as f64);
    }

    /// The page.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

fn joined(labels: &[(&str, &str)]) -> String {
    let escaped = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    labels
        .iter()
        .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
        .collect::<Vec<_>>()
        .join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_reads_as_prometheus_writes_it() {
        let mut text = Text::default();
        text.head("a_total", "counter", "Some.");
        text.value("a_total", &[("source", "odd \"quote\"")], 5.0);
        text.histogram("b_seconds", &[("stage", "decide")], &[(0.001, 1), (0.5, 3)], 4, 2.25);
        let metrics = Metrics::default();
        metrics.request("GET", "/api/v1/alarms/{id}", 200);
        metrics.request("GET", "/api/v1/alarms/{id}", 200);
        metrics.write(&mut text);
        let text = text.into_string();
        for line in [
            "# TYPE a_total counter",
            "a_total{source=\"odd \\\"quote\\\"\"} 5",
            "b_seconds_bucket{stage=\"decide\",le=\"0.001\"} 1",
            "b_seconds_bucket{stage=\"decide\",le=\"+Inf\"} 4",
            "b_seconds_sum{stage=\"decide\"} 2.25",
            "b_seconds_count{stage=\"decide\"} 4",
            "pedkai_http_requests_total{method=\"GET\",route=\"/api/v1/alarms/{id}\",status=\"200\"} 2",
            "pedkai_streams_open 0",
        ] {
            assert!(text.lines().any(|found| found == line), "no line {line} in\n{text}");
        }
    }
}
