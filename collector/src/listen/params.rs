//! What the listeners are told.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use pedkai_core::model::TenantId;

/// Everything the listeners need to know; the config fills it.
#[derive(Clone, Debug, Default)]
pub struct Params {
    /// SNMP, `None` for off.
    pub snmp: Option<SnmpParams>,
    /// Syslog.
    pub syslog: SyslogParams,
    /// Peers that may speak for others (`[trust] relays`).
    pub relays: Vec<Network>,
}

/// SNMP.
#[derive(Clone, Debug)]
pub struct SnmpParams {
    /// Where to listen; port 0 picks a free one.
    pub address: SocketAddr,
    /// Folder that keeps our engine id and boots counter over restarts.
    pub state: PathBuf,
    /// Our engine id (5 to 32 bytes), if it is to be a certain one; else one is made at the first start and kept.
    pub engine_id: Option<Vec<u8>>,
    /// Communities of v1 and v2c.
    pub communities: Vec<CommunityParams>,
    /// Users of v3.
    pub users: Vec<UserParams>,
}

/// A community and whose it is.
#[derive(Clone, PartialEq, Eq)]
pub struct CommunityParams {
    /// The community, a secret of sorts.
    pub community: String,
    /// Its tenant.
    pub tenant: TenantId,
    /// Believed from loopback addresses only.
    pub loopback_only: bool,
}

impl std::fmt::Debug for CommunityParams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CommunityParams")
            .field("tenant", &self.tenant)
            .field("loopback_only", &self.loopback_only)
            .finish_non_exhaustive()
    }
}

/// A v3 user (USM, RFC 3414). A message counts only at exactly the level that the user is configured for.
#[derive(Clone, PartialEq, Eq)]
pub struct UserParams {
    /// Name, 1 to 32 bytes.
    pub name: String,
    /// Its tenant.
    pub tenant: TenantId,
    /// Authentication as (protocol, password): MD5, SHA, SHA-224, SHA-256, SHA-384, SHA-512; passwords from 8 characters.
    pub auth: Option<(String, String)>,
    /// Privacy as (protocol, password): DES, 3DES, AES-128, AES-192, AES-256 (the latter two also with `-C` for Cisco's keys).
    pub privacy: Option<(String, String)>,
}

impl std::fmt::Debug for UserParams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserParams")
            .field("name", &self.name)
            .field("tenant", &self.tenant)
            .field("auth", &self.auth.as_ref().map(|auth| &auth.0))
            .field("privacy", &self.privacy.as_ref().map(|privacy| &privacy.0))
            .finish()
    }
}

/// Syslog.
#[derive(Clone, Debug)]
pub struct SyslogParams {
    /// UDP, `None` for off.
    pub udp: Option<SocketAddr>,
    /// TCP, `None` for off.
    pub tcp: Option<SocketAddr>,
    /// TLS, `None` for off.
    pub tls: Option<TlsParams>,
    /// Sources and their tenants; the longest prefix wins.
    pub sources: Vec<SourceParams>,
    /// Tenant of loopback peers that no source names.
    pub loopback: Option<TenantId>,
    /// The longest message that is kept whole, in bytes.
    pub max_message: usize,
    /// The most TCP and TLS connections, in all.
    pub max_connections: usize,
    /// The most TCP and TLS connections of one peer.
    pub max_connections_per_peer: usize,
    /// How long a message may stay unfinished (or a TLS handshake take) before the connection is closed.
    pub unfinished: std::time::Duration,
}

impl Default for SyslogParams {
    fn default() -> Self {
        Self {
            udp: None,
            tcp: None,
            tls: None,
            sources: Vec::new(),
            loopback: None,
            max_message: 64 * 1024,
            max_connections: 1_024,
            max_connections_per_peer: 128,
            unfinished: std::time::Duration::from_secs(30),
        }
    }
}

/// Syslog over TLS (RFC 5425).
#[derive(Clone, Debug)]
pub struct TlsParams {
    /// Where to listen; port 0 picks a free one.
    pub address: SocketAddr,
    /// PEM file with our certificate and those between it and the root.
    pub certificate: PathBuf,
    /// PEM file with its key.
    pub key: PathBuf,
    /// PEM file with the roots that senders' certificates must come from; `None` asks senders for none.
    pub client_roots: Option<PathBuf>,
}

/// A source of syslog and its tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceParams {
    /// Address, or network as `10.0.0.0/8`.
    pub network: Network,
    /// Its tenant.
    pub tenant: TenantId,
}

/// An address or a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Whether `address` belongs to it; IPv4 addresses dressed as IPv6 count as IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(net), IpAddr::V4(peer)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0);
                (u32::from(net) ^ u32::from(peer)) & mask == 0
            }
            (IpAddr::V6(net), IpAddr::V6(peer)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
                (u128::from(net) ^ u128::from(peer)) & mask == 0
            }
            _ => false,
        }
    }

    /// The address, where it is a single one.
    #[must_use]
    pub fn single(&self) -> Option<IpAddr> {
        let whole = if self.address.is_ipv4() { 32 } else { 128 };
        (self.prefix == whole).then_some(self.address)
    }

    /// Length of the prefix in bits; of a single address the whole of it.
    #[must_use]
    pub const fn prefix(&self) -> u8 {
        self.prefix
    }
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Self {
            address,
            prefix: if address.is_ipv4() { 32 } else { 128 },
        }
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is neither an address (192.0.2.1, 2001:db8::1) nor a network (192.0.2.0/24)");
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let mut network = Self::from(address.trim().parse::<IpAddr>().map_err(|_| wrong())?);
        if let Some(prefix) = prefix {
            let bits: u8 = prefix.trim().parse().map_err(|_| wrong())?;
            if bits > network.prefix {
                return Err(format!("'{text}': the prefix may have at most {} bits", network.prefix));
            }
            network.prefix = bits;
        }
        Ok(network)
    }
}

/// Why a listener could not start; the message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address could not be opened.
    #[error("cannot listen for {what} on {address}: {error}. Choose another address in the config, or stop what uses it")]
    Address {
        /// Which listener.
        what: &'static str,
        /// Where.
        address: SocketAddr,
        /// The system's word.
        error: std::io::Error,
    },
    /// Something in the config cannot be.
    #[error("{0}")]
    Config(String),
    /// A file could not be read or written.
    #[error("{path}: {problem}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong and what to do.
        problem: String,
    },
    /// A thread could not be started.
    #[error("cannot start a thread for {0}: {1}")]
    Thread(&'static str, std::io::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_what_they_say() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let net = |text: &str| text.parse::<Network>().unwrap();
        assert!(net("10.0.0.0/8").contains(ip("10.255.1.2")));
        assert!(!net("10.0.0.0/8").contains(ip("11.0.0.1")));
        assert!(net("192.0.2.7").contains(ip("::ffff:192.0.2.7")), "dressed as IPv6");
        assert!(!net("192.0.2.7").contains(ip("192.0.2.8")));
        assert!(net("0.0.0.0/0").contains(ip("8.8.8.8")) && !net("0.0.0.0/0").contains(ip("2001:db8::1")));
        assert!(net("2001:db8::/32").contains(ip("2001:db8:1::5")) && net("::/0").contains(ip("fe80::1")));
        assert!("10.0.0.0/33".parse::<Network>().unwrap_err().contains("32 bits"));
        assert!("router1".parse::<Network>().is_err() && "10.0.0.0/".parse::<Network>().is_err());
    }
}
