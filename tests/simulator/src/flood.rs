//! Traps at a constant rate, for benchmarks.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::ber::{self, Trap, Value, oid};

/// What to send.
#[derive(Debug, Clone, Copy)]
pub struct Flood {
    /// Where to.
    pub target: SocketAddr,
    /// Traps a second.
    pub rate: u64,
    /// For how many seconds.
    pub seconds: u64,
    /// Different ports that go down and up.
    pub ports: u32,
    /// Different source addresses, from 127.16.0.1.
    pub sources: u32,
}

/// What was sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    /// Traps the kernel took.
    pub sent: u64,
    /// Traps it refused.
    pub refused: u64,
    /// How long it took, in microseconds.
    pub micros: u64,
}

/// The linkDown (or linkUp) of one port, as `snmptrap` would send it.
fn datagram(port: u32, up: bool) -> Vec<u8> {
    let index = [port];
    let at = |column: &str| oid(column).with(&index);
    let state = if up { 1 } else { 2 };
    let trap = Trap {
        oid: oid(if up { "1.3.6.1.6.3.1.1.5.4" } else { "1.3.6.1.6.3.1.1.5.3" }),
        varbinds: vec![
            (at("1.3.6.1.2.1.2.2.1.1"), Value::Integer(i64::from(port))),
            (at("1.3.6.1.2.1.2.2.1.7"), Value::Integer(1)),
            (at("1.3.6.1.2.1.2.2.1.8"), Value::Integer(state)),
            (at("1.3.6.1.2.1.2.2.1.2"), Value::text(&format!("GigabitEthernet0/{port}"))),
        ],
    };
    // A large request id takes four bytes, which are overwritten for each sending.
    ber::trap_v2c(&trap, "public", 0x7f00_0000, 123_456)
}

/// Sends the flood, in even steps of a millisecond.
///
/// # Errors
/// When a socket cannot be had.
pub fn flood(flood: &Flood) -> Result<Sent> {
    let ports = flood.ports.max(1);
    let mut datagrams: Vec<Vec<u8>> = [false, true]
        .into_iter()
        .flat_map(|up| (1..=ports).map(move |port| datagram(port, up)))
        .collect();
    let mut sockets = Vec::new();
    for number in 0..flood.sources.max(1) {
        let address = if flood.target.ip().is_loopback() {
            Ipv4Addr::from(0x7f10_0001_u32.wrapping_add(number))
        } else {
            Ipv4Addr::UNSPECIFIED
        };
        let socket = UdpSocket::bind((address, 0))
            .or_else(|_| UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)))
            .context("cannot open a UDP socket")?;
        socket.connect(flood.target).context("cannot reach the target")?;
        sockets.push(socket);
    }
    let marker = [0x02, 0x04, 0x7f, 0, 0, 0];
    let request = datagrams[0].windows(marker.len()).position(|window| window == marker).unwrap_or(0) + 2;
    let began = Instant::now();
    let mut done = Sent::default();
    let total = flood.rate.saturating_mul(flood.seconds);
    while done.sent + done.refused < total {
        let elapsed = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        let due = (elapsed.saturating_mul(flood.rate) / 1_000_000 + 1).min(total);
        while done.sent + done.refused < due {
            let number = done.sent + done.refused;
            let place = usize::try_from(number % datagrams.len() as u64).unwrap_or(0);
            let bytes = &mut datagrams[place];
            let id = (u32::try_from(number & 0x3fff_ffff).unwrap_or(0) | 0x4000_0000).to_be_bytes();
            if let Some(slot) = bytes.get_mut(request..request + 4) {
                slot.copy_from_slice(&id);
            }
            let socket = &sockets[place % sockets.len()];
            if socket.send(bytes).is_ok() {
                done.sent += 1;
            } else {
                done.refused += 1;
            }
        }
        std::thread::sleep(Duration::from_micros(1_000));
    }
    done.micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    Ok(done)
}
