use std::io::Write;

use pedkai_core::model::Timestamp;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

/// A layer that writes one JSON object a line: timestamp, level, message, module, line, service, and every field of the line and of
/// the spans it stands in (correlation_id, event_id, trace_id, span_id, duration_ms, status_code …).
#[derive(Debug)]
pub struct JsonLog<W> {
    service: &'static str,
    out: W,
}

impl<W> JsonLog<W> {
    /// A log of `service`; `out` makes a writer for each line.
    pub fn new(service: &'static str, out: W) -> Self {
        Self { service, out }
    }
}

/// Starts the process's log on stderr at `level` (a `tracing` filter such as `info` or `pedkai_collector=debug,info`); the
/// environment's `PEDKAI_LOG` goes first. A second call changes nothing.
pub fn init(service: &'static str, level: &str) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("PEDKAI_LOG")
        .or_else(|_| tracing_subscriber::EnvFilter::try_new(level))
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    // An error says that a log is there already, as in a test that starts two collectors.
    let _ = tracing_subscriber::registry()
        .with(filter)
        .with(JsonLog::new(service, std::io::stderr))
        .try_init();
}

struct Fields(Map<String, Value>);

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.insert(field.name().to_owned(), value.into());
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), value.into());
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), value.into());
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), value.into());
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.into());
    }
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").into());
    }
}

impl<S, W, O> Layer<S> for JsonLog<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Fn() -> O + 'static,
    O: Write,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields(Map::new());
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut line = Map::new();
        let meta = event.metadata();
        line.insert("timestamp".to_owned(), now().to_string().into());
        line.insert("level".to_owned(), meta.level().as_str().into());
        line.insert("message".to_owned(), Value::Null);
        line.insert("module".to_owned(), meta.module_path().unwrap_or(meta.target()).into());
        line.insert("line".to_owned(), meta.line().into());
        line.insert("service".to_owned(), self.service.into());
        for span in context.event_scope(event).into_iter().flat_map(tracing_subscriber::registry::Scope::from_root) {
            if let Some(fields) = span.extensions().get::<Fields>() {
                line.extend(fields.0.iter().map(|(name, value)| (name.clone(), value.clone())));
            }
        }
        let mut own = Fields(Map::new());
        event.record(&mut own);
        line.extend(own.0);
        let mut text = Value::Object(line).to_string();
        text.push('\n');
        // There is nowhere to say that the log cannot be written.
        let _ = (self.out)().write_all(text.as_bytes());
    }
}

fn now() -> Timestamp {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or(std::time::Duration::ZERO);
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_carries_its_spans_fields_and_its_own() {
        let kept = Kept::default();
        let out = kept.clone();
        let log = tracing_subscriber::registry().with(JsonLog::new("pedkai-collector", move || out.clone()));
        tracing::subscriber::with_default(log, || {
            let span = tracing::info_span!("request", trace_id = "t1", status_code = tracing::field::Empty);
            let _in = span.enter();
            span.record("status_code", 202_u64);
            tracing::warn!(event_id = "e1", duration_ms = 1.5, "slow\nanswer");
        });
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.lines().count(), 1, "one line, whatever the message holds");
        let line: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(line["level"], "WARN");
        assert_eq!(line["message"], "slow\nanswer");
        assert_eq!(line["service"], "pedkai-collector");
        assert_eq!(line["trace_id"], "t1");
        assert_eq!(line["status_code"], 202);
        assert_eq!(line["event_id"], "e1");
        assert_eq!(line["duration_ms"], 1.5);
        assert!(line["module"].as_str().unwrap().contains("telemetry"));
        assert!(line["line"].as_u64().unwrap() > 0);
        assert!(Timestamp::parse(line["timestamp"].as_str().unwrap()).is_ok());
    }
}
