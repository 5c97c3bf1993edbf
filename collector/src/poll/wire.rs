//! SNMP as a library speaks it, behind our own traits.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_snmp::client::{Auth, ClientBuilder, Retry};
use async_snmp::error::{Error, ErrorStatus};
use async_snmp::transport::{UdpHandle, UdpTransport};
use async_snmp::v3::{MasterKeys, UsmConfig};
use async_snmp::{AuthProtocol, Client, Oid, PrivProtocol, VarBind};
use pedkai_core::ingest::poll::Value;

use super::agent::{Agent, Agents, Answering, Bound, Trouble};
use super::{Credential, Target, User};

/// What the kernel may hold of answers that nobody took yet.
const BUFFER: usize = 4 << 20;
/// Answers may be as long as UDP lets them.
const LONGEST: usize = 65_507;

/// Sockets that all devices are asked through, and the keys of users.
pub struct Wires {
    v4: UdpTransport,
    v6: Option<UdpTransport>,
    /// Making keys of a password takes milliseconds; a device's own keys are made of these.
    keys: Mutex<BTreeMap<String, MasterKeys>>,
}

impl Wires {
    /// Opens a socket for each family of addresses that a target has.
    ///
    /// # Errors
    /// Sockets that cannot be opened.
    pub async fn open(targets: &[Target]) -> Result<Self, Trouble> {
        let open = async |address: &str| {
            let builder = UdpTransport::builder().bind(address).max_message_size(LONGEST).recv_buffer_size(BUFFER);
            builder.build().await.map_err(|error| Trouble::Network(error.to_string()))
        };
        Ok(Self {
            v4: open("0.0.0.0:0").await?,
            v6: match targets.iter().any(|target| target.address.is_ipv6()) {
                true => Some(open("[::]:0").await?),
                false => None,
            },
            keys: Mutex::default(),
        })
    }

    fn handle(&self, address: SocketAddr) -> Result<UdpHandle, Trouble> {
        let wire = if address.is_ipv6() { self.v6.as_ref() } else { Some(&self.v4) };
        let wire = wire.ok_or_else(|| Trouble::Network("there is no IPv6 here".to_owned()))?;
        wire.handle(address).map_err(|error| Trouble::Network(error.to_string()))
    }

    fn auth(&self, credential: &Credential) -> Result<Auth, Trouble> {
        match credential {
            Credential::Community(community) => Ok(Auth::v2c(community.clone())),
            Credential::User(user) => {
                let config = UsmConfig::new(user.name.clone());
                let Some(keys) = self.keys_of(user)? else { return Ok(config.into()) };
                config.with_master_keys(keys).map(Auth::from).map_err(|error| wrong(user, &error))
            }
        }
    }

    fn keys_of(&self, user: &User) -> Result<Option<MasterKeys>, Trouble> {
        let Some((protocol, password)) = &user.auth else { return Ok(None) };
        let mut known = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = known.get(&user.name) {
            return Ok(Some(keys.clone()));
        }
        let protocol: AuthProtocol = protocol.parse().map_err(|error| wrong(user, &error))?;
        let mut keys = MasterKeys::new(protocol, password.as_bytes()).map_err(|error| wrong(user, &error))?;
        if let Some((protocol, password)) = &user.privacy {
            let protocol = privacy(protocol).ok_or_else(|| wrong(user, &"priv must be one of AES-128, AES-192, AES-256, AES-192-C, AES-256-C"))?;
            keys = keys.with_privacy(protocol, password.as_bytes()).map_err(|error| wrong(user, &error))?;
        }
        known.insert(user.name.clone(), keys.clone());
        Ok(Some(keys))
    }
}

fn privacy(word: &str) -> Option<PrivProtocol> {
    Some(match word {
        "AES-128" => PrivProtocol::Aes128,
        "AES-192" => PrivProtocol::Aes192Blumenthal,
        "AES-256" => PrivProtocol::Aes256Blumenthal,
        "AES-192-C" => PrivProtocol::Aes192Reeder,
        "AES-256-C" => PrivProtocol::Aes256Reeder,
        _ => return None,
    })
}

fn wrong(user: &User, problem: &dyn std::fmt::Display) -> Trouble {
    Trouble::Denied(format!("SNMPv3 user '{}': {problem}", user.name))
}

impl Agents for Wires {
    fn agent(&self, target: &Target) -> Result<Arc<dyn Agent>, Trouble> {
        let pause = target.timeout / 4;
        let retry = Retry::exponential(target.retries)
            .initial_delay(pause)
            .max_delay(Duration::from_secs(10))
            .jitter(0.2);
        let retry = retry.build().map_err(|error| Trouble::Network(error.to_string()))?;
        let client = ClientBuilder::new(self.auth(&target.credential)?)
            .request_timeout(target.timeout)
            .retry(retry)
            .max_oids_per_request(target.varbinds)
            .build_with_transport(self.handle(target.address)?)
            .map_err(|error| trouble(&error))?;
        Ok(Arc::new(Session(client)))
    }
}

struct Session(Client<UdpHandle>);

impl Agent for Session {
    fn get<'a>(&'a self, oids: &'a [Vec<u32>]) -> Answering<'a> {
        Box::pin(async move {
            let oids: Vec<Oid> = oids.iter().map(|oid| Oid::from_slice(oid)).collect();
            let answer = self.0.get_many(&oids).await.map_err(|error| trouble(&error))?;
            Ok(answer.varbinds.into_iter().map(bound).collect())
        })
    }

    fn get_bulk<'a>(&'a self, singles: &'a [Vec<u32>], columns: &'a [Vec<u32>], repetitions: u32) -> Answering<'a> {
        Box::pin(async move {
            let oids: Vec<Oid> = singles.iter().chain(columns).map(|oid| Oid::from_slice(oid)).collect();
            let answer = self.0.get_bulk(&oids, singles.len() as u32, repetitions).await;
            Ok(answer.map_err(|error| trouble(&error))?.into_iter().map(bound).collect())
        })
    }
}

fn bound(varbind: VarBind) -> Bound {
    Bound {
        value: value(&varbind.value),
        oid: varbind.oid.arcs().to_vec(),
    }
}

fn value(value: &async_snmp::Value) -> Value {
    use async_snmp::Value as Wire;
    match value {
        Wire::Integer(number) => Value::Integer(i64::from(*number)),
        Wire::Gauge32(number) | Wire::UInteger32(number) | Wire::TimeTicks(number) => Value::Integer(i64::from(*number)),
        Wire::Counter32(count) => Value::Counter32(*count),
        Wire::Counter64(count) => Value::Counter64(*count),
        Wire::OctetString(bytes) => Value::Text(bytes.to_vec()),
        Wire::Null | Wire::NoSuchObject | Wire::NoSuchInstance | Wire::EndOfMibView => Value::Absent,
        opaque @ Wire::Opaque(_) => {
            let float = opaque.as_opaque_float().map(f64::from).or_else(|| opaque.as_opaque_double());
            match (float, opaque.as_opaque_counter64()) {
                (Some(number), _) => Value::Float(number),
                (None, Some(count)) => Value::Counter64(count),
                (None, None) => Value::Other,
            }
        }
        _ => Value::Other,
    }
}

fn trouble(error: &Error) -> Trouble {
    match error.exchange_source() {
        Error::Timeout { .. } => Trouble::Silent,
        Error::Snmp { status, .. } => Trouble::Refused(status.to_string(), matches!(status, ErrorStatus::TooBig | ErrorStatus::GenErr)),
        error @ (Error::Auth { .. } | Error::Report { .. }) => Trouble::Denied(error.to_string()),
        error @ (Error::Network { .. } | Error::Closed { .. }) => Trouble::Network(error.to_string()),
        error => Trouble::Nonsense(error.to_string()),
    }
}
