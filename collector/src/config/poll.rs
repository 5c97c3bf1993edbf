use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use pedkai_core::model::Name;
use serde::{Deserialize, Deserializer};

use super::sections::{AuthProtocol, PrivProtocol, between, check_user};

/// `[poll]`: devices that are asked for their counters and gauges by SNMP.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Poll {
    /// A target is asked once in so many seconds.
    pub interval_s: u32,
    /// How long an answer is waited for, milliseconds.
    pub timeout_ms: u32,
    /// How often a request without an answer is sent again, with growing pauses.
    pub retries: u32,
    /// Most targets that are asked at the same time.
    pub concurrency: u32,
    /// Most values that are asked for in one request.
    pub varbinds: u32,
    /// Most rows of a table that are read.
    pub rows: u32,
    /// SNMPv3 users.
    pub users: Vec<PollUser>,
    /// Lists of objects besides IF-MIB.
    pub lists: Vec<PollList>,
    /// Whom to ask.
    pub targets: Vec<PollTarget>,
}

impl Default for Poll {
    fn default() -> Self {
        Self {
            interval_s: 60,
            timeout_ms: 2_000,
            retries: 2,
            concurrency: 200,
            varbinds: 50,
            rows: 10_000,
            users: Vec::new(),
            lists: Vec::new(),
            targets: Vec::new(),
        }
    }
}

/// `[[poll.users]]`: as whom v3 devices are asked.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PollUser {
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
}

impl std::fmt::Debug for PollUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PollUser")
            .field("name", &self.name)
            .field("auth", &self.auth)
            .field("priv", &self.privacy)
            .finish_non_exhaustive()
    }
}

/// `[[poll.lists]]`: objects that targets name together.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PollList {
    /// Name of the list.
    pub name: String,
    /// What is in it.
    pub objects: Vec<PollObject>,
}

/// An object of a list.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PollObject {
    /// Name of the metric.
    pub metric: Name,
    /// Object id in numbers: of a single value with its `.0`, of a table's column without an index.
    #[serde(deserialize_with = "oid")]
    pub oid: Vec<u32>,
    /// What its numbers mean.
    pub kind: PollKind,
    /// What they are multiplied with.
    #[serde(default = "one")]
    pub scale: f64,
}

const fn one() -> f64 {
    1.0
}

/// What an object's numbers mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PollKind {
    /// The number is the sample.
    Gauge,
    /// Its change per second is.
    Counter,
}

/// `[[poll.targets]]`: one device, or several that are asked alike.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PollTarget {
    /// Where; port 161 unless given.
    #[serde(deserialize_with = "addresses")]
    pub address: Vec<SocketAddr>,
    /// Tenant its samples belong to.
    pub tenant: String,
    /// Community (v2c); a secret.
    pub community: Option<String>,
    /// Name of one of `[[poll.users]]` (v3).
    pub user: Option<String>,
    /// External id, UUID or unambiguous name of the device; not given: the one with this management address.
    pub entity: Option<Name>,
    /// Interfaces are read.
    #[serde(default = "yes")]
    pub interfaces: bool,
    /// Names of lists.
    #[serde(default)]
    pub lists: Vec<String>,
    /// Instead of `[poll] interval_s`.
    pub interval_s: Option<u32>,
    /// Instead of `[poll] timeout_ms`.
    pub timeout_ms: Option<u32>,
    /// Instead of `[poll] retries`.
    pub retries: Option<u32>,
}

const fn yes() -> bool {
    true
}

impl std::fmt::Debug for PollTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PollTarget")
            .field("address", &self.address)
            .field("tenant", &self.tenant)
            .field("user", &self.user)
            .field("entity", &self.entity)
            .field("lists", &self.lists)
            .finish_non_exhaustive()
    }
}

impl Poll {
    pub(super) fn check(&self) -> Result<(), String> {
        times(self.interval_s, self.timeout_ms, self.retries)?;
        between("concurrency", self.concurrency, 1, 10_000)?;
        between("varbinds", self.varbinds, 2, 1_000)?;
        between("rows", self.rows, 1, 1_000_000)?;
        for (at, user) in self.users.iter().enumerate() {
            check_user(&user.name, (user.auth, &user.auth_password), (user.privacy, &user.priv_password))?;
            if user.privacy == Some(PrivProtocol::Des) {
                return Err(format!("user '{}': DES is too weak to ask with: write priv = \"AES-128\"", user.name));
            }
            if self.users[..at].iter().any(|other| other.name == user.name) {
                return Err(format!("the user '{}' stands twice", user.name));
            }
        }
        for (at, list) in self.lists.iter().enumerate() {
            if self.lists[..at].iter().any(|other| other.name == list.name) {
                return Err(format!("the list '{}' stands twice", list.name));
            }
            list.check()?;
        }
        let mut known = BTreeSet::new();
        for target in &self.targets {
            self.check_target(target)?;
            for address in &target.address {
                if !known.insert((address, target.tenant.as_str())) {
                    return Err(format!("the target {address} of '{}' stands twice: name its lists in one place", target.tenant));
                }
            }
        }
        Ok(())
    }

    fn check_target(&self, target: &PollTarget) -> Result<(), String> {
        let Some(first) = target.address.first() else {
            return Err("a target needs an address".to_owned());
        };
        match (&target.community, &target.user) {
            (Some(_), None) => {}
            (None, Some(user)) if self.users.iter().any(|known| known.name == *user) => {}
            (None, Some(user)) => return Err(format!("target {first}: no [[poll.users]] has the name '{user}'")),
            _ => return Err(format!("target {first}: give community (v2c) or user (v3)")),
        }
        if target.entity.is_some() && target.address.len() > 1 {
            return Err(format!(
                "target {first}: several addresses cannot be one entity; leave entity out, or give each its own [[poll.targets]]"
            ));
        }
        if let Some(list) = target.lists.iter().find(|list| !self.lists.iter().any(|known| known.name == **list)) {
            return Err(format!("target {first}: no [[poll.lists]] has the name '{list}'"));
        }
        if !target.interfaces && target.lists.is_empty() {
            return Err(format!("target {first}: without interfaces and lists there is nothing to ask"));
        }
        times(
            target.interval_s.unwrap_or(self.interval_s),
            target.timeout_ms.unwrap_or(self.timeout_ms),
            target.retries.unwrap_or(self.retries),
        )
        .map_err(|problem| format!("target {first}: {problem}"))
    }
}

impl PollList {
    fn check(&self) -> Result<(), String> {
        let list = &self.name;
        for (at, object) in self.objects.iter().enumerate() {
            let metric = &object.metric;
            if metric.is_empty() || metric.len() > 200 || metric.contains(['{', '}', '"']) {
                return Err(format!(
                    "list '{list}': '{metric}' is no metric's name: write 1 to 200 bytes without braces and quotes"
                ));
            }
            if !object.scale.is_finite() || object.scale == 0.0 {
                return Err(format!("list '{list}', {metric}: scale is a number other than 0"));
            }
            if self.objects[..at].iter().any(|other| other.metric == object.metric) {
                return Err(format!("list '{list}': the metric {metric} stands twice"));
            }
        }
        match self.objects.len() {
            0 => Err(format!("list '{list}' names no object")),
            1..=1_000 => Ok(()),
            many => Err(format!("list '{list}' names {many} objects; at most 1000")),
        }
    }
}

fn times(interval_s: u32, timeout_ms: u32, retries: u32) -> Result<(), String> {
    between("interval_s", interval_s, 1, 86_400)?;
    between("timeout_ms", timeout_ms, 50, 60_000)?;
    between("retries", retries, 0, 10)
}

/// Reads an object id in numbers.
fn oid<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u32>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let arcs: Option<Vec<u32>> = text.trim_start_matches('.').split('.').map(|arc| arc.parse().ok()).collect();
    arcs.filter(|arcs| (2..=128).contains(&arcs.len()) && arcs[0] <= 2 && (arcs[0] == 2 || arcs[1] < 40))
        .ok_or_else(|| {
            serde::de::Error::custom(format!(
                "'{text}' is no object id: write numbers with points between them, such as 1.3.6.1.2.1.25.1.5.0"
            ))
        })
}

/// Reads one address, or a list of them.
fn addresses<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SocketAddr>, D::Error> {
    struct Addresses;
    impl<'de> serde::de::Visitor<'de> for Addresses {
        type Value = Vec<SocketAddr>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an address or a list of addresses")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(vec![address(text).map_err(E::custom)?])
        }

        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut found = Vec::new();
            while let Some(text) = list.next_element::<String>()? {
                found.push(address(&text).map_err(serde::de::Error::custom)?);
            }
            Ok(found)
        }
    }
    deserializer.deserialize_any(Addresses)
}

/// An address, with port 161 unless it says otherwise.
fn address(text: &str) -> Result<SocketAddr, String> {
    let bare = text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, 161));
    bare.or_else(|_| text.parse())
        .map_err(|_| format!("'{text}' is no address: write 192.0.2.1, 192.0.2.1:1161, 2001:db8::1 or [2001:db8::1]:1161"))
}
