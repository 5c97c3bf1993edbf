use pedkai_core::model::{Role, TenantId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use uuid::Uuid;

use super::store::{IdentityError, WorkError};
use super::{Identity, check_label, password};

/// A user as a tenant's administrators see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct UserRow {
    /// Id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Email, where given.
    pub email: Option<String>,
    /// Role in this tenant.
    pub role: Role,
    /// May come in to this tenant.
    pub active: bool,
    /// Newest login.
    pub last_login: Option<Timestamp>,
    /// When they were added.
    pub created_at: Timestamp,
}

/// A user to add.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Name, unique in the collector.
    pub name: String,
    /// Email, unique in the collector; a second name to log in by.
    pub email: Option<String>,
    /// Password.
    pub password: String,
    /// Role in the tenant.
    pub role: Role,
}

/// What to change of a user in one tenant.
#[derive(Clone, Debug, Default)]
pub struct UserChange {
    /// New role.
    pub role: Option<Role>,
    /// May come in or not.
    pub active: Option<bool>,
    /// New password; only for a user of this tenant alone.
    pub password: Option<String>,
}

/// A tenant somebody belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Which.
    pub tenant: TenantId,
    /// As what.
    pub role: Role,
}

impl Identity {
    /// Adds a user to a tenant. Somebody of another tenant joins when the password given is theirs.
    ///
    /// # Errors
    /// A name taken, or one that breaks a rule; too many wrong passwords; a disk that refuses.
    pub fn add_user(&self, tenant: TenantId, new: &NewUser) -> Result<UserRow, IdentityError> {
        check_label("user", &new.name).map_err(IdentityError::Refused)?;
        let known = self.store.read(|connection| user_of_name(connection, &new.name))?;
        let user = match known {
            Some(user) => {
                if self.store.read(|connection| one(connection, tenant, user))?.is_some() {
                    return Err(IdentityError::Taken(format!("'{}' belongs to this tenant already", new.name)));
                }
                match self.check_password(&new.name, &new.password) {
                    Err(IdentityError::Refused(_)) => {
                        return Err(IdentityError::Taken(format!(
                            "the name '{}' is taken: choose another, or give that user's own password to let them join",
                            new.name
                        )));
                    }
                    other => other?,
                }
            }
            None => Uuid::new_v4(),
        };
        let hashed = match known {
            Some(_) => None,
            None => Some(password::hash(&new.password)?),
        };
        let now = self.now().as_micros();
        self.store.write(|transaction| {
            if let Some(hashed) = hashed {
                let email = new.email.as_deref().map(str::trim).filter(|email| !email.is_empty());
                let inserted = transaction.execute(
                    "INSERT INTO user (id, name, email, password, created_at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
                    params![user, new.name, email, hashed, now],
                )?;
                if inserted == 0 {
                    return Err(IdentityError::Taken("that name or email is taken".to_owned()).into());
                }
            }
            transaction.execute(
                "INSERT INTO membership (user, tenant, role, active) VALUES (?1, ?2, ?3, 1)",
                params![user, tenant.0, new.role.word()],
            )?;
            Ok(())
        })?;
        self.reload()?;
        self.user(tenant, user)?
            .ok_or_else(|| IdentityError::NotFound("the user is gone again".to_owned()))
    }

    /// Changes a user of a tenant: the row before and the row after.
    ///
    /// # Errors
    /// No such user there, a change that may not be made, or a disk that refuses.
    pub fn change_user(&self, tenant: TenantId, user: Uuid, change: &UserChange) -> Result<(UserRow, UserRow), IdentityError> {
        let missing = || IdentityError::NotFound("there is no such user".to_owned());
        let before = self.user(tenant, user)?.ok_or_else(missing)?;
        let hashed = change.password.as_deref().map(password::hash).transpose()?;
        let now = self.now().as_micros();
        self.store.write(|transaction| {
            if let Some(hashed) = hashed {
                let elsewhere: i64 = transaction.query_row(
                    "SELECT count(*) FROM membership WHERE user = ?1 AND tenant <> ?2",
                    params![user, tenant.0],
                    |row| row.get(0),
                )?;
                if elsewhere > 0 {
                    return Err(IdentityError::Refused("this user belongs to other tenants too: only they can change their password".to_owned()).into());
                }
                transaction.execute(
                    "UPDATE user SET password = ?2, failures = 0, locked_until = 0 WHERE id = ?1",
                    params![user, hashed],
                )?;
            }
            if let Some(role) = change.role {
                transaction.execute(
                    "UPDATE membership SET role = ?3 WHERE user = ?1 AND tenant = ?2",
                    params![user, tenant.0, role.word()],
                )?;
            }
            if let Some(active) = change.active {
                transaction.execute(
                    "UPDATE membership SET active = ?3 WHERE user = ?1 AND tenant = ?2",
                    params![user, tenant.0, active],
                )?;
            }
            if change.password.is_some() || change.active == Some(false) {
                transaction.execute("UPDATE session SET revoked = ?2 WHERE user = ?1 AND revoked = 0", params![user, now])?;
            }
            Ok(())
        })?;
        self.reload()?;
        Ok((before, self.user(tenant, user)?.ok_or_else(missing)?))
    }

    /// One user of a tenant.
    ///
    /// # Errors
    /// A disk that refuses.
    pub fn user(&self, tenant: TenantId, user: Uuid) -> Result<Option<UserRow>, IdentityError> {
        self.store.read(|connection| one(connection, tenant, user))
    }

    /// Users of a tenant by name, at most `limit`, those after the name `after`.
    ///
    /// # Errors
    /// A disk that refuses.
    pub fn users(&self, tenant: TenantId, after: Option<&str>, limit: usize) -> Result<Vec<UserRow>, IdentityError> {
        self.store.read(|connection| {
            let sql = format!("{SELECT} WHERE membership.tenant = ?1 AND (?2 IS NULL OR user.name > ?2) ORDER BY user.name LIMIT ?3");
            let mut statement = connection.prepare(&sql)?;
            let rows = statement.query_map(params![tenant.0, after, i64::try_from(limit).unwrap_or(i64::MAX)], row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Whether anybody can log in at all.
    #[must_use]
    pub fn has_users(&self) -> bool {
        self.directory().users.values().any(|user| !user.tenants.is_empty())
    }

    /// The tenants of a user in which they are active.
    #[must_use]
    pub fn memberships(&self, user: Uuid) -> Vec<Membership> {
        let directory = self.directory();
        let tenants = directory.users.get(&user).map(|user| user.tenants.as_slice()).unwrap_or_default();
        tenants.iter().map(|(tenant, role)| Membership { tenant: *tenant, role: *role }).collect()
    }
}

const SELECT: &str = "SELECT user.id, user.name, user.email, membership.role, membership.active, user.last_login, user.created_at
    FROM membership JOIN user ON user.id = membership.user";

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<UserRow> {
    Ok(UserRow {
        id: row.get(0)?,
        name: row.get(1)?,
        email: row.get(2)?,
        role: Role::parse(&row.get::<_, String>(3)?).unwrap_or(Role::Viewer),
        active: row.get(4)?,
        last_login: row.get::<_, Option<i64>>(5)?.map(Timestamp::from_micros),
        created_at: Timestamp::from_micros(row.get(6)?),
    })
}

fn one(connection: &Connection, tenant: TenantId, user: Uuid) -> Result<Option<UserRow>, WorkError> {
    let sql = format!("{SELECT} WHERE membership.tenant = ?1 AND membership.user = ?2");
    Ok(connection.query_row(&sql, params![tenant.0, user], row).optional()?)
}

fn user_of_name(connection: &Connection, name: &str) -> Result<Option<Uuid>, WorkError> {
    Ok(connection
        .query_row("SELECT id FROM user WHERE name = ?1", [name], |row| row.get(0))
        .optional()?)
}
