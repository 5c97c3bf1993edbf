use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use pedkai_core::wire::Page;
use serde::Serialize;

use super::access::{Can, ReadRules};
use super::problem::Answer;
use super::world::World;
use crate::engine::HistogramView;
use crate::telemetry::{Text, metrics};

/// Something that works in the background.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Worker {
    /// What it is called.
    name: String,
    /// `running`, `off` or `trouble`.
    state: &'static str,
    /// Where it listens, or what keeps it from working and what to do.
    detail: String,
    /// How much waits for it.
    queued: u64,
    /// How much it did since the collector started.
    done: u64,
    /// Seconds since the collector started.
    uptime_seconds: f64,
}

/// What works in the background: the listeners, the tenant's writer, the jobs of the insight path.
#[utoipa::path(get, path = "/api/v1/system/workers", tag = "system", extensions(("x-permission" = json!("read rules"))),
    responses((status = 200, body = Page<Worker>)))]
pub(super) async fn workers(State(world): State<World>, can: Can<ReadRules>) -> Answer<axum::Json<Page<Worker>>> {
    let uptime_seconds = world.started.elapsed().as_secs_f64();
    let mut items = Vec::new();
    if let Some(listeners) = world.listeners() {
        use pedkai_core::model::SourceKind::{Snmp, Syslog};
        let ears = [
            ("listen/snmp", listeners.snmp, Some(Snmp)),
            ("listen/syslog-udp", listeners.syslog_udp, Some(Syslog)),
            ("listen/syslog-tcp", listeners.syslog_tcp, None),
            ("listen/syslog-tls", listeners.syslog_tls, None),
        ];
        items.extend(ears.map(|(name, address, counted)| Worker {
            name: name.to_owned(),
            state: if address.is_some() { "running" } else { "off" },
            detail: address.map(|address| address.to_string()).unwrap_or_default(),
            queued: 0,
            done: counted.map_or(0, |source| world.counters.received(source)),
            uptime_seconds,
        }));
    }
    let stats = can.tenant.stats();
    let trouble = can.tenant.trouble();
    items.push(Worker {
        name: "writer".to_owned(),
        state: if trouble.is_some() { "trouble" } else { "running" },
        detail: trouble.unwrap_or_default(),
        queued: (stats.queued_events + stats.queued_inputs) as u64,
        done: stats.records,
        uptime_seconds,
    });
    let samples = can.tenant.kpi().trouble();
    items.push(Worker {
        name: "kpi".to_owned(),
        state: if samples.is_some() { "trouble" } else { "running" },
        detail: samples.unwrap_or_default(),
        queued: 0,
        done: 0,
        uptime_seconds,
    });
    items.push(Worker {
        name: "rows".to_owned(),
        state: "running",
        detail: behind(stats.rows_lag_seconds),
        queued: 0,
        done: stats.rows_written,
        uptime_seconds,
    });
    if let Some(board) = world.polled.get() {
        let targets = board.of(can.tenant.id());
        let now = world.engine.clock().now();
        let stale = targets.iter().filter(|status| status.stale(now)).count();
        items.push(Worker {
            name: "poll".to_owned(),
            state: if targets.is_empty() { "off" } else { "running" },
            detail: format!("{} targets, {stale} stale", targets.len()),
            queued: 0,
            done: targets.iter().map(|status| status.whole + status.partial).sum(),
            uptime_seconds,
        });
    }
    for standing in world.board.get().map(|board| board.of(can.tenant.id())).unwrap_or_default() {
        items.push(Worker {
            name: standing.name.to_owned(),
            state: if standing.trouble.is_some() { "trouble" } else { "running" },
            detail: standing
                .trouble
                .unwrap_or_else(|| format!("round {}, {} s ago", standing.rounds, standing.last.elapsed().as_secs())),
            queued: 0,
            done: standing.done,
            uptime_seconds,
        });
    }
    Ok(axum::Json(Page { items, next: None }))
}

/// How far the rows are behind the log, in words.
fn behind(seconds: f64) -> String {
    if seconds < 0.05 {
        "up to date".to_owned()
    } else {
        format!("{seconds:.1} s behind the log")
    }
}

/// What the tenant takes on the disk.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Storage {
    /// Files, with their sizes.
    items: Vec<StoredFile>,
    /// Bytes in all.
    bytes: u64,
    /// Records on the log; null where it cannot be read now.
    records: Option<u64>,
    /// Days for which records are kept.
    log_days: u32,
    /// KPI samples that are kept.
    kpi_samples: u64,
    /// Days for which they are kept.
    kpi_days: u32,
    /// Files of KPI samples that were damaged and put aside, by name.
    kpi_damaged: Vec<String>,
    /// Bytes that the log grew by since the collector started, as kept.
    grown_bytes: u64,
    /// … and in a day at this rate.
    bytes_per_day: u64,
    /// Bytes that are free on the disk that holds it; null where the system does not say.
    free_bytes: Option<u64>,
}

/// A file.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct StoredFile {
    /// What it holds: `kpi`, `log` or `rows`.
    name: &'static str,
    /// Its size, with what is not yet moved into it.
    bytes: u64,
}

/// What the tenant takes on the disk.
#[utoipa::path(get, path = "/api/v1/system/storage", tag = "system", extensions(("x-permission" = json!("read rules"))),
    responses((status = 200, body = Storage)))]
pub(super) async fn storage(State(world): State<World>, can: Can<ReadRules>) -> Answer<axum::Json<Storage>> {
    let folder = world.engine.folder().tenant(can.tenant.id());
    let log = folder.log();
    // Asks the log alone: rows that cannot be written on a full disk must not keep the answer that says so.
    let records = tokio::task::spawn_blocking(move || records(&log)).await.ok().flatten();
    // Asked just when a disk is full, this must answer all the same.
    let kpi = can.tenant.ask_kpi(|samples| samples.usage()).await.unwrap_or_else(|error| {
        tracing::error!(%error, "what the KPI samples take cannot be told");
        crate::kpi::Usage::default()
    });
    let items = vec![
        StoredFile { name: "kpi", bytes: kpi.bytes },
        StoredFile {
            name: "log",
            bytes: size(&folder.log()),
        },
        StoredFile {
            name: "rows",
            bytes: size(&folder.rows()),
        },
    ];
    let grown_bytes = can.tenant.stats().kept_bytes;
    let days = world.started.elapsed().as_secs_f64() / 86_400.0;
    Ok(axum::Json(Storage {
        bytes: items.iter().map(|file| file.bytes).sum(),
        items,
        records,
        log_days: world.config.retention.log_days,
        kpi_samples: kpi.samples,
        kpi_days: world.config.retention.kpi_days,
        kpi_damaged: kpi.aside,
        grown_bytes,
        bytes_per_day: if days > 0.0 { (grown_bytes as f64 / days) as u64 } else { 0 },
        free_bytes: fs4::available_space(folder.log().parent().unwrap_or(std::path::Path::new("."))).ok(),
    }))
}

/// Records a log holds; `None` where it cannot be read now.
fn records(log: &std::path::Path) -> Option<u64> {
    if !log.exists() {
        return Some(0);
    }
    let log = crate::journal::log::LogReader::open(log).ok()?;
    Some((log.head().ok()?.seq + 1).saturating_sub(log.first().ok()?))
}

/// A database with its write-ahead file.
fn size(file: &std::path::Path) -> u64 {
    let mut beside = file.as_os_str().to_owned();
    beside.push("-wal");
    let of = |path: &std::path::Path| std::fs::metadata(path).map_or(0, |meta| meta.len());
    of(file) + of(std::path::Path::new(&beside))
}

/// Whether the process answers.
#[utoipa::path(get, path = "/livez", tag = "system", security(()), responses((status = 200, description = "It does")))]
pub(super) async fn livez() -> &'static str {
    "ok\n"
}

/// Whether everything that is handed in can be kept.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Readiness {
    /// It can.
    ready: bool,
    /// What is in the way.
    problems: Vec<String>,
}

/// Whether everything that is handed in can be kept.
#[utoipa::path(get, path = "/readyz", tag = "system", security(()),
    responses((status = 200, body = Readiness), (status = 503, description = "It cannot: what is in the way", body = Readiness)))]
pub(super) async fn readyz(State(world): State<World>) -> Response {
    let mut problems = Vec::new();
    let troubled = world.engine.troubles().len();
    if troubled > 0 {
        // Which tenant, and where on the disk, is not for everybody: it stands in the log and in system/workers.
        problems.push(format!(
            "the log or rows of {troubled} tenant(s) cannot be written: see the collector's own log for what to do"
        ));
    }
    if *world.stopping.borrow() {
        problems.push("the collector is shutting down".to_owned());
    }
    let ready = problems.is_empty();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, axum::Json(Readiness { ready, problems })).into_response()
}

/// Figures for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "system", security(()),
    responses((status = 200, description = "Prometheus text format 0.0.4", content_type = "text/plain", body = String)))]
pub(super) async fn figures(State(world): State<World>) -> Response {
    let mut text = Text::default();
    let received = world.counters.all_received();
    text.head("pedkai_received_total", "counter", "Messages received; of the doors of KPI values, samples.");
    for (source, count) in received {
        text.value("pedkai_received_total", &[("source", source)], count as f64);
    }
    let polled_sums = world.polled.get().map(|board| board.sums(world.engine.clock().now()));
    let came = polled_sums.map(|sums| ("snmp_poll", sums.samples + sums.lost + sums.homeless));
    for (source, count) in world.kpi.received().chain(came) {
        text.value("pedkai_received_total", &[("source", source)], count as f64);
    }
    text.head("pedkai_dropped_total", "counter", "Messages and samples lost before they were kept.");
    let lost = polled_sums.map(|sums| [("snmp_poll", "store", sums.lost), ("snmp_poll", "no_place", sums.homeless)]);
    let lost = lost.into_iter().flatten().filter(|row| row.2 > 0);
    for (source, reason, count) in world.counters.all_dropped().into_iter().chain(world.kpi.dropped()).chain(lost) {
        text.value("pedkai_dropped_total", &[("source", source), ("reason", reason)], count as f64);
    }
    text.head("pedkai_dead_letters_total", "counter", "Messages kept as dead letters.");
    for (source, reason, count) in world.counters.all_dead().into_iter().chain(world.kpi.dead()) {
        text.value("pedkai_dead_letters_total", &[("source", source), ("reason", reason)], count as f64);
    }
    polled(&world, &mut text);
    engine(&world, &mut text);
    text.head("pedkai_informs_answered_total", "counter", "SNMP informs answered, each after it was durable.");
    text.value("pedkai_informs_answered_total", &[], world.counters.informs_answered() as f64);
    text.head("pedkai_uptime_seconds", "gauge", "Seconds since the collector started.");
    text.value("pedkai_uptime_seconds", &[], world.started.elapsed().as_secs_f64());
    metrics().write(&mut text);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text.into_string()).into_response()
}

/// Sums over the targets of `[poll]`, where there are any.
fn polled(world: &World, text: &mut Text) {
    let Some(board) = world.polled.get() else { return };
    let sums = board.sums(world.engine.clock().now());
    text.head("pedkai_polls_total", "counter", "Polls of targets, by how they ended.");
    for (outcome, count) in [("whole", sums.whole), ("partial", sums.partial), ("failed", sums.failed)] {
        text.value("pedkai_polls_total", &[("outcome", outcome)], count as f64);
    }
    text.head("pedkai_poll_samples_total", "counter", "Samples that polls gave, by what became of them.");
    for (outcome, count) in [("kept", sums.samples), ("lost", sums.lost)] {
        text.value("pedkai_poll_samples_total", &[("outcome", outcome)], count as f64);
    }
    text.head(
        "pedkai_poll_targets_stale",
        "gauge",
        "Targets that gave nothing whole for more than two and a half intervals.",
    );
    text.value("pedkai_poll_targets_stale", &[], sums.stale as f64);
}

/// Sums over the tenants: their names and loads are nobody's business here.
fn engine(world: &World, text: &mut Text) {
    let all: Vec<_> = world
        .engine
        .tenants()
        .iter()
        .filter_map(|info| world.engine.tenant(info.id))
        .map(|tenant| tenant.stats())
        .collect();
    text.head(
        "pedkai_log_commit_seconds",
        "histogram",
        "One group commit, from taking a batch to its record being durable.",
    );
    if let Some(sum) = sum(all.iter().map(|stats| &stats.commit)) {
        text.histogram("pedkai_log_commit_seconds", &[], &sum.buckets, sum.count, sum.sum);
    }
    text.head("pedkai_stage_seconds", "histogram", "One run of a stage.");
    let stages = all.first().map(|stats| stats.stages.clone().map(|(name, _)| name));
    for (number, name) in stages.into_iter().flatten().enumerate() {
        if let Some(sum) = sum(all.iter().map(|stats| &stats.stages[number].1)) {
            text.histogram("pedkai_stage_seconds", &[("stage", name)], &sum.buckets, sum.count, sum.sum);
        }
    }
    text.head("pedkai_queue_depth", "gauge", "How many wait in a queue.");
    let events: usize = all.iter().map(|stats| stats.queued_events).sum();
    let inputs: usize = all.iter().map(|stats| stats.queued_inputs).sum();
    text.value("pedkai_queue_depth", &[("queue", "events")], events as f64);
    text.value("pedkai_queue_depth", &[("queue", "commands")], inputs as f64);
    text.head("pedkai_rows_lag_seconds", "gauge", "How far the rows of the slowest tenant lag behind its log.");
    let lag = all.iter().map(|stats| stats.rows_lag_seconds).fold(0.0, f64::max);
    text.value("pedkai_rows_lag_seconds", &[], lag);
    text.head("pedkai_log_records_total", "counter", "Records appended.");
    text.value("pedkai_log_records_total", &[], all.iter().map(|stats| stats.records).sum::<u64>() as f64);
    text.head("pedkai_log_failures_total", "counter", "Appends that failed.");
    text.value("pedkai_log_failures_total", &[], all.iter().map(|stats| stats.failed).sum::<u64>() as f64);
}

fn sum<'a>(views: impl Iterator<Item = &'a HistogramView>) -> Option<HistogramView> {
    views.fold(None, |sum: Option<HistogramView>, view| {
        Some(match sum {
            None => view.clone(),
            Some(mut sum) => {
                for (own, other) in sum.buckets.iter_mut().zip(&view.buckets) {
                    own.1 += other.1;
                }
                sum.count += view.count;
                sum.sum += view.sum;
                sum
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::behind;

    #[test]
    fn rows_that_are_level_with_the_log_are_told_so() {
        assert_eq!((behind(0.0), behind(0.26)), ("up to date".to_owned(), "0.3 s behind the log".to_owned()));
    }
}
