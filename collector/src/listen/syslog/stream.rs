//! TCP and TLS connections: unframed message by message, handed in before more is read, so that a full queue holds the sender back.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pedkai_core::model::{Event, SourceKind};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::super::counters::Dropped;
use super::super::dead::{Arrival, DeadReason, Transport};
use super::super::gather;
use super::super::params::{StartError, SyslogParams};
use super::framing::{Frame, Framer};
use super::{NO_TENANT, Shared, Speaker, event};
use crate::engine::NotTaken;

const READ: usize = 64 * 1024;
/// Messages handed in together; well below a queue, so that they find room.
const TOGETHER: usize = 500;
/// Pause before a full queue is asked again.
const FULL: Duration = Duration::from_millis(50);
/// Pause before a log that cannot be written is asked again.
const BROKEN: Duration = Duration::from_secs(1);
/// When stopping: how long a connection is still listened to, and how long its messages are offered.
const LAST_WORDS: Duration = Duration::from_millis(50);
const LAST_OFFER: Duration = Duration::from_secs(5);
/// How long a connection may say nothing between messages; dead peers are found by keepalive long before.
const PATIENCE: Duration = Duration::from_secs(7 * 24 * 3_600);
const KEEPALIVE: Duration = Duration::from_secs(60);

/// What TCP and TLS listeners share.
pub(in crate::listen) struct Streams {
    pub(in crate::listen) shared: Shared,
    max_message: usize,
    max_connections: usize,
    max_per_peer: usize,
    unfinished: Duration,
    open: Mutex<HashMap<IpAddr, usize>>,
}

impl Streams {
    pub(in crate::listen) fn new(params: &SyslogParams, shared: Shared) -> Self {
        Self {
            shared,
            max_message: params.max_message,
            max_connections: params.max_connections,
            max_per_peer: params.max_connections_per_peer,
            unfinished: params.unfinished,
            open: Mutex::new(HashMap::new()),
        }
    }

    fn admit(self: &Arc<Self>, peer: IpAddr) -> Option<Admitted> {
        let mut open = self.open.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let all: usize = open.values().sum();
        let mine = open.entry(peer).or_default();
        if all >= self.max_connections || *mine >= self.max_per_peer {
            if *mine == 0 {
                open.remove(&peer);
            }
            return None;
        }
        *mine += 1;
        Some(Admitted { streams: self.clone(), peer })
    }
}

/// A place among the open connections.
struct Admitted {
    streams: Arc<Streams>,
    peer: IpAddr,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut open = self.streams.open.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(mine) = open.get_mut(&self.peer) {
            *mine -= 1;
            if *mine == 0 {
                open.remove(&self.peer);
            }
        }
    }
}

/// Opens a TCP listener; it is served by [`Streams::serve`].
pub(in crate::listen) fn listen(what: &'static str, address: SocketAddr) -> Result<TcpListener, StartError> {
    let open = || {
        let socket = socket2::Socket::new(socket2::Domain::for_address(address), socket2::Type::STREAM, None)?;
        if address.ip() == IpAddr::from(std::net::Ipv6Addr::UNSPECIFIED) {
            socket.set_only_v6(false)?;
        }
        #[cfg(unix)]
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        socket.listen(1_024)?;
        TcpListener::from_std(socket.into())
    };
    open().map_err(|error| StartError::Address { what, address, error })
}

impl Streams {
    /// Accepts connections until told to stop, then waits for those that are open to hand in what they have.
    pub(in crate::listen) async fn serve(self: Arc<Self>, listener: TcpListener, tls: Option<TlsAcceptor>, mut stop: watch::Receiver<bool>) {
        let stopping = stop.clone();
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                () = told(&mut stop) => break,
                Some(_) = connections.join_next(), if !connections.is_empty() => {}
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) => self.accept(stream, peer, &tls, &stopping, &mut connections),
                    Err(error) => {
                        // Out of file handles, most often: those that are open go on.
                        tracing::warn!(%error, "a syslog connection could not be accepted");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                }
            }
        }
        drop(listener);
        while connections.join_next().await.is_some() {}
    }

    fn accept(self: &Arc<Self>, stream: TcpStream, peer: SocketAddr, tls: &Option<TlsAcceptor>, stop: &watch::Receiver<bool>, connections: &mut JoinSet<()>) {
        let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
        match self.admit(peer.ip()) {
            Some(admitted) => {
                connections.spawn(connect(admitted, stream, peer, tls.clone(), stop.clone()));
            }
            None => self.shared.counters.count_dropped(SourceKind::Syslog, Dropped::Connections, 1),
        }
    }
}

/// Waits for the stop signal.
async fn told(stop: &mut watch::Receiver<bool>) {
    // An error means that nobody can give it any more: the same.
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn connect(admitted: Admitted, stream: TcpStream, peer: SocketAddr, tls: Option<TlsAcceptor>, stop: watch::Receiver<bool>) {
    let keepalive = socket2::TcpKeepalive::new().with_time(KEEPALIVE);
    if let Err(error) = socket2::SockRef::from(&stream).set_tcp_keepalive(&keepalive) {
        tracing::debug!(%error, %peer, "no keepalive on a syslog connection");
    }
    let streams = admitted.streams.clone();
    let transport = if tls.is_some() { Transport::SyslogTls } else { Transport::SyslogTcp };
    let mut connection = Connection::new(&streams, transport, peer, stop);
    match tls {
        None => connection.run(stream).await,
        Some(tls) => match tokio::time::timeout(streams.unfinished, tls.accept(stream)).await {
            Ok(Ok(stream)) => connection.run(stream).await,
            Ok(Err(error)) => tracing::info!(%error, %peer, "a TLS handshake for syslog failed"),
            Err(_) => tracing::info!(%peer, "a TLS handshake for syslog took too long"),
        },
    }
}

struct Connection<'a> {
    streams: &'a Streams,
    transport: Transport,
    peer: SocketAddr,
    speaker: Speaker,
    stop: watch::Receiver<bool>,
    stopping: Option<Instant>,
    frames: Vec<Frame>,
}

/// Why reading ends.
enum End {
    Closed,
    Stopping,
    TooSlow,
}

impl<'a> Connection<'a> {
    fn new(streams: &'a Streams, transport: Transport, peer: SocketAddr, stop: watch::Receiver<bool>) -> Self {
        Self {
            streams,
            transport,
            peer,
            speaker: streams.shared.speaker(peer.ip()),
            stop,
            stopping: None,
            frames: Vec::new(),
        }
    }

    async fn run<S: AsyncRead + Unpin>(&mut self, mut stream: S) {
        let mut framer = Framer::new(self.streams.max_message);
        let mut buffer = vec![0; READ];
        let mut begun = Instant::now();
        let end = loop {
            let n = match self.read(&mut stream, &mut buffer, framer.unfinished().then_some(begun)).await {
                Ok(n) => n,
                Err(end) => break end,
            };
            let idle = !framer.unfinished();
            let pushed = framer.push(buffer.get(..n).unwrap_or(&[]), &mut self.frames);
            if idle || !self.frames.is_empty() {
                begun = Instant::now();
            }
            if !self.hand_in().await {
                return;
            }
            if let Err(absurd) = pushed {
                self.letter(absurd.to_string(), buffer.get(..n).unwrap_or(&[]));
                return;
            }
        };
        match (framer.finish(), end) {
            (Ok(Some(last)), End::Closed | End::Stopping) => {
                self.frames.push(last);
                self.hand_in().await;
            }
            (Ok(Some(Frame { bytes, .. })), End::TooSlow) => self.letter("a message was left unfinished for too long".to_owned(), &bytes),
            (Err(bytes), End::Closed | End::Stopping) => self.letter("the connection ended within a counted message".to_owned(), &bytes),
            (Err(bytes), End::TooSlow) => self.letter("a counted message was left unfinished for too long".to_owned(), &bytes),
            (Ok(None), _) => {}
        }
    }

    /// Reads more. Idle connections may stay; one with an unfinished message has until its time is up.
    async fn read<S: AsyncRead + Unpin>(&mut self, stream: &mut S, buffer: &mut [u8], unfinished: Option<Instant>) -> Result<usize, End> {
        if self.stopping.is_none() {
            let patience = unfinished.map_or(PATIENCE, |begun| self.streams.unfinished.saturating_sub(begun.elapsed()));
            tokio::select! {
                read = tokio::time::timeout(patience, stream.read(buffer)) => return match read {
                    Ok(Ok(n)) if n > 0 => Ok(n),
                    Ok(_) => Err(End::Closed),
                    Err(_) => Err(End::TooSlow),
                },
                () = told(&mut self.stop) => self.stopping = Some(Instant::now()),
            }
        }
        // What has arrived by now is still read.
        if self.stopping.is_some_and(|since| since.elapsed() > LAST_OFFER) {
            return Err(End::Stopping);
        }
        match tokio::time::timeout(LAST_WORDS, stream.read(buffer)).await {
            Ok(Ok(n)) if n > 0 => Ok(n),
            Ok(_) => Err(End::Closed),
            Err(_) => Err(End::Stopping),
        }
    }

    /// Hands in what has been unframed, and waits as long as it takes; false when the collector stops instead.
    async fn hand_in(&mut self) -> bool {
        let frames = std::mem::take(&mut self.frames);
        if frames.is_empty() {
            return true;
        }
        let shared = &self.streams.shared;
        let arrival = self.arrival();
        shared.counters.count_received(SourceKind::Syslog, frames.len() as u64);
        let cut = frames.iter().filter(|frame| frame.cut).count();
        (0..cut).for_each(|_| shared.counters.count_truncated(SourceKind::Syslog));
        let Some(tenant) = self.speaker.tenant else {
            for frame in &frames {
                shared
                    .letters
                    .put(self.transport, &arrival, DeadReason::NoTenant, NO_TENANT.to_owned(), &frame.bytes);
            }
            return true;
        };
        let mut events: Vec<Event> = frames.into_iter().map(|frame| event(&arrival, &self.speaker, frame.bytes)).collect();
        while !events.is_empty() {
            let later = events.split_off(events.len().min(TOGETHER));
            let n = events.len() as u64;
            if let Err(why) = self.until_taken(tenant, events).await {
                let lost = n + later.len() as u64;
                shared.counters.count_dropped(SourceKind::Syslog, gather::dropped(&why), lost);
                return false;
            }
            events = later;
        }
        true
    }

    async fn until_taken(&self, tenant: pedkai_core::model::TenantId, events: Vec<Event>) -> Result<(), NotTaken> {
        let door = gather::door(&self.streams.shared.doors, tenant)?;
        let mut stopping_since = None;
        loop {
            let why = match door.events(events.clone()).await {
                Ok(()) => return Ok(()),
                Err(NotTaken::Stopping) => return Err(NotTaken::Stopping),
                Err(why) => why,
            };
            if *self.stop.borrow() && stopping_since.get_or_insert_with(Instant::now).elapsed() > LAST_OFFER {
                return Err(why);
            }
            tokio::time::sleep(if matches!(why, NotTaken::Full(_)) { FULL } else { BROKEN }).await;
        }
    }

    fn letter(&self, detail: String, bytes: &[u8]) {
        let shared = &self.streams.shared;
        shared.counters.count_received(SourceKind::Syslog, 1);
        shared.letters.put(self.transport, &self.arrival(), DeadReason::Malformed, detail, bytes);
    }

    fn arrival(&self) -> Arrival {
        Arrival {
            at: self.streams.shared.clock.now(),
            peer: self.peer,
            local: None,
        }
    }
}
