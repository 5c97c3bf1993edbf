//! The feed: pages until nothing is missing, then the tail, and from the start again when the collector cannot continue.

use std::{path::Path, time::Duration};

use futures_util::StreamExt as _;
use pedkai_core::{
    model::{Span, Timestamp},
    wire::ChangeEnd,
};
use pedkai_ui::model::Change;
use tokio::sync::Notify;

use super::{
    Herald, News,
    auth::{Session, Trouble},
    backoff::Backoff,
    reading::{self, Strange},
    sse::{Item, Reader},
    version,
};
use crate::{
    platform,
    shelf::{self, Kept, Rows, Writer},
};

/// Rows handed to the window at a time.
const BATCH: usize = 500;
/// Without a word for this long the line is held to be dead.
const SILENCE: Span = Span::seconds(90);
/// How often it is looked whether it is: after the machine was suspended it is soon known.
const LOOK: Duration = Duration::from_secs(5);

/// Where we are in the feed, and where what comes is kept.
#[derive(Default)]
struct Place {
    cursor: String,
    rows: usize,
    /// The version that the collector says it is, once it was asked; asked again after every break, for it may be another one by then.
    version: Option<Option<String>>,
    writer: Option<Writer>,
    /// What came since it was last kept.
    fresh: Vec<Kept>,
}

impl Place {
    /// What a refusal of the feed means. A cursor that is refused is not tried again.
    fn judge(&mut self, url: &str, trouble: Trouble) -> Trouble {
        let theirs = self.version.take().flatten();
        match trouble {
            Trouble::Problem(400 | 404 | 405 | 406 | 422 | 501, _) if !self.cursor.is_empty() => {
                self.reset();
                trouble
            }
            Trouble::Problem(status @ (400 | 404 | 405 | 406 | 422 | 501), why) => {
                Trouble::Unfit(version::strange(url, theirs.as_deref(), &format!("it answers {status}, {why}")))
            }
            Trouble::Gone if self.cursor.is_empty() => {
                Trouble::Unfit(version::strange(url, theirs.as_deref(), "it answers 410 to somebody who has nothing yet"))
            }
            Trouble::Gone => {
                self.reset();
                trouble
            }
            other => other,
        }
    }

    /// Begins anew: nothing that came before holds.
    fn reset(&mut self) {
        (self.cursor, self.rows) = (String::new(), 0);
        self.fresh.clear();
        if let Some(writer) = &self.writer {
            writer.forget();
        }
    }

    /// Everything up to the cursor has come.
    fn keep(&mut self) {
        if let Some(writer) = &self.writer {
            writer.keep(std::mem::take(&mut self.fresh), &self.cursor, platform::wall());
        }
    }
}

/// What a copy on the disk holds: its rows, the cursor that they reach, and as of when.
type Held = (Vec<Change>, String, Timestamp);

/// Opens the copy and reads it. One that is damaged is made anew and holds nothing: the collector gives it all again.
fn held(folder: &Path) -> shelf::Result<(Rows, Option<Held>)> {
    let rows = Rows::open(folder)?;
    match read(&rows) {
        Ok(held) => Ok((rows, held)),
        Err(why) => {
            tracing::warn!(%why, "the copy of the rows is damaged and is made anew");
            Ok((rows.anew()?, None))
        }
    }
}

fn read(rows: &Rows) -> Result<Option<Held>, String> {
    let words = |error: rusqlite::Error| error.to_string();
    let Some((cursor, at)) = rows.reached().map_err(words)? else {
        return Ok(None);
    };
    let (mut changes, mut unread) = (Vec::new(), None);
    // What is strange in it was told when it came, and is told again when it changes.
    rows.each(|line| match reading::read(line, &mut Strange::default()) {
        Ok(change) => changes.extend(change),
        Err(error) => unread = Some(error.to_string()),
    })
    .map_err(words)?;
    unread.map_or(Ok(Some((changes, cursor, at))), Err)
}

/// Hands on what was kept on the disk, and goes on from there.
async fn recall(herald: &Herald, folder: &Path) -> Option<Place> {
    let (rows, held) = match held(folder) {
        Ok(opened) => opened,
        Err(error) => {
            let told = herald.tell(News::Unkept(shelf::words(&error))).await;
            return told.then(Place::default);
        }
    };
    let mut place = Place::default();
    if let Some((mut changes, cursor, at)) = held {
        while !changes.is_empty() {
            let rest = changes.split_off(BATCH.min(changes.len()));
            if !herald.tell(News::Changes(std::mem::replace(&mut changes, rest))).await {
                return None;
            }
        }
        place.cursor = cursor;
        // As old as this machine's clock says, which may have been set since; never from the future.
        let age = platform::wall().since(at).max(Span::ZERO);
        if !herald.tell(News::Kept(platform::now().minus(age))).await {
            return None;
        }
    }
    let told = herald.clone();
    let fails = move |why| told.tell_later(News::Unkept(why));
    place.writer = Writer::new(rows, fails).inspect_err(|error| tracing::warn!(%error, "rows are not kept")).ok();
    Some(place)
}

/// Copies and follows for as long as somebody listens; keeps what comes in `folder`.
pub(super) async fn follow(session: &Session, herald: &Herald, again: &Notify, folder: Option<&Path>) {
    let begun = match folder {
        Some(folder) => recall(herald, folder).await,
        None => Some(Place::default()),
    };
    let Some(mut place) = begun else { return };
    let mut backoff = Backoff::default();
    loop {
        let trouble = match sync(session, herald, &mut place, &mut backoff).await {
            Ok(true) => {
                tokio::time::sleep(backoff.next()).await;
                continue;
            }
            Ok(false) => return,
            // Without the right to read there is nothing to try again until somebody logs in.
            Err(Trouble::Refused(why) | Trouble::Problem(403, why)) => {
                if !herald.tell(News::Refused(why)).await {
                    return;
                }
                again.notified().await;
                backoff.reset();
                continue;
            }
            Err(trouble) => trouble,
        };
        let trouble = place.judge(session.url(), trouble);
        session.set_fits(!matches!(trouble, Trouble::Unfit(_)));
        let words = trouble.words();
        let news = match trouble {
            Trouble::Problem(..) => News::Failing(words),
            Trouble::Unfit(_) => News::Unfit(words),
            Trouble::Away(_) | Trouble::Gone | Trouble::Line(_) | Trouble::Refused(_) => News::Broken(words),
        };
        if !herald.tell(news).await {
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
    if place.version.is_none() {
        let theirs = session.version().await?;
        theirs
            .as_deref()
            .map_or(Ok(()), |theirs| version::fits(version::OURS, theirs))
            .map_err(Trouble::Unfit)?;
        place.version = Some(theirs);
        session.set_fits(true);
    }
    loop {
        let response = session
            .send(
                session
                    .get("changes")
                    .query(&[("cursor", place.cursor.as_str()), ("limit", "1000")])
                    .timeout(Duration::from_secs(30)),
            )
            .await?;
        if place.cursor.is_empty() {
            place.reset();
            if !herald.tell(News::Reset).await {
                return Ok(false);
            }
        }
        let text = response.text().await?;
        let Some(end) = page(&text, herald, place).await else { return Ok(false) };
        let Some(end) = end else {
            let theirs = place.version.as_ref().and_then(Option::as_deref);
            // A page that is cut off breaks off before this.
            return Err(Trouble::Unfit(version::strange(session.url(), theirs, "what it gives is no page of the feed")));
        };
        backoff.reset();
        let there = end.cursor == end.head;
        place.cursor = end.cursor;
        place.keep();
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
    let mut batch = Batch::default();
    let mut end = None;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        if !line.contains("\"kind\"")
            && let Ok(last) = serde_json::from_str::<ChangeEnd>(line)
        {
            end = Some(last);
            continue;
        }
        place.rows += 1;
        take(line, &mut batch, herald, place).await?;
        if batch.changes.len() >= BATCH {
            batch.tell(herald).await?;
        }
    }
    batch.tell(herald).await?;
    Some(end)
}

/// What was read and is not handed on yet.
#[derive(Default)]
struct Batch {
    changes: Vec<Change>,
    strange: Strange,
}

impl Batch {
    /// Hands it on. `None`: nobody listens.
    async fn tell(&mut self, herald: &Herald) -> Option<()> {
        let (changes, strange) = (std::mem::take(&mut self.changes), std::mem::take(&mut self.strange));
        if !strange.is_empty() && !herald.tell(News::Strange(strange)).await {
            return None;
        }
        (changes.is_empty() || herald.tell(News::Changes(changes)).await).then_some(())
    }
}

async fn take(line: &str, batch: &mut Batch, herald: &Herald, place: &mut Place) -> Option<()> {
    match reading::read(line, &mut batch.strange) {
        Ok(Some(change)) => {
            if place.writer.is_some() {
                let (kind, id) = change.key();
                let line = matches!(change, Change::Put(_)).then(|| line.to_owned());
                place.fresh.push(Kept { kind, id, line });
            }
            batch.changes.push(change);
        }
        Ok(None) => {}
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
    let mut heard_at = platform::now();
    loop {
        let heard = tokio::select! {
            heard = tokio::time::timeout(LOOK, bytes.next()) => heard,
            // What opened this stream is not good any more: whoever reads on shall be known.
            why = session.refused() => return Err(Trouble::Refused(why)),
        };
        let chunk = match heard {
            Err(_) if platform::now().since(heard_at) < SILENCE => continue,
            Err(_) => return Err(Trouble::Line(format!("nothing was heard for {} s", SILENCE.as_micros() / 1_000_000))),
            Ok(None) => return Ok(true),
            Ok(Some(chunk)) => chunk?,
        };
        heard_at = platform::now();
        let mut batch = Batch::default();
        let mut alive = false;
        for item in reader.take(&chunk) {
            match item {
                Item::Comment(_) => alive = true,
                Item::Event(event) => {
                    if let Ok(end) = serde_json::from_str::<ChangeEnd>(&event.data) {
                        place.cursor = end.cursor;
                    } else if !event.data.is_empty() && take(&event.data, &mut batch, herald, place).await.is_none() {
                        return Ok(false);
                    }
                    if !event.id.is_empty() {
                        place.cursor = event.id;
                    }
                    alive = true;
                }
            }
        }
        if !place.fresh.is_empty() {
            place.keep();
        }
        let told = if batch.changes.is_empty() && alive {
            herald.tell(News::Heartbeat).await
        } else {
            true
        };
        if !told || batch.tell(herald).await.is_none() {
            return Ok(false);
        }
    }
}
