use pedkai_core::identity::Scope;
use pedkai_core::model::{TenantId, Timestamp};
use rusqlite::params;
use serde::Serialize;
use uuid::Uuid;

use super::secret::Secret;
use super::store::IdentityError;
use super::{Identity, check_label};

/// A machine key as a tenant's administrators see it; the key itself is kept nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct KeyRow {
    /// Id.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// What it opens.
    pub scopes: Vec<Scope>,
    /// Who issued it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Since when it opens nothing any more.
    pub revoked_at: Option<Timestamp>,
}

impl Identity {
    /// Issues a key; the word is given once, here.
    ///
    /// # Errors
    /// A name that breaks a rule, no scope, or a disk that refuses.
    pub fn add_key(&self, tenant: TenantId, name: &str, scopes: &[Scope], created_by: &str) -> Result<(Secret, KeyRow), IdentityError> {
        check_label("key", name).map_err(IdentityError::Refused)?;
        if scopes.is_empty() {
            return Err(IdentityError::Refused("a key needs a scope".to_owned()));
        }
        let secret = Secret::random("pk");
        let key = KeyRow {
            id: Uuid::new_v4(),
            name: name.to_owned(),
            scopes: scopes.to_vec(),
            created_by: created_by.to_owned(),
            created_at: self.now(),
            revoked_at: None,
        };
        self.store.write(|transaction| {
            transaction.execute(
                "INSERT INTO machine_key (id, tenant, name, hash, scopes, created_by, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![key.id, tenant.0, key.name, secret.hash(), words(scopes), created_by, key.created_at.as_micros()],
            )?;
            Ok(())
        })?;
        self.reload()?;
        Ok((secret, key))
    }

    /// Revokes a key of a tenant; doing it twice is no error.
    ///
    /// # Errors
    /// No such key there, or a disk that refuses.
    pub fn revoke_key(&self, tenant: TenantId, id: Uuid) -> Result<(), IdentityError> {
        let now = self.now().as_micros();
        self.store.write(|transaction| {
            let changed = transaction.execute(
                "UPDATE machine_key SET revoked_at = coalesce(revoked_at, ?3) WHERE id = ?1 AND tenant = ?2",
                params![id, tenant.0, now],
            )?;
            if changed == 0 {
                return Err(IdentityError::NotFound("there is no such key".to_owned()).into());
            }
            Ok(())
        })?;
        self.reload()
    }

    /// Every key of a tenant, oldest first.
    ///
    /// # Errors
    /// A disk that refuses.
    pub fn keys(&self, tenant: TenantId) -> Result<Vec<KeyRow>, IdentityError> {
        self.store.read(|connection| {
            let mut statement =
                connection.prepare("SELECT id, name, scopes, created_by, created_at, revoked_at FROM machine_key WHERE tenant = ?1 ORDER BY created_at, id")?;
            let rows = statement.query_map([tenant.0], |row| {
                Ok(KeyRow {
                    id: row.get(0)?,
                    name: row.get(1)?,
                    scopes: Scope::parse_list(&row.get::<_, String>(2)?).unwrap_or_default(),
                    created_by: row.get(3)?,
                    created_at: Timestamp::from_micros(row.get(4)?),
                    revoked_at: row.get::<_, Option<i64>>(5)?.map(Timestamp::from_micros),
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

fn words(scopes: &[Scope]) -> String {
    scopes.iter().map(|scope| scope.word()).collect::<Vec<_>>().join(",")
}
