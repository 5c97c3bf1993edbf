//! A collector that does what a collector may do, and a line to it.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of a test fail by panicking, and no test uses all that is here"
)]

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use pedkai_core::{
    model::CommandKind,
    wire::{self, TargetKind},
};
use pedkai_seat::link::{Credential, Link, News, Order, Target};
use pedkai_ui::{
    intent::Act,
    model::{Aim, Asked},
};
use serde_json::{Value, json};

pub const ID: &str = "00000005-0000-8000-8000-000000000001";

#[derive(Default)]
pub struct Fake {
    pub pages: AtomicUsize,
    pub tails: AtomicUsize,
    /// Cursors that were asked for, in order.
    pub cursors: Mutex<Vec<String>>,
    pub commands: Mutex<Vec<Value>>,
    pub logins: AtomicUsize,
    /// Answers 410 to the next page after the first sync.
    pub forget: std::sync::atomic::AtomicBool,
    /// Answers the next page with 503.
    pub full: std::sync::atomic::AtomicBool,
    /// What it says it is.
    pub version: Mutex<Option<String>>,
    /// Answers every page with this status, unless 0; 200 comes with a page of another kind.
    pub answers: std::sync::atomic::AtomicU16,
    /// Tells more than this version knows.
    pub newer: std::sync::atomic::AtomicBool,
    /// Takes commands in and never answers.
    pub silent: std::sync::atomic::AtomicBool,
    /// Seconds by which its clock is ahead of ours.
    pub ahead: std::sync::atomic::AtomicI64,
}

pub type Shared = State<Arc<Fake>>;

pub fn gone(number: usize) -> String {
    json!({"kind": "alarm", "id": format!("00000005-0000-8000-8000-{number:012}"), "row": null}).to_string()
}

pub fn relation(number: usize) -> String {
    let id = |kind: &str| format!("00000007-0000-8000-8000-{kind}{number:011}");
    json!({"kind": "relation", "id": id("1"), "row": {"id": id("1"), "source": id("2"), "target": id("3"), "relation": "CONNECTS"}}).to_string()
}

pub async fn changes(State(fake): Shared, headers: HeaderMap, Query(asked): Query<std::collections::HashMap<String, String>>) -> Response {
    if headers.get(header::AUTHORIZATION).is_none_or(|token| token != "Bearer good") {
        return (
            StatusCode::UNAUTHORIZED,
            Json(json!({"type": "about:blank", "title": "no", "status": 401, "detail": "no good token"})),
        )
            .into_response();
    }
    let cursor = asked.get("cursor").cloned().unwrap_or_default();
    fake.cursors.lock().unwrap().push(cursor.clone());
    if headers.get(header::ACCEPT).is_some_and(|accept| accept == "text/event-stream") {
        let tail = fake.tails.fetch_add(1, Ordering::SeqCst);
        let body = format!(": heartbeat\n\nevent: change\nid: t{tail}\ndata: {}\n\n: idle_timeout\n\n", gone(90 + tail));
        return ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response();
    }
    match fake.answers.load(Ordering::SeqCst) {
        0 => {}
        200 => return "<html><body>It works</body></html>".into_response(),
        status => return StatusCode::from_u16(status).unwrap().into_response(),
    }
    if fake.full.swap(false, Ordering::SeqCst) {
        let problem = json!({"type": "about:blank", "title": "no", "status": 503, "detail": "the disk is full"});
        return (StatusCode::SERVICE_UNAVAILABLE, Json(problem)).into_response();
    }
    fake.pages.fetch_add(1, Ordering::SeqCst);
    if !cursor.is_empty() && fake.forget.swap(false, Ordering::SeqCst) {
        return StatusCode::GONE.into_response();
    }
    let page = match cursor.as_str() {
        "" if fake.newer.load(Ordering::SeqCst) => {
            let slice = json!({"kind": "slice", "id": ID, "row": {"latency": 3}});
            let id = "00000008-0000-8000-8000-000000000001";
            let source = json!({"kind": "source", "id": id, "mood": 1, "row": {"id": id, "source": "telepathy", "address": "10.0.0.1", "entity_id": null,
                "entity_name": "R1", "first_at": "2026-11-21T10:00:00Z", "last_at": "2026-11-21T10:00:00Z", "received": 3, "alarms": 1, "unmapped": 0,
                "unreadable": 0, "duplicates": 0, "ignored": 0, "hue": [1, {"a": null}]}});
            format!(
                "{slice}\n{}\n{slice}\n{source}\n{}\n",
                relation(1),
                json!({"cursor": "p2", "head": "p2", "more": 7})
            )
        }
        "" => format!("{}\n{}\n{}\n", relation(1), gone(2), json!({"cursor": "p1", "head": "p2"})),
        "p1" => format!("{}\nnot a line\n{}\n", gone(3), json!({"cursor": "p2", "head": "p2"})),
        other => format!("{}\n", json!({"cursor": other, "head": other})),
    };
    page.into_response()
}

pub async fn document(State(fake): Shared) -> Response {
    match &*fake.version.lock().unwrap() {
        Some(version) => Json(json!({"openapi": "3.1.0", "info": {"title": "Pedkai collector", "version": version}, "paths": {}})).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

pub async fn command(State(fake): Shared, Json(asked): Json<Value>) -> Response {
    fake.commands.lock().unwrap().push(asked.clone());
    if fake.silent.load(Ordering::SeqCst) {
        return std::future::pending().await;
    }
    let many = asked["filter"]["id"].as_str().map(|ids| ids.split(',').map(str::to_owned).collect::<Vec<_>>());
    match (asked["kind"].as_str(), many) {
        (Some("own"), Some(ids)) => {
            let refused: Vec<&String> = ids.iter().step_by(2).take(ids.len() / 2).collect();
            let (changed, refused) = (ids.len() - refused.len(), json!([{"reason": "owned by jan", "ids": refused}]));
            Json(json!({"seq": 7, "outcome": "done", "reason": "", "changed": changed, "refused": refused})).into_response()
        }
        (Some("own"), None) => Json(json!({"seq": 7, "outcome": "refused", "reason": "owned by jan", "changed": 0})).into_response(),
        (Some("clear"), _) => StatusCode::CONFLICT.into_response(),
        (_, many) => Json(json!({"seq": 7, "outcome": "done", "reason": "", "changed": many.map_or(1, |ids| ids.len())})).into_response(),
    }
}

pub async fn login(State(fake): Shared, Json(asked): Json<Value>) -> Response {
    fake.logins.fetch_add(1, Ordering::SeqCst);
    if asked["password"] != "right" {
        return (
            StatusCode::UNAUTHORIZED,
            Json(json!({"type": "about:blank", "title": "no", "status": 401, "detail": "name or password is wrong"})),
        )
            .into_response();
    }
    let answer = json!({"access_token": "good", "refresh_token": "r1", "expires_at": "2026-11-21T15:00:00Z", "token_type": "Bearer", "user_id": ID});
    Json(answer).into_response()
}

/// Samples of a series called `big` are too many to come one by one; of no other there are any.
pub async fn samples(Query(asked): Query<std::collections::HashMap<String, String>>) -> Response {
    let word = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let answer = json!({"entity_id": word("entity_id"), "metric": word("metric"), "step": null});
    match (word("metric").as_str(), asked.get("step")) {
        ("big, (50 %)", None) => {
            let problem = json!({"type": "about:blank", "title": "no", "status": 422, "detail": "give a step"});
            (StatusCode::UNPROCESSABLE_ENTITY, Json(problem)).into_response()
        }
        ("big, (50 %)", Some(step)) => {
            let bucket = json!({"at": word("from"), "n": 60, "min": 1.0, "max": 9.0, "mean": 4.0, "last": 5.0});
            let step: u64 = step.parse().unwrap();
            Json(json!({"entity_id": answer["entity_id"], "metric": answer["metric"], "step": step, "buckets": [bucket]})).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

pub async fn series(Query(asked): Query<std::collections::HashMap<String, String>>) -> Response {
    let time = "2026-11-21T10:00:00Z";
    let item = json!({"entity_id": ID, "metric": asked.get("q"), "source": "", "first_at": time, "last_at": time});
    Json(json!({"items": [item], "next": null})).into_response()
}

/// Answers with the time on its own clock.
pub async fn dated(State(fake): Shared, request: axum::extract::Request, next: axum::middleware::Next) -> Response {
    let mut response = next.run(request).await;
    let time = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(fake.ahead.load(Ordering::SeqCst));
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&time).unwrap();
    response.headers_mut().insert(header::DATE, date.parse().unwrap());
    response
}

/// A collector on a free port, in a thread of its own.
pub fn collector() -> (Arc<Fake>, String) {
    let fake = Arc::new(Fake::default());
    let router = Router::new()
        .route("/api/openapi.json", get(document))
        .route("/api/v1/changes", get(changes))
        .route("/api/v1/commands", post(command))
        .route("/api/v1/auth/login", post(login))
        .route("/api/v1/kpi/query", get(samples))
        .route("/api/v1/kpi/series", get(series))
        .route("/api/v1/stats", get(|| async { Json(json!({"events": 12})) }))
        .layer(axum::middleware::from_fn_with_state(fake.clone(), dated))
        .with_state(fake.clone());
    let (tell, address) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            tell.send(listener.local_addr().unwrap()).unwrap();
            axum::serve(listener, router).await.unwrap();
        });
    });
    let address = address.recv().unwrap();
    (fake, format!("http://{address}"))
}

pub fn open(url: &str, credential: Credential) -> Link {
    open_kept(url, credential, None)
}

/// A line that keeps what it is given in a folder.
pub fn open_kept(url: &str, credential: Credential, shelf: Option<&std::path::Path>) -> Link {
    Link::open(
        Target {
            url: url.to_owned(),
            credential,
            shelf: shelf.map(std::path::Path::to_owned),
        },
        |_| {},
    )
    .unwrap()
}

pub fn token() -> Credential {
    Credential::Token("good".to_owned())
}

/// News until one fits, with those before it.
pub fn until(link: &Link, fits: impl Fn(&News) -> bool) -> Vec<News> {
    let began = Instant::now();
    let mut all = Vec::new();
    while began.elapsed() < Duration::from_secs(20) {
        if let Ok(news) = link.news.recv_timeout(Duration::from_millis(200)) {
            let found = fits(&news);
            all.push(news);
            if found {
                return all;
            }
        }
    }
    panic!("not heard; instead: {all:?}");
}

pub fn rows(news: &[News]) -> usize {
    news.iter().map(|news| if let News::Changes(changes) = news { changes.len() } else { 0 }).sum()
}

pub fn aim(number: usize) -> Aim {
    Aim {
        target: wire::Target {
            kind: TargetKind::Alarm,
            id: uuid::Uuid::from_u128(number as u128),
        },
        name: format!("FAN on R{number}"),
    }
}

pub fn act(kind: CommandKind, targets: usize) -> Order {
    let act = Act {
        kind,
        aims: (0..targets).map(aim).collect(),
        expect: None,
        text: String::new(),
    };
    Order::Act(act, "mira".to_owned())
}

/// What the news say is not done.
pub fn not_done(news: &[News]) -> Vec<Asked> {
    let asked = news
        .iter()
        .filter_map(|news| if let News::Asked(asked) = news { Some((**asked).clone()) } else { None });
    asked.collect()
}
