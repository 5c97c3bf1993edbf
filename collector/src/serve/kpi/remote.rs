//! Prometheus remote-write 1.0: a snappy block with a protobuf message, as
//! <https://prometheus.io/docs/specs/prw/remote_write_spec/> says.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use pedkai_core::model::{Name, Timestamp};
use prost::Message;

use super::doors::{Door, Lost};
use super::take::{MOST, Said, check, take};
use crate::serve::access::{Can, KpiWrite};
use crate::serve::body::Whole;
use crate::serve::problem::{Answer, Problem};
use crate::serve::world::World;

/// Labels that name the entity, the first that is there; of an instance its port is left out.
const ENTITY: [&str; 3] = ["entity_id", "instance", "host"];
/// Most bytes of a body when it is unpacked; Prometheus sends below one MiB.
const UNPACKED: usize = 32 << 20;

/// The message `prometheus.WriteRequest`, as far as it is read.
#[derive(Clone, PartialEq, Message)]
pub(super) struct WriteRequest {
    #[prost(message, repeated, tag = "1")]
    pub(super) timeseries: Vec<TimeSeries>,
}

/// `prometheus.TimeSeries`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct TimeSeries {
    #[prost(message, repeated, tag = "1")]
    pub(super) labels: Vec<Label>,
    #[prost(message, repeated, tag = "2")]
    pub(super) samples: Vec<RemoteSample>,
}

/// `prometheus.Label`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Label {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(string, tag = "2")]
    pub(super) value: String,
}

/// `prometheus.Sample`: milliseconds since 1970.
#[derive(Clone, Copy, PartialEq, Message)]
pub(super) struct RemoteSample {
    #[prost(double, tag = "1")]
    pub(super) value: f64,
    #[prost(int64, tag = "2")]
    pub(super) timestamp: i64,
}

/// Prometheus remote-write 1.0. The entity is what the label `entity_id`, else `instance` (without its port), else `host` says: an id, external
/// id, name or management address; one never heard of is made, as UNPLACED. The metric is `__name__` with the labels that are left, sorted, in
/// braces: `http_requests_total{code="200"}`. A NaN, by which Prometheus marks the end of a series, is passed over.
#[utoipa::path(post, path = "/api/v1/kpi/write", tag = "kpi", extensions(("x-permission" = json!("hand in KPI samples"))),
    request_body(description = "`prometheus.WriteRequest`, protobuf in a snappy block", content_type = "application/x-protobuf"),
    responses((status = 204, description = "Durable"), (status = 400, description = "Not readable, or some samples are wrong: the others are durable"),
        (status = 413, description = "Larger than the limit"), (status = 415, description = "Another version or encoding"),
        (status = 503, description = "The samples cannot be written: send it again")))]
pub(in crate::serve) async fn write(State(world): State<World>, can: Can<KpiWrite>, headers: HeaderMap, Whole(bytes): Whole) -> Answer<StatusCode> {
    let says = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let encoding = says("content-encoding");
    if !encoding.is_empty() && encoding != "snappy" || says("content-type").contains("io.prometheus.write.v2") {
        let word = "send remote-write 1.0: protobuf prometheus.WriteRequest, Content-Encoding: snappy";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, word));
    }
    let request = read(&bytes)?;
    drop(bytes);
    let now = world.engine.clock().now();
    let source = Name::from(&*can.caller.name());
    let mut good = Vec::new();
    let mut wrong: Vec<String> = Vec::new();
    for (at, series) in request.timeseries.into_iter().enumerate() {
        let (entity, metric) = match names(series.labels) {
            Ok(names) => names,
            Err(reason) => {
                world.kpi.came(Door::RemoteWrite, series.samples.len());
                world.kpi.lost(Door::RemoteWrite, Lost::Invalid, series.samples.len());
                wrong.push(format!("series {at}: {reason}"));
                continue;
            }
        };
        for sample in series.samples.iter().filter(|sample| !sample.value.is_nan()) {
            let said = Said {
                at,
                entity: entity.clone(),
                metric: metric.clone(),
                value: sample.value,
                time: Timestamp::from_micros(sample.timestamp.saturating_mul(1_000)),
                source: source.clone(),
            };
            world.kpi.came(Door::RemoteWrite, 1);
            match check(&said, now) {
                Ok(()) => good.push(said),
                Err(reason) => {
                    world.kpi.lost(Door::RemoteWrite, Lost::Invalid, 1);
                    wrong.push(format!("series {at} ({metric}): {reason}"));
                }
            }
        }
    }
    if good.len() > MOST {
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("a request holds at most {MOST} samples")));
    }
    let taken = take(&can.tenant, good, (&world.kpi, Door::RemoteWrite)).await?;
    wrong.extend(taken.rejected.into_iter().map(|(at, reason)| format!("series {at}: {reason}")));
    match wrong.first() {
        None => Ok(StatusCode::NO_CONTENT),
        Some(first) => {
            let detail = format!("{} samples are kept, {} are not; the first of them: {first}", taken.accepted, wrong.len());
            Err(Problem::new(StatusCode::BAD_REQUEST, detail))
        }
    }
}

fn read(bytes: &[u8]) -> Answer<WriteRequest> {
    let broken = |what: &dyn std::fmt::Display| Problem::new(StatusCode::BAD_REQUEST, format!("the body is no snappy block of a WriteRequest: {what}"));
    let length = snap::raw::decompress_len(bytes).map_err(|error| broken(&error))?;
    if length > UNPACKED {
        let most = UNPACKED >> 20;
        return Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("a body unpacks to at most {most} MiB here: send fewer series at once"),
        ));
    }
    let plain = snap::raw::Decoder::new().decompress_vec(bytes).map_err(|error| broken(&error))?;
    WriteRequest::decode(plain.as_slice()).map_err(|error| broken(&error))
}

/// The entity's word and the metric's name.
fn names(mut labels: Vec<Label>) -> Result<(Name, Name), String> {
    labels.sort_by(|a, b| a.name.cmp(&b.name));
    let of = |name: &str| labels.iter().find(|label| label.name == name && !label.value.is_empty());
    let Some(metric) = of("__name__") else {
        return Err("it has no label __name__".to_owned());
    };
    let Some(entity) = ENTITY.iter().find_map(|name| of(name)) else {
        return Err(format!("it has none of the labels {}, which name the entity", ENTITY.join(", ")));
    };
    let word = if entity.name == "instance" { host(&entity.value) } else { &entity.value };
    let mut name = metric.value.clone();
    let mut left = labels.iter().filter(|label| label.name != "__name__" && label.name != entity.name).peekable();
    if left.peek().is_some() {
        name.push('{');
        while let Some(label) = left.next() {
            // Writing to a String cannot fail.
            let _ = write!(
                name,
                "{}=\"{}\"",
                label.name,
                label.value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
            );
            if left.peek().is_some() {
                name.push(',');
            }
        }
        name.push('}');
    }
    Ok((Name::from(word), Name::from(name)))
}

/// Without a port: `10.0.0.1:9100`, `router:9100`, `[2001:db8::1]:9100`.
fn host(instance: &str) -> &str {
    let port = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match instance.rsplit_once(':') {
        Some((host, end)) if port(end) && host.starts_with('[') && host.ends_with(']') => &host[1..host.len() - 1],
        Some((host, end)) if port(end) && !host.is_empty() && !host.contains(':') => host,
        _ => instance,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Vec<Label> {
        let label = |(name, value): &(&str, &str)| Label {
            name: (*name).to_owned(),
            value: (*value).to_owned(),
        };
        pairs.iter().map(label).collect()
    }

    #[test]
    fn the_entity_comes_from_the_first_label_that_names_one_and_the_rest_goes_into_the_metric() {
        let of = |pairs: &[(&str, &str)]| names(labels(pairs)).map(|(entity, metric)| (entity.to_string(), metric.to_string()));
        let given = [("job", "node"), ("instance", "10.0.0.1:9100"), ("__name__", "up"), ("host", "h\"1")];
        assert_eq!(of(&given), Ok(("10.0.0.1".to_owned(), r#"up{host="h\"1",job="node"}"#.to_owned())));
        assert_eq!(
            of(&[("__name__", "up"), ("host", "a"), ("entity_id", "b")]),
            Ok(("b".to_owned(), r#"up{host="a"}"#.to_owned()))
        );
        assert_eq!(
            of(&[("__name__", "up"), ("instance", "[2001:db8::1]:80")]),
            Ok(("2001:db8::1".to_owned(), "up".to_owned()))
        );
        assert!(of(&[("__name__", "up")]).is_err() && of(&[("host", "a")]).is_err());
    }

    #[test]
    fn a_body_that_claims_to_be_huge_or_is_no_block_is_refused() {
        for body in [&b"\xff\xff\xff\xff\x0f"[..], b"", b"nonsense"] {
            assert!(read(body).is_err());
        }
    }
}
