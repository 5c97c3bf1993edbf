//! The feed: pages until nothing is missing, then the tail, and from the start again when the collector cannot continue.

use std::time::Duration;

use futures_util::StreamExt as _;
use pedkai_core::{
    model::{Span, Timestamp},
    wire::ChangeEnd,
};
use pedkai_ui::model::Change;
use reqwest::Response;
use tokio::sync::Notify;

use super::{
    Herald, News,
    auth::{Session, Trouble},
    backoff::Backoff,
    sse::{Item, Reader},
};

/// Rows handed to the window at a time.
const BATCH: usize = 500;
/// Without a word for this long the line is held to be dead.
const SILENCE: Duration = Duration::from_secs(90);

/// Where we are in the feed.
#[derive(Default)]
struct Place {
    cursor: String,
    rows: usize,
}

/// Copies and follows for as long as somebody listens.
pub(super) async fn follow(session: &Session, herald: &Herald, again: &Notify) {
    let mut place = Place::default();
    let mut backoff = Backoff::default();
    loop {
        let trouble = match sync(session, herald, &mut place, &mut backoff).await {
            Ok(true) => {
                tokio::time::sleep(backoff.next()).await;
                continue;
            }
            Ok(false) => return,
            Err(Trouble::Refused(why)) => {
                if !herald.tell(News::Refused(why)).await {
                    return;
                }
                again.notified().await;
                continue;
            }
            Err(trouble) => trouble,
        };
        if matches!(trouble, Trouble::Gone) {
            place = Place::default();
        }
        if !herald.tell(News::Broken(trouble.words())).await {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(backoff.next()) => {}
            () = again.notified() => backoff.reset(),
        }
    }
}

/// One life of the line: false when nobody listens any more.
async fn sync(session: &Session, herald: &Herald, place: &mut Place, backoff: &mut Backoff) -> Result<bool, Trouble> {
    loop {
        let response = session
            .send(
                session
                    .get("changes")
                    .query(&[("cursor", place.cursor.as_str()), ("limit", "1000")])
                    .timeout(Duration::from_secs(30)),
            )
            .await?;
        skew(&response, herald).await;
        let first = place.cursor.is_empty();
        if first && !herald.tell(News::Reset).await {
            return Ok(false);
        }
        let text = response.text().await?;
        backoff.reset();
        let Some(end) = page(&text, herald, place).await else { return Ok(false) };
        let end = end.ok_or_else(|| Trouble::Line("a page of the feed had no end".to_owned()))?;
        let there = end.cursor == end.head;
        place.cursor = end.cursor;
        if there {
            break;
        }
        if !herald.tell(News::Syncing(place.rows)).await {
            return Ok(false);
        }
    }
    if !herald.tell(News::Live).await {
        return Ok(false);
    }
    tail(session, herald, place).await
}

/// Hands a page on. `None`: nobody listens. `Some(None)`: it had no end.
async fn page(text: &str, herald: &Herald, place: &mut Place) -> Option<Option<ChangeEnd>> {
    let mut batch = Vec::new();
    let mut end = None;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        if !line.contains("\"kind\"")
            && let Ok(last) = serde_json::from_str::<ChangeEnd>(line)
        {
            end = Some(last);
            continue;
        }
        place.rows += 1;
        take(line, &mut batch, herald).await?;
        if batch.len() >= BATCH && !herald.tell(News::Changes(std::mem::take(&mut batch))).await {
            return None;
        }
    }
    if !batch.is_empty() && !herald.tell(News::Changes(batch)).await {
        return None;
    }
    Some(end)
}

async fn take(line: &str, batch: &mut Vec<Change>, herald: &Herald) -> Option<()> {
    match Change::parse(line) {
        Ok(change) => batch.extend(change),
        Err(error) => {
            if !herald.tell(News::Unreadable(error.to_string())).await {
                return None;
            }
        }
    }
    Some(())
}

async fn tail(session: &Session, herald: &Herald, place: &mut Place) -> Result<bool, Trouble> {
    let request = session
        .get("changes")
        .query(&[("cursor", place.cursor.as_str())])
        .header("accept", "text/event-stream");
    let response = session.send(request).await?;
    let mut bytes = response.bytes_stream();
    let mut reader = Reader::default();
    loop {
        let chunk = match tokio::time::timeout(SILENCE, bytes.next()).await {
            Err(_) => return Err(Trouble::Line(format!("nothing was heard for {} s", SILENCE.as_secs()))),
            Ok(None) => return Ok(true),
            Ok(Some(chunk)) => chunk?,
        };
        let mut batch = Vec::new();
        let mut alive = false;
        for item in reader.take(&chunk) {
            match item {
                Item::Comment(_) => alive = true,
                Item::Event(event) => {
                    if let Ok(end) = serde_json::from_str::<ChangeEnd>(&event.data) {
                        place.cursor = end.cursor;
                    } else if !event.data.is_empty() && take(&event.data, &mut batch, herald).await.is_none() {
                        return Ok(false);
                    }
                    if !event.id.is_empty() {
                        place.cursor = event.id;
                    }
                    alive = true;
                }
            }
        }
        let news = if batch.is_empty() { News::Heartbeat } else { News::Changes(batch) };
        if alive && !herald.tell(news).await {
            return Ok(false);
        }
    }
}

/// Tells how far the collector's clock is from ours, as well as its `Date` header lets us know.
async fn skew(response: &Response, herald: &Herald) {
    let date = response.headers().get("date").and_then(|date| date.to_str().ok());
    let theirs = date
        .and_then(|date| jiff::fmt::rfc2822::parse(date).ok())
        .map(|date| date.timestamp().as_microsecond());
    if let Some(theirs) = theirs {
        let ours = crate::platform::now();
        let ahead = Timestamp::from_micros(theirs).since(ours);
        let ahead = if ahead.abs() > Span::seconds(2) { ahead } else { Span::ZERO };
        herald.tell(News::Skew(ahead)).await;
    }
}
