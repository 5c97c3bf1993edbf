//! The way to a device: TCP, SSH with the host key checked, user, the `netconf` subsystem (RFC 6242).

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use russh::client::{self, AuthResult, Handle, KeyboardInteractiveAuthResponse};
use russh::keys::ssh_key::{Fingerprint, HashAlg, PublicKey};
use russh::keys::{Algorithm, PrivateKeyWithHashAlg, PublicKeyOrCertificate, load_secret_key};
use russh::{ChannelStream, MethodKind, MethodSet, Preferred};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::error::Error;
use super::limits::Timeouts;
use super::session::Stream;

// Rounds of prompts that are answered at most.
const PROMPTS: usize = 3;

/// A device's known host key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostKey {
    /// The key itself.
    Key(Box<PublicKey>),
    /// Its SHA-256.
    Fingerprint(Fingerprint),
}

impl HostKey {
    /// Reads `ssh-ed25519 AAAA…` (a line of a `.pub` file or of `ssh-keyscan`, host name first or not) or `SHA256:…`.
    ///
    /// # Errors
    /// [`Error::Input`], which says how to come by one.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let help =
            "give the device's public key ('ssh-ed25519 AAAA…', from 'ssh-keyscan -p 830 DEVICE', compared at its console) or its 'SHA256:…' fingerprint";
        let text = text.trim();
        if text.is_empty() {
            return Err(Error::Input(format!(
                "no host key is known: without one nobody can tell the device from an impostor; {help}"
            )));
        }
        if text.starts_with("SHA256:") {
            return text
                .parse()
                .map(HostKey::Fingerprint)
                .map_err(|error| Error::Input(format!("host key '{text}' is no fingerprint ({error}); {help}")));
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        let key = words.windows(2).take(2).find_map(|pair| PublicKey::from_openssh(&pair.join(" ")).ok());
        key.map(|key| HostKey::Key(Box::new(key)))
            .ok_or_else(|| Error::Input(format!("'{}' is no host key; {help}", super::xml::shown(text))))
    }

    fn is(&self, key: &PublicKey) -> bool {
        match self {
            HostKey::Key(known) => known.key_data() == key.key_data(),
            HostKey::Fingerprint(known) => key.fingerprint(known.algorithm()) == *known,
        }
    }
}

impl fmt::Display for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostKey::Key(key) => write!(f, "{} {}", key.algorithm(), key.fingerprint(HashAlg::Sha256)),
            HostKey::Fingerprint(print) => write!(f, "{print}"),
        }
    }
}

/// As whom one logs in; never shown.
#[derive(Clone)]
pub enum Login {
    /// By password.
    Password(String),
    /// By a private key file (OpenSSH, PKCS#8, PKCS#1), perhaps with a passphrase.
    KeyFile {
        /// Where.
        path: PathBuf,
        /// What opens it.
        passphrase: Option<String>,
    },
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Login::Password(_) => write!(f, "password"),
            Login::KeyFile { path, .. } => write!(f, "key {}", path.display()),
        }
    }
}

/// Where a device is and as whom one comes.
#[derive(Clone, Debug)]
pub struct Address {
    /// Name or address.
    pub host: String,
    /// Usually 830.
    pub port: u16,
    /// The only key that is accepted.
    pub host_key: HostKey,
    /// User name on the device.
    pub user: String,
    /// Password or key.
    pub login: Login,
}

/// Checks the host key; everything else stays as it is.
struct Guard {
    known: HostKey,
}

/// What ends a connection.
#[derive(Debug)]
enum Trouble {
    Ssh(russh::Error),
    Key(Error),
}

impl From<russh::Error> for Trouble {
    fn from(error: russh::Error) -> Self {
        Trouble::Ssh(error)
    }
}

impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Ssh(error) => Error::Ssh(super::xml::shown(&error.to_string())),
            Trouble::Key(error) => error,
        }
    }
}

impl client::Handler for Guard {
    type Error = Trouble;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, Trouble> {
        // Certificates are not asked for; whoever shows one has not shown the key that is known.
        let key = shown.public_key();
        if shown.certificate().is_none() && self.known.is(&key) {
            return Ok(true);
        }
        Err(Trouble::Key(Error::HostKey {
            shown_kind: key.algorithm().to_string(),
            shown: key.fingerprint(HashAlg::Sha256).to_string(),
            known: self.known.to_string(),
        }))
    }
}

/// Connects, checks the host key, logs in, asks for the subsystem. Gives the stream and what must be kept as long as it is used.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::HostKey`], [`Error::Denied`], [`Error::NoSubsystem`], [`Error::Timeout`], [`Error::Ssh`].
pub(super) async fn open(address: &Address, timeouts: &Timeouts) -> Result<(Box<dyn Stream>, Box<dyn Any + Send>), Error> {
    let late = |what, after| Error::Timeout { what, after };
    let mut connection = timeout(timeouts.connect, connect(address))
        .await
        .map_err(|_| late("the connection", timeouts.connect))??;
    let stream = timeout(timeouts.login, enter(&mut connection, address))
        .await
        .map_err(|_| late("the login", timeouts.login))??;
    Ok((Box::new(stream), Box::new(connection)))
}

async fn connect(address: &Address) -> Result<Handle<Guard>, Error> {
    let place = if address.host.contains(':') {
        format!("[{}]:{}", address.host, address.port)
    } else {
        format!("{}:{}", address.host, address.port)
    };
    let stream = TcpStream::connect((address.host.as_str(), address.port))
        .await
        .map_err(|error| Error::Unreachable {
            address: place,
            why: error.to_string(),
        })?;
    stream.set_nodelay(true).map_err(|error| Error::Ssh(error.to_string()))?;
    let config = client::Config {
        preferred: preferred(&address.host_key),
        keepalive_interval: Some(Duration::from_secs(30)),
        keepalive_max: 3,
        ..client::Config::default()
    };
    let guard = Guard {
        known: address.host_key.clone(),
    };
    Ok(client::connect_stream(Arc::new(config), stream, guard).await?)
}

/// A device with several host keys shows the one that the client likes best: so only the kind that is known is asked for.
fn preferred(known: &HostKey) -> Preferred {
    let HostKey::Key(key) = known else { return Preferred::default() };
    let kinds = match key.algorithm() {
        Algorithm::Rsa { .. } => [Some(HashAlg::Sha512), Some(HashAlg::Sha256), None]
            .into_iter()
            .map(|hash| Algorithm::Rsa { hash })
            .collect(),
        other => vec![other],
    };
    Preferred {
        key: Cow::Owned(kinds),
        ..Preferred::default()
    }
}

async fn enter(connection: &mut Handle<Guard>, address: &Address) -> Result<ChannelStream<client::Msg>, Error> {
    let ssh = |error: russh::Error| Error::from(Trouble::from(error));
    let (by, refused) = match &address.login {
        Login::Password(password) => ("password", by_password(connection, &address.user, password).await.map_err(ssh)?),
        Login::KeyFile { path, passphrase } => {
            let key = load_secret_key(path, passphrase.as_deref()).map_err(|error| {
                Error::Input(format!(
                    "key file {}: {error}; give a private key that this user may read, and its passphrase",
                    path.display()
                ))
            })?;
            let hash = connection.best_supported_rsa_hash().await.map_err(ssh)?.flatten();
            let key = PrivateKeyWithHashAlg::new(Arc::new(key), hash);
            ("key", refusal(connection.authenticate_publickey(&address.user, key).await.map_err(ssh)?))
        }
    };
    if let Some(offered) = refused {
        return Err(Error::Denied {
            user: address.user.clone(),
            by,
            offers: offers(&offered),
        });
    }
    let mut channel = connection.channel_open_session().await.map_err(ssh)?;
    channel.request_subsystem(true, "netconf").await.map_err(ssh)?;
    loop {
        match channel.wait().await {
            Some(russh::ChannelMsg::Success) => return Ok(channel.into_stream()),
            Some(russh::ChannelMsg::Failure | russh::ChannelMsg::Eof | russh::ChannelMsg::Close) => return Err(Error::NoSubsystem),
            None => return Err(Error::Closed("the login")),
            Some(_) => {}
        }
    }
}

fn refusal(result: AuthResult) -> Option<MethodSet> {
    match result {
        AuthResult::Success => None,
        AuthResult::Failure { remaining_methods, .. } => Some(remaining_methods),
    }
}

/// Many devices ask for the password by a prompt (RFC 4256) instead of taking it as one. Gives what they would take, if not this.
async fn by_password(connection: &mut Handle<Guard>, user: &str, password: &str) -> Result<Option<MethodSet>, russh::Error> {
    let refused = refusal(connection.authenticate_password(user, password).await?);
    match refused {
        Some(offered) if offered.contains(&MethodKind::KeyboardInteractive) => {}
        other => return Ok(other),
    }
    let mut asked = connection.authenticate_keyboard_interactive_start(user, None).await?;
    for _ in 0..PROMPTS {
        let answers = match asked {
            KeyboardInteractiveAuthResponse::Success => return Ok(None),
            KeyboardInteractiveAuthResponse::Failure { remaining_methods, .. } => return Ok(Some(remaining_methods)),
            KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => match prompts.as_slice() {
                [] => Vec::new(),
                [one] if !one.echo => vec![password.to_owned()],
                // A second factor, or a question to a person: nothing that a password answers.
                _ => return Ok(Some(MethodSet::from([MethodKind::KeyboardInteractive].as_slice()))),
            },
        };
        asked = connection.authenticate_keyboard_interactive_respond(answers).await?;
    }
    Ok(Some(MethodSet::from([MethodKind::KeyboardInteractive].as_slice())))
}

fn offers(methods: &MethodSet) -> String {
    let words: Vec<String> = methods.iter().map(|method| <&str>::from(method).to_owned()).collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}
