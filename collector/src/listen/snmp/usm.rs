//! The User-based Security Model (RFC 3414, RFC 7860, RFC 3826) as a receiver of notifications meets it. Its cryptography is a
//! library's; who is believed, and when, is decided here.

use std::collections::HashMap;
use std::time::Duration;

use async_snmp::v3::auth::{authenticate_message, verify_message};
use async_snmp::v3::{DesSaltState, LocalizedKey, MasterKeys, PersistedDesSaltState, PrivKey, SaltCounter};
use async_snmp::{AuthProtocol, PrivProtocol};
use pedkai_core::model::TenantId;

use super::super::params::{StartError, UserParams};
use super::engine::{LATCHED, OwnEngine};
use super::message::{AUTH, PRIV, Security};

/// RFC 3414, 2.2.3: seconds.
const WINDOW: u64 = 150;
/// The most engines remembered for one user; past it the one silent for longest goes.
const ENGINES: usize = 50_000;

/// Why a user's message is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    WrongKey,
    /// Outside of the time window.
    Late,
    /// The sender's boots went backwards, from, to.
    BootsBackwards(u32, u32),
    Undecryptable,
}

/// A user with its keys and the engines it was heard from.
pub(super) struct User {
    pub(super) tenant: TenantId,
    /// [`AUTH`] and [`PRIV`] as configured: messages must come with exactly these.
    pub(super) level: u8,
    master: Option<MasterKeys>,
    engines: HashMap<Box<[u8]>, Engine>,
}

/// An engine that one user was heard from, with the user's keys there. Made only once a signature was right.
struct Engine {
    auth: LocalizedKey,
    privacy: Option<PrivKey>,
    boots: u32,
    /// Its latest time heard, and when that was, since our start.
    latest: u32,
    heard: Duration,
}

/// Users by name, and what encrypting answers needs.
pub(super) struct Users {
    by_name: HashMap<Box<[u8]>, User>,
    salt: SaltCounter,
    des: DesSaltState,
}

impl Users {
    pub(super) fn new(params: &[UserParams], own: &OwnEngine) -> Result<Self, StartError> {
        let mut by_name = HashMap::new();
        for user in params {
            let name = user.name.as_bytes();
            if name.is_empty() || name.len() > 32 {
                return Err(wrong(user, "the name must have 1 to 32 bytes"));
            }
            if by_name.insert(Box::from(name), User::new(user)?).is_some() {
                return Err(wrong(user, "the name is given twice: a name says whose tenant it is"));
            }
        }
        let crypto = |error: &dyn std::fmt::Display| StartError::Config(format!("SNMPv3: {error}"));
        let salt = SaltCounter::new().map_err(|error| crypto(&error))?;
        // Our boots are on disk already; the DES salt's first half is made of them.
        let des = match own.boots {
            boots if boots > 1 => PersistedDesSaltState::new(boots.min(LATCHED - 1) - 1).and_then(|before| DesSaltState::restart(before, kept)),
            _ => DesSaltState::install(kept),
        };
        let des = des.map_err(|error| crypto(&error))?;
        Ok(Self { by_name, salt, des })
    }

    pub(super) fn get(&mut self, name: &[u8]) -> Option<&mut User> {
        self.by_name.get_mut(name)
    }

    /// Signs a message of ours to `name` at the range given.
    pub(super) fn sign(&self, name: &[u8], engine: &[u8], message: &mut [u8], at: std::ops::Range<usize>) -> bool {
        let known = self.by_name.get(name).and_then(|user| user.engines.get(engine));
        known.is_some_and(|known| authenticate_message(&known.auth, message, at.start, at.len()).is_ok())
    }

    /// Length of the user's signatures.
    pub(super) fn signature_len(&self, name: &[u8]) -> usize {
        let master = self.by_name.get(name).and_then(|user| user.master.as_ref());
        master.map_or(0, |master| master.auth_protocol().mac_len())
    }

    /// Encrypts a scoped PDU for `name`: ciphertext and salt.
    pub(super) fn encrypt(&self, name: &[u8], own: &OwnEngine, time: u32, scoped: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
        let key = self.by_name.get(name)?.engines.get(own.id.as_slice())?.privacy.as_ref()?;
        let encrypted = match key.protocol() {
            PrivProtocol::Des | PrivProtocol::Des3 => key.encrypt_des_family(scoped, &self.des),
            _ => key.encrypt_aes(scoped, own.boots, time, &self.salt),
        };
        encrypted.ok().map(|(cipher, salt)| (cipher.to_vec(), salt.to_vec()))
    }
}

fn kept(_: &PersistedDesSaltState) -> Result<(), std::io::Error> {
    Ok(())
}

fn wrong(user: &UserParams, problem: &str) -> StartError {
    StartError::Config(format!("SNMPv3 user '{}': {problem}", user.name))
}

impl User {
    fn new(params: &UserParams) -> Result<Self, StartError> {
        let master = match (&params.auth, &params.privacy) {
            (None, None) => None,
            (None, Some(_)) => return Err(wrong(params, "privacy needs authentication: add auth and auth_password")),
            (Some((auth, password)), privacy) => {
                let protocol: AuthProtocol = auth
                    .parse()
                    .map_err(|_| wrong(params, "auth must be one of MD5, SHA, SHA-224, SHA-256, SHA-384, SHA-512"))?;
                let keys = MasterKeys::new(protocol, password.as_bytes());
                let keys = keys.map_err(|error| wrong(params, &format!("auth_password: {error}")))?;
                Some(match privacy {
                    None => keys,
                    Some((protocol, password)) => {
                        let protocol = privacy_protocol(protocol).ok_or_else(|| {
                            wrong(
                                params,
                                "priv must be one of DES, 3DES, AES-128, AES-192, AES-256, AES-192-C, AES-256-C (C: Cisco's keys)",
                            )
                        })?;
                        let keys = keys.with_privacy(protocol, password.as_bytes());
                        keys.map_err(|error| wrong(params, &format!("priv_password: {error}")))?
                    }
                })
            }
        };
        let level = match (&params.auth, &params.privacy) {
            (Some(_), Some(_)) => AUTH | PRIV,
            (Some(_), None) => AUTH,
            (None, _) => 0,
        };
        Ok(Self {
            tenant: params.tenant,
            level,
            master,
            engines: HashMap::new(),
        })
    }

    /// Checks the signature; right ones make the engine known.
    pub(super) fn verify(&mut self, security: &Security<'_>, message: &[u8], now: Duration) -> Result<(), Doubt> {
        let Some(master) = &self.master else { return Err(Doubt::WrongKey) };
        let at = &security.signature;
        if at.len() != master.auth_protocol().mac_len() {
            return Err(Doubt::WrongKey);
        }
        if let Some(known) = self.engines.get(security.engine) {
            let right = verify_message(&known.auth, message, at.start, at.len());
            return if right == Ok(true) { Ok(()) } else { Err(Doubt::WrongKey) };
        }
        // Only the signature's key is made before the signature is known to be right: others may be costly.
        let auth = LocalizedKey::from_master_key(master.auth_master(), security.engine).map_err(|_| Doubt::WrongKey)?;
        if verify_message(&auth, message, at.start, at.len()) != Ok(true) {
            return Err(Doubt::WrongKey);
        }
        let (auth, privacy) = master.localize(security.engine).map_err(|_| Doubt::WrongKey)?;
        if self.engines.len() >= ENGINES {
            let oldest = self.engines.iter().min_by_key(|(_, engine)| engine.heard).map(|(id, _)| id.clone());
            oldest.map(|id| self.engines.remove(&id));
        }
        let engine = Engine {
            auth,
            privacy,
            boots: security.boots,
            latest: security.time,
            heard: now,
        };
        self.engines.insert(Box::from(security.engine), engine);
        Ok(())
    }

    /// RFC 3414, 3.2 (7b): whether a message of an engine that is its own authority is in time; learns its clock.
    pub(super) fn in_time(&mut self, security: &Security<'_>, now: Duration) -> Result<(), Doubt> {
        let Some(engine) = self.engines.get_mut(security.engine) else {
            return Err(Doubt::Late);
        };
        let (boots, time) = (security.boots, security.time);
        if boots > engine.boots || (boots == engine.boots && time > engine.latest) {
            engine.boots = boots;
            engine.latest = time;
            engine.heard = now;
        }
        if boots < engine.boots {
            return Err(Doubt::BootsBackwards(engine.boots, boots));
        }
        let theirs = u64::from(engine.latest) + now.saturating_sub(engine.heard).as_secs();
        if boots == LATCHED || u64::from(time) + WINDOW < theirs {
            return Err(Doubt::Late);
        }
        Ok(())
    }

    /// An operator says that an engine's boots went backwards rightly: its clock is learnt anew from here.
    pub(super) fn accept_boots(&mut self, security: &Security<'_>, now: Duration) {
        if let Some(engine) = self.engines.get_mut(security.engine).filter(|engine| security.boots < engine.boots) {
            engine.boots = security.boots;
            engine.latest = security.time;
            engine.heard = now;
        }
    }

    /// Decrypts what the user encrypted.
    pub(super) fn decrypt(&self, security: &Security<'_>, cipher: &[u8]) -> Result<Vec<u8>, Doubt> {
        let key = self.engines.get(security.engine).and_then(|engine| engine.privacy.as_ref());
        let plain = key.and_then(|key| key.decrypt(cipher, security.boots, security.time, security.salt).ok());
        plain.map(|plain| plain.to_vec()).ok_or(Doubt::Undecryptable)
    }
}

/// RFC 3414, 3.2 (7a): whether a message is in time by our own clock.
pub(super) fn in_own_time(own: &OwnEngine, now: Duration, security: &Security<'_>) -> bool {
    own.boots != LATCHED && security.boots == own.boots && u64::from(security.time).abs_diff(now.as_secs()) <= WINDOW
}

fn privacy_protocol(name: &str) -> Option<PrivProtocol> {
    Some(match name.to_ascii_uppercase().replace('-', "").as_str() {
        "DES" => PrivProtocol::Des,
        "3DES" => PrivProtocol::Des3,
        "AES" | "AES128" => PrivProtocol::Aes128,
        "AES192" => PrivProtocol::Aes192Blumenthal,
        "AES256" => PrivProtocol::Aes256Blumenthal,
        "AES192C" => PrivProtocol::Aes192Reeder,
        "AES256C" => PrivProtocol::Aes256Reeder,
        _ => return None,
    })
}
