use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior};

use super::access::{Can, Read};
use super::changes::{push, push_gone, push_row};
use super::problem::{Answer, Problem};
use super::query;
use super::world::{StreamPlace, World};
use crate::engine::{Follow, Lines};
use crate::journal::JournalError;
use crate::journal::rows::Kind;

/// A line that says that the other end is still there; it is no activity.
const HEARTBEAT: Duration = Duration::from_secs(30);
/// A stream on which nothing happened this long ends.
const IDLE: Duration = Duration::from_secs(300);
/// How long one piece may wait for a reader that does not read.
const SLOW: Duration = Duration::from_secs(60);

/// Bytes after which a piece goes out.
const PIECE: usize = 64 << 10;

/// What of the feed a stream carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Select {
    /// All of it.
    All,
    /// Alarms.
    Alarms,
}

/// Where to go on.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct StreamQuery {
    /// The newest cursor seen; `Last-Event-ID` goes before it. None begins with every alarm that stands.
    cursor: Option<String>,
}

/// Alarms as they change: server-sent events `change`, each with its cursor as id.
#[utoipa::path(get, path = "/api/v1/stream/alarms", tag = "feed",
    params(StreamQuery, ("Last-Event-ID" = Option<String>, Header, description = "The newest cursor seen: goes on from there")),
    extensions(("x-permission" = json!("read"))),
    responses((status = 200, description = "A stream", content_type = "text/event-stream", body = String),
        (status = 410, description = "The cursor is unknown or too old: begin anew without one"),
        (status = 503, description = "Too many streams")))]
pub(super) async fn alarms(State(world): State<World>, can: Can<Read>, Query(asked): Query<StreamQuery>, headers: HeaderMap) -> Answer<Response> {
    let cursor = last_event_id(&headers).or(query::some(asked.cursor));
    open(&world, &can, cursor, Select::Alarms).await
}

pub(super) fn last_event_id(headers: &HeaderMap) -> Option<String> {
    let text = headers.get("last-event-id")?.to_str().ok()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Opens a stream from a cursor on; what is wrong with the cursor is said before the stream begins.
pub(super) async fn open(world: &World, can: &Can<Read>, cursor: Option<String>, select: Select) -> Answer<Response> {
    let (place, tenant) = (world.stream(&can.caller, select)?, &can.tenant);
    if *world.stopping.borrow() {
        return Err(Problem::unavailable(5, "the collector is shutting down"));
    }
    // A cursor that cannot be continued is a status, not an event.
    if let Some(cursor) = cursor.clone() {
        tenant.changes(Some(cursor), 1).await?;
    }
    let follow = tenant.follow(cursor);
    let (send, receive) = mpsc::channel::<Bytes>(8);
    tokio::spawn(run(world.clone(), place, follow, select, send));
    let stream = tokio_stream::wrappers::ReceiverStream::new(receive);
    let body = Body::from_stream(futures_util::StreamExt::map(stream, Ok::<Bytes, std::convert::Infallible>));
    let mut response = ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response();
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

async fn run(world: World, place: StreamPlace, mut follow: Follow, select: Select, send: mpsc::Sender<Bytes>) {
    let mut stopping = world.stopping.subscribe();
    let mut heartbeat = tokio::time::interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut idle_at = Instant::now() + IDLE;
    // The head of the answer goes out at once, even when nothing changes for a while.
    let mut next = Some(b": open\n\n".to_vec());
    let mut seen = follow.cursor().map(str::to_owned);
    let mut rest: Option<(Lines, usize)> = None;
    loop {
        if let Some(bytes) = next.take()
            && !bytes.is_empty()
            && !matches!(tokio::time::timeout(SLOW, send.send(bytes.into())).await, Ok(Ok(())))
        {
            break;
        }
        if let Some((lines, from)) = rest.take()
            && !*stopping.borrow()
        {
            let (bytes, more) = events(&lines, from, seen.as_deref(), select);
            match more {
                Some(from) => rest = Some((lines, from)),
                None => seen = follow.cursor().map(str::to_owned),
            }
            if !bytes.is_empty() {
                idle_at = Instant::now() + IDLE;
            }
            next = Some(bytes);
            continue;
        }
        tokio::select! {
            lines = follow.next() => match lines {
                Ok(lines) => rest = Some((lines, 0)),
                Err(error) => {
                    let _ = send.send(failed(&error).into()).await;
                    break;
                }
            },
            _ = heartbeat.tick() => next = Some(b": heartbeat\n\n".to_vec()),
            () = tokio::time::sleep_until(idle_at) => {
                let _ = send.send(Bytes::from_static(b": idle_timeout\n\n")).await;
                break;
            }
            () = send.closed() => break,
            () = stopped(&mut stopping) => {
                let _ = send.send(Bytes::from_static(b": shutting_down\n\n")).await;
                break;
            }
        }
    }
    drop(place);
}

async fn stopped(stopping: &mut tokio::sync::watch::Receiver<bool>) {
    // An error says that the collector is gone, which is a stop too.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

fn failed(error: &JournalError) -> Vec<u8> {
    match error {
        JournalError::Gone => b"event: gone\ndata: {\"status\":410}\n\n".to_vec(),
        other => {
            tracing::error!(error = %other, "a stream ends");
            b": error\n\n".to_vec()
        }
    }
}

/// Server-sent events of a page or of what just changed, from a row on: a piece of them, and where the next piece begins. Rows that came
/// together share their cursor, which only the last of them may carry: a reader that is cut off between them goes on from those before
/// (`seen`) and misses nothing.
fn events(lines: &Lines, from: usize, seen: Option<&str>, select: Select) -> (Vec<u8>, Option<usize>) {
    let wanted = |kind: &str| select == Select::All || kind == Kind::Alarm.word();
    match lines {
        Lines::Page(page) => written(&page.changes, from, (seen, &page.cursor), |change| wanted(change.kind.word()), push),
        Lines::Live(live) => written(
            live.rows(),
            from,
            (seen, live.cursor()),
            |change| wanted(change.row.kind()),
            |text, change| {
                if change.live {
                    push_row(text, &change.row);
                } else {
                    push_gone(text, change.row.kind(), change.row.id());
                }
            },
        ),
    }
}

fn written<T>(
    changes: &[T],
    from: usize,
    (seen, cursor): (Option<&str>, &str),
    wanted: impl Fn(&T) -> bool,
    push: impl Fn(&mut Vec<u8>, &T),
) -> (Vec<u8>, Option<usize>) {
    let mut text = Vec::with_capacity(PIECE + PIECE / 4);
    let last = changes.iter().rposition(&wanted);
    for (number, change) in changes.iter().enumerate().skip(from).filter(|(_, change)| wanted(change)) {
        if text.len() >= PIECE {
            return (text, Some(number));
        }
        text.extend_from_slice(b"event: change\n");
        if let Some(id) = if Some(number) == last { Some(cursor) } else { seen } {
            text.extend_from_slice(b"id: ");
            text.extend_from_slice(id.as_bytes());
            text.push(b'\n');
        }
        text.extend_from_slice(b"data: ");
        push(&mut text, change);
        text.extend_from_slice(b"\n\n");
    }
    (text, None)
}
