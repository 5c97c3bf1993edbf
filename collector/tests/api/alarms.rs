use futures_util::StreamExt;
use pedkai_core::model::Role;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

use crate::bench::{Bench, alarm};

const INGEST: &str = "/api/v1/alarms/ingest";
const ALL: &str = "alarm:write,read";

#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_is_answered_with_its_ids_and_is_there_when_it_was() {
    let bench = Bench::start().await;
    let key = bench.key("default", ALL);
    let mut body = alarm("R1", "LINK_DOWN", "MAJOR");
    body["qualifier"] = json!("Gi0/1");
    body["tenant_id"] = json!(bench.tenant("acme"));
    body["tenant"] = json!("acme");
    let response = bench.raw(Method::POST, INGEST, &key, Some(body)).await;
    assert_eq!(response.status(), 202);
    let event_header = response.headers()["x-event-id"].to_str().unwrap().to_owned();
    let answer: Value = response.json().await.unwrap();
    assert_eq!(answer["status"], "accepted");
    assert_eq!(answer["tenant_id"], json!(bench.tenant("default")), "the tenant comes from the credential");
    assert_eq!(answer["entity"], "unplaced", "{answer}");
    assert_eq!(answer["event_id"], event_header.as_str());

    let rows = bench.get("/api/v1/alarms", &key).await;
    assert_eq!(rows["next"], Value::Null);
    let row = &rows["items"][0];
    assert_eq!(
        (row["severity"].as_str(), row["qualifier"].as_str(), row["count"].as_i64()),
        (Some("major"), Some("Gi0/1"), Some(1))
    );
    assert_eq!(
        (&row["ack_state"], &row["cleared"], &row["source"]),
        (&json!("none"), &json!(false), &json!("webhook"))
    );
    assert_eq!(row["event_ids"][0], answer["event_id"]);
    assert_eq!(row["tracking_ids"][0], answer["tracking_id"]);
    assert!(row["incident_id"].is_string(), "major always has an incident");
    assert_eq!(bench.get(&format!("/api/v1/alarms/{}", row["id"].as_str().unwrap()), &key).await, *row);
    let other = bench.key("acme", ALL);
    assert_eq!(
        bench.get("/api/v1/alarms", &other).await["items"],
        json!([]),
        "a tenant in the body means nothing"
    );

    let event = bench.get(&format!("/api/v1/events/{event_header}"), &key).await;
    assert_eq!(
        (&event["mapped"], &event["alarm_type"], &event["source"]),
        (&json!(true), &json!("LINK_DOWN"), &json!("webhook"))
    );
    assert_eq!(event["entity_id"], row["entity_id"]);
    let trace = bench.get(&format!("/api/v1/trace/{}", answer["tracking_id"].as_str().unwrap()), &key).await;
    let reasons: Vec<&str> = trace["steps"].as_array().unwrap().iter().filter_map(|step| step["reason"].as_str()).collect();
    assert!(reasons.contains(&"raised") && reasons.contains(&"incident_opened"), "{trace}");
    let history = bench.get("/api/v1/history", &key).await;
    assert!(history["items"].as_array().unwrap().iter().any(|step| step["reason"] == "raised"), "{history}");
    let incident = bench.get(&format!("/api/v1/incidents/{}", row["incident_id"].as_str().unwrap()), &key).await;
    assert_eq!(incident["alarm_ids"], json!([row["id"]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_array_is_answered_item_by_item() {
    let bench = Bench::start().await;
    let key = bench.key("default", ALL);
    let body = json!([alarm("R1", "A", "minor"), {"entity_id": "R2"}, alarm("R3", "B", "dreadful"), alarm("R4", "C", "warning")]);
    let (status, answers) = bench.post(INGEST, &key, body).await;
    assert_eq!(status, 202);
    let words: Vec<&str> = answers.as_array().unwrap().iter().map(|answer| answer["status"].as_str().unwrap()).collect();
    assert_eq!(words, ["accepted", "rejected", "rejected", "accepted"]);
    assert!(answers[1]["error"].as_str().unwrap().contains("alarm_type"));
    assert!(answers[2]["error"].as_str().unwrap().contains("dreadful"));
    assert_eq!(bench.get("/api/v1/alarms", &key).await["items"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_bodies_get_the_status_the_contract_gives_them() {
    let bench = Bench::start().await;
    let key = bench.key("default", ALL);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for (body, expected) in [
        ("{\"entity_id\":", 400),
        ("", 400),
        ("[]", 422),
        ("{}", 422),
        ("[{}, 5]", 422),
        ("\"text\"", 422),
        ("[{\"a\":}]", 400),
        (deep.as_str(), 422),
    ] {
        let request = bench.client.post(format!("{}{INGEST}", bench.url)).bearer_auth(&key).body(body.to_owned());
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), expected, "{}", &body[..body.len().min(60)]);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        let problem: Value = response.json().await.unwrap();
        assert_eq!(problem["status"], expected);
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{problem}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_megabytes_are_refused_and_their_sender_hears_it() {
    let bench = Bench::start().await;
    let key = bench.key("default", ALL);
    let piece = vec![b' '; 1 << 20];
    // With its length said …
    let request = bench
        .client
        .post(format!("{}{INGEST}", bench.url))
        .bearer_auth(&key)
        .body(vec![b' '; 100 << 20]);
    assert_eq!(request.send().await.unwrap().status(), 413);
    // … and in pieces without.
    let stream = futures_util::stream::iter(std::iter::repeat_n(piece, 100)).map(Ok::<_, std::io::Error>);
    let request = bench
        .client
        .post(format!("{}{INGEST}", bench.url))
        .bearer_auth(&key)
        .body(reqwest::Body::wrap_stream(stream));
    assert_eq!(request.send().await.unwrap().status(), 413);
    // Just below the limit it is read.
    let mut body = alarm("R1", "A", "minor").to_string();
    body.push_str(&" ".repeat((10 << 20) - body.len()));
    let request = bench.client.post(format!("{}{INGEST}", bench.url)).bearer_auth(&key).body(body);
    assert_eq!(request.send().await.unwrap().status(), 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_again_changes_nothing_and_is_the_credentials_own() {
    let bench = Bench::start().await;
    let (key, other) = (bench.key("default", ALL), bench.key("default", ALL));
    let send = async |key: &str, body: Value| {
        let request = bench
            .client
            .post(format!("{}{INGEST}", bench.url))
            .bearer_auth(key)
            .header("idempotency-key", "42")
            .json(&body);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 202);
        response.json::<Value>().await.unwrap()
    };
    let body = json!([alarm("R1", "A", "minor"), alarm("R2", "A", "minor")]);
    let first = send(&key, body.clone()).await;
    let second = send(&key, body.clone()).await;
    for index in 0..2 {
        assert_eq!(first[index]["event_id"], second[index]["event_id"]);
        assert_eq!(first[index]["tracking_id"], second[index]["tracking_id"]);
        assert_eq!((&first[index]["duplicate"], &second[index]["duplicate"]), (&Value::Null, &json!(true)));
    }
    let rows = bench.get("/api/v1/alarms", &key).await;
    assert!(rows["items"].as_array().unwrap().iter().all(|row| row["count"] == 1), "{rows}");
    let third = send(&other, body).await;
    assert_ne!(first[0]["event_id"], third[0]["event_id"]);
    let stats = bench.get("/api/v1/stats/duplicates", &key).await;
    assert_eq!(stats["events"], 2, "{stats}");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_filter_and_page_by_cursor() {
    let bench = Bench::start().await;
    let key = bench.key("default", ALL);
    let body: Vec<Value> = (0..250)
        .map(|n| alarm(&format!("R{}", n % 10), &format!("T{n}"), ["minor", "warning"][n % 2]))
        .collect();
    assert_eq!(bench.post(INGEST, &key, json!(body)).await.0, 202);
    let first = bench.get("/api/v1/alarms", &key).await;
    assert_eq!(first["items"].as_array().unwrap().len(), 100, "100 unless said");
    let mut seen = std::collections::BTreeSet::new();
    let mut path = "/api/v1/alarms?limit=99".to_owned();
    loop {
        let page = bench.get(&path, &key).await;
        seen.extend(page["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => path = format!("/api/v1/alarms?limit=99&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 250);
    let count = async |query: &str| {
        bench.get(&format!("/api/v1/alarms?limit=5000&{query}"), &key).await["items"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(count("severity=minor").await, 125);
    assert_eq!(count("severity=critical,WARNING").await, 125);
    assert_eq!(count("entity_id=R3").await, 25);
    assert_eq!(count("entity_id=R3&severity=minor").await, 0);
    assert_eq!(count("entity_id=nowhere").await, 0);
    assert_eq!(count("cleared=true").await, 0);
    assert_eq!(count("since=2999-01-01T00:00:00Z").await, 0);
    assert_eq!(count("since=2000-01-01T00:00:00%2B02:00").await, 250);
    for wrong in ["severity=dreadful", "limit=0", "limit=x", "since=yesterday", "cleared=perhaps", "cursor=%21"] {
        let (status, problem) = bench.call(Method::GET, &format!("/api/v1/alarms?{wrong}"), &key, None).await;
        assert_eq!(status, 422, "{wrong}: {problem}");
    }
    let stats = bench.get("/api/v1/stats", &key).await;
    assert_eq!(
        (&stats["standing"], &stats["grouped"]["medium"], &stats["grouped"]["low"]),
        (&json!(250), &json!(125), &json!(125))
    );
    assert_eq!(stats["events"]["received"], 250);
    assert_eq!(bench.get("/api/v1/stats/type", &key).await["items"].as_array().unwrap().len(), 250);
    let worst = &bench.get("/api/v1/stats/severity", &key).await["items"][0];
    assert_eq!((&worst["severity"], &worst["standing"]), (&json!("critical"), &json!(0)));
    assert_eq!(bench.get("/api/v1/stats/suppressions", &key).await["shelved"], 0);
    let source = &bench.get("/api/v1/sources", &key).await["items"][0];
    assert_eq!((&source["source"], &source["received"]), (&json!("webhook"), &json!(250)));
    assert!(source["age_seconds"].as_f64().unwrap() < 60.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clear_never_counts_and_without_a_raise_is_only_an_event() {
    let bench = Bench::start().await;
    let key = bench.key("default", ALL);
    let clear = |entity: &str| {
        let mut body = alarm(entity, "A", "minor");
        body["cleared"] = json!(true);
        body["raised_at"] = json!("2026-01-31T12:05:00Z");
        body
    };
    assert_eq!(bench.post(INGEST, &key, clear("R1")).await.0, 202);
    assert_eq!(bench.get("/api/v1/alarms", &key).await["items"], json!([]));
    bench.alarm(&key, "R1", "A", "minor").await;
    assert_eq!(bench.post(INGEST, &key, clear("R1")).await.0, 202);
    let row = bench.get("/api/v1/alarms", &key).await["items"][0].clone();
    assert_eq!((&row["cleared"], &row["count"], &row["severity"]), (&json!(true), &json!(1), &json!("minor")));
}

#[tokio::test(flavor = "multi_thread")]
async fn syslog_and_rubbish_come_in_by_their_doors() {
    let bench = Bench::start().await;
    let (reader, admin) = (bench.key("default", "read"), bench.user("default", Role::Admin).await);
    let ready = serde_json::to_value(bench.handle.ready()).unwrap();
    let address = |door: &str| ready[door].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    socket
        .send_to(b"<189>Nov 21 12:00:00 r7 app: nothing any rule knows", address("syslog_udp"))
        .unwrap();
    socket.send_to(b"\x30\x84rubbish", address("snmp")).unwrap();
    let until = async |path: &str, token: &str| {
        for _ in 0..200 {
            let answer = bench.get(path, token).await;
            if !answer["items"].as_array().unwrap().is_empty() {
                return answer["items"][0].clone();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("nothing at {path}");
    };
    let event = until("/api/v1/events?unmapped=true", &reader).await;
    assert_eq!(
        (&event["mapped"], &event["source"], &event["payload"]["app"]),
        (&json!(false), &json!("syslog"), &json!("app"))
    );
    assert!(event["payload"]["text"].as_str().unwrap().contains("nothing any rule knows"), "{event}");
    assert_eq!((&event["payload"]["facility"], &event["payload"]["severity"]), (&json!(23), &json!(5)));
    let letter = until("/api/v1/dead-letters", &admin).await;
    assert_eq!((&letter["scope"], &letter["source"]), (&json!("system"), &json!("snmp")), "{letter}");
    assert_eq!(letter["bytes"], "MIRydWJiaXNo");
    assert_eq!(
        bench.get("/api/v1/dead-letters", &reader).await["items"],
        json!([]),
        "only admins of default see the system's"
    );
    let elsewhere = bench.user("acme", Role::Admin).await;
    assert_eq!(bench.get("/api/v1/dead-letters", &elsewhere).await["items"], json!([]));
    let redrive = format!("/api/v1/dead-letters/{}/redrive", letter["id"].as_str().unwrap());
    assert_eq!(bench.call(Method::POST, &redrive, &admin, None).await.0, 422, "rubbish it stays");
    assert_eq!(bench.call(Method::POST, &redrive, &elsewhere, None).await.0, 404);
    let metrics = bench.raw(Method::GET, "/metrics", "", None).await.text().await.unwrap();
    for line in [
        "pedkai_received_total{source=\"syslog\"} 1",
        "pedkai_dead_letters_total{source=\"snmp\",reason=\"malformed\"} 1",
    ] {
        assert!(metrics.contains(line), "no {line} in\n{metrics}");
    }
    for name in [
        "pedkai_log_commit_seconds_count",
        "pedkai_stage_seconds_count{stage=\"decide\"}",
        "pedkai_queue_depth{queue=\"events\"}",
        "pedkai_rows_lag_seconds",
    ] {
        assert!(metrics.contains(name), "no {name}");
    }
}
