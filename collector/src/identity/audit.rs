use pedkai_core::model::{TenantId, Timestamp};
use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::Identity;
use super::secret::hex;
use super::store::{IdentityError, WorkError};

/// The chain of what concerns no tenant.
pub const SYSTEM: TenantId = TenantId(Uuid::nil());

/// A write to note down.
#[derive(Clone, Debug)]
pub struct AuditEntry<'a> {
    /// Tenant it concerns.
    pub tenant: TenantId,
    /// Who.
    pub actor: &'a str,
    /// What was done, as `verb` or `resource.verb`.
    pub action: &'a str,
    /// On what kind of thing.
    pub resource_type: &'a str,
    /// On which.
    pub resource_id: &'a str,
    /// Before; null where there was nothing.
    pub before: Value,
    /// After; null where there is nothing any more.
    pub after: Value,
    /// From where.
    pub address: &'a str,
}

/// An entry of the audit log.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct AuditRow {
    /// Number in the tenant's chain, from 1.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// On what kind of thing.
    pub resource_type: String,
    /// On which.
    pub resource_id: String,
    /// Before.
    pub before: Value,
    /// After.
    pub after: Value,
    /// From where.
    pub address: String,
    /// BLAKE3 over the entry and the hash before, hexadecimal.
    pub hash: String,
}

/// Which entries to show.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// By whom.
    pub actor: Option<String>,
    /// What.
    pub action: Option<String>,
    /// On what kind of thing.
    pub resource_type: Option<String>,
    /// On which.
    pub resource_id: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// Those before this number (newest come first).
    pub before_seq: Option<u64>,
    /// At most so many.
    pub limit: usize,
}

/// What a check of a chain found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AuditVerdict {
    /// The chain holds.
    pub ok: bool,
    /// Entries checked.
    pub entries: u64,
    /// Number of the first entry that is not what was written.
    pub broken_at: Option<u64>,
    /// Hash of the newest entry, hexadecimal: keep it elsewhere to prove that nothing was cut off.
    pub head: String,
}

struct Raw {
    seq: i64,
    at: i64,
    texts: [String; 7],
    hash: [u8; 32],
}

impl Identity {
    /// Writes an entry, durable when it returns.
    ///
    /// # Errors
    /// A disk that refuses.
    pub fn audit(&self, entry: &AuditEntry<'_>) -> Result<(), IdentityError> {
        let at = self.now().as_micros();
        let texts = [
            entry.actor.to_owned(),
            entry.action.to_owned(),
            entry.resource_type.to_owned(),
            entry.resource_id.to_owned(),
            entry.before.to_string(),
            entry.after.to_string(),
            entry.address.to_owned(),
        ];
        self.store.write(|transaction| append(transaction, entry.tenant, at, texts))
    }

    /// Entries of a tenant, newest first.
    ///
    /// # Errors
    /// A disk that refuses.
    pub fn audit_rows(&self, tenant: TenantId, filter: &AuditFilter) -> Result<Vec<AuditRow>, IdentityError> {
        let mut sql = format!("{SELECT} WHERE tenant = ?1");
        let mut values: Vec<SqlValue> = vec![tenant.0.as_bytes().to_vec().into()];
        let mut also = |condition: &str, value: Option<SqlValue>| {
            if let Some(value) = value {
                values.push(value);
                sql.push_str(&format!(" AND {condition} ?{}", values.len()));
            }
        };
        let text = |value: &Option<String>| value.clone().map(SqlValue::from);
        also("actor =", text(&filter.actor));
        also("action =", text(&filter.action));
        also("resource_type =", text(&filter.resource_type));
        also("resource_id =", text(&filter.resource_id));
        also("at >=", filter.from.map(|at| at.as_micros().into()));
        also("at <", filter.to.map(|at| at.as_micros().into()));
        also("seq <", filter.before_seq.map(|seq| seq.cast_signed().into()));
        sql.push_str(&format!(" ORDER BY seq DESC LIMIT {}", filter.limit));
        let raws = self.store.read(|connection| {
            let mut statement = connection.prepare(&sql)?;
            let rows = statement.query_map(params_from_iter(values), raw)?;
            Ok(rows.collect::<Result<Vec<_>, _>>()?)
        })?;
        Ok(raws.into_iter().map(row).collect())
    }

    /// Checks the chain of a tenant from its anchor to its newest entry.
    ///
    /// # Errors
    /// A disk that refuses; a chain that does not hold is a verdict, not an error.
    pub fn audit_verify(&self, tenant: TenantId) -> Result<AuditVerdict, IdentityError> {
        self.store.read(|connection| {
            let (mut seq, mut previous) = anchor(connection, tenant)?;
            let mut verdict = AuditVerdict {
                ok: true,
                entries: 0,
                broken_at: None,
                head: hex(&previous),
            };
            let mut statement = connection.prepare(&format!("{SELECT} WHERE tenant = ?1 ORDER BY seq"))?;
            let mut rows = statement.query([tenant.0])?;
            while let Some(found) = rows.next()? {
                let raw = raw(found)?;
                if raw.seq != seq + 1 || raw.hash != chained(&previous, tenant, raw.seq, raw.at, &raw.texts) {
                    verdict.ok = false;
                    verdict.broken_at = Some((seq + 1).cast_unsigned());
                    return Ok(verdict);
                }
                (seq, previous) = (raw.seq, raw.hash);
                verdict.entries += 1;
                verdict.head = hex(&previous);
            }
            Ok(verdict)
        })
    }

    /// Deletes entries past their keeping time, at most 1,000 a chain and call, keeps an anchor and notes the deletion down. How many
    /// went.
    ///
    /// # Errors
    /// A disk that refuses.
    pub fn audit_retire(&self) -> Result<u64, IdentityError> {
        let now = self.now().as_micros();
        let before = now - i64::from(self.rules.audit_days) * 86_400_000_000;
        self.store.write(|transaction| {
            let mut statement = transaction.prepare("SELECT tenant, max(seq), count(*) FROM (SELECT tenant, seq, row_number() OVER (PARTITION BY tenant ORDER BY seq) AS n FROM audit WHERE at < ?1) WHERE n <= 1000 GROUP BY tenant")?;
            let due: Vec<(Uuid, i64, i64)> = statement
                .query_map([before], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                .collect::<Result<_, _>>()?;
            drop(statement);
            let mut gone = 0_u64;
            for (tenant, seq, count) in due {
                transaction.execute(
                    "INSERT OR REPLACE INTO audit_anchor (tenant, seq, hash) SELECT tenant, seq, hash FROM audit WHERE tenant = ?1 AND seq = ?2",
                    params![tenant, seq],
                )?;
                transaction.execute("DELETE FROM audit WHERE tenant = ?1 AND seq <= ?2", params![tenant, seq])?;
                let texts = ["collector", "audit.retire", "audit", "", "null", &format!("{{\"entries\":{count},\"through\":{seq}}}"), ""];
                append(transaction, TenantId(tenant), now, texts.map(str::to_owned))?;
                gone += count.cast_unsigned();
            }
            Ok(gone)
        })
    }
}

const SELECT: &str = "SELECT seq, at, actor, action, resource_type, resource_id, before, after, address, hash FROM audit";

fn append(connection: &Connection, tenant: TenantId, at: i64, texts: [String; 7]) -> Result<(), WorkError> {
    let newest = connection
        .query_row("SELECT seq, hash FROM audit WHERE tenant = ?1 ORDER BY seq DESC LIMIT 1", [tenant.0], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let (seq, previous): (i64, [u8; 32]) = match newest {
        Some(newest) => newest,
        None => anchor(connection, tenant)?,
    };
    let hash = chained(&previous, tenant, seq + 1, at, &texts);
    let [actor, action, resource_type, resource_id, before, after, address] = texts;
    connection.execute(
        "INSERT INTO audit (tenant, seq, at, actor, action, resource_type, resource_id, before, after, address, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![tenant.0, seq + 1, at, actor, action, resource_type, resource_id, before, after, address, hash],
    )?;
    Ok(())
}

fn anchor(connection: &Connection, tenant: TenantId) -> Result<(i64, [u8; 32]), WorkError> {
    let kept = connection
        .query_row("SELECT seq, hash FROM audit_anchor WHERE tenant = ?1", [tenant.0], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    Ok(kept.unwrap_or((0, [0; 32])))
}

/// Each part goes in with its length, so that no two entries give the same bytes.
fn chained(previous: &[u8; 32], tenant: TenantId, seq: i64, at: i64, texts: &[String; 7]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(previous);
    hasher.update(tenant.0.as_bytes());
    hasher.update(&seq.to_le_bytes());
    hasher.update(&at.to_le_bytes());
    for text in texts {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    *hasher.finalize().as_bytes()
}

fn raw(row: &rusqlite::Row<'_>) -> rusqlite::Result<Raw> {
    Ok(Raw {
        seq: row.get(0)?,
        at: row.get(1)?,
        texts: [row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?, row.get(8)?],
        hash: row.get(9)?,
    })
}

fn row(raw: Raw) -> AuditRow {
    let [actor, action, resource_type, resource_id, before, after, address] = raw.texts;
    let value = |text: String| serde_json::from_str(&text).unwrap_or(Value::String(text));
    AuditRow {
        seq: raw.seq.cast_unsigned(),
        at: Timestamp::from_micros(raw.at),
        actor,
        action,
        resource_type,
        resource_id,
        before: value(before),
        after: value(after),
        address,
        hash: hex(&raw.hash),
    }
}
