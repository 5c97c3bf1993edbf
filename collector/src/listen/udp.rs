//! A UDP socket and the loop that empties it, on a thread of its own so that nothing else of the collector can hold it up.

use std::io::IoSliceMut;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use pedkai_core::model::SourceKind;
use quinn_udp::{RecvMeta, Transmit, UdpSocketState};
use tokio::io::Interest;
use tokio::sync::{oneshot, watch};

use super::counters::{Counters, Dropped};
use super::dead::Arrival;
use super::kernel::KernelDrops;
use super::params::StartError;
use crate::engine::Clock;

/// What is asked of the kernel; it gives at most its own limit (`net.core.rmem_max`) unless we may force it.
const RECEIVE_BUFFER: usize = 16 << 20;
/// Room for any datagram, or a train of them joined by the kernel.
const DATAGRAM: usize = 1 << 16;
/// Batches taken before what was gathered is handed on.
const ROUNDS: usize = 8;
/// When datagrams come faster than this apart, the loop rests before it looks again, so that it takes many at a time.
const BUSY: Duration = Duration::from_millis(4);
const REST: Duration = Duration::from_millis(2);
/// When stopping: how long what arrived is still taken, at most.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// How often the kernel is asked for drops while datagrams come.
const LOOK: Duration = Duration::from_secs(1);

/// Reads datagrams; one per socket.
pub(super) trait Reader: Send + 'static {
    /// The door it reads for.
    const SOURCE: SourceKind;

    /// Takes one datagram.
    fn datagram(&mut self, arrival: &Arrival, bytes: &[u8]);

    /// Hands on what was gathered since the last time.
    fn flush(&mut self);
}

/// An open socket: shared by its loop and by whoever answers.
pub(super) struct Socket {
    io: std::net::UdpSocket,
    state: UdpSocketState,
    address: SocketAddr,
}

impl Socket {
    pub(super) fn open(what: &'static str, address: SocketAddr) -> Result<Self, StartError> {
        Self::try_open(address).map_err(|error| StartError::Address { what, address, error })
    }

    fn try_open(address: SocketAddr) -> std::io::Result<Self> {
        let domain = socket2::Domain::for_address(address);
        let socket = socket2::Socket::new(domain, socket2::Type::DGRAM, Some(socket2::Protocol::UDP))?;
        if address.ip() == IpAddr::from(std::net::Ipv6Addr::UNSPECIFIED) {
            socket.set_only_v6(false)?;
        }
        enlarge(&socket);
        socket.bind(&address.into())?;
        let io: std::net::UdpSocket = socket.into();
        let state = UdpSocketState::new((&io).into())?;
        fragment(&io, address);
        let address = io.local_addr()?;
        Ok(Self { io, state, address })
    }

    /// Where it really listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends an answer from the address that was spoken to.
    pub(super) fn answer(&self, arrival: &Arrival, bytes: &[u8]) -> std::io::Result<()> {
        let destination = match (self.address, arrival.peer) {
            (SocketAddr::V6(_), SocketAddr::V4(peer)) => SocketAddr::new(peer.ip().to_ipv6_mapped().into(), peer.port()),
            (_, peer) => peer,
        };
        let transmit = Transmit {
            destination,
            ecn: None,
            contents: bytes,
            segment_size: None,
            src_ip: arrival.local,
        };
        self.state.try_send((&self.io).into(), &transmit)
    }
}

#[cfg(target_os = "linux")]
fn enlarge(socket: &socket2::Socket) {
    if rustix::net::sockopt::set_socket_recv_buffer_size_force(socket, RECEIVE_BUFFER).is_err() {
        ask_larger(socket);
    }
}

#[cfg(not(target_os = "linux"))]
fn enlarge(socket: &socket2::Socket) {
    ask_larger(socket);
}

fn ask_larger(socket: &socket2::Socket) {
    if let Err(error) = socket.set_recv_buffer_size(RECEIVE_BUFFER) {
        tracing::warn!(%error, "the receive buffer of a UDP socket stays at the system's default");
    }
}

/// Lets long answers be fragmented again, which the batch receiver forbids for its own purpose.
#[cfg(target_os = "linux")]
fn fragment(io: &std::net::UdpSocket, address: SocketAddr) {
    use rustix::net::sockopt::{Ipv4PathMtuDiscovery, Ipv6PathMtuDiscovery, set_ip_mtu_discover, set_ipv6_mtu_discover};
    let v4 = set_ip_mtu_discover(io, Ipv4PathMtuDiscovery::WANT);
    let v6 = if address.is_ipv6() {
        set_ipv6_mtu_discover(io, Ipv6PathMtuDiscovery::WANT)
    } else {
        Ok(())
    };
    if let Err(error) = v4.and(v6) {
        tracing::debug!(%error, "answers longer than the path's MTU will be refused as too big");
    }
}

#[cfg(not(target_os = "linux"))]
fn fragment(_io: &std::net::UdpSocket, _address: SocketAddr) {}

/// The loop's thread, as its owner sees it.
pub(super) struct Running {
    ended: oneshot::Receiver<()>,
}

impl Running {
    /// Waits until the loop has handed on all that had arrived. The stop signal must have been given.
    pub(super) async fn ended(self) {
        // An error means that the thread is gone already.
        let _ = self.ended.await;
    }
}

/// Starts the loop of `socket`.
pub(super) fn run<R: Reader>(
    what: &'static str,
    socket: Arc<Socket>,
    reader: R,
    clock: Arc<dyn Clock>,
    counters: Arc<Counters>,
    stop: watch::Receiver<bool>,
) -> Result<Running, StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| StartError::Thread(what, error))?;
    let (end, ended) = oneshot::channel();
    let thread = std::thread::Builder::new().name(what.to_owned());
    thread
        .spawn(move || {
            let mut work = Loop::new(&socket, reader, clock, counters);
            if let Err(error) = runtime.block_on(work.run(stop)) {
                tracing::error!(%error, what, "listening ended: restart the collector");
            }
            let _ = end.send(());
        })
        .map_err(|error| StartError::Thread(what, error))?;
    Ok(Running { ended })
}

struct Loop<'a, R> {
    socket: &'a Socket,
    reader: R,
    clock: Arc<dyn Clock>,
    counters: Arc<Counters>,
    kernel: KernelDrops,
    buffers: Vec<u8>,
}

impl<'a, R: Reader> Loop<'a, R> {
    fn new(socket: &'a Socket, reader: R, clock: Arc<dyn Clock>, counters: Arc<Counters>) -> Self {
        Self {
            socket,
            reader,
            clock,
            counters,
            kernel: KernelDrops::of(&socket.io),
            buffers: vec![0; quinn_udp::BATCH_SIZE * DATAGRAM],
        }
    }

    async fn run(&mut self, mut stop: watch::Receiver<bool>) -> std::io::Result<()> {
        let ready = tokio::net::UdpSocket::from_std(self.socket.io.try_clone()?)?;
        let mut last = Instant::now();
        let mut looked = Instant::now();
        let mut unlooked = false;
        loop {
            tokio::select! {
                readable = ready.readable() => readable?,
                _ = stop.wait_for(|stop| *stop) => {
                    self.drain()?;
                    self.look();
                    return Ok(());
                }
                () = tokio::time::sleep(LOOK), if unlooked => {}
            }
            let taken = self.take(&ready)?;
            let now = Instant::now();
            unlooked |= taken > 0;
            if unlooked && now.duration_since(looked) >= LOOK {
                self.look();
                looked = now;
                unlooked = taken > 0;
            }
            if taken > 0 && now.duration_since(last) < BUSY && taken < ROUNDS * quinn_udp::BATCH_SIZE {
                std::thread::sleep(REST);
            }
            last = now;
        }
    }

    /// Takes what is there, up to a bound, and hands it on.
    fn take(&mut self, ready: &tokio::net::UdpSocket) -> std::io::Result<usize> {
        let mut taken = 0;
        for _ in 0..ROUNDS {
            match ready.try_io(Interest::READABLE, || self.batch()) {
                Ok(n) => {
                    taken += n;
                    if n < quinn_udp::BATCH_SIZE {
                        break;
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => break,
                Err(error) if transient(&error) => {}
                Err(error) => return Err(error),
            }
        }
        self.reader.flush();
        Ok(taken)
    }

    /// Takes what has arrived; of a flood that does not end, what comes within a while.
    fn drain(&mut self) -> std::io::Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < LAST_WORDS {
            match self.batch() {
                Ok(_) => self.reader.flush(),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if transient(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn batch(&mut self) -> std::io::Result<usize> {
        let mut meta = [RecvMeta::default(); quinn_udp::BATCH_SIZE];
        let n = {
            let mut slices: Vec<IoSliceMut<'_>> = self.buffers.chunks_mut(DATAGRAM).map(IoSliceMut::new).collect();
            self.socket.state.recv((&self.socket.io).into(), &mut slices, &mut meta)?
        };
        let at = self.clock.now();
        let mut datagrams = 0;
        for (meta, buffer) in meta.iter().take(n).zip(self.buffers.chunks(DATAGRAM)) {
            let arrival = Arrival {
                at,
                peer: SocketAddr::new(meta.addr.ip().to_canonical(), meta.addr.port()),
                local: meta.dst_ip,
            };
            let filled = buffer.get(..meta.len).unwrap_or(buffer);
            if filled.is_empty() {
                datagrams += 1;
                self.reader.datagram(&arrival, filled);
            }
            for datagram in filled.chunks(meta.stride.max(1)) {
                datagrams += 1;
                self.reader.datagram(&arrival, datagram);
            }
        }
        self.counters.count_received(R::SOURCE, datagrams);
        Ok(n)
    }

    fn look(&mut self) {
        let fresh = self.kernel.fresh();
        if fresh > 0 {
            self.counters.count_dropped(R::SOURCE, Dropped::Kernel, fresh);
        }
    }
}

/// Errors that belong to one datagram (an ICMP answer to something we sent), not to the socket.
fn transient(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionRefused, ConnectionReset, HostUnreachable, Interrupted, NetworkUnreachable};
    matches!(
        error.kind(),
        ConnectionRefused | ConnectionReset | HostUnreachable | NetworkUnreachable | Interrupted
    )
}
