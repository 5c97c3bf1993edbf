//! One NETCONF session over a stream of bytes: hello, one request after another, one answer each.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::error::Error;
use super::framing::{Decoder, Framing};
use super::hello::Capabilities;
use super::limits::{Limits, Timeouts};
use super::reply::Reply;
use super::xml::{self, BASE, Element};

/// A stream to a device: what SSH gives, or a test.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

// Some servers (yuma123) read what comes in one piece with the hello in the framing before it, and then wait for its end for ever.
const SETTLE: Duration = Duration::from_millis(100);

// Notifications that may come between a request and its answer.
const NOTIFICATIONS: usize = 10_000;

/// A session after its hello.
pub(super) struct Wire {
    stream: Box<dyn Stream>,
    decoder: Decoder,
    framing: Framing,
    limits: Limits,
    pub(super) timeouts: Timeouts,
    pub(super) base: Arc<str>,
    pub(super) capabilities: Capabilities,
    last: u64,
    ended: Option<Error>,
    _keep: Box<dyn Any + Send>,
}

impl Wire {
    /// Says hello and waits for the device's.
    ///
    /// # Errors
    /// No hello in time, one that cannot be read, no common version.
    pub(super) async fn open((stream, keep): (Box<dyn Stream>, Box<dyn Any + Send>), limits: Limits, timeouts: Timeouts) -> Result<Self, Error> {
        let base: Arc<str> = Arc::from(BASE);
        let mut wire = Self {
            stream,
            decoder: Decoder::new(limits.message_bytes),
            framing: Framing::EndOfMessage,
            limits,
            timeouts,
            capabilities: Capabilities::default(),
            last: 0,
            ended: None,
            _keep: keep,
            base: Arc::clone(&base),
        };
        let own = ["urn:ietf:params:netconf:base:1.0", "urn:ietf:params:netconf:base:1.1"]
            .into_iter()
            .fold(Element::new(&base, "capabilities"), |list, uri| {
                list.with(Element::new(&base, "capability").with_text(uri))
            });
        let hello = Element::new(&base, "hello").with(own).compact();
        let greeted = timeout(timeouts.hello, wire.greet(&hello)).await;
        wire.capabilities = greeted.unwrap_or(Err(Error::Timeout {
            what: "hello",
            after: timeouts.hello,
        }))?;
        if wire.capabilities.base_1_1 {
            wire.framing = Framing::Chunked;
            wire.decoder.speak(Framing::Chunked);
            tokio::time::sleep(SETTLE).await;
        }
        Ok(wire)
    }

    /// Whether the session can still be used.
    pub(super) fn alive(&self) -> bool {
        self.ended.is_none()
    }

    /// Sends one operation and waits for its answer.
    ///
    /// # Errors
    /// [`Error::Refused`] leaves the session usable; anything else ends it, as it is then unknown what the next bytes answer.
    pub(super) async fn call(&mut self, operation: Element, what: &'static str, after: Duration) -> Result<Reply, Error> {
        if let Some(error) = &self.ended {
            return Err(error.clone());
        }
        self.last += 1;
        let id = self.last;
        let base = Arc::clone(&self.base);
        let request = Element::new(&base, "rpc")
            .with_attribute(&Arc::from(""), "message-id", &id.to_string())
            .with(operation)
            .compact();
        let done = timeout(after, self.exchange(&request, id, what)).await;
        let done = done.unwrap_or(Err(Error::Timeout { what, after }));
        if let Err(error) = &done
            && error.ends_session()
        {
            self.ended = Some(error.clone());
        }
        done
    }

    async fn greet(&mut self, hello: &str) -> Result<Capabilities, Error> {
        self.send(hello, "hello").await?;
        Capabilities::read(&self.receive("hello").await?)
    }

    async fn exchange(&mut self, request: &str, id: u64, what: &'static str) -> Result<Reply, Error> {
        self.send(request, what).await?;
        for _ in 0..NOTIFICATIONS {
            let root = self.receive(what).await?;
            if root.name != "notification" {
                return Reply::read(root, id);
            }
        }
        Err(Error::Protocol("notifications without end where an answer must be".to_owned()))
    }

    async fn send(&mut self, text: &str, what: &'static str) -> Result<(), Error> {
        let bytes = self.framing.encode(text);
        self.stream.write_all(&bytes).await.map_err(|_| Error::Closed(what))?;
        self.stream.flush().await.map_err(|_| Error::Closed(what))
    }

    async fn receive(&mut self, what: &'static str) -> Result<Element, Error> {
        let mut buffer = vec![0; 32 * 1024];
        loop {
            if let Some(text) = self.decoder.next(what)? {
                return xml::parse(&text, &self.limits);
            }
            match self.stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return Err(Error::Closed(what)),
                Ok(count) => self.decoder.push(&buffer[..count]),
            }
        }
    }

    /// Says that the session is over and lets go of the stream; what the device answers no longer matters.
    pub(super) async fn close(mut self) {
        let base = Arc::clone(&self.base);
        if self.alive() {
            let _ = self
                .call(
                    Element::new(&base, "close-session"),
                    "close-session",
                    self.timeouts.answer.min(Duration::from_secs(5)),
                )
                .await;
        }
        let _ = timeout(Duration::from_secs(1), self.stream.shutdown()).await;
    }
}

/// Boxed work of a device.
pub type Doing<'a, T, E = Error> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;
