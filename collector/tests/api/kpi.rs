use prost::Message;
use reqwest::Method;
use serde_json::{Value, json};

use crate::bench::Bench;

const SCOPES: &str = "kpi:write,read,topology:write";

fn sample(entity: &str, metric: &str, time: &str, value: impl Into<Value>) -> Value {
    json!({"entity_id": entity, "metric": metric, "value": value.into(), "timestamp": time})
}

#[tokio::test(flavor = "multi_thread")]
async fn samples_go_in_and_come_out_as_points_and_buckets() {
    let bench = Bench::start().await;
    let key = bench.key("default", SCOPES);
    let samples: Vec<Value> = (0..60)
        .rev()
        .map(|minute| sample("cell-1", "prb", &format!("2026-01-31T12:{minute:02}:00Z"), f64::from(minute) / 10.0))
        .collect();
    let (status, answer) = bench.post("/api/v1/kpi/ingest", &key, json!(samples)).await;
    assert_eq!((status, answer), (202, json!({"accepted": 60, "rejected": []})));
    let entity = bench.get("/api/v1/entities/cell-1", &key).await;
    assert_eq!((&entity["type"], &entity["placed"]), (&json!("UNPLACED"), &json!(false)), "{entity}");
    let id = entity["id"].as_str().unwrap();
    // The last one written counts, by whatever word its entity is named.
    bench
        .post("/api/v1/kpi/ingest", &key, json!([sample(id, "prb", "2026-01-31T12:00:00Z", 9)]))
        .await;
    let ask = "entity_id=cell-1&metric=prb&from=2026-01-31T12:00:00Z&to=2026-01-31T12:02:00Z";
    let answer = bench.get(&format!("/api/v1/kpi/query?{ask}"), &key).await;
    let point = |minute: u32, value: f64| json!({"at": format!("2026-01-31T12:{minute:02}:00Z"), "value": value});
    assert_eq!(
        answer,
        json!({"entity_id": id, "metric": "prb", "step": null, "points": [point(0, 9.0), point(1, 0.1), point(2, 0.2)]})
    );
    let ask = "entity_id=cell-1&metric=prb&from=2026-01-31T12:00:00Z&to=2026-01-31T13:00:00Z&step=30m";
    let answer = bench.get(&format!("/api/v1/kpi/query?{ask}"), &key).await;
    let bucket = &answer["buckets"][1];
    assert_eq!((&answer["step"], answer["buckets"].as_array().unwrap().len()), (&json!(1_800), 2), "{answer}");
    assert_eq!(
        (&bucket["at"], &bucket["n"], &bucket["min"], &bucket["max"], &bucket["last"]),
        (&json!("2026-01-31T12:30:00Z"), &json!(30), &json!(3.0), &json!(5.9), &json!(5.9))
    );
    assert!((bucket["mean"].as_f64().unwrap() - 4.45).abs() < 1e-9);
    let storage = bench.get("/api/v1/system/storage", &key).await;
    assert_eq!((&storage["kpi_samples"], &storage["kpi_days"]), (&json!(61), &json!(90)), "{storage}");
    assert!(
        storage["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|file| file["name"] == "kpi" && file["bytes"].as_u64().unwrap() > 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_sample_is_told_and_the_others_go_in() {
    let bench = Bench::start().await;
    let key = bench.key("default", SCOPES);
    let twins = json!({"entities": [{"external_id": "t1", "name": "twin", "type": "CELL"}, {"external_id": "t2", "name": "twin", "type": "CELL"}]});
    assert_eq!(bench.post("/api/v1/topology", &key, twins).await.0, 200);
    let at = "2026-01-31T12:00:00Z";
    let mixed = format!(
        r#"[{}, {{"entity_id": "a", "metric": "m", "value": 1e999, "timestamp": "{at}"}}, {}, {}, {}, {}, {}, 7, {}]"#,
        sample("a", "m", at, 1),
        sample("a", "m", at, "NaN"),
        sample("a", "m", "2099-01-01T00:00:00Z", 1),
        sample("a", "m", "yesterday", 1),
        json!({"entity_id": "a", "metric": "m", "value": 1}),
        sample("twin", "m", at, 1),
        sample("", "m", at, 1),
    );
    let request = bench.client.post(format!("{}/api/v1/kpi/ingest", bench.url)).bearer_auth(&key).body(mixed);
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["accepted"], 1, "{answer}");
    let rejected = answer["rejected"].as_array().unwrap();
    let told: Vec<(u64, &str)> = rejected
        .iter()
        .map(|item| (item["index"].as_u64().unwrap(), item["reason"].as_str().unwrap()))
        .collect();
    let words = [
        "number",
        "invalid type",
        "future",
        "RFC 3339",
        "timestamp",
        "several",
        "object",
        "entity_id is empty",
    ];
    assert_eq!(told.len(), words.len(), "{told:?}");
    for ((at, word), (index, reason)) in words.iter().enumerate().zip(told) {
        assert!(index == at as u64 + 1 && reason.contains(word), "{index}: {reason}: {word}");
    }
    for (body, status) in [("[]", 422), ("{}", 422), ("[{\"value\": NaN}]", 400), ("", 400), ("[{}]", 422)] {
        let request = bench.client.post(format!("{}/api/v1/kpi/ingest", bench.url)).bearer_auth(&key).body(body);
        assert_eq!(request.send().await.unwrap().status().as_u16(), status, "{body}");
    }
    for (question, status) in [
        ("entity_id=nobody&metric=m", 404),
        ("metric=m", 422),
        ("entity_id=a", 422),
        ("entity_id=a&metric=m&step=0", 422),
        ("entity_id=a&metric=m&step=x", 422),
        ("entity_id=a&metric=m&from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", 422),
        ("entity_id=a&metric=m&from=2016-01-01T00:00:00Z&to=2026-01-01T00:00:00Z&step=1", 422),
        ("entity_id=twin&metric=m", 422),
        ("entity_id=a&metric=unheard", 200),
    ] {
        let (found, answer) = bench.call(Method::GET, &format!("/api/v1/kpi/query?{question}"), &key, None).await;
        assert_eq!(found, status, "{question}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn series_are_found_by_entity_and_by_a_piece_of_the_metric_page_by_page() {
    let bench = Bench::start().await;
    let key = bench.key("default", SCOPES);
    let mut samples = Vec::new();
    for cell in ["c1", "c2", "c3"] {
        for metric in ["UL_PRB", "DL_PRB", "CQI"] {
            samples.push(sample(cell, metric, "2026-01-30T12:00:00Z", 1));
            samples.push(sample(cell, metric, "2026-01-31T12:00:00Z", 2));
        }
    }
    bench.post("/api/v1/kpi/ingest", &key, json!(samples)).await;
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = bench.get(&format!("/api/v1/kpi/series?q=prb&limit=4&cursor={cursor}"), &key).await;
        found.extend(page["items"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(found.len(), 6);
    assert!(
        found
            .iter()
            .all(|series| series["first_at"] == "2026-01-30T12:00:00Z" && series["last_at"] == "2026-01-31T12:00:00Z" && series["source"] == "probe"),
        "{found:?}"
    );
    let of_one = bench.get("/api/v1/kpi/series?entity_id=c2", &key).await;
    let metrics: Vec<&str> = of_one["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|series| series["metric"].as_str().unwrap())
        .collect();
    assert_eq!(metrics, ["CQI", "DL_PRB", "UL_PRB"]);
}

#[derive(Clone, PartialEq, Message)]
struct WriteRequest {
    #[prost(message, repeated, tag = "1")]
    timeseries: Vec<TimeSeries>,
}

#[derive(Clone, PartialEq, Message)]
struct TimeSeries {
    #[prost(message, repeated, tag = "1")]
    labels: Vec<Label>,
    #[prost(message, repeated, tag = "2")]
    samples: Vec<Sample>,
}

#[derive(Clone, PartialEq, Message)]
struct Label {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct Sample {
    #[prost(double, tag = "1")]
    value: f64,
    #[prost(int64, tag = "2")]
    timestamp: i64,
}

fn series(labels: &[(&str, &str)], samples: &[(f64, i64)]) -> TimeSeries {
    let label = |(name, value): &(&str, &str)| Label {
        name: (*name).to_owned(),
        value: (*value).to_owned(),
    };
    TimeSeries {
        labels: labels.iter().map(label).collect(),
        samples: samples
            .iter()
            .map(|(value, timestamp)| Sample {
                value: *value,
                timestamp: *timestamp,
            })
            .collect(),
    }
}

async fn remote(bench: &Bench, key: &str, timeseries: Vec<TimeSeries>) -> (u16, String) {
    let body = snap::raw::Encoder::new().compress_vec(&WriteRequest { timeseries }.encode_to_vec()).unwrap();
    let request = bench.client.post(format!("{}/api/v1/kpi/write", bench.url)).bearer_auth(key);
    let request = request.header("content-encoding", "snappy").header("content-type", "application/x-protobuf");
    let response = request.header("x-prometheus-remote-write-version", "0.1.0").body(body).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_writes_its_series() {
    let bench = Bench::start().await;
    let key = bench.key("default", SCOPES);
    let patch = json!({"entities": [{"external_id": "r1", "type": "ROUTER", "attributes": {"address": "10.0.0.1"}}]});
    assert_eq!(bench.post("/api/v1/topology", &key, patch).await.0, 200);
    let at = 1_769_860_800_000;
    let good = series(
        &[("__name__", "if_octets"), ("instance", "10.0.0.1:9116"), ("ifName", "ge-0")],
        &[(1.0, at), (f64::NAN, at + 1), (3.0, at + 15_000)],
    );
    let nameless = series(&[("instance", "10.0.0.1:9116")], &[(1.0, at)]);
    assert_eq!(remote(&bench, &key, vec![good.clone()]).await, (204, String::new()));
    let (status, told) = remote(&bench, &key, vec![nameless, good]).await;
    assert!(status == 400 && told.contains("__name__") && told.contains("2 samples are kept"), "{told}");
    let metric = "if_octets%7BifName%3D%22ge-0%22%7D";
    let answer = bench
        .get(
            &format!("/api/v1/kpi/query?entity_id=r1&metric={metric}&from=2026-01-31T00:00:00Z&to=2026-02-01T00:00:00Z"),
            &key,
        )
        .await;
    assert_eq!(
        answer["points"],
        json!([{"at": "2026-01-31T12:00:00Z", "value": 1.0}, {"at": "2026-01-31T12:00:15Z", "value": 3.0}])
    );
    let plain = bench
        .client
        .post(format!("{}/api/v1/kpi/write", bench.url))
        .bearer_auth(&key)
        .body("nothing of the kind");
    assert_eq!(plain.send().await.unwrap().status(), 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_line_of_csv_is_a_dead_letter_with_its_number_and_the_rest_goes_in() {
    let bench = Bench::start().await;
    let key = bench.key("default", SCOPES);
    let text = "time,entity,metric,value\n2026-01-31T12:00:00Z,c1,load,1\nnever,c1,load,2\n2026-01-31 12:15:00,c1,load,3\n";
    let request = bench
        .client
        .post(format!("{}/api/v1/kpi/import?line=1002", bench.url))
        .bearer_auth(&key)
        .body(text);
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(
        (&answer["accepted"], &answer["lines"], &answer["rejected"][0]["line"]),
        (&json!(2), &json!(3), &json!(1_003)),
        "{answer}"
    );
    let letters = bench.get("/api/v1/dead-letters", &key).await;
    let letter = &letters["items"][0];
    assert_eq!(letter["text"], "never,c1,load,2", "{letters}");
    assert!(letter["reason"].as_str().unwrap().starts_with("line 1003 of a CSV file"), "{letter}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_door_counts_what_came_and_what_became_of_it() {
    let bench = Bench::start().await;
    let key = bench.key("default", SCOPES);
    let twins = json!({"entities": [{"external_id": "t1", "name": "twin", "type": "CELL"}, {"external_id": "t2", "name": "twin", "type": "CELL"}]});
    assert_eq!(bench.post("/api/v1/topology", &key, twins).await.0, 200);
    let at = "2026-01-31T12:00:00Z";
    let items = json!([
        sample("a", "m", at, 1),
        sample("a", "m", "2099-01-01T00:00:00Z", 1),
        sample("twin", "m", at, 1),
        sample("b", "m", at, 2)
    ]);
    assert_eq!(bench.post("/api/v1/kpi/ingest", &key, items).await.0, 202);
    let text = "time,entity,metric,value\n2026-01-31T12:00:00Z,a,load,1\nnever,a,load,2\n2026-01-31T12:00:00Z,twin,load,2\n";
    let request = bench.client.post(format!("{}/api/v1/kpi/import", bench.url)).bearer_auth(&key).body(text);
    assert_eq!(request.send().await.unwrap().status().as_u16(), 202);
    let good = series(
        &[("__name__", "up"), ("instance", "10.0.0.1:9116")],
        &[(1.0, 1_769_860_800_000), (1.0, 1_769_860_815_000)],
    );
    let nameless = series(&[("instance", "10.0.0.1:9116")], &[(1.0, 1_769_860_800_000)]);
    assert_eq!(remote(&bench, &key, vec![good, nameless]).await.0, 400);
    let figures = bench.raw(Method::GET, "/metrics", "", None).await.text().await.unwrap();
    for line in [
        "pedkai_received_total{source=\"kpi_json\"} 4",
        "pedkai_received_total{source=\"kpi_csv\"} 3",
        "pedkai_received_total{source=\"kpi_remote_write\"} 3",
        "pedkai_dropped_total{source=\"kpi_json\",reason=\"invalid\"} 1",
        "pedkai_dropped_total{source=\"kpi_json\",reason=\"ambiguous\"} 1",
        "pedkai_dropped_total{source=\"kpi_remote_write\",reason=\"invalid\"} 1",
        "pedkai_dead_letters_total{source=\"kpi_csv\",reason=\"unreadable\"} 2",
    ] {
        assert!(figures.lines().any(|found| found == line), "no {line} in\n{figures}");
    }
    assert!(!figures.contains("pedkai_dropped_total{source=\"kpi_csv\""), "{figures}");
}
