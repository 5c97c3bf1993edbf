use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt;
use pedkai_core::model::Role;
use pedkai_core::screen::Row;
use pedkai_core::wire::{ChangeEnd, ChangeLine};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::bench::{Bench, alarm};

async fn page(bench: &Bench, token: &str, cursor: &str, limit: usize) -> (Vec<ChangeLine>, ChangeEnd) {
    let response = bench
        .raw(Method::GET, &format!("/api/v1/changes?cursor={cursor}&limit={limit}"), token, None)
        .await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/x-ndjson");
    let text = response.text().await.unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    let end = serde_json::from_str(lines.pop().unwrap()).unwrap();
    (lines.into_iter().map(|line| serde_json::from_str(line).unwrap()).collect(), end)
}

/// Everything from a cursor on: the newest row of each id, and the head.
async fn all(bench: &Bench, token: &str, cursor: &str, limit: usize) -> (BTreeMap<uuid::Uuid, ChangeLine>, String) {
    let (mut rows, mut cursor) = (BTreeMap::new(), cursor.to_owned());
    loop {
        let (lines, end) = page(bench, token, &cursor, limit).await;
        rows.extend(lines.into_iter().map(|line| (line.id, line)));
        if end.cursor == end.head {
            return (rows, end.head);
        }
        assert_ne!(end.cursor, cursor, "it goes on");
        cursor = end.cursor;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_and_a_tail_are_one_question() {
    let bench = Bench::start().await;
    let key = bench.key("default", "alarm:write,read");
    let body: Vec<Value> = (0..50).map(|n| alarm(&format!("R{n}"), "FAN", "minor")).collect();
    bench.post("/api/v1/alarms/ingest", &key, json!(body)).await;
    let (rows, head) = all(&bench, &key, "", 7).await;
    let of = |kind: &str| rows.values().filter(|line| line.kind == kind).count();
    assert_eq!((of("alarm"), of("entity"), of("source")), (50, 50, 1));
    for line in rows.values() {
        let row = line.typed().unwrap_or_else(|| panic!("{line:?}"));
        assert_eq!(row.id(), line.id);
        if let Row::Alarm(row) = row {
            assert_eq!(row.count, 1);
        }
    }
    let (none, same) = all(&bench, &key, &head, 100).await;
    assert!(none.is_empty() && same == head);
    let changed = bench.alarm(&key, "R3", "FAN", "minor").await;
    let (tail, _) = all(&bench, &key, &head, 100).await;
    let alarms: Vec<&ChangeLine> = tail.values().filter(|line| line.kind == "alarm").collect();
    assert_eq!(alarms.len(), 1);
    assert_eq!(alarms[0].row.as_ref().unwrap()["id"], changed["id"]);
    assert_eq!(alarms[0].row.as_ref().unwrap()["count"], 2);
    let (status, problem) = bench.call(Method::GET, "/api/v1/changes?cursor=nonsense", &key, None).await;
    assert_eq!(status, 410, "{problem}");
    let other = bench.key("acme", "read");
    assert!(all(&bench, &other, "", 100).await.0.is_empty());
}

/// Server-sent events as they come in.
struct Events {
    response: Response,
    text: String,
}

#[derive(Debug)]
struct Event {
    name: String,
    id: Option<String>,
    data: Value,
}

impl Events {
    async fn open(bench: &Bench, path: &str, token: &str, last: Option<&str>) -> Self {
        let mut request = bench
            .client
            .get(format!("{}{path}", bench.url))
            .bearer_auth(token)
            .header("accept", "text/event-stream");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    async fn next(&mut self) -> Event {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                if block.starts_with(':') {
                    continue;
                }
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                return Event {
                    name: field("event: ").unwrap(),
                    id: field("id: "),
                    data: serde_json::from_str(&field("data: ").unwrap()).unwrap(),
                };
            }
            let piece = tokio::time::timeout(Duration::from_secs(10), self.response.chunk())
                .await
                .expect("nothing comes")
                .unwrap();
            self.text.push_str(std::str::from_utf8(&piece.expect("the stream ended")).unwrap());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn alarms_are_streamed_as_they_change_and_a_cut_stream_goes_on() {
    let bench = Bench::start().await;
    let key = bench.key("default", "alarm:write,read");
    bench.alarm(&key, "R1", "FAN", "minor").await;
    let mut stream = Events::open(&bench, "/api/v1/stream/alarms", &key, None).await;
    let first = stream.next().await;
    assert_eq!(
        (first.name.as_str(), &first.data["kind"], &first.data["row"]["external_id"]),
        ("change", &json!("alarm"), &json!("R1"))
    );
    bench.alarm(&key, "R2", "FAN", "minor").await;
    let second = stream.next().await;
    assert_eq!(second.data["row"]["external_id"], "R2", "only alarms: no entity, no source");
    let id = second.id.unwrap();
    drop(stream);
    bench.alarm(&key, "R3", "FAN", "minor").await;
    let mut stream = Events::open(&bench, "/api/v1/stream/alarms", &key, Some(&id)).await;
    let third = stream.next().await;
    assert_eq!(third.data["row"]["external_id"], "R3", "from where it was cut");
    let gone = bench
        .client
        .get(format!("{}/api/v1/stream/alarms", bench.url))
        .bearer_auth(&key)
        .header("last-event-id", "nonsense");
    assert_eq!(gone.send().await.unwrap().status(), 410);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledgement_reaches_another_seat_at_once() {
    let bench = Bench::start().await;
    let (key, ann) = (bench.key("default", "alarm:write,read"), bench.user("default", Role::Operator).await);
    let row = bench.alarm(&key, "R1", "FAN", "minor").await;
    let (_, head) = all(&bench, &ann, "", 1_000).await;
    let mut seat = Events::open(&bench, &format!("/api/v1/changes?cursor={head}"), &ann, None).await;
    let start = std::time::Instant::now();
    let ack = json!({"id": uuid::Uuid::new_v4(), "kind": "ack", "target": {"type": "alarm", "id": row["id"]}});
    bench.post("/api/v1/commands", &ann, ack).await;
    let event = loop {
        let event = seat.next().await;
        if event.data["kind"] == "alarm" {
            break event;
        }
    };
    assert_eq!((&event.data["id"], &event.data["row"]["ack_state"]), (&row["id"], &json!("acked")));
    assert!(event.id.is_some());
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_are_counted_over_all_tenants_and_a_place_is_free_again_when_one_ends() {
    let bench = Bench::with(|config| config.limits.streams = 3).await;
    let (key, other) = (bench.key("default", "read"), bench.key("acme", "read"));
    let mut open = Vec::new();
    for (path, token) in [("/api/v1/stream/alarms", &key), ("/api/v1/changes", &key), ("/api/v1/stream/alarms", &other)] {
        open.push(Events::open(&bench, path, token, None).await);
    }
    let full = bench.raw(Method::GET, "/api/v1/stream/alarms", &other, None).await;
    assert_eq!(full.status(), 503);
    assert!(full.headers().contains_key("retry-after"));
    assert_eq!(bench.raw(Method::GET, "/api/v1/changes", &key, None).await.status(), 200, "paging goes on");
    open.pop();
    for _ in 0..100 {
        let status = bench.raw(Method::GET, "/api/v1/stream/alarms", &other, None).await.status();
        if status == 200 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the place of a stream that ended is not free again");
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_end_when_the_collector_stops_and_what_was_answered_is_there_again() {
    let bench = Bench::start().await;
    let key = bench.key("default", "alarm:write,read");
    let row = bench.alarm(&key, "R1", "FAN", "minor").await;
    let stream = bench.raw(Method::GET, "/api/v1/stream/alarms", &key, None).await;
    let ended = tokio::spawn(async move { stream.bytes_stream().map(|piece| piece.is_ok()).collect::<Vec<_>>().await });
    let Bench { handle, folder, client, .. } = bench;
    tokio::time::timeout(Duration::from_secs(20), handle.stop()).await.expect("it stops").unwrap();
    assert!(ended.await.unwrap().iter().all(|piece| *piece), "the stream ended, it was not cut");
    assert!(!folder.path().join("collector.run").exists());
    let mut config = pedkai_collector::config::Config::default();
    for listen in [&mut config.snmp.listen, &mut config.syslog.udp, &mut config.syslog.tcp] {
        *listen = pedkai_collector::config::Listen::Off;
    }
    config.api.listen.set_port(0);
    let options = pedkai_collector::serve::Options {
        data: folder.path().to_owned(),
        config,
        seat: pedkai_collector::identity::Secret::given("a token of the seat of this machine"),
        clock: None,
    };
    let handle = loop {
        let again = pedkai_collector::serve::Options {
            data: options.data.clone(),
            config: options.config.clone(),
            seat: options.seat.clone(),
            clock: None,
        };
        match pedkai_collector::serve::run(again).await {
            Ok(handle) => break handle,
            Err(error) => {
                assert!(error.to_string().contains("another collector"), "{error}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    };
    let bench = Bench {
        url: format!("http://{}", handle.api),
        handle,
        client,
        folder,
        config: options.config,
        clock: None,
    };
    let found = bench.get(&format!("/api/v1/alarms/{}", row["id"].as_str().unwrap()), &key).await;
    assert_eq!(found, row);
    let me = bench.get("/api/v1/auth/me", "a token of the seat of this machine").await;
    assert_eq!((&me["kind"], &me["role"], &me["tenant"]), (&json!("seat"), &json!("admin"), &json!("default")));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_the_feed_is_told_to_the_own_tenant_as_long_as_it_does() {
    let bench = Bench::start().await;
    let key = bench.key("default", "alarm:write,read");
    let names = async |key: &str| {
        let seats = bench.get("/api/v1/system/seats", key).await;
        let items = seats["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|seat| (seat["stream"].as_str().unwrap().to_owned(), seat["role"].as_str().unwrap().to_owned()))
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&key).await, []);
    let whole = Events::open(&bench, "/api/v1/changes", &key, None).await;
    let alarms = Events::open(&bench, "/api/v1/stream/alarms", &key, None).await;
    assert_eq!(
        names(&key).await,
        [("changes", "viewer"), ("alarms", "viewer")].map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
    drop(whole);
    while names(&key).await.len() > 1 {
        tokio::task::yield_now().await;
    }
    drop(alarms);
    while !names(&key).await.is_empty() {
        tokio::task::yield_now().await;
    }
}
