//! Who somebody is.
//!
//! - **does**: keeps users, passwords (argon2id), sessions, machine keys and the audit log in `system.db`; tells who a bearer token is;
//!   locks out and slows down who tries too often.
//! - **takes**: names, passwords, tokens, addresses, the time.
//! - **gives**: a caller with a tenant and rights, tokens, audit entries in a hash chain, or a refusal.
//! - **never knows**: HTTP, what a permission is needed for, or anything inside a tenant.

mod audit;
mod caller;
mod keys;
mod password;
mod rate;
mod secret;
mod sessions;
mod store;
#[cfg(test)]
mod tests;
mod tokens;
mod users;

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use pedkai_core::model::Timestamp;

pub use audit::{AuditEntry, AuditFilter, AuditRow, AuditVerdict, SYSTEM};
pub use caller::{Caller, Denied, Who};
pub use keys::KeyRow;
pub use rate::{Allowance, Limiter};
pub use secret::{Secret, constant_time_eq};
pub use sessions::Tokens;
pub use store::IdentityError;
pub use users::{Membership, NewUser, UserChange, UserRow};

use crate::config::Config;
use crate::engine::Clock;
use store::{Directory, Store};

/// The room's door: everything about who somebody is.
pub struct Identity {
    store: Store,
    directory: RwLock<Directory>,
    signing: tokens::Signing,
    limiter: Limiter,
    clock: Arc<dyn Clock>,
    rules: Rules,
    seat: Option<Secret>,
    local: Secret,
}

/// Times and counts taken from the configuration.
#[derive(Clone, Debug)]
struct Rules {
    access_s: i64,
    refresh_s: i64,
    failures: u32,
    lockout_s: i64,
    audit_days: u32,
}

impl Identity {
    /// Opens the users of a data folder: `system.db` and `signing.key`, made where there are none. `seat` is a token that stands for
    /// the person at this machine while this process lives.
    ///
    /// # Errors
    /// What cannot be read or written, with what to do.
    pub fn open(data: &Path, config: &Config, clock: Arc<dyn Clock>, seat: Option<Secret>) -> Result<Self, IdentityError> {
        let store = Store::open(&data.join("system.db"))?;
        let signing = tokens::Signing::open(&data.join("signing.key"))?;
        let directory = store.directory(clock.now())?;
        Ok(Self {
            store,
            directory: RwLock::new(directory),
            signing,
            limiter: Limiter::new(&config.limits),
            clock,
            rules: Rules {
                access_s: i64::from(config.api.access_minutes) * 60,
                refresh_s: i64::from(config.api.refresh_days) * 86_400,
                failures: config.limits.login_failures,
                lockout_s: i64::from(config.limits.lockout_minutes) * 60,
                audit_days: config.retention.audit_days,
            },
            seat,
            local: Secret::random("local"),
        })
    }

    /// The token of the machine's own administrator; it goes into a file that only the owner of the data folder may read.
    #[must_use]
    pub fn local_token(&self) -> &Secret {
        &self.local
    }

    /// Slows down who asks too often.
    #[must_use]
    pub fn limiter(&self) -> &Limiter {
        &self.limiter
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn directory(&self) -> std::sync::RwLockReadGuard<'_, Directory> {
        self.directory.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads users, keys and revoked sessions anew after a change of them.
    fn reload(&self) -> Result<(), IdentityError> {
        let fresh = self.store.directory(self.now())?;
        *self.directory.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }
}

/// Checks the label of a tenant, user or key: 1 to 100 characters, none of them a control character, no space at the ends.
///
/// # Errors
/// A sentence that says so.
pub fn check_label(what: &str, name: &str) -> Result<(), String> {
    let fits = (1..=100).contains(&name.chars().count()) && name.trim() == name && !name.chars().any(char::is_control);
    if fits {
        Ok(())
    } else {
        Err(format!(
            "a {what}'s name holds 1 to 100 characters, no control characters, and no space at its ends"
        ))
    }
}
