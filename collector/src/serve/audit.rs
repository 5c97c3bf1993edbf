use axum::extract::{Query, State};
use pedkai_core::wire::Page;
use serde::{Deserialize, Serialize};

use super::access::{Audit, Can};
use super::problem::{Answer, Problem};
use super::query;
use super::world::World;
use crate::identity::{AuditFilter, AuditRow, AuditVerdict};
use crate::journal::JournalError;
use crate::journal::log::LogReader;

/// Which entries.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditQuery {
    /// By whom.
    actor: Option<String>,
    /// What was done.
    action: Option<String>,
    /// On what kind of thing.
    resource_type: Option<String>,
    /// On which.
    resource_id: Option<String>,
    /// Not before this time.
    from: Option<String>,
    /// Before this time.
    to: Option<String>,
    /// Items on a page: 100 unless said, at most 1,000.
    limit: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Who wrote what, newest first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(AuditQuery), extensions(("x-permission" = json!("audit"))),
    responses((status = 200, body = Page<AuditRow>)))]
pub(super) async fn list(State(world): State<World>, can: Can<Audit>, Query(asked): Query<AuditQuery>) -> Answer<axum::Json<Page<AuditRow>>> {
    let limit = query::limit(asked.limit.as_deref())?;
    let before_seq = query::some(asked.cursor)
        .map(|text| {
            text.parse::<u64>()
                .map_err(|_| Problem::unprocessable("this cursor cannot be read: take 'next' of the page before as it is"))
        })
        .transpose()?;
    let filter = AuditFilter {
        actor: query::some(asked.actor),
        action: query::some(asked.action),
        resource_type: query::some(asked.resource_type),
        resource_id: query::some(asked.resource_id),
        from: query::time("from", asked.from.as_deref())?,
        to: query::time("to", asked.to.as_deref())?,
        before_seq,
        limit: limit + 1,
    };
    let tenant = can.caller.tenant;
    let mut items = world.with_identity(move |identity| identity.audit_rows(tenant, &filter)).await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|row| row.seq.to_string());
    Ok(axum::Json(Page { items, next }))
}

/// What a check of the chains found.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Verdict {
    /// Both hold.
    ok: bool,
    /// The chain of audit entries.
    audit: AuditVerdict,
    /// The chain of the tenant's log.
    log: LogVerdict,
}

/// What a check of the log's chain found.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct LogVerdict {
    /// The chain holds.
    ok: bool,
    /// Records checked.
    entries: u64,
    /// Number of the first record that is not what was written.
    broken_at: Option<u64>,
    /// What is wrong, in a sentence.
    problem: Option<String>,
    /// Hash of the newest record, hexadecimal: keep it elsewhere to prove that nothing was cut off.
    head: String,
}

/// Check the hash chains of the tenant's log and of its audit entries. Takes as long as reading them does.
#[utoipa::path(get, path = "/api/v1/audit/verify", tag = "audit", extensions(("x-permission" = json!("audit"))),
    responses((status = 200, body = Verdict)))]
pub(super) async fn verify(State(world): State<World>, can: Can<Audit>) -> Answer<axum::Json<Verdict>> {
    let tenant = can.caller.tenant;
    let audit = world.with_identity(move |identity| identity.audit_verify(tenant)).await?;
    let file = world.engine.folder().tenant(tenant).log();
    let checked = tokio::task::spawn_blocking(move || log_verdict(&file)).await;
    let log = checked.map_err(|_| Problem::unavailable(1, "the log could not be checked now: try again"))?;
    Ok(axum::Json(Verdict {
        ok: audit.ok && log.ok,
        audit,
        log,
    }))
}

fn log_verdict(file: &std::path::Path) -> LogVerdict {
    let hex = |hash: &[u8]| hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    match LogReader::open(file).and_then(|log| log.verify()) {
        Ok(verified) => LogVerdict {
            ok: true,
            entries: verified.records,
            broken_at: None,
            problem: None,
            head: hex(&verified.hash),
        },
        Err(error) => LogVerdict {
            ok: false,
            entries: 0,
            broken_at: match &error {
                JournalError::Chain { seq, .. } => Some(*seq),
                _ => None,
            },
            problem: Some(error.to_string()),
            head: String::new(),
        },
    }
}
