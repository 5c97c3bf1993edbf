use pedkai_core::model::{TenantId, Timestamp};
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

use super::secret::{Secret, hash};
use super::store::{IdentityError, WorkError};
use super::{Caller, Identity, Who, password};

/// What a login gives.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// Opens the API for a short while.
    pub access_token: String,
    /// Opens one more such pair; good once.
    pub refresh_token: Secret,
    /// When the access token is over.
    pub expires_at: Timestamp,
    /// Who logged in.
    pub user: Uuid,
}

/// One sentence for every way of not getting in, so that it tells nobody which names exist.
const NO: &str = "name or password is wrong";

impl Identity {
    /// Checks a password and begins a session; `tenant` is what the access token selects where no header does. Slow by design
    /// (argon2id): call it off the threads that answer others.
    ///
    /// # Errors
    /// Wrong, locked out, not active in (that or any) tenant, or a disk that refuses.
    pub fn login(&self, name: &str, given: &str, tenant: Option<TenantId>) -> Result<Tokens, IdentityError> {
        let user = self.check_password(name, given)?;
        let tenants = self.directory().users.get(&user).map(|user| user.tenants.clone()).unwrap_or_default();
        if tenants.is_empty() || tenant.is_some_and(|wanted| tenants.iter().all(|(own, _)| *own != wanted)) {
            return Err(IdentityError::Refused(NO.to_owned()));
        }
        let now = self.now();
        let session = Uuid::new_v4();
        let refresh = Secret::random("rt");
        let ends_at = now.as_micros() + self.rules.refresh_s * 1_000_000;
        self.store.write(|transaction| {
            transaction.execute(
                "DELETE FROM refresh_token WHERE session IN (SELECT id FROM session WHERE ends_at < ?1)",
                [now.as_micros()],
            )?;
            transaction.execute("DELETE FROM session WHERE ends_at < ?1", [now.as_micros()])?;
            transaction.execute("UPDATE user SET last_login = ?2 WHERE id = ?1", params![user, now.as_micros()])?;
            transaction.execute(
                "INSERT INTO session (id, user, tenant, created_at, ends_at) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![session, user, tenant.map(|tenant| tenant.0), now.as_micros(), ends_at],
            )?;
            transaction.execute("INSERT INTO refresh_token (hash, session) VALUES (?1, ?2)", params![refresh.hash(), session])?;
            Ok(())
        })?;
        self.tokens(user, session, tenant.map(|tenant| tenant.0), refresh)
    }

    /// Gives a new pair for a refresh token and makes that one useless. One that comes a second time was stolen or copied: the whole
    /// session ends.
    ///
    /// # Errors
    /// Unknown, over, used before, or a disk that refuses.
    pub fn refresh(&self, token: &str) -> Result<Tokens, IdentityError> {
        let now = self.now().as_micros();
        let over = || IdentityError::Refused("the refresh token is over or was used before: log in again".to_owned());
        let refresh = Secret::random("rt");
        let found =
            self.store.write(|transaction| {
                let found = transaction
                .query_row(
                    "SELECT session.id, session.user, session.tenant, refresh_token.used FROM refresh_token JOIN session ON session.id = refresh_token.session
                     WHERE refresh_token.hash = ?1 AND session.revoked = 0 AND session.ends_at > ?2",
                    params![hash(token), now],
                    |row| Ok((row.get::<_, Uuid>(0)?, row.get::<_, Uuid>(1)?, row.get::<_, Option<Uuid>>(2)?, row.get::<_, bool>(3)?)),
                )
                .optional()?;
                let Some((session, user, tenant, used)) = found else {
                    return Ok(None);
                };
                if used {
                    transaction.execute("UPDATE session SET revoked = ?2 WHERE id = ?1", params![session, now])?;
                    return Ok(None);
                }
                transaction.execute("UPDATE refresh_token SET used = 1 WHERE hash = ?1", params![hash(token)])?;
                transaction.execute("INSERT INTO refresh_token (hash, session) VALUES (?1, ?2)", params![refresh.hash(), session])?;
                Ok(Some((session, user, tenant)))
            })?;
        let Some((session, user, tenant)) = found else {
            self.reload()?;
            return Err(over());
        };
        if self.directory().users.get(&user).is_none_or(|user| user.tenants.is_empty()) {
            return Err(over());
        }
        self.tokens(user, session, tenant, refresh)
    }

    /// Ends the session that the caller's access token comes from.
    ///
    /// # Errors
    /// A caller without a session, or a disk that refuses.
    pub fn logout(&self, caller: &Caller) -> Result<(), IdentityError> {
        let Who::User { session, .. } = &caller.who else {
            return Err(IdentityError::Refused("only a login can be ended: a machine key is revoked".to_owned()));
        };
        let now = self.now().as_micros();
        self.store.write(|transaction| {
            transaction.execute("UPDATE session SET revoked = ?2 WHERE id = ?1 AND revoked = 0", params![session, now])?;
            Ok(())
        })?;
        self.reload()
    }

    fn tokens(&self, user: Uuid, session: Uuid, tenant: Option<Uuid>, refresh_token: Secret) -> Result<Tokens, IdentityError> {
        let now = self.now();
        Ok(Tokens {
            access_token: self.signing.sign(user, session, tenant, now, self.rules.access_s)?,
            refresh_token,
            expires_at: Timestamp::from_micros((now.as_micros() / 1_000_000 + self.rules.access_s) * 1_000_000),
            user,
        })
    }

    /// The user of a name (or email) and password. Wrong ones in a row lock the user for a while, and say so to whoever tries on.
    pub(super) fn check_password(&self, name: &str, given: &str) -> Result<Uuid, IdentityError> {
        let now = self.now().as_micros();
        let found = self.store.read(|connection| {
            Ok(connection
                .query_row(
                    "SELECT id, password, locked_until FROM user WHERE name = ?1 OR email = ?1 ORDER BY name = ?1 DESC LIMIT 1",
                    [name],
                    |row| Ok((row.get::<_, Uuid>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?)),
                )
                .optional()?)
        })?;
        let Some((user, hashed, locked_until)) = found else {
            password::verify_nobody(given);
            return Err(IdentityError::Refused(NO.to_owned()));
        };
        if locked_until > now {
            let seconds = (locked_until - now + 999_999) / 1_000_000;
            return Err(IdentityError::Locked(u32::try_from(seconds).unwrap_or(u32::MAX)));
        }
        let right = password::verify(given, &hashed);
        let (failures, lockout) = (self.rules.failures, self.rules.lockout_s * 1_000_000);
        self.store.write(|transaction| {
            if right {
                transaction.execute("UPDATE user SET failures = 0 WHERE id = ?1 AND failures > 0", [user])?;
            } else {
                transaction.execute("UPDATE user SET failures = failures + 1 WHERE id = ?1", [user])?;
                transaction.execute(
                    "UPDATE user SET failures = 0, locked_until = ?2 WHERE id = ?1 AND failures >= ?3",
                    params![user, now + lockout, failures],
                )?;
            }
            Ok::<(), WorkError>(())
        })?;
        if right { Ok(user) } else { Err(IdentityError::Refused(NO.to_owned())) }
    }
}
