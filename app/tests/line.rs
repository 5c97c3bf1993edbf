//! The line against a collector that does what a collector may do: pages, tails, restarts, refusals.
#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test fail by panicking")]

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
use pedkai_seat::link::{Credential, Link, News, Order, Strange, Target};
use pedkai_ui::{
    intent::{Act, Fetch},
    model::{Aim, Asked, Change, Detail, Fate, Kind},
};
use serde_json::{Value, json};

const ID: &str = "00000005-0000-8000-8000-000000000001";

#[derive(Default)]
struct Fake {
    pages: AtomicUsize,
    tails: AtomicUsize,
    /// Cursors that were asked for, in order.
    cursors: Mutex<Vec<String>>,
    commands: Mutex<Vec<Value>>,
    logins: AtomicUsize,
    /// Answers 410 to the next page after the first sync.
    forget: std::sync::atomic::AtomicBool,
    /// Answers the next page with 503.
    full: std::sync::atomic::AtomicBool,
    /// What it says it is.
    version: Mutex<Option<String>>,
    /// Answers every page with this status, unless 0; 200 comes with a page of another kind.
    answers: std::sync::atomic::AtomicU16,
    /// Tells more than this version knows.
    newer: std::sync::atomic::AtomicBool,
}

type Shared = State<Arc<Fake>>;

fn gone(number: usize) -> String {
    json!({"kind": "alarm", "id": format!("00000005-0000-8000-8000-{number:012}"), "row": null}).to_string()
}

fn relation(number: usize) -> String {
    let id = |kind: &str| format!("00000007-0000-8000-8000-{kind}{number:011}");
    json!({"kind": "relation", "id": id("1"), "row": {"id": id("1"), "source": id("2"), "target": id("3"), "relation": "CONNECTS"}}).to_string()
}

async fn changes(State(fake): Shared, headers: HeaderMap, Query(asked): Query<std::collections::HashMap<String, String>>) -> Response {
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

async fn document(State(fake): Shared) -> Response {
    match &*fake.version.lock().unwrap() {
        Some(version) => Json(json!({"openapi": "3.1.0", "info": {"title": "Pedkai collector", "version": version}, "paths": {}})).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn command(State(fake): Shared, Json(asked): Json<Value>) -> Response {
    fake.commands.lock().unwrap().push(asked.clone());
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

async fn login(State(fake): Shared, Json(asked): Json<Value>) -> Response {
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

/// A collector on a free port, in a thread of its own.
fn collector() -> (Arc<Fake>, String) {
    let fake = Arc::new(Fake::default());
    let router = Router::new()
        .route("/api/openapi.json", get(document))
        .route("/api/v1/changes", get(changes))
        .route("/api/v1/commands", post(command))
        .route("/api/v1/auth/login", post(login))
        .route("/api/v1/stats", get(|| async { Json(json!({"events": 12})) }))
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

fn open(url: &str, credential: Credential) -> Link {
    open_kept(url, credential, None)
}

/// A line that keeps what it is given in a folder.
fn open_kept(url: &str, credential: Credential, shelf: Option<&std::path::Path>) -> Link {
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

fn token() -> Credential {
    Credential::Token("good".to_owned())
}

/// News until one fits, with those before it.
fn until(link: &Link, fits: impl Fn(&News) -> bool) -> Vec<News> {
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

fn rows(news: &[News]) -> usize {
    news.iter().map(|news| if let News::Changes(changes) = news { changes.len() } else { 0 }).sum()
}

#[test]
fn a_collector_that_answers_with_a_problem_is_not_told_to_be_away() {
    let (fake, url) = collector();
    fake.full.store(true, Ordering::SeqCst);
    let link = open(&url, token());
    let first = until(&link, |news| matches!(news, News::Failing(_)));
    assert!(matches!(first.last(), Some(News::Failing(why)) if why == "the disk is full"));
    let rest = until(&link, |news| matches!(news, News::Live));
    assert!(rest.iter().all(|news| !matches!(news, News::Broken(_))));
}

fn aim(number: usize) -> Aim {
    Aim {
        target: wire::Target {
            kind: TargetKind::Alarm,
            id: uuid::Uuid::from_u128(number as u128),
        },
        name: format!("FAN on R{number}"),
    }
}

fn act(kind: CommandKind, targets: usize) -> Order {
    let act = Act {
        kind,
        aims: (0..targets).map(aim).collect(),
        expect: None,
        text: String::new(),
    };
    Order::Act(act, "mira".to_owned())
}

#[test]
fn pages_then_the_tail_and_a_broken_line_of_the_feed_breaks_nothing() {
    let (fake, url) = collector();
    let link = open(&url, token());
    let synced = until(&link, |news| matches!(news, News::Live));
    assert!(synced.iter().any(|news| matches!(news, News::Reset)) && synced.iter().any(|news| matches!(news, News::Syncing(2))));
    assert!(synced.iter().any(|news| matches!(news, News::Unreadable(_))));
    assert_eq!(rows(&synced), 3);
    let tail = until(&link, |news| matches!(news, News::Changes(_)));
    assert!(matches!(tail.last(), Some(News::Changes(changes)) if matches!(changes[..], [Change::Gone(Kind::Alarm, _)])));
    until(&link, |news| matches!(news, News::Live));
    let cursors = fake.cursors.lock().unwrap().clone();
    assert_eq!(cursors[..4], ["", "p1", "p2", "t0"], "after an idle end it goes on from the newest event's id");
}

#[test]
fn a_collector_that_forgot_is_copied_anew() {
    let (fake, url) = collector();
    let link = open(&url, token());
    until(&link, |news| matches!(news, News::Live));
    fake.forget.store(true, Ordering::SeqCst);
    until(&link, |news| matches!(news, News::Broken(_)));
    let again = until(&link, |news| matches!(news, News::Live));
    assert!(again.iter().any(|news| matches!(news, News::Reset)));
}

#[test]
fn a_login_is_made_once_and_a_wrong_one_is_not_repeated() {
    let (fake, url) = collector();
    let login = |password: &str| Credential::Login {
        name: "mira".to_owned(),
        password: password.to_owned(),
    };
    let link = open(&url, login("right"));
    until(&link, |news| matches!(news, News::Live));
    assert_eq!(fake.logins.load(Ordering::SeqCst), 1);
    let wrong = open(&url, login("wrong"));
    let news = until(&wrong, |news| matches!(news, News::Refused(_)));
    assert!(matches!(news.last(), Some(News::Refused(why)) if why.contains("wrong")));
    std::thread::sleep(Duration::from_millis(1_500));
    assert_eq!(
        fake.logins.load(Ordering::SeqCst),
        2,
        "nobody is locked out by a window that tries again and again"
    );
}

#[test]
fn commands_say_what_was_done_and_what_was_not() {
    let (fake, url) = collector();
    let link = open(&url, token());
    link.order(act(CommandKind::Unack, 3));
    let done = until(&link, |news| matches!(news, News::Done(_)));
    assert!(matches!(done.last(), Some(News::Done(outcome)) if outcome.done == 3 && outcome.refused.is_empty()));
    link.order(act(CommandKind::Own, 1));
    let refused = until(&link, |news| matches!(news, News::Done(_)));
    assert!(matches!(refused.last(), Some(News::Done(outcome)) if outcome.refused == ["owned by jan"]));
    link.order(act(CommandKind::Clear, 1));
    let conflict = until(&link, |news| matches!(news, News::Done(_)));
    assert!(matches!(conflict.last(), Some(News::Done(outcome)) if outcome.refused[0].contains("changed meanwhile")));
    let ids: std::collections::HashSet<String> = fake.commands.lock().unwrap().iter().map(|command| command["id"].to_string()).collect();
    assert_eq!(ids.len(), 3, "what was asked at one stroke is one command");
}

/// What the news say is not done.
fn not_done(news: &[News]) -> Vec<Asked> {
    let asked = news
        .iter()
        .filter_map(|news| if let News::Asked(asked) = news { Some((**asked).clone()) } else { None });
    asked.collect()
}

#[test]
fn of_many_those_that_refused_are_kept_by_name_and_asked_again_as_they_are_now() {
    let folder = tempfile::tempdir().unwrap();
    let (fake, url) = collector();
    let link = open_kept(&url, token(), Some(folder.path()));
    link.order(act(CommandKind::Own, 5));
    let news = until(&link, |news| matches!(news, News::Done(_)));
    assert!(matches!(news.last(), Some(News::Done(outcome)) if outcome.done == 3 && outcome.refused == ["owned by jan"]));
    let kept = not_done(&news);
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!((kept[0].aims.clone(), kept[0].by.as_str()), (vec![aim(0), aim(2)], "mira"));
    assert!(matches!(&kept[0].fate, Fate::Refused { why, .. } if why == "owned by jan"));
    link.close(Duration::from_secs(20));
    let link = open_kept(&url, token(), Some(folder.path()));
    let again = not_done(&until(&link, |news| matches!(news, News::Asked(_))));
    assert_eq!(again, kept, "the next window has it too");
    link.order(Order::Retry(vec![kept[0].id], "mira".to_owned()));
    let news = until(&link, |news| matches!(news, News::Settled(id) if *id == kept[0].id));
    assert!(!news.iter().any(|news| matches!(news, News::Unkept(_))));
    let news = until(&link, |news| matches!(news, News::Done(_)));
    let commands = fake.commands.lock().unwrap().clone();
    let last = commands.last().unwrap();
    assert_ne!(last["id"], commands[0]["id"], "a new command");
    assert_eq!(last["filter"]["id"], format!("{},{}", aim(0).target.id, aim(2).target.id), "{last}");
    let left = not_done(&news);
    assert!(matches!(&left[..], [one] if one.aims == [aim(0)]), "one was owned by jan still: {left:?}");
    link.order(Order::Dismiss(vec![left[0].id]));
    until(&link, |news| matches!(news, News::Settled(id) if *id == left[0].id));
    link.close(Duration::from_secs(20));
    assert_eq!(pedkai_seat::shelf::Outbox::open(folder.path()).unwrap().returned().unwrap(), []);
}

#[test]
fn questions_are_answered_or_failed() {
    let (_fake, url) = collector();
    let link = open(&url, token());
    link.order(Order::Fetch(Fetch::Stats));
    let news = until(&link, |news| matches!(news, News::Answer(Fetch::Stats, _)));
    assert!(matches!(news.last(), Some(News::Answer(_, Detail::Here(value))) if value["events"] == 12));
    link.order(Order::Fetch(Fetch::Workers));
    let news = until(&link, |news| matches!(news, News::Answer(Fetch::Workers, _)));
    assert!(matches!(news.last(), Some(News::Answer(_, Detail::Failed(_)))));
}

#[test]
fn a_command_waits_for_a_collector_that_is_away() {
    let link = open("http://127.0.0.1:9", token());
    until(&link, |news| matches!(news, News::Broken(_)));
    link.order(act(CommandKind::Unack, 1));
    let news = until(&link, |news| matches!(news, News::Waiting(1)));
    assert!(!news.iter().any(|news| matches!(news, News::Done(_))), "it is not told to have failed");
    let waits = not_done(&news);
    assert!(
        matches!(&waits[..], [one] if one.fate == Fate::Waiting { answered: 0 } && one.aims == [aim(0)]),
        "{waits:?}"
    );
}

#[test]
fn what_was_given_before_is_there_before_the_collector_is_and_the_line_goes_on_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let (fake, url) = collector();
    let link = open_kept(&url, token(), Some(folder.path()));
    until(&link, |news| matches!(news, News::Live));
    drop(link);
    let away = until_kept(folder.path());
    assert_eq!(rows(&away), 1, "what was deleted is not kept");
    assert!(away.iter().any(|news| matches!(news, News::Kept(at) if at.as_micros() > 0)), "{away:?}");
    fake.cursors.lock().unwrap().clear();
    let link = open_kept(&url, token(), Some(folder.path()));
    let again = until(&link, |news| matches!(news, News::Live));
    assert!(!again.iter().any(|news| matches!(news, News::Reset)));
    let cursors = fake.cursors.lock().unwrap().clone();
    assert!(!cursors[0].is_empty(), "it goes on from where it was: {cursors:?}");
    fake.forget.store(true, Ordering::SeqCst);
    until(&link, |news| matches!(news, News::Reset));
}

/// Everything that a line to nobody tells before it breaks, once the window before has let go of its folder.
fn until_kept(folder: &std::path::Path) -> Vec<News> {
    let began = Instant::now();
    loop {
        let link = open_kept("http://127.0.0.1:9", token(), Some(folder));
        let news = until(&link, |news| matches!(news, News::Broken(_)));
        if !news.iter().any(|news| matches!(news, News::Unkept(_))) {
            return news;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{news:?}");
    }
}

#[test]
fn a_command_given_without_a_collector_is_sent_by_the_next_window_under_its_id() {
    let folder = tempfile::tempdir().unwrap();
    let link = open_kept("http://127.0.0.1:9", token(), Some(folder.path()));
    link.order(act(CommandKind::Unack, 2));
    until(&link, |news| matches!(news, News::Waiting(1)));
    drop(link);
    until_kept(folder.path());
    let (fake, url) = collector();
    let mut done = Vec::new();
    while done.is_empty() {
        let link = open_kept(&url, token(), Some(folder.path()));
        done = until(&link, |news| matches!(news, News::Merged(_) | News::Unkept(_)));
        done.retain(|news| matches!(news, News::Merged(_)));
    }
    assert!(
        matches!(done.last(), Some(News::Merged(1))),
        "what merged well says so once, and quietly: {done:?}"
    );
    assert_eq!(fake.commands.lock().unwrap().len(), 1);
    let outbox = pedkai_seat::shelf::Outbox::open(folder.path());
    assert!(outbox.is_err() || outbox.unwrap().letters().unwrap().is_empty(), "nothing is sent once more");
}

#[test]
fn what_was_ordered_last_is_kept_when_the_window_closes() {
    let folder = tempfile::tempdir().unwrap();
    let link = open_kept("http://127.0.0.1:9", token(), Some(folder.path()));
    for _ in 0..50 {
        link.order(act(CommandKind::Unack, 1));
    }
    link.close(Duration::from_secs(20));
    let letters = pedkai_seat::shelf::Outbox::open(folder.path()).unwrap().letters().unwrap();
    assert_eq!(letters.len(), 50);
}

#[test]
fn a_collector_of_another_version_says_which_and_what_to_do_and_commands_wait_for_one_that_fits() {
    let (fake, url) = collector();
    *fake.version.lock().unwrap() = Some("7.2.0".to_owned());
    let link = open(&url, token());
    link.order(act(CommandKind::Unack, 1));
    let news = until(&link, |news| matches!(news, News::Unfit(_)));
    let Some(News::Unfit(words)) = news.last() else { panic!() };
    assert!(
        words.contains("7.2.0") && words.contains(env!("CARGO_PKG_VERSION")) && words.contains("Install a workstation"),
        "{words}"
    );
    until(&link, |news| matches!(news, News::Waiting(1)));
    assert!(
        fake.commands.lock().unwrap().is_empty() && fake.cursors.lock().unwrap().is_empty(),
        "it is asked nothing more"
    );
    *fake.version.lock().unwrap() = Some("1.0.0".to_owned());
    link.order(Order::Reconnect);
    until(&link, |news| matches!(news, News::Live));
    until(&link, |news| matches!(news, News::Merged(1)));
}

#[test]
fn what_does_not_give_the_feed_is_told_in_one_sentence() {
    for (status, version, told) in [
        (404, None, "is no collector that this workstation"),
        (400, Some("0.9.0"), "The collector (version 0.9.0) does not give the feed"),
        (410, None, "410"),
        (200, None, "is no page of the feed"),
    ] {
        let (fake, url) = collector();
        *fake.version.lock().unwrap() = version.map(str::to_owned);
        fake.answers.store(status, Ordering::SeqCst);
        let link = open(&url, token());
        let news = until(&link, |news| matches!(news, News::Unfit(_)));
        assert!(
            matches!(news.last(), Some(News::Unfit(words)) if words.contains(told) && words.contains(env!("CARGO_PKG_VERSION"))),
            "{status}: {news:?}"
        );
        fake.answers.store(0, Ordering::SeqCst);
        until(&link, |news| matches!(news, News::Live));
    }
}

#[test]
fn what_a_newer_collector_tells_is_counted_and_shown_as_far_as_it_is_known() {
    let (fake, url) = collector();
    fake.newer.store(true, Ordering::SeqCst);
    let folder = tempfile::tempdir().unwrap();
    let link = open_kept(&url, token(), Some(folder.path()));
    let news = until(&link, |news| matches!(news, News::Live));
    let strange: Vec<&Strange> = news
        .iter()
        .filter_map(|news| if let News::Strange(strange) = news { Some(strange) } else { None })
        .collect();
    assert!(
        matches!(strange[..], [one] if one.kinds.get("slice") == Some(&2) && one.rows == 1),
        "{strange:?}"
    );
    let mut replica = pedkai_seat::replica::Replica::default();
    for one in news {
        replica.take(one, pedkai_seat::platform::now());
    }
    assert_eq!((replica.model.sources().len(), replica.notes().len()), (1, 1), "{:?}", replica.notes());
    assert!(
        replica.notes()[0].contains("2 rows of a kind that it does not know (slice)"),
        "{:?}",
        replica.notes()
    );
    link.close(Duration::from_secs(20));
    let away = open_kept("http://127.0.0.1:9", token(), Some(folder.path()));
    let kept = until(&away, |news| matches!(news, News::Kept(_)));
    assert_eq!(rows(&kept), 2, "what is shown is kept too");
}
