//! The line to a collector.
//!
//! - does: logs in, copies the feed and follows it, sends commands and questions, comes back after every break
//! - takes: an address, a credential, orders from the window
//! - gives: news: changes, answers, how the line is
//! - never knows: what a row means, or how anything is drawn

mod auth;
mod backoff;
mod feed;
mod groups;
mod kpis;
mod letters;
mod orders;
mod reading;
mod requests;
mod sse;
mod version;

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

use anyhow::Context as _;
use pedkai_core::model::{Span, Timestamp};
use pedkai_ui::{
    intent::{Act, Fetch},
    model::{Asked, Change, Detail, KpiQuestion, Learned},
};
use tokio::sync::mpsc as queue;
use uuid::Uuid;

pub use auth::Credential;
pub use reading::Strange;

use crate::shelf::Aside;

/// Where the collector is, and who we are.
#[derive(Clone, Debug)]
pub struct Target {
    /// Address without a path, such as `http://127.0.0.1:8620`.
    pub url: String,
    /// Who we are.
    pub credential: Credential,
    /// Folder in which rows and waiting commands are kept; without one they last as long as the window.
    pub shelf: Option<std::path::PathBuf>,
}

/// What the line brings.
#[derive(Debug)]
pub enum News {
    /// Forget everything: a whole state comes next.
    Reset,
    /// Rows that changed.
    Changes(Vec<Change>),
    /// A line of the feed could not be read; the rest goes on.
    Unreadable(String),
    /// Parts of the feed that a newer collector tells and this version does not understand.
    Strange(Strange),
    /// The collector is of a version that this one does not go together with; a sentence that says which, and what to do.
    Unfit(String),
    /// The rows so far were kept on this disk, and are as of then.
    Kept(Timestamp),
    /// This disk keeps nothing, because of this.
    Unkept(String),
    /// The file of what waits was damaged.
    Aside(Aside),
    /// Behind, and catching up; so many rows came so far.
    Syncing(usize),
    /// Up to date.
    Live,
    /// A sign of life without news.
    Heartbeat,
    /// The line broke, because of this.
    Broken(String),
    /// The collector answers, but not with the feed, because of this.
    Failing(String),
    /// The credential is not good, because of this.
    Refused(String),
    /// A command was carried out, or not.
    Done(Outcome),
    /// An answer to a question.
    Answer(Fetch, Detail),
    /// Series or samples that were asked for, or why there are none.
    Kpi(KpiQuestion, Box<Result<Learned, String>>),
    /// The collector's clock is ahead of ours by this much.
    Skew(Span),
    /// Something that was asked waits, or was refused.
    Asked(Box<Asked>),
    /// So many aims of one that waits are answered.
    Answered(Uuid, usize),
    /// Something that was asked is done, or was dismissed.
    Settled(Uuid),
    /// So many were taken back; so many not, for they went out.
    Withdrawn(usize, usize),
    /// So many commands that had waited for the line are done.
    Merged(usize),
}

/// How a command ended.
#[derive(Debug)]
pub struct Outcome {
    /// What it was.
    pub word: String,
    /// Targets that it changed.
    pub done: usize,
    /// Why it did not change the others, each reason once.
    pub refused: Vec<String>,
}

/// What the window orders.
#[derive(Debug)]
pub enum Order {
    /// Send a command; with who gives it.
    Act(Act, String),
    /// Send what was refused once more; with who wants it.
    Retry(Vec<Uuid>, String),
    /// Let refusals go.
    Dismiss(Vec<Uuid>),
    /// Take back what waits, as far as it was not sent.
    Withdraw(Vec<Uuid>),
    /// Ask a question.
    Fetch(Fetch),
    /// Ask for series, or for their samples.
    AskKpi(KpiQuestion),
    /// Try again at once.
    Reconnect,
    /// From now on this is who we are; what waits is sent as that.
    Login(Credential),
}

/// The window's end of the line. The line ends when this is dropped.
#[derive(Debug)]
pub struct Link {
    /// What the line brings.
    pub news: mpsc::Receiver<News>,
    orders: queue::UnboundedSender<Order>,
    thread: std::thread::JoinHandle<()>,
}

/// The line's end of the news, which wakes the window.
#[derive(Clone)]
struct Herald {
    news: mpsc::SyncSender<News>,
    wake: std::sync::Arc<dyn Fn(Duration) + Send + Sync>,
    /// Microseconds by which the collector's clock is ahead of ours.
    skew: std::sync::Arc<AtomicI64>,
    pace: std::sync::Arc<Pace>,
}

/// How often rows are drawn in a storm, not once for every row. The first after a rest are drawn at once.
const PACE: Duration = Duration::from_millis(200);

/// When the window draws rows next, or did last.
#[derive(Default)]
struct Pace(Mutex<Option<Instant>>);

impl Pace {
    /// How long rows that came now wait for the window.
    fn wait(&self, now: Instant) -> Duration {
        let mut planned = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = match *planned {
            Some(planned) if planned >= now => planned,
            Some(last) => now.max(last + PACE),
            None => now,
        };
        *planned = Some(next);
        next.duration_since(now)
    }
}

impl News {
    /// Whether it may wait for the next of the frames that are drawn at a pace.
    fn patient(&self) -> bool {
        match self {
            Self::Asked(_)
            | Self::Answered(..)
            | Self::Changes(_)
            | Self::Heartbeat
            | Self::Skew(_)
            | Self::Strange(_)
            | Self::Syncing(_)
            | Self::Unreadable(_) => true,
            Self::Answer(..)
            | Self::Aside(_)
            | Self::Broken(_)
            | Self::Done(_)
            | Self::Failing(_)
            | Self::Kept(_)
            | Self::Kpi(..)
            | Self::Live
            | Self::Merged(_)
            | Self::Refused(_)
            | Self::Reset
            | Self::Settled(_)
            | Self::Unfit(_)
            | Self::Unkept(_)
            | Self::Withdrawn(..) => false,
        }
    }
}

impl Herald {
    /// Tells the window. Waits while the window has too much to read, so that a storm slows the line and not the screen.
    async fn tell(&self, mut news: News) -> bool {
        let patient = news.patient();
        if let News::Skew(ahead) = &news {
            self.skew.store(ahead.as_micros(), Ordering::Relaxed);
        }
        loop {
            match self.news.try_send(news) {
                Ok(()) => {
                    (self.wake)(if patient { self.pace.wait(Instant::now()) } else { Duration::ZERO });
                    return true;
                }
                Err(mpsc::TrySendError::Full(back)) => {
                    news = back;
                    (self.wake)(Duration::ZERO);
                    tokio::time::sleep(Duration::from_millis(4)).await;
                }
                Err(mpsc::TrySendError::Disconnected(_)) => return false,
            }
        }
    }

    /// The time, by the collector's clock.
    fn now(&self) -> Timestamp {
        crate::platform::now().plus(Span::micros(self.skew.load(Ordering::Relaxed)))
    }

    /// Tells the window from a thread that cannot wait; lost only when the window has too much to read.
    fn tell_later(&self, news: News) {
        if self.news.try_send(news).is_ok() {
            (self.wake)(Duration::ZERO);
        }
    }
}

/// News that may wait for the window.
const NEWS: usize = 256;

impl Link {
    /// Opens a line in a thread of its own; `wake` is called whenever there is news, with how soon it has to be looked at.
    pub fn open(target: Target, wake: impl Fn(Duration) + Send + Sync + 'static) -> anyhow::Result<Self> {
        let (tell, news) = mpsc::sync_channel(NEWS);
        let (orders, heard) = queue::unbounded_channel();
        let herald = Herald {
            news: tell,
            wake: std::sync::Arc::new(wake),
            skew: std::sync::Arc::default(),
            pace: std::sync::Arc::default(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("no runtime for the line")?;
        let thread = std::thread::Builder::new()
            .name("link".to_owned())
            .spawn(move || runtime.block_on(run(target, herald, heard)))
            .context("no thread for the line")?;
        Ok(Self { news, orders, thread })
    }

    /// Ends the line: what was ordered is kept when this returns, unless it takes longer than `patience`.
    pub fn close(self, patience: Duration) {
        let Self { news, orders, thread } = self;
        drop(orders);
        let began = std::time::Instant::now();
        while !thread.is_finished() && began.elapsed() < patience {
            // Nobody reads on, but nobody shall wait for room either.
            while news.try_recv().is_ok() {}
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Gives an order; it is lost only when the line has ended.
    pub fn order(&self, order: Order) {
        if self.orders.send(order).is_err() {
            tracing::warn!("the line to the collector has ended");
        }
    }
}

async fn run(target: Target, herald: Herald, heard: queue::UnboundedReceiver<Order>) {
    let client = match reqwest::Client::builder().connect_timeout(Duration::from_secs(5)).tcp_nodelay(true).build() {
        Ok(client) => client,
        Err(error) => {
            herald.tell(News::Broken(error.to_string())).await;
            return;
        }
    };
    let folder = target.shelf.clone();
    let session = std::sync::Arc::new(auth::Session::new(client, target, herald.clone()));
    let again = std::sync::Arc::new(tokio::sync::Notify::new());
    let orders = orders::serve(session.clone(), herald.clone(), heard, again.clone(), folder.clone());
    let mut orders = std::pin::pin!(orders);
    tokio::select! {
        () = &mut orders => return,
        () = feed::follow(&session, &herald, &again, folder.as_deref()) => {}
    }
    // The window is gone; what it ordered last is still kept.
    orders.await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_drawn_at_a_pace_and_answers_at_once() {
        let (tell, news) = mpsc::sync_channel(8);
        let (woken, wakes) = mpsc::channel();
        let herald = Herald {
            news: tell,
            wake: std::sync::Arc::new(move |within| assert!(woken.send(within).is_ok())),
            skew: std::sync::Arc::default(),
            pace: std::sync::Arc::default(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let done = News::Done(Outcome {
            word: "ack".to_owned(),
            done: 1,
            refused: Vec::new(),
        });
        for (what, at_once) in [
            (News::Changes(Vec::new()), true),
            (News::Changes(Vec::new()), false),
            (News::Heartbeat, false),
            (News::Broken("refused".to_owned()), true),
            (done, true),
        ] {
            assert!(runtime.block_on(herald.tell(what)));
            let within = wakes.try_recv().unwrap();
            assert!(within <= PACE && (within == Duration::ZERO) == at_once, "{within:?}");
            assert!(news.try_recv().is_ok());
        }
    }

    #[test]
    fn in_a_storm_there_is_one_frame_a_pace_and_after_a_rest_none_waits() {
        let (pace, began) = (Pace::default(), Instant::now());
        let mut drawn: Vec<Duration> = (0..10_000_u64)
            .map(|number| {
                let at = Duration::from_micros(number * 100);
                at + pace.wait(began + at)
            })
            .collect();
        drawn.dedup();
        assert_eq!(drawn, [0, 200, 400, 600, 800, 1_000].map(Duration::from_millis));
        assert_eq!(pace.wait(began + Duration::from_secs(3)), Duration::ZERO);
    }
}
