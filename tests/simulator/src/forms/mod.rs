//! How a device says what happened: SNMP traps and syslog lines, in its vendor's forms.

mod clock;
mod syslog;
mod traps;
mod vendors;

use std::net::Ipv4Addr;

pub use clock::Clock;

use crate::ber;
use crate::topology::{Device, Port, Vendor};

/// What a device has noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// A port went down, by an operator's hand or not.
    LinkDown(Port, bool),
    /// A port came up.
    LinkUp(Port),
    /// An OSPF neighbour on a port is lost: its router id, its address, whether by timer.
    OspfDown(Port, Ipv4Addr, Ipv4Addr, bool),
    /// An OSPF neighbour on a port is full.
    OspfUp(Port, Ipv4Addr, Ipv4Addr),
    /// An LDP session is lost.
    LdpDown(Ipv4Addr),
    /// An LDP session works.
    LdpUp(Ipv4Addr),
    /// A BGP session is lost, with the peer's AS.
    BgpDown(Ipv4Addr, u32),
    /// A BGP session is established.
    BgpUp(Ipv4Addr, u32),
    /// Received light below a threshold: 1 warning, 2 alarm, 3 none; hundredths of a dBm.
    LightLow(Port, u8, i32),
    /// Received light as it should be.
    LightOk(Port, i32),
    /// Temperature above a threshold: 1 warning, 2 critical; degrees.
    Hot(u8, u32),
    /// Temperature as it should be.
    Cool(u32),
    /// A fan failed.
    FanFailed,
    /// The fan turns again.
    FanOk,
    /// A line card failed.
    CardFailed(u8),
    /// A line card works.
    CardOk(u8),
    /// The mains failed; so many minutes are in the battery.
    OnBattery(u32),
    /// The battery is nearly empty.
    BatteryLow(u32),
    /// The mains are back.
    MainsBack,
    /// The last words of a device that loses its power.
    DyingGasp,
    /// A device has started.
    ColdStart,
    /// A cell is out of service: its id and why.
    CellDown(String, &'static str),
    /// A cell is back.
    CellUp(String),
    /// Somebody changed the configuration.
    Configured(&'static str),
    /// Somebody logged in.
    Login(&'static str),
    /// Somebody was not let in.
    BadLogin(&'static str),
    /// A request with a wrong community came from that address.
    BadCommunity(Ipv4Addr),
    /// Something of no consequence, by number.
    Chat(u8),
}

/// What a message does to the state of things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Polarity {
    /// Something is wrong from now on.
    Raise,
    /// It is right again.
    Clear,
    /// For information.
    Inform,
}

impl Happening {
    /// The name of what is wrong, the same for raise and clear.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::LinkDown(..) | Self::LinkUp(..) => "link",
            Self::OspfDown(..) | Self::OspfUp(..) => "ospf",
            Self::LdpDown(..) | Self::LdpUp(..) => "ldp",
            Self::BgpDown(..) | Self::BgpUp(..) => "bgp",
            Self::LightLow(..) | Self::LightOk(..) => "light",
            Self::Hot(..) | Self::Cool(..) => "temperature",
            Self::FanFailed | Self::FanOk => "fan",
            Self::CardFailed(..) | Self::CardOk(..) => "card",
            Self::OnBattery(..) | Self::BatteryLow(..) | Self::MainsBack => "battery",
            Self::DyingGasp => "dying-gasp",
            Self::ColdStart => "cold-start",
            Self::CellDown(..) | Self::CellUp(..) => "cell",
            Self::Configured(..) => "configured",
            Self::Login(..) => "login",
            Self::BadLogin(..) => "bad-login",
            Self::BadCommunity(..) => "bad-community",
            Self::Chat(..) => "chat",
        }
    }

    /// Raise, clear or neither.
    #[must_use]
    pub const fn polarity(&self) -> Polarity {
        match self {
            Self::LinkDown(..)
            | Self::OspfDown(..)
            | Self::LdpDown(..)
            | Self::BgpDown(..)
            | Self::LightLow(..)
            | Self::Hot(..)
            | Self::FanFailed
            | Self::CardFailed(..)
            | Self::OnBattery(..)
            | Self::BatteryLow(..)
            | Self::DyingGasp
            | Self::CellDown(..)
            | Self::BadLogin(..)
            | Self::BadCommunity(..) => Polarity::Raise,
            Self::LinkUp(..)
            | Self::OspfUp(..)
            | Self::LdpUp(..)
            | Self::BgpUp(..)
            | Self::LightOk(..)
            | Self::Cool(..)
            | Self::FanOk
            | Self::CardOk(..)
            | Self::MainsBack
            | Self::CellUp(..) => Polarity::Clear,
            Self::ColdStart | Self::Configured(..) | Self::Login(..) | Self::Chat(..) => Polarity::Inform,
        }
    }

    /// The port, neighbour, card or cell it is about; empty for the device itself.
    #[must_use]
    pub fn instance(&self) -> String {
        match self {
            Self::LinkDown(port, _)
            | Self::LinkUp(port)
            | Self::OspfDown(port, ..)
            | Self::OspfUp(port, ..)
            | Self::LightLow(port, ..)
            | Self::LightOk(port, ..) => port.name.clone(),
            Self::LdpDown(peer) | Self::LdpUp(peer) | Self::BgpDown(peer, _) | Self::BgpUp(peer, _) => peer.to_string(),
            Self::CardFailed(card) | Self::CardOk(card) => format!("card {card}"),
            Self::CellDown(cell, _) | Self::CellUp(cell) => cell.clone(),
            _ => String::new(),
        }
    }
}

/// How a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// To the trap port.
    Snmp,
    /// To the syslog port.
    Syslog,
    /// To the API that takes samples, as JSON.
    Kpi,
}

/// What a device knows when it speaks.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// The time on its own clock, microseconds since 1970.
    pub clock: Clock,
    /// Hundredths of a second since it started.
    pub uptime_ticks: u32,
    /// Messages it has sent so far.
    pub sequence: u32,
    /// The community of its traps.
    pub community: &'a str,
}

/// The datagrams a device sends about a happening; none where its vendor has no word for it.
#[must_use]
pub fn datagrams(device: &Device, happening: &Happening, moment: Moment<'_>) -> Vec<(Transport, Vec<u8>)> {
    let mut out = Vec::new();
    if device.traps
        && let Some(trap) = traps::trap(device, happening, moment)
    {
        let bytes = if device.v1 && device.vendor != Vendor::Ups {
            ber::trap_v1(&trap, moment.community, device.address, moment.uptime_ticks)
        } else {
            ber::trap_v2c(&trap, moment.community, moment.sequence, moment.uptime_ticks)
        };
        out.push((Transport::Snmp, bytes));
    }
    if device.syslog || (device.vendor == Vendor::Ran) {
        out.extend(
            syslog::lines(device, happening, moment)
                .into_iter()
                .map(|line| (Transport::Syslog, line.into_bytes())),
        );
    }
    out
}
