use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pedkai_core::identity::Scope;
use pedkai_core::model::{Role, TenantId, Timestamp};
use rusqlite::{Connection, Row};
use uuid::Uuid;

/// Why something about users or keys could not be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// It breaks a rule; the sentence says which.
    #[error("{0}")]
    Refused(String),
    /// Somebody has that name already.
    #[error("{0}")]
    Taken(String),
    /// There is no such user or key in that tenant.
    #[error("{0}")]
    NotFound(String),
    /// Too many wrong passwords: wait this many seconds.
    #[error("too many wrong passwords: try again in {0} s")]
    Locked(u32),
    /// A file cannot be used; the sentence says which and what to do.
    #[error("{0}")]
    Disk(String),
}

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS user (
    id BLOB PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, email TEXT UNIQUE COLLATE NOCASE, password TEXT NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0, locked_until INTEGER NOT NULL DEFAULT 0, last_login INTEGER, created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS membership (
    user BLOB NOT NULL, tenant BLOB NOT NULL, role TEXT NOT NULL, active INTEGER NOT NULL, PRIMARY KEY (user, tenant)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS machine_key (
    id BLOB PRIMARY KEY, tenant BLOB NOT NULL, name TEXT NOT NULL, hash BLOB NOT NULL UNIQUE, scopes TEXT NOT NULL,
    created_by TEXT NOT NULL, created_at INTEGER NOT NULL, revoked_at INTEGER
) STRICT;
CREATE TABLE IF NOT EXISTS session (
    id BLOB PRIMARY KEY, user BLOB NOT NULL, tenant BLOB, created_at INTEGER NOT NULL, ends_at INTEGER NOT NULL, revoked INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS session_user ON session (user);
CREATE TABLE IF NOT EXISTS refresh_token (
    hash BLOB PRIMARY KEY, session BLOB NOT NULL, used INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS refresh_session ON refresh_token (session);
CREATE TABLE IF NOT EXISTS audit (
    tenant BLOB NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, resource_type TEXT NOT NULL,
    resource_id TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL, address TEXT NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (tenant, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS audit_anchor (
    tenant BLOB PRIMARY KEY, seq INTEGER NOT NULL, hash BLOB NOT NULL
) STRICT, WITHOUT ROWID;
";

/// `system.db`.
pub(super) struct Store {
    connection: Mutex<Connection>,
    file: PathBuf,
}

/// Who there is, for look-ups at every request.
#[derive(Clone, Debug, Default)]
pub(super) struct Directory {
    pub(super) users: HashMap<Uuid, DirectoryUser>,
    pub(super) keys: HashMap<[u8; 32], Arc<DirectoryKey>>,
    /// Sessions whose access tokens may still be good but must not be.
    pub(super) revoked: HashSet<Uuid>,
}

/// A user who may come in.
#[derive(Clone, Debug)]
pub(super) struct DirectoryUser {
    pub(super) name: Arc<str>,
    /// Active memberships.
    pub(super) tenants: Vec<(TenantId, Role)>,
}

/// A machine key that is not revoked.
#[derive(Debug)]
pub(super) struct DirectoryKey {
    pub(super) id: Uuid,
    pub(super) name: Arc<str>,
    pub(super) tenant: TenantId,
    pub(super) scopes: Vec<Scope>,
}

impl Store {
    pub(super) fn open(file: &Path) -> Result<Self, IdentityError> {
        let fail = |error: &dyn std::fmt::Display| disk(file, error);
        let new = !file.exists();
        let connection = Connection::open(file).map_err(|error| fail(&error))?;
        if new {
            private(file).map_err(|error| fail(&error))?;
        }
        connection.busy_timeout(Duration::from_secs(10)).map_err(|error| fail(&error))?;
        connection
            .execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=OFF;")
            .and_then(|()| connection.execute_batch(&format!("BEGIN IMMEDIATE; {SCHEMA} COMMIT;")))
            .map_err(|error| fail(&error))?;
        Ok(Self {
            connection: Mutex::new(connection),
            file: file.to_owned(),
        })
    }

    /// Runs one piece of work as a transaction: all of it is kept, or nothing.
    pub(super) fn write<T>(&self, work: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T, WorkError>) -> Result<T, IdentityError> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = (|| {
            let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        })();
        outcome.map_err(|error| self.name(error))
    }

    /// Runs one piece of reading.
    pub(super) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, WorkError>) -> Result<T, IdentityError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        work(&connection).map_err(|error| self.name(error))
    }

    fn name(&self, error: WorkError) -> IdentityError {
        match error {
            WorkError::Identity(error) => error,
            WorkError::Sql(error) => disk(&self.file, &error),
        }
    }

    pub(super) fn directory(&self, now: Timestamp) -> Result<Directory, IdentityError> {
        self.read(|connection| {
            let mut directory = Directory::default();
            each(connection, "SELECT id, name FROM user", |row| {
                let user = DirectoryUser {
                    name: row.get::<_, String>(1)?.into(),
                    tenants: Vec::new(),
                };
                directory.users.insert(row.get(0)?, user);
                Ok(())
            })?;
            each(
                connection,
                "SELECT user, tenant, role FROM membership WHERE active = 1 ORDER BY tenant",
                |row| {
                    let role = Role::parse(&row.get::<_, String>(2)?);
                    if let (Some(user), Some(role)) = (directory.users.get_mut(&row.get(0)?), role) {
                        user.tenants.push((TenantId(row.get(1)?), role));
                    }
                    Ok(())
                },
            )?;
            each(
                connection,
                "SELECT id, tenant, name, hash, scopes FROM machine_key WHERE revoked_at IS NULL",
                |row| {
                    let key = DirectoryKey {
                        id: row.get(0)?,
                        name: row.get::<_, String>(2)?.into(),
                        tenant: TenantId(row.get(1)?),
                        scopes: Scope::parse_list(&row.get::<_, String>(4)?).unwrap_or_default(),
                    };
                    directory.keys.insert(row.get(3)?, Arc::new(key));
                    Ok(())
                },
            )?;
            // An access token lives a day at most, so that older sessions need no entry.
            let since = now.as_micros() - 2 * 86_400_000_000;
            let mut statement = connection.prepare("SELECT id FROM session WHERE revoked >= ?1")?;
            let mut rows = statement.query([since.max(1)])?;
            while let Some(row) = rows.next()? {
                directory.revoked.insert(row.get(0)?);
            }
            Ok(directory)
        })
    }
}

fn each(connection: &Connection, sql: &str, mut take: impl FnMut(&Row<'_>) -> rusqlite::Result<()>) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        take(row)?;
    }
    Ok(())
}

/// What may go wrong inside a transaction.
pub(super) enum WorkError {
    Identity(IdentityError),
    Sql(rusqlite::Error),
}

impl From<rusqlite::Error> for WorkError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<IdentityError> for WorkError {
    fn from(error: IdentityError) -> Self {
        Self::Identity(error)
    }
}

pub(super) fn disk(file: &Path, error: &dyn std::fmt::Display) -> IdentityError {
    IdentityError::Disk(format!(
        "{} cannot be used ({error}): check that there is room on the disk and who owns the file; restore it from a backup if it is damaged",
        file.display()
    ))
}

fn private(file: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600))?;
    }
    let _ = file;
    Ok(())
}
