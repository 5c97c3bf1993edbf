use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::Deserialize;

use super::address::{Listen, network, networks};
use crate::listen::Network;

/// The tenant that exists from the start.
pub const DEFAULT_TENANT: &str = "default";

const fn loopback(port: u16) -> Listen {
    Listen::At(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port))
}

/// `[api]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Api {
    /// Address of the HTTP API.
    pub listen: SocketAddr,
    /// How long an access token is good, minutes.
    pub access_minutes: u32,
    /// How long a login can be refreshed without a password, days.
    pub refresh_days: u32,
}

impl Default for Api {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8620),
            access_minutes: 15,
            refresh_days: 30,
        }
    }
}

impl Api {
    pub(super) fn check(&self) -> Result<(), String> {
        between("access_minutes", self.access_minutes, 1, 24 * 60)?;
        between("refresh_days", self.refresh_days, 1, 366)
    }
}

pub(super) fn between(name: &str, value: u32, least: u32, most: u32) -> Result<(), String> {
    if (least..=most).contains(&value) {
        Ok(())
    } else {
        Err(format!("{name} = {value}: write a number from {least} to {most}"))
    }
}

/// `[snmp]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Snmp {
    /// UDP address for traps and informs.
    pub listen: Listen,
    /// SNMPv3 users.
    pub users: Vec<SnmpUser>,
    /// v1 and v2c communities; not given: `public` for `default`, from loopback only.
    pub communities: Option<Vec<Community>>,
}

impl Default for Snmp {
    fn default() -> Self {
        Self {
            listen: loopback(1162),
            users: Vec::new(),
            communities: None,
        }
    }
}

impl Snmp {
    pub(super) fn check(&self) -> Result<(), String> {
        for (at, user) in self.users.iter().enumerate() {
            let name = &user.name;
            check_user(name, (user.auth, &user.auth_password), (user.privacy, &user.priv_password))?;
            if self.users[..at].iter().any(|other| other.name == *name) {
                return Err(format!("the SNMP user '{name}' stands twice: a user belongs to one tenant"));
            }
        }
        for (at, community) in self.communities.iter().flatten().enumerate() {
            if self.communities.iter().flatten().take(at).any(|other| other.community == community.community) {
                return Err("an SNMP community stands twice: a community belongs to one tenant".to_owned());
            }
        }
        Ok(())
    }
}

/// Checks a user of the User-based Security Model by RFC 3414.
pub(super) fn check_user(name: &str, auth: (Option<AuthProtocol>, &Option<String>), privacy: (Option<PrivProtocol>, &Option<String>)) -> Result<(), String> {
    if name.is_empty() || name.len() > 32 {
        return Err(format!("an SNMP user's name holds 1 to 32 bytes, '{name}' does not (RFC 3414)"));
    }
    for (what, chosen, password) in [("auth", auth.0.is_some(), auth.1), ("priv", privacy.0.is_some(), privacy.1)] {
        match (chosen, password) {
            (true, None) => return Err(format!("SNMP user '{name}': {what} needs {what}_password")),
            (false, Some(_)) => return Err(format!("SNMP user '{name}': {what}_password needs {what}")),
            (true, Some(password)) if password.len() < 8 => {
                return Err(format!("SNMP user '{name}': {what}_password needs 8 characters or more (RFC 3414)"));
            }
            _ => {}
        }
    }
    if privacy.0.is_some() && auth.0.is_none() {
        return Err(format!(
            "SNMP user '{name}': priv needs auth (RFC 3414 knows no privacy without authentication)"
        ));
    }
    Ok(())
}

/// `[[snmp.users]]`: a user of the User-based Security Model.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnmpUser {
    /// Security name.
    pub name: String,
    /// Authentication protocol; none: noAuthNoPriv.
    pub auth: Option<AuthProtocol>,
    /// Authentication password.
    pub auth_password: Option<String>,
    /// Privacy protocol; none: authNoPriv.
    #[serde(rename = "priv")]
    pub privacy: Option<PrivProtocol>,
    /// Privacy password.
    pub priv_password: Option<String>,
    /// Tenant its events belong to.
    pub tenant: String,
}

impl std::fmt::Debug for SnmpUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SnmpUser")
            .field("name", &self.name)
            .field("auth", &self.auth)
            .field("priv", &self.privacy)
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

/// Authentication protocols of SNMPv3 (RFC 3414, RFC 7860).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum AuthProtocol {
    /// HMAC-MD5-96.
    #[serde(rename = "MD5")]
    Md5,
    /// HMAC-SHA-96.
    #[serde(rename = "SHA", alias = "SHA-1")]
    Sha1,
    /// HMAC-128-SHA-224.
    #[serde(rename = "SHA-224")]
    Sha224,
    /// HMAC-192-SHA-256.
    #[serde(rename = "SHA-256")]
    Sha256,
    /// HMAC-256-SHA-384.
    #[serde(rename = "SHA-384")]
    Sha384,
    /// HMAC-384-SHA-512.
    #[serde(rename = "SHA-512")]
    Sha512,
}

impl AuthProtocol {
    /// The word of the configuration.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            AuthProtocol::Md5 => "MD5",
            AuthProtocol::Sha1 => "SHA",
            AuthProtocol::Sha224 => "SHA-224",
            AuthProtocol::Sha256 => "SHA-256",
            AuthProtocol::Sha384 => "SHA-384",
            AuthProtocol::Sha512 => "SHA-512",
        }
    }
}

/// Privacy protocols of SNMPv3 (RFC 3414, RFC 3826, and AES with longer keys as devices do it).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum PrivProtocol {
    /// CBC-DES.
    #[serde(rename = "DES")]
    Des,
    /// CFB128-AES-128.
    #[serde(rename = "AES-128", alias = "AES")]
    Aes128,
    /// CFB128-AES-192.
    #[serde(rename = "AES-192")]
    Aes192,
    /// CFB128-AES-256.
    #[serde(rename = "AES-256")]
    Aes256,
    /// AES-192 with Cisco's way to lengthen a key.
    #[serde(rename = "AES-192-C")]
    Aes192Cisco,
    /// AES-256 with Cisco's way to lengthen a key.
    #[serde(rename = "AES-256-C")]
    Aes256Cisco,
}

impl PrivProtocol {
    /// The word of the configuration.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            PrivProtocol::Des => "DES",
            PrivProtocol::Aes128 => "AES-128",
            PrivProtocol::Aes192 => "AES-192",
            PrivProtocol::Aes256 => "AES-256",
            PrivProtocol::Aes192Cisco => "AES-192-C",
            PrivProtocol::Aes256Cisco => "AES-256-C",
        }
    }
}

/// `[[snmp.communities]]`
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Community {
    /// The community; a secret.
    pub community: String,
    /// Tenant its events belong to.
    pub tenant: String,
}

impl std::fmt::Debug for Community {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Community").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

/// `[syslog]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Syslog {
    /// UDP address.
    pub udp: Listen,
    /// TCP address.
    pub tcp: Listen,
    /// TLS address; off unless a certificate is given, then 127.0.0.1:6514.
    pub tls: Option<Listen>,
    /// File with the certificate chain, PEM.
    pub tls_certificate: Option<PathBuf>,
    /// File with its key, PEM.
    pub tls_key: Option<PathBuf>,
    /// File with the roots that senders' certificates must come from, PEM; not given: senders need none.
    pub tls_client_roots: Option<PathBuf>,
    /// Longest line, bytes; longer ones are cut and said so.
    pub line_limit: u32,
    /// Most TCP connections at once.
    pub connections: u32,
    /// Which source belongs to which tenant. On loopback whatever is not named belongs to `default`.
    pub sources: Vec<SyslogSource>,
}

impl Default for Syslog {
    fn default() -> Self {
        Self {
            udp: loopback(1514),
            tcp: loopback(1514),
            tls: None,
            tls_certificate: None,
            tls_key: None,
            tls_client_roots: None,
            line_limit: 65_535,
            connections: 1_000,
            sources: Vec::new(),
        }
    }
}

impl Syslog {
    pub(super) fn check(&self) -> Result<(), String> {
        if self.tls_certificate.is_some() != self.tls_key.is_some() {
            return Err("tls_certificate and tls_key go together: give both".to_owned());
        }
        if self.tls.is_some_and(|tls| tls != Listen::Off) && self.tls_certificate.is_none() {
            return Err("tls needs tls_certificate and tls_key".to_owned());
        }
        between("line_limit", self.line_limit, 480, 1_048_576)?;
        between("connections", self.connections, 1, 100_000)
    }

    /// Where syslog over TLS is heard.
    #[must_use]
    pub fn tls_listen(&self) -> Listen {
        match self.tls {
            Some(listen) => listen,
            None if self.tls_certificate.is_some() => loopback(6514),
            None => Listen::Off,
        }
    }
}

/// `[[syslog.sources]]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SyslogSource {
    /// Address or network of the sender.
    #[serde(deserialize_with = "network")]
    pub address: Network,
    /// Tenant its events belong to.
    pub tenant: String,
}

/// `[tenants]`
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tenants {
    /// Tenants made at start where they do not exist; `default` always does.
    pub create: Vec<String>,
}

impl Tenants {
    pub(super) fn check(&self) -> Result<(), String> {
        self.create.iter().try_for_each(|name| crate::identity::check_label("tenant", name))
    }
}

/// `[retention]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// Days for which records of the log are kept (events, deltas, traces); the hash chain keeps an anchor.
    pub log_days: u32,
    /// Days for which entries of the audit log are kept; the hash chain keeps an anchor.
    pub audit_days: u32,
    /// Days for which KPI samples are kept, counted from when they were measured or handed in, whichever is later.
    pub kpi_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            log_days: 90,
            audit_days: 730,
            kpi_days: 90,
        }
    }
}

impl Retention {
    pub(super) fn check(&self) -> Result<(), String> {
        between("log_days", self.log_days, 1, 3_660)?;
        between("audit_days", self.audit_days, 1, 3_660)?;
        between("kpi_days", self.kpi_days, 1, 3_660)
    }
}

/// `[limits]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Largest body of a request, MiB.
    pub body_mib: u32,
    /// Most events that wait for a tenant's writer.
    pub queue: u32,
    /// Most event streams at once, of the whole collector.
    pub streams: u32,
    /// Requests a second of one user …
    pub user_per_s: u32,
    /// … of one machine key …
    pub key_per_s: u32,
    /// … and attempts a second of one address to log in or to get in without a good credential. Each may burst to ten times that.
    pub address_per_s: u32,
    /// Wrong passwords in a row that lock a user …
    pub login_failures: u32,
    /// … and for how many minutes.
    pub lockout_minutes: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_mib: 10,
            queue: 10_000,
            streams: 100,
            user_per_s: 200,
            key_per_s: 10_000,
            address_per_s: 10,
            login_failures: 5,
            lockout_minutes: 15,
        }
    }
}

impl Limits {
    pub(super) fn check(&self) -> Result<(), String> {
        between("body_mib", self.body_mib, 1, 1_024)?;
        between("queue", self.queue, 1, 10_000_000)?;
        between("streams", self.streams, 1, 100_000)?;
        between("user_per_s", self.user_per_s, 1, 1_000_000)?;
        between("key_per_s", self.key_per_s, 1, 1_000_000)?;
        between("address_per_s", self.address_per_s, 1, 1_000_000)?;
        between("login_failures", self.login_failures, 1, 1_000)?;
        between("lockout_minutes", self.lockout_minutes, 1, 7 * 24 * 60)
    }
}

/// `[llm]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Llm {}

/// `[notify]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notify {}

/// `[trust]`
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Trust {
    /// Peers whose word about another sender's address or name counts.
    #[serde(deserialize_with = "networks")]
    pub relays: Vec<Network>,
}

impl Trust {
    /// Whether a peer may speak for others.
    #[must_use]
    pub fn relays(&self, peer: IpAddr) -> bool {
        self.relays.iter().any(|network| network.contains(peer))
    }
}
